"""Taking down what a person decided about a face or a photo. Nothing here decides anything itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from imgvet.batch.folder import BatchFolder, now
from imgvet.batch.gate import can_be_answered
from imgvet.batch.standing import by_photo, standing
from imgvet.errors import UsageError
from imgvet.faces.known import with_known
from imgvet.photo import FACE_DECISIONS, PHOTO_DECISIONS, Box, Decision, Face, Photo
from imgvet.policy.rules import RULES
from imgvet.settings import Profile

_ALWAYS = ("release", "redact", "refused", "reopen")  # answers about a face that no profile can take away
_NEEDS_NOTE = ("not-identifiable", "answer", "exclude")


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says in one command, and why."""

    kind: str  # one of ``FACE_DECISIONS`` for faces, of ``PHOTO_DECISIONS`` for photos
    by: str
    value: str = ""  # the release's reference for ``release``, the rule's name for ``answer``
    note: str = ""  # ``not-identifiable``, ``answer`` and ``exclude`` need one
    at: str = field(default_factory=now)

    def check(self) -> None:
        """Refuse what nobody stands for, or what lacks its reason.

        Raises:
            UsageError: it has no name, or needs a note.
        """
        if not self.by.strip():
            raise UsageError("A decision needs a name.", "Give yours with --by.")
        if self.kind in _NEEDS_NOTE and not self.note.strip():
            raise UsageError(f"'{self.kind}' needs a reason.", "Give it with --note.")

    def about(self, photo: Photo, face: Face | None) -> Decision:
        """The decision on a photo, or on one of its faces."""
        by, note = self.by.strip(), self.note.strip()
        decision = Decision(self.kind, by, self.at, photo.number, photo.source_sha256, value=self.value, note=note)
        return replace(decision, face=face.box, known_as=name_of(face)) if face else decision


def decide(folder: BatchFolder, profile: Profile, target: str, said: Said) -> list[Decision]:
    """Add one decision for each face or photo that the target names, and return them.

    Args:
        folder: the batch.
        profile: whose ``faces.answers`` says what may be answered.
        target: ``3:1`` (face 1 of photo 3), ``3:all``, ``3``, an output name, or an original's file name; several
            with commas between them.
        said: the decision, who takes it, and why.

    Raises:
        UsageError: no such photo or face, or a decision that is not allowed or not whole; nothing is taken down then.
    """
    said.check()
    decisions = []
    for photo, face in _targets(photos_now(folder), target):
        check_allowed(profile, photo, face, said)
        decisions.append(said.about(photo, face))
    folder.decide(*decisions)
    return decisions


def photos_now(folder: BatchFolder) -> list[Photo]:
    """The photos with the faces they have now, numbered as on the papers; those added since stand behind them."""
    decisions = by_photo(folder.decisions())
    return [with_decisions(photo, decisions[photo.number]) for photo in folder.photos()]


def with_decisions(photo: Photo, decisions: Iterable[Decision]) -> Photo:
    """The photo with the faces that it has by what was decided; nothing is answered or judged."""
    return replace(photo, faces=with_known(photo.faces, standing(photo, decisions, frozenset()).faces))


def name_of(face: Face) -> Box:
    """What the face is known as, from now on if nobody has spoken of it before."""
    return face.known_as or face.box


def one_photo(photos: list[Photo], target: str) -> Photo:
    """The photo that the target names.

    Raises:
        UsageError: it names none, several, or a face.
    """
    parts = _parts(target, photos)
    if len(parts) == 1 and not re.fullmatch(r".*:(all|[0-9]+)", parts[0]):
        return _photo(photos, parts[0])
    raise UsageError(f"'{target}' is not one photo.", "Faces are added to one photo, e.g. 3, without a colon or comma.")


def check_allowed(profile: Profile, photo: Photo, face: Face | None, said: Said) -> None:
    """Refuse a decision on a face or a photo that the profile does not allow, or that lacks its value.

    Raises:
        UsageError: with what is allowed.
    """
    kind, value = said.kind, said.value
    allowed = [each for each in FACE_DECISIONS if each in (*_ALWAYS, *profile.faces.answers)]
    if face is None:
        allowed = list(PHOTO_DECISIONS)
    if kind not in allowed:
        about = "a face" if face else "a photo"
        more = "" if face else f" To decide on a face name it, e.g. {photo.number}:1 or {photo.number}:all."
        raise UsageError(
            f"'{kind}' is no decision on {about} under this profile.", f"Allowed are {_or(allowed)}.{more}"
        )
    if kind == "release" and not re.fullmatch(r"\S{1,64}", value):
        raise UsageError("'release' needs the reference of the signed form.", "E.g. release WMP-2026-014.")
    if kind == "answer":
        _check_rule(photo, value)


def _check_rule(photo: Photo, rule: str) -> None:
    asks = [finding.rule for finding in photo.findings if can_be_answered(finding)]
    if rule not in asks:
        known = {named.name for named in RULES}
        what = f"'{rule}' asks nothing about photo {photo.number}" if rule in known else f"There is no rule '{rule}'"
        raise UsageError(f"{what}.", f"It may answer {_or(asks)}." if asks else "Nothing waits for an answer there.")


def _targets(photos: list[Photo], target: str) -> list[tuple[Photo, Face | None]]:
    found: list[tuple[Photo, Face | None]] = []
    for part in _parts(target, photos):
        name, colon, faces = part.rpartition(":")
        if colon and (faces == "all" or faces.isdecimal()):
            photo = _photo(photos, name)
            found += [(photo, face) for face in _faces(photo, faces)]
        else:
            found.append((_photo(photos, part), None))
    return found


def _parts(target: str, photos: list[Photo]) -> list[str]:
    """The target's parts; a file name with a comma in it is one part."""
    if any(
        Path(photo.source).name == target.rpartition(":")[0] or Path(photo.source).name == target for photo in photos
    ):
        return [target]
    return [part.strip() for part in target.split(",") if part.strip()]


def _photo(photos: list[Photo], named: str) -> Photo:
    """The photo of that number, output name or original file name."""
    found = [
        photo
        for photo in photos
        if named == str(photo.number) or named in (photo.name, Path(photo.name).stem, Path(photo.source).name)
    ]
    if not found:
        raise UsageError(f"There is no photo '{named}' in the batch.", "Name its number, as on the checklist.")
    if len(found) > 1:
        numbers = ", ".join(str(photo.number) for photo in found)
        raise UsageError(f"'{named}' may be any of the photos {numbers}.", "Name the number.")
    if found[0].error is not None:
        raise UsageError(f"Photo {found[0].number} failed: {found[0].error}", "There is nothing to decide about it.")
    return found[0]


def _faces(photo: Photo, named: str) -> list[Face]:
    faces = [face for face in photo.faces if named in ("all", str(face.number))]
    if not faces:
        has = f"It has {len(photo.faces)}." if photo.faces else "It has none."
        raise UsageError(f"There is no face {named} in photo {photo.number}.", has)
    return faces


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
