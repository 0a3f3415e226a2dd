"""Answers that the server does not have yet: nobody leaves the page without them."""

import pytest
from playwright.sync_api import Browser, Dialog, Route

from support.review_page import ReviewPage
from support.review_pages import looking

GROUP = 4  # a photo with four faces


@pytest.mark.browser
def test_a_link_waits_until_every_answer_is_recorded(chromium: Browser, event_server: ReviewPage) -> None:
    """Three keys and the link to another page, faster than the server takes the answers."""
    with looking(chromium, event_server) as looker:
        looker.open(GROUP)
        held = list[Route]()
        looker.page.route("**/api/decide", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
        looker.keys("h", "h", "h")
        assert looker.page.get_attribute("#left", "data-waiting") == "3"
        looker.page.click(".shell-nav a[href='/log']")
        for place in range(3):
            assert not looker.page.url.endswith("/log")
            while len(held) <= place:
                looker.page.wait_for_timeout(50)
            held[place].continue_()
        looker.page.wait_for_url("**/log")
        assert [looker.face(GROUP, number)["state"] for number in (1, 2, 3, 4)] == ["answered"] * 3 + ["open"]


@pytest.mark.browser
def test_closing_the_page_asks_first(chromium: Browser, event_server: ReviewPage) -> None:
    """The browser itself asks, as long as an answer is on its way; afterwards it does not."""
    with looking(chromium, event_server) as looker:
        looker.open(GROUP)
        held = list[Route]()
        looker.page.route("**/api/decide", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
        asked = list[str]()

        def stays(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        looker.page.on("dialog", stays)
        looker.keys("h")
        looker.page.click("#stage", position={"x": 5, "y": 5})  # browsers ask nobody who has done nothing there
        looker.page.evaluate("setTimeout(() => location.reload())")  # Chromium closes a page that is slow to ask
        for _ in range(200):
            if asked:
                break
            looker.page.wait_for_timeout(50)
        assert asked == ["beforeunload"]
        held[0].continue_()
        looker.until("document.getElementById('left').dataset.waiting === '0'")
        assert looker.face(GROUP, 1)["state"] == "answered"
