"""Frames of one burst, and which of them is the sharpest. Nothing here looks at pixels, and leaves nothing out."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from imgvet.capture_order import moment_of
from imgvet.photo import Photo

BURST_SECONDS = 3.0
"""Between two frames that follow each other; a camera held down takes several a second, and people move on in more."""


def bursts(photos: Iterable[Photo]) -> dict[int, int]:
    """By the number of a photo: the number of the first frame of its burst. Photos that are in none are left out.

    Photos of one camera are a burst where each was taken within ``BURST_SECONDS`` of the one before, and all have the
    same size.
    """
    cameras: defaultdict[tuple[str, bool, tuple[int, int]], list[tuple[datetime, int]]] = defaultdict(list)
    for photo in photos:
        moment = moment_of(photo.captured)
        if moment and photo.camera_mark and photo.error is None:
            key = (photo.camera_mark, moment.tzinfo is None, (photo.width, photo.height))
            cameras[key].append((moment, photo.number))
    found = dict[int, int]()
    for shots in cameras.values():
        run = list[tuple[datetime, int]]()
        for shot in sorted(shots):
            if run and (shot[0] - run[-1][0]).total_seconds() > BURST_SECONDS:
                found |= _burst(run)
                run = []
            run.append(shot)
        found |= _burst(run)
    return dict(sorted(found.items()))


def sharpest_frames(
    photos: Collection[Photo], similar: Mapping[int, Collection[int]], is_left_out: Callable[[Photo], bool]
) -> dict[int, int]:
    """By the number of a photo: the sharpest frame among those of its burst that look almost the same, itself included.

    Frames with faces come before those without. Photos without such frames are left out here, and so is a group in
    which the sharpness of one is not known, as in batches of versions before 0.12.

    Args:
        photos: of one batch.
        similar: by number, the photos that look almost the same.
        is_left_out: whether somebody has decided to leave a photo out, so that another frame is the sharpest.
    """
    by_number = {photo.number: photo for photo in photos}
    burst_of = bursts(photos)
    found = dict[int, int]()
    seen = set[int]()
    for number in burst_of:
        if number in seen:
            continue
        group, waiting = {number}, [number]
        while waiting:
            near = (each for each in similar.get(waiting.pop(), ()) if burst_of.get(each) == burst_of[number])
            new = set(near) - group
            group |= new
            waiting += new
        seen |= group
        frames = [by_number[each] for each in sorted(group) if not is_left_out(by_number[each])]
        if len(frames) > 1 and all(frame.sharpness for frame in frames):
            best = max(frames, key=lambda frame: (any(not face.possible for face in frame.faces), frame.sharpness))
            found |= dict.fromkeys((frame.number for frame in frames), best.number)
    return found


def _burst(run: Sequence[tuple[datetime, int]]) -> Mapping[int, int]:
    first = min((number for _, number in run), default=0)
    return {number: first for _, number in run} if len(run) > 1 else {}
