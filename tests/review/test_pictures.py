"""The pictures of the review page: what they show, from which bytes, and that nothing private is in them."""

import contextlib
import io
import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from support.commands import Imgvet, run_here
from support.pictures import landscape, portrait, save_photo
from support.review_page import Browser, ReviewPage, review_page
from support.shared import Shared

pytestmark = pytest.mark.slow

MARKER = b"PLANTED-WORDS-OF-THE-CAMERA"


def make_photos_of_people(folder: Path) -> None:
    """Three photos with a face, one without, and one that is broken; the faces' originals have planted metadata."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x9286] = MARKER.decode()
    exif[0x0112] = 6  # a quarter turn to the right
    for number in (1, 2, 3):
        picture = np.roll(portrait(), number * 8, axis=1)
        (folder / "photos").mkdir(exist_ok=True)
        Image.fromarray(np.rot90(picture)).save(folder / "photos" / f"{number}.jpg", quality=90, exif=exif)
    save_photo(folder / "photos" / "4.jpg", landscape())
    (folder / "photos" / "5.jpg").write_bytes((folder / "photos" / "4.jpg").read_bytes()[:900])
    channels = ("--channel", "flickr,x")
    said = run_here(("batch", "photos", "--out", "b", "--event", "Open Day", *channels), folder)
    assert said.code in (0, 4), said


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory, shared: Shared) -> Iterator[ReviewPage]:
    """A page whose batch nobody changes."""
    folder = tmp_path_factory.mktemp("still")
    shared.copied(make_photos_of_people, folder)
    with review_page(folder / "b") as started:
        yield started


@pytest.fixture(scope="module")
def reader(still: ReviewPage) -> Browser:
    """A browser of that page."""
    return still.browser()


@pytest.fixture
def batch(tmp_path: Path, shared: Shared) -> Path:
    shared.copied(make_photos_of_people, tmp_path)
    return tmp_path / "b"


def pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def face_box(browser: Browser, number: int = 1) -> tuple[int, int, int, int]:
    left, top, right, bottom = browser.photo(number)["faces"][0]["box"]
    return left, top, right, bottom


def inside(picture: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """The middle of a face, where it is hidden fully."""
    left, top, right, bottom = box
    across, down = (right - left) // 4, (bottom - top) // 4
    return picture[top + down : bottom - down, left + across : right - across]


def differs(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


def test_every_picture_is_a_plain_jpeg_that_browsers_do_not_keep(browser: Browser, batch: Path) -> None:
    originals = {path.read_bytes() for path in (batch.parent / "photos").iterdir()}
    for path in ("thumb/1", "face/1/1", "large/1", "thumb/4", "large/4"):
        answer = browser.get(f"/pictures/{path}?v=1")
        assert (answer.status, answer.header("content-type")) == (200, "image/jpeg"), path
        assert answer.header("cache-control") == "no-store"
        assert MARKER not in answer.body
        assert answer.body not in originals
        with Image.open(io.BytesIO(answer.body)) as image:
            assert not set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
            assert not image.getexif()


def test_a_large_picture_is_the_original_upright(browser: Browser, batch: Path) -> None:
    """As large as it is, and with an open face as the camera saw it."""
    answer = browser.get("/pictures/large/1")
    row = browser.photo(1)
    assert answer.header("x-imgvet-from") == "original"
    with Image.open(io.BytesIO(answer.body)) as image:
        assert image.size == (row["width"], row["height"])
    with Image.open(batch.parent / "photos" / row["original"]) as image:
        turned = np.asarray(image.transpose(Image.Transpose.ROTATE_270).convert("RGB")).astype(int)
    assert differs(pixels(answer.body), turned) < 4
    assert differs(inside(pixels(answer.body), face_box(browser)), inside(turned, face_box(browser))) < 6


def test_a_hidden_face_is_hidden_at_once_and_shown_again_once_it_is_reopened(
    imgvet: Imgvet, batch: Path, browser: Browser
) -> None:
    """Also between the answer and ``finish``, and after it; the address by which pages tell pictures apart changes."""
    before, mark = pixels(browser.get("/pictures/large/1").body), browser.photo(1)["picture"]
    box = face_box(browser)
    imgvet("decide", batch, "1:1", "redact", "--by", "A. Officer")
    wait_until_read(browser, batch)
    hidden = pixels(browser.get("/pictures/large/1").body)
    assert differs(inside(before, box), inside(hidden, box)) > 25
    assert browser.photo(1)["picture"] != mark
    imgvet("finish", batch)
    wait_until_read(browser, batch)
    for path in ("large/1", "face/1/1", "thumb/1"):
        assert browser.get(f"/pictures/{path}").status == 200
    assert differs(inside(hidden, box), inside(pixels(browser.get("/pictures/large/1").body), box)) < 4
    crop = pixels(browser.get("/pictures/face/1/1").body)
    middle = crop[crop.shape[0] // 3 : -crop.shape[0] // 3, crop.shape[1] // 3 : -crop.shape[1] // 3]
    assert differs(middle, inside(before, box).mean(axis=(0, 1))) > 0
    imgvet("decide", batch, "1:1", "reopen", "--by", "A. Officer")
    wait_until_read(browser, batch)
    assert differs(inside(before, box), inside(pixels(browser.get("/pictures/large/1").body), box)) < 4


def test_a_hidden_face_is_hidden_in_the_small_pictures_too_before_any_finish(browser: Browser) -> None:
    """The preview and the crop that vetting took show it; what is sent after the answer does not."""
    row = browser.photo(1)
    shares = [side / row["width"] for side in row["faces"][0]["box"]]
    before, crop = (pixels(browser.get(f"/pictures/{path}/1").body) for path in ("thumb", "face/1"))
    wide = before.shape[1]
    left, top, right, bottom = (round(share * wide) for share in shares)
    browser.told("/api/decide", {"kind": "redact", "faces": [[1, 1]], "keys": [row["faces"][0]["key"]], "seen": 99})
    after, crop_after = (pixels(browser.get(f"/pictures/{path}/1").body) for path in ("thumb", "face/1"))
    assert before.shape == after.shape
    assert differs(inside(before, (left, top, right, bottom)), inside(after, (left, top, right, bottom))) > 25
    corner = (slice(0, before.shape[0] // 10), slice(0, wide // 10))
    assert differs(before[corner], after[corner]) < 6
    assert differs(crop, crop_after) > 10


def test_a_picture_of_a_face_is_of_the_face_that_was_meant(browser: Browser) -> None:
    """Its number may be another's by now."""
    key = browser.photo(1)["faces"][0]["key"]
    assert browser.get(f"/pictures/face/1/1?of={key}").status == 200
    assert browser.get("/pictures/face/1/1?of=1,2,3,4").status == 404


def wait_until_read(browser: Browser, batch: Path) -> None:
    """Until the page knows the whole log of the batch."""
    for _ in range(300):
        with contextlib.closing(sqlite3.connect(batch / "private" / "batch.db")) as database:
            (entries,) = database.execute("SELECT count(*) FROM decisions").fetchone()
        if browser.told("/api/photos")["seq"] == entries:
            return
        time.sleep(0.05)
    raise AssertionError("the page did not read the batch again")


def test_another_file_in_the_place_of_the_original_is_not_shown(batch: Path, browser: Browser) -> None:
    """The clean file is, and the page says why; without it the preview."""
    name = browser.photo(1)["original"]
    original = batch.parent / "photos" / name
    save_photo(original, landscape())
    answer = browser.get("/pictures/large/1")
    assert answer.header("x-imgvet-from") == "clean file"
    assert "changed since it was vetted" in answer.header("x-imgvet-note")
    assert browser.told("/api/large/1")["from"] == "clean file"
    original.unlink()
    next((batch / "held").glob("*-001.jpg")).unlink()
    answer = browser.get("/pictures/large/2")
    assert answer.header("x-imgvet-from") == "original"


def test_without_original_and_clean_file_the_preview_is_shown(batch: Path, browser: Browser) -> None:
    shutil.rmtree(batch.parent / "photos")
    for file in (batch / "held").glob("*.jpg"):
        file.unlink()
    answer = browser.get("/pictures/large/1")
    assert (answer.status, answer.header("x-imgvet-from")) == (200, "preview")
    assert str(batch.parent) not in answer.header("x-imgvet-note")
    assert answer.body == browser.get("/pictures/thumb/1").body


@pytest.mark.parametrize("path", ["thumb/99", "face/1/9", "large/99", "large/x", "published/1/nowhere", "large/5"])
def test_what_is_not_there_is_refused_in_plain_words(reader: Browser, path: str) -> None:
    answer = reader.get(f"/pictures/{path}")
    assert answer.status == 404, answer.body
    assert b"/" not in answer.body.partition(b"<p>")[2].partition(b"</p>")[0]


def test_a_face_that_somebody_added_is_drawn_from_the_original(imgvet: Imgvet, batch: Path, browser: Browser) -> None:
    imgvet("decide", batch, "4", "--add-face", "10%,10%,40%,50%", "--by", "A. Officer")
    wait_until_read(browser, batch)
    faces = browser.photo(4)["faces"]
    answer = browser.get(f"/pictures/face/4/{faces[-1]['number']}")
    assert (answer.status, answer.header("x-imgvet-from")) == (200, "original")


def test_what_is_shown_as_published_is_what_finish_writes(imgvet: Imgvet, batch: Path, browser: Browser) -> None:
    """Byte by byte, in both channels: a face that is hidden, another's picture under licence, words of its own."""
    imgvet("decide", batch, "1:1", "redact", "--by", "A. Officer")
    imgvet("decide", batch, "2:1", "redact", "--by", "A. Officer")
    imgvet("caption", batch, "2", "--title", "The band plays", "--by", "A. Officer")
    imgvet("decide", batch, "3:1", "not-a-face", "--by", "A. Officer")
    imgvet("caption", batch, "4", "--caption", "The park at noon", "--by", "A. Officer")
    wait_until_read(browser, batch)
    shown, told = dict[tuple[int, str], bytes](), dict[tuple[int, str], str]()
    for number in (1, 2, 3, 4):
        for channel in ("flickr", "x"):
            answer = browser.get(f"/pictures/published/{number}/{channel}")
            assert answer.status == 200, answer.body
            shown[number, channel] = answer.body
            told[number, channel] = answer.header("x-imgvet-from")
            about = browser.told(f"/api/published/{number}/{channel}")
            assert about["bytes"] == len(answer.body)
    assert told[1, "flickr"] == told[2, "x"] == told[4, "flickr"] == "made for this view"
    assert told[3, "flickr"] == "published file"  # nothing that shapes it has changed
    before = sorted(path.name for path in (batch / "held").rglob("*.*"))
    assert browser.told("/api/published/1/flickr")["ready"]
    assert sorted(path.name for path in (batch / "held").rglob("*.*")) == before
    imgvet("finish", batch)
    for (number, channel), data in shown.items():
        written = [*(batch / channel).glob(f"*-00{number}.*"), *(batch / "held").rglob(f"*-00{number}.*")]
        assert data in [path.read_bytes() for path in written], (number, channel)
    assert (batch / "flickr" / "open-day-001.jpg").read_bytes() == shown[1, "flickr"]
    assert (batch / "x" / "open-day-002.jpg").read_bytes() == shown[2, "x"]


def test_another_file_in_the_place_of_the_original_is_not_shown_as_published(
    imgvet: Imgvet, batch: Path, browser: Browser
) -> None:
    """Nobody has looked at it, so no answer is about it."""
    imgvet("decide", batch, "1:1", "redact", "--by", "A. Officer")
    wait_until_read(browser, batch)
    save_photo(batch.parent / "photos" / browser.photo(1)["original"], portrait())
    assert browser.get("/pictures/published/1/flickr").status == 404
    assert browser.told("/api/published/1/flickr")["note"] == (
        "Its original has changed since it was vetted. Finish vets it again."
    )


def test_it_says_what_keeps_a_photo_from_being_published(reader: Browser) -> None:
    about = reader.told("/api/published/1/flickr")
    assert not about["ready"]
    assert any("face" in sentence.lower() for sentence in about["keeps"])
    assert reader.told("/api/published/4/flickr") | {"bytes": 0} == {
        "from": "published file", "note": "", "type": "image/jpeg", "bytes": 0, "ready": True, "keeps": [],
    }  # fmt: skip


def test_a_broken_photo_has_a_reason_in_place_of_a_picture(reader: Browser) -> None:
    about = reader.told("/api/published/5/flickr")
    assert about["from"] == "none"
    assert about["note"]


def test_who_asks_for_the_same_meanwhile_gets_the_same(reader: Browser) -> None:
    with ThreadPoolExecutor(8) as together:
        answers = list(together.map(lambda _: reader.get("/pictures/large/2"), range(8)))
    assert len({answer.body for answer in answers}) == 1
    assert {answer.status for answer in answers} == {200}


def test_two_workers_at_most_and_no_picture_library_in_the_server(still: ReviewPage, reader: Browser) -> None:
    with ThreadPoolExecutor(8) as together:
        list(together.map(lambda number: reader.get(f"/pictures/large/{number}"), [1, 2, 3, 4] * 2))
    server = psutil.Process(still.process.pid)
    workers = [each for each in server.children() if "spawn_main" in " ".join(each.cmdline())]
    assert 1 <= len(workers) <= 2
    if sys.platform == "linux":
        loaded = Path(f"/proc/{server.pid}/maps").read_text()
        assert not [name for name in ("cv2", "numpy", "onnxruntime", "/PIL/") if name in loaded]


def folders_of_workers(batch: Path) -> list[Path]:
    return list((batch / "private").glob("pictures-*"))


def test_nothing_is_left_on_the_disk(batch: Path) -> None:
    with review_page(batch) as page:
        browser = page.browser()
        browser.get("/pictures/published/1/flickr")
        assert len(folders_of_workers(batch)) == 1
        assert [path for path in folders_of_workers(batch)[0].rglob("*.jpg") if path.is_file()] == []
        assert page.end()[0] == 0
    assert folders_of_workers(batch) == []


def test_what_a_killed_server_left_is_cleared_away_and_its_workers_end(batch: Path) -> None:
    with review_page(batch) as page:
        page.browser().get("/pictures/large/1")
        workers = psutil.Process(page.process.pid).children(recursive=True)
        os.kill(page.process.pid, signal.SIGKILL)
        page.process.wait()
    _, left = psutil.wait_procs(workers, timeout=30)
    assert not left
    assert len(folders_of_workers(batch)) == 1
    (folders_of_workers(batch)[0] / "files" / "left.jpg").write_bytes(b"x")
    before = folders_of_workers(batch)
    with review_page(batch) as page:
        page.browser().get("/pictures/large/1")
        assert len(folders_of_workers(batch)) == 1
        assert folders_of_workers(batch) != before


def test_a_second_server_leaves_the_folder_of_the_first_alone(batch: Path, page: ReviewPage, browser: Browser) -> None:
    browser.get("/pictures/large/1")
    first = folders_of_workers(batch)
    with review_page(batch) as second:
        second.browser().get("/pictures/large/1")
        assert len(folders_of_workers(batch)) == 2
    assert browser.get("/pictures/published/2/flickr").status == 200
    assert set(first) <= set(folders_of_workers(batch))
