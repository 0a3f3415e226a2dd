"""Title, caption, alt text and keywords of photos: what people wrote, recorded. Commands and sheets both use this."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from imgvet.batch.decisions.state import words_given
from imgvet.batch.store import BatchStore, now
from imgvet.decisions import CAPTION, Decision, WordChanges, parse_word_changes, words_value
from imgvet.people_names import tidy_name
from imgvet.photo import Photo
from imgvet.text import clean_text, one_line


@dataclass(frozen=True, slots=True)
class WordSource:
    """Who wrote a field of a photo's words, and when."""

    by: str
    at: str  # ISO 8601, UTC


def record_words(folder: BatchStore, photos: Iterable[Photo], changes: WordChanges, by: str) -> list[Decision]:
    """Record what somebody wrote about photos, the same of each; what a photo has already is not recorded again.

    Args:
        folder: the batch.
        photos: as they are in the batch.
        changes: by the fields of ``Words``, as ``cleaned_words`` gives them; None is back to the profile's template.
        by: who wrote it.

    Returns:
        What was recorded, an entry a photo.

    Raises:
        UsageError: the name is none, or looks like another one in the log.
    """
    with folder.writing():
        by, index = folder.check_name(by), folder.snapshot().index
        made = (words_decision(photo, index.on_original(photo.source_sha256), changes, by, now()) for photo in photos)
        decisions = [each for each in made if each is not None]
        folder.decide(*decisions)
    return decisions


def words_decision(
    photo: Photo, decisions: Sequence[Decision], changes: WordChanges, by: str, at: str
) -> Decision | None:
    """The entry of the log that gives a photo these words; None where it has them already.

    ``decisions``: those on its original, oldest first.
    """
    words = words_given(decisions)
    new = {name: said for name, said in changes.items() if said != getattr(words, name)}
    if not new:
        return None
    return Decision(CAPTION, tidy_name(by), at, photo.number, photo.source_sha256, value=words_value(new))


def cleaned_words(changes: WordChanges) -> WordChanges:
    """What somebody wrote, without what can harm its readers; a text in which nothing is seen is None.

    Captions keep their lines, the others are on one line.
    """
    return {name: _cleaned(name, said) for name, said in changes.items()}


def _cleaned(name: str, said: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
    if said is None:
        return None
    if isinstance(said, str):
        return (clean_text(said) if name == "caption" else one_line(said)) or None
    return tuple(dict.fromkeys(filter(None, map(one_line, said)))) or None


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
