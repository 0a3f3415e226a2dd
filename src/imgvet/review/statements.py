"""The profile's statements as a page: each answered yes or no in its own words, with all photos beside them."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from imgvet.batch.decisions.declaring import StatementCover, declare_now, record_answers, statement_covers
from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.decisions import APPROVAL, DECLARE, STATEMENT, Decision, StatementAnswer
from imgvet.errors import UsageError
from imgvet.people_names import same_person
from imgvet.review.context import body_of, json_answer, page, person_of, review_of
from imgvet.review.live_batch import LiveBatch
from imgvet.text import and_list, count, long_time, spans

_ALL = "all"  # photos, as ``imgvet decide`` names them


class AnsweredStatement(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody says of a statement, in the words in which it was shown to them."""

    id: str
    wording: str
    true: bool
    photos: list[int] = []  # of which it is not true


class Declaring(msgspec.Struct, forbid_unknown_fields=True):
    """The answers of one person."""

    answers: list[AnsweredStatement]
    approve: bool = False  # what somebody else has declared


def statements_now(live: LiveBatch, by: str) -> dict[str, Any]:
    """What is declared of every statement of the profile, for one person."""
    batch, profile = live.snapshot(), live.settings.profile
    second = DECLARE in profile.decisions.second_person
    own = _answered_by(batch.decisions, by)
    rows = [_statement_row(each, own.get(each.question.id), by) for each in statement_covers(batch, profile)]
    to_approve = [row["id"] for row in rows if row["unapproved"] and row["by_others"]]
    return {
        "profile": profile.name,
        "second_person": second,
        "statements": rows,
        "photos": [row.number for row in live.rows() if not row.excluded and row.verdict != "failed"],
        "to_approve": to_approve,
        "open": sum(bool(row["open"] or row["unapproved"]) for row in rows),
    }


def _answered_by(decisions: tuple[Decision, ...], by: str) -> dict[str, tuple[StatementAnswer, str]]:
    """The newest answer of this person to each statement, and when."""
    own = (each for each in decisions if each.kind == STATEMENT and same_person(each.by, by))
    return {(said := StatementAnswer.parse(each)).question: (said, each.at) for each in own}


def _statement_row(cover: StatementCover, own: tuple[StatementAnswer, str] | None, by: str) -> dict[str, Any]:
    question, refused = cover.question, cover.refused
    mine = own[0] if own and own[0].wording == question.text else None
    return {
        "id": question.id,
        "wording": question.text,
        "source": question.source,
        "open": list(cover.open),
        "open_words": _open_words(cover),
        "unapproved": list(cover.unapproved),
        "by_others": any(not same_person(each.by, by) and not each.approved_by for each in cover.covered),
        "covered": [
            {
                "by": each.by, "when": long_time(each.at), "approved_by": each.approved_by,
                "words": f"Declared by {each.by}, {long_time(each.at)}, of {_photos(each.photos)}"
                f"{f'; approved by {each.approved_by}' if each.approved_by else ''}.",
            }
            for each in cover.covered
        ],
        "refused": None if refused is None else {
            "by": refused.by, "when": long_time(refused.at), "photos": list(refused.photos),
            "words": f"{refused.by} answered no, {long_time(refused.at)}"
            f"{f': {_photos(refused.photos)}' if refused.photos else ''}.",
        },
        "mine": None if mine is None or own is None else {"true": mine.true, "when": long_time(own[1])},
    }  # fmt: skip


def _open_words(cover: StatementCover) -> str:
    if not cover.open or not cover.covered:
        return ""
    came = "has" if len(cover.open) == 1 else "have"
    return f"{_photos(cover.open).capitalize()} {came} joined since, and {came} no declaration."


def _photos(numbers: tuple[int, ...]) -> str:
    return f"photo{'' if len(numbers) == 1 else 's'} {and_list(spans(sorted(numbers)))}"


def _declared(live: LiveBatch, asked: Declaring, by: str) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Record the answers, and what follows from them: a declaration, or an approval.

    Raises:
        UsageError: nothing was answered, a photo is not there, or as ``declare_now`` and ``record_decisions``.
    """
    answers = [_answer(live, each) for each in asked.answers]
    if not answers:
        raise UsageError("No statement was answered.", "Answer yes or no.")
    if asked.approve:
        said, changed = _approved(live, answers, by)
    else:
        made, changed = live.change(lambda: declare_now(live.folder, live.settings.profile, by, answers))
        said = f"Declared: {count(len(_true(answers)), 'statement')} of {count(len(made), 'photo')}." if made else ""
    untrue = [each for each in answers if not each.true]
    if untrue:
        refused = f"Not declared: {count(len(untrue), 'statement is', 'statements are')} not true."
        said = f"{said} {refused} Leave out or hide what makes it untrue, then declare again.".strip()
    said = said or "Nothing has changed: you had declared this already."
    state = statements_now(live, by)
    return {"said": said, "seq": live.seq, "changed": live.rows(changed), "state": state, "left": live.left()}, changed


def _true(answers: list[StatementAnswer]) -> list[StatementAnswer]:
    return [each for each in answers if each.true]


def _answer(live: LiveBatch, said: AnsweredStatement) -> StatementAnswer:
    known = {*live.numbers()}
    if strange := [number for number in said.photos if number not in known]:
        raise UsageError(f"There is no photo {strange[0]} in this batch.", "Load the page again.")
    photos = () if said.true else tuple(dict.fromkeys(said.photos))
    return StatementAnswer(said.id, said.wording, said.true, photos=photos)


def _approved(live: LiveBatch, answers: list[StatementAnswer], by: str) -> tuple[str, tuple[int, ...]]:
    """Approve what others have declared, once this person has called each of its statements true."""
    profile = live.settings.profile

    def act() -> list[Decision]:
        shown = [each for each in statements_now(live, by)["statements"] if each["unapproved"] and each["by_others"]]
        if missing := [each["id"] for each in shown if each["id"] not in {one.question for one in answers}]:
            raise UsageError(f"The statement '{missing[0]}' was not answered.", "Answer each with yes or no.")
        record_answers(live.folder, profile, by, answers)
        if not shown or len(_true(answers)) < len(answers):
            return []
        return record_decisions(live.folder, profile, _ALL, DecisionRequest(APPROVAL, by, DECLARE))

    made, changed = live.change(act)
    return (f"Approved: what was declared of {count(len(made), 'photo')}." if made else ""), changed


async def _statements_page(request: Request) -> Response:
    return await page(request, "statements.html", "statements")


async def _show(request: Request) -> Response:
    review = review_of(request)
    return json_answer(await review.on_batch(statements_now, review.live, person_of(request)))


async def _declare(request: Request) -> Response:
    review, by = review_of(request), person_of(request)
    asked = await body_of(request, Declaring, 1_048_576)
    answer, changed = await review.on_batch(_declared, review.live, asked, by)
    await review.publish_changed(changed)
    return json_answer(answer)


routes = [
    Route("/statements", _statements_page, methods=["GET"]),
    Route("/api/statements", _show, methods=["GET"]),
    Route("/api/statements", _declare, methods=["POST"]),
]
