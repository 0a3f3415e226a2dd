"""A review page as people have it: a server process of its own, and browsers as code: sockets, cookies, tokens."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SECONDS = 60.0


@dataclass
class Answer:
    """What the server sent back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body)

    def header(self, name: str) -> str:
        """A header, empty where there is none; there must not be two."""
        found = [value for each, value in self.headers if each.lower() == name.lower()]
        assert len(found) < 2, found
        return found[0] if found else ""


@dataclass
class Browser:
    """Somebody's browser: it keeps the cookie, and sends what browsers send by themselves."""

    port: int
    cookie: str = ""
    csrf: str = ""
    seen: list[Answer] = field(default_factory=list)  # everything that it was ever sent

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str | None] | None = None
    ) -> Answer:
        """One request. ``headers`` replace those of a browser; None leaves one out."""
        given: dict[str, str | None] = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
        if method == "POST":
            given |= {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/json"}
            given |= {"X-CSRF-Token": self.csrf} if self.csrf else {}
        given |= {"Cookie": self.cookie} if self.cookie else {}
        given |= headers or {}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS)) as connection:
            connection.request(method, path, body, {name: text for name, text in given.items() if text is not None})
            got = connection.getresponse()
            answer = Answer(got.status, got.getheaders(), got.read())
        self.seen.append(answer)
        return answer

    def get(self, path: str, headers: Mapping[str, str | None] | None = None) -> Answer:
        """Ask for something."""
        return self.send("GET", path, None, headers)

    def post(self, path: str, said: Any = None, headers: Mapping[str, str | None] | None = None) -> Answer:
        """Change something; ``said`` is sent as JSON."""
        return self.send("POST", path, json.dumps({} if said is None else said).encode(), headers)

    def told(self, path: str, said: Any = None) -> Any:
        """What is there, or what came of a change; it must not be refused."""
        answer = self.get(path) if said is None else self.post(path, said)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json()

    def photo(self, number: int) -> dict[str, Any]:
        """The row of a photo."""
        rows: list[dict[str, Any]] = self.told("/api/photos")["photos"]
        return next(row for row in rows if row["number"] == number)


@dataclass
class ReviewPage:
    """A server that is running."""

    process: subprocess.Popen[str]
    link: str
    port: int

    @classmethod
    def start(cls, batch: Path, *words: object, environment: Mapping[str, str] | None = None) -> "ReviewPage":
        """Start one; any warning in it is an error."""
        command = [
            sys.executable,
            "-W",
            "error",
            "-m",
            "imgvet",
            "review",
            str(batch),
            "--no-browser",
            *map(str, words),
        ]
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env=os.environ | dict(environment or {}),
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        link = process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/open#[\w-]{43}", link)
        assert found, (link, process.stderr.read())
        return cls(process, link, int(found[1]))

    @property
    def token(self) -> str:
        """What the link has behind its ``#``."""
        return self.link.partition("#")[2]

    def browser(self, name: str = "A. Officer") -> Browser:
        """The browser of whoever has started it; their name is given."""
        return opened(self.port, self.token, name)

    def second_browser(self, first: Browser, name: str) -> Browser:
        """That of somebody else, by a link from the first one's page."""
        return opened(self.port, first.told("/api/links", {})["link"].partition("#")[2], name)

    def end(self, with_signal: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """End it: the exit code, and what it said."""
        self.process.send_signal(with_signal)
        _, said = self.process.communicate(timeout=_SECONDS)
        return self.process.returncode, said


def opened(port: int, token: str, name: str) -> Browser:
    """A browser that has opened a link and given a name."""
    browser = Browser(port)
    answer = browser.post("/open", {"token": token})
    assert answer.status == 200, answer.body
    browser.cookie = answer.header("set-cookie").partition(";")[0]
    browser.csrf = token_in(browser.get("/name"))
    if name:
        browser.told("/api/name", {"name": name})
    return browser


def token_in(page: Answer) -> str:
    """The token that a page has for changes."""
    found = re.search(rb'name="csrf" content="([\w-]+)"', page.body)
    assert found, page.body
    return found[1].decode()


@contextlib.contextmanager
def review_page(batch: Path, *words: object, environment: Mapping[str, str] | None = None) -> Iterator[ReviewPage]:
    """A server that is ended afterwards, however that goes."""
    page = ReviewPage.start(batch, *words, environment=environment)
    try:
        yield page
    finally:
        if page.process.poll() is None:
            page.process.kill()
        page.process.communicate()


def said_raw(port: int, sent: bytes, seconds: float = 10.0) -> bytes:
    """What the server sends back to these very bytes, until it closes or says nothing more."""
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        connection.sendall(sent)
        got = b""
        with contextlib.suppress(TimeoutError):
            while piece := connection.recv(65_536):
                got += piece
                if b"\r\n\r\n" in got and b"content-length: 0" in got.lower():
                    break
        return got
