"""What people said of single photos with ``imgvet check``: by original, in a log like that of a batch.

It is one SQLite file of the user's own, beside the register of release forms. The log in it is written, chained,
checked and replayed by the code of a batch. Beside the log it has, for each original, the faces as somebody
last saw them with their numbers, so that ``face 2`` is the face that they mean, whatever is found the next time.
"""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec
from platformdirs import user_data_path

from imgvet.batch.bounds import is_box, is_outline, is_sha256
from imgvet.batch.decisions.hash_chain import DecisionLog, LogCounters, first_break
from imgvet.batch.decisions.record import DecisionRequest, decision_on
from imgvet.batch.decisions.rows import append_decisions, decisions_of, name_in_log, read_rows
from imgvet.batch.decisions.state import DecisionIndex, area_records, face_ids, face_records
from imgvet.batch.record_checks import is_path
from imgvet.batch.schema import ANSWERS_SCHEMA
from imgvet.decisions import REOPEN, AreaRecord, Decision, DecisionScope, FaceEffect, FaceRecord, decision_kind
from imgvet.errors import AnswersError, BatchError, UsageError
from imgvet.geometry import Box
from imgvet.named_files import is_named
from imgvet.photo import Area, Face, Photo, area_letters
from imgvet.profile import Profile
from imgvet.rules.area_rules import AREA_RULES
from imgvet.sqlite_store import (
    AlteredDatabase,
    ForeignDatabase,
    NewerDatabase,
    create_private,
    open_database,
    transaction,
)
from imgvet.storage_errors import is_damaged, is_in_use, storage_words
from imgvet.text import spans

_RESTORE = "Restore it from a copy. Or move it away: then every face and area needs an answer again."
_Sides = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class ShownFaces:
    """The faces and areas of an original under the numbers that somebody last saw, and the picture that shows them."""

    faces: tuple[Face, ...]
    preview: Path
    preview_sha256: str
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True)
class CheckAnswers:
    """The answers, open for reading and writing."""

    path: Path
    database: sqlite3.Connection
    index: DecisionIndex

    @property
    def count(self) -> int:
        """How many answers are in the log."""
        with _told(self.path):
            (number,) = self.database.execute("SELECT count(*) FROM decisions").fetchone()
        return int(number)

    def on_original(self, sha256: str) -> Sequence[Decision]:
        """What was said of the original with that SHA-256, oldest first."""
        return self.index.on_original(sha256)

    def face_records(self, sha256: str) -> tuple[FaceRecord, ...]:
        """Its faces that somebody has answered for, each with what is valid for it now."""
        return face_records(self.on_original(sha256))

    def area_records(self, sha256: str) -> tuple[AreaRecord, ...]:
        """The same of its areas."""
        return area_records(self.on_original(sha256))

    def newest_on_parts(self, sha256: str) -> dict[tuple[DecisionScope, Box], Decision]:
        """The newest decision on each of its faces and areas, by their identity; approvals do not count as answers."""
        said = self.on_original(sha256)
        told = [((DecisionScope.FACE, face_id), each) for each, face_id in face_ids(said)]
        told += [((DecisionScope.AREA, each.area.area_id), each) for each in said if each.area]
        return {part: each for part, each in told if decision_kind(each.kind).effect is not FaceEffect.APPROVES}

    def decide(self, decisions: Iterable[Decision]) -> None:
        """Add decisions to the log, all of them or none.

        Raises:
            UsageError: a name is none, or looks like another one in the log.
            AnswersError: the file cannot be written to.
        """
        decisions = tuple(decisions)
        with _told(self.path), transaction(self.database):
            for name in {each.by for each in decisions}:
                name_in_log(self.database, name, "the record of answers to single photos")
            append_decisions(self.database, decisions)
        self.index.add(decisions)

    def shown(self, sha256: str) -> ShownFaces | None:
        """The faces of that original as somebody last saw them with their numbers; None where nobody did.

        Raises:
            AnswersError: what is known of them is damaged.
        """
        query = "SELECT faces, areas, preview, preview_sha256 FROM shown_faces WHERE sha256 = ?"
        with _told(self.path):
            row = self.database.execute(query, (sha256,)).fetchone()
        if row is None:
            return None
        try:
            pairs = msgspec.json.decode(row[0], type=list[tuple[_Sides, _Sides]])
            boxes = [(Box(*box), Box(*told)) for box, told in pairs]
            rows = msgspec.json.decode(row[1], type=list[_AreaRow])
            areas = tuple(_shown_area(place, each) for place, each in enumerate(rows))
            if not (all(is_box(box) for pair in boxes for box in pair) and is_path(row[2]) and is_sha256(row[3])):
                raise ValueError
        except (TypeError, ValueError, RecursionError):
            raise AnswersError(f"What '{self.path}' says of the faces of a photo is damaged.", _RESTORE) from None
        faces = tuple(Face(number, box, 1.0, face_id=told) for number, (box, told) in enumerate(boxes, 1))
        return ShownFaces(faces, Path(os.fsdecode(row[2])), row[3], areas)

    def note_shown(self, photo: Photo, preview: Path, preview_sha256: str) -> ShownFaces | None:
        """Note under which numbers somebody sees the faces and areas of a photo, and in which picture.

        Returns:
            What was noted before.

        Raises:
            AnswersError: the file cannot be written to.
        """
        faces = json.dumps([(face.box.as_list(), face.identity.as_list()) for face in photo.faces])
        areas = json.dumps([_area_row(area) for area in photo.areas])
        row = (photo.source_sha256, faces, os.fsencode(preview), preview_sha256, areas)
        with _told(self.path), transaction(self.database):
            before = self.shown(photo.source_sha256)
            self.database.execute("INSERT OR REPLACE INTO shown_faces VALUES (?, ?, ?, ?, ?)", row)
        return before

    def forget_shown(self, sha256: str) -> None:
        """Forget them: the picture that shows the numbers is gone."""
        with _told(self.path), transaction(self.database):
            self.database.execute("DELETE FROM shown_faces WHERE sha256 = ?", (sha256,))


@dataclass(frozen=True, slots=True)
class FaceAnswer:
    """What somebody says of some faces and areas of one photo, by their numbers."""

    option: str  # by which it was given, for messages
    faces: tuple[int, ...]
    request: DecisionRequest
    areas: tuple[int, ...] = ()
    possible: bool = False  # about all possible faces that need a decision; see ``on_possible_faces``


def on_possible_faces(
    answers: Iterable[FaceAnswer], seen: Photo, found: Photo, records: Iterable[FaceRecord], name: str
) -> list[FaceAnswer]:
    """The answers, those about all possible faces with their numbers.

    Args:
        answers: what somebody says.
        seen: the photo with its faces as the person has seen them; they have the numbers.
        found: the photo as it was just vetted; its faces say which are possible.
        records: faces that somebody has answered for before, whose answers stay unless they are withdrawn.
        name: of the photo in messages.

    Raises:
        UsageError: no possible face needs a decision.
    """
    possible = {face.identity for face in found.faces if face.possible}
    answered = {each.face_id for each in records if each.answer is not None or each.refused}
    return [each if not each.possible else _numbered(each, seen, possible, answered, name) for each in answers]


def _numbered(
    answer: FaceAnswer, seen: Photo, possible: AbstractSet[Box], answered: AbstractSet[Box], name: str
) -> FaceAnswer:
    meant = possible if answer.request.kind == REOPEN else possible - answered
    numbers = tuple(face.number for face in seen.faces if face.identity in meant)
    if not numbers:
        reason = f"{answer.option}: no possible face of {name} needs a decision."
        raise UsageError(reason, f"Name its faces, e.g. {answer.option} 1,3.")
    return replace(answer, faces=numbers)


def decisions_on_faces(profile: Profile, photo: Photo, name: str, answers: Iterable[FaceAnswer]) -> list[Decision]:
    """The decisions that these answers are, by the same rules as those of a batch; nothing is recorded yet.

    Args:
        profile: whose ``faces.answers`` says what may be answered.
        photo: with its faces and areas as the person who answers has seen them.
        name: of the photo in messages.
        answers: each face and each area is answered once at most.

    Raises:
        UsageError: there is no such face or area, one has two answers, or a decision is not allowed or not complete.
    """
    answers = tuple(answers)
    faces = {face.number: face for face in photo.faces}
    areas = {area.number: area for area in photo.areas}
    decisions = list[Decision]()
    for each, number in _each_once(name, answers, sorted(faces), "face"):
        kind = decision_kind(each.request.kind)
        if kind.by_profile and kind.name not in profile.faces.answers:
            others = ", ".join(f"--{name}" for name in profile.faces.answers) or "none of that kind"
            raise UsageError(
                f"The profile '{profile.name}' does not take {each.option} for an answer.",
                f"It takes {others}. Or hide the face with --redact {number}, or give its form with --form.",
            )
        decisions.append(decision_on(profile, photo, faces[number], each.request))
    for each, number in _each_once(name, answers, sorted(areas), "area"):
        decisions.append(decision_on(profile, photo, areas[number], each.request))
    return decisions


def _each_once(
    name: str, answers: Iterable[FaceAnswer], there: Sequence[int], what: Literal["face", "area"]
) -> Iterator[tuple[FaceAnswer, int]]:
    """Each answer with each number that it is about, of faces or of areas; ``there``: those of the photo, in order.

    Raises:
        UsageError: the photo has no such face or area, one has two answers, or an answer is not complete.
    """
    given = dict[int, FaceAnswer]()
    for each in answers:
        each.request.check()
        for number in each.faces if what == "face" else each.areas:
            called = f"{what} {number if what == 'face' else area_letters(number)}"
            if number not in there:
                known = spans(there) if what == "face" else map(area_letters, there)
                hint = f"Its {what}s are {', '.join(known)}." if there else f"No {what}s were found in it."
                raise UsageError(f"{each.option}: {name} has no {called}.", hint)
            if number in given:
                both = f"{given[number].option} and {each.option}"
                raise UsageError(f"{called[0].upper()}{called[1:]} has two answers: {both}.", "Give it one.")
            given[number] = each
            yield each, number


_Corners = tuple[tuple[int, int], ...]
_AreaRow = tuple[str, _Sides, _Sides, _Corners]  # rule, box, that by which it is told, outline


def _area_row(area: Area) -> _AreaRow:
    box, told = area.box, area.identity
    return (
        area.rule,
        (box.left, box.top, box.right, box.bottom),
        (told.left, told.top, told.right, told.bottom),
        area.outline,
    )


def _shown_area(place: int, row: _AreaRow) -> Area:
    """An area as somebody saw it; ``place``: in the list, from 0.

    Raises:
        ValueError: it is not one that imgvet wrote.
    """
    rule, box, told, outline = row[0], Box(*row[1]), Box(*row[2]), row[3]
    if rule not in AREA_RULES or not (is_box(box) and is_box(told) and is_outline(outline)):
        raise ValueError
    return Area(place + 1, rule, box, outline, area_id=told)


def answers_path() -> Path:
    """The file with the answers: what IMGVET_ANSWERS names, else one in the user's own data folder."""
    named = os.environ.get("IMGVET_ANSWERS", "")
    return Path(named) if named else user_data_path("imgvet", appauthor=False) / "answers.db"


@contextlib.contextmanager
def open_answers(path: Path, *, make: bool) -> Iterator[CheckAnswers | None]:
    """The answers in that file; ``make``: a new file that only its owner can read, where there is none, else None.

    Raises:
        AnswersError: it cannot be read or made, is none, or its log was altered.
    """
    if not make and not is_named(path):
        yield None
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_private(path)
    except OSError as problem:
        reason, hint = storage_words(problem, path)
        raise AnswersError(
            f"The record of answers cannot be made. {reason}", f"{hint} Or name another file with IMGVET_ANSWERS."
        ) from None
    with _told(path):
        database = open_database(path, ANSWERS_SCHEMA)
    with contextlib.closing(database):
        yield CheckAnswers(path, database, DecisionIndex(_unaltered(path, database)))


def _unaltered(path: Path, database: sqlite3.Connection) -> tuple[Decision, ...]:
    """All decisions of the log.

    Raises:
        AnswersError: an entry was altered, removed, moved or inserted.
    """
    with _told(path), transaction(database):
        rows = list(read_rows(database))
        ever = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'decisions'").fetchone()
    log = DecisionLog(rows, LogCounters(ever[0] if ever and isinstance(ever[0], int) else 0, 0))
    if broken := first_break(log.rows, log.counters):
        raise AnswersError(f"The record of answers '{path}' is not what imgvet wrote. {broken.reason}", _RESTORE)
    try:
        return decisions_of(log.rows)
    except BatchError as problem:
        raise AnswersError(f"The record of answers '{path}' cannot be read. {problem.reason}", _RESTORE) from None


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's error in words."""
    try:
        yield
    except ForeignDatabase:
        raise AnswersError(
            f"'{path}' is a database, but no record of answers.", "Name another file with IMGVET_ANSWERS."
        ) from None
    except NewerDatabase as problem:
        raise AnswersError(
            f"'{path}' was written by a newer imgvet (schema {problem}; this one knows {ANSWERS_SCHEMA.version}).",
            "Install that version here; nothing was changed.",
        ) from None
    except AlteredDatabase as problem:
        raise AnswersError(f"'{path}' is not a record of answers as imgvet writes it: {problem}.", _RESTORE) from None
    except (OSError, sqlite3.Error) as problem:
        if is_in_use(problem, path):
            raise AnswersError(f"The record of answers '{path}' is in use.", "Try again in a moment.") from None
        reason, hint = storage_words(problem, path)
        raise AnswersError(
            f"The record of answers cannot be used. {reason}", _RESTORE if is_damaged(problem) else hint
        ) from None
