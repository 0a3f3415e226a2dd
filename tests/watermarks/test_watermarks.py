"""The watermark and the overlay: readable on every ground, the same on every photo, never on a face."""

import importlib.util
import struct
import zlib
from datetime import date
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imgvet.errors import ProfileError
from imgvet.geometry import Box
from imgvet.photo import Event
from imgvet.pixels import Pixels
from imgvet.profile import Corner, Organisation, Profile, parse_profile
from imgvet.settings import Settings
from imgvet.watermarks.contrast import (
    LIGHT_INK,
    ContrastNeeds,
    choose_style,
    contrast,
    luminance,
    own_luminance,
    texture,
)
from imgvet.watermarks.draw import WatermarkedImage, draw_watermarks
from imgvet.watermarks.fonts import check_characters, line_mask, proportions, size_for
from imgvet.watermarks.layout import MIN_HEIGHT, lay_out
from imgvet.watermarks.load import LoadedWatermark, load_watermarks
from imgvet.watermarks.placement import box_at, calm_order
from support.chance import examples
from support.grounds import GROUNDS, flat
from support.pictures import landscape

WATERMARKS = Path(__file__).parents[2] / "watermarks"
CORNERS: tuple[Corner, ...] = ("bottom-left", "bottom-right", "top-left", "top-right")

LEFT = LoadedWatermark(
    "© Ashford Borough 2026", None, ("bottom-left", "top-left", "top-right"), 0.026, 0.022, 0.95, "copyright"
)
RIGHT = LoadedWatermark(
    "www.ashford.example", None, ("bottom-right", "top-right", "top-left"), 0.026, 0.022, 0.95, "website"
)


def marked(pixels: Pixels, *marks: LoadedWatermark, faces: tuple[Box, ...] = ()) -> WatermarkedImage:
    """The marks on a copy of the picture."""
    return draw_watermarks(pixels.copy(), None, faces, marks or (LEFT, RIGHT))


def covers(box: Box, face: Box) -> bool:
    """Whether a pixel of the face lies in the box."""
    return box.common_area(face) > 0


def test_a_mark_changes_its_box_and_nothing_else() -> None:
    """Every changed pixel lies in a placed box, and each box holds changed pixels."""
    before = GROUNDS["noise"]
    after = marked(before)
    changed = (after.pixels != before).any(axis=2)
    assert len(after.placed) == 2
    for mark in after.placed:
        part = changed[mark.box.top : mark.box.bottom, mark.box.left : mark.box.right]
        assert part.mean() > 0.5
        part[:] = False
    assert not changed.any()


def test_marks_stand_in_the_first_corner_that_the_profile_names() -> None:
    """Copyright at the bottom left, website at the bottom right, both off the edge by their margin."""
    copyright_mark, website = marked(flat(90)).placed
    assert (copyright_mark.corner, copyright_mark.name) == ("bottom-left", "copyright")
    assert (website.corner, website.name) == ("bottom-right", "website")
    assert copyright_mark.box.left == 1200 - website.box.right
    assert copyright_mark.box.bottom == website.box.bottom < 800


def test_a_calm_ground_is_left_alone_around_the_letters() -> None:
    """On plain white and plain black there is no plate: the corners of the box stay as they were."""
    for level in (0, 255):
        after = marked(flat(level), LEFT)
        box = after.placed[0].box
        assert (after.pixels[box.top, box.left : box.right] == level).all()


def test_a_busy_ground_gets_a_plate_that_lets_the_photo_through() -> None:
    """On checks the plate's rim is changed, but still lighter and darker by place."""
    after = marked(GROUNDS["coarse-checks"], LEFT)
    box = after.placed[0].box
    rim = after.pixels[box.top + 2, box.left + 20 : box.right - 20]
    assert (rim != GROUNDS["coarse-checks"][box.top + 2, box.left + 20 : box.right - 20]).any()
    assert int(rim.max()) - int(rim.min()) > 10


def test_the_text_is_the_same_part_of_the_short_side_at_any_shape() -> None:
    """Landscape, portrait, square and panorama with one short side carry letters of one height."""
    heights = {
        placed.height
        for size in ((1500, 1000), (1000, 1500), (1000, 1000), (4000, 1000), (1000, 1778))
        for placed in marked(flat(40, *size)).placed
    }
    assert heights == {26}


def test_the_text_grows_with_the_photo() -> None:
    """Four times the photo, four times the letters, to a pixel."""
    small, large = (marked(flat(40, 1000 * n, 800 * n), LEFT).placed[0] for n in (1, 4))
    assert abs(small.height * 4 - large.height) <= 4
    assert abs(small.box.width * 4 - large.box.width) <= 0.04 * large.box.width


def test_capitals_and_descenders_fill_the_height() -> None:
    """From the top of H to the bottom of p there are as many pixels as the mark is said to be high."""
    for height in (12, 26, 71):
        rows = np.flatnonzero((line_mask("Hp", "", size_for(height, "")) > 127).any(axis=1))
        assert abs(int(rows[-1] + 1 - rows[0]) - height) <= 0.05 * height + 1


def test_a_long_text_is_made_smaller_until_it_takes_three_fifths_of_the_width() -> None:
    """No mark is wider than that, and it is still as large as that allows."""
    long = LoadedWatermark(
        "© The Combined Fire and Rescue Service of the Northern Isles 2026", None, CORNERS, 0.1, 0.02, 1
    )
    box = marked(flat(30, 1500, 1000), long).placed[0].box
    assert 0.5 * 1500 < box.width < 0.66 * 1500


def test_two_long_marks_share_the_bottom_edge_of_a_portrait() -> None:
    """Where both would just not fit beside each other, both get a little smaller and keep their corners."""
    copyright_mark = LoadedWatermark("© Avon and Somerset Police 2026", None, LEFT.places, 0.03, 0.022, 1, "copyright")
    website = LoadedWatermark("www.avonandsomerset.police.uk", None, RIGHT.places, 0.03, 0.022, 1, "website")
    placed = marked(flat(30, 1000, 1500), copyright_mark, website).placed
    assert [mark.corner for mark in placed] == ["bottom-left", "bottom-right"]
    assert placed[0].height == placed[1].height
    assert 0.7 * 30 <= placed[0].height < 30
    assert not covers(placed[0].box, placed[1].box)


def test_a_face_in_the_first_corner_sends_the_mark_to_the_next() -> None:
    """The profile's order decides among the corners that are free."""
    face = Box(40, 720, 120, 790)
    assert marked(flat(90), LEFT, faces=(face,)).placed[0].corner == "top-left"


def test_room_is_kept_around_a_face() -> None:
    """A mark that would come within 15 per cent of a face goes elsewhere."""
    box = marked(flat(90), LEFT).placed[0].box
    beside = Box(box.right + 5, 700, box.right + 105, 800)
    away = Box(box.right + 20, 700, box.right + 120, 800)
    assert marked(flat(90), LEFT, faces=(beside,)).placed[0].corner == "top-left"
    assert marked(flat(90), LEFT, faces=(away,)).placed[0].corner == "bottom-left"


def test_faces_in_the_corners_of_the_profile_lead_to_the_other_corner() -> None:
    """The fourth corner is tried though the profile does not name it."""
    faces = (Box(0, 700, 200, 800), Box(0, 0, 200, 100), Box(1000, 0, 1200, 100))
    assert marked(flat(90), LEFT, faces=faces).placed[0].corner == "bottom-right"


def test_a_mark_shrinks_before_it_leaves_the_corners() -> None:
    """With too little room in every corner it stands in one at 70 per cent of its size."""
    width = marked(flat(90), LEFT).placed[0].box.width
    wall = 18 + round(0.85 * width)
    faces = (Box(wall, 0, wall + 10, 800), Box(1190 - wall, 0, 1200 - wall, 800))
    placed = marked(flat(90), LEFT, faces=faces).placed[0]
    assert placed.corner == "bottom-left"
    assert placed.height == round(0.7 * 21)


def test_faces_in_all_corners_lead_to_the_middle_of_an_edge() -> None:
    """The middle of the bottom edge comes before that of the top."""
    faces = tuple(Box(x, y, x + 150, y + 150) for x in (0, 1050) for y in (0, 650))
    assert marked(flat(90), LEFT, faces=faces).placed[0].corner == "bottom-centre"


def test_a_photo_full_of_faces_gets_no_mark_and_says_so() -> None:
    """Nothing is drawn, and both marks are named as not placed."""
    after = marked(flat(90), faces=(Box(0, 0, 1200, 800),))
    assert after.unplaced == ("copyright", "website")
    assert after.placed == ()
    assert (after.pixels == 90).all()


def test_the_first_mark_gives_way_when_else_the_second_had_no_place() -> None:
    """Where only one place suits the second mark, the first takes another."""
    wide = LoadedWatermark("the second mark is a rather long one", None, ("bottom-left",), 0.04, 0.02, 1, "website")
    faces = (Box(0, 0, 60, 60), Box(700, 740, 1200, 800), Box(1140, 60, 1200, 110))
    first = LoadedWatermark("© AB", None, CORNERS, 0.04, 0.02, 1, "copyright")
    assert marked(flat(90), first, wide, faces=faces).unplaced == ()


faces_anywhere = st.lists(
    st.tuples(st.floats(-0.1, 1), st.floats(-0.1, 1), st.floats(0.01, 0.6), st.floats(0.01, 0.6)), max_size=6
)


def restless(width: int, height: int, seed: int) -> Pixels:
    """A picture that is calm in some places and busy in others, by chance."""
    random = np.random.default_rng(seed)
    busy = cv2.resize(random.uniform(0, 90, (3, 3)), (width, height), interpolation=cv2.INTER_NEAREST)
    levels = 110 + busy * random.normal(0, 1, (height, width))
    return np.ascontiguousarray(np.repeat(np.clip(levels, 0, 255)[:, :, np.newaxis], 3, axis=2), np.uint8)


@given(
    width=st.integers(1, 1400),
    height=st.integers(1, 1400),
    faces=faces_anywhere,
    size=st.floats(0.01, 0.2),
    line=st.sampled_from(["", "14 June 2026 · CC BY-NC 4.0"]),
    seed=st.integers(0, 1000),
)
@examples(150)
def test_no_mark_ever_touches_a_face_another_mark_or_the_outside(
    width: int, height: int, faces: list[tuple[float, float, float, float]], size: float, line: str, seed: int
) -> None:
    """For any picture and any faces each mark is placed clear of them all, or named as not placed.

    And however busy the picture is, as many marks find room as on an even one.
    """
    boxes = tuple(
        Box(round(x * width), round(y * height), round((x + w) * width), round((y + h) * height))
        for x, y, w, h in faces
    )
    marks = [
        LoadedWatermark(m.text, None, m.places, round(size, 2), m.margin, 1, m.name, line=line) for m in (LEFT, RIGHT)
    ]
    before = restless(width, height, seed)
    after = marked(before, *marks, faces=boxes)
    assert {mark.name for mark in after.placed} | set(after.unplaced) == {"copyright", "website"}
    assert len(after.placed) == len(marked(flat(77, width, height), *marks, faces=boxes).placed)
    for mark in after.placed:
        assert mark.box == mark.box.clipped(width, height)
        assert mark.height >= MIN_HEIGHT
        assert not any(covers(mark.box, face.grown(0.15)) for face in boxes)
    if len(after.placed) == 2:
        assert not covers(after.placed[0].box, after.placed[1].box)
    for face in (each.clipped(width, height) for each in boxes):
        part = np.s_[face.top : face.bottom, face.left : face.right]
        assert np.array_equal(after.pixels[part], before[part])


# The calmest place


def with_busy(*corners: str, spread: float = 60, on: Pixels | None = None) -> Pixels:
    """A calm picture that is busy in those corners."""
    picture = (flat(120) if on is None else on).copy()
    random = np.random.default_rng(3)
    for corner in corners:
        rows = slice(0, 200) if corner.startswith("top") else slice(600, 800)
        columns = slice(0, 500) if corner.endswith("left") else slice(700, 1200)
        leaves = cv2.resize(random.normal(120, spread, (66, 166)), (500, 200), interpolation=cv2.INTER_CUBIC)
        picture[rows, columns] = np.clip(leaves, 0, 255).astype(np.uint8)[:, :, np.newaxis]
    return picture


def test_a_mark_leaves_a_busy_corner_for_a_calm_one_that_the_profile_names() -> None:
    """The bottom is leaves, the top is sky: both marks go up, each to its own side."""
    placed = marked(with_busy("bottom-left", "bottom-right")).placed
    assert [mark.corner for mark in placed] == ["top-left", "top-right"]
    assert [mark.corner for mark in marked(with_busy("bottom-left")).placed] == ["top-left", "bottom-right"]


def test_a_mark_stays_in_its_corner_unless_that_is_clearly_busier() -> None:
    """A little rougher than the others is no reason to leave, and neither is busy where all are."""
    assert marked(with_busy("bottom-left", spread=8), LEFT).placed[0].corner == "bottom-left"
    assert marked(with_busy(*CORNERS), LEFT).placed[0].corner == "bottom-left"
    assert marked(with_busy("bottom-left", "top-left"), LEFT).placed[0].corner == "top-right"


def test_a_calm_corner_that_the_profile_does_not_name_is_no_choice() -> None:
    """However calm it is, the profile's corners come first."""
    assert marked(with_busy("bottom-left", "top-left", "top-right"), LEFT).placed[0].corner == "bottom-left"


def test_a_calm_corner_with_a_face_in_it_is_no_choice() -> None:
    """A busy corner without a face is better."""
    faces = (Box(20, 20, 120, 120), Box(1080, 20, 1180, 120))
    assert marked(with_busy("bottom-left"), LEFT, faces=faces).placed[0].corner == "bottom-left"


def test_most_photos_of_a_batch_have_their_marks_in_the_same_corners() -> None:
    """Pictures that are alike are marked alike, whichever comes first."""
    pictures = [landscape(seed) for seed in range(12)]
    there = [[mark.corner for mark in marked(picture).placed] for picture in pictures]
    back = [[mark.corner for mark in marked(picture).placed] for picture in reversed(pictures)]
    assert there == back[::-1] == [["bottom-left", "bottom-right"]] * 12


def test_what_lies_elsewhere_in_the_picture_does_not_move_a_mark() -> None:
    """Only the places themselves are compared."""
    picture = flat(120)
    picture[250:550] = GROUNDS["noise"][250:550]
    assert [mark.corner for mark in marked(picture).placed] == ["bottom-left", "bottom-right"]


def test_a_see_through_picture_is_as_calm_as_it_looks() -> None:
    """Noise that nobody can see does not drive a mark away."""
    picture, alpha = with_busy("bottom-left"), np.full((800, 1200), 255, np.uint8)
    alpha[600:, :500] = 0
    assert draw_watermarks(picture, alpha, (), (LEFT,)).placed[0].corner == "bottom-left"


@given(st.lists(st.floats(0, 80), max_size=5))
def test_places_keep_the_profile_s_order_but_for_clearly_busier_ones(textures: list[float]) -> None:
    """Every place is in the order once, and none stands before an earlier one unless that is clearly the busier."""
    order = calm_order(textures)
    assert sorted(order) == list(range(len(textures)))
    if order:
        passed = [textures[place] for place in range(order[0])]
        later = textures[order[0] :]
        assert all(any(one > 2 * other and one > other + 20 for other in later) for one in passed)
        first = textures[order[0]]
        assert not any(first > 2 * other and first > other + 20 for other in later)
    if all(one <= 20 for one in textures):
        assert order == list(range(len(textures)))


def test_busyness_is_what_disturbs_letters() -> None:
    """Plain is nothing, a slow change hardly anything, large checks are much, and fine ones average out."""
    names = ("white", "sloping", "fine-checks", "checks")
    values = {name: texture(GROUNDS[name][700:760, 0:400], 34) for name in names}
    assert values["white"] == 0
    assert values["sloping"] < 2
    assert values["fine-checks"] < 4
    assert values["checks"] > 40


# Two lines


LINED = LoadedWatermark(LEFT.text, None, LEFT.places, 0.04, 0.022, 1, "copyright", line="14 June 2026 · CC BY 4.0")


def test_the_second_line_stands_under_the_first_and_is_smaller() -> None:
    """Two bands of letters with a gap between them, the lower one lower in height, both from the same left edge."""
    letters = lay_out(LINED, 32).text > 0
    rows = np.flatnonzero(np.diff(np.concatenate([[0], letters.any(axis=1).astype(int), [0]])))
    assert len(rows) == 4
    first, second = rows[1] - rows[0], rows[3] - rows[2]
    assert 0.45 * first < second < 0.85 * first
    lefts = [int(np.flatnonzero(letters[top:bottom].any(axis=0))[0]) for top, bottom in (rows[:2], rows[2:])]
    assert abs(lefts[0] - lefts[1]) <= 2


def test_both_lines_share_one_plate() -> None:
    """On a busy ground nothing of it is left between the lines."""
    after = marked(GROUNDS["coarse-checks"], LINED)
    box = after.placed[0].box
    plain = marked(
        GROUNDS["coarse-checks"], LoadedWatermark(LINED.text, None, LINED.places, 0.04, 0.022, 1, "copyright")
    )
    assert box.height > 1.5 * plain.placed[0].box.height
    assert int(after.pixels[box.top + 20 : box.bottom - 20, box.left + 8].max()) < 130


def test_the_second_line_never_gets_too_small_to_read() -> None:
    """On a thumbnail it is as high as the first."""
    letters = lay_out(LoadedWatermark("HH", None, CORNERS, 0.026, 0.022, 1, line="HH"), MIN_HEIGHT).text
    rows = np.flatnonzero(np.diff(np.concatenate([[0], (letters > 127).any(axis=1).astype(int), [0]])))
    assert rows[1] - rows[0] == rows[3] - rows[2]


def test_a_long_second_line_makes_the_mark_smaller() -> None:
    """The wider of the two lines is kept within three fifths of the picture."""
    long = LoadedWatermark(
        "© AB", None, CORNERS, 0.06, 0.02, 1, line="14 June 2026 · Creative Commons BY-NC-ND 4.0 International"
    )
    box = marked(flat(30, 1000, 800), long).placed[0].box
    assert box.width < 0.66 * 1000


def test_the_line_is_filled_in_and_its_gaps_are_closed(tmp_path: Path) -> None:
    """Without a date the licence stands alone; letters of both lines are checked; {n} is refused."""
    text = '[organisation]\nname = "Ashford"\n[licence]\nname = "CC BY 4.0"\n[marks.{}]\ntext = "x"\nline = "{}"'
    dated = Settings(parse_profile(text.format("website", "{date} · {licence}"), "x"), Event("Fair", date(2026, 6, 14)))
    assert load_watermarks(dated)[1].line == "14 June 2026 · CC BY 4.0"
    for name in ("copyright", "website"):
        (mark,) = (m for m in load_watermarks(settings_of(text.format(name, "{date} · {licence}"), tmp_path)) if m.line)
        assert (mark.name, mark.line) == (name, "CC BY 4.0")
    with pytest.raises(ProfileError, match=r"marks\.website\.line: the character '🚒'"):
        load_watermarks(settings_of(text.format("website", "🚒"), tmp_path))
    with pytest.raises(ProfileError, match=r"marks\.copyright\.line: uses \{n\}"):
        load_watermarks(settings_of(text.format("copyright", "{n}"), tmp_path))


def test_a_logo_is_as_high_as_the_lines_beside_it() -> None:
    """A square logo beside two lines is wider than beside one."""
    square = np.full((64, 64, 4), 255, np.uint8)
    one, two = (
        lay_out(LoadedWatermark("HH", square, CORNERS, 0.05, 0.02, 1, line=line), 40).logo for line in ("", "HH")
    )
    assert one is not None
    assert two is not None
    assert int((one[:, :, 3] > 0).any(axis=1).sum()) == 40
    assert int((two[:, :, 3] > 0).any(axis=1).sum()) == 40 + 12 + 26


@pytest.mark.parametrize("size", [(64, 64), (5000, 120), (120, 5000), (1, 1), (3000, 6), (300, 9), (2, 900)])
def test_small_and_extreme_pictures_are_never_an_error(size: tuple[int, int]) -> None:
    """Where letters of the least height do not fit, the mark is named as not placed."""
    after = marked(flat(200, *size))
    assert len(after.placed) + len(after.unplaced) == 2
    assert after.pixels.shape == (size[1], size[0], 3)


def test_letters_never_get_smaller_than_can_be_read() -> None:
    """A 400 by 300 picture has letters of 8 pixels; one of 64 by 64 has no room for them."""
    assert [mark.height for mark in marked(flat(20, 400, 300)).placed] == [MIN_HEIGHT, MIN_HEIGHT]
    assert marked(flat(20, 64, 64)).unplaced == ("copyright", "website")


def test_a_picture_that_cannot_be_written_to_is_copied() -> None:
    """Read-only pixels stay as they are and come back marked; others are changed in place."""
    locked = flat(20)
    locked.flags.writeable = False
    assert (draw_watermarks(locked, None, (), (LEFT,)).pixels != 20).any()
    assert (locked == 20).all()
    free = flat(20)
    assert draw_watermarks(free, None, (), (LEFT,)).pixels is free


def test_the_same_photo_gets_the_same_marks() -> None:
    """Twice drawn is equal to the last bit."""
    assert np.array_equal(marked(GROUNDS["noise"]).pixels, marked(GROUNDS["noise"]).pixels)


def test_a_see_through_picture_is_solid_under_a_mark() -> None:
    """Alpha becomes 255 under the letters, and stays as it is elsewhere."""
    pixels, alpha = flat((200, 30, 60)), np.zeros((800, 1200), np.uint8)
    after = draw_watermarks(pixels, alpha, (), (LEFT,))
    placed = after.placed[0]
    box = placed.box
    assert after.alpha is not None
    part = after.alpha[box.top : box.bottom, box.left : box.right]
    assert (part[lay_out(LEFT, placed.height).text > 0] == 255).all()
    assert int(after.alpha.astype(int).sum()) == int(part.astype(int).sum())


def test_a_picture_that_is_solid_where_the_mark_stands_keeps_its_alpha() -> None:
    """Holes elsewhere do not change how the mark is drawn."""
    alpha = np.full((800, 1200), 255, np.uint8)
    alpha[300:400] = 0
    after = draw_watermarks(flat(20), alpha.copy(), (), (LEFT,))
    assert after.alpha is not None
    assert np.array_equal(after.alpha, alpha)
    assert np.array_equal(after.pixels, marked(flat(20), LEFT).pixels)


# Letters


@pytest.mark.parametrize("character", "©ŵŷŴŶłąęźżćńśŁŚœçéÉßöüäÖñåø–—’“”£€&/@")
def test_european_letters_are_drawn_and_not_replaced(character: str) -> None:
    """Each has a picture of its own, other than that of a missing letter and of its plain look-alike."""
    check_characters(character, "", "marks.copyright.text")
    missing = line_mask("\U0010ffff", "", 48)
    drawn = line_mask(character, "", 48)
    assert drawn.any()
    assert not np.array_equal(drawn, missing)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Police 👮", "U+1F46E"),
        ("a\tb", "U+0009"),
        ("a\u202eb", "U+202E"),
        ("a\u00adb", "U+00AD"),
        ("السلام", "U+0627"),
        ("שלום", "U+05E9"),
        ("हिन्दी", "U+0939"),
        ("x\u0302", "U+0302"),
    ],
)
def test_a_letter_that_would_be_missing_or_wrong_stops_the_run(text: str, code: str) -> None:
    """The message names the key and the character, and the way out."""
    with pytest.raises(ProfileError, match=r"marks\.website\.text") as caught:
        check_characters(text, "", "marks.website.text")
    assert code in str(caught.value)
    assert "PNG" in caught.value.hint


def test_a_question_mark_is_a_letter() -> None:
    """OpenCV draws one for missing letters; a wanted one passes."""
    check_characters("Why not?", "", "marks.copyright.text")


def test_letters_stand_on_one_line_whatever_the_words() -> None:
    """A text with descenders and one without have their capitals on the same row, seen from the bottom."""
    for size in range(8, 80):
        one, other = line_mask("HH", "", size), line_mask("Hpgjy", "", size)
        stem = max(1, size // 8)  # of the H
        assert np.array_equal(one[:, :stem], other[-one.shape[0] :, :stem])


def test_accents_on_capitals_are_not_cut() -> None:
    """A text with high accents is higher than one without, and keeps its lowest rows."""
    plain, accented = line_mask("WAE", "", 60), line_mask("ŴÅÉ", "", 60)
    assert accented.shape[0] > plain.shape[0]
    assert proportions("").line < 1.1


# Ready marks


def settings_of(text: str, tmp_path: Path) -> Settings:
    """Settings with a profile beside which files are looked up in ``tmp_path``."""
    profile = parse_profile(text, "ours.toml")
    return Settings(profile, Event("Open day"), profile_folder=tmp_path, year=2026)


def test_texts_are_filled_in() -> None:
    """Both marks hold the organisation's words, in the order in which they are placed."""
    profile = Profile(organisation=Organisation(name="Heddlu Gŵyr", website="www.gwyr.example"))
    first, second = load_watermarks(Settings(profile, Event("Open day"), year=2026))
    assert (first.name, first.text, first.places[0]) == ("copyright", "© Heddlu Gŵyr 2026", "bottom-left")
    assert (second.name, second.text, second.places[0]) == ("website", "www.gwyr.example", "bottom-right")


def test_letters_in_two_parts_are_put_together(tmp_path: Path) -> None:
    """A w with a separate circumflex, as some keyboards give it, is the letter ŵ."""
    settings = settings_of('[marks.copyright]\ntext = "Gw\u0302yr"\n[marks.website]\ntext = ""', tmp_path)
    assert [mark.text for mark in load_watermarks(settings)] == ["Gŵyr"]


def test_an_empty_mark_is_left_out(tmp_path: Path) -> None:
    """Without a website there is no website mark; without text and PNG there is none at all."""
    assert load_watermarks(settings_of('[marks.copyright]\ntext = ""\n[marks.website]\ntext = ""', tmp_path)) == ()
    only = load_watermarks(settings_of('[organisation]\nname = "Ashford"', tmp_path))
    assert [mark.name for mark in only] == ["copyright"]


def test_the_number_of_a_photo_cannot_stand_in_a_mark(tmp_path: Path) -> None:
    """It would be the same wrong number on every photo."""
    with pytest.raises(ProfileError, match=r"marks\.copyright\.text: uses \{n\}"):
        load_watermarks(settings_of('[marks.copyright]\ntext = "photo {n}"', tmp_path))


def test_a_missing_letter_in_the_profile_names_its_key(tmp_path: Path) -> None:
    """The organisation's own name may hold it."""
    with pytest.raises(ProfileError, match=r"marks\.copyright\.text.*U\+1F692"):
        load_watermarks(settings_of('[organisation]\nname = "Fire 🚒"', tmp_path))


def ring_file(folder: Path, name: str = "ring.png") -> Path:
    """A small ring: opaque red, with nothing inside and around it."""
    image = np.zeros((64, 64, 4), np.uint8)
    cv2.circle(image, (32, 32), 24, (220, 30, 30, 255), 10)
    Image.fromarray(image, "RGBA").save(folder / name)
    return folder / name


def test_a_png_is_looked_up_beside_the_profile_then_in_the_folder_of_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the profile comes first; a whole path needs no looking up."""
    beside, work = tmp_path / "profile", tmp_path / "work"
    (work / "watermarks").mkdir(parents=True)
    beside.mkdir()
    monkeypatch.chdir(work)
    whole = ring_file(tmp_path, "whole.png")
    ring_file(work / "watermarks")
    for name in ("ring.png", whole.as_posix()):
        (mark,) = load_watermarks(settings_of(f'[marks.copyright]\ntext = ""\nimage = "{name}"', beside))
        assert isinstance(mark.image, np.ndarray)
        assert mark.image.shape == (64, 64, 4)
    Image.new("RGBA", (10, 20), (1, 2, 3, 255)).save(beside / "ring.png")
    (mark,) = load_watermarks(settings_of('[marks.copyright]\ntext = ""\nimage = "ring.png"', beside))
    assert isinstance(mark.image, np.ndarray)
    assert mark.image.shape == (20, 10, 4)


def claimed_png(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims to be of that size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is neither a PNG nor an SVG"),
        (b"\xff\xd8\xff\xe0 a JPEG with a wrong name, long enough", "is neither a PNG nor an SVG"),
        (claimed_png(100_000, 100_000), "100000 × 100000 pixels"),
        (claimed_png(0, 10), "is damaged"),
        (claimed_png(10, 10), "is damaged"),
        (claimed_png(10, 10)[:20], "is neither a PNG nor an SVG"),
    ],
)
def test_a_file_that_is_no_good_png_stops_the_run(data: bytes, said: str, tmp_path: Path) -> None:
    """The message names key and file, says what is wrong and what a good one is."""
    (tmp_path / "mark.png").write_bytes(data)
    with pytest.raises(ProfileError, match=r"marks\.website\.image: '.*mark\.png'") as caught:
        load_watermarks(settings_of('[marks.website]\nimage = "mark.png"', tmp_path))
    assert said in caught.value.reason
    assert "PNG" in caught.value.hint


def test_a_png_that_shows_nothing_stops_the_run(tmp_path: Path) -> None:
    """A mark that nobody can see is a mistake."""
    Image.new("RGBA", (10, 10)).save(tmp_path / "mark.png")
    with pytest.raises(ProfileError, match="is completely transparent"):
        load_watermarks(settings_of('[marks.website]\nimage = "mark.png"', tmp_path))


def test_a_png_of_deep_grey_stops_the_run(tmp_path: Path) -> None:
    """Its levels would be cut and not scaled."""
    Image.fromarray(np.full((10, 10), 40_000, np.uint16)).save(tmp_path / "mark.png")
    with pytest.raises(ProfileError, match="more than 8 bits"):
        load_watermarks(settings_of('[marks.website]\nimage = "mark.png"', tmp_path))


def test_a_missing_png_or_font_stops_the_run(tmp_path: Path) -> None:
    """The message names the key and where it was looked for."""
    with pytest.raises(ProfileError, match=r"marks\.copyright\.image: there is no file 'crest\.png'") as caught:
        load_watermarks(settings_of('[marks.copyright]\nimage = "crest.png"', tmp_path))
    assert str(tmp_path) in caught.value.reason
    with pytest.raises(ProfileError, match=r"marks\.font: there is no file 'house\.ttf'"):
        load_watermarks(settings_of('[marks]\nfont = "house.ttf"', tmp_path))


def test_a_file_that_is_no_font_stops_the_run(tmp_path: Path) -> None:
    """OpenCV would quietly take its own font."""
    (tmp_path / "house.ttf").write_text("not a font", encoding="ascii")
    with pytest.raises(ProfileError, match=r"marks\.font: .*house\.ttf' is not a font"):
        load_watermarks(settings_of('[marks]\nfont = "house.ttf"', tmp_path))


# PNGs on photos


def test_a_png_is_drawn_with_its_transparency() -> None:
    """Colour where it is solid, the photo where it is not."""
    image = np.zeros((40, 40, 4), np.uint8)
    image[:, :20] = (250, 240, 20, 255)
    image[:, 20:] = (0, 0, 255, 0)
    mark = LoadedWatermark("", image, ("top-left",), 0.05, 0.05, 1.0)
    after = marked(flat(30), mark)
    assert after.pixels[60, 50].tolist() == [250, 240, 20]
    assert after.pixels[60, 70].tolist() == [30, 30, 30]
    assert abs(int(after.pixels[60, 59].max()) - 30) < 240  # no blue of the hidden half bleeds in
    assert (after.pixels[:, :, 2] <= 30).all()


def test_opacity_lets_the_photo_through_a_png() -> None:
    """Half solid white over black is mid-grey."""
    mark = LoadedWatermark("", np.full((10, 10, 4), 255, np.uint8), ("top-left",), 0.1, 0.05, 0.5)
    assert marked(flat(0), mark).pixels[80, 80].tolist() in ([127] * 3, [128] * 3)


def test_a_png_stands_before_the_text() -> None:
    """The mark is wider by the PNG and the gap, and the PNG is at the left end."""
    image = np.full((30, 60, 4), (255, 0, 0, 255), np.uint8)
    both = LoadedWatermark("Ashford", image, ("bottom-left",), 0.05, 0.03, 1)
    text = LoadedWatermark("Ashford", None, ("bottom-left",), 0.05, 0.03, 1)
    with_png, without = (marked(flat(0), mark) for mark in (both, text))
    assert with_png.placed[0].box.width == without.placed[0].box.width + 80 + round(0.38 * 40)
    red = np.flatnonzero((with_png.pixels == (255, 0, 0)).all(axis=2).any(axis=0))
    assert (red[0], red[-1]) == (24, 24 + 79)


def test_a_png_that_would_vanish_gets_a_plate() -> None:
    """A white PNG on a white photo is seen; one that holds light and dark is left alone."""
    white = LoadedWatermark("", np.full((30, 30, 4), 255, np.uint8), ("bottom-left",), 0.05, 0.03, 1)
    after = marked(flat(255), white)
    box = after.placed[0].box
    around = after.pixels[box.top + 2, (box.left + box.right) // 2]
    assert contrast(1.0, float(luminance(around))) >= 3
    half = np.full((30, 30, 4), 255, np.uint8)
    half[:15, :, :3] = 0
    assert own_luminance(half) is None
    assert own_luminance(np.zeros((4, 4, 4), np.uint8)) is None


def test_the_nearest_look_is_taken_where_none_is_good_enough() -> None:
    """Very thin letters on white get the most solid plate there is, not an error."""
    colours = np.full((9, 3), 255, np.uint8)
    look = choose_style(colours, colours, ContrastNeeds(0.05, text=True))
    assert look.plate > 0.9


def test_wcag_contrast_is_computed_as_defined() -> None:
    """Black on white is 21; #767676 on white is the well-known 4.54."""
    black, grey, white = luminance(np.array([[0] * 3, [0x76] * 3, [255] * 3], np.uint8)).tolist()
    assert contrast(black, white) == pytest.approx(21, abs=1e-3)
    assert contrast(white, grey) == pytest.approx(4.54, abs=0.01)
    assert LIGHT_INK.ink == (255, 255, 255)


def test_boxes_stand_at_the_edges() -> None:
    """Left, top, right and bottom, each by the margin; centres in the middle."""
    size, picture = (30, 10), (100, 50)
    assert box_at("bottom-right", size, 5, picture) == Box(65, 35, 95, 45)
    assert box_at("top-left", size, 5, picture) == Box(5, 5, 35, 15)
    assert box_at("bottom-centre", size, 5, picture) == Box(35, 35, 65, 45)


# The marks that come with the project


def maker() -> ModuleType:
    """The code beside the marks."""
    spec = importlib.util.spec_from_file_location("make_watermarks", WATERMARKS / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_marks_are_what_their_code_draws(tmp_path: Path) -> None:
    """Each PNG has the pixels of its drawing, see-through corners, 512 pixels of height and no text chunks."""
    again_all = maker().make(tmp_path)
    assert {path.name for path in again_all} == {
        path.name for kind in ("*.png", "*.svg") for path in WATERMARKS.glob(kind)
    }
    assert (WATERMARKS / "camera.svg").read_bytes() == (tmp_path / "camera.svg").read_bytes()
    for again in (path for path in again_all if path.suffix == ".png"):
        with Image.open(WATERMARKS / again.name) as kept, Image.open(again) as fresh:
            assert np.array_equal(np.array(kept), np.array(fresh))
            assert (kept.mode, kept.height, kept.info) == ("RGBA", 512, {})
            assert kept.getpixel((0, 511))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("name", ["copyright-ring.png", "shutter.png", "press-ribbon.png", "camera.svg"])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_the_marks_are_seen_on_light_and_dark(name: str, level: int, tmp_path: Path) -> None:
    """Each leaves both pixels that are far lighter and pixels that are far darker than the other, on any grey."""
    profile = f'[marks.copyright]\ntext = ""\nimage = "{(WATERMARKS / name).as_posix()}"\nheight = 0.05'
    (mark,) = load_watermarks(settings_of(profile, tmp_path))
    after = marked(flat(level), mark)
    box = after.placed[0].box
    levels = luminance(np.ascontiguousarray(after.pixels[box.top : box.bottom, box.left : box.right]))
    assert contrast(float(np.percentile(levels, 2)), float(np.percentile(levels, 98))) >= 4.5


def test_the_readme_names_every_mark_its_owner_and_its_licence() -> None:
    """No mark without an owner and a licence written beside it."""
    text = (WATERMARKS / "README.md").read_text(encoding="utf-8")
    for path in [*WATERMARKS.glob("*.png"), *WATERMARKS.glob("*.svg")]:
        assert f"`{path.name}`" in text
    assert "imgvet authors" in text
    assert "Apache-2.0" in text
