"""No traceback reaches a person, and the report of a fault holds nothing that is private."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from imgvet.cli.app import app
from imgvet.fault_report import COMMANDS, fault_place, fault_report
from support.commands import Ran

pytestmark = pytest.mark.slow

MARKER = "Zebedee"  # in every argument, path, message and variable
_START = """
import sys
{before}
sys.argv = ["imgvet", *sys.argv[1:]]
from imgvet.__main__ import run
run()
"""


def started(tmp_path: Path, before: str, *words: str, **environment: str) -> Ran:
    """Run the command line after that Python, with a folder for reports of its own."""
    reports = tmp_path / "reports"
    reports.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", _START.format(before=before), *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(reports)} | environment,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "Error:" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def report_of(ran: Ran) -> str:
    """The report that the command says it has written."""
    path = re.search(r"is in '(.*?)'", ran.err)
    assert path, ran.err
    if os.name == "posix":
        assert Path(path[1]).stat().st_mode & 0o077 == 0
    return Path(path[1]).read_text(encoding="utf-8")


FAULT = f"""
import imgvet.batch.store as store
def failing(path):
    {MARKER} = "{MARKER}"
    error = {{error}}
    error.add_note("{MARKER}")
    try:
        raise KeyError("{MARKER} inside")
    except KeyError as first:
        raise error from first
store.open_batch = failing
"""
ERRORS = (
    'ValueError("Zebedee /home/Zebedee/photos")',
    'RuntimeError({"Zebedee": 1})',
    'type("Zebedee", (Exception,), {"__module__": "Zebedee"})("Zebedee")',
    'type("Zebedee", (Exception,), {"__module__": "imgvet/Zebedee"})("Zebedee")',
    'ExceptionGroup("Zebedee", [ValueError("Zebedee"), TypeError("Zebedee")])',
    'SystemError("Zebedee")',
    'RecursionError("Zebedee")',
    'ImportError("Zebedee", name="Zebedee", path="/home/Zebedee")',
    "ModuleNotFoundError(\"No module named 'Zebedee'\")",
    'BaseException("Zebedee")',
    'AssertionError("Zebedee")',
    'StopIteration("Zebedee")',
    'UnicodeDecodeError("utf-8", b"Zebedee", 0, 1, "Zebedee")',
)


@pytest.mark.parametrize("error", ERRORS)
def test_an_unforeseen_fault_is_a_sentence_and_a_report_without_private_data(tmp_path: Path, error: str) -> None:
    (tmp_path / MARKER).mkdir()
    ran = started(tmp_path, FAULT.format(error=error), "status", f"{MARKER}/{MARKER}")
    assert ran.code == 4
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 3
    said = ran.err.replace(str(tmp_path), "")
    assert MARKER not in said
    report = report_of(ran)
    for private in (MARKER, MARKER.lower(), str(tmp_path), os.uname().nodename if os.name == "posix" else MARKER):
        assert private not in report
    assert "command  status\n" in report
    assert re.search(r"imgvet\.cli\.batch, status, line [0-9]+", report)
    assert re.search(r"\nmsgspec [0-9.]+\n", report)


def test_a_fault_deep_down_gives_a_short_report(tmp_path: Path) -> None:
    """Endless recursion has a thousand calls, which say the same."""
    fault = "import imgvet.batch.store as store\ndef deeper(path):\n    deeper(path)\nstore.open_batch = deeper"
    ran = started(tmp_path, fault, "status", "x")
    assert ran.code == 4
    assert len(report_of(ran).splitlines()) < 200


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    before = FAULT.format(error='ValueError("x")') + "\nimport tempfile\ntempfile.mkstemp = lambda **_: open('no/x')"
    ran = started(tmp_path, before, "status", "x")
    assert ran.code == 4
    assert "could not be written (ENOENT)" in ran.err


LIBRARIES = ("typer", "rich", "msgspec", "pydantic", "cv2", "onnxruntime", "PIL", "numpy", "platformdirs", "regex")


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("how", ["missing", "broken"])
def test_a_library_that_cannot_be_loaded_is_named(tmp_path: Path, library: str, how: str) -> None:
    """Whether Python finds it or not, at the start or later."""
    if how == "missing" and library == "onnxruntime":
        pytest.skip("only workers load it, which find it again")
    if how == "missing":
        before = f"sys.modules[{library!r}] = None"
    else:
        (tmp_path / "broken" / library).mkdir(parents=True)
        code = f"x = '{MARKER}'\nimport ctypes\nctypes.nothing_there({MARKER!r})\n"
        (tmp_path / "broken" / library / "__init__.py").write_text(code)
        before = f"sys.path.insert(0, {str(tmp_path / 'broken')!r})"
    from support.pictures import landscape, save_photo

    save_photo(tmp_path / "photos" / "1.jpg", landscape()[:300, :400])
    words = (
        ("release", "list")
        if library == "rich"
        else ("batch", "photos", "--out", "b", "--event", "Open Day", "--workers", "1")
    )
    ran = started(tmp_path, before, *words)
    assert ran.code == 4
    assert library in ran.err
    assert "Install imgvet again" in ran.err
    assert MARKER not in report_of(ran)


_LOADING = """
import builtins
real = builtins.__import__
def load(name, *rest):
    if name == "typer":
        raise {}
    return real(name, *rest)
builtins.__import__ = load
"""


def test_too_little_memory_and_ctrl_c_at_the_start(tmp_path: Path) -> None:
    ran = started(tmp_path, _LOADING.format("MemoryError"), "status", "x")
    assert (ran.code, "too little memory" in ran.err) == (4, True)
    ran = started(tmp_path, _LOADING.format("KeyboardInterrupt"), "status", "x")
    assert (ran.code, ran.err.count("Stopped")) == (130, 1)
    assert len(ran.err.splitlines()) == 1


def test_an_older_python_is_told_what_is_needed(tmp_path: Path) -> None:
    ran = started(tmp_path, "sys.version_info = (3, 9, 2, 'final', 0)", "status", "x")
    assert ran.code == 4
    assert ran.err.startswith("imgvet: imgvet needs Python 3.11 or newer; this is 3.9.")


def test_an_answer_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A full disk behind >, or a reader who has gone; also when Python itself ends."""
    if not Path("/dev/full").exists():
        pytest.skip("Linux has such a file")
    command = f"{sys.executable} -m imgvet --help"
    full = subprocess.run(["bash", "-c", f"{command} > /dev/full"], capture_output=True, text=True, timeout=60)
    assert full.returncode == 4
    assert "imgvet: " in full.stderr
    for after in ("| true", ">&-", "2>&- >&-", "> /dev/full 2> /dev/full"):
        gone = subprocess.run(["bash", "-c", f"{command} {after}"], capture_output=True, text=True, timeout=60)
        assert "Traceback" not in gone.stderr
        assert "Exception ignored" not in gone.stderr


def test_the_report_knows_every_library() -> None:
    """Its version says what was installed, and its name may be said."""
    needed = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    names = {re.split("[>=<;]", each)[0].strip() for each in needed["project"]["dependencies"]}
    report = fault_report(ValueError(), ["imgvet"])
    assert names <= {line.split()[0] for line in report.splitlines() if line}


def test_the_report_knows_every_command() -> None:
    """A new command is named in reports as the others are."""
    groups = {str(group.name): group.typer_instance for group in app.registered_groups}
    names = {each.name or getattr(each.callback, "__name__", "") for each in app.registered_commands} | set(groups)
    for name, group in groups.items():
        for each in group.registered_commands if group else ():
            names.add(f"{name} {each.name or getattr(each.callback, '__name__', '')}")
    assert names == COMMANDS


def test_what_is_not_a_command_is_not_in_the_report() -> None:
    with pytest.raises(ValueError, match=MARKER) as caught:
        int(MARKER)
    for words in (["imgvet", MARKER], ["imgvet", "status", MARKER], ["imgvet"], ["imgvet", "release", MARKER]):
        report = fault_report(caught.value, words)
        assert MARKER not in report
        assert "test_what_is_not" not in report
    assert fault_place(caught.value) == "ValueError"
