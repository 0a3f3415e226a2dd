"""A whole run of a batch: plan, vet, settle where the batch is, place, note the forms, write the papers.

``imgvet batch`` and ``imgvet finish`` call it, and so does the page in the browser. It prints nothing: a ``RunWatcher``
is told what happens while it happens, and ``RunOutcome`` is what came of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from imgvet.batch.decisions.statements import RefusedStatement, refused_statements
from imgvet.batch.form_suggestions import PhotographedForms, photographed_forms
from imgvet.batch.form_uses import PlaceChange, note_placed, settle_place
from imgvet.batch.gate import has_new_numbers
from imgvet.batch.packed import PhotosByNumber
from imgvet.batch.placement import PlacementChanges
from imgvet.batch.publications import OnlinePhoto, to_replace, to_take_down
from imgvet.batch.register_lookup import batch_clock
from imgvet.batch.run import RunPlan, place_photos, plan_run, vet_batch
from imgvet.batch.settings import note_run
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.status import FolderCheck, check_files, not_vetted, office_views
from imgvet.batch.store import BatchStore
from imgvet.channels.places import channel_places
from imgvet.clock import ClockReading
from imgvet.errors import Interrupted, RegisterError
from imgvet.photo import Photo
from imgvet.photo_jobs import PhotoJob, Workers
from imgvet.reports.write_all import write_all
from imgvet.settings import Settings
from imgvet.text import count
from imgvet.workers.pool import ending, workers_for

Advance = Callable[[], None]  # one more is done


class VettingWatcher(Protocol):
    """Hears when each photo is started, and when it is done."""

    def jobs(self, jobs: Iterator[PhotoJob]) -> Iterator[PhotoJob]:
        """Gives on each job as it is started; may end before all are."""
        ...

    def done(self, photo: Photo) -> None:
        """It was vetted, and is saved."""


class RunWatcher(Protocol):
    """Is told what a run does, at that moment."""

    def reading(self, total: int) -> AbstractContextManager[Advance]:
        """So many files are new, and are read within the block, each with a call."""
        ...

    def planned(self, plan: RunPlan, clock: ClockReading) -> None:
        """What there is to do; it begins after this."""

    def vetting(self, sizes: Mapping[int, int]) -> AbstractContextManager[VettingWatcher]:
        """Photos are vetted or copied within the block; ``sizes``: by number, the bytes of each, 0 for a copy.

        Where it ends the jobs early, its block ends with KeyboardInterrupt.
        """
        ...

    def placing(self) -> None:
        """All photos are vetted; their files are placed, once the gate was asked again."""

    def settled(self, change: PlaceChange) -> None:
        """The batch is not where the register of release forms had it."""

    def register_failed(self, problem: RegisterError) -> None:
        """The register could not be updated, which the next run makes good."""

    def placed(self, after: BatchSnapshot, asked: Sequence[Photo]) -> None:
        """All files are where they belong. ``asked``: as ``office_views`` gives the photos. The papers come next."""


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What came of a run."""

    after: BatchSnapshot
    asked: Sequence[Photo]  # its photos as ``office_views`` gives them
    changes: PlacementChanges
    found: FolderCheck  # what somebody had replaced, removed or altered before
    missing: frozenset[int]  # photos whose original is
    away: tuple[int, ...]  # photos that were not vetted, because their originals went away with their folder
    renumbered: tuple[int, ...]  # photos whose faces have other numbers than before
    kept: tuple[Path, ...]  # checklists that somebody has filled in and nobody has imported
    still_online: Sequence[OnlinePhoto]  # on the web, and may not be
    to_replace: Sequence[OnlinePhoto]  # on the web in an earlier version
    refused: Sequence[RefusedStatement]  # statements that somebody has called untrue
    forms: PhotographedForms  # what photos of forms are good for
    files: FolderCheck  # what is in the folders now beside what should be there


def complete_run(
    folder: BatchStore,
    sources: Sequence[Path],
    settings: Settings,
    watcher: RunWatcher,
    *,
    workers: Workers | None = None,
    declare: str | None = None,
    by: str = "",
) -> RunOutcome:
    """Vet what is new or changed, judge the rest again, place every file, and write the papers.

    Args:
        folder: the batch, whose lock the caller has.
        sources: photos to bring in; none where the batch goes on with those that it has.
        settings: those of the batch.
        watcher: is told what happens.
        workers: how many processes vet, None is one a core; or the engine that vets.
        declare: who declares the profile's statements; None is nobody.
        by: who finishes the batch, for the log; empty is nobody.

    Raises:
        BatchError, OSError, UsageError, ModelError, ProfileError, RegisterError, ClusterError: as ``plan_run``,
            ``vet_batch``, ``place_photos`` and ``write_all``; what was done before stays, and the next run goes on from
            there.
    """
    own = workers if isinstance(workers, int) else None
    plan = plan_run(folder, sources, settings, own, watcher.reading)
    watcher.planned(plan, batch_clock(settings, plan.snapshot.decisions))
    sizes = dict.fromkeys(plan.to_copy, 0) | dict(zip(plan.to_vet, plan.sizes, strict=True))
    vetting = workers_for(own, len(sizes)) if workers is None or isinstance(workers, int) else workers
    with watcher.vetting(sizes) as watching:
        results = vet_batch(
            folder,
            plan,
            settings,
            workers=vetting,
            declare=declare,
            hand_out=watching.jobs,
        )
        with ending(results):
            for photo in results:
                sizes.pop(photo.number, None)
                watching.done(photo)
    away = tuple(number for number in plan.to_vet if number in sizes)
    before, found, missing = PhotosByNumber(plan.snapshot.photos), plan.found, frozenset(plan.gone)
    del plan, results  # frees the records of a large batch before it is read again
    watcher.placing()
    with _telling_of_register(watcher):
        if change := settle_place(folder, settings):
            watcher.settled(change)
    changes = place_photos(folder, settings, by)
    with _telling_of_register(watcher):
        note_placed(folder, settings)
    after = folder.snapshot()
    asked = office_views(after.photos, settings)
    watcher.placed(after, asked)
    kept = write_all(folder, settings, after)
    renumbered = (now.number for now in after.photos if (was := before.get(now.number)) and has_new_numbers(was, now))
    return RunOutcome(
        after,
        asked,
        changes,
        found,
        missing,
        away,
        tuple(renumbered),
        kept,
        to_take_down(after, after.photos, settings),
        to_replace(after, after.photos, settings),
        refused_statements(after.decisions, settings.profile),
        photographed_forms(asked, settings, after.decisions),
        check_files(folder, after.facts, after.photos, channel_places(settings)),
    )


@contextmanager
def noting_run(folder: BatchStore, go_on: str) -> Iterator[None]:
    """Note in the batch that a run is under way, and say what is kept where somebody stops it with Ctrl-C.

    ``go_on``: how to continue, as the person does that.

    Raises:
        Interrupted: somebody did.
    """
    try:
        note_run(folder, under_way=True)
        yield
        note_run(folder, under_way=False)
    except KeyboardInterrupt:
        left = count(not_vetted(folder), "photo is", "photos are")
        reason = f"Stopped. Photos vetted so far are kept in '{folder.path}'; {left} not vetted yet."
        raise Interrupted(reason, go_on) from None


@contextmanager
def _telling_of_register(watcher: RunWatcher) -> Iterator[None]:
    try:
        yield
    except RegisterError as problem:
        watcher.register_failed(problem)
