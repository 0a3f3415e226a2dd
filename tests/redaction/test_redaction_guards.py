"""Each step of the redaction and of its check, on small pictures made of plain numbers.

The figures are those of the first version that is known to hide and to notice what it must (``test_redaction.py``): a
part that is left out, or a number that is another, gives others. They leave room for the rounding of other machines.
"""

import cv2
import numpy as np
import pytest

from imgvet.geometry import Box
from imgvet.redaction import comparison, paint
from imgvet.redaction.comparison import RedactedRegion, correlation_z_score, keep_regions, still_recognisable
from imgvet.redaction.paint import Style, edge_width, redact
from imgvet.redaction.shapes import HeadShape, Shape, head_shape

BOXES = (Box(50, 40, 110, 120), Box(0, 0, 40, 50), Box(150, 100, 198, 158), Box(80, 60, 92, 75))


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
    "as it was": (16.2208, 18.6365, 22.7370, 8.8943),
    "moved": (15.0942, 14.6233, 14.6296, 8.3739),
    "smaller": (16.1050, 15.3899, 20.9563, 7.1696),
    "blurred": (12.5842, 12.7032, 10.7167, 6.5506),
    "swapped": (16.2199, 18.6301, 22.7358, 8.8943),
    "another": (13.9211, 10.3110, 14.7492, 6.7195),
}

MORE: dict[str, float] = {
    "by 3 up": 6.8242,
    "by 4 up": 5.9110,
    "by 3 down": 6.4780,
    "by 4 down": 5.2837,
    "by 3 left": 7.3926,
    "by 4 left": 6.9372,
    "by 3 right": 6.9129,
    "by 4 right": 6.3945,
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
    assert [each.grey.shape for each in kept] == [(48, 38), (48, 37), (48, 39), (48, 38)]
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
    region = RedactedRegion("Face 1", HeadShape(Box(-99, -99, 1, 1)), np.zeros((1, 1), np.uint8))
    assert correlation_z_score(GREY, region, (200, 160)) == 0


# Redaction

FACES = (Box(40, 30, 70, 70), Box(100, 60, 116, 82), Box(150, 10, 172, 28), Box(0, 110, 20, 140))
HEADS = [head_shape(face) for face in FACES]
SECRET = b"secret"


def hidden(style: Style, *, clear: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
    alpha = None
    if clear:
        alpha = np.full((160, 200), 255, np.uint8)
        alpha[:, 60:] = 90
    return redact(PICTURE, alpha, HEADS, style, SECRET)


def levels(picture: np.ndarray) -> list[int]:
    """Every ninth level in and near the hidden heads, in the middle of which blocks have no edges by chance."""
    return [int(level) for level in picture[9:150:9, 5:180:13].reshape(-1)[::5]]


PAINTED: dict[tuple[Style, bool], list[int]] = {
    ("solid", False): [
        107, 125, 106, 218, 159, 114, 116, 64, 58, 216, 141, 58, 131, 129, 157, 52, 64, 121, 52, 64, 58, 113,
        111, 110, 52, 64, 152, 52, 64, 58, 118, 93, 76, 122, 44, 58, 52, 64, 86, 150, 149, 104, 112, 93,
        58, 52, 64, 58, 217, 184, 149, 56, 64, 58, 52, 64, 58, 217, 163, 100, 52, 64, 58, 52, 64, 134,
        80, 43, 85, 52, 64, 110, 52, 94, 79, 59, 104, 122, 92, 93, 94, 116, 131, 98, 52, 64, 123, 44,
        122, 92, 98, 116, 62, 52, 106, 85, 121, 193, 91, 190, 227, 58, 105, 168, 60, 213, 138, 106, 132, 120,
        58, 198, 169, 97, 130, 179, 128, 133, 64, 123, 226, 105, 156, 161, 24, 131, 52, 64, 121, 80, 129, 95,
        63, 76, 97,
    ],
    ("solid", True): [
        107, 125, 106, 218, 159, 114, 116, 64, 58, 216, 141, 58, 131, 129, 157, 52, 64, 121, 52, 64, 58, 113,
        111, 110, 52, 64, 152, 52, 64, 58, 118, 93, 76, 122, 44, 58, 52, 64, 86, 150, 149, 104, 112, 93,
        58, 52, 64, 58, 217, 184, 149, 56, 64, 58, 52, 64, 58, 217, 163, 100, 52, 64, 58, 52, 64, 134,
        80, 43, 85, 52, 64, 110, 52, 92, 79, 59, 104, 122, 92, 93, 94, 116, 131, 98, 52, 64, 123, 44,
        122, 92, 98, 116, 62, 52, 106, 85, 121, 193, 91, 190, 227, 58, 105, 168, 60, 213, 138, 106, 132, 120,
        58, 198, 169, 97, 130, 179, 128, 133, 64, 123, 226, 105, 156, 161, 24, 131, 52, 64, 121, 80, 129, 95,
        63, 76, 97,
    ],
    ("blocks", False): [
        107, 125, 106, 218, 159, 114, 116, 122, 122, 216, 141, 126, 131, 129, 157, 109, 127, 121, 129, 105, 144, 113,
        111, 110, 116, 122, 152, 150, 127, 128, 118, 93, 76, 122, 44, 100, 140, 151, 86, 150, 149, 104, 112, 93,
        107, 142, 121, 134, 217, 184, 149, 56, 106, 126, 120, 139, 107, 217, 163, 100, 107, 130, 132, 122, 159, 134,
        80, 43, 85, 106, 132, 110, 150, 96, 79, 59, 104, 122, 92, 93, 94, 116, 131, 98, 151, 151, 123, 44,
        122, 92, 98, 116, 62, 145, 106, 85, 121, 193, 91, 190, 227, 108, 105, 168, 60, 213, 138, 106, 132, 120,
        122, 198, 169, 97, 130, 179, 128, 133, 145, 123, 226, 105, 156, 161, 24, 131, 107, 106, 121, 80, 129, 95,
        63, 76, 97,
    ],
    ("blocks", True): [
        107, 125, 106, 218, 159, 114, 116, 126, 138, 216, 141, 129, 131, 129, 157, 110, 132, 121, 131, 100, 149, 113,
        111, 110, 117, 126, 152, 153, 122, 133, 118, 93, 76, 122, 44, 101, 145, 144, 86, 150, 149, 104, 112, 93,
        108, 148, 113, 152, 217, 184, 149, 56, 106, 127, 128, 144, 124, 217, 163, 100, 107, 128, 135, 125, 163, 134,
        80, 43, 85, 107, 131, 110, 154, 98, 79, 59, 104, 122, 92, 93, 94, 116, 131, 98, 151, 151, 123, 44,
        122, 92, 98, 116, 62, 145, 106, 85, 121, 193, 91, 190, 227, 108, 105, 168, 60, 213, 138, 106, 132, 120,
        122, 198, 169, 97, 130, 179, 128, 133, 145, 123, 226, 105, 156, 161, 24, 131, 107, 106, 121, 80, 129, 95,
        63, 76, 97,
    ],
    ("soft", False): [
        107, 125, 114, 149, 159, 114, 114, 125, 115, 216, 118, 126, 131, 129, 157, 118, 131, 121, 134, 109, 134, 113,
        111, 115, 127, 122, 151, 137, 132, 128, 118, 93, 97, 121, 44, 109, 135, 142, 86, 150, 149, 104, 112, 95,
        113, 136, 127, 116, 217, 184, 149, 56, 116, 118, 123, 138, 104, 217, 163, 100, 120, 123, 124, 124, 137, 134,
        80, 43, 85, 118, 133, 111, 139, 127, 79, 59, 107, 122, 123, 103, 94, 116, 131, 98, 130, 130, 123, 44,
        122, 92, 98, 116, 62, 137, 106, 85, 121, 193, 91, 190, 227, 104, 105, 168, 60, 213, 138, 106, 132, 120,
        125, 198, 169, 97, 130, 179, 128, 133, 137, 123, 226, 105, 156, 161, 24, 131, 123, 122, 121, 80, 129, 95,
        63, 76, 97,
    ],
    ("soft", True): [
        107, 125, 116, 147, 159, 114, 115, 129, 130, 216, 116, 129, 139, 129, 157, 119, 136, 121, 137, 104, 138, 113,
        111, 128, 128, 125, 151, 141, 126, 133, 118, 93, 122, 120, 44, 110, 140, 136, 86, 150, 149, 104, 112, 95,
        115, 142, 118, 134, 217, 184, 149, 56, 116, 120, 131, 142, 121, 217, 163, 100, 120, 122, 127, 125, 141, 134,
        80, 43, 85, 118, 131, 112, 143, 132, 79, 59, 107, 122, 124, 111, 97, 116, 131, 98, 130, 130, 123, 44,
        122, 92, 98, 116, 62, 137, 106, 85, 121, 193, 91, 190, 227, 104, 105, 168, 60, 213, 138, 106, 132, 120,
        125, 198, 169, 97, 130, 179, 128, 133, 137, 123, 226, 105, 156, 161, 24, 131, 123, 122, 121, 80, 129, 95,
        63, 76, 97,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("style", "clear"), PAINTED)
def test_what_is_painted(style: Style, clear: bool) -> None:
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
def test_the_order_of_faces_and_what_is_in_them_change_nothing(style: Style) -> None:
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
    small, large = HeadShape(Box(0, 0, 8, 8)), HeadShape(Box(0, 0, 100, 200))
    assert [edge_width(head, "soft") for head in (small, large)] == [2, 16]
    assert [edge_width(head, style) for head in (small, large) for style in ("solid", "blocks")] == [1] * 4


def test_a_head_that_fills_the_photo_takes_no_colour_from_itself() -> None:
    """With nothing around it, only the tone is painted, lighter and darker by no more than its noise."""
    found, _ = redact(PICTURE, None, [head_shape(Box(0, 0, 200, 160))], "blocks", SECRET)
    steps = found[40:120, 50:150].astype(int) - (128, 132, 138)
    assert (steps == steps[..., :1]).all()
    assert 0 < np.abs(steps).max() <= 26


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
    steps = found[60:82, 100:116].astype(int) - (128, 132, 138)
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
        steps = found[60:82, 100:116].astype(int) - (128, 132, 138)
        assert bool((steps == steps[..., :1]).all()) == only_tone


@pytest.mark.parametrize("box", [Box(80, 60, 100, 90), Box(50, 40, 130, 120)])
def test_a_ring_is_as_far_from_its_head_on_every_side(box: Box) -> None:
    """In the middle of the photo it is the same in a mirror, and reaches its first and last row and column."""
    head = HeadShape(Box(box.left, box.top, 200 - box.left, 160 - box.top))
    around = head.box.grown((paint._RING_TO - 1) / 2).clipped(200, 160)
    columns, rows, seen = paint._ring(PICTURE, None, head, [(head, head.box)])
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
        found = paint._from_around(PICTURE, None, head, [])
        assert bool((found == (128, 132, 138)).all()) == only_tone


def test_no_ring_takes_colour_from_next_to_a_hidden_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """The box by which another head is passed over holds all of its ellipse, its edge and a pixel more."""
    given = []

    def noted(_pixels: object, _alpha: object, _head: object, taken: list[tuple[Shape, Box]], *_: object) -> object:
        given.extend(taken)
        return np.zeros((1, 1, 3), np.uint8)

    monkeypatch.setattr(paint, "_coarse", noted)
    redact(PICTURE, None, [head_shape(BOXES[0])], "solid", SECRET)
    ((head, box),) = given
    beyond = head.box.width / 2 * 0.08 + 1
    assert box.left <= head.box.left - beyond
    assert box.right >= head.box.right + beyond


def test_the_noise_of_blocks_reaches_26_levels() -> None:
    """Up and down; the grain of what looks like a blur, 2."""
    alpha, steps = np.zeros((160, 200), np.uint8), []
    head = head_shape(FACES[1])
    for number in range(60):
        found = paint._coarse(PICTURE, alpha, head, [], "blocks", bytes([number])).astype(int)
        steps.append(found - (128, 132, 138))
    assert [int(np.min(steps)), int(np.max(steps))] == [-26, 26]


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
