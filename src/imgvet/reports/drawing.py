"""The workers that draw small pictures of photos for the papers of a batch.

Previews come from strangers' files, so confined workers draw. The papers are written one after the other, and share
them: on a few photos, starting workers takes longer than all they do.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from imgvet.workers.answers import LostJob
from imgvet.workers.pool import JobLimit, SpareWorkers, run_jobs, workers_for

Job = TypeVar("Job")

_LIMIT = JobLimit(seconds=60, memory_mib=2048)  # of one picture
_MOST = 4  # processes, each of which may have some megabytes of previews in memory


def drawn_pictures(
    draw: Callable[[None, Job], bytes], jobs: Iterable[Job], shares: int, spare: SpareWorkers
) -> Iterator[tuple[Job, bytes | LostJob]]:
    """Each job with the bytes of its picture, as it is drawn.

    Args:
        draw: importable by name.
        jobs: what it is given, one by one.
        shares: into how many parts the work can be split, each worth starting a process for.
        spare: the workers of the batch's papers.
    """
    workers = min(_MOST, workers_for(None, shares))
    return run_jobs(_nothing, draw, jobs, result=bytes, workers=workers, limit=_LIMIT, writable=(), spare=spare)


def _nothing() -> None:
    """A worker that draws needs nothing."""
