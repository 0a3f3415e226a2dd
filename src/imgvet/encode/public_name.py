"""Whether the name of an original says something private, so that its copy must not have it."""

import re
from collections.abc import Iterable

from imgvet.people_names import same_name

_START, _END = r"(?<![^\W_])", r"(?![^\W_])"  # no letter or digit beside it; an underscore is none
_YEAR, _MONTH, _DAY = r"(?:19|20)[0-9]{2}", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12][0-9]|3[01])"
_DATE = (
    rf"(?<![0-9])(?:{_YEAR}[-_. ]{_MONTH}[-_. ]{_DAY}|{_DAY}[-_. ]{_MONTH}[-_. ]{_YEAR}"
    rf"|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2]){_YEAR})"
)
_SHORTEST_NAME = 3  # letters
_LONGEST_RUN = 5  # digits; cameras number their photos with four or five

_TOLD = tuple(
    (what, re.compile(pattern, re.IGNORECASE))
    for what, pattern in (
        ("a sign that is neither letter, digit nor - _ . , ( ) & '", r"[^\w\s.,()&'-]|\A[.]|[\r\n\t]"),
        ("a date", _DATE),
        ("a position", r"[0-9]{1,3}[.,][0-9]{3,}"),
        ("a long number", rf"[0-9]{{{_LONGEST_RUN + 1},}}|(?:[0-9][-_. ()]{{0,2}}){{7,}}"),
        ("a postcode", rf"{_START}[A-Z]{{1,2}}[0-9][A-Z0-9]?[-_ ]?[0-9][A-Z]{{2}}{_END}"),
        (
            "a number plate",
            rf"{_START}(?:[A-Z]{{2}}[0-9]{{2}}[-_ ]?[A-Z]{{3}}|[A-Z][0-9]{{1,3}}[-_ ]?[A-Z]{{3}}"
            rf"|[A-Z]{{3}}[-_ ]?[0-9]{{1,3}}[A-Z]){_END}",
        ),
    )
)


def private_in_name(stem: str, people: Iterable[str]) -> str:
    """What a file's name says that is private, in a few words; empty where nothing was found.

    Dates, positions, long numbers, UK postcodes and number plates are recognised by their form, people by the words of
    ``people``'s names. Names of others are not known here.
    """
    for what, pattern in _TOLD:
        if pattern.search(stem):
            return what
    words = _words(stem)
    return "a name that is in the register of release forms" if any(words & _words(each) for each in people) else ""


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", same_name(text)) if len(word) >= _SHORTEST_NAME}
