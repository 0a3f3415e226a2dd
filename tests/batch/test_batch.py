"""The main job, as its users run it: real photos, real processes, the folder that comes out."""

import hashlib
import io
import os
import sqlite3
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from imgvet.batch.store import create_or_open, exclusive_lock, open_batch
from imgvet.proof.prove import prove
from support.commands import Imgvet, run_and_kill, run_process
from support.declaring import declaring
from support.folders import names, public_files, rows
from support.forms import signed
from support.pictures import four_photos, landscape, portrait, save_photo
from support.shared import Shared

pytestmark = pytest.mark.slow

EVENT = ("--event", "Open Day at Tŷ Mawr", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
STEM = "open-day-at-ty-mawr"


def outside_private(batch: Path) -> list[Path]:
    return [batch / name for name in public_files(batch)]


def digests(batch: Path) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in public_files(batch).items()}


def four_photos_vetted(folder: Path) -> None:
    four_photos(folder / "photos")
    assert run_process(("batch", "photos", "--out", "b", *EVENT), folder).code == 4  # the broken file


@pytest.fixture
def vetted_photos(shared: Shared, tmp_path: Path) -> Path:
    """The four photos, and beside them the batch ``b`` in which they were vetted."""
    shared.copied(four_photos_vetted, tmp_path)
    return tmp_path / "photos"


def test_the_batch_folder(imgvet_process: Imgvet, photos: Path, tmp_path: Path) -> None:
    """Ready photos stand in flickr/, the others in held/, the failed one nowhere; the papers tell of all of them."""
    ran = imgvet_process("batch", photos, "--out", "open-day", *EVENT, "--tags", "café", "--tags", "open day")
    assert ran.code == 4  # a file failed
    assert ran.out == ""
    batch = tmp_path / "open-day"
    papers = ["checklist-compact.html", "checklist.csv", "checklist.html", "checklist.xlsx", "contact-sheet-1.jpg"]
    assert names(batch) == [*papers, "flickr", "held", "private"]
    assert names(batch / "flickr") == ["flickr.csv", f"{STEM}-002.jpg", f"{STEM}-004.png"]
    assert names(batch / "held") == [f"{STEM}-003.jpg"]
    sheet = rows(batch / "flickr" / "flickr.csv")
    assert [row["file"] for row in sheet] == [f"{STEM}-002.jpg", f"{STEM}-004.png"]
    assert [row["title"] for row in sheet] == ["Open Day at Tŷ Mawr (2)", "Open Day at Tŷ Mawr (4)"]
    assert sheet[0]["description"].endswith("https://www.example.org/open-day")
    assert sheet[0]["tags"] == 'café "open day"'
    assert sheet[0]["album"] == "Open Day at Tŷ Mawr"
    assert sheet[0]["safety"] == "safe"
    for row in sheet:
        assert row["sha256"] == hashlib.sha256((batch / "flickr" / row["file"]).read_bytes()).hexdigest()
    faces = rows(batch / "checklist.csv")
    assert [(row["photo"], row["face"], row["open"]) for row in faces if row["face"]] == [("3", "1", "open")]
    page = (batch / "checklist.html").read_text(encoding="utf-8")
    assert "Office use only" in page
    assert "not for publication" in page
    assert f"{STEM}-003.jpg" in page
    assert (batch / "contact-sheet-1.jpg").read_bytes().startswith(b"\xff\xd8\xff")
    for words in (
        "2  ready",
        "1  release",
        "1  failed",
        "1 face still needs a release form or another decision: photo 3",
        "Next: ",
    ):
        assert words in ran.err


def test_nothing_private_leaves(vetted_photos: Path, tmp_path: Path) -> None:
    """No planted word stands in any file outside private/, compressed or not; every picture passes the proof."""
    for path in outside_private(tmp_path / "b"):
        data = path.read_bytes()
        if path.suffix in (".jpg", ".png") and path.name != "contact-sheet-1.jpg":
            assert prove(data).problems == ()
        if path.suffix == ".png":
            data += zlib.decompress(b"".join(chunk for chunk in idat(data)))
        assert b"PLANTED" not in data, path
        assert "PLANTED" not in path.name
        assert "PLANTED".encode("utf-16-le") not in data
    originals = rows(tmp_path / "b" / "private" / "originals.csv")
    assert [(row["photo"], Path(row["original"]).name) for row in originals] == [
        ("1", "broken.jpg"),
        ("2", "PLANTED-NAME landscape.jpg"),
        ("3", "portrait.jpg"),
        ("4", "poster.png"),
    ]


def idat(data: bytes) -> list[bytes]:
    chunks, at = [], 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IDAT":
            chunks.append(data[at + 8 : at + 8 + length])
        at += 12 + length
    return chunks


def test_run_again_it_gives_the_same_folder_and_vets_nothing_twice(
    imgvet: Imgvet, vetted_photos: Path, tmp_path: Path
) -> None:
    """The second run keeps what stands; only the broken file is tried again."""
    before = digests(tmp_path / "b")
    ran = imgvet("batch", vetted_photos, "--out", "b", *EVENT)
    assert "Photos: 1 to vet, 3 done before." in ran.err
    assert digests(tmp_path / "b") == before


def test_two_folders_of_the_same_photos_differ_in_nothing_public(
    imgvet_process: Imgvet, photos: Path, tmp_path: Path
) -> None:
    """Without redaction nothing in a clean file depends on chance, time or the number of workers."""
    imgvet_process("batch", photos, "--out", "a", *EVENT, "--workers", "1")
    imgvet_process("batch", photos, "--out", "b", *EVENT, "--workers", "3")
    for kind in ("flickr", "held"):
        first = {name: digest for name, digest in digests(tmp_path / "a").items() if name.startswith(kind)}
        assert first == {name: digest for name, digest in digests(tmp_path / "b").items() if name.startswith(kind)}


def test_another_mark_under_the_same_name_vets_again(imgvet: Imgvet, tmp_path: Path) -> None:
    """Who draws a new logo and runs the batch again finds it on every photo."""
    save_photo(tmp_path / "photos" / "a.jpg", landscape())
    (tmp_path / "imgvet.toml").write_text("[marks.copyright]\nimage = 'logo.png'\ntext = ''\n")
    for colour in ((200, 0, 0, 255), (0, 200, 0, 255)):
        Image.new("RGBA", (80, 20), colour).save(tmp_path / "logo.png")
        assert "1 to vet" in imgvet("batch", "photos", "--out", "b", *EVENT).err
    assert "1 done before" in imgvet("batch", "photos", "--out", "b", *EVENT).err


def test_new_photos_join_and_damaged_files_are_written_again(
    imgvet: Imgvet, vetted_photos: Path, tmp_path: Path
) -> None:
    """Numbers that were given stay; a clean file that somebody changed is not trusted."""
    before = digests(tmp_path / "b")
    save_photo(vetted_photos / "another.jpg", landscape(2))
    (tmp_path / "b" / "flickr" / f"{STEM}-002.jpg").write_bytes(b"somebody was here")
    ran = imgvet("batch", vetted_photos, "--out", "b", *EVENT)
    assert "Photos: 3 to vet, 2 done before." in ran.err
    after = digests(tmp_path / "b")
    assert f"flickr/{STEM}-005.jpg" in after
    changed = {name for name in before if after[name] != before[name]}
    sheets = {"checklist.csv", "checklist.xlsx"}  # which have a row for each photo
    assert changed == {"contact-sheet-1.jpg", "checklist.html", "flickr/flickr.csv"} | sheets


def test_contact_sheets_of_an_earlier_run_are_removed_and_nothing_else_is(
    imgvet: Imgvet, vetted_photos: Path, tmp_path: Path
) -> None:
    """Those of a larger batch, and the one sheet that versions before 0.7 wrote; what people keep there stays."""
    batch = tmp_path / "b"
    kept = ["contact-sheet-1-signed.jpg", "contact-sheet-01.jpg", "contact-sheet-2.jpg.bak", "my contact-sheet-2.jpg"]
    for name in (*kept, "contact-sheet.jpg", "contact-sheet-2.jpg", "contact-sheet-11.jpg"):
        (batch / name).write_bytes(b"as it was")
    ran = imgvet("finish", "b")
    assert [name for name in names(batch) if "contact" in name] == sorted(["contact-sheet-1.jpg", *kept])
    assert f"b{os.sep}contact-sheet-1.jpg, b{os.sep}flickr" in ran.err


@pytest.mark.parametrize("which", ["all", "unreleased"])
def test_hidden_faces_make_a_photo_ready(imgvet: Imgvet, vetted_photos: Path, tmp_path: Path, which: str) -> None:
    """After --redact the portrait stands in flickr/, its face hidden there and in every other picture of the batch."""
    why = ("--change-profile", "--by", "A. Officer", "--note", "no forms will come")
    ran = imgvet("batch", vetted_photos, "--out", "b", *EVENT, "--redact", which, *why)
    batch = tmp_path / "b"
    assert names(batch / "held") == []
    assert names(batch / "flickr") == ["flickr.csv", f"{STEM}-002.jpg", f"{STEM}-003.jpg", f"{STEM}-004.png"]
    assert "2 to vet, 2 done before" in ran.err  # photos without faces are as they were
    published = cv2.imread(str(batch / "flickr" / f"{STEM}-003.jpg"), cv2.IMREAD_COLOR_RGB)
    assert published is not None
    face = np.asarray(published[70:170, 185:265], np.int16)
    assert np.abs(face - portrait()[70:170, 185:265]).mean() > 20
    database = sqlite3.connect(batch / "private" / "batch.db")
    for (picture,) in database.execute(
        "SELECT picture FROM crops WHERE number = 3 UNION SELECT preview FROM photos WHERE number = 3"
    ):
        shown = cv2.cvtColor(np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")), cv2.COLOR_RGB2GRAY)
        original = cv2.cvtColor(portrait()[57:180, 177:273], cv2.COLOR_RGB2GRAY)
        best = max(
            float(cv2.matchTemplate(shown, cv2.resize(original, None, fx=scale, fy=scale), cv2.TM_CCOEFF_NORMED).max())
            for scale in (0.6, 0.8, 1.0)
        )
        assert best < 0.7
    database.close()


def test_a_police_batch_waits_for_the_declaration(imgvet: Imgvet, photos: Path, tmp_path: Path) -> None:
    """Nothing is ready until somebody declares; the name is kept with the time, and covers only what was there."""
    police = (*EVENT, "--profile", "west-midlands-police")
    imgvet("batch", photos, "--out", "b", *police)
    batch = tmp_path / "b"
    assert names(batch / "flickr") == ["flickr.csv"]
    ran = declaring(imgvet, "batch", photos, "--out", "b", *police, by="A. Officer")
    assert "3 done before" in ran.err  # moved, not made again
    assert names(batch / "flickr") == ["flickr.csv", f"{STEM}-002.jpg", f"{STEM}-004.png"]
    assert "A. Officer" in (batch / "checklist.html").read_text(encoding="utf-8")
    database = sqlite3.connect(batch / "private" / "batch.db")
    assert {by for (by,) in database.execute("SELECT by FROM decisions WHERE kind = 'declare'")} == {"A. Officer"}
    database.close()
    save_photo(photos / "later.jpg", landscape(3))
    imgvet("batch", photos, "--out", "b", *police)
    assert f"{STEM}-005.jpg" in names(batch / "held")
    for path in outside_private(batch):
        if path.name not in ("checklist.html",):
            assert b"A. Officer" not in path.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_run_that_is_killed_goes_on_to_the_same_folder(imgvet: Imgvet, tmp_path: Path) -> None:
    """Killed in the middle and started again, the batch ends as one that was never disturbed."""
    for number in range(6):
        save_photo(tmp_path / "photos" / f"{number}.jpg", landscape(number))
    save_photo(tmp_path / "photos" / "face.jpg", portrait())
    imgvet("batch", "photos", "--out", "whole", *EVENT)
    words = ("batch", "photos", "--out", "killed", *EVENT, "--workers", "1")
    run_and_kill(words, tmp_path, b"2 of 7 vetted")
    (tmp_path / "killed" / "private" / "work" / "an-earlier-event-009.jpg").write_bytes(b"never placed")
    (tmp_path / "killed" / "checklist.html.unfinished").write_text("half a page")  # killed while the papers are written
    assert 1 <= len(names(tmp_path / "killed" / "held")) < 7
    assert names(tmp_path / "killed" / "flickr") == []
    ran = imgvet("batch", "photos", "--out", "killed", *EVENT)
    assert ran.code == 0
    assert "done before" in ran.err
    whole, again = digests(tmp_path / "whole"), digests(tmp_path / "killed")
    own = {"checklist.csv", "checklist.xlsx"}  # the key of their first row is made from the secret of each batch
    assert set(whole) == set(again)
    assert {name for name in whole if whole[name] != again[name]} <= own
    (first, *others), (first_again, *others_again) = (
        rows(tmp_path / name / "checklist.csv") for name in ("whole", "killed")
    )
    assert others == others_again
    assert first | {"key": ""} == first_again | {"key": ""}
    assert list((tmp_path / "killed").rglob("*.unfinished")) == []
    assert names(tmp_path / "killed" / "private" / "work") == []


def test_hostile_files_cost_only_themselves(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """RAW, a bomb, an empty file, a text, a FIFO: each fails with its reason, and the photo beside them is vetted."""
    folder = tmp_path / "photos"
    save_photo(folder / "good.jpg", landscape())
    (folder / "camera.nef").write_bytes(
        b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x03\x00\x03\x00\x00\x00\x01\x87\x99\x00\x00"
    )
    Image.new("1", (20000, 20000)).save(folder / "bomb.png")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "letter.jpg").write_text("Dear Sir")
    (folder / "evil\x1b[31m\u202egpj.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing")
    if sys.platform != "win32":
        os.mkfifo(folder / "pipe.jpg")
    ran = imgvet_process("batch", folder, "--out", "b", "--event", "Hostile", "--json")
    assert ran.code == 4
    errors = {Path(line["photo"]).name: line["error"] for line in ran.lines}
    assert errors.pop("good.jpg") is None
    assert "RAW" in errors["camera.nef"]
    assert "400 megapixels" in errors["bomb.png"]
    assert "empty" in errors["empty.jpg"]
    assert "plain text" in errors["letter.jpg"]
    assert all(errors.values())
    assert names(tmp_path / "b" / "flickr") == ["flickr.csv", "hostile-005.jpg"]
    assert "\x1b[31m" not in ran.err + ran.out
    assert "\u202e" not in ran.err


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has file names that are no text")
def test_names_that_are_no_text_are_taken(imgvet: Imgvet, tmp_path: Path) -> None:
    """A file name in an old encoding is a photo like any other, also when the batch is run again."""
    save_photo(tmp_path / "photos" / "good.jpg", landscape())
    odd = os.fsencode(tmp_path / "photos") + b"/caf\xe9 \xff.jpg"
    other = save_photo(tmp_path / "other.jpg", landscape(2))
    with open(odd, "wb") as file:  # noqa: PTH123 - the name is bytes
        file.write(other.read_bytes())
    for _ in range(2):
        ran = imgvet("batch", "photos", "--out", "b", *EVENT, "--json")
        assert ran.code == 0
        assert {line["photo"] for line in ran.lines} == {"photos/good.jpg", "photos/caf\\xe9 \\xff.jpg"}
        assert all((tmp_path / line["output"]).is_file() for line in ran.lines)
    assert "2 done before" in ran.err
    assert imgvet("check", "photos").code == 0


def test_further_pages_are_told_and_left_behind(imgvet: Imgvet, tmp_path: Path) -> None:
    """Only the first picture of an animation goes out, and the answer says so."""
    frames = [Image.fromarray(landscape(seed)).resize((300, 200)) for seed in (2, 3, 4)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    ran = imgvet("check", "a.gif")
    assert ran.code == 0
    assert "Only the first of 3 pictures in the file is used." in ran.out


def test_one_batch_at_a_time(imgvet_process: Imgvet, vetted_photos: Path, tmp_path: Path) -> None:
    """Two people cannot work on one folder at once; the second is told to wait, and can go on afterwards."""
    before = digests(tmp_path / "b")
    folder = open_batch(tmp_path / "b")
    with exclusive_lock(folder):
        for words in (("batch", vetted_photos, "--out", "b", *EVENT), ("finish", "b")):
            second = imgvet_process(*words)
            assert second.code == 2
            assert "Another imgvet is working" in second.err
    folder.database.close()
    assert digests(tmp_path / "b") == before
    assert imgvet_process("finish", "b").code == 4  # the broken file


def test_a_folder_of_something_else_is_left_alone(imgvet: Imgvet, photos: Path, tmp_path: Path) -> None:
    """imgvet never writes among files that are not its own."""
    ran = imgvet("batch", photos, "--out", photos, *EVENT)
    assert ran.code == 2
    assert "something other than a batch" in ran.err
    assert imgvet("status", photos).code == 2
    assert imgvet("batch", tmp_path / "none", "--out", "b", *EVENT).code == 2
    (tmp_path / "void").mkdir()
    ran = imgvet("batch", tmp_path / "void", "--out", "b", *EVENT)
    assert ran.code == 2
    assert "no photos there" in ran.err
    assert not (tmp_path / "b").exists()


def test_a_batch_that_was_never_begun_says_so(imgvet: Imgvet, tmp_path: Path) -> None:
    """Killed between making the folder and writing down what was asked, it can still be run again."""
    create_or_open(tmp_path / "b").database.close()
    for words in (("finish", "b"), ("decide", "b", "1", "exclude", "--note", "x", "--by", "A. Officer")):
        ran = imgvet(*words)
        assert ran.code == 2
        assert "was never started" in ran.err
    save_photo(tmp_path / "a.jpg", landscape())
    assert imgvet("batch", "a.jpg", "--out", "b", *EVENT).code == 0


def test_a_stranger_in_flickr_is_pointed_out(imgvet: Imgvet, vetted_photos: Path, tmp_path: Path) -> None:
    """A file that somebody dropped there would be uploaded with the rest."""
    (tmp_path / "b" / "flickr" / "IMG_0001.jpg").write_bytes((vetted_photos / "portrait.jpg").read_bytes())
    ran = imgvet("status", "b")
    assert "was not vetted: IMG_0001.jpg" in ran.err


def test_records_keep_kinds_of_data_and_no_values(imgvet: Imgvet, tmp_path: Path) -> None:
    """Nothing that a file says of itself but its rights gets into the database, the log or JSON, no name of a field."""
    words = PngInfo()
    words.add_text("PLANTED-FIELD", "OFFICIAL")
    words.add_text("Camera Owner", "PLANTED-OWNER")
    (tmp_path / "photos").mkdir()
    Image.fromarray(landscape()).save(tmp_path / "photos" / "a.png", pnginfo=words)
    save_photo(tmp_path / "photos" / "b.jpg", landscape())
    ran = imgvet("batch", "photos", "--out", "b", *EVENT, "--json")
    assert {"text", "owner"} <= set(ran.lines[0]["removed"]) | set(ran.lines[1]["removed"])
    assert "official-marking" in {finding["rule"] for line in ran.lines for finding in line["findings"]}
    assert "PLANTED" not in ran.out + ran.err
    assert not [path for path in (tmp_path / "b").rglob("*") if path.is_file() and b"PLANTED" in path.read_bytes()]


def test_a_partial_picture_waits_for_a_person(imgvet: Imgvet, tmp_path: Path) -> None:
    """Half a photo fails; where the profile allows what is left, somebody must answer for it before it goes out."""
    whole = save_photo(tmp_path / "whole.jpg", landscape()).read_bytes()
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) * 2 // 3])
    (line,) = imgvet("batch", "half.jpg", "--out", "strict", *EVENT, "--json").lines
    assert line["verdict"] == "failed"
    (tmp_path / "partial.toml").write_text("[limits]\npartial_pictures = true\n")
    (line,) = imgvet("batch", "half.jpg", "--out", "b", *EVENT, "--profile", "partial.toml", "--json").lines
    assert line["verdict"] == "ask"
    assert [finding["rule"] for finding in line["findings"]] == ["partial-picture"]
    assert names(tmp_path / "b" / "flickr") == ["flickr.csv"]
    imgvet("decide", "b", "1", "answer", "partial-picture", "--by", "A. Officer", "--note", "The sky is missing.")
    imgvet("finish", "b")
    assert names(tmp_path / "b" / "flickr") == ["flickr.csv", f"{STEM}-001.jpg"]
    assert prove((tmp_path / "b" / "flickr" / f"{STEM}-001.jpg").read_bytes(), thorough=True).proven


def test_originals_are_never_changed(imgvet_process: Imgvet, photos: Path) -> None:
    """Bytes and times of the originals are as they were."""
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in photos.iterdir()}
    imgvet_process("batch", photos, "--out", "b", *EVENT, "--redact", "all")
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in photos.iterdir()} == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_private_is_for_its_owner_only(shared: Shared) -> None:
    """Nobody else on the machine can look into private/."""
    folder, _ = shared.made(four_photos_vetted)
    assert (folder / "b" / "private").stat().st_mode & 0o077 == 0
    assert (folder / "b" / "private" / "batch.db").stat().st_mode & 0o077 == 0


def test_status_says_what_waits_for_what(imgvet: Imgvet, vetted_photos: Path) -> None:
    """The worst photo decides the exit code; --json holds one object a photo."""
    ran = imgvet("status", "b", "--json")
    assert ran.code == 4
    assert [line["verdict"] for line in ran.lines] == ["failed", "ready", "release", "ready"]
    assert "1 face needs a release form" in ran.err


def test_decisions_are_applied_by_finish(imgvet: Imgvet, vetted_photos: Path, tmp_path: Path) -> None:
    """A release moves the photo, reopening takes it back, refusing blocks it, redacting hides the face and frees it."""
    held, flickr = tmp_path / "b" / "held", tmp_path / "b" / "flickr"
    name = shown = f"{STEM}-003.jpg"
    before = (held / name).read_bytes()
    signed(tmp_path, "WMP-2026-014", event="open day  at TŶ MAWR")
    ran = imgvet("decide", "b", "3:1", "release", "WMP-2026-014", "--by", "A. Officer")
    assert ran.code == 0
    assert "Next: imgvet finish b" in ran.err
    assert name in names(held)  # until finish
    assert imgvet("finish", "b").code == 4  # the broken file
    assert (flickr / shown).read_bytes() == before  # not made again
    assert rows(tmp_path / "b" / "checklist.csv")[0]["open"].startswith("Nothing is open")
    assert imgvet("checklist", "b", "--all").code == 0
    assert "release WMP-2026-014" in [row["open"] for row in rows(tmp_path / "b" / "checklist.csv")]
    imgvet("decide", "b", "portrait.jpg:all", "reopen", "--by", "A. Officer")
    imgvet("finish", "b")
    assert name in names(held)
    imgvet("decide", "b", f"{STEM}-003:1", "refused", "--by", "A. Officer", "--note", "PLANTED-REASON")
    assert "because the person refused" in imgvet("finish", "b").err
    assert name in names(held)
    imgvet("decide", "b", "3:1", "redact", "--by", "A. Officer")
    imgvet("finish", "b")
    assert pixels(flickr / shown) != pixels_of(before)
    for path in outside_private(tmp_path / "b"):
        data = path.read_bytes()
        assert b"PLANTED-REASON" not in data
        assert b"A. Officer" not in data
        if "flickr" in path.parts or path.suffix == ".jpg":
            assert b"WMP-2026-014" not in data


def pixels(file: Path) -> bytes:
    return pixels_of(file.read_bytes())


def pixels_of(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).tobytes()


def test_finish_goes_on_without_the_originals(imgvet: Imgvet, vetted_photos: Path, tmp_path: Path) -> None:
    """What needs no original is done without it; what needs it waits and says so."""
    imgvet("decide", "b", "3:1", "redact", "--by", "A. Officer")
    vetted_photos.rename(tmp_path / "away")
    ran = imgvet("finish", "b")
    assert "3 unchanged (original missing)" in ran.err
    assert f"{STEM}-003.jpg" in names(tmp_path / "b" / "held")
    (tmp_path / "away").rename(vetted_photos)
    imgvet("finish", "b")
    assert f"{STEM}-003.jpg" in names(tmp_path / "b" / "flickr")


CANNOT_BE_DECIDED = [
    (("3:2", "redact"), "There is no face 2 in photo 3. It has 1."),
    (("9", "exclude", "--note", "x"), "There is no photo '9'"),
    (("3", "redact"), "cannot be decided for a photo"),
    (("3:1", "staff"), "Allowed are release, redact, not-identifiable, not-a-face, refused or reopen"),
    (("3:1", "not-identifiable"), "needs a reason"),
    (("3:1", "release"), "needs the reference"),
    (("1", "exclude", "--note", "x"), "Photo 1 failed"),
    (("2", "answer", "people-named", "--note", "x"), "asks nothing about photo 2"),
    (("2", "answer", "nonsense", "--note", "x"), "There is no rule 'nonsense'"),
]  # fmt: skip


def test_what_cannot_be_decided_is_refused_whole(imgvet: Imgvet, vetted_photos: Path, tmp_path: Path) -> None:
    """The message says what may be decided, and nothing is taken down."""
    for words, message in CANNOT_BE_DECIDED:
        ran = imgvet("decide", "b", *words, "--by", "A. Officer")
        assert ran.code == 2, words
        assert message in ran.err.replace("\n", " ")
    database = sqlite3.connect(tmp_path / "b" / "private" / "batch.db")
    assert database.execute("SELECT count(*) FROM decisions WHERE by <> 'imgvet'").fetchone() == (0,)
    database.close()
