"""What the server tells open pages without being asked: server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import msgspec

_MOST_WAITING = 256  # events for one page; a page that reads none is closed, and asks for everything when it is back
_MOST_BYTES = 16 * 1024**2  # of them
_MOST_PAGES = 128  # that listen; the one that has listened for longest is closed, and comes back when it is looked at


class _Listener(asyncio.Queue[bytes | None]):
    """What one page is still to be sent."""

    waiting = 0  # bytes


class EventHub:
    """Everybody who listens. Used in the server's event loop only."""

    def __init__(self) -> None:
        self._listeners: dict[_Listener, None] = {}  # the oldest first

    def publish(self, kind: str, data: Any) -> None:
        """Tell every page that is open.

        Args:
            kind: the event's name: ``photos``, ``finish``, ``forms`` or ``people``.
            data: what is sent with it, as JSON; it has no path of the disk.
        """
        message = b"event: %s\ndata: %s\n\n" % (kind.encode("ascii"), msgspec.json.encode(data))
        for listener in tuple(self._listeners):
            if listener.qsize() >= _MOST_WAITING or listener.waiting + len(message) > _MOST_BYTES:
                self._close(listener)
            else:
                listener.waiting += len(message)
                listener.put_nowait(message)

    def _close(self, listener: "_Listener") -> None:
        """End one page's stream; what was not yet sent is dropped."""
        self._listeners.pop(listener, None)
        while not listener.empty():
            listener.get_nowait()
        listener.put_nowait(None)

    def close(self) -> None:
        """End every page's stream."""
        for listener in tuple(self._listeners):
            self._close(listener)

    async def listen(self, seconds: float) -> AsyncIterator[bytes]:
        """The events from now on, each as it is sent; a comment where there was none for so many seconds."""
        listener = _Listener()
        self._listeners[listener] = None
        while len(self._listeners) > _MOST_PAGES:
            self._close(next(iter(self._listeners)))
        try:
            yield b"retry: 1000\n\n"
            while True:
                message: bytes | None = b": \n\n"
                with suppress(TimeoutError):
                    message = await asyncio.wait_for(listener.get(), seconds)
                if message is None:
                    return
                listener.waiting = max(0, listener.waiting - len(message))
                yield message
        finally:
            self._listeners.pop(listener, None)
