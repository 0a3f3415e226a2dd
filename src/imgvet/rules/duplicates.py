"""Which photos of a batch show the same picture, and which look almost the same."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from imgvet.capture_order import CaptureRecord, capture_keys
from imgvet.photo import Photo
from imgvet.rules.bursts import sharpest_frames

# Of the 64 bits of a perceptual hash. Measured on 200 photos: copies of half and a third of the size, and of poor
# quality, differ in 4 bits at most; 99 of 100 views that are moved by a fiftieth, as in a burst, in 10; of 19,900 pairs
# of different pictures one in fewer than 14, which is why 10 bits count only within seconds.
_ALIKE_BITS = 4
_BURST_BITS = 10
_BURST = 10  # seconds
_BITS = 64
_NEIGHBOURS = 50  # each photo is compared with so many that follow it: a thousand blank pages must not take hours


def compare_photos(
    photos: Collection[Photo], is_left_out: Callable[[Photo], bool] = lambda photo: photo.excluded
) -> Iterator[Photo]:
    """The photos with ``duplicate_of``, ``similar`` and ``sharpest`` as they are for this batch, in their order.

    ``is_left_out``: whether somebody has decided to leave a photo out.
    """
    first = dict(_duplicates(photos))
    similar: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in _similar(photos):
        similar[one].add(other)
        similar[other].add(one)
    sharpest = sharpest_frames(photos, similar, is_left_out)
    for photo in photos:
        shown = first.get(photo.number, photo.number)
        alike = sorted(each for each in similar.get(photo.number, ()) if first.get(each, each) != shown)
        best = sharpest.get(photo.number)
        yield replace(photo, duplicate_of=first.get(photo.number), similar=tuple(alike), sharpest=best)


def _duplicates(photos: Iterable[Photo]) -> Iterator[tuple[int, int]]:
    """Each photo that another one shows already, and that one: published before, or with the lowest number."""
    groups: defaultdict[str, list[tuple[bool, int]]] = defaultdict(list)
    for photo in photos:
        shown = f"{photo.pixel_checksum} {photo.perceptual_hash}".strip() or photo.source_sha256
        groups[shown].append((not photo.round, photo.number))
    groups.pop("", None)
    for group in groups.values():
        (_, first), *others = sorted(group)
        yield from ((number, first) for _, number in others)


def _similar(photos: Collection[Photo]) -> Iterator[tuple[int, int]]:
    """Pairs of photos that look almost the same, each once or more."""
    hashed = {photo.number: int(photo.perceptual_hash, 16) for photo in photos if photo.perceptual_hash}
    for one, other in _candidates(hashed):
        if (hashed[one] ^ hashed[other]).bit_count() <= _ALIKE_BITS:
            yield one, other
    keys = capture_keys([CaptureRecord(photo.captured, "", "") for photo in photos])
    timed = sorted(
        (seconds, photo.number)
        for photo, (unknown, seconds, has_time, *_) in zip(photos, keys, strict=True)
        if has_time and not unknown and photo.number in hashed
    )
    for at, (moment, one) in enumerate(timed):
        for later, other in timed[at + 1 : at + 1 + _NEIGHBOURS]:
            if later - moment > _BURST:
                break
            if (hashed[one] ^ hashed[other]).bit_count() <= _BURST_BITS:
                yield one, other


def _candidates(hashed: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Pairs that may differ in ``_ALIKE_BITS``: one of so many pieces and one more must be the same in both."""
    pieces = _ALIKE_BITS + 1
    width = -(-_BITS // pieces)
    for piece in range(pieces):
        buckets: defaultdict[int, list[int]] = defaultdict(list)
        for number, bits in hashed.items():
            buckets[bits >> (piece * width) & ((1 << width) - 1)].append(number)
        for bucket in buckets.values():
            for at, one in enumerate(bucket):
                yield from ((one, other) for other in bucket[at + 1 : at + 1 + _NEIGHBOURS])
