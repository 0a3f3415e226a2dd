"""What stands in folders: told by content, read whole and once, and each odd thing answered for."""

import os
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.errors import UnreadablePhoto
from imgvet.find_photos import UnopenedFolder, find_photos, real_path
from imgvet.formats.sniff import FORMATS, format_from_suffix, read_source, suffix_mismatch
from imgvet.profile import Limits
from imgvet.text import on_one_line, visible

LIMITS = Limits()
JPEG = b"\xff\xd8\xff\xe0"

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files, or needs rights for them")


# -- names that lie


@pytest.mark.parametrize(("name", "kind", "sentence"), [
    ("a.png", "jpeg", "It is named .png but is a JPEG."),
    ("a.JPG", "png", "It is named .jpg but is a PNG."),
    ("a.jpeg", "heic", "It is named .jpeg but is a HEIC."),
    ("a.heic", "avif", "It is named .heic but is an AVIF."),
    ("holiday.pdf", "tiff", "It is named .pdf but is a TIFF."),
    ("a.jpg.exe", "jpeg", "It is named .exe but is a JPEG."),
    ("a.CR2", "jpeg", "It is named .cr2 but is a JPEG."),
    ("gpj.\u202e.gif", "webp", "It is named .gif but is a WebP."),
    ("a.jfif", "jpeg", None),
    ("a.HEIF", "avif", None),
    ("a.hif", "heic", None),
    ("no ending", "jpeg", None),
    ("Mr. Smith", "jpeg", None),
    ("v1.2", "png", None),
])  # fmt: skip
def test_a_name_that_promises_another_kind_is_told(name: str, kind: str, sentence: str | None) -> None:
    """One plain sentence; a name that promises nothing does not lie."""
    assert suffix_mismatch(Path(name), kind) == sentence


@given(name=st.text(min_size=1, max_size=30).filter(lambda text: "/" not in text and "\0" not in text),
       kind=st.sampled_from(FORMATS))  # fmt: skip
def test_the_sentence_carries_nothing_else_of_the_name(name: str, kind: str) -> None:
    """Only well-known endings are repeated, in plain letters."""
    sentence = suffix_mismatch(Path(name), kind) or ""
    assert sentence.isascii()
    assert sentence == visible(sentence)


def test_every_kind_can_be_promised() -> None:
    """By its usual ending; a name without one promises nothing."""
    names = ("a.jpg", "a.png", "a.webp", "a.tif", "a.gif", "a.avif", "a.heic")
    assert tuple(format_from_suffix(Path(name)) for name in names) == FORMATS
    assert format_from_suffix(Path("a")) is None


# -- what is no regular file


@on_posix
@pytest.mark.parametrize(("what", "reason"), [
    ("pipe", "It is a pipe, not a regular file."),
    ("socket", "It is a socket, not a regular file."),
    ("device", "It is a device, not a regular file."),
    ("loop", "It is a link to itself."),
    ("dangling", "It is a link to a file that is not there."),
    ("folder", "It is a folder, not a regular file."),
])  # fmt: skip
def test_what_is_no_regular_file_is_named(
    what: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is opened: opening a pipe waits for its writer, and opening some devices does something."""
    path = tmp_path / "photo.jpg"
    if what == "pipe":
        os.mkfifo(path)
    elif what == "socket":
        monkeypatch.chdir(tmp_path)  # names of sockets must be short
        with socket.socket(socket.AF_UNIX) as own:
            own.bind(path.name)
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to({"device": Path("/dev/zero"), "loop": path, "dangling": tmp_path / "gone"}[what])
    with pytest.raises(UnreadablePhoto, match=reason) as caught:
        read_source(path, LIMITS)
    assert caught.value.hint == "Copy the photo itself here, and name that."


def test_a_name_too_long_for_the_system_is_answered(tmp_path: Path) -> None:
    """255 bytes are the most that a name may have; one more is told."""
    longest = tmp_path / ("n" * 251 + ".jpg")
    longest.write_bytes(JPEG)
    assert read_source(longest, LIMITS) == JPEG
    with pytest.raises(UnreadablePhoto, match=r"name is too long|cannot be opened"):
        read_source(tmp_path / ("n" * 252 + ".jpg"), LIMITS)


def test_a_link_to_a_photo_is_read(tmp_path: Path) -> None:
    """It is the photo under another name."""
    (tmp_path / "photo.jpg").write_bytes(JPEG)
    try:
        (tmp_path / "link.jpg").symlink_to(tmp_path / "photo.jpg")
    except OSError:
        pytest.skip("links need rights here")
    assert read_source(tmp_path / "link.jpg", LIMITS) == JPEG
    assert find_photos([tmp_path]).photos == (tmp_path / "link.jpg",)  # and stands for it, once


@on_posix
def test_where_a_path_leads(tmp_path: Path) -> None:
    """Links are followed to files and folders; what leads to no file keeps the name that people know it by."""
    (tmp_path / "photo.jpg").write_bytes(JPEG)
    for name, target in [("good", "photo.jpg"), ("loop", "loop"), ("dangling", "gone"), ("zero", "/dev/zero")]:
        (tmp_path / name).symlink_to(target)
    led = {name: real_path(tmp_path / name) for name in ("good", "loop", "dangling", "zero", "gone")}
    here = tmp_path.resolve()
    assert led == {"good": here / "photo.jpg", **{name: here / name for name in ("loop", "dangling", "zero", "gone")}}


# -- a file that changes


class Restless:
    """Changes a file each time that somebody has looked at it."""

    def __init__(self, path: Path, times: int) -> None:
        self.path, self.times, self.fstat = path, times, os.fstat

    def __call__(self, handle: int) -> os.stat_result:
        seen = self.fstat(handle)
        if self.times:
            self.times -= 1
            self.path.write_bytes(self.path.read_bytes() + b"more")
        return seen


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be half copied; what would be hashed is not what will stand there."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(JPEG)
    monkeypatch.setattr(os, "fstat", Restless(path, 99))
    with pytest.raises(UnreadablePhoto, match="It changed while it was read") as caught:
        read_source(path, LIMITS)
    assert caught.value.hint.startswith("Wait")


def test_a_file_that_has_come_to_rest_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One change is forgiven: the second reading is whole."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(JPEG)
    monkeypatch.setattr(os, "fstat", Restless(path, 1))
    assert read_source(path, LIMITS) == JPEG + b"more"


def test_a_file_of_the_same_size_with_another_time_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written over in place."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(JPEG)
    times = iter(range(1, 99))
    whole = os.fstat

    def touched(handle: int) -> os.stat_result:
        os.utime(path, ns=(0, next(times)))
        return whole(handle)

    monkeypatch.setattr(os, "fstat", touched)
    with pytest.raises(UnreadablePhoto, match="It changed while it was read"):
        read_source(path, LIMITS)


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    """Its size says enough: 1 TiB of nothing is refused at once."""
    path = tmp_path / "photo.jpg"
    try:
        with path.open("wb") as file:
            file.truncate(1024**4)
    except OSError:
        pytest.skip("this disk has no files with holes")
    with pytest.raises(UnreadablePhoto, match="larger than 256 MiB"):
        read_source(path, LIMITS)


# -- folders


def test_a_folder_named_like_a_photo_is_searched(tmp_path: Path) -> None:
    """What is in it counts; it is none itself."""
    inside = tmp_path / "album.jpg" / "photo.jpg"
    inside.parent.mkdir()
    inside.write_bytes(JPEG)
    (tmp_path / "empty.jpg").mkdir()
    assert find_photos([tmp_path]).photos == (inside,)
    assert find_photos([tmp_path / "empty.jpg"]).photos == ()


@on_posix
def test_folders_may_lie_very_deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deeper than Python's own stack."""
    monkeypatch.chdir(tmp_path)
    folders = [Path(*["d"] * depth) for depth in range(1, 1101)]
    for folder in folders:
        folder.mkdir()
    photo = folders[-1] / "photo.jpg"
    photo.write_bytes(JPEG)
    found = find_photos([Path()])
    photo.unlink()
    for folder in reversed(folders):  # whoever clears up after the test has Python's own stack
        folder.rmdir()
    assert found.photos == (photo,)


def test_a_folder_that_cannot_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Photos that nobody could see must not be passed over in silence; the folder is no damaged photo."""
    locked = tmp_path / "locked"
    locked.mkdir()
    (tmp_path / "photo.jpg").write_bytes(JPEG)
    scan = os.scandir

    def refusing(path: Path) -> object:
        if Path(path) == locked:
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr("imgvet.find_photos.search.os.scandir", refusing)
    found = find_photos([tmp_path])
    assert found.photos == (tmp_path / "photo.jpg",)
    assert found.unopened == (UnopenedFolder(locked, "Permission denied"),)


# -- words for the screen


@given(text=st.text(max_size=60))
def test_one_line_is_one_line_and_shows_all(text: str) -> None:
    """No control, no line end, nothing that turns text round; what can be seen stays."""
    shown = on_one_line(text)
    assert shown == visible(shown)
    assert len(shown.splitlines()) <= 1
    assert "\t" not in shown
    if text.isprintable():
        assert shown == visible(text)
