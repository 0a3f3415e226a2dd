"""Which photo of the batch each file is: an original is identified by its SHA-256, whatever its folder and name.

New originals get the next numbers, in the order of capture. A number is never moved and never given again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from imgvet.batch.store import BatchStore, Original, OriginalCopy
from imgvet.capture_order import CaptureFacts, CaptureRecord, ClockOffset, check_clock_offsets, in_capture_order
from imgvet.errors import UsageError
from imgvet.originals import OriginalFacts, read_originals
from imgvet.selection import SELECTIONS, Unselected, choose_photos
from imgvet.settings import Settings
from imgvet.source_files import file_stamp
from imgvet.workers.pool import workers_for

_PAIR = 2  # one original that is gone, one new file

ShowProgress = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Called with how much is to do; what it gives is called at each step."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What the files that were named are."""

    new: tuple[Original, ...]
    moved: tuple[Original, ...]  # known by their content, or by their name where nobody has seen it; elsewhere now
    copies: tuple[OriginalCopy, ...]  # further places of the same bytes, of those that were named
    contents: Mapping[Path, str]  # SHA-256 of every file that could be read, as it is now
    unselected: Unselected  # what of those that were named does not join


def no_progress(_total: int) -> AbstractContextManager[Callable[[], None]]:
    """Show nothing."""
    return nullcontext(lambda: None)


def join_photos(
    folder: BatchStore,
    named: Sequence[Path],
    settings: Settings,
    workers: int | None,
    progress: ShowProgress = no_progress,
) -> Joined:
    """Find out which photo each file is, and give the new ones their numbers.

    Args:
        folder: the batch.
        named: where the files that were named really are; each may be new, known, moved, changed, or a copy.
        settings: with the limits, the offsets of cameras whose clocks were wrong, and which new files join.
        workers: how many processes read the files; None: one a core.
        progress: shows how many files are read.

    Raises:
        UsageError: a clock offset is for no camera of the photos that join; nothing is saved.
    """
    originals = folder.originals()
    by_place = {original.source: original for original in originals}
    named = list(dict.fromkeys(named))
    stamps = {path: file_stamp(path) for path in dict.fromkeys((*named, *by_place))}
    spare = _spare_places(originals, folder.copies(), stamps)
    stamps |= {path: file_stamp(path) for path in spare}
    known = _known_facts(originals, folder.copies(), stamps)
    unread = [path for path, stamp in stamps.items() if stamp and path not in known]
    by_marks = any(SELECTIONS[each.kind].holds for each in settings.selection)
    facts = dict.fromkeys(named, OriginalFacts()) | known  # a file that is not there has none
    with progress(len(unread)) as advance:
        at_once = workers_for(workers, len(unread))
        for path, each in read_originals(unread, settings.profile.limits, at_once, marks=by_marks):
            facts[path] = each
            advance()
    contents = {path: each.sha256 for path, each in facts.items()}
    named += [path for path, content in spare.items() if path not in named and contents.get(path) == content]
    moved, copies, unknown = _recognised(originals, named, contents, stamps)
    joining = [path for path in unknown if path not in by_place or by_place[path].number in moved]
    left = [original for original in originals if original.number not in moved]
    for original, path in _never_seen(folder, left, joining, stamps):
        content = contents[path]
        moved[original.number] = replace(original, source=path, sha256=content, stamp="")
        same = [each for each in joining if content and contents[each] == content and each != path]
        copies += [OriginalCopy(original.number, each, stamps[each]) for each in same]
        joining = [each for each in joining if each != path and each not in same]
    meant = {path: contents.get(path, "") for path in (*named, *by_place)}
    marks = {path: facts[path].marks for path in joining}
    joining, unselected = choose_photos(joining, marks, settings.selection, meant)
    offsets = _clock_offsets(folder, settings.clock_offsets, [facts[path].capture for path in joining])
    new, more = _numbered(
        joining,
        facts,
        max((original.number for original in originals), default=0) + 1,
        offsets,
    )
    copies += [OriginalCopy(each.number, each.source, stamps[each.source]) for each in more]
    joined = Joined(tuple(new), tuple(moved.values()), tuple(copies), contents, unselected)
    refreshed = [
        replace(each, stamp=stamps[each.source])  # somebody touched the file and changed nothing
        for each in originals
        if each.number not in moved
        and each.sha256
        and contents.get(each.source) == each.sha256
        and stamps[each.source] != each.stamp
    ]
    folder.join(new, [*joined.moved, *refreshed], copies)
    return joined


def _spare_places(
    originals: Iterable[Original], copies: Iterable[OriginalCopy], stamps: Mapping[Path, str]
) -> dict[Path, str]:
    """Further places of originals that are not where they were, or not as they were, and the SHA-256 of each."""
    away = {each.number: each.sha256 for each in originals if each.sha256 and stamps[each.source] != each.stamp}
    return {copy.source: away[copy.number] for copy in copies if copy.number in away}


def _never_seen(
    folder: BatchStore, originals: Iterable[Original], unknown: Iterable[Path], stamps: Mapping[Path, str]
) -> list[tuple[Original, Path]]:
    """Originals that are gone before anybody could see them, and the new file that alone has the name of each.

    A run was killed, or the file was only half there: nothing is decided or published, so its number may follow it.
    """
    gone = [each for each in originals if not stamps[each.source]]
    lost = [each for each in gone if (photo := folder.photo(each.number)) is None or photo.error is not None]
    by_name = {each.source.name: each for each in lost}
    unique = Counter(path.name for path in unknown) + Counter(each.source.name for each in lost)
    return [(by_name[path.name], path) for path in unknown if path.name in by_name and unique[path.name] == _PAIR]


def _known_facts(
    originals: Sequence[Original], copies: Iterable[OriginalCopy], stamps: Mapping[Path, str]
) -> dict[Path, OriginalFacts]:
    """The files that are as they were, which need not be read again."""
    contents = {original.number: original.sha256 for original in originals}
    places: list[Original | OriginalCopy] = [*copies, *originals]
    return {
        each.source: OriginalFacts(contents[each.number])
        for each in places
        if each.stamp and stamps.get(each.source) == each.stamp and contents[each.number]
    }


def _recognised(
    originals: Sequence[Original], named: Iterable[Path], contents: Mapping[Path, str], stamps: Mapping[Path, str]
) -> tuple[dict[int, Original], list[OriginalCopy], list[Path]]:
    """Of the files that were named: known originals in a new place, by number; copies; files with unknown bytes."""
    places = {original.number: original.source for original in originals}
    by_place = {original.source: original for original in originals}
    by_content = {original.sha256: original for original in reversed(originals) if original.sha256}
    moved: dict[int, Original] = {}
    copies, unknown = [], []
    for path in named:
        content, here = contents.get(path, ""), by_place.get(path)
        if here and here.sha256 in ("", content):
            continue
        known = by_content.get(content)
        if known is None:
            unknown.append(path)
        elif contents.get(places[known.number]) == content:
            copies.append(OriginalCopy(known.number, path, stamps[path]))
        else:
            places[known.number] = path
            moved[known.number] = replace(known, source=path, stamp=stamps[path])
    return moved, copies, unknown


def _numbered(
    paths: Iterable[Path], facts: Mapping[Path, OriginalFacts], first: int, clock_offsets: Sequence[ClockOffset]
) -> tuple[list[Original], list[Original]]:
    """The new originals with their numbers, and further files with the same bytes as one of them."""
    new: dict[str, Original] = {}
    more = []
    numbers = count(first)
    for path in in_capture_order(paths, lambda path: _record(path, facts[path]), clock_offsets):
        content = facts[path].sha256
        if content and content in new:
            more.append(replace(new[content], source=path))
        else:
            new[content or str(path)] = Original(next(numbers), content, path, None, "")
    return list(new.values()), more


def _clock_offsets(
    folder: BatchStore, given: tuple[ClockOffset, ...], new: Iterable[CaptureFacts]
) -> tuple[ClockOffset, ...]:
    """Those that count: as given, or those of before; checked beside the cameras of the photos that join, and kept.

    One that was given before may be for photos that joined then.

    Raises:
        UsageError: one is for no camera, or could change nothing, because no photo joins.
    """
    batch = folder.facts()
    offsets = given or batch.clock_offsets
    cameras = [(each.camera, each.serial) for each in new]
    others = [each for each in offsets if each not in batch.clock_offsets]
    if others and not cameras:
        raise UsageError(
            f"--clock-offset '{others[0]}' would change nothing: there are no new photos, and numbers never change.",
            "Run the same command without it.",
        )
    if cameras and offsets:
        check_clock_offsets(others, cameras)
        folder.update(facts=replace(batch, clock_offsets=offsets))
    return offsets


def _record(path: Path, facts: OriginalFacts) -> CaptureRecord:
    return CaptureRecord(facts.capture.captured, facts.capture.camera, str(path), serial=facts.capture.serial)
