"""Every file that somebody names is opened alike: what is no regular file, too large or still growing is refused.

``ROWS`` has each argument and option that names a file; a new one fails ``test_every_option_has_its_row``.
"""

import importlib
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from imgvet.batch.store import exclusive_lock, open_batch
from imgvet.cli.app import app
from imgvet.errors import ImgvetError, ProfileError, RegisterError, TableError
from imgvet.formats.sniff import read_source
from imgvet.named_files import (
    CSV_LIST,
    FONT,
    MARK,
    PROFILE,
    SCAN,
    WORKBOOK,
    FileKind,
    UnfitFile,
    named_sha256,
    read_named,
    read_start,
)
from imgvet.profile import Limits, load_profile
from imgvet.releases.scans import FolderScans
from imgvet.releases.store import open_register
from support.commands import Imgvet, Ran
from support.pictures import portrait, save_photo
from support.sheets import Made, a_photo, fill_csv, make_batch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other kinds of files")

BY = ("--by", "A. Officer")
ANN = (
    "--person", "Ann Smith", "--signed-on", "2026-06-14", "--event", "Open day", "--channels", "flickr", *BY,
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One argument or option that names a file, in a command that opens it."""

    words: tuple[str, ...]  # FILE is the file
    suffix: str
    code: int = 2


def _profile(*words: str, code: int = 2) -> Row:
    return Row((*words, "--profile", "FILE"), ".toml", code)


def _register(*words: str) -> Row:
    return Row((*words, "--register", "FILE"), ".db")


_FORM = ("release", "form", "--event", "Open day", "--out", "forms.pdf")
_CHECK, _BATCH = ("check", "photo.jpg"), ("batch", "photo.jpg", "--out", "new", "--event", "Open day")
ROWS: dict[tuple[str, str], Row] = {
    ("checklist", "--import"): Row(("checklist", "b", "--import", "FILE", *BY), ".csv"),
    ("caption", "--import"): Row(("caption", "b", "--import", "FILE", *BY), ".csv"),
    ("caption", "--codes"): Row(("caption", "b", "1", "--title", "x", "--codes", "FILE", *BY), ".txt"),
    ("release import", "file"): Row(("release", "import", "FILE", *BY), ".xlsx"),
    ("release add", "--scan"): Row(("release", "add", "A-1", *ANN, "--scan", "FILE"), ".pdf"),
    ("release change", "--scan"): Row(("release", "change", "WMP-2026-014", *BY, "--scan", "FILE"), ".png"),
    ("check", "--profile"): _profile(*_CHECK),
    ("batch", "--profile"): _profile(*_BATCH),
    ("doctor", "--profile"): _profile("doctor", code=4),
    ("release form", "--profile"): _profile(*_FORM),
    ("release add", "--profile"): _profile("release", "add", "A-1", *ANN),
    ("release change", "--profile"): _profile("release", "change", "WMP-2026-014", *BY, "--person", "Bob"),
    ("release refuse", "--profile"): _profile("release", "refuse", "A-1", "--person", "Ann", *BY),
    ("release import", "--profile"): _profile("release", "import", "list.csv", *BY),
    ("release purge", "--profile"): _profile("release", "purge"),
    ("check", "--register"): _register(*_CHECK, "--form", "1:A-1", *BY),
    ("release form", "--register"): _register(*_FORM, "--profile", "west-midlands-police"),
    ("release add", "--register"): _register("release", "add", "A-1", *ANN),
    ("release change", "--register"): _register("release", "change", "WMP-2026-014", *BY, "--person", "Bob"),
    ("release refuse", "--register"): _register("release", "refuse", "A-1", "--person", "Ann", *BY),
    ("release withdraw", "--register"): _register("release", "withdraw", "WMP-2026-014", *BY, "--why", "rang"),
    ("release list", "--register"): _register("release", "list"),
    ("release show", "--register"): _register("release", "show", "WMP-2026-014"),
    ("release import", "--register"): _register("release", "import", "list.csv", *BY),
    ("release export", "--register"): _register("release", "export", "all.csv"),
    ("release purge", "--register"): _register("release", "purge"),
    ("release clock", "--register"): _register("release", "clock", *BY),
    ("release move", "--register"): _register("release", "move", "--to", "new/forms.db", *BY),
    ("release scan", "--register"): _register("release", "scan", "list.csv", *BY),
    ("release scan", "files"): Row(("release", "scan", "FILE", *BY), ".pdf", 4),
    ("check", "photos"): Row(("check", "FILE"), ".jpg", 4),
    ("inspect", "photos"): Row(("inspect", "FILE"), ".jpg", 4),
    ("strip", "photos"): Row(("strip", "FILE"), ".jpg", 4),
    ("prove", "files"): Row(("prove", "FILE"), ".jpg", 4),
}
IN_FILES: dict[str, Row] = {  # named within a file
    "marks.copyright.image": Row((*_CHECK, "--profile", "marks.copyright.image"), ".png"),
    "marks.website.image": Row((*_CHECK, "--profile", "marks.website.image"), ".svg"),
    "marks.font": Row((*_CHECK, "--profile", "marks.font"), ".ttf"),
    "imgvet.toml": Row(("release", "form", "--event", "Open day", "--out", "forms.pdf"), ".toml"),
    "IMGVET_REGISTER": Row(("release", "list"), ".db"),
    "IMGVET_ANSWERS": Row((*_CHECK, "--redact", "1", *BY), ".db"),
    "register.db": Row(("checklist", "b", "--import", "filled.csv", *BY), ".db"),  # the batch's own
}
# Options that name what is opened as a row above does, or a folder, or what is written and must not be there yet.
NO_ROWS = {
    *((name, "--register") for name in ("batch", "checklist", "finish", "status", "published", "review")),
    *(("watch", name) for name in ("sources", "--out", "--profile", "--register")),
    ("batch", "sources"), ("published", "photos"), *((name, "batch") for name in (
        "decide", "caption", "checklist", "finish", "status", "published", "log", "review",
    )),
    ("release scan", "--batch"), ("release move", "--to"), ("release show", "--save-scan"),
    ("batch", "--out"), ("check", "--out"), ("strip", "--out"), ("release form", "--out"), ("release export", "file"),
}  # fmt: skip


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path.parent)  # names of sockets must be short
        with socket.socket(socket.AF_UNIX) as own:
            own.bind(path.name)


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _link_to_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 * 1024**3)


KINDS: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe": (_pipe, "is a pipe, not a regular file"),
    "link to a pipe": (_link_to_pipe, "is a pipe, not a regular file"),
    "device": (_link("/dev/zero"), "is a device, not a regular file"),
    "socket": (_socket, "is a socket, not a regular file"),
    "folder": (Path.mkdir, "is a folder, not a regular file"),
    "circle": (lambda path: path.symlink_to(path.name), "is a link to itself"),
    "dead link": (_link("gone"), "is a link to a file that is not there"),
    "system's own": (_link("/proc/cpuinfo"), "changed while it was read"),
    "10 GiB": (_sparse, "is larger than"),
}
SAID_ELSEWHERE = {("system's own", ".db"): "cannot be used", ("10 GiB", ".db"): "cannot be used",
                  ("system's own", ".ttf"): "not a font that can be used"}  # fmt: skip


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    """Whoever waits for ever fails."""

    def over(*_: Any) -> None:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A batch with its register, a photo, a list of forms and a filled-in checklist."""
    made = make_batch(tmp_path / "b", [a_photo(1, 2)])
    monkeypatch.setenv("IMGVET_REGISTER", str(made.register_file))
    save_photo(tmp_path / "photo.jpg", portrait())
    (tmp_path / "list.csv").write_text("Reference,Person\nA-7,Ann Smith\n", encoding="utf-8")
    fill_csv(made.csv, tmp_path / "filled.csv", {(1, 1): {"decision": "release", "form_reference": "WMP-2026-014"}})
    return made


def everything(made: Made) -> tuple[Any, ...]:
    """All that may not change where a file is refused."""
    with open_register(made.register_file) as register:
        return made.said(), list(register.releases()), len(list(register.history()))


def refused(ran: Ran, row: Row, said: str, name: str) -> None:
    """In words that name the file, the reason and the way out, and with no traceback."""
    words = " ".join((ran.out + ran.err).split())
    assert ran.code in {row.code, 4 if said == "cannot be used" else row.code}, words  # a database that is none
    assert "Traceback" not in words
    assert said in words.replace("It is", "is").replace("It changed", "changed"), words
    assert name in words, words
    assert len(words) < 2000


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ROWS, ids=" ".join)
def test_what_is_no_regular_file_is_refused(key: tuple[str, str], kind: str, office: Made, imgvet: Imgvet) -> None:
    """By every option that names a file, at once, and nothing changes."""
    row, (make, said) = ROWS[key], KINDS[kind]
    name = f"strange{row.suffix}"
    folder = office.path.parent
    if key[1] in {"photos", "files"} and kind in {"folder", "circle", "dead link", "system's own"}:
        pytest.skip("tests/decode/test_find_photos.py has these")
    if key == ("check", "--register") and kind == "system's own":
        pytest.skip("a file of no bytes is no register yet, and is left as it is: tests/batch/test_own_settings.py")
    make(folder / name)
    before = everything(office)
    with no_longer_than(60):
        ran = imgvet(*(name if word == "FILE" else word for word in row.words))
    refused(ran, row, SAID_ELSEWHERE.get((kind, row.suffix), said), name)
    assert everything(office) == before
    assert not (folder / "new").exists()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", IN_FILES)
def test_and_so_is_one_that_another_file_names(
    key: str, kind: str, office: Made, imgvet: Imgvet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile names marks and fonts; the working folder may have a profile, and the environment a register."""
    row, (make, said) = IN_FILES[key], KINDS[kind]
    if key == "register.db" and kind == "system's own":
        pytest.skip("a file of no bytes is no register yet, and is left as it is: tests/batch/test_own_settings.py")
    folder = office.path.parent
    name = key if key in {"imgvet.toml", "register.db"} else f"strange{row.suffix}"
    (folder / name).unlink(missing_ok=True)
    make(folder / name)
    if key.startswith("marks"):
        section, _, last = key.rpartition(".")
        (folder / "ours.toml").write_text(f'[{section}]\n{last} = "{name}"\n', encoding="utf-8")
    if key in {"IMGVET_REGISTER", "IMGVET_ANSWERS"}:
        monkeypatch.setenv(key, str(folder / name))
    with no_longer_than(60):
        ran = imgvet(*("ours.toml" if word == key else word for word in row.words))
    refused(ran, row, SAID_ELSEWHERE.get((kind, row.suffix), said), name)


def test_every_option_has_its_row() -> None:
    """Whoever adds an option that names a file adds a row here."""
    named = {
        (" ".join(names), parameter.opts[0] if parameter.param_type_name == "option" else parameter.name)
        for names, command in _commands(typer.main.get_command(app))
        for parameter in command.params
        if any(each in str(parameter.metavar) for each in ("FILE", "BATCH", "DIR", "SRC"))
        or parameter.name in {"photos", "files"}
    }
    assert named == ROWS.keys() | NO_ROWS


def _commands(group: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not hasattr(group, "commands"):
        yield names, group
    for name, command in getattr(group, "commands", {}).items():
        yield from _commands(command, (*names, name))


# -- in a process of its own, with little memory and little time


def _confined() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2 * 1024**3, 2 * 1024**3))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["/dev/zero", "/dev/stdin", "pipe.csv"])
@pytest.mark.parametrize(
    "key",
    [
        ("checklist", "--import"),
        ("release import", "file"),
        ("release add", "--profile"),
        ("release list", "--register"),
    ],
)
def test_a_real_process_neither_hangs_nor_grows(key: tuple[str, str], name: str, office: Made) -> None:
    """What never ends, what waits for a typist, and what nobody writes to; standard input is a pipe that stays open."""
    folder = office.path.parent
    os.mkfifo(folder / "pipe.csv")
    command = [sys.executable, "-m", "imgvet", *(name if word == "FILE" else word for word in ROWS[key].words)]
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_confined,  # noqa: PLW1509 - no threads here
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.wait(timeout=120) == 2
        said = running.stderr.read().decode()
        assert running.stdout.read() == b""
    assert "not a regular file" in said
    assert name in said
    assert "Traceback" not in said


# -- the reading itself

READERS: dict[str, tuple[FileKind, Callable[[Path, FileKind], object]]] = {
    "profile": (PROFILE, read_named), "mark": (MARK, read_named), "font": (FONT, read_named),
    "csv": (CSV_LIST, read_named), "workbook": (WORKBOOK, named_sha256), "scan": (SCAN, named_sha256),
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_a_file_at_its_limit_is_read_and_one_beyond_is_not(reader: str, tmp_path: Path) -> None:
    """The limit of each kind, to the byte; a file with holes takes no room on the disk."""
    kind, read = READERS[reader]
    path = tmp_path / "file"
    for size, fits in ((kind.most, kind.most <= 2**24), (kind.most + 1, False)):
        with path.open("wb") as file:
            file.truncate(size)
        if fits:
            assert read(path, kind)
        elif size > kind.most:
            with pytest.raises(kind.error, match=rf"file' is larger than any {kind.name} \(\d+ [KM]iB\)\. \S"):
                read(path, kind)


@pytest.mark.parametrize("reader", READERS)
def test_a_file_that_grows_is_not_followed(reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes into it without end: it is read as far as it was when it was opened, and refused."""
    kind, read = READERS[reader]
    path = tmp_path / "file"
    path.write_bytes(b"a")
    handed = 0
    whole = os.read

    def growing(handle: int, size: int) -> bytes:
        nonlocal handed
        with path.open("ab") as file:
            file.write(b"a" * 1000)
        data = whole(handle, size)
        handed += len(data)
        return data

    monkeypatch.setattr(os, "read", growing)
    with pytest.raises(kind.error, match="changed while it was read"):
        read(path, kind)
    assert handed < 5000


def test_a_file_that_is_exchanged_for_a_pipe_after_it_was_looked_at_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it is, is asked of the open handle once more."""
    path = tmp_path / "list.csv"
    path.write_text("Reference,Person\n", encoding="utf-8")
    looked = os.stat

    def exchanged(*words: Any, **more: Any) -> os.stat_result:
        seen = looked(*words, **more)
        path.unlink()
        os.mkfifo(path)
        return seen

    monkeypatch.setattr(os, "stat", exchanged)
    with no_longer_than(20), pytest.raises(UnfitFile, match="is a pipe"):
        read_start(path, 4)


def test_a_name_with_a_zero_byte_is_told(tmp_path: Path) -> None:
    """It comes from profiles, whose texts may hold one."""
    with pytest.raises(ProfileError, match="a name that no file can have"):
        read_named(tmp_path / "a\0b", PROFILE)
    with pytest.raises(ImgvetError, match="cannot be opened"):
        read_source(tmp_path / "gone", Limits())


def test_no_handle_is_left_open(tmp_path: Path) -> None:
    """Whether a file is read or refused."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"ab")
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").is_dir() else 0
    for _ in range(20):
        for name in ("pipe", "file", "gone"):
            with pytest.raises(ImgvetError):
                read_named(tmp_path / name, FileKind("thing", 1, TableError, "Go."))
    if before:
        assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_an_empty_profile_is_one_and_a_folder_of_that_name_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where imgvet.toml is there but cannot be read, nobody's rules are taken in its place."""
    monkeypatch.chdir(tmp_path)
    Path("imgvet.toml").touch()
    assert load_profile()[0].name == "general"
    Path("imgvet.toml").unlink()
    Path("imgvet.toml").mkdir()
    with pytest.raises(ProfileError, match=r"'imgvet\.toml' is a folder"):
        load_profile()


# -- scans and registers


def test_a_scan_that_became_a_pipe_is_missing_and_not_waited_for(tmp_path: Path) -> None:
    """Beside the register, where other programs reach it; and an empty one is none."""
    with open_register(tmp_path / "r.db"):
        pass
    (tmp_path / "r-scans").mkdir()
    os.mkfifo(tmp_path / "r-scans" / "a.pdf")
    with no_longer_than(20):
        assert "is a pipe" in FolderScans(tmp_path / "r.db").state("a.pdf", "")
    (tmp_path / "form.pdf").write_bytes(b"")
    with pytest.raises(RegisterError, match="is empty"), FolderScans(tmp_path / "r.db").copied(tmp_path / "form.pdf"):
        pass


def test_a_scan_that_changes_while_it_is_copied_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither under its name nor half."""
    (tmp_path / "form.pdf").write_bytes(bytes(3 * 1024**2))
    with open_register(tmp_path / "r.db"):
        pass
    whole = os.read

    def growing(handle: int, size: int) -> bytes:
        with (tmp_path / "form.pdf").open("ab") as file:
            file.write(b"a")
        return whole(handle, size)

    monkeypatch.setattr(os, "read", growing)
    with (
        pytest.raises(RegisterError, match="changed while"),
        FolderScans(tmp_path / "r.db").copied(tmp_path / "form.pdf"),
    ):
        pass
    assert list((tmp_path / "r-scans").iterdir()) == []


@pytest.mark.parametrize("name", [":memory:", "file:a.db?mode=memory"])
def test_a_register_is_a_file_whatever_it_is_called(name: str, imgvet: Imgvet, tmp_path: Path) -> None:
    """SQLite keeps some names in memory alone, and the forms in it would be gone."""
    assert imgvet("release", "add", "A-1", *ANN, "--register", name).code == 0
    assert (tmp_path / name).stat().st_size > 0
    assert "A-1" in imgvet("release", "list", "--register", name).out


# -- nobody waits for somebody's file


def test_an_import_that_waits_for_its_file_holds_no_lock(
    office: Made, imgvet: Imgvet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the sheet is read, as from a slow drive, other commands on the batch and the register go on."""
    reading: Any = importlib.import_module("imgvet.checklist.read")

    read, went_on = reading.read_table, threading.Event()

    def slow(*words: Any) -> Any:
        with exclusive_lock(open_batch(office.path)):
            went_on.set()
        assert imgvet("decide", "b", "1:2", "redact", *BY).code == 0
        assert imgvet("release", "withdraw", "WMP-2026-014", *BY, "--why", "rang").code == 0
        return read(*words)

    monkeypatch.setattr(reading, "read_table", slow)
    ran = imgvet("checklist", "b", "--import", "filled.csv", *BY)
    assert went_on.is_set()
    assert "Another imgvet" not in ran.err


def test_so_does_an_import_into_the_register(office: Made, imgvet: Imgvet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is read before the register is opened, and a scan before anything is written."""
    from imgvet import tables

    read, scans = tables.read_table, list[int]()

    def slow(*words: Any) -> Any:
        assert imgvet("release", "withdraw", "WMP-2026-014", *BY, "--why", "rang").code == 0
        return read(*words)

    monkeypatch.setattr(tables, "read_table", slow)
    assert imgvet("release", "import", "list.csv", *BY).code in {0, 2}
    whole = os.read

    def slowly(handle: int, size: int) -> bytes:
        if not scans:
            scans.append(1)
            assert imgvet("release", "refuse", "B-1", "--person", "Bob", *BY).code == 0
        return whole(handle, size)

    (office.path.parent / "form.pdf").write_bytes(b"%PDF")
    monkeypatch.setattr(os, "read", slowly)
    assert imgvet("release", "add", "A-1", *ANN, "--scan", "form.pdf").code == 0
    assert scans


# -- what a batch itself has, and what is written

OUTPUTS: dict[str, tuple[str, ...]] = {
    "release export": ("release", "export", "strange.csv"),
    "release form --out": (*_FORM[:-1], "strange.pdf", "--profile", "west-midlands-police"),
    "batch --out": ("batch", "photo.jpg", "--out", "strange", "--event", "Open day"),
    "check --out": ("check", "photo.jpg", "--out", "strange"),
    "strip --out": ("strip", "photo.jpg", "--out", "strange"),
}


@pytest.mark.parametrize("kind", ["pipe", "link to a pipe", "device", "socket", "circle"])
@pytest.mark.parametrize("output", OUTPUTS)
def test_nothing_is_written_into_what_is_no_regular_file(output: str, kind: str, office: Made, imgvet: Imgvet) -> None:
    """Opening a pipe to write waits for a reader; it is told and left as it is."""
    words = OUTPUTS[output]
    name = next(word for word in words if word.startswith("strange"))
    path = office.path.parent / name
    KINDS[kind][0](path)
    before = path.lstat()
    with no_longer_than(60):
        ran = imgvet(*words)
    assert ran.code in {2, 4}, ran.err
    assert name in ran.err
    assert "Traceback" not in ran.err
    after = path.lstat()
    assert (after.st_mode, after.st_ino, after.st_size) == (before.st_mode, before.st_ino, before.st_size)


@pytest.mark.parametrize("kind", ["pipe", "link to a pipe", "device", "socket", "folder", "circle", "dead link"])
@pytest.mark.parametrize("file", ["batch.db", "lock.db"])
@pytest.mark.parametrize("words", [("status", "b"), ("checklist", "b"), ("finish", "b"), ("log", "b")], ids=" ".join)
def test_a_batchs_own_database_is_a_regular_file(
    words: tuple[str, ...], file: str, kind: str, office: Made, imgvet: Imgvet
) -> None:
    """Whoever sends a batch may have put something else in its place."""
    path = office.path / "private" / file
    path.unlink(missing_ok=True)
    KINDS[kind][0](path)
    with no_longer_than(60):
        ran = imgvet(*words)
    assert "Traceback" not in ran.err
    if file == "batch.db" or words[0] in {"checklist", "finish"}:
        assert ran.code in {2, 4}, ran.err
        assert "'b" in ran.err or file in ran.err


@pytest.mark.parametrize("kind", ["pipe", "device", "socket"])
def test_a_sheet_in_the_batch_that_is_no_file_is_told_and_left(kind: str, office: Made, imgvet: Imgvet) -> None:
    """Nothing is read from it or written to it."""
    (office.path / "checklist.csv").unlink()
    KINDS[kind][0](office.path / "checklist.csv")
    with no_longer_than(60):
        ran = imgvet("checklist", "b", "--format", "csv")
    assert ran.code == 2, ran.err
    assert "checklist.csv" in ran.err
    assert not (office.path / "checklist.csv").is_file() or (office.path / "checklist.csv").is_symlink()
