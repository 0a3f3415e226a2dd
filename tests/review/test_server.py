"""How the review page starts and ends, whose name it records, and what it tells of a batch."""

import json
import re
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from imgvet.own_name import own_name
from imgvet.review.sessions import IDLE_SECONDS, LINK_SECONDS, Sessions
from support.commands import Imgvet, run_here
from support.pictures import landscape, portrait, save_photo
from support.review_page import Browser, ReviewPage, review_page
from support.shared import Shared

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def make_small_batch(folder: Path) -> None:
    save_photo(folder / "photos" / "1.jpg", portrait())
    save_photo(folder / "photos" / "2.jpg", landscape()[:300, :400])
    assert run_here(("batch", "photos", "--out", "b", "--event", "Open Day"), folder).code == 0


@pytest.fixture
def batch(tmp_path: Path, shared: Shared) -> Path:
    """A photo with a face, and one without."""
    shared.copied(make_small_batch, tmp_path)
    return tmp_path / "b"


def test_a_link_opens_the_page_once(page: ReviewPage) -> None:
    first = page.browser("Ann Lee")
    assert first.get("/").status == 200
    again = Browser(page.port).post("/open", {"token": page.token})
    assert (again.status, again.header("set-cookie")) == (403, "")
    assert Browser(page.port).get("/").status == 401


def test_the_page_tells_what_status_tells(imgvet: Imgvet, batch: Path, browser: Browser) -> None:
    by_command = imgvet("status", batch, "--json").lines
    rows = browser.told("/api/photos")["photos"]
    assert [(row["number"], row["verdict"], row["width"]) for row in rows] == [
        (each["number"], each["verdict"], each["width"]) for each in by_command
    ]
    face = rows[0]["faces"][0]
    assert face["box"] == by_command[0]["faces"][0]["box"]
    assert (face["state"], face["answer"], rows[0]["left"], rows[1]["left"]) == ("open", None, 1, 0)
    assert rows[0]["alt"] == "Photo 1, 1 face needs an answer"
    told = browser.told("/api/batch")
    assert (told["event"], told["person"], told["left"], told["channels"]) == (
        "Open Day", "Ann Lee", 1, [{"name": "flickr", "folder": "flickr"}],
    )  # fmt: skip
    assert {"F", "H", "N", "X", "R", "L"} <= {each["key"] for each in told["answers"]}


def test_ctrl_c_ends_it_in_plain_words(page: ReviewPage) -> None:
    page.browser()
    code, said = page.end(signal.SIGINT)
    assert code == 0
    assert said.endswith("The review page has ended. Every decision that was shown as recorded is kept.\n")
    assert "Traceback" not in said
    assert page.token not in said


def test_the_button_of_the_page_ends_it(page: ReviewPage, browser: Browser) -> None:
    browser.told("/api/stop", {})
    assert page.process.wait(timeout=20) == 0


def test_a_name_is_asked_once_and_used_by_commands_too(
    imgvet: Imgvet, batch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with review_page(batch) as page:
        first = page.browser("")
        assert first.get("/").status == 303
        assert "letters" in first.post("/api/name", {"name": "12 34"}).json()["reason"]
        assert first.get("/").status == 303
        assert first.told("/api/name", {"name": " Ann  Lee "})["kept"]
        assert first.get("/").status == 200
        second = page.second_browser(first, "Bob Roe")
        assert second.told("/api/batch")["person"] == "Bob Roe"
    kept = tmp_path / "name.txt"
    assert kept.read_text(encoding="utf-8") == "Ann Lee\n"
    assert sys.platform == "win32" or stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert own_name() == "Ann Lee"
    assert imgvet("decide", batch, "1:1", "redact").code == 0
    assert imgvet("log", batch, "--json").lines[-1]["by"] == "Ann Lee"
    monkeypatch.setenv("IMGVET_BY", "B. Officer")
    assert own_name() == "B. Officer"
    with review_page(batch) as page:
        assert page.browser("").get("/").status == 200


def test_cookies_of_other_servers_of_this_computer_do_no_harm(page: ReviewPage, browser: Browser) -> None:
    """Browsers send those of every port, also values that no cookie should have, and several under our name."""
    name = f"imgvet_{page.port}"
    for others in ('settings={"a": "b, c"}', "bad[]=x", '"', f"{name}=tossed", f"{name}=", "=;;=", "a=\xe9"):
        for cookies in (f"{others}; {browser.cookie}", f"{browser.cookie}; {others}"):
            assert browser.get("/api/batch", {"Cookie": cookies}).status == 200, cookies
        assert browser.get("/api/batch", {"Cookie": others}).status == 401, others


def test_a_page_that_shows_another_name_than_is_recorded_records_nothing(batch: Path, browser: Browser) -> None:
    """Somebody else gives their name in another window of the same browser."""
    browser.told("/api/name", {"name": "Ann Lee"})
    hide = {"kind": "redact", "faces": [[1, 1]], "seen": 99}
    browser.told("/api/decide", hide)
    browser.told("/api/name", {"name": "Bob Roe"})
    assert browser.post("/api/decide", hide).status == 403
    assert browser.told("/api/batch")["person"] == "Bob Roe"


def test_a_name_like_one_in_the_log_is_refused(imgvet: Imgvet, batch: Path, page: ReviewPage) -> None:
    assert imgvet("decide", batch, "1:1", "redact", "--by", "Ann Lee").code == 0
    browser = page.browser("")
    told = browser.post("/api/name", {"name": "Аnn Lее"})  # Cyrillic letters
    assert told.status == 422
    assert browser.get("/").status == 303


def test_a_kept_name_that_cannot_be_written_is_used_all_the_same(batch: Path, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with review_page(batch, environment={"IMGVET_NAME_FILE": str(tmp_path / "a file" / "name.txt")}) as page:
        browser = page.browser("")
        assert browser.told("/api/name", {"name": "Ann Lee"}) == {"name": "Ann Lee", "kept": False, "next": "/"}


def test_over_ssh_it_says_what_to_type_at_home(batch: Path) -> None:
    """No browser is opened on the computer that serves."""
    here = {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22", "DISPLAY": "", "BROWSER": "false"}
    with review_page(batch, environment=here) as page:
        _, said = page.end()
    assert f"ssh -L {page.port}:127.0.0.1:{page.port} " in said
    assert page.token not in said


def test_a_port_that_is_free_is_used(batch: Path, page: ReviewPage) -> None:
    port = page.port
    page.end()
    with review_page(batch, "--port", port) as again:
        assert again.port == port
        assert again.browser().get("/").status == 200


def test_a_session_that_nobody_uses_ends() -> None:
    """Twelve hours after it was last used; a clock that is set back ends none, and keeps none for longer."""
    now = [1000.0]
    sessions = Sessions(lambda: now[0])
    first = sessions.new_link("Ann Lee", first=True)
    other = sessions.new_link()
    now[0] += LINK_SECONDS + 1
    assert sessions.open(other) is None, "a link for somebody else is not valid for ever"
    cookie = sessions.open(first)
    assert cookie is not None
    assert sessions.open(first) is None
    now[0] += IDLE_SECONDS - 1
    assert sessions.find(cookie)
    now[0] += IDLE_SECONDS - 1
    assert sessions.find(cookie, used=False), "a page that is merely open"
    now[0] += 2
    assert sessions.find(cookie) is None
    cookie = sessions.open(sessions.new_link())
    assert cookie is not None
    now[0] -= 100_000
    assert sessions.find(cookie)
    now[0] += IDLE_SECONDS + 1
    assert sessions.find(cookie) is None
    assert sessions.find("") is None


def test_a_port_that_is_taken_is_said(imgvet_process: Imgvet, batch: Path, page: ReviewPage) -> None:
    ran = imgvet_process("review", batch, "--port", page.port)
    assert ran.code == 2
    assert f"Port {page.port} cannot be used" in ran.err


def test_what_is_no_batch_is_said(imgvet_process: Imgvet, tmp_path: Path) -> None:
    ran = imgvet_process("review", tmp_path / "nothing")
    assert ran.code == 2
    assert "There is no batch in" in ran.err


def test_help_needs_nothing_of_the_server() -> None:
    """It stays quick."""
    code = "import sys, imgvet.cli.app; print([n for n in ('starlette', 'uvicorn', 'numpy') if n in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_the_server_loads_no_picture_library() -> None:
    code = (
        "import sys, imgvet.review.server, imgvet.review.app; "
        "print([n for n in ('numpy', 'cv2', 'PIL', 'onnxruntime', 'pypdfium2', 'zxingcpp') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_what_the_page_needs_is_in_the_wheel(tmp_path: Path) -> None:
    """Templates, styles and code; nothing is built for it elsewhere, and nothing comes from another address."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        inside = {name.removeprefix("imgvet/review/") for name in wheel.namelist() if name.startswith("imgvet/review/")}
    here = ROOT / "src" / "imgvet" / "review"
    files = [each for folder in ("static", "templates") for each in (here / folder).rglob("*") if each.is_file()]
    assert {each.relative_to(here).as_posix() for each in files} <= inside
    for each in files:
        text = each.read_bytes().decode("utf-8", "replace").replace("http://www.w3.org/", "")
        assert not re.search(r"""(?:src|href|from|import|url)\s*[=(]?\s*["'(]?https?://""", text), each


def test_events_tell_what_a_command_has_changed(
    imgvet: Imgvet, batch: Path, page: ReviewPage, browser: Browser
) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=20)
    connection.request("GET", "/api/events", headers={"Cookie": browser.cookie, "Sec-Fetch-Site": "same-origin"})
    stream = connection.getresponse()
    assert stream.getheader("content-type", "").startswith("text/event-stream")
    assert stream.readline() == b"retry: 1000\n"
    assert imgvet("decide", batch, "1:1", "redact", "--by", "Bob Roe").code == 0
    line = b""
    while not line.startswith(b"event: photos"):
        line = stream.readline()
        assert line
    told = json.loads(stream.readline().removeprefix(b"data: "))
    connection.close()
    (row,) = told["changed"]
    assert (row["number"], row["left"]) == (1, 0)
    assert row["faces"][0]["answer"]["by"] == "Bob Roe"
    assert browser.told("/api/photos")["seq"] == told["seq"]
