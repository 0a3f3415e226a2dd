"""What the server tells open pages without being asked: server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import msgspec

_MOST_WAITING = 256  # events for one page; a page that reads none is closed, and asks for everything when it is back


class EventHub:
    """Everybody who listens. Used in the server's event loop only."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[bytes | None]] = set()

    def publish(self, kind: str, data: Any) -> None:
        """Tell every page that is open.

        Args:
            kind: the event's name: ``photos``, ``finish``, ``forms`` or ``people``.
            data: what is sent with it, as JSON; it has no path of the disk.
        """
        message = b"event: %s\ndata: %s\n\n" % (kind.encode("ascii"), msgspec.json.encode(data))
        for listener in tuple(self._listeners):
            if listener.qsize() >= _MOST_WAITING:
                self._listeners.discard(listener)
                listener.put_nowait(None)
            else:
                listener.put_nowait(message)

    def close(self) -> None:
        """End every page's stream."""
        for listener in self._listeners:
            listener.put_nowait(None)
        self._listeners.clear()

    async def listen(self, seconds: float) -> AsyncIterator[bytes]:
        """The events from now on, each as it is sent; a comment where there was none for so many seconds."""
        listener: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            yield b"retry: 1000\n\n"
            while True:
                message: bytes | None = b": \n\n"
                with suppress(TimeoutError):
                    message = await asyncio.wait_for(listener.get(), seconds)
                if message is None:
                    return
                yield message
        finally:
            self._listeners.discard(listener)
