"""Names of people stay in ``private/`` and in the register, which are for their owner's eyes only.

Whoever signs, is a child's guardian, or is spoken of in a note is named in an office's work all the time. Here each has
a name that stands nowhere else in the world, everything is done that an office does with a batch, and every byte that
comes out is searched: as it is, inflated, unpacked, decoded, and in the spellings that files use.
"""

import base64
import contextlib
import html
import io
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np
import pytest

from imgvet.signed_in import signed_in
from support.commands import Ran, run_here
from support.pictures import landscape, mirrored, portrait, save_photo
from support.shared import Shared
from support.sheets import fill_csv, fill_xlsx

pytestmark = pytest.mark.slow

EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
PROFILE = """
[organisation]
name = "Example Office"
website = "www.example.org"
[releases]
prefix = "WMP"
[faces]
answers = ["staff", "not-identifiable", "not-a-face"]
[decisions]
second_person = ["staff"]
"""


@dataclass(frozen=True)
class Names:
    """Words by which people can be known; none of them stands in any file but by way of what is typed here."""

    person: str = "Quinvexora"  # has signed
    contact: str = "07700900quiv"
    child: str = "Marzipolda"
    guardian: str = "Brambleknott"
    neighbour: str = "Snorvelish"  # in notes on forms
    unsigned: str = "Wobbleferry"  # in notes on decisions
    newcomer: str = "Zephyrinda"  # on the sheet, and not yet in the register
    parent: str = "Ottoquillia"  # on the sheet
    reason: str = "Fennimoreau"  # on the sheet, why
    scan: str = "Gribblethorn"  # the file name of a scanned form
    asker: str = "Lumbersnoot"  # who withdrew

    @property
    def all(self) -> list[str]:
        """Every one of them."""
        return [getattr(self, field.name) for field in fields(self)]


OTHERS = Names(*(f"Person{chr(97 + number) * 3}" for number in range(len(fields(Names)))))
DECIDER, SECOND = "Dunderpace", "Plumeshade"  # of the office; they stand behind decisions, and in no published file


@dataclass(frozen=True)
class Work:
    """An office's work on one batch, done."""

    folder: Path
    said: dict[str, str]  # by command, all that it printed

    @property
    def batch(self) -> Path:
        return self.folder / "open-day"

    @property
    def register(self) -> Path:
        return self.folder / "office" / "releases.db"

    def outside(self) -> list[Path]:
        """Every file that the work has left, but for private/, the register, and what was typed."""
        inside = (self.batch / "private", self.register.parent, self.folder / "typed", self.folder / "photos")
        files = (each for each in self.folder.rglob("*") if each.is_file())
        return sorted(each for each in files if not any(each.is_relative_to(place) for place in inside))


@dataclass(frozen=True)
class Office:
    """The command line in a folder of its own, on a system on which new files are open to everybody."""

    folder: Path
    in_processes: bool = False  # each command in one of its own

    def __call__(self, *words: object) -> Ran:
        """Run a command of imgvet there."""
        return self._in_a_process(words) if self.in_processes else self._here(words)

    def _here(self, words: tuple[object, ...]) -> Ran:
        register = {
            "IMGVET_REGISTER": str(self.folder / "office" / "releases.db"),
            "IMGVET_ANSWERS": str(self.folder / "office" / "answers.db"),
        }
        before = os.umask(0)
        try:
            with patch.dict(os.environ, register):
                return run_here(words, self.folder)
        finally:
            os.umask(before)

    def _in_a_process(self, words: tuple[object, ...]) -> Ran:
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.folder / "temporary"))
        register = {
            "IMGVET_REGISTER": str(self.folder / "office" / "releases.db"),
            "IMGVET_ANSWERS": str(self.folder / "office" / "answers.db"),
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "imgvet", *map(str, words)],
            cwd=self.folder,
            env={**os.environ, **temporary, **register},
            capture_output=True,
            timeout=300,
            stdin=subprocess.DEVNULL,
            umask=-1 if os.name == "nt" else 0,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def an_office(folder: Path, *, in_processes: bool = False) -> Office:
    """A profile, photos with one face each, and no register yet."""
    (folder / "imgvet.toml").write_text(PROFILE, encoding="utf-8")
    for place in ("typed", "temporary"):
        (folder / place).mkdir(mode=0o700)
    for number in range(1, 7):
        pixels = portrait() if number % 2 else mirrored()
        save_photo(
            folder / "photos" / f"{number}.jpg",
            cv2.convertScaleAbs(pixels, alpha=0.8 + number / 20),
        )
    save_photo(folder / "photos" / "7.jpg", landscape())
    return Office(folder, in_processes)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office in which nothing has been done yet."""
    return an_office(tmp_path)


def all_of_the_work(folder: Path) -> Work:
    return work_through(an_office(folder, in_processes=True), Names())


@pytest.fixture(scope="session")
def work(shared: Shared) -> Work:
    """All of an office's work, done once."""
    return shared.made(all_of_the_work)[1]


def work_through(office: Office, names: Names) -> Work:
    """All that an office does: forms, a batch, decisions, filled-in sheets, a withdrawal, and looking in between."""
    said: dict[str, str] = {}
    folder = office.folder

    def run(*words: object, codes: tuple[int, ...] = (0,)) -> None:
        ran = office(*words)
        assert ran.code in codes, (words, ran.err)
        told = " ".join(str(word) for word in words)
        said[f"{len(said):02} {told}"] = ran.out + ran.err

    by, waits = ("--by", DECIDER), (0, 1, 3)
    scan = folder / "typed" / f"{names.scan}.png"
    shutil.copy(_picture(folder), scan)
    form = ("--event", "Open Day", "--channels", "all", "--signed-on", "2026-06-14", "--taken-by", DECIDER, *by)
    adult = ("--person", f"{names.person} One", "--contact", names.contact, "--note", f"Neighbour of {names.neighbour}")
    run("release", "add", "WMP-2026-001", *adult, *form, "--scan", scan)
    child = ("--child", "--born", "2012-2014", "--guardian", names.guardian, "--guardian-relation", "mother")
    run("release", "add", "WMP-2026-002", "--person", names.child, *child, *form)
    run("release", "refuse", "WMP-2026-003", "--person", names.child, "--why", f"Ask {names.asker}", *by)
    run("batch", "photos", "--out", "open-day", *EVENT)
    run("decide", "open-day", "1:1", "release", "WMP-2026-001", "--note", f"It is {names.unsigned}", *by)
    run("decide", "open-day", "2:1", "not-identifiable", "--note", f"{names.unsigned} turns away", *by)
    run("decide", "open-day", "3:1", "refused", "--note", f"{names.unsigned} said no", *by)
    run("decide", "open-day", "4:1", "staff", "--note", f"On duty, says {names.unsigned}", *by)
    run("decide", "open-day", "7", "exclude", "--note", f"{names.unsigned} is behind the tree", *by)
    run("status", "open-day", codes=waits)
    run("decide", "open-day", "4:1", "approve", "--by", SECOND)
    for filled in fill_sheets(folder / "open-day", folder / "typed", names):
        sheet = ("checklist", "open-day", "--import", filled, *by, "--add-releases")
        run(*sheet, "--dry-run")
        run(*sheet)
    run("finish", "open-day", *by, codes=waits)
    run("status", "open-day", "--json", codes=waits)
    run("check", "photos/1.jpg", "--event", "Open Day", "--form", "1:WMP-2026-001", *by, codes=waits)
    withdrawal = ("--why", f"{names.asker} wrote to us", "--asked-by", names.asker)
    run("release", "withdraw", "WMP-2026-001", *withdrawal, *by)
    run("status", "open-day", codes=waits)
    run("finish", "open-day", codes=waits)
    run("batch", "photos", "--out", "open-day", *EVENT, "--json")
    run("checklist", "open-day")
    run("log", "open-day", "--verify")
    run("release", "form", "--event", "Open Day", "--out", "blank.html", *by)
    return Work(folder, said)


def _picture(folder: Path) -> Path:
    path = folder / "typed" / "scan.png"
    assert cv2.imwrite(str(path), np.full((40, 30, 3), 250, np.uint8))
    return path


def fill_sheets(batch: Path, folder: Path, names: Names) -> list[Path]:
    """The checklists, one with a new child on it and the other with a reason."""
    new = {
        "decision": "release",
        "name": f"{names.newcomer} Two",
        "signed_on": date(2026, 6, 14),
        "under_18": "yes",
        "year_of_birth": "2010-2012",
        "guardian": names.parent,
        "guardian_relation": "father",
        "channels": "flickr",
        "initials": names.reason[:2],
    }
    why = {"decision": "not-identifiable", "reason": f"{names.reason} hides behind a hat, says {names.newcomer}"}
    return [
        fill_xlsx(batch / "checklist.xlsx", folder / "checklist.xlsx", {(5, 1): new}),
        fill_csv(batch / "checklist.csv", folder / "checklist.csv", {(6, 1): why}),
    ]


def layers(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """The bytes, and whatever is packed into them: archives, compressed streams, base64, pages' escapes."""
    yield data
    if depth > 4:
        return
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from layers(archive.read(name), depth + 1)
        return
    if data.lstrip()[:1] == b"<":
        yield html.unescape(data.decode("utf-8", "replace")).encode()
    for found in re.finditer(rb"base64,([A-Za-z0-9+/=]+)", data):
        yield from layers(base64.b64decode(found[1]), depth + 1)
    if data.startswith(b"\x89PNG"):
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        yield b"" if pixels is None else pixels.tobytes()
    for found in re.finditer(rb"x[\x01\x5e\x9c\xda]", data):
        inflated = _inflated(data[found.start() :])
        if len(inflated) > 20:
            yield inflated


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, 10_000_000)
    except zlib.error:
        return b""


def stands_in(word: str, data: bytes) -> bool:
    """Whether the word is anywhere in the bytes, in any spelling, capitals or not."""
    lower = word.lower()
    spellings = [lower.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")]
    spellings.append(lower[::-1].encode())
    capitals = (word, lower, word.upper())
    spellings += [each.encode(coding).hex().encode() for each in capitals for coding in ("utf-8", "utf-16-be")]
    in_base64 = [_core(shift, each) for each in capitals for shift in range(3)]
    for layer in layers(data):
        small = layer.lower()
        if any(each in small for each in spellings) or any(each in layer for each in in_base64):
            return True
    return False


def _core(shift: int, word: str) -> bytes:
    """What base64 makes of the word when so many bytes stand before it, without what its neighbours have a part in."""
    coded = base64.b64encode(b"\0" * shift + word.encode())
    return coded[-(-shift * 8 // 6) : len(word.encode()) * 8 // 6 - 1]


def test_names_of_people_stand_nowhere_outside(work: Work) -> None:
    """Not in flickr/ or held/, not on any paper, not in a file's name, not in what commands say, not left behind."""
    outside = work.outside()
    assert {".jpg", ".csv", ".html", ".xlsx"} <= {each.suffix for each in outside}
    assert {"flickr", "held"} <= {each.parent.name for each in outside}
    for word in Names().all:
        for path in outside:
            assert word.lower() not in str(path.relative_to(work.folder)).lower()
            assert not stands_in(word, path.read_bytes()), f"{word} stands in {path}"
        for command, text in work.said.items():
            assert not stands_in(word, text.encode()), f"{word} was said by {command}"


def test_the_names_are_kept_where_they_belong(work: Work) -> None:
    """The test above has something to find: what forms say is in the register, what decisions say in private/."""
    names = Names()
    register = work.register.read_bytes()
    private = b"".join(each.read_bytes() for each in (work.batch / "private").rglob("*") if each.is_file())
    on_forms = {names.person, names.contact, names.child, names.guardian, names.neighbour, names.newcomer, names.parent}
    assert [word for word in sorted({*on_forms, names.asker}) if not stands_in(word, register)] == []
    assert [word for word in (names.unsigned, names.reason) if not stands_in(word, private)] == []


def test_who_decides_stands_in_no_file_outside(work: Work) -> None:
    """The papers of the office name who made the declaration; here nobody did, so there is no name on them at all."""
    for path in work.outside():
        for word in (DECIDER, SECOND):
            assert not stands_in(word, path.read_bytes()), f"{word} stands in {path}"


def test_no_account_or_computer_stands_outside(office: Office) -> None:
    """They are kept beside the typed name in private/ and in the register, and in no file that leaves."""
    marked = patch.multiple("imgvet.signed_in", _account=lambda: "quibblestone", _computer=lambda: "FRUMPKIN-PC")
    with marked:
        signed_in.cache_clear()
        try:
            work = work_through(office, Names())
        finally:
            signed_in.cache_clear()
    private = (work.batch / "private" / "batch.db").read_bytes() + work.register.read_bytes()
    for word in ("quibblestone", "FRUMPKIN-PC"):
        assert private.count(word.encode()) > 10
        for path in work.outside():
            assert not stands_in(word, path.read_bytes()), f"{word} stands in {path}"


def test_nothing_for_the_public_depends_on_a_name(office: Office, work: Work) -> None:
    """With other names and all else the same, pictures and papers are the same to the last byte: no pixel tells one."""
    made = [_told(each) for each in (work, work_through(office, OTHERS))]
    assert set(made[0]) == set(made[1])
    assert len(made[0]) > 8
    assert [name for name in made[0] if made[0][name] != made[1][name]] == []


def _told(work: Work) -> dict[str, bytes]:
    """What the office's work shows to others, by file."""
    public = (each for each in work.outside() if each.parent.name in ("flickr", "held", "imgvet-ready"))
    papers = (work.batch / "contact-sheet-1.jpg", work.batch / "checklist.csv")
    files = {str(each.relative_to(work.folder)): each.read_bytes() for each in (*public, *papers)}
    sheet = str((work.batch / "checklist.csv").relative_to(work.folder))
    files[sheet] = re.sub(rb"p[0-9a-f]{12}-every", b"", files[sheet])  # it is made from the batch's secret
    page = (work.batch / "checklist.html").read_text(encoding="utf-8")
    files["checklist.html"] = re.sub(r"fingerprint [0-9a-f]+", "", page).encode()  # the log's head covers its words
    return files


def test_a_sheet_that_was_filled_in_beside_the_photos_goes_into_private(office: Office, tmp_path: Path) -> None:
    """Who types names into the checklist of the batch and forgets to hand it in finds it in private/, not outside."""
    newcomer = Names().newcomer
    office("batch", "photos", "--out", "open-day", *EVENT)
    batch = tmp_path / "open-day"
    fill_sheets(batch, batch, Names())
    office("finish", "open-day")
    private = [each for each in (batch / "private").rglob("checklist*") if each.is_file()]
    assert sorted(each.suffix for each in private if stands_in(newcomer, each.read_bytes())) == [".csv", ".xlsx"]
    assert [each for each in Work(tmp_path, {}).outside() if stands_in(newcomer, each.read_bytes())] == []
    if os.name != "nt":
        assert [oct(mode(each)) for each in private if mode(each) & 0o077] == []


def test_a_name_is_found_wherever_it_is_hidden() -> None:
    """The search is worth something: it finds the word packed, coded, escaped, in capitals and in pictures."""
    word = "Quinvexora"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cells.xml", f"<c>{word}</c>")
    picture = cv2.imencode(".png", np.frombuffer(word.encode() * 30, np.uint8).reshape(10, 30))[1].tobytes()
    for data in (
        b"x" + word.upper().encode(),
        word.encode("utf-16-le"),
        word.encode().hex().encode(),
        packed.getvalue(),
        b"".join([b"<p>", *(f"&#{ord(letter)};".encode() for letter in word)]),
        b"<img src='data:image/jpeg;base64," + base64.b64encode(b"..." + word.encode()) + b"'>",
        *(base64.b64encode(b"?" * shift + word.encode() + b"!!") for shift in range(4)),
        b"....." + zlib.compress(word.encode() + b"." * 40),
        picture,
    ):
        assert stands_in(word, data), data
    assert not stands_in(word, b"Quinvexor a" + packed.getvalue()[:20])


# -- for their owner's eyes only


def mode(path: Path) -> int:
    """Who may read, write and enter, as in ``chmod``."""
    return stat.S_IMODE(path.stat().st_mode)


on_posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions; folders inherit the user's own")


@on_posix
def test_private_and_the_register_are_for_their_owner_alone(work: Work) -> None:
    """Every file and folder in them, from the databases to the lock, the names of originals, kept sheets and scans."""
    private, register = work.batch / "private", work.register.parent
    assert (mode(private), mode(register)) == (0o700, 0o700)
    inside = [each for place in (private, register) for each in place.rglob("*")]
    assert {"batch.db", "lock.db", "originals.csv", "releases.db"} <= {each.name for each in inside}
    assert any(each.suffix == ".png" for each in inside)
    assert [(str(each), oct(mode(each))) for each in inside if mode(each) & 0o077] == []
    assert list((work.folder / "temporary").rglob("*")) == []


@on_posix
def test_an_export_of_the_register_is_as_private(office: Office, tmp_path: Path) -> None:
    """It names everybody."""
    form = ("--person", "Zora", "--event", "Open Day", "--channels", "all", "--signed-on", "2026-06-14")
    assert office("release", "add", "WMP-2026-001", *form, "--by", DECIDER).code == 0
    for ending in ("csv", "xlsx", "json"):
        assert office("release", "export", f"forms.{ending}").code == 0
        assert mode(tmp_path / f"forms.{ending}") == 0o600


@on_posix
def test_what_a_database_writes_beside_itself_is_as_private(office: Office, tmp_path: Path) -> None:
    """SQLite's journal holds what was there before: nobody else can read it while a command is at work."""
    save_photo(tmp_path / "one" / "7.jpg", landscape())
    office("batch", "one", "--out", "open-day", *EVENT)
    office("release", "refuse", "WMP-2026-001", "--person", "Zora", "--why", "No", "--by", DECIDER)
    before = os.umask(0)
    try:
        for path in (tmp_path / "open-day" / "private" / "batch.db", tmp_path / "office" / "releases.db"):
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")
                database.execute("CREATE TABLE more (text)")
                beside = [each for each in path.parent.iterdir() if each.name.startswith(f"{path.name}-")]
                assert [oct(mode(each)) for each in beside] == ["0o600"]
                database.execute("ROLLBACK")
    finally:
        os.umask(before)
