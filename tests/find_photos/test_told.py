"""What the commands say of what they pass over, and what they do where a folder cannot be opened."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.commands import Imgvet
from support.pictures import landscape, save_photo

COMMANDS = (("inspect", "photos"), ("prove", "photos"), ("strip", "photos"), ("check", "photos"),
            ("batch", "photos", "--out", "b", "--event", "Open Day"))  # fmt: skip


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A folder with one photo to vet, its RAW file and sidecar, and a bin."""
    folder = tmp_path / "photos"
    photo = save_photo(folder / "IMG_1.JPG", landscape()).read_bytes()
    for number in (1, 2, 3):
        save_photo(folder / "$RECYCLE.BIN" / "S-1-5-21" / f"$R{number}.jpg", landscape())
    (folder / "IMG_1.CR2").write_bytes(b"II*\0\x10\0\0\0CR\x02\0" + bytes(104))
    (folder / "IMG_1.xmp").write_text("<x/>")
    for number in range(5):
        (folder / f"notes {number}.txt").write_text("words")
    assert photo
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.usefixtures("card")
def test_every_command_that_searches_folders_says_what_it_passes_over(imgvet: Imgvet, words: tuple[str, ...]) -> None:
    """One line a kind, on stderr; no photo of a bin and no RAW file is looked at."""
    ran = imgvet(*words)
    assert ran.code == (4 if words[0] == "prove" else 0)
    assert [line for line in ran.err.splitlines() if line.startswith("Skipped: ")] == [
        "Skipped: 3 deleted photos in a bin ($RECYCLE.BIN). To vet them anyway, name the folder.",
        "Skipped: 1 sidecar file (IMG_1.xmp).",
        "Skipped: 5 files that are not pictures (notes 0.txt, notes 1.txt, notes 2.txt and 2 more).",
        "Skipped: 1 RAW file beside its JPEG or other picture (IMG_1.CR2).",
    ]
    assert "$R1" not in ran.out + ran.err
    if words[0] == "batch":
        assert " 1 to vet" in ran.err


@pytest.mark.slow
def test_a_second_batch_of_the_same_folder_takes_the_originals_alone(imgvet: Imgvet, tmp_path: Path) -> None:
    """Clean copies, stripped copies, held files and contact sheets of earlier runs would be marked twice."""
    save_photo(tmp_path / "IMG_1.jpg", landscape())
    for words in (("batch", ".", "--out", "first", "--event", "E"), ("check", "."), ("strip", "."),
                  ("strip", ".", "--out", "elsewhere/imgvet-stripped")):  # fmt: skip
        assert imgvet(*words).code == 0
    (tmp_path / "first").rename(tmp_path / "another name")
    ran = imgvet("batch", ".", "--out", "second", "--event", "E", "--json")
    assert [Path(line["photo"]).name for line in ran.lines] == ["IMG_1.jpg"]
    assert "pictures that imgvet wrote (another name, imgvet-ready, imgvet-stripped)" in ran.err
    refused = imgvet("check", "second")
    assert (refused.code, refused.out) == (2, "")
    assert "'second' is a batch that imgvet wrote." in refused.err


@pytest.mark.parametrize("words", [("inspect",), ("strip",)], ids=lambda words: words[0])
def test_a_folder_that_cannot_be_opened_is_told_as_that(
    imgvet: Imgvet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Not as damaged, and not as one without photos; the rest is done, and the exit code says that something failed."""
    save_photo(tmp_path / "photos" / "a.jpg", landscape())
    (tmp_path / "photos" / "locked").mkdir()
    scan = os.scandir

    def refusing(path: Path) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr("imgvet.find_photos.search.os.scandir", refusing)
    ran = imgvet(*words, "photos")
    assert ran.code == 4
    assert "a.jpg" in ran.out
    assert "The folder 'photos/locked' cannot be opened (Permission denied): its files were not read." in ran.err
    alone = imgvet(*words, "photos/locked")
    assert alone.code == 4
    assert "The folder 'photos/locked' cannot be opened (Permission denied)." in alone.err
    for word in ("no photos", "damaged", "Traceback"):
        assert word not in ran.err + alone.err


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("setpriv") is None, reason="an administrator may open all")
def test_what_may_not_be_opened_is_told_as_that_in_a_real_process(tmp_path: Path) -> None:
    """A folder, and a photo in it, named by themselves: neither is missing, nor damaged, nor without photos."""
    save_photo(tmp_path / "locked" / "a.jpg", landscape())
    (tmp_path / "locked").chmod(0)
    before = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    for words in (("check", "locked"), ("check", "locked/a.jpg"), ("inspect", "locked/a.jpg"), ("status", "locked")):
        command = [*before, sys.executable, "-m", "imgvet", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
        said = done.stdout + done.stderr
        assert done.returncode == 4, (words, said)
        assert "ermission" in said
        for word in ("no photos", "no file", "damaged", "Errno", "Traceback"):
            assert word not in said, words
    (tmp_path / "locked").chmod(0o700)


def test_where_nothing_is_left_the_reasons_are_told_first(imgvet: Imgvet, tmp_path: Path) -> None:
    """So that nobody wonders where the photos are."""
    save_photo(tmp_path / "photos" / ".Trashes" / "a.jpg", landscape())
    ran = imgvet("check", "photos")
    assert ran.code == 2
    assert "Skipped: 1 deleted photo in a bin (.Trashes)" in ran.err
    assert "There are no photos there." in ran.err
