"""The log of a batch: what people decided, by today's numbers, and whether the log is unaltered."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imgvet.batch.decisions.approvals import from_one_account
from imgvet.batch.decisions.hash_chain import MIN_HEAD_DIGITS, START_HASH, ChainBreak, DecisionLog, LogRow, first_break
from imgvet.batch.decisions.record import apply_decisions
from imgvet.batch.decisions.rows import decision_from_row
from imgvet.batch.decisions.state import DecisionIndex, face_ids
from imgvet.batch.decisions.targets import NamedPhotos, areas_named, faces_named, photo_and_parts
from imgvet.batch.packed import PackedPhotos
from imgvet.decisions import Decision, decision_kind
from imgvet.errors import BatchError, UsageError
from imgvet.photo import Photo
from imgvet.text import command_line


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One decision of the log, as people read it."""

    number: int  # of the entry, from 1
    decision: Decision
    hash: str
    photo: int | None  # the number of its photo today; None: it is about the whole batch
    face: int | None  # the number that its face has today; None: it is about no face, or about one that has none now
    one_account: bool  # it approves what came from the same account on the same computer
    another_picture: bool  # it is about an original that no photo is made from now; ``photo`` is what its number was
    area: str = ""  # the letters that its area has today; empty where the number of a face would be None

    def as_json(self) -> dict[str, Any]:
        """The line as ``--json`` prints it."""
        decision = self.decision
        box = decision.area.area_id if decision.area else decision.face
        return {
            "entry": self.number,
            "at": decision.at,
            "by": decision.by,
            "kind": decision.kind,
            "photo": self.photo,
            "face": self.face,
            "area": self.area or None,
            "box": box.as_list() if box else None,
            "value": decision.value,
            "note": decision.note,
            "source_sha256": decision.source_sha256,
            "another_picture": self.another_picture,
            "account": decision.signed_in.account if decision.signed_in else None,
            "machine": decision.signed_in.machine if decision.signed_in else None,
            "one_account": self.one_account,
            "hash": self.hash,
        }


@dataclass(frozen=True, slots=True)
class LogCheck:
    """The result of checking a log."""

    count: int  # entries
    head: str  # the hash of the last one
    broken: ChainBreak | None  # None: nothing was altered, removed, reordered or put in

    def as_json(self) -> dict[str, Any]:
        """The outcome as ``--json`` prints it."""
        entry, problem = (self.broken.entry, self.broken.reason) if self.broken else (None, None)
        return {"whole": not self.broken, "entries": self.count, "head": self.head, "entry": entry, "problem": problem}


def check_log(log: DecisionLog, noted: str = "") -> LogCheck:
    """Check whether the log is unaltered.

    ``noted`` is a head that was noted before, or its first digits; spaces and capitals make no difference.

    Raises:
        UsageError: ``noted`` is not a head, or too short to be one head only.
    """
    head = re.sub(r"\s", "", noted).lower()
    if noted and not re.fullmatch(rf"[0-9a-f]{{{MIN_HEAD_DIGITS},{len(START_HASH)}}}", head):
        raise UsageError(
            f"'{noted}' is not the fingerprint of a log.",
            f"A fingerprint is {len(START_HASH)} digits 0-9 and a-f; give at least the first {MIN_HEAD_DIGITS}.",
        )
    return LogCheck(len(log.rows), log.head, first_break(log.rows, log.counters, head))


def check_unaltered(log: DecisionLog, batch: Path) -> None:
    """Refuse to act on a log of decisions that was altered.

    Raises:
        BatchError: an entry was altered, removed, moved or inserted.
    """
    refuse_altered(check_log(log).broken, batch)


def refuse_altered(broken: ChainBreak | None, batch: Path) -> None:
    """The same of a log that was checked already.

    Raises:
        BatchError: ``broken`` says where it was altered.
    """
    if broken:
        verify = command_line("imgvet", "log", batch, "--verify")
        raise BatchError(
            f"The log of decisions was altered. {broken.reason}",
            f"No photo is moved until private/batch.db is restored from a copy. See {verify}",
        )


def history(
    log: DecisionLog, photos: Sequence[Photo], about: str = "", *, own_entries: bool = False
) -> Iterator[LogEntry]:
    """Decisions: of the whole batch, one photo (``3``), some of its faces (``3:1``) or areas (``3:A``), oldest first.

    ``own_entries``: with what imgvet recorded of its own work, too.
    Entries that were altered so that they cannot be read are left out; ``check_log`` reports them.

    Raises:
        UsageError: there is no such photo or face.
    """
    made = DecisionIndex(decision for _, decision, _ in _lines(log.rows))
    now = PackedPhotos(apply_decisions(photo, made.on_original(photo.source_sha256)) for photo in photos)
    by_content: dict[str, int] = {}
    # By original, for each decision the number of its face and the letters of its area today.
    faces_of: dict[str, list[tuple[int | None, str]]] = {}
    for each in now:
        if each.source_sha256:
            by_content.setdefault(each.source_sha256, each.number)
        faces_of[each.source_sha256] = _parts_today(each, made)
    part = photo_and_parts(about)
    only = NamedPhotos(now)[part.photo] if about else None
    wanted: set[int | str] | None = None
    if only and part.within:
        wanted = {
            *(face.number for face in faces_named(only, part)),
            *(area.letters for area in areas_named(only, part)),
        }
    following = {sha256: iter(numbers) for sha256, numbers in faces_of.items()}
    alone: dict[str, Iterator[bool]] = {}
    for number, decision, digest in _lines(row for row in log.rows if own_entries or row.is_of_people):
        if decision.is_by_imgvet and not own_entries:
            continue
        original, of_people = decision.source_sha256, not decision_kind(decision.kind).machine
        photo = by_content.get(original)
        face, area = next(following.get(original, iter(())), _NO_PART) if of_people else _NO_PART
        if original not in alone:
            alone[original] = iter(from_one_account(made.on_original(original)))
        one_account = next(alone[original], False) if of_people else False
        is_another = photo is None and bool(original)  # no photo is made from it any more
        line = LogEntry(
            number, decision, digest, decision.photo if photo is None else photo, face, one_account, is_another, area
        )
        about_it = only is None or only.number == line.photo or decision.source_sha256 == only.source_sha256 != ""
        if about_it and (wanted is None or line.face in wanted or line.area in wanted):
            yield line


def _lines(entries: Iterable[LogRow]) -> Iterator[tuple[int, Decision, str]]:
    for entry in entries:
        try:
            yield entry.number, decision_from_row(entry), str(entry.untrusted_hash)
        except BatchError:
            continue


_NO_PART: tuple[int | None, str] = (None, "")


def _parts_today(photo: Photo, made: DecisionIndex) -> list[tuple[int | None, str]]:
    """Today's number of the face and letters of the area that each decision on the original is about, oldest first."""
    faces = {face.face_id: face.number for face in photo.faces}
    areas = {area.area_id: area.letters for area in photo.areas}
    on_faces = iter(face_ids(made.on_original(photo.source_sha256)))
    return [
        (
            faces.get(next(on_faces)[1]) if each.face is not None else None,
            areas.get(each.area.area_id, "") if each.area is not None else "",
        )
        for each in made.on_original(photo.source_sha256)
    ]
