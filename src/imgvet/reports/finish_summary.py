"""What came of a run, by name, as plain data for the review page; it has no path of the disk."""

from collections.abc import Iterable

from imgvet.batch.placement import PlacementChanges
from imgvet.batch.snapshot import PublishedFile
from imgvet.channels.places import channel_places
from imgvet.channels.states import Standing, channel_states
from imgvet.photo import Verdict
from imgvet.reports.batch_words import batch_needs, corrected_lines, file_lines, needs_of_photo, verdict_counts
from imgvet.reports.complete_run import RunOutcome
from imgvet.reports.finish_messages import (
    ChannelNews,
    FailedNote,
    FileNote,
    FinishSummary,
    NeedNote,
    VerdictNote,
    online_notes,
)
from imgvet.settings import Settings

_MOST_LISTED = 500  # photos that could not be vetted


def finish_summary(done: RunOutcome, settings: Settings, notes: Iterable[str] = ()) -> FinishSummary:
    """The outcome of a run, by name."""
    now = {place.folder for place in channel_places(settings)}
    failed = [each for each in done.after.photos if each.verdict is Verdict.FAILED]
    return FinishSummary(
        done.changes.round,
        [VerdictNote(str(verdict), number, meaning) for verdict, number, meaning in verdict_counts(done.asked)],
        _news(done, settings),
        _files(file for file in done.changes.gone if file.folder not in now),
        online_notes(done.still_online),
        online_notes(done.to_replace),
        [NeedNote(each.about, list(each.photos)) for each in batch_needs(done.asked)],
        _kept_out(done, settings),
        [FailedNote(each.number, needs_of_photo(each)) for each in failed[:_MOST_LISTED]],
        file_lines(done.files),
        corrected_lines(done.found, done.missing, done.after.photos),
        sorted(done.missing),
        list(done.renumbered),
        [path.name for path in done.kept],
        list(notes),
    )


def _news(done: RunOutcome, settings: Settings) -> list[ChannelNews]:
    ready = dict.fromkeys(settings.channel_names, 0)
    for photo in done.after.photos:
        for each in channel_states(photo, settings):
            ready[each.channel] += each.standing is Standing.READY
    found = list[ChannelNews]()
    for place in channel_places(settings):
        changes: PlacementChanges = done.changes.of_folder(place.folder)
        renamed = [FileNote(file.number, file.name, file.title, before) for before, file in changes.renamed]
        lists = (_files(changes.new), _files(changes.changed), renamed, _files(changes.gone))
        found.append(ChannelNews(place.channel, place.folder, ready[place.channel], *lists))
    return found


def _files(files: Iterable[PublishedFile]) -> list[FileNote]:
    return [FileNote(each.number, each.name, each.title) for each in files]


def _kept_out(done: RunOutcome, settings: Settings) -> list[NeedNote]:
    found = dict[str, list[int]]()
    for photo in done.after.photos:
        for each in channel_states(photo, settings):
            if each.standing is Standing.KEPT_OUT:
                found.setdefault(f"Kept out of {each.channel}: {each.words}", []).append(photo.number)
    return [NeedNote(words, numbers) for words, numbers in found.items()]
