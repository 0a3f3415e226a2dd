"""Names of people, and the references of forms: when two are the same, when one is none, and when two look alike.

A name is compared as ``same_name`` has it. imgvet has no passwords: it knows people by the names that they type, so
where two people are asked for, all that a reader may take for the same name counts as the same (``same_person``).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import msgspec
import regex

from imgvet.errors import ImgvetError, UsageError
from imgvet.text import clean_text, one_line

_IGNORED = regex.compile(r"\p{Default_Ignorable_Code_Point}")  # all that is not seen (UAX 44)
_NOT_COMPARED = regex.compile("[\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_BLANK_BRAILLE = "\u2800"  # seen as nothing but a blank
_LETTER = regex.compile(r"[\p{Lu}\p{Ll}\p{Lt}\p{Lo}]")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_WORD_AS_WRITTEN = regex.compile(r"[\p{L}\p{M}][\p{L}\p{M}\p{Default_Ignorable_Code_Point}]*")
_ACCENTS = regex.compile(r"[\p{Script=Inherited}\u0591-\u05c7]")  # and the points of Hebrew
_NO_NAME = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_SCRIPTS = (
    *("Latin", "Greek", "Cyrillic", "Armenian", "Georgian", "Hebrew", "Arabic", "Devanagari", "Bengali", "Tamil"),
    *("Thai", "Ethiopic", "Han", "Hiragana", "Katakana", "Hangul", "Bopomofo", "Cherokee", "Coptic", "Common"),
    "Inherited",
)
_SCRIPT = regex.compile("|".join(rf"(?P<{name}>\p{{Script={name}}})" for name in _SCRIPTS))
_EAST_ASIAN = frozenset({"Latin", "Han", "Hiragana", "Katakana", "Hangul", "Bopomofo"})  # in one word (UTS 39, 5.2)
_LETTER_AS_SIGN = regex.compile(r"(?:LETTER SMALL CAPITAL|CAPITAL LETTER|SYMBOL LETTER) ([A-Z])")
_SIGNS = (*range(0x250, 0x2B0), *range(0x1D00, 0x1D80), *range(0xA720, 0xA800), *range(0x1F100, 0x1F200))


def same_words(text: str) -> str:
    """A text in the form in which it is compared: case, blanks, Unicode forms and direction make no difference.

    Neither do invisible characters, except joiners and the tags of flags, which distinguish words and flags.
    """
    seen = _NOT_COMPARED.sub("", clean_text(text)).replace(_BLANK_BRAILLE, " ")
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def same_name(text: str) -> str:
    """A name of a person, a note, or a reference in the form in which it is compared (NFKC, case folded).

    Nothing that is not seen makes a difference (``Default_Ignorable_Code_Point``).
    """
    if text.isascii() and text.isprintable():  # as most are, and a register has thousands
        return " ".join(text.casefold().split())
    folded = same_words(_IGNORED.sub("", text))
    return " ".join(_IGNORED.sub("", unicodedata.normalize("NFKC", folded)).split())


def has_words(text: str) -> bool:
    """Whether there is a letter in a name, note or reason; digits, signs, and invisible characters do not count."""
    return _LETTER.search(same_name(text)) is not None


def tidy_name(name: str) -> str:
    """The name as it is kept: on one line, without invisible characters except the joiners inside words."""
    shown = regex.sub(r"(?<=\p{L}\p{M}*)([\u200c\u200d])(?=\p{L})|\p{Default_Ignorable_Code_Point}", r"\1", name)
    return one_line(shown.replace(_BLANK_BRAILLE, " ")).strip()


def name_problem(name: str) -> str:
    """Why a text is not the name of a person, a plain sentence; empty if it can be one.

    A name has a letter. It mixes no alphabets within a word, except those of East Asia, and has no letter of one
    alphabet among letters of another that it cannot be told apart from (UTS 39, mixed-script confusables).
    """
    if not same_name(name):
        return "There is no name: it has no visible characters."
    if not has_words(name):
        return f"'{tidy_name(name)}' is not a name: it has no letters."
    return mixed_alphabets(name)


def checked_name(name: str, missing: str, error: type[ImgvetError] = UsageError) -> str:
    """The name of the person who does something, as it is kept.

    Args:
        name: as it was typed.
        missing: the sentence that says what needs a name, where there is none.
        error: what is raised.

    Raises:
        ImgvetError: of the kind ``error``; it is not a name.
    """
    if not same_name(name):
        raise error(missing, "Give yours with --by, or set it once with imgvet init --by NAME.")
    if problem := name_problem(name):
        raise error(problem, "Give the name of a person, in one alphabet.")
    return tidy_name(name)


def mixed_alphabets(text: str) -> str:
    """Why it is unclear which letters a text has, a plain sentence; empty where they are of one alphabet.

    Whole words in different alphabets are allowed, e.g. ``Dr Иванов``.
    """
    plain = unicodedata.normalize("NFKC", _IGNORED.sub("", text))
    letters = defaultdict[str, set[str]](set)
    for word in _WORD.findall(plain):
        scripts = {script: letter for letter in word if (script := _script(letter))}
        if len(scripts) > 1 and not set(scripts) <= _EAST_ASIAN:
            return f"'{tidy_name(text)}' mixes letters of {_and(scripts)} in one word."
        for letter in word:
            letters[_script(letter)].add(letter)
    letters.pop("", None)
    foreign = [script for script in letters if script not in _EAST_ASIAN and all(map(_looks_latin, letters[script]))]
    if len(letters) > 1 and foreign:
        return f"'{tidy_name(text)}' mixes letters of {_and(letters)} that look alike."
    return ""


def same_person(name: str, other: str) -> bool:
    """Whether both names may be one person's: they are the same, or look so.

    Capitals, blanks, punctuation, accents, and letters and digits that look alike (UTS 39, skeletons) make no
    difference: ``A. Officer``, ``a.officer`` and one with a Cyrillic А are one person, ``Ann Lee`` and ``Anne Lee``
    are two.
    """
    return name == other or not _bare_looks(name).isdisjoint(_bare_looks(other))


class KnownNames:
    """Names of people, or references, with which another one might be mistaken (UTS 39, skeletons)."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names: set[str] = set()
        self._of_look: dict[str, str] = {}
        for each in names:
            self.add(each)

    def add(self, name: str) -> None:
        """Know one more."""
        self._names.add(same_name(name))
        self._of_look.update(dict.fromkeys(_looks(name), name))

    def like(self, name: str) -> str:
        """The known one that looks like this one; empty where there is none, or where this one is known itself."""
        if same_name(name) in self._names:
            return ""
        return next((self._of_look[look] for look in _looks(name) if look in self._of_look), "")


@dataclass(frozen=True, slots=True)
class UnnamedPerson:
    """Somebody who does not want to be shown, and so not to be named either."""

    name: str
    any_part: bool = False  # the first name or the last alone counts, because they are in these photos


def name_places(text: str, person: UnnamedPerson) -> Iterator[tuple[int, int]]:
    """Where a text names somebody: start and end of each place.

    The whole name counts, with or without those between the first and the last, or the last one first; so does one
    with an initial, or with up to two names in between that are not known (``Ann M. Lee``), and one in one word, as
    in hashtags. Words are compared as ``same_person`` does; a part alone counts with a capital letter, unless the
    text has none.
    """
    name = [word for word in _WORD.findall(person.name) if word.casefold() not in _TITLES]
    words, at = list(_WORD_AS_WRITTEN.finditer(text)), 0
    wanted = [name, [*name[:1], *name[-1:]], [*name[-1:], *name[:1]]] if len(name) > 1 else [name] if name else []
    while at < len(words):
        number = next((len(each) for each in wanted if _begin_with(words[at : at + len(each)], each)), 0)
        number = number or (_other_forms(words[at : at + 4], text, name) if len(name) > 1 else 0)
        part = person.any_part and _is_capital(words[at].group(), text)
        if not number and part and any(_same_word(words[at].group(), each) for each in name):
            number = 1
        if number:
            yield words[at].start(), words[at + number - 1].end()
        at += number or 1


_TITLES = frozenset(
    {
        *("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "lady", "lord", "rev"),
        *("pc", "ps", "dc", "ds", "di", "dci", "dcs", "sgt", "insp", "supt", "pcso"),
    }
)
_SHORTEST_PART = 2  # letters


def _other_forms(words: Sequence[regex.Match[str]], text: str, name: Sequence[str]) -> int:
    """How many words at the start are the name in one word, or its first name or initial up to its last name."""
    seen = [word.group() for word in words]
    joined = {"".join(name), name[0] + name[-1], name[-1] + name[0]}
    if any(_same_word(seen[0], each) for each in joined):
        return 1
    if not (_same_word(seen[0], name[0]) or _is_initial_of(seen[0], name[0])):
        return 0
    for at, word in enumerate(words[1:], 1):
        if text[words[at - 1].end() : word.start()].strip(" .\xa0"):
            return 0
        if _same_word(word.group(), name[-1]):
            return at + 1
        if word.group()[0].islower():
            return 0
    return 0


def _is_initial_of(word: str, other: str) -> bool:
    """Whether one of two is the initial of the other; a small letter in a text is an article."""
    short, long = sorted((_IGNORED.sub("", word), _IGNORED.sub("", other)), key=len)
    return len(short) == 1 and word[0].isupper() and _same_word(short, long[0])


def _begin_with(words: Sequence[regex.Match[str]], name: Sequence[str]) -> bool:
    return len(words) >= len(name) and all(
        _same_word(word.group(), other) for word, other in zip(words, name, strict=False)
    )


def _is_capital(word: str, text: str) -> bool:
    return len(word) >= _SHORTEST_PART and (not word[0].islower() or text == text.lower())


def _same_word(word: str, other: str) -> bool:
    return not _bare_looks(word).isdisjoint(_bare_looks(other))


@lru_cache(4096)
def _bare_looks(name: str) -> frozenset[str]:
    """The looks of a name without accents and all but letters and digits; its words where nothing else is left."""
    return frozenset(_NO_NAME.sub("", _ACCENTS.sub("", look)) or f" {same_name(name)}" for look in _looks(name))


@lru_cache(65536)
def _looks(text: str) -> frozenset[str]:
    """The skeletons of a text as it is written, in small letters, and in capitals: each shows other look-alikes."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _IGNORED.sub("", text).replace(_BLANK_BRAILLE, " "))
    plain = " ".join(text.split())
    return frozenset(_skeleton(form) for form in (plain, plain.casefold(), plain.upper()))


def _skeleton(text: str) -> str:
    """The text with each character in the place of those that look like it (UTS 39, 4)."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).translate(_prototypes()))


@cache
def _prototypes() -> dict[int, str]:
    """What each character looks like, from Unicode's list of confusables, and the capitals that are signs."""
    listed = msgspec.json.decode(files("confusable_homoglyphs").joinpath("confusables.json").read_bytes())
    found = dict[int, str]()
    # The list gives a character the one that it looks like, and that one all that look like it; of a pair it does not
    # say which is which.
    for each, (first, *more) in listed.items():
        if len(each) == 1 and not more:
            other, back = first["c"], listed.get(first["c"], ())
            if len(back) != 1 or len(other) > 1 or (other.isascii(), each) > (each.isascii(), other):
                found[ord(each)] = other.replace("\u200e", "")
    for each, looks in found.items():  # none leads to one that leads on
        found[each] = looks.translate(found)
    signs = ((sign, _LETTER_AS_SIGN.search(unicodedata.name(chr(sign), ""))) for sign in _SIGNS)
    return {sign: match[1] for sign, match in signs if match} | found


def _looks_latin(letter: str) -> bool:
    return _skeleton(letter).isascii()


@lru_cache(4096)
def _script(character: str) -> str:
    """The script of a letter (UAX 24); empty where it belongs to every one."""
    found = _SCRIPT.match(character)
    name = found.lastgroup if found else "another alphabet"
    return "" if name in ("Common", "Inherited") else str(name)


def _and(scripts: Iterable[str]) -> str:
    names = sorted(filter(None, scripts))
    return f"{', '.join(names[:-1])} and {names[-1]}"
