"""The log of a batch: what people decided, by today's numbers, and whether it is still what was once written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from imgvet.batch.decisions.hash_chain import (
    MIN_HEAD_DIGITS,
    START_HASH,
    ChainBreak,
    LogRow,
    first_break,
)
from imgvet.batch.decisions.record import apply_decisions
from imgvet.batch.decisions.rows import decision_from_row
from imgvet.batch.decisions.state import by_photo, face_ids
from imgvet.batch.decisions.targets import faces_named, photo_and_faces, photo_named
from imgvet.batch.store import BatchStore
from imgvet.decisions import Decision
from imgvet.errors import BatchError, UsageError
from imgvet.photo import Photo


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One decision of the log, as people read it."""

    number: int  # of the entry, from 1
    decision: Decision
    hash: str
    face: int | None  # the number that its face has today; None: it is about no face, or about one that has none now
    another_picture: bool  # it is about another picture than the one that stands under the photo's number now

    def as_json(self) -> dict[str, Any]:
        """The line as ``--json`` prints it."""
        said = self.decision
        return {
            "entry": self.number,
            "at": said.at,
            "by": said.by,
            "kind": said.kind,
            "photo": said.photo,
            "face": self.face,
            "box": said.face.as_list() if said.face else None,
            "value": said.value,
            "note": said.note,
            "source_sha256": said.source_sha256,
            "another_picture": self.another_picture,
            "hash": self.hash,
        }


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What the check of a log came to."""

    count: int  # entries
    head: str  # the hash of the last one
    broken: ChainBreak | None  # None: nothing was altered, removed, reordered or put in

    def as_json(self) -> dict[str, Any]:
        """The outcome as ``--json`` prints it."""
        entry, problem = (self.broken.entry, self.broken.reason) if self.broken else (None, None)
        return {"whole": not self.broken, "entries": self.count, "head": self.head, "entry": entry, "problem": problem}


def log_head(folder: BatchStore) -> tuple[int, str]:
    """How many decisions the log holds, and the hash of the last one: what to note elsewhere, such as on paper."""
    count, last = folder.database.execute("SELECT count(*), max(id) FROM decisions").fetchone()
    head = folder.database.execute("SELECT hash FROM decisions WHERE id = ?", (last,)).fetchone()
    return count, head[0] if head else START_HASH


def check_log(folder: BatchStore, noted: str = "") -> LogCheck:
    """Whether the log is still what was once written.

    ``noted`` is a head that was noted before, or its first digits; spaces and capitals make no difference.

    Raises:
        UsageError: ``noted`` is no head, or too short to tell one from another.
    """
    head = re.sub(r"\s", "", noted).lower()
    if noted and not re.fullmatch(rf"[0-9a-f]{{{MIN_HEAD_DIGITS},{len(START_HASH)}}}", head):
        raise UsageError(
            f"'{noted}' is no head of a log.",
            f"A head has {len(START_HASH)} digits 0-9 and a-f; give {MIN_HEAD_DIGITS} at least.",
        )
    with folder.database:
        folder.database.execute("BEGIN")  # both as they are at one moment
        entries, counters = folder.entries(), folder.counters()
    last = entries[-1].untrusted_hash if entries else START_HASH
    return LogCheck(len(entries), str(last), first_break(entries, counters, head))


def check_unaltered(folder: BatchStore) -> None:
    """Refuse to act on decisions that are not what was once taken down.

    Raises:
        BatchError: an entry was altered, removed, moved or put in.
    """
    broken = check_log(folder).broken
    if broken:
        raise BatchError(
            f"The log of decisions is not what was written. {broken.reason}",
            f"No photo moves until a copy of private/batch.db is restored. See imgvet log {folder.path} --verify.",
        )


def history(folder: BatchStore, about: str = "") -> Iterator[LogEntry]:
    """The decisions of the whole batch, of one photo (``3``) or one face (``3:1``), oldest first.

    Entries that were altered so that they cannot be read are left out; ``check_log`` tells of them.

    Raises:
        UsageError: there is no such photo or face.
    """
    lines = list(_lines(folder.entries()))
    made = by_photo(said for _, said, _ in lines)
    photos = {photo.number: apply_decisions(photo, made[photo.number]) for photo in folder.photos()}
    name, faces = photo_and_faces(about)
    only = photo_named(list(photos.values()), name) if about else None
    wanted = {face.number for face in faces_named(only, faces)} if only and faces else None
    numbers = {number: _face_numbers(photo, made[number]) for number, photo in photos.items()}
    for number, said, digest in lines:
        photo = photos.get(said.photo or 0)
        line = LogEntry(number, said, digest, _number_of(numbers, said), _is_another(photo, said))
        if only is None or (said.photo == only.number and (wanted is None or line.face in wanted)):
            yield line


def _lines(entries: list[LogRow]) -> Iterator[tuple[int, Decision, str]]:
    for entry in entries:
        try:
            yield entry.number, decision_from_row(entry), str(entry.untrusted_hash)
        except BatchError:
            continue


def _face_numbers(photo: Photo, decisions: list[Decision]) -> dict[int, int]:
    """Today's number of the face that each decision is about; the decisions by their place in memory."""
    about = [each for each in decisions if each.source_sha256 == photo.source_sha256]
    today = {face.face_id: face.number for face in photo.faces if face.face_id}
    return {id(each): today[first] for each, first in face_ids(about) if first in today}


def _number_of(numbers: dict[int, dict[int, int]], said: Decision) -> int | None:
    return numbers.get(said.photo or 0, {}).get(id(said))


def _is_another(photo: Photo | None, said: Decision) -> bool:
    return photo is not None and bool(said.source_sha256) and said.source_sha256 != photo.source_sha256
