"""Profiles: what comes with imgvet, what stops a run, what stands in docs/it/profiles.md."""

import json
import re
import tomllib
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticUndefined

from imgvet import profile as ground
from imgvet.errors import ProfileError
from imgvet.photo import Event
from imgvet.placeholders import PLACEHOLDERS
from imgvet.profile import (
    FLICKR_LICENCES,
    AllowedText,
    Channel,
    DecisionSettings,
    FaceSettings,
    Licence,
    Limits,
    MarkSettings,
    MarksSettings,
    MetadataSettings,
    Organisation,
    Profile,
    Question,
    ReleaseSettings,
    Section,
    load_profile,
    packaged_profiles,
    parse_profile,
)
from imgvet.rules.area_rules import AREA_RULES, AreaRule
from imgvet.rules.rules import RULES, RuleSpec, check_rules
from imgvet.settings import Settings

DOCUMENT = (Path(__file__).parents[2] / "docs" / "it" / "profiles.md").read_text(encoding="utf-8")

SETTABLE: dict[str, RuleSpec | AreaRule] = {
    **{each.name: each for each in RULES},
    **{name: each for name, each in AREA_RULES.items() if each.allowed},
}

POLICE = {
    "west-midlands-police": ("West Midlands Police", "www.westmidlands.police.uk"),
    "avon-and-somerset-police": ("Avon and Somerset Police", "www.avonandsomerset.police.uk"),
    "staffordshire-police": ("Staffordshire Police", "www.staffordshire.police.uk"),
}

SECTIONS: dict[str, type[Section]] = {
    "Top level": Profile,
    "`[organisation]`": Organisation,
    "`[office]`": ground.Office,
    "`[licence]`": Licence,
    "`[metadata]`": MetadataSettings,
    "`[marks]`": MarksSettings,
    "`[marks.copyright]` and `[marks.website]`": MarkSettings,
    "`[faces]`": FaceSettings,
    "`[allowed_text]`": AllowedText,
    "`[releases]`": ReleaseSettings,
    "`[decisions]`": DecisionSettings,
    "`[[questions]]`": Question,
    "`[channels.NAME]`": Channel,
    "`[limits]`": Limits,
}

TYPICAL_EVENTS = (
    "Open day",
    "Summer open day at the training centre",
    "Police Cadets award evening at the Town Hall",
    "Community day with Fire & Rescue, “Bromford”",
)


def packaged_text(name: str) -> str:
    return (resources.files("imgvet.profiles") / f"{name}.toml").read_text(encoding="utf-8")


def settings_for(profile: Profile, event: Event) -> Settings:
    return Settings(profile, event)


def refusal(text: str, where: str = "ours.toml") -> str:
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, where)
    assert caught.value.exit_code == 2
    assert caught.value.reason.startswith(f"{where}: ")
    return "\n".join((caught.value.reason, *caught.value.details))


# What comes with imgvet


def test_the_profiles_that_come_with_imgvet_are_known_general_first() -> None:
    assert packaged_profiles() == ["general", *sorted(POLICE)]


@pytest.mark.parametrize("name", ["general", *POLICE])
def test_a_packaged_profile_loads_under_its_own_name(name: str) -> None:
    profile, folder = load_profile(name)
    assert profile.name == name
    assert folder is None


@pytest.mark.parametrize("name", ["general", *POLICE])
def test_a_packaged_profile_sets_every_rule_as_it_may_be_set(name: str) -> None:
    profile, _ = load_profile(name)
    check_rules(settings_for(profile, Event("Open day")))
    assert set(profile.rules) == set(SETTABLE)


@pytest.mark.parametrize("name", ["general", *POLICE])
def test_a_packaged_profile_is_complete_in_itself(name: str) -> None:
    """``extends`` looks one level down only, so what others build on must not itself be built on something."""
    assert "extends" not in tomllib.loads(packaged_text(name))


def test_general_is_neutral_and_leaves_all_but_the_rules_at_their_defaults() -> None:
    profile, _ = load_profile("general")
    assert profile == Profile(rules=profile.rules)
    assert profile.questions == []
    assert profile.organisation == Organisation()


@pytest.mark.parametrize("name", POLICE)
def test_a_police_profile_names_the_force_and_its_website(name: str) -> None:
    profile, _ = load_profile(name)
    organisation = profile.organisation
    assert (organisation.name, organisation.website) == POLICE[name]
    assert profile.licence.web_statement == f"https://{organisation.website}/"


@pytest.mark.parametrize("name", POLICE)
def test_a_police_profile_keeps_all_rights(name: str) -> None:
    profile, _ = load_profile(name)
    assert profile.licence.flickr_id == 0
    assert profile.licence.name == FLICKR_LICENCES[0]


@pytest.mark.parametrize("name", POLICE)
def test_a_police_profile_holds_photos_back_as_the_guidance_says(name: str) -> None:
    profile, _ = load_profile(name)
    assert profile.rules == {
        "face-release": "release",
        "possible-face": "release",
        "declaration": "ask",
        "security-classification": "blocked",
        "official-marking": "blocked",
        "minor-age": "blocked",
        "people-named": "ask",
        "others-copyright": "ask",
        "rejected-rating": "ask",
        "ai-content": "ask",
        "website-overlay": "blocked",
        "link-back": "ask",
        "copyright-licence": "blocked",
        "too-small": "ask",
        "partial-picture": "ask",
        "mark-covers-face": "ask",
        "release-form": "blocked",
        "public-text": "ask",
        "burst": "off",
        "alt-text": "off",
        "protective-marking": "blocked",
        "police-reference": "ask",
        "personal-details": "ask",
        "vehicle-registration": "ask",
        "address": "ask",
        "name-badge": "ask",
        "machine-code": "ask",
        "screen-or-document": "ask",
        "burnt-in-date": "ask",
    }
    assert "staff" in profile.faces.answers


@pytest.mark.parametrize(("name", "prefix"), [*zip(POLICE, ("WMP", "ASP", "SP"), strict=True)])
def test_a_police_profile_numbers_forms_with_the_force(name: str, prefix: str) -> None:
    profile, _ = load_profile(name)
    assert profile.releases == ReleaseSettings(prefix=prefix)
    assert re.search(f"`{name}` (numbers its forms )?with `{prefix}`", DOCUMENT)


@pytest.mark.parametrize("name", POLICE)
def test_police_questions_cover_the_rules_that_only_people_can_answer(name: str) -> None:
    profile, _ = load_profile(name)
    asked = {int(number) for question in profile.questions for number in rules_in(question.source)}
    assert asked == {1, 2, 3, 4, 5, 6, 7, 11, 12}


@pytest.mark.parametrize("name", POLICE)
def test_each_police_question_is_a_statement_with_its_rule_and_source(name: str) -> None:
    profile, _ = load_profile(name)
    for question in profile.questions:
        assert question.text.endswith("."), question.id
        assert re.fullmatch(r"Rules? [0-9]+( and [0-9]+)?: \S.*", question.source), question.id
        assert POLICE[name][0].removesuffix(" Police") in question.source, question.id


def rules_in(source: str) -> list[str]:
    return re.findall(r"[0-9]+", source.partition(":")[0])


def test_the_police_profiles_ask_the_same_statements() -> None:
    asked = [[(each.id, each.text) for each in load_profile(name)[0].questions] for name in POLICE]
    assert asked[0] == asked[1] == asked[2]


def test_staffordshire_allows_three_hashtags_on_x() -> None:
    assert tomllib.loads(packaged_text("staffordshire-police"))["channels"] == {"x": {"tags": 3}}
    assert load_profile("staffordshire-police")[0].channels["x"].tags == 3


@pytest.mark.parametrize("name", POLICE)
@pytest.mark.parametrize("text", TYPICAL_EVENTS)
def test_police_templates_stay_within_the_limits_of_iptc(name: str, text: str) -> None:
    profile, _ = load_profile(name)
    filled = settings_for(profile, Event(text, date(2026, 5, 23), "https://www.example.org/news/open-day"))
    assert len(filled.fill(profile.metadata.title, 1234).encode()) <= 64
    assert len(filled.fill(profile.metadata.headline).encode()) <= 256
    assert len(filled.fill(profile.metadata.description).encode()) <= 2000
    assert len(filled.fill(profile.licence.copyright_notice).encode()) <= 128
    assert all(len(filled.fill(keyword).encode()) <= 64 for keyword in profile.metadata.keywords)
    assert len(profile.organisation.creator.encode()) <= 32
    assert len(profile.organisation.credit_line.encode()) <= 32


@pytest.mark.parametrize("name", POLICE)
def test_police_descriptions_end_in_the_link_back(name: str) -> None:
    profile, _ = load_profile(name)
    link = "https://www.example.org/news/open-day"
    filled = settings_for(profile, Event("Open day", date(2026, 5, 23), link)).fill(profile.metadata.description)
    assert filled == f"Open day, 23 May 2026. {POLICE[name][0]}. More: {link}"


@pytest.mark.parametrize("name", POLICE)
def test_police_marks_are_the_copyright_and_the_website_in_corners_of_their_own(name: str) -> None:
    profile, _ = load_profile(name)
    filled = settings_for(profile, Event("Open day", date(2026, 5, 23)))
    copyright_mark, website_mark = profile.marks.copyright, profile.marks.website
    assert filled.fill(copyright_mark.text) == f"© {POLICE[name][0]} 2026"
    assert filled.fill(website_mark.text) == POLICE[name][1]
    assert copyright_mark.places[0] != website_mark.places[0]


# The page that explains every key


def test_docs_profiles_md_explains_every_key() -> None:
    """Whoever writes a profile finds each key in the table of its section."""
    page = (Path(__file__).parents[2] / "docs" / "it" / "profiles.md").read_text(encoding="utf-8")
    for heading, section in (
        ("[organisation]", Organisation),
        ("[licence]", Licence),
        ("[metadata]", MetadataSettings),
        ("[marks]", MarksSettings),
        ("[marks.copyright]", MarkSettings),
        ("[faces]", FaceSettings),
        ("[releases]", ReleaseSettings),
        ("[decisions]", DecisionSettings),
        ("[[questions]]", Question),
        ("[channels.NAME]", Channel),
        ("[limits]", Limits),
    ):
        explained = page.split(f"### `{heading}`")[1].split("\n### ")[0]
        assert [key for key in section.model_fields if f"| `{key}` |" not in explained] == [], heading
    assert all(f"| `{key}` |" in page for key in Profile.model_fields)


# How a profile is found


def test_without_a_name_the_working_folder_is_asked_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_profile()[0].name == "general"
    Path("imgvet.toml").write_text('name = "ours"\n', encoding="utf-8")
    assert load_profile()[0].name == "ours"


def test_a_file_brings_its_folder_along(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text('name = "ours"\n', encoding="utf-8")
    assert load_profile(str(path))[1] == tmp_path


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_bytes(b'\xef\xbb\xbfname = "ours"\r\n')
    assert load_profile(str(path))[0].name == "ours"


def test_a_file_that_is_not_utf8_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_bytes('name = "ours"'.encode("utf-16"))
    with pytest.raises(ProfileError, match="UTF-8") as caught:
        load_profile(str(path))
    assert str(path) in caught.value.reason


@pytest.mark.parametrize("name", ["nobody", "starter", ""])
def test_a_profile_that_is_not_there_is_told_with_those_that_are(name: str) -> None:
    with pytest.raises(ProfileError) as caught:
        load_profile(name)
    assert f"'{name}'" in caught.value.reason
    assert all(known in caught.value.hint for known in packaged_profiles())


# What stops a run


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("banana = 1", ["banana", "name, extends, organisation"]),
        (
            '[organisation]\nnmae = "x"',
            ["organisation.nmae", "name, website, creator, credit_line, known_creators, press_office"],
        ),
        ("[marks.copyright]\nsize = 1", ["marks.copyright.size", "text, line, image, places, height, margin, opacity"]),
        ("[channels.flickr]\nsize = 1", ["channels.flickr.size", "long_side", "safety"]),
        ("[channels.tags]\nsize = 1", ["channels.tags.size", "long_side", "safety"]),
        ('[[questions]]\nid = "a"\ntext = "b"\nsource = "c"\nby = 1', ["questions.0.by", "id, text, source"]),
    ],
)
def test_an_unknown_key_is_told_with_the_keys_that_may_stand_there(text: str, told: list[str]) -> None:
    assert all(word in refusal(text) for word in ["is not a key of a profile; allowed are", *told])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('organisation = "x"', ["organisation: ", "dictionary"]),
        ('[licence]\nflickr_id = "0"', ["licence.flickr_id: ", "integer", "'0'"]),
        ('[channels.x]\ngraphics_as_png = "yes"', ["channels.x.graphics_as_png: ", "boolean", "'yes'"]),
        ("[channels.x]\nquality = 20", ["channels.x.quality: ", "60", "20"]),
        ("[channels.x]\ntitle_length = -1", ["channels.x.title_length: ", "0", "-1"]),
        ("[marks.website]\nopacity = 0", ["marks.website.opacity: ", "0.3"]),
        ('[[questions]]\nid = "a"\ntext = "b"', ["questions.0.source: is missing."]),
        ('[[questions]]\nid = "Not So"\ntext = "b"\nsource = "c"', ["questions.0.id: ", "Not So"]),
        ("[faces]\nconfident = 0.2\npossible = 0.25", ["faces: possible must not be above confident"]),
        ("[faces]\npossible = 0.99", ["faces.possible: ", "0.10 to 0.25", "97 of 100", "0.99"]),
        ("[faces]\nconfident = 0.45", ["faces.confident: ", "0.10 to 0.40"]),
        ("[faces]\npossible = 0.05", ["faces.possible: ", "0.10 to 0.25"]),
        ("[faces]\npossible = nan", ["faces.possible: ", "0.10 to 0.25"]),
        ('[licence]\nweb_statement = "our page"', ["licence.web_statement: ", "https://", "our page"]),
    ],
)
def test_a_wrong_value_is_told_with_its_key(text: str, told: list[str]) -> None:
    reason = refusal(text)
    assert all(word in reason for word in told), reason


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[faces]\nredaction = "blur"', "faces.redaction: is 'blur'; allowed are 'solid', 'blocks', 'soft'."),
        (
            '[rules]\nlink-back = "maybe"',
            "rules.link-back: is 'maybe'; allowed are 'off', 'ask', 'release', 'blocked'.",
        ),
        (
            '[marks.website]\nplaces = ["middle"]',
            "marks.website.places.0: is 'middle'; allowed are 'bottom-right', 'bottom-left', 'top-right', 'top-left'.",
        ),
    ],
)
def test_a_wrong_word_is_told_with_the_words_that_are_allowed(text: str, told: str) -> None:
    assert told in refusal(text)


def test_two_questions_with_one_id_are_refused() -> None:
    question = '[[questions]]\nid = "a"\ntext = "b"\nsource = "c"\n'
    assert refusal(question * 2) == "ours.toml: the profile: two questions have the same id."


@pytest.mark.parametrize("name", ["evnt", "", "event.x", "0", "event[0]"])
def test_an_unknown_placeholder_is_told_with_those_that_are_known(name: str) -> None:
    reason = refusal(f'[metadata]\ntitle = "{{{name}}}"')
    assert reason.startswith("ours.toml: metadata.title: uses {" + name + "}; allowed are ")
    assert all(f"{{{known}}}" in reason for known in PLACEHOLDERS)


@pytest.mark.parametrize("template", ["{date:%Y}", "{year:d}", "{year:.2}", "{event:{event}d}", "{event:{foo}}"])
def test_a_format_that_would_fail_in_the_middle_of_a_batch_is_refused_at_the_start(template: str) -> None:
    assert "metadata.title: has a format that cannot be filled in" in refusal(f'[metadata]\ntitle = "{template}"')


@pytest.mark.parametrize("template", ["{event", "event}"])
def test_an_open_brace_is_told_with_how_to_write_a_plain_one(template: str) -> None:
    assert "write {{ for a plain brace" in refusal(f'[metadata]\ntitle = "{template}"')


def test_a_plain_brace_and_a_padded_number_are_fine() -> None:
    profile = parse_profile('[metadata]\ntitle = "{{{event}}} {n:03}"', "ours.toml")
    assert settings_for(profile, Event("Open day")).fill(profile.metadata.title, 7) == "{Open day} 007"


@pytest.mark.parametrize("number", [*range(1, 9), 17, -1])
def test_a_licence_that_flickr_no_longer_offers_is_told_with_those_it_does(number: int) -> None:
    reason = refusal(f"[licence]\nflickr_id = {number}")
    assert reason.startswith("ours.toml: licence.flickr_id: ")
    assert all(f"{known} ({name})" in reason for known, name in FLICKR_LICENCES.items())


def test_text_that_is_not_toml_is_told_with_its_place() -> None:
    assert "is not TOML" in refusal('name = "a"\nextends =')
    assert "line 2" in refusal('name = "a"\nextends = =\n')


@pytest.mark.parametrize("base", ['"nobody"', '"starter"', "5", '["general"]'])
def test_an_unknown_base_is_told_with_the_profiles_that_there_are(base: str) -> None:
    reason = refusal(f"extends = {base}")
    assert reason.startswith("ours.toml: extends: ")
    assert all(known in reason for known in packaged_profiles())


def test_every_mistake_is_told_a_line_each() -> None:
    reason = refusal('banana = 1\n[faces]\nredaction = "blur"')
    assert [line.split(": ")[1] for line in reason.splitlines()] == ["faces.redaction", "banana"]


def test_the_rules_refuse_a_rule_that_does_not_exist() -> None:
    profile = parse_profile('[rules]\nlink-bakc = "ask"', "ours.toml")
    with pytest.raises(ProfileError, match="link-bakc"):
        check_rules(settings_for(profile, Event("Open day")))


@pytest.mark.parametrize("rule", ["face-release", "possible-face"])
def test_no_profile_can_turn_a_rule_on_faces_off(rule: str) -> None:
    profile = parse_profile(f'[rules]\n{rule} = "off"', "ours.toml")
    with pytest.raises(ProfileError, match=rule):
        check_rules(settings_for(profile, Event("Open day")))


# Merging


def test_a_profile_is_laid_over_the_one_that_it_extends_key_by_key() -> None:
    text = 'extends = "west-midlands-police"\n[organisation]\npress_office = "101"\n[rules]\nlink-back = "blocked"'
    profile, base = parse_profile(text, "ours.toml"), load_profile("west-midlands-police")[0]
    assert profile.organisation == base.organisation.model_copy(update={"press_office": "101"})
    assert profile.rules == base.rules | {"link-back": "blocked"}
    assert profile.questions == base.questions
    assert profile.name == base.name


def test_a_list_replaces_the_one_below_it() -> None:
    text = 'extends = "west-midlands-police"\n[[questions]]\nid = "ours"\ntext = "b"\nsource = "c"'
    assert [question.id for question in parse_profile(text, "ours.toml").questions] == ["ours"]


def test_a_mark_keeps_its_words_and_its_corner_where_only_its_height_is_given() -> None:
    marks = parse_profile("[marks.copyright]\nheight = 0.05\n[marks.website]\nmargin = 0.1", "ours.toml").marks
    assert marks.copyright == MarksSettings().copyright.model_copy(update={"height": 0.05})
    assert marks.website == MarksSettings().website.model_copy(update={"margin": 0.1})


def test_a_mark_is_left_out_only_by_saying_so() -> None:
    assert parse_profile('[marks.copyright]\ntext = ""', "ours.toml").marks.copyright.text == ""


def test_a_channel_that_comes_with_imgvet_keeps_the_limits_that_are_not_given() -> None:
    channels = parse_profile("[channels.x]\nquality = 80\n[channels.intranet]\nlong_side = 800", "ours.toml").channels
    assert channels["x"] == Profile().channels["x"].model_copy(update={"quality": 80})
    assert channels["intranet"] == Channel(long_side=800)
    assert set(channels) == {*Profile().channels, "intranet"}


# Filling templates


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{event}, {date}.", "Open day."),
        ("{event} ({date})", "Open day"),
        ("{event}, {date}; {link}", "Open day"),
        ("{date} {event}", "Open day"),
        ("© {organisation} {year}", ""),
        ("© {organisation} {year}. All rights reserved.", "All rights reserved."),
        ("{event}, {n}.", "Open day, 3."),
        ("{link}", ""),
        ("{event}\n\n{date}", "Open day"),
        ("{date} · {licence}", "All Rights Reserved"),
        ("{licence} · {date}", "All Rights Reserved"),
        ("{event} · {date} · {licence}", "Open day · All Rights Reserved"),
        ("{date} · {organisation}", ""),
        ("© {organisation} {year} · {licence}", "All Rights Reserved"),
    ],
)
def test_an_empty_placeholder_leaves_no_gap(template: str, filled: str) -> None:
    assert settings_for(Profile(), Event("Open day")).fill(template, 3) == filled


def test_a_copyright_line_without_a_year_still_names_its_owner() -> None:
    profile = Profile(organisation=Organisation(name="Example Council"))
    filled = settings_for(profile, Event("Open day"))
    assert filled.fill(profile.licence.copyright_notice) == "© Example Council"
    assert filled.fill(profile.licence.usage_terms) == "© Example Council. All rights reserved."


def test_the_date_is_written_as_people_write_it() -> None:
    filled = settings_for(Profile(), Event("Open day", date(2026, 5, 3)))
    assert filled.fill("{date} {year}") == "3 May 2026 2026"


@pytest.mark.parametrize(
    ("website", "link"), [("www.example.org", "https://www.example.org"), ("http://example.org", "http://example.org")]
)
def test_without_a_page_of_its_own_an_event_links_to_the_website(website: str, link: str) -> None:
    profile = Profile(organisation=Organisation(website=website))
    assert settings_for(profile, Event("Open day")).fill("{link}") == link
    assert (
        settings_for(profile, Event("Open day", link="https://example.org/e")).fill("{link}") == "https://example.org/e"
    )


def test_braces_in_an_event_are_plain_text() -> None:
    assert settings_for(Profile(), Event("{year} {organisation.name}")).fill("{event}") == "{year} {organisation.name}"


# The document


def chapter(heading: str) -> str:
    """What stands in docs/it/profiles.md under a heading of the third level."""
    _, found, rest = DOCUMENT.partition(f"\n### {heading}\n")
    assert found, f"docs/it/profiles.md has no heading {heading}"
    return re.split(r"\n##+ ", rest)[0]


def rows(text: str, table: int = 0) -> dict[str, list[str]]:
    """The rows of a chapter's table by their first cell, without the head."""
    lines = re.findall(r"(?:^\|.*\n?)+", text, flags=re.MULTILINE)[table].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {row[0].strip("` "): row[1:] for row in cells}


def in_toml(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def test_every_section_has_its_chapter() -> None:
    sections = {each for each in vars(ground).values() if isinstance(each, type) and issubclass(each, Section)}
    assert sections - {Section} == set(SECTIONS.values())


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_document_explains_every_key_and_no_other(heading: str) -> None:
    documented = rows(chapter(heading))
    assert list(documented) == list(SECTIONS[heading].model_fields)
    assert all(row[-1].strip(" |") for row in documented.values())


@pytest.mark.parametrize("heading", [each for each in SECTIONS if SECTIONS[each] is not MarkSettings])
def test_the_document_gives_the_default_of_every_key(heading: str) -> None:
    documented = rows(chapter(heading))
    for key, field in SECTIONS[heading].model_fields.items():
        default = field.get_default(call_default_factory=True)
        if default is PydanticUndefined:
            assert documented[key][1] == "needed", key
        elif not isinstance(default, (Section, dict)):
            assert documented[key][1] == in_toml(default), key


def test_the_document_gives_the_defaults_of_both_marks() -> None:
    documented = rows(chapter("`[marks.copyright]` and `[marks.website]`"))
    first, second = MarksSettings().copyright.model_dump(), MarksSettings().website.model_dump()
    for key, row in documented.items():
        assert row[1] == "; ".join(dict.fromkeys(in_toml(mark[key]) for mark in (first, second))), key


def test_the_document_gives_the_limits_of_every_channel() -> None:
    text = chapter("`[channels.NAME]`")
    head = re.findall(r"\| channel \|(.*)\|", text)[0].replace("`", "").split("|")
    for name, channel in Profile().channels.items():
        shown = [json.loads(cell.strip(" |")) for cell in rows(text, table=1)[name]]
        assert shown == [getattr(channel, key.strip()) for key in head], name
        unlike = {key for key in Channel.model_fields if getattr(channel, key) != getattr(Channel(), key)}
        assert unlike <= {key.strip() for key in head}, name


def test_the_document_lists_every_rule_as_it_may_be_set() -> None:
    documented = rows(chapter("`[rules]`"))
    assert list(documented) == list(SETTABLE)
    for named in SETTABLE.values():
        assert documented[named.name][0] == ", ".join(f"`{word}`" for word in named.allowed), named.name
        assert documented[named.name][1] == f"`{named.default or 'off'}`", named.name


def test_the_document_gives_what_the_packaged_profiles_set() -> None:
    documented = rows(chapter("`[rules]`"), table=1)
    for column, name in enumerate(["general", "west-midlands-police"]):
        shown = {rule: cells[column].strip("`| ") for rule, cells in documented.items()}
        assert shown == load_profile(name)[0].rules


def test_the_document_lists_every_licence() -> None:
    documented = rows(chapter("`[licence]`"), table=1)
    assert {int(number): cells[0].strip(" |") for number, cells in documented.items()} == FLICKR_LICENCES


def test_the_document_lists_every_placeholder_and_every_packaged_profile() -> None:
    assert all(f"| `{{{name}}}` |" in DOCUMENT for name in PLACEHOLDERS)
    assert all(f"| `{name}` |" in DOCUMENT for name in packaged_profiles())


def test_the_document_numbers_the_rules_of_the_guidance_and_names_the_questions() -> None:
    guidance = DOCUMENT.partition("## The guidance behind the police profiles")[2]
    assert [int(number) for number in re.findall(r"(?m)^\| ([0-9]+) \|", guidance)] == list(range(1, 13))
    for question in load_profile("west-midlands-police")[0].questions:
        for number in rules_in(question.source):
            assert f"`{question.id}`" in guidance.split(f"\n| {number} |")[1].split("\n")[0], question.id


def test_the_example_in_the_document_loads() -> None:
    example = re.findall(r"```toml\n(.*?)```", DOCUMENT, flags=re.DOTALL)[0]
    profile = parse_profile(example, "example")
    check_rules(settings_for(profile, Event("Open day")))
    assert profile.name == "example-council"


def test_the_messages_in_the_document_are_those_that_are_given() -> None:
    shown = re.findall(r"```text\n(.*?)```", DOCUMENT, flags=re.DOTALL)[0].splitlines()
    told = refusal('[organisation]\nnmae = "x"\n[faces]\nredaction = "blur"', "imgvet.toml")
    assert shown == [*told.splitlines(), "Correct the profile and run the command again."]
