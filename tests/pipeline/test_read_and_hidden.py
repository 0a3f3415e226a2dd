"""What can be read in photos: asked about in every format, kept nowhere, gone from the files once it is hidden."""

import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
import zxingcpp
from PIL import Image

from imgvet.encode.encode import seen_colours
from imgvet.reading.reader import Reader, load_reader
from support.commands import Ran, run_process

SAMPLES = Path(__file__).parents[2] / "sample_images"
SCENES = {
    "whiteboard.jpg": {"protective-marking", "personal-details", "police-reference"},
    "parked-car.jpg": {"vehicle-registration"},
    "doorstep.jpg": {"address"},
    "school-badge.jpg": {"name-badge"},
    "ticket.jpg": {"machine-code"},
}
WRITTEN = ("SENSITIVE", "Madeup", "Suspect", "345", "BD51", "SMR", "ACACIA", "Oakfield", "4B", "PLANTED-TICKET")
"""Words that can be read in them, or in their code, and are nobody's."""

LINK = ("--link", "https://example.org/a")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch of all scenes, vetted, with nothing answered yet."""
    folder = tmp_path_factory.mktemp("event")
    (folder / "photos").mkdir()
    for name in SCENES:
        (folder / "photos" / name).write_bytes((SAMPLES / name).read_bytes())
    ran = run_process(
        ["batch", "photos", "--out", "b", "--event", "Open Day", "--link", "https://example.org/a"], folder
    )
    assert ran.code == 0, ran.err
    return folder


def areas_of(ran: Ran) -> dict[str, list[str]]:
    """By the name of the original, the rules of its areas."""
    return {Path(each["photo"]).name: [area["rule"] for area in each["areas"]] for each in ran.lines if "areas" in each}


def texts(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and of every stream in it that is packed, and of every cell of a database."""
    data = path.read_bytes()
    yield data
    for at in (place for place in range(len(data) - 1) if data[place : place + 2] in (b"x\x9c", b"x\xda", b"x\x01")):
        try:
            yield zlib.decompressobj().decompress(data[at:])
        except zlib.error:
            continue
    if data.startswith(b"SQLite format 3"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            yield "\n".join(database.iterdump()).encode("utf-8", "surrogateescape")


def test_each_scene_is_held_for_what_can_be_read_in_it(event: Path) -> None:
    found = areas_of(run_process(["status", "b", "--json"], event))
    assert {name: set(found[name]) & rules for name, rules in SCENES.items()} == SCENES
    assert list((event / "b" / "flickr").glob("*.jpg")) == []


def test_what_was_read_is_kept_nowhere(event: Path) -> None:
    """Only kinds and places are: no file of the batch, public or private, has a word of it. A marking is a kind."""
    for path in (path for path in (event / "b").rglob("*") if path.is_file()):
        for text in texts(path):
            for word in WRITTEN:
                if len(word) > 4 and word != "SENSITIVE":  # shorter ones are in pictures by chance
                    assert word.encode() not in text, (path, word)
                    assert word.encode("utf-16-le") not in text, (path, word)


@pytest.mark.parametrize("style", ["soft", "blocks", "solid"])
def test_hidden_areas_cannot_be_read_in_the_finished_file(event: Path, reader: Reader, style: str) -> None:
    """By whichever look they are hidden; the rest of the picture can be."""
    said = run_process(["decide", "b", "all:areas", "redact", "--by", "A. Officer"], event)
    assert said.code == 0, said.err
    words = ["--redact-style", style, "--change-profile", "--note", "Looks", "--by", "A. Officer"]
    done = run_process(["batch", "b", *words], event)
    published = sorted((event / "b" / "flickr").glob("*.jpg"))
    assert len(published) == len(SCENES), done.err
    read = ""
    for path in published:
        pixels = seen_colours(path.read_bytes())
        read += "\n".join(line.text for line in reader.read(pixels, 1.0).lines)
        read += "\n".join(code.text for code in zxingcpp.read_barcodes(pixels))  # blocks may look like one by chance
    squeezed = read.casefold().replace(" ", "")
    assert [word for word in WRITTEN if word.casefold() in squeezed] == []
    assert "backgate" not in squeezed, "nothing asks about it, but it is on the board that is marked"
    assert "openday2026" in squeezed


@pytest.fixture(scope="module")
def board() -> Image.Image:
    return Image.open(SAMPLES / "whiteboard.jpg").convert("RGB").resize((1600, 1067))


def test_text_is_read_in_every_format(board: Image.Image, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for suffix in ("jpg", "png", "webp", "tif", "avif"):
        board.save(photos / f"a.{suffix}", quality=90)
    board.quantize(128).save(photos / "a.gif")
    pillow_heif.from_pillow(board).save(photos / "a.heic", quality=90)
    clear = board.convert("RGBA")
    clear.putalpha(Image.fromarray(np.full((1067, 1600), 255, np.uint8)))
    clear.save(photos / "clear.png")
    board.transpose(Image.Transpose.ROTATE_90).save(photos / "turned.jpg")
    ran = run_process(["batch", "photos", "--out", "b", "--event", "Open Day"], tmp_path)
    found = areas_of(run_process(["status", "b", "--json"], tmp_path))
    assert len(found) == 9, ran.err
    assert [name for name, rules in found.items() if "protective-marking" not in rules] == []


def test_a_profile_may_turn_it_off_and_every_yes_says_so(tmp_path: Path) -> None:
    (tmp_path / "imgvet.toml").write_text('text = "off"\n[organisation]\nname = "X"\nwebsite = "x.example"\n', "utf-8")
    (tmp_path / "a.jpg").write_bytes((SAMPLES / "parked-car.jpg").read_bytes())
    ran = run_process(["check", "a.jpg", "--event", "Cars", *LINK], tmp_path)
    assert ran.code == 0, ran.out + ran.err
    assert "number plates" in ran.out


def test_a_drawn_area_hides_what_nobody_found(event: Path, tmp_path: Path) -> None:
    """A polygon that somebody drew is as gone as what was found; the pixels round it stay."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes((SAMPLES / "park.jpg").read_bytes())
    made = run_process(["batch", "photos", "--out", "b", "--event", "Park", *LINK], tmp_path)
    assert made.code in (0, 1), made.err
    before = next((tmp_path / "b").glob("[fh]*/*.jpg")).read_bytes()
    said = ["decide", "b", "1", "redact", "--add-area", "10%,10% 40%,12% 25%,45%", "--by", "A. Officer"]
    assert run_process(said, tmp_path).code == 0
    run_process(["finish", "b"], tmp_path)
    after = next((tmp_path / "b").glob("[fh]*/*.jpg")).read_bytes()
    differs = cv2.absdiff(seen_colours(before), seen_colours(after)).max(axis=2)
    height, width = differs.shape
    inside = np.zeros((height, width), np.uint8)
    corners = np.array([(0.1 * width, 0.1 * height), (0.4 * width, 0.12 * height), (0.25 * width, 0.45 * height)])
    cv2.fillPoly(inside, [corners.round().astype(np.int32)], 1)
    near = cv2.dilate(inside, np.ones((129, 129), np.uint8))
    assert differs[inside > 0].mean() > 3
    assert differs[near == 0].max() <= 8  # JPEG alone
