"""The guard in front of every page: which requests are answered at all, and the headers of every answer.

A browser runs code of any page that somebody has open, and that code can send requests to 127.0.0.1. So the guard
refuses what does not come from our own pages: a wrong ``Host`` (DNS rebinding), ``Origin`` or ``Sec-Fetch-Site``; a
change without the token that only our pages know; whatever has no session. No answer is kept by a cache, except
files of the page itself under an address that has their digest.
"""

import asyncio
import hmac
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from imgvet.fault_report import report_fault
from imgvet.review.sessions import Session, Sessions
from imgvet.templates import page_environment

BODY_SECONDS = 60.0  # in which the whole body of a request must be there
_LONGEST_QUERY, _LONGEST_PATH = 2048, 512  # bytes
_ONCE = (b"host", b"origin", b"cookie", b"content-length", b"content-type", b"x-csrf-token", b"sec-fetch-site")
_OPEN_TO_ALL = ("/open", "/static/")  # without a session: they have nothing of the batch

CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip

_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "x-robots-tag": "noindex",
}
_NO_STORE = "no-store"
_FOR_GOOD = "private, max-age=31536000, immutable"  # of a file whose address has its digest

_SAID = {
    HTTPStatus.BAD_REQUEST: ("The browser has sent something that imgvet does not understand.", "Load the page again."),
    HTTPStatus.UNAUTHORIZED: (
        "This page needs the link that imgvet printed.",
        "Open the link from the window in which you started imgvet review. Each link works once.",
    ),
    HTTPStatus.FORBIDDEN: ("This did not come from imgvet's own page.", "Load the page again and try once more."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("This address does not take that.", "Load the page again."),
    HTTPStatus.REQUEST_TIMEOUT: ("What was sent did not arrive.", "Try again."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("What was sent is too large.", "Send less."),
    HTTPStatus.REQUEST_URI_TOO_LONG: ("This address is too long.", "Load the page again."),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Something unexpected failed. What was recorded before is kept.",
        "Load the page again. The window in which you started imgvet has a report without private data.",
    ),
    HTTPStatus.MISDIRECTED_REQUEST: ("This address is not imgvet's.", "Open the link that imgvet printed."),
}


class RefusedRequest(Exception):
    """The request is not answered; its argument is the status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


def cookie_name(port: int) -> str:
    """The cookie of the server on that port; cookies of one computer are shared by all ports."""
    return f"imgvet_{port}"


class Guard:
    """ASGI middleware: nothing gets past it that does not come from our own pages."""

    def __init__(self, app: ASGIApp, sessions: Sessions, port: int, hashed: str) -> None:
        """``hashed``: the beginning of addresses whose files never change."""
        self._app, self._sessions, self._hashed = app, sessions, hashed
        self._cookie = cookie_name(port)
        self._hosts = {f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no page uses WebSockets
            await send({"type": "websocket.close"})
            return
        sender = self._with_headers(scope, send)
        try:
            self._check(scope)
        except RefusedRequest as problem:
            await _refuse(scope, sender, problem.status)
            return
        await self._answer(scope, _in_time(receive), sender)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer of the application; of what nobody foresaw the page says as little as the command line."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:  # nobody waits until it is answered
            return
        except Exception as problem:  # noqa: BLE001 - the last border: the server goes on
            report_fault(problem)
            if not begun:
                await _refuse(scope, send, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _check(self, scope: Scope) -> None:
        """Refuse what does not come from our own page, and find the session.

        Raises:
            RefusedRequest: with the status.
        """
        number = Counter(name for name, _ in scope["headers"])
        if any(number[name] > 1 for name in _ONCE) or number[b"transfer-encoding"] > 1:
            raise RefusedRequest(HTTPStatus.BAD_REQUEST)
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        if headers.get(b"host", b"").lower() not in self._hosts:
            raise RefusedRequest(HTTPStatus.MISDIRECTED_REQUEST)
        method, path = scope["method"], scope["path"]
        if method not in ("GET", "HEAD", "POST"):
            raise RefusedRequest(HTTPStatus.METHOD_NOT_ALLOWED)
        if len(scope["query_string"]) > _LONGEST_QUERY or len(scope["raw_path"]) > _LONGEST_PATH:
            raise RefusedRequest(HTTPStatus.REQUEST_URI_TOO_LONG)
        _check_origin(headers, method, path)
        used = path != "/api/events"
        found = _cookies_in(headers, self._cookie)
        cookie = next((each for each in found if self._sessions.find(each, used=used)), "")
        session = self._sessions.find(cookie, used=used)
        scope.setdefault("state", {}).update(session=session, cookie=cookie)
        if path == _OPEN_TO_ALL[0] or path.startswith(_OPEN_TO_ALL[1]):
            return
        if session is None:
            raise RefusedRequest(HTTPStatus.UNAUTHORIZED)
        if method == "POST" and not _has_token(headers, session):
            raise RefusedRequest(HTTPStatus.FORBIDDEN)

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        hashed = scope.get("path", "").startswith(self._hashed)

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = message["status"] == HTTPStatus.OK
                given = dict(_HEADERS, **{"cache-control": _FOR_GOOD if hashed and found else _NO_STORE})
                ours = {name.encode() for name in given} | {b"server", b"date"}
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in ours]
                message = {**message, "headers": [*kept, *((k.encode(), v.encode()) for k, v in given.items())]}
            await send(message)

        return sender


def _check_origin(headers: Mapping[bytes, bytes], method: str, path: str) -> None:
    """Refuse what another site has sent, or has made the browser send.

    Raises:
        RefusedRequest: it came from elsewhere, or a change does not say from where it comes.
    """
    own = b"http://" + headers[b"host"].lower()
    origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
    if origin is not None and origin.lower() != own:
        raise RefusedRequest(HTTPStatus.FORBIDDEN)
    if method == "POST":
        if origin is None or site not in (None, b"same-origin"):
            raise RefusedRequest(HTTPStatus.FORBIDDEN)
    elif site not in (None, b"same-origin", b"none") and path != _OPEN_TO_ALL[0]:  # the page of links opens nothing
        raise RefusedRequest(HTTPStatus.FORBIDDEN)


def _cookies_in(headers: Mapping[bytes, bytes], name: str) -> list[str]:
    """The values of our cookie. Servers on other ports of this computer may set any, also several of our name."""
    pairs = (each.strip().partition("=") for each in headers.get(b"cookie", b"").decode("latin-1").split(";"))
    return [value for each, _, value in pairs if each == name]


def _has_token(headers: Mapping[bytes, bytes], session: Session) -> bool:
    return hmac.compare_digest(headers.get(b"x-csrf-token", b""), session.csrf.encode())


def _in_time(receive: Receive) -> Receive:
    """The same, where a body that does not arrive in time ends the request."""
    loop = asyncio.get_running_loop()
    until = loop.time() + BODY_SECONDS
    whole = False

    async def receiver() -> Message:
        nonlocal whole
        if whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), max(0.0, until - loop.time()))
        except TimeoutError:
            raise RefusedRequest(HTTPStatus.REQUEST_TIMEOUT) from None
        whole = not message.get("more_body", False)
        return message

    return receiver


async def _refuse(scope: Scope, send: Send, status: HTTPStatus) -> None:
    """Say in a few words why there is no answer: to a person as text, to our own code as JSON."""
    await send_refusal(send, status, as_json=scope["path"].startswith("/api/"))


async def send_refusal(send: Send, status: HTTPStatus, *, as_json: bool) -> None:
    """An answer that says why there is none."""
    reason, hint = refusal_words(status)
    if as_json:
        body, kind = msgspec.json.encode({"reason": reason, "hint": hint}), b"application/json"
    elif status == HTTPStatus.UNAUTHORIZED:  # for people who come back after a while
        template = page_environment("imgvet.review").get_template("message.html")
        body, kind = template.render(reason=reason, hint=hint).encode(), b"text/html; charset=utf-8"
    else:
        body, kind = f"{reason}\n{hint}\n".encode(), b"text/plain; charset=utf-8"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})


def refusal_words(status: HTTPStatus) -> tuple[str, str]:
    """Why a request is refused, and what to do, a plain sentence each."""
    return _SAID.get(status, _SAID[HTTPStatus.BAD_REQUEST])
