"""Our own printed forms as an office's scanner and a telephone's camera see them: turned, tilted, dark, creased."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from imgvet.pixels import Pixels
from imgvet.profile import load_profile
from imgvet.releases.forms.build import build_forms, form_context, texts_for
from imgvet.releases.forms.pdf import write_forms_pdf
from imgvet.releases.forms.records import FormKind

_DOTS = 200  # an inch


def printed(*numbers: str, child: bool = False) -> bytes:
    """The printed forms with these numbers, a page each, as a PDF."""
    day = date(2026, 6, 14)
    context = form_context(load_profile("west-midlands-police")[0], "Open Day", (day, day), None, day)
    kinds = [FormKind.CHILD if child else FormKind.ADULT]
    return write_forms_pdf(build_forms(texts_for(kinds, context, "en"), numbers))


@cache
def page(number: str, dots: int = _DOTS) -> Pixels:
    """The printed form with that number as a grey picture, so many dots an inch."""
    with pypdfium2.PdfDocument(printed(number)) as document:
        drawn = document[0].render(scale=dots / 72).to_numpy()
    return np.asarray(cv2.cvtColor(drawn, cv2.COLOR_BGR2GRAY), np.uint8)


def on_a_desk(
    sheet: Pixels, *, turned: float = 0, tilt: tuple[float, float] = (0, 0), share: float = 0.9, seed: int = 1
) -> Pixels:
    """The sheet on a dark desk of 3000 × 2250 pixels.

    ``turned``: degrees; ``tilt``: how much nearer one edge is than the other, across and down; ``share``: of the
    picture's short side that the sheet's long side takes.
    """
    height, width = sheet.shape
    across, down = 3000, 2250
    places_on_sheet = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    corners = places_on_sheet - (width / 2, height / 2)
    nearer = 1 + tilt[0] * corners[:, :1] / width + tilt[1] * corners[:, 1:] / height
    angle = np.deg2rad(turned)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    places = (corners * share * down / height / nearer) @ turn + (across / 2, down / 2)
    matrix = cv2.getPerspectiveTransform(places_on_sheet, places.astype(np.float32))
    desk = np.random.default_rng(seed).normal(90, 12, (down, across)).clip(0, 255).astype(np.uint8)
    seen = cv2.warpPerspective(sheet, matrix, (across, down), flags=cv2.INTER_AREA)
    covered = cv2.warpPerspective(np.full_like(sheet, 255), matrix, (across, down))
    return np.where(covered > 127, seen, desk).astype(np.uint8)


def darkened(picture: Pixels, light: float = 0.25, noise: float = 6, seed: int = 1) -> Pixels:
    """The picture with a share of the light, less on one side, and with the noise that cameras have then."""
    fall = np.linspace(1, 0.5, picture.shape[1])
    dark = picture * light * fall + np.random.default_rng(seed).normal(0, noise, picture.shape)
    return np.asarray(dark.clip(0, 255), np.uint8)


def creased(sheet: Pixels, at: float = 0.07, step: int = 5) -> Pixels:
    """The sheet folded once across and once down: behind a fold it is darker, and everything is a little displaced.

    ``at``: where the folds are, as a share of the height from the top and of the width from the right.
    """
    folded = sheet.astype(np.int16)
    row, column = round(sheet.shape[0] * at), round(sheet.shape[1] * (1 - at * 1.4))
    folded[row:] = np.roll(folded[row:], step, axis=1) - 45
    folded[:, column:] = np.roll(folded[:, column:], step, axis=0) - 35
    folded[row - 1 : row + 2] -= 40
    folded[:, column - 1 : column + 2] -= 40
    return np.asarray(folded.clip(0, 255), np.uint8)


def out_of_focus(picture: Pixels, radius: float = 2.0) -> Pixels:
    """The picture, a little out of focus; ``radius``: pixels."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), radius), np.uint8)


def side_by_side(*sheets: Pixels) -> Pixels:
    """Several sheets in one row."""
    gap = np.full((sheets[0].shape[0], 60), 90, np.uint8)
    return np.hstack([part for sheet in sheets for part in (sheet, gap)][:-1])


def as_jpeg(picture: Pixels, quality: int = 90) -> bytes:
    """The grey picture as JPEG."""
    return _written(picture, "JPEG", quality=quality)


def as_picture(picture: Pixels, kind: str) -> bytes:
    """The grey picture in a format that Pillow writes."""
    return _written(picture, kind)


def as_tiff(*pages: Pixels) -> bytes:
    """The grey pictures as the pages of one TIFF."""
    return _written(pages[0], "TIFF", save_all=True, append_images=[*map(Image.fromarray, pages[1:])])


def as_pdf(*pages: Pixels) -> bytes:
    """The grey pictures as the pages of one PDF, as a scanner writes it."""
    first, *others = map(Image.fromarray, pages)
    kept = BytesIO()
    first.save(kept, "PDF", resolution=_DOTS, save_all=True, append_images=others)
    return kept.getvalue()


def _written(picture: Pixels, kind: str, **how: Any) -> bytes:
    kept = BytesIO()
    Image.fromarray(picture).save(kept, kind, **how)
    return kept.getvalue()


Seen = Callable[[Pixels], Pixels]

WAYS: dict[str, Sequence[Seen]] = {
    "flat, as scanned": [lambda sheet: sheet],
    "turned": [lambda sheet, angle=angle: on_a_desk(sheet, turned=angle) for angle in range(0, 360, 15)],  # type: ignore[misc]
    "at an angle": [
        lambda sheet, tilt=tilt, angle=angle: on_a_desk(sheet, turned=angle, tilt=tilt)  # type: ignore[misc]
        for tilt in ((0.3, 0), (0, 0.3), (-0.4, 0.2), (0.5, 0.5), (0.2, -0.6))
        for angle in (0, 33, 90, 200)
    ],
    "dark, with noise": [
        lambda sheet, light=light, angle=angle: darkened(on_a_desk(sheet, turned=angle), light)  # type: ignore[misc]
        for light in (0.4, 0.25, 0.15)
        for angle in (0, 7, 100, 180)
    ],
    "creased": [
        lambda sheet, at=at, angle=angle: on_a_desk(creased(sheet, at), turned=angle)  # type: ignore[misc]
        for at in (0.05, 0.06, 0.07, 0.08, 0.1)
        for angle in (0, 45, 270)
    ],
    "out of focus": [
        lambda sheet, radius=radius, angle=angle: out_of_focus(on_a_desk(sheet, turned=angle), radius)  # type: ignore[misc]
        for radius in (1.5, 2.5)
        for angle in (0, 12, 90, 211)
    ],
    "far away": [
        lambda sheet, share=share, angle=angle: on_a_desk(sheet, turned=angle, share=share)  # type: ignore[misc]
        for share in (0.7, 0.5)
        for angle in (0, 12, 90, 211)
    ],
    "all at once": [
        lambda sheet, angle=angle: darkened(  # type: ignore[misc]
            out_of_focus(on_a_desk(creased(sheet), turned=angle, tilt=(0.2, 0.3)), 1.0), 0.35, 4
        )
        for angle in (0, 33, 90, 181, 260)
    ],
}
"""Ways in which a form is seen, by name, each with several pictures of it."""
