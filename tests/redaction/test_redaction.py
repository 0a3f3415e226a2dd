"""Hidden faces: gone whoever looks, whatever is tried, and wherever in a batch one searches."""

import io
import math
import re
import sqlite3
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from statistics import NormalDist
from typing import Any, get_args

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imgvet import pipeline, stages
from imgvet.batch.store import create_or_open
from imgvet.decisions import Answer
from imgvet.encode.encode import Label, encode_image, seen_grey
from imgvet.faces.detector import Detector, load_detector
from imgvet.geometry import Box, Outline
from imgvet.photo import Event, Face, Photo, Previews, Verdict
from imgvet.photo_jobs import PhotoJob, blank_photo
from imgvet.pipeline import STAGES, vet_one
from imgvet.pixels import Pixels, resized
from imgvet.profile import Channel, FaceSettings, Profile, RedactStyle, load_profile
from imgvet.redaction import comparison
from imgvet.redaction.comparison import correlation_z_score, keep_regions
from imgvet.redaction.paint import edge_width, redact
from imgvet.redaction.shapes import HeadShape, Shape, area_shape, head_shape
from imgvet.settings import Settings
from imgvet.stages import Kit, open_kit
from support.careless_redaction import FAULTS, Hidden, blurred, painted, pixelated
from support.commands import Imgvet
from support.originals import join_originals
from support.pictures import landscape, portrait, save_photo
from support.unhiding import ATTACKS, FACE, Attack, as_published, candidates, enlarged, same_redaction, sharpened

pytestmark = pytest.mark.slow

STYLES: tuple[RedactStyle, ...] = get_args(RedactStyle)
WIDTH, HEIGHT = 110, 90


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load_detector()


@pytest.fixture(scope="module")
def admiral() -> np.ndarray:
    """Grace Hopper, US Navy, public domain; comes inside matplotlib."""
    import matplotlib

    path = Path(str(resources.files(matplotlib))) / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    assert picture is not None
    return np.asarray(picture, np.uint8)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """A face box, wholly or partly in the picture, or outside of it."""
    left, top = draw(st.integers(-40, WIDTH)), draw(st.integers(-40, HEIGHT))
    return Box(left, top, left + draw(st.integers(1, 90)), top + draw(st.integers(1, 90)))


FACES = st.lists(boxes(), min_size=1, max_size=6)


def chance_picture(seed: int, channels: int = 3) -> np.ndarray:
    shape = (HEIGHT, WIDTH, channels) if channels > 1 else (HEIGHT, WIDTH)
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def outwards(face: Box) -> np.ndarray:
    """Of each pixel's middle: pixels beyond the head's ellipse, negative inside."""
    return head_shape(face).beyond(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)


def heads(faces: Iterable[Box]) -> list[HeadShape]:
    return [head_shape(face) for face in faces]


def oval(face: Box) -> np.ndarray:
    """Which pixels are in the ellipse that fills a face's box."""
    across = (np.arange(WIDTH) + 0.5 - (face.left + face.right) / 2) / (face.width / 2)
    down = (np.arange(HEIGHT) + 0.5 - (face.top + face.bottom) / 2) / (face.height / 2)
    return np.asarray(across**2 + down[:, np.newaxis] ** 2 <= 1, bool)


def inside_any(faces: list[Box]) -> np.ndarray:
    return np.asarray(np.any([outwards(face) <= 0 for face in faces], axis=0), bool)


def same(one: tuple[np.ndarray, np.ndarray | None], other: tuple[np.ndarray, np.ndarray | None]) -> bool:
    return np.array_equal(one[0], other[0]) and (one[1] is other[1] is None or np.array_equal(one[1], other[1]))  # type: ignore[arg-type]


@given(FACES, st.sampled_from(STYLES), st.booleans(), st.integers(0, 2**32))
def test_nothing_inside_a_hidden_head_has_a_say(
    faces: list[Box], style: RedactStyle, transparent: bool, seed: int
) -> None:
    """Two pictures that differ only inside hidden heads, in colour or in transparency, give the same picture."""
    one, other = chance_picture(seed), chance_picture(seed + 1)
    hidden = inside_any(faces)
    other[~hidden] = one[~hidden]
    alphas: list[np.ndarray | None] = [None, None]
    if transparent:
        first, second = chance_picture(seed + 2, 1), chance_picture(seed + 3, 1)
        second[~hidden] = first[~hidden]
        alphas = [first, second]
    assert same(redact(one, alphas[0], heads(faces), style, b"k"), redact(other, alphas[1], heads(faces), style, b"k"))


@given(FACES, st.sampled_from(STYLES), st.randoms(use_true_random=False))
def test_the_order_of_faces_does_not_matter(faces: list[Box], style: RedactStyle, shuffled: object) -> None:
    """However many heads overlap."""
    picture, other = chance_picture(5), list(faces)
    shuffled.shuffle(other)  # type: ignore[attr-defined]
    assert same(redact(picture, None, heads(faces), style, b"k"), redact(picture, None, heads(other), style, b"k"))


@given(FACES, st.sampled_from(STYLES), st.booleans())
def test_the_whole_face_is_painted_and_nothing_beyond_the_edge(
    faces: list[Box], style: RedactStyle, transparent: bool
) -> None:
    """Wherever faces lie, the last row and column included; what was given is not touched."""
    picture, alpha = chance_picture(0), chance_picture(1, 1) if transparent else None
    before = picture.copy(), None if alpha is None else alpha.copy()
    hidden, solid = redact(picture, alpha, heads(faces), style, b"k")
    assert same((picture, alpha), before)
    beyond = np.all([outwards(face) >= edge_width(head_shape(face), style) for face in faces], 0)
    assert (hidden[beyond] == picture[beyond]).all()
    dark, _ = redact(picture, None, heads(faces), "solid", b"k")
    if len(faces) == 1:  # else a seam is between them
        assert (dark[oval(faces[0])] == (52, 58, 64)).all()
    if solid is not None and alpha is not None:
        assert all((solid[oval(face)] == 255).all() for face in faces)
        assert (solid[beyond] == alpha[beyond]).all()


@pytest.mark.parametrize("style", STYLES)
def test_where_nothing_lies_around_a_head_the_colours_are_fixed(style: RedactStyle) -> None:
    """A head that fills the picture, and heads all over it: any picture gives the same."""
    fills, all_over = [Box(-20, -20, 130, 110)], [Box(x, y, x + 40, y + 40) for x in (-5, 40, 75) for y in (-5, 20, 60)]
    for faces in (fills, all_over):
        assert inside_any(faces).all()
        results = [redact(chance_picture(seed), None, heads(faces), style, b"k") for seed in (1, 2)]
        assert same(results[0], results[1])
        assert results[0][0].std() < 40


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0), (128, 132, 138), (20, 90, 160), (224, 172, 138)])
def test_a_hidden_head_is_seen_to_be_hidden(ground: tuple[int, int, int], style: RedactStyle) -> None:
    """On any ground, even on one of the very tone that is mixed in."""
    picture = np.full((300, 300, 3), ground, np.uint8)
    hidden, _ = redact(picture, None, heads([Box(110, 110, 190, 200)]), style, b"k")
    change = np.abs(hidden[110:200, 110:190].astype(float) - ground).mean(axis=2)
    assert change.mean() > 4


@pytest.mark.parametrize("style", ["blocks", "soft"])
def test_colours_come_from_what_is_seen_around(style: RedactStyle) -> None:
    """A red wall makes a reddish head; what lies under full transparency is not seen, and blackens nothing."""
    face = heads([Box(110, 110, 190, 200)])
    wall, _ = redact(np.full((300, 300, 3), (220, 40, 40), np.uint8), None, face, style, b"k")
    assert (wall[110:200, 110:190].astype(int) @ (2, -1, -1)).mean() > 100
    cut_out, _ = redact(np.zeros((300, 300, 3), np.uint8), np.zeros((300, 300), np.uint8), face, style, b"k")
    assert cut_out[110:200, 110:190].mean() > 110


def test_blocks_are_coarse() -> None:
    """However large the head, there are no more colours in it than blocks: about five across."""
    picture = np.random.default_rng(3).integers(0, 256, (900, 900, 3)).astype(np.uint8)
    for face in (Box(440, 440, 460, 465), Box(300, 300, 600, 650), Box(200, 300, 600, 500)):
        hidden, _ = redact(picture, None, heads([face]), "blocks", b"k")
        region = hidden[face.top : face.bottom, face.left : face.right].reshape(-1, 3)
        assert len(np.unique(region, axis=0)) <= 5 * 8


def test_soft_has_no_steps() -> None:
    """It looks like a blur: neighbouring pixels hardly differ, also where its edge meets the picture."""
    hidden, _ = redact(np.full((400, 400, 3), 230, np.uint8), None, heads([Box(130, 130, 270, 290)]), "soft", b"k")
    assert np.abs(np.diff(hidden.astype(int), axis=0)).max() <= 12
    assert np.abs(np.diff(hidden.astype(int), axis=1)).max() <= 12


def test_the_place_of_a_head_does_not_tell_the_box_of_its_face() -> None:
    """Boxes that differ by a few pixels, as those of different people do, mostly give the same head."""
    rng = np.random.default_rng(2)
    moved = [Box(*(np.array((400, 300, 500, 430)) + rng.integers(-3, 4, 4)).tolist()) for _ in range(500)]
    assert len(set(moved)) > 400
    assert len({head_shape(box) for box in moved}) <= 16


def test_a_head_on_its_side_is_hidden_with_its_hair() -> None:
    """A box wider than high has more added to the left and to the right than above and below."""
    head = head_shape(Box(1000, 1000, 1130, 1100)).box
    assert 1000 - head.left >= 36
    assert head.right - 1130 >= 36
    assert 1000 - head.top < 1000 - head.left


def test_a_hidden_face_is_found_no_more(detector: Detector, admiral: np.ndarray) -> None:
    """The detector finds nothing where a face was, in any style."""
    for picture in (portrait(), admiral):
        (face,) = (face for face in detector.find(picture, FaceSettings()) if face.score > 0.5)
        for style in STYLES:
            hidden, _ = redact(picture, None, heads([face.box]), style, b"secret")
            assert [each for each in detector.find(hidden, FaceSettings()) if each.box.overlap(face.box) > 0.4] == []


@pytest.mark.parametrize("style", ["blocks", "soft"])
def test_the_same_batch_paints_the_same_and_another_does_not(style: RedactStyle) -> None:
    """A batch that is run again gives the same file."""
    picture, face = chance_picture(8), heads([Box(30, 30, 70, 70)])
    assert same(redact(picture, None, face, style, b"a"), redact(picture, None, face, style, b"a"))
    assert not same(redact(picture, None, face, style, b"a"), redact(picture, None, face, style, b"b"))


# Undoing it


@pytest.fixture(scope="module")
def people(admiral: np.ndarray) -> list[np.ndarray]:
    return candidates(portrait(), admiral)


def successes(attack: Attack, people: list[np.ndarray], hide: object, secrets: tuple[bytes, bytes]) -> int:
    """How often the attacker names the right person, everybody being published once; he guesses the second secret."""
    guessed = [hide(person, secrets[1]) for person in people]  # type: ignore[operator]
    published = [as_published(hide(person, secrets[0])) for person in people]  # type: ignore[operator]
    return sum(attack(each, people, guessed) == number for number, each in enumerate(published))


def beyond_chance(tries: int, candidates: int, level: float = 1e-4) -> int:
    """The least count of successes that somebody who guesses has no more often than at that level."""
    share = 1 / candidates
    tail = 1.0
    for count in range(tries + 1):
        if tail <= level:
            return count
        tail -= math.comb(tries, count) * share**count * (1 - share) ** (tries - count)
    return tries + 1


@pytest.mark.parametrize("knows_the_secret", [True, False])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
@pytest.mark.parametrize("style", STYLES)
def test_no_attack_does_better_than_guessing(
    people: list[np.ndarray], style: RedactStyle, attack: Attack, knows_the_secret: bool
) -> None:
    """Sixteen people, the same surroundings: not even who knows the secret can say who was hidden."""
    right = sum(
        successes(
            attack,
            people,
            lambda person, secret: redact(person, None, heads([FACE]), style, secret)[0],
            (secret, secret if knows_the_secret else b"guessed"),
        )
        for secret in (b"one", b"two")
    )
    assert right < beyond_chance(2 * len(people), len(people))


@pytest.mark.parametrize(("attack", "name"), [
    (same_redaction, "pixelated"), (same_redaction, "blurred"), (sharpened, "blurred"), (enlarged, "pixelated"),
])  # fmt: skip
def test_the_attacks_are_real(people: list[np.ndarray], attack: Attack, name: str) -> None:
    """The same attacks tell most people under the pixelation and the blur that are in common use."""
    paint = blurred if name == "blurred" else lambda region: pixelated(region, 8)
    right = successes(attack, people, lambda person, _: painted(person, heads([FACE]), paint), (b"", b""))
    assert right >= 12
    assert right >= beyond_chance(len(people), len(people))


# The self-check


@pytest.fixture(scope="module")
def kit() -> Kit:
    profile, _ = load_profile("staffordshire-police")
    return open_kit(
        Settings(profile, Event("Open Day", link="https://www.example.org"), redact="all", secret=b"k" * 32)
    )


def styled(kit: Kit, style: RedactStyle, channel: str = "flickr") -> Kit:
    faces = kit.settings.profile.faces.model_copy(update={"redaction": style})
    profile = kit.settings.profile.model_copy(update={"faces": faces})
    return replace(kit, settings=replace(kit.settings, profile=profile, channel_name=channel))


def enlarged_portrait(factor: float) -> np.ndarray:
    how = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(portrait(), None, fx=factor, fy=factor, interpolation=how), np.uint8)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("factor", [0.4, 1, 3])
def test_a_face_that_was_not_hidden_fails_its_photo(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: object, factor: float
) -> None:
    """Whatever goes wrong in the redaction, no file is left, and the reason names the face."""
    photo = save_photo(tmp_path / "a.jpg", enlarged_portrait(factor))
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(stages, "redact", fault)
    vetted = vet_one(kit, PhotoJob(1, photo, out, "x"))
    assert vetted.photo.verdict is Verdict.FAILED
    assert vetted.photo.error == "Face 1 can still be made out in the finished file, but should be hidden."
    assert vetted.photo.findings[0].hint.startswith("Leave the photo out, or draw a larger area over it")
    assert vetted.pictures is None
    assert list(out.iterdir()) == []


def leaking(until: int) -> tuple[Callable[..., Hidden], list[tuple[int, str]]]:
    """A way to hide that leaves what it should hide, until that is so many pixels wide; and what it was asked for."""
    asked = list[tuple[int, str]]()

    def hide(
        pixels: Pixels, alpha: Pixels | None, shapes: Iterable[Shape], style: RedactStyle, secret: bytes
    ) -> Hidden:
        given = list(shapes)
        asked.extend((shape.box.width, style) for shape in given)
        enough = [shape for shape in given if style == "solid" or shape.box.width >= until]
        return redact(pixels, alpha, enough, style, secret)

    return hide, asked


def vetted_with(kit: Kit, folder: Path, redacting: object, monkeypatch: pytest.MonkeyPatch) -> Photo:
    monkeypatch.setattr(stages, "redact", redacting)
    photo = save_photo(folder / "a.jpg", portrait())
    (folder / "out").mkdir()
    return vet_one(kit, PhotoJob(1, photo, folder / "out", "x")).photo


def test_what_can_still_be_made_out_is_covered_larger(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, where that is enough, in the style that was asked for; and the record and its findings say so."""
    usual = head_shape(Box(178, 59, 272, 180)).box.width
    hide, asked = leaking(usual + 10)
    photo = vetted_with(kit, tmp_path, hide, monkeypatch)
    assert photo.error is None
    assert photo.output is not None
    assert photo.covered_larger == ("Face 1",)
    assert [style for _, style in asked] == ["soft", "soft"]
    assert asked[0][0] < usual + 10 <= asked[1][0]
    (told,) = [finding for finding in photo.findings if finding.rule == "covered-larger"]
    assert told.reason == "Face 1 was covered larger, because it could still be made out."
    assert told.verdict is Verdict.READY


def test_what_no_size_hides_is_covered_in_one_colour(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After it was covered larger and larger: a few times, never for ever."""
    hide, asked = leaking(10_000)
    photo = vetted_with(kit, tmp_path, hide, monkeypatch)
    assert photo.error is None
    assert [style for _, style in asked] == ["soft", "soft", "soft", "solid"]
    assert sorted(width for width, _ in asked) == [width for width, _ in asked]
    with Image.open(str(photo.output)) as picture:
        (red, green, blue) = picture.convert("RGB").getpixel((225, 120))  # type: ignore[misc]
    assert max(abs(red - 52), abs(green - 58), abs(blue - 64)) <= 6


def test_a_photo_whose_file_shows_nothing_is_made_once(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is covered larger than it need be."""
    hide, asked = leaking(0)
    photo = vetted_with(kit, tmp_path, hide, monkeypatch)
    assert photo.covered_larger == ()
    assert len(asked) == 1


@pytest.mark.parametrize("missing", ["redact_faces", "keep_redacted_regions"])
def test_without_its_stages_nothing_is_written(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """Neither the hiding nor what it is compared with can be left out unnoticed."""
    photo = save_photo(tmp_path / "a.jpg", portrait())
    monkeypatch.setattr(pipeline, "STAGES", tuple(stage for stage in STAGES if stage.__name__ != missing))
    (tmp_path / "out").mkdir()
    assert vet_one(kit, PhotoJob(1, photo, tmp_path / "out", "x")).photo.verdict is Verdict.FAILED
    assert list((tmp_path / "out").iterdir()) == []


def many_faces() -> np.ndarray:
    """The portrait small, side by side, so close that heads touch, and large beside them."""
    small = np.tile(enlarged_portrait(0.35)[:150, 20:130], (4, 3, 1))
    return np.ascontiguousarray(np.hstack([small, cv2.resize(portrait(), (small.shape[0], small.shape[0]))]))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("channel", ["flickr", "web"])
@pytest.mark.parametrize("what", ["marks on it", "made smaller", "many", "cut out"])
def test_a_face_that_was_hidden_passes(kit: Kit, tmp_path: Path, style: RedactStyle, channel: str, what: str) -> None:
    """With a mark across it, made smaller, next to others, or in a PNG with transparency."""
    photo = tmp_path / "a.jpg"
    if what == "marks on it":
        save_photo(photo, portrait()[50:200, 160:290])
    elif what == "made smaller":
        save_photo(photo, enlarged_portrait(9 if channel == "flickr" else 4))
    elif what == "many":
        save_photo(photo, many_faces())
    else:
        alpha = np.zeros((512, 512), np.uint8)
        cv2.circle(alpha, (225, 200), 190, 255, -1)
        photo = tmp_path / "a.png"
        Image.fromarray(np.dstack([portrait(), alpha])).save(photo)
    (tmp_path / "out").mkdir()
    vetted = vet_one(styled(kit, style, channel), PhotoJob(1, photo, tmp_path / "out", "x"))
    assert vetted.photo.error is None
    assert {face.resolved for face in vetted.photo.faces} == {Answer("redact")}
    assert len(vetted.photo.faces) >= (9 if what == "many" else 1)
    assert (vetted.photo.output_width < vetted.photo.width) == (what == "made smaller")
    if what == "marks on it":
        assert vetted.photo.unplaced_marks == ()
    if what == "cut out":
        assert str(vetted.photo.output).endswith(".png")
        written = np.asarray(Image.open(str(vetted.photo.output)))
        box = vetted.photo.faces[0].box
        assert (written[box.top : box.bottom, box.left : box.right, 3] == 255).all()


def test_a_face_drawn_in_transparency_alone_is_hidden(kit: Kit, tmp_path: Path) -> None:
    """What the alpha channel shows is a picture too."""
    grey = cv2.cvtColor(portrait(), cv2.COLOR_RGB2GRAY)
    Image.fromarray(np.dstack([np.zeros((512, 512, 3), np.uint8), 255 - grey])).save(tmp_path / "a.png")
    (tmp_path / "out").mkdir()
    vetted = vet_one(kit, PhotoJob(1, tmp_path / "a.png", tmp_path / "out", "x"))
    assert vetted.photo.error is None
    (face,) = vetted.photo.faces
    written = np.asarray(Image.open(str(vetted.photo.output)).convert("RGBA"))
    assert (written[face.box.top : face.box.bottom, face.box.left : face.box.right, 3] == 255).all()


def test_what_is_painted_does_not_depend_on_the_file(kit: Kit, tmp_path: Path) -> None:
    """The noise is seeded by the photo's number and the place in it: a hash of the file would tell faces apart."""
    whole = portrait()
    head = head_shape(Box(184, 58, 268, 176))
    rows, columns = np.arange(512) + 0.5, np.arange(512) + 0.5
    other = whole.copy()
    other[head.beyond(columns, rows) <= -0.2 * head.radius] //= 2
    hidden = []
    for picture in (whole, other):
        job = PhotoJob(1, tmp_path / "a.png")
        photo = replace(blank_photo(job), width=512, height=512, source_sha256=str(picture.sum()), faces=(
            Face(1, Box(184, 58, 268, 176), 0.9, resolved=Answer("redact")),
        ))  # fmt: skip
        hidden.append(stages.redact_faces(stages.Work(job, photo, pixels=picture), kit).pixels)
    assert not (whole == other).all()
    assert (hidden[0] == hidden[1]).all()


def texture(seed: int, fineness: float) -> np.ndarray:
    """Chance shapes, as soft as a blur of ``fineness`` pixels makes them."""
    rng = np.random.default_rng(seed)
    blurred_noise = cv2.GaussianBlur(rng.normal(0, 1, (160, 160)), (0, 0), fineness)
    return np.asarray(np.clip(128 + 45 * blurred_noise / blurred_noise.std(), 0, 255), np.uint8)


@pytest.mark.parametrize("fineness", [0.6, 2.0, 5.0])
def test_what_chance_gives_is_not_taken_for_a_face(fineness: float) -> None:
    """Of pictures that have nothing to do with one another no more agree than the level says, however soft they are."""
    pairs, level = 400, 0.02
    limit = NormalDist().inv_cdf(1 - level / comparison.TRIES)
    face = Box(50, 40, 110, 120)
    alarms = 0
    for seed in range(pairs):
        one = np.repeat(texture(2 * seed, fineness)[..., np.newaxis], 3, axis=2)
        (kept,) = keep_regions(one, {"Face 1": head_shape(face)})
        alarms += correlation_z_score(texture(2 * seed + 1, fineness), kept, (160, 160)) > limit
        assert correlation_z_score(texture(2 * seed, fineness), kept, (160, 160)) > comparison.LIMIT
    assert alarms < beyond_chance(pairs, round(1 / level))


def test_one_face_is_not_taken_for_another(people: list[np.ndarray]) -> None:
    """Different people agree with each other less than each agrees with himself, blurred."""
    kept = [keep_regions(person, {"Face 1": head_shape(FACE)})[0] for person in people]
    for number in (0, 1, 10, 11, 12, 13):
        soft = painted(people[number], heads([FACE]), blurred)
        grey = seen_grey(encode_image(soft, None, as_png=False, channel=Channel(), label=Label(b"")).data)
        found = [correlation_z_score(grey, each, (256, 256)) for each in kept]
        assert int(np.argmax(found)) == number
        assert found[number] > comparison.LIMIT


def test_the_smallest_faces_that_can_still_be_checked() -> None:
    """A face of twelve pixels in the published file is told when it was left."""
    picture = np.asarray(cv2.resize(portrait(), (2048, 2048), interpolation=cv2.INTER_CUBIC), np.uint8)
    face = Box(760, 250, 1056, 680)
    (kept,) = keep_regions(picture, {"Face 1": head_shape(face)})
    small = resized(picture, (round(2048 * 12 / 296),) * 2)
    assert (
        correlation_z_score(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8), kept, (2048, 2048))
        > comparison.LIMIT
    )


# Searching for it

EVENT = ("--event", "Open Day", "--date", "2026-06-14")


def pictures_in(data: bytes) -> list[np.ndarray]:
    """Every picture that a file is or holds, in grey: images, base64 in HTML, parts of a zip."""
    if data.startswith((b"\xff\xd8", b"\x89PNG")):
        return [np.asarray(Image.open(io.BytesIO(data)).convert("L"), np.uint8)]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [each for name in archive.namelist() for each in pictures_in(archive.read(name))]
    coded = re.findall(rb"data:image/[a-z]+;base64,([A-Za-z0-9+/=]+)", data)
    return [each for one in coded for each in pictures_in(b64decode(one))]


def best_match(picture: np.ndarray, face: np.ndarray) -> float:
    """How well the face is found anywhere in the picture, -1 to 1: in any size, turned by quarters, mirrored.

    Both are freed of what is coarse first: a light oval on a dark ground is no face yet.
    """
    wanted = fine_part(cv2.resize(face, None, fx=WANTED / face.shape[1], fy=WANTED / face.shape[1], interpolation=3))
    turned = [np.ascontiguousarray(np.rot90(each, turn)) for each in (wanted, wanted[:, ::-1]) for turn in range(4)]
    best = -1.0
    for width in np.geomspace(16, min(picture.shape) * 0.7, 16):
        scale = WANTED / width
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        sized = fine_part(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how))
        if min(sized.shape) >= max(wanted.shape):
            best = max(best, *(float(cv2.matchTemplate(sized, each, cv2.TM_CCOEFF_NORMED).max()) for each in turned))
    return best


WANTED = 28  # pixels that the face is wide when it is looked for


def fine_part(grey: np.ndarray) -> np.ndarray:
    values = grey.astype(np.float32) + np.random.default_rng(0).normal(0, 0.5, grey.shape).astype(np.float32)
    return np.asarray(values - cv2.GaussianBlur(values, (0, 0), WANTED / 8), np.float32)


def where_shown(batch: Path, face: np.ndarray) -> dict[str, float]:
    """How well the face is found in each file of a batch outside of private/ that holds pictures."""
    found = {}
    for path in sorted(batch.rglob("*")):
        if path.is_file() and "private" not in path.parts and (pictures := pictures_in(path.read_bytes())):
            found[path.relative_to(batch).as_posix()] = max(best_match(picture, face) for picture in pictures)
    return found


@pytest.fixture
def face() -> np.ndarray:
    """The portrait's eyes, nose and mouth, in grey."""
    return np.asarray(cv2.cvtColor(portrait()[66:172, 186:266], cv2.COLOR_RGB2GRAY), np.uint8)


@pytest.fixture
def two_photos(tmp_path: Path) -> Path:
    save_photo(tmp_path / "photos" / "a.jpg", portrait())
    save_photo(tmp_path / "photos" / "b.jpg", landscape())
    return tmp_path / "photos"


SURE, CHANCE = 0.7, 0.6  # of the match of a face that is shown, and of one that is not


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_the_search_finds_a_face_however_it_lies(face: np.ndarray, turn: int) -> None:
    """Small, turned and mirrored; and finds none where there is none."""
    grey = cv2.cvtColor(portrait(), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(np.rot90(grey, turn)[:, ::-1], None, fx=0.37, fy=0.37, interpolation=cv2.INTER_AREA)
    assert best_match(np.asarray(small, np.uint8), face) > SURE
    assert best_match(cv2.cvtColor(landscape(), cv2.COLOR_RGB2GRAY), face) < CHANCE


PAPERS = ("checklist.html", "checklist.xlsx", "contact-sheet-1.jpg")


@pytest.mark.parametrize("style", STYLES)
def test_after_the_decision_the_face_is_nowhere(
    imgvet: Imgvet, two_photos: Path, tmp_path: Path, face: np.ndarray, style: str
) -> None:
    """Before it, published file, checklist and contact sheet show the face; after `redact` and `finish` none does."""
    (tmp_path / "imgvet.toml").write_text(f'[faces]\nredaction = "{style}"\n')
    imgvet("batch", two_photos, "--out", "b", *EVENT)
    before = where_shown(tmp_path / "b", face)
    shown = {name for name, match in before.items() if match > SURE}
    assert shown == {"held/open-day-001.jpg", "checklist-compact.html", *PAPERS}
    imgvet("decide", "b", "1:1", "redact", "--by", "A. Officer")
    assert imgvet("finish", "b").code == 0
    assert imgvet("checklist", "b", "--all").code == 0
    after = where_shown(tmp_path / "b", face)
    assert {"flickr/open-day-001.jpg", *PAPERS} <= set(after)
    assert {name: match for name, match in after.items() if match > CHANCE} == {}


def test_hidden_from_the_start_the_face_is_nowhere(
    imgvet: Imgvet, two_photos: Path, tmp_path: Path, face: np.ndarray
) -> None:
    """With --redact all no file outside of private/ has ever shown it; nor do the pictures inside."""
    imgvet("batch", two_photos, "--out", "b", *EVENT, "--redact", "all")
    assert imgvet("checklist", "b", "--all").code == 0
    found = where_shown(tmp_path / "b", face)
    assert {"flickr/open-day-001.jpg", *PAPERS} <= set(found)
    assert max(found.values()) < CHANCE
    for picture in small_pictures(tmp_path / "b"):
        assert best_match(pictures_in(picture)[0], face) < CHANCE


def small_pictures(batch: Path) -> list[bytes]:
    """The preview and the crops of photo 1."""
    database = sqlite3.connect(batch / "private" / "batch.db")
    try:
        rows = database.execute("SELECT preview FROM photos WHERE number = 1 UNION ALL SELECT picture FROM crops")
        return [picture for (picture,) in rows]
    finally:
        database.close()


def pieces_of(picture: bytes) -> list[bytes]:
    return [picture[at : at + 32] for at in range(0, len(picture) - 32, 32)]


def test_what_is_deleted_leaves_the_database(imgvet: Imgvet, two_photos: Path, tmp_path: Path) -> None:
    """The crop and the preview that showed a face are not left in free pages once it is hidden."""
    imgvet("batch", two_photos, "--out", "b", *EVENT)
    old, database = small_pictures(tmp_path / "b"), tmp_path / "b" / "private" / "batch.db"
    before = database.read_bytes()
    imgvet("decide", "b", "1:1", "redact", "--by", "A. Officer")
    imgvet("finish", "b")
    new = b"".join(small_pictures(tmp_path / "b"))  # the first rows are as they were
    pieces = [piece for picture in old for piece in pieces_of(picture) if piece not in new]
    assert len(old) == 2
    assert sum(piece in before for piece in pieces) > 100
    assert [piece for piece in pieces if piece in database.read_bytes()] == []


def test_what_is_deleted_is_wiped_wherever_sqlite_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some builds of SQLite wipe what is deleted by themselves; the others are told to."""
    connect = sqlite3.connect

    def leaving(*where: Any, **how: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*where, **how)
        connection.execute("PRAGMA secure_delete = OFF")
        return connection

    monkeypatch.setattr(sqlite3, "connect", leaving)
    folder = create_or_open(tmp_path / "b")
    join_originals(folder, [tmp_path / "a.jpg"])
    face = Face(1, Box(0, 0, 9, 9), 0.9)
    shown = np.random.default_rng(1).bytes(20_000)
    for pictures in (Previews(shown, (shown[::-1],)), Previews(b"preview", (b"crop",))):
        folder.record(Photo("a.jpg", faces=(face,)), "recipe", pictures)
        raw = (folder.private / "batch.db").read_bytes()
        left = sum(piece in raw for each in (shown, shown[::-1]) for piece in pieces_of(each))
        assert left > 1000 if pictures.preview == shown else left == 0
    folder.database.close()


def test_the_same_batch_gives_the_same_file_again(imgvet: Imgvet, two_photos: Path, tmp_path: Path) -> None:
    """A redacted file that was lost is written again to the byte; another batch paints its own noise."""
    imgvet("batch", two_photos, "--out", "b", *EVENT, "--redact", "all")
    file = tmp_path / "b" / "flickr" / "open-day-001.jpg"
    before = file.read_bytes()
    file.unlink()
    imgvet("batch", two_photos, "--out", "b", *EVENT, "--redact", "all")
    assert file.read_bytes() == before
    imgvet("batch", two_photos, "--out", "c", *EVENT, "--redact", "all")
    assert (tmp_path / "c" / "flickr" / "open-day-001.jpg").read_bytes() != before


def test_every_style_can_be_asked_for() -> None:
    """The profile takes what the redaction knows, and nothing else."""
    for style in STYLES:
        assert Profile.model_validate({"faces": {"redaction": style}}).faces.redaction == style


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """The corners of an area, wholly or partly in the picture, or outside of it."""
    corner = st.tuples(st.integers(-40, WIDTH + 40), st.integers(-40, HEIGHT + 40))
    return tuple(draw(st.lists(corner, min_size=3, max_size=8)))


@given(st.lists(outlines(), min_size=1, max_size=3), FACES, st.sampled_from(STYLES), st.booleans())
def test_nothing_inside_a_hidden_area_has_a_say(
    areas: list[Outline], faces: list[Box], style: RedactStyle, transparent: bool
) -> None:
    """Nor beside hidden heads, nor the last pixel of its margin; and all of it is painted and opaque."""
    shapes: list[Shape] = [*map(area_shape, areas), *heads(faces)]
    columns, rows = np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5
    hidden = np.any([shape.beyond(columns, rows) <= 0 for shape in shapes], axis=0)
    one, other = chance_picture(1), chance_picture(2)
    other[~hidden] = one[~hidden]
    alphas: list[np.ndarray | None] = [None, None]
    if transparent:
        first, second = chance_picture(3, 1), chance_picture(4, 1)
        second[~hidden] = first[~hidden]
        alphas = [first, second]
    found = redact(one, alphas[0], shapes, style, b"k")
    assert same(found, redact(other, alphas[1], shapes[::-1], style, b"k"))
    assert found[1] is None or (found[1][hidden] == 255).all()
    dark, _ = redact(one, None, shapes[:1], "solid", b"k")
    assert (dark[shapes[0].beyond(columns, rows) <= 0] == (52, 58, 64)).all()
    beyond = np.all([shape.beyond(columns, rows) >= edge_width(shape, style) for shape in shapes], axis=0)
    assert (found[0][beyond] == one[beyond]).all()
