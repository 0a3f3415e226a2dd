"""The light table in Chromium, over a real server: filters, order, selection, several at once, and for everybody."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from support.commands import run_here
from support.review_page import ReviewPage
from support.review_pages import Looking, looking

PHOTOS = 9


def shown(page: Page) -> list[int]:
    """The numbers of the cells, in their order."""
    numbers: list[int] = page.evaluate(
        "[...document.querySelectorAll('.tile')].map(each => Number(each.dataset.photo))"
    )
    return numbers


def choose(looker: Looking, state: str) -> None:
    looker.page.check(f'[name="state"][value="{state}"]', force=True)


SELECTED = "[...document.querySelectorAll('.tile[aria-selected=true]')].map(each => each.dataset.photo).join()"


def test_each_photo_says_its_verdict_by_word_shape_and_colour(chromium: Browser, open_day: ReviewPage) -> None:
    with looking(chromium, open_day) as looker:
        rows = {row["number"]: row for row in looker.person.told("/api/photos")["photos"]}
        assert shown(looker.page) == sorted(rows)
        shapes, colours = {}, {}
        for number, row in rows.items():
            cell = looker.page.locator(f"#tile-{number}")
            assert row["word"] in cell.inner_text()
            assert cell.locator("img").get_attribute("alt") == row["alt"]
            assert str(cell.get_attribute("aria-label")).startswith(row["alt"])
            shapes[row["verdict"]] = cell.locator(".verdict use").get_attribute("href")
            colours[row["verdict"]] = cell.locator(".verdict").evaluate("each => getComputedStyle(each).color")
        assert len(set(shapes.values())) == len(set(colours.values())) == len(shapes) > 2
        cells = looker.page.locator(".tile img")
        assert cells.first.evaluate("each => each.decode().then(() => each.naturalWidth)") > 100


def test_filters_show_what_they_say_and_count_it(chromium: Browser, open_day: ReviewPage) -> None:
    with looking(chromium, open_day) as looker:
        rows = looker.person.told("/api/photos")["photos"]
        open_faces = [row["number"] for row in rows if any(face["state"] == "open" for face in row["faces"])]
        assert looker.page.locator("[data-count=all]").inner_text() == str(PHOTOS)
        choose(looker, "needs")
        looker.until("document.querySelectorAll('.tile').length > 0")
        assert shown(looker.page) == [row["number"] for row in rows if row["verdict"] != "ready"]
        choose(looker, "all")
        looker.page.select_option("[aria-label='Narrow down']", "rule:others-copyright")
        looker.until("document.querySelectorAll('.tile').length < 9")
        wanted = [row["number"] for row in rows if any(need["rule"] == "others-copyright" for need in row["needs"])]
        assert shown(looker.page) == wanted
        names = looker.page.locator("[aria-label='Narrow down'] option").all_inner_texts()
        assert any(f"({len(open_faces)})" in name and "need a form" in name for name in names)


def test_an_empty_filter_says_what_to_do_next(chromium: Browser, open_day: ReviewPage) -> None:
    with looking(chromium, open_day) as looker:
        choose(looker, "excluded")
        looker.page.get_by_text("No photo is left out").wait_for()
        assert looker.axe() == []
        looker.page.get_by_role("button", name="Show all photos").click()
        looker.page.wait_for_selector(".tile")
        assert len(shown(looker.page)) == PHOTOS
        assert looker.focused().startswith("tile-")


def test_search_finds_number_name_and_need(chromium: Browser, open_day: ReviewPage) -> None:
    with looking(chromium, open_day) as looker:
        looker.keys("/")
        assert looker.focused() == "table-text"
        looker.page.keyboard.type("crowd")
        looker.until("document.querySelectorAll('.tile').length === 1")
        assert shown(looker.page) == [3]
        looker.keys("Escape")
        looker.until("document.querySelectorAll('.tile').length === 9")
        looker.page.keyboard.type("4")
        looker.until("document.querySelector('.tile').dataset.photo === '4'")
        looker.keys("Enter")
        assert looker.focused() == "tile-4"


def test_what_needs_most_comes_first_where_that_is_asked(chromium: Browser, open_day: ReviewPage) -> None:
    with looking(chromium, open_day) as looker:
        rows = looker.person.told("/api/photos")["photos"]
        looker.page.select_option("[aria-label='Sort by']", "left")
        most = max(rows, key=lambda row: row["left"])["number"]
        looker.until(f"Number(document.querySelector('.tile').dataset.photo) === {most}")
        left = {row["number"]: row["left"] for row in rows}
        order = [left[number] for number in shown(looker.page)]
        assert order == sorted(order, reverse=True)


def test_several_are_selected_by_pointer_and_by_keyboard(chromium: Browser, open_day: ReviewPage) -> None:
    with looking(chromium, open_day) as looker:
        cell = looker.page.locator
        cell("#tile-2").click(modifiers=["Control"])
        cell("#tile-4").click(modifiers=["Shift"])
        looker.said("3 photos selected")
        looker.until(f"{SELECTED} === '2,3,4'")
        cell("#tile-3").click()  # while some are selected, a click selects
        looker.until(f"{SELECTED} === '2,4'")
        assert looker.axe() == []
        looker.keys("Escape")
        looker.said("Nothing is selected")
        cell("#tile-1").focus()
        looker.keys("Space", "Shift+ArrowRight", "Shift+ArrowRight")
        looker.said("3 photos selected")
        looker.until(f"{SELECTED} === '1,2,3'")
        looker.keys("Control+a")
        looker.said("9 photos selected")
        looker.keys("Escape")
        cell("#tile-1 .pick").click(force=True)
        looker.until(f"{SELECTED} === '1'")


def test_a_click_opens_and_the_place_is_kept(chromium: Browser, open_day: ReviewPage) -> None:
    with looking(chromium, open_day, viewport={"width": 700, "height": 700}) as looker:
        looker.page.select_option("[aria-label='Sort by']", "left")
        looker.page.fill("#table-text", "open")
        looker.page.fill("#table-text", "")
        looker.until("document.querySelectorAll('.tile').length > 3")
        looker.page.mouse.wheel(0, 300)
        looker.until("scrollY > 200")
        number = looker.page.evaluate(
            """Number([...document.querySelectorAll('.tile')].find(each => each.getBoundingClientRect().top > 140
            && each.getBoundingClientRect().bottom < innerHeight - 10).dataset.photo)"""
        )
        before = looker.page.evaluate("scrollY")
        looker.page.locator(f"#tile-{number}").click()
        looker.page.wait_for_selector("#photo:not([hidden])")
        looker.page.go_back()
        looker.page.wait_for_selector("#light-table:not([hidden])")
        assert looker.focused() == f"tile-{number}"
        assert abs(looker.page.evaluate("scrollY") - before) < 60
        looker.page.reload()
        looker.page.wait_for_selector(".tile")
        assert looker.page.locator("[aria-label='Sort by']").input_value() == "left"


def test_the_slider_changes_the_size_and_is_remembered(chromium: Browser, open_day: ReviewPage) -> None:
    with looking(chromium, open_day) as looker:
        width = "document.querySelector('.tile').getBoundingClientRect().width"
        before = looker.page.evaluate(width)
        looker.page.locator("#tile-1").focus()
        looker.keys("+", "+", "+")
        looker.until(f"{width} > {before} + 60")
        looker.page.reload()
        looker.page.wait_for_selector(".tile")
        assert looker.page.evaluate(width) > before + 60


def test_two_thousand_photos_are_never_all_in_the_page(chromium: Browser, open_day: ReviewPage) -> None:
    """The cells on the screen and round it, wherever one is; the last one can be reached, and keeps its place."""
    with looking(chromium, open_day) as looker:
        rows = looker.person.told("/api/photos")
        many = [{**rows["photos"][at % PHOTOS], "number": at + 1} for at in range(2000)]

        def answer(route: Any) -> None:
            route.fulfill(json={"seq": rows["seq"], "photos": many})

        def picture(route: Any) -> None:
            number = int(route.request.url.split("/thumb/")[1].split("?")[0])
            route.continue_(url=f"http://127.0.0.1:{open_day.port}/pictures/thumb/{(number - 1) % PHOTOS + 1}")

        looker.page.route("**/api/photos", answer)
        looker.page.route("**/pictures/thumb/*", picture)
        looker.page.reload()
        looker.page.wait_for_selector(".tile")
        most = looker.page.evaluate("document.querySelectorAll('.tile').length")
        assert 10 < most < 120
        looker.page.locator("#tile-1").focus()
        looker.keys("End")
        assert looker.focused() == "tile-2000"
        assert looker.page.locator("#tile-2000").get_attribute("aria-setsize") == "2000"
        assert looker.page.evaluate("document.querySelectorAll('.tile').length") < 120
        looker.keys("PageUp")
        assert looker.focused() != "tile-2000"
        assert looker.axe() == []


def test_open_faces_of_several_are_hidden_at_once(chromium: Browser, event_server: ReviewPage) -> None:
    with looking(chromium, event_server) as looker:
        before = int(looker.page.locator("#left strong").inner_text())
        for number in (4, 5):
            looker.page.locator(f"#tile-{number}").click(modifiers=["Control"])
        looker.page.get_by_role("button", name="Hide 5 open faces").click()
        looker.page.get_by_role("button", name="Hide them").click()
        looker.said("Hidden")
        assert {face["answer"]["kind"] for number in (4, 5) for face in looker.person.photo(number)["faces"]} == {
            "redact"
        }
        assert int(looker.page.locator("#left strong").inner_text()) == before - 5
        looker.keys("Escape", "u")
        looker.said("Undone")
        assert all(face["state"] == "open" for number in (4, 5) for face in looker.person.photo(number)["faces"])


def test_several_are_left_out_with_one_reason(chromium: Browser, event_server: ReviewPage) -> None:
    with looking(chromium, event_server) as looker:
        for number in (1, 2):
            looker.page.locator(f"#tile-{number}").click(modifiers=["Control"])
        looker.page.get_by_role("button", name="Leave out …").click()
        assert looker.axe() == []
        assert looker.focused() == "several-reason"
        looker.page.keyboard.type("Not ours")
        looker.keys("Enter")
        looker.said("Left out")
        assert [looker.person.photo(number)["excluded"] for number in (1, 2, 3)] == [True, True, False]
        looker.until("document.querySelector('[data-count=excluded]').textContent === '2'")


def test_one_question_is_answered_for_several(chromium: Browser, event_server: ReviewPage) -> None:
    with looking(chromium, event_server) as looker:
        for number in (1, 2):
            looker.page.locator(f"#tile-{number}").click(modifiers=["Control"])
        looker.page.get_by_role("button", name="Answer a question …").click()
        first = looker.page.locator("dialog [type=radio]").first
        first.check()
        looker.page.fill("dialog #several-reason", "Made by our own press office")
        looker.keys("Enter")
        looker.said("left")
        changed = [
            row
            for row in map(looker.person.photo, (1, 2))
            if all(need["rule"] != "others-copyright" for need in row["needs"])
        ]
        assert changed


def test_one_form_is_given_for_the_faces_of_several(chromium: Browser, event_server: ReviewPage) -> None:
    with looking(chromium, event_server) as looker:
        looker.page.locator("#tile-5").click(modifiers=["Control"])
        looker.page.get_by_role("button", name="One form for all open faces …").click()
        looker.page.wait_for_selector("dialog .picker-option >> nth=1")
        looker.page.keyboard.type("amina")
        looker.keys("Enter")
        looker.said("Form WMP-2026-001")
        assert looker.face(5, 1)["answer"]["value"] == "WMP-2026-001"


def test_what_the_command_line_answers_shows_by_itself(
    chromium: Browser, event_batch: Any, event_server: ReviewPage
) -> None:
    """Within two seconds, with a quiet note, and the number that is left goes down."""
    with looking(chromium, event_server) as looker:
        before = int(looker.page.locator("#left strong").inner_text())
        looker.page.wait_for_timeout(300)
        assert run_here(("decide", "b", "5:1", "redact", "--by", "Bob Ray"), event_batch).code == 0
        looker.page.get_by_text("Bob Ray answered face 1 of photo 5").first.wait_for(timeout=10_000)
        assert int(looker.page.locator("#left strong").inner_text()) == before - 1
        alt = str(looker.page.locator("#tile-5 img").get_attribute("alt"))
        assert alt == looker.person.photo(5)["alt"]
        assert "needs an answer" not in alt


def test_a_server_that_is_gone_is_said_and_one_that_is_back_too(chromium: Browser, event_server: ReviewPage) -> None:
    with looking(chromium, event_server) as looker:
        looker.page.wait_for_timeout(500)
        event_server.process.kill()
        notice = looker.page.locator("#gone")
        notice.wait_for(timeout=15_000)
        assert "imgvet has stopped. What you answered is kept. Start it again: imgvet review" in notice.inner_text()
        looker.problems.clear()  # the browser says that nobody answers


SIZES = [(360, 740, "light"), (1280, 800, "light"), (1280, 800, "dark"), (2560, 1440, "dark")]


@pytest.mark.parametrize(("width", "height", "colours"), SIZES)
def test_axe_finds_nothing_at_any_size(
    chromium: Browser, open_day: ReviewPage, width: int, height: int, colours: str
) -> None:
    with looking(chromium, open_day, viewport={"width": width, "height": height}, color_scheme=colours) as looker:
        assert looker.page.evaluate("document.documentElement.dataset.theme") == colours
        assert looker.axe() == []
        assert looker.page.evaluate("document.documentElement.scrollWidth") <= width
        looker.page.locator("#menu summary").click()
        assert looker.axe() == []
        looker.keys("Escape")
        assert looker.focused() != "BODY"
        looker.keys("?")
        looker.page.wait_for_selector("dialog[open]")
        assert looker.axe() == []


def test_the_chosen_appearance_is_kept(chromium: Browser, open_day: ReviewPage) -> None:
    with looking(chromium, open_day, color_scheme="light") as looker:
        looker.page.locator("#menu summary").click()
        looker.page.get_by_text("Dark", exact=True).click()
        assert looker.page.evaluate("document.documentElement.dataset.theme") == "dark"
        looker.page.reload()
        assert looker.page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_reduced_motion_and_forced_colours_are_heeded(chromium: Browser, open_day: ReviewPage) -> None:
    with looking(chromium, open_day, reduced_motion="reduce", forced_colors="active") as looker:
        moving = looker.page.evaluate(
            """[...document.querySelectorAll('*')]
            .filter(each => parseFloat(getComputedStyle(each).transitionDuration) > 0).length"""
        )
        assert moving == 0
        looker.page.locator("#tile-1").click(modifiers=["Control"])
        border = looker.page.locator("#tile-1").evaluate("each => getComputedStyle(each).borderTopWidth")
        other = looker.page.locator("#tile-2").evaluate("each => getComputedStyle(each).borderTopWidth")
        assert border != other


def test_single_keys_can_be_switched_off(chromium: Browser, open_day: ReviewPage) -> None:
    with looking(chromium, open_day) as looker:
        looker.page.locator("#tile-1").focus()
        looker.keys("?")
        looker.page.uncheck("#single-keys")
        looker.keys("Escape", "a", "?")
        assert looker.page.locator("dialog[open]").count() == 0
        assert looker.page.locator("#photo").is_hidden()
        looker.page.reload()
        looker.page.wait_for_selector(".tile")
        looker.keys("?")
        assert looker.page.locator("dialog[open]").count() == 0
        looker.page.locator("#menu summary").click()
        looker.page.locator("#show-keys").click()
        looker.page.check("#single-keys")
        looker.keys("Escape", "Escape", "?")
        looker.page.wait_for_selector("dialog[open]")


def test_targets_are_large_enough(chromium: Browser, open_day: ReviewPage) -> None:
    """WCAG 2.5.8: 24 by 24 at least, of everything that can be clicked."""
    with looking(chromium, open_day, viewport={"width": 360, "height": 740}) as looker:
        small = looker.page.evaluate(
            """[...document.querySelectorAll('button, a:not(.skip), input:not([type=radio]), select, summary, label')]
            .filter(each => each.offsetParent && getComputedStyle(each).display !== 'inline')
            .map(each => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
        )
        assert small == []
