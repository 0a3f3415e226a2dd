"""What the system or SQLite says of a disk, in one plain sentence, with the way out.

Every error of a file or a database that reaches a person is put into words here, and nowhere else.
"""

import contextlib
import errno
import os
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

from imgvet.errors import ImgvetError, StorageError


@dataclass(frozen=True, slots=True)
class _Trouble:
    """One kind of trouble with a disk, and how it is recognised."""

    reason: str  # {file} is the file, in quotation marks
    hint: str
    system: tuple[str, ...]  # names of the system's errors; a system that has not all of them has the others
    sqlite: tuple[int, ...] = ()  # SQLite's codes, extended or primary


_GO_ON = "then run the same command again. Everything finished so far is kept."
_FULL = _Trouble(
    "The disk is full: {file} cannot be written.", f"Make room on it, {_GO_ON}",
    ("ENOSPC", "EDQUOT"), (sqlite3.SQLITE_FULL,),
)  # fmt: skip
_TOO_LARGE = _Trouble(
    "{file} cannot be written: it is larger than files may be here.",
    f"Work on another disk, or have the limit on the size of files raised, {_GO_ON}",
    ("EFBIG",),
)
_NO_LOCKS = _Trouble(
    "The drive of {file} does not let imgvet lock files, as some network drives do not.",
    "Work in a folder on a disk of this computer, or have file locking turned on for the drive.",
    ("ENOLCK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"),
    (
        sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_RDLOCK, sqlite3.SQLITE_IOERR_UNLOCK,
        sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS,
    ),
)  # fmt: skip
_IN_USE = _Trouble(
    "{file} is in use by another program.", "Close it there, or try again in a moment.",
    ("EBUSY", "ETXTBSY", "EDEADLK"), (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
)  # fmt: skip
_DAMAGED = _Trouble(
    "{file} is damaged.", "Restore it from its last copy.",
    (),
    (
        sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_MISMATCH,
    ),
)  # fmt: skip
_TROUBLES = (
    _FULL,
    _TOO_LARGE,
    _NO_LOCKS,
    _Trouble(
        "The disk is read-only: {file} cannot be written.",
        "Remove its write protection, or work on another disk.",
        ("EROFS",), (sqlite3.SQLITE_READONLY,),
    ),
    _Trouble(
        "You have no permission to open or change {file}.",
        "Check its permissions and those of its folder, and close the programs that have it open.",
        ("EACCES", "EPERM"), (sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH),
    ),
    _Trouble(
        "{file} is not there, or its folder is not.",
        f"Check that its folder is there and its drive is connected, {_GO_ON}",
        ("ENOENT", "ENOTDIR", "ENODEV", "ENXIO"),
    ),
    _Trouble(
        "Too many files are open at once: {file} cannot be opened.",
        f"Close other programs, or raise the limit of open files (ulimit -n), {_GO_ON}",
        ("EMFILE", "ENFILE"),
    ),
    _Trouble(
        "The network drive of {file} does not answer.", f"Check its connection, {_GO_ON}",
        ("ESTALE", "ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ECONNRESET", "ENOTCONN"),
    ),
    _Trouble(
        "{file} cannot be read or written: the disk reports a fault.",
        f"Check the disk and its connection, copy elsewhere what is on it, {_GO_ON}",
        ("EIO", "EREMOTEIO"), (sqlite3.SQLITE_IOERR,),
    ),
    _Trouble(
        "There is too little memory to open {file}.", f"Close other programs, {_GO_ON}",
        ("ENOMEM",), (sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_IOERR_NOMEM),
    ),
    _IN_USE,
    _DAMAGED,
    _Trouble("The name of {file} is too long for its disk.", "Use shorter names of folders.", ("ENAMETOOLONG",)),
    _Trouble("{file} is a folder, and a file is needed.", "Move it away, or name another one.", ("EISDIR",)),
    _Trouble("The link {file} leads back to itself.", "Name the file or folder itself.", ("ELOOP",)),
    _Trouble("{file} is there already.", "Move it away, or name another one.", ("EEXIST", "ENOTEMPTY")),
)  # fmt: skip
_VAGUE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY}


def storage_words(problem: OSError | sqlite3.Error, file: Path | None = None, *, called: str = "") -> tuple[str, str]:
    """What is the matter, one plain sentence, and the way out.

    Args:
        problem: what the system or SQLite says.
        file: what was being read or written, where the error does not say so itself.
        called: what to call it in place of its path, which may be private.
    """
    named = getattr(problem, "filename", None) or file
    name = f"'{os.fsdecode(named)}'" if isinstance(named, str | bytes | os.PathLike) else "a file"
    name = called or name
    trouble = _trouble(problem, Path(os.fsdecode(named)) if isinstance(named, str | bytes | os.PathLike) else None)
    if trouble is not None:
        reason = trouble.reason.format(file=name)
        return reason[0].upper() + reason[1:], trouble.hint
    says = (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
    return f"{name}: {says}.".removeprefix("a file: "), f"Check the disk and its permissions, {_GO_ON}"


def storage_error(problem: OSError | sqlite3.Error, file: Path | None = None) -> ImgvetError:
    """The error to raise in place of that one, see ``storage_words``."""
    return StorageError(*storage_words(problem, file))


def is_in_use(problem: OSError | sqlite3.Error, file: Path) -> bool:
    """Whether another process has the database locked, and nothing else is the matter."""
    return _trouble(problem, file) is _IN_USE


def is_damaged(problem: OSError | sqlite3.Error) -> bool:
    """Whether the file is damaged or not a database, which neither a retry nor more disk space would correct."""
    no_text = str(problem).startswith("Could not decode")  # Python, of bytes that are not UTF-8
    return _by_code(problem) is _DAMAGED or type(problem) is sqlite3.DatabaseError or no_text


def _trouble(problem: OSError | sqlite3.Error, file: Path | None) -> _Trouble | None:
    if isinstance(problem, OSError):
        return _by_number(_number_of(problem))
    code = getattr(problem, "sqlite_errorcode", 0)
    if file is not None and code & 0xFF in _VAGUE:
        return _by_trying(file, code) or _by_code(problem)
    return _by_code(problem)


def _number_of(problem: BaseException | None) -> int | None:
    """The system's number of the error; a library may have wrapped it in one of its own."""
    while problem is not None:
        if isinstance(problem, OSError) and problem.errno is not None:
            return problem.errno
        problem = problem.__cause__ or problem.__context__
    return None


def _by_number(number: int | None) -> _Trouble | None:
    names = {name for name in dir(errno) if name.startswith("E") and getattr(errno, name) == number}
    return next((each for each in _TROUBLES if names & set(each.system)), None)


def _by_code(problem: OSError | sqlite3.Error) -> _Trouble | None:
    code = getattr(problem, "sqlite_errorcode", 0)
    for wanted in (code, code & 0xFF):
        for each in _TROUBLES:
            if wanted in each.sqlite:
                return each
    return None


def _by_trying(file: Path, code: int) -> _Trouble | None:
    """What the system itself says of the file and its folder; SQLite's code alone would not show it."""
    try:
        if code & 0xFF != sqlite3.SQLITE_BUSY:  # closing the file would give up this process's own locks on it
            with contextlib.suppress(FileNotFoundError):
                os.close(os.open(file, os.O_RDWR))
        with tempfile.TemporaryFile(dir=file.parent) as trial:
            trial.write(b"\0" * 4096)
            trial.flush()
            _try_lock(trial.fileno())
    except OSError as problem:
        return _by_number(problem.errno)
    return _TOO_LARGE if code == sqlite3.SQLITE_IOERR_WRITE and _has_size_limit() else None


def _try_lock(descriptor: int) -> None:
    with contextlib.suppress(ImportError):  # Windows, which always locks
        import fcntl  # noqa: PLC0415

        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _has_size_limit() -> bool:
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows
        return False
    return resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY
