"""The profile's statements in the log: in which words they were shown, what was answered, and what that takes back.

A declaration counts only for statements that its maker was shown in exactly these words, and called true.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from imgvet.batch.decisions.state import answers_given
from imgvet.batch.decisions.targets import parse_targets
from imgvet.batch.store import BatchStore, now
from imgvet.decisions import DECLARE, REOPEN, STATEMENT, Decision, StatementAnswer
from imgvet.errors import UsageError
from imgvet.people_names import same_person
from imgvet.photo import Photo
from imgvet.profile import Profile, Question


@dataclass(frozen=True, slots=True)
class RefusedStatement:
    """A statement of the profile that somebody has called untrue, and nobody true since."""

    question: Question
    by: str
    at: str  # ISO 8601, UTC
    photos: tuple[int, ...] = ()  # of which it is not true, where they said so


def record_statements(
    folder: BatchStore, by: str, answers: Sequence[StatementAnswer], numbers: Collection[int] | None = None
) -> None:
    """Record what somebody answered; a statement that is not true is declared of no photo from now on.

    ``numbers``: of the photos that they were asked about; None: all.

    Raises:
        UsageError: the name is none, or looks like another one in the log.
    """
    at = now()
    with folder.writing():
        by = folder.check_name(by)
        originals = {photo.number: photo.source_sha256 for photo in folder.photos()}
        for each in answers:
            entry = Decision(STATEMENT, by, at, value=each.value, note=each.wording)
            about = [replace(entry, photo=number, source_sha256=originals[number]) for number in each.photos]
            folder.decide(*(about or [entry]))
        untrue = [each.question for each in answers if not each.true]
        reopen_statements(folder, untrue, by, "The statement was answered with no.", numbers)


def reopen_statements(
    folder: BatchStore,
    questions: Sequence[str],
    by: str,
    note: str,
    numbers: Collection[int] | None = None,
    *,
    kind: str = DECLARE,
) -> None:
    """Let no declaration of these statements count any longer, by their ids; ``note`` says why.

    ``numbers``: of the photos for which it is to count no longer; None: all. ``kind``: the answers of single photos
    instead, where that is ``answer``.
    """
    if not questions:
        return
    batch = folder.snapshot()
    made = (each for each in batch.decisions if each.kind == kind)
    given = {each.source_sha256: each.photo for each in made if numbers is None or each.photo in numbers}
    for sha256, number in given.items():
        void = Decision(REOPEN, by, now(), number, sha256, note=note)
        said = {each.rule for each in answers_given(batch.index.on_original(sha256)) if each.kind == kind}
        folder.decide(*(replace(void, value=question) for question in questions if question in said))


def refused_statements(decisions: Iterable[Decision], profile: Profile) -> tuple[RefusedStatement, ...]:
    """The statements whose newest answer is no, in the words that the profile has now."""
    known = {question.id: question for question in profile.statements}
    refused = dict[str, RefusedStatement]()
    for each in decisions:
        if each.kind != STATEMENT:
            continue
        said = StatementAnswer.parse(each)
        question, before = known.get(said.question), refused.get(said.question)
        if said.true and not said.photos:
            refused.pop(said.question, None)
        elif question and question.text == said.wording and not said.true:
            photos = before.photos if before and (before.by, before.at) == (each.by, each.at) else ()
            refused[question.id] = RefusedStatement(question, each.by, each.at, (*photos, *said.photos))
    return tuple(refused[each] for each in known if each in refused)


def check_were_shown(decisions: Iterable[Decision], questions: Iterable[Question], by: str) -> None:
    """Refuse to declare a statement that this person was not shown in its present words, or did not call true.

    Raises:
        UsageError: a statement was not.
    """
    own = (StatementAnswer.parse(each) for each in decisions if each.kind == STATEMENT and same_person(each.by, by))
    newest = {said.question: said for said in own}
    for question in questions:
        said = newest.get(question.id)
        if said is None or not said.true or said.wording != question.text:
            raise UsageError(
                f"The statement '{question.id}' was not shown to {by} as it is worded now.",
                "Declare it with --declare and your name, or approve it with imgvet decide: both show it first.",
            )


def check_approver_was_shown(log: Iterable[Decision], planned: Iterable[Decision], profile: Profile) -> None:
    """Refuse to approve a declaration of statements that this person was not shown, or did not call true.

    Raises:
        UsageError: as ``check_were_shown``.
    """
    log = list(log)
    for each in planned:
        said = each.approved
        if said and said.kind == DECLARE:
            check_were_shown(log, [one for one in profile.statements if one.id in said.value.split()], each.by)


def numbers_of_photos(photos: Sequence[Photo], text: str) -> tuple[int, ...]:
    """The numbers of the photos that somebody names; none where the text is empty.

    Raises:
        UsageError: there is no such photo.
    """
    return tuple(dict.fromkeys(each.photo.number for each in parse_targets(photos, text))) if text.strip() else ()
