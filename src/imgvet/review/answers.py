"""What people answer on the page, and what they draw: recorded as the commands record it.

Who comes second on a face, and has not seen what the first one answered, is told who, when and what, and may insist.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, NoReturn, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from imgvet.batch.decisions.add_areas import add_outlines
from imgvet.batch.decisions.add_faces import add_drawn, drawn_box
from imgvet.batch.decisions.outlines import drawn_outline
from imgvet.batch.decisions.record import DecisionRequest, record_on
from imgvet.batch.decisions.targets import Target, checked_to_decide
from imgvet.decisions import (
    ADD_AREA,
    ADD_FACE,
    ANSWER,
    APPROVAL,
    EXCLUDE,
    MOST_CORNERS,
    REDACT,
    REOPEN,
    Answer,
    Decision,
    FaceEffect,
    decision_kind,
)
from imgvet.errors import UsageError
from imgvet.people_names import same_person
from imgvet.photo import Area, Face, Photo
from imgvet.review.context import Conflict, NotKnown, body_of, json_answer, number_in, person_of, review_of
from imgvet.review.live_batch import LiveBatch
from imgvet.review.notes import notes_on_photos
from imgvet.review.photo_rows import PartId, PhotoRow, entries_by_part, part_id, part_key
from imgvet.review.same_person import same_place
from imgvet.text import and_list, count

_MOST_TARGETS = 20_000
_LONGEST_NOTE, _LONGEST_VALUE = 4000, 200  # characters
_MOST_BODY = 1024 * 1024  # bytes
_MOST_SIDE = 1_000_000.0  # pixels


Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class DecideBody(msgspec.Struct, forbid_unknown_fields=True):
    """A decision on faces and areas, or on photos as a whole."""

    kind: str
    seen: Number  # the newest entry of the log that the page knew
    faces: list[tuple[Number, Number]] = []  # of photo and face
    areas: list[tuple[Number, str]] = []  # of photo, and the area's letters
    keys: list[str] = []  # of each face, then of each area, see ``part_key``: which was shown under that number
    photos: list[Number] = []
    value: str = ""
    note: str = ""
    anyway: bool = False  # although somebody else has answered since
    open_only: bool = False  # those of the faces and areas that nobody has answered for; the others stay as they are


class DrawBody(msgspec.Struct, forbid_unknown_fields=True):
    """A face that somebody drew, or the larger box of one; and what they answer for it, if anything."""

    photo: Number
    box: tuple[float, float, float, float]  # left, top, right, bottom, pixels of the upright full-size photo
    face: Number | None = None  # the face of which it is the box
    key: str = ""  # of that face
    kind: str = ""
    value: str = ""
    note: str = ""
    seen: Number = 0
    anyway: bool = False


class DrawAreaBody(msgspec.Struct, forbid_unknown_fields=True):
    """An area that somebody drew, and what they answer for it: it is hidden unless they say otherwise."""

    photo: Number
    outline: list[tuple[float, float]]  # corners (x, y), in pixels of the upright full-size photo
    kind: str = REDACT  # empty: it is left open
    note: str = ""


class Changed(msgspec.Struct, frozen=True):
    """What came of something that was recorded."""

    seq: int  # the newest entry of the log
    changed: list[PhotoRow]  # photos that are shown differently now
    entries: list[int]  # of the log, that were made
    said: str  # what was recorded, in a few words
    warnings: list[str]  # what is online or in a channel's folder and may not be any more
    face: int | None = None  # the number of a face that was drawn
    area: str = ""  # the letters of an area that was drawn


@dataclass(frozen=True, slots=True)
class Recorded:
    """Entries that were made, and what is said of them."""

    entries: list[int]
    said: str
    face: int | None = None
    area: str = ""


def decide(live: LiveBatch, by: str, asked: DecideBody) -> Changed:
    """Record a decision, and give the photos that are shown differently.

    Raises:
        Conflict: somebody else has answered since.
        UsageError: as ``record_decisions``.
        BatchError: the log was altered.
    """
    if not (asked.faces or asked.areas or asked.photos):
        raise UsageError("No photo or face was named.", "Choose one first.")
    _check_sizes(len(asked.faces) + len(asked.areas) + len(asked.photos), asked.value, asked.note)
    request = DecisionRequest(asked.kind, by, asked.value, asked.note)

    def act() -> Recorded:
        photos = [Target(_photo(live, number)) for number in dict.fromkeys(asked.photos)]
        targets = [*_parts(live, asked), *photos]
        if not asked.anyway and not asked.open_only:
            check_unanswered(live, targets, asked.seen, by)
        made = record_on(live.folder, live.snapshot(), live.settings.profile, lambda: targets, request)
        if asked.open_only:  # who was answered for meanwhile is not among them
            about = entries_by_part([(0, each) for each in made])
            targets = [each for each in targets if each.part and part_id(each.part) in about]
        return Recorded(newest_entries(live, len(made)), f"{_told(made)}: {targets_in_words(targets)}")

    return changed_by(live, *live.change(act))


def draw(live: LiveBatch, by: str, asked: DrawBody) -> Changed:
    """Add a face that somebody drew, or enlarge the box of one; and decide on it where they say how.

    Raises:
        Conflict, UsageError, BatchError: as ``decide``; a box is not one of a face.
    """
    _check_sizes(1, asked.value, asked.note)
    if not all(-_MOST_SIDE <= side <= _MOST_SIDE for side in asked.box):
        raise UsageError("This box is not in the picture.", "Draw it again.")
    request = DecisionRequest(asked.kind, by, asked.value, asked.note)

    def act() -> Recorded:
        photo = _photo(live, asked.photo)
        larger = None if asked.face is None else _face(photo, asked.face, asked.key)
        if larger and not asked.anyway:
            check_unanswered(live, [Target(photo, larger)], asked.seen, by)
        box = drawn_box(photo, asked.box, ",".join(f"{side:g}" for side in asked.box))
        said = live.snapshot().index.on_original(photo.source_sha256)
        (added,) = add_drawn(live.folder, said, live.settings.profile, photo, [box], request, larger=larger)
        what = f"photo {photo.number}, face {added.face.number}"
        words = f"Drawn: {what}"
        if added.before:
            words = f"Larger box: {what}"
            if added.face.box != box:
                words += ". It still covers all that it covered before"
        if asked.kind:
            words += f". {past_word(Answer(asked.kind, asked.value))}"
        return Recorded(newest_entries(live, 2 if asked.kind else 1), words, added.face.number)

    return changed_by(live, *live.change(act))


def draw_area(live: LiveBatch, by: str, asked: DrawAreaBody) -> Changed:
    """Add an area that somebody drew, and hide it unless they say otherwise.

    Raises:
        UsageError: the corners make no outline in this photo, or an area takes no such decision.
        BatchError: as ``decide``.
    """
    _check_sizes(1, asked.kind, asked.note)
    within = all(-_MOST_SIDE <= at <= _MOST_SIDE for corner in asked.outline for at in corner)
    if not within or not 0 < len(asked.outline) <= MOST_CORNERS:
        reason = f"This outline is not in the picture, or has more than {MOST_CORNERS} corners."
        raise UsageError(reason, "Draw it again.")
    request = DecisionRequest(asked.kind, by, note=asked.note)

    def act() -> Recorded:
        photo, before = _photo(live, asked.photo), newest_entries(live, 1)[0]
        outline = drawn_outline(photo, asked.outline, " ".join(f"{x:g},{y:g}" for x, y in asked.outline))
        said = live.snapshot().index.on_original(photo.source_sha256)
        (added,) = add_outlines(live.folder, said, live.settings.profile, photo, [outline], request)
        words = f"Drawn: photo {photo.number}, area {added.area.letters}"
        if asked.kind:
            words += f". {past_word(Answer(asked.kind))}"
        return Recorded(newest_entries(live, newest_entries(live, 1)[0] - before), words, area=added.area.letters)

    return changed_by(live, *live.change(act))


def same_faces(live: LiveBatch, photo_number: int, face_number: int) -> list[dict[str, object]]:
    """The faces in the other frames of a burst that may be the same person's, and have no answer yet."""
    photo = _photo(live, photo_number)
    face = _face(photo, face_number)
    frames = [live.current(each.number) for each in live.burst_of(photo_number)]
    still_open = {(row.number, one.number) for row in live.rows() for one in row.faces if one.state != "answered"}
    return [
        {"photo": number, "face": other, "why": "same burst, same place"}
        for number, other in same_place(photo, face, frames)
        if (number, other) in still_open
    ]


def check_unanswered(live: LiveBatch, targets: Iterable[Target], seen: int, by: str) -> None:
    """Refuse to answer what somebody else has answered after the entry ``seen``.

    Raises:
        Conflict: with the newest such answer of the first face, area or photo that has one.
    """
    for target in targets:
        newest = newest_answer(live, target)
        if newest and newest[0] > seen and not same_person(newest[1].by, by):
            said = newest[1]
            raise Conflict(said.by, said.at, answer_words(said), target_in_words(target))


def newest_answer(live: LiveBatch, target: Target) -> tuple[int, Decision] | None:
    """The newest entry that answers for a face, an area, or a photo as a whole; None where there is none."""
    about = entries_by_part(live.entries_on(target.photo)).get(part_id(target.part) if target.part else None, ())
    return next((entry for entry in reversed(about) if _answers(entry[1])), None)


def _answers(decision: Decision) -> bool:
    if decision.face is not None or decision.area is not None:
        return decision_kind(decision.kind).effect is not FaceEffect.ADDS
    return decision.kind in (EXCLUDE, REOPEN, APPROVAL) or bool(decision.answers_rule)


def changed_by(live: LiveBatch, done: Recorded, numbers: Sequence[int]) -> Changed:
    """What the page is sent after something was recorded."""
    warnings = notes_on_photos(live, numbers)
    return Changed(live.seq, live.rows(numbers), done.entries, done.said, warnings, done.face, done.area)


def newest_entries(live: LiveBatch, number: int) -> list[int]:
    """The numbers of so many entries that were just made, while nobody else can write."""
    (last,) = live.folder.database.execute("SELECT coalesce(max(id), 0) FROM decisions").fetchone()
    return list(range(last - number + 1, last + 1))


_PAST = {
    "redact": "Hidden", "refused": "Refused", "exclude": "Left out", "reopen": "Reopened", "approve": "Approved",
    "answer": "Answered", "declare": "Answered", ADD_FACE: "Drawn", ADD_AREA: "Drawn",
}  # fmt: skip


def past_word(answer: Answer) -> str:
    """An answer as it is told once it is recorded, e.g. ``Hidden`` or ``Form WMP-14``."""
    if answer.form:
        return f"Form {answer.form}"
    kind = decision_kind(answer.kind)
    words = _PAST.get(kind.called) or kind.word or answer.kind
    return words[:1].upper() + words[1:]


def answer_words(decision: Decision) -> str:
    """The same within a sentence; a question by the rule that asks it."""
    words = past_word(decision.answer)
    words = words if decision.answer.form else words[:1].lower() + words[1:]
    return f"{words} ({decision.answers_rule})" if decision.kind == ANSWER else words


def _told(made: Sequence[Decision]) -> str:
    return past_word(made[0].answer) if made else "Nothing to record"


def target_in_words(target: Target) -> str:
    """A photo, face or area as people read it, e.g. ``photo 3, face 1``."""
    words = str(target)
    return words[:1].lower() + words[1:]


def targets_in_words(targets: Sequence[Target]) -> str:
    """Several of them: one by one where they are few, and how many where they are not."""
    if len(targets) <= 3:
        return and_list(map(target_in_words, targets))
    photos = count(len({each.photo.number for each in targets}), "photo")
    faces, areas = sum(each.face is not None for each in targets), sum(each.area is not None for each in targets)
    parts = [count(faces, "face")] * bool(faces) + [count(areas, "area")] * bool(areas)
    return f"{' and '.join(parts)} in {photos}" if parts else photos


def _photo(live: LiveBatch, number: int) -> Photo:
    try:
        return checked_to_decide(live.current(number))
    except KeyError:
        raise NotKnown(f"There is no photo {number} in this batch.", "Load the page again.") from None


def _face(photo: Photo, number: int, key: str = "") -> Face:
    """The face that was shown under a number; the key says which, because numbers move.

    Raises:
        NotKnown: there is none of that number.
        UsageError: that face is no longer there.
    """
    found = next((each for each in photo.faces if (part_key(each) == key if key else each.number == number)), None)
    return found or _gone(photo, "face", str(number), key)


def _area(photo: Photo, letters: str, key: str = "") -> Area:
    """The same of an area.

    Raises:
        NotKnown, UsageError: as ``_face``.
    """
    found = next((each for each in photo.areas if (part_key(each) == key if key else each.letters == letters)), None)
    return found or _gone(photo, "area", letters, key)


def _gone(photo: Photo, what: str, name: str, key: str) -> NoReturn:
    if key:
        reason = f"The {what}s of photo {photo.number} were found again since you saw them. Nothing was recorded."
        raise UsageError(reason, "Look at the photo again, then decide.")
    raise NotKnown(f"There is no {what} {name} in photo {photo.number}.", "Load the page again.")


def _parts(live: LiveBatch, asked: DecideBody) -> list[Target]:
    """The faces and areas that are named, each once."""
    keys = asked.keys or [""] * (len(asked.faces) + len(asked.areas))
    if len(keys) != len(asked.faces) + len(asked.areas):
        raise UsageError("What was sent is not what this page sends.", "Load the page again.")
    photos = {number: _photo(live, number) for number, _ in (*asked.faces, *asked.areas)}
    found = dict[tuple[int, PartId], Target]()
    for (number, shown), key in zip(asked.faces, keys, strict=False):
        face = _face(photos[number], shown, key)
        found[number, part_id(face)] = Target(photos[number], face, unanswered=asked.open_only)
    for (number, letters), key in zip(asked.areas, keys[len(asked.faces) :], strict=True):
        area = _area(photos[number], letters, key)
        found[number, part_id(area)] = Target(photos[number], area=area, unanswered=asked.open_only)
    return list(found.values())


def _check_sizes(targets: int, value: str, note: str) -> None:
    if targets > _MOST_TARGETS:
        raise UsageError(f"At most {_MOST_TARGETS} faces and areas can be answered at once.", "Choose fewer.")
    if len(note) > _LONGEST_NOTE or len(value) > _LONGEST_VALUE:
        raise UsageError(f"A reason has at most {_LONGEST_NOTE} characters.", "Give a shorter one.")


_Asked = TypeVar("_Asked")


async def post_decide(request: Request) -> Response:
    """A decision."""
    return await _answered(request, decide, await body_of(request, DecideBody, _MOST_BODY))


async def post_face(request: Request) -> Response:
    """A face that somebody drew."""
    return await _answered(request, draw, await body_of(request, DrawBody))


async def post_area(request: Request) -> Response:
    """An area that somebody drew."""
    return await _answered(request, draw_area, await body_of(request, DrawAreaBody))


async def _answered(request: Request, answer: Callable[[LiveBatch, str, _Asked], Changed], asked: _Asked) -> Response:
    """Give an answer in the name of the person who asks, and tell every page what it has changed."""
    review, by = review_of(request), person_of(request)
    changed = await review.on_batch(answer, review.live, by, asked)
    await review.publish_changed([row.number for row in changed.changed])
    return json_answer(changed)


async def get_same(request: Request) -> Response:
    """Faces that may be the same person's."""
    review, photo, face = review_of(request), number_in(request, "photo"), number_in(request, "face")
    return json_answer({"faces": await review.on_batch(same_faces, review.live, photo, face)})


routes = [
    Route("/api/decide", post_decide, methods=["POST"]),
    Route("/api/faces", post_face, methods=["POST"]),
    Route("/api/areas", post_area, methods=["POST"]),
    Route("/api/same/{photo}/{face}", get_same, methods=["GET"]),
]
