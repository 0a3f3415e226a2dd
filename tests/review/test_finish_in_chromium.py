"""The finish page and the log page in Chromium: pressed by keyboard alone, watched by two, right at every width."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from support.commands import Imgvet, run_here
from support.pictures import landscape, portrait, save_photo
from support.review_page import ReviewPage, review_page
from support.review_pages import looking
from support.shared import Shared

pytestmark = [pytest.mark.slow, pytest.mark.browser]

WIDTHS = (360, 1280, 2560)
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


def make_event_to_finish(folder: Path) -> None:
    """A photo that may be published, one with a face that is to be hidden, and one with a face that is open."""
    save_photo(folder / "photos" / "1.jpg", landscape())
    save_photo(folder / "photos" / "2.jpg", portrait())
    save_photo(folder / "photos" / "3.jpg", np.fliplr(portrait()))
    assert run_here(("batch", "photos", "--out", "b", "--event", "Open Day"), folder).code == 0
    assert run_here(("decide", "b", "2:1", "redact", "--by", "Ann Lee"), folder).code == 0


@pytest.fixture
def batch(tmp_path: Path, shared: Shared) -> Path:
    shared.copied(make_event_to_finish, tmp_path)
    return tmp_path / "b"


@pytest.fixture
def server(batch: Path) -> Iterator[ReviewPage]:
    with review_page(batch) as started:
        yield started


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/finish", "/log?own=1"])
def test_nobody_is_kept_out(chromium: Browser, open_day: ReviewPage, path: str, scheme: str) -> None:
    """axe-core has nothing against it, and nothing has to be scrolled sideways, at each width."""
    with looking(chromium, open_day, path, color_scheme=scheme, reduced_motion="reduce") as looker:
        expect(looker.page.locator("#finish .finish-channel, #entries time").first).to_be_visible()
        for width in WIDTHS:
            looker.page.set_viewport_size({"width": width, "height": 900})
            assert looker.axe() == [], width
            assert not looker.page.evaluate(TOO_WIDE), width


def test_an_event_is_finished_by_keyboard_while_somebody_watches(
    chromium: Browser, server: ReviewPage, batch: Path, tmp_path: Path
) -> None:
    """One button applies everything; both see how far it is and what is new; the channel's files are downloaded."""
    with looking(chromium, server, "/finish") as first, looking(chromium, server, "/finish", "Bob Hay") as second:
        button = first.page.get_by_role("button", name="Finish", exact=True)
        expect(first.page.locator(".finish-run h2")).to_have_text("1 answer is not applied yet")
        button.focus()
        first.keys("Enter")
        expect(second.page.locator(".progress-words")).to_be_visible(timeout=30_000)
        expect(second.page.get_by_text("Started by Ann Lee")).to_be_visible()
        assert first.axe() == []
        for looker in (first, second):
            expect(looker.page.locator(".finish-run h2")).to_contain_text("Finished by Ann Lee", timeout=120_000)
            expect(looker.page.locator(".finish-thumbs a")).to_contain_text(["Photo 2"])
            assert looker.axe() == []
        first.said("Finished by Ann Lee")
        assert first.page.evaluate("document.activeElement.closest('.finish-run') !== null")  # the focus is not lost
        with first.page.expect_download() as started:
            first.page.get_by_role("link", name="Download 2 photos").click()
        started.value.save_as(tmp_path / "flickr.zip")
        with zipfile.ZipFile(tmp_path / "flickr.zip") as archive:
            assert set(archive.namelist()) == {path.name for path in (batch / "flickr").iterdir()}
        first.page.get_by_role("link", name="Photo 3", exact=True).focus()
        first.keys("Enter")
        first.page.wait_for_url("**/photo/3")


def test_what_is_online_is_recorded_in_a_dialog(
    chromium: Browser, server: ReviewPage, batch: Path, imgvet: Imgvet
) -> None:
    with looking(chromium, server, "/finish") as looker:
        looker.page.get_by_role("button", name="Record as published").click()
        dialog = looker.page.get_by_role("dialog")
        expect(dialog.get_by_label("Address on the web")).to_be_focused()
        assert looker.axe() == []
        dialog.get_by_label("Address on the web").fill("https://photos.example/album")
        looker.keys("Enter")
        expect(looker.page.get_by_text("1 photo is online, as recorded")).to_be_visible()
        imgvet("decide", batch, "1", "exclude", "--note", "wrong day", "--by", "Ann Lee")
        expect(looker.page.get_by_text("Take these down")).to_be_visible()
        assert looker.axe() == []
        looker.page.get_by_role("button", name="Record as taken down").click()
        looker.keys("Enter")
        expect(looker.page.get_by_text("Take these down")).to_be_hidden()
    assert [each["kind"] for each in imgvet("log", batch, "1", "--json").lines][-1] == "taken-down"


def test_the_log_is_searched_and_checked(chromium: Browser, server: ReviewPage, batch: Path, imgvet: Imgvet) -> None:
    """What others answer appears by itself; the fingerprint is found again; a photo that is not there is said."""
    with looking(chromium, server, "/log") as looker:
        expect(looker.page.locator("#fingerprint")).not_to_have_text("…")
        head = looker.page.locator("#fingerprint").inner_text().replace(" ", "")
        assert len(head) == 64
        imgvet("decide", batch, "1", "exclude", "--note", "blurred", "--by", "Bob Hay")
        expect(looker.page.locator("#entries").get_by_text("blurred")).to_be_visible()
        looker.page.get_by_label("A fingerprint that you noted before").fill(head[:16])
        looker.keys("Enter")
        expect(looker.page.locator("#verified")).to_contain_text("It contains the fingerprint that you gave.")
        looker.page.get_by_label("Photo or face").fill("1")
        expect(looker.page.locator("#range")).to_have_text("1 to 1 of 1")
        assert looker.axe() == []
        looker.page.get_by_label("Photo or face").fill("")
        looker.page.get_by_label("Person").select_option("Ann Lee")
        expect(looker.page.locator("#entries tr")).to_have_count(1)
        expect(looker.page.locator("#entries")).to_contain_text("redact")
