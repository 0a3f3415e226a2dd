"""An event answered on the review page in Chromium, by keyboard alone: ``make bench-review``.

Forty photos and sixty faces, as people meet them: twenty people with a signed form each, twenty times the same person
again, twelve heads to hide, eight nobody could name. Every key is counted, also those that type a reference. The
machine's part is measured in the browser: from the key to the frame in which the answer is shown, and to the large
picture of the next photo. A second part opens a batch of two thousand photos: the first paint, frames while the light
table is scrolled, the same times, and the memory of the server.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.growth import grown_batch
from support.chromium import browser_program
from support.event_photos import event_photos
from support.review_page import ReviewPage

PERSON = "A. Officer"
SIGNED, AGAIN, HIDDEN = 20, 20, 12  # of sixty faces; the others are not identifiable
FORM = "OD-{:03}"
_LOOK = 0.3  # seconds before each answer; nobody looks at a face in less

# Runs in the page before anything else: when a key was pressed, when what it changed was on the screen.
_CLOCK = """
window.measured = {answers: [], photos: []};
let pressed = 0, hash = "", waits = false;
addEventListener("keydown", () => {
  pressed = performance.now();
  hash = location.hash;
  waits = true;
}, true);
const shown = (list) => {
  const began = pressed;
  requestAnimationFrame(() => setTimeout(() => list.push(performance.now() - began)));
};
addEventListener("DOMContentLoaded", () => {
  const left = document.getElementById("left");
  if (left) new MutationObserver(() => {
    if (waits) shown(measured.answers);
    waits = false;
  }).observe(left, {attributeFilter: ["data-left"]});
});
const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (source, ...rest) {
  if (this.canvas.classList.contains("picture") && source.width > 800 && location.hash !== hash) {
    hash = location.hash;
    shown(measured.photos);
  }
  return draw.call(this, source, ...rest);
};
"""

# Scrolls the light table down and back, and gives the time of each frame.
_SCROLL = """
async () => {
  const isLong = (each) => each.scrollHeight > each.clientHeight + 2000;
  const scrolls = (each) => isLong(each) && getComputedStyle(each).overflowY !== "visible";
  const area = [...document.querySelectorAll("*")].find(scrolls) ?? document.scrollingElement;
  const frames = [];
  let before = performance.now();
  for (let step = 0; step < 240; step += 1) {
    area.scrollTop += (step < 120 ? 1 : -1) * 240;
    await new Promise(requestAnimationFrame);
    frames.push(performance.now() - before);
    before = performance.now();
  }
  return frames;
}
"""
_LESS = "(before) => Number(document.getElementById('left').dataset.left) < before"
_PAINTS = "Object.fromEntries(performance.getEntriesByType('paint').map((each) => [each.name, each.startTime]))"
_HAS_FINISHED = "fetch('/api/finish').then((each) => each.json()).then((each) => each.run.summary !== null)"
_LIGHT_TABLE = ".table-view:not([hidden]) img"


@dataclass
class Keyboard:
    """Somebody's keyboard; every key is counted."""

    page: Page
    pressed: list[str] = field(default_factory=list)
    looked: float = 0.0  # seconds without a key

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.pressed.append(key)
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type a text, a key a letter."""
        self.press(*text)

    def count_left(self) -> int:
        """How many things are still to do, as the page shows it."""
        return int(self.page.get_attribute("#left", "data-left") or 0)

    def settles(self, *keys: str) -> None:
        """Look at the face, press keys after which one thing less is to do, and wait until the page shows it."""
        self.page.wait_for_timeout(_LOOK * 1000)
        self.looked += _LOOK
        before = self.count_left()
        self.press(*keys)
        self.page.wait_for_function(
            "(before) => Number(document.getElementById('left').dataset.left) < before", arg=before
        )


@contextmanager
def opened_page(link: str, program: str) -> Iterator[Page]:
    """The review page in Chromium, after the name was given."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1600, "height": 1000}, bypass_csp=True)
        page.add_init_script(_CLOCK)
        page.goto(link)
        page.wait_for_selector("#name, .table-view:not([hidden])")
        if page.query_selector("#name"):
            page.fill("#name", PERSON)
            page.keyboard.press("Enter")
        page.wait_for_selector(".table-view:not([hidden])")
        yield page
        browser.close()


def an_event(folder: Path) -> Path:
    """The batch, with a register of the forms that were signed."""
    event_photos(folder / "photos")
    for number in range(1, SIGNED + 1):
        person = (
            "--person",
            f"Person {number:02} Example",
            "--signed-on",
            "2026-06-14",
            "--event",
            "Open Day",
            "--channels",
            "flickr,x",
            "--adult",
        )
        imgvet(folder, "release", "add", FORM.format(number), *person, "--register", "register.db", "--by", PERSON)
    event = ("--event", "Open Day", "--date", "2026-06-14", "--register", "register.db")
    imgvet(folder, "batch", "photos", "--out", "batch", *event)
    return folder / "batch"


def imgvet(folder: Path, *words: str) -> None:
    """One command, which must not fail."""
    command = [sys.executable, "-m", "imgvet", *words]
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)
    if done.returncode > 1:
        sys.exit(f"An event to measure could not be made:\n{done.stderr}")


def play(keys: Keyboard) -> int:
    """Answer every face; how many there were."""
    faces = keys.count_left()
    for face in range(faces):
        if face < SIGNED + AGAIN and face % 2 == 0:
            keys.press("f")
            keys.page.wait_for_selector("#form-options [role=option]:nth-child(2)")
            keys.type(f"{face // 2 + 1:02}")
            keys.settles("Enter")
        elif face < SIGNED + AGAIN:
            keys.settles(".")
        elif face < SIGNED + AGAIN + HIDDEN:
            keys.settles("h")
        else:
            keys.press("n")
            keys.page.wait_for_selector(".asker")
            keys.settles("1")
    return faces


def finish(keys: Keyboard) -> None:
    """From the last answer to the files, by the page's own button."""
    keys.page.goto(keys.page.url.split("#")[0].rstrip("/") + "/finish")
    keys.page.wait_for_selector("#finish .button.primary")
    keys.page.focus("#finish .button.primary")
    keys.press("Enter")
    while not keys.page.evaluate(_HAS_FINISHED):
        keys.page.wait_for_timeout(50)


def percentile(numbers: Sequence[float], share: float) -> float:
    """The smallest number that so many are not above."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def told(what: str, numbers: Sequence[float]) -> None:
    """One line of times in milliseconds."""
    middle, most = percentile(numbers, 0.5), percentile(numbers, 0.95)
    print(f"  {what:<44} {middle:6.0f} ms half of the time, {most:6.0f} ms at the 95th percentile ({len(numbers)})")


def small_event(program: str) -> None:
    """Forty photos and sixty faces, to the end."""
    with tempfile.TemporaryDirectory() as folder:
        batch = an_event(Path(folder))
        server = ReviewPage.start(batch)
        try:
            with opened_page(server.link, program) as page:
                keys = Keyboard(page)
                keys.press("a")
                page.wait_for_selector(".photo-view:not([hidden])")
                began = time.perf_counter()
                faces = play(keys)
                seconds = time.perf_counter() - began - keys.looked
                page.wait_for_selector("#left[data-waiting='0']")
                recorded = time.perf_counter() - began - keys.looked
                measured: dict[str, Any] = page.evaluate("measured")
                answered = len(keys.pressed)
                began = time.perf_counter()
                finish(keys)
                finished = time.perf_counter() - began
        finally:
            server.end()
        files = len(list((batch / "flickr").glob("*.jpg")))
        print(f"An event of 40 photos and {faces} faces: {files} files in flickr/")
        print(f"  {'keys':<44} {answered:6} ({answered / faces:.2f} a face)")
        print(f"  {'the machine, from first key to last':<44} {seconds:6.1f} s; {recorded:.1f} s until all is recorded")
        print(f"  {'finish':<44} {finished:6.1f} s")
        told("answer to screen", measured["answers"])
        told("large picture of the next photo", measured["photos"])


def large_batch(program: str, number: int) -> None:
    """The light table and answers in a batch of many photos."""
    with tempfile.TemporaryDirectory() as folder:
        batch = grown_batch(Path(folder), number)
        server = ReviewPage.start(batch)
        try:
            with opened_page(server.link, program) as page:
                page.reload()
                page.wait_for_selector(_LIGHT_TABLE)
                paints = page.evaluate(_PAINTS)
                frames = page.evaluate(_SCROLL)
                keys = Keyboard(page)
                page.evaluate("measured.answers.length = measured.photos.length = 0")
                page.goto(page.url.split("#")[0])
                page.wait_for_selector(_LIGHT_TABLE)
                page.evaluate("location.hash = '#1'")
                page.wait_for_selector(".photo-view:not([hidden])")
                for _ in range(100):
                    if page.evaluate("document.activeElement.matches('.question')"):
                        keys.press("q")
                        keys.type("ok")
                        keys.settles("Enter")
                    else:
                        keys.settles("h")
                measured: dict[str, Any] = page.evaluate("measured")
                memory = psutil.Process(server.process.pid).memory_info().rss / 1024**2
        finally:
            server.end()
        print(f"A batch of {number} photos")
        print(f"  {'first paint':<44} {json.dumps({name: round(at) for name, at in paints.items()})} ms")
        told("frames while the light table is scrolled", frames)
        told("answer to screen", measured["answers"])
        told("large picture of the next photo", measured["photos"])
        print(f"  {'memory of the server':<44} {memory:6.0f} MiB")


def main(words: Sequence[str]) -> None:
    """Both parts; a number is that of the photos in the large batch, 0: leave it out."""
    program = browser_program()
    if program is None:
        sys.exit("Chromium is missing. Install it, or name it in IMGVET_CHROMIUM.")
    small_event(program)
    number = int(words[0]) if words else 2000
    if number:
        large_batch(program, number)


if __name__ == "__main__":
    main(sys.argv[1:])
