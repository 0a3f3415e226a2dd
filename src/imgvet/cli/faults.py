"""Many photos that need something or could not be read, told in few lines: the first by name, the others by kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from imgvet.text import count

_KINDS = 20  # listed
_KINDS_KEPT = 500  # whose words are kept; a folder of strangers' files must not fill the memory with them
_NAMES = 3  # listed for a kind

# What differs between two files with the same fault: numbers, and what is quoted or added in brackets.
_PARTICULARS = re.compile(r"[0-9][0-9.,:]*|'[^']*'|“[^”]*”|\([^)]*\)")


@dataclass(slots=True)
class _Kind:
    """Photos with the same fault."""

    words: str  # of the first
    number: int = 0
    names: list[str] = field(default_factory=list)  # the first of them


class FaultSummary:
    """Decides which lines are still shown one by one, and sums up those that are not."""

    def __init__(self, most: int) -> None:
        self._most, self._told = most, 0
        self._kinds: dict[str, _Kind] = {}

    def one_by_one(self, name: str, words: str) -> bool:
        """Whether what a photo needs, or why it failed, is to be shown individually; if not, it is counted."""
        if self._told < self._most:
            self._told += 1
            return True
        key = _PARTICULARS.sub("#", words)
        if key not in self._kinds and len(self._kinds) >= _KINDS_KEPT:
            key = ""
        kind = self._kinds.setdefault(key, _Kind(words if key else "other reasons"))
        kind.number += 1
        if len(kind.names) < _NAMES:
            kind.names.append(name)
        return False

    def lines(self, everything: str) -> Iterator[str]:
        """What was counted, commonest first, a line a kind; ``everything``: the command that names them all."""
        if not self._kinds:
            return
        kinds = sorted(self._kinds.values(), key=lambda kind: -kind.number)
        yield f"… and {count(sum(kind.number for kind in kinds), 'photo')} more:"
        for kind in kinds[:_KINDS]:
            more = ", …" if kind.number > len(kind.names) else ""
            yield f"  {kind.number:6d}  {kind.words.rstrip('.')}: {', '.join(kind.names)}{more}"
        if rest := kinds[_KINDS:]:
            yield f"  {sum(kind.number for kind in rest):6d}  for {len(rest)} other reasons"
        yield f"All of them, one a line: {everything}"
