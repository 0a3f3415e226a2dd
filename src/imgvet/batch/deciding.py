"""Taking down what a person decided about a face or a photo. Nothing here decides anything itself."""

import re
from pathlib import Path

from imgvet.batch.folder import BatchFolder, now
from imgvet.batch.gate import can_be_answered
from imgvet.errors import UsageError
from imgvet.photo import FACE_DECISIONS, PHOTO_DECISIONS, Decision, Face, Photo
from imgvet.policy.rules import RULES
from imgvet.settings import Profile

_ALWAYS = ("release", "redact", "refused", "reopen")  # answers about a face that no profile can take away
_NEEDS_NOTE = ("not-identifiable", "answer", "exclude")


def decide(
    folder: BatchFolder, profile: Profile, target: str, kind: str, value: str, by: str, note: str
) -> list[Decision]:
    """Add one decision for each face or photo that the target names, and return them.

    Args:
        folder: the batch.
        profile: whose ``faces.answers`` says what may be answered.
        target: ``3:1`` (face 1 of photo 3), ``3:all``, ``3``, an output name, or an original's file name; several
            with commas between them.
        kind: one of ``FACE_DECISIONS`` for faces, of ``PHOTO_DECISIONS`` for photos.
        value: the release's reference for ``release``, the rule's name for ``answer``.
        by: who decides.
        note: why; ``not-identifiable``, ``answer`` and ``exclude`` need it.

    Raises:
        UsageError: no such photo or face, or a decision that is not allowed or not whole; nothing is taken down then.
    """
    if not by.strip():
        raise UsageError("A decision needs a name.", "Give yours with --by.")
    if kind in _NEEDS_NOTE and not note.strip():
        raise UsageError(f"'{kind}' needs a reason.", "Give it with --note.")
    at = now()
    decisions = []
    for photo, face in _targets(folder, target):
        _check(profile, photo, face, kind, value)
        box = face.box if face else None
        decisions.append(Decision(kind, by.strip(), at, photo.number, photo.source_sha256, box, value, note.strip()))
    for decision in decisions:
        folder.decide(decision)
    return decisions


def _check(profile: Profile, photo: Photo, face: Face | None, kind: str, value: str) -> None:
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


def _targets(folder: BatchFolder, target: str) -> list[tuple[Photo, Face | None]]:
    photos = list(folder.photos())
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
