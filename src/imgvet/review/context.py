"""What every handler of the page is given: the batch, who asks, what was sent, and how a page is made."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import msgspec
from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from imgvet.errors import ImgvetError, UsageError
from imgvet.review.events import EventHub
from imgvet.review.live_batch import LiveBatch
from imgvet.review.page_files import PageFiles
from imgvet.review.page_words import page_hint
from imgvet.review.paths import BATCH, without_paths
from imgvet.review.pictures import NoPicture, PictureDropped, Pictures
from imgvet.review.security import RefusedRequest, refusal_words
from imgvet.review.sessions import Session, Sessions
from imgvet.storage_errors import storage_error
from imgvet.templates import page_environment

if TYPE_CHECKING:
    from imgvet.review.finishing import Finishing

Given = ParamSpec("Given")
Found = TypeVar("Found")
Body = TypeVar("Body")

_JSON = "application/json"


@dataclass
class Review:
    """One running server, at ``app.state.review``."""

    live: LiveBatch  # used through ``on_batch`` alone
    events: EventHub
    sessions: Sessions
    files: PageFiles
    thread: ThreadPoolExecutor  # one thread, which has the connections to the batch and the register
    stop: Callable[[], None]  # ends the server once what is under way has been answered
    port: int
    pictures: Pictures = field(init=False)
    finishing: "Finishing" = field(init=False)  # see ``finishing.with_finishing``

    def __post_init__(self) -> None:
        """Make what hangs on the others."""
        self._told = self.live.seq  # the newest entry of the log that the pages know of
        self.pictures = Pictures(self.live, self.on_batch)

    @property
    def name_of_batch(self) -> str:
        """What people call it: the event's name."""
        return self.live.settings.event.text

    async def publish_changed(self, numbers: Sequence[int]) -> None:
        """Tell every page how these photos are shown now, and what is left to do, where any of it has changed."""
        if news := await self.on_batch(self._news, numbers):
            self.events.publish("photos", news)

    def _news(self, numbers: Sequence[int]) -> dict[str, Any]:
        """What the event says; nothing where the log and the photos are as they were told last."""
        live = self.live
        if not numbers and live.seq == self._told:
            return {}
        self._told = live.seq
        still_open, total = live.statements()
        statements = {"open": still_open, "total": total}
        return {"seq": live.seq, "changed": live.rows(numbers), "statements": statements, "left": live.left()}

    async def on_batch(self, function: Callable[Given, Found], *words: Given.args, **named: Given.kwargs) -> Found:
        """The result of a function that uses the batch or the register; one runs at a time.

        Raises:
            ImgvetError: as the function.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.thread, partial(function, *words, **named))


class Conflict(UsageError):
    """Somebody else has answered since; who sends it again with ``anyway`` decides all the same."""

    def __init__(self, by: str, at: str, words: str, target: str) -> None:
        """Who, when (ISO 8601, UTC), what as people read it, and about which face or photo."""
        super().__init__(f"{by} has answered for {target} meanwhile: {words}.", "Look at it, then decide again.")
        self.by, self.at, self.words, self.target = by, at, words, target


class NotKnown(UsageError):
    """There is no such photo, face or page."""


def review_of(request: Request) -> Review:
    """The server that was asked."""
    review: Review = request.app.state.review
    return review


def session_of(request: Request) -> Session:
    """The session that asks; the guard lets nobody through without one.

    Raises:
        RefusedRequest: there is none, as on the page that opens links.
    """
    session = request.scope.get("state", {}).get("session")
    if not isinstance(session, Session):
        raise RefusedRequest(HTTPStatus.UNAUTHORIZED)
    return session


def person_of(request: Request) -> str:
    """The name of the person who asks.

    Raises:
        UsageError: they have not given it yet.
    """
    if name := session_of(request).name:
        return name
    raise UsageError("Your name is recorded with what you decide, and is not known yet.", "Give it on the first page.")


async def body_of(request: Request, kind: type[Body], most: int = 65_536) -> Body:
    """What was sent, as that type has it.

    Args:
        request: whose body is JSON.
        kind: a ``msgspec.Struct`` or what else msgspec decodes.
        most: bytes.

    Raises:
        UsageError: it is not JSON, not of that type, or has what no text may have.
        RefusedRequest: it is too large.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise UsageError("What was sent is not JSON.", "Load the page again.")
    data = await raw_body(request, most)
    try:
        said = msgspec.json.decode(data, type=kind)
        if not all(map(_is_text, _texts(msgspec.to_builtins(said)))):
            raise ValueError
    except (ValueError, RecursionError):
        raise UsageError("What was sent is not what this page sends.", "Load the page again.") from None
    return said


async def raw_body(request: Request, most: int) -> bytes:
    """The bytes that were sent.

    Raises:
        RefusedRequest: they are more than ``most``.
    """
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal() and int(length[:12]) <= most and len(length) <= 12):
        raise RefusedRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > most:
            raise RefusedRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(data)


def _texts(value: Any) -> list[str]:
    """Every text in it."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in _texts(each)]
    if isinstance(value, (list, tuple)):
        return [text for each in value for text in _texts(each)]
    return []


def _is_text(text: str) -> bool:
    """Whether it can be kept: no NUL, no half of a character."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def number_in(request: Request, name: str, most: int = 999_999_999) -> int:
    """A number of the address.

    Raises:
        NotKnown: it is none.
    """
    text = request.path_params[name]
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        raise NotKnown("There is no such photo or face.", "Load the page again.")
    return int(text)


def json_answer(value: Any, status: int = 200) -> Response:
    """An answer for the page's own code."""
    return Response(msgspec.json.encode(value), status, media_type=_JSON)


async def page(request: Request, template: str, current: str = "", **values: Any) -> Response:
    """A page that people see.

    Args:
        request: which asked for it.
        template: its name in ``templates/``; it extends ``base.html``.
        current: which entry of the navigation it is; empty: none.
        **values: what else the template prints.
    """
    review, session = review_of(request), session_of(request)
    left = await review.on_batch(review.live.left)
    known = {
        "csrf": session.csrf,
        "person": session.name,
        "event": review.name_of_batch,
        "batch": BATCH,
        "left": left,
        "page": current,
    }
    return HTMLResponse(_templates().get_template(template).render(known | values))


def bare_page(template: str, status: int = 200, **values: Any) -> Response:
    """A page for somebody who has no session, or an error; it has nothing of the batch."""
    return HTMLResponse(_templates().get_template(template).render(values), status)


@cache
def _templates() -> Environment:
    return page_environment("imgvet.review")


async def on_refusal(request: Request, problem: Exception) -> Response:
    """The answer to a request that cannot be done: why, and what to do."""
    review = review_of(request)
    problem = storage_error(problem) if isinstance(problem, (OSError, sqlite3.Error)) else problem
    said: dict[str, Any]
    if isinstance(problem, ImgvetError):
        status = HTTPStatus.CONFLICT if isinstance(problem, Conflict) else HTTPStatus.UNPROCESSABLE_ENTITY
        status = HTTPStatus.NOT_FOUND if isinstance(problem, NotKnown | NoPicture | PictureDropped) else status
        words: Sequence[str] = (problem.reason, *problem.details)
        said = {"reason": " ".join(words), "hint": page_hint(problem.hint)}
        if isinstance(problem, Conflict):
            said |= {"by": problem.by, "at": problem.at, "words": problem.words, "target": problem.target}
    else:
        given = getattr(problem, "status_code", None) or getattr(problem, "status", None)
        status = HTTPStatus(given or HTTPStatus.INTERNAL_SERVER_ERROR)
        reason, hint = refusal_words(status)
        if status == HTTPStatus.NOT_FOUND:
            reason, hint = "There is no such page.", "Go back to all photos."
        said = {"reason": reason, "hint": hint}
    known = review.live.places
    said = {name: without_paths(text, known) for name, text in said.items() if text}
    if request.url.path.startswith("/api/") or request.method == "POST":
        return json_answer({"reason": "", "hint": "", **said}, status)
    return bare_page("message.html", status, reason=said["reason"], hint=said.get("hint", ""))


REFUSALS: Sequence[type[Exception]] = (ImgvetError, RefusedRequest, HTTPException, OSError, sqlite3.Error)
