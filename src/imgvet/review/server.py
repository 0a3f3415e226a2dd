"""The server: one process on 127.0.0.1, for one batch, until its page or its terminal ends it."""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from imgvet.database.addresses import Address
from imgvet.errors import UsageError
from imgvet.review.app import review_app
from imgvet.review.context import Review
from imgvet.review.events import EventHub
from imgvet.review.live_batch import LiveBatch
from imgvet.review.page_files import PageFiles
from imgvet.review.sessions import Sessions

HOST = "127.0.0.1"
REQUEST_SECONDS = 8.0  # in which the head of a request must be there
_LARGEST_HEAD = 16_384  # bytes
_MOST_CONNECTIONS = 256
_LAST_SECONDS = 3  # for what is under way when the server ends


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """What the server is asked for."""

    batch: Path
    register: Address | None = None
    port: int = 0  # 0: one that is free
    name: str = ""  # of the person who starts it, where it is known


class _Connection(H11Protocol):
    """A connection that is closed where no request comes, so that nobody can hold the server with half of one."""

    open_ones: list["_Connection"] = []  # noqa: RUF012 - of the one server that a process has

    def connection_made(self, transport: Any) -> None:
        """Begin to count the time."""
        super().connection_made(transport)
        self.open_ones.append(self)
        if len(self.open_ones) > _MOST_CONNECTIONS:  # the first that asks for nothing, or has every answer
            unused = [each for each in self.open_ones[:-1] if not each._asked()]
            for idle in (unused or [each for each in self.open_ones[:-1] if each._answered()] or [self])[:1]:
                idle.transport.close()
        self._patience = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if not self._asked() and not self.transport.is_closing():
            self.transport.close()

    def _asked(self) -> bool:
        """Whether it has ever asked for something; afterwards uvicorn's own limits are valid."""
        return getattr(self, "cycle", None) is not None

    def _answered(self) -> bool:
        """Whether all that it has asked for was answered."""
        cycle = getattr(self, "cycle", None)
        return cycle is not None and bool(cycle.response_complete)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._patience.cancel()
        if self in self.open_ones:
            self.open_ones.remove(self)
        super().connection_lost(exc)


def serve(asked: ReviewRequest, started: Callable[[str, Review], None]) -> None:
    """Serve until somebody ends it.

    Args:
        asked: the batch, and how.
        started: is called with the first link once the server answers.

    Raises:
        BatchError: there is no such batch, or it is damaged.
        UsageError: the port is not free.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    with _listening(asked.port) as listener, ThreadPoolExecutor(1, "batch") as thread:
        port = listener.getsockname()[1]
        live = thread.submit(LiveBatch, asked.batch, asked.register).result()
        try:
            server = _server(live, port, thread)
            review: Review = server.config.app.state.review  # type: ignore[union-attr]
            link = f"http://{HOST}:{port}/open#{review.sessions.new_link(asked.name, first=True)}"
            asyncio.run(_run(server, listener, lambda: started(link, review)))
        finally:
            thread.submit(live.close).result()


def _server(live: LiveBatch, port: int, thread: ThreadPoolExecutor) -> uvicorn.Server:
    def stop() -> None:
        review.events.close()
        server.should_exit = True

    review = Review(live, EventHub(), Sessions(), PageFiles(), thread, stop, port)
    config = uvicorn.Config(
        review_app(review),
        http=_Connection,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    server = uvicorn.Server(config)
    return server


async def _run(server: uvicorn.Server, listener: socket.socket, started: Callable[[], None]) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        started()
    await serving


def _listening(port: int) -> socket.socket:
    """A socket that listens on this computer alone.

    Raises:
        UsageError: another program uses the port.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if port:
            with suppress(OSError):
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as problem:
        listener.close()
        raise UsageError(
            f"Port {port} cannot be used: {problem.strerror}.", "Leave --port out, or give another."
        ) from None
    return listener
