"""Marks made ready once for a whole run: texts filled in, PNGs loaded, every letter checked."""

import hashlib
import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from string import Formatter

import numpy as np
from PIL import Image

from imgvet.errors import ProfileError
from imgvet.marks.lettering import check_letters, font_face
from imgvet.pixels import Pixels
from imgvet.settings import Corner, Mark, Settings

MARKS_FOLDER = "watermarks"  # in the working folder
LARGEST_SIDE = 4096  # pixels of a PNG; no mark is ever drawn larger than that
LARGEST_FILE = 16 * 1024**2  # bytes
_HEADER = struct.Struct(
    ">8s4x4sII"
)  # signature, chunk name, width, height: how every PNG begins (PNG 3rd ed., 5.2, 11.2.1)
_DEEP = ("I", "I;16", "I;16B", "F")  # Pillow's modes for grey of more than 8 bits, which it does not scale


@dataclass(frozen=True, slots=True, eq=False)
class ReadyMark:
    """A mark that can be drawn. Each is equal to itself only, so drawings of it can be kept by it."""

    text: str
    image: Pixels | None  # (height, width, 4): red, green, blue, straight alpha
    places: tuple[Corner, ...]  # the best first
    height: float  # of the text or the PNG, as a fraction of the short side
    margin: float  # from both edges, as a fraction of the short side
    opacity: float  # 0 to 1
    name: str = ""  # "copyright" or "website"
    font: str = ""  # path of a TrueType file; OpenCV's own sans serif where empty


def ready_marks(settings: Settings) -> tuple[ReadyMark, ...]:
    """The profile's marks, ready to draw; a mark with neither text nor PNG is left out.

    Raises:
        ProfileError: a file that is missing or cannot be used, or a character that cannot be drawn; with its key.
    """
    marks = settings.profile.marks
    font = _font_path(marks.font, settings)
    ready = (
        _ready(name, mark, font, settings)
        for name, mark in (("copyright", marks.copyright), ("website", marks.website))
    )
    return tuple(mark for mark in ready if mark.text or mark.image is not None)


def fingerprint(marks: Iterable[ReadyMark]) -> str:
    """A hash of what the marks' own files hold: another picture or font under the same name is another mark."""
    digest = hashlib.sha256()
    for mark in marks:
        digest.update(b"" if mark.image is None else mark.image.tobytes())
        digest.update(Path(mark.font).read_bytes() if mark.font else b"")
    return digest.hexdigest()


def _ready(name: str, mark: Mark, font: str, settings: Settings) -> ReadyMark:
    key = f"marks.{name}"
    if any(field == "n" for _, field, _, _ in Formatter().parse(mark.text)):
        raise ProfileError(f"{key}.text: uses {{n}}, but a mark is the same on every photo.", "Take {n} out of it.")
    text = unicodedata.normalize("NFC", settings.fill(mark.text))
    check_letters(text, font, f"{key}.text")
    image = load_png(_found(mark.image, f"{key}.image", settings), f"{key}.image") if mark.image else None
    return ReadyMark(text, image, tuple(mark.places), mark.height, mark.margin, mark.opacity, name, font)


def _font_path(named: str, settings: Settings) -> str:
    if not named:
        return ""
    path = str(_found(named, "marks.font", settings))
    font_face(path)
    return path


def _found(named: str, key: str, settings: Settings) -> Path:
    """The file of that name: a whole path, beside the profile, or in the folder of marks."""
    folders = [folder for folder in (settings.profile_folder, Path(MARKS_FOLDER)) if folder is not None]
    for path in (folder / named for folder in folders):  # a whole path stays as it is
        if path.is_file():
            return path
    places = " or ".join(f"'{folder}'" for folder in folders)
    raise ProfileError(
        f"{key}: there is no file '{named}' in {places}.", "Put it there, write its whole path, or leave the key out."
    )


def load_png(path: Path, key: str) -> Pixels:
    """The PNG as (height, width, 4): red, green, blue, straight alpha; ``key`` names it in messages.

    Raises:
        ProfileError: it cannot be read, is no PNG, is too large, or shows nothing.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _unfit(path, key, f"has more than {LARGEST_FILE // 1024**2} MiB")
        data = path.read_bytes()
    except OSError as problem:
        raise _unfit(path, key, f"cannot be read ({problem.strerror})") from problem
    _check_size(data, path, key)
    try:
        with Image.open(BytesIO(data), formats=["PNG"]) as opened:
            if opened.mode in _DEEP:
                raise _unfit(path, key, "has more than 8 bits of grey")
            image = np.array(opened.convert("RGBA"))
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as problem:  # what Pillow says of a broken PNG
        raise _unfit(path, key, "is damaged") from problem
    if not image[:, :, 3].any():
        raise _unfit(path, key, "is transparent all over")
    return image


def _check_size(data: bytes, path: Path, key: str) -> None:
    """Look at the size that the file claims before anything is unpacked."""
    if len(data) < _HEADER.size or not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise _unfit(path, key, "is no PNG")
    _, chunk, width, height = _HEADER.unpack_from(data)
    if chunk != b"IHDR" or not (width and height):
        raise _unfit(path, key, "is damaged")
    if max(width, height) > LARGEST_SIDE:
        raise _unfit(path, key, f"has {width} × {height} pixels; {LARGEST_SIDE} a side is the most")


def _unfit(path: Path, key: str, what: str) -> ProfileError:
    return ProfileError(f"{key}: '{path}' {what}.", "Save the mark as a PNG with transparency, about 512 pixels high.")
