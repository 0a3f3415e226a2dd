"""The sample pictures hold what their table says, are described, small, and can be made again."""

import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "sample_images"
sys.path.insert(0, str(ROOT))

from sample_images.make import SAMPLES, Sample  # noqa: E402 - the folder is no package of imgvet

pytestmark = pytest.mark.slow

NOT_DECODABLE = {"broken.jpg", "not-a-picture.jpg"}
EVERY_SAMPLE = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    subprocess.run([sys.executable, str(FOLDER / "make.py"), str(folder)], check=True, capture_output=True)
    return folder


def pictures_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file() and path.suffix not in {".py", ".md", ".pyc"}}


def inflated(png: bytes) -> Iterator[bytes]:
    """What the compressed text chunks of a PNG say."""
    at = 8
    while at + 8 <= len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        data = png[at + 8 : at + 8 + length]
        if kind in {b"zTXt", b"iTXt"}:
            yield zlib.decompress(data[data.index(b"\x78\x9c") :])
        at += 12 + length
        if kind == b"IEND":
            return


def everything_in(path: Path) -> bytes:
    """The file's name, bytes, compressed texts, and colours under transparency; zero bytes left out for UTF-16."""
    data = path.read_bytes()
    found = [path.name.encode(), data, data.replace(b"\0", b"")]
    if path.suffix == ".png":
        found += inflated(data)
        with Image.open(path) as image:
            if image.mode == "RGBA":
                found.append(np.asarray(image)[..., :3].tobytes())
    return b"\n".join(found)


@EVERY_SAMPLE
def test_every_word_of_the_table_is_in_the_committed_file(sample: Sample) -> None:
    """A search for the planted words proves nothing unless they are really there to begin with."""
    content = everything_in(FOLDER / sample.name)
    assert sample.markers
    assert [marker for marker in sample.markers if marker.encode() not in content] == []


@EVERY_SAMPLE
def test_every_planted_word_in_a_committed_file_is_in_the_table(sample: Sample) -> None:
    """A word that the table does not know would be looked for by no test."""
    words = {word.decode() for word in re.findall(rb"PLANTED(?:-[A-Z0-9]+)+", everything_in(FOLDER / sample.name))}
    assert {word for word in words if not any(word.startswith(marker) for marker in sample.markers)} == set()


def test_every_planted_word_begins_with_planted_and_stands_once_in_the_table() -> None:
    """The words can be told from each other and from everything else."""
    markers = [marker for sample in SAMPLES for marker in sample.markers]
    assert all(marker.startswith("PLANTED-") for marker in markers)
    assert len(set(markers)) == len(markers)


def test_the_folder_holds_the_samples_of_the_table_and_no_other_picture() -> None:
    """What is committed is what the table lists."""
    assert pictures_in(FOLDER) == {sample.name for sample in SAMPLES}


@pytest.mark.parametrize("name", [*(sample.name for sample in SAMPLES), "Apache-2.0", "PLANTED"])
def test_the_readme_names(name: str) -> None:
    """Each file is described, with owner and licence."""
    assert name in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_samples_are_small() -> None:
    """At most 250 kB each and 2 MB together."""
    sizes = [(FOLDER / sample.name).stat().st_size for sample in SAMPLES]
    assert max(sizes) <= 250_000
    assert sum(sizes) <= 2_000_000


def test_make_writes_every_sample_again(made_again: Path) -> None:
    """The command in the README writes the whole folder."""
    assert pictures_in(made_again) == {sample.name for sample in SAMPLES}


@EVERY_SAMPLE
def test_a_sample_made_again_holds_the_same_words(made_again: Path, sample: Sample) -> None:
    """Planting does not depend on what is committed."""
    content = everything_in(made_again / sample.name)
    assert [marker for marker in sample.markers if marker.encode() not in content] == []


@pytest.mark.parametrize("name", [sample.name for sample in SAMPLES if sample.name not in NOT_DECODABLE])
def test_a_sample_made_again_shows_the_same_picture(made_again: Path, name: str) -> None:
    """Other library versions may round otherwise, but hardly anybody could see it."""
    with Image.open(FOLDER / name) as committed, Image.open(made_again / name) as again:
        assert (committed.size, committed.mode) == (again.size, again.mode)
        mode = "CMYK" if committed.mode == "CMYK" else "RGBA"
        difference = np.asarray(committed.convert(mode), np.int16) - np.asarray(again.convert(mode), np.int16)
    assert np.abs(difference).mean() < 1.0


def test_the_same_picture_is_drawn_the_same_way_twice(made_again: Path) -> None:
    """Nothing in a picture comes from the clock or from chance."""
    names = {"park.jpg", "group.jpg", "crowd.jpg"}
    by_name = {sample.name: sample for sample in SAMPLES}
    assert all(by_name[name].write() == (made_again / name).read_bytes() for name in names)


def test_the_broken_sample_is_cut_off_inside_its_picture() -> None:
    """It has a start, a header and a scan, and no end."""
    data = (FOLDER / "broken.jpg").read_bytes()
    assert data.startswith(b"\xff\xd8")
    assert b"\xff\xda" in data
    assert b"\xff\xd9" not in data
