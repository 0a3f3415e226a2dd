"""The compact checklist: the open faces and areas alone, fifteen on a sheet of paper, to be filled in with a pen.

Likely faces come first, areas last. It is one file that needs nothing else, as the checklist's page is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from typing import TextIO

from imgvet.checklist.page import (
    ChecklistPage,
    area_decisions_to_tick,
    checklist_environment,
    decisions_on_paper,
    running_head,
)
from imgvet.decisions import DecisionScope
from imgvet.photo import Area, Face, Photo

PAGE_PARTS = 15  # faces and areas on one sheet of A4
FILE_PARTS = 40 * PAGE_PARTS  # in one file; a browser takes a while to print more


@dataclass(frozen=True, slots=True)
class OpenPart:
    """One face or area that needs something, with its small pictures."""

    photo: Photo
    part: Face | Area
    crop: bytes | None
    whole: bytes | None  # the photo with its faces numbered and its areas lettered

    @property
    def face(self) -> Face | None:
        """The face; None: it is an area."""
        return self.part if isinstance(self.part, Face) else None

    @property
    def area(self) -> Area | None:
        """The area; None: it is a face."""
        return self.part if isinstance(self.part, Area) else None


def write_compact(page: ChecklistPage, parts: Iterable[OpenPart], questions: int, out: TextIO) -> None:
    """Write the compact checklist, a sheet of paper at a time as the faces and areas come.

    Args:
        page: the head of the checklist.
        parts: the faces and areas that need something, in the order in which they are printed.
        questions: how many questions about photos the full checklist asks, which are not on this one.
        out: where it is written.
    """
    template = checklist_environment().get_template("checklist-compact.html.j2")
    out.writelines(
        template.generate(
            page=page,
            sheets=_sheets(parts),
            questions=questions,
            decisions=[kind.word or kind.name for kind in decisions_on_paper(DecisionScope.FACE, page.profile)],
            area_decisions=partial(area_decisions_to_tick, profile=page.profile),
            running_head=running_head(page),
        )
    )


def _sheets(parts: Iterable[OpenPart]) -> Iterator[list[list[OpenPart]]]:
    """The faces and areas of each sheet of paper, those of one photo together."""
    following = iter(parts)
    while some := list(islice(following, PAGE_PARTS)):
        yield [list(group) for _, group in groupby(some, key=lambda each: each.photo.number)]
