"""The small pictures beside the answers of ``imgvet check``: which face has which number. For their owner alone.

They come from a confined worker, are proven here before they have a name, and are in a folder that imgvet never takes
photos from (``OWN`` in ``find_photos/kinds.py``).
"""

import contextlib
import hashlib
import re
from itertools import chain, count
from pathlib import Path

from imgvet.atomic_files import clear_abandoned, write_atomic
from imgvet.batch.check_answers import ShownFaces
from imgvet.errors import UsageError
from imgvet.find_photos.kinds import PREVIEWS_MARK
from imgvet.named_files import UnfitFile, is_named, read_regular
from imgvet.photo import PublicMetadata
from imgvet.proof.prove import prove
from imgvet.storage_errors import storage_words
from imgvet.text import cut_text

PREVIEWS_FOLDER = Path("imgvet-check")
_README = "README.txt"
_ABOUT = f"""{PREVIEWS_MARK}

They show which face in a photo has which number, and people who have not agreed to be published can be seen in them.
imgvet check removes each of them once its photo may be published. You may remove them at any time.
"""
_LONGEST_NAME = 80  # characters of the original's name
_MOST = 8 * 1024**2  # bytes of a picture
_ENDING = "-faces.jpg"


def write_check_preview(source: Path, picture: bytes, before: ShownFaces | None) -> Path | None:
    """Write the picture of a photo's numbered faces, in place of the one before, and return its path.

    None where it is not what a picture of that kind must be: pixels without a word in it.

    Args:
        source: the original, after which it is named.
        picture: the JPEG, as a worker sent it.
        before: what was written of the same original earlier.

    Raises:
        UsageError: the folder cannot be made or written to.
    """
    proof = prove(picture[: _MOST + 1])
    if not proof.proven or proof.kind != "jpeg" or proof.public != PublicMetadata() or len(picture) > _MOST:
        return None
    folder = PREVIEWS_FOLDER
    try:
        if folder.is_symlink() or (is_named(folder) and not folder.is_dir()):
            raise UsageError(f"'{folder}' is not a folder.", "Rename it, then run the same command again.")
        folder.mkdir(mode=0o700, exist_ok=True)
        clear_abandoned(folder)
        if not is_named(folder / _README):
            write_atomic(folder / _README, _ABOUT.encode(), 0o600)
        if before is not None:
            remove_check_preview(before, folder)
        path = _free_name(folder, source)
        write_atomic(path, picture, 0o600)
    except OSError as problem:
        raise UsageError(*storage_words(problem, folder)) from None
    return path


def remove_check_preview(shown: ShownFaces, folder_to_keep: Path | None = None) -> None:
    """Remove a picture that was written earlier, if it is still the same, and its folder if nothing else is in it.

    ``folder_to_keep``: stays, even where it is empty.
    """
    folder = shown.preview.parent
    with contextlib.suppress(OSError, UnfitFile):
        if hashlib.sha256(read_regular(shown.preview, _MOST)).hexdigest() == shown.preview_sha256:
            shown.preview.unlink()
        left = [path.name for path in folder.iterdir()]
        if left in ([], [_README]) and not (folder_to_keep and folder.samefile(folder_to_keep)):
            about = folder / _README
            if left and read_regular(about, _MOST) == _ABOUT.encode():
                about.unlink()
            folder.rmdir()


def _free_name(folder: Path, source: Path) -> Path:
    """A name after the original's, with a number where another photo has it."""
    plain = re.sub(r"[^\w. ()+-]", "_", source.stem.encode("utf-8", "replace").decode("utf-8", "replace"))
    stem = cut_text(plain.strip(" ."), _LONGEST_NAME, lambda text: len(text.encode())) or "photo"
    names = chain([f"{stem}{_ENDING}"], (f"{stem}-{number}{_ENDING}" for number in count(2)))
    return next(path for name in names if not is_named(path := folder / name))
