"""Declarations of the profile's statements: made for the photos of a batch, and which photos they cover."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from imgvet.batch.decisions.state import DecisionIndex, QuestionAnswer, declaration_for
from imgvet.batch.decisions.statements import RefusedStatement, check_were_shown, record_statements, refused_statements
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.store import BatchStore, now
from imgvet.decisions import DECLARE, Decision, StatementAnswer
from imgvet.errors import UsageError
from imgvet.people_names import checked_name
from imgvet.photo import Photo
from imgvet.profile import Profile, Question


def declaration_of(questions: Sequence[Question], by: str | None, said: Iterable[Decision]) -> Decision | None:
    """What somebody declares of every photo; None where nobody does, or there are no statements.

    Raises:
        UsageError: ``by`` is not a name, or that person was not shown the statements in their present words.
    """
    if by is None or not questions:
        return None
    name = checked_name(by, "A declaration needs a name.")
    check_were_shown(said, questions, name)
    return Decision(DECLARE, name, now(), value=" ".join(question.id for question in questions))


def declarations_for(photos: Iterable[Photo], declaration: Decision, said: DecisionIndex) -> list[Decision]:
    """The declaration for each of the photos that it covers from now on; what the same person has declared is left out.

    ``said``: what people have decided so far.
    """
    made = (declaration_for(photo, declaration, said.on_original(photo.source_sha256)) for photo in photos)
    return [each for each in made if each is not None]


def declare_now(
    folder: BatchStore, profile: Profile, by: str, answers: Sequence[StatementAnswer]
) -> tuple[Decision, ...]:
    """Record what somebody answered, and let what is true count at once for every photo that is in the batch.

    Photos that join later need another declaration.

    Args:
        folder: the batch.
        profile: whose statements they are.
        by: who was shown them, in these words.
        answers: what they said of each.

    Returns:
        The declarations, one a photo.

    Raises:
        UsageError: an answer is about another wording than the profile's, or as ``record_statements``; nothing is
            recorded.
    """
    with folder.writing():
        questions = record_answers(folder, profile, by, answers)
        true = [question for question, each in zip(questions, answers, strict=True) if each.true]
        batch = folder.snapshot()
        declaration = declaration_of(true, folder.check_name(by), batch.decisions)
        if declaration is None:
            return ()
        made = declarations_for((each for each in batch.photos if each.source_sha256), declaration, batch.index)
        folder.decide(*made)
    return tuple(made)


def record_answers(folder: BatchStore, profile: Profile, by: str, answers: Sequence[StatementAnswer]) -> list[Question]:
    """Record what somebody answered, as ``record_statements`` does, and return the statement of each answer.

    Raises:
        UsageError: an answer is about another wording than the profile's, or as ``record_statements``; nothing is
            recorded.
    """
    known = {question.id: question for question in profile.statements}
    found = list[Question]()
    for each in answers:
        question = known.get(each.question)
        if question is None or question.text != each.wording:
            raise UsageError(
                f"The statement '{each.question}' is not worded as you read it. Nothing was recorded.",
                "Read the statements again as they are worded now.",
            )
        found.append(question)
    record_statements(folder, by, answers)
    return found


@dataclass(frozen=True, slots=True)
class CoveredPhotos:
    """Photos for which one person has declared a statement."""

    by: str
    at: str  # ISO 8601, UTC: the newest of these declarations
    approved_by: str  # a second person; empty where nobody has
    photos: tuple[int, ...]  # their numbers


@dataclass(frozen=True, slots=True)
class StatementCover:
    """One statement of the profile, and for which photos it is declared."""

    question: Question
    covered: tuple[CoveredPhotos, ...]  # the newest first
    open: tuple[int, ...]  # numbers of photos for which nobody has declared it
    unapproved: tuple[int, ...]  # of those for which somebody has, and a second person must approve it
    refused: RefusedStatement | None  # somebody has called it untrue, and nobody true since


def statement_covers(batch: BatchSnapshot, profile: Profile) -> Iterator[StatementCover]:
    """What is declared of each statement of the profile; photos that are left out or could not be read need none."""
    refused = {each.question.id: each for each in refused_statements(batch.decisions, profile)}
    asked = ((photo, batch.index.state_of(photo)) for photo in batch.photos if photo.error is None and not photo.filed)
    states = [(photo.number, photo.source_sha256, state) for photo, state in asked if not state.excluded]
    second = profile.decisions.second_person
    for question in profile.statements:
        covered = defaultdict[tuple[str, str], list[int]](list)
        times = dict[tuple[str, str], str]()
        open_, unapproved = list[int](), list[int]()
        for number, sha256, state in states:
            given = next((each for each in state.answers if _declares(each, question)), None)
            if given is None:
                open_.append(number)
                continue
            if given in state.waiting(second):
                unapproved.append(number)
            key = given.by, given.approved_by
            covered[key].append(number)
            at = _declared_at(batch.index.on_original(sha256), question)
            times[key] = max(times.get(key, ""), at)
        people = (CoveredPhotos(by, times[by, other], other, tuple(them)) for (by, other), them in covered.items())
        newest = tuple(sorted(people, key=lambda each: each.at, reverse=True))
        yield StatementCover(question, newest, tuple(open_), tuple(unapproved), refused.get(question.id))


def _declares(answer: QuestionAnswer, question: Question) -> bool:
    return answer.kind == DECLARE and answer.rule == question.id


def _declared_at(decisions: Iterable[Decision], question: Question) -> str:
    """When the statement was declared last of a photo."""
    return max(
        (each.at for each in decisions if each.kind == DECLARE and question.id in each.value.split()), default=""
    )
