"""A worker that is kept ready: one job at a time, answered before the next one comes.

``run_jobs`` is for many jobs that are known beforehand. A page that is looked at asks for one picture now and for
another in a minute, and cannot wait each time until a process has loaded what it needs. The process is confined and
limited, and its answers are checked, all as in ``imgvet.workers.pool``.
"""

import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from imgvet.workers.answers import AnswerReader, Broken, LostJob, Ready
from imgvet.workers.pool import BusyWorker, JobLimit, WorkerProcess, WorkerTask, speaking_workers

Job = TypeVar("Job")
Result = TypeVar("Result")

_STOPPED = LostJob("It was stopped.")


class StandbyWorker(Generic[Job, Result]):
    """One confined process that waits for jobs; a context manager.

    A job that crashes or hangs costs only itself: the process is started again at once. It ends with its owner, also
    where that is killed. ``run`` may be called from any thread, and takes one job after the other.

    Args:
        prepare: runs once in the process; its value is handed to ``function`` with each job.
        function: gives the answer to one job. Both must be importable by name.
        result: the type of every answer, to the last field.
        limit: what one job may take.
        writable: the folders below which the process may write; ``()`` is nowhere.
    """

    def __init__(
        self,
        prepare: Callable[[], Any],
        function: Callable[[Any, Job], Result],
        *,
        result: type[Result],
        limit: JobLimit,
        writable: Sequence[Path] = (),
    ) -> None:
        self._task = WorkerTask(pickle.dumps((_OwnedPrepare(prepare), function)), limit)
        self._reader = AnswerReader(result)
        self._folders = tuple(writable)
        self._one_job = threading.Lock()
        self._changing = threading.Lock()
        self._worker: BusyWorker[Job, Result] | None = None
        self._closed = False

    def __enter__(self) -> "StandbyWorker[Job, Result]":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process where there is none, so that the first job finds it ready. It does not wait for it."""
        with self._one_job:
            self._started()

    def run(self, job: Job) -> Result | LostJob:
        """The answer to a job, or why there is none; after the job before it.

        Raises:
            Exception: whatever ``prepare`` or ``function`` raised; a job that may fail returns its failure as a value.
        """
        with self._one_job:
            worker = self._started()
            if worker is None:
                return _STOPPED
            worker.give(job)
            outcome: Result | Ready | Broken | LostJob = Ready()
            while isinstance(outcome, Ready):
                for speaking in speaking_workers([worker]):
                    outcome = speaking.take()
            if isinstance(outcome, LostJob | Broken):
                self._end(worker)
                if self._closed:
                    return _STOPPED
            if isinstance(outcome, Broken):
                raise outcome.error
            if isinstance(outcome, LostJob):
                self._started()
            return outcome

    def close(self) -> None:
        """End the process, also in the middle of a job, which is lost; no job is taken any more."""
        with self._changing:
            self._closed = True
            if self._worker is not None:
                self._worker.process.kill()  # on which ``run`` returns
        with self._one_job:
            if self._worker is not None:
                self._end(self._worker)

    def _started(self) -> BusyWorker[Job, Result] | None:
        """The process, alive; one that ended while it had nothing to do is started again. None once it is closed."""
        with self._changing:
            if self._closed:
                return None
            if self._worker is not None and not self._worker.process.is_alive():
                self._worker.end()
                self._worker = None
            if self._worker is None:
                self._worker = BusyWorker(WorkerProcess(self._folders), self._task, self._reader)
            return self._worker

    def _end(self, worker: BusyWorker[Job, Result]) -> None:
        with self._changing:
            worker.end()
            self._worker = None


@dataclass(frozen=True, slots=True)
class _OwnedPrepare:
    """Prepares the process, and lets it end as soon as its owner has ended, whatever it is doing then."""

    prepare: Callable[[], Any]

    def __call__(self) -> Any:
        owner = multiprocessing.parent_process()
        if owner is not None:
            threading.Thread(target=_end_with, args=(owner.sentinel,), daemon=True).start()
        return self.prepare()


def _end_with(owner: Any) -> None:
    wait([owner])
    os._exit(1)
