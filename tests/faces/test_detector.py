"""How a picture is looked at: every part of it once, small faces closer, doubtful ones again, turned where asked."""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imgvet.faces.detector import LONG_SIDE, Detector, Scales, load_detector, smallest_face_px
from imgvet.faces.fusion import PassResult, fuse_boxes
from imgvet.faces.model import Model, Rows
from imgvet.faces.passes import Pass, Picture, Tiles, run_pass, whole_pass, windows
from imgvet.geometry import Box
from imgvet.pixels import Pixels
from imgvet.profile import FaceSettings

pytestmark = pytest.mark.slow

THRESHOLDS = FaceSettings()
SAMPLES = Path(__file__).parents[2] / "sample_images"
EVERY_SIDE = (0.0, 1e9)


class Watched(Model):
    """A model that keeps what it was shown, and answers as it is told."""

    def __init__(self, answer: Callable[[Pixels], Rows] = lambda _: np.empty((0, 5), np.float32)) -> None:
        object.__setattr__(self, "session", None)
        object.__setattr__(self, "answer", answer)
        object.__setattr__(self, "shown", [])

    answer: Callable[[Pixels], Rows]
    shown: list[tuple[int, int]]  # height and width of each input

    def boxes(self, pixels: Pixels, threshold: float) -> Rows:
        self.shown.append(pixels.shape[:2])
        return self.answer(pixels)


def bright_square(pixels: Pixels) -> Rows:
    """The box round everything that is white, with the score 0.9."""
    rows, columns = np.nonzero(pixels[:, :, 0] > 127)
    if not rows.size:
        return np.empty((0, 5), np.float32)
    return np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1, 0.9]], np.float32)


def rows(*boxes: tuple[float, float, float, float, float]) -> Rows:
    return np.array(boxes, np.float32).reshape(-1, 5)


def moved(box: Box, across: int, down: int) -> Box:
    return Box(box.left + across, box.top + down, box.right + across, box.bottom + down)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load_detector()


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    """Eileen Collins, NASA, public domain; comes inside scikit-image."""
    import skimage

    path = Path(str(resources.files(skimage))) / "data" / "astronaut.png"
    return np.asarray(Image.open(path).convert("RGB"))


FACE = Box(170, 60, 280, 180)  # about where the face is in it, hair left out


# What the model says, and where that is in the picture


@pytest.mark.parametrize("turned", [0, 1, 2, 3])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("part", [Box(0, 0, 400, 300), Box(96, 64, 352, 256)], ids=["whole", "a part"])
def test_boxes_come_back_to_where_they_are(turned: int, mirrored: bool, scale: float, part: Box) -> None:
    """Whichever way a look is taken, its boxes are in pixels of the upright picture."""
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[100:160, 120:200] = 255
    look = Pass(part, scale, part, EVERY_SIDE, mirrored, turned)
    (found,) = run_pass(Watched(answer=bright_square), Picture.of(pixels, LONG_SIDE), look)
    assert found[:4] == pytest.approx([120, 100, 200, 160], abs=1 / scale)


def test_a_large_picture_is_made_smaller_once_and_boxes_stay_right() -> None:
    """Whole looks at a large picture are taken from its halved copy; boxes are of the full size."""
    pixels = np.zeros((2000, 4000, 3), np.uint8)
    pixels[900:1100, 3000:3300] = 255
    picture = Picture.of(pixels, LONG_SIDE)
    assert picture.fraction == 2
    (found,) = run_pass(Watched(answer=bright_square), picture, whole_pass(4000, 2000, 0.32, EVERY_SIDE))
    assert found[:4] == pytest.approx([3000, 900, 3300, 1100], abs=6)


def test_a_look_answers_only_for_its_own_part_and_sizes() -> None:
    """What lies in the room round a part is the next one's; what is too large or small for a look is another's."""
    look = Pass(Box(0, 0, 100, 100), 1.0, Box(0, 0, 50, 100), (10.0, 40.0))
    seen = look.covers(rows((10, 10, 30, 30, 0.9), (60, 10, 80, 30, 0.9), (10, 10, 15, 15, 0.9), (0, 0, 60, 60, 0.9)))
    assert seen.tolist() == [True, False, False, False]


# Parts of a picture


@given(st.integers(1, 5000), st.integers(1, 5000), st.floats(0.1, 2.0), st.data())
def test_every_point_has_exactly_one_tile(width: int, height: int, scale: float, data: st.DataObject) -> None:
    """Looked at in tiles, no point of the picture is left out, and none is answered for twice."""
    tiles = Tiles(whole_pass(width, height, scale, EVERY_SIDE))
    side = 192 / scale
    every = {(row, column) for row in range(math.ceil(height / side)) for column in range(math.ceil(width / side))}
    x, y = data.draw(st.integers(0, width - 1)) + 0.5, data.draw(st.integers(0, height - 1)) + 0.5
    answering = [
        look
        for look in tiles.passes(every)
        if look.region.left <= x < look.region.right and look.region.top <= y < look.region.bottom
    ]
    assert len(answering) in (1, 2)  # two where a tile's edge is no whole pixel and both take it in
    assert all(look.crop.common_area(look.region) == look.region.area for look in answering)


@given(st.integers(40, 3000), st.integers(40, 3000), st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=12))
def test_every_spot_has_a_window_that_holds_it(width: int, height: int, places: list[tuple[float, float]]) -> None:
    """A window lies in the picture and holds the whole of the box it is for, as far as the picture does."""
    look = whole_pass(width, height, 1.0, EVERY_SIDE)
    spots = rows(*((x * width - 9, y * height - 9, x * width + 9, y * height + 9, 0.3) for x, y in places))
    found = windows(look, spots)
    for spot in spots:
        inside = Box(*(int(side) for side in spot[:4])).clipped(width, height)
        assert any(each.crop.common_area(inside) == inside.area for each in found)
    assert all(each.crop.clipped(width, height) == each.crop for each in found)


# What several looks come to


def test_boxes_of_one_face_become_one() -> None:
    """Overlapping boxes, and a small box inside a large one; a neighbour stays."""
    look = whole_pass(640, 480, 1.0, EVERY_SIDE)
    merged = fuse_boxes([
        PassResult(look, rows((100, 100, 200, 220, 0.9), (120, 130, 180, 190, 0.4))),
        PassResult(look, rows((104, 96, 206, 224, 0.7), (220, 100, 320, 220, 0.8))),
    ])  # fmt: skip
    assert len(merged) == 2
    assert merged[0, :4] == pytest.approx([101.75, 98.25, 202.625, 221.75])  # the mean, weighted by score


@pytest.mark.parametrize("other", [
    (120, 130, 180, 190),  # nested
    (145, 100, 245, 220),  # shifted by less than half a head, e.g. a profile whose front another pass has seen
    (110, 150, 200, 270),  # the lower half and the neck
    (60, 60, 240, 260),  # the head with its hair
])  # fmt: skip
def test_one_head_is_one_box(other: tuple[int, int, int, int]) -> None:
    """However two passes draw it, and whichever of them is surer."""
    look = whole_pass(640, 480, 1.0, EVERY_SIDE)
    for scores in ((0.9, 0.3), (0.3, 0.9)):
        seen = rows((100, 100, 200, 220, scores[0])), rows((*other, scores[1]))
        assert len(fuse_boxes([PassResult(look, boxes) for boxes in seen])) == 1


@pytest.mark.parametrize("other", [
    (155, 100, 255, 220),  # a shoulder before the face behind
    (140, 40, 220, 140),  # half behind, higher up and smaller
    (195, 95, 245, 155),  # far behind, beside the ear
])  # fmt: skip
def test_two_people_half_behind_each_other_stay_two(other: tuple[int, int, int, int]) -> None:
    look = whole_pass(640, 480, 1.0, EVERY_SIDE)
    assert len(fuse_boxes([PassResult(look, rows((100, 100, 200, 220, 0.9), (*other, 0.5)))])) == 2


def test_means_that_come_to_lie_on_one_head_are_one_box() -> None:
    """Three passes: the first two boxes are apart, the third is between them and like both."""
    look = whole_pass(640, 480, 1.0, EVERY_SIDE)
    seen = rows((100, 100, 200, 220, 0.9)), rows((162, 100, 262, 220, 0.8)), rows((130, 100, 230, 220, 0.85))
    merged = fuse_boxes([PassResult(look, boxes) for boxes in seen])
    overlaps = [
        Box(*(int(side) for side in one[:4])).overlap(Box(*(int(side) for side in other[:4])))
        for place, one in enumerate(merged)
        for other in merged[place + 1 :]
    ]
    assert all(overlap < 0.4 for overlap in overlaps)


def test_a_score_says_how_far_the_looks_agree() -> None:
    """Halfway between the best and the mean of all that should have seen the face; one that did not counts 0."""
    look = whole_pass(640, 480, 1.0, EVERY_SIDE)
    box = (100.0, 100.0, 200.0, 220.0)
    agreed = fuse_boxes([PassResult(look, rows((*box, 0.6))), PassResult(look, rows((*box, 0.4)))])
    alone = fuse_boxes([PassResult(look, rows((*box, 0.6))), PassResult(look, rows())])
    assert agreed[0, 4] == pytest.approx(0.55)
    assert alone[0, 4] == pytest.approx(0.45)


def test_a_look_that_could_not_see_a_face_has_no_say() -> None:
    """A look at another part, or for larger faces, takes nothing from the score."""
    look = whole_pass(640, 480, 1.0, EVERY_SIDE)
    elsewhere = Pass(look.crop, 1.0, Box(300, 300, 640, 480), EVERY_SIDE)
    for_large = whole_pass(640, 480, 1.0, (200.0, 1e9))
    seen = [
        PassResult(look, rows((100, 100, 200, 220, 0.6))),
        PassResult(elsewhere, rows()),
        PassResult(for_large, rows()),
    ]
    assert fuse_boxes(seen)[0, 4] == pytest.approx(0.6)


def test_a_face_on_its_side_is_judged_by_the_turned_look() -> None:
    """Upright looks that do not see it take nothing from what the turned look says, which counts two thirds."""
    upright, turned = (
        whole_pass(640, 480, 1.0, EVERY_SIDE),
        Pass(Box(0, 0, 640, 480), 1.0, Box(0, 0, 640, 480), EVERY_SIDE),
    )
    turned = Pass(turned.crop, 1.0, turned.crop, EVERY_SIDE, rotated=1)
    seen = [PassResult(upright, rows((100, 100, 200, 220, 0.1))), PassResult(turned, rows((100, 100, 200, 220, 0.8)))]
    assert fuse_boxes(seen)[0, 4] == pytest.approx(0.8 * 2 / 3)


# How much is looked at


def test_a_picture_without_faces_costs_little_more_than_one_look() -> None:
    """Where nothing may be a face there are two looks, and the second has less than a sixth of the first's pixels."""
    for size in ((4000, 6000), (720, 1280), (300, 400), (50, 50)):
        model = Watched()
        Detector(model).find(np.zeros((*size, 3), np.uint8), THRESHOLDS)
        areas = [height * width for height, width in model.shown]
        assert len(areas) == 2
        assert max(model.shown[0]) == min(LONG_SIDE, 2 * max(size))
        assert areas[1] < areas[0] / 6


def test_a_sure_large_face_asks_for_no_other_look() -> None:
    """A portrait costs what a landscape does."""
    model = Watched(answer=bright_square)
    pixels = np.zeros((3000, 4000, 3), np.uint8)
    pixels[1000:2000, 1500:2300] = 255
    (face,) = Detector(model).find(pixels, THRESHOLDS)
    assert len(model.shown) == 2
    assert face.box.overlap(Box(1500, 1000, 2300, 2000)) > 0.95


def test_closer_looks_go_on_where_they_find_more() -> None:
    """One small face that the first look sees leads along a row of faces that it does not."""

    def small_ones(pixels: Pixels) -> Rows:
        """Squares of at least 10 pixels, or of any size where they are bright."""
        _, _, stats, _ = cv2.connectedComponentsWithStats((pixels[:, :, 0] > 40).astype(np.uint8))
        boxes = [(x, y, x + w, y + h) for x, y, w, h, _ in stats[1:]]
        found = [(*box, 0.9) for box in boxes if box[2] - box[0] >= 10 or pixels[box[1] + 1, box[0] + 1, 0] > 200]
        return rows(*found)

    pixels = np.zeros((2700, 4096, 3), np.uint8)
    for index in range(20):
        left = 100 + index * 190
        pixels[1300:1320, left : left + 20] = 255 if index == 3 else 150
    model = Watched(answer=small_ones)
    faces = Detector(model).find(pixels, THRESHOLDS)
    assert len(faces) == 20
    looked_at = sum(height * width for height, width in model.shown)
    assert looked_at < 0.5 * 2700 * 4096  # and not at all of it


def test_what_is_doubtful_is_looked_at_again_and_only_there() -> None:
    """A weak answer is asked about once more, mirrored, in a window round it; a second no makes it weaker."""
    answers = iter([rows((700, 400, 730, 435, 0.3))])
    model = Watched(answer=lambda _: next(answers, rows()))
    (face,) = Detector(model).find(np.zeros((860, 1280, 3), np.uint8), THRESHOLDS)
    assert len(model.shown) == 3
    assert max(model.shown[2]) < 300
    assert face.score == pytest.approx((0.3 + 0.15) / 2)


@pytest.mark.parametrize(
    ("size", "published", "least"),
    [((6000, 4000), 4096 / 6000, 16), ((1280, 860), 1.0, 12), ((400, 300), 1.0, 6), ((6000, 4000), 1600 / 6000, 12)],
)
def test_it_says_how_small_the_faces_are_that_it_looks_for(size: tuple[int, int], published: float, least: int) -> None:
    """Never more than 16 pixels in the published file."""
    assert smallest_face_px(*size, published) == least
    assert Scales.of(*size, published).near <= 2


# Real faces


@pytest.mark.parametrize(("side", "least"), [(24, 6), (32, 11), (48, 11)])
def test_small_faces_in_a_large_photo_are_found(detector: Detector, portrait: Pixels, side: int, least: int) -> None:
    """A dozen people far apart, each alone, in a photo of 4096; one look at 1280 sees faces of 8 to 15 pixels there."""
    scale = side / FACE.width
    small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    photo = np.full((2730, 4096, 3), 120, np.uint8)
    places = [(x, y) for x in range(300, 3900, 900) for y in range(300, 2500, 800)]
    for x, y in places:
        photo[y : y + small.shape[0], x : x + small.shape[1]] = small
    faces = detector.find(photo, THRESHOLDS)
    middles = [((face.box.left + face.box.right) / 2, (face.box.top + face.box.bottom) / 2) for face in faces]
    whole_faces = [moved(FACE.scaled(scale, scale), x, y) for x, y in places]
    hit = [any(box.left < x < box.right and box.top < y < box.bottom for x, y in middles) for box in whole_faces]
    assert sum(hit) >= least


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turned_people_are_found_where_that_is_asked_for(detector: Detector, portrait: Pixels, turns: int) -> None:
    """A phone held sideways without a flag; somebody who lies."""
    turned = np.ascontiguousarray(np.rot90(portrait, turns))
    faces = detector.find(turned, THRESHOLDS, turned=True)
    mask = np.zeros(portrait.shape[:2], bool)
    mask[FACE.top : FACE.bottom, FACE.left : FACE.right] = True
    down, across = np.nonzero(np.rot90(mask, turns))
    where = Box(int(across.min()), int(down.min()), int(across.max()) + 1, int(down.max()) + 1)
    (face,) = (face for face in faces if face.box.overlap(where) > 0.4)
    assert face.score > 0.4


def test_a_face_that_fills_the_picture_is_found(detector: Detector, portrait: Pixels) -> None:
    """From brow to chin, in a photo of 12 megapixels."""
    close = portrait[FACE.top - 8 : FACE.bottom + 8, FACE.left - 8 : FACE.right + 8]
    photo = np.asarray(cv2.resize(close, (3000, 3240), interpolation=cv2.INTER_CUBIC), np.uint8)
    (face,) = (face for face in detector.find(photo, THRESHOLDS) if not face.possible)
    assert face.box.area > 0.4 * 3000 * 3240


def test_a_face_in_the_dark_is_found(detector: Detector, portrait: Pixels) -> None:
    """So dark that the middle of all values is below 10 of 255."""
    dark = np.rint(255 * (portrait / 255) ** 4.0 * 0.5).astype(np.uint8)
    assert np.median(dark) < 10
    (face,) = (face for face in detector.find(dark, THRESHOLDS) if not face.possible)
    assert face.box.overlap(FACE) > 0.4


# What is said


def run(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "imgvet", *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )


def test_check_looks_at_turned_people_and_a_batch_where_the_profile_asks(portrait: Pixels, tmp_path: Path) -> None:
    """`check` by default; thousands of photos only with `turned = "always"`."""
    (tmp_path / "photos").mkdir()
    Image.fromarray(np.ascontiguousarray(np.rot90(portrait))).save(tmp_path / "photos" / "a.png")
    (tmp_path / "always.toml").write_text('name = "x"\n[faces]\nturned = "always"\n', encoding="utf-8")
    (tmp_path / "never.toml").write_text('name = "x"\n[faces]\nturned = "never"\n', encoding="utf-8")

    def looked(*arguments: str) -> tuple[bool, int]:
        done = run(*arguments, "--json", folder=tmp_path)
        photo = json.loads(done.stdout)
        return photo["looked_for"]["turned"], sum(face["score"] > 0.4 for face in photo["faces"])

    assert looked("check", "photos/a.png") == (True, 1)
    assert looked("check", "photos/a.png", "--profile", "never.toml")[0] is False
    assert looked("batch", "photos", "--out", "one", "--event", "E")[0] is False
    assert looked("batch", "photos", "--out", "two", "--event", "E", "--profile", "always.toml") == (True, 1)


def test_it_never_says_that_there_are_no_people(tmp_path: Path) -> None:
    """`check`, the checklist and its table say "No faces found", and how small they were looked for."""
    (tmp_path / "photos").mkdir()
    sky = np.tile(np.linspace(90, 200, 800).astype(np.uint8)[:, None, None], (1, 1200, 3))
    Image.fromarray(np.ascontiguousarray(sky)).save(tmp_path / "photos" / "a.jpg")
    said = run("check", "photos/a.jpg", folder=tmp_path)
    how = "from 12 pixels across in the published picture, upright and turned."
    for words in ("No faces found and the file is clean.", how):
        assert words in said.stdout + said.stderr
    run("batch", "photos", "--out", "open-day", "--event", "Open Day", folder=tmp_path)
    run("checklist", "open-day", "--all", folder=tmp_path)
    page = (tmp_path / "open-day" / "checklist.html").read_text(encoding="utf-8")
    assert "No faces found, looked for from 12 pixels across in the published picture, upright." in page
    assert "no people" not in (said.stdout + said.stderr + page).replace("There may still be people in them", "")


def test_several_threads_find_what_one_finds(detector: Detector) -> None:
    """Passes that run at once are joined in the same order, to the last bit of every score."""
    pixels = np.zeros((2000, 3000, 3), np.uint8)
    for index, name in enumerate(("group", "crowd", "visitors", "park")):
        picture = np.asarray(Image.open(SAMPLES / f"{name}.jpg").convert("RGB").resize((1400, 950)))
        pixels[index // 2 * 1000 :, index % 2 * 1500 :][:950, :1400] = picture
    alone = detector.find(pixels, THRESHOLDS, turned=True)
    assert alone
    assert Detector(detector.model, threads=3).find(pixels, THRESHOLDS, turned=True) == alone
