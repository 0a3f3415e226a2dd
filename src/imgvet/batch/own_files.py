"""The folders and files of a batch, which are never reached through a link: a batch from a stranger cannot name others.

A link, junction, folder or pipe in the place of one of imgvet's own files is not accepted: it is not read, and a link
is removed without what it leads to.
"""

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable
from io import BufferedReader
from pathlib import Path
from typing import TypeVar

from imgvet.errors import BatchError

Found = TypeVar("Found")

_FOLDERS = ("flickr", "held", "private", "private/work")
# that are written beside them
_OWN_FILES = re.compile(r"checklist[-.].*|contact-sheet.*|.*\.unfinished", re.IGNORECASE)
_DATABASES = re.compile(r"(?:batch|lock)\.db|originals\.csv", re.IGNORECASE)
_OPEN = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_SET_ASIDE = "set-aside"


def check_own_folders(batch: Path, further: Iterable[str] = ()) -> None:
    """Refuse a batch whose folders or papers are not its own; ``further``: folders beside those of every batch.

    Raises:
        BatchError: one of them is a link to somewhere else, or something that is not a folder or file.
    """
    for name in (*_FOLDERS, *further):
        _check(batch / name, "folder", stat.S_ISDIR)
    for path in entries_of(batch):
        if _OWN_FILES.fullmatch(path.name):
            _check(path, "file", stat.S_ISREG)
    for path in entries_of(batch / "private"):
        if _DATABASES.match(path.name):
            _check(path, "file", stat.S_ISREG)
        else:
            _check(path, "file", lambda mode: stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def is_own_file(path: Path) -> bool:
    """Whether a regular file is there, reached through no link."""
    return _status(path) is not None


def own_stamp(path: Path) -> str:
    """Size in bytes and time of the last change of a file, in nanoseconds; empty where ``is_own_file`` is not true."""
    status = _status(path)
    return f"{status.st_size} {status.st_mtime_ns}" if status else ""


def own_size(path: Path) -> int:
    """Size of a file in bytes; -1 where ``is_own_file`` is not true."""
    status = _status(path)
    return status.st_size if status else -1


def own_sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; empty where ``is_own_file`` is not true, or it cannot be read."""
    return _read(path, lambda opened: hashlib.file_digest(opened, "sha256").hexdigest()) or ""


def own_bytes(path: Path, sha256: str) -> bytes | None:
    """The bytes of a file, if they have that SHA-256 and ``is_own_file`` is true; else None."""
    data = _read(path, lambda opened: opened.read())
    return data if data is not None and sha256 and hashlib.sha256(data).hexdigest() == sha256 else None


def open_own(path: Path) -> BufferedReader | None:
    """A file, open for reading; None where ``is_own_file`` is not true, or it cannot be read."""
    if not is_own_file(path):
        return None
    try:
        opened = os.fdopen(os.open(path, _OPEN), "rb")
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
        return opened
    opened.close()
    return None


def _read(path: Path, read: Callable[[BufferedReader], Found]) -> Found | None:
    """What is read of a file; None where ``open_own`` gives none."""
    opened = open_own(path)
    if opened is None:
        return None
    with opened:
        try:
            return read(opened)
        except OSError:
            return None


def clear_place(path: Path) -> None:
    """Make the place free: a file or link is removed, and not what a link leads to; a folder gets another name.

    Raises:
        OSError: the folder cannot be written to.
    """
    if not _remove_file(path):
        path.replace(path.with_name(f"{path.name}.{_SET_ASIDE}-{os.urandom(4).hex()}"))


def clear_folder(folder: Path) -> None:
    """Remove all that is in the folder; what links in it lead to stays.

    Raises:
        OSError: the folder cannot be written to.
    """
    for path in folder.iterdir():
        if not _remove_file(path):
            shutil.rmtree(path)


def _remove_file(path: Path) -> bool:
    """Remove a file or link, and not what it leads to; False for a folder, which stays."""
    if path.is_dir() and not _is_link(path):
        return False
    path.unlink(missing_ok=True)
    return True


def entries_of(folder: Path) -> list[Path]:
    """What is in the folder; nothing where it cannot be read."""
    try:
        return list(folder.iterdir())
    except OSError:  # what needs it reports that
        return []


def _check(path: Path, what: str, is_kind: Callable[[int], bool]) -> None:
    try:
        status = path.lstat()
    except OSError:
        return
    if is_kind(status.st_mode) and not _leads_away(status):
        return
    found = f"a link to another place, not a {what} of the batch" if _is_link(path) else f"no {what}"
    raise BatchError(f"'{path}' is {found}.", "Move it out of the batch; imgvet follows no links there.")


def _status(path: Path) -> os.stat_result | None:
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return None
    return status if stat.S_ISREG(status.st_mode) and not _leads_away(status) else None


def _is_link(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISLNK(status.st_mode) or _leads_away(status)


def _leads_away(status: os.stat_result) -> bool:
    """Whether it is a junction or the like of Windows, which Python counts as a folder or file."""
    tag = getattr(status, "st_reparse_tag", 0)
    return tag in (getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1), getattr(stat, "IO_REPARSE_TAG_SYMLINK", -1))
