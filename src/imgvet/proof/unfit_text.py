"""What a published text must not contain: controls, and characters by which text is hidden or turned round.

Characters: Unicode Standard, chapter 23. Direction controls: UAX 9. Flags made of tag characters: UTS 51.
"""

import re

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{2}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,4}\U000e007f")
_NO_CHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_UNSEEN = (  # that people write, one or two at a time
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u3164\uffa0"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_HIDDEN = re.compile(
    f"[{_NO_CHARACTERS}\u2065\u206a-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
    f"|[{_UNSEEN}]{{4}}|[{_SELECTORS}]{{2}}|(?<![\u2e80-\U0003ffff])[\U000e0100-\U000e01ef]"
)
_DIRECTION = re.compile("[\n\u202a-\u202e\u2066-\u2069]")
_ENDS = dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c") | dict.fromkeys("\u2066\u2067\u2068", "\u2069")


def unfit(untrusted_text: str, *, newlines: bool = False) -> str:
    """Why a text may not be published: it is empty, or it holds what can harm. Empty if it may."""
    if not untrusted_text.strip():
        return "It is empty."
    if _CONTROL.search(untrusted_text) or ("\n" in untrusted_text and not newlines):
        return "It holds control characters."
    if _HIDDEN.search(_FLAG.sub("\U0001f3f4", untrusted_text)) or not _ends_what_it_starts(untrusted_text):
        return "It holds characters that hide or turn round other text."
    return ""


def _ends_what_it_starts(untrusted_text: str) -> bool:
    """Whether every embedding, override and isolate ends on its line, the last one first."""
    wanted: list[str] = []
    for mark in _DIRECTION.findall(f"{untrusted_text}\n"):
        if mark in _ENDS:
            wanted.append(_ENDS[mark])
        elif mark == "\n" and not wanted:
            continue
        elif not wanted or wanted.pop() != mark:
            return False
    return True
