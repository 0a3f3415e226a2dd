"""The addresses of pictures: none is an original, browsers keep nothing of them, and no address has a path."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from imgvet.review.context import Review, json_answer, number_in, review_of
from imgvet.review.page_words import page_hint
from imgvet.review.paths import without_paths
from imgvet.review.pictures import NoPicture, ShownPicture, Wanted


@asynccontextmanager
async def with_pictures(review: Review) -> AsyncIterator[None]:
    """The workers that make pictures, for as long as the server runs."""
    await review.pictures.start()
    try:
        yield
    finally:
        await review.pictures.close()


async def _thumb(request: Request) -> Response:
    """The preview of a photo."""
    return _shown(request, await review_of(request).pictures.thumb(number_in(request, "number"), _looks(request)))


async def _face(request: Request) -> Response:
    """A face, enlarged."""
    number, which = number_in(request, "number"), number_in(request, "face")
    key = request.query_params.get("of", "")
    return _shown(
        request,
        await review_of(request).pictures.face(number, which, _looks(request), key),
    )


async def _area(request: Request) -> Response:
    """An area, enlarged."""
    number, letters = number_in(request, "number"), request.path_params["letters"]
    pictures = review_of(request).pictures
    return _shown(request, await pictures.area(number, letters, _looks(request), request.query_params.get("of", "")))


async def _large(request: Request) -> Response:
    """A photo, large; ``?ahead=1``: nobody looks at it yet, so others come first."""
    ahead = request.query_params.get("ahead") == "1"
    number = number_in(request, "number")
    return _shown(request, await review_of(request).pictures.large(number, _looks(request), ahead=ahead))


async def _published(request: Request) -> Response:
    """Exactly what will be published of a photo for a channel now."""
    number, channel = number_in(request, "number"), request.path_params["channel"]
    made = await review_of(request).pictures.published(number, channel, _looks(request))
    return _shown(request, made.picture)


async def _about_published(request: Request) -> Response:
    """Where that comes from, and what still keeps it from being published; why there is none where there is none."""
    number, channel = number_in(request, "number"), request.path_params["channel"]
    review = review_of(request)
    try:
        made = await review.pictures.published(number, channel, _looks(request))
    except NoPicture as problem:
        note = without_paths(f"{problem.reason} {page_hint(problem.hint)}".strip(), review.live.places)
        return json_answer({"from": "none", "note": note, "type": "", "bytes": 0, "ready": False, "keeps": []})
    return json_answer(made.as_json())


async def _about_large(request: Request) -> Response:
    """From what a large picture is drawn, and why it is not the original."""
    made = await review_of(request).pictures.large(number_in(request, "number"), _looks(request))
    note = without_paths(made.note, review_of(request).live.places)
    return json_answer({"from": made.source, "note": note})


def _shown(request: Request, shown: ShownPicture) -> Response:
    note = without_paths(shown.note, review_of(request).live.places)
    headers = {"x-imgvet-from": shown.source, "x-imgvet-note": quote(note, safe=" ,.:'()")}
    return Response(shown.data, media_type=shown.media_type, headers=headers)


def _looks(request: Request) -> Wanted:
    async def looks() -> bool:
        return not await request.is_disconnected()

    return looks


routes: Sequence[BaseRoute] = [
    Route("/pictures/thumb/{number}", _thumb, methods=["GET"]),
    Route("/pictures/face/{number}/{face}", _face, methods=["GET"]),
    Route("/pictures/area/{number}/{letters}", _area, methods=["GET"]),
    Route("/pictures/large/{number}", _large, methods=["GET"]),
    Route("/pictures/published/{number}/{channel}", _published, methods=["GET"]),
    Route("/api/large/{number}", _about_large, methods=["GET"]),
    Route("/api/published/{number}/{channel}", _about_published, methods=["GET"]),
]
