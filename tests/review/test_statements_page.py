"""The statements of the profile as a page: answered in their own words, recorded at once, approved by somebody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import playwright.sync_api as chromium
import pytest

from support.chromium import some_chromium
from support.commands import Ran
from support.event_photos import taken
from support.pictures import landscape
from support.review_event import (
    NO_SCENE,
    NOBODY_YOUNG,
    WIDTHS,
    Event,
    event_page,
    is_too_wide,
    make_event,
    make_event_for_two,
    objections,
)
from support.review_page import Browser
from support.shared import Shared

pytestmark = pytest.mark.slow

WORDINGS = {"under-18": NOBODY_YOUNG, "crime-scene": NO_SCENE}


@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Browser]:
    with some_chromium() as opened:
        yield opened


@pytest.fixture
def event(tmp_path: Path, shared: Shared) -> Iterator[Event]:
    shared.copied(make_event, tmp_path)
    with event_page(tmp_path) as opened:
        yield opened


@pytest.fixture
def event_for_two(tmp_path: Path, shared: Shared) -> Iterator[Event]:
    shared.copied(make_event_for_two, tmp_path)
    with event_page(tmp_path) as opened:
        yield opened


def said(**answers: bool | list[int]) -> dict[str, Any]:
    """What the page sends: true, or the photos of which it is not true, by the ids of the statements."""
    named = {name.replace("_", "-"): said for name, said in answers.items()}
    return {
        "answers": [
            {"id": name, "wording": WORDINGS[name], "true": said is True, "photos": [] if said is True else said}
            for name, said in named.items()
        ]
    }


def state(event: Event, whose: Browser | None = None) -> dict[str, dict[str, Any]]:
    told = (whose or event.person).told("/api/statements")
    return {each["id"]: each for each in told["statements"]}


def log(event: Event, *kinds: str) -> list[tuple[str, str, int | None, str]]:
    """The entries of these kinds: kind, who, photo and value."""
    ran: Ran = event.run("log", "b", "--json")
    return [(each["kind"], each["by"], each["photo"], each["value"]) for each in ran.lines if each["kind"] in kinds]


def needs(event: Event, number: int) -> set[str]:
    return {each["rule"] for each in event.person.photo(number)["needs"]}


def test_every_statement_is_shown_in_its_own_words_with_its_source(event: Event) -> None:
    told = event.person.told("/api/statements")
    assert [(each["id"], each["wording"], each["source"]) for each in told["statements"]] == [
        ("under-18", NOBODY_YOUNG, "Guidance, 2"), ("crime-scene", NO_SCENE, "Guidance, 6"),
    ]  # fmt: skip
    assert (told["open"], told["second_person"], told["photos"]) == (2, False, [1, 2, 3, 4])
    assert event.person.told("/api/batch")["statements"] == {"open": 2, "total": 2}


def test_what_is_declared_counts_at_once_and_finish_needs_it_no_more(event: Event) -> None:
    assert "declaration" in needs(event, 3)
    told = event.person.told("/api/statements", said(under_18=True, crime_scene=True))
    assert told["said"] == "Declared: 2 statements of 4 photos."
    assert told["state"]["open"] == 0
    assert all("declaration" not in needs(event, number) for number in (1, 2, 3))
    assert log(event, "statement") == [
        ("statement", "Ann Lee", None, "under-18 yes"), ("statement", "Ann Lee", None, "crime-scene yes"),
    ]  # fmt: skip
    assert log(event, "declare") == [("declare", "Ann Lee", n, "under-18 crime-scene") for n in (1, 2, 3, 4)]
    event.run("finish", "b", "--by", "Ann Lee")
    assert {each.name for each in (event.batch / "flickr").glob("*.jpg")} == {"open-day-003.jpg"}
    (cover,) = state(event)["under-18"]["covered"]
    assert cover["words"].startswith("Declared by Ann Lee, ")
    assert cover["words"].endswith(", of photos 1–4.")


def test_a_photo_that_joins_later_needs_a_declaration_of_its_own(event: Event) -> None:
    event.person.told("/api/statements", said(under_18=True, crime_scene=True))
    taken(event.folder / "photos" / "5.jpg", landscape(7)[:500, :700], "15:00:00")
    event.run("batch", "photos", "--out", "b")
    told = state(event)["under-18"]
    assert (told["open"], told["open_words"]) == ([5], "Photo 5 has joined since, and has no declaration.")
    assert "declaration" in needs(event, 5)
    event.person.told("/api/statements", said(under_18=True, crime_scene=True))
    assert log(event, "declare")[-1] == ("declare", "Ann Lee", 5, "under-18 crime-scene")
    assert len(log(event, "declare")) == 5


def test_a_statement_that_is_not_true_holds_the_photos_and_names_them(event: Event) -> None:
    event.person.told("/api/statements", said(under_18=True, crime_scene=True))
    told = event.person.told("/api/statements", said(crime_scene=[2, 3]))
    assert told["said"].startswith("Not declared: 1 statement is not true.")
    refused = state(event)["crime-scene"]["refused"]
    assert (refused["by"], refused["photos"]) == ("Ann Lee", [2, 3])
    assert refused["words"].endswith(": photos 2–3.")
    assert state(event)["crime-scene"]["open"] == [1, 2, 3, 4]
    assert state(event)["under-18"]["open"] == []
    assert "declaration" in needs(event, 1)
    event.person.told("/api/statements", said(crime_scene=True))
    assert state(event)["crime-scene"]["refused"] is None
    assert "declaration" not in needs(event, 1)


def test_status_says_what_the_page_has_recorded(event: Event) -> None:
    event.person.told("/api/statements", said(crime_scene=[3]))
    assert "photo 3" in event.run("status", "b").out + event.run("status", "b").err


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"answers": []}, "No statement was answered."),
        ({"answers": [{"id": "under-18", "wording": "Anything goes.", "true": True}]}, "is not worded as you read it"),
        ({"answers": [{"id": "under-99", "wording": NO_SCENE, "true": True}]}, "is not worded as you read it"),
        (said(crime_scene=[77]), "There is no photo 77 in this batch."),
        ({"answers": [{"id": "under-18"}]}, "What was sent is not what this page sends."),
    ],
)
def test_what_is_not_an_answer_records_nothing(event: Event, asked: dict[str, Any], reason: str) -> None:
    answer = event.person.post("/api/statements", asked)
    assert answer.status == 422
    assert reason in answer.json()["reason"]
    assert log(event, "statement", "declare") == []


def test_a_declaration_needs_somebody_else_who_was_shown_the_same(event_for_two: Event) -> None:
    event = event_for_two
    event.person.told("/api/statements", said(under_18=True, crime_scene=True))
    assert state(event)["under-18"]["unapproved"] == [1, 2, 3, 4]
    assert "declaration" in needs(event, 3)
    assert event.person.told("/api/statements")["to_approve"] == []
    own = event.person.told("/api/statements", said(under_18=True, crime_scene=True) | {"approve": True})
    assert "Approved" not in own["said"]
    other = event.other("Bob Roe")
    assert other.told("/api/statements")["to_approve"] == ["under-18", "crime-scene"]
    half = other.post("/api/statements", said(under_18=True) | {"approve": True})
    assert half.json()["reason"] == "The statement 'crime-scene' was not answered."
    assert log(event, "approve") == []
    told = other.told("/api/statements", said(under_18=True, crime_scene=True) | {"approve": True})
    assert told["said"] == "Approved: what was declared of 4 photos."
    assert "declaration" not in needs(event, 3)
    assert state(event)["under-18"]["covered"][0]["approved_by"] == "Bob Roe"


def test_a_second_person_who_says_no_approves_nothing(event_for_two: Event) -> None:
    event = event_for_two
    event.person.told("/api/statements", said(under_18=True, crime_scene=True))
    other = event.other("Bob Roe")
    told = other.told("/api/statements", said(under_18=True, crime_scene=[2]) | {"approve": True})
    assert told["said"].startswith("Not declared: 1 statement is not true.")
    assert log(event, "approve") == []
    assert state(event)["crime-scene"]["refused"]["by"] == "Bob Roe"
    assert "declaration" in needs(event, 3)


def test_it_needs_the_token_of_the_page(event: Event) -> None:
    assert event.person.send("POST", "/api/statements", b"{}", {"X-CSRF-Token": None}).status == 403


def test_without_statements_the_page_says_so(tmp_path: Path, shared: Shared, browser: chromium.Browser) -> None:
    from review.test_server import make_small_batch

    shared.copied(make_small_batch, tmp_path)
    with event_page(tmp_path, browser) as event:
        page = event.window("/statements")
        chromium.expect(page.locator("#introduction")).to_contain_text("has no statements to declare")
        chromium.expect(page.locator("#send")).to_be_hidden()


# -- in a browser


def window(event: Event, width: int = 1280, scheme: str = "light", whose: Browser | None = None) -> chromium.Page:
    page = event.window("/statements", width, scheme, whose)
    page.wait_for_selector("#statements .statement")
    return page


def test_a_declaration_is_made_by_keyboard_alone(event: Event, browser: chromium.Browser) -> None:
    event.program = browser
    page = window(event)
    page.locator("#under-18-Yes").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    chromium.expect(page.locator("#crime-scene-Yes")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    chromium.expect(page.locator("#crime-scene-No")).to_be_checked()
    page.keyboard.press("Tab")
    chromium.expect(page.locator("#choose-crime-scene")).to_be_focused()
    chromium.expect(page.locator("#photos-words")).to_contain_text("Choose the photos")
    page.locator("#photo-2").focus()
    page.keyboard.press("Space")
    chromium.expect(page.locator("#photo-2")).to_be_focused()
    chromium.expect(page.locator("#photo-2")).to_have_attribute("aria-pressed", "true")
    page.locator("#send-button").focus()
    chromium.expect(page.locator("#send-button")).to_have_text("Record the answers")
    page.keyboard.press("Enter")
    chromium.expect(page.locator("#statements")).to_contain_text("Ann Lee answered no")
    assert state(event)["crime-scene"]["refused"]["photos"] == [2]
    assert state(event)["under-18"]["open"] == []
    page.locator("#crime-scene-Yes").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    chromium.expect(page.locator("#introduction")).to_contain_text("Every statement is declared of every photo.")
    assert page.faults == []  # type: ignore[attr-defined]


def test_a_photo_is_shown_large_and_the_focus_comes_back(event: Event, browser: chromium.Browser) -> None:
    event.program = browser
    page = window(event)
    page.locator("#photo-2").focus()
    page.keyboard.press("Enter")
    chromium.expect(page.get_by_role("dialog", name="Photo 2")).to_be_visible()
    page.keyboard.press("ArrowRight")
    chromium.expect(page.get_by_role("dialog", name="Photo 3")).to_be_visible()
    assert objections(page) == []
    page.keyboard.press("Escape")
    chromium.expect(page.locator("#photo-3")).to_be_focused()


def test_the_second_person_approves_on_the_same_page(event_for_two: Event, browser: chromium.Browser) -> None:
    event = event_for_two
    event.program = browser
    page = window(event)
    for name in WORDINGS:
        page.locator(f"#{name}-Yes").check(force=True)
    page.locator("#send-button").click()
    chromium.expect(page.locator("#introduction")).to_contain_text("a second person to approve it")
    second = window(event, whose=event.other("Bob Roe"))
    chromium.expect(second.locator("#introduction")).to_contain_text("Ann Lee has declared what follows.")
    chromium.expect(second.locator("#send-button")).to_have_text("Approve")
    assert objections(second) == []
    second.locator("#under-18-Yes").check(force=True)
    second.locator("#send-button").press("Enter")  # one is not answered yet
    chromium.expect(second.locator("#crime-scene-Yes")).to_be_focused()
    second.locator("#crime-scene-Yes").check(force=True)
    second.locator("#send-button").click()
    chromium.expect(second.locator("#introduction")).to_contain_text("Every statement is declared of every photo.")
    chromium.expect(page.locator("#statements")).to_contain_text("approved by Bob Roe", timeout=5000)


LOOKS = [(width, scheme) for width in WIDTHS for scheme in ("light", "dark")]


def test_axe_has_nothing_against_the_page_in_any_state(event: Event, browser: chromium.Browser) -> None:
    event.program = browser
    for width, scheme in LOOKS:
        page = window(event, width, scheme)
        assert_is_for_everyone(page)
        page.locator("#crime-scene-No").check(force=True)
        page.locator("#photo-2").click()
        page.locator("#under-18-Yes").check(force=True)
        assert_is_for_everyone(page)
    page.locator("#send-button").click()
    chromium.expect(page.locator("#statements")).to_contain_text("Ann Lee answered no")
    assert_is_for_everyone(page)
    event.close_windows()
    for width, scheme in LOOKS:
        assert_is_for_everyone(window(event, width, scheme))


def assert_is_for_everyone(page: chromium.Page) -> None:
    assert objections(page) == []
    assert not is_too_wide(page)
