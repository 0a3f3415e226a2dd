"""A batch at one moment: read once at the start of a phase, and passed to everything in that phase."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from imgvet.batch.decisions.hash_chain import DecisionLog
from imgvet.batch.decisions.state import DecisionIndex
from imgvet.capture_order import ClockOffset
from imgvet.decisions import Decision
from imgvet.photo import Photo
from imgvet.profile import ProofMarks
from imgvet.settings import Redact


@dataclass(frozen=True, slots=True)
class SavedSettings:
    """The settings of a batch, as its database keeps them; the log names them by their digest."""

    profile: Mapping[str, Any]  # the whole profile, by its keys
    profile_folder: str | None
    event: tuple[str, date | None, str, tuple[str, ...]]  # text, day, link, tags
    channel: str  # the first one
    redact: Redact
    proof_marks: ProofMarks = "none"  # a batch of an earlier version has none
    register: str | None = None  # absolute path; None where there was none yet
    register_identity: str = ""  # of that register, whatever its file is called; empty where it is not known yet
    channels: tuple[str, ...] = ()  # the further ones
    folders: Mapping[str, str] = field(default_factory=dict)  # by channel, of every one that the batch ever had
    home: str = ""  # of these folders the one whose other files are in ``held/`` itself

    @property
    def channel_names(self) -> tuple[str, ...]:
        """All channels, the first one first."""
        return (self.channel, *self.channels)


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file in the folder of a channel."""

    number: int  # of its photo
    name: str
    title: str
    sha256: str
    round: int  # in which it came
    folder: str = "flickr"

    @property
    def key(self) -> tuple[str, int]:
        """By which it is the same file in another run."""
        return self.folder, self.number


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """What is known about the batch as a whole. Each field is a row of the table ``facts``, its value as JSON."""

    made_at: str  # ISO 8601, UTC
    secret: str  # 32 bytes in hexadecimal, which seed the noise of redactions
    applied: int | None = None  # decisions that the last finished run had applied
    applying: int = 0  # decisions that the current run applies
    stood: tuple[PublishedFile, ...] | None = None  # what was in the channels' folders before the current run
    rounds: int = 0  # runs that have brought something to a channel's folder
    digits: int = 3  # of the numbers in file names
    clock_offsets: tuple[ClockOffset, ...] = ()  # under which photos have joined
    under_way: bool = False  # a run has started and has not ended
    command: tuple[tuple[str, str], ...] | None = None  # the last ``imgvet batch`` as typed, except --out
    command_from: tuple[str, str] | None = None  # account and computer that typed it; None: a version before 0.8 did
    sheets: tuple[str, ...] = ()  # SHA-256 of the checklists that imgvet wrote, and of those that were imported
    identity: str = ""  # the batch's own, by which the register knows it in any folder; empty until it is first needed
    marks: tuple[str, ...] = ()  # of the latest notes in the register, see ``form_uses``
    tables: Mapping[str, str] = field(default_factory=dict)  # by folder: SHA-256 of its table as the last run wrote it
    references_given: Mapping[str, str] = field(default_factory=dict)  # by key of the row, while a sheet is imported


@dataclass(frozen=True, slots=True)
class NewEntries:
    """What lines of the log say that came after a snapshot."""

    decisions: tuple[Decision, ...] = ()  # of people, oldest first
    vetted: Mapping[int, str] = field(default_factory=dict)  # as in ``BatchSnapshot``


@dataclass(frozen=True)
class BatchSnapshot:
    """A batch at one moment. Code that acts on it later checks what has changed since, see ``placement.publish``."""

    photos: Sequence[Photo]  # those that were vetted, by number; thousands may be packed
    decisions: tuple[Decision, ...]  # of people, oldest first
    log: DecisionLog  # the same decisions as rows, and imgvet's own entries, with what shows whether they were altered
    facts: BatchFacts
    vetted: Mapping[int, str] = field(default_factory=dict)  # by the number of a photo: the hash of its newest vetting

    @cached_property
    def index(self) -> DecisionIndex:
        """The decisions by what they are about; not to be added to."""
        return DecisionIndex(self.decisions, self.vetted)

    def later(self, photos: Sequence[Photo], log: DecisionLog, facts: BatchFacts, new: NewEntries) -> "BatchSnapshot":
        """The batch at a later moment, of which only what is new was read.

        Args:
            photos: all of them.
            log: all of it, with the new lines.
            facts: as they are then.
            new: what is in the new lines.
        """
        vetted = {**self.vetted, **new.vetted}
        after = BatchSnapshot(photos, (*self.decisions, *new.decisions), log, facts, vetted)
        after.__dict__["index"] = self.index.with_added(new.decisions, new.vetted)  # in place of building it again
        return after

    def decisions_on(self, number: int) -> Sequence[Decision]:
        """The decisions on the original that the photo of that number is made from, oldest first."""
        return self.index.on_original(self._originals.get(number, ""))

    @cached_property
    def _originals(self) -> dict[int, str]:
        return {photo.number: photo.source_sha256 for photo in self.photos}
