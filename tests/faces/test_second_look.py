"""The second look: what two other models say of a box's crop moves its score, and is never a reason on its own."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from imgvet.errors import ModelError
from imgvet.faces.detector import LONG_SIDE, Detector, load_detector
from imgvet.faces.model import Rows, load_model, model_digest
from imgvet.faces.passes import Picture
from imgvet.faces.second_look import CERTAIN, SecondLook, crop, joined_scores, load_second_look
from imgvet.pixels import Pixels
from imgvet.profile import FaceSettings

FACE = (170.0, 60.0, 280.0, 200.0)  # of Eileen Collins, NASA, public domain; comes inside scikit-image
SLEEVE = (20.0, 350.0, 130.0, 490.0)


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    import skimage

    path = Path(str(resources.files(skimage))) / "data" / "astronaut.png"
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.fixture(scope="module")
def second() -> SecondLook:
    return load_second_look()


def rows(*boxes: tuple[float, ...]) -> Rows:
    return np.array(boxes, np.float32).reshape(-1, 5)


def seen(second: SecondLook, pixels: Pixels, *boxes: tuple[float, ...]) -> Rows:
    return second.judged(Picture.of(pixels, LONG_SIDE), rows(*boxes))


@pytest.mark.parametrize("size", [1.0, 0.5, 0.25, 3.0])
def test_a_face_gains_and_a_sleeve_loses(second: SecondLook, portrait: Pixels, size: float) -> None:
    """At the same score of the first look, however large the picture is."""
    pixels = np.asarray(cv2.resize(portrait, None, fx=size, fy=size, interpolation=cv2.INTER_AREA), np.uint8)
    boxes = [(*(size * side for side in box), 0.2) for box in (FACE, SLEEVE)]
    judged = seen(second, pixels, *boxes)
    assert judged[:, 0] == pytest.approx([size * FACE[0], size * SLEEVE[0]], abs=1)
    settings = FaceSettings()
    assert judged[0, 4] > settings.confident
    assert judged[1, 4] < judged[0, 4]
    assert judged[1, 4] < 0.2


def test_boxes_keep_their_place_and_come_by_falling_score(second: SecondLook, portrait: Pixels) -> None:
    """What is certain keeps its score, and many boxes are judged as one is."""
    certain = (*SLEEVE, CERTAIN + 0.1)
    alone = seen(second, portrait, (*FACE, 0.3))
    many = seen(second, portrait, certain, *[(*FACE, 0.3)] * 40)
    assert len(many) == 41
    assert list(many[:, 4]) == sorted(many[:, 4], reverse=True)
    assert certain[4] == pytest.approx(float(many[many[:, 0] == SLEEVE[0]][0, 4]))
    assert many[many[:, 0] == FACE[0]][:, 4] == pytest.approx(float(alone[0, 4]), abs=1e-3)


def test_without_boxes_nothing_is_looked_at() -> None:
    """A landscape costs no second look."""
    asked = SecondLook(Broken(0), Broken(0))
    picture = Picture.of(np.zeros((100, 100, 3), np.uint8), LONG_SIDE)
    assert not len(asked.judged(picture, rows()))
    assert len(asked.judged(picture, rows((1, 1, 9, 9, 0.9)))) == 1


def test_more_is_always_more() -> None:
    """Each of the three scores; and no score of the others alone makes a face out of what the first hardly sees."""
    steps = np.linspace(0.05, 0.59, 60, dtype=np.float32)
    zero = np.zeros(60, np.float32)
    logits = np.linspace(-6, 6, 60, dtype=np.float32)
    for first, near, mesh in ((steps, zero, zero), (zero + 0.2, logits, zero), (zero + 0.2, zero, logits * 2)):
        joined = joined_scores(first, near, mesh)
        assert np.all(np.diff(joined) >= 0)
        assert joined[0] < joined[-1]
        assert np.all((joined > 0) & (joined < 1))


@pytest.mark.parametrize("box", [
    (-30.0, -20.0, 40.0, 60.0),
    (480.0, 470.0, 560.0, 560.0),
    (0.0, 0.0, 512.0, 512.0),
    (255.2, 255.7, 262.9, 264.1),
])  # fmt: skip
def test_a_crop_is_square_and_whole_at_every_edge(portrait: Pixels, box: tuple[float, ...]) -> None:
    """The picture's edge is repeated beyond it."""
    shown = crop(Picture.of(portrait, LONG_SIDE), np.array((*box, 0.3), np.float32))
    assert shown.shape == (192, 192, 3)
    assert shown.dtype == np.uint8


def test_a_dark_picture_is_evened_for_the_second_look_too(portrait: Pixels) -> None:
    """As it is for the first."""
    dark = Picture.of(np.asarray(portrait // 12, np.uint8), LONG_SIDE)
    assert dark.tone_curve is not None
    assert crop(dark, np.array((*FACE, 0.3), np.float32)).mean() > 3 * (portrait // 12)[60:200, 170:280].mean()


@dataclass
class Broken:
    """A session that answers with one number everywhere."""

    value: float

    def run(self, names: list[str], given: dict[str, Any]) -> list[Any]:
        n = len(given["pictures"])
        shapes = {
            "boxes_0": (n, 32, 16, 16),
            "scores_0": (n, 2, 16, 16),
            "boxes_1": (n, 96, 8, 8),
            "scores_1": (n, 6, 8, 8),
            "presence": (n, 1, 1, 1),
        }
        return [np.full(shapes[name], self.value, np.float32) for name in names]


def test_a_model_without_a_usable_answer_is_no_answer(second: SecondLook, portrait: Pixels) -> None:
    """Nothing is dropped for it: the photo fails, and is held."""
    for broken in (SecondLook(second.near, Broken(np.nan)), SecondLook(_NanScores(), second.mesh)):
        with pytest.raises(ModelError, match="gave no usable answer"):
            seen(broken, portrait, (*FACE, 0.3))


class _NanScores(Broken):
    def __init__(self) -> None:
        super().__init__(1.0)

    def run(self, names: list[str], given: dict[str, Any]) -> list[Any]:
        outputs = super().run(names, given)
        return [np.full_like(each, np.nan) if name.startswith("scores") else each for name, each in
                zip(names, outputs, strict=True)]  # fmt: skip


def test_the_digest_changes_with_each_of_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that photos are vetted again when one of them is another."""
    from imgvet.model_files import ModelFile

    before, told = model_digest(), ModelFile.digest
    for name in ("centerface", "blazeface", "face_mesh"):
        with monkeypatch.context() as changed:
            changed.setattr(ModelFile, "digest", lambda each, name=name: "0" * 64 if each.name == name else told(each))
            assert model_digest() != before


def test_the_detector_takes_a_second_look(portrait: Pixels) -> None:
    """A face is likely with it and without it; the box is the first look's."""
    with_it = load_detector().find(portrait, FaceSettings())
    without = Detector(load_model()).find(portrait, FaceSettings())
    assert with_it[0].box == without[0].box
    assert not with_it[0].possible
