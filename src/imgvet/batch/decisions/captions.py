"""Title, caption, alt text and keywords of photos: what people wrote, recorded. Commands and sheets both use this."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from imgvet.batch.decisions.state import DecisionIndex, words_given
from imgvet.batch.settings import saved_settings
from imgvet.batch.store import BatchStore, now
from imgvet.decisions import CAPTION, WORD_NAMES, Decision, WordChanges, Words, parse_word_changes, words_value
from imgvet.encode.public_metadata import public_metadata
from imgvet.encode.text_check import check_words
from imgvet.errors import UsageError
from imgvet.people_names import tidy_name
from imgvet.photo import Photo, PublicMetadata
from imgvet.settings import Settings
from imgvet.text_limits import Word, cleaned_words, text_length


@dataclass(frozen=True, slots=True)
class WordSource:
    """Who wrote a field of a photo's words, and when."""

    by: str
    at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class WordLimit:
    """How much of the limit of one channel a text takes."""

    channel: str
    length: int  # of what the channel counts: characters, letters, what X weighs; of keywords, how many
    most: int  # that the channel takes


@dataclass(frozen=True, slots=True)
class ShownWord:
    """A field of a photo's words as its file will have it, and where it comes from."""

    field: str  # of ``Words``
    said: Word  # empty: there is none
    own: Word | None  # what somebody wrote for this photo; None: it is the template's
    source: WordSource | None  # None: it is the template's
    limits: tuple["WordLimit", ...] = ()  # of each channel that has one


def record_words(
    folder: BatchStore,
    photos: Iterable[Photo],
    changes: WordChanges,
    by: str,
    *,
    from_file: bool = False,
    said: DecisionIndex | None = None,
) -> list[Decision]:
    """Record what somebody wrote about photos, the same of each; what a photo has already is not recorded again.

    Args:
        folder: the batch.
        photos: as they are in the batch.
        changes: by the fields of ``Words``; None, or a text in which nothing is seen, is back to the template.
        by: who wrote it.
        from_file: take over what each original says of itself (``Photo.draft``) where ``changes`` say nothing.
        said: what people have decided so far, where it is at hand and nobody else can write; None: it is read.

    Returns:
        What was recorded, an entry a photo.

    Raises:
        UsageError: as ``checked_words``, or the name is none, or looks like another in the log; nothing is recorded.
    """
    drafted = ((photo, photo.draft.fields if from_file else {}) for photo in photos)
    return record_each([(photo, {**draft, **changes}) for photo, draft in drafted], folder, by, said)


def record_each(
    asked: Iterable[tuple[Photo, WordChanges]], folder: BatchStore, by: str, said: DecisionIndex | None = None
) -> list[Decision]:
    """Record what somebody wrote about photos, other words of each; see ``record_words``.

    Raises:
        UsageError: as there; nothing is recorded.
    """
    settings = saved_settings(folder)
    with folder.writing():
        by, index, at = folder.check_name(by), said or folder.snapshot().index, now()
        decisions = list[Decision]()
        for photo, new in asked:
            before = index.on_original(photo.source_sha256)
            made = words_decision(photo, before, checked_words(settings, photo, before, new), by, at)
            decisions += [made] if made else []
        folder.decide(*decisions)
    return decisions


def checked_words(settings: Settings, photo: Photo, decisions: Sequence[Decision], changes: WordChanges) -> WordChanges:
    """What somebody wrote about one photo, without what can harm its readers, once it is known to fit.

    Args:
        settings: of the batch.
        photo: one of it.
        decisions: those on its original, oldest first.
        changes: as for ``record_words``.

    Raises:
        UsageError: a text is longer than its channel or a file takes, with its length.
    """
    cleaned = cleaned_words(changes)
    try:
        check_words(settings, photo.number, words_given(decisions).changed(cleaned))
    except UsageError as problem:
        raise UsageError(f"Photo {photo.number}: {problem.reason}", problem.hint) from None
    return cleaned


def words_decision(
    photo: Photo, decisions: Sequence[Decision], changes: WordChanges, by: str, at: str
) -> Decision | None:
    """The entry of the log that gives a photo these words, as ``checked_words`` has them; None where it has them.

    ``decisions``: those on its original, oldest first.
    """
    words = words_given(decisions)
    new = {name: said for name, said in changes.items() if said != getattr(words, name)}
    if not new:
        return None
    return Decision(CAPTION, tidy_name(by), at, photo.number, photo.source_sha256, value=words_value(new))


def word_sources(decisions: Iterable[Decision]) -> dict[str, WordSource]:
    """Who wrote each field of a photo's words that is not the template's, by the fields of ``Words``."""
    sources = dict[str, WordSource]()
    for each in decisions:
        if each.kind == CAPTION:
            for name, said in parse_word_changes(each.value).items():
                sources.pop(name, None)
                if said is not None:
                    sources[name] = WordSource(each.by, each.at)
    return sources


def shown_words(settings: Settings, photo: Photo, decisions: Sequence[Decision]) -> Iterator[ShownWord]:
    """The words of one photo as its file will have them, field by field; ``decisions``: those on its original."""
    words, sources = words_given(decisions), word_sources(decisions)
    said, limits = words_in_file(settings, photo, words)
    for field in WORD_NAMES:
        yield ShownWord(field, said[field], getattr(words, field), sources.get(field), limits[field])


def words_in_file(
    settings: Settings, photo: Photo, words: Words
) -> tuple[dict[str, Word], dict[str, tuple[WordLimit, ...]]]:
    """What the file of a photo would say with these words, and how much of each channel's limits that takes.

    Both by the fields of ``Words``; what they leave out is the template's.
    """
    public = public_metadata(settings, photo.number, photo.claims, licensed=photo.licensed, words=words)
    said: dict[str, Word] = {
        "title": public.title,
        "caption": public.description,
        "alt_text": public.alt_text,
        "keywords": public.keywords,
        "headline": public.headline,
        "creator": public.creator,
    }
    limits = [_limits(settings, name, public, words) for name in settings.channel_names]
    return said, {field: tuple(each[field] for each in limits if field in each) for field in WORD_NAMES}


def _limits(settings: Settings, name: str, public: PublicMetadata, words: Words) -> dict[str, WordLimit]:
    """How much of its limits one channel's texts take, by the fields of ``Words``; own words count as they are typed.

    The texts of a file are never longer than its channel takes.
    """
    channel = settings.profile.channels[name]
    title, alt_text = words.title or public.title, words.alt_text or public.alt_text
    taken = {
        "title": (text_length(title, channel.counts), channel.title_length),
        "alt_text": (text_length(alt_text), channel.alt_text_length),
        "keywords": (len(public.keywords), channel.tags),
    }
    return {field: WordLimit(name, *numbers) for field, numbers in taken.items()}
