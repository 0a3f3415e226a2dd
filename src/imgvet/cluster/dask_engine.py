"""The coordinator's side: photo jobs on a Dask cluster, a bounded number at a time."""

import hashlib
import logging
import queue
import time
import uuid
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import chain, count
from pathlib import Path
from typing import Any

from imgvet.atomic_files import write_atomic
from imgvet.cluster.carried import Answer, Done, FileNotSeen, Refused, SentJob, task_for
from imgvet.cluster.there import keep, vet_there
from imgvet.errors import ClusterError, ImgvetError, PhotoError
from imgvet.find_photos import sidecar_paths
from imgvet.formats.sniff import read_source
from imgvet.photo import ChannelCopy, Photo
from imgvet.photo_jobs import PhotoJob, VettedPhoto, blank_photo, checked_result, failed_photo
from imgvet.profile import Limits
from imgvet.settings import Settings
from imgvet.source_files import file_stamp
from imgvet.storage_errors import storage_words
from imgvet.workers.answers import LostJob

_CONNECT_SECONDS = 30
_NO_WORKERS_SECONDS = 120  # for which a cluster may be without workers
_LOOK_SECONDS = 5  # between two looks at how many workers there are
_A_THREAD = 2  # jobs in flight for each thread of a worker: one that it does, and one that is there already
_MOST_BYTES = 1024**3  # of originals that are in flight at once
_DO_AGAIN = "Run the same command again."
_AGAIN = "Photos vetted so far are kept. Run the same command again to go on."


class DaskEngine:
    """Vets photos on the workers of a Dask cluster; ``scheduler`` is its address, such as ``tls://host:8786``."""

    def __init__(self, scheduler: str) -> None:
        self._scheduler = scheduler

    def run(
        self, jobs: Iterable[PhotoJob], settings: Settings
    ) -> Generator[tuple[PhotoJob, VettedPhoto | LostJob], None, None]:
        """As ``imgvet.photo_jobs.Engine``. A worker that is lost costs nothing: its photos are done again.

        Raises:
            ClusterError: there is no such scheduler, no worker, one that may not do the work, or they are gone.
            ModelError, ProfileError: as ``imgvet.photo_jobs.vet_jobs``.
        """
        jobs = iter(jobs)
        first = next(jobs, None)
        if first is None:
            return
        task = task_for(settings)
        client = _connected(self._scheduler)
        try:
            kept = client.submit(keep, task, key=f"imgvet-task-{uuid.uuid4().hex}")
            flight = _Flight(client, kept, self._scheduler, settings)
            yield from flight.results(chain([first], jobs))
        finally:
            client.close(timeout=5)


def _connected(scheduler: str) -> Any:
    """A client of the scheduler, as soon as it has a worker.

    Raises:
        ClusterError: there is none, or it has none.
    """
    distributed: Any
    try:
        distributed = import_module("distributed")  # not asked for where photos are vetted here
    except ImportError as problem:
        raise ClusterError("Dask is not installed.", "pip install 'imgvet[cluster]'") from problem
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said by imgvet
    try:
        client = distributed.Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False, name="imgvet")
    except (OSError, ValueError, TypeError) as problem:
        raise ClusterError(
            f"There is no Dask scheduler at '{scheduler}' that answers ({problem}).",
            "Check the address, and for tls:// the certificates that Dask's configuration names.",
        ) from problem
    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    except TimeoutError as problem:
        client.close()
        raise _without_workers(scheduler) from problem
    return client


def _without_workers(scheduler: str) -> ClusterError:
    return ClusterError(f"The cluster at '{scheduler}' has no workers.", f"Start some (`dask worker`). {_AGAIN}")


@dataclass(frozen=True, slots=True)
class _Sent:
    """A job that is in flight."""

    job: PhotoJob
    carried: int  # bytes of files that went with it


class _Flight:
    """The jobs that are with the cluster."""

    def __init__(self, client: Any, task: Any, scheduler: str, settings: Settings) -> None:
        self._client, self._task, self._scheduler, self._settings = client, task, scheduler, settings
        self._run, self._numbers = uuid.uuid4().hex, count()
        self._sent = dict[Any, _Sent]()  # by future
        self._ended = queue.SimpleQueue[Any]()
        self._not_seen = set[Path]()  # folders that workers do not see
        self._room = 0
        self._looked = self._had_workers = time.monotonic()

    def results(self, jobs: Iterator[PhotoJob]) -> Iterator[tuple[PhotoJob, VettedPhoto | LostJob]]:
        """Each job with what came of it."""
        left = True
        while left or self._sent:
            self._look_at_workers()
            while left and self._has_room():
                job = next(jobs, None)
                if job is None:
                    left = False
                elif (unread := self._send(job, with_files=job.source.parent in self._not_seen)) is not None:
                    yield job, unread
            ended = self._next_ended()
            if ended is None:
                continue
            job, answer = ended
            if isinstance(answer, LostJob):
                yield job, answer
            elif isinstance(answer, Done):
                yield job, _saved(job, answer, self._settings)
            else:
                self._not_seen.add(job.source.parent)
                if (unread := self._send(job, with_files=True)) is not None:
                    yield job, unread

    def _has_room(self) -> bool:
        return len(self._sent) < self._room and sum(each.carried for each in self._sent.values()) < _MOST_BYTES

    def _send(self, job: PhotoJob, *, with_files: bool) -> VettedPhoto | None:
        """Send a job, with its files where workers do not see them; where those cannot be read, the photo failed."""
        files = dict[str, bytes]()
        stamp = "" if with_files else file_stamp(job.source)
        if not stamp:
            try:
                files = _files_of(job.source, self._settings.profile.limits)
            except PhotoError as problem:
                return VettedPhoto(failed_photo(blank_photo(job), problem.reason, problem.hint))
        key = f"imgvet-photo-{self._run}-{next(self._numbers)}"
        future = self._client.submit(vet_there, self._task, SentJob(job, stamp, files), key=key, pure=False)
        self._sent[future] = _Sent(job, sum(map(len, files.values())))
        future.add_done_callback(self._ended.put)
        return None

    def _next_ended(self) -> tuple[PhotoJob, Done | FileNotSeen | LostJob] | None:
        """The next job that has ended, and how; None where none has for some seconds.

        Raises:
            ClusterError, ModelError, ProfileError: as ``DaskEngine.run``.
        """
        distributed: Any = import_module("distributed")
        try:
            future = self._ended.get(timeout=_LOOK_SECONDS)
            answer: Answer | LostJob = future.result(timeout=_NO_WORKERS_SECONDS)
        except queue.Empty:
            return None
        except distributed.TimeoutError:  # the worker that had the result was lost, and there is no other yet
            self._ended.put(future)
            return None
        except distributed.KilledWorker:
            answer = LostJob("Each of the Dask workers that had it ended while it did.")
        except ImgvetError:
            raise
        except distributed.client.FutureCancelledError as problem:
            raise self._gone() from problem
        except Exception as problem:
            raise ClusterError(
                f"The workers of the cluster at '{self._scheduler}' cannot do the work ({problem}).",
                "Install the same imgvet on every machine, the scheduler's too, and run the same command again.",
            ) from problem
        if isinstance(answer, Refused):
            raise ClusterError(f"A worker of the cluster cannot be used. {answer.reason}", answer.hint)
        return self._sent.pop(future).job, answer

    def _look_at_workers(self) -> None:
        """From time to time, see how many threads the workers have: so many jobs are in flight.

        Raises:
            ClusterError: the scheduler is gone, or there has been no worker for some time.
        """
        now = time.monotonic()
        if self._room and now - self._looked < _LOOK_SECONDS:
            return
        self._looked = now
        try:
            threads = sum(self._client.nthreads().values())
        except Exception as problem:
            raise self._gone() from problem
        if threads:
            self._room, self._had_workers = threads * _A_THREAD, now
        elif now - self._had_workers > _NO_WORKERS_SECONDS:
            raise _without_workers(self._scheduler)

    def _gone(self) -> ClusterError:
        return ClusterError(f"The Dask scheduler at '{self._scheduler}' does not answer any more.", _AGAIN)


def _files_of(source: Path, limits: Limits) -> dict[str, bytes]:
    """The bytes of an original and of its sidecars, by name.

    Raises:
        PhotoError: it cannot be read.
    """
    return {path.name: read_source(path, limits) for path in (source, *sidecar_paths(source))}


def _saved(job: PhotoJob, done: Done, settings: Settings) -> VettedPhoto:
    """The photo, with its clean files in its folder; each must be to the byte what was proven on the other machine."""
    vetted = checked_result(job, done.vetted, settings.channel_names)
    photo, written = vetted.photo, list[Path]()
    made = {Path(each.output): each.sha256 for each in _with_copies(photo) if each.output is not None}
    came = {path: hashlib.sha256(done.files.get(path.name, b"")).hexdigest() for path in made}
    if came != made:
        return VettedPhoto(failed_photo(photo, "Its clean file did not arrive as it was made.", _DO_AGAIN))
    try:
        for path in made:
            written.append(path)
            write_atomic(path, done.files[path.name])
    except OSError as problem:
        for path in written:  # a photo has all its files or none
            path.unlink(missing_ok=True)
        return VettedPhoto(failed_photo(photo, *storage_words(problem, called="its clean file")))
    return vetted


def _with_copies(photo: Photo) -> tuple[Photo | ChannelCopy, ...]:
    return (photo, *photo.copies)
