"""A batch keeps its own settings: nobody gets round its rules by another profile, folder, channel or register."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imgvet.batch.rule_changes import Direction, profile_changes
from imgvet.batch.snapshot import SavedSettings
from imgvet.batch.store import open_batch
from imgvet.decisions import IMGVET
from imgvet.profile import Profile, packaged_profiles, parse_profile
from imgvet.rules.rules import RULES
from imgvet.signed_in import SignedIn
from support.commands import Imgvet, Ran
from support.declaring import declaring
from support.folders import photo_names, public_files
from support.forms import signed
from support.pictures import landscape, portrait, save_photo

EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
BY = ("--by", "A. Officer")
WHY = ("--change-profile", *BY, "--note", "the press office wants it")
SECOND = "extends = 'west-midlands-police'\n[decisions]\nsecond_person = ['declare']\n"


AGAIN = ("batch", "photos", "--out", "b")


def again(imgvet: Imgvet, *words: str) -> Ran:
    return imgvet(*AGAIN, *words)


@pytest.fixture
def batch(imgvet: Imgvet, tmp_path: Path) -> Path:
    """Two photos, one with a face, under the police's rules, from a folder of its own; nobody has declared anything."""
    save_photo(tmp_path / "photos" / "1.jpg", landscape(1))
    save_photo(tmp_path / "photos" / "2.jpg", portrait())
    assert again(imgvet, *EVENT, "--profile", "west-midlands-police").code == 0
    return tmp_path / "b"


def register_in(folder: Path, reference: str) -> str:
    """A register of its own, with one form."""
    folder.mkdir()
    signed(folder, reference)
    return str(folder / "register.db")


def rules_in_log(imgvet: Imgvet) -> list[dict[str, Any]]:
    return [each for each in imgvet("log", "b", "--all", "--json").lines if each["kind"].startswith("rules")]


def kept(batch: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(batch / "private" / "batch.db")) as database:
        return [json.loads(value) for (value,) in database.execute("SELECT value FROM settings ORDER BY rowid")]


# -- the tired colleague


def test_a_batch_that_is_run_again_from_anywhere_keeps_its_rules(imgvet: Imgvet, batch: Path, tmp_path: Path) -> None:
    """Without --profile, in a folder where another profile lies, which is told and not used."""
    before = public_files(batch)
    assert photo_names(batch / "flickr") == []
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "imgvet.toml").write_text("[rules]\ndeclaration = 'off'\n")
    ran = imgvet("batch", tmp_path / "photos", "--out", batch, cwd=elsewhere)
    assert ran.code == 0
    assert "This batch keeps the profile that it was created with, west-midlands-police" in ran.err
    assert "2 done before" in ran.err
    assert public_files(batch) == before
    assert len(rules_in_log(imgvet)) == 1
    assert [each["profile"]["name"] for each in kept(batch)] == ["west-midlands-police"]


def test_event_date_link_tags_channel_and_redaction_need_not_be_given_again(imgvet: Imgvet, tmp_path: Path) -> None:
    save_photo(tmp_path / "photos" / "1.jpg", landscape(1))
    given_once = ("--tags", "fair, band", "--channel", "web", "--redact", "all")
    again(imgvet, *EVENT, *given_once)
    before = public_files(tmp_path / "b")
    ran = again(imgvet)
    assert ran.code == 0
    assert "1 done before" in ran.err
    assert public_files(tmp_path / "b") == before


def test_the_profile_file_may_change_and_the_batch_does_not(imgvet: Imgvet, tmp_path: Path) -> None:
    save_photo(tmp_path / "photos" / "1.jpg", landscape(1))
    ours = tmp_path / "ours.toml"
    ours.write_text("[rules]\nlink-back = 'blocked'\n")
    again(imgvet, "--event", "Open Day", "--profile", "ours.toml")
    assert photo_names(tmp_path / "b" / "flickr") == []
    ours.write_text("[rules]\nlink-back = 'off'\n")
    again(imgvet)
    imgvet("finish", "b", *BY)
    assert photo_names(tmp_path / "b" / "flickr") == []
    ran = again(imgvet, "--profile", "ours.toml")
    assert ran.code == 2
    assert "  loosens: rules.link-back: blocked → off" in ran.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--profile", "general"), "loosens: questions."),
        (("--channel", "x"), "may loosen: channel: flickr → x"),
        (("--redact", "unreleased"), "may loosen: redact: none → unreleased"),
        (("--register", "other/register.db"), "may loosen: register: "),
    ],
)
def test_what_changes_the_rules_needs_a_name_and_a_reason(
    imgvet: Imgvet, batch: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    """It is refused with every line of it, and nothing changes; with a name and a reason it is said, kept and done."""
    assert imgvet("finish", "b", "--register", register_in(tmp_path / "own", "WMP-1")).code == 0
    register_in(tmp_path / "other", "WMP-1")
    before, noted = public_files(batch), rules_in_log(imgvet)
    for incomplete in ((), ("--change-profile",), ("--change-profile", *BY), ("--change-profile", "--note", "so")):
        ran = again(imgvet, *words, *incomplete)
        assert ran.code == 2, incomplete
        assert told in ran.err
    for nobody in ("\u200b", " ", "imgvet"):
        assert again(imgvet, *words, "--change-profile", "--by", nobody, "--note", "so").code == 2, nobody
    assert public_files(batch) == before
    assert rules_in_log(imgvet) == noted
    ran = again(imgvet, *words, *WHY)
    assert ran.code == 0, ran.err
    assert told in ran.err.partition("Photos:")[0]  # before anything moves
    last = rules_in_log(imgvet)[-1]
    assert (last["kind"], last["by"], last["note"]) == ("rules", "A. Officer", "the press office wants it")
    assert again(imgvet).code == 0
    assert again(imgvet, *words).code == 0  # it is the batch's own now


def test_a_name_or_reason_without_a_change_is_refused(imgvet: Imgvet, batch: Path) -> None:
    assert again(imgvet, *BY).code == 2
    assert again(imgvet, *WHY).code == 0  # nothing changes


# -- a second person


def test_loosening_waits_for_a_second_person(imgvet: Imgvet, tmp_path: Path) -> None:
    """Whoever asked for it cannot approve it; until somebody else has, the batch goes on as before."""
    save_photo(tmp_path / "photos" / "1.jpg", landscape(1))
    (tmp_path / "two.toml").write_text(SECOND)
    (tmp_path / "one.toml").write_text("extends = 'west-midlands-police'\n[rules]\ndeclaration = 'off'\n")
    again(imgvet, *EVENT, "--profile", "two.toml")
    ran = again(imgvet, "--profile", "one.toml", *WHY)
    assert ran.code == 1
    assert "loosens: decisions.second_person: declare → nothing" in ran.err
    assert "loosens: rules.declaration: ask → off" in ran.err
    assert "nothing is changed yet" in ran.err
    for words in (("finish", "b", *BY), ("batch", "photos", "--out", "b")):
        assert imgvet(*words).code == 0
        assert photo_names(tmp_path / "b" / "flickr") == []
    status = imgvet("status", "b").err
    assert 'A. Officer has asked for other settings of this batch ("the press office wants it")' in status
    assert "imgvet decide b all approve rules --by NAME" in status
    for same in ("A. Officer", " a.  OFFICER "):
        assert imgvet("decide", "b", "all", "approve", "rules", "--by", same).code == 2
    assert imgvet("decide", "b", "all", "approve", "rules", "--by", "B. Officer").code == 0
    assert imgvet("finish", "b", *BY).code == 0
    assert photo_names(tmp_path / "b" / "flickr") == ["open-day-001.jpg"]
    assert "asked for other settings" not in imgvet("status", "b").err
    assert imgvet("decide", "b", "all", "approve", "rules", "--by", "C. Officer").code == 2


def test_tightening_needs_no_second_person(imgvet: Imgvet, tmp_path: Path) -> None:
    save_photo(tmp_path / "photos" / "1.jpg", landscape(1))
    (tmp_path / "two.toml").write_text(SECOND)
    (tmp_path / "more.toml").write_text(f"{SECOND}[rules]\nlink-back = 'blocked'\n")
    again(imgvet, *EVENT, "--profile", "two.toml")
    ran = again(imgvet, "--profile", "more.toml", *WHY)
    assert ran.code == 0
    assert "  tightens: rules.link-back: " in ran.err


def test_an_approval_is_of_what_was_asked_for(imgvet: Imgvet, tmp_path: Path) -> None:
    """Somebody asks for more after it, or the settings change meanwhile: the earlier wish counts for nothing."""
    save_photo(tmp_path / "photos" / "1.jpg", landscape(1))
    (tmp_path / "two.toml").write_text(SECOND)
    again(imgvet, *EVENT, "--profile", "two.toml")
    again(imgvet, "--channel", "x", *WHY)
    again(imgvet, "--tags", "band")  # the settings are others now
    ran = imgvet("decide", "b", "all", "approve", "rules", "--by", "B. Officer")
    assert ran.code == 2
    assert "No change to this batch's rules needs" in ran.err
    again(imgvet, "--channel", "x", *WHY)
    again(imgvet, "--channel", "x", *WHY)  # twice is once
    assert [each["kind"] for each in rules_in_log(imgvet)].count("rules-asked") == 2
    assert imgvet("decide", "b", "all", "approve", "rules", "--by", "B. Officer").code == 0
    assert again(imgvet, "--channel", "x").code == 0


# -- the attacker


@pytest.mark.parametrize(
    "statement",
    [
        """UPDATE settings SET value = replace(value, '"redact": "none"', '"redact": "all"')""",
        """UPDATE settings SET value = replace(value, '"possible": 0.13', '"possible": 0.25')""",
        "UPDATE settings SET digest = 'x'",
        "DELETE FROM settings",
        "UPDATE settings SET value = x'00'",
    ],
)
def test_settings_that_are_edited_in_the_database_are_found(imgvet: Imgvet, batch: Path, statement: str) -> None:
    before = public_files(batch)
    with closing(sqlite3.connect(batch / "private" / "batch.db")) as database, database:
        assert database.execute(statement).rowcount == 1
    for words in (("finish", "b"), ("status", "b"), ("batch", "photos", "--out", "b"), ("checklist", "b")):
        ran = imgvet(*words)
        assert ran.code == 2, words
        assert "The settings of the batch in" in ran.err
        assert "Restore private/batch.db" in ran.err
    assert public_files(batch) == before


def test_an_entry_that_is_put_into_the_log_changes_no_rule(imgvet: Imgvet, batch: Path) -> None:
    """The settings that it names are whole, but the chain is not."""
    with closing(sqlite3.connect(batch / "private" / "batch.db")) as database, database:
        (value,) = database.execute("SELECT value FROM settings").fetchone()
        other = value.replace('"declaration": "ask"', '"declaration": "off"')
        digest = hashlib.sha256(other.encode()).hexdigest()
        database.execute("INSERT INTO settings VALUES (?, ?)", (digest, other))
        columns = "at, by, kind, photo, source_sha256, face, value, note"
        database.execute(
            f"INSERT INTO decisions ({columns}) VALUES ('2026-11-30', 'imgvet', 'rules', NULL, '', NULL, ?, '')",  # noqa: S608
            (digest,),
        )
    for words in (("finish", "b"), ("batch", "photos", "--out", "b")):
        ran = imgvet(*words)
        assert ran.code == 2
        assert "The log of decisions was altered." in ran.err
    assert photo_names(batch / "flickr") == []


def test_a_forged_register_is_no_register_of_the_batch(imgvet: Imgvet, batch: Path, tmp_path: Path) -> None:
    """Neither by --register, nor in the place of the batch's own, nor where its own is gone."""
    own, forged = register_in(tmp_path / "own", "WMP-1"), register_in(tmp_path / "forged", "WMP-2")
    assert imgvet("finish", "b", "--register", own, *BY).code == 0
    noted = rules_in_log(imgvet)[-1]
    assert (noted["by"], own in noted["note"]) == ("A. Officer", True)
    imgvet("decide", "b", "2:1", "release", "WMP-2", *BY)
    for command in ("finish", "status", "checklist"):
        ran = imgvet(command, "b", "--register", forged)
        assert ran.code == 2, command
        assert "This batch uses the register" in ran.err
    whole_register = Path(own).read_bytes()
    Path(own).write_bytes(Path(forged).read_bytes())
    ran = imgvet("finish", "b")
    assert ran.code == 2
    assert "has been replaced by another" in ran.err
    Path(own).unlink()
    assert "is not there" in imgvet("finish", "b").err
    assert photo_names(batch / "flickr") == []
    (tmp_path / "moved.db").write_bytes(whole_register)
    assert imgvet("finish", "b", "--register", "moved.db").code == 0  # the same one, in another place


def test_a_register_that_is_exchanged_in_its_place_is_not_taken_by_a_further_run(
    imgvet: Imgvet, batch: Path, tmp_path: Path
) -> None:
    """Neither when nothing is said of it nor when it is named: the batch goes by the identity, not by the place."""
    own, forged = register_in(tmp_path / "own", "WMP-1"), register_in(tmp_path / "forged", "WMP-2")
    whole_register = Path(own).read_bytes()
    assert again(imgvet, "--register", own).code == 0
    imgvet("decide", "b", "2:1", "release", "WMP-2", *BY)
    before = kept(batch)
    for exchanged in (Path(forged).read_bytes(), None):
        Path(own).unlink(missing_ok=True)
        if exchanged:
            Path(own).write_bytes(exchanged)
        assert "no form can be checked" in again(imgvet).err
        assert "no form can be checked" in imgvet("finish", "b").err
        ran = again(imgvet, "--register", own)
        assert ran.code == 2
        assert "may loosen: register: " in ran.err
        assert f" → {'another' if exchanged else 'none'} in its place" in ran.err
    assert kept(batch) == before
    Path(own).write_bytes(whole_register)
    assert again(imgvet, "--register", own).code == 0
    assert kept(batch) == before
    assert photo_names(batch / "flickr") == []


def test_a_register_is_noted_while_a_change_waits(imgvet: Imgvet, tmp_path: Path) -> None:
    """Else nobody would know which ones were used meanwhile; what waits must be asked for again, and that is said."""
    save_photo(tmp_path / "photos" / "1.jpg", landscape(1))
    (tmp_path / "two.toml").write_text(SECOND)
    again(imgvet, *EVENT, "--profile", "two.toml")
    assert again(imgvet, "--profile", "general", *WHY).code == 1
    one, other = register_in(tmp_path / "one", "WMP-1"), register_in(tmp_path / "other", "WMP-2")
    ran = imgvet("finish", "b", "--register", one, *BY)
    assert 'What A. Officer asked for ("the press office wants it") no longer needs approval' in ran.err
    assert "ask for it again" in ran.err
    assert "This batch uses the register" in imgvet("finish", "b", "--register", other, *BY).err
    assert imgvet("decide", "b", "all", "approve", "rules", "--by", "B. Officer").code == 2
    assert again(imgvet, "--profile", "general", *WHY).code == 1
    assert "no longer needs approval" in again(imgvet, "--tags", "fair").err


@pytest.mark.parametrize("way", ["other words", "taken out and put back in other words", "approved"])
def test_a_declaration_is_of_the_statement_as_it_was(imgvet: Imgvet, tmp_path: Path, way: str) -> None:
    """A statement under the same id that says something else was declared by nobody."""
    save_photo(tmp_path / "photos" / "1.jpg", landscape(1))
    second = "[decisions]\nsecond_person = ['release']\n" if way == "approved" else ""
    for name, text in (("sun", "The sun was shining."), ("child", "No photo shows a child."), ("none", "")):
        statement = f"[[questions]]\nid = 'children'\ntext = '{text}'\nsource = 'guide'\n" if text else ""
        (tmp_path / f"{name}.toml").write_text(f"extends = 'general'\n{second}{statement}")
    declaring(imgvet, *AGAIN, *EVENT, "--profile", "sun.toml", by="A. Officer")
    assert photo_names(tmp_path / "b" / "flickr") == ["open-day-001.jpg"]
    if way.startswith("taken out"):
        assert again(imgvet, "--profile", "none.toml", *WHY).code == 0
    ran = again(imgvet, "--profile", "child.toml", *WHY)
    if way == "approved":
        assert ran.code == 1
        assert photo_names(tmp_path / "b" / "flickr") == ["open-day-001.jpg"]
        assert imgvet("decide", "b", "all", "approve", "rules", "--by", "B. Officer").code == 0
        imgvet("finish", "b")
    assert photo_names(tmp_path / "b" / "flickr") == []
    assert "The declaration has not been made yet" in imgvet("status", "b").err
    assert imgvet("log", "b", "--verify").code == 0
    assert declaring(imgvet, *AGAIN, by="A. Officer").code == 0
    assert photo_names(tmp_path / "b" / "flickr") == ["open-day-001.jpg"]


def test_a_profile_that_is_not_allowed_any_more_is_changed_with_a_second_person(
    imgvet: Imgvet, batch: Path, tmp_path: Path
) -> None:
    """That the change waits is said, and what is wrong with the old profile in words of imgvet."""
    with closing(sqlite3.connect(batch / "private" / "batch.db")) as database, database:
        (value,) = database.execute("SELECT value FROM settings").fetchone()
        saved = json.loads(value)
        saved["profile"]["faces"] |= {"possible": 0.9, "confident": 0.95}
        saved["profile"]["decisions"] = {"second_person": ["declare"]}
    folder = open_batch(batch)
    folder.keep_settings(msgspec.convert(saved, SavedSettings), "rules", IMGVET, "Carried over.")
    folder.database.close()
    ran = imgvet("status", "b")
    assert ran.code == 2
    assert "is no longer allowed" in ran.err
    assert "faces.possible: is outside what was measured" in ran.err
    assert "pydantic" not in ran.err
    ran = again(imgvet, "--profile", "general", *WHY)
    assert ran.code == 1
    assert "nothing is changed yet" in ran.err
    assert imgvet("decide", "b", "all", "approve", "rules", "--by", "B. Officer").code == 0
    assert imgvet("finish", "b").code == 0


# -- which way a change goes


def whole(text: str) -> dict[str, Any]:
    return parse_profile(text, "test").model_dump(mode="json")


def directions(before: str, after: str) -> set[tuple[str, str]]:
    return {(each.key, str(each.direction)) for each in profile_changes(whole(before), whole(after))}


@pytest.mark.parametrize(
    ("looser", "stricter", "key"),
    [
        ("[faces]\npossible = 0.2", "[faces]\npossible = 0.1", "faces.possible"),
        ("[faces]\nconfident = 0.3", "[faces]\nconfident = 0.2", "faces.confident"),
        ("[faces]\nturned = 'never'", "[faces]\nturned = 'check'", "faces.turned"),
        ("[faces]\nanswers = ['staff']", "[faces]\nanswers = []", "faces.answers"),
        ("[decisions]\nsecond_person = []", "[decisions]\nsecond_person = ['staff']", "decisions.second_person"),
        ("[releases]\nvalid_years = 0", "[releases]\nvalid_years = 5", "releases.valid_years"),
        ("[releases]\nvalid_years = 9", "[releases]\nvalid_years = 5", "releases.valid_years"),
        ("[limits]\npartial_pictures = true", "[limits]\npartial_pictures = false", "limits.partial_pictures"),
        ("[rules]\nminor-age = 'ask'", "[rules]\nminor-age = 'blocked'", "rules.minor-age"),
        ("", "[[questions]]\nid = 'a'\ntext = 'A.'\nsource = 'S'", "questions.a"),
        ("[organisation]\nknown_creators = ['B']", "", "organisation.known_creators"),
    ],
)
def test_looser_one_way_is_stricter_the_other(looser: str, stricter: str, key: str) -> None:
    assert directions(stricter, looser) == {(key, "loosens")}
    assert directions(looser, stricter) == {(key, "tightens")}


def test_a_question_in_other_words_may_ask_less() -> None:
    question = "[[questions]]\nid = 'a'\ntext = '{}'\nsource = 'S'"
    assert directions(question.format("No child."), question.format("No names.")) == {("questions.a", "may loosen")}


def _keys(profile: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in profile.items():
        yield from _keys(value, f"{prefix}{name}.") if isinstance(value, dict) and value else [f"{prefix}{name}"]


@given(st.sampled_from(packaged_profiles()), st.sampled_from(packaged_profiles()))
def test_every_key_that_differs_is_told(one: str, other: str) -> None:
    """Nothing changes without a line, and the same profile has none."""
    before, after = whole(f"extends = '{one}'"), whole(f"extends = '{other}'")
    told = {"name" if each.key == "profile" else each.key for each in profile_changes(before, after)}
    flat = {key for key in {*_keys(before), *_keys(after)} if not key.startswith(("rules.", "questions"))}

    def value(profile: dict[str, Any], key: str) -> Any:
        for part in key.split("."):
            profile = profile.get(part, {}) if isinstance(profile, dict) else {}
        return profile

    assert told >= {key for key in flat if value(before, key) != value(after, key)}
    strengths = {
        spec.name
        for spec in RULES
        if before["rules"].get(spec.name, str(spec.default or "off"))
        != after["rules"].get(spec.name, str(spec.default or "off"))
    }
    assert {f"rules.{name}" for name in strengths} <= told
    assert bool(told) == (before != after)


def test_what_no_row_knows_of_the_safe_sections_may_loosen() -> None:
    """A key that is added to them later and has no row counts as loosening."""
    before = Profile().model_dump(mode="json")
    after = json.loads(json.dumps(before))
    after["faces"]["new_key"] = after["decisions"]["new_key"] = 1
    assert {each.direction for each in profile_changes(before, after)} == {Direction.MAY_LOOSEN}


def test_marks_that_somebody_elses_batch_names_are_told(
    imgvet: Imgvet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that was sent may name any picture of this computer; whoever goes on with it hears which, and whose."""
    save_photo(tmp_path / "photos" / "a.jpg", landscape())
    Image.new("RGBA", (80, 20), (200, 0, 0, 255)).save(tmp_path / "letter.png")
    (tmp_path / "imgvet.toml").write_text("[marks.copyright]\nimage = 'letter.png'\ntext = ''\n")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("imgvet.batch.decisions.rows.signed_in", lambda: SignedIn("stranger", "PC-3"))
        imgvet("batch", "photos", "--out", "b", *EVENT)
    for words in (
        ("finish", "b"),
        ("batch", "photos", "--out", "b", "--link", "https://www.example.org/x"),
        ("finish", "b"),
    ):
        ran = imgvet(*words)
        assert "This batch's marks were set by stranger on PC-3" in ran.err
        assert str(tmp_path / "letter.png") in ran.err
    imgvet("batch", "photos", "--out", "own", *EVENT)
    assert "marks were set by" not in imgvet("finish", "own").err


def test_no_batch_makes_a_register_of_an_empty_file(imgvet: Imgvet, tmp_path: Path) -> None:
    """A batch that was sent names any file of this computer as its register; one that is empty stays so."""
    save_photo(tmp_path / "photos" / "a.jpg", portrait())
    (tmp_path / "empty.txt").touch()
    assert again(imgvet, *EVENT, "--register", "empty.txt").code == 0
    for words in (("decide", "b", "1:1", "release", "WMP-1", *BY), ("status", "b"), ("finish", "b")):
        imgvet(*words)
    assert (tmp_path / "empty.txt").stat().st_size == 0


def test_a_font_that_ends_the_library_is_told(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """It is tried in a worker first: whatever file a profile or a batch that was sent names as its font."""
    save_photo(tmp_path / "photos" / "a.jpg", landscape())
    (tmp_path / "list.ttf").write_text("root:x:0:0:root:/root:/bin/bash\n" * 20)
    (tmp_path / "imgvet.toml").write_text("[organisation]\nname = 'Ashford'\n[marks]\nfont = 'list.ttf'\n")
    ran = imgvet_process("batch", "photos", "--out", "b", *EVENT)
    assert (ran.code, "list.ttf" in ran.err) == (2, True), ran.err
    assert "Name a TrueType file" in ran.err


def test_the_refusal_gives_the_whole_command(imgvet: Imgvet, batch: Path, tmp_path: Path) -> None:
    """As it was typed, with what it lacked; filled in, it does what was meant."""
    del tmp_path
    typed = ("batch", batch.name, "--redact", "all")
    refused = imgvet(*typed)
    assert refused.code == 2
    command = refused.err.splitlines()[-1].split()
    assert command[:5] == ["imgvet", *typed]
    assert command[5:10] == ["--change-profile", "--by", "NAME", "--note", "WHY"]
    assert imgvet(*typed, "--change-profile", "--by", "A. Officer", *command[8:]).code != 2
