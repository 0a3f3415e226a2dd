"""Files that somebody names: every one is opened here, as a regular file, and read no further than its kind may have.

What a file is and how large it is are asked of the open handle: by its name, another may be there a moment later. A
pipe without a writer never blocks.
"""

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imgvet.errors import AnswersError, BatchError, ProfileError, RegisterError, TableError, UsageError

_PIECE = 1024**2  # bytes read at once
_KIB, _MIB, _GIB = 1024, 1024**2, 1024**3  # bytes
# NOTE: without O_NONBLOCK, opening a pipe that took the file's place would block until it has a writer.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_CLOEXEC"))


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file that people name."""

    name: str  # of one, in words
    most: int  # bytes
    error: type[UsageError]  # of a file that cannot be used
    way_out: str  # what to do then


_SAVE_AGAIN = "Save the list as .csv or .xlsx again, and name that file."
_FROM_COPY = "Restore private/ from a copy, or use a new folder."
WORKBOOK = FileKind("filled-in table", 256 * _MIB, TableError, _SAVE_AGAIN)  # it may hold pictures, which are not read
CSV_LIST = FileKind("filled-in table", 8 * _MIB, TableError, _SAVE_AGAIN)
SCAN = FileKind("scan of a form", 100 * _MIB, RegisterError, "Scan the form again, and name that file.")
PROFILE = FileKind("profile", 256 * _KIB, ProfileError, "Name a .toml file, or a profile that comes with imgvet.")
MARK = FileKind("mark", 16 * _MIB, ProfileError, "Save the mark as a PNG with transparency, about 512 pixels high.")
FONT = FileKind("font", 64 * _MIB, ProfileError, "Name a TrueType file (.ttf), or leave the key out.")
REGISTER = FileKind("register", 64 * _GIB, RegisterError, "Name the register itself, or a new file, with --register.")
ANSWERS = FileKind("record of answers", 64 * _GIB, AnswersError, "Name another file with IMGVET_ANSWERS.")
BATCH_DATABASE = FileKind("database of a batch", 1024 * _GIB, BatchError, _FROM_COPY)
BATCH_FILE = FileKind("file of a batch", 4 * _GIB, BatchError, "Move it out of the batch, and run again.")

_NOT_REGULAR = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class UnfitFile(Exception):
    """A file cannot be read; ``what`` follows its name, ``way_out`` says what to do, where there is one thing."""

    def __init__(self, what: str, way_out: str = "") -> None:
        super().__init__(what)
        self.what, self.way_out = what, way_out


class LargeFile(UnfitFile):
    """It has more bytes than its kind may have."""


class ChangingFile(UnfitFile):
    """It changed while it was read, or holds something else than its size says, as the system's own files do."""


def regular_pieces(path: Path, most: int, at_once: int = _PIECE) -> Iterator[bytes]:
    """What is in a regular file of at most ``most`` bytes, piece by piece; it must stay as it is meanwhile.

    ``at_once``: bytes that a piece has at most.

    Raises:
        LargeFile: it is larger than that.
        ChangingFile: it changed; what was handed on must not be used.
        UnfitFile: it is not there, no regular file, or may not be read.
    """
    handle, told = _opened(path, most)
    try:
        read = 0
        while piece := os.read(handle, min(at_once, told.st_size + 1 - read)):
            read += len(piece)
            if read > told.st_size:
                break
            yield piece
        after = os.fstat(handle)
    except OSError as problem:
        raise UnfitFile(*_why_not(path, problem)) from problem
    finally:
        os.close(handle)
    if (read, told.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or read != told.st_size:
        raise ChangingFile("changed while it was read", "Wait until the file is complete, and run the command again.")


def read_regular(path: Path, most: int) -> bytes:
    """The whole of a regular file of at most ``most`` bytes; where it changes meanwhile, it is read once more.

    Raises:
        UnfitFile: as ``regular_pieces``.
    """
    try:
        return b"".join(regular_pieces(path, most, most + 1))  # one piece, which is not copied
    except ChangingFile:
        return b"".join(regular_pieces(path, most, most + 1))


def read_start(path: Path, size: int) -> bytes:
    """The first bytes of a regular file, at most ``size``.

    Raises:
        UnfitFile: it is not there, no regular file, or may not be read.
    """
    return _read_part(path, size, at_end=False)


def read_end(path: Path, size: int) -> bytes:
    """The last bytes of a regular file, at most ``size``.

    Raises:
        UnfitFile: as ``read_start``.
    """
    return _read_part(path, size, at_end=True)


def _read_part(path: Path, size: int, *, at_end: bool) -> bytes:
    handle, told = _opened(path, sys.maxsize)
    try:
        if at_end:
            os.lseek(handle, max(0, told.st_size - size), os.SEEK_SET)
        return os.read(handle, size)
    except OSError as problem:
        raise UnfitFile(*_why_not(path, problem)) from problem
    finally:
        os.close(handle)


def read_named(path: Path, kind: FileKind, key: str = "") -> bytes:
    """The whole of a file that somebody named; ``key`` is that of the profile that names it, for messages.

    Raises:
        UsageError: of the kind's own class; it cannot be read, and why.
    """
    try:
        return read_regular(path, kind.most)
    except UnfitFile as problem:
        raise refusal(path, kind, problem, key) from problem


def named_pieces(path: Path, kind: FileKind) -> Iterator[bytes]:
    """What is in a file that somebody named, piece by piece.

    Raises:
        UsageError: of the kind's own class; it cannot be read, or changed meanwhile: what was handed on is void.
    """
    try:
        yield from regular_pieces(path, kind.most)
    except UnfitFile as problem:
        raise refusal(path, kind, problem) from problem


def named_sha256(path: Path, kind: FileKind) -> str:
    """SHA-256 of a file that somebody named, in hexadecimal.

    Raises:
        UsageError: as ``named_pieces``.
    """
    digest = hashlib.sha256()
    for piece in named_pieces(path, kind):
        digest.update(piece)
    return digest.hexdigest()


def check_named(path: Path, kind: FileKind, key: str = "") -> None:
    """Check a file that a library opens by its name: that it is a regular one, and no larger than its kind.

    NOTE: it is not opened: closing it would give up the locks that this process's own databases have on it.

    Raises:
        UsageError: of the kind's own class.
    """
    try:
        _looked_at(path, kind.most)
    except UnfitFile as problem:
        raise refusal(path, kind, problem, key) from problem


def refusal(path: Path, kind: FileKind, problem: UnfitFile, key: str = "") -> UsageError:
    """The error that says why a file that somebody named cannot be used, and the way out."""
    what = f"is larger than any {kind.name} ({_measure(kind.most)})" if isinstance(problem, LargeFile) else problem.what
    return kind.error(f"{key and f'{key}: '}'{path}' {what}.", problem.way_out or kind.way_out)


def is_named(path: Path) -> bool:
    """Whether anything bears that name, were it a link that leads nowhere."""
    return os.path.lexists(path)  # Path.exists follows links


def _opened(path: Path, most: int) -> tuple[int, os.stat_result]:
    """A handle on a regular file of at most ``most`` bytes, and what is known of it."""
    _looked_at(path, most)  # before it is opened: opening some devices has an effect
    try:
        handle = os.open(path, _FLAGS)
    except OSError as problem:
        raise UnfitFile(*_why_not(path, problem)) from problem
    try:
        told = os.fstat(handle)
        _check(told, most)
    except BaseException:
        os.close(handle)
        raise
    return handle, told


def _looked_at(path: Path, most: int) -> None:
    """Check what bears that name at the moment."""
    try:
        told = os.stat(path)  # noqa: PTH116 - Path.stat does the same, and is slower
    except (OSError, ValueError) as problem:  # a name with a zero byte raises ValueError
        raise UnfitFile(*_why_not(path, problem)) from problem
    _check(told, most)


def _check(told: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(told.st_mode):
        kind = _NOT_REGULAR.get(stat.S_IFMT(told.st_mode), "something else")
        raise UnfitFile(f"is {kind}, not a regular file")
    if told.st_size > most:
        raise LargeFile(f"is larger than {_measure(most)}")


def _why_not(path: Path, problem: OSError | ValueError) -> tuple[str, str]:
    """Why a file cannot be opened or read, and the way out where it is not that of its kind."""
    if isinstance(problem, ValueError):
        return "has a name that no file can have", ""
    if problem.errno == errno.ELOOP:
        return "is a link to itself", ""
    if problem.errno == errno.ENOENT and path.is_symlink():
        return "is a link to a file that is not there", ""
    if problem.errno == errno.ENAMETOOLONG:
        return "cannot be opened: its name is too long for this system", "Rename it and run the command again."
    return f"cannot be opened: {problem.strerror or 'unknown reason'}", "Check the file and its permissions."


def _measure(size: int) -> str:
    units = ((_GIB, "GiB"), (_MIB, "MiB"), (_KIB, "KiB"), (1, "bytes"))
    unit, name = next(each for each in units if size >= each[0])
    return f"{size // unit} {name}"
