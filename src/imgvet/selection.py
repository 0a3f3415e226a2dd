"""Which of the photos that were found join a batch: by stars, colour label or pick flag, or by a list of names.

Plain data in, plain data out; ``imgvet.inspection.selection_marks`` says where a file or a sidecar has the marks. What
is not known is not chosen: to a condition the answer is yes, no, or unknown.
"""

import operator
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePath

from imgvet.errors import UsageError


@dataclass(frozen=True, slots=True)
class SelectionMarks:
    """How somebody marked one photo while choosing. Private: it is never published."""

    stars: int | None = None  # -1: rejected, 0: none given, 1 to 5; None: nothing says it
    labels: tuple[str, ...] | None = None  # names and numbers of one colour label; None: nothing says it
    picked: bool | None = None  # flagged or tagged; False: neither, or rejected; None: nothing says it
    fault: str = ""  # why what nothing says may still be there; continues from "its marks are not known: "


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a photo must have to join."""

    kind: str  # a key of ``SELECTIONS``
    sign: str = "="  # a key of ``_COMPARED``
    values: tuple[str, ...] = ()  # any of them; of a list its lines
    path: Path | None = None  # of a list, as it was named

    def __str__(self) -> str:
        """As it can be typed."""
        said = str(self.path) if self.path else ",".join(self.values)
        return f"{self.kind}{self.sign}{said}" if said else self.kind


@dataclass(frozen=True, slots=True)
class SelectionKind:
    """A kind of condition: how it is typed, and whether a photo's marks meet it; None: that is not known."""

    pattern: re.Pattern[str]
    example: str
    made: Callable[[re.Match[str]], Condition]
    holds: Callable[[Condition, SelectionMarks], bool | None] | None  # None: it is asked of the photo's name


_COMPARED: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq,
}  # fmt: skip


def _by_rating(match: re.Match[str]) -> Condition:
    sign, stars, more = match.groups()
    return Condition("rating", ">=" if more else (sign or "=").replace("==", "="), (str(int(stars)),))


def _by_label(match: re.Match[str]) -> Condition:
    return Condition("label", values=tuple(each.strip() for each in match[1].split(",") if each.strip()))


def _rating_holds(condition: Condition, marks: SelectionMarks) -> bool | None:
    stars = marks.stars
    if stars is None and marks.fault:
        return None
    return _COMPARED[condition.sign](stars or 0, int(condition.values[0]))


def _label_holds(condition: Condition, marks: SelectionMarks) -> bool | None:
    if marks.labels is None and marks.fault:
        return None
    return not {_plain(each) for each in condition.values}.isdisjoint(map(_plain, marks.labels or ()))


def _picked_holds(condition: Condition, marks: SelectionMarks) -> bool | None:  # noqa: ARG001 - as the others
    if marks.picked is None and marks.fault:
        return None
    return bool(marks.picked)


def _kind(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{pattern})\s*", re.IGNORECASE)


SELECTIONS: dict[str, SelectionKind] = {
    "rating": SelectionKind(
        _kind(r"(?:rating|stars)\s*(>=|<=|==?|>|<)\s*(-?[0-5])(\+?)"), "rating>=3", _by_rating, _rating_holds
    ),
    "label": SelectionKind(_kind(r"(?:label|colou?r)\s*=\s*([^,\s].*)"), "label=Red", _by_label, _label_holds),
    "picked": SelectionKind(
        _kind(r"pick(?:ed)?|flagged|tagged"), "picked", lambda _: Condition("picked"), _picked_holds
    ),
    "list": SelectionKind(
        _kind(r"list\s*=\s*(.+)"), "list=names.txt", lambda match: Condition("list", path=Path(match[1].strip())), None
    ),
}  # fmt: skip
"""Every kind of condition, by name."""


def parse_condition(text: str) -> Condition:
    """What somebody typed as ``--select``; the lines of a list are not read yet.

    Raises:
        UsageError: it is not a condition.
    """
    for kind in SELECTIONS.values():
        if match := kind.pattern.fullmatch(text):
            return kind.made(match)
    examples = ", ".join(f'--select "{kind.example}"' for kind in SELECTIONS.values())
    cut = " The terminal took > or < for itself: put quotes round it." if _plain(text) in ("rating", "stars") else ""
    raise UsageError(f"--select '{text}' says nothing that photos can be chosen by.{cut}", f"Write e.g. {examples}.")


@dataclass(frozen=True, slots=True)
class Unselected:
    """Files that were named and do not join, and why; and what a list has that leads to no file."""

    number: int = 0  # of files that the selection leaves out
    unknown: tuple[tuple[Path, str], ...] = ()  # files whose marks are not known, and why
    unmatched: tuple[str, ...] = ()  # lines of a list that name none of the photos
    unclear: tuple[tuple[str, tuple[Path, ...]], ...] = ()  # lines that several photos fit, of which none is chosen


def choose_photos(
    paths: Sequence[Path],
    marks: Mapping[Path, SelectionMarks],
    conditions: Sequence[Condition],
    contents: Mapping[Path, str],
) -> tuple[list[Path], Unselected]:
    """Those of the files that meet every condition, in their order, and what became of the others.

    Args:
        paths: files that would join.
        marks: of each of them; only asked where a condition asks.
        conditions: all must be met.
        contents: by path, SHA-256 of every file that lines of a list may mean, of those that are known already too;
            several files with the same one are one photo.
    """
    chosen = list(paths)
    unmatched, unclear = list[str](), list[tuple[str, tuple[Path, ...]]]()
    for condition in conditions:
        if condition.kind == "list":
            listed = _Listed(contents)
            wanted = set(listed.meant_by(condition.values))
            chosen = [path for path in chosen if path in wanted]
            unmatched += listed.unmatched
            unclear += listed.unclear
    unknown = dict[Path, str]()
    for condition in conditions:
        if holds := SELECTIONS[condition.kind].holds:
            answers = {path: holds(condition, marks[path]) for path in chosen}
            unknown |= {path: marks[path].fault for path, answer in answers.items() if answer is None}
            chosen = [path for path in chosen if answers[path] is not False]
    unknown = {path: why for path, why in unknown.items() if path in chosen}  # another condition may leave it out
    chosen = [path for path in chosen if path not in unknown]
    number = len(paths) - len(chosen) - len(unknown)
    return chosen, Unselected(number, tuple(unknown.items()), tuple(unmatched), tuple(unclear))


_SEPARATORS = re.compile(r"[,;\t]")
_ENDING = re.compile(r"\.[a-z][a-z0-9]{1,4}$")
_COMMENT = "#"


@dataclass
class _Listed:
    """The photos that the lines of a list may mean."""

    contents: Mapping[Path, str]
    unmatched: list[str] = field(default_factory=list)
    unclear: list[tuple[str, tuple[Path, ...]]] = field(default_factory=list)

    def meant_by(self, lines: Iterable[str]) -> Iterator[Path]:
        """The photos that the lines name; the others are noted."""
        for line in filter(None, map(str.strip, lines)):
            if line.startswith(_COMMENT):
                continue
            parts = [part for each in _SEPARATORS.split(line) if (part := each.strip())]
            several = len(parts) > 1 and not self._found(line) and any(map(self._found, parts))
            for name in parts if several else [line]:
                found = self._found(name)
                if not found:
                    self.unmatched.append(name)
                elif len({self.contents[path] or str(path) for path in found}) > 1:
                    self.unclear.append((name, tuple(found)))
                else:
                    yield from found

    def _found(self, name: str) -> list[Path]:
        """By the whole name with the folders before it, else without its ending, else by its number alone."""
        parts = _plain(name.strip("\"'")).replace("\\", "/").strip("/").split("/")
        stem = _ENDING.sub("", parts[-1])
        for here in (self._names.get(parts[-1], []), self._stems.get(stem, [])):
            if found := [path for path in here if _folders_end_in(path, parts[:-1])]:
                return found
        return self._numbers.get(int(stem), []) if re.fullmatch(r"[0-9]{1,9}", stem) and len(parts) == 1 else []

    @cached_property
    def _names(self) -> Mapping[str, list[Path]]:
        return self._by(lambda path: _plain(path.name))

    @cached_property
    def _stems(self) -> Mapping[str, list[Path]]:
        return self._by(lambda path: _plain(path.stem))

    @cached_property
    def _numbers(self) -> Mapping[int, list[Path]]:
        found = defaultdict[int, list[Path]](list)
        for path in self.contents:
            if digits := re.findall(r"[0-9]+", path.stem):
                found[int(digits[-1][-18:])].append(path)
        return found

    def _by(self, key: Callable[[Path], str]) -> Mapping[str, list[Path]]:
        found = defaultdict[str, list[Path]](list)
        for path in self.contents:
            found[key(path)].append(path)
        return found


def _folders_end_in(path: PurePath, folders: Sequence[str]) -> bool:
    above = [_plain(part) for part in path.parts[:-1]]
    return not folders or above[-len(folders) :] == list(folders)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()
