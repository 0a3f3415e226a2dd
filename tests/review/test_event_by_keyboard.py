"""An event from the link to the files, by keyboard alone: forms, faces, words, statements, finish, download."""

import contextlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from support.commands import run_here
from support.review_page import ReviewPage
from support.review_pages import serving

PERSON, NEW_PERSON, TITLE = "Pia Keyboard", "Zed Newcomer", "The vans of the Open Day"
TOWN_HALL, UNDER_18 = 8, 9  # photos without a face, and of somebody who is under 18, as the file says

# Notes what no keyboard does; Enter and Space on a button are clicks without a pointer.
_NO_POINTER = """
for (const name of ["pointerdown", "mousedown", "touchstart", "wheel"])
  addEventListener(name, () => sessionStorage.setItem("pointers", name), true);
"""


@dataclass
class Typist:
    """Somebody without a mouse."""

    page: Page

    def press(self, *keys: str) -> None:
        """Keys one after the other; the focus must be somewhere after each."""
        for key in keys:
            self.page.keyboard.press(key)

    def until(self, condition: str, seconds: float = 15) -> Any:
        """Wait until an expression of the page is true."""
        for _ in range(int(seconds * 20)):
            with contextlib.suppress(Exception):  # the page is being left at this moment
                if found := self.page.evaluate(condition):
                    return found
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{condition} did not become true: {self.page.evaluate('document.body.innerText')[:1500]}")

    def tab_to(self, selector: str) -> None:
        """Press Tab until the focus is there."""
        for _ in range(150):
            if self.page.evaluate("(wanted) => !!document.activeElement?.matches(wanted)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not reach {selector}")

    def leave_picture(self) -> None:
        """From the picture, where Tab goes from face to face, to the other parts of the page."""
        while not self.page.evaluate("!!document.activeElement?.closest('.shell')"):
            self.press("F6")

    def go_to(self, path: str) -> None:
        """Another page, by the navigation."""
        self.tab_to(f".shell-nav a[href='{path}']")
        self.press("Enter")
        self.until(f"location.pathname === {json.dumps(path)} && document.readyState === 'complete'")

    def open_photo(self, number: int) -> None:
        """Another photo, from the one that is open."""
        at = int(self.page.evaluate("location.hash.slice(1)"))
        self.press(*["PageDown" if number > at else "PageUp"] * abs(number - at))
        self.until(f"location.hash === '#{number}'")

    def left(self) -> int:
        """How many things are still to do."""
        return int(self.page.get_attribute("#left", "data-left") or -1)

    def settles(self, *keys: str) -> None:
        """Press keys, and wait until there is less to do."""
        before = self.left()
        self.press(*keys)
        self.until(f"Number(document.getElementById('left').dataset.left) < {before}")


@pytest.fixture
def typist(chromium: Browser, event_batch: Path) -> Iterator[tuple[Typist, ReviewPage]]:
    """Somebody in front of a browser that knows nothing yet, and the server."""
    with serving(event_batch) as server, contextlib.closing(chromium.new_context(accept_downloads=True)) as context:
        page = context.new_page()
        page.add_init_script(_NO_POINTER)
        page.set_default_timeout(15_000)
        yield Typist(page), server


def answer_photos(typist: Typist) -> None:
    """Every face in turn: a form, the same again, hidden, nobody could tell, a new form, and all others hidden.

    Questions about a photo are answered with a reason and the first of what is offered.
    """
    page, number, offered = typist.page, 0, "document.querySelectorAll('#form-options [role=option]').length"
    while True:
        at = typist.until("['.face', '.question', '.stage'].find((each) => document.activeElement.matches(each))")
        if at == ".stage":
            return
        if at == ".question":
            typist.press("q")
            page.keyboard.type("Taken by us")
            typist.settles("Enter")
            continue
        if number in {0, 4}:
            typist.press("f")
            typist.until(f"{offered} > 3")
            page.keyboard.type(NEW_PERSON if number else "amina")
            typist.until(f"{offered} === {1 if number else 2}")
        if number == 4:  # nobody is called so: the one thing that is offered is a new form
            typist.press("Enter")
            typist.until("!!document.querySelector('dialog[open]')")
            typist.until("document.activeElement.matches('dialog input')")
            typist.settles("Enter")
        elif number == 3:
            typist.press("n")
            typist.until("!!document.getElementById('asker-title')")
            typist.settles("1")
        else:
            typist.settles("Enter" if number == 0 else "." if number == 1 else "h")
        number += 1


def answer_statements(typist: Typist) -> None:
    """Each one with yes; a photo to point to is asked for only where it is no."""
    typist.go_to("/statements")
    number = int(typist.until("document.querySelectorAll('.statement fieldset').length"))
    for each in range(number):
        typist.tab_to(f".statement:nth-child({each + 1}) input[type=radio]")
        typist.press("Space")
    typist.tab_to("#send-button")
    typist.press("Enter")
    typist.until("document.getElementById('left').dataset.left === '0'")


def words_in(file: Path) -> str:
    """What a published file says of itself in XMP, as text."""
    with Image.open(file) as opened:
        xmp = opened.info["xmp"]
    return " ".join(text.strip() for text in ElementTree.fromstring(xmp).itertext() if text.strip())  # noqa: S314


def work_on_photos(someone: Typist, statements: int) -> None:
    """A face is drawn and hidden, undone and hidden again; words are written; a photo is left out."""
    page = someone.page
    someone.open_photo(TOWN_HALL)
    someone.press("b", "ArrowRight", "ArrowRight", "Shift+ArrowDown", "Enter")  # somebody whom the machine missed
    someone.until("document.activeElement.id === 'face-1'")
    someone.settles("h")
    someone.press("u")
    someone.until(f"Number(document.getElementById('left').dataset.left) === {statements + 1}")
    someone.until("document.activeElement.id === 'face-1'")
    someone.settles("h")
    someone.until("document.activeElement.matches('.question')")  # a photo with a face is asked about its age, too
    someone.press("q")
    page.keyboard.type("An adult")
    someone.settles("Enter")
    someone.open_photo(TOWN_HALL)
    someone.press("c")
    someone.until("document.activeElement.matches('.words-panel textarea')")
    page.keyboard.type(TITLE)
    someone.press("Control+Enter")
    someone.until("document.getElementById('live').textContent.includes('Saved')")
    someone.press("Escape")
    someone.open_photo(UNDER_18)
    someone.press("l")
    someone.until("!!document.getElementById('asker-title')")
    page.keyboard.type("A child is in it")
    someone.press("Enter")
    someone.until(f"document.getElementById('live').textContent.includes('Left out: photo {UNDER_18}')")


@pytest.mark.slow
@pytest.mark.browser
def test_an_event_by_keyboard_alone(typist: tuple[Typist, ReviewPage], event_batch: Path) -> None:
    """From the link to the files; what comes of it is read from the folders, the log and the register."""
    someone, server = typist
    page = someone.page
    page.goto(server.link)
    someone.until("document.activeElement.id === 'name'")
    page.keyboard.type(PERSON)
    someone.until("!document.getElementById('continue').disabled")
    someone.press("Enter")
    someone.until("document.querySelectorAll('.table-view img').length > 3")

    someone.press("a")
    answer_photos(someone)
    statements = someone.left()
    work_on_photos(someone, statements)
    someone.leave_picture()
    answer_statements(someone)
    someone.go_to("/finish")
    someone.tab_to("#finish .button.primary")
    someone.press("Enter")
    someone.until("[...document.querySelectorAll('#finish a')].some((each) => each.href.endsWith('flickr.zip'))", 120)
    someone.tab_to("a[href='/download/flickr.zip']")
    with page.expect_download() as download:
        someone.press("Enter")
    download.value.save_as(event_batch / "flickr.zip")
    assert page.evaluate("sessionStorage.getItem('pointers')") is None
    assert server.end()[0] == 0

    check_what_came_of_it(event_batch)


def check_what_came_of_it(office: Path) -> None:
    """The folders, the files in them, the ZIP, the log and the register."""
    batch = office / "b"
    rows = {row["number"]: row for row in map(json.loads, run_here(("status", "b", "--json"), office).out.splitlines())}
    assert {number for number, row in rows.items() if row["verdict"] != "ready"} == {UNDER_18}
    published = sorted(path.name for path in (batch / "flickr").iterdir() if path.suffix != ".csv")
    assert len(published) == len(rows) - 1 == len(list((batch / "x").glob("open-day-*")))
    with zipfile.ZipFile(office / "flickr.zip") as packed:
        assert sorted(name.rpartition("/")[2] for name in packed.namelist() if not name.endswith(".csv")) == published
    assert run_here(("prove", *(batch / "flickr" / name for name in published)), office).code == 0
    assert TITLE in words_in(batch / "flickr" / f"open-day-{TOWN_HALL:03}.jpg")
    log = [json.loads(line) for line in run_here(("log", "b", "--json"), office).out.splitlines()]
    assert {entry["by"] for entry in log} == {PERSON}
    assert run_here(("log", "b", "--verify"), office).code == 0
    register = run_here(("release", "list", "--register", "register.db"), office).out
    assert NEW_PERSON in register
