"""A pile of blank forms, from what somebody asked for to the numbers on it: checked before a number is given away.

What lays the forms out loads a library for pictures, so the review page does it in a worker, see ``printed_pile``.
"""

from dataclasses import dataclass
from datetime import date

from imgvet.database.addresses import Address
from imgvet.errors import UsageError
from imgvet.profile import Profile
from imgvet.releases.forms.records import FormKind
from imgvet.releases.store import open_register
from imgvet.workers.answers import LostJob
from imgvet.workers.late import LateFunction
from imgvet.workers.pool import JobLimit, run_jobs

_LIMIT = JobLimit(120, 2048)  # for one pile


@dataclass(frozen=True, slots=True)
class PileOrder:
    """What somebody wants to print."""

    profile: Profile  # whose forms
    event: str  # what happens, as people will read it
    first: date | None = None  # day of the photos
    last: date | None = None
    channels: tuple[str, ...] | None = None  # to ask for; None: all
    count: int = 1  # of each kind
    kinds: tuple[FormKind, ...] = (FormKind.ADULT, FormKind.CHILD)
    language: str = "en"

    @property
    def year(self) -> int:
        """The year in the numbers."""
        return (self.first or date.today()).year


def kinds_of_forms(*, adult: bool, child: bool) -> tuple[FormKind, ...]:
    """The kinds that were asked for; both where none was."""
    both = adult == child
    return tuple(kind for kind, wanted in ((FormKind.ADULT, adult or both), (FormKind.CHILD, child or both)) if wanted)


def reserved_numbers(address: Address, order: PileOrder, by: str) -> list[str]:
    """The numbers of the forms of a pile, from the register at that address; a new one where there is none.

    Raises:
        RegisterError: it cannot be used.
    """
    with open_register(address) as register:
        prefix = order.profile.releases.prefix
        return register.reserve(prefix, order.year, order.count * len(order.kinds), by.strip())


def printed_pile(address: Address, order: PileOrder, by: str) -> bytes:
    """The pile as a PDF with numbers of its own, laid out in a worker; no number is given for one that does not fit.

    Args:
        address: of the register.
        order: what is printed.
        by: who prints it.

    Raises:
        UsageError: the pile cannot be printed, in words.
        RegisterError: the register cannot be used.
    """
    _in_worker("check_pile", order)
    numbers = reserved_numbers(address, order, by)
    return _in_worker("pile_pdf", (order, tuple(numbers)))


def _in_worker(name: str, job: object) -> bytes:
    ready, laid_out = (LateFunction("imgvet.releases.forms.layout", each) for each in ("ready", name))
    jobs = run_jobs(ready, laid_out, [job], result=bytes, workers=1, limit=_LIMIT, writable=())
    ((_, outcome),) = jobs
    if isinstance(outcome, LostJob):
        raise UsageError(f"The forms could not be laid out. {outcome.reason}", "Print fewer forms at once.")
    return outcome
