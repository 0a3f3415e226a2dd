"""Photos in an S3 bucket: found, numbered, vetted, gone on with, and shown on the page as those of a folder are."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imgvet.batch.store import open_batch
from imgvet.errors import StorageError, UnreadablePhoto, UsageError
from imgvet.find_photos import find_photos
from imgvet.source_files import Nearby, fetch, file_stamp, is_remote, listed, store_address
from support.commands import Imgvet
from support.dask_cluster import clean_files, dask_cluster
from support.pictures import landscape, portrait, save_photo
from support.s3_server import BUCKET, put, s3_server

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="the server is started as on Unix")]

PHOTOS = ("1.jpg", "2 ÄÖ.jpg", "none.jpg")
WORDS = ("--event", "Open Day", "--workers", "1")


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    with s3_server() as store:
        yield store


@pytest.fixture
def store(server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The server without what another test has put there."""
    yield server
    for path in server.find(BUCKET):
        server.rm(path)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    save_photo(folder / "1.jpg", landscape()[:300, :400])
    save_photo(folder / "2 ÄÖ.jpg", portrait())
    (folder / "none.jpg").write_text("not a picture")
    (folder / "1.xmp").write_text("<x:xmpmeta/>")
    (folder / "notes.txt").write_text("not a picture")
    return folder


def test_a_bucket_is_vetted_like_a_folder_on_a_cluster_and_here(
    store: Any, photos: Path, tmp_path: Path, imgvet: Imgvet
) -> None:
    """Nothing is vetted twice, and what has changed in the bucket is vetted again."""
    address = put(store, photos)
    with dask_cluster(tmp_path / "dask") as cluster:
        cluster.add_worker()
        far = imgvet("batch", address, "--out", "b", *WORDS, "--engine", "dask", "--scheduler", cluster.address)
    assert far.code == 4, far.err
    assert "3 to vet" in far.err
    assert "notes.txt" in far.err
    found = open_batch(tmp_path / "b").snapshot().photos
    assert [each.source for each in found] == [f"s3:/{BUCKET}/day/{name}" for name in sorted(PHOTOS)]
    sent = [hashlib.sha256((photos / name).read_bytes()).hexdigest() for name in sorted(PHOTOS)[:2]]
    assert [each.source_sha256 for each in found if not each.error] == sent
    before = clean_files(tmp_path / "b")
    assert len(before) == 2

    store.pipe(f"{BUCKET}/day/1.jpg", save_photo(tmp_path / "new.jpg", landscape(2)[:300, :400]).read_bytes())
    here = imgvet("batch", "b")
    assert f"Photos from: {address}" in here.err
    assert "2 to vet" in here.err, here.err  # the one that has changed, and the file that is no picture
    assert here.code == 4
    now = clean_files(tmp_path / "b")
    assert sum(before[name] == now.get(name) for name in before) == 1


def test_objects_are_found_told_apart_and_brought_here(store: Any, photos: Path, tmp_path: Path) -> None:
    address = put(store, photos)
    found = find_photos([Path(address)])
    assert [each.name for each in found.photos] == ["1.jpg", "2 ÄÖ.jpg", "none.jpg"]
    assert store_address(found.photos[1]) == f"{address}/2 ÄÖ.jpg"
    assert {each.kind.one for each in found.skipped if each.paths[0].suffix == ".xmp"}
    stamp = file_stamp(found.photos[0])
    store.pipe(f"{BUCKET}/day/1.jpg", b"another")
    assert file_stamp(found.photos[0]) == stamp  # for as long as a listing counts
    assert find_photos([found.photos[0]]).photos == (found.photos[0],)
    assert file_stamp(found.photos[0]) not in ("", stamp)
    assert file_stamp(Path("s3://photos/day/nothing.jpg")) == ""
    (tmp_path / "here").mkdir()
    assert fetch(found.photos[0], tmp_path / "here", 1).read_bytes() == b"another"
    store.pipe(f"{BUCKET}/day/large.jpg", b"x" * (2 * 1024 * 1024))
    with pytest.raises(UnreadablePhoto, match="larger than 1 MiB"):
        fetch(Path(address, "large.jpg"), tmp_path / "here", 1)
    with pytest.raises(UnreadablePhoto, match="not there any more"):
        fetch(Path(address, "nothing.jpg"), tmp_path / "here", 1)
    with Nearby(1, lambda _: [Path(address, "1.xmp")]) as nearby:
        places = dict(nearby.ahead([*found.photos, photos / "1.jpg"], Path))
        assert {path.name for path in places[found.photos[0]].parent.iterdir()} == {"1.jpg", "1.xmp"}
        assert places[photos / "1.jpg"] == photos / "1.jpg"
        nearby.drop(photos / "1.jpg")
        nearby.drop(places[found.photos[0]])
        assert not places[found.photos[0]].parent.exists()
    assert (photos / "1.jpg").exists()
    assert not places[found.photos[1]].exists()


def test_what_is_wrong_with_a_store_is_said(store: Any) -> None:
    with pytest.raises(UsageError, match=r"There is nothing at 's3://photos/nowhere'"):
        find_photos([Path("s3://photos/nowhere")])
    store.pipe(f"{BUCKET}/a//b.jpg", b"x")
    with pytest.raises(StorageError, match="has a name that imgvet cannot use"):
        listed(Path(f"s3://{BUCKET}"))


@pytest.mark.parametrize(("path", "remote"), [
    ("s3://bucket/a.jpg", True), ("s3:/bucket/a.jpg", True), ("s3:", False), ("s3/bucket", False), ("C:/a.jpg", False),
    ("/s3:/bucket", False), ("file:///etc/passwd", False), ("https://host/a.jpg", False),
])  # fmt: skip
def test_only_stores_that_imgvet_knows_are_addresses(path: str, remote: bool) -> None:
    assert is_remote(path) is remote
    assert is_remote(Path(path)) is remote
