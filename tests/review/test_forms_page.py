"""The register as a page: found, added, corrected, withdrawn, refused, printed; scans that are dropped on it."""

import json
import re
import sqlite3
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import playwright.sync_api as chromium
import pypdfium2
import pytest

from imgvet.errors import UsageError
from imgvet.releases.release import Release, Status
from imgvet.releases.scans import scans_folder
from imgvet.releases.store import open_register
from imgvet.review.scans import _MOST_KEPT, _private_folder
from support.chromium import some_chromium
from support.photographed_forms import as_jpeg, as_pdf, on_a_desk, printed
from support.photographed_forms import page as form_sheet
from support.review_event import EVENT, WIDTHS, Event, event_page, is_too_wide, make_event, objections, run_in
from support.review_page import Answer
from support.shared import Shared

pytestmark = pytest.mark.slow

SIGNED = date(2026, 6, 14)
PRIVATE = "PLANTED-CONTACT 0121 496 0999"


def forms_of_event(folder: Path) -> None:
    """Forms of every state, and of another event."""
    soon = date.today() + timedelta(days=5)
    with open_register(folder / "register.db") as register:
        register.reserve("OD", 2026, 20, "Jo Clerk")
        forms = [
            _form("OD-2026-001", contact=PRIVATE),
            _form("OD-2026-002", "Siân Ó Briain"),
            _form("OD-2026-003", "Kim Child", minor=True, guardian="Lee Guardian", guardian_relation="mother"),
            _form("OD-2026-005", "Max Soon", expires_on=soon),
            _form("OD-2026-006", "Ola Past", expires_on=date(2026, 7, 1)),
            _form("RACE-7", "Ben Racer", event="Balloon Race"),
        ]
        register.add(forms, "Jo Clerk")
        register.withdraw("OD-2026-006", date(2026, 6, 20), "Jo Clerk", "by e-mail")


def _form(reference: str, person: str = "Zora Signed", **more: Any) -> Release:
    given = {"signed_on": SIGNED, "event": EVENT, "channels": ("all",), **more}
    return Release(reference, person, **given)


@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Browser]:
    with some_chromium() as opened:
        yield opened


@pytest.fixture
def event(tmp_path: Path, shared: Shared) -> Iterator[Event]:
    """The event, with forms in the register; for tests that change something."""
    shared.copied(make_event, tmp_path)
    _own_register(tmp_path)
    with event_page(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory, shared: Shared, browser: chromium.Browser) -> Iterator[Event]:
    """One server for all tests that only look."""
    folder = tmp_path_factory.mktemp("forms")
    shared.copied(make_event, folder)
    _own_register(folder)
    run_in(folder, "decide", "b", "1:1", "release", "OD-2026-001", "--by", "Ann Lee")
    with event_page(folder, browser) as opened:
        yield opened


def _own_register(folder: Path) -> None:
    """Forms in the register; the batch knows it from now on."""
    forms_of_event(folder)
    run_in(folder, "finish", "b", "--by", "Jo Clerk")


def rows(event: Event, query: str = "") -> dict[str, dict[str, Any]]:
    return {row["reference"]: row for row in event.person.told(f"/api/forms{query}")["forms"]}


def sent(event: Event, data: bytes, query: str = "", name: str = "scan.pdf") -> Answer:
    headers = {"Content-Type": "application/octet-stream", "X-File-Name": quote(name)}
    return event.person.send("POST", f"/api/scans{query}", data, headers)


def release(event: Event, reference: str) -> Release:
    with open_register(event.register) as register:
        found = register.find(reference)
    assert found is not None
    return found


# -- what the page is told


def test_the_list_has_every_form_with_its_state(looked_at: Event) -> None:
    listed = rows(looked_at)
    assert {reference: row["state"] for reference, row in listed.items()} == {
        "OD-2026-001": "valid", "OD-2026-002": "valid", "OD-2026-003": "valid", "OD-2026-005": "soon",
        "OD-2026-006": "withdrawn", "RACE-7": "valid",
    }  # fmt: skip
    assert listed["OD-2026-001"] | {"last_used": ""} == {
        "reference": "OD-2026-001", "name": "Zora Signed", "state": "valid", "event": EVENT, "valid_until": "",
        "until": "", "minor": False, "channels": ["all"], "scan": False, "problem": "", "used_here": 1, "last_used": "",
    }  # fmt: skip
    assert listed["OD-2026-001"]["last_used"] > "2026"
    assert listed["RACE-7"]["problem"] == "Form RACE-7 is for another event, Balloon Race."
    assert PRIVATE not in json.dumps(listed)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=soon", {"OD-2026-005"}),
        ("?state=withdrawn", {"OD-2026-006"}),
        ("?state=here", {"OD-2026-001"}),
        ("?event=balloon", {"RACE-7"}),
        ("?q=sian", set()),
        ("?q=si%C3%A2n", {"OD-2026-002"}),
        ("?state=valid&q=od-2026", {"OD-2026-001", "OD-2026-002", "OD-2026-003", "OD-2026-005"}),
    ],
)
def test_forms_are_found_by_what_is_asked(looked_at: Event, query: str, found: set[str]) -> None:
    assert set(rows(looked_at, query)) == found


def test_a_form_shows_all_and_where_it_is_used(looked_at: Event) -> None:
    told = looked_at.person.told("/api/forms/od-2026-001")
    assert {"name": "Contact", "value": PRIVATE} in told["facts"]
    assert told["here"] == [1]
    assert [(each["what"], each["by"]) for each in told["history"]] == [("reserved", "Jo Clerk"), ("added", "Jo Clerk")]
    assert "Photo 1" in told["takes_back"]
    assert str(looked_at.folder) not in json.dumps(told)


def test_what_is_not_there_is_said(looked_at: Event) -> None:
    answer = looked_at.person.get("/api/forms/OD-2026-999")
    assert (answer.status, answer.json()["reason"]) == (422, "Form OD-2026-999 is not in the register.")


def test_a_list_is_read_again_once_a_form_has_changed(event: Event) -> None:
    before = set(rows(event))
    with open_register(event.register) as register:
        register.add([_form("OD-2026-011")], "Jo Clerk")
    assert set(rows(event)) == before | {"OD-2026-011"}


def test_five_thousand_forms_are_listed(event: Event) -> None:
    with open_register(event.register) as register:
        register.add([_form(f"BIG-{number}", f"Person {number}") for number in range(5000)], "Jo Clerk")
    assert len(rows(event)) == 5006


# -- changes


def test_a_new_form_has_what_the_sheet_would_give_it(event: Event) -> None:
    known = event.person.told("/api/new-form")
    assert (known["signed_on"], known["event"], known["channels"]) == ("14 June 2026", EVENT, ["flickr", "x"])
    sent_form = {name: known[name] for name in ("signed_on", "event", "covers_from", "covers_until", "channels")}
    told = event.person.told("/api/forms", sent_form | {"person": "  Ann   New ", "minor": False})
    form = release(event, told["form"]["reference"])
    assert (form.reference, form.person, form.signed_on, form.expires_on) == (
        "OD-2026-021", "Ann New", SIGNED, date(2028, 6, 14),
    )  # fmt: skip
    assert (form.channels, form.covers_from, form.covers_until) == (("flickr", "x"), SIGNED, SIGNED)
    with open_register(event.register) as register:
        assert next(iter(register.history(form.reference))).by == "Ann Lee"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"person": ""}, "The form names no person."),
        ({"minor": True}, "It is for a child but names no guardian."),
        ({"signed_on": "31/02/2026"}, "Signed on: '31/02/2026' is not a date"),
        ({"channels": ["myspace"]}, "There is no channel 'myspace'"),
        ({"reference": "OD-2026-001"}, "Form OD-2026-001 is in the register already."),
        ({"reference": "a b"}, "'a b' is not a form reference."),
        ({"reference": "ОD-2026-099"}, "ОD-2026-099"),  # a Cyrillic letter
    ],
)
def test_what_the_command_refuses_the_page_refuses(looked_at: Event, typed: dict[str, Any], reason: str) -> None:
    whole = {"person": "Ann New", "signed_on": "14/06/2026", "event": EVENT, "channels": ["all"], "minor": False}
    answer = looked_at.person.post("/api/forms", whole | typed)
    assert answer.status == 422
    assert reason in answer.json()["reason"]
    assert len(rows(looked_at)) == 6


def test_somebody_who_refuses_is_recorded_without_a_signature(event: Event) -> None:
    told = event.person.told("/api/forms", {"person": "Max Nope", "refuses": True, "why": "at the gate"})
    form = release(event, told["form"]["reference"])
    assert (form.status(date.today()), form.signed_on, told["form"]["state"]) == (Status.REFUSED, None, "refused")


def test_a_correction_keeps_what_was_there_in_the_history(event: Event) -> None:
    told = event.person.told(
        "/api/forms/OD-2026-002/correct", {"person": "Siân O'Brien", "expires_on": "", "why": "typo"}
    )
    assert told["said"] == "Corrected form OD-2026-002: Person. It may now allow other uses: look at its photos."
    assert told["history"][-1]["changes"] == [{"name": "Person", "before": "Siân Ó Briain", "after": "Siân O'Brien"}]
    assert told["history"][-1]["why"] == "typo"


def test_a_withdrawn_form_takes_back_its_photos_at_once(event: Event) -> None:
    """The photo rows of every page say so, without anybody asking again."""
    event.run("decide", "b", "1:1", "release", "OD-2026-001", "--by", "Ann Lee")
    event.person.told("/api/statements", declared(event))
    event.run("finish", "b", "--by", "Ann Lee")
    assert event.person.photo(1)["verdict"] == "ready"
    told = event.person.told("/api/forms/OD-2026-001")
    assert told["takes_back"] == "Photo 1 is in a folder to be published, and is taken back."
    event.run("published", "b", "1", "--channel", "flickr", "--url", "https://flickr.example/1", "--by", "Ann Lee")
    event.run("finish", "b", "--by", "Ann Lee")
    told = event.person.told("/api/forms/OD-2026-001")
    assert told["take_down"] == f"These are online and must be taken down: photo 1 of {EVENT}."
    done = event.person.told("/api/forms/OD-2026-001/withdraw", {"why": "by e-mail", "asked_by": "the person"})
    assert done["said"].startswith("Recorded: form OD-2026-001 was withdrawn, from ")
    row = event.person.photo(1)
    assert row["verdict"] != "ready"
    assert "withdrawn" in row["faces"][0]["problem"]
    assert row["faces"][0]["state"] == "problem"
    assert release(event, "OD-2026-001").withdrawn_by == "the person"


def declared(event: Event) -> dict[str, Any]:
    state = event.person.told("/api/statements")
    return {"answers": [{"id": each["id"], "wording": each["wording"], "true": True} for each in state["statements"]]}


def test_an_end_needs_a_reason_and_comes_once(event: Event) -> None:
    refused = event.person.post("/api/forms/OD-2026-001/withdraw", {"why": " "})
    assert (refused.status, refused.json()["reason"]) == (422, "A withdrawal needs a reason.")
    later = {"why": "by post", "on": (date.today() + timedelta(days=2)).isoformat()}
    assert "in the future" in event.person.post("/api/forms/OD-2026-001/withdraw", later).json()["reason"]
    event.person.told("/api/forms/OD-2026-001/refuse", {"why": "said so"})
    again = event.person.post("/api/forms/OD-2026-001/withdraw", {"why": "by post"})
    assert again.json()["reason"] == "Form OD-2026-001 is refused already."


def test_a_reference_with_signs_is_one_form(event: Event) -> None:
    with open_register(event.register) as register:
        register.add([_form("A/b.c/withdraw")], "Jo Clerk")
    assert event.person.told(f"/api/forms/{quote('A/b.c/withdraw', safe='')}")["form"]["reference"] == "A/b.c/withdraw"


# -- printing


def test_a_pile_is_printed_with_numbers_of_its_own(event: Event) -> None:
    answer = event.person.post("/api/forms/print", {"event": EVENT, "first": "14/06/2026", "count": 2, "child": False})
    assert (answer.status, answer.header("content-type")) == (200, "application/pdf")
    with pypdfium2.PdfDocument(answer.body) as document:
        texts = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    assert [re.findall(r"OD-2026-\d{3}", text)[0] for text in texts] == ["OD-2026-021", "OD-2026-022"]
    with open_register(event.register) as register:
        assert register.has_given("OD-2026-022")


@pytest.mark.skipif(sys.platform != "linux", reason="what a process has loaded is told by Linux alone")
def test_the_server_opens_no_file_of_strangers_itself(event: Event) -> None:
    """Forms are laid out, and scans are read and drawn, in workers: the server never has a picture library."""
    event.person.post("/api/forms/print", {"event": EVENT, "count": 1, "child": False})
    sent(event, printed("OD-2026-001"))
    assert event.person.get("/api/scans/1/OD-2026-001").status == 200
    loaded = Path(f"/proc/{event.server.process.pid}/maps").read_text(encoding="utf-8")
    assert [name for name in ("cv2", "PIL", "pdfium", "numpy", "zxing", "onnx") if name in loaded] == []


@pytest.mark.parametrize(
    ("pile", "reason"),
    [
        ({"event": " "}, "The forms need the name of the event."),
        ({"event": EVENT, "count": 501}, "'501' forms cannot be printed at once."),
        ({"event": EVENT, "channels": []}, "--channels names none."),
        ({"event": EVENT, "first": "2/6/2026", "last": "1/6/2026"}, "The last day is before the first."),
        ({"event": "x" * 3000}, ""),
    ],
)
def test_a_pile_that_cannot_be_printed_uses_no_number(looked_at: Event, pile: dict[str, Any], reason: str) -> None:
    answer = looked_at.person.post("/api/forms/print", pile)
    assert answer.status == 422
    assert reason in answer.json()["reason"]
    with open_register(looked_at.register) as register:
        assert not register.has_given("OD-2026-021")


# -- scans


def test_a_scan_is_filed_under_the_number_on_it(event: Event) -> None:
    data = as_jpeg(on_a_desk(form_sheet("OD-2026-001"), turned=8))
    told = sent(event, data, name="Zora's form.jpg").json()
    assert told == {
        "name": "Zora's form.jpg",
        "results": [{"form": "OD-2026-001", "filed": True, "words": "Form OD-2026-001: filed.", "next": ""}],
    }
    assert (scans_folder(event.register) / release(event, "OD-2026-001").scan_name).read_bytes() == data
    assert sent(event, data).json()["results"][0]["words"] == "Form OD-2026-001: it has this scan already."
    assert rows(event)["OD-2026-001"]["scan"]


def test_a_pile_of_scans_is_taken_apart(event: Event) -> None:
    pages = (form_sheet("OD-2026-001"), form_sheet("OD-2026-002"), form_sheet("OD-2026-009"))
    results = sent(event, as_pdf(*pages)).json()["results"]
    assert [(each["form"], each["filed"], each["next"]) for each in results] == [
        ("OD-2026-001", True, ""), ("OD-2026-002", True, ""), ("OD-2026-009", False, ""),
    ]  # fmt: skip
    assert "not in the register yet" in results[2]["words"]
    assert release(event, "OD-2026-001").scan_sha256 != release(event, "OD-2026-002").scan_sha256


def test_a_scan_without_a_code_is_filed_where_somebody_says(event: Event) -> None:
    data = as_jpeg(form_sheet("OD-2026-001")[500:])
    (result,) = sent(event, data).json()["results"]
    assert (result["words"], result["next"]) == ("No code was read: choose the form.", "choose")
    assert release(event, "OD-2026-002").scan_name == ""
    assert sent(event, data, "?form=od-2026-002").json()["results"][0]["words"] == "Form OD-2026-002: filed."
    assert release(event, "OD-2026-002").scan_name.endswith(".jpg")
    other = as_jpeg(form_sheet("OD-2026-002")[600:])
    (result,) = sent(event, other, "?form=OD-2026-002").json()["results"]
    assert (result["filed"], result["next"]) == (False, "replace")
    assert sent(event, other, "?form=OD-2026-002&replace=1").json()["results"][0]["filed"]
    wrong = sent(event, as_jpeg(form_sheet("OD-2026-001")), "?form=OD-2026-003")
    assert wrong.json()["reason"] == "The scan shows form OD-2026-001, not OD-2026-003."
    assert release(event, "OD-2026-003").scan_name == ""


def test_a_scan_is_shown_as_pictures_of_our_own(event: Event) -> None:
    data = as_pdf(form_sheet("OD-2026-001"), form_sheet("OD-2026-001")[600:])
    sent(event, data)
    first, second, none = (event.person.get(f"/api/scans/{page}/OD-2026-001") for page in (1, 2, 3))
    assert (first.status, first.header("content-type"), first.header("cache-control")) == (
        200,
        "image/jpeg",
        "no-store",
    )
    assert (first.header("x-more-pages"), second.header("x-more-pages")) == ("1", "0")
    assert first.body.startswith(b"\xff\xd8\xff")
    assert first.body != second.body
    assert (none.status, none.json()["reason"]) == (422, "The scan cannot be shown. It has no page 3.")
    assert event.person.get("/api/scans/1/OD-2026-002").json()["reason"] == "Form OD-2026-002 has no scan yet."
    kept = scans_folder(event.register) / release(event, "OD-2026-001").scan_name
    kept.write_bytes(data + b"more")
    assert "was altered" in event.person.get("/api/scans/1/OD-2026-001").json()["reason"]


def test_the_photos_of_the_batch_that_show_a_form_are_filed(event: Event) -> None:
    with open_register(event.register) as register:
        register.add([_form("OD-2026-004")], "Jo Clerk")
    assert event.person.told("/api/forms")["to_file"] == ["4"]
    told = event.person.told("/api/scans/photos", {})
    assert [(each["name"], each["results"][0]["words"]) for each in told["files"]] == [
        ("Photo 4", "Form OD-2026-004: filed.")
    ]
    assert event.person.told("/api/forms")["to_file"] == []


def bomb() -> bytes:
    """A PDF of a few kilobytes with a picture in it that would take gigabytes."""
    packed = zlib.compress(bytes(40_000_000), 9)
    picture = (
        "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        f"/Filter /FlateDecode /Length {len(packed)}"
    )
    page = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</XObject <</I 4 0 R>>>> /Contents 5 0 R"
    content = b"q 595 0 0 842 0 0 cm /I Do Q"
    objects = (
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        f"<<{page}>>".encode(),
        b"<<%s>> stream\n%s\nendstream" % (picture.encode(), packed),
        b"<</Length %d>> stream\n%s\nendstream" % (len(content), content),
    )
    numbered = [b"%d 0 obj %s endobj\n" % (number, each) for number, each in enumerate(objects, 1)]
    return b"%PDF-1.4\n" + b"".join(numbered) + b"trailer <</Root 1 0 R>>\n"


@pytest.mark.parametrize(
    ("data", "name", "status"),
    [
        (b"", "empty.pdf", 422),
        (b"\0" * 2000, "zeros.pdf", 422),
        (b"<script>alert(1)</script>" * 50, "<img src=x onerror=alert(1)>.pdf", 422),
        (b"%PDF-1.7\n" + b"x" * 5000, "../../../../etc/passwd", 422),
        (b"PK\x03\x04" + b"z" * 500, "forms.zip", 422),
        (b"GIF89a" + b"\0" * 500, "a\0b\r\nX-Evil: 1.gif", 422),
        (as_jpeg(form_sheet("OD-2026-001"))[:3000], "half.jpg", 422),
    ],
)
def test_hostile_files_get_a_sentence_and_nothing_else(looked_at: Event, data: bytes, name: str, status: int) -> None:
    scans = scans_folder(looked_at.register)
    before = sorted(scans.iterdir()) if scans.is_dir() else []
    answer = sent(looked_at, data, name=name)
    assert answer.status == status, answer.body
    assert answer.json()["reason"].endswith(".")
    assert answer.header("x-evil") == ""
    assert (sorted(scans.iterdir()) if scans.is_dir() else []) == before
    assert not any(row["scan"] for row in rows(looked_at).values())


def test_a_pdf_that_unpacks_to_gigabytes_changes_nothing(looked_at: Event) -> None:
    answer = sent(looked_at, bomb())
    assert answer.status in (200, 422), answer.body
    if answer.status == 200:
        assert all(not each["filed"] for each in answer.json()["results"])
    assert looked_at.person.told("/api/forms")["total"] == 6


def test_what_is_too_large_is_not_read(looked_at: Event) -> None:
    headers = {"Content-Type": "application/pdf", "Content-Length": str(200 * 1024 * 1024)}
    assert looked_at.person.send("POST", "/api/scans", b"", headers).status == 413


def test_nothing_of_an_upload_is_left_behind(tmp_path: Path, shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    shared.copied(make_event, tmp_path)
    _own_register(tmp_path)
    own = tmp_path / "tmp"
    own.mkdir()
    monkeypatch.setenv("TMPDIR", str(own))
    with event_page(tmp_path) as event:
        sent(event, as_jpeg(form_sheet("OD-2026-001")))
        sent(event, b"%PDF-1.7 broken")
        sent(event, as_jpeg(form_sheet("OD-2026-001")[500:]))
        assert list(own.glob("*scan-*")) == []
        assert list(tmp_path.rglob("files/scan-*")) == []


def test_few_uploads_are_on_the_disk_at_once(tmp_path: Path) -> None:
    with ExitStack() as kept:
        for _ in range(_MOST_KEPT):
            kept.enter_context(_private_folder(tmp_path))
        with pytest.raises(UsageError, match="Too many scans"), _private_folder(tmp_path):
            pass
        assert len(list(tmp_path.iterdir())) == _MOST_KEPT
    with _private_folder(tmp_path):
        assert len(list(tmp_path.iterdir())) == 1


def test_a_change_needs_the_token_of_the_page(looked_at: Event) -> None:
    for path in (
        "/api/forms",
        "/api/forms/OD-2026-001/withdraw",
        "/api/forms/print",
        "/api/scans",
        "/api/scans/photos",
    ):
        assert looked_at.person.send("POST", path, b"{}", {"X-CSRF-Token": None}).status == 403
        assert looked_at.person.send("POST", path, b"{}", {"Origin": "http://evil.example"}).status == 403


# -- a register that is not there, or not at hand


def test_without_a_register_the_page_works_and_the_first_form_makes_it(tmp_path: Path, shared: Shared) -> None:
    shared.copied(make_event, tmp_path)
    assert not (tmp_path / "register.db").exists()
    with event_page(tmp_path) as event:
        told = event.person.told("/api/forms")
        assert (told["forms"], told["register"]["there"]) == ([], False)
        assert told["register"]["problem"] == "There is no register of release forms yet."
        assert event.person.get("/forms").status == 200
        refused = sent(event, as_jpeg(form_sheet("OD-2026-001")))
        assert (refused.status, refused.json()["reason"]) == (422, "There is no register of release forms yet.")
        event.person.told("/api/forms", {"reference": "OD-2026-001", "person": "Ann New", "signed_on": "14/06/2026",
                                         "event": EVENT, "channels": ["all"]})  # fmt: skip
        assert set(rows(event)) == {"OD-2026-001"}


def test_a_register_of_another_office_is_said_and_not_used(event: Event) -> None:
    event.register.rename(event.folder / "ours.db")
    with open_register(event.register) as register:
        register.add([_form("EVIL-1")], "Jo Clerk")
    told = event.person.told("/api/forms")
    assert (told["forms"], told["register"]["there"]) == ([], False)
    assert "has been replaced by another" in told["register"]["problem"]
    assert str(event.folder) not in json.dumps(told)
    answer = event.person.post(
        "/api/forms", {"person": "Ann New", "signed_on": "1/6/2026", "event": EVENT, "channels": ["all"]}
    )
    assert answer.status == 422
    assert event.person.get("/forms").status == 200


def test_a_register_that_somebody_uses_is_said(event: Event) -> None:
    with sqlite3.connect(event.register, isolation_level=None) as held:
        held.execute("BEGIN EXCLUSIVE")
        answer = event.person.get("/api/forms")
        held.execute("ROLLBACK")
    held.close()
    assert answer.status == 200
    assert "somebody else" in answer.json()["register"]["problem"]
    assert set(rows(event)) >= {"OD-2026-001"}


def test_private_data_of_forms_are_on_the_page_of_forms_alone(looked_at: Event) -> None:
    looked_at.person.told("/api/forms/OD-2026-001")
    said = [looked_at.person.get(path) for path in ("/api/photos", "/api/batch", "/", "/statements", "/api/statements")]
    for answer in said:
        assert PRIVATE.encode() not in answer.body
        assert b"Zora Signed" not in answer.body
    log = looked_at.run("log", "b", "--json")
    assert "Zora" not in log.out


# -- in a browser


def window(event: Event, width: int = 1280, scheme: str = "light") -> chromium.Page:
    page = event.window("/forms", width, scheme)
    page.wait_for_selector("#rows tr")
    return page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_against_the_page_in_any_state(looked_at: Event, width: int, scheme: str) -> None:
    page = window(looked_at, width, scheme)
    assert objections(page) == []
    assert not is_too_wide(page)
    page.get_by_role("button", name="OD-2026-001").click()
    page.wait_for_selector("#form-heading")
    assert objections(page) == []
    assert not is_too_wide(page)
    for button, name in (("Withdraw", "Withdraw form OD-2026-001?"), ("Correct", "Correct form OD-2026-001")):
        page.get_by_role("button", name=button, exact=True).click()
        page.get_by_role("dialog", name=name).wait_for()
        assert objections(page) == []
        page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    for button in ("Add a form", "Print forms"):
        page.get_by_role("button", name=button).click()
        page.locator("dialog[open]").wait_for()
        page.locator("dialog[open] summary").click() if button == "Add a form" else None
        assert objections(page) == []
        assert not is_too_wide(page)
        page.keyboard.press("Escape")
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()


def test_forms_are_found_while_one_types_and_no_name_is_in_an_address(looked_at: Event) -> None:
    page = window(looked_at)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("/")
    page.keyboard.type("sian")
    chromium.expect(page.locator("#count")).to_have_text("1 of 6 forms")
    chromium.expect(page.locator("#rows th")).to_have_text("OD-2026-002")
    page.get_by_role("button", name="OD-2026-002").press("Enter")
    chromium.expect(page.locator("#form-heading")).to_be_focused()
    assert "sian" not in "".join(asked).lower()
    page.keyboard.press("Escape")
    chromium.expect(page.get_by_role("button", name="OD-2026-002")).to_be_focused()
    page.context.close()


def test_a_form_is_added_and_withdrawn_by_keyboard_alone(event: Event, browser: chromium.Browser) -> None:
    event.program = browser
    event.run("decide", "b", "1:1", "release", "OD-2026-001", "--by", "Ann Lee")
    page = window(event)
    page.locator("#add").focus()
    page.keyboard.press("Enter")
    chromium.expect(page.get_by_label("Reference")).to_be_focused()
    page.keyboard.type("OD-2026-009")
    page.keyboard.press("Tab")
    page.keyboard.type("Ann New")
    page.keyboard.press("Enter")
    chromium.expect(page.locator("#form-heading")).to_have_text("OD-2026-009")
    assert release(event, "OD-2026-009").expires_on == date(2028, 6, 14)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="OD-2026-001").focus()
    page.keyboard.press("Enter")
    chromium.expect(page.locator("#form-heading")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    chromium.expect(page.get_by_role("button", name="Withdraw", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    chromium.expect(page.locator("dialog[open]")).to_contain_text("Photo 1")
    page.keyboard.press("Enter")  # without a reason
    chromium.expect(page.locator("dialog[open] [role=alert]")).to_contain_text("A withdrawal needs a reason.")
    page.get_by_label("Reason").focus()
    page.keyboard.type("by e-mail")
    page.keyboard.press("Enter")
    chromium.expect(page.locator("#form .verdict").first).to_have_text("Withdrawn")
    assert event.person.photo(1)["faces"][0]["state"] == "problem"
    assert page.faults == []  # type: ignore[attr-defined]


def test_a_correction_sends_what_was_changed_alone(event: Event, browser: chromium.Browser) -> None:
    event.program = browser
    with open_register(event.register) as register:
        register.add([_form("OD-2026-012", channels=("x", "flickr"), note="By the gate.")], "Jo Clerk")
    page = event.window("/forms#OD-2026-012")
    page.get_by_role("button", name="Correct").click()
    page.get_by_label("Expires on").fill("1/7/2028")
    page.keyboard.press("Enter")
    chromium.expect(page.locator("#form .history li").last).to_contain_text("Expires on: (empty) → 1 July 2028")
    with open_register(event.register) as register:
        entry = list(register.history("OD-2026-012"))[-1]
    assert {name for name, *_ in entry.changes} <= {"expires_on", "model_release"}
    assert release(event, "OD-2026-012").channels == ("x", "flickr")


def test_scans_are_dropped_and_told_one_by_one(event: Event, browser: chromium.Browser, tmp_path: Path) -> None:
    event.program = browser
    page = window(event)
    (tmp_path / "one.pdf").write_bytes(printed("OD-2026-001"))
    (tmp_path / "<i>two.jpg").write_bytes(as_jpeg(form_sheet("OD-2026-002")[500:]))
    (tmp_path / "new.pdf").write_bytes(printed("OD-2026-009"))
    page.set_input_files("#files", [tmp_path / "one.pdf", tmp_path / "<i>two.jpg", tmp_path / "new.pdf"])
    lines = page.locator("#scans li")
    chromium.expect(lines.filter(has_text="one.pdf")).to_contain_text("Form OD-2026-001: filed.", timeout=60_000)
    two = lines.filter(has_text="<i>two.jpg")
    chromium.expect(two).to_contain_text("No code was read: choose the form.", timeout=60_000)
    chromium.expect(lines.filter(has_text="new.pdf")).to_contain_text("Add it", timeout=60_000)
    page.get_by_role("button", name="Choose the form").click()
    page.get_by_label("Reference").fill("OD-2026-002")
    page.keyboard.press("Enter")
    chromium.expect(two).to_contain_text("Form OD-2026-002: filed.", timeout=60_000)
    page.get_by_role("button", name="Add form OD-2026-009").click()
    page.get_by_label("Name").fill("Ann New")
    page.keyboard.press("Enter")
    chromium.expect(lines.filter(has_text="new.pdf")).to_contain_text("Form OD-2026-009: filed.", timeout=60_000)
    assert release(event, "OD-2026-009").scan_name.endswith(".pdf")
    assert objections(page) == []
    page.get_by_role("button", name="OD-2026-001").click()
    page.get_by_role("button", name="Show the scan").click()
    chromium.expect(page.get_by_role("dialog", name="Scan of form OD-2026-001")).to_be_visible(timeout=60_000)
    assert objections(page) == []
    page.keyboard.press("Escape")
    chromium.expect(page.get_by_role("button", name="Show the scan")).to_be_focused()
    assert page.faults == []  # type: ignore[attr-defined]


def test_what_somebody_else_changes_is_shown(event: Event, browser: chromium.Browser) -> None:
    event.program = browser
    page = window(event)
    event.other("Bob Roe").told("/api/forms/OD-2026-002/withdraw", {"why": "by post"})
    chromium.expect(page.locator("#rows tr", has_text="OD-2026-002")).to_contain_text("Withdrawn", timeout=5000)


def test_the_pile_is_downloaded(event: Event, browser: chromium.Browser) -> None:
    event.program = browser
    page = window(event)
    page.get_by_role("button", name="Print forms").click()
    page.get_by_label("How many of each kind").fill("1")
    with page.expect_download(timeout=60_000) as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "release-forms.pdf"
    with pypdfium2.PdfDocument(download.value.path()) as document:
        assert len(document) == 2
