"""imgvet vets photos before they are published: private data out, every face answered for, marks on, proof kept.

What it offers to Python is imported when it is first used, so ``import imgvet`` costs nothing; see
docs/developers/python.md.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgvet.api import build_settings, inspect_file, prove_file, strip_file, vet_photo, vet_photos
    from imgvet.errors import ImgvetError
    from imgvet.inspection.files import FileReport
    from imgvet.photo import Event, Face, Finding, Photo, Verdict, photo_for
    from imgvet.profile import Limits, Profile, load_profile
    from imgvet.settings import Settings
    from imgvet.strip.strip import Stripped

__version__ = "0.11.0"

__all__ = [
    "Event",
    "Face",
    "FileReport",
    "Finding",
    "ImgvetError",
    "Limits",
    "Photo",
    "Profile",
    "Settings",
    "Stripped",
    "Verdict",
    "build_settings",
    "inspect_file",
    "load_profile",
    "photo_for",
    "prove_file",
    "strip_file",
    "vet_photo",
    "vet_photos",
]

_HOMES = {
    "imgvet.api": {"build_settings", "inspect_file", "prove_file", "strip_file", "vet_photo", "vet_photos"},
    "imgvet.errors": {"ImgvetError"},
    "imgvet.inspection.files": {"FileReport"},
    "imgvet.photo": {"Event", "Face", "Finding", "Photo", "Verdict", "photo_for"},
    "imgvet.profile": {"Limits", "Profile", "load_profile"},
    "imgvet.settings": {"Settings"},
    "imgvet.strip.strip": {"Stripped"},
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'imgvet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
