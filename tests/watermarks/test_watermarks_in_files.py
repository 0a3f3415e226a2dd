"""Letters can be read in the file that is published: measured on decoded pixels, letter by letter."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.encode.encode import Label, encode_image
from imgvet.pixels import Pixels
from imgvet.profile import Channel
from imgvet.watermarks.draw import draw_watermarks
from imgvet.watermarks.load import LoadedWatermark
from support.chance import examples
from support.grounds import GROUNDS, flat, grey
from support.readability import decoded, letters_of, on_page, worst_contrast

READABLE = 4.5  # WCAG 2.2, success criterion 1.4.3

COPYRIGHT = LoadedWatermark(
    "© Ashford Borough 2026", None, ("bottom-left", "top-left", "top-right"), 0.026, 0.022, 0.95, "copyright",
    line="14 June 2026 · CC BY-NC 4.0",
)  # fmt: skip
WEBSITE = LoadedWatermark(
    "www.ashford.example", None, ("bottom-right", "top-right", "top-left"), 0.026, 0.022, 0.95, "website"
)


def of_opacity(mark: LoadedWatermark, opacity: float) -> LoadedWatermark:
    """The mark, as solid as that."""
    return LoadedWatermark(mark.text, None, mark.places, mark.height, mark.margin, opacity, mark.name, line=mark.line)


def published_contrasts(pixels: Pixels, quality: int = 90, opacity: float = 0.95) -> list[float]:
    """The contrast of the worst letter of each mark in the JPEG that is made of the picture."""
    marks = [of_opacity(mark, opacity) for mark in (COPYRIGHT, WEBSITE)]
    marked = draw_watermarks(pixels.copy(), None, (), marks)
    assert len(marked.placed) == 2
    seen = decoded(
        encode_image(marked.pixels, None, as_png=False, channel=Channel(quality=quality), label=Label(b"")).data
    )
    return [
        worst_contrast(
            seen[placed.letters.top : placed.letters.bottom, placed.letters.left : placed.letters.right],
            letters_of(mark, placed.height),
        )
        for mark, placed in zip(marks, marked.placed, strict=True)
    ]


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("quality", [90, 60])
def test_every_letter_can_be_read_in_the_jpeg(ground: str, quality: int) -> None:
    """At least 4.5 to 1 for the worst letter of both lines and both marks, at the usual and at the least quality."""
    assert min(published_contrasts(GROUNDS[ground], quality)) >= READABLE


@pytest.mark.parametrize("ground", GROUNDS)
def test_faint_marks_become_as_solid_as_they_must_be(ground: str) -> None:
    """The least opacity that a profile may ask for can be read all the same."""
    assert min(published_contrasts(GROUNDS[ground], opacity=0.3)) >= READABLE


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("size", [(360, 240), (2400, 1600), (3000, 300), (240, 360)])
def test_thumbnails_panoramas_and_large_pictures_can_be_read(ground: str, size: tuple[int, int]) -> None:
    """Letters of 8 pixels as well as large ones, at the least quality."""
    how = cv2.INTER_AREA if size[0] < 1200 else cv2.INTER_NEAREST
    picture = np.asarray(cv2.resize(GROUNDS[ground], size, interpolation=how), np.uint8)
    assert min(published_contrasts(picture, 60)) >= READABLE


@given(
    seed=st.integers(0, 10_000), spread=st.integers(0, 120), level=st.integers(0, 255), quality=st.integers(60, 98),
    opacity=st.floats(0.3, 1),
)  # fmt: skip
@examples(40)
def test_letters_can_be_read_on_any_texture(seed: int, spread: int, level: int, quality: int, opacity: float) -> None:
    """Random textures of every colour, brightness and roughness, at any quality and opacity."""
    coarse = np.random.default_rng(seed).normal(level, spread, (20, 30, 3))
    ground = np.clip(cv2.resize(coarse, (600, 400), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)
    assert min(published_contrasts(ground, quality, opacity)) >= READABLE


@pytest.mark.parametrize("level", [0, 118, 255])
@pytest.mark.parametrize("solid", [0, 90, 254])
def test_letters_can_be_read_on_any_page_behind_a_see_through_picture(level: int, solid: int) -> None:
    """A PNG that shows what is behind it, on black, grey and white."""
    alpha = np.full((800, 1200), solid, np.uint8)
    marked = draw_watermarks(GROUNDS["coarse-checks"].copy(), alpha, (), [COPYRIGHT, WEBSITE])
    seen = on_page(
        encode_image(marked.pixels, marked.alpha, as_png=True, channel=Channel(), label=Label(b"<x/>")).data, level
    )
    for mark, placed in zip((COPYRIGHT, WEBSITE), marked.placed, strict=True):
        box = placed.letters
        assert worst_contrast(seen[box.top : box.bottom, box.left : box.right], letters_of(mark, placed.height)) >= 4.5


def test_the_measure_is_wcag_s() -> None:
    """Black on white is 21 to 1, #767676 on white the well-known 4.54, and what cannot be seen is 1."""
    letters = np.zeros((20, 40), np.uint8)
    letters[6:14, 6:12] = letters[6:14, 20:26] = 255
    for ink, expected in ((0, 21.0), (0x76, 4.54), (255, 1.0)):
        assert worst_contrast(grey(np.where(letters, ink, 255)), letters) == pytest.approx(expected, abs=0.01)


def test_the_measure_goes_by_the_worst_letter() -> None:
    """One faint letter among good ones is what counts, and so is a bright spot beside a letter."""
    letters = np.zeros((20, 40), np.uint8)
    letters[6:14, 6:12] = letters[6:14, 20:26] = 255
    levels = np.where(letters, 255, 0)
    levels[6:14, 20:26] = 60
    assert worst_contrast(grey(levels), letters) < 2
    spotted = np.where(letters, 255, 0)
    spotted[4:9, 26:32] = 250
    assert worst_contrast(grey(spotted), letters) < 2


def test_without_a_plate_the_measure_would_fail() -> None:
    """White letters straight on light grey are found wanting, so the tests above can fail."""
    letters = letters_of(COPYRIGHT, 21)
    page = flat(190, letters.shape[1], letters.shape[0])
    page[letters > 127] = 255
    assert worst_contrast(page, letters) < READABLE
