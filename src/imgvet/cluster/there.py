"""What a Dask worker does: it hands photos to a confined process of imgvet, and never opens one itself."""

import contextlib
import multiprocessing
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from imgvet.cluster.carried import Answer, Done, FileNotSeen, Refused, SentJob, Task, own_versions
from imgvet.errors import PhotoError
from imgvet.find_photos import sidecar_paths
from imgvet.photo import Photo
from imgvet.photo_jobs import OPEN_KIT, VET_ONE, PhotoJob, VettedPhoto, as_at, checked_result
from imgvet.source_files import fetch, file_stamp, is_remote
from imgvet.workers.pool import JobLimit
from imgvet.workers.standby import StandbyWorker

_IDLE_SECONDS = 60  # after which the confined process ends; the next photo starts another
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def keep(task: Task) -> Task:
    """The task itself: as work of the cluster, it is there again when a machine that had it is gone."""
    return task


def vet_there(task: Task, sent: SentJob) -> Answer:
    """Vet one photo in the confined process of this thread of a Dask worker.

    Raises:
        ModelError, ProfileError: as ``imgvet.photo_jobs.vet_jobs``.
    """
    if difference := task.versions.difference(own_versions()):
        return Refused(difference, "Install the same imgvet on every machine, and run the same command again.")
    if multiprocessing.current_process().daemon:
        return Refused(
            "It may not start processes, and imgvet opens photos in confined processes alone.",
            "Start Dask workers with DASK_DISTRIBUTED__WORKER__DAEMON=False in their environment.",
        )
    if sent.stamp and not is_remote(sent.job.source) and file_stamp(sent.job.source) != sent.stamp:
        return FileNotSeen()
    return _own_vetter(task).vet(sent)


class _Vetter:
    """A confined process for the photos of one task, and a folder for what it reads and writes.

    The process starts with the first photo, and ends when there was none for a while; the folder with it.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._working = threading.Lock()
        self._idle = threading.Timer(_IDLE_SECONDS, self.end)
        self._open = contextlib.ExitStack()
        self._process: StandbyWorker[PhotoJob, VettedPhoto] | None = None
        self._folder = Path()

    def vet(self, sent: SentJob) -> Done:
        """The photo's record and its clean files; nothing of either stays here."""
        with self._working:
            self._idle.cancel()
            process = self._process or self._started()
            limits = self.task.settings.profile.limits
            job, incoming, clean = sent.job, self._folder / "photo", self._folder / "clean"
            try:
                place = _placed(sent, incoming, limits.file_mib)
                here = replace(job, source=place, folder=None if job.folder is None else clean)
                vetted = checked_result(here, process.run(here), self.task.settings.channel_names)
                return Done(as_at(job, here, vetted), dict(_clean_files(vetted.photo)))
            except Exception:
                self._end()
                raise
            finally:
                _empty(incoming)
                _empty(clean)
                if self._process is not None:
                    self._idle = threading.Timer(_IDLE_SECONDS, self.end)
                    self._idle.daemon = True
                    self._idle.start()

    def end(self) -> None:
        """End the process, after the photo that it is at, and remove the folder."""
        with self._working:
            self._idle.cancel()
            self._end()

    def _started(self) -> StandbyWorker[PhotoJob, VettedPhoto]:
        self._folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="imgvet-", dir=_scratch())))
        for name in ("photo", "clean", "marks"):
            (self._folder / name).mkdir()
        for name, data in self.task.files.items():
            (self._folder / "marks" / name).write_bytes(data)
        settings = replace(self.task.settings, profile_folder=self._folder / "marks")
        limits = settings.profile.limits
        self._process = self._open.enter_context(
            StandbyWorker(
                partial(OPEN_KIT, settings, 1),
                VET_ONE,
                result=VettedPhoto,
                limit=JobLimit(limits.seconds, limits.memory_mib),
                writable=(self._folder / "clean",),
            )
        )
        return self._process

    def _end(self) -> None:
        self._process = None
        self._open.close()


_vetters: dict[int, _Vetter] = {}  # by thread


def _own_vetter(task: Task) -> _Vetter:
    """That of this thread; one that was at another task ends."""
    here = threading.get_ident()
    vetter = _vetters.get(here)
    if vetter is not None and vetter.task != task:
        vetter.end()
        vetter = None
    if vetter is None:
        vetter = _vetters[here] = _Vetter(task)
    return vetter


def _scratch() -> str | None:
    """The folder that Dask keeps for this worker and removes after it; None: where the system has such folders."""
    from distributed import get_worker  # noqa: PLC0415 - there, because Dask runs this

    try:
        return str(get_worker().local_directory)
    except ValueError:
        return None


def _placed(sent: SentJob, folder: Path, most_mib: int) -> Path:
    """Where the photo is for this worker; it is put there where its bytes came with the job, or are in a store.

    Raises:
        StorageError: this worker cannot read the store.
    """
    if sent.stamp and not is_remote(sent.job.source):
        return sent.job.source
    if sent.stamp:
        for path in (sent.job.source, *sidecar_paths(sent.job.source)):
            with contextlib.suppress(PhotoError):  # the confined process says that it is not there
                fetch(path, folder, most_mib)
    for name, data in sent.files.items():
        (folder / name).write_bytes(data)
    return folder / sent.job.source.name


def _clean_files(photo: Photo) -> Iterator[tuple[str, bytes]]:
    """The files that a photo's record names, by name. Links are not followed: nobody trusts what wrote them."""
    for output in (photo.output, *(each.output for each in photo.copies)):
        if output is None:
            continue
        with contextlib.suppress(OSError), os.fdopen(os.open(output, os.O_RDONLY | _NO_FOLLOW), "rb") as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                yield Path(output).name, file.read()


def _empty(folder: Path) -> None:
    """Remove all that is in the folder, but not the folder, because it is the one that the process may write to."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
