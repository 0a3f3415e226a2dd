"""What the process that finishes a batch says to the server of the page: plain data, without a path of the disk."""

from collections.abc import Iterable
from typing import Any

import msgspec

from imgvet.batch.publications import OnlinePhoto, publication_words


class FileNote(msgspec.Struct, frozen=True):
    """One file in a channel's folder."""

    photo: int
    name: str
    title: str
    before: str = ""  # its name before, where it has another one now


class ChannelNews(msgspec.Struct, frozen=True):
    """What has changed in the folder of one channel."""

    channel: str
    folder: str
    ready: int  # photos that are in it
    new: list[FileNote]
    changed: list[FileNote]  # other bytes under the same name
    renamed: list[FileNote]
    gone: list[FileNote]


class OnlineNote(msgspec.Struct, frozen=True):
    """A photo on the web that must come down, or be replaced."""

    photo: int
    places: list[str]  # file, title, address and day of each
    addresses: list[str]


def online_notes(photos: Iterable[OnlinePhoto]) -> list[OnlineNote]:
    """What is recorded of photos on the web."""
    return [
        OnlineNote(
            each.number,
            [publication_words(one) for one in each.publications],
            [one.url for one in each.publications if one.url],
        )
        for each in photos
    ]


class NeedNote(msgspec.Struct, frozen=True):
    """What photos still need."""

    words: str
    photos: list[int]


class FailedNote(msgspec.Struct, frozen=True):
    """A photo that could not be vetted, and why."""

    photo: int
    why: str


class VerdictNote(msgspec.Struct, frozen=True):
    """How many photos have a verdict."""

    verdict: str
    number: int
    meaning: str


class FinishSummary(msgspec.Struct, frozen=True):
    """What one run came to."""

    round: int
    verdicts: list[VerdictNote]
    channels: list[ChannelNews]
    left: list[FileNote]  # removed with the folders of channels that the batch has no longer
    take_down: list[OnlineNote]
    replace: list[OnlineNote]
    needs: list[NeedNote]
    kept_out: list[NeedNote]  # a form does not allow the channel; nothing is open
    failed: list[FailedNote]
    files: list[str]  # what is in the folders and should not be, a sentence each
    corrected: list[str]  # what somebody had changed, and what came of it
    missing: list[int]  # photos whose original is
    renumbered: list[int]  # photos whose faces have other numbers now
    checklists: list[str]  # filled-in ones that nobody has imported, which were kept
    notes: list[str]  # e.g. that the register could not be updated


class FinishRequest(msgspec.Struct, frozen=True):
    """What is to be finished, and who does it."""

    batch: str  # absolute path; this way only, never to a page
    by: str
    register: str = ""  # of release forms; empty: the one that the batch has


class FinishStep(msgspec.Struct, frozen=True, tag="step"):
    """How far a run is."""

    words: str  # what is being done now
    done: int = 0
    total: int = 0  # 0: it cannot be counted
    seconds_left: float | None = None


class FinishDone(msgspec.Struct, frozen=True, tag="done"):
    """It has ended, and came to this."""

    summary: FinishSummary


class FinishFailed(msgspec.Struct, frozen=True, tag="failed"):
    """It has ended before its end; what was done stays, and the next run goes on from there."""

    kind: str  # "stopped", "in use" or "failed"
    reason: str
    hint: str


FinishMessage = FinishStep | FinishDone | FinishFailed


def message_of(data: bytes) -> Any:
    """The ``FinishMessage`` in the bytes.

    Raises:
        ValueError: they are none.
    """
    return msgspec.json.decode(data, type=FinishMessage)
