"""What a worker does with a pile of blank forms: it lays them out for paper."""

from collections.abc import Sequence

from imgvet.releases.forms.build import build_forms, pile_texts
from imgvet.releases.forms.pdf import check_printable, write_forms_pdf
from imgvet.releases.forms.pile import PileOrder


def ready() -> None:
    """Prepare a worker: what it needs is imported with this module."""


def check_pile(_: None, order: PileOrder) -> bytes:
    """Check that the pile can be printed, before a number is given away.

    Raises:
        UsageError: it cannot.
    """
    for text in pile_texts(order):
        check_printable(text)
    return b""


def pile_pdf(_: None, numbered: tuple[PileOrder, Sequence[str]]) -> bytes:
    """The pile with these numbers, as a PDF."""
    order, numbers = numbered
    return write_forms_pdf(build_forms(pile_texts(order), numbers))
