"""Every error that imgvet raises on purpose.

ImgvetError                 exit 4
├── UsageError              exit 2   the command was called with wrong words
│   ├── ProfileError                 a profile cannot be used: file, key, allowed values
│   ├── BatchError                   a batch folder cannot be used
│   │   └── BatchInUse               another imgvet is at work on it
│   ├── RegisterError                the register of release forms cannot be used, or cannot do what is asked
│   │   └── RegisterUnusable  exit 4 its file cannot be read or written now
│   ├── AnswersError                 the record of what was said of single photos cannot be used
│   └── TableError                   a table that people filled in cannot be imported: row, column, what is allowed
├── Interrupted             exit 130 somebody pressed Ctrl-C: what is kept, and how to go on
├── StorageError            exit 4   a disk is full or read-only, a drive is gone, a file may not be opened
├── ClusterError            exit 4   a cluster cannot be used, or not any more
├── ModelError              exit 4   a model is missing or altered: nothing may run
└── PhotoError              exit 4   one photo cannot be used; becomes a ``failed`` photo, never ends a batch
    ├── UnsupportedPhoto             a file format that imgvet does not read
    ├── UnreadablePhoto              damaged, too large, or not a regular file
    ├── UnprovenFile                 a written file did not pass the proof
    └── ShownFace                    a face or area that should be hidden can still be recognised in a written file

``reason`` is one plain sentence; ``details`` are further lines, such as the rows that are wrong; ``hint`` is the one
thing to do next, and ``command`` the whole command that does it, ready to be copied.
"""

from collections.abc import Sequence
from typing import ClassVar


class ImgvetError(Exception):
    """imgvet stops, or gives up one photo: the reason, and a hint what to do."""

    exit_code: ClassVar[int] = 4

    def __init__(self, reason: str, hint: str = "", details: Sequence[str] = (), command: str = "") -> None:
        super().__init__(reason, hint, details)
        self.reason = reason
        self.hint = hint
        self.details = tuple(details)
        self.command = command

    def __str__(self) -> str:
        lines = "\n".join((self.reason, *self.details))
        return f"{lines} {self.hint}".strip()


class UsageError(ImgvetError):
    """The command was called with wrong words."""

    exit_code: ClassVar[int] = 2


class ProfileError(UsageError):
    """A profile cannot be used; the reason names the file, the key and what is allowed."""


class BatchError(UsageError):
    """A folder cannot be used as a batch."""


class RegisterError(UsageError):
    """The register of release forms cannot be used, or cannot do what is asked."""


class BatchInUse(BatchError):
    """Another imgvet is at work on the batch."""


class RegisterUnusable(RegisterError):
    """The file of the register cannot be read or written now; the reason says why."""

    exit_code: ClassVar[int] = 4


class RegisterMoved(RegisterError):
    """The register was moved elsewhere, and nothing is recorded in it any more."""


class AnswersError(UsageError):
    """The record of what people said of single photos cannot be used."""


class TableError(UsageError):
    """A table that people filled in, or one of its cells, cannot be imported."""


class Interrupted(ImgvetError):
    """Somebody stopped the command; the reason says what is kept, the hint how to go on."""

    exit_code: ClassVar[int] = 130


class StorageError(ImgvetError):
    """A disk, a drive or a file on it does not do what is asked; see ``imgvet.storage_errors``."""


class ClusterError(ImgvetError):
    """A cluster that photos were to be vetted on cannot be used, or not any more; what was done before stays."""


class ModelError(ImgvetError):
    """A model is missing or altered, so no photo may be vetted."""


class PhotoError(ImgvetError):
    """One photo cannot be used; the pipeline turns it into a ``failed`` photo."""


class UnsupportedPhoto(PhotoError):
    """imgvet does not read files of this format."""


class UnreadablePhoto(PhotoError):
    """The file is damaged, too large, or not a regular file."""


class UnprovenFile(PhotoError):
    """A written file holds something that is not on the allow-list."""


class ShownFace(PhotoError):
    """A written file may still show a face or an area that should be hidden."""

    def __init__(self, reason: str, hint: str, places: Sequence[str] = ()) -> None:
        """``places``: the labels of those that can be covered larger, e.g. ``Face 2``."""
        super().__init__(reason, hint)
        self.places = tuple(places)
