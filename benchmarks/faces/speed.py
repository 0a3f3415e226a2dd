"""What the whole detection costs beside the plain single pass; they take turns, so that both meet the same machine."""

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.faces.detectors import MAX_ENLARGED, ONE_PASS, OWN, PLAIN, Contender
from benchmarks.faces.looking import Seen
from benchmarks.faces.photos import BenchPhoto, Opened, open_photo
from imgvet.geometry import Box
from imgvet.pixels import Pixels
from imgvet.profile import Channel, published_size

SMALL = 40  # pixels of the shorter side where the photo's long side is 1280
MAX_PHOTOS = 60  # more only make it longer
AREAS = (1, 4, 12, 24)  # megapixels


@dataclass(frozen=True, slots=True)
class Ratios:
    """The whole detection / the plain pass, over photos."""

    photos: int
    median: float
    low: float  # the lower quartile
    high: float  # the upper quartile
    most: float


@dataclass(frozen=True, slots=True)
class AreaStep:
    """One picture of the area series."""

    what: str
    megapixels: float
    own_ms: float
    plain_ms: float
    faces: int  # found


def without_small_faces(seen: Sequence[Seen]) -> list[Seen]:
    """Photos with no label and no found box below 40 pixels where the long side is 1280; some of each kind, evenly."""
    large = [each for each in seen if not any(_is_small(box, each) for box in _boxes(each))]
    return large[:: max(1, -(-len(large) // MAX_PHOTOS))]


def ratios(photos: Sequence[BenchPhoto], contenders: Sequence[Contender], rounds: int) -> Ratios:
    """The ratios over the photos, of which there is at least one."""
    each = [own / plain for own, plain in (_medians(open_photo(photo), contenders, rounds) for photo in photos)]
    low, _, high = statistics.quantiles(each, n=4) if len(each) > 1 else (each[0],) * 3
    return Ratios(len(each), statistics.median(each), low, high, max(each))


def area_series(
    seen: Sequence[Seen], contenders: Sequence[Contender], rounds: int, largest: int = AREAS[-1]
) -> Iterator[AreaStep]:
    """The photo with the most found faces, enlarged, and laid out again and again, to each area up to the largest."""
    photo = max(seen, key=lambda each: len(each.looks[OWN].faces)).photo
    pixels = open_photo(photo).pixels
    for what, change in (("enlarged", enlarged), ("laid out again and again", laid_out)):
        for area in (each for each in AREAS if each <= largest):
            larger = change(pixels, area * 1_000_000)
            height, width = larger.shape[:2]
            opened = Opened(larger, max(published_size(width, height, Channel())) / max(width, height))
            own, plain = _medians(opened, contenders, rounds)
            faces = len(_named(contenders, OWN).find(larger, opened.published))
            yield AreaStep(what, width * height / 1e6, 1000 * own, 1000 * plain, faces)


def enlarged(pixels: Pixels, area: int) -> Pixels:
    """The picture with about ``area`` pixels: the same scene, its faces larger."""
    height, width = pixels.shape[:2]
    scale = (area / (width * height)) ** 0.5
    size = (round(width * scale), round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def laid_out(pixels: Pixels, area: int) -> Pixels:
    """About ``area`` pixels of the picture beside and below itself: more faces, each as large as before."""
    height, width = pixels.shape[:2]
    scale = (area / (width * height)) ** 0.5
    rows, columns = round(height * scale), round(width * scale)
    return np.ascontiguousarray(np.tile(pixels, (-(-rows // height), -(-columns // width), 1))[:rows, :columns])


def _medians(opened: Opened, contenders: Sequence[Contender], rounds: int) -> tuple[float, float]:
    """Seconds of imgvet's own and of the plain detector; a first round, which fills caches, does not count."""
    own, plain = _named(contenders, OWN), _named(contenders, PLAIN)
    took = [(_seconds(own, opened), _seconds(plain, opened)) for _ in range(rounds + 1)][1:]
    return statistics.median(first for first, _ in took), statistics.median(second for _, second in took)


def _seconds(contender: Contender, opened: Opened) -> float:
    started = time.perf_counter()
    contender.find(opened.pixels, opened.published)
    return time.perf_counter() - started


def _named(contenders: Sequence[Contender], name: str) -> Contender:
    return next(each for each in contenders if each.name == name)


def _boxes(seen: Seen) -> list[Box]:
    return [*seen.photo.faces, *(face.box for face in seen.looks[OWN].faces)]


def _is_small(box: Box, seen: Seen) -> bool:
    scale = min(ONE_PASS / max(seen.width, seen.height), MAX_ENLARGED)
    return min(box.width, box.height) * scale < SMALL
