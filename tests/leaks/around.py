"""What stands around a file: its name, its folder, its time, its attributes, a sidecar. And where cases are laid."""

import os
from collections.abc import Iterable
from pathlib import Path

from leaks import jpeg
from leaks.blocks import xmp
from leaks.leak import Leak, word_of
from leaks.pictures import jpeg_scene

TAKEN = 541832767  # 1987-03-04 05:06:07 UTC, seconds since 1970: a time that no test runs at
FOLDER, PHOTO = "planted-folder", "planted-photo"  # the names of the originals, which no output may tell
ATTRIBUTE = "user.xdg.origin.url"  # where browsers keep the page that a file was loaded from


def _clean(word: str) -> bytes:
    return jpeg_scene()


LEAKS = (
    Leak("around-file-name", "the name of the file", ".jpg", _clean, around="file name"),
    Leak("around-folder-name", "the name of its folder", ".jpg", _clean, around="folder name"),
    Leak("around-time", "the file's time of change", ".jpg", _clean, around="time"),
    Leak("around-sidecar", "an XMP file beside it", ".jpg", _clean, around="sidecar"),
    Leak("around-attribute", "an extended attribute: the page it was loaded from", ".jpg", _clean, around="attribute"),
    Leak(
        "around-wrong-suffix",
        "a JPEG that is called PNG",
        ".png",
        lambda word: jpeg.photo(jpeg.segment(0xFE, word.encode())),
    ),
)


def laid(leaks: Iterable[Leak], folder: Path) -> dict[str, Path]:
    """Write every case into the folder, each in a folder of its own and under a name that tells nothing; id to path."""
    return {leak.id: _laid(leak, folder / f"{FOLDER}-{number:03d}") for number, leak in enumerate(leaks, 1)}


def _laid(leak: Leak, place: Path) -> Path:
    word = word_of(leak.id)
    if leak.around == "folder name":
        place /= word
    place.mkdir(parents=True)
    path = place / f"{word if leak.around == 'file name' else PHOTO}{leak.suffix}"
    path.write_bytes(leak.build(word))
    if leak.around == "sidecar":
        path.with_suffix(".xmp").write_bytes(xmp(f'xmp:Label="{word}"'))
    if leak.around == "attribute" and hasattr(os, "setxattr"):
        os.setxattr(path, ATTRIBUTE, f"https://example.org/{word}".encode())
    if leak.around == "time":
        os.utime(path, (TAKEN, TAKEN))
    return path


def carries_attributes(folder: Path) -> bool:
    """Whether files in this folder can have extended attributes."""
    probe = folder / "probe"
    probe.write_bytes(b"")
    try:
        os.setxattr(probe, ATTRIBUTE, b"1")
    except (AttributeError, OSError):
        return False
    finally:
        probe.unlink()
    return True


def left_around(leak: Leak, output: Path) -> list[str]:
    """What of this case stands around its output: in the name, the time, the attributes; a line each."""
    word = word_of(leak.id).lower()
    left = []
    if word in str(output.name).lower() or (leak.around == "folder name" and word in output.parent.name.lower()):
        left.append("the word in the name")
    if leak.around == "time" and abs(output.stat().st_mtime - TAKEN) < 86400:
        left.append("the time of the original")
    attributes = os.listxattr(output) if hasattr(os, "listxattr") else []
    values = [os.getxattr(output, name) for name in attributes if name.startswith("user.")]
    if word.encode() in b" ".join(values).lower():
        left.append("the word in an attribute")
    return left
