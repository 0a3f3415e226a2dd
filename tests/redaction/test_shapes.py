"""The shapes that hide something, against what a picture library draws."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.geometry import Box, Outline
from imgvet.redaction.shapes import PolygonShape, area_shape, head_shape

SIDE = 60
PLACES = np.arange(SIDE) + 0.75  # on no corner; those of a picture are the middles of pixels
BOARD: Outline = ((10, 8), (50, 14), (46, 44), (12, 40))
OUTLINES = st.lists(st.tuples(st.integers(-10, 70), st.integers(-10, 70)), min_size=3, max_size=9).map(tuple)


def inside(outline: Outline) -> np.ndarray:
    """Every place by the sum of the angles in which it sees the sides, which is 0 outside."""
    across, down = np.meshgrid(PLACES - 0.5, PLACES - 0.5)
    turned = np.zeros_like(across)
    for (x1, y1), (x2, y2) in zip(outline, (*outline[1:], outline[0]), strict=True):
        step = np.arctan2(y2 - down, x2 - across) - np.arctan2(y1 - down, x1 - across)
        turned += (step + math.pi) % (2 * math.pi) - math.pi
    return np.asarray(np.abs(turned) > 1, bool)


@given(OUTLINES)
def test_what_is_inside_an_area_is_inside_its_shape(outline: Outline) -> None:
    """However its corners lie, and whichever way round they are given."""
    found = PolygonShape(outline, 0).beyond(PLACES, PLACES)
    clear = np.abs(found) > 1e-3  # on a side either is right
    assert ((found < 0) == inside(outline))[clear].all()
    turned = PolygonShape(outline[::-1], 0).beyond(PLACES, PLACES)
    assert np.allclose(turned[clear], found[clear], atol=1e-3)


def test_how_far_a_place_is_beyond_an_area() -> None:
    """The distance to its nearest side, less the margin; the same as OpenCV measures."""
    found = PolygonShape(BOARD, 2.5).beyond(PLACES, PLACES)
    corners = np.array(BOARD, np.float32)
    for row in range(0, SIDE, 7):
        for column in range(0, SIDE, 7):
            far = -cv2.pointPolygonTest(corners, (column + 0.25, row + 0.25), measureDist=True)
            assert found[row, column] == pytest.approx(far - 2.5, abs=1e-3)


@pytest.mark.parametrize("reach", [0.0, 1.0, 6.0])
def test_within_its_reach_nothing_changes(reach: float) -> None:
    """What is further away is known to be further, inside and outside."""
    shape = PolygonShape(BOARD, 2.5)
    whole, near = shape.beyond(PLACES, PLACES), shape.beyond(PLACES, PLACES, reach)
    known = np.abs(whole + shape.margin) < reach + shape.margin
    assert np.allclose(whole[known], near[known], atol=1e-4)
    assert (near[whole > reach] >= reach - 1e-4).all()
    assert (near[whole <= 0] <= 0).all()


def test_an_area_is_hidden_with_a_margin() -> None:
    """Small for a line of text, never more than sixteen pixels; all of it is in its box."""
    plate, board = area_shape(Box(100, 100, 180, 120)), area_shape(Box(0, 0, 4000, 3000))
    assert 2 < plate.margin < 8
    assert board.margin == 16
    assert board.box == Box(-16, -16, 4016, 3016)
    assert plate.outline == ((100, 100), (179, 100), (179, 119), (100, 119))
    assert area_shape(plate.outline) == plate
    far = area_shape(BOARD).beyond(PLACES, PLACES)
    box = area_shape(BOARD).box
    down, across = np.nonzero(far <= 0)
    assert across.min() >= box.left
    assert across.max() < box.right
    assert down.min() >= box.top
    assert down.max() < box.bottom


def test_an_area_without_size_has_a_shape() -> None:
    """A line and a point are hidden with their margin."""
    for outline in (((5, 5), (30, 5), (5, 5)), ((9, 9), (9, 9), (9, 9))):
        shape = area_shape(outline)
        assert shape.radius == shape.margin == 2
        assert (shape.beyond(PLACES, PLACES) <= 0).any()


def test_a_face_without_size_hides_nothing() -> None:
    """A box that is empty has no head."""
    assert head_shape(Box(5, 5, 5, 9)).box.area == 0
