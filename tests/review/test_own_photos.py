"""The review page on photos that were not drawn for it: a folder of your own, named in ``IMGVET_TEST_PHOTOS``."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support.commands import run_here
from support.review_page import ReviewPage, review_page
from support.review_pages import Looking, looking, own_files

FOLDER, MOST = "IMGVET_TEST_PHOTOS", 12
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".avif", ".tif", ".tiff"}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A batch of photos from that folder, spread over all that are in it."""
    named = os.environ.get(FOLDER)
    if not named:
        pytest.skip(f"{FOLDER} names no folder of photos")
    found = sorted(path for path in Path(named).rglob("*") if path.suffix.lower() in SUFFIXES)
    for path in found[:: max(1, len(found) // MOST)][:MOST]:
        (tmp_path / "photos").mkdir(exist_ok=True)
        shutil.copy(path, tmp_path / "photos")
    made = run_here(("batch", "photos", "--out", "b", "--event", "Open Day", "--register", "register.db"), tmp_path)
    assert made.code in {0, 1, 3, 4}, made.err
    return tmp_path


@pytest.fixture
def server(office: Path) -> Iterator[ReviewPage]:
    with review_page(office / "b", environment=own_files(office)) as page:
        yield page


def answer_by_key(looker: Looking, number: int) -> None:
    """Open a photo, wait for its picture, and hide every face of it."""
    looker.open(number)
    looker.until("document.querySelector('canvas.picture').width > 0")
    for _ in range(len(looker.person.photo(number)["faces"])):
        if looker.page.evaluate("document.activeElement.matches('.face.open, .face.possible')"):
            looker.keys("h")
    looker.until("document.getElementById('left').dataset.waiting !== undefined || !document.querySelector('.face')")
    looker.until("(document.getElementById('left').dataset.waiting ?? '0') === '0'")


@pytest.mark.slow
@pytest.mark.browser
def test_real_photos_are_shown_answered_and_finished(chromium: Browser, server: ReviewPage, office: Path) -> None:
    """Each photo opens without a complaint; every face is hidden by key; what finish publishes is proven."""
    with looking(chromium, server) as looker:
        rows = looker.person.told("/api/photos")["photos"]
        for row in rows:
            if row["verdict"] != "failed":
                answer_by_key(looker, row["number"])
        assert looker.axe() == []
    assert server.end()[0] == 0
    done = run_here(("finish", "b"), office)
    assert done.code in {0, 1, 3, 4}, done.err
    shown = [json.loads(line) for line in run_here(("status", "b", "--json"), office).out.splitlines()]
    assert all(face["resolved"] for each in shown if each["verdict"] != "failed" for face in each["faces"])
    files = [path for path in (office / "b" / "flickr").iterdir() if path.suffix != ".csv"]
    assert not files or run_here(("prove", *files), office).code == 0
