"""Loading a profile's watermarks once a run: templates filled in, PNGs and SVGs loaded, every character checked.

SVGs are drawn in a worker first, so that one that crashes or hangs the library is reported.
"""

import hashlib
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from imgvet.errors import ProfileError
from imgvet.named_files import FONT, MARK, check_named, is_named, read_named
from imgvet.pixels import Pixels
from imgvet.placeholders import placeholders_of
from imgvet.profile import Corner, MarkSettings
from imgvet.settings import Settings
from imgvet.text import drawn_text, one_line
from imgvet.watermarks.fonts import check_characters, font_face, proportions
from imgvet.watermarks.svg import SvgImage, UnsafeSvg, looks_like_svg, read_svg
from imgvet.workers.answers import LostJob
from imgvet.workers.pool import JobLimit, run_jobs

MARKS_FOLDER = "watermarks"  # in the working folder
MAX_IMAGE_SIDE = 4096  # pixels of a PNG; no mark is ever drawn larger than that
_HEADER = struct.Struct(
    ">8s4x4sII"
)  # signature, chunk name, width, height: how every PNG begins (PNG 3rd ed., 5.2, 11.2.1)
_LONGEST_TEXT = 300  # characters of a mark
_PROBE = 256  # pixels high: the size at which an SVG is tried out
_DEEP = ("I", "I;16", "I;16B", "F")  # Pillow's modes for grey of more than 8 bits, which it does not scale


Logo = Pixels | SvgImage
"""A picture beside a mark's words: (height, width, 4), red, green, blue, straight alpha; or a drawing of any size."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedWatermark:
    """A mark that can be drawn. Compared by identity, so that drawings of it can be cached."""

    text: str
    image: Logo | None
    places: tuple[Corner, ...]  # the best first
    height: float  # of the text, or of the logo where there is no second line, as a fraction of the short side
    margin: float  # from both edges, as a fraction of the short side
    opacity: float  # 0 to 1
    name: str = ""  # "copyright" or "website"
    font: str = ""  # path of a TrueType file; OpenCV's own sans serif where empty
    line: str = ""  # smaller, under the text


def load_watermarks(settings: Settings) -> tuple[LoadedWatermark, ...]:
    """The profile's marks, ready to draw; a mark with neither text nor image is left out.

    Raises:
        ProfileError: a file that is missing or cannot be used, a character that cannot be drawn, or proof marks that
            have no text; with its key.
    """
    marks = settings.profile.marks
    font = _font_path(marks.font, settings)
    ready = (
        _ready(name, mark, font, settings)
        for name, mark in (("copyright", marks.copyright), ("website", marks.website))
    )
    drawable = tuple(mark for mark in ready if mark.text or mark.image is not None)
    if settings.proof_marks != "none" and repeated_watermark(drawable) is None:
        raise ProfileError(
            "--proof-marks repeats the copyright text, but marks.copyright.text is empty.",
            "Set your organisation with `imgvet init`, or marks.copyright.text, or leave --proof-marks out.",
        )
    return drawable


def credit_watermark(words: str, settings: Settings) -> LoadedWatermark:
    """The mark that names the creator of a licensed photo, in the place of the copyright watermark.

    Raises:
        ProfileError: it has a character that cannot be drawn.
    """
    marks = settings.profile.marks
    font, style = _font_path(marks.font, settings), marks.copyright
    text = unicodedata.normalize("NFC", words)
    check_characters(text, font, "marks.credit_licensed")
    return LoadedWatermark(
        text, None, tuple(style.places), style.height, style.margin, style.opacity, "copyright", font
    )


def repeated_watermark(marks: Iterable[LoadedWatermark]) -> LoadedWatermark | None:
    """The mark that proof marks repeat: the copyright watermark; None where it has no text."""
    return next((mark for mark in marks if mark.name == "copyright" and mark.text), None)


def fingerprint(marks: Iterable[LoadedWatermark]) -> str:
    """A hash of what the marks' own files hold: another picture or font under the same name is another mark."""
    digest = hashlib.sha256()
    for mark in marks:
        digest.update(_bytes_of(mark.image))
        digest.update(read_named(Path(mark.font), FONT, "marks.font") if mark.font else b"")
    return digest.hexdigest()


def _bytes_of(image: Logo | None) -> bytes:
    if image is None:
        return b""
    return image.text.encode() if isinstance(image, SvgImage) else image.tobytes()


def _ready(name: str, mark: MarkSettings, font: str, settings: Settings) -> LoadedWatermark:
    key = f"marks.{name}"
    text, line = (
        _filled(template, font, f"{key}.{part}", settings)
        for part, template in (("text", mark.text), ("line", mark.line))
    )
    image = load_image(find_mark_file(mark.image, f"{key}.image", settings), f"{key}.image") if mark.image else None
    return LoadedWatermark(text, image, tuple(mark.places), mark.height, mark.margin, mark.opacity, name, font, line)


def _filled(template: str, font: str, key: str, settings: Settings) -> str:
    if "n" in placeholders_of(template):
        raise ProfileError(f"{key}: uses {{n}}, but a mark is the same on every photo.", "Remove {n} from it.")
    text = unicodedata.normalize("NFC", drawn_text(one_line(settings.fill_rights(template))))
    if len(text) > _LONGEST_TEXT:
        raise ProfileError(
            f"{key}: comes to {len(text):,} characters; {_LONGEST_TEXT} is the most that fits on a picture.",
            "Shorten it.",
        )
    check_characters(text, font, key)
    return text


def _font_path(named: str, settings: Settings) -> str:
    if not named:
        return ""
    path = find_mark_file(named, "marks.font", settings)
    check_named(path, FONT, "marks.font")  # OpenCV opens it by its name
    font_face(str(path))
    return str(path)


def find_mark_file(named: str, key: str, settings: Settings) -> Path:
    """The file of that name: a whole path, beside the profile, or in the folder of marks; ``key`` names it in messages.

    Raises:
        ProfileError: there is none.
    """
    folders = [folder for folder in (settings.profile_folder, Path(MARKS_FOLDER)) if folder is not None]
    for path in (folder / named for folder in folders):  # a whole path stays as it is
        if is_named(path):
            return path
    places = " or ".join(f"'{folder}'" for folder in folders)
    raise ProfileError(
        f"{key}: there is no file '{named}' in {places}.", "Put it there, write its whole path, or leave the key out."
    )


def mark_files(settings: Settings) -> tuple[Path, ...]:
    """The files of the profile's marks, each once.

    Raises:
        ProfileError: one is missing.
    """
    marks = settings.profile.marks
    named = (("font", marks.font), ("copyright.image", marks.copyright.image), ("website.image", marks.website.image))
    return tuple(dict.fromkeys(find_mark_file(name, f"marks.{key}", settings) for key, name in named if name))


def load_image(path: Path, key: str) -> Logo:
    """The PNG or SVG of that path, told apart by content; ``key`` names it in messages.

    Raises:
        ProfileError: it cannot be read, is neither, is too large, shows nothing, or is an SVG that must not be drawn.
    """
    data = read_named(path, MARK, key)
    image = _drawing(data, path, key) if looks_like_svg(data) else _pixels(data, path, key)
    shown = image.drawn(_PROBE) if isinstance(image, SvgImage) else image
    if not shown[:, :, 3].any():
        raise _unfit(path, key, "is completely transparent")
    return image


def _drawing(data: bytes, path: Path, key: str) -> SvgImage:
    try:
        drawing = read_svg(data)
        drawing.drawn(_PROBE)
    except UnsafeSvg as problem:
        raise ProfileError(f"{key}: '{path}' {problem}.", PLAIN_SVG) from problem
    return drawing


def _pixels(data: bytes, path: Path, key: str) -> Pixels:
    _check_size(data, path, key)
    try:
        with Image.open(BytesIO(data), formats=["PNG"]) as opened:
            if opened.mode in _DEEP:
                raise _unfit(path, key, "has more than 8 bits of grey")
            return np.array(opened.convert("RGBA"))
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as problem:  # what Pillow says of a broken PNG
        raise _unfit(path, key, "is damaged") from problem


def _check_size(data: bytes, path: Path, key: str) -> None:
    """Look at the size that the file claims before anything is unpacked."""
    if len(data) < _HEADER.size or not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise _unfit(path, key, "is neither a PNG nor an SVG")
    _, chunk, width, height = _HEADER.unpack_from(data)
    if chunk != b"IHDR" or not (width and height):
        raise _unfit(path, key, "is damaged")
    if max(width, height) > MAX_IMAGE_SIDE:
        raise _unfit(path, key, f"has {width} × {height} pixels; {MAX_IMAGE_SIDE} a side is the most")


PLAIN_SVG = (
    "Export it as a plain SVG of shapes and colours, with text turned into paths and without pictures, filters, "
    "patterns, dashes, scripts and links; or save it as a PNG with transparency."
)


def _unfit(path: Path, key: str, what: str) -> ProfileError:
    return ProfileError(f"{key}: '{path}' {what}.", MARK.way_out)


_HEIGHTS = (8, 21, 64, 256, 1024)  # pixels
_FONT_KEY = "marks.font"
_SECONDS = 20  # for all of them together


def try_drawings(settings: Settings) -> None:
    """Draw with the font and each SVG that the profile names, in a confined worker, before ``load_watermarks`` does so.

    Raises:
        ProfileError: a file is missing, must not be drawn, or ended or outlasted the worker.
    """
    limit = JobLimit(_SECONDS, settings.profile.limits.memory_mib)
    drawings = list(_drawings(settings))
    for (key, path), outcome in run_jobs(_nothing, _tried, drawings, result=str, workers=1, limit=limit, writable=()):
        way_out = FONT.way_out if key == _FONT_KEY else PLAIN_SVG
        if isinstance(outcome, LostJob):
            raise ProfileError(f"{key}: '{path}' cannot be drawn: {outcome.reason}", way_out)
        if outcome:
            raise ProfileError(f"{key}: '{path}' {outcome}.", way_out)


def _drawings(settings: Settings) -> Iterator[tuple[str, Path]]:
    marks = settings.profile.marks
    if marks.font:
        path = find_mark_file(marks.font, _FONT_KEY, settings)
        check_named(path, FONT, _FONT_KEY)
        yield _FONT_KEY, path
    for name, mark in (("copyright", marks.copyright), ("website", marks.website)):
        key = f"marks.{name}.image"
        image = find_mark_file(mark.image, key, settings) if mark.image else None
        if image and looks_like_svg(read_named(image, MARK, key)):
            yield key, image


def _nothing() -> None:
    """The worker needs nothing loaded."""


def _tried(_: None, job: tuple[str, Path]) -> str:
    """Why it cannot be drawn; empty where it can."""
    if job[0] == _FONT_KEY:
        return _tried_font(str(job[1]))
    try:
        drawing = read_svg(read_named(job[1], MARK, job[0]))
        for height in _HEIGHTS:
            drawing.drawn(height)
    except UnsafeSvg as problem:
        return str(problem)
    return ""


def _tried_font(path: str) -> str:
    """OpenCV ends the process on many files that are not fonts."""
    try:
        proportions(path)
    except (ProfileError, LookupError):  # or it has none of the letters that are measured
        return "is not a font that can be used"
    return ""
