"""Files that appear whole or not at all, and names for them."""

import contextlib
import os
import re
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO

TEMPORARY_SUFFIX = ".unfinished"  # ending of a file that is still being written
_ABANDONED = 3600  # seconds, after which nobody writes it any more
_BINARY = getattr(os, "O_BINARY", 0)  # on Windows, where line ends would be changed otherwise


def write_temporary(path: Path, data: bytes, mode: int = 0o666) -> Path:
    """Write the data beside ``path`` under a name that cannot be mistaken for a finished file; return that name.

    ``mode``: permissions as in ``chmod``, minus the process's umask.

    Raises:
        OSError: the disk is full or the folder cannot be written to; no half file is left.
    """
    unfinished = _temporary(path)
    with _opened(unfinished, mode) as file:
        file.write(data)
    return unfinished


def write_atomic(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Write the data so that ``path`` is either as it was or completely new.

    ``mode``: as for ``write_temporary``.

    Raises:
        OSError: as ``write_temporary``.
    """
    write_temporary(path, data, mode).replace(path)


def write_new(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Write the data so that ``path`` appears whole, and only if there is none yet.

    ``mode``: as for ``write_temporary``.

    Raises:
        FileExistsError: there is one already.
        OSError: as ``write_temporary``.
    """
    name_new(write_temporary(path, data, mode), path)


def name_new(unfinished: Path, path: Path) -> None:
    """Give a finished file its name, where no other file has it yet; ``unfinished`` is gone afterwards either way.

    Raises:
        FileExistsError: another has it.
        OSError: the folder cannot be written to.
    """
    try:
        os.link(unfinished, path)  # unlike a rename, this never replaces another file
    except FileExistsError:
        raise
    except OSError:  # a disk without links: the best that can be done there
        if path.exists() or path.is_symlink():
            raise FileExistsError(17, "there is a file of that name already", str(path)) from None
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def open_atomic(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A file to write to, piece by piece; at the end of the block ``path`` is completely new, or as it was on an error.

    ``mode``: as for ``write_temporary``.

    Raises:
        OSError: as ``write_temporary``.
    """
    unfinished = _temporary(path)
    with _opened(unfinished, mode) as file:
        yield file
    unfinished.replace(path)


def _temporary(path: Path) -> Path:
    return path.with_name(f"{path.name}.{os.urandom(4).hex()}{TEMPORARY_SUFFIX}")


@contextmanager
def _opened(unfinished: Path, mode: int) -> Iterator[BinaryIO]:
    """A new file, which is on the disk at the end of the block, or gone on an error."""
    try:
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def clear_temporary(folder: Path) -> None:
    """Remove what a killed run left half-written in the folder."""
    for left in folder.glob(f"*{TEMPORARY_SUFFIX}"):
        left.unlink(missing_ok=True)


def clear_abandoned(folder: Path) -> None:
    """Remove what a killed command left half-written in a folder in which another may be at work now."""
    for left in folder.glob(f"*{TEMPORARY_SUFFIX}"):
        ours = re.search(rf"\.[0-9a-f]{{8}}\{TEMPORARY_SUFFIX}$", left.name)
        with contextlib.suppress(OSError):  # it was removed meanwhile, or belongs to another user
            if ours and left.is_file() and time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()


def remove_files_of(folder: Path, stems: Container[str]) -> None:
    """Remove what a run that was stopped left of the files with these names, whole or half-written.

    ``stems``: the names without their endings, free when the run began.
    """
    for path in folder.iterdir():
        name = path.with_suffix("").with_suffix("") if path.suffix == TEMPORARY_SUFFIX else path
        if name.stem in stems:
            path.unlink(missing_ok=True)


def free_stems(folder: Path, start: str, digits: int = 1) -> Iterator[str]:
    """Names for clean copies that reveal nothing about the originals and that no file in the folder has yet."""
    taken = {path.stem for path in folder.iterdir()}
    return (name for number in count(1) if (name := f"{start}-{number:0{digits}}") not in taken)
