"""What ``status`` says of a batch as a whole, for the page: sentences, and the page where something can be done."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import msgspec

from imgvet.batch.publications import to_replace, to_take_down
from imgvet.batch.register_lookup import batch_clock, confirm_batch_clock, lazy_register
from imgvet.batch.settings import pending_rules
from imgvet.batch.snapshot import BatchFacts
from imgvet.batch.status import FolderCheck, check_files, in_folders, interruption, untaken_drafts
from imgvet.channels.places import channel_places
from imgvet.errors import UsageError
from imgvet.people_names import has_words
from imgvet.photo import Photo
from imgvet.reports.batch_words import file_lines, one_account_lines
from imgvet.review.live_batch import LiveBatch
from imgvet.review.page_words import page_hint
from imgvet.review.paths import without_paths
from imgvet.rules.needs import may_be_published, needs_words_only
from imgvet.text import and_list, count, spans, visible


class NoteRow(msgspec.Struct, frozen=True):
    """One thing that everybody who works on the batch should know."""

    sentence: str
    page: str = ""  # the address of the page of imgvet on which it can be dealt with
    act: str = ""  # "clock": somebody may record that this computer's clock is right
    grave: bool = False  # nothing is recorded until it is put right


def batch_notes(live: LiveBatch) -> list[NoteRow]:
    """Notes on the batch, the gravest first; none of it has a path of the disk."""
    if live.trouble:
        reason, hint = live.trouble.reason, live.trouble.hint
        return [_bare(live, NoteRow(f"The batch cannot be read now. {reason} {page_hint(hint)}".rstrip(), grave=True))]
    return [_bare(live, note) for each in _NOTES for note in each(live)]


def confirm_clock(live: LiveBatch, by: str, why: str) -> tuple[int, ...]:
    """Record that this computer's clock is right, in the log or the register, whichever has a later entry.

    Returns:
        The numbers of the photos that are shown differently now.

    Raises:
        UsageError, RegisterError: neither has one, or no reason is given.
    """
    if not has_words(why):
        raise UsageError("To record that the clock is right, give a reason.", "Say how you know.")
    entry = batch_clock(live.settings, live.snapshot().decisions).entry
    with lazy_register(live.settings) as at_hand:
        register = at_hand() if entry else None
        if register is not None and register.latest_entry == entry:
            register.confirm_clock(by, why)
            return live.refresh()
    _, changed = live.change(lambda: confirm_batch_clock(live.folder, live.settings, by))
    return changed


def notes_on_photos(live: LiveBatch, numbers: Iterable[int]) -> list[str]:
    """Of photos that were just decided on: which are online, or in a channel's folder, and may not be any more."""
    judged = [live.judged(number) for number in numbers]
    back = [part.number for part in in_folders(judged, live.settings) if not may_be_published(part)]
    told = list[str]()
    if back:
        which = f"{'Photo' if len({*back}) == 1 else 'Photos'} {and_list(map(str, dict.fromkeys(back)))}"
        told.append(
            f"{which} may no longer be published, and leaves its folder when you finish."
            if len({*back}) == 1
            else f"{which} may no longer be published, and leave their folders when you finish."
        )
    online = [photo for photo in judged if live.is_online(photo)]
    if online and (gone := [each.number for each in to_take_down(live.snapshot(), online, live.settings)]):
        which = f"{'Photo' if len(gone) == 1 else 'Photos'} {and_list(map(str, gone))}"
        told.append(f"{which} may no longer be online: take down what is on the web.")
    return told


def _bare(live: LiveBatch, note: NoteRow) -> NoteRow:
    return NoteRow(without_paths(visible(note.sentence), live.places), note.page, note.act, note.grave)


def _of_log(live: LiveBatch) -> Iterator[NoteRow]:
    if live.broken:
        reason = f"Do not rely on this: the log of decisions was altered. {live.broken.reason}"
        yield NoteRow(
            f"{reason} Nothing is recorded until private/batch.db is restored from a copy.", "/log", grave=True
        )


def _of_register(live: LiveBatch) -> Iterator[NoteRow]:
    if fault := live.register_fault.reason:
        yield NoteRow(f"{fault} {page_hint(live.register_fault.hint)}".strip())


def _of_clock(live: LiveBatch) -> Iterator[NoteRow]:
    if live.register_fault.reason:  # its history cannot be compared either
        return
    if doubt := batch_clock(live.settings, live.snapshot().decisions).doubt:
        yield NoteRow(f"{doubt} Set the clock; or record that it is right.", act="clock")


def _of_rules(live: LiveBatch) -> Iterator[NoteRow]:
    if pending := pending_rules(live.folder):
        asked, changes = pending.asked, "; ".join(map(str, pending.changes))
        first = f'{asked.by} has asked for other settings of this batch ("{asked.note}"). Not yet in force: {changes}.'
        yield NoteRow(f"{first} Somebody else must approve that.", _FINISH)


def _of_run(live: LiveBatch) -> Iterator[NoteRow]:
    if stopped := interruption(live.folder, live.snapshot()):
        yield NoteRow(stopped, _FINISH)


_FILES_SECONDS = 10.0  # for which the folders are as they were, unless a record has changed


@dataclass(frozen=True, slots=True)
class _KnownFiles:
    facts: BatchFacts
    photos: Collection[Photo]
    found: FolderCheck
    until: float  # by the monotonic clock


_known_files = WeakKeyDictionary[LiveBatch, _KnownFiles]()


def _files_now(live: LiveBatch) -> FolderCheck:
    """What is in the folders: thousands of files are not looked at again with every page that is opened."""
    snapshot, known = live.snapshot(), _known_files.get(live)
    if known and known.facts == snapshot.facts and known.photos is snapshot.photos and time.monotonic() < known.until:
        return known.found
    found = check_files(live.folder, snapshot.facts, snapshot.photos, channel_places(live.settings))
    until = time.monotonic() + _FILES_SECONDS
    _known_files[live] = _KnownFiles(snapshot.facts, snapshot.photos, found, until)
    return found


def _of_files(live: LiveBatch) -> Iterator[NoteRow]:
    snapshot = live.snapshot()
    files = _files_now(live)
    again = _FINISH if files.needs_run else ""
    for line in file_lines(files):
        yield NoteRow(line, again)
    altered = [photo.number for photo in snapshot.photos if not snapshot.index.vouches_for(photo)]
    if altered:
        what = count(len(altered), "photo's record was", "photos' records were")
        yield NoteRow(f"{what} altered after imgvet vetted them: {', '.join(spans(altered))}.", _FINISH)


def _of_folders(live: LiveBatch) -> Iterator[NoteRow]:
    parts = list(in_folders([live.judged(number) for number in live.numbers()], live.settings))
    for place in channel_places(live.settings):
        there = [part for part in parts if part.channel == place.channel and not may_be_published(part)]
        worded = [part.number for part in there if needs_words_only(part)]
        back = [part.number for part in there if not needs_words_only(part)]
        if worded:
            what = f"{count(len(worded), 'file')} in {place.folder}/ must be made again before anybody uploads it"
            yield NoteRow(f"{what}: {_photos(worded)}.", _FINISH)
        if back:
            what = f"{count(len(back), 'photo')} in {place.folder}/ may no longer be published: {_photos(back)}."
            one = len(back) == 1
            leaves = "Do not upload it; it leaves" if one else "Do not upload them; they leave"
            yield NoteRow(f"{what} {leaves} the folder when you finish.", _FINISH)


def _of_web(live: LiveBatch) -> Iterator[NoteRow]:
    snapshot, judged = live.snapshot(), [live.judged(number) for number in live.numbers()]
    if online := [each.number for each in to_take_down(snapshot, judged, live.settings)]:
        first = f"{count(len(online), 'photo is', 'photos are')} online, according to the record, but may not be"
        yield NoteRow(f"{first} published. Take down these photos: {', '.join(spans(online))}.", _FINISH)
    if replaced := [each.number for each in to_replace(snapshot, judged, live.settings)]:
        first = "Photos online that were made again since; replace them on the web"
        yield NoteRow(f"{first}: {', '.join(spans(replaced))}.", _FINISH)


def _of_people(live: LiveBatch) -> Iterator[NoteRow]:
    for line in one_account_lines(live.snapshot()):
        yield NoteRow(line, "/log")


def _of_drafts(live: LiveBatch) -> Iterator[NoteRow]:
    if drafts := untaken_drafts(live.snapshot()):
        first = f"{count(len(drafts), 'photo has', 'photos have')} words from the file that nobody has taken over"
        yield NoteRow(f"{first}: {', '.join(spans(drafts))}. They are under Title and caption.")


def _photos(numbers: Sequence[int]) -> str:
    return f"photo{'' if len(numbers) == 1 else 's'} {', '.join(spans(numbers))}"


_FINISH = "/finish"

_NOTES: tuple[Callable[[LiveBatch], Iterator[NoteRow]], ...] = (
    _of_log,
    _of_register,
    _of_clock,
    _of_rules,
    _of_run,
    _of_files,
    _of_folders,
    _of_web,
    _of_people,
    _of_drafts,
)
