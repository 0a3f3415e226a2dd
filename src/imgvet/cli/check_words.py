"""What ``imgvet check`` says of one photo, in plain words. Records in, text out; nothing is printed here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imgvet.cli.messages import first_small
from imgvet.decisions import (
    DECLARE,
    LICENSED,
    OTHERS_COPYRIGHT,
    OWN,
    REDACT,
    RELEASE,
    REOPEN,
    REOPEN_AREA,
    Decision,
    DecisionScope,
)
from imgvet.geometry import Box
from imgvet.photo import Area, Face, Finding, Photo, ProblemCode, Verdict
from imgvet.profile import Profile
from imgvet.reports.batch_words import faces_needed, reasons_of
from imgvet.rules.area_rules import AREA_RULES, area_told
from imgvet.rules.face_answers import how_searched, no_faces_sentence
from imgvet.rules.needs import FACE_RULES
from imgvet.rules.not_looked_at import not_looked_at, not_looked_at_sentence
from imgvet.text import and_list, count, long_day, number_runs, spans

_TAKES_TWO = "This profile asks for a second person, and check takes the word of one. Make a batch of the photo:"
_MOST_FACES = 12  # told by themselves
_STARTS = {
    Verdict.READY: "Yes, it may be published.",
    Verdict.ASK: "Not yet",
    Verdict.RELEASE: "Not yet",
    Verdict.BLOCKED: "No",
    Verdict.FAILED: "No",
}

Said = Mapping[tuple[DecisionScope, Box], Decision]
"""The newest decision on each face and area of an original, by their identity."""
AgainWith = Callable[..., str]
"""The same command for this one photo, with further options and their values."""


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """One photo's answer."""

    sentence: str  # the verdict, and the reason if it is not yes
    looked_at: str  # of a yes: what was looked at, and what was not
    faces: tuple[str, ...]  # a line for each face and area that needs something, or that somebody has answered for
    reasons: tuple[str, ...]
    next_steps: tuple[str, ...]  # what to do; a command has its line to itself


def check_answer(
    photo: Photo,
    said: Said,
    profile: Profile,
    again: AgainWith,
    by: Sequence[str] = ("--by", "NAME"),
    declare: Sequence[str] = ("--declare", "NAME"),
    as_batch: str = "imgvet batch PHOTO --out BATCH --event EVENT",
) -> CheckAnswer:
    """What an officer needs to know about one photo.

    Args:
        photo: as it was vetted.
        said: what was said of its faces and areas.
        profile: under which it was vetted.
        again: makes the commands.
        by: what a command needs that somebody gives a name to.
        declare: what one needs that declares.
        as_batch: the command that makes a batch of the photo under the same rules.
    """
    verdict = photo.verdict
    faces = (*_face_lines(photo, said), *_area_lines(photo, said))
    if verdict is Verdict.READY:
        found = f"{_faces_found(photo)}{_areas_answered(photo)} and the file is clean."
        looked = f"{found} {not_looked_at_sentence([photo])}".strip()
        searched = (f"Faces were looked for {how_searched(photo)}.",) if photo.smallest_face_px else ()
        return CheckAnswer(_STARTS[verdict], looked, faces, (*reasons_of(photo.findings), *searched), ())
    searched = () if photo.faces or verdict is Verdict.FAILED else (no_faces_sentence(photo),)
    first = next(finding for finding in photo.findings if finding.verdict is verdict)
    told = (*FACE_RULES, *AREA_RULES)
    others = [finding for finding in photo.findings if finding is not first and finding.rule not in told]
    if first.rule in FACE_RULES:
        reason, steps = _open_faces(photo), tuple(_steps_for_faces(photo, profile, again, by, as_batch))
    elif first.rule in AREA_RULES:
        reason, steps = _open_areas(photo, first), tuple(_steps_for_areas(photo, first, again, by, as_batch))
    elif first.rule == "refused":
        refused = face_list(face for face in photo.faces if face.must_be_hidden)
        reason, steps = first.reason, ("Hide the face:", again("--redact", refused, *by))
    else:
        reason, steps = first.reason, tuple(_steps_for(first, profile, again, by, declare, as_batch))
    sentence = f"{_STARTS[verdict]}: {first_small(reason)}"
    return CheckAnswer(sentence, "", faces, (*reasons_of(others), *searched), steps)


def answer_as_json(photo: Photo, said: Said, answer: CheckAnswer, preview: str | None) -> dict[str, Any]:
    """The photo and its answer as ``--json`` prints them; no value of private data is in it."""
    told = photo.as_json()
    for face, entry in zip(photo.faces, told["faces"], strict=True):
        decision = _decision_on(face, said)
        entry["where"] = place_in_picture(face.box, photo)
        entry["said"] = _as_said(decision)
    for area, entry in zip(photo.areas, told["areas"], strict=True):
        entry["where"] = place_in_picture(area.box, photo)
        entry["said"] = _as_said(_decision_about(area, said))
    return told | {
        "answer": answer.sentence,
        "looked_at": answer.looked_at,
        "not_looked_at": not_looked_at(photo),
        "preview": preview,
        "next": list(answer.next_steps),
    }


def _as_said(decision: Decision | None) -> dict[str, str] | None:
    return {"answer": str(decision.answer), "by": decision.by, "at": decision.at} if decision else None


def several_counted(verdicts: Sequence[Verdict]) -> str:
    """How many of several photos may be published, in one line."""
    yes = verdicts.count(Verdict.READY)
    not_yet = sum(_STARTS[each] == "Not yet" for each in verdicts)
    return f"{count(len(verdicts), 'photo')}: {yes} yes, {not_yet} not yet, {len(verdicts) - yes - not_yet} no."


def place_in_picture(box: Box, photo: Photo) -> str:
    """Roughly where in the picture a box is, e.g. ``top left``, ``right`` or ``middle``."""
    across = _third(box.left + box.right, photo.width, ("left", "", "right"))
    down = _third(box.top + box.bottom, photo.height, ("top", "", "bottom"))
    return f"{down} {across}".strip() or "middle"


def face_list(faces: Iterable[Face]) -> str:
    """The numbers of faces as options take them, e.g. ``1,3-5``."""
    runs = number_runs(sorted(face.number for face in faces))
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _third(twice_the_middle: int, size: int, words: tuple[str, str, str]) -> str:
    return words[min(2, max(0, 3 * twice_the_middle // (2 * size)))] if size else ""


def _faces_found(photo: Photo) -> str:
    """How many faces were found and what came of them, as the beginning of a sentence."""
    hidden = sum(face.is_hidden for face in photo.faces)
    none = sum(face.resolved is not None and face.resolved.denies for face in photo.faces)
    answered = len(photo.faces) - hidden - none
    parts = [
        f"{number} {word}"
        for number, word in ((hidden, "hidden"), (answered, "answered for"), (none, "said to be none"))
        if number
    ]
    if not parts:
        return "No faces found"
    found = f"{count(len(photo.faces), 'face')} found"
    if len(parts) > 1:
        return f"{found}, {and_list(parts)},"
    return f"{found}, {'' if len(photo.faces) == 1 else 'all '}{parts[0].partition(' ')[2]},"


def _areas_answered(photo: Photo) -> str:
    """How many areas there are, all of them answered for, to follow the faces; empty where there are none."""
    if not photo.areas:
        return ""
    hidden = sum(area.is_hidden for area in photo.areas)
    rest = len(photo.areas) - hidden
    parts = [f"{count(hidden, 'area')} hidden"] * bool(hidden) + [f"{count(rest, 'area')} answered for"] * bool(rest)
    return f"{'' if photo.faces else ','} {and_list(parts)},"


def _open_faces(photo: Photo) -> str:
    """The open faces, summed up in a sentence."""
    problems = [f"Face {face.number}: {face.problem.sentence}" for face in photo.open_faces if face.problem]
    return f"{faces_needed(photo)}." if faces_needed(photo) else problems[0]


def _face_lines(photo: Photo, said: Said) -> list[str]:
    """A line for each face that is open or that somebody has answered for, the largest first."""
    told = [face for face in photo.faces if face.resolved is None or face.must_be_hidden or _decision_on(face, said)]
    told.sort(key=lambda face: -face.box.area)
    lines = [_face_line(face, photo, _decision_on(face, said)) for face in told[:_MOST_FACES]]
    if rest := sorted(face.number for face in told[_MOST_FACES:]):
        lines.append(f"Smaller ones: {', '.join(spans(rest))}.")
    return lines


def _face_line(face: Face, photo: Photo, decision: Decision | None) -> str:
    what = "Possible face" if face.possible and face.resolved is None else "Face"
    start = f"{what} {face.number} ({place_in_picture(face.box, photo)})"
    words = ""
    if decision is not None and decision.kind != REOPEN:
        form = f"form {decision.value}" if decision.kind == RELEASE else decision.answer.words
        words = f"{form}, says {decision.by}, {long_day(decision.at)}"
    if face.is_hidden and (decision is None or decision.kind != REDACT):
        words = "hidden"
    if face.must_be_hidden:
        needs = "the person does not want to be shown; hide the face"
    elif face.resolved is not None:
        needs = ""
    elif face.problem is not None:
        needs = face.problem.sentence.rstrip(".")
    else:
        needs = "look whether it is one" if face.possible else "needs a release form or another answer"
    lost = "" if face.found or face.added else " (no longer found, and kept)"
    return f"{start}: {'. '.join(filter(None, (words, needs)))}{lost}."


def _decision_on(face: Face, said: Said) -> Decision | None:
    return said.get((DecisionScope.FACE, face.face_id)) if face.face_id else None


def _decision_about(area: Area, said: Said) -> Decision | None:
    return said.get((DecisionScope.AREA, area.area_id)) if area.area_id else None


def _open_areas(photo: Photo, first: Finding) -> str:
    """The open areas, summed up in a sentence; ``first``: the finding that decides."""
    number = len(photo.open_areas)
    if number == 1 or first.verdict is Verdict.BLOCKED:
        return first.reason
    return f"{number} areas must be looked at."


def _area_lines(photo: Photo, said: Said) -> list[str]:
    """A line for each area that is open or that somebody has answered for."""
    told = [area for area in photo.areas if area.resolved is None or _decision_about(area, said)]
    lines = [_area_line(area, photo, _decision_about(area, said)) for area in told[:_MOST_FACES]]
    if rest := told[_MOST_FACES:]:
        lines.append(f"Further areas: {', '.join(area.letters for area in rest)}.")
    return lines


def _area_line(area: Area, photo: Photo, decision: Decision | None) -> str:
    what = area_told(area)
    words = needs = ""
    if decision is not None and decision.kind != REOPEN_AREA:
        words = f"{decision.answer.words}, says {decision.by}, {long_day(decision.at)}"
    if area.problem is not None:
        needs = area.problem.sentence.rstrip(".")
    return (
        f"Area {area.letters} ({place_in_picture(area.box, photo)}): {'. '.join(filter(None, (what, words, needs)))}."
    )


def _steps_for_areas(photo: Photo, first: Finding, again: AgainWith, by: Sequence[str], as_batch: str) -> list[str]:
    """What to do about areas: in words, and one or two whole commands."""
    if all(area.problem and area.problem.code is ProblemCode.NOT_APPROVED for area in photo.open_areas):
        return [_TAKES_TWO, as_batch]
    letters = ",".join(area.letters for area in photo.open_areas)
    hide = again("--redact", letters, *by)
    if first.verdict is Verdict.BLOCKED:
        return [f"{first.hint.rstrip('.')}:", hide]
    return ["Hide it, or say why it may be seen:", hide, again("--fine", letters, "--note", "WHY", *by)]


def _steps_for(
    finding: Finding,
    profile: Profile,
    again: AgainWith,
    by: Sequence[str],
    declare: Sequence[str],
    as_batch: str,
) -> list[str]:
    """What to do about something that is not a face: commands where options answer it, else in words."""
    takes_two = {OTHERS_COPYRIGHT: {OWN, LICENSED}, "declaration": {DECLARE}}.get(finding.rule, set())
    if takes_two & {*profile.decisions.second_person}:
        return [_TAKES_TWO, as_batch]
    own, licensed = again("--rights", "own", *by), again("--rights", "licensed", *by)
    answers = {
        OTHERS_COPYRIGHT: ["If it may be used: it is your own, or you have a licence:", own, licensed],
        "link-back": ["Give the page of the event:", again("--link", "ADDRESS")],
        "declaration": ["Look at the photo; then the statements are shown, and you answer each:", again(*declare)],
    }
    if finding.verdict is Verdict.ASK and finding.code is None and finding.rule in answers:
        return answers[finding.rule]
    return [finding.hint] if finding.hint else []


def _steps_for_faces(photo: Photo, profile: Profile, again: AgainWith, by: Sequence[str], as_batch: str) -> list[str]:
    """What to do about faces: in words, and one or two whole commands."""
    open_faces = photo.open_faces
    if all(face.problem and face.problem.code is ProblemCode.NOT_APPROVED for face in open_faces):
        return [_TAKES_TWO, as_batch]
    numbers = face_list(open_faces)
    hide = again("--redact", numbers, *by) if len(open_faces) < len(photo.faces) else again("--redact", "all")
    steps = ["Hide it, or say who it is:" if len(open_faces) == 1 else "Hide them, or say who each is:", hide]
    unanswered = [face for face in open_faces if not face.problem]
    sure = [face for face in unanswered if not face.possible]
    if sure:
        steps.append(again("--form", f"{sure[0].number}:REFERENCE", *by))
    elif unanswered and "not-a-face" in profile.faces.answers:
        steps[0] = "Look at the picture, then hide what is a face, or say that there is none:"
        steps.append(again("--not-a-face", face_list(unanswered), *by))
    return steps
