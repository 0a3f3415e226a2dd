"""What has come into watched folders and is wholly there, on a clock that the test sets."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image

from imgvet.formats.wholeness import is_whole
from imgvet.watching.arrivals import Arrivals
from support.picture_writers import saved
from support.pictures import landscape

WHOLE = saved(Image.fromarray(landscape(1)[:90, :120]), "JPEG")


class Watched:
    """Two folders that are watched, and the clock by which."""

    def __init__(self, place: Path) -> None:
        self.a, self.b = place / "a", place / "b"
        self.a.mkdir()
        self.b.mkdir()
        self.now = 0.0
        self.read = list[str]()
        self.arrivals = Arrivals([self.a, self.b], self.a / "batch", self.read_whole, lambda: self.now)

    def read_whole(self, paths: Sequence[Path]) -> Mapping[Path, bool]:
        self.read += [path.name for path in paths]
        return {path: is_whole(path.read_bytes()) for path in paths}

    def handful(self, after: float = 0) -> list[str]:
        """The photos that are vetted at that moment, which they are."""
        self.now += after
        now = self.arrivals.look()
        if not now.may_start:
            return []
        self.arrivals.handed_over(now.new)
        return [path.name for path in now.new]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_a_photo_counts_once_it_is_at_rest_and_once_only(watched: Watched) -> None:
    (watched.a / "1.jpg").write_bytes(WHOLE)
    (watched.a / "batch" / "private").mkdir(parents=True)
    (watched.a / "batch" / "held.jpg").write_bytes(WHOLE)  # imgvet's own
    assert watched.handful() == []
    assert watched.handful(2) == []
    assert watched.handful(2) == ["1.jpg"]
    assert watched.handful(60) == []
    assert watched.read == ["1.jpg"]
    (watched.a / "1.jpg").write_bytes(WHOLE + b"edited")
    assert watched.handful(60) == []
    assert watched.handful(4) == ["1.jpg"]


def test_a_file_that_is_still_copied_is_not_touched(watched: Watched) -> None:
    """However long its copy stands still; and those beside it wait a moment for it, because it may belong to them."""
    half = watched.a / "IMG_E1.jpg"
    half.write_bytes(WHOLE[:400])
    (watched.a / "IMG_1.jpg").write_bytes(WHOLE)
    watched.handful()
    assert watched.handful(4) == []
    half.write_bytes(WHOLE[:800])
    assert watched.handful(4) == []
    half.write_bytes(WHOLE)
    assert watched.handful(4) == []
    assert watched.handful(4) == ["IMG_E1.jpg"]  # which is the edited version


def test_a_copy_that_stands_still_keeps_nobody_waiting_and_is_told(watched: Watched) -> None:
    half = watched.a / "half.jpg"
    half.write_bytes(WHOLE[:-2] + b"\0\0")  # its size is there already, its end is not
    (watched.a / "whole.jpg").write_bytes(WHOLE)
    watched.handful()
    assert watched.handful(16) == ["whole.jpg"]
    assert watched.arrivals.look().incomplete == ()
    assert watched.handful(60) == []
    assert watched.arrivals.look().incomplete == (half,)
    before = half.stat()
    half.write_bytes(WHOLE)  # filled without a trace
    os.utime(half, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert watched.handful(20) == ["half.jpg"]
    assert watched.arrivals.look().incomplete == ()


def test_photos_that_keep_coming_are_vetted_at_the_latest_after_a_minute(watched: Watched) -> None:
    handfuls = []
    for number in range(40):
        (watched.b / f"{number:02}.jpg").write_bytes(WHOLE)
        handfuls.append(watched.handful(2))
    assert [len(each) for each in handfuls if each] == [31]


def test_a_photo_of_the_batch_that_is_written_again_is_waited_for(watched: Watched) -> None:
    """A run looks at it, whatever it is told to vet."""
    (watched.a / "1.jpg").write_bytes(WHOLE)
    watched.handful()
    assert watched.handful(4) == ["1.jpg"]
    for number in range(40):
        (watched.a / "1.jpg").write_bytes(WHOLE + bytes(number))
        (watched.b / f"{number}.jpg").write_bytes(WHOLE)
        assert watched.handful(2) == []
    assert len(watched.handful(4)) == 41


def test_a_folder_that_goes_away_is_told_and_handed_over_again_when_it_is_back(watched: Watched) -> None:
    """A run may have met it half there. The other folder goes on meanwhile."""
    (watched.a / "1.jpg").write_bytes(WHOLE)
    watched.handful()
    assert watched.handful(4) == ["1.jpg"]
    away = watched.a.rename(watched.a.with_name("away"))
    (watched.b / "2.jpg").write_bytes(WHOLE)
    assert watched.arrivals.look().gone == (watched.a,)
    assert watched.handful(4) == ["2.jpg"]
    away.rename(watched.a)
    assert watched.arrivals.look().gone == ()
    assert watched.handful(4) == ["1.jpg"]
    shutil.rmtree(watched.a)
    shutil.rmtree(watched.b)
    assert watched.arrivals.look().gone == (watched.a, watched.b)


def test_the_empty_place_of_a_drive_is_not_the_drive(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told by another device; an empty folder of the same one is there."""
    (watched.a / "1.jpg").write_bytes(WHOLE)
    assert watched.arrivals.look().gone == ()
    (watched.a / "1.jpg").unlink()
    assert watched.arrivals.look().gone == ()
    watched.arrivals._devices[watched.a] += 1  # where a drive was before
    assert watched.arrivals.look().gone == (watched.a,)


def test_a_sidecar_that_comes_later_brings_its_photo_again(watched: Watched) -> None:
    (watched.a / "1.jpg").write_bytes(WHOLE)
    watched.handful()
    assert watched.handful(4) == ["1.jpg"]
    (watched.a / "1.xmp").write_text("<x:xmpmeta/>")
    assert watched.handful(1) == []
    assert watched.handful(4) == ["1.jpg"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_the_end_of_each_format_is_told(kind: str) -> None:
    """A whole file reaches it; one that is cut anywhere does not, nor one that is still filled up from zeros."""
    data = saved(Image.fromarray(landscape(2)[:120, :160]), kind)
    assert is_whole(data)
    assert is_whole(data + b"\0" * 3 if kind in ("JPEG", "PNG", "GIF") else data)
    for part in (0.02, 0.3, 0.6, 0.97):
        cut = data[: int(len(data) * part)]
        assert not is_whole(cut), (kind, part)
        filled = cut + bytes(len(data) - len(cut))
        assert not is_whole(filled) or kind == "TIFF" or len(data) - len(cut) < 512, (kind, part)


def test_what_has_no_end_that_is_known_counts_as_whole() -> None:
    """Rest is all that shows it; a file of nothing is none yet."""
    assert is_whole(b"FUJIFILMCCD-RAW 0201" + bytes(100))
    assert is_whole(b"no picture at all")
    assert not is_whole(b"")
    assert not is_whole(bytes(100_000))
