"""The picture with numbered faces that check writes: what it shows, who may see it, and when it goes."""

import hashlib
import re
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from imgvet.batch.check_answers import ShownFaces
from imgvet.decisions import Answer
from imgvet.encode.numbered_faces import numbered_preview
from imgvet.geometry import Box
from imgvet.photo import Face, Photo, PublicMetadata
from imgvet.proof.prove import prove
from imgvet.reports.check_preview import PREVIEWS_FOLDER, remove_check_preview, write_check_preview
from support.commands import Imgvet
from support.pictures import PLANTED, landscape, mirrored, portrait, save_photo

BY = ("--by", "A. Officer")
PICTURE = numbered_preview(landscape(), Photo("a", width=1200, height=800))


@pytest.mark.slow
def test_it_is_private_proven_and_named(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """For its owner alone, without a word of the original in it; the answer and --json name it."""
    save_photo(tmp_path / "Open day.jpg", portrait())
    ran = imgvet_process("check", "Open day.jpg")
    folder = tmp_path / "imgvet-check"
    picture = folder / "Open day-faces.jpg"
    assert "The faces with their numbers: imgvet-check/Open day-faces.jpg (private)" in ran.out
    assert sorted(path.name for path in folder.iterdir()) == ["Open day-faces.jpg", "README.txt"]
    assert "Private: do not share." in (folder / "README.txt").read_text()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    proof = prove(picture.read_bytes(), thorough=True)
    assert (proof.proven, proof.public) == (True, PublicMetadata())
    assert b"PLANTED" not in picture.read_bytes()
    (told,) = imgvet_process("check", "Open day.jpg", "--json").lines
    assert told["preview"] == "imgvet-check/Open day-faces.jpg"
    assert [face["where"] for face in told["faces"]] == ["top"]
    assert told["not_looked_at"] == ["a child"]
    assert PLANTED not in str(told)


@pytest.mark.slow
def test_it_is_replaced_and_goes_with_the_yes(imgvet: Imgvet, tmp_path: Path) -> None:
    """One picture a photo, under whatever name; the folder goes with the last; hidden faces are hidden in it."""
    save_photo(tmp_path / "two.jpg", np.hstack([portrait(), mirrored()]))
    assert imgvet("check", "two.jpg").code == 1
    first = (tmp_path / "imgvet-check" / "two-faces.jpg").read_bytes()
    shutil.copy(tmp_path / "two.jpg", tmp_path / "again.jpg")
    assert imgvet("check", "again.jpg", "--redact", "1", *BY).code == 1
    assert sorted(path.name for path in (tmp_path / "imgvet-check").glob("*.jpg")) == ["again-faces.jpg"]
    second = (tmp_path / "imgvet-check" / "again-faces.jpg").read_bytes()
    before, after = (cv2.imdecode(np.frombuffer(each, np.uint8), cv2.IMREAD_GRAYSCALE) for each in (first, second))
    assert before is not None
    assert after is not None
    half = before.shape[1] // 2
    changed = np.abs(before.astype(int) - after)
    assert changed[:, :half].mean() > 5 * changed[:, half:].mean()
    assert imgvet("check", "two.jpg", "--redact", "2", *BY).code == 0
    assert not (tmp_path / "imgvet-check").exists()


@pytest.mark.slow
def test_no_command_takes_photos_from_its_folder(imgvet: Imgvet, tmp_path: Path) -> None:
    """By its name, and by what is in it where it has another name."""
    save_photo(tmp_path / "a.jpg", portrait())
    assert imgvet("check", "a.jpg").code == 1
    assert len(imgvet("check", ".", "--json").lines) == 1
    (tmp_path / "imgvet-check").rename(tmp_path / "kept")
    ran = imgvet("check", ".", "--json")
    assert len(ran.lines) == 1
    assert re.search(r"Skipped: 1 picture that imgvet wrote \(.*kept\)", ran.err)
    (tmp_path / "kept" / "README.txt").unlink()
    assert len(imgvet("check", ".", "--json").lines) == 2


def test_two_photos_of_one_name_have_two_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None replaces that of another photo; odd names become plain ones."""
    monkeypatch.chdir(tmp_path)
    odd = ("x/a.jpg", "y/a.jpg", "\x1b[2Ja\u202e.jpg", ".jpg", "é" * 300 + ".jpg")
    written = [write_check_preview(Path(name), PICTURE, None) for name in odd]
    names = [each.name for each in written if each]
    assert names[:2] == ["a-faces.jpg", "a-2-faces.jpg"]
    assert len(set(names)) == 5
    assert all(name.isprintable() and len(name.encode()) < 120 for name in names)


@pytest.mark.parametrize("picture", [
    b"", b"no picture", PICTURE[:-2], PICTURE + b"more", PICTURE[:2] + b"\xff\xfe\x00\x08SECRET" + PICTURE[2:],
    b"\x89PNG\r\n\x1a\n",
])  # fmt: skip
def test_what_is_no_plain_jpeg_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: bytes) -> None:
    """A worker that a file had taken over could send anything."""
    monkeypatch.chdir(tmp_path)
    assert write_check_preview(Path("a.jpg"), picture, None) is None
    assert list(tmp_path.iterdir()) == []


def test_only_its_own_picture_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody has put in its place stays, and so do other files in the folder."""
    monkeypatch.chdir(tmp_path)
    written = write_check_preview(Path("a.jpg"), PICTURE, None)
    assert written is not None
    digest = hashlib.sha256(PICTURE).hexdigest()
    shown = ShownFaces((Face(1, Box(1, 1, 2, 2), 1.0),), tmp_path / written, digest)
    (tmp_path / written).write_bytes(b"another")
    remove_check_preview(shown)
    assert (tmp_path / written).read_bytes() == b"another"
    (tmp_path / written).write_bytes(PICTURE)
    (PREVIEWS_FOLDER / "note.txt").write_text("mine")
    remove_check_preview(shown)
    assert not (tmp_path / written).exists()
    assert (PREVIEWS_FOLDER / "note.txt").read_text() == "mine"
    remove_check_preview(shown)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["link", "file"])
def test_something_else_in_the_place_of_the_folder_is_not_used(imgvet: Imgvet, tmp_path: Path, kind: str) -> None:
    """A link would put the picture where others may see it."""
    (tmp_path / "shared").mkdir()
    if kind == "link":
        (tmp_path / "imgvet-check").symlink_to("shared")
    else:
        (tmp_path / "imgvet-check").write_text("x")
    save_photo(tmp_path / "a.jpg", portrait())
    ran = imgvet("check", "a.jpg")
    assert ran.code == 1
    assert "The picture with the numbers could not be written. 'imgvet-check' is not a folder." in ran.out
    assert "Face 1 (top): needs a release form" in ran.out
    assert imgvet("check", "a.jpg", "--json").lines[0]["preview"] is None
    assert imgvet("check", "a.jpg", "--redact", "1", *BY).code == 0
    assert list((tmp_path / "shared").iterdir()) == []


def test_likely_and_possible_faces_are_told_apart() -> None:
    """A whole frame round a likely face, a dashed one round a possible one, another colour for an answered one."""
    grey = np.full((640, 1280, 3), 128, np.uint8)
    boxes = Box(50, 100, 200, 300), Box(350, 100, 500, 300)

    def frame(face: Face) -> int:
        """How many pixels of the frame's left side are drawn."""
        data = numbered_preview(grey, Photo("a", width=1280, height=640, faces=(face,)))
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        side = picture[face.box.top : face.box.bottom, face.box.left]
        return int((np.abs(side.astype(int) - 128).max(axis=1) > 40).sum())

    likely, possible = frame(Face(1, boxes[0], 0.9)), frame(Face(2, boxes[1], 0.1, possible=True))
    assert likely > 190
    assert 60 < possible < 150


def test_no_number_hides_another() -> None:
    """Faces close together have their numbers side by side."""
    boxes = (Box(200, 200, 212, 280), Box(216, 200, 228, 280))

    def of_tone(*faces: Face) -> int:
        """Pixels in the colour of a face that is answered."""
        photo = Photo("a", width=1280, height=640, faces=faces)
        data = numbered_preview(np.full((640, 1280, 3), 128, np.uint8), photo)
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        return int((np.abs(picture.astype(int) - (125, 115, 0)).max(axis=2) < 40).sum())

    answered = Face(11, boxes[0], 0.9, resolved=Answer("staff"))
    alone, beside = of_tone(answered), of_tone(answered, Face(22, boxes[1], 0.9))
    assert alone - beside < 40  # a tag has several hundred


@pytest.mark.slow
def test_two_checks_at_once_leave_one_picture(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """None is left that no record names, because nothing would ever remove it."""
    save_photo(tmp_path / "two.jpg", np.hstack([portrait(), mirrored()]))
    with ThreadPoolExecutor(2) as both:
        ran = list(both.map(lambda face: imgvet_process("check", "two.jpg", "--redact", face, *BY), ("1", "2")))
    assert {each.code for each in ran} <= {0, 1}
    assert len(list((tmp_path / "imgvet-check").glob("*.jpg"))) <= 1
    assert imgvet_process("check", "two.jpg").code == 0
    assert not (tmp_path / "imgvet-check").exists()
