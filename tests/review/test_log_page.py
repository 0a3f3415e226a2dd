"""The log on the page: what ``imgvet log`` says, and that an altered one is said loudly."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.batch.settings import saved_settings
from imgvet.batch.store import open_batch
from support.commands import Imgvet, run_here
from support.pictures import portrait, save_photo
from support.review_page import Browser, ReviewPage, review_page
from support.shared import Shared

pytestmark = pytest.mark.slow


def make_batch_with_a_log(folder: Path) -> None:
    save_photo(folder / "photos" / "1.jpg", portrait())
    assert run_here(("batch", "photos", "--out", "b", "--event", "Open Day"), folder).code == 0
    store = open_batch(folder / "b")
    profile = saved_settings(store).profile
    with contextlib.closing(store.database), store.writing():
        for number in range(130):
            kind, by = ("redact", "not-a-face")[number % 2], ("Ann Lee", "Bob Hay")[number % 3 == 0]
            record_decisions(store, profile, "1:1", DecisionRequest(kind, by, "", f"note {number}"))


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory, shared: Shared) -> Path:
    folder = tmp_path_factory.mktemp("log")
    shared.copied(make_batch_with_a_log, folder)
    return folder / "b"


@pytest.fixture(scope="module")
def page(batch: Path) -> Iterator[ReviewPage]:
    with review_page(batch) as started:
        yield started


@pytest.fixture(scope="module")
def browser(page: ReviewPage) -> Browser:
    return page.browser("Ann Lee")


def test_the_page_has_the_entries_of_the_command(imgvet: Imgvet, batch: Path, browser: Browser) -> None:
    """All of them, the newest first, a hundred at a time."""
    by_command = imgvet("log", batch, "--json").lines
    pages = [browser.told(f"/api/log?page={number}") for number in (1, 2)]
    assert [len(each["entries"]) for each in pages] == [100, 30]
    entries = [entry for each in pages for entry in each["entries"]][::-1]
    assert [(each["number"], each["by"], each["note"], each["photo"], each["face"]) for each in entries] == [
        (each["entry"], each["by"], each["note"], each["photo"], each["face"]) for each in by_command
    ]
    told = imgvet("log", batch).out.splitlines()
    assert all(each["when"] in line and each["what"] in line for each, line in zip(entries, told, strict=True))
    assert {(each["total"], each["pages"]) for each in pages} == {(130, 2)}


def test_entries_are_found_by_photo_face_and_person(imgvet: Imgvet, batch: Path, browser: Browser) -> None:
    assert browser.told("/api/log?about=1:1")["total"] == 130
    assert browser.told("/api/log?person=Bob%20Hay")["total"] == 44
    assert browser.told("/api/log")["people"] == ["Ann Lee", "Bob Hay"]
    every = browser.told("/api/log?own=1")
    assert every["total"] == len(imgvet("log", batch, "--all", "--json").lines) > 130
    answer = browser.get("/api/log?about=9")
    assert answer.status == 422
    assert "9" in answer.json()["reason"]
    assert browser.get(f"/api/log?about={'1' * 500}").status in (414, 422)
    assert browser.get("/api/log?page=x").status == 422


def test_a_fingerprint_that_was_noted_is_found(imgvet: Imgvet, batch: Path, browser: Browser) -> None:
    head = browser.told("/api/log")["head"]
    assert head in imgvet("log", batch, "--verify").out
    said = browser.told(f"/api/log/verify?head={head[:20]}")
    assert said["whole"]
    assert "It contains the fingerprint that you gave." in said["said"]
    assert not browser.told(f"/api/log/verify?head={'a' * 64}")["whole"]
    assert browser.get("/api/log/verify?head=short").status == 422


def test_an_altered_log_is_said_loudly(batch: Path, tmp_path: Path, shared: Shared) -> None:
    shared.copied(make_batch_with_a_log, tmp_path)
    with sqlite3.connect(tmp_path / "b" / "private" / "batch.db") as database:
        database.execute("DROP TRIGGER IF EXISTS decisions_stay")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE decisions SET note = 'another' WHERE id = (SELECT max(id) - 5 FROM decisions)")
    database.close()
    with review_page(tmp_path / "b") as page:
        browser = page.browser("Ann Lee")
        log = browser.told("/api/log")
        assert log["broken"].startswith("The log was altered. Entry ")
        said = browser.told("/api/log/verify")
        assert (said["whole"], said["said"][:20]) == (False, "The log was altered.")
