"""The pages that come first: link, name, light table; and what they ask the server."""

from http import HTTPStatus
from importlib import metadata
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from imgvet.channels.places import channel_places
from imgvet.errors import UsageError
from imgvet.own_name import keep_own_name
from imgvet.people_names import checked_name
from imgvet.review.context import (
    NotKnown,
    Review,
    bare_page,
    body_of,
    json_answer,
    number_in,
    page,
    person_of,
    review_of,
    session_of,
)
from imgvet.review.notes import batch_notes, confirm_clock
from imgvet.review.photo_rows import answer_options, area_reasons_given, reasons_given
from imgvet.review.security import cookie_name

_PING_SECONDS = 15.0
_LONGEST_NAME = 200  # characters


class LinkToken(msgspec.Struct, forbid_unknown_fields=True):
    """What a link has behind its ``#``."""

    token: str


class GivenName(msgspec.Struct, forbid_unknown_fields=True):
    """The name that somebody has typed."""

    name: str


class ClockReason(msgspec.Struct, forbid_unknown_fields=True):
    """How somebody knows that the clock is right."""

    why: str


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """An empty body."""


async def open_page(_: Request) -> Response:
    """The page of every link: its code sends what is behind the ``#``, so that no address has it."""
    return bare_page("open.html")


async def open_link(request: Request) -> Response:
    """Use up a link."""
    said = await body_of(request, LinkToken, 1024)
    review = review_of(request)
    cookie = review.sessions.open(said.token)
    if cookie is None:
        reason = "This link was used already, or is not valid."
        hint = "Ask for a new one on the page that is open, or start imgvet review again."
        return json_answer({"reason": reason, "hint": hint}, HTTPStatus.FORBIDDEN)
    answer = json_answer({"next": "/"})
    answer.set_cookie(cookie_name(review.port), cookie, path="/", httponly=True, samesite="strict")
    review.events.publish("people", {"names": review.sessions.names()})
    return answer


async def light_table(request: Request) -> Response:
    """All photos; a person without a name gives it first."""
    if not session_of(request).name:
        return RedirectResponse("/name", HTTPStatus.SEE_OTHER)
    if "number" in request.path_params:
        number = number_in(request, "number")
        if number not in await review_of(request).on_batch(review_of(request).live.numbers):
            raise NotKnown(f"There is no photo {number} in this batch.", "Go back to all photos.")
    return await page(request, "photos.html", "photos")


async def name_page(request: Request) -> Response:
    """Where somebody gives their name."""
    return await page(request, "name.html", "name")


async def give_name(request: Request) -> Response:
    """Keep the name of the person: in the session, and for the next time where they have started the server."""
    said = await body_of(request, GivenName, 4096)
    review, session = review_of(request), session_of(request)
    if len(said.name) > _LONGEST_NAME:
        raise UsageError(f"A name has at most {_LONGEST_NAME} characters.", "Give a shorter one.")
    name = checked_name(said.name, "Give your name.")
    name = await review.on_batch(review.live.folder.check_name, name)
    kept = session.keeps_name and keep_own_name(name)
    session.rename(name)
    review.events.publish("people", {"names": review.sessions.names()})
    return json_answer({"name": name, "kept": kept, "next": "/"})


async def new_link(request: Request) -> Response:
    """A link for another person on this computer."""
    await body_of(request, Nothing, 16)
    person_of(request)
    review = review_of(request)
    token = review.sessions.new_link()
    return json_answer({"link": f"http://127.0.0.1:{review.port}/open#{token}"})


async def the_clock(request: Request) -> Response:
    """Record that the clock of this computer is right."""
    said = await body_of(request, ClockReason, 4096)
    review, by = review_of(request), person_of(request)
    await review.publish_changed(await review.on_batch(confirm_clock, review.live, by, said.why))
    return json_answer({"said": "Recorded: this computer's clock is right. Forms are checked against it again."})


async def stop(request: Request) -> Response:
    """End the server, once what is under way has been answered."""
    await body_of(request, Nothing, 16)
    review_of(request).stop()
    return json_answer({"said": "imgvet has ended. You can close this page."})


async def the_batch(request: Request) -> Response:
    """What the page has to know of the batch."""
    review = review_of(request)
    return json_answer(await review.on_batch(_batch, review, session_of(request).name))


def _batch(review: Review, person: str) -> dict[str, Any]:
    live, settings = review.live, review.live.settings
    still_open, total = live.statements()
    return {
        "event": settings.event.text,
        "day": settings.event.day,
        "link": settings.event.link,
        "profile": settings.profile.name,
        "person": person,
        "people": review.sessions.names(),
        "channels": [{"name": each.channel, "folder": each.folder} for each in channel_places(settings)],
        "answers": answer_options(settings),
        "reasons": reasons_given(live.snapshot().decisions),
        "area_reasons": area_reasons_given(live.snapshot().decisions),
        "statements": {"open": still_open, "total": total},
        "second_person": list(settings.profile.decisions.second_person),
        "notes": batch_notes(live),
        "left": live.left(),
        "seq": live.seq,
        "version": metadata.version("imgvet"),
    }


async def the_photos(request: Request) -> Response:
    """All photos."""
    review = review_of(request)

    def found() -> dict[str, Any]:
        return {"seq": review.live.seq, "photos": review.live.rows()}

    return json_answer(await review.on_batch(found))


async def events(request: Request) -> Response:
    """What happens from now on, as server-sent events; it ends with the session."""
    review, cookie = review_of(request), request.scope["state"]["cookie"]

    async def stream() -> Any:
        async for message in review.events.listen(_PING_SECONDS):
            if review.sessions.find(cookie, used=False) is None:
                return
            yield message

    if request.method == "HEAD":  # no stream is opened for it
        return Response(media_type="text/event-stream")
    return StreamingResponse(stream(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def static_file(request: Request) -> Response:
    """A file of the page itself."""
    file = review_of(request).files.find(request.path_params["name"])
    if file is None:
        raise NotKnown("There is no such file.", "Load the page again.")
    return Response(file.data, headers={"content-type": file.media_type})


routes = [
    Route("/open", open_page, methods=["GET"]),
    Route("/open", open_link, methods=["POST"]),
    Route("/", light_table, methods=["GET"]),
    Route("/photo/{number}", light_table, methods=["GET"]),
    Route("/name", name_page, methods=["GET"]),
    Route("/static/{name:path}", static_file, methods=["GET"]),
    Route("/api/name", give_name, methods=["POST"]),
    Route("/api/links", new_link, methods=["POST"]),
    Route("/api/clock", the_clock, methods=["POST"]),
    Route("/api/stop", stop, methods=["POST"]),
    Route("/api/batch", the_batch, methods=["GET"]),
    Route("/api/photos", the_photos, methods=["GET"]),
    Route("/api/events", events, methods=["GET"]),
]
