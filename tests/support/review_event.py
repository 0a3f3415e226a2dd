"""An event on the review page: a small batch under a profile with statements, its server, and windows of Chromium."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import playwright.sync_api as chromium

from support.chromium import axe_findings
from support.commands import Ran, run_here
from support.event_photos import form_photo, taken
from support.pictures import landscape, mirrored, portrait
from support.review_page import Browser, ReviewPage, review_page

EVENT = "Open Day"
NOBODY_YOUNG = "No photo shows a person under 18."
NO_SCENE = "No photo shows the scene of a crime."
HOUSE = f"""
name = "house"
extends = "general"
[organisation]
name = "Office of Examples"
website = "www.example.org"
press_office = "press@example.org"
[metadata]
captions = "keep"
title = "{{event}} ({{n}})"
[releases]
prefix = "OD"
valid_years = 2
[decisions]
second_person = [SECOND]
[[questions]]
id = "under-18"
text = "{NOBODY_YOUNG}"
source = "Guidance, 2"
[[questions]]
id = "crime-scene"
text = "{NO_SCENE}"
source = "Guidance, 6"
"""
WIDTHS = (360, 1280, 2560)


def make_event(folder: Path) -> None:
    """Three photos of an event, two with a face; photo 4 shows form OD-2026-004."""
    _made(folder, "")


def make_event_for_two(folder: Path) -> None:
    """The same where a second person must approve declarations."""
    _made(folder, '"declare"')


def _made(folder: Path, second: str) -> None:
    (folder / "house.toml").write_text(HOUSE.replace("SECOND", second), encoding="utf-8")
    for number, pixels in enumerate((portrait(), mirrored(), landscape()[:600, :800]), 1):
        taken(folder / "photos" / f"{number}.jpg", pixels, f"14:0{number}:00")
    taken(folder / "photos" / "4.jpg", form_photo("OD-2026-004"), "14:20:00")
    words = ("batch", "photos", "--out", "b", "--event", EVENT, "--date", "14/06/2026", "--profile", "house.toml")
    run_in(folder, *words, "--channel", "flickr", "--channel", "x")


def run_in(folder: Path, *words: object) -> Ran:
    """Run a command in the folder of an event, with the register there; it must not fail."""
    with patch.dict(os.environ, {"IMGVET_REGISTER": str(folder / "register.db")}):
        ran = run_here(words, folder)
    assert ran.code in (0, 1, 3), ran.err
    return ran


@dataclass
class Event:
    """A batch, its server, and the windows that look at it."""

    folder: Path
    server: ReviewPage
    program: chromium.Browser | None = None
    _person: Browser | None = None
    _open: list[chromium.BrowserContext] = field(default_factory=list)

    @property
    def batch(self) -> Path:
        """The batch's folder."""
        return self.folder / "b"

    @property
    def register(self) -> Path:
        """The register's file."""
        return self.folder / "register.db"

    @property
    def person(self) -> Browser:
        """Whoever has started the server: Ann Lee."""
        if self._person is None:
            self._person = self.server.browser("Ann Lee")
        return self._person

    def run(self, *words: object) -> Ran:
        """Run a command, as somebody does beside the page; ``b`` is the batch."""
        return run_in(self.folder, *words)

    def other(self, name: str) -> Browser:
        """Somebody else."""
        return self.server.second_browser(self.person, name)

    def window(
        self, path: str, width: int = 1280, scheme: Any = "light", whose: Browser | None = None
    ) -> chromium.Page:
        """A window of Chromium at that page; what its console says is an error."""
        assert self.program is not None
        context = self.program.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            accept_downloads=True,
            reduced_motion="reduce",
        )
        self._open.append(context)
        name, _, value = (whose or self.person).cookie.partition("=")
        home = f"http://127.0.0.1:{self.server.port}"
        context.add_cookies([{"name": name, "value": value, "url": home}])
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.faults = faults  # type: ignore[attr-defined]
        page.goto(home + path)
        return page

    def close_windows(self) -> None:
        """Close them all."""
        for context in self._open:
            context.close()
        self._open.clear()


@contextlib.contextmanager
def event_page(folder: Path, program: chromium.Browser | None = None) -> Iterator[Event]:
    """The server of the batch in a folder."""
    with review_page(folder / "b", environment={"IMGVET_REGISTER": str(folder / "register.db")}) as server:
        event = Event(folder, server, program)
        yield event
        event.close_windows()


def objections(page: chromium.Page) -> list[tuple[str, str]]:
    """What axe-core has against the page as it is shown now."""
    found = axe_findings(page)
    return [(each["id"], node["html"][:200]) for each in found["violations"] for node in each["nodes"]]


def is_too_wide(page: chromium.Page) -> bool:
    """Whether the page has to be scrolled sideways."""
    wide = page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return bool(wide)
