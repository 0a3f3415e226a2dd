"""Title, caption, alt text and keywords of photos on the page: shown, checked while somebody types, and recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from imgvet.batch.decisions.captions import ShownWord, WordLimit, record_words, shown_words, word_sources, words_in_file
from imgvet.batch.decisions.state import words_given
from imgvet.batch.register_lookup import release_lookup
from imgvet.decisions import CAPTION, WORD_NAMES, Decision, Words
from imgvet.encode.text_check import check_words
from imgvet.errors import RegisterError, UsageError
from imgvet.people_names import UnnamedPerson, same_person
from imgvet.photo import Photo
from imgvet.placeholders import placeholders_of
from imgvet.review.context import Conflict, NotKnown, body_of, json_answer, number_in, person_of, review_of
from imgvet.review.live_batch import LiveBatch
from imgvet.review.page_words import page_hint
from imgvet.rules.public_text import written_places
from imgvet.text import and_list, long_time, spans, split_tags
from imgvet.text_limits import cleaned_words

_MOST_SAID = 262_144  # bytes of the words of a photo
_FIELD_OF = {name: field for field, name in WORD_NAMES.items()}


class TypedWords(msgspec.Struct, forbid_unknown_fields=True):
    """What is in the fields of the page, saved or not. None: the template's; keywords as people type them."""

    title: str | None = None
    caption: str | None = None
    alt_text: str | None = None
    keywords: str | None = None
    headline: str | None = None
    creator: str | None = None


class WordsToCheck(msgspec.Struct, forbid_unknown_fields=True):
    """All fields of one photo, as they are on the page."""

    words: TypedWords


class WordsToSave(msgspec.Struct, forbid_unknown_fields=True):
    """The fields that somebody has changed."""

    words: TypedWords  # of the fields that are named
    fields: list[str]  # which of them are meant
    seen: int  # how many entries on the words of the photo the person has seen
    also: list[int] = []  # numbers of further photos that shall have the same
    anyway: bool = False


class LimitRow(msgspec.Struct, frozen=True):
    """How much of a channel's limit a text takes."""

    channel: str
    length: int
    most: int
    counts: str  # what is counted, in words


class PlaceRow(msgspec.Struct, frozen=True):
    """A place in a text that may give too much away; in UTF-16 units, as a browser counts."""

    field: str
    start: int
    end: int
    text: str
    kind: str


class FieldRow(msgspec.Struct, frozen=True):
    """One field of a photo's words."""

    field: str
    name: str
    said: str  # as its file will have it
    template: str  # what the profile's template says; with nothing of its own, the file says this
    own: str | None  # what somebody wrote for this photo
    by: str
    at: str  # ISO 8601, UTC
    when: str
    draft: str | None  # what the file says of itself, where nobody has taken it over
    limits: list[LimitRow]


_COUNTED = {"characters": "characters", "letters": "letters as people see them", "x": "as X counts"}


def _typed(value: str | Sequence[str] | None) -> str | None:
    """A field as the page has it in one text."""
    return value if value is None or isinstance(value, str) else ", ".join(value)


def _as_said(typed: TypedWords) -> dict[str, str | tuple[str, ...] | None]:
    """The same by the fields of ``Words``."""
    said: dict[str, str | tuple[str, ...] | None] = dict(msgspec.structs.asdict(typed))
    if typed.keywords is not None:
        said["keywords"] = tuple(split_tags(typed.keywords)) or None
    return said


def _photo(live: LiveBatch, number: int) -> Photo:
    """The photo as it is judged now.

    Raises:
        NotKnown: there is none of that number.
        UsageError: it could not be read, so it has no words.
    """
    if number not in live.numbers():
        raise NotKnown(f"There is no photo {number} in this batch.", "Go back to all photos.")
    photo = live.photo(number)
    if photo.error is not None:
        raise UsageError(f"Photo {number} could not be read, so nothing is written about it.")
    return photo


def _decisions(live: LiveBatch, photo: Photo) -> list[Decision]:
    return [each for _, each in live.entries_on(photo)]


def _seen(decisions: Sequence[Decision]) -> int:
    return sum(each.kind == CAPTION for each in decisions)


def words_of(live: LiveBatch, number: int) -> dict[str, Any]:
    """All fields of the words of one photo.

    Raises:
        NotKnown: there is no such photo.
        UsageError: it could not be read.
    """
    photo = _photo(live, number)
    decisions = _decisions(live, photo)
    template = {each.field: each.said for each in shown_words(live.settings, photo, ())}
    rows = [_field(live, photo, each, template[each.field]) for each in shown_words(live.settings, photo, decisions)]
    return {
        "photo": number,
        "seen": _seen(decisions),
        "fields": rows,
        "link": live.settings.fill("{link}") if "link" not in placeholders_of(_description(live)) else "",
        "in_file": photo.words == words_given(decisions),
        **_problems(live, photo, words_given(decisions)),
    }


def _description(live: LiveBatch) -> str:
    return live.settings.profile.metadata.description


def _field(live: LiveBatch, photo: Photo, shown: ShownWord, template: str | tuple[str, ...]) -> FieldRow:
    draft, source = photo.draft.fields.get(shown.field), shown.source
    return FieldRow(
        shown.field,
        WORD_NAMES[shown.field].capitalize(),
        _typed(shown.said) or "",
        _typed(template) or "",
        _typed(shown.own),
        source.by if source else "",
        source.at if source else "",
        long_time(source.at) if source else "",
        _typed(draft) if draft is not None and draft != shown.own else None,
        _limits(live, shown.field, shown.limits),
    )


def _limits(live: LiveBatch, field: str, limits: Sequence[WordLimit]) -> list[LimitRow]:
    channels = live.settings.profile.channels

    def counted(channel: str) -> str:
        """In which way: only titles are counted as the channel counts."""
        counts = channels[channel].counts if field == "title" else "characters"
        return "keywords" if field == "keywords" else _COUNTED[counts]

    return [LimitRow(each.channel, each.length, each.most, counted(each.channel)) for each in limits]


def _problems(live: LiveBatch, photo: Photo, words: Words, typed: Words | None = None) -> dict[str, Any]:
    """What is wrong with these words: why they cannot be saved, and the places that may give too much away.

    ``typed``: the same as they are in the fields of the page, where places are marked.
    """
    fault = hint = ""
    try:
        check_words(live.settings, photo.number, words)
    except UsageError as problem:
        fault, hint = problem.reason, page_hint(problem.hint)
    return {"fault": fault, "hint": hint, "places": list(_places(live, photo, typed or words))}


def _places(live: LiveBatch, photo: Photo, words: Words) -> Iterator[PlaceRow]:
    unnamed: tuple[UnnamedPerson, ...] = ()
    try:
        with release_lookup(live.settings, live.snapshot().decisions) as look_up:
            unnamed = look_up.unnamed(words)
    except RegisterError:
        pass  # the notes of the page say that it cannot be opened; the photo is held until it can
    settings = replace(live.settings, unnamed=unnamed)
    for name, text, places in written_places(replace(photo, words=words), settings):
        if name not in _FIELD_OF:
            continue
        for each in places:
            start = _units(text[: each.start])
            said = text[each.start : each.end]
            yield PlaceRow(_FIELD_OF[name], start, start + _units(said), said, each.kind)


def _units(text: str) -> int:
    """How long a text is as a browser counts (UTF-16)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def checked(live: LiveBatch, number: int, typed: TypedWords) -> dict[str, Any]:
    """What the page says of words that are not saved yet: how long they are, and what is wrong with them."""
    photo = _photo(live, number)
    words = Words().changed(cleaned_words(_as_said(typed)))
    said, limits = words_in_file(live.settings, photo, words)
    as_typed = Words(**msgspec.structs.asdict(typed) | {"keywords": (typed.keywords,) if typed.keywords else None})
    return {
        "said": {field: _typed(text) for field, text in said.items()},
        "limits": {field: _limits(live, field, each) for field, each in limits.items()},
        **_problems(live, photo, words, as_typed),
    }


def _saved(live: LiveBatch, number: int, asked: WordsToSave, by: str) -> tuple[dict[str, Any], tuple[int, ...]]:
    wrong = [field for field in asked.fields if field not in WORD_NAMES]
    if wrong or not asked.fields:
        raise UsageError("What was sent names no field of a photo's words.", "Load the page again.")
    changes = {field: said for field, said in _as_said(asked.words).items() if field in asked.fields}
    before = live.seq

    def record() -> list[Decision]:
        photos = [_photo(live, each) for each in dict.fromkeys((number, *asked.also))]
        if not asked.anyway:
            _check_unchanged(live, photos, asked, by)
        return record_words(live.folder, photos, changes, by, said=live.snapshot().index)

    made, changed = live.change(record)
    entries = [row.number for row in live.snapshot().log.rows if isinstance(row.number, int) and row.number > before]
    names = and_list(WORD_NAMES[field] for field in WORD_NAMES if field in asked.fields)
    photos = [each.photo for each in made if each.photo]
    where = f"photo{'' if len(photos) == 1 else 's'} {and_list(spans(photos))}" if photos else ""
    said = f"Saved: {names} of {where}." if made else "Nothing has changed."
    answer = {"seq": live.seq, "changed": live.rows(changed), "entries": entries, "said": said}
    return {**answer, "words": words_of(live, number)}, changed


def _check_unchanged(live: LiveBatch, photos: Sequence[Photo], asked: WordsToSave, by: str) -> None:
    """Refuse to write over what somebody else has written and this person has not seen.

    Raises:
        Conflict: the first that somebody else wrote.
    """
    first, *others = photos
    newer = [each for each in _decisions(live, first) if each.kind == CAPTION][max(asked.seen, 0) :]
    written = word_sources(newer)
    told = [(first, field, written[field]) for field in asked.fields if field in written]
    for photo in others:
        sources = word_sources(_decisions(live, photo))
        told += [(photo, field, sources[field]) for field in asked.fields if field in sources]
    for photo, field, source in told:
        if same_person(source.by, by):
            continue
        said = _typed(getattr(words_given(_decisions(live, photo)), field)) or ""
        raise Conflict(source.by, source.at, said, f"the {WORD_NAMES[field]} of photo {photo.number}")


async def _show(request: Request) -> Response:
    review, number = review_of(request), number_in(request, "number")
    return json_answer(await review.on_batch(words_of, review.live, number))


async def _check(request: Request) -> Response:
    review, number = review_of(request), number_in(request, "number")
    asked = await body_of(request, WordsToCheck, _MOST_SAID)
    return json_answer(await review.on_batch(checked, review.live, number, asked.words))


async def _save(request: Request) -> Response:
    review, number, by = review_of(request), number_in(request, "number"), person_of(request)
    asked = await body_of(request, WordsToSave, _MOST_SAID)
    answer, changed = await review.on_batch(_saved, review.live, number, asked, by)
    await review.publish_changed(changed)
    return json_answer(answer)


routes = [
    Route("/api/photos/{number}/words", _show, methods=["GET"]),
    Route("/api/photos/{number}/words", _save, methods=["POST"]),
    Route("/api/photos/{number}/words/check", _check, methods=["POST"]),
]
