"""What other settings would loosen and tighten, line by line; no batch is needed for it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from imgvet.batch.rule_changes import Direction, profile_changes, rule_changes, whole_profile
from imgvet.batch.snapshot import SavedSettings
from imgvet.profile import Profile, kept_values

SAVED = SavedSettings(
    {"name": "p"}, None, ("Open Day", date(2026, 6, 14), "https://example.org", ("fair",)), "flickr", "none",
    register="/a.db", register_identity="one",
)  # fmt: skip
NO_DAY = ("Open Day", None, "", ())


def lines(before: SavedSettings, after: SavedSettings) -> list[str]:
    return [str(each) for each in rule_changes(before, after)]


@pytest.mark.parametrize(("changed", "told", "file"), [
    ({"event": ("Fête", *SAVED.event[1:])}, "may loosen: event: Open Day → Fête", True),
    ({"event": ("", *SAVED.event[1:])}, "may loosen: event: Open Day → nothing", True),
    ({"event": NO_DAY}, "may loosen: date: 2026-06-14 → nothing", True),
    ({"channel": "x"}, "may loosen: channel: flickr → x", True),
    ({"redact": "all"}, "may loosen: redact: none → all", False),
    ({"profile": {"name": "q"}}, "changes: profile: p → q", False),
    ({"register": "/b.db", "register_identity": "two"}, "may loosen: register: /a.db → /b.db", False),
    ({"register_identity": "two"}, "may loosen: register: /a.db → another in its place", False),
    ({"register_identity": ""}, "may loosen: register: /a.db → none in its place", False),
    ({"register": None, "register_identity": ""}, "may loosen: register: /a.db → nothing", False),
])  # fmt: skip
def test_each_setting_that_is_another_is_told(changed: dict[str, Any], told: str, file: bool) -> None:
    """On one line, with whether files are made anew; what is the same is not."""
    (change,) = rule_changes(SAVED, replace(SAVED, **changed))
    assert (str(change), change.file, change.direction.loosens) == (told, file, told.startswith("may loosen"))


@pytest.mark.parametrize("changed", [
    {}, {"event": (*SAVED.event[:2], "", ("other",))}, {"profile_folder": "/other"}, {"proof_marks": "all"},
    {"register": "/moved.db"},
])  # fmt: skip
def test_what_changes_no_rule_has_no_line(changed: dict[str, Any]) -> None:
    """Link and tags, the folder of the profile, and where the same register is."""
    assert lines(SAVED, replace(SAVED, **changed)) == []


def test_a_day_that_nobody_had_said_is_told() -> None:
    saved = replace(SAVED, event=NO_DAY)
    assert lines(saved, saved) == []
    assert lines(saved, SAVED) == ["may loosen: date: nothing → 2026-06-14"]


@pytest.mark.parametrize(("old", "new", "told"), [
    (None, "/b.db", []), ("/a.db", "/a.db", []), ("/a.db", "/b.db", ["may loosen: register: /a.db → /b.db"]),
    ("/a.db", None, ["may loosen: register: /a.db → nothing"]), (None, None, []),
])  # fmt: skip
def test_a_register_of_unknown_identity_is_told_by_its_place(old: str | None, new: str | None, told: list[str]) -> None:
    """A batch that had none may get its first one."""
    before = replace(SAVED, register=old, register_identity="")
    assert lines(before, replace(SAVED, register=new, register_identity="two")) == told


LONG = "x" * 80


@pytest.mark.parametrize(("before", "after", "told"), [
    ({"rules": {"ai-content": "ask"}}, {"rules": {"ai-content": "off"}}, "loosens: rules.ai-content: ask → off"),
    ({"rules": {}}, {"rules": {"ai-content": "blocked"}}, "tightens: rules.ai-content: ask → blocked"),
    ({}, {"rules": {"ai-content": "release"}}, "tightens: rules.ai-content: ask → release"),
    ({"rules": {"ai-content": "blocked"}}, {"rules": {"ai-content": "release"}},
     "loosens: rules.ai-content: blocked → release"),
    ({"rules": {"link-back": "ask"}}, {}, "loosens: rules.link-back: ask → off"),
    ({"rules": {"minor-age": "ask"}}, {}, "tightens: rules.minor-age: ask → blocked"),
    ({"questions": [{"id": "q", "text": "So?"}]}, {}, "loosens: questions.q: So? → no longer asked"),
    ({}, {"questions": [{"id": "q", "text": "So?"}]}, "tightens: questions.q: not asked → So?"),
    ({"questions": [{"id": "q", "text": "So?"}]}, {"questions": [{"id": "q", "text": "Or?"}]},
     "may loosen: questions.q: So? → Or?"),
    ({"channels": {"x": {"shows_description": True}}}, {"channels": {"x": {"shows_description": False}}},
     "loosens: channels.x.shows_description: yes → no"),
    ({"channels": {"x": {"shows_description": False}}}, {"channels": {"x": {"shows_description": True}}},
     "tightens: channels.x.shows_description: no → yes"),
    ({"new": {"shows_description": False}}, {"new": {"shows_description": True}},
     "may loosen: new.shows_description: no → yes"),
    ({}, {"channels": {"y": {"shows_description": False}}}, "changes: channels.y.shows_description: nothing → no"),
    ({"faces": {"possible": 0.1}}, {"faces": {"possible": 0.2}}, "loosens: faces.possible: 0.1 → 0.2"),
    ({"faces": {"confident": 0.3}}, {"faces": {"confident": 0.2}}, "tightens: faces.confident: 0.3 → 0.2"),
    ({"faces": {"turned": "check"}}, {"faces": {"turned": "never"}}, "loosens: faces.turned: check → never"),
    ({"faces": {"turned": "check"}}, {"faces": {"turned": "always"}}, "tightens: faces.turned: check → always"),
    ({"faces": {"turned": "never"}}, {"faces": {"turned": "check"}}, "tightens: faces.turned: never → check"),
    ({"faces": {"turned": "always"}}, {"faces": {"turned": "check"}}, "loosens: faces.turned: always → check"),
    ({"faces": {"turned": "other"}}, {"faces": {"turned": "never"}}, "may loosen: faces.turned: other → never"),
    ({"faces": {"turned": "other"}}, {"faces": {"turned": "another"}}, "may loosen: faces.turned: other → another"),
    ({"faces": {"turned": "always"}}, {"faces": {"turned": "other"}}, "may loosen: faces.turned: always → other"),
    ({"rules": {"ai-content": "other"}}, {"rules": {"ai-content": "off"}},
     "may loosen: rules.ai-content: other → off"),
    ({"rules": {"ai-content": "off"}}, {}, "tightens: rules.ai-content: off → ask"),
    ({"rules": {"ai-content": "release"}}, {"rules": {"ai-content": "blocked"}},
     "tightens: rules.ai-content: release → blocked"),
    ({"faces": {"answers": ["a"]}}, {"faces": {"answers": ["b"]}}, "loosens: faces.answers: a → b"),
    ({"faces": {"answers": ["a", "b"]}}, {"faces": {"answers": ["b"]}}, "tightens: faces.answers: a, b → b"),
    ({"faces": {"answers": ["a", "b"]}}, {"faces": {"answers": ["b", "a"]}}, "changes: faces.answers: a, b → b, a"),
    ({"faces": {"redaction": "fill"}}, {"faces": {"redaction": "blur"}}, "changes: faces.redaction: fill → blur"),
    ({"faces": {"redaction": "fill"}}, {}, "changes: faces.redaction: fill → nothing"),
    ({"faces": {"possible": 0.1}}, {}, "may loosen: faces.possible: 0.1 → nothing"),
    ({}, {"faces": {"possible": 0.1}}, "may loosen: faces.possible: nothing → 0.1"),
    ({"faces": {"new": 1}}, {"faces": {"new": 2}}, "may loosen: faces.new: 1 → 2"),
    ({"new": 1}, {"new": 2}, "may loosen: new: 1 → 2"),
    ({"decisions": {"second_person": ["a"]}}, {"decisions": {"second_person": []}},
     "loosens: decisions.second_person: a → nothing"),
    ({"decisions": {"second_person": ["a"]}}, {"decisions": {"second_person": ["a", "b"]}},
     "tightens: decisions.second_person: a → a, b"),
    ({"releases": {"valid_years": 0}}, {"releases": {"valid_years": 5}}, "tightens: releases.valid_years: 0 → 5"),
    ({"releases": {"valid_years": 5}}, {"releases": {"valid_years": 0}}, "loosens: releases.valid_years: 5 → 0"),
    ({"releases": {"valid_years": 5}}, {"releases": {"valid_years": 6}}, "loosens: releases.valid_years: 5 → 6"),
    ({"releases": {"valid_years": 6}}, {"releases": {"valid_years": 5}}, "tightens: releases.valid_years: 6 → 5"),
    ({"releases": {"keep_years": 5}}, {"releases": {"keep_years": 6}}, "changes: releases.keep_years: 5 → 6"),
    ({"limits": {"partial_pictures": False}}, {"limits": {"partial_pictures": True}},
     "loosens: limits.partial_pictures: no → yes"),
    ({"limits": {"partial_pictures": True}}, {"limits": {"partial_pictures": False}},
     "tightens: limits.partial_pictures: yes → no"),
    ({"limits": {"megapixels": 5}}, {"limits": {"megapixels": 6}}, "changes: limits.megapixels: 5 → 6"),
    ({"marks": {"website": {"text": "W"}}}, {"marks": {"website": {"text": ""}}},
     "loosens: marks.website.text: W → nothing"),
    ({"marks": {"website": {"text": ""}}}, {"marks": {"website": {"text": "W"}}},
     "changes: marks.website.text: nothing → W"),
    ({"marks": {"website": {"text": "W"}}}, {"marks": {"website": {"text": "V"}}},
     "changes: marks.website.text: W → V"),
    ({"organisation": {"known_creators": []}}, {"organisation": {"known_creators": ["B"]}},
     "loosens: organisation.known_creators: nothing → B"),
    ({"organisation": {"name": "A"}}, {"organisation": {"name": "B"}}, "may loosen: organisation.name: A → B"),
    ({"extends": "a"}, {"extends": "b"}, "changes: extends: a → b"),
    ({"metadata": {"title": LONG}}, {"metadata": {"title": LONG + "x"}},
     f"changes: metadata.title: {LONG} → {LONG[1:]}…"),
])  # fmt: skip
def test_each_key_has_its_direction(before: dict[str, Any], after: dict[str, Any], told: str) -> None:
    """What is looser is told as that, and what no row knows may be looser."""
    (change,) = profile_changes(before, after)
    assert str(change) == told
    assert told.endswith(f"{change.before or 'nothing'} → {change.after or 'nothing'}")
    assert None not in (change.before, change.after)
    assert list(profile_changes(before, before)) == []


@pytest.mark.parametrize(("key", "shapes"), [
    ("organisation.name", True), ("organisation.press_office", False), ("organisation.known_creators", False),
    ("licence.name", True), ("metadata.title", True), ("marks.size", True), ("channels.flickr", True),
    ("channels.x", False), ("channels.flickr2", False), ("faces.possible", False), ("marksmen.size", False),
])  # fmt: skip
def test_what_shapes_published_files_is_told(key: str, shapes: bool) -> None:
    """Of the channels, the batch's own alone."""
    section, _, name = key.partition(".")
    before, after = ({section: {name: {"a": text} if section == "channels" else [text]}} for text in "ab")
    assert [each.file for each in profile_changes(before, after, ["flickr"])] == [shapes]


def test_two_directions_need_a_second_person() -> None:
    assert [each for each in Direction if each.loosens] == [Direction.LOOSENS, Direction.MAY_LOOSEN]


def test_a_profile_of_before_has_the_keys_of_today() -> None:
    """With their defaults, and not with who works here; one that cannot be read is compared as it is."""
    assert whole_profile({}) == whole_profile({"office": {"by": "A. Officer"}}) == kept_values(Profile())
    assert not {"office"} & whole_profile({}).keys()
    assert {"faces", "rules", "decisions"} <= whole_profile({}).keys()
    assert whole_profile({"faces": {"possible": "much"}}) == {"faces": {"possible": "much"}}
