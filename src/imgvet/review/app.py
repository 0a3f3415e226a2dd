"""The page as one application: the handlers of every module, behind the guard."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from imgvet.errors import ImgvetError
from imgvet.review import answers, downloads, finishing, forms, log_page, pages, picture_routes, statements, undo, words
from imgvet.review.context import REFUSALS, Review, on_refusal
from imgvet.review.security import Guard

# Where a module adds the addresses that it answers: a line here.
ROUTES: Sequence[BaseRoute] = [
    *pages.routes,
    *picture_routes.routes,
    *answers.routes,
    *undo.routes,
    *forms.routes,
    *statements.routes,
    *words.routes,
    *finishing.routes,
    *downloads.routes,
    *log_page.routes,
]

# Where a module adds what it starts with the server and ends with it: a function of the server.
BESIDE: Sequence[Callable[[Review], AbstractAsyncContextManager[None]]] = [
    picture_routes.with_pictures,
    finishing.with_finishing,
]

POLL_SECONDS = 0.5


def review_app(review: Review) -> Starlette:
    """The application of one running server."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as beside:
            for each in BESIDE:
                await beside.enter_async_context(each(review))
            watching = asyncio.create_task(_watch(review))
            try:
                yield
            finally:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching
                review.events.close()

    guard = Middleware(Guard, sessions=review.sessions, port=review.port, hashed=review.files.root)
    handlers = dict.fromkeys(REFUSALS, on_refusal)
    app = Starlette(routes=list(ROUTES), middleware=[guard], exception_handlers=handlers, lifespan=lifespan)
    app.router.redirect_slashes = False
    app.state.review = review
    return app


async def _watch(review: Review) -> None:
    """Tell every page what this server, another one or a command has changed."""
    while True:
        await asyncio.sleep(POLL_SECONDS)
        try:
            await review.publish_changed(await review.on_batch(review.live.news))
        except (ImgvetError, OSError, sqlite3.Error):  # for a moment, or for good: each request says so
            continue
