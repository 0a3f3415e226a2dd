"""Attacks on the review page over real sockets: nothing is answered that does not come from our own pages."""

import contextlib
import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from imgvet.review.paths import without_paths
from support.commands import run_here
from support.pictures import landscape, portrait, save_photo
from support.review_page import Browser, ReviewPage, opened, review_page, said_raw, token_in
from support.shared import Shared

pytestmark = pytest.mark.slow

EVIL = "http://evil.example"
MARKER = "PLANTEDPLACE"
XSS = "<script>window.planted=1</script><img src=x onerror=window.planted=1>"


def make_marked_batch(folder: Path) -> None:
    """A batch whose folders have a marker in their names, and whose words have markup."""
    photos = folder / f"{MARKER}-originals"
    save_photo(photos / "1 <b>one</b>.jpg", portrait())
    save_photo(photos / "2.jpg", landscape()[:300, :400])
    words = ("batch", photos, "--out", folder / f"{MARKER}-batch", "--event", f"Open Day {XSS}")
    assert run_here(words, folder).code == 0


@pytest.fixture(scope="module")
def place(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(MARKER)
    shared.copied(make_marked_batch, folder)
    return folder


@pytest.fixture(scope="module")
def page(place: Path) -> Iterator[ReviewPage]:
    """One server for all tests of this file."""
    environment = {"IMGVET_NAME_FILE": str(place / "name.txt"), "IMGVET_REGISTER": str(place / "register.db")}
    with review_page(place / f"{MARKER}-batch", environment=environment) as started:
        yield started
        assert started.process.poll() is None, "no attack has ended it"
        _, said = started.end()
        assert "Traceback" not in said


@pytest.fixture(scope="module")
def browser(page: ReviewPage) -> Browser:
    return page.browser("Ann Lee")


def log_length(browser: Browser) -> int:
    return int(browser.told("/api/photos")["seq"])


HIDE = {"kind": "redact", "faces": [[1, 1]], "seen": 10_000}
CHANGES: dict[str, Any] = {
    "/api/decide": HIDE,
    "/api/undo": {"entries": [1], "seen": 1},
    "/api/faces": {"photo": 2, "box": [10, 10, 60, 60]},
    "/api/name": {"name": "Mallory"},
    "/api/links": {},
    "/api/stop": {},
}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}",
             "[::1]:{port}", "0.0.0.0:{port}", "localhost.evil:{port}", "", "127.0.0.1:{port}@evil.example"],
)  # fmt: skip
def test_another_host_is_not_answered(page: ReviewPage, browser: Browser, host: str) -> None:
    """DNS rebinding: the browser believes that it talks to its own site."""
    for path in ("/", "/open", "/api/photos", "/static/open.js"):
        got = browser.get(path, {"Host": host.format(port=page.port)})
        assert got.status in (400, 421), (path, got.status)
        assert b"Open Day" not in got.body


def test_localhost_is_the_same_computer(page: ReviewPage, browser: Browser) -> None:
    assert browser.get("/api/batch", {"Host": f"localhost:{page.port}"}).status == 200


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": None},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
        {"Origin": "http://localhost:{port}"},  # another origin than that of the address
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},  # another port of this computer
        {"Sec-Fetch-Site": "none"},
        {"X-CSRF-Token": None},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "x" * 43},
        {"Cookie": None},
        {"Cookie": "imgvet_{port}=" + "x" * 43},
    ],
)
def test_a_change_from_elsewhere_is_refused(
    page: ReviewPage, browser: Browser, path: str, headers: dict[str, str | None]
) -> None:
    before = log_length(browser)
    given = {name: text and text.format(port=page.port) for name, text in headers.items()}
    got = browser.post(path, CHANGES[path], given)
    assert got.status in (401, 403), (got.status, got.body)
    assert log_length(browser) == before
    assert browser.told("/api/batch")["person"] == "Ann Lee"


def test_the_token_of_another_session_is_refused(page: ReviewPage, browser: Browser) -> None:
    other = page.second_browser(browser, "Bob Roe")
    assert browser.post("/api/decide", HIDE, {"X-CSRF-Token": other.csrf}).status == 403
    assert other.csrf != browser.csrf
    assert token_in(browser.get("/")) == browser.csrf


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_embeds_or_opens_is_not_answered(browser: Browser, site: str) -> None:
    for path in ("/", "/api/photos", "/api/batch", "/static/open.js", "/name", "/api/events"):
        assert browser.get(path, {"Sec-Fetch-Site": site}).status == 403
    assert browser.get("/api/photos", {"Origin": EVIL}).status == 403
    assert browser.get("/api/photos", {"Origin": "null"}).status == 403


def test_reading_changes_nothing(browser: Browser) -> None:
    before = log_length(browser)
    for path in [*CHANGES, "/api/decide?kind=redact&faces=1:1&seen=999"]:
        assert browser.get(path).status in (404, 405), path
        assert browser.send("HEAD", path).status in (404, 405), path
    assert log_length(browser) == before


def test_other_methods_are_refused(page: ReviewPage, browser: Browser) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"):
        got = browser.send(method, "/api/decide", json.dumps(HIDE).encode())
        assert got.status in (400, 405), method
    override = browser.post("/api/photos", HIDE, {"X-HTTP-Method-Override": "GET"})
    assert override.status in (404, 405)


def test_a_link_is_not_used_up_by_looking(page: ReviewPage, browser: Browser) -> None:
    """What a browser or a mail program loads beforehand opens nothing, and the link still works."""
    token = browser.told("/api/links", {})["link"].partition("#")[2]
    stranger = Browser(page.port)
    for headers in ({}, {"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}, {"Sec-Fetch-Site": "cross-site"}):
        for path in ("/open", f"/open/{token}", f"/open?token={token}", f"/{token}"):
            for method in ("GET", "HEAD"):
                assert stranger.send(method, path, None, headers).header("set-cookie") == ""
    assert opened(page.port, token, "Cleo Poe").get("/").status == 200
    assert stranger.post("/open", {"token": token}).status == 403


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "\u00e9" * 43, "' OR 1=1 --", "../../name"])
def test_a_link_cannot_be_guessed(page: ReviewPage, token: str) -> None:
    got = Browser(page.port).post("/open", {"token": token})
    assert (got.status, got.header("set-cookie")) == (403, "")


def test_a_link_cannot_be_opened_from_another_site(page: ReviewPage, browser: Browser) -> None:
    token = browser.told("/api/links", {})["link"].partition("#")[2]
    for headers in (
        {"Origin": EVIL},
        {"Origin": None},
        {"Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "text/plain"},
    ):
        got = Browser(page.port).post("/open", {"token": token}, headers)
        assert got.status in (403, 422)
        assert got.header("set-cookie") == ""
    assert opened(page.port, token, "Dan Foe").get("/").status == 200


def test_the_cookie_is_for_this_page_alone(page: ReviewPage, browser: Browser) -> None:
    token = browser.told("/api/links", {})["link"].partition("#")[2]
    given = Browser(page.port).post("/open", {"token": token}).header("set-cookie")
    name, *flags = [each.strip().lower() for each in given.split(";")]
    assert name.startswith(f"imgvet_{page.port}=")
    assert sorted(flags) == ["httponly", "path=/", "samesite=strict"]


def test_every_answer_has_the_headers(page: ReviewPage, browser: Browser) -> None:
    stranger = Browser(page.port)
    answers = {
        path: browser.get(path)
        for path in ("/", "/name", "/open", "/photo/1", "/api/photos", "/api/batch", "/nothing", "/api/nothing",
                     "/static/open.js", "/static/nothing.js", "/pictures/thumb/1", "/pictures/thumb/99")
    }  # fmt: skip
    answers |= {
        "no session": stranger.get("/"),
        "another host": browser.get("/", {"Host": "evil.example"}),
        "another site": browser.get("/", {"Sec-Fetch-Site": "cross-site"}),
        "no json": browser.post("/api/decide", None, {"Content-Type": "text/plain"}),
        "wrong": browser.post("/api/decide", {"kind": 7}),
        "method": browser.send("PUT", "/"),
    }
    for path, got in answers.items():
        csp = dict(each.split(" ", 1) for each in got.header("content-security-policy").split("; "))
        assert csp["default-src"] == "'none'", path
        assert csp["script-src"] == csp["style-src"] == "'self'", path
        assert csp["frame-ancestors"] == csp["base-uri"] == "'none'", path
        assert not re.search(r"unsafe|\*|https?:|data:", got.header("content-security-policy")), path
        assert got.header("x-content-type-options") == "nosniff", path
        assert got.header("referrer-policy") == "no-referrer", path
        assert got.header("cross-origin-opener-policy") == "same-origin", path
        assert got.header("cross-origin-resource-policy") == "same-origin", path
        assert got.header("permissions-policy"), path
        assert got.header("cache-control") == "no-store", path
        assert got.header("server") == got.header("date") == "", path
        assert not any(name.lower().startswith("access-control") for name, _ in got.headers), path
        assert "uvicorn" not in str(got.headers).lower(), path


def test_only_files_under_their_digest_are_kept(browser: Browser) -> None:
    from imgvet.review.page_files import PageFiles

    kept = browser.get(f"{PageFiles().root}open.js")
    assert (kept.status, "immutable" in kept.header("cache-control")) == (200, True)
    assert browser.get(f"{PageFiles().root}nothing.js").header("cache-control") == "no-store"
    assert browser.get("/static/0123456789abcdef/open.js").status == 404


PATHS = (
    "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/....//app.py", "/static//etc/passwd",
    "/static/..\\app.py", "/static/%00", "/static/open.js%00.png", "/static/./open.js", "/static/", "/static",
    "//etc/passwd", "/../private/batch.db", "/private/batch.db", "/static/%252e%252e/app.py", "/photo/..",
    "/photo/1/..", "/photo/-1", "/photo/1e3", "/photo/%EF%BC%91", "/photo/99999999999999999999",
    "/photo/0x1", "/photo/1;2",
    "/pictures/thumb/../../x", "/pictures/thumb/-1", "/pictures/face/1/-1", "/pictures/large/1e9",
    "/pictures/thumb/%2e%2e%2f", "/pictures/published/1/..%2f..", "/pictures/published/1/flickr%00",
    "/api/same/1/..", "/api/same/-1/1", "/api/same/1/999999999999999999999999", "/download/..%2fprivate.zip",
    "/download/private.zip", "/download/held.zip",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_address_leads_anywhere_else(page: ReviewPage, browser: Browser, path: str) -> None:
    head = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nCookie: {browser.cookie}\r\nConnection: close\r\n\r\n"
    )
    got = said_raw(page.port, head.encode("latin-1"))
    status = int(got.split(b" ", 2)[1])
    assert status in (400, 404, 405, 422), got[:200]
    assert b"root:" not in got
    assert b"SQLite format" not in got
    assert b"import " not in got


def raw(page: ReviewPage, browser: Browser, body: bytes, *more: str, length: int | None = None) -> bytes:
    """A decision with these very bytes."""
    lines = (
        "POST /api/decide HTTP/1.1", f"Host: 127.0.0.1:{page.port}", f"Origin: http://127.0.0.1:{page.port}",
        f"Cookie: {browser.cookie}", f"X-CSRF-Token: {browser.csrf}", "Content-Type: application/json",
        f"Content-Length: {len(body) if length is None else length}", "Connection: close", *more,
    )  # fmt: skip
    return said_raw(page.port, "\r\n".join((*lines, "", "")).encode("latin-1") + body)


DEEP = b"[" * 100_000
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"kind=redact",
    "half": b'{"kind":"redact",',
    "a list": b"[]",
    "null": b"null",
    "deep": b'{"kind":"redact","seen":1,"faces":' + DEEP,
    "deep objects": b'{"kind":' * 50_000,
    "unknown field": b'{"kind":"redact","seen":99999,"faces":[[1,1]],"by":"Mallory"}',
    "text for a number": b'{"kind":"redact","seen":"99999","faces":[[1,1]]}',
    "number for text": b'{"kind":1,"seen":99999,"faces":[[1,1]]}',
    "a face of three": b'{"kind":"redact","seen":99999,"faces":[[1,1,1]]}',
    "a half number": b'{"kind":"redact","seen":99999,"faces":[[1,1.5]]}',
    "true": b'{"kind":"redact","seen":99999,"faces":[[true,true]]}',
    "huge number": b'{"kind":"redact","seen":99999,"faces":[[' + b"9" * 400 + b",1]]}",
    "not a number": b'{"kind":"redact","seen":NaN,"faces":[[1,1]]}',
    "NUL": b'{"kind":"redact","seen":99999,"faces":[[1,1]],"note":"a\\u0000b"}',
    "bare NUL": b'{"kind":"redact","seen":99999,"faces":[[1,1]],"note":"a\x00b"}',
    "half a character": b'{"kind":"redact","seen":99999,"faces":[[1,1]],"note":"\\ud800"}',
    "not UTF-8": b'{"kind":"redact","seen":99999,"faces":[[1,1]],"note":"\xff\xfe"}',
    "UTF-16": '{"kind":"redact","seen":99999,"faces":[[1,1]]}'.encode("utf-16"),
    "two documents": b'{"kind":"redact","seen":99999,"faces":[[1,1]]}{}',
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_our_page_does_not_send_is_refused(page: ReviewPage, browser: Browser, name: str) -> None:
    before = log_length(browser)
    got = raw(page, browser, BODIES[name])
    assert got.startswith(b"HTTP/1.1 422 "), got[:300]
    assert json.loads(got.partition(b"\r\n\r\n")[2])["reason"] == "What was sent is not what this page sends."
    assert log_length(browser) == before


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/jsonx"],
)
def test_a_form_of_another_site_is_no_json(browser: Browser, kind: str) -> None:
    assert browser.post("/api/decide", HIDE, {"Content-Type": kind}).status == 422


def test_a_body_that_is_too_large_is_refused(page: ReviewPage, browser: Browser) -> None:
    big = b'{"kind":"redact","note":"' + b"x" * 2_000_000 + b'"}'
    for got in (raw(page, browser, b"", length=10**12), raw(page, browser, b"", length=2_000_000)):
        assert got.startswith(b"HTTP/1.1 413 "), got[:200]
    with contextlib.suppress(ConnectionError):
        assert raw(page, browser, big).startswith(b"HTTP/1.1 413 ")
    chunks = b"".join(b"%x\r\n%s\r\n" % (65_536, b"x" * 65_536) for _ in range(20)) + b"0\r\n\r\n"
    head = (
        f"POST /api/decide HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nOrigin: http://127.0.0.1:{page.port}\r\n"
        f"Cookie: {browser.cookie}\r\nX-CSRF-Token: {browser.csrf}\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    with contextlib.suppress(ConnectionError):
        assert said_raw(page.port, head.encode() + chunks).startswith(b"HTTP/1.1 413 ")
    assert browser.get("/").status == 200


@pytest.mark.parametrize(
    "extra",
    [
        "Host: evil.example",
        "Host: 127.0.0.1:{port}",
        "Origin: http://127.0.0.1:{port}",
        "Cookie: a=b",
        "X-CSRF-Token: x",
        "Content-Type: text/plain",
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip",
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site",
        "Content-Length: -1",
        "X: a\r\n b",
        "Bad Header: x",
    ],
)
def test_headers_that_say_two_things_are_refused(page: ReviewPage, browser: Browser, extra: str) -> None:
    """Where a proxy and the server might read them otherwise, nobody reads them."""
    before = log_length(browser)
    got = raw(page, browser, json.dumps(HIDE).encode(), extra.format(port=page.port))
    if extra.startswith("X:"):
        return  # folded as HTTP once allowed; it is no header of ours
    assert got == b"" or int(got.split(b" ", 2)[1]) in (400, 403, 422, 501), got[:200]
    assert log_length(browser) == before


def test_long_addresses_and_headers_are_refused(page: ReviewPage, browser: Browser) -> None:
    assert browser.get("/?" + "x" * 4000).status == 414
    assert browser.get("/static/" + "x" * 4000).status == 414
    head = f"GET /?{{}} HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\n\r\n".format("x" * 3_000_000)
    with contextlib.suppress(ConnectionError):
        assert not said_raw(page.port, head.encode()).startswith(b"HTTP/1.1 2")
    many = "".join(f"X-{number}: y\r\n" for number in range(5000))
    with contextlib.suppress(ConnectionError):
        got = said_raw(page.port, f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\n{many}\r\n".encode())
        assert not got.startswith(b"HTTP/1.1 2")
    assert browser.get("/").status == 200


def test_who_sends_slowly_keeps_nobody_waiting(page: ReviewPage, browser: Browser) -> None:
    """Half requests on hundreds of connections: others are answered all the while."""
    with contextlib.ExitStack() as slow:
        for number in range(300):
            with contextlib.suppress(OSError):
                connection = slow.enter_context(socket.create_connection(("127.0.0.1", page.port), 5))
                connection.sendall(b"POST /api/decide HTTP/1.1\r\nHost: 127.0" if number % 2 else b"G")
        for _ in range(3):
            assert browser.get("/api/photos").status == 200


def test_half_a_request_is_given_up(page: ReviewPage) -> None:
    from imgvet.review.server import REQUEST_SECONDS

    with socket.create_connection(("127.0.0.1", page.port), 3 * REQUEST_SECONDS) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
        until = time.monotonic() + REQUEST_SECONDS - 3
        with contextlib.suppress(OSError):
            while time.monotonic() < until:  # a header that never ends
                time.sleep(0.5)
                connection.sendall(b"x")
        got = b"x"
        with contextlib.suppress(ConnectionError):
            got = connection.recv(1000)
        assert b"200 OK" not in got


def test_websockets_are_not_spoken(page: ReviewPage, browser: Browser) -> None:
    head = (
        f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Cookie: {browser.cookie}\r\nSec-Fetch-Site: cross-site\r\nOrigin: {EVIL}\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert b" 101 " not in said_raw(page.port, head.encode(), 3)


def test_only_this_computer_is_served(page: ReviewPage) -> None:
    """The socket is not bound to any address under which others reach this computer."""
    own = socket.gethostbyname_ex(socket.gethostname())[2] if socket.gethostname() else []
    for address in {*own, "127.0.0.2"} - {"127.0.0.1"}:
        with pytest.raises(ConnectionRefusedError), socket.create_connection((address, page.port), 2):
            pass


def every_answer(browser: Browser) -> Iterator[Any]:
    """Answers of every kind, errors among them."""
    paths = (
        "/", "/name", "/photo/1", "/photo/99", "/nothing", "/statements", "/forms", "/finish", "/log", "/api/batch",
        "/api/photos", "/api/same/1/1", "/api/same/9/9", "/api/log", "/api/finish", "/api/forms", "/api/nothing",
        "/api/photos/1/words", "/api/photos/99/words", "/pictures/thumb/1", "/pictures/thumb/99",
        "/pictures/face/1/1", "/pictures/face/1/99", "/pictures/large/1", "/pictures/published/1/flickr",
        "/pictures/published/1/x", "/download/flickr.zip", "/download/x.zip",
    )  # fmt: skip
    for path in paths:
        yield browser.get(path)
    yield browser.post("/api/decide", {"kind": "redact", "faces": [[1, 9]], "seen": 0})
    yield browser.post("/api/decide", {"kind": "answer", "photos": [1], "value": "../x", "note": "So", "seen": 0})
    yield browser.post("/api/faces", {"photo": 1, "box": [0, 0, 1, 1]})
    yield browser.post("/api/undo", {"entries": [1], "seen": 0})
    yield browser.post("/api/name", {"name": ""})


def test_no_path_of_the_disk_is_in_any_answer(place: Path, browser: Browser) -> None:
    for got in every_answer(browser):
        whole = got.body + str(got.headers).encode()
        assert MARKER.encode() not in whole, got
        assert str(Path.home()).encode() + b"/" not in whole
        assert b"/private/" not in whole.replace(b"private/batch.db", b"")
    assert all(MARKER.encode() not in each.body for each in browser.seen)


def test_no_path_is_told_where_the_batch_is_damaged_or_gone(place: Path, tmp_path: Path, shared: Shared) -> None:
    folder = tmp_path / MARKER
    shared.copied(make_marked_batch, folder)
    batch = folder / f"{MARKER}-batch"
    (batch / "flickr" / "planted.jpg").write_bytes(b"x")
    for clean in (batch / "flickr").glob("open-day-*.jpg"):
        clean.write_bytes(b"replaced")
    with review_page(batch) as page:
        own = page.browser("Ann Lee")
        told = own.told("/api/batch")
        assert {"planted.jpg", "is not the file that imgvet wrote"} <= {
            part for note in told["notes"] for part in ("planted.jpg", "is not the file that imgvet wrote")
            if part in note["sentence"]
        }  # fmt: skip
        assert "/finish" in {note["page"] for note in told["notes"]}
        (batch / "private" / "batch.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
        for got in [*every_answer(own), own.post("/api/decide", HIDE)]:
            assert MARKER.encode() not in got.body, got.body
        (batch / "private").rename(batch / "gone")
        for got in [*every_answer(own), own.post("/api/decide", HIDE)]:
            assert MARKER.encode() not in got.body, got.body
        assert page.process.poll() is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("There is no batch in '/home/ann/x y/open-day'.", "There is no batch in 'open-day'."),
        ("See /home/ann/x/y.txt.", "See y.txt."),
        (r"See 'C:\Users\Ann Lee\x.db' now.", "See 'x.db' now."),
        (r"\\server\share\Ann\x.db is gone", "x.db is gone"),
        ("imgvet finish /b/open-day --by NAME", "imgvet finish BATCH --by NAME"),
        ("imgvet finish '/b/open day' --by NAME", "imgvet finish 'BATCH' --by NAME"),
        ("The record in '/b/open-day/private/batch.db' is damaged.", "The record in 'private/batch.db' is damaged."),
        ("'/b/open-day/private/batch.db'", "'private/batch.db'"),
        ("flickr/open-day-001.jpg is missing", "flickr/open-day-001.jpg is missing"),
        ("https://www.example.org/a/b and 1/2", "https://www.example.org/a/b and 1/2"),
        ("~/x/y.db and /one", "y.db and /one"),
    ],
)
def test_paths_are_taken_out_of_sentences(text: str, told: str) -> None:
    assert without_paths(text, ("/b/open-day", "/b/open day")) == told


def test_nothing_that_people_write_is_markup(page: ReviewPage, browser: Browser) -> None:
    """Names of events, files and people, as they come."""
    own = page.second_browser(browser, "Ann <b>Lee</b>")
    for path in ("/", "/name", "/photo/1"):
        got = own.get(path)
        assert got.status == 200
        assert b"<script>window" not in got.body
        assert b"<img src=x" not in got.body
        assert b"<b>Lee" not in got.body
    own.post("/api/decide", {"kind": "not-identifiable", "faces": [[1, 1]], "note": XSS, "seen": 10_000})
    assert own.get("/api/photos").header("content-type") == "application/json"


def test_the_terminal_prints_no_token(place: Path, tmp_path: Path) -> None:
    with review_page(place / f"{MARKER}-batch") as page:
        own = page.browser("Ann Lee")
        own.get("/nothing")
        own.get("/", {"Host": "evil.example"})
        own.post("/api/decide", {"kind": 7})
        _, said = page.end()
    for secret in (page.token, own.csrf, own.cookie.partition("=")[2]):
        assert secret not in said


def test_many_at_once_are_answered(browser: Browser) -> None:
    with ThreadPoolExecutor(16) as many:
        got = list(many.map(lambda _: browser.get("/api/photos").status, range(64)))
    assert got == [200] * 64


def test_a_body_that_stops_half_way_keeps_nobody_waiting(page: ReviewPage, browser: Browser) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=5)
    connection.putrequest("POST", "/api/decide")
    for name, text in (
        ("Origin", f"http://127.0.0.1:{page.port}"),
        ("Cookie", browser.cookie),
        ("X-CSRF-Token", browser.csrf),
        ("Content-Type", "application/json"),
        ("Content-Length", "500"),
    ):
        connection.putheader(name, text)  # fmt: skip
    connection.endheaders()
    connection.send(b'{"kind":')
    assert browser.get("/api/photos").status == 200
    connection.close()
    assert browser.get("/api/photos").status == 200
