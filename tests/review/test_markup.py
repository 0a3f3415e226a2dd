"""What people write is text in a real browser, and what the page loads is its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.commands import run_here
from support.pictures import portrait, save_photo
from support.review_page import ReviewPage, review_page
from support.shared import Shared

pytestmark = [pytest.mark.slow, pytest.mark.browser]

XSS = "<img src=x onerror=\"window.planted='{}'\"><script>window.planted='{}'</script>"


def make_hostile_batch(folder: Path) -> None:
    """Markup in every text that the page shows and that somebody else may have written."""
    name = '<img src=x onerror="window.planted=1">.jpg'
    save_photo(folder / "photos" / name, portrait())
    commands: list[tuple[object, ...]] = [
        ("batch", "photos", "--out", "b", "--event", f"Fair {XSS.format('event', 'event')}"),
        ("decide", "b", "1:1", "not-identifiable", "--note", XSS.format("note", "note"), "--by", "Ann <b>Lee</b>"),
        ("caption", "b", "1", "--title", XSS.format("t", "t"), "--alt", XSS.format("a", "a"), "--by", "Ann <b>Lee</b>"),
    ]  # fmt: skip
    for words in commands:
        assert run_here(words, folder).code in (0, 1), words


@pytest.fixture
def page(tmp_path: Path, shared: Shared) -> Iterator[ReviewPage]:
    shared.copied(make_hostile_batch, tmp_path)
    with review_page(tmp_path / "b") as started:
        yield started


PAGES = ("/", "/photo/1", "/name", "/statements", "/forms", "/finish", "/log")


def test_nothing_that_people_write_runs(page: ReviewPage, chromium: Any) -> None:
    """A link opens the page in Chromium, markup stays text on every page, and nothing else is asked for anywhere."""
    context = chromium.new_context()
    tab = context.new_page()
    asked, complaints = list[str](), list[str]()
    tab.on("request", lambda each: asked.append(each.url))
    tab.on("console", lambda each: complaints.append(each.text) if each.type == "error" else None)
    tab.goto(page.link)
    tab.wait_for_url("**/name")
    assert "#" not in tab.url
    tab.fill("#name", 'Bob <i id="planted">Roe</i>')
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"http://127.0.0.1:{page.port}/")
    for path in PAGES:
        tab.goto(f"http://127.0.0.1:{page.port}{path}")
        tab.wait_for_timeout(600)
        assert tab.evaluate("window.planted") is None, path
        assert tab.locator("#planted, main b, header b").filter(has_text="Lee").count() == 0, path
        assert tab.locator("img[src='x']").count() == 0, path
    assert not [text for text in complaints if "Content Security Policy" in text], complaints
    own = f"http://127.0.0.1:{page.port}/"
    assert {url for url in asked if not url.startswith((own, f"blob:{own[:-1]}"))} == set()
    assert all(page.token not in url for url in asked), "the link's token is in no request's address"
    assert not [each for each in context.cookies() if not each["httpOnly"] or each["sameSite"] != "Strict"]
    other = context.new_page()
    other.goto(page.link)
    other.get_by_text("This link was used already").wait_for()
    context.close()


def test_another_site_gets_nothing(page: ReviewPage, chromium: Any) -> None:
    """A page under another origin tries frames, pictures, scripts, forms and fetches, with the person's own cookies."""
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(page.link)
    tab.wait_for_url("**/name")
    tab.fill("#name", "Ann Lee")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"http://127.0.0.1:{page.port}/")
    own = f"http://127.0.0.1:{page.port}"
    evil = context.new_page()
    evil.route("http://evil.example/**", lambda route: route.fulfill(content_type="text/html", body="<p>evil</p>"))
    evil.goto("http://evil.example/")
    found = evil.evaluate(
        """async (own) => {
            const tried = {};
            const load = (tag, path) => new Promise((done) => {
                const each = document.createElement(tag);
                each.onload = () => done("loaded"); each.onerror = () => done("refused");
                each.src = own + path; document.body.append(each); setTimeout(() => done("nothing"), 3000);
            });
            tried.picture = await load("img", "/pictures/thumb/1");
            tried.script = await load("script", "/static/api.js");
            for (const mode of ["cors", "no-cors"]) {
                try {
                    const got = await fetch(own + "/api/photos", { credentials: "include", mode });
                    tried[mode] = got.type === "opaque" ? "opaque" : await got.text();
                } catch { tried[mode] = "refused"; }
            }
            try {
                await fetch(own + "/api/stop", { method: "POST", mode: "no-cors", credentials: "include", body: "{}" });
            } catch { /* refused */ }
            const frame = document.createElement("iframe");
            frame.src = own + "/"; document.body.append(frame);
            await new Promise((done) => setTimeout(done, 1000));
            tried.frame = frame.contentDocument === null ? "nothing to read" : frame.contentDocument.body.innerText;
            return tried;
        }""",
        own,
    )
    assert found["picture"] != "loaded"
    assert found["script"] != "loaded"
    assert found["cors"] == "refused"
    assert found["no-cors"] in ("refused", "opaque")
    assert found["frame"] in ("nothing to read", "")
    assert page.process.poll() is None
    tab.reload()
    assert tab.url == f"{own}/"
    context.close()
