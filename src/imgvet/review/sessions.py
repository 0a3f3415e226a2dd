"""Who may use the page: one-time links, and the sessions that they become. Nothing of it is on the disk.

A link's token is used up by the first person who opens it. What the browser has afterwards is a cookie; of both, only
digests are kept here. A session ends when it has not been used for twelve hours, and all end with the server.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

IDLE_SECONDS = 12 * 3600
LINK_SECONDS = 3600.0  # in which somebody else's link must be opened; the first one lasts until it is used
_MOST_LINKS, _MOST_SESSIONS = 32, 64
_BYTES = 32  # of a token


@dataclass
class Session:
    """One browser that has opened a link."""

    name: str  # of the person, as it is recorded; empty until they have given it
    keeps_name: bool  # whether the name is kept for the next time: of the person who started the server
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(_BYTES))
    used_at: float = 0.0  # seconds since 1970

    def rename(self, name: str) -> None:
        """Give another name; pages that still show the one before can record nothing until they are loaded again."""
        if self.name and self.name != name:
            self.csrf = secrets.token_urlsafe(_BYTES)
        self.name = name


class Sessions:
    """All links that can be opened, and all sessions."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._links: dict[bytes, tuple[float, str, bool]] = {}  # by digest: until when, the name, whether it is kept
        self._sessions: dict[bytes, Session] = {}

    def new_link(self, name: str = "", *, first: bool = False) -> str:
        """A token that one person can open.

        Args:
            name: of that person, where it is known.
            first: of the person who started the server; it lasts until it is used, and their name is kept.
        """
        token = secrets.token_urlsafe(_BYTES)
        while len(self._links) >= _MOST_LINKS:
            self._links.pop(next(iter(self._links)))
        until = float("inf") if first else self._clock() + LINK_SECONDS
        self._links[_digest(token)] = (until, name, first)
        return token

    def open(self, token: str) -> str | None:
        """Use up a link: what the browser's cookie has from now on; None where there is no such link, or no longer."""
        until, name, first = self._links.pop(_digest(token), (0.0, "", False))
        if self._clock() > until:
            return None
        while len(self._sessions) >= _MOST_SESSIONS:  # the one that was not used for longest
            self._sessions.pop(min(self._sessions, key=lambda each: self._sessions[each].used_at))
        cookie = secrets.token_urlsafe(_BYTES)
        self._sessions[_digest(cookie)] = Session(name, first, used_at=self._clock())
        return cookie

    def find(self, cookie: str, *, used: bool = True) -> Session | None:
        """The session of a cookie; None where there is none, or it was not used for too long.

        ``used``: whether somebody uses it with this; a page that is merely open does not.
        """
        digest, now = _digest(cookie), self._clock()
        session = self._sessions.get(digest)
        if session is None:
            return None
        if not 0 <= now - session.used_at <= IDLE_SECONDS:
            if now < session.used_at:  # the clock was set back
                session.used_at = now
            else:
                del self._sessions[digest]
                return None
        if used:
            session.used_at = now
        return session

    def names(self) -> list[str]:
        """The people who have a session, each once."""
        return sorted({each.name for each in self._sessions.values() if each.name})


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
