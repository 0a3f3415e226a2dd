"""Looking into files without vetting them: what they carry, and what they are proven to be. Each look in a worker."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from imgvet.decode.limits import check_bounds
from imgvet.decode.open import EVERY_BIT_KINDS, hidden_text, open_stored
from imgvet.errors import PhotoError
from imgvet.formats.sniff import kind_of, lie, read_source
from imgvet.inspection.inspect import Inspection, inspect, with_low_bit_text
from imgvet.profile import Limits
from imgvet.proof.prove import Proof, prove
from imgvet.workers.pool import Limit, Lost, run

_UNSEEN = "Its pixels could not be read, so nobody looked for text hidden in them."


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of one look."""

    path: Path
    inspection: Inspection | None = None
    proof: Proof | None = None
    lie: str | None = None  # a sentence, where the file's name says another kind than its content
    error: str | None = None  # why it could not be looked into
    way_out: str = ""


def inspect_many(paths: Sequence[Path], limits: Limits, workers: int) -> Iterator[Looked]:
    """What each file carries, each as it is done; a file that cannot be read is a value with ``error``."""
    return _look(_inspected, paths, limits, workers)


def prove_many(paths: Sequence[Path], limits: Limits, workers: int, *, stripped: bool) -> Iterator[Looked]:
    """The proof of each file, each as it is done; with ``stripped``, as a file of ``imgvet strip``."""
    return _look(partial(_proven, stripped=stripped), paths, limits, workers)


def _look(
    function: Callable[[Limits, Path], Looked], paths: Sequence[Path], limits: Limits, workers: int
) -> Iterator[Looked]:
    limit = Limit(limits.seconds, limits.memory_mib)
    for path, outcome in run(partial(_at_hand, limits), function, paths, workers=workers, limit=limit, writable=()):
        if isinstance(outcome, Lost):
            yield Looked(path, error=outcome.reason, way_out=_LEAVE)
        else:
            yield replace(outcome, path=path)  # whatever a worker says that a file has taken over


_LEAVE = "Leave the file out; nothing of it was published."


def _at_hand(limits: Limits) -> Limits:
    return limits


def _inspected(limits: Limits, path: Path) -> Looked:
    try:
        data = read_source(path, limits)
        kind = kind_of(data)
        check_bounds(data, kind, limits)
    except PhotoError as problem:
        return Looked(path, error=problem.reason, way_out=problem.way_out)
    inspection = inspect(data, kind)
    if kind in EVERY_BIT_KINDS:
        inspection = _with_hidden_text(inspection, data, kind, limits)
    return Looked(path, inspection=inspection, lie=lie(path, kind))


def _with_hidden_text(inspection: Inspection, data: bytes, kind: str, limits: Limits) -> Inspection:
    try:
        text = hidden_text(open_stored(data, kind, limits))
    except PhotoError:
        return replace(inspection, unread=(*inspection.unread, _UNSEEN))
    return with_low_bit_text(inspection, text) if text else inspection


def _proven(limits: Limits, path: Path, *, stripped: bool) -> Looked:
    try:
        return Looked(path, proof=prove(read_source(path, limits), stripped=stripped, thorough=True))
    except PhotoError as problem:
        return Looked(path, error=problem.reason, way_out=problem.way_out)
