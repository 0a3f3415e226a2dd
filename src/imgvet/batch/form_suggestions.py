"""Forms that were photographed right before or after people: what that suggests, which a person has to confirm.

Photographers photograph the signed form right before or after the person who signed it. Only photos of one camera are
compared, because the clocks of two cameras may differ by more than the time between two people. Nothing here decides
anything.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from imgvet.batch.register_lookup import lazy_register, release_lookup
from imgvet.capture_order import moment_of
from imgvet.decisions import Decision
from imgvet.errors import RegisterError
from imgvet.photo import Photo
from imgvet.releases.release import FormAnswer
from imgvet.rules.face_answers import ReleaseAnswers
from imgvet.settings import Settings
from imgvet.text import count

CLOSE = 120
"""Seconds within which a form may belong to a photo.

Writing a name and a signature takes a minute or two; after that the photographer has gone on to somebody else.
"""

_ENOUGH_SIGNS = 2  # of a habit; a form and a person far from all others show two


@dataclass(frozen=True, slots=True)
class FormSuggestion:
    """A form that may be that of a person in a photo, because it was photographed close to it. It names nobody."""

    photo: int  # its number
    face: int | None  # the one face without a decision; None: several have none
    form: str  # its number
    form_photo: int  # the photo that shows the form
    seconds: int  # from the form to the photo; below 0: the form was photographed after it
    problem: str = ""  # why the form cannot be used now, one plain sentence; empty where it can

    @property
    def target(self) -> str:
        """What is decided on, as ``imgvet decide`` takes it."""
        return f"{self.photo}:{self.face or 'FACE'}"

    @property
    def words(self) -> str:
        """The suggestion in one plain sentence."""
        far = count(abs(self.seconds), "second")
        when = f"{far} {'before' if self.seconds > 0 else 'after'}" if self.seconds else "in the same second as"
        face = f", face {self.face}" if self.face else ""
        said = f"Form {self.form} was photographed {when} photo {self.photo}{face}."
        return f"{said} {self.problem}".rstrip()

    def as_json(self) -> dict[str, Any]:
        """The suggestion as ``--json`` prints it."""
        return {
            "form": self.form, "form_photo": self.form_photo, "seconds": self.seconds, "face": self.face,
            "usable": not self.problem, "problem": self.problem, "words": self.words,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhotographedForms:
    """What the photos of a batch that show release forms are good for."""

    suggestions: Mapping[int, tuple[FormSuggestion, ...]] = field(default_factory=dict)  # by the number of the photo
    to_file: tuple[int, ...] = ()  # photos that show a form that is in the register without a scan


def photographed_forms(
    photos: Iterable[Photo], settings: Settings, decisions: Sequence[Decision] = ()
) -> PhotographedForms:
    """The suggestions for a batch, and which photos can be filed as scans; nothing where the register cannot be opened.

    Args:
        photos: all of the batch, as they are judged now.
        settings: the batch's, which say what the forms have to allow.
        decisions: the log, as for ``release_lookup``.
    """
    photos = list(photos) if not isinstance(photos, Sequence) else photos
    shown = {form for photo in photos for form in photo.shown_forms}
    if not shown:
        return PhotographedForms()
    with suppress(RegisterError), release_lookup(settings, decisions) as look_up, lazy_register(settings) as at_hand:
        register, asked = at_hand(), [look_up(shown, channel) for channel in settings.channel_names]
        usable = {form: each[form] for each in reversed(asked) for form in shown if not each[form].reason}
        known = {**asked[0], **usable}
        printed = {form for form in shown if register and register.has_given(form)}
        to_file = [
            photo.number
            for photo in photos
            if photo.error is None
            and any(known[form].in_register and not known[form].has_scan for form in photo.shown_forms)
        ]
        return PhotographedForms(form_suggestions(photos, known, printed), tuple(to_file))
    return PhotographedForms()


def form_suggestions(
    photos: Iterable[Photo], known: ReleaseAnswers, printed: Container[str] = ()
) -> dict[int, tuple[FormSuggestion, ...]]:
    """What forms that were photographed close to people suggest for faces without a decision, nearest form first.

    Where forms were photographed on both sides of a photo, both are named, unless this camera's photos show a habit:
    wherever there are people on one side of a form only, or forms on one side of people, it is the same side.

    Args:
        photos: all of the batch, as they are judged now.
        known: what the register says of every form that they show, for the use of this batch.
        printed: numbers that the register has given; a form with another number that it does not have is left out.
    """
    cameras: defaultdict[tuple[str, bool], list[_Shot]] = defaultdict(list)
    for photo in photos:
        moment = moment_of(photo.captured)
        if moment and photo.camera_mark and photo.error is None:
            forms = tuple(form for form in photo.shown_forms if form in printed or _said(form, known).in_register)
            shot = _Shot(moment, photo.number, forms, _open_faces(photo), bool(photo.faces), _answered_with(photo))
            cameras[photo.camera_mark, moment.tzinfo is None].append(shot)
    found = {
        shot.number: _worded(shot, forms, known)
        for shots in cameras.values()
        for shot, forms in _suggested(sorted(shots, key=lambda each: (each.moment, each.number)))
    }
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class _Shot:
    """As much of a photo as counts here."""

    moment: datetime
    number: int
    forms: tuple[str, ...]  # that it shows
    open_faces: tuple[int, ...]  # without a decision
    has_people: bool
    answered_with: frozenset[str]  # forms of its other faces

    def seconds_to(self, other: "_Shot") -> int:
        return int((other.moment - self.moment).total_seconds())


def _open_faces(photo: Photo) -> tuple[int, ...]:
    """The faces about which nobody has said anything; none of a photo that will not be published."""
    if photo.shown_forms or photo.excluded:
        return ()
    return tuple(face.number for face in photo.open_faces if face.problem is None and not face.refused)


def _answered_with(photo: Photo) -> frozenset[str]:
    return frozenset(face.resolved.form for face in photo.faces if face.resolved and face.resolved.form)


_FormShots = list["_Shot"]  # those of one side, nearest first


def _suggested(shots: Sequence[_Shot]) -> Iterator[tuple[_Shot, _FormShots]]:
    """Each photo that has faces without a decision, with the photos of forms that may be theirs; one camera's."""
    places = [place for place, shot in enumerate(shots) if shot.forms]
    beside = {
        place: (_run(shots, places, place, -1), _run(shots, places, place, 1))
        for place, shot in enumerate(shots)
        if shot.has_people and not shot.forms and places
    }
    side = _habit(beside)
    for place, (before, after) in beside.items():
        if shots[place].open_faces and (before or after):
            chosen = (before, after)[side] if before and after and side is not None else [*before, *after]
            yield shots[place], chosen


def _run(shots: Sequence[_Shot], places: Sequence[int], place: int, step: int) -> _FormShots:
    """The nearest photo of a form on one side, and those of forms right behind it, while they are close."""
    at = bisect_left(places, place) - (step < 0)
    found: _FormShots = []
    last = None
    while 0 <= at < len(places) and (last is None or places[at] == last + step):
        last = places[at]
        if abs(shots[last].seconds_to(shots[place])) > CLOSE:
            break
        found.append(shots[last])
        at += step
    return found


def _habit(beside: Mapping[int, tuple[_FormShots, _FormShots]]) -> int | None:
    """On which side of people this camera's forms are: 0 before, 1 after; None where that is not clear.

    Signs are people with forms on one side only, and forms with people on one side only. All must agree.
    """
    signs = [0 if before else 1 for before, after in beside.values() if bool(before) != bool(after)]
    people: defaultdict[int, set[int]] = defaultdict(set)
    for both in beside.values():
        for side, forms in enumerate(both):
            for shot in forms:
                people[shot.number].add(side)
    signs += [next(iter(sides)) for sides in people.values() if len(sides) == 1]
    return signs[0] if len(signs) >= _ENOUGH_SIGNS and len(set(signs)) == 1 else None


def _said(form: str, known: ReleaseAnswers) -> FormAnswer:
    return known.get(form, FormAnswer())


def _worded(shot: _Shot, form_shots: _FormShots, known: ReleaseAnswers) -> tuple[FormSuggestion, ...]:
    face = shot.open_faces[0] if len(shot.open_faces) == 1 else None
    found: dict[str, FormSuggestion] = {}
    for each in sorted(form_shots, key=lambda form_shot: abs(form_shot.seconds_to(shot))):
        for form in each.forms:
            if form not in shot.answered_with:
                said = _said(form, known)
                problem = said.reason if said.in_register else f"Form {form} is not in the register yet: add it first."
                suggestion = FormSuggestion(shot.number, face, form, each.number, each.seconds_to(shot), problem)
                found.setdefault(form, suggestion)
    return tuple(found.values())
