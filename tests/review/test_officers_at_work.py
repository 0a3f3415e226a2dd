"""What people do in a row on the page: two of them, several photos, a burst, and one number that is true everywhere."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser as Chromium

from support.commands import run_here
from support.event_photos import NO_FACE, TWO_FACES, sample, seen_otherwise, taken
from support.pictures import portrait
from support.review_page import ReviewPage
from support.review_pages import looking, own_files, serving
from support.shared import Shared

YOUNG = "No photo shows a person under 18."
PROFILE = """
name = "two"
extends = "general"
[faces]
answers = ["staff", "not-identifiable", "not-a-face"]
[decisions]
second_person = ["staff"]
[[questions]]
id = "nobody-young"
text = "YOUNG"
source = "Guidance, 2"
""".replace("YOUNG", YOUNG)
BOB = "Bob Ray"
LONG_NAME = "_open-day_main-stage_of_the_afternoon" * 3
STREAMS = """window.streams = 0;
window.EventSource = class extends EventSource {
  constructor(...given) { super(...given); window.streams += 1; }
};"""
CLOSE_TO = """(() => {
  const line = document.getElementById('FACE').getBoundingClientRect();
  const stage = document.querySelector('.stage').getBoundingClientRect();
  const across = line.x + line.width / 2 - stage.x - stage.width / 2;
  const down = line.y + line.height / 2 - stage.y - stage.height / 2;
  return Math.hypot(across, down) < stage.width / 4 && line.height > stage.height / 6;
})()"""
TILES = "[...document.querySelectorAll('.tile')].map(each => each.dataset.photo).join()"


def make_officers_event(folder: Path) -> None:
    """Photos 1 and 2 are a burst of one person, photo 3 has two people, photo 4 none; staff needs a second person."""
    (folder / "two.toml").write_text(PROFILE, encoding="utf-8")
    for number in (1, 2):
        taken(folder / "photos" / f"{number}.jpg", seen_otherwise(portrait(), number), f"14:01:0{number}")
    taken(folder / "photos" / f"3{LONG_NAME}.jpg", sample(TWO_FACES), "14:30:00")
    taken(folder / "photos" / "4.jpg", sample(NO_FACE), "15:00:00")
    with patch.dict(os.environ, own_files(folder)):
        words = ("OD-1", "--person", "Amina Shah", "--signed-on", "14/06/2026", "--adult", "--by", "Ann Lee")
        added = run_here(("release", "add", *words, "--event", "Open Day", "--channels", "all"), folder)
        assert added.code == 0, added.err
        made = ("batch", "photos", "--out", "b", "--event", "Open Day", "--date", "14/06/2026", "--profile")
        done = run_here((*made, "two.toml", "--channel", "flickr"), folder)
        assert done.code in {0, 1, 3, 4}, done.err


@pytest.fixture
def officers(tmp_path: Path, shared: Shared) -> Iterator[ReviewPage]:
    """A server on a copy of that event."""
    shared.copied(make_officers_event, tmp_path)
    with serving(tmp_path) as page:
        yield page


def test_what_is_left_is_told_on_every_page(chromium: Chromium, officers: ReviewPage) -> None:
    """A page has one stream, and the number in its head is the server's, whoever answers and whichever page is open."""
    with looking(chromium, officers) as looker:
        looker.page.add_init_script(STREAMS)
        rows = looker.person.told("/api/photos")["photos"]
        faces = [[row["number"], face["number"]] for row in rows for face in row["faces"]]
        assert len(faces) >= 4
        for path, face in zip(("/finish", "/log", "/forms", "/statements"), faces, strict=False):
            looker.page.goto(f"http://127.0.0.1:{officers.port}{path}")
            before = looker.person.told("/api/batch")["left"]
            looker.until(f"document.getElementById('left').dataset.left === '{before}'")
            looker.until("window.streams === 1")
            looker.page.wait_for_timeout(300)
            looker.person.told("/api/decide", {"faces": [face], "kind": "redact", "seen": 9999})
            looker.until(f"document.getElementById('left').dataset.left === '{before - 1}'")
        statement = {"id": "nobody-young", "wording": YOUNG, "true": True, "photos": []}
        state = {"answers": [statement]}
        before = looker.person.told("/api/batch")["left"]
        looker.page.goto(f"http://127.0.0.1:{officers.port}/")
        looker.page.wait_for_selector(".tile")
        looker.person.told("/api/statements", state)
        looker.until(f"document.getElementById('left').dataset.left === '{before - 1}'")


def test_a_burst_is_found_offered_and_answered_once(chromium: Chromium, officers: ReviewPage) -> None:
    """The other frame's face is offered; on the way over all photos the bar stays, and an answer is for all chosen."""
    with looking(chromium, officers) as looker:
        narrow = "[aria-label='Narrow down']"
        for wanted in ("bursts", "duplicates"):
            looker.page.select_option(narrow, wanted)
            looker.until(f"{TILES} === '1,2'")
        looker.page.select_option(narrow, "")
        looker.open(1)
        looker.keys("m")
        looker.page.wait_for_selector(".same-face")
        offered = looker.page.get_by_role("heading", name="Offered: the same place in the same burst")
        offered.wait_for()
        assert looker.page.locator(".same-faces").first.locator(".same-face").count() == 1
        looker.page.locator(".same-face[data-face='2:1']").click()
        looker.said("2 faces")
        looker.page.get_by_role("button", name="All photos").click()
        bar = looker.page.locator(".same-bar")
        assert "2 faces of the same person" in bar.inner_text()
        assert "Open a photo" in bar.inner_text()
        looker.page.locator("#tile-3").click()
        looker.page.locator("#face-1").click()
        looker.said("3 faces")
        looker.page.get_by_role("button", name="All photos").click()
        bar.get_by_role("button", name="Stop").click()
        assert not bar.is_visible()
        assert looker.page.locator("#tile-1").is_visible()
        looker.open(1)
        looker.keys("m")
        looker.page.locator(".same-face[data-face='2:1']").click()
        looker.keys("g")
        bar.get_by_role("button", name="Show the faces").click()
        looker.page.wait_for_selector(".same-face[data-face='2:1'][aria-pressed='true']")
        looker.keys("f")
        looker.page.wait_for_selector(".picker-option")
        looker.page.keyboard.type("amina")
        looker.keys("Enter")
        looker.said("OD-1")
        assert [looker.face(number, 1)["answer"]["value"] for number in (1, 2)] == ["OD-1", "OD-1"]
        looker.page.goto(f"http://127.0.0.1:{officers.port}/")
        looker.page.wait_for_selector(".tile")
        looker.page.select_option(narrow, "answer:release OD-1")
        looker.until(f"{TILES} === '1,2'")


def test_a_second_person_approves_with_one_key(chromium: Chromium, officers: ReviewPage) -> None:
    with looking(chromium, officers) as first:
        first.open(1)
        first.keys("s")
        first.said("On-duty staff: photo 1, face 1")
        assert first.face(1, 1)["answer"]["waits"]
    with looking(chromium, officers, name=BOB) as second:
        second.open(1)
        second.page.get_by_role("button", name="Approve what Ann Lee said").wait_for()
        second.keys("a")
        second.said("pproved")
        given = second.face(1, 1)["answer"]
        assert (given["waits"], given["approved_by"]) == (False, BOB)


def test_several_are_answered_alike_left_out_worded_and_undone(chromium: Chromium, officers: ReviewPage) -> None:
    with looking(chromium, officers) as looker:
        looker.person.told("/api/decide", {"faces": [[3, 1]], "kind": "redact", "seen": 9999})
        looker.open(1)
        looker.keys("n")
        looker.page.wait_for_selector(".panel.asking, .asking")
        looker.keys("1")
        looker.said("photo 1, face 1")
        looker.page.goto(f"http://127.0.0.1:{officers.port}/")
        looker.page.wait_for_selector(".tile")
        for number in (2, 3):
            looker.page.locator(f"#tile-{number}").click(modifiers=["Control"])
        looker.page.get_by_role("button", name="Same answer: Not identifiable").click()
        looker.page.get_by_role("button", name="Answer for all").click()
        looker.until("document.getElementById('left').dataset.waiting === '0'")
        answers = [looker.face(*each)["answer"] for each in ((2, 1), (3, 2))]
        assert [(each["kind"], bool(each["note"])) for each in answers] == [("not-identifiable", True)] * 2
        assert looker.face(3, 1)["answer"]["kind"] == "redact"
        looker.keys("u")
        looker.said("Undone")
        assert [looker.face(*each)["state"] for each in ((2, 1), (3, 2))] == ["open", "open"]
        looker.page.get_by_role("button", name="Leave out …").click()
        looker.page.keyboard.type("Somebody asked for it")
        looker.keys("Enter")
        looker.said("Left out")
        assert all(looker.person.photo(number)["excluded"] for number in (2, 3))
        looker.keys("u")
        looker.said("Undone")
        assert not any(looker.person.photo(number)["excluded"] for number in (2, 3))
        looker.page.get_by_role("button", name="Title and caption …").click()
        looker.page.get_by_label("Keywords", exact=True).fill("horses")
        looker.keys("Control+Enter")
        looker.page.get_by_text("Saved: keywords of photos 2–3.", exact=True).wait_for()
        assert all(looker.person.photo(number)["has_words"] for number in (2, 3))


def test_z_follows_from_face_to_face(chromium: Chromium, officers: ReviewPage) -> None:
    with looking(chromium, officers) as looker:
        looker.open(3)
        looker.keys("z")
        looker.until(CLOSE_TO.replace("FACE", "face-1"))
        looker.keys("Tab")
        looker.until(CLOSE_TO.replace("FACE", "face-2"))


def test_a_phone_has_the_answers_in_reach_and_scrolls_downwards_only(chromium: Chromium, officers: ReviewPage) -> None:
    """Also where the camera's file has a long name."""
    with looking(chromium, officers, viewport={"width": 360, "height": 740}, has_touch=True) as looker:
        looker.open(3)
        looker.page.wait_for_selector(".answers .answer")
        assert looker.page.evaluate("document.documentElement.scrollWidth") == 360
        assert looker.page.evaluate("document.querySelector('.answers .answer').getBoundingClientRect().bottom") < 740
        looker.page.locator(".answer-redact").tap()
        looker.said("Hidden: photo 3, face 1")
