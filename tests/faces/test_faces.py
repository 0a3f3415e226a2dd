"""Faces: found on real portraits, numbered as people read, never guessed away."""

import shutil
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pytest

from imgvet.errors import ModelError
from imgvet.faces import model as room
from imgvet.faces.detector import Detector, load_detector
from imgvet.faces.fusion import reading_order
from imgvet.geometry import Box
from imgvet.model_files import ModelFile
from imgvet.photo import Face
from imgvet.profile import FaceSettings

THRESHOLDS = FaceSettings()


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load_detector()


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    """Eileen Collins, NASA, public domain; comes inside scikit-image."""
    import skimage

    path = Path(str(resources.files(skimage))) / "data" / "astronaut.png"
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    assert picture is not None
    return picture


@pytest.fixture(scope="module")
def admiral() -> np.ndarray:
    """Grace Hopper, US Navy, public domain; comes inside matplotlib."""
    import matplotlib

    path = Path(str(resources.files(matplotlib))) / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    assert picture is not None
    return picture


def test_a_portrait_has_one_face(detector: Detector, portrait: np.ndarray, admiral: np.ndarray) -> None:
    """The face is found where it is, and surely."""
    for picture, middle in ((portrait, (225, 110)), (admiral, (265, 200))):
        (face,) = (face for face in detector.find(picture, THRESHOLDS) if face.score > 0.5)
        assert face.box.left < middle[0] < face.box.right
        assert face.box.top < middle[1] < face.box.bottom


def test_boxes_are_in_pixels_of_the_picture_that_was_given(detector: Detector, portrait: np.ndarray) -> None:
    """A picture four times as large has boxes four times as large."""
    large = cv2.resize(portrait, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    (small_face,) = detector.find(portrait, THRESHOLDS)
    (large_face,) = detector.find(np.asarray(large, np.uint8), THRESHOLDS)
    assert small_face.box.scaled(4, 4).overlap(large_face.box) > 0.8


def test_many_faces_are_numbered_as_people_read(detector: Detector, portrait: np.ndarray) -> None:
    """Two rows of two: 1 and 2 above, 3 and 4 below."""
    grid = np.tile(portrait, (2, 2, 1))
    faces = detector.find(grid, THRESHOLDS)
    assert [face.number for face in faces] == [1, 2, 3, 4]
    assert [(face.box.left > 512, face.box.top > 512) for face in faces] == [
        (False, False), (True, False), (False, True), (True, True),
    ]  # fmt: skip


def test_no_face_in_what_has_none(detector: Detector) -> None:
    """Black, white, noise, and the smallest picture there is."""
    noise = np.random.default_rng(1).integers(0, 256, (480, 640, 3)).astype(np.uint8)
    for picture in (np.zeros((300, 500, 3), np.uint8), np.full((300, 500, 3), 255, np.uint8), noise, noise[:1, :1]):
        assert detector.find(np.ascontiguousarray(picture), THRESHOLDS) == ()


def test_possible_faces_lie_below_the_confident_threshold(detector: Detector, portrait: np.ndarray) -> None:
    """The same face is only possible where the profile asks for more certainty."""
    (face,) = detector.find(portrait, FaceSettings.model_construct(confident=0.99, possible=0.2))
    assert face.possible


@pytest.mark.parametrize("damage", ["missing", "altered", "no manifest"])
def test_without_the_right_model_nothing_runs(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing or altered model is an error, never "no faces"."""
    model, manifest = (Path(str(path)) for path in room.CENTERFACE.paths())
    copies = (tmp_path / model.name, tmp_path / manifest.name)
    shutil.copy(model, copies[0])
    shutil.copy(manifest, copies[1])
    if damage == "missing":
        copies[0].unlink()
    elif damage == "no manifest":
        copies[1].unlink()
    else:
        data = bytearray(copies[0].read_bytes())
        data[len(data) // 2] ^= 1
        copies[0].write_bytes(data)
    monkeypatch.setattr(ModelFile, "paths", lambda _: copies)
    with pytest.raises(ModelError, match="Install imgvet again"):
        load_detector()


def test_the_manifest_names_the_model_and_its_licence() -> None:
    """What the package carries says where it comes from."""
    manifest = room.CENTERFACE.manifest()
    assert manifest["model"] == "CenterFace"
    assert manifest["licence"] == "MIT"


def in_order(*boxes: Box) -> list[int]:
    """Which of the boxes come first, by their place in the call."""
    return [boxes.index(face.box) for face in reading_order([Face(0, box, 0.9) for box in boxes])]


def square(left: int, top: int, side: int) -> Box:
    return Box(left, top, left + side, top + side)


def test_the_person_in_front_comes_first_and_rows_of_like_size_follow() -> None:
    """Two rows of people behind one speaker who stands on the right, and a crowd far away above all."""
    crowd = [square(40 * number, 10, 14) for number in range(4)]
    back = [square(100 * number, 100, 50 + number % 2) for number in range(3)]
    middle = [square(100 * number, 200, 58 - number) for number in range(3)]
    speaker = square(700, 300, 160)
    assert in_order(*crowd, *back, *middle, speaker) == [10, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3]


def test_numbers_stay_when_boxes_change_a_little() -> None:
    """The next detector draws each box a few per cent larger or smaller."""
    boxes = [square(500, 400, 200), *(square(120 * number, 60, 80) for number in range(5)), square(30, 300, 78)]
    for change in range(-4, 5):
        others = [square(box.left, box.top, box.width + change * (-1) ** place) for place, box in enumerate(boxes)]
        assert in_order(*others) == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("groups", [
    [[100]],
    [[100, 90, 70]],
    [[100], [60, 58]],
    [[100, 99], [66, 65, 64], [30]],
    [[100, 90, 81, 73, 66, 60, 54, 48]],  # no step between them
    [[100, 90, 81, 73, 66, 60, 54, 48], [39, 35]],  # too many sizes for one group
])  # fmt: skip
def test_faces_of_like_size(groups: list[list[int]]) -> None:
    """The smaller a face the further up it is: whoever is of another size comes later even so."""
    boxes = [square(0, 1000 * side, side) for group in groups for side in group]
    order = [boxes[place].width for place in in_order(*boxes)]
    assert order == [side for group in groups for side in reversed(group)]


def test_reading_order_goes_by_rows() -> None:
    """A head that is a little lower still stands in its row."""
    boxes = [Box(300, 10, 340, 60), Box(10, 25, 50, 75), Box(5, 200, 45, 250)]
    ordered = reading_order([Face(0, box, 0.9) for box in boxes])
    assert [face.box for face in ordered] == [boxes[1], boxes[0], boxes[2]]
