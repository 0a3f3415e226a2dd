"""Each step of the redaction and of its check, on small pictures made of plain numbers.

The figures are those of the first version that is known to hide and to notice what it must (``test_redaction.py``): a
part that is left out, or a number that is another, gives others. They leave room for the rounding of other machines.
"""

import cv2
import numpy as np
import pytest

from imgvet.geometry import Box
from imgvet.profile import RedactStyle
from imgvet.redaction import comparison, paint
from imgvet.redaction.comparison import RedactedRegion, correlation_z_score, keep_regions, still_recognisable
from imgvet.redaction.paint import edge_width, redact
from imgvet.redaction.shapes import HeadShape, Shape, head_shape

BOXES = (Box(50, 40, 110, 120), Box(0, 0, 40, 50), Box(150, 100, 198, 158), Box(80, 60, 92, 75))


def head_of(box: Box) -> HeadShape:
    """A head that fills a box."""
    return HeadShape(box)


def hidden_shapes(*shapes: Shape) -> paint.HiddenShapes:
    edges = np.array([shape.box.as_list() for shape in shapes], np.int64).reshape(-1, 4).T
    return paint.HiddenShapes(shapes, edges)


def waves(height: int, width: int, phase: float = 0) -> np.ndarray:
    """Grey levels that are alike nowhere near each other."""
    rows, columns = np.mgrid[0:height, 0:width]
    levels = 128 + 60 * np.sin(rows * 0.31 + columns * 0.17 + phase) + 50 * np.sin(rows * columns * 0.00355 + phase)
    return np.asarray(np.rint(levels), np.uint8)


def coloured(grey: np.ndarray) -> np.ndarray:
    return np.dstack([grey, grey // 2 + 40, 255 - grey])


PICTURE = coloured(waves(160, 200))
GREY = np.asarray(cv2.cvtColor(PICTURE, cv2.COLOR_RGB2GRAY), np.uint8)


def written(how: str) -> np.ndarray:
    """The picture's brightness as a file may show it."""
    if how == "moved":
        return np.roll(GREY, (2, -2), (0, 1))
    if how.startswith("by "):
        axis, pixels = {"up": (0, -1), "down": (0, 1), "left": (1, -1), "right": (1, 1)}[how[5:]]
        return np.roll(GREY, pixels * int(how[3]), axis)
    if how == "smaller":
        return np.asarray(cv2.resize(GREY, (100, 80), interpolation=cv2.INTER_AREA), np.uint8)
    if how == "blurred":
        return np.asarray(cv2.GaussianBlur(GREY, (0, 0), 4), np.uint8)
    return 255 - GREY if how == "swapped" else waves(160, 200, 2) if how == "another" else GREY


SCORES: dict[str, tuple[float, ...]] = {
    "as it was": (14.9791, 18.9447, 21.1338, 6.9705),
    "moved": (14.0053, 14.8050, 13.6332, 6.4966),
    "smaller": (14.5932, 13.8318, 18.0229, 6.1337),
    "blurred": (11.1483, 12.2478, 10.2868, 4.8687),
    "swapped": (14.9809, 18.9484, 21.1338, 6.9705),
    "another": (12.6909, 11.3978, 15.0258, 5.3954),
}

MORE: dict[str, float] = {
    "by 3 up": 4.7903,
    "by 4 up": 3.8925,
    "by 3 down": 5.1759,
    "by 4 down": 4.3466,
    "by 3 left": 5.8525,
    "by 4 left": 5.0774,
    "by 3 right": 5.2870,
    "by 4 right": 5.0287,
}


@pytest.mark.parametrize("how", MORE)
def test_a_place_is_no_more_than_two_pixels_off(how: str) -> None:
    """What is further away is another place, on each of the four sides."""
    (kept,) = keep_regions(PICTURE, {"Face 1": head_shape(BOXES[3])})
    assert correlation_z_score(written(how), kept, (200, 160)) == pytest.approx(MORE[how], rel=2e-3)


@pytest.mark.parametrize(("frequency", "counts"), [(1, True), (8, True), (9, False), (14, False)])
def test_a_band_ends_with_its_last_frequency(frequency: int, counts: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four cycles across a head of 32 pixels are frequency 8 of a plane of 64; what is finer is left to other bands."""
    monkeypatch.setattr(comparison, "_BANDS", (4.0,))
    for place in ((0, frequency), (frequency, 0), (64 - frequency, 0)):
        spectrum = np.zeros((64, 33), np.complex64)
        spectrum[place] = 1e4
        found = comparison._beyond_chance(spectrum, spectrum, np.ones((32, 32), np.float32), 32)
        assert (found > 0.1) == counts


def test_a_head_is_made_smaller_or_larger_by_its_width() -> None:
    """Never to nothing, however narrow what is left of it."""
    for height, width in ((10, 40), (40, 10), (100, 30), (30, 100)):
        region = waves(height, width)
        size = (48, round(height * 48 / width)) if width > height else (round(width * 48 / height), 48)
        how = cv2.INTER_CUBIC if max(height, width) < 48 else cv2.INTER_AREA
        assert (comparison._sized(region, 48) == cv2.resize(region, size, interpolation=how)).all()
    assert comparison._sized(waves(1, 200), 48).shape == (1, 48)
    assert comparison._sized(waves(200, 1), 48).shape == (48, 1)
    assert [comparison._how(waves(9, 30), width) for width in (29, 30, 31)] == [
        cv2.INTER_AREA, cv2.INTER_AREA, cv2.INTER_CUBIC,
    ]  # fmt: skip


@pytest.mark.parametrize("how", SCORES)
def test_how_sure_the_check_is_of_a_head(how: str) -> None:
    """As it was, moved by the rounding of a place, smaller, soft, in negative, and in a picture of something else."""
    kept = keep_regions(PICTURE, {f"Face {number}": head_shape(box) for number, box in enumerate(BOXES)})
    found = [correlation_z_score(written(how), each, (200, 160)) for each in kept]
    assert found == pytest.approx(SCORES[how], rel=2e-3)


def test_the_limit_is_a_false_alarm_in_a_million() -> None:
    """Of the comparisons of one head: three bands, 25 shifts, twice."""
    assert comparison.TRIES == 150
    assert pytest.approx(5.6817, abs=1e-3) == comparison.LIMIT


def test_what_is_kept_of_a_head() -> None:
    """A grey copy, 48 pixels at its longer side; of a head beyond the photo nothing, and that alarms nobody."""
    kept = keep_regions(PICTURE, {f"Face {number}": head_shape(box) for number, box in enumerate(BOXES, 5)})
    assert [each.label for each in kept] == ["Face 5", "Face 6", "Face 7", "Face 8"]
    assert [each.grey.shape for each in kept] == [(48, 36), (48, 41), (48, 36), (48, 39)]
    assert [each.shape for each in kept] == [head_shape(box) for box in BOXES]
    (outside,) = keep_regions(PICTURE, {"Face 1": head_shape(Box(500, 500, 520, 530))})
    assert outside.grey.max() == 0
    assert outside.grey.shape == (48, 48)
    assert correlation_z_score(GREY, outside, (200, 160)) == 0


def test_only_what_is_still_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """By their labels."""
    kept = keep_regions(PICTURE, {"Face 4": head_shape(BOXES[0]), "Area B": head_shape(BOXES[2])})
    assert still_recognisable(GREY, kept, (200, 160)) == ("Face 4", "Area B")
    assert still_recognisable(np.full_like(GREY, 90), kept, (200, 160)) == ()
    with monkeypatch.context() as patched:
        patched.setattr(comparison, "LIMIT", correlation_z_score(GREY, kept[0], (200, 160)))
        assert "Face 4" not in still_recognisable(GREY, kept, (200, 160))
    half = GREY.copy()
    half[:, :128] = 90
    half[:72] = 90
    assert still_recognisable(half, kept[1:], (200, 160)) == ("Area B",)
    assert still_recognisable(np.zeros((1, 1), np.uint8), kept, (200, 160)) == ()


def test_a_head_of_which_only_a_corner_is_in_the_photo_alarms_nobody() -> None:
    """The window shows nothing of it."""
    region = RedactedRegion("Face 1", head_of(Box(-99, -99, 1, 1)), np.zeros((1, 1), np.uint8))
    assert correlation_z_score(GREY, region, (200, 160)) == 0


# Redaction

FACES = (Box(40, 30, 70, 70), Box(100, 60, 116, 82), Box(150, 10, 172, 28), Box(0, 110, 20, 140))
HEADS = [head_shape(face) for face in FACES]
SECRET = b"secret"


def hidden(style: RedactStyle, *, clear: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
    alpha = None
    if clear:
        alpha = np.full((160, 200), 255, np.uint8)
        alpha[:, 60:] = 90
    return redact(PICTURE, alpha, HEADS, style, SECRET)


def levels(picture: np.ndarray) -> list[int]:
    """Every ninth level in and near the hidden heads, in the middle of which blocks have no edges by chance."""
    return [int(level) for level in picture[9:150:9, 5:180:13].reshape(-1)[::5]]


PAINTED: dict[tuple[RedactStyle, bool], list[int]] = {
    ("solid", False): [
        107, 125, 106, 218, 159, 114, 116, 64, 58, 216, 141, 58, 131, 129, 157, 52, 64, 121, 189, 64, 58, 113,
        111, 110, 52, 64, 152, 52, 64, 85, 118, 93, 76, 122, 44, 90, 52, 64, 86, 150, 149, 104, 112, 93,
        58, 52, 169, 58, 217, 184, 149, 56, 116, 58, 162, 159, 141, 217, 163, 100, 216, 64, 93, 130, 64, 134,
        80, 43, 85, 188, 173, 110, 52, 95, 79, 59, 104, 122, 92, 93, 94, 116, 131, 98, 162, 82, 123, 44,
        122, 92, 98, 116, 62, 52, 106, 85, 121, 193, 91, 190, 227, 58, 105, 168, 60, 213, 138, 106, 132, 120,
        58, 198, 169, 97, 130, 179, 128, 133, 64, 123, 226, 105, 156, 161, 24, 131, 188, 149, 121, 80, 129, 95,
        63, 76, 97,
    ],
    ("solid", True): [
        107, 125, 106, 218, 159, 114, 116, 64, 58, 216, 141, 58, 131, 129, 157, 52, 64, 121, 189, 64, 58, 113,
        111, 110, 52, 64, 152, 52, 64, 85, 118, 93, 76, 122, 44, 90, 52, 64, 86, 150, 149, 104, 112, 93,
        58, 52, 169, 58, 217, 184, 149, 56, 116, 58, 162, 159, 141, 217, 163, 100, 216, 64, 93, 111, 64, 134,
        80, 43, 85, 188, 173, 110, 52, 95, 79, 59, 104, 122, 92, 93, 94, 116, 131, 98, 162, 82, 123, 44,
        122, 92, 98, 116, 62, 52, 106, 85, 121, 193, 91, 190, 227, 58, 105, 168, 60, 213, 138, 106, 132, 120,
        58, 198, 169, 97, 130, 179, 128, 133, 64, 123, 226, 105, 156, 161, 24, 131, 188, 149, 121, 80, 129, 95,
        63, 76, 97,
    ],
    ("blocks", False): [
        107, 125, 106, 218, 159, 114, 116, 70, 97, 216, 141, 117, 131, 129, 157, 126, 90, 121, 189, 130, 112, 113,
        111, 110, 142, 70, 152, 142, 128, 85, 118, 93, 76, 122, 44, 90, 144, 136, 86, 150, 149, 104, 112, 93,
        137, 139, 169, 130, 217, 184, 149, 56, 116, 111, 162, 160, 141, 217, 163, 100, 216, 131, 93, 148, 141, 134,
        80, 43, 85, 188, 173, 110, 152, 95, 79, 59, 104, 122, 92, 93, 94, 116, 131, 98, 174, 82, 123, 44,
        122, 92, 98, 116, 62, 127, 106, 85, 121, 193, 91, 190, 227, 121, 105, 168, 60, 213, 138, 106, 132, 120,
        132, 198, 169, 97, 130, 179, 128, 133, 133, 123, 226, 105, 156, 161, 24, 131, 204, 149, 121, 80, 129, 95,
        63, 76, 97,
    ],
    ("blocks", True): [
        107, 125, 106, 218, 159, 114, 116, 123, 122, 216, 141, 120, 131, 129, 157, 134, 120, 121, 189, 130, 115, 113,
        111, 110, 122, 128, 152, 143, 128, 85, 118, 93, 76, 122, 44, 90, 144, 134, 86, 150, 149, 104, 112, 93,
        137, 146, 169, 137, 217, 184, 149, 56, 116, 113, 162, 160, 141, 217, 163, 100, 216, 129, 93, 142, 129, 134,
        80, 43, 85, 188, 173, 110, 129, 95, 79, 59, 104, 122, 92, 93, 94, 116, 131, 98, 174, 82, 123, 44,
        122, 92, 98, 116, 62, 127, 106, 85, 121, 193, 91, 190, 227, 121, 105, 168, 60, 213, 138, 106, 132, 120,
        132, 198, 169, 97, 130, 179, 128, 133, 133, 123, 226, 105, 156, 161, 24, 131, 204, 149, 121, 80, 129, 95,
        63, 76, 97,
    ],
    ("soft", False): [
        107, 125, 106, 218, 159, 114, 116, 80, 107, 216, 141, 117, 131, 129, 157, 126, 92, 121, 189, 122, 112, 113,
        111, 110, 141, 80, 152, 141, 136, 85, 118, 93, 76, 122, 44, 93, 149, 136, 86, 150, 149, 104, 112, 93,
        122, 135, 169, 120, 217, 184, 149, 56, 116, 121, 162, 142, 141, 217, 163, 100, 216, 127, 98, 139, 134, 134,
        80, 43, 85, 188, 173, 110, 152, 95, 79, 59, 104, 122, 92, 93, 94, 116, 131, 98, 128, 93, 123, 44,
        122, 92, 98, 116, 62, 133, 106, 85, 121, 193, 91, 190, 227, 128, 105, 168, 60, 213, 138, 106, 132, 120,
        124, 198, 169, 97, 130, 179, 128, 133, 136, 123, 226, 105, 156, 161, 24, 131, 154, 154, 121, 80, 129, 95,
        63, 76, 97,
    ],
    ("soft", True): [
        107, 125, 106, 218, 159, 114, 116, 126, 129, 216, 141, 123, 131, 129, 157, 130, 122, 121, 189, 122, 119, 113,
        111, 110, 129, 125, 152, 141, 134, 85, 118, 93, 76, 122, 44, 93, 151, 132, 86, 150, 149, 104, 112, 93,
        122, 139, 169, 129, 217, 184, 149, 56, 116, 123, 162, 132, 141, 217, 163, 100, 216, 125, 102, 129, 121, 134,
        80, 43, 85, 188, 173, 110, 132, 95, 79, 59, 104, 122, 92, 93, 94, 116, 131, 98, 128, 93, 123, 44,
        122, 92, 98, 116, 62, 133, 106, 85, 121, 193, 91, 190, 227, 128, 105, 168, 60, 213, 138, 106, 132, 120,
        124, 198, 169, 97, 130, 179, 128, 133, 136, 123, 226, 105, 156, 161, 24, 131, 154, 154, 121, 80, 129, 95,
        63, 76, 97,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("style", "clear"), PAINTED)
def test_what_is_painted(style: RedactStyle, clear: bool) -> None:
    """The same in a later run; a file that was lost is made again."""
    found, alpha = hidden(style, clear=clear)
    assert levels(found) == pytest.approx(PAINTED[style, clear], abs=1)
    assert (alpha is None) == (not clear)
    for face in FACES:
        part = np.s_[max(face.top, 0) : face.bottom, face.left : face.right]
        assert alpha is None or (alpha[part] == 255).all()
        heads = head_shape(face)
        distance = heads.beyond(np.arange(200) + 0.5, np.arange(160) + 0.5)
        painted = found[distance <= 0]
        if style == "solid":
            assert (painted == (52, 58, 64)).all()
    far = np.ones((160, 200), bool)
    for face in FACES:
        head, edge = head_shape(face), edge_width(head_shape(face), style)
        distance = head.beyond(np.arange(200) + 0.5, np.arange(160) + 0.5)
        far &= distance >= edge
    assert (found[far] == PICTURE[far]).all()
    assert alpha is None or set(np.unique(alpha[far])) == {90, 255}


@pytest.mark.parametrize("style", ["solid", "blocks", "soft"])
def test_the_order_of_faces_and_what_is_in_them_change_nothing(style: RedactStyle) -> None:
    """Nor do a face of no size and one beyond the photo; the picture that was given stays as it is."""
    before, alpha = PICTURE.copy(), np.full((160, 200), 255, np.uint8)
    first = redact(PICTURE, alpha, HEADS, style, SECRET)
    more = (*reversed(FACES), FACES[0], Box(5, 5, 5, 9), Box(700, 700, 720, 730))
    second = redact(PICTURE, alpha, [head_shape(face) for face in more], style, SECRET)
    assert (first[0] == second[0]).all()
    assert (before == PICTURE).all()
    assert (alpha == 255).all()
    assert first[1] is not None
    assert (first[1] == 255).all()
    other = redact(PICTURE, alpha, HEADS, style, b"other")
    assert (first[0] == other[0]).all() == (style == "solid")


def test_how_wide_the_edge_is() -> None:
    """One pixel, but for what looks like a blur; at least two there."""
    small, large = head_of(Box(0, 0, 8, 8)), head_of(Box(0, 0, 100, 200))
    assert [edge_width(head, "soft") for head in (small, large)] == [2, 11]
    assert [edge_width(head, style) for head in (small, large) for style in ("solid", "blocks")] == [1] * 4


def test_a_head_that_fills_the_photo_takes_no_colour_from_itself() -> None:
    """With nothing around it, only the tone is painted, lighter and darker by no more than its noise."""
    found, _ = redact(PICTURE, None, [head_shape(Box(0, 0, 200, 160))], "blocks", SECRET)
    steps = found[40:120, 50:150].astype(int) - (132, 127, 122)
    assert (steps == steps[..., :1]).all()
    assert 0 < np.abs(steps).max() <= 12


def test_what_cannot_be_seen_gives_no_colour() -> None:
    """Nor does another head that is hidden."""
    alpha = np.zeros((160, 200), np.uint8)
    found, seen = redact(PICTURE, alpha, [HEADS[1]], "blocks", SECRET)
    head = head_shape(FACES[1])
    distance = head.beyond(np.arange(200) + 0.5, np.arange(160) + 0.5)
    far = distance >= 1
    assert (found[far] == PICTURE[far]).all()
    assert seen is not None
    assert not seen[far].any()
    steps = found[60:82, 100:116].astype(int) - (132, 127, 122)
    assert (steps == steps[..., :1]).all()
    near = Box(118, 60, 134, 82)
    changed = PICTURE.copy()
    changed[near.top : near.bottom, near.left : near.right] = 255
    one, other = (redact(each, None, [HEADS[1], head_shape(near)], "blocks", SECRET)[0] for each in (PICTURE, changed))
    assert (one == other).all()


def test_a_strip_keeps_its_height() -> None:
    """With another the grain of a tall head is another, and a lost file would not be made again to the byte."""
    assert paint._STRIP == 256


def test_strips_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is painted in several strips is what is painted in one; the grain alone may be another."""
    for style in ("solid", "blocks"):
        whole = redact(PICTURE, None, HEADS, style, SECRET)[0]
        with monkeypatch.context() as patched:
            patched.setattr(paint, "_STRIP", 7)
            assert (redact(PICTURE, None, HEADS, style, SECRET)[0] == whole).all()


def test_what_is_half_seen_gives_its_colour() -> None:
    """From 128 on, where it is opaque rather than not."""
    for level, only_tone in ((127, True), (128, False)):
        found, _ = redact(PICTURE, np.full((160, 200), level, np.uint8), [HEADS[1]], "blocks", SECRET)
        steps = found[60:82, 100:116].astype(int) - (132, 127, 122)
        assert bool((steps == steps[..., :1]).all()) == only_tone


@pytest.mark.parametrize("box", [Box(80, 60, 100, 90), Box(50, 40, 130, 120)])
def test_a_ring_is_as_far_from_its_head_on_every_side(box: Box) -> None:
    """In the middle of the photo it is the same in a mirror, and reaches its first and last row and column."""
    head = head_of(Box(box.left, box.top, 200 - box.left, 160 - box.top))
    around = head.box.grown((paint._RING_TO - 1) / 2).clipped(200, 160)
    columns, rows, seen = paint._ring(PICTURE, None, head, hidden_shapes(head), paint._RING_TO)
    assert (columns[0], columns[-1], rows[0], rows[-1]) == (
        around.left, around.right - 1, around.top, around.bottom - 1,
    )  # fmt: skip
    distance = head.beyond(columns + 0.5, rows + 0.5)  # of the middle of each pixel
    assert seen.any()
    assert (
        seen
        == ((distance <= (paint._RING_TO - 1) * head.radius) & (distance > (paint._RING_FROM - 1) * head.radius + 1))
    ).all()


def test_a_ring_of_few_places_gives_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """24 are enough."""
    head = head_shape(FACES[1])
    for places, only_tone in ((23, True), (24, False)):
        ring = np.arange(places), np.array([0]), np.ones((1, places), bool)
        monkeypatch.setattr(paint, "_ring", lambda *_, ring=ring: ring)
        found = paint._from_around(PICTURE, None, head, hidden_shapes(), np.array([108.0]), np.array([70.0]))
        assert bool((found == (132, 127, 122)).all()) == only_tone


def test_shapes_that_are_near_a_box() -> None:
    """Those with a place in it; with what is spared round them, those next to it, too."""
    hidden = hidden_shapes(head_of(Box(0, 0, 100, 50)), head_of(Box(110, 0, 210, 50)))
    assert hidden.near(Box(99, 49, 110, 60)) == [0]
    assert hidden.near(Box(100, 0, 110, 60)) == []
    assert hidden.near(Box(99, 49, 111, 60)) == [0, 1]
    assert hidden.near(Box(101, 0, 102, 60), 0.02) == [0]
    assert hidden.near(Box(0, 50, 300, 51)) == []
    assert hidden.near(Box(0, 50, 300, 51), 0.01) == [0, 1]


def test_the_noise_of_blocks_reaches_12_levels() -> None:
    """Up and down; the grain of what looks like a blur, 2."""
    alpha, steps = np.zeros((160, 200), np.uint8), []
    head = head_shape(FACES[1])
    for number in range(60):
        found = paint._coarse(PICTURE, alpha, head, hidden_shapes(), "blocks", bytes([number])).astype(int)
        steps.append(found - (132, 127, 122))
    assert [int(np.min(steps)), int(np.max(steps))] == [-12, 12]


def test_what_flows_is_as_it_was_in_a_mirror() -> None:
    """Sixteen places to a block, none of them nearer to one side."""
    coarse = np.asarray(np.arange(60).reshape(5, 4, 3) * 37 % 251, np.uint8)
    flowing = paint._flowing(coarse).astype(int)
    assert flowing.shape == (80, 64, 3)
    for turned in (np.s_[:, ::-1], np.s_[::-1]):
        mirrored = paint._flowing(np.ascontiguousarray(coarse[turned])).astype(int)
        assert np.abs(flowing[turned] - mirrored).max() <= 1


@pytest.mark.parametrize("by", range(-6, 7))
def test_a_head_is_looked_for_two_pixels_to_each_side(by: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not three: of noise, in which every place is another one than the next."""
    monkeypatch.setattr(comparison, "_BANDS", (1e9,))
    noise = np.random.default_rng(3).normal(0, 40, (32, 32))
    window = np.ones((32, 32), np.float32)

    def spectrum(down: int, across: int) -> comparison.Complex:
        plane = np.zeros((64, 64))
        plane[16 + down : 48 + down, 16 + across : 48 + across] = noise
        return np.asarray(np.fft.rfft2(plane), np.complex64)

    for place in ((by, 0), (0, by), (by, 2), (-2, by)):
        found = comparison._beyond_chance(spectrum(0, 0), spectrum(*place), window, 32)
        assert (found > 10) == (abs(by) <= 2), (place, found)
