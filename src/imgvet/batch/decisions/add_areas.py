"""Areas that people draw to hide something that is neither a face nor found: a tattoo, a badge, a background."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from imgvet.batch.decisions.outlines import parse_outline
from imgvet.batch.decisions.record import DecisionRequest, apply_decisions, check_allowed, current_photos
from imgvet.batch.decisions.targets import one_photo
from imgvet.batch.store import BatchStore
from imgvet.decisions import ADD_AREA, DECISION_KINDS, Decision, DecisionScope, kind_about
from imgvet.errors import UsageError
from imgvet.geometry import Outline, outline_box
from imgvet.photo import Area, Photo
from imgvet.profile import Profile
from imgvet.rules.area_rules import DRAWN


@dataclass(frozen=True, slots=True)
class AddedArea:
    """An area that somebody drew, as it is in its photo now."""

    photo: Photo
    area: Area
    is_new: bool  # False: the same outline was drawn before


def add_areas(
    folder: BatchStore, profile: Profile, target: str, outlines: Sequence[str], request: DecisionRequest
) -> list[AddedArea]:
    """Add areas to one photo, and decide on each of them where the request has a kind; they are open otherwise.

    Args:
        folder: the batch.
        profile: whose ``decisions`` says what needs a second person.
        target: one photo; its number, output name, or original's file name.
        outlines: one for each area, as ``parse_outline`` reads them.
        request: who draws them and why; its kind is a decision on an area, or empty.

    Raises:
        UsageError: no such photo, an outline that is none, or a decision that is not allowed; nothing is recorded.
    """
    _check_adding_area(request)
    with folder.writing():
        snapshot = folder.snapshot()
        photo = one_photo(current_photos(snapshot), target)
        drawn = [parse_outline(photo, text) for text in outlines]
        return add_outlines(folder, snapshot.decisions_on(photo.number), profile, photo, drawn, request)


def add_outlines(
    folder: BatchStore,
    said: Sequence[Decision],
    profile: Profile,
    photo: Photo,
    outlines: Sequence[Outline],
    request: DecisionRequest,
) -> list[AddedArea]:
    """The same for a photo that is at hand, in a transaction of the caller.

    Args:
        folder: the batch.
        said: the decisions on the photo's original, up to now.
        profile: as for ``add_areas``.
        photo: with its areas as ``current_photos`` has them.
        outlines: as ``parse_outline`` gives them.
        request: as for ``add_areas``.

    Raises:
        UsageError: as ``add_areas``.
    """
    _check_adding_area(request)
    adding = replace(request, kind=ADD_AREA, value="")
    there = {area.identity: area for area in photo.areas}
    new = [_drawn_area(photo, outline) for outline in dict.fromkeys(outlines)]
    drawn = [adding.for_area(photo, area) for area in new if not _is_there(there.get(area.identity), area)]
    after = apply_decisions(photo, [*said, *drawn])
    by_id = {area.area_id: area for area in after.areas}
    decided = []
    for area in new if request.kind else []:
        check_allowed(profile, photo, by_id[area.identity], request)
        decided.append(request.for_area(photo, by_id[area.identity]))
    folder.decide(*drawn, *decided)
    return [AddedArea(after, by_id[area.identity], area.identity not in there) for area in new]


def _check_adding_area(request: DecisionRequest) -> None:
    request.check()
    kind = DECISION_KINDS.get(kind_about(request.kind, DecisionScope.AREA))
    if request.kind and not (kind and kind.while_adding and DecisionScope.AREA in kind.scopes):
        raise UsageError(
            f"'{request.kind}' cannot be decided while an area is added.", "Name redact, or decide it afterwards."
        )


def _drawn_area(photo: Photo, outline: Outline) -> Area:
    number = max((area.number for area in photo.areas), default=0) + 1
    return Area(number, DRAWN, outline_box(outline), outline, added=True, found=False)


def _is_there(before: Area | None, area: Area) -> bool:
    """Whether somebody drew the very same before."""
    return before is not None and before.added and before.outline == area.outline
