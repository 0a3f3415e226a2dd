"""What ``status`` says of a batch as a whole, for the page: sentences, and the commands that they name."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import msgspec

from imgvet.batch.publications import to_replace, to_take_down
from imgvet.batch.register_lookup import batch_clock
from imgvet.batch.settings import pending_rules
from imgvet.batch.snapshot import BatchFacts
from imgvet.batch.status import FolderCheck, check_files, in_folders, interruption
from imgvet.channels.places import channel_places
from imgvet.own_name import by_words
from imgvet.photo import Photo
from imgvet.review.live_batch import LiveBatch
from imgvet.review.paths import BATCH, without_paths
from imgvet.rules.needs import may_be_published
from imgvet.text import and_list, command_line, count, visible


class NoteRow(msgspec.Struct, frozen=True):
    """One thing that everybody who works on the batch should know."""

    sentence: str
    commands: list[str]  # whole, to be copied
    grave: bool = False  # nothing is recorded until it is put right


def batch_notes(live: LiveBatch) -> list[NoteRow]:
    """Notes on the batch, the gravest first; none of it has a path of the disk."""
    if live.trouble:
        reason, hint = live.trouble.reason, live.trouble.hint
        return [_bare(live, NoteRow(f"The batch cannot be read now. {reason} {hint}".rstrip(), [], grave=True))]
    return [_bare(live, note) for each in _NOTES for note in each(live)]


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
    commands = [without_paths(each, live.places) for each in note.commands]
    return NoteRow(without_paths(visible(note.sentence), live.places), commands, note.grave)


def _of_log(live: LiveBatch) -> Iterator[NoteRow]:
    if live.broken:
        reason = f"Do not rely on this: the log of decisions was altered. {live.broken.reason}"
        sentence = f"{reason} Nothing is recorded until private/batch.db is restored from a copy."
        yield NoteRow(sentence, [command_line("imgvet", "log", BATCH, "--verify")], grave=True)


def _of_register(live: LiveBatch) -> Iterator[NoteRow]:
    if fault := live.register_fault.reason:
        yield NoteRow(f"{fault} {live.register_fault.hint}".strip(), [])


def _of_clock(live: LiveBatch) -> Iterator[NoteRow]:
    clock = batch_clock(live.settings, live.snapshot().decisions)
    if clock.doubt:
        yield NoteRow(f"{clock.doubt} {clock.way_out}", [])


def _of_rules(live: LiveBatch) -> Iterator[NoteRow]:
    if pending := pending_rules(live.folder):
        asked, changes = pending.asked, "; ".join(map(str, pending.changes))
        first = f'{asked.by} has asked for other settings of this batch ("{asked.note}"). Not yet in force: {changes}.'
        command = command_line("imgvet", "decide", BATCH, "approve", "rules", *by_words())
        yield NoteRow(f"{first} Somebody else must approve that.", [command])


def _of_run(live: LiveBatch) -> Iterator[NoteRow]:
    if stopped := interruption(live.folder, live.snapshot()):
        yield NoteRow(stopped, [])


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
    snapshot, finish = live.snapshot(), command_line("imgvet", "finish", BATCH)
    files = _files_now(live)
    for changed in files.changed:
        yield NoteRow(f"{changed}. It is made again when you finish.", [finish])
    for table in files.tables:
        yield NoteRow(f"{table} was altered. It is written again when you finish.", [finish])
    for path in files.added:
        yield NoteRow(f"{path.parent.name}/{path.name} is not from imgvet and was never vetted. Remove it.", [])
    altered = [photo.number for photo in snapshot.photos if not snapshot.index.vouches_for(photo)]
    if altered:
        what = count(len(altered), "photo's record was", "photos' records were")
        yield NoteRow(f"{what} altered after imgvet vetted them: {', '.join(map(str, altered))}.", [finish])


def _of_web(live: LiveBatch) -> Iterator[NoteRow]:
    snapshot, judged = live.snapshot(), [live.judged(number) for number in live.numbers()]
    if online := [each.number for each in to_take_down(snapshot, judged, live.settings)]:
        photos, numbers = count(len(online), "photo is", "photos are"), ", ".join(map(str, online))
        first = f"{photos} online, according to the record, but may not be published."
        command = command_line("imgvet", "published", BATCH, *online, "--removed", *by_words())
        yield NoteRow(f"{first} Take down these photos: {numbers}.", [command])
    if replaced := [each.number for each in to_replace(snapshot, judged, live.settings)]:
        numbers = ", ".join(map(str, replaced))
        yield NoteRow(f"Photos online that were made again since; replace them on the web: {numbers}.", [])


_NOTES: tuple[Callable[[LiveBatch], Iterator[NoteRow]], ...] = (
    _of_log,
    _of_register,
    _of_clock,
    _of_rules,
    _of_run,
    _of_files,
    _of_web,
)
