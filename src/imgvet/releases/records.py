"""What the register says and is told, beside the forms themselves. Plain records; no file is opened here."""

from dataclasses import asdict, dataclass

from imgvet.releases.release import Release
from imgvet.releases.scans import FormScan
from imgvet.signed_in import SignedIn


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the register's history."""

    at: str  # ISO 8601, UTC
    by: str  # who recorded it
    kind: str  # added, changed, withdrawn, refused, purged, reserved or clock
    reference: str
    why: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()  # field, before, after
    signed_in: SignedIn | None = None  # under which account; None: recorded before 0.7

    def as_json(self) -> dict[str, str | None]:
        """The line as ``--json`` prints it."""
        place = asdict(self.signed_in) if self.signed_in else {"account": None, "machine": None}
        return {"at": self.at, "by": self.by, "kind": self.kind, "why": self.why, **place}


@dataclass(frozen=True, slots=True)
class FormIntake:
    """What is imported into the register in one step."""

    new: tuple[Release, ...] = ()
    changed: tuple[tuple[Release, Release], ...] = ()  # each as it was read, and as it shall be
    scans: tuple[FormScan, ...] = ()  # that these forms name
