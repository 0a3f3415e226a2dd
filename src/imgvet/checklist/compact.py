"""The compact checklist: the open faces alone, fifteen on a sheet of paper, to be filled in with a pen.

Likely faces come first. It is one file that needs nothing else, as the checklist's page is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TextIO

from imgvet.checklist.page import ChecklistPage, checklist_environment, running_head
from imgvet.decisions import DecisionScope, FaceEffect, offered_decisions
from imgvet.photo import Face, Photo

PAGE_FACES = 15  # on one sheet of A4
PART_FACES = 40 * PAGE_FACES  # in one file; a browser takes a while to print more


@dataclass(frozen=True, slots=True)
class OpenFace:
    """One face that needs something, with its small pictures."""

    photo: Photo
    face: Face
    crop: bytes | None
    whole: bytes | None  # the photo with its faces numbered


def write_compact(page: ChecklistPage, faces: Iterable[OpenFace], questions: int, out: TextIO) -> None:
    """Write the compact checklist, a sheet of paper at a time as the faces come.

    Args:
        page: the head of the checklist.
        faces: those that need something, in the order in which they are printed.
        questions: how many questions about photos the full checklist asks, which are not on this one.
        out: where it is written.
    """
    kinds = offered_decisions(DecisionScope.FACE, page.profile.faces.answers)
    answers = [kind for kind in kinds if kind.effect not in (FaceEffect.NONE, FaceEffect.REOPENS)]
    template = checklist_environment().get_template("checklist-compact.html.j2")
    out.writelines(
        template.generate(
            page=page,
            sheets=_sheets(faces),
            questions=questions,
            decisions=[kind.word or kind.name for kind in sorted(answers, key=lambda kind: kind.by_profile)],
            running_head=running_head(page),
        )
    )


def _sheets(faces: Iterable[OpenFace]) -> Iterator[list[list[OpenFace]]]:
    """The faces of each sheet of paper, those of one photo together."""
    following = iter(faces)
    while some := list(islice(following, PAGE_FACES)):
        yield [list(group) for _, group in groupby(some, key=lambda each: each.photo.number)]
