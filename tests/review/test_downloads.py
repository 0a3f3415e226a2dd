"""What may be downloaded from the page: only what is proven and may be published at that moment, and the papers."""

import csv
import http.client
import io
import os
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from imgvet.review.zip_stream import ZipEntry, ZipStream, zip_size
from support.commands import Imgvet, run_here
from support.pictures import landscape, portrait, save_photo
from support.review_page import Browser, review_page
from support.shared import Shared

pytestmark = pytest.mark.slow


def make_batch_to_download(folder: Path) -> None:
    """Two channels; two photos that may be published, and one that may not."""
    save_photo(folder / "photos" / "1.jpg", landscape())
    save_photo(folder / "photos" / "2.jpg", np.flipud(landscape()))
    save_photo(folder / "photos" / "3.jpg", portrait())
    done = run_here(("batch", "photos", "--out", "b", "--event", "Open Day", "--channel", "flickr,x"), folder)
    assert done.code == 0, done


@pytest.fixture
def batch(tmp_path: Path, shared: Shared) -> Path:
    shared.copied(make_batch_to_download, tmp_path)
    return tmp_path / "b"


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory, shared: Shared) -> Path:
    """A batch that nobody changes."""
    folder = tmp_path_factory.mktemp("still")
    shared.copied(make_batch_to_download, folder)
    return folder / "b"


@pytest.fixture(scope="module")
def reader(still: Path) -> Iterator[Browser]:
    """A browser of its page."""
    with review_page(still) as started:
        yield started.browser()


def zipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_who_asks_for_the_head_of_something_long_waits_for_nothing(reader: Browser) -> None:
    whole, head = reader.get("/download/flickr.zip"), reader.send("HEAD", "/download/flickr.zip")
    assert (head.status, head.body) == (200, b"")
    assert head.header("content-length") == whole.header("content-length") == str(len(whole.body))
    assert reader.send("HEAD", "/api/events").status == 200


def test_a_channel_is_one_zip_as_its_folder_is(still: Path, reader: Browser) -> None:
    """The same names and bytes, with its table; stored, without any further data, the same each time."""
    for channel in ("flickr", "x"):
        answer = reader.get(f"/download/{channel}.zip")
        assert answer.status == 200
        assert answer.header("content-type") == "application/zip"
        assert answer.header("cache-control") == "no-store"
        assert int(answer.header("content-length")) == len(answer.body)
        assert answer.header("content-disposition") == f'attachment; filename="open-day-{channel}.zip"'
        there = {path.name: path.read_bytes() for path in (still / channel).iterdir()}
        assert zipped(answer.body) == there
        assert len(there) == 3
        assert reader.get(f"/download/{channel}.zip").body == answer.body
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            for each in archive.infolist():
                assert (each.compress_type, each.extra, each.comment) == (zipfile.ZIP_STORED, b"", b"")
                assert each.date_time == (1980, 1, 1, 0, 0, 0)


def test_a_photo_that_was_withdrawn_meanwhile_is_not_in_it(imgvet: Imgvet, batch: Path, browser: Browser) -> None:
    """Also before ``finish`` has taken it back, and it is not in the table either."""
    imgvet("decide", batch, "1", "exclude", "--note", "wrong day", "--by", "A. Officer")
    files = zipped(browser.get("/download/flickr.zip").body)
    assert sorted(files) == ["flickr.csv", "open-day-002.jpg"]
    rows = list(csv.DictReader(io.StringIO(files["flickr.csv"].decode("utf-8-sig"))))
    assert [row["file"] for row in rows] == ["open-day-002.jpg"]
    imgvet("decide", batch, "2", "exclude", "--note", "wrong day", "--by", "A. Officer")
    answer = browser.get("/download/flickr.zip")
    assert (answer.status, b"PK" in answer.body) == (422, False)


def test_a_file_that_somebody_replaced_is_not_in_it(batch: Path, browser: Browser) -> None:
    (batch / "flickr" / "open-day-001.jpg").write_bytes((batch.parent / "photos" / "1.jpg").read_bytes())
    (batch / "flickr" / "added.jpg").write_bytes(b"never vetted")
    assert sorted(zipped(browser.get("/download/flickr.zip").body)) == ["flickr.csv", "open-day-002.jpg"]


def test_a_file_that_is_replaced_unseen_breaks_the_download_off(batch: Path, browser: Browser) -> None:
    """With the size and time of before: its bytes are read before any of them leave."""
    file = batch / "flickr" / "open-day-002.jpg"
    there, before = file.read_bytes(), file.stat()
    planted = b"PLANTED-BYTES"
    file.write_bytes(there[: -len(planted)] + planted)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    try:
        body = browser.get("/download/flickr.zip").body
    except (http.client.IncompleteRead, ConnectionError) as problem:
        body = getattr(problem, "partial", b"")
    assert planted not in body
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(body))


def test_an_altered_record_lets_nothing_leave(batch: Path, browser: Browser) -> None:
    with sqlite3.connect(batch / "private" / "batch.db") as database:
        database.execute("UPDATE photos SET record = replace(record, '\"width\":', '\"width\":1') WHERE number = 1")
    database.close()
    answer = browser.get("/download/flickr.zip")
    assert answer.status != 200 or "open-day-001.jpg" not in zipped(answer.body)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("checklist.html", "text/html; charset=utf-8"),
        ("checklist-compact.html", "text/html; charset=utf-8"),
        ("checklist.csv", "text/csv; charset=utf-8"),
        ("checklist.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("contact-sheet-1.jpg", "image/jpeg"),
    ],
)
def test_the_papers_are_downloads(still: Path, reader: Browser, name: str, kind: str) -> None:
    answer = reader.get(f"/download/papers/{name}")
    assert (answer.status, answer.header("content-type")) == (200, kind)
    assert answer.header("content-disposition") == f'attachment; filename="{name}"'
    assert answer.header("cache-control") == "no-store"
    assert answer.body == (still / name).read_bytes()
    assert name in reader.told("/api/finish")["now"]["papers"]


@pytest.mark.parametrize(
    "path",
    [
        "papers/batch.db", "papers/private%2Fbatch.db", "papers/..%2Fphotos%2F1.jpg", "papers/originals.csv",
        "papers/contact-sheet-9.jpg", "papers/flickr", "private.zip", "held.zip", "..%2Fprivate.zip",
    ],
)  # fmt: skip
def test_nothing_else_can_be_downloaded(reader: Browser, path: str) -> None:
    answer = reader.get(f"/download/{path}")
    assert answer.status == 404, answer.body
    assert b"PLANTED" not in answer.body


def test_a_paper_that_is_a_link_is_not_followed(batch: Path, browser: Browser) -> None:
    (batch / "checklist.csv").unlink()
    (batch / "checklist.csv").symlink_to(batch / "private" / "originals.csv")
    assert browser.get("/download/papers/checklist.csv").status == 404


def test_nothing_private_is_in_a_zip(reader: Browser) -> None:
    assert b"PLANTED" not in reader.get("/download/flickr.zip").body


def test_a_zip_of_many_files_is_read_by_others() -> None:
    """More than 65,535 files need the longer lists of ZIP64."""
    stream, entries = ZipStream(), [ZipEntry(f"photo-{number:05d}.jpg", number % 7) for number in range(66_000)]
    data = b"".join([*(stream.file(each, b"x" * each.size) for each in entries), stream.end()])
    assert len(data) == zip_size(entries)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.namelist()) == 66_000
        assert archive.read("photo-65999.jpg") == b"x" * (65_999 % 7)


def test_a_zip_beyond_four_gibibytes_says_where_its_files_are() -> None:
    stream = ZipStream()
    first = stream.file(ZipEntry("a.jpg", 3), b"abc")
    stream._at += 5 * 1024**3  # as if so much had been sent
    second = stream.file(ZipEntry("b.jpg", 3), b"def")
    end = stream.end()

    class Sparse(io.RawIOBase):
        """The file, with a hole in place of what was never made."""

        at = 0
        pieces = ((0, first), (len(first) + 5 * 1024**3, second + end))

        def seekable(self) -> bool:
            return True

        def readable(self) -> bool:
            return True

        def seek(self, offset: int, whence: int = 0) -> int:
            size = self.pieces[1][0] + len(self.pieces[1][1])
            self.at = {0: 0, 1: self.at, 2: size}[whence] + offset
            return self.at

        def tell(self) -> int:
            return self.at

        def read(self, size: int = -1) -> bytes:
            for start, data in self.pieces:
                if start <= self.at < start + len(data):
                    piece = data[self.at - start :][: size if size >= 0 else None]
                    self.at += len(piece)
                    return piece
            return b""

    with zipfile.ZipFile(Sparse()) as archive:
        assert archive.read("b.jpg") == b"def"
    assert zip_size([ZipEntry("a", 4 * 1024**3 - 1), ZipEntry("b", 1), ZipEntry("c", 1)]) > 4 * 1024**3


def test_a_file_of_another_size_than_was_said_is_refused() -> None:
    with pytest.raises(ValueError, match="has 3 bytes, not 4"):
        ZipStream().file(ZipEntry("a.jpg", 4), b"abc")
