"""The rows of the checklist as imgvet writes them, and the key that ties a row to its face, question or photo.

What is open comes first, photo by photo: its own row, its questions, its faces, likely ones before possible ones, its
areas. What is decided is below, so that nobody scrolls through it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import IntEnum
from itertools import chain
from typing import NamedTuple

from imgvet.batch.decisions.state import replay, words_given
from imgvet.batch.form_suggestions import FormSuggestion
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.checklist.columns import SHEET_WORDS, LineKind, SheetLine
from imgvet.decisions import EXCLUDE, REOPEN, WORD_NAMES, Decision, FaceEffect, Words, decision_kind
from imgvet.photo import VERDICT_MEANINGS, Area, Face, Finding, Photo, ProblemCode, Verdict
from imgvet.profile import Profile
from imgvet.rules.area_rules import area_told, area_verdict
from imgvet.rules.needs import NeedKind, area_need, can_be_answered, face_need, finding_need
from imgvet.settings import Settings
from imgvet.tables import Cell
from imgvet.tables.cells import LONGEST_CELL, clean_cell
from imgvet.text import count, cut_text, safe_cell

_KEY_DIGITS = 12  # hexadecimal; the photo and the face are in the same row, so it need not be unique
_WORDS_DIGITS = 8
OF_PHOTO = "photo-row"  # in the key of a photo's row, in the place of a rule; no rule has that name
_AREA_ROW = "area"  # in the key of an area's row, so that no face in the same place has it
_EVERY_STATE = "every"  # in the key of the first row
_NO_TEXT = "0"  # in the key of a photo's row, where a cell was blank

_FIRST_ROW = "All rows that say nothing else"
_NOTHING_OPEN_ROW = "Photos with nothing open: their words can be changed here"
_DECIDED_ROW = "Decided already: nothing to fill in, unless a decision is to be withdrawn"


class _Openness(IntEnum):
    """What a photo needs, in the order in which photos are listed."""

    LIKELY = 0  # a face that is likely one
    OTHER = 1  # a possible face, an area, or an answer to a question
    NOTHING = 2


class RowKey(NamedTuple):
    """The hidden key of a row, taken apart. It begins with ``k`` before version 0.9, ``n`` before 0.11, now ``p``."""

    identity: str  # what the row is about
    state: str  # what was there when it was written: how many decisions, or the words
    is_earlier: bool  # written by a version before 0.9, whose sheets have no first row
    knows_areas: bool  # written by version 0.11 or later: who filled it in saw the areas

    @property
    def is_first(self) -> bool:
        """Whether the row counts for all others, in whichever batch."""
        return self.state == _EVERY_STATE

    @classmethod
    def parse(cls, key: str) -> "RowKey":
        """The key as a sheet has it."""
        about, _, state = key.casefold().partition("-")
        return cls(about[1:], state, about[:1] == "k", about[:1] not in ("k", "n"))


Suggestions = Mapping[int, Sequence[FormSuggestion]]
"""By the number of a photo: forms that were photographed close to it."""

_NO_SUGGESTIONS: Suggestions = {}

ChannelWords = Mapping[int, Mapping[str, str]]
"""By the number of a photo, for each of several channels: what it may show of it, in a few words."""

_ONE_CHANNEL: ChannelWords = {}


def sheet_lines(
    snapshot: BatchSnapshot,
    settings: Settings,
    *,
    show_all: bool = False,
    states: ChannelWords = _ONE_CHANNEL,
    suggestions: Suggestions = _NO_SUGGESTIONS,
) -> Iterator[SheetLine]:
    """All rows of a batch's checklist, in their order; a photo that is filed as a form's scan has none.

    A batch in which nothing is open has one row that says so, unless ``show_all``.

    Args:
        snapshot: the batch, its photos as they are judged now.
        settings: the batch's.
        show_all: also where nothing is open.
        states: the state of each photo for each channel, where the batch has several.
        suggestions: forms that may be those of people; each is told beside the face, or the photo.
    """
    places = [_openness(photo) for photo in snapshot.photos if not photo.filed]
    if not show_all and all(each is _Openness.NOTHING for each in places):
        yield _title(nothing_open(len(places)))
        return
    yield _every(snapshot, settings)
    for wanted in _Openness:
        if wanted is _Openness.NOTHING and wanted in places:
            yield _title(_NOTHING_OPEN_ROW)
        for photo in snapshot.photos:
            if photo.error is None and not photo.filed and _openness(photo) is wanted:
                decisions = snapshot.decisions_on(photo.number)
                suggested = suggestions.get(photo.number, ())
                line = replace(_photo_line(photo, decisions), channels=states.get(photo.number, {}))
                yield _with_suggestions(line, suggested)
                yield from question_lines(photo, decisions)
                for face_line in face_lines(photo, decisions, wants_open=True):
                    yield _with_suggestions(face_line, suggested)
                yield from area_lines(photo, decisions, settings.profile, wants_open=True)
    decided = chain.from_iterable(_decided_lines(snapshot, photo, settings.profile) for photo in snapshot.photos)
    for first in decided:
        yield _title(_DECIDED_ROW)
        yield first
        yield from decided


def _decided_lines(snapshot: BatchSnapshot, photo: Photo, profile: Profile) -> Iterator[SheetLine]:
    decisions = snapshot.decisions_on(photo.number)
    yield from face_lines(photo, decisions, wants_open=False)
    yield from area_lines(photo, decisions, profile, wants_open=False)


def _with_suggestions(line: SheetLine, suggested: Sequence[FormSuggestion]) -> SheetLine:
    """The row, and which forms were photographed close to its face; in a photo's row, to several of its faces."""
    words = [each.words for each in suggested if each.face == line.face]
    return replace(line, open=". ".join([line.open, *words])) if words else line


def nothing_open(photos: int) -> str:
    """What a checklist says where no photo needs anything that it could ask; one plain sentence."""
    return f"Nothing is open: every face, every area and every question of {count(photos, 'photo')} is decided."


def is_open(photo: Photo) -> bool:
    """Whether the checklist asks something about a photo."""
    return _openness(photo) is not _Openness.NOTHING


def open_faces(photo: Photo) -> list[Face]:
    """The faces of a photo that need something, likely ones first."""
    if _needs_nothing(photo):
        return []
    return sorted((face for face in photo.faces if face_need(face)), key=lambda face: face.possible)


def open_areas(photo: Photo) -> list[Area]:
    """The areas of a photo that need something."""
    return [] if _needs_nothing(photo) else [area for area in photo.areas if area_need(area)]


def _openness(photo: Photo) -> _Openness:
    faces = open_faces(photo)
    if faces and not faces[0].possible:
        return _Openness.LIKELY
    others = faces or open_areas(photo) or any(map(_is_asked, _findings(photo)))
    return _Openness.OTHER if others else _Openness.NOTHING


def _findings(photo: Photo) -> Sequence[Finding]:
    return () if _needs_nothing(photo) else photo.findings


def _needs_nothing(photo: Photo) -> bool:
    """Whether it is not published anyway: left out, filed as the scan of a form, or not read."""
    return photo.excluded or photo.filed or photo.error is not None


def _is_asked(finding: Finding) -> bool:
    """Whether a row can answer it; one that was answered and needs a second person is asked, too."""
    return can_be_answered(finding) and finding_need(finding) in (NeedKind.ANSWER, NeedKind.APPROVE)


def face_lines(photo: Photo, decisions: Iterable[Decision], *, wants_open: bool) -> Iterator[SheetLine]:
    """A line for each face of a photo that is open, or for each other one; ``decisions`` are those about the photo."""
    decisions = list(decisions)
    needing = open_faces(photo)
    known = replay(photo, decisions)
    others = [] if photo.filed else [each for each in photo.faces if each not in needing]
    for face in needing if wants_open else others:
        key = row_key(photo, face, decisions)
        given = known.on(face)
        state = _state(face, str(given.answer) if given and given.answer else "")
        yield SheetLine(LineKind.FACE, photo.number, photo.name, face.number, certainty(face), state, key)


def _state(part: Face | Area, answer: str) -> str:
    if isinstance(part, Face) and part.must_be_hidden:
        return "open: refused; hide the face (redact), or leave the photo out"
    if part.resolved is not None:
        return str(part.resolved)
    if part.problem and part.problem.code is ProblemCode.NOT_APPROVED:
        return f"open: {answer}. {part.problem.sentence}"
    return f"open: {part.problem.sentence}" if part.problem else "open"


def area_lines(
    photo: Photo, decisions: Iterable[Decision], profile: Profile, *, wants_open: bool
) -> Iterator[SheetLine]:
    """A line for each area of a photo that is open, or for each other one; ``decisions`` are those about the photo."""
    decisions = list(decisions)
    needing = open_areas(photo)
    known = replay(photo, decisions)
    others = [] if photo.filed else [each for each in photo.areas if each not in needing]
    for area in needing if wants_open else others:
        key = row_key(photo, area, decisions)
        given = known.on_area(area)
        words = f"{area_told(area)}: {_state(area, str(given.answer) if given and given.answer else '')}"
        if wants_open and must_not_be_seen(area, profile):
            words = f"{words.rstrip('.')}. {MUST_NOT_BE_SEEN}"
        yield SheetLine(
            LineKind.AREA, photo.number, photo.name, None, certainty(area), words, key, area.rule, area.letters
        )


MUST_NOT_BE_SEEN = "It may not be seen: redact, or misread with a reason"


def must_not_be_seen(area: Area, profile: Profile) -> bool:
    """Whether the profile blocks what the area shows, so that nobody can say that it is fine."""
    return area_verdict(area.rule, profile) is Verdict.BLOCKED


def question_lines(photo: Photo, decisions: Iterable[Decision]) -> Iterator[SheetLine]:
    """A line for each question that somebody may answer for a photo."""
    decisions = list(decisions)
    asked: dict[str, list[str]] = {}
    for finding in _findings(photo):
        if _is_asked(finding):
            asked.setdefault(finding.rule, []).append(finding.reason)
    for rule, reasons in asked.items():
        words = f"{rule}: {' '.join(dict.fromkeys(reasons))}"
        key = row_key(photo, rule, decisions)
        yield SheetLine(LineKind.QUESTION, photo.number, photo.name, None, "", words, key, rule)


def _photo_line(photo: Photo, decisions: Sequence[Decision]) -> SheetLine:
    words = words_given(decisions)
    state = "left out" if photo.excluded else f"{photo.verdict}: {VERDICT_MEANINGS[photo.verdict]}"
    return SheetLine(
        LineKind.PHOTO,
        photo.number,
        photo.name,
        None,
        "",
        state,
        photo_key(photo, words),
        there={name: cell for name, cell in cells_of_words(words).items() if name in SHEET_WORDS},
        in_file=draft_text(photo),
    )


def _every(snapshot: BatchSnapshot, settings: Settings) -> SheetLine:
    """The first row, with what is known of new forms before anybody has typed anything."""
    there: dict[str, Cell] = {"signed_on": settings.event.day, "channels": ", ".join(settings.channel_names)}
    return SheetLine(LineKind.EVERY, None, "", None, "", _FIRST_ROW, every_key(snapshot), there=there)


def _title(text: str) -> SheetLine:
    return SheetLine(LineKind.TITLE, None, "", None, "", text, "")


def row_key(photo: Photo, about: Face | Area | str, decisions: Iterable[Decision], number: int | None = None) -> str:
    """What ties a row to one face or area of one original, or to the rule that asks, whatever numbers they have later.

    ``number``: the photo's, where the sheet has another than it has now. Behind the hyphen the key counts what was
    decided. It begins with a letter, so no spreadsheet program takes it for a number.
    """
    meant: object = about if isinstance(about, str) else about.identity.as_list()
    if isinstance(about, Area):  # where another rule asks about the place by now, it is not what the sheet shows
        meant = [_AREA_ROW, about.rule, meant]
    identity = json.dumps([number or photo.number, photo.source_sha256, meant])
    return f"p{_digits(identity, _KEY_DIGITS)}-{len(decisions_about(photo, about, decisions))}"


def photo_key(photo: Photo, words: Words, number: int | None = None) -> str:
    """What ties a row to a photo; behind the hyphen are digests of its words and its draft, as the cells have them."""
    cells = cells_of_words(words)
    digests = [words_digest(str(cells.get(name) or "")) for name in SHEET_WORDS]
    digests.append(words_digest(draft_text(photo)))
    return f"{row_key(photo, OF_PHOTO, (), number).partition('-')[0]}-{'.'.join(digests)}"


def draft_text(photo: Photo) -> str:
    """What an original says of itself, as the row of its photo shows it; empty where nothing is offered."""
    cells = cells_of_words(photo.draft)
    return "\n".join(f"{WORD_NAMES[name].capitalize()}: {text}" for name, text in cells.items())


def every_key(snapshot: BatchSnapshot) -> str:
    """What ties the first row of a sheet to its batch."""
    return f"p{_digits(f'every {snapshot.facts.secret}', _KEY_DIGITS)}-{_EVERY_STATE}"


def cells_of_words(words: Words) -> Mapping[str, Cell]:
    """The words of a photo as the cells of its row have them, by the names of the columns."""
    texts = {name: said if isinstance(said, str) else ", ".join(said) for name, said in words.fields.items()}
    return {name: cut_text(text, LONGEST_CELL - 1) for name, text in texts.items()}


def words_digest(text: str) -> str:
    """What tells a cell's words from others, whatever a spreadsheet program made of its blanks and line ends."""
    plain = " ".join((clean_cell(safe_cell(text)) or "").split())
    return _digits(plain, _WORDS_DIGITS) if plain else _NO_TEXT


def _digits(text: str, most: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:most]


def decisions_about(photo: Photo, about: Face | Area | str, decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions about one subject of the original that the photo has now, oldest first.

    ``about`` is a face, an area, a rule that asks, or nothing where it is whether the photo is left out.
    """
    there = [each for each in decisions if each.source_sha256 == photo.source_sha256]
    if isinstance(about, str):
        return [each for each in there if each.face is None and _on_question(each, about)]
    if isinstance(about, Area):
        marks = ((each, each.area) for each in there)
        return [each for each, mark in marks if mark and mark.area_id == about.identity and _is_answer(each)]
    return [each for each in there if (each.face_id or each.face) == about.identity and _is_answer(each)]


def _is_answer(decision: Decision) -> bool:
    """Whether it answers for a face or an area, or takes the answer back."""
    return decision_kind(decision.kind).effect not in (FaceEffect.NONE, FaceEffect.ADDS, FaceEffect.APPROVES)


def _on_question(decision: Decision, rule: str) -> bool:
    if decision.kind == REOPEN:
        return decision.value in ("", rule or EXCLUDE)
    return decision.answers_rule == rule if rule else decision.kind == EXCLUDE


def certainty(part: Face | Area) -> str:
    """Who says that it is a face, or an area."""
    if part.added:
        return "added by hand"
    if not part.found:
        return "no longer found"  # it has a decision or had a number, and nothing finds it any longer
    return "possible" if part.possible else "likely"
