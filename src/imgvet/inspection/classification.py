"""Security classification: the code in a TIFF/EP tag, and markings in texts.

Codes: TIFF/EP (ISO 12234-2), SecurityClassification. Markings: HM Government, Government Security Classifications
Policy (August 2024), and the older Government Protective Marking Scheme, whose marks old documents keep.
"""

import re

_CODES = {"T": "TOP SECRET", "S": "SECRET", "C": "CONFIDENTIAL", "R": "RESTRICTED", "U": ""}
_NO_SECRET = re.compile(r"(?i)un-?classified|not protectively marked|official|public|none|unknown|n/?a")
_MAX_SEARCHED = 100_000  # characters
_AROUND = 100  # characters
_HIGHEST_FIRST = ("TOP SECRET", "SECRET", "CONFIDENTIAL", "RESTRICTED", "PROTECT", "OFFICIAL SENSITIVE", "OFFICIAL")
_WORDS = ("SECRET", "CONFIDENTIAL", "RESTRICTED", "PROTECT", "OFFICIAL")

# These words are always markings, anywhere in a text; in lower case, only if they are the whole text.
_SENSITIVE = r"OFFICIAL\s{0,3}[-_:‐-―/]{0,3}\s{0,3}SENSITIVE"
_ALWAYS = re.compile(rf"\bTOP[ _-]{{1,3}}SECRET\b|\b{_SENSITIVE}\b")
_WHOLE = re.compile(rf"(?im)^[^\w\n]{{0,20}}(top[ _-]{{1,3}}secret|{_SENSITIVE})[^\w\n]{{0,20}}$")
# These are everyday words too: they count between line ends and punctuation, or in capitals within other text.
_ALONE = re.compile(
    r"(?m)(?:^|[-–—:/|.,;(\[\]])\s{0,5}(?:(?:UK|NATO|COSMIC) )?(SECRET|CONFIDENTIAL|RESTRICTED|PROTECT|OFFICIAL)"
    r"(?: UK EYES ONLY)?\s{0,5}(?=$|[-–—:/|.,;)\[\]])"
)
_WITHIN = re.compile(r"(?<![\w-])(SECRET|CONFIDENTIAL)(?![\w-])")


def marking_of_code(value: str) -> str:
    """The marking of a SecurityClassification field; empty if it is unclassified or empty.

    A value that is not a known code is itself the marking: the unknown is not treated as harmless.
    """
    text = value.strip().strip("\0")
    if text.upper() in _CODES:
        return _CODES[text.upper()]
    return "" if not text.strip("0 ") or _NO_SECRET.fullmatch(text) else text


def _in_small_letters(text: str, at: int) -> bool:
    """Whether the words around a match, on its line, have lower-case letters."""
    before = text[max(0, at - _AROUND) : at].rpartition("\n")[2]
    after = text[at : at + _AROUND].partition("\n")[0]
    return any(letter.islower() for letter in before + after)


def marking_in(text: str) -> str:
    """The highest classification marking in a text, ``OFFICIAL`` included; empty if there is none."""
    text = text[:_MAX_SEARCHED]
    capitals = text.upper()
    if not any(word in capitals for word in _WORDS):
        return ""
    found = {" ".join(re.split(r"[^A-Z]+", match[0].upper().strip())) for match in _ALWAYS.finditer(text)}
    found |= {" ".join(re.split(r"[^A-Z]+", match[1].upper())) for match in _WHOLE.finditer(text)}
    found |= {match[1] for match in _ALONE.finditer(text)}
    found |= {match[1] for match in _WITHIN.finditer(text) if _in_small_letters(text, match.start())}
    highest = next((marking for marking in _HIGHEST_FIRST if marking in found), "")
    return highest.replace("OFFICIAL SENSITIVE", "OFFICIAL-SENSITIVE")
