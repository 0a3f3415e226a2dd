"""A Chromium for tests: where it is, one without a window, and what axe-core says of a page in it."""

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]  # axe-core's names
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def browser_program() -> str | None:
    """A Chromium on this machine; ``IMGVET_CHROMIUM`` names one that is elsewhere."""
    return os.environ.get("IMGVET_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextlib.contextmanager
def some_chromium() -> Iterator[Browser]:
    """A Chromium without a window; where there is none, the test is skipped."""
    program = browser_program()
    if program is None:
        pytest.skip("no Chromium here; the tests that read pages without one are run")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program)
        yield opened
        opened.close()


def axe_findings(page: Page, leave_out: Sequence[str] = (), **options: Any) -> dict[str, Any]:
    """What axe-core says of the page as it is shown now.

    Args:
        page: it is asked as a debugger does, which no policy of the page forbids.
        leave_out: names of its rules.
        **options: what else ``axe.run`` takes.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8") + "; null")
    asked = {"runOnly": WCAG_22_AA, "rules": {rule: {"enabled": False} for rule in leave_out}, **options}
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", asked)
    return found
