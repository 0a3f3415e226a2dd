"""Hostile names and hostile files, through the real commands: a clear outcome each, and a terminal that stays whole."""

import io
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.commands import run_here
from support.pictures import landscape

pytestmark = pytest.mark.slow

# Everything that could move a cursor, colour a word, ring, hide a letter or turn text round; the line end is ours.
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
COMMANDS = (("check", "--out", "clean"), ("batch", "--out", "made", "--event", "Open day"), ("inspect",), ("prove",))

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="such names and files can be made on Linux for certain")


@dataclass(frozen=True)
class Said:
    """What a command wrote, as bytes, and its exit code."""

    code: int
    out: bytes
    err: bytes

    @property
    def words(self) -> str:
        """Both streams."""
        return (self.out + self.err).decode()


def imgvet(folder: Path, *words: str | bytes) -> Said:
    """A command in its own process; what it writes must be UTF-8 without a raw control character."""
    command = [sys.executable, "-W", "error", "-m", "imgvet", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=300, stdin=subprocess.DEVNULL)
    return whole(Said(done.returncode, done.stdout, done.stderr), words)


def imgvet_here(folder: Path, *words: str | bytes) -> Said:
    """The same in this process."""
    ran = run_here(map(os.fsdecode, words), folder)
    return whole(Said(ran.code, ran.out.encode(), ran.err.encode()), words)


def whole(said: Said, words: tuple[str | bytes, ...]) -> Said:
    """What a command said, once it is shown that it leaves the terminal whole."""
    assert not RAW.search(said.words), f"{words!r} wrote {RAW.findall(said.words)!r}"
    assert "Traceback" not in said.words
    return said


def small_photo(**how: object) -> bytes:
    """A JPEG of 300 x 200, with attacks in everything that is shown."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA430] = "owner \x1b[31mred\x1b]0;title\x07 \x9b2J"
    exif[0x010E] = "first\r\nimgvet: all is well"
    exif[0x010D] = "\u202egpj.evil\u202c"
    out = io.BytesIO()
    Image.fromarray(landscape()[:200, :300]).save(out, "JPEG", exif=exif, comment=b"\x1b[2J\x1b[H cleared", **how)
    return out.getvalue()


NAMES = {
    "escape": b"a\x1b[2J\x1b]0;title\x07b.jpg",
    "eight-bit control": "a\x9b2Jb.jpg".encode(),
    "line end": b"photo\nimgvet: ready.jpg",
    "carriage return": b"photo.jpg\rimgvet.jpg",
    "tab": b"tab\tbed.jpg",
    "delete": b"del\x7f\x08.jpg",
    "right to left": "gpj.\u202eexe.jpg".encode(),
    "isolate": "\u2066a\u2069.jpg".encode(),
    "nothing to see": "a\u200b\ufeff\u00adb.jpg".encode(),
    "look-alike": "\u0440h\u043eto.jpg".encode(),
    "bad UTF-8": b"\xff\xfe\xc3.jpg",
    "overlong UTF-8": b"\xc0\xaf\xed\xa0\x80.jpg",
    "255 bytes": b"n" * 251 + b".jpg",
    "255 bytes of emoji": "\U0001f600".encode() * 62 + b"abc.jpg",
    "leading dash": b"-x.jpg",
    "an option": b"--help.jpg",
    "a dash and an escape": b"-\x1b[31m\xe2\x80\xae.jpg",
    "only spaces": b"   ",
    "spaces before the ending": b"  .jpg",
    "reserved on Windows": b'CON:a*b?"<c>|d\\.jpg',
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467.jpg".encode(),
    "markup": b"[bold red]x[link=evil].jpg",
    "placeholders": b"%s{0}${HOME}`id`$(id);&.jpg",
    "formula": b"=cmd|calc!A1.jpg",
}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a photo under each of the names."""
    folder = tmp_path_factory.mktemp("named")
    photo = small_photo()
    (folder / "photos").mkdir()
    for number, name in enumerate(NAMES.values()):  # each is another file
        (folder / "photos" / os.fsdecode(name)).write_bytes(photo[:2] + b"\xff\xfe\x00\x04%02d" % number + photo[2:])
    return folder


@on_linux
def test_a_batch_takes_every_name(named: Path) -> None:
    """Each photo is vetted and written; no clean file carries anything of its name, and the papers carry no control."""
    said = imgvet(named, "batch", "photos", "--out", "made", "--event", "Open day", "--json")
    assert said.code == 0
    verdicts = Counter(line["verdict"] for line in map(json.loads, said.out.splitlines()))
    assert verdicts == {"ready": 1, "ask": len(NAMES) - 1}  # they show the same picture
    placed = [*(named / "made" / "flickr").iterdir(), *(named / "made" / "held").iterdir()]
    written = sorted(path.name for path in placed if path.suffix == ".jpg")
    assert written == [f"open-day-{number:03d}.jpg" for number in range(1, len(NAMES) + 1)]
    for paper in (named / "made").rglob("*.*"):
        if paper.suffix in {".html", ".csv"}:
            assert not RAW.search(re.sub(r"\r\n|\t", " ", paper.read_text(encoding="utf-8-sig"))), paper
    assert imgvet(named, "status", "made").code == 1


@on_linux
@pytest.mark.parametrize("command", ["check", "inspect", "prove"])
def test_every_name_can_be_named(named: Path, command: str) -> None:
    """One answer a photo; the name is shown with its dangers written out."""
    names = [os.fsencode(Path("photos")) + b"/" + name for name in NAMES.values()]
    said = imgvet(named, command, *names)
    assert said.code == {"check": 0, "inspect": 0, "prove": 4}[command]
    first_lines = [line for line in said.out.splitlines() if line.startswith(b"photos/")]
    assert len(first_lines) == len(NAMES)
    assert sum(line.startswith(b"photos/a[U+001B][2J[U+001B]]0;title[U+0007]b.jpg") for line in first_lines) == 1
    assert sum(line.startswith("photos/photo ¶ imgvet: ready.jpg".encode()) for line in first_lines) == 1
    shutil.rmtree(named / "imgvet-ready", ignore_errors=True)


@on_linux
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_leading_dash_is_no_photo_but_an_option(command: tuple[str, ...], named: Path) -> None:
    """The usual way round: ``--`` before it. Without, the command is wrong, and nothing is vetted."""
    dashes = [name for name in NAMES.values() if name.startswith(b"-")]
    after = imgvet_here(named / "photos", *command, "--", *dashes)
    assert after.code == (4 if command[0] == "prove" else 0)
    without = imgvet_here(named / "photos", *command, NAMES["a dash and an escape"])
    assert without.code == 2
    for made in ("clean", "made"):
        shutil.rmtree(named / "photos" / made, ignore_errors=True)


@on_linux
def test_what_a_file_says_cannot_touch_the_terminal(tmp_path: Path) -> None:
    """Values of EXIF and comments stand on one line each, with what cannot be seen written out or left out."""
    (tmp_path / "photo.jpg").write_bytes(small_photo())
    for command in COMMANDS:
        said = imgvet_here(tmp_path, command[0], "photo.jpg", *command[1:])
        assert b"\nimgvet: all is well" not in said.out + said.err
    assert b"red" in imgvet_here(tmp_path, "inspect", "photo.jpg").out  # it was there to be shown


# -- hostile files


@cache
def bomb_png() -> bytes:
    """50,000 x 50,000 pixels of one bit, in earnest: 312 MB in 300 kB."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0))
    packing = zlib.compressobj(1)
    pixels = b"".join(packing.compress(bytes(6251 * 1000)) for _ in range(50)) + packing.flush()
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@cache
def text_bomb() -> bytes:
    """A small PNG whose comment inflates to 300 MiB."""
    out = io.BytesIO()
    Image.new("RGB", (32, 32)).save(out, "PNG")
    whole = out.getvalue()
    packing = zlib.compressobj(9)
    body = b"Comment\x00\x00" + b"".join(packing.compress(bytes(2**20)) for _ in range(300)) + packing.flush()
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    return whole[:33] + chunk + whole[33:]


def frames_bomb() -> bytes:
    """A GIF of 100,000 frames."""
    one = b"\x2c" + struct.pack("<HHHHB", 0, 0, 8, 8, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0x80, 0, 0) + bytes(6) + 100_000 * one + b"\x3b"


def huge_jpeg() -> bytes:
    """A photo that says that it is 65,500 x 65,500."""
    data = bytearray(small_photo())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 65_500, 65_500)
    return bytes(data)


def huge_strips() -> bytes:
    """A TIFF whose strips say that they are 4 GB each, a thousand million of them."""
    entries = [(256, 4, 1, 64), (257, 4, 1, 64), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 2**30, 8), (279, 4, 2**30, 8)]
    inside = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(entries)) + inside + bytes(4)


def huge_webp() -> bytes:
    """A WebP of a few bytes and 268 megapixels."""
    body = b"\x2f" + struct.pack("<I", 16_383 | 16_383 << 14)
    return b"RIFF" + struct.pack("<I", 4 + 8 + 6) + b"WEBPVP8L" + struct.pack("<I", len(body)) + body + b"\x00"


def huge_heic() -> bytes:
    """A HEIC whose grid is 60,000 x 60,000."""

    def box(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body) + 8) + name + body

    grid = b"\x00\x01\x7f\x7f" + struct.pack(">II", 60_000, 60_000)
    item = box(b"infe", b"\x02\x00\x00\x00" + struct.pack(">HH4s", 1, 0, b"grid") + b"\x00")
    place = b"\x01\x00\x00\x00\x44\x00" + struct.pack(">HHHHHII", 1, 1, 1, 0, 1, 0, len(grid))
    meta = box(b"iinf", bytes(4) + struct.pack(">H", 1) + item) + box(b"iloc", place) + box(b"idat", grid)
    return box(b"ftyp", b"heic" + bytes(4) + b"mif1heic") + box(b"meta", bytes(4) + meta)


BOMBS: dict[str, Callable[[], bytes]] = {
    "bomb.png": bomb_png,
    "text.png": text_bomb,
    "frames.gif": frames_bomb,
    "huge.jpg": huge_jpeg,
    "strips.tif": huge_strips,
    "canvas.webp": huge_webp,
    "grid.heic": huge_heic,
}
REASONS = {
    "bomb.png": "it has 2500 megapixels",
    "text.png": "it carries more than 64 MiB of texts",
    "frames.gif": "it has more than 1000 frames",
    "huge.jpg": "it has 4290 megapixels",
    "strips.tif": "it claims more data than the file holds",
    "canvas.webp": "it has 268 megapixels",
    "grid.heic": "it has 3600 megapixels",
    "half.jpg": "it is damaged",
    "empty.jpg": "the file is empty",
    "pipe.jpg": "it is a pipe",
    "socket.jpg": "it is a socket",
    "zero.jpg": "it is a device",
    "null.jpg": "it is a device",
    "loop.jpg": "it is a link to itself",
    "dangling.jpg": "it is a link to a file that is not there",
}
UNOPENED = [name for name in REASONS if name not in BOMBS and name != "half.jpg"]


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with every bomb and every odd file, and one good photo among them."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, make in BOMBS.items():
        (folder / name).write_bytes(make())
    photo = small_photo()
    (folder / "good.jpg").write_bytes(photo)
    (folder / "half.jpg").write_bytes(photo[: len(photo) // 2])
    (folder / "empty.jpg").touch()
    (folder / "album.jpg").mkdir()
    os.mkfifo(folder / "pipe.jpg")
    for name, target in [("zero", "/dev/zero"), ("null", "/dev/null"), ("loop", "loop.jpg"), ("dangling", "gone.jpg")]:
        (folder / f"{name}.jpg").symlink_to(target)
    monkeypatch.chdir(folder)  # names of sockets must be short
    with socket.socket(socket.AF_UNIX) as own:
        own.bind("socket.jpg")
        yield folder


def told(words: str, name: str, reason: str) -> bool:
    """Whether a line names the file and gives the reason."""
    return re.search(f"{re.escape(name)}: .*{reason}", words, re.I) is not None


@on_linux
def test_a_batch_goes_on_past_every_hostile_file(hostile: Path, tmp_path: Path) -> None:
    """The good photo is written, each other is named with its reason, and no half file is left."""
    assert imgvet(tmp_path, "batch", "photos", "--out", "made", "--event", "Open day").code == 4
    words = imgvet(tmp_path, "status", "made").words
    assert [name for name, reason in REASONS.items() if not told(words, name, reason)] == []
    pictures = [path.name for path in (tmp_path / "made").rglob("*") if path.suffix in {".jpg", ".png", ".unfinished"}]
    assert sorted(pictures) == ["contact-sheet-1.jpg", "open-day-006.jpg"]
    assert [path.name for path in (tmp_path / "made" / "flickr").glob("*.jpg")] == ["open-day-006.jpg"]


@on_linux
def test_check_answers_for_every_hostile_file(hostile: Path, tmp_path: Path) -> None:
    """One clean copy, of the good photo."""
    words = [f"photos/{name}" for name in [*REASONS, "good.jpg"]]
    said = imgvet(tmp_path, "check", *words, "--out", "clean").words
    assert [name for name, reason in REASONS.items() if not told(said, name, reason)] == []
    assert len(list((tmp_path / "clean").iterdir())) == 1


@on_linux
def test_inspect_answers_for_every_hostile_file(hostile: Path, tmp_path: Path) -> None:
    """Half a photo has its head, and so it can be inspected; a bomb is not walked through."""
    said = imgvet(tmp_path, "inspect", *[f"photos/{name}" for name in [*REASONS, "good.jpg"]])
    assert said.code == 4
    silent = [name for name, reason in REASONS.items() if name != "half.jpg" and not told(said.words, name, reason)]
    assert silent == []
    assert b"photos/good.jpg (JPEG)" in said.out


@on_linux
def test_prove_answers_for_every_hostile_file(hostile: Path, tmp_path: Path) -> None:
    """What cannot be opened is not proven; of a bomb it says what it finds in it."""
    said = imgvet(tmp_path, "prove", *[f"photos/{name}" for name in REASONS])
    assert said.code == 4
    assert [name for name in UNOPENED if not told(said.words, name, f"not proven. {REASONS[name]}")] == []
    assert [name for name in REASONS if not told(said.words, name, "proven")] == []


@on_linux
def test_a_file_nobody_may_read_is_answered(tmp_path: Path) -> None:
    """The others are vetted. An administrator reads everything, so one gives that right up for the test."""
    (tmp_path / "photos" / "locked").mkdir(parents=True)
    for name in ("open.jpg", "shut.jpg", "locked/inside.jpg"):
        (tmp_path / "photos" / name).write_bytes(small_photo())
    (tmp_path / "photos" / "shut.jpg").chmod(0)
    (tmp_path / "photos" / "locked").chmod(0)
    before: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("needs setpriv to give up an administrator's rights")
        before = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    command = [*before, sys.executable, "-m", "imgvet", "batch", "photos", "--out", "made", "--event", "Open day"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300)
    (tmp_path / "photos" / "locked").chmod(0o700)
    said = done.stderr.decode()
    assert done.returncode == 4, said
    assert "shut.jpg: It cannot be opened: Permission denied." in said
    assert "The folder 'photos/locked' cannot be opened (Permission denied)" in said
    assert len(list((tmp_path / "made" / "flickr").glob("*.jpg"))) == 1


@on_linux
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """Somebody is still copying it: its time moves on all the while."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(small_photo())
    with path.open("r+b") as file:
        file.truncate(200 * 1024 * 1024)
    stop = threading.Event()

    def write_on() -> None:
        moment = 0
        while not stop.is_set():
            moment += 1
            os.utime(path, ns=(moment, moment))

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        said = imgvet(tmp_path, "inspect", "photo.jpg")
    finally:
        stop.set()
        writer.join()
    assert said.code == 4
    assert b"It changed while it was read." in said.err


@on_linux
def test_a_name_that_lies_is_told(tmp_path: Path) -> None:
    """By check, inspect and batch."""
    Image.fromarray(np.asarray(landscape())).save(tmp_path / "photo.png", "JPEG")
    for command in ("check", "inspect"):
        assert "It is named .png but is a JPEG." in imgvet_here(tmp_path, command, "photo.png").words
    said = imgvet_here(tmp_path, "batch", "photo.png", "--out", "made", "--event", "Open day", "--json")
    assert "It is named .png but is a JPEG." in said.out.decode()
