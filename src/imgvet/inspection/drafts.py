"""What an original says of itself in words, as a draft for those who write its words.

Where several places differ: a sidecar over the file, ``X.jpg.xmp`` over ``X.xmp``; within the file XMP over IPTC-IIM,
as the Metadata Working Group says (Guidelines 2.0, 5.2), unless the digest beside the IIM shows that it was changed
later.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from imgvet.decisions import NO_WORDS, WordChanges, Words
from imgvet.find_photos import sidecar_paths
from imgvet.inspection.findings import WordFields
from imgvet.inspection.sidecars import read_sidecar
from imgvet.text import one_line
from imgvet.text_limits import cleaned_words


def draft_of(found: Sequence[WordFields]) -> Words:
    """The draft by what the parts of one file say, the preferred ones first where they differ."""
    overruled = any(each.overrules_xmp for each in found)
    return _first(sorted(found, key=lambda each: each.is_iim != overruled))


def draft_with_sidecars(own: Words, photo: Path) -> Words:
    """The draft of a photo by its sidecars and, where these say nothing, by its file. An illegible one is left out."""
    drafts = [_first(_words_in(path)) for path in sidecar_paths(photo)]
    fields = [each.fields for each in (own, *reversed(drafts))]
    return NO_WORDS.changed({name: said for each in fields for name, said in each.items()})


def _words_in(sidecar: Path) -> list[WordFields]:
    return [each for each in read_sidecar(sidecar) if isinstance(each, WordFields)]


def _first(found: Iterable[WordFields]) -> Words:
    """Of each field the first text in which something can be seen."""
    words = NO_WORDS
    for each in found:
        given: WordChanges = {
            "title": each.title,
            "caption": each.caption,
            "alt_text": each.alt_text,
            "keywords": each.keywords,
            "headline": each.headline,
            "creator": "; ".join(dict.fromkeys(filter(None, map(one_line, each.creators)))),
        }
        new = {name: said for name, said in cleaned_words(given).items() if said and name not in words.fields}
        words = words.changed(new)
    return words
