"""Which frame of a burst is proposed: the sharpest, its faces first; nothing is left out by it."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from imgvet.geometry import Box
from imgvet.photo import Face, Photo
from imgvet.pixels import Pixels
from imgvet.rules.bursts import sharpest_frames
from imgvet.sharpness import sharpness_of
from support.commands import Imgvet
from support.pictures import landscape, portrait

FACE = (Face(1, Box(10, 10, 60, 70), 0.9),)


def frame(number: int, sharpness: float, faces: tuple[Face, ...] = (), second: int = 0, **otherwise: object) -> Photo:
    made = Photo(
        f"/x/{number}.jpg", number, captured=f"2026-06-14T10:00:{second or number:02}", camera_mark="a" * 16,
        width=1000, height=800, faces=faces, sharpness=sharpness,
    )  # fmt: skip
    return replace(made, **otherwise)  # type: ignore[arg-type]


def all_alike(photos: Collection[Photo]) -> dict[int, set[int]]:
    return {each.number: {other.number for other in photos} - {each.number} for each in photos}


@pytest.mark.parametrize(
    ("frames", "best"),
    [
        ((frame(1, 5), frame(2, 9), frame(3, 7)), {1: 2, 2: 2, 3: 2}),
        ((frame(1, 5, FACE), frame(2, 9)), {1: 1, 2: 1}),  # a face counts first
        ((frame(1, 5, (replace(FACE[0], possible=True),)), frame(2, 9)), {1: 2, 2: 2}),
        ((frame(1, 5), frame(2, 5)), {1: 1, 2: 1}),
        ((frame(1, 5), frame(2, 9, excluded=True), frame(3, 7)), {1: 3, 3: 3}),
        ((frame(1, 5), frame(2, 9, excluded=True)), {}),  # one is left
        ((frame(1, 5), frame(2, 0), frame(3, 7)), {}),  # of a version that did not measure it
        ((frame(1, 5), frame(2, 9, second=40)), {}),
        ((frame(1, 5), frame(2, 9, camera_mark="b" * 16)), {}),
    ],
)
def test_the_sharpest_frame_of_those_that_nobody_has_left_out(frames: tuple[Photo, ...], best: dict[int, int]) -> None:
    assert sharpest_frames(frames, all_alike(frames), lambda photo: photo.excluded) == best


def test_frames_that_look_different_are_not_compared() -> None:
    frames = [frame(number, number) for number in (1, 2, 3, 4, 5)]
    similar = {1: {2}, 2: {1, 3}, 3: {2}, 4: {5}, 5: {4}}
    assert sharpest_frames(frames, similar, lambda _: False) == {1: 3, 2: 3, 3: 3, 4: 5, 5: 5}
    assert sharpest_frames(frames, {}, lambda _: False) == {}


def blurred(pixels: Pixels, by: float, at: Box | None = None) -> Pixels:
    made = pixels.copy()
    box = at or Box(0, 0, pixels.shape[1], pixels.shape[0])
    part = made[box.top : box.bottom, box.left : box.right]
    made[box.top : box.bottom, box.left : box.right] = cv2.GaussianBlur(part, (0, 0), by)
    return made


@pytest.mark.parametrize("faces", [[], [Box(300, 200, 420, 360)], [Box(-20, -20, 900, 700)]])
def test_a_blurred_picture_is_less_sharp(faces: list[Box]) -> None:
    pixels = np.random.default_rng(7).integers(0, 256, (600, 900, 3), np.uint8)
    measured = [sharpness_of(blurred(pixels, by), faces) for by in (1, 2, 4)]
    assert measured == sorted(measured, reverse=True)
    assert len(set(measured)) == 3


def test_faces_count_where_there_are_some_and_a_soft_background_does_not() -> None:
    pixels = np.random.default_rng(7).integers(0, 256, (600, 900, 3), np.uint8)
    face = Box(300, 200, 420, 360)
    soft_face = blurred(pixels, 2, face)
    assert sharpness_of(soft_face, [face]) < sharpness_of(pixels, [face])
    left = Box(0, 0, 600, 600)
    assert sharpness_of(blurred(pixels, 9, left), []) > sharpness_of(blurred(pixels, 1), [])


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3), (40, 40)])
def test_every_size_has_a_sharpness(size: tuple[int, int]) -> None:
    assert sharpness_of(np.zeros((*size, 3), np.uint8), [Box(0, 0, 2, 2)]) > 0


@pytest.mark.slow
def test_the_others_are_asked_about_and_a_person_decides(tmp_path: Path, imgvet: Imgvet) -> None:
    """The burst is two frames, the first out of focus; another photo was taken a minute later."""
    (tmp_path / "in").mkdir()
    shots = (
        ("a", blurred(portrait(), 3), "10:00:01"),
        ("b", portrait(), "10:00:02"),
        ("c", landscape(2), "10:05:00"),
    )
    for name, pixels, time in shots:
        tags = Image.Exif()
        tags[0x010F], tags[0x0110] = "Canon", "EOS R6"
        tags.get_ifd(0x8769)[0x9003] = f"2026:06:14 {time}"
        Image.fromarray(pixels).save(tmp_path / "in" / f"{name}.jpg", exif=tags, quality=92)
    new = imgvet("batch", "in", "--out", "b", "--event", "E", "--redact", "all", "--best-of-burst")
    assert "It is one of a burst, of which photo 2 is the sharpest: photo 1" in new.err
    assert "imgvet decide b 1 answer burst" in new.err
    assert {line["number"]: line["verdict"] for line in imgvet("status", "b", "--json").lines} == {
        1: "ask", 2: "ready", 3: "ready",
    }  # fmt: skip
    assert "burst" not in imgvet("finish", "b").err.replace("of a burst", "").replace("answer burst", "")
    assert imgvet("decide", "b", "2", "exclude", "--note", "Eyes shut", "--by", "A. Officer").code == 0
    finished = imgvet("finish", "b")
    assert "of a burst" not in finished.err
    assert "b/flickr" in finished.err
    assert {line["number"] for line in imgvet("status", "b", "--json").lines if line["verdict"] == "ready"} == {1, 3}
