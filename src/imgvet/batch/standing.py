"""What people's decisions come to for one photo: the newest on a matter holds. Nothing here asks whether it may."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from imgvet.faces.known import is_hidden, same_face
from imgvet.photo import Box, Decision, Face, Known, Photo


@dataclass(frozen=True, slots=True)
class Standing:
    """What people's decisions come to for one photo; the newest decision on a matter holds."""

    faces: tuple[Known, ...] = ()  # one for each face that people spoke of
    answered: frozenset[str] = frozenset()  # rules whose question a person has answered for this photo
    excluded: bool = False
    declared: frozenset[str] = frozenset()  # the profile's questions that a declaration covers

    def on(self, face: Face) -> Known | None:
        """What people said of a face that ``with_known`` gave; None where nobody spoke of it."""
        return next((each for each in self.faces if each.first == face.known_as), None)

    def hides(self, face: Face, redact: str) -> bool:
        """Whether the face is to be hidden, under ``--redact`` none, unreleased or all."""
        return is_hidden(self.on(face), redact)


def by_photo(decisions: Iterable[Decision]) -> defaultdict[int, list[Decision]]:
    """The decisions on each photo, oldest first; a photo without any has an empty list."""
    photos: defaultdict[int, list[Decision]] = defaultdict(list)
    for each in decisions:
        if each.photo is not None:
            photos[each.photo].append(each)
    return photos


def standing(photo: Photo, decisions: Iterable[Decision], declared: frozenset[str]) -> Standing:
    """What the decisions come to for this photo; those on another picture under the same number do not count."""
    about = [each for each in decisions if (each.photo, each.source_sha256) == (photo.number, photo.source_sha256)]
    answered: set[str] = set()
    excluded = False
    for each in about:
        if each.face is not None:
            continue
        if each.kind == "answer":
            answered.add(each.value)
        else:
            excluded = each.kind == "exclude"
            answered = set() if each.kind == "reopen" else answered
    return Standing(spoken_of(about), frozenset(answered), excluded, declared)


def spoken_of(decisions: Iterable[Decision]) -> tuple[Known, ...]:
    """The faces that decisions on one original are about, each with what holds of it now."""
    known: dict[Box, Known] = {}
    for each in decisions:
        if each.face is not None:
            first = each.known_as or _spoken_of_before(each.face, known.values()) or each.face
            known[first] = _told(known.get(first, Known(first, first)), each, each.face)
    return tuple(known.values())


def _spoken_of_before(box: Box, known: Iterable[Known]) -> Box | None:
    """The name of the face that a decision without one is about: that which lies closest, if any is close."""
    close = [each for each in known if same_face(box, each.box, by_hand=each.drawn)]
    return max(close, key=lambda each: box.overlap(each.box)).first if close else None


def _told(known: Known, decision: Decision, box: Box) -> Known:
    """What holds of a face once this has been said of it, too."""
    kind, refused = decision.kind, decision.kind == "refused"
    if kind == "add-face":  # it is a face after all; any other answer was about the same one
        answer, refused = None if known.answer == "not-a-face" else known.answer, known.refused
    else:
        answer = None if kind in ("reopen", "refused") else f"{kind} {decision.value}".strip()
    drawn = known.drawn or kind == "add-face"
    return replace(
        known,
        box=known.box.joined(box) if drawn else box,
        drawn=drawn,
        stays=known.stays or kind not in ("reopen", "not-a-face"),
        answer=answer,
        refused=refused,
        reasoned=bool(decision.note.strip()) if kind != "add-face" else known.reasoned,
        by=decision.by if kind != "add-face" else known.by,
    )
