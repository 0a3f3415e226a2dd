"""The rows of the checklist as imgvet writes them, and the key that ties a row to its face."""

import hashlib
import json
from collections.abc import Iterable, Iterator

from imgvet.checklist.columns import SheetLine
from imgvet.decisions import ANSWER, EXCLUDE, REOPEN, Decision, FaceEffect, decision_kind
from imgvet.photo import Face, Photo
from imgvet.rules.needs import can_be_answered

_KEY_DIGITS = 12  # hexadecimal; the photo and the face are in the same row, so it need not be unique


def face_lines(photo: Photo, decisions: Iterable[Decision]) -> Iterator[SheetLine]:
    """A line for each face of a photo; ``decisions`` are all those about the photo."""
    decisions = list(decisions)
    for face in photo.faces:
        key = row_key(photo, face, decisions)
        yield SheetLine(photo.number, photo.name, face.number, certainty(face), _state(face), key)


def _state(face: Face) -> str:
    if face.resolved is not None:
        return str(face.resolved)
    return f"open: {face.problem.sentence}" if face.problem else "open"


def question_lines(photo: Photo, decisions: Iterable[Decision]) -> Iterator[SheetLine]:
    """A line for each question that somebody may answer for a photo."""
    decisions = list(decisions)
    asked: dict[str, list[str]] = {}
    for finding in photo.findings:
        if can_be_answered(finding):
            asked.setdefault(finding.rule, []).append(finding.reason)
    for rule, reasons in asked.items():
        words = f"{rule}: {' '.join(dict.fromkeys(reasons))}"
        yield SheetLine(photo.number, photo.name, None, "", words, row_key(photo, rule, decisions), rule)


def row_key(photo: Photo, about: Face | str, decisions: Iterable[Decision], number: int | None = None) -> str:
    """What ties a row to one face of one original, or to the rule that asks, whatever numbers they have later.

    ``number``: the photo's, where the sheet has another than it has now. Behind the hyphen the key counts what was
    decided. It begins with a letter, so no spreadsheet program takes it
    for a number.
    """
    meant = about if isinstance(about, str) else about.identity.as_list()
    identity = json.dumps([number or photo.number, photo.source_sha256, meant]).encode()
    digest = hashlib.sha256(identity).hexdigest()[:_KEY_DIGITS]
    return f"k{digest}-{len(decisions_about(photo, about, decisions))}"


def decisions_about(photo: Photo, about: Face | str, decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions about one subject of the original that the photo has now, oldest first.

    ``about`` is a face, a rule that asks, or nothing where it is whether the photo is left out.
    """
    there = [each for each in decisions if each.source_sha256 == photo.source_sha256]
    if isinstance(about, str):
        return [each for each in there if each.face is None and _on_question(each, about)]
    return [each for each in there if (each.face_id or each.face) == about.identity and _is_answer(each)]


def _is_answer(decision: Decision) -> bool:
    """Whether it answers for a face, or takes the answer back."""
    return decision_kind(decision.kind).effect not in (FaceEffect.NONE, FaceEffect.ADDS, FaceEffect.APPROVES)


def _on_question(decision: Decision, rule: str) -> bool:
    if decision.kind == REOPEN:
        return decision.value in ("", rule or EXCLUDE)
    answered = decision_kind(decision.kind).rule or (decision.value if decision.kind == ANSWER else "")
    return answered == rule if rule else decision.kind == EXCLUDE


def certainty(face: Face) -> str:
    """Who says that it is a face."""
    if face.added:
        return "added by hand"
    if not face.found:
        return "no longer found"  # it has a decision or had a number, and the detector no longer finds it
    return "possible" if face.possible else "sure"
