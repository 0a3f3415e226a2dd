"""What was begun and did not come to its end goes on with the same command: killed, without room, or two at once."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from imgvet.batch.store import BatchStore, create_or_open, exclusive_lock, open_batch
from imgvet.errors import BatchError, BatchInUse, StorageError
from imgvet.sqlite_store import lock_file
from imgvet.storage_errors import storage_error
from support.commands import Imgvet
from support.faults import kill_at_every_moment, resize, small_disk
from support.forms import signed
from support.pictures import landscape, save_photo

pytestmark = pytest.mark.slow
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="a moment is met in a fork")
EVENT = ("--event", "Open Day")


@FORKS
def test_a_batch_that_is_killed_while_it_is_made_is_made_by_the_same_command(tmp_path: Path) -> None:
    """At every call on the file system, and within SQLite's own."""
    setup = """
from imgvet.batch.store import create_or_open, exclusive_lock, open_batch, exclusive_lock

def work(place):
    create_or_open(place / "deep" / "b").database.close()

def check(place):
    folder = open_batch(place / "deep" / "b")
    assert len(bytes.fromhex(folder.facts().secret)) == 32
    assert folder.database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert sorted(each.name for each in folder.private.iterdir()) == ["batch.db", "lock.db", "work"]
    assert (folder.private / "batch.db").stat().st_mode & 0o077 == 0
    assert folder.private.stat().st_mode & 0o077 == 0
    with exclusive_lock(folder):
        pass
"""
    assert kill_at_every_moment(setup, tmp_path) > 60


@FORKS
def test_a_register_that_is_killed_while_it_is_made_is_made_by_the_same_command(tmp_path: Path) -> None:
    setup = """
from datetime import date
from imgvet.releases.release import Release
from imgvet.releases.store import open_register

FORM = Release("WMP-1", "Ann", signed_on=date(2026, 6, 14), event="Open Day", channels=("all",))

with open_register(Path("loads-what-it-needs.db")):
    pass

def work(place):
    with open_register(place / "office" / "forms.db") as register:
        if register.find("WMP-1") is None:
            register.add([FORM], "A. Officer")

def check(place):
    with open_register(place / "office" / "forms.db") as register:
        assert [form.reference for form in register.releases()] == ["WMP-1"]
        assert [entry.kind for entry in register.history()] == ["added"]
    assert sorted(each.name for each in (place / "office").iterdir()) == ["forms.db"]
    assert (place / "office" / "forms.db").stat().st_mode & 0o077 == 0
"""
    assert kill_at_every_moment(setup, tmp_path) > 60


@FORKS
def test_init_that_is_killed_is_done_by_the_same_command(tmp_path: Path) -> None:
    """A profile is there whole or not at all: half of one would be told "is there already" for ever."""
    setup = """
from imgvet.atomic_files import clear_temporary
from imgvet.cli.init import OwnAnswers, own_profile, write_own_profile
from imgvet.errors import UsageError
from imgvet.profile import load_profile

GIVEN = ("Example Council", None, None, None, None, None)
own_profile(OwnAnswers("Example Council"))  # loads what it needs

def work(place):
    os.chdir(place)
    try:
        write_own_profile(GIVEN)
    except UsageError as problem:
        assert "already" in problem.reason

def check(place):
    os.chdir(place)
    assert load_profile("imgvet.toml")[0].organisation.name == "Example Council"
"""
    assert kill_at_every_moment(setup, tmp_path) >= 3


LEFT_BEHIND: tuple[tuple[str, ...], ...] = (
    (),
    ("private/",),
    ("private/lock.db",),
    ("private/lock.db", "flickr/"),
    ("held/", "flickr/"),  # as earlier versions began
    ("private/lock.db", "flickr/", "held/", "private/batch.db.new"),
    ("private/lock.db", "flickr/", "held/", "private/batch.db.new", "private/batch.db.new-journal"),
    ("flickr/", "held/", "private/batch.db.new"),
)


def lay_out(path: Path, names: tuple[str, ...]) -> None:
    path.mkdir()
    for name in names:
        each = path / name
        each.parent.mkdir(exist_ok=True)
        if name.endswith("/"):
            each.mkdir(exist_ok=True)
        else:
            each.write_bytes(b"half-written" if "batch" in name else b"")


@pytest.mark.parametrize("names", LEFT_BEHIND, ids=" ".join)
def test_what_a_killed_run_left_becomes_a_batch(tmp_path: Path, names: tuple[str, ...]) -> None:
    lay_out(tmp_path / "b", names)
    if names:
        with pytest.raises(BatchError, match="was never started"):
            open_batch(tmp_path / "b")
    create_or_open(tmp_path / "b").database.close()
    assert {each.name for each in (tmp_path / "b" / "private").iterdir()} == {"batch.db", "lock.db", "work"}


@pytest.mark.parametrize(
    "foreign",
    [
        "a.jpg", "flickr/a.jpg", "held/a.jpg", "private/diary.txt", "private/work/a.jpg", "flickr/sub/", "notes/",
        "private/batch.db.new/", "Flickr.txt", "private/batch.db-journal", "private/originals.csv", "checklist.html",
    ],
)  # fmt: skip
def test_anything_foreign_is_refused_and_stays(tmp_path: Path, foreign: str) -> None:
    """Also beside what imgvet makes, also where its database was lost."""
    lay_out(tmp_path / "b", ("private/lock.db", "flickr/", "held/"))
    each = tmp_path / "b" / foreign
    each.parent.mkdir(exist_ok=True)
    if foreign.endswith("/"):
        each.mkdir()
    else:
        each.write_bytes(b"somebody's")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BatchError, match=r"something other than a batch|not a (folder|file) of the batch|is no file"):
        create_or_open(tmp_path / "b")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["flickr", "held", "private", ""])
def test_links_are_no_part_of_a_new_batch(tmp_path: Path, name: str) -> None:
    """A folder that leads elsewhere would have photos written there."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    lay_out(tmp_path / "b", ())
    if name:
        (tmp_path / "b" / name).symlink_to(elsewhere)
    else:
        (tmp_path / "b" / "private").mkdir()
        (tmp_path / "b" / "private" / "batch.db.new").symlink_to(elsewhere / "nothing")
    with pytest.raises(BatchError, match=r"something other than a batch|not a (folder|file) of the batch|is no file"):
        create_or_open(tmp_path / "b")
    assert list(elsewhere.iterdir()) == []


def test_two_that_begin_at_once_make_one_batch(tmp_path: Path) -> None:
    """Each has it, or is told that another is at work; the secret is one and stays."""
    begin = """
import sys
from pathlib import Path
from imgvet.batch.store import create_or_open
from imgvet.errors import BatchInUse
sys.stdin.readline()
for number in range(25):
    try:
        print(number, create_or_open(Path(f"b{number}")).facts().secret)
    except BatchInUse:
        print(number, "told")
"""
    command = [sys.executable, "-c", begin]
    running = [
        subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for each in running:
        assert each.stdin
        each.stdin.write("\n")
        each.stdin.flush()
    said = [each.communicate(timeout=120)[0].splitlines() for each in running]
    assert [each.returncode for each in running] == [0, 0, 0]
    for lines in zip(*said, strict=True):
        number = lines[0].split()[0]
        secret = open_batch(tmp_path / f"b{number}").facts().secret
        assert {line.split()[1] for line in lines} <= {secret, "told"}


def test_while_one_makes_it_the_other_is_told(tmp_path: Path) -> None:
    (tmp_path / "b" / "private").mkdir(parents=True)
    with (
        lock_file(tmp_path / "b" / "private" / "lock.db"),
        pytest.raises(BatchInUse, match="Another imgvet is working"),
    ):
        create_or_open(tmp_path / "b")
    create_or_open(tmp_path / "b").database.close()


def attempt(path: Path) -> BatchStore | str:
    """The batch, or why it could not be made."""
    try:
        return create_or_open(path)
    except StorageError as said:
        return said.reason
    except (OSError, sqlite3.Error) as problem:
        return storage_error(problem, path).reason


@pytest.mark.parametrize("options", ["size={}k", "nr_inodes={}"])
def test_a_batch_is_made_when_there_is_room(tmp_path: Path, options: str) -> None:
    """A disk that is full at any moment of its making: told as what it is, and the same command goes on."""
    met = 0
    for amount in range(1, 200):
        with small_disk(tmp_path / "disk", options.format(amount * 4 if "size" in options else amount)) as disk:
            folder = attempt(disk / "b")
            if isinstance(folder, BatchStore):
                folder.database.close()
                break
            met += 1
            assert "The disk is full" in folder
            assert not list(disk.rglob("batch.db.new"))
            resize(disk, "size=1m,nr_inodes=100")
            create_or_open(disk / "b").database.close()
            open_batch(disk / "b").database.close()
    assert met >= 5


def test_a_full_disk_is_one_message_and_goes_on(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """Wherever it is met: in the making, while a photo, a record or a paper is written."""
    photos = [save_photo(tmp_path / "photos" / f"{number}.jpg", landscape(number)[:300, :400]) for number in range(2)]
    assert photos
    with small_disk(tmp_path / "whole", "size=8m") as disk:
        assert imgvet_process("batch", tmp_path / "photos", "--out", disk / "b", *EVENT, "--workers", 1).code == 0
        used = sum(file.stat().st_size for file in disk.rglob("*") if file.is_file()) // 1024
        whole = {file.relative_to(disk) for file in disk.rglob("*") if file.parent.name != "private"}
    for part in (0.15, 0.5, 0.8, 0.95):
        with small_disk(tmp_path / "disk", f"size={int(used * part) // 4 * 4}k") as disk:
            words = ("batch", tmp_path / "photos", "--out", disk / "b", *EVENT, "--workers", 1)
            ran = imgvet_process(*words)
            assert ran.code == 4, (part, ran.err)
            assert "full" in ran.err
            assert "Traceback" not in ran.err
            assert "another" not in ran.err.lower()
            resize(disk, "size=8m")
            again = imgvet_process(*words)
            assert again.code == 0, (part, again.err)
            assert {file.relative_to(disk) for file in disk.rglob("*") if file.parent.name != "private"} == whole


@pytest.mark.parametrize("words", [
    ("strip", "photo.jpg", "--out", "disk"),
    ("check", "photo.jpg", "--out", "disk", *EVENT),
    ("release", "export", "disk/forms.csv"),
    ("release", "form", "--event", "Open Day", "--adult", "--out", "disk/forms.pdf", "--profile", "ours.toml"),
], ids=lambda words: words[0])  # fmt: skip
def test_a_file_that_does_not_fit_is_told_and_not_left_by_halves(
    imgvet: Imgvet, tmp_path: Path, words: tuple[str, ...]
) -> None:
    save_photo(tmp_path / "photo.jpg", landscape())
    (tmp_path / "ours.toml").write_text('name = "Ours"\n[organisation]\nname = "Ours"\npress_office = "Call us"\n')
    signed(tmp_path, "WMP-1")
    with small_disk(tmp_path / "disk", "size=4k") as disk:
        (disk / "filler").write_bytes(b"\0" * 4096)
        ran = imgvet(*words)
        assert ran.code in (2, 4), ran.err
        assert "disk is full" in (ran.err + ran.out)
        assert [each.name for each in disk.iterdir()] == ["filler"]
        resize(disk, "size=8m")
        assert imgvet(*words).code == 0


def test_a_read_only_disk_is_not_somebody_at_work(imgvet_process: Imgvet, tmp_path: Path) -> None:
    save_photo(tmp_path / "photos" / "1.jpg", landscape()[:300, :400])
    with small_disk(tmp_path / "disk", "size=8m") as disk:
        assert imgvet_process("batch", "photos", "--out", disk / "b", *EVENT).code == 0
        resize(disk, "ro")
        assert imgvet_process("status", disk / "b").code == 0
        for words in (("finish", disk / "b"), ("batch", "photos", "--out", disk / "new", *EVENT)):
            ran = imgvet_process(*words)
            assert ran.code == 4
            assert "The disk is read-only" in ran.err
        resize(disk, "rw")
        assert imgvet_process("finish", disk / "b").code == 0
    shutil.rmtree(tmp_path / "photos")


def test_words_for_the_errors_that_there_are() -> None:
    """Each its own; none of them another's."""
    names = ("ENOSPC", "EROFS", "EACCES", "ENOENT", "EMFILE", "EIO", "ENOLCK", "ESTALE", "EFBIG", "ENOMEM", "EBUSY")
    said = {}
    for name in names:
        number = getattr(errno, name)
        problem = storage_error(OSError(number, os.strerror(number), "/office/x"))
        assert isinstance(problem, StorageError)
        assert problem.hint
        said[name] = problem.reason
    assert len(set(said.values())) == len(names)
    assert "'/office/x'" in said["ENOSPC"]


@pytest.mark.parametrize(("code", "words"), [
    (sqlite3.SQLITE_FULL, "full"),
    (sqlite3.SQLITE_IOERR_WRITE, "fault"),
    (sqlite3.SQLITE_READONLY_DBMOVED, "read-only"),
    (sqlite3.SQLITE_IOERR_LOCK, "lock files"),
    (sqlite3.SQLITE_BUSY, "in use"),
    (sqlite3.SQLITE_NOTADB, "damaged"),
    (sqlite3.SQLITE_NOMEM, "memory"),
])  # fmt: skip
def test_words_for_the_errors_of_sqlite(tmp_path: Path, code: int, words: str) -> None:
    problem = sqlite3.OperationalError("something")
    problem.sqlite_errorcode = code
    (tmp_path / "batch.db").touch()
    assert words in storage_error(problem, tmp_path / "batch.db").reason


def test_too_many_open_files_are_told(tmp_path: Path) -> None:
    """SQLite says only that it cannot open the file."""
    script = """
import resource, sqlite3, sys
from pathlib import Path
from imgvet.batch.store import open_batch
from imgvet.storage_errors import storage_error
import os, tempfile, fcntl
resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))
kept = []
try:
    while True:
        kept.append(open_batch(Path("b")))
except (OSError, sqlite3.Error) as problem:
    print(storage_error(problem))
"""
    create_or_open(tmp_path / "b").database.close()
    if sys.platform == "win32":
        pytest.skip("no such limit")
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "Too many files are open at once" in done.stdout, (done.stdout, done.stderr)


def test_nothing_half_written_stays_in_a_batch(imgvet: Imgvet, tmp_path: Path) -> None:
    """In none of its folders, once the next run has come to its end."""
    save_photo(tmp_path / "photos" / "1.jpg", landscape()[:300, :400])
    assert imgvet("batch", "photos", "--out", "b", *EVENT).code == 0
    for folder in ("b", "b/flickr", "b/held", "b/private", "b/private/work"):
        (tmp_path / folder / "x.1a2b3c4d.unfinished").write_bytes(b"half")
    assert imgvet("finish", "b").code == 0
    assert list((tmp_path / "b").rglob("*.unfinished")) == []


def test_copies_that_were_left_half_written_go_once_they_are_old(imgvet: Imgvet, tmp_path: Path) -> None:
    """Another command may be writing into the folder at this moment, and what is not imgvet's stays."""
    save_photo(tmp_path / "photo.jpg", landscape()[:300, :400])
    (tmp_path / "out").mkdir()
    names = ("a.jpg.0a1b2c3d.unfinished", "b.jpg.0a1b2c3d.unfinished", "novel.unfinished")
    for name in names:
        (tmp_path / "out" / name).write_bytes(b"half")
    for name in names[1:]:
        os.utime(tmp_path / "out" / name, (1, 1))
    assert imgvet("strip", "photo.jpg", "--out", "out").code == 0
    assert {each.name for each in (tmp_path / "out").iterdir()} == {names[0], names[2], "photo-001.jpg"}


def test_a_lock_that_is_damaged_is_made_again(tmp_path: Path) -> None:
    """Nothing is in it; and it still keeps a second one out."""
    folder = create_or_open(tmp_path / "b")
    (folder.private / "lock.db").write_bytes(b"not what it should be" * 100)
    with exclusive_lock(folder), pytest.raises(BatchInUse), exclusive_lock(folder):
        pass
    folder.database.close()


def test_a_drive_that_does_not_lock_is_not_somebody_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says the same of both."""
    folder = create_or_open(tmp_path / "b")
    holder = sqlite3.connect(folder.private / "lock.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(BatchInUse), exclusive_lock(folder):
        pass

    def no_locks(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("imgvet.storage_errors._try_lock", no_locks)
    with pytest.raises(sqlite3.OperationalError) as caught, exclusive_lock(folder):
        pass
    assert "does not let imgvet lock files" in storage_error(caught.value).reason
    holder.close()
    folder.database.close()
