"""The command: read the folder, look at every photo, print the tables, write the sheets."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.faces.detectors import MIN_SCORE, OWN, Plan, open_contenders
from benchmarks.faces.figures import Figures, all_figures, counted, curve
from benchmarks.faces.looking import Order, Seen, look_at, look_at_all
from benchmarks.faces.photos import BenchPhoto, read_folder
from benchmarks.faces.sheets import write_sheets
from benchmarks.faces.speed import AREAS, area_series, ratios, without_small_faces
from benchmarks.faces.tables import (
    area_table,
    as_json,
    counted_table,
    curve_table,
    ratio_line,
    recall_table,
    turned_table,
    what_was_seen,
)
from benchmarks.faces.turned import every_change, look_at_changed, turned_figures
from imgvet.errors import ImgvetError

Result = TypeVar("Result")
_EVERY = 25  # photos between two lines of progress


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code: 0, or 2 where the folder or a model cannot be used."""
    asked = _parser().parse_args(words)
    try:
        _measure(asked)
    except ImgvetError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    return 0


def _measure(asked: argparse.Namespace) -> None:
    photos = _some(read_folder(asked.data, asked.negatives), asked.every)
    confident, possible = asked.model_thresholds
    plan = Plan(tuple(asked.model), confident, possible, alone=asked.alone, turned=asked.turned)
    if asked.turned:
        _print_turned(photos, plan, asked.workers)
        return
    contenders = open_contenders(plan)
    orders = [Order(photo, number, not asked.without_curve) for number, photo in enumerate(photos)]
    seen = list(_with_progress(look_at_all(look_at, orders, plan, asked.workers), len(orders)))
    main_figures = list(all_figures(seen, contenders))
    by_eye = list(counted(seen, contenders))
    curves = {} if asked.without_curve else {each.name: curve(seen, each.name) for each in contenders}
    print(what_was_seen(seen), end="\n\n")
    print(recall_table(main_figures, timed=asked.workers == 1), end="\n\n")
    _print_counted(seen, counted_table(by_eye))
    _print_curves(curves)
    if asked.workers == 1 and not asked.alone and not asked.without_speed:
        _print_speed(seen, plan, asked.rounds, asked.largest)
    for path in write_sheets(seen, asked.out):
        print(f"Wrote {path}", file=sys.stderr)
    if asked.json:
        asked.json.write_text(json.dumps(as_json(seen, main_figures, curves, by_eye), indent=1), encoding="utf-8")


def _print_turned(photos: Sequence[BenchPhoto], plan: Plan, workers: int) -> None:
    tasks = every_change(photos)
    seen = list(_with_progress(look_at_all(look_at_changed, tasks, plan, workers), len(tasks)))
    print("Recall by size, and boxes a photo on labelled and on clean photos, after each change:\n")
    print(turned_table(list(turned_figures(seen, open_contenders(plan)))))


def _print_counted(seen: Sequence[Seen], table: str) -> None:
    photos = [each.photo for each in seen if each.photo.kind == "counted"]
    if photos:
        least, most = sum(photo.least for photo in photos), sum(photo.most for photo in photos)
        print(f"Faces counted by eye in {len(photos)} photos, {least} to {most} in all; photos by the number of boxes:")
        print(table, end="\n\n")


def _print_curves(curves: dict[str, list[Figures]]) -> None:
    for name, points in curves.items():
        print(f"{name}, at other thresholds:\n{curve_table(points)}", end="\n\n")


def _print_speed(seen: Sequence[Seen], plan: Plan, rounds: int, largest: int) -> None:
    print("Timing", file=sys.stderr)
    contenders = open_contenders(plan)
    large = [each.photo for each in without_small_faces(seen)]
    if large:
        print(ratio_line(ratios(large, contenders, rounds)), end="\n\n")
    print(f"Larger pictures, made of the photo in which {OWN} found most faces:")
    print(area_table(area_series(seen, contenders, rounds, largest)), end="\n\n")


def _some(photos: Sequence[BenchPhoto], every: int) -> list[BenchPhoto]:
    """Every so many photos of each kind."""
    kinds = dict.fromkeys(photo.kind for photo in photos)
    return [photo for kind in kinds for photo in [each for each in photos if each.kind == kind][::every]]


def _with_progress(results: Iterator[Result], number: int) -> Iterator[Result]:
    for done, result in enumerate(results, start=1):
        yield result
        if done % _EVERY == 0 or done == number:
            print(f"{done} of {number} photos", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faces", description=__doc__)
    add: Any = parser.add_argument
    add("data", type=_folder, help="a folder with annotations.json, or with faces/, faces_counted/ and negatives/")
    add("--negatives", type=Path, help="another folder of photos without faces; hard__* show statues or drawings")
    add("--model", type=Path, action="append", default=[], help="a YuNet or SCRFD ONNX file to compare; repeatable")
    add("--alone", action="store_true", help="without the plain detectors, which makes it quicker; no ratio then")
    add("--model-thresholds", type=_thresholds, default=(0.5, 0.3), help="confident,possible for --model (0.5,0.3)")
    add("--out", type=Path, default=Path("faces-bench"), help="where the sheets of crops go (faces-bench)")
    add("--json", type=Path, help="write the figures there too")
    add("--workers", type=_number, default=1, help="processes; with more than one nothing is timed")
    add("--every", type=_number, default=1, help="measure every so many photos of each kind only")
    add("--rounds", type=_number, default=5, help="how often the ratio and the larger pictures are timed (5)")
    add("--largest", type=_number, default=AREAS[-1], help="megapixels of the largest of the larger pictures (24)")
    add("--turned", action="store_true", help="recall after turning, mirroring, darkening, blurring, and nothing else")
    add("--without-curve", action="store_true", help="leave the thresholds out")
    add("--without-speed", action="store_true", help="leave the ratio and the larger pictures out")
    return parser


def _folder(word: str) -> Path:
    if not word or not Path(word).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder '{word}'")
    return Path(word)


def _number(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"'{word}' is no whole number above 0")
    return int(word)


def _thresholds(word: str) -> tuple[float, float]:
    try:
        confident, possible = (float(part) for part in word.split(","))
    except ValueError:
        confident, possible = 0.0, 1.0
    if not MIN_SCORE <= possible <= confident <= 1:
        raise argparse.ArgumentTypeError(f"'{word}' is not two scores in falling order, such as 0.5,0.3")
    return confident, possible


if __name__ == "__main__":
    sys.exit(main())
