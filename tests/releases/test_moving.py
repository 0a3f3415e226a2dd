"""The register is moved: from a file to a server and back, all of it or nothing, and the old one is closed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from imgvet.batch.register_lookup import lazy_register
from imgvet.batch.settings import kept_settings, note_register, saved_settings
from imgvet.database.addresses import Address, ServerAddress
from imgvet.errors import RegisterError, RegisterMoved
from imgvet.releases import moving
from imgvet.releases.moving import move_register
from imgvet.releases.records import FormIntake
from imgvet.releases.register import Register
from imgvet.releases.release import Release
from imgvet.releases.store import find_register, open_register
from imgvet.releases.uses import BatchPlace, UsedPhoto, UseNotes
from support.commands import Imgvet
from support.registers import alter_scan, scans_of
from support.servers import say
from support.sheets import make_batch

FORM = Release("A-1", "Zoë Marker", signed_on=date(2026, 6, 14), event="Fête", channels=("all",), note="ŵ\n'quoted'")
PLACE = BatchPlace("batch-1", "mark", "/photos/fête", "PC-1", "2026-06-15T10:00:00+00:00")


@pytest.fixture
def register(anywhere: Address, tmp_path: Path) -> Iterator[Register]:
    """One with something in every table, and two scans."""
    (tmp_path / "scan.pdf").write_bytes(b"%PDF scanned")
    with open_register(anywhere) as made:
        made.reserve("WMP", 2026, 20, "Jo")
        for number in (1, 2):
            (tmp_path / "scan.pdf").write_bytes(b"%%PDF %d" % number)
            with made.scans.copied(tmp_path / "scan.pdf") as scan:
                form = replace(FORM, reference=f"A-{number}", scan_name=scan.name, scan_sha256=scan.sha256)
                made.save_forms(FormIntake((form,), scans=(scan,)), "Jo")
        made.withdraw("A-2", date(2026, 7, 1), "Kim", "By letter")
        made.note_uses(PLACE, UseNotes(frozenset({UsedPhoto("a-1", 1, "f-1.jpg", "Fête", "Fête", "flickr")})))
        yield made


@pytest.fixture
def there(register: Register, tmp_path: Path, request: pytest.FixtureRequest) -> Address:
    """The other kind of place."""
    if isinstance(register.address, ServerAddress):
        return tmp_path / "new" / "forms.db"
    address: ServerAddress = request.getfixturevalue("on_server")
    return address


def everything(register: Register) -> dict[str, Any]:
    """All that the register says of itself."""
    return {
        "identity": register.identity,
        "forms": list(register.releases()),
        "history": list(register.history()),
        "uses": [register.uses("A-1"), register.last_used()],
        "place": register.place("batch-1"),
        "given": [register.has_given(f"WMP-2026-0{number}") for number in (20, 21)],
        "scans": {name: register.scans.read(name) for name in scans_of(register)},
    }


def test_everything_is_there_and_goes_on(register: Register, there: Address) -> None:
    before = everything(register)
    report = move_register(register, there, "Jo", "A new server")
    assert (report.forms, report.lines, report.uses, report.scans, report.missing) == (2, 5, 1, 2, ())
    with open_register(there) as moved:
        after = everything(moved)
        *earlier, line = after.pop("history")
        assert (line.kind, line.by, "A new server" in line.why) == ("moved", "Jo", True)
        assert earlier == before.pop("history")
        assert after == before
        assert moved.next_reference("WMP", 2026) == "WMP-2026-021"
        moved.add([replace(FORM, reference="A-3")], "Jo")  # rows are numbered on
        moved.note_uses(PLACE, UseNotes(frozenset({UsedPhoto("a-3", 3, "f-3.jpg", "Fête", "Fête", "flickr")})))


def test_the_old_one_is_closed(register: Register, there: Address) -> None:
    """Also for whoever had it open all the time; it says where it went."""
    with open_register(register.address) as open_before:
        move_register(register, there, "Jo")
        with pytest.raises(RegisterMoved, match="was moved to"):
            open_before.add([replace(FORM, reference="A-3")], "Jo")
    for again in (find_register, open_register):
        with pytest.raises(RegisterMoved, match="was moved to"):
            again(register.address)
    with pytest.raises(RegisterMoved):
        move_register(register, there, "Jo")


def test_nothing_is_replaced(register: Register, there: Address) -> None:
    with open_register(there) as other:
        other.add([replace(FORM, reference="B-1")], "Kim")
    with pytest.raises(RegisterError, match=r"register at .* already"):
        move_register(register, there, "Jo")
    with pytest.raises(RegisterError, match="already"):
        move_register(register, register.address, "Jo")
    assert not register.moved_to
    with open_register(there) as other:
        assert [each.reference for each in other.releases()] == ["B-1"]


def test_a_move_that_fails_leaves_nothing(register: Register, there: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read again differs; the old register stays in use, and there is none at the other place."""
    rows = moving._rows
    before = everything(register)

    def other_rows(database: Any) -> Any:
        found = rows(database)
        return found if database is register.database else found | {"facts": []}

    monkeypatch.setattr(moving, "_rows", other_rows)
    with pytest.raises(RegisterError, match="read back otherwise"):
        move_register(register, there, "Jo")
    assert everything(register) == before
    assert not register.moved_to
    assert find_register(there) is None
    if isinstance(there, Path):
        assert list(there.parent.iterdir()) == []
    else:
        assert say(there, "SELECT 1 FROM pg_namespace WHERE nspname = 'imgvet'") == []


def test_a_move_that_was_stopped_at_its_end_is_finished(
    register: Register, there: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is there, and the old one was not closed; where somebody has written to it since, it stays open."""

    def stop(self: Register, place: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Register, "close_for", stop)
        with pytest.raises(KeyboardInterrupt):
            move_register(register, there, "Jo")
    assert not register.moved_to
    report = move_register(register, there, "Jo")
    assert report.finished
    assert register.moved_to == str(there)
    with open_register(there) as moved:
        assert list(moved.history()) == list(register.history())


def test_scans_that_were_lost_before_are_named(register: Register, there: Address) -> None:
    first = scans_of(register)[0]
    alter_scan(register, first, None)
    report = move_register(register, there, "Jo")
    assert (report.scans, report.missing) == (1, (first,))


def test_the_command_says_what_it_did_and_a_batch_follows(
    imgvet: Imgvet, tmp_path: Path, on_server: ServerAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch knows its register by its identity, and uses this computer's own where its old one was moved."""
    made = make_batch(tmp_path / "b", [])
    note_register(made.folder, made.settings)
    ran = imgvet("release", "move", "--to", on_server.uri, "--by", "Jo", "--register", made.register_file)
    assert ran.code == 0, ran.err
    assert "Moved: 1 form, 2 lines of the history, 0 uses of forms, 0 scans, to postgresql://" in ran.err
    assert "correct" not in ran.err
    assert "was moved to" in imgvet("release", "list", "--register", made.register_file).err
    with pytest.raises(RegisterMoved), lazy_register(saved_settings(made.folder)) as at_hand:
        at_hand()
    monkeypatch.setenv("IMGVET_REGISTER", on_server.uri)
    with lazy_register(saved_settings(made.folder)) as at_hand:
        register = at_hand()
        assert register is not None
        assert register.address == on_server
    note_register(made.folder, saved_settings(made.folder))
    kept = kept_settings(made.folder)
    assert kept is not None
    assert kept.register == str(on_server)
    assert saved_settings(made.folder).register == on_server
