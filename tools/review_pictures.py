"""Pictures of the review page for the docs: ``make review-pictures``."""

import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from support.chromium import browser_program
from support.review_page import ReviewPage
from tools.picture import batch

ROOT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT = 1440, 900  # CSS pixels
PERSON = "A. Officer"
AREAS = "whiteboard.jpg"  # the sample with most to read


def main(folder: Path) -> None:
    """A batch of the samples, opened and partly answered, as a person at the page sees it."""
    os.chdir(ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    program = browser_program()
    if program is None:
        sys.exit("Chromium is missing. Install it, or name it in IMGVET_CHROMIUM.")
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        server = ReviewPage.start(
            batch(Path(temporary, "open-day")), environment={"IMGVET_NAME_FILE": f"{temporary}/me"}
        )
        try:
            page = playwright.chromium.launch(executable_path=program).new_page(
                viewport={"width": WIDTH, "height": HEIGHT}, bypass_csp=True
            )
            page.goto(server.link)
            page.wait_for_selector("#continue:not([disabled])")
            page.fill("#name", PERSON)
            page.keyboard.press("Enter")
            page.wait_for_selector(".table-view img")
            page.wait_for_timeout(2000)  # until the pictures are there
            keep(folder / "review-photos.jpg", page)
            page.keyboard.press("a")
            page.wait_for_selector(".photo-view .face")
            page.keyboard.press("h")
            page.wait_for_timeout(2000)
            page.emulate_media(color_scheme="dark")
            page.wait_for_timeout(500)
            keep(folder / "review-photo.jpg", page)
            page.emulate_media(color_scheme="light")
            page.keyboard.press("g")
            page.fill("#table-text", AREAS)
            page.get_by_role("button", name="Answer").click()
            page.wait_for_selector(".photo-view .area")
            page.wait_for_timeout(2000)
            keep(folder / "review-area.jpg", page)
        finally:
            server.end()


def keep(path: Path, page: Page) -> None:
    """What is on the screen, as a JPEG without metadata."""
    with Image.open(BytesIO(page.screenshot())) as shown:
        shown.convert("RGB").save(path, "JPEG", quality=82, optimize=True, progressive=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
