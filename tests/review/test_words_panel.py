"""Title, caption, alt text and keywords on the page: shown, checked while one types, saved, and never lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import playwright.sync_api as chromium
import pytest

from imgvet.releases.release import Release
from imgvet.releases.store import open_register
from support.chromium import some_chromium
from support.review_event import EVENT, WIDTHS, Event, event_page, is_too_wide, make_event, objections
from support.review_page import Browser
from support.shared import Shared

pytestmark = pytest.mark.slow

MOUNT = """
import { mountWords } from "/static/words.js";
import { h } from "/static/dom.js";
const { photo, also } = document.body.dataset;
const place = h("div");
document.getElementById("main").replaceChildren(h("h1", { text: "Words" }), place);
const given = { also: JSON.parse(also), onSaved: (told) => { window.saved = told; } };
window.panel = await mountWords(place, { number: Number(photo) }, given);
place.after(h("button", { id: "elsewhere", class: "button", text: "Elsewhere" }));
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Browser]:
    with some_chromium() as opened:
        yield opened


@pytest.fixture
def event(tmp_path: Path, shared: Shared) -> Iterator[Event]:
    shared.copied(make_event, tmp_path)
    with event_page(tmp_path) as opened:
        yield opened


def typed(**words: str | None) -> dict[str, str | None]:
    return {
        "title": None,
        "caption": None,
        "alt_text": None,
        "keywords": None,
        "headline": None,
        "creator": None,
    } | words


def fields(event: Event, number: int = 1) -> dict[str, dict[str, Any]]:
    return {each["field"]: each for each in event.person.told(f"/api/photos/{number}/words")["fields"]}


def save(event: Event, number: int = 1, whose: Browser | None = None, **more: Any) -> Any:
    """What came of saving these words; ``seen`` is all there is, unless it is given."""
    also, seen, anyway = more.pop("also", []), more.pop("seen", None), more.pop("anyway", False)
    browser = whose or event.person
    seen = browser.told(f"/api/photos/{number}/words")["seen"] if seen is None else seen
    body = {"words": typed(**more), "fields": list(more), "seen": seen, "also": also, "anyway": anyway}
    return browser.post(f"/api/photos/{number}/words", body)


def test_a_photo_shows_the_templates_and_what_each_channel_takes(event: Event) -> None:
    told = fields(event)
    assert list(told) == ["title", "caption", "alt_text", "keywords", "headline", "creator"]
    title = told["title"]
    assert (title["said"], title["template"], title["own"], title["by"]) == (f"{EVENT} (1)", f"{EVENT} (1)", None, "")
    assert title["limits"] == [
        {"channel": "flickr", "length": 12, "most": 255, "counts": "characters"},
        {"channel": "x", "length": 12, "most": 280, "counts": "as X counts"},
    ]
    assert [(each["channel"], each["most"]) for each in told["keywords"]["limits"]] == [("flickr", 75), ("x", 3)]
    assert told["caption"]["limits"] == []


def test_what_is_saved_is_what_the_command_shows(event: Event) -> None:
    done = save(event, title="Mounted officers", keywords="horses, Moseley").json()
    assert done["said"] == "Saved: title and keywords of photo 1."
    assert (len(done["entries"]), done["changed"][0]["number"], done["changed"][0]["has_words"]) == (1, 1, True)
    (line,) = event.run("caption", "b", "1", "--json").lines
    assert (line["words"]["title"]["own"], line["words"]["title"]["by"]) == ("Mounted officers", "Ann Lee")
    assert line["words"]["keywords"]["own"] == ["horses", "Moseley"]
    told = fields(event)["title"]
    assert (told["own"], told["by"], told["template"]) == ("Mounted officers", "Ann Lee", f"{EVENT} (1)")
    assert told["when"].startswith("30 ") or "20" in told["when"]
    save(event, title=None)
    assert fields(event)["title"]["own"] is None
    assert save(event, title=None).json()["said"] == "Nothing has changed."


def test_an_undo_brings_back_the_words_of_before(event: Event) -> None:
    save(event, title="First")
    done = save(event, title="Second").json()
    event.person.told("/api/undo", {"entries": done["entries"], "seen": done["seq"]})
    assert fields(event)["title"]["own"] == "First"


@pytest.mark.parametrize(
    ("words", "kind", "text"),
    [
        ({"caption": "Seen at B1 1AA today"}, "postcode", "B1 1AA"),
        ({"alt_text": "\U0001f40e a van, BD51 SMR, parked"}, "vehicle registration", "BD51 SMR"),
        ({"keywords": "horses, 0121 496 0000"}, "telephone number", "0121 496 0000"),
        ({"title": "Zora Signed at the gate"}, "name of somebody who refused or withdrew", "Zora Signed"),
    ],
)
def test_what_may_give_somebody_away_is_marked_before_it_is_saved(
    event: Event, words: dict[str, str], kind: str, text: str
) -> None:
    with open_register(event.register) as register:
        form = Release("OD-9", "Zora Signed", event=EVENT, channels=("all",))
        register.add([form], "Jo Clerk")
        register.refuse("OD-9", register.clock.today, "Jo Clerk")
    told = event.person.told("/api/photos/1/words/check", {"words": typed(**words)})
    (place,) = told["places"]
    ((field, said),) = words.items()
    assert (place["field"], place["kind"], place["text"]) == (field, kind, text)
    units = said.encode("utf-16-le")
    assert units[2 * place["start"] : 2 * place["end"]].decode("utf-16-le") == text
    assert event.run("log", "b", "--json").out.count('"caption"') == 0


def test_lengths_are_told_as_each_channel_counts(event: Event) -> None:
    told = event.person.told("/api/photos/1/words/check", {"words": typed(title="\U0001f40e" * 200)})
    assert [(each["channel"], each["length"]) for each in told["limits"]["title"]] == [("flickr", 200), ("x", 400)]
    assert "400 characters long, as X counts; 280 is the most" in told["fault"]
    refused = save(event, title="\U0001f40e" * 200)
    assert (refused.status, fields(event)["title"]["own"]) == (422, None)
    assert "400 characters long" in refused.json()["reason"]


def test_the_same_words_for_several_photos(event: Event) -> None:
    save(event, 2, caption="Ann's words")
    done = save(event, 1, caption="Crowds at the gate", also=[2, 3, 1]).json()
    assert done["said"] == "Saved: caption of photos 1–3."
    assert [fields(event, number)["caption"]["own"] for number in (1, 2, 3)] == ["Crowds at the gate"] * 3


def test_somebody_elses_words_are_not_overwritten_unseen(event: Event) -> None:
    other = event.other("Bob Roe")
    seen = event.person.told("/api/photos/1/words")["seen"]
    save(event, 1, other, title="Bob's title")
    conflict = save(event, title="Ann's title", seen=seen)
    assert conflict.status == 409
    told = conflict.json()
    assert (told["by"], told["words"], told["target"]) == ("Bob Roe", "Bob's title", "the title of photo 1")
    assert fields(event)["title"]["own"] == "Bob's title"
    assert save(event, caption="Ann's caption", seen=seen).status == 200
    assert save(event, title="Ann's title", seen=seen, anyway=True).status == 200
    save(event, 2, other, title="Bob's other title")
    assert save(event, 3, title="For all", also=[2]).status == 409
    assert fields(event, 3)["title"]["own"] is None


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/photos/99/words", {"words": typed(), "fields": ["title"], "seen": 0}, 404),
        ("/api/photos/1/words", {"words": typed(), "fields": ["owner"], "seen": 0}, 422),
        ("/api/photos/1/words", {"words": typed(), "fields": [], "seen": 0}, 422),
        ("/api/photos/1/words", {"words": {"title": 5}, "fields": ["title"], "seen": 0}, 422),
        ("/api/photos/1/words", {"words": typed(title="a\0b"), "fields": ["title"], "seen": 0}, 422),
        ("/api/photos/1/words", {"words": typed(title="x"), "fields": ["title"], "seen": 0, "also": [77]}, 404),
        ("/api/photos/one/words/check", {"words": typed()}, 404),
    ],
)
def test_what_the_page_does_not_send_is_refused(event: Event, path: str, body: dict[str, Any], status: int) -> None:
    assert event.person.post(path, body).status == status
    assert fields(event)["title"]["own"] is None


def test_unseen_signs_are_left_out(event: Event) -> None:
    done = save(event, title="A\u202eB  C").json()
    assert next(each for each in done["words"]["fields"] if each["field"] == "title")["own"] == "AB C"


# -- in a browser


def window(
    event: Event, browser: chromium.Browser, number: int = 1, also: str = "[]", width: int = 1280, scheme: str = "light"
) -> chromium.Page:
    """A page of the server in which the panel is all there is."""
    event.program = browser
    page = event.window("/log" if event.person.get("/log").status == 200 else "/statements", width, scheme)
    mount(page, number, also)
    return page


def mount(page: chromium.Page, number: int = 1, also: str = "[]") -> None:
    page.evaluate("given => Object.assign(document.body.dataset, given)", {"photo": str(number), "also": also})
    page.route("**/static/mount.js", lambda route: route.fulfill(body=MOUNT, content_type="text/javascript"))
    page.add_script_tag(url="/static/mount.js", type="module")
    page.wait_for_selector("#elsewhere")


def test_words_are_typed_checked_and_saved_by_keyboard(event: Event, browser: chromium.Browser) -> None:
    page = window(event, browser)
    title = page.get_by_label("Title", exact=True)
    assert title.get_attribute("placeholder") == f"{EVENT} (1)"
    assert (title.get_attribute("spellcheck"), title.get_attribute("lang")) == ("true", "en-GB")
    title.focus()
    text = "Mounted officers at B1 1AA, with their horses and dogs"
    page.keyboard.type(text, delay=5)
    chromium.expect(page.locator(".words-marks mark").first).to_have_text("B1 1AA")
    chromium.expect(page.locator(".words-field").first).to_contain_text("May give away too much: “B1 1AA” (postcode).")
    assert title.input_value() == text  # no key was lost while it was checked
    chromium.expect(page.locator(".words-field").first).to_contain_text(f"flickr: {len(text)} of 255")
    assert fields(event)["title"]["own"] is None
    assert objections(page) == []
    page.keyboard.press("Control+Enter")
    chromium.expect(page.locator(".words-status")).to_have_text("Saved: title of photo 1.")
    assert fields(event)["title"]["own"] == text
    assert page.evaluate("window.saved.changed[0].number") == 1
    chromium.expect(page.locator(".words-field").first).to_contain_text("By Ann Lee")
    chromium.expect(title).to_be_focused()
    page.get_by_role("button", name="Back to the template: Title").click()
    page.keyboard.press("Control+Enter")
    chromium.expect(page.locator(".words-field").first).to_contain_text("From the template.")
    assert fields(event)["title"]["own"] is None
    assert page.faults == []  # type: ignore[attr-defined]


def test_moving_on_saves(event: Event, browser: chromium.Browser) -> None:
    page = window(event, browser)
    page.get_by_label("Caption", exact=True).fill("Crowds at the gate\nand more")
    page.locator("#elsewhere").focus()
    chromium.expect(page.locator(".words-status")).to_have_text("Saved: caption of photo 1.")
    assert fields(event)["caption"]["own"] == "Crowds at the gate\nand more"
    page.get_by_label("Alt text", exact=True).fill("Two horses")
    page.evaluate("panel.close()")
    page.wait_for_function("window.saved.said.includes('alt text')")
    assert fields(event)["alt_text"]["own"] == "Two horses"


def test_what_was_not_saved_is_offered_again(event: Event, browser: chromium.Browser) -> None:
    page = window(event, browser)
    page.get_by_label("Title", exact=True).fill("Half a tho")
    page.reload()
    mount(page)
    chromium.expect(page.locator(".words .notice")).to_contain_text(
        "You typed words for this photo that were not saved."
    )
    assert objections(page) == []
    page.get_by_role("button", name="Put them back").click()
    chromium.expect(page.get_by_label("Title", exact=True)).to_have_value("Half a tho")
    page.keyboard.type("ught")
    page.keyboard.press("Control+Enter")
    chromium.expect(page.locator(".words-status")).to_contain_text("Saved")
    page.reload()
    mount(page)
    chromium.expect(page.locator(".words .notice")).to_be_hidden()


def test_what_is_refused_stays_typed(event: Event, browser: chromium.Browser) -> None:
    page = window(event, browser)
    page.get_by_label("Title", exact=True).fill("x" * 300)
    chromium.expect(page.locator(".words-field .counter").first).to_have_class("counter over")
    page.keyboard.press("Control+Enter")
    chromium.expect(page.locator(".words [role=alert]")).to_contain_text("300 characters long")
    assert page.get_by_label("Title", exact=True).input_value() == "x" * 300
    assert objections(page) == []


def test_two_people_on_one_title_are_told(event: Event, browser: chromium.Browser) -> None:
    page = window(event, browser)
    save(event, 1, event.other("Bob Roe"), title="Bob's title")
    page.get_by_label("Title", exact=True).fill("Ann's title")
    page.keyboard.press("Control+Enter")
    chromium.expect(page.locator(".words .notice")).to_contain_text(
        "Bob Roe has written the title of photo 1 meanwhile: Bob's title"
    )
    chromium.expect(page.get_by_role("button", name="Save mine")).to_be_focused()
    assert objections(page) == []
    page.get_by_role("button", name="Keep theirs").click()
    chromium.expect(page.get_by_label("Title", exact=True)).to_have_value("Bob's title")
    page.get_by_label("Title", exact=True).fill("Ann's title")
    page.keyboard.press("Control+Enter")
    chromium.expect(page.locator(".words-status")).to_contain_text("Saved")
    assert fields(event)["title"]["own"] == "Ann's title"


def test_several_photos_get_what_is_changed(event: Event, browser: chromium.Browser) -> None:
    page = window(event, browser, 1, "[3]")
    chromium.expect(page.locator(".words .notice").first).to_contain_text("saved for 2 photos: 1, 3")
    page.get_by_label("Keywords", exact=True).fill("horses, crowd")
    page.keyboard.press("Control+Enter")
    chromium.expect(page.locator(".words-status")).to_have_text("Saved: keywords of photos 1 and 3.")


def test_axe_has_nothing_against_the_panel(event: Event, browser: chromium.Browser) -> None:
    save(event, title="Mounted officers", caption="Crowds")
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            page = window(event, browser, 1, "[]", width, scheme)
            assert objections(page) == []
            assert not is_too_wide(page)
