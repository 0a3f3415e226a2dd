"""Two people, two servers, commands beside them, and a server that is killed: nothing that was answered is lost."""

import http.client
import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from imgvet.batch.decisions.log import check_log
from imgvet.batch.store import exclusive_lock, open_batch
from support.commands import Imgvet, run_here
from support.pictures import portrait, save_photo
from support.review_page import Browser, ReviewPage, review_page
from support.shared import Shared
from support.sheets import a_photo, make_batch

pytestmark = pytest.mark.slow


def make_batch_to_share(folder: Path) -> None:
    for number in (1, 2, 3):
        save_photo(folder / "photos" / f"{number}.jpg", portrait()[number:])
    assert run_here(("batch", "photos", "--out", "b", "--event", "Open Day"), folder).code == 0


@pytest.fixture
def batch(tmp_path: Path, shared: Shared) -> Path:
    shared.copied(make_batch_to_share, tmp_path)
    return tmp_path / "b"


@contextmanager
def events(page: ReviewPage, browser: Browser) -> Iterator[http.client.HTTPResponse]:
    """An open page's stream."""
    with closing(http.client.HTTPConnection("127.0.0.1", page.port, timeout=30)) as connection:
        connection.request("GET", "/api/events", headers={"Cookie": browser.cookie, "Sec-Fetch-Site": "same-origin"})
        stream = connection.getresponse()
        assert stream.readline().startswith(b"retry")
        yield stream


def next_event(stream: http.client.HTTPResponse, kind: str = "photos") -> Any:
    line, until = b"", time.monotonic() + 20
    while line.strip() != f"event: {kind}".encode():
        line = stream.readline()
        assert line, "the stream has ended"
        assert time.monotonic() < until, f"there was no event {kind}"
    return json.loads(stream.readline().removeprefix(b"data: "))


def hide(browser: Browser, photo: int, seen: int, **more: Any) -> Any:
    return browser.post("/api/decide", {"kind": "redact", "faces": [[photo, 1]], "seen": seen, **more})


def test_two_servers_and_a_command_see_each_other(imgvet: Imgvet, batch: Path) -> None:
    with review_page(batch) as one, review_page(batch) as two:
        ann, bob = one.browser("Ann Lee"), two.browser("Bob Roe")
        seen = bob.told("/api/batch")["seq"]
        with events(two, bob) as stream:
            assert hide(ann, 1, seen).status == 200
            told = next_event(stream)
            assert [row["number"] for row in told["changed"]] == [1]
            assert told["changed"][0]["faces"][0]["answer"]["by"] == "Ann Lee"
            refused = hide(bob, 1, seen)
            assert (refused.status, refused.json()["by"], refused.json()["words"]) == (409, "Ann Lee", "hidden")
            assert imgvet("decide", batch, "2:1", "refused", "--by", "Cleo Poe").code == 0
            assert next_event(stream)["changed"][0]["number"] == 2
        before_the_poll = hide(ann, 2, seen)
        assert (before_the_poll.status, before_the_poll.json()["by"]) == (409, "Cleo Poe")
        assert hide(bob, 1, seen, anyway=True).status == 200
        assert ann.photo(3)["left"] == bob.photo(3)["left"] == 2


def test_people_at_one_server_see_each_other(batch: Path) -> None:
    with review_page(batch) as page:
        ann = page.browser("Ann Lee")
        with events(page, ann) as stream:
            bob = page.second_browser(ann, "Bob Roe")
            assert next_event(stream, "people")["names"] == ["Ann Lee"]
            assert next_event(stream, "people")["names"] == ["Ann Lee", "Bob Roe"]
            hide(bob, 3, bob.told("/api/batch")["seq"])
            assert next_event(stream)["changed"][0]["number"] == 3


def test_a_run_beside_the_page_is_shown(imgvet_process: Imgvet, batch: Path) -> None:
    with review_page(batch) as page:
        ann = page.browser("Ann Lee")
        with events(page, ann) as stream:
            seq = ann.told("/api/batch")["seq"]
            for photo in (1, 2, 3):
                assert hide(ann, photo, seq).status == 200
            assert not ann.photo(1)["in_folder"]
            assert imgvet_process("finish", batch, "--by", "Bob Roe").code == 0
            until = time.monotonic() + 30
            while not ann.photo(1)["in_folder"]:
                assert time.monotonic() < until
                next_event(stream)
        assert ann.photo(1)["verdict"] == "ready"
        assert ann.photo(1)["picture"]


def test_a_batch_that_is_at_work_can_be_looked_at_and_answered(batch: Path) -> None:
    folder = open_batch(batch)
    with exclusive_lock(folder), review_page(batch) as page:
        ann = page.browser("Ann Lee")
        told = ann.told("/api/batch")
        assert told["left"] == 4
        assert hide(ann, 1, told["seq"]).status == 200
    folder.database.close()


def test_what_waits_for_the_database_is_answered_then(batch: Path) -> None:
    """Somebody else writes for a second."""
    with review_page(batch) as page, closing(sqlite3.connect(batch / "private" / "batch.db")) as other:
        ann = page.browser("Ann Lee")
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        done = list[Any]()
        asking = threading.Thread(target=lambda: done.append(hide(ann, 1, 10_000)))
        asking.start()
        time.sleep(1)
        assert not done
        other.execute("ROLLBACK")
        asking.join(30)
        assert done[0].status == 200


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no such signal")
def test_a_server_that_is_killed_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """At many moments; whatever the page was told is recorded is in the log, which is unaltered."""
    made = make_batch(tmp_path / "b", [a_photo(number, 2) for number in range(1, 30)])
    said = dict[tuple[int, int], tuple[int, str]]()
    kinds = ("redact", "refused")
    for attempt in range(4):
        with review_page(made.path) as page:
            ann = page.browser("Ann Lee")
            killer = threading.Timer(0.05 + 0.11 * attempt, os.killpg, (page.process.pid, signal.SIGKILL))
            killer.start()
            try:
                for number in range(1, 30):
                    for face in (1, 2):
                        kind = kinds[(number + face + attempt) % 2]
                        asked = {"kind": kind, "faces": [[number, face]], "seen": 10_000}
                        got = ann.post("/api/decide", asked)
                        assert got.status == 200, got.body
                        said[number, face] = (got.json()["entries"][0], kind)
            except (OSError, http.client.HTTPException):
                pass
            killer.cancel()
            page.process.kill()
            page.process.wait()
        again = open_batch(made.path)
        assert check_log(again.log()).broken is None
        lines = {row.number: row.untrusted_fields[3] for row in again.log().rows}
        again.database.close()
        for entry, kind in said.values():
            assert lines[entry] == kind
    assert said
    with review_page(made.path) as page:
        ann = page.browser("Ann Lee")
        newest = max(said, key=lambda each: said[each][0])
        row = ann.photo(newest[0])["faces"][newest[1] - 1]
        assert row["answer"]["by"] == "Ann Lee"
        undone = ann.told("/api/undo", {"entries": [said[newest][0]], "seen": 10_000})
        assert undone["entries"], "the numbers that the page kept are still good"
