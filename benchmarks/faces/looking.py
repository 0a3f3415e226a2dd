"""Every detector over every photo, one after the other or by several workers."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.faces.detectors import Contender, Plan, open_contenders
from benchmarks.faces.layouts import open_layout
from benchmarks.faces.photos import BenchPhoto, Opened, open_photo
from imgvet.photo import Face

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Look:
    """What one detector found in one photo."""

    faces: tuple[Face, ...]
    weak: tuple[Face, ...]  # the same down to the least score, for the curve; empty where none was asked for
    seconds: float


@dataclass(frozen=True, slots=True)
class Seen:
    """One photo and what each detector found in it."""

    photo: BenchPhoto
    width: int  # pixels of the upright photo
    height: int
    published: float  # published size / full size
    looks: dict[str, Look]  # by the detector's name


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker does with a photo."""

    photo: BenchPhoto
    first: int  # the detector that begins; it changes, so that none always gets the cold picture
    curve: bool


def look_at_all(
    do: Callable[[Sequence[Contender], Task], Result], tasks: Sequence[Task], plan: Plan, workers: int
) -> Iterator[Result]:
    """``do`` for every task, in their order; with one worker in this process, so that it can be timed.

    Raises:
        BadData, BadModel: from ``do`` and from opening the detectors.
    """
    if workers == 1:
        contenders = open_contenders(plan)
        yield from (do(contenders, task) for task in tasks)
        return
    for path in plan.models:
        open_layout(path)  # here, for what a worker raises while it starts is lost
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _open, (plan,)) as pool:
        yield from pool.map(_do, [do] * len(tasks), tasks, chunksize=4)


def look_at(contenders: Sequence[Contender], order: Order) -> Seen:
    """One photo through every detector."""
    opened = open_photo(order.photo)
    height, width = opened.pixels.shape[:2]
    first = order.first % len(contenders)
    looks = {each.name: _look(each, opened, curve=order.curve) for each in (*contenders[first:], *contenders[:first])}
    ordered = {contender.name: looks[contender.name] for contender in contenders}
    return Seen(order.photo, width, height, opened.published, ordered)


def _look(contender: Contender, opened: Opened, *, curve: bool) -> Look:
    started = time.perf_counter()
    found = contender.find(opened.pixels, opened.published)
    seconds = time.perf_counter() - started
    weak = found
    if contender.find_weak is not None:
        weak = contender.find_weak(opened.pixels, opened.published) if curve else ()
    return Look(contender.counting(found), weak, seconds)


_contenders: tuple[Contender, ...] = ()  # of this worker


def _open(plan: Plan) -> None:
    global _contenders  # noqa: PLW0603 - a pool's workers have no other place to keep what they opened
    _contenders = open_contenders(plan)


def _do(do: Callable[[Sequence[Contender], Task], Result], task: Task) -> Result:
    return do(_contenders, task)
