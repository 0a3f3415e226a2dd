"""What a person could read in the published picture is read: at an angle, turned, light on dark; and nothing finer."""

import shutil
import socket
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import segno
import ttf_opensans
from PIL import Image, ImageDraw, ImageFont

from imgvet.errors import ModelError
from imgvet.geometry import Outline, outline_box
from imgvet.model_files import ModelFile
from imgvet.pixels import Pixels
from imgvet.reading.plates import is_like_a_plate
from imgvet.reading.reader import Reader, load_reader, still_readable
from imgvet.reading.text_detection import TEXT_DETECTOR, boxes_of
from imgvet.reading.text_lines import SeenText
from imgvet.reading.text_recognition import TEXT_RECOGNISER, reading_of
from imgvet.workers.answers import LostJob
from imgvet.workers.pool import JobLimit, run_jobs

FONT = str(next(Path(ttf_opensans.__file__).parent.rglob("OpenSans-SemiBold.ttf")))
WORDS = "OFFICIAL-SENSITIVE"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


def page(*lines: str, capital: float = 20, size: tuple[int, int] = (640, 480), dark: bool = False) -> Pixels:
    """A page of grey paper with lines of text from its middle, capitals so many pixels high."""
    paper, ink = ((25, 30, 40), (235, 235, 240)) if dark else ((225, 225, 220), (30, 30, 40))
    image = Image.new("RGB", size, paper)
    font = ImageFont.truetype(FONT, round(capital / 0.714))
    for index, line in enumerate(lines):
        place = (size[0] / 2, size[1] / 2 + index * capital * 2)
        ImageDraw.Draw(image).text(place, line, font=font, fill=ink, anchor="mm")
    return np.asarray(image, np.uint8)


def turned(pixels: Pixels, angle: float) -> Pixels:
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    paper = tuple(int(level) for level in pixels[0, 0])
    return np.asarray(cv2.warpAffine(pixels, matrix, (width, height), borderValue=paper), np.uint8)


def texts(seen: SeenText) -> list[str]:
    return [line.text for line in seen.lines]


@pytest.mark.parametrize("angle", [0, 14, 30, -30, 90, 180, 270])
@pytest.mark.parametrize("dark", [False, True])
def test_a_marking_is_read_at_any_usual_angle(reader: Reader, angle: float, dark: bool) -> None:
    """Up to 30 degrees, on pages that are turned, dark on light and light on dark."""
    seen = reader.read(turned(page(WORDS, dark=dark), angle), 1.0)
    (line,) = seen.lines
    assert line.text.replace(" ", "") == WORDS
    assert line.score > 0.9
    assert len(line.characters) == len(line.text)
    assert 14 <= line.height <= 30, "capitals are 20 pixels high"
    box = outline_box(line.outline)
    assert box.left <= 320 < box.right
    assert box.top <= 240 < box.bottom
    first = np.array(line.outline[0]) - (320, 240)
    along = np.array((np.cos(np.radians(-angle)), np.sin(np.radians(-angle))))
    assert first @ along < -80, "the outline begins where the text begins"


def test_lines_and_small_letters_are_told_apart(reader: Reader) -> None:
    """Capitals of 12 published pixels, four lines in a large picture of which half the size is published."""
    lines = (WORDS, "Suspect: Grace Clarke", "14 Elm Road, B12 4QX", "Vehicle AB12 CDE")
    seen = reader.read(page(*lines, capital=24, size=(2400, 1600)), 0.5)
    assert texts(seen) == sorted(texts(seen), key=lambda text: seen.lines[texts(seen).index(text)].outline[0][1])
    assert set(lines) <= set(texts(seen))
    for line in seen.lines:
        assert 9 <= line.height <= 18


def test_nothing_is_looked_at_finer_than_it_is_published(reader: Reader) -> None:
    """Letters that nobody could read in public are not read."""
    pixels = page(WORDS, capital=16, size=(1600, 1200))
    assert WORDS in texts(reader.read(pixels, 1.0))
    assert WORDS not in texts(reader.read(pixels, 0.15))


def test_a_page_without_text_gives_nothing(reader: Reader) -> None:
    assert reader.read(page(), 1.0) == SeenText()
    assert reader.read(np.zeros((1, 1, 3), np.uint8), 1.0) == SeenText()
    assert reader.read(np.zeros((3, 4000, 3), np.uint8), 0.5) == SeenText()


def test_reading_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both models are in the package."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert WORDS in texts(load_reader().read(page(WORDS), 1.0))


def read_words(reader: Reader, pixels: bytes) -> str:
    return " ".join(texts(reader.read(np.frombuffer(pixels, np.uint8).reshape(480, 640, 3), 1.0)))


@pytest.mark.slow
def test_a_confined_worker_reads() -> None:
    """There is no network in it, on Linux, and no place to write; it has threads and what is in the package."""
    limit = JobLimit(seconds=60, memory_mib=4096, file_mib=2)
    jobs = [page(WORDS).tobytes()]
    ((_, answer),) = run_jobs(load_reader, read_words, jobs, result=str, workers=1, limit=limit, writable=())
    assert not isinstance(answer, LostJob)
    assert WORDS in answer


@pytest.mark.parametrize("model", [TEXT_DETECTOR, TEXT_RECOGNISER], ids=lambda model: model.name)
@pytest.mark.parametrize("damage", ["missing", "altered", "no manifest"])
def test_without_the_right_models_nothing_is_read(
    model: ModelFile, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing or altered model is an error with a way out, never "no text"."""
    kept = ModelFile.paths
    copies = tuple(Path(shutil.copy(str(path), tmp_path)) for path in kept(model))
    if damage == "altered":
        data = bytearray(copies[0].read_bytes())
        data[len(data) // 2] ^= 1
        copies[0].write_bytes(data)
    else:
        copies[damage == "no manifest"].unlink()
    monkeypatch.setattr(ModelFile, "paths", lambda self: copies if self == model else kept(self))
    with pytest.raises(ModelError, match="Install imgvet again") as raised:
        load_reader()
    assert model.title in str(raised.value)


@pytest.mark.parametrize(("ink", "paper"), [(10, 250), (245, 20)], ids=["dark on light", "light on dark"])
@pytest.mark.parametrize("part", [1.0, 0.4], ids=["in full size", "published smaller"])
def test_codes_are_found_with_their_place(reader: Reader, ink: int, paper: int, part: float) -> None:
    """What they say is not kept."""
    code = np.kron(np.array(segno.make("https://example.org/ticket/4711", error="m").matrix, np.uint8), np.ones((5, 5)))
    pixels = page().copy()
    high, wide = code.shape
    pixels[65 : 95 + high, 45 : 75 + wide] = paper
    pixels[80 : 80 + high, 60 : 60 + wide] = np.where(code == 1, ink, paper)[..., np.newaxis]
    whole = cv2.resize(pixels, None, fx=1 / part, fy=1 / part, interpolation=cv2.INTER_CUBIC)
    (seen,) = reader.read(np.asarray(whole, np.uint8), part).codes
    found = replace(seen, outline=tuple((round(x * part), round(y * part)) for x, y in seen.outline))
    assert found.symbology == "QRCode"
    box = outline_box(found.outline)
    assert abs(box.left - 60) < 12
    assert abs(box.top - 80) < 12
    assert abs(box.width - wide) < 20


def area(left: int, top: int, right: int, bottom: int) -> Outline:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def test_what_was_hidden_is_read_again(reader: Reader) -> None:
    """Text that is still there is told by the area that should hide it; text beside an area is not its fault."""
    written = page("AB12 CDE", "Open day").copy()
    plate, elsewhere = area(230, 222, 410, 258), area(20, 20, 200, 60)
    assert still_readable(reader, written, [elsewhere, plate]) == (1,)
    written[222:258, 230:410] = 128
    assert still_readable(reader, written, [elsewhere, plate]) == ()
    assert still_readable(reader, written, []) == ()
    assert still_readable(reader, written, [area(-90, -90, -10, -10)]) == ()


def test_a_plate_is_told_by_its_shape_and_colours() -> None:
    """Dark signs on white or yellow, longer than high."""

    def drawn(
        paper: tuple[int, int, int], ink: tuple[int, int, int], width: int = 220, words: str = "AB12CDE"
    ) -> Pixels:
        image = Image.new("RGB", (width, 48), paper)
        font = ImageFont.truetype(FONT, 44)
        ImageDraw.Draw(image).text((width / 2, 24), words, font=font, fill=ink, anchor="mm")
        return np.asarray(image, np.uint8)

    assert is_like_a_plate(drawn((235, 235, 230), (20, 20, 20)))
    assert is_like_a_plate(drawn((240, 200, 30), (20, 20, 20)))
    assert not is_like_a_plate(drawn((60, 160, 60), (20, 20, 20))), "green"
    assert not is_like_a_plate(drawn((20, 20, 20), (235, 235, 230))), "light on dark"
    assert not is_like_a_plate(drawn((235, 235, 230), (20, 20, 20), width=90, words="A1")), "not long enough"
    assert not is_like_a_plate(drawn((235, 235, 230), (20, 20, 20), words="I")), "one sign"
    assert not is_like_a_plate(drawn((120, 120, 120), (100, 100, 100))), "no contrast"


def test_scores_become_characters() -> None:
    """Steps that say the same are one character; an empty step between them makes it two."""
    scores = np.full((7, 4), 0.01, np.float32)  # no further character, A, B, the space
    for step, (best, score) in enumerate([(1, 0.9), (1, 0.7), (0, 0.9), (1, 0.8), (3, 0.9), (2, 0.6), (3, 0.9)]):
        scores[step, best] = score
    reading = reading_of(scores, "AB")
    assert reading.text == "AA B"
    assert reading.characters == pytest.approx((0.9, 0.8, 0.9, 0.6))
    assert reading_of(scores[:0], "AB").score == 0


def test_marked_pixels_become_boxes_as_they_read() -> None:
    """From the upper left, along the line; grown, because the detector marks the middle of a line."""
    marked = np.zeros((100, 200), np.float32)
    marked[40:50, 30:130] = 0.9
    marked[10:12, 150:152] = 0.9
    (box,) = boxes_of(marked, 0.5, 3)
    assert box.corners[0] == pytest.approx((22.5, 32.5), abs=2)
    assert 110 < box.width < 120
    assert 22 < box.height < 28
    assert box.score == pytest.approx(0.9, abs=0.05)
    assert boxes_of(marked, 0.95, 3) == []
