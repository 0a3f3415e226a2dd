"""The command: read the folder, make scenes, look at every one, print the tables."""

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2

from benchmarks.faces.photos import Opened
from benchmarks.faces.speed import AREAS, enlarged
from benchmarks.faces.tables import aligned
from benchmarks.text.matching import Outcome, outcome_of_line, outcome_of_plate, plain
from benchmarks.text.photos import TextPhoto, opened, read_text_folder
from benchmarks.text.scenes import HEIGHTS, scenes
from imgvet.errors import ImgvetError
from imgvet.profile import AllowedText, Channel, published_size
from imgvet.reading.reader import Reader, load_reader
from imgvet.reading.text_lines import SeenText
from imgvet.rules.picture_text import find_in_text

_EVERY = 25  # photos between two lines of progress
_FROM = 16  # pixels of a capital letter, in the last column
_TIMED = 12  # photos without text that are timed at each size


@dataclass(slots=True)
class Tally:
    """What was seen in all photos."""

    outcomes: list[Outcome] = field(default_factory=list)
    texts: list[tuple[str, bool]] = field(default_factory=list)  # what a person read, and whether it was read
    questions: list[tuple[str, list[str]]] = field(default_factory=list)  # photos without text, and what was asked


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code: 0, or 2 where the folder cannot be used."""
    asked = _parser().parse_args(words)
    cv2.setNumThreads(1)
    try:
        reader = load_reader()
        photos = read_text_folder(asked.data)[:: asked.every]
        tally = Tally()
        for number, photo in enumerate(photos, start=1):
            _look(reader, photo, tally)
            _progress(number, len(photos), "photos")
        for number, scene in enumerate(scenes(asked.scenes, asked.seed), start=1):
            lines = reader.read(scene.pixels, 1.0).lines
            tally.outcomes += [outcome_of_line(scene.name, each, lines) for each in scene.lines]
            _progress(number, asked.scenes, "scenes")
        print(_recall(tally.outcomes), end="\n\n")
        print(_texts(tally), end="\n\n")
        print(_questions(tally), end="\n\n")
        if not asked.without_speed:
            print(_speed(reader, [photo for photo in photos if photo.empty]))
        if asked.list:
            print(_missed(tally.outcomes))
    except ImgvetError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    return 0


def _look(reader: Reader, photo: TextPhoto, tally: Tally) -> None:
    picture = opened(photo)
    seen = reader.read(picture.pixels, picture.published)
    tally.outcomes += [outcome_of_plate(photo.name, each, seen.lines, picture.published) for each in photo.plates]
    whole = plain("".join(line.text for line in seen.lines))
    tally.texts += [(text, plain(text) in whole) for text in photo.texts]
    if photo.empty:
        tally.questions.append((photo.name, _asked(seen, picture)))


def _asked(seen: SeenText, picture: Opened) -> list[str]:
    height, width = picture.pixels.shape[:2]
    return [each.rule for each in find_in_text(seen, (width, height), picture.published, AllowedText())]


def _recall(outcomes: Iterable[Outcome]) -> str:
    rows = [["letters, pixels", *(f"{height}+" for height in HEIGHTS), f"{_FROM}+ in all"]]
    each_kind: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        each_kind.setdefault((outcome.source, outcome.kind), []).append(outcome)
    for (source, kind), these in sorted(each_kind.items()):
        classes = [[each for each in these if each.least == height] for height in HEIGHTS]
        classes.append([each for each in these if each.height >= _FROM])
        rows.append([f"{kind} in {source}", *(str(len(some)) for some in classes)])
        rows.append(["  found", *(_share([each.found for each in some]) for some in classes)])
        rows.append(["  read right", *(_share([each.right for each in some]) for some in classes)])
    return aligned(rows)


def _texts(tally: Tally) -> str:
    read = sum(right for _, right in tally.texts)
    return f"Texts that a person read in photos: {len(tally.texts)}, of which read right: {read}."


def _questions(tally: Tally) -> str:
    asked = Counter(rule for _, rules in tally.questions for rule in rules)
    number = len(tally.questions)
    each = sum(asked.values()) / number if number else 0.0
    lines = [f"Questions on {number} photos without text that matters: {sum(asked.values())}, {each:.2f} a photo"]
    lines += [f"  {count} {rule}" for rule, count in asked.most_common()]
    lines += [f"  {name}: {', '.join(rules)}" for name, rules in tally.questions if rules]
    return "\n".join(lines)


def _speed(reader: Reader, photos: Sequence[TextPhoto]) -> str:
    """Milliseconds of processor time by size, over photos without text, enlarged; published as for Flickr."""
    chosen = photos[:: max(1, len(photos) // _TIMED)][:_TIMED]
    rows = [["megapixels", "photos", "median ms", "mean ms", "most ms"]]
    for area in AREAS:
        times = [_milliseconds(reader, photo, area) for photo in chosen]
        if times:
            figures = statistics.median(times), statistics.mean(times), max(times)
            rows.append([str(area), str(len(times)), *(f"{each:.0f}" for each in figures)])
    return aligned(rows)


def _milliseconds(reader: Reader, photo: TextPhoto, area: int) -> float:
    pixels = enlarged(opened(photo).pixels, area * 1_000_000)
    height, width = pixels.shape[:2]
    published = max(published_size(width, height, Channel())) / max(width, height)
    start = time.process_time()
    reader.read(pixels, published)
    return 1000 * (time.process_time() - start)


def _missed(outcomes: Iterable[Outcome]) -> str:
    rows = [
        [each.where, f"{each.height:.0f}", "found" if each.found else "missed", each.text, each.read]
        for each in outcomes
        if not each.right and each.least
    ]
    return aligned([["photo", "pixels", "", "text", "read"], *rows], words=5)


def _share(results: Sequence[bool]) -> str:
    return f"{sum(results) / len(results):.3f}" if results else "–"


def _progress(number: int, of: int, what: str) -> None:
    if number % _EVERY == 0 or number == of:
        print(f"{number} of {of} {what}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text", description=__doc__)
    add: Any = parser.add_argument
    add("data", type=_folder, help="a folder with plates.json and texts.json, or plates_text/ with them; negatives/")
    add("--scenes", type=int, default=150, help="photos that are made by code (150)")
    add("--seed", type=int, default=1, help="of these photos (1)")
    add("--every", type=int, default=1, help="measure every so many photos of the folder only")
    add("--without-speed", action="store_true", help="leave the milliseconds out")
    add("--list", action="store_true", help="list what was missed or misread")
    return parser


def _folder(word: str) -> Path:
    if not word or not Path(word).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder '{word}'")
    return Path(word)


if __name__ == "__main__":
    sys.exit(main())
