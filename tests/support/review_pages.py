"""Review pages in a real Chromium, over a real server process and a real batch.

Fixtures are in ``tests/review/conftest.py``:

``event_batch``
    A folder of the test's own with ``b``, a batch of some sample images (vetted once a run, then copied) and its
    register with three forms. Write to it as you like.
``event_server``
    A server on ``event_batch``; ends with the test.
``open_day``
    A server that the whole module shares: only read from it.
``chromium``
    The browser, once a module; a test that uses it is marked ``browser``.

``looking(chromium, server)`` gives a page on which somebody is signed in. It must end without a message of the console,
without a request to another host, and without anything against its Content-Security-Policy.
"""

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page

from support.chromium import axe_findings
from support.commands import run_here
from support.review_page import Browser, ReviewPage, review_page

SAMPLES = Path(__file__).parents[2] / "sample_images"
CHOSEN = (
    "phone-portrait.jpg", "group.jpg", "park.jpg", "town-hall.jpg", "crowd.jpg", "visitors.jpg",
    "fire-engine-cmyk.jpg", "poster.png", "balloons-16-bit.png",
)  # fmt: skip
FORMS = (("WMP-2026-001", "Amina Shah"), ("WMP-2026-002", "Ben O'Connor"), ("WMP-2026-003", "Chloë Martin"))


def make_event(folder: Path) -> None:
    """A batch ``b`` of sample images under the rules of a police force, and its register with three forms."""
    photos = folder / "photos"
    photos.mkdir()
    for name in CHOSEN:
        shutil.copy(SAMPLES / name, photos / name)
    with patch.dict(os.environ, own_files(folder)):
        for reference, person in FORMS:
            words: tuple[object, ...] = ("release", "add", reference, "--person", person, "--signed-on", "14/06/2026")
            added = run_here((*words, "--event", "Open Day", "--channels", "all", "--adult", "--by", "Ann Lee"), folder)
            assert added.code == 0, added.err
        words = ("batch", photos, "--out", "b", "--event", "Open Day", "--date", "14/06/2026", "--channel", "flickr,x")
        done = run_here((*words, "--link", "https://example.org/open-day", "--profile", "west-midlands-police"), folder)
        assert done.code in {0, 1, 3, 4}, done.err
    with contextlib.closing(sqlite3.connect(folder / "register.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def own_files(folder: Path) -> dict[str, str]:
    """The register and the name that belong to such a folder, as the environment names them."""
    return {"IMGVET_REGISTER": str(folder / "register.db"), "IMGVET_NAME_FILE": str(folder / "name.txt")}


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[ReviewPage]:
    """A server on the batch of such a folder, with the folder's register."""
    own = ("--register", folder / "register.db")  # the batch was copied, and knows the one beside the first
    with review_page(folder / "b", *own, environment=own_files(folder)) as page:
        yield page


@dataclass
class Looking:
    """Somebody who looks at the page."""

    page: Page
    person: Browser  # the same session, for what is asked without the page
    problems: list[str] = field(default_factory=list)

    def keys(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def open(self, number: int) -> None:
        """A photo, large."""
        self.page.goto(f"http://127.0.0.1:{self.person.port}/photo/{number}")
        self.page.wait_for_selector("#photo:not([hidden]) .photo-title")

    def said(self, words: str) -> None:
        """Wait until the live region says that."""
        self.until(f"document.getElementById('live').textContent.includes({json.dumps(words)})")

    def until(self, condition: str) -> None:
        """Wait until an expression of the page is true. Playwright's own way needs what our policy forbids."""
        for _ in range(200):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(50)
        said = self.page.evaluate("document.getElementById('live').textContent")
        raise AssertionError(f"{condition} did not become true; the live region says {said!r}")

    def face(self, photo: int, number: int) -> dict[str, Any]:
        """A face, as the server knows it."""
        found: dict[str, Any] = next(each for each in self.person.photo(photo)["faces"] if each["number"] == number)
        return found

    def focused(self) -> str:
        """The id of what has the focus, or its words."""
        return str(self.page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))

    def axe(self, leave_out: Sequence[str] = ()) -> list[tuple[str, str]]:
        """What axe-core has against the page as it is now."""
        found = axe_findings(self.page, leave_out, resultTypes=["violations"])
        return [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]]


def signed_in(server: ReviewPage, name: str = "Ann Lee") -> Browser:
    """The session of whoever started the server, made once; for another name, that of somebody else."""
    first: Browser | None = getattr(server, "first_browser", None)
    if first is None:
        first = server.browser("Ann Lee")
        server.first_browser = first  # type: ignore[attr-defined] # a server has one link
    return first if name == "Ann Lee" else server.second_browser(first, name)


@contextlib.contextmanager
def looking(
    chromium: Chromium, server: ReviewPage, path: str = "/", name: str = "Ann Lee", **context: Any
) -> Iterator[Looking]:
    """A page with somebody signed in.

    ``context`` is what Playwright's ``new_context`` takes, e.g. ``viewport`` or ``color_scheme``.
    """
    person = signed_in(server, name)
    given: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "bypass_csp": False} | context
    opened = chromium.new_context(**given)
    with contextlib.closing(opened):
        cookie, _, value = person.cookie.partition("=")
        opened.add_cookies([{"name": cookie, "value": value, "url": f"http://127.0.0.1:{server.port}"}])
        looker = Looking(opened.new_page(), person)
        _watch(opened, looker, server.port)
        looker.page.goto(f"http://127.0.0.1:{server.port}{path}")
        looker.page.wait_for_selector("#loading", state="hidden")
        yield looker
        assert looker.problems == [], looker.problems


def _watch(context: BrowserContext, looker: Looking, port: int) -> None:
    """Note what must not happen on any page."""
    home = (f"http://127.0.0.1:{port}/", f"blob:http://127.0.0.1:{port}/")

    def requested(request: Any) -> None:
        if not request.url.startswith(home):
            looker.problems.append(f"asked for {request.url}")

    def told(message: Any) -> None:
        if message.type in {"error", "warning"} and "willReadFrequently" not in message.text:  # tests read the canvas
            looker.problems.append(f"console: {message.text}")

    context.on("request", requested)
    context.on("console", told)
    context.on("weberror", lambda error: looker.problems.append(f"error: {error.error}"))
