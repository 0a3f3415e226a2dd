"""From the files and folders somebody named to the photos in them, and what is skipped on the way."""

from imgvet.find_photos.kinds import SkippedKind
from imgvet.find_photos.patterns import fitting, is_pattern
from imgvet.find_photos.search import FoundPhotos, Skipped, UnopenedFolder, find_photos, real_path
from imgvet.find_photos.sidecars import sidecar_paths, without_read

__all__ = [
    "FoundPhotos",
    "Skipped",
    "SkippedKind",
    "UnopenedFolder",
    "find_photos",
    "fitting",
    "is_pattern",
    "real_path",
    "sidecar_paths",
    "without_read",
]
