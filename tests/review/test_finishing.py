"""Finish on the page: what ``imgvet finish`` does, seen by everybody, stopped and continued like it."""

import hashlib
import os
import re
import shutil
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import psutil
import pytest

from imgvet.reports import finish_apart
from imgvet.reports.finish_messages import FinishFailed, FinishRequest, message_of
from support.commands import Imgvet, run_here
from support.pictures import PLANTED, landscape, portrait, save_photo
from support.review_page import Browser, ReviewPage, review_page
from support.shared import Shared

pytestmark = pytest.mark.slow

FACES = 3


def make_batch_to_finish(folder: Path) -> None:
    """Photos with a face each, all of which are answered, and one without a face."""
    for number in range(1, FACES + 1):
        save_photo(folder / "photos" / f"{number}.jpg", np.roll(portrait(), number * 8, axis=1))
    save_photo(folder / "photos" / f"{FACES + 1}.jpg", landscape())
    assert run_here(("batch", "photos", "--out", "b", "--event", "Open Day"), folder).code == 0
    assert run_here(("decide", "b", "1:1", "redact", "--by", "Ann Lee"), folder).code == 0
    assert run_here(("decide", "b", "2:1", "not-a-face", "--by", "Ann Lee"), folder).code == 0


@pytest.fixture
def batch(tmp_path: Path, shared: Shared) -> Path:
    shared.copied(make_batch_to_finish, tmp_path)
    return tmp_path / "b"


def finished(browser: Browser) -> Any:
    """The state of the run once it has ended."""
    for _ in range(1200):
        run = browser.told("/api/finish")["run"]
        if run["state"] != "running":
            return run
        time.sleep(0.1)
    raise AssertionError("the run did not end")


def files_in(batch: Path) -> dict[str, str]:
    """What is in the folders for everybody, by SHA-256; papers have the log's fingerprint, which has times."""
    return {
        str(path.relative_to(batch)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("flickr", "held")
        for path in (batch / folder).rglob("*")
        if path.is_file()
    }


def test_finish_on_the_page_is_finish(imgvet: Imgvet, batch: Path, tmp_path: Path, browser: Browser) -> None:
    """The same files, texts and state as the command's, and its name in the log."""
    other = tmp_path / "other"
    shutil.copytree(batch, other)
    assert browser.told("/api/finish")["now"]["unapplied"] == 2
    browser.told("/api/finish", {})
    run = finished(browser)
    assert (run["state"], run["by"]) == ("done", "Ann Lee"), run
    (news,) = run["summary"]["channels"]
    assert [file["name"] for file in news["new"]] == ["open-day-001.jpg", "open-day-002.jpg"]
    assert [each["photos"] for each in run["summary"]["needs"]] == [[3]]
    assert browser.told("/api/finish")["now"]["unapplied"] == 0
    assert browser.told("/api/finish")["now"]["interrupted"] == ""
    imgvet("finish", other, "--by", "Ann Lee")
    assert files_in(batch) == files_in(other)
    log = [each for each in imgvet("log", batch, "--json").lines if each["kind"] == "finish"]
    assert [each["by"] for each in log] == ["Ann Lee"]
    assert {path.name for path in batch.iterdir()} == {path.name for path in other.iterdir()}


def test_the_rows_are_those_after_the_run(browser: Browser) -> None:
    browser.told("/api/finish", {})
    finished(browser)
    assert [browser.photo(number)["in_folder"] for number in (1, 2, 3, 4)] == [True, True, False, True]
    assert browser.photo(1)["verdict"] == "ready"


def test_a_second_session_watches_the_run(page: ReviewPage, browser: Browser) -> None:
    second = page.second_browser(browser, "Bob Hay")
    browser.told("/api/finish", {})
    seen = second.told("/api/finish")["run"]
    assert (seen["state"], seen["by"]) == ("running", "Ann Lee")
    assert second.told("/api/finish", {})["run"]["by"] == "Ann Lee"  # no second run
    assert finished(second)["state"] == "done"


def test_a_run_elsewhere_is_said_plainly(batch: Path, browser: Browser) -> None:
    from imgvet.batch.store import exclusive_lock, open_batch

    with exclusive_lock(open_batch(batch)):
        browser.told("/api/finish", {})
        run = finished(browser)
    assert run["state"] == "in use"
    assert "Another imgvet is working on" in run["reason"]
    assert str(batch.parent) not in run["reason"]
    browser.told("/api/finish", {})
    assert finished(browser)["state"] == "done"


def test_it_stops_as_the_command_stops_and_goes_on(imgvet: Imgvet, batch: Path, browser: Browser) -> None:
    browser.told("/api/finish", {})
    browser.told("/api/finish/stop", {})
    run = finished(browser)
    assert run["state"] in ("stopped", "done")
    if run["state"] == "stopped":
        assert "Stopped" in run["reason"]
    browser.told("/api/finish", {})
    assert finished(browser)["state"] == "done"
    assert imgvet("status", batch, "--verify").code == 1  # a face is open still, and nothing else is wrong


def children_that_finish(page: ReviewPage) -> list[psutil.Process]:
    children: list[psutil.Process] = psutil.Process(page.process.pid).children(recursive=True)
    return children


def test_a_server_that_ends_stops_the_run_first(batch: Path) -> None:
    with review_page(batch) as page:
        page.browser().told("/api/finish", {})
        time.sleep(1)
        processes = children_that_finish(page)
        code, _ = page.end()
        assert code == 0
        _, left = psutil.wait_procs(processes, timeout=30)
        assert left == []
    assert run_here(("finish", str(batch)), batch.parent).code in (0, 1)


@pytest.mark.parametrize("seconds", [0.3, 1.5, 3.0])
def test_a_server_killed_in_the_middle_of_a_run_loses_nothing(
    batch: Path, tmp_path: Path, seconds: float, imgvet: Imgvet
) -> None:
    """Nothing of it goes on, and the next finish ends with the folder of an undisturbed one."""
    other = tmp_path / "other"
    shutil.copytree(batch, other)
    with review_page(batch) as page:
        page.browser("Ann Lee").told("/api/finish", {})
        time.sleep(seconds)
        processes = children_that_finish(page)
        os.kill(page.process.pid, signal.SIGKILL)
        page.process.wait()
        _, left = psutil.wait_procs(processes, timeout=60)
        assert left == []
    with review_page(batch) as page:
        browser = page.browser("Ann Lee")
        browser.told("/api/finish", {})
        assert finished(browser)["state"] == "done"
    imgvet("finish", other, "--by", "Ann Lee")
    before, after = files_in(other), files_in(batch)
    assert {name: each for name, each in after.items() if not name.endswith(".csv")} == {
        name: each for name, each in before.items() if not name.endswith(".csv")
    }
    assert imgvet("log", batch, "--verify").code == 0


def test_what_was_published_and_taken_down_is_recorded_as_by_the_command(
    imgvet: Imgvet, batch: Path, browser: Browser
) -> None:
    browser.told("/api/finish", {})
    finished(browser)
    url = "https://photos.example/album"
    said = browser.told("/api/published", {"channel": "flickr", "url": url})
    assert re.fullmatch(r"Recorded: 3 photos were published on .+\.", said["said"])
    now = browser.told("/api/finish")["now"]
    assert [each["photo"] for each in now["channels"][0]["online"]] == [1, 2, 4]
    imgvet("decide", batch, "4", "exclude", "--note", "wrong day", "--by", "Ann Lee")
    (down,) = browser.told("/api/finish")["now"]["take_down"]
    assert (down["photo"], down["addresses"]) == (4, [url])
    browser.told("/api/finish", {})
    (news,) = finished(browser)["summary"]["channels"]
    assert [file["photo"] for file in news["gone"]] == [4]
    browser.told("/api/published", {"removed": True, "photos": [4]})
    assert browser.told("/api/finish")["now"]["take_down"] == []
    kinds = [each["kind"] for each in imgvet("log", batch, "4", "--json").lines]
    assert kinds[-1] == "taken-down"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"channel": "flickr", "url": "not an address"}, "is not a web address"),
        ({"channel": "nowhere"}, "no channel"),
        ({"channel": "flickr", "on": "2999-01-01"}, "is in the future"),
        ({"removed": True, "photos": [2]}, "not recorded as published"),
    ],
)
def test_what_cannot_be_recorded_is_refused(browser: Browser, body: dict[str, Any], words: str) -> None:
    answer = browser.post("/api/published", body)
    assert answer.status == 422
    assert words in answer.json()["reason"]


SECOND_PERSON = """
extends = "general"
name = "careful"
[decisions]
second_person = ["not-a-face"]
"""


def test_other_settings_are_approved_by_somebody_else(imgvet: Imgvet, tmp_path: Path) -> None:
    save_photo(tmp_path / "photos" / "1.jpg", landscape())
    (tmp_path / "careful.toml").write_text(SECOND_PERSON)
    made = imgvet("batch", "photos", "--out", "b", "--event", "Open Day", "--profile", "careful.toml")
    assert made.code == 0, made
    changed = imgvet(
        *("batch", "b", "--change-profile", "--redact", "none", "--channel", "flickr,x"),
        *("--by", "Ann Lee", "--note", "X as well", "--profile", "general"),
    )
    assert changed.code == 1, changed
    with review_page(tmp_path / "b") as page:
        own = page.browser("Ann Lee")
        pending = own.told("/api/finish")["now"]["pending"]
        assert (pending["by"], pending["note"]) == ("Ann Lee", "X as well")
        assert pending["changes"]
        assert own.post("/api/rules/approve").status == 422
        other = page.second_browser(own, "Bob Hay")
        assert other.told("/api/rules/approve", {})["changes"] == pending["changes"]
        assert other.told("/api/finish")["now"]["pending"] is None


def test_a_disk_that_is_full_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the system says so, or SQLite."""

    def full(*_: object) -> None:
        problem = sqlite3.OperationalError("database or disk is full")
        problem.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise problem

    monkeypatch.setattr(finish_apart, "_finished", full)
    told = list[bytes]()
    asked = FinishRequest(str(tmp_path), "Ann Lee", "")
    finish_apart.finish_apart(told.append, msgspec.json.encode(asked))
    message = message_of(told[0])
    assert isinstance(message, FinishFailed)
    assert (message.kind, message.reason.partition(":")[0]) == ("failed", "The disk is full")


def test_nothing_private_is_in_what_the_page_tells(batch: Path, browser: Browser) -> None:
    browser.told("/api/finish", {})
    finished(browser)
    browser.get("/finish")
    for answer in browser.seen:
        assert PLANTED.encode() not in answer.body
        assert b"PLANTED-" not in answer.body
        assert str(batch.parent).encode() not in answer.body
