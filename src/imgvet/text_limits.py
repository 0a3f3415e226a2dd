"""The words of a photo as texts: what is left out of them, and how long they are as each channel counts.

A channel counts characters, what people see as letters, or what X weighs.

X: twitter-text 3, configuration v3 (https://github.com/twitter/twitter-text, config/v3.json): the text in NFC; letters
of most alphabets weigh 1, those of East Asia and every emoji 2, a link 23 whatever its length. Bluesky: grapheme
clusters (lexicon app.bsky.feed.post, maxGraphemes).
"""

import unicodedata
from collections.abc import Callable, Mapping

import regex

from imgvet.text import byte_length, clean_text, count, cut_text, one_line

Word = str | tuple[str, ...]
"""What a field of ``imgvet.decisions.Words`` says: a text, or keywords."""

_LINK_ON_X = 23
# A web address, also one without http://, as X links it. A bare name in a country's domain is not one (police.uk).
_LINK = regex.compile(
    r"""(?xi) (?<![\w@./-])
    (?: https?://[^\s<>"]+?
      | (?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+
        (?: com|org|net|info|biz|edu|gov|mil|int|eu|scot|wales|cymru|london|police|news|online|app|dev
          | (?<=\.[a-z0-9-]*\.)[a-z]{2} | (?<=\w\.)[a-z]{2}(?=/) )
        (?: /[^\s<>"]*? )? )
    (?= [.,;:!?'")\]]* (?:\s|$) )
    """
)
_EMOJI = regex.compile(
    r"(?:\p{RI}\p{RI}|[#*0-9]\ufe0f?\u20e3"
    r"|\p{Emoji}(?:\p{EMod}|\ufe0f)?[\U000e0020-\U000e007f]*"
    r"(?:\u200d\p{Emoji}(?:\p{EMod}|\ufe0f)?)*)"
)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # code points that weigh 1 on X


def cleaned_words(changes: Mapping[str, Word | None]) -> dict[str, Word | None]:
    """What somebody wrote, without what can harm its readers; a text in which nothing is seen is None.

    Captions keep their lines, the others are on one line.
    """
    return {name: _cleaned(name, said) for name, said in changes.items()}


def _cleaned(name: str, said: Word | None) -> Word | None:
    if said is None:
        return None
    if isinstance(said, str):
        return (clean_text(said) if name == "caption" else one_line(said)) or None
    return tuple(dict.fromkeys(filter(None, map(one_line, said)))) or None


def letters(text: str) -> int:
    """How many letters people see in a text (grapheme clusters, UAX 29)."""
    return len(regex.findall(r"\X", text))


def weight_on_x(text: str) -> int:
    """What a text weighs in a post on X, of which 280 is the most."""
    text = unicodedata.normalize("NFC", text)
    links = regex.findall(_LINK, text)
    return _LINK_ON_X * len(links) + _weight_without_links(_LINK.sub("", text))


def _weight_without_links(text: str) -> int:
    emoji = [each for each in _EMOJI.findall(text) if not each.isascii() and not _is_light(each)]
    for each in emoji:
        text = text.replace(each, "", 1)
    return 2 * len(emoji) + sum(1 if _is_light(each) else 2 for each in text)


def _is_light(text: str) -> bool:
    return all(any(first <= ord(each) <= last for first, last in _LIGHT) for each in text)


COUNTINGS: dict[str, Callable[[str], int]] = {"characters": len, "letters": letters, "x": weight_on_x}
"""The ways to count, by the name that a channel of a profile gives (``counts``)."""


def text_length(text: str, counts: str = "characters") -> int:
    """How long a text is; ``counts``: a name of ``COUNTINGS``."""
    return COUNTINGS[counts](text)


def cut_to_length(text: str, most: int, counts: str = "characters") -> str:
    """The text in at most that length, cut between letters; ``counts``: a name of ``COUNTINGS``."""
    return text if text_length(text, counts) <= most else cut_text(text, most, COUNTINGS[counts])


def too_long(text: str, most: int, counts: str = "characters") -> str:
    """That a text is too long, with the count, e.g. ``301 characters long; 255 is the most``; empty where it is not."""
    length = text_length(text, counts)
    if length <= most:
        return ""
    as_on_x = ", as X counts" if counts == "x" else ""
    return f"{count(length, 'character')} long{as_on_x}; {most} is the most"


def too_many_bytes(text: str, most: int) -> str:
    """That a text has more bytes in UTF-8 than a file can hold, in words like ``too_long``; empty where it has not."""
    size = byte_length(text)
    return "" if size <= most else f"{count(size, 'byte')} long in UTF-8; {most} is the most"
