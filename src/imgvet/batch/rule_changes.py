"""What other settings would loosen and tighten for a batch that has some already. Pure functions; nothing is kept here.

An unknown direction counts as loosening: what is not known to be stricter is not taken to be.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from imgvet.batch.snapshot import SavedSettings
from imgvet.profile import Profile, kept_values
from imgvet.rules.area_rules import AREA_RULES
from imgvet.rules.rules import RULES

_SHOWN = 80  # characters of a value in a line


class Direction(StrEnum):
    """What a change does to the conditions for publishing a photo; the value is the word shown before the change."""

    LOOSENS = "loosens"
    MAY_LOOSEN = "may loosen"
    TIGHTENS = "tightens"
    CHANGES = "changes"  # what the public sees, or what the office is shown; not what is asked

    @property
    def loosens(self) -> bool:
        """Whether a second person must agree, where the batch asks for one."""
        return self in (Direction.LOOSENS, Direction.MAY_LOOSEN)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One setting that would be another."""

    direction: Direction
    key: str  # as in the profile, e.g. ``faces.possible``, or the option's name
    before: str
    after: str
    file: bool = False  # files that are in a channel's folder would be made again, or have other names
    words: str = ""  # in place of key and values

    def __str__(self) -> str:
        if self.words:
            return f"{self.direction}: {self.words}"
        return f"{self.direction}: {self.key}: {self.before or 'nothing'} → {self.after or 'nothing'}"


def rule_changes(before: SavedSettings, after: SavedSettings) -> tuple[RuleChange, ...]:
    """What is not to change without a name and a reason: profile, channel, event and its day, redaction, register."""
    return (*_asked_changes(before, after), *profile_changes(before.profile, after.profile, after.channel_names))


def profile_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], channels: Sequence[str] = ()
) -> Iterator[RuleChange]:
    """What differs between two profiles, by key; ``channels``: those whose files are there.

    Both are whole profiles, each as ``kept_values`` gives it.
    """
    yield from _rule_strengths(before, after)
    yield from _questions(before, after)
    old, new = dict(_flat(before)), dict(_flat(after))
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            direction = _direction(key, old.get(key), new.get(key))
            shown = "profile" if key == "name" else key
            yield RuleChange(direction, shown, _shown(old.get(key)), _shown(new.get(key)), _shapes_files(key, channels))


def _asked_changes(before: SavedSettings, after: SavedSettings) -> Iterator[RuleChange]:
    """Another event or day, channel or register makes other release forms valid; redaction replaces their answers."""
    text, day, _, _ = before.event
    new_text, new_day, _, _ = after.event
    for key, old, new, file in (
        ("event", text, new_text, True),
        ("date", str(day or ""), str(new_day or ""), True),
        ("redact", before.redact, after.redact, False),
    ):
        if old != new:
            yield RuleChange(Direction.MAY_LOOSEN, key, _shown(old), _shown(new), file)
    yield from _channels(before, after)
    yield from _register(before, after)


def _channels(before: SavedSettings, after: SavedSettings) -> Iterator[RuleChange]:
    """Another channel is another use, for which forms count or do not; files leave a channel that goes."""
    old, new = before.channel_names, after.channel_names
    if not set(old) & set(new):
        yield RuleChange(Direction.MAY_LOOSEN, "channel", ", ".join(old), ", ".join(new), file=True)
        return
    for name in new:
        if name not in old:
            yield RuleChange(Direction.MAY_LOOSEN, "channel", "", name, words=f"adds channel {name}")
    for name in old:
        if name not in new:
            yield RuleChange(Direction.TIGHTENS, "channel", name, "", words=f"removes channel {name}")


def _register(before: SavedSettings, after: SavedSettings) -> Iterator[RuleChange]:
    """A register is identified by the identity in it, where the batch knows that, and else by its place."""
    old, new, known = before.register or "", after.register or "", before.register_identity
    if known == after.register_identity if known else old in ("", new):
        return
    if old == new:
        new = f"{'another' if after.register_identity else 'none'} in its place"
    yield RuleChange(Direction.MAY_LOOSEN, "register", _shown(old), _shown(new))


_STRENGTHS = {"off": 0, "ask": 1, "release": 2, "blocked": 3}


def _rule_strengths(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[RuleChange]:
    defaults = {spec.name: spec.default for spec in RULES} | {name: rule.default for name, rule in AREA_RULES.items()}
    for name, verdict in defaults.items():
        old, new = (profile.get("rules", {}).get(name, str(verdict or "off")) for profile in (before, after))
        if old != new:
            yield RuleChange(_by_rank(_STRENGTHS, reverse=True)(old, new), f"rules.{name}", old, new)


def _questions(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[RuleChange]:
    old, new = statements_of(before), statements_of(after)
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield RuleChange(Direction.LOOSENS, f"questions.{name}", _shown(old[name]), "no longer asked")
        elif name not in old:
            yield RuleChange(Direction.TIGHTENS, f"questions.{name}", "not asked", _shown(new[name]))
        elif old[name] != new[name]:
            yield RuleChange(Direction.MAY_LOOSEN, f"questions.{name}", _shown(old[name]), _shown(new[name]))


def statements_of(profile: Mapping[str, Any]) -> dict[str, str]:
    """The text of each question of a whole profile, by its id, with what it is asked of."""
    return {each["id"]: _ASKED[each.get("ask", "batch")].format(each["text"]) for each in profile.get("questions", ())}


_ASKED = {"batch": "{}", "faces": "{} (of each photo with faces)", "text": "{} (of each photo with text)"}


Judge = Callable[[Any, Any], Direction]


def _by_rank(ranks: Mapping[Any, float] | None = None, *, reverse: bool = False) -> Judge:
    """The higher, the looser; with ``reverse`` the stricter. ``ranks``: of values that are not numbers."""

    def judge(old: Any, new: Any) -> Direction:
        if ranks and not {old, new} <= ranks.keys():
            return Direction.MAY_LOOSEN
        before, after = (ranks[old], ranks[new]) if ranks else (old, new)
        return Direction.LOOSENS if (after > before) != reverse else Direction.TIGHTENS

    return judge


def _more_loosens(old: Sequence[Any], new: Sequence[Any]) -> Direction:
    if set(new) - set(old):
        return Direction.LOOSENS
    return Direction.TIGHTENS if set(old) - set(new) else Direction.CHANGES


def _fewer_loosen(old: Sequence[Any], new: Sequence[Any]) -> Direction:
    return _more_loosens(new, old)


def _years(old: int, new: int) -> Direction:
    return _by_rank()(old or math.inf, new or math.inf)  # 0: no limit


def _only_changes(_old: Any, _new: Any) -> Direction:
    return Direction.CHANGES


def _text_of_mark(_old: str, new: str) -> Direction:
    return Direction.CHANGES if new else Direction.LOOSENS


_JUDGES: dict[str, Judge] = {
    "name": _only_changes,
    "extends": _only_changes,
    "organisation.known_creators": _more_loosens,
    "organisation.press_office": _only_changes,
    "text": _by_rank({"on": 0, "off": 1}),
    "allowed_text.words": _more_loosens,
    "allowed_text.registrations": _more_loosens,
    "allowed_text.collar_numbers": _only_changes,  # those listed are quiet, and any other is asked about
    "faces.confident": _by_rank(),
    "faces.possible": _by_rank(),
    "faces.turned": _by_rank({"never": 0, "check": 1, "always": 2}, reverse=True),
    "faces.redaction": _only_changes,
    "faces.answers": _more_loosens,
    "releases.valid_years": _years,
    "decisions.second_person": _fewer_loosen,
    "limits.partial_pictures": _by_rank(),
    "marks.copyright.text": _text_of_mark,
    "marks.website.text": _text_of_mark,
}
"""How the direction of a change is determined, by key; for other keys ``_OF_CHANNELS`` counts, then ``_SECTIONS``."""
_OF_CHANNELS: dict[str, Judge] = {"shows_description": _by_rank({False: 0, True: 1}, reverse=True)}
"""Likewise, by the last part of the key, of any channel. Where no description is shown, less is asked of it."""
_SECTIONS: dict[str, Judge] = {
    "metadata": _only_changes,
    "marks": _only_changes,
    "channels": _only_changes,
    "limits": _only_changes,
    "releases": _only_changes,
}
"""Sections of which a key with no row of its own only changes something; any other one may loosen."""

_FILE_SECTIONS = ("organisation", "licence", "metadata", "marks")  # that shape published files
_ONLY_INSIDE = {"organisation.press_office", "organisation.known_creators", "metadata.captions"}


def _direction(key: str, old: Any, new: Any) -> Direction:
    in_both = old is not None and new is not None
    of_channel = _OF_CHANNELS.get(key.rpartition(".")[2]) if in_both and key.startswith("channels.") else None
    judge = _JUDGES.get(key) or of_channel or _SECTIONS.get(key.partition(".")[0])
    if judge is None or not in_both:
        return Direction.MAY_LOOSEN if judge is not _only_changes else Direction.CHANGES
    return judge(old, new)


def _shapes_files(key: str, channels: Sequence[str]) -> bool:
    if key in _ONLY_INSIDE:
        return False
    sections = (*_FILE_SECTIONS, *(f"channels.{channel}" for channel in channels))
    return key.startswith(tuple(f"{section}." for section in sections))


def _flat(profile: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a profile by key, without its rules and questions."""
    for name, value in profile.items():
        key = f"{prefix}{name}"
        if key in ("rules", "questions"):
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{key}.")
        else:
            yield key, value


def _shown(value: Any) -> str:
    if value is None:
        return ""
    words = {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else None
    text = words or (", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def whole_profile(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """The profile with the keys that a later version has added; as it is where this version does not take it."""
    try:
        return kept_values(Profile.model_validate(kept))
    except ValueError:
        return kept
