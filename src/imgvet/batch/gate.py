"""The gate: which photos may be published. Pure functions of machines' findings, people's decisions, the register."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from imgvet.area_matching import merge_area_records
from imgvet.batch.decisions.approvals import mark_unapproved
from imgvet.batch.decisions.state import DecisionState
from imgvet.batch.names import stem_of
from imgvet.decisions import ANSWER, DECLARE, OTHERS_COPYRIGHT, WORD_NAMES, Words
from imgvet.encode.public_metadata import public_metadata
from imgvet.faces.matching import merge_face_records, same_face
from imgvet.people_names import UnnamedPerson
from imgvet.photo import Finding, Photo, ProblemCode, PublicMetadata, Verdict, photo_for, with_channel
from imgvet.rules.area_answers import settle_area
from imgvet.rules.face_answers import ReleaseAnswers, settle_answer
from imgvet.rules.needs import can_be_answered
from imgvet.rules.public_text import gives_away_only
from imgvet.rules.rules import judge_by_rules
from imgvet.settings import Settings
from imgvet.text import and_list

NO_FORMS: ReleaseAnswers = {}


def judge_photo(
    photo: Photo,
    settings: Settings,
    state: DecisionState,
    forms: ReleaseAnswers = NO_FORMS,
    unnamed: tuple[UnnamedPerson, ...] = (),
) -> Photo:
    """The photo with its faces, answers and findings as they are now.

    Args:
        photo: as it was vetted; a face that is ``redact`` there is hidden in its clean file.
        settings: the batch's.
        state: the result of people's decisions.
        forms: what the register says of every form that they name or that it shows; see ``releases_named``.
        unnamed: whom no text may name.
    """
    if photo.error is not None:
        return photo
    faces = merge_face_records(photo.faces, state.faces)
    faces = tuple(settle_answer(face, state.on(face), forms, settings.profile) for face in faces)
    merged = merge_area_records(photo.areas, state.areas)
    areas = tuple(settle_area(area, state.on_area(area), settings.profile) for area in merged)
    photo = replace(photo, faces=faces, areas=areas, excluded=state.excluded, filed=_is_filed(photo, forms))
    second_person = settings.profile.decisions.second_person
    of_batch = {question.id for question in settings.profile.statements}
    settings = replace(settings, answered=state.holding(DECLARE, second_person) & of_batch, unnamed=unnamed)
    findings = judge_by_rules(replace(photo, words=state.words), settings)
    state = _about_present_words(state, findings)
    rules = state.holding(ANSWER, second_person)
    left = tuple(each for each in findings if not (can_be_answered(each) and each.rule in rules))
    left = mark_unapproved(left, state, settings.profile)
    if photo.licensed != state.licensed and all(each.rule != OTHERS_COPYRIGHT for each in left):
        left = (*left, _not_credited(photo))
    if photo.words != state.words:
        left = (*left, _not_worded(photo.words, state.words))
    if photo.public:
        before = (photo.public, photo.name.rpartition("-")[0])
        if what := gives_away_only(before, partial(_texts_now, photo, settings, state.words), settings):
            left = (*left, _still_says(what))
    return replace(photo, findings=left)


def judge_channels(
    photo: Photo,
    settings: Settings,
    state: DecisionState,
    forms_for: Callable[[str], ReleaseAnswers],
    unnamed: tuple[UnnamedPerson, ...] = (),
) -> Photo:
    """The photo judged for each of the channels, by what it is and has for that channel.

    Args:
        photo: as it was vetted; its faces are the same for every channel.
        settings: the batch's.
        state: the result of people's decisions.
        forms_for: what the register says, for a channel, of every form that they name.
        unnamed: whom no text may name.
    """
    now = photo
    for channel in settings.channel_names:
        part = replace(photo_for(photo, channel), faces=photo.faces)
        judged = judge_photo(part, settings.for_channel(channel), state, forms_for(channel), unnamed)
        if judged.output is None and judged.error is None:
            judged = replace(judged, findings=(*judged.findings, _not_made(channel)))
        now = with_channel(replace(now, excluded=judged.excluded, filed=judged.filed, areas=judged.areas), judged)
    return now


def _about_present_words(state: DecisionState, findings: Iterable[Finding]) -> DecisionState:
    """The state without answers about words that have changed since."""
    now = {finding.rule: finding.about for finding in findings}
    return replace(state, answers=tuple(each for each in state.answers if now.get(each.rule, "") == each.about))


def _not_credited(photo: Photo) -> Finding:
    """Its file was made before it was decided whether it is another's picture; ``finish`` makes it again."""
    without = "Its file still shows its creator's credit, but it is no longer licensed."
    reason = without if photo.licensed else "It is licensed, but its file does not show its creator's credit yet."
    hint = "Run imgvet finish; it needs the original."
    return Finding(OTHERS_COPYRIGHT, Verdict.ASK, reason, hint, code=ProblemCode.NOT_CREDITED)


def _not_worded(in_file: Words, wanted: Words) -> Finding:
    """Its file was made before somebody changed what it says; ``finish`` makes it again."""
    names = [name for field, name in WORD_NAMES.items() if getattr(in_file, field) != getattr(wanted, field)]
    reason = f"Its file does not have its new {and_list(names)} yet."
    hint = "Run imgvet finish; it needs the original."
    return Finding("captions", Verdict.ASK, reason, hint, code=ProblemCode.NOT_WORDED)


def _texts_now(photo: Photo, settings: Settings, words: Words) -> tuple[PublicMetadata, str]:
    """The texts that its file would have if it was made now, and its name without the number."""
    return public_metadata(settings, photo.number, words=words), stem_of(settings.event.text)


def _still_says(what: str) -> Finding:
    """Its file was made for another event, or with other words; no answer clears it."""
    reason = f"Its file still has words of before, which may give away too much ({what})."
    return Finding("captions", Verdict.BLOCKED, reason, "Run imgvet finish; it needs the original.")


def _not_made(channel: str) -> Finding:
    """The channel came later than the photo, and nothing was found from which its file could be made."""
    reason = f"It has no file for {channel} yet."
    hint = "Run imgvet finish; where that does not help, it needs the original."
    return Finding("channel-file", Verdict.ASK, reason, hint, code=ProblemCode.NOT_MADE)


def altered_record(photo: Photo) -> Photo:
    """The photo with the finding that its record is not the one that imgvet wrote; no answer clears it."""
    finding = Finding("altered-record", Verdict.BLOCKED, ALTERED_RECORD, "Run imgvet finish; it needs the original.")
    copies = tuple(replace(each, findings=(finding, *each.findings)) for each in photo.copies)
    return replace(photo, findings=(finding, *photo.findings), copies=copies)


ALTERED_RECORD = "Its record in private/batch.db was altered after imgvet vetted it, so it must be vetted again."


def releases_named(photo: Photo, state: DecisionState) -> set[str]:
    """References of the forms with which its faces are answered, and of those that it shows."""
    return {each.answer.form for each in state.faces if each.answer and each.answer.form} | {*photo.shown_forms}


def _is_filed(photo: Photo, forms: ReleaseAnswers) -> bool:
    """Whether the register has a scan of every form that it shows, and it shows one."""
    return bool(photo.shown_forms) and all(number in forms and forms[number].has_scan for number in photo.shown_forms)


def has_new_numbers(before: Photo, after: Photo) -> bool:
    """Whether a face's number, as an earlier checklist has it, is another face's now or nobody's."""
    if after.error is not None:
        return False
    now = {face.number: face for face in after.faces}
    return any(
        face.number not in now or not same_face(face.box, now[face.number].box, by_hand=True) for face in before.faces
    )
