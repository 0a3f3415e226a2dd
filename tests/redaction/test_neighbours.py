"""A hidden head and who is beside it: shown faces are spared, hidden ones keep apart, and neither tells anything."""

from itertools import pairwise
from typing import get_args

import numpy as np
import pytest

from imgvet.geometry import Box
from imgvet.profile import RedactStyle
from imgvet.redaction.paint import redact
from imgvet.redaction.shapes import HeadShape, area_shape, head_shape

STYLES: tuple[RedactStyle, ...] = get_args(RedactStyle)
HIDDEN, SHOWN = Box(100, 100, 180, 200), Box(170, 110, 250, 210)
COLUMNS, ROWS = np.arange(360) + 0.5, np.arange(300) + 0.5
PICTURE = np.random.default_rng(4).integers(0, 256, (300, 360, 3)).astype(np.uint8)


def oval(box: Box, part: float = 1.0) -> np.ndarray:
    """Which pixels are in the ellipse in the middle of a box."""
    across = (COLUMNS - (box.left + box.right) / 2) / (box.width * part / 2)
    down = (ROWS - (box.top + box.bottom) / 2) / (box.height * part / 2)
    return np.asarray(across**2 + down[:, np.newaxis] ** 2 <= 1, bool)


def test_a_shown_face_is_not_painted_over() -> None:
    """The hidden head would reach into it; its own oval is hidden all the same."""
    usual, spared = head_shape(HIDDEN), head_shape(HIDDEN, [SHOWN])
    own, other = oval(HIDDEN), oval(SHOWN)
    assert (usual.beyond(COLUMNS, ROWS) <= 0)[other & ~own].any()
    assert not (spared.beyond(COLUMNS, ROWS) <= 0)[other & ~oval(HIDDEN, 1.2)].any()
    assert (spared.beyond(COLUMNS, ROWS) <= 0)[own].all()
    for style in STYLES:
        painted, _ = redact(PICTURE, None, [spared], style, b"k")
        eyes = oval(SHOWN, 0.5)
        assert (painted[eyes] == PICTURE[eyes]).all()
        assert (painted[own] != PICTURE[own]).any(axis=1).mean() > 0.95


@pytest.mark.parametrize("style", STYLES)
def test_beside_a_shown_face_nothing_of_the_hidden_one_has_a_say(style: RedactStyle) -> None:
    """Two photos that differ only where it is hidden give the same picture."""
    shape = head_shape(HIDDEN, [SHOWN])
    inside = shape.beyond(COLUMNS, ROWS) <= 0
    other = np.where(inside[..., np.newaxis], 255 - PICTURE, PICTURE)
    assert (redact(PICTURE, None, [shape], style, b"k")[0] == redact(other, None, [shape], style, b"k")[0]).all()


@pytest.mark.parametrize("again", [Box(105, 110, 175, 195), Box(90, 90, 200, 230), Box(120, 150, 190, 250)])
def test_another_box_of_the_same_head_spares_nothing(again: Box) -> None:
    """A face that was found twice is hidden whole when it is hidden once."""
    assert head_shape(HIDDEN, [again]) == head_shape(HIDDEN)


def test_faces_far_away_change_nothing() -> None:
    """Nor does an empty box."""
    assert head_shape(HIDDEN, [Box(300, 250, 340, 290), Box(150, 150, 150, 170)]) == head_shape(HIDDEN)


@pytest.mark.parametrize("style", STYLES)
def test_two_hidden_heads_keep_a_seam(style: RedactStyle) -> None:
    """On a plain wall, where they would flow into one another: a step in brightness lies between their middles."""
    wall = np.full((300, 360, 3), 200, np.uint8)
    boxes = Box(100, 100, 180, 200), Box(165, 104, 241, 200)
    painted, _ = redact(wall, None, map(head_shape, boxes), style, b"k")
    grey = painted.mean(axis=2)
    between = grey[130:170, 145:200].mean(axis=0)
    alone, _ = redact(wall, None, [head_shape(Box(100, 100, 241, 200))], style, b"k")
    plain = alone.mean(axis=2)[130:170, 145:200].mean(axis=0)
    assert np.abs(np.diff(between, 2)).max() > np.abs(np.diff(plain, 2)).max() + 0.5 or style == "blocks"
    assert np.ptp(between) > 8


def test_a_large_head_is_in_front_of_a_small_one() -> None:
    """Whatever their order was."""
    small, large = HeadShape(Box(60, 60, 140, 160)), HeadShape(Box(100, 60, 300, 280))
    one, _ = redact(PICTURE, None, [small, large], "blocks", b"k")
    alone, _ = redact(PICTURE, None, [large], "blocks", b"k")
    middle = oval(large.box, 0.6)
    assert (one == redact(PICTURE, None, [large, small], "blocks", b"k")[0]).all()
    assert np.abs(one[middle].astype(int) - alone[middle]).mean() < 12


def test_a_head_is_covered_with_its_hair_and_no_more() -> None:
    """A third more than the face box across, and two fifths down; from the side, its ears, and tilted, its corners."""
    front = head_shape(Box(1000, 1000, 1075, 1100)).box
    assert 1.3 <= front.width / 75 <= 1.6
    assert 1.35 <= front.height / 100 <= 1.6
    side = head_shape(Box(1000, 1000, 1055, 1100)).box
    assert side.width >= 94
    lying = head_shape(Box(1000, 1000, 1130, 1100)).box
    assert lying.width / 130 > lying.height / 100


def test_covered_larger_it_reaches_further_each_time() -> None:
    """On every side."""
    boxes = [head_shape(HIDDEN, larger=times).box for times in range(4)]
    for smaller, larger in pairwise(boxes):
        assert larger.left < smaller.left
        assert larger.top < smaller.top
        assert larger.right > smaller.right
        assert larger.bottom > smaller.bottom


def test_a_plate_becomes_a_blank_plate() -> None:
    """An area takes on the tone of what is around it, evenly, without a trace of letters."""
    car = np.full((300, 360, 3), (30, 60, 120), np.uint8)
    plate = Box(100, 140, 260, 175)
    car[plate.top : plate.bottom, plate.left : plate.right] = (230, 200, 40)
    car[145:170, 110:250:12] = 0
    shape = area_shape(plate)
    for style in STYLES:
        painted, _ = redact(car, None, [shape], style, b"k")
        inside = shape.beyond(COLUMNS, ROWS) <= 0
        assert painted[inside].std(axis=0).max() < 12
    soft, _ = redact(car, None, [shape], "soft", b"k")
    assert np.abs(soft[inside].mean(axis=0) - (30, 60, 120)).max() < 25
