"""Text in the lowest bits is found, and nothing survives in them."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from imgvet.decode.lsb import clear_lsb, text_in_lsb
from imgvet.profile import Limits
from support.checked_files import open_bytes
from support.picture_writers import chunk, png, saved, smooth

LIMITS = Limits()
Pixels = NDArray[np.uint8]

HIDDEN = "Met the witness at 14 Example Road, Birmingham, on Tuesday; her number is 0121 496 0000."


def bits_of(data: bytes, order: str = "big") -> NDArray[np.uint8]:
    return np.unpackbits(np.frombuffer(data, np.uint8), bitorder="big" if order == "big" else "little")


def hidden(picture: Pixels, data: bytes, channels: tuple[int, ...], *, by_columns: bool, order: str = "big") -> Pixels:
    """The picture with these bits in the lowest bits of these channels, one pixel after the other."""
    changed = picture.copy()
    height, width = picture.shape[:2]
    for number, bit in enumerate(bits_of(data, order)):
        pixel, channel = divmod(number, len(channels))
        row, column = (pixel % height, pixel // height) if by_columns else (pixel // width, pixel % width)
        changed[row, column, channels[channel]] = changed[row, column, channels[channel]] & 0xFE | bit
    return changed


def photo(channels: int = 4) -> Pixels:
    return np.dstack([smooth(60, 70), smooth(60, 70, 3)[..., 0] // 2 + 90])[..., :channels].astype(np.uint8)


def found(picture: Pixels) -> str | None:
    return text_in_lsb(picture[..., :3], picture[..., 3] if picture.shape[2] == 4 else None)


@pytest.mark.parametrize(("signature", "channels", "packed"), [
    (b"stealth_pnginfo", (3,), False), (b"stealth_pngcomp", (3,), True),
    (b"stealth_rgbinfo", (0, 1, 2), False), (b"stealth_rgbcomp", (0, 1, 2), True),
])  # fmt: skip
def test_what_image_generators_hide_is_found(signature: bytes, channels: tuple[int, ...], packed: bool) -> None:
    """ "Stealth PNG info": its four signatures, down the columns, as text and packed."""
    payload = HIDDEN.encode()
    payload = gzip.compress(payload) if packed else payload
    data = signature + (8 * len(payload)).to_bytes(4, "big") + payload
    assert found(hidden(photo(), data, channels, by_columns=True)) == HIDDEN


def test_a_damaged_payload_is_still_a_find() -> None:
    """The signature alone says that something was hidden."""
    data = b"stealth_pngcomp" + (800).to_bytes(4, "big") + b"no gzip" * 20
    assert found(hidden(photo(), data, (3,), by_columns=True)) == "stealth_pngcomp"


def test_a_payload_that_claims_to_be_huge_is_read_no_further_than_needed() -> None:
    """A bomb in the lowest bits: a few characters of it are enough."""
    payload = gzip.compress(b"Road " * 2_000_000)
    data = b"stealth_rgbcomp" + (8 * len(payload)).to_bytes(4, "big") + payload[:1200]
    text = found(hidden(photo(), data, (0, 1, 2), by_columns=True))
    assert text is not None
    assert text.startswith("Road Road")
    assert len(text) <= 4096


@pytest.mark.parametrize("channels", [(0, 1, 2), (2, 1, 0), (0,), (1,), (2,), (3,), (0, 1, 2, 3)])
@pytest.mark.parametrize("by_columns", [False, True])
@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize("head", [b"", b"\x00\x00\x00\x58", b"88:"])
def test_what_simple_tools_hide_is_found(channels: tuple[int, ...], by_columns: bool, order: str, head: bytes) -> None:
    """Rows or columns, any channels, either order of bits, with a length before it or without."""
    picture = hidden(photo(), head + HIDDEN.encode(), channels, by_columns=by_columns, order=order)
    text = found(picture)
    assert text is not None
    assert HIDDEN in text


@pytest.mark.parametrize(
    "text",
    [
        "Свидетель живёт на Пушкинской улице, дом 14",
        "証人の住所は東京都千代田区丸の内一丁目九番地一号、電話番号は秘密です",
    ],
)
def test_other_alphabets_are_found(text: str) -> None:
    """UTF-8, not only ASCII."""
    assert text in (found(hidden(photo(3), text.encode(), (0, 1, 2), by_columns=False)) or "")


@given(seed=st.integers(0, 10**6), by_columns=st.booleans(), channels=st.sampled_from([(0, 1, 2), (0,), (3,)]))
@effort(max_examples=30)
def test_any_sentence_in_any_picture_is_found(seed: int, by_columns: bool, channels: tuple[int, ...]) -> None:
    """Whatever the picture is otherwise."""
    picture = np.random.default_rng(seed).integers(0, 256, (40, 50, 4)).astype(np.uint8)
    text = found(hidden(picture, HIDDEN.encode(), channels, by_columns=by_columns))
    assert text is not None
    assert HIDDEN in text


def flat_and_even_pictures() -> list[Pixels]:
    """Posters, gradients, grids and stripes of many kinds."""
    down, across = np.mgrid[0:64, 0:200]
    random = np.random.default_rng(11)
    made = [np.full((64, 200, 3), colour, np.uint8) for colour in random.integers(0, 256, (60, 3))]
    for _ in range(150):
        slopes, starts = random.uniform(0, 2, (3, 2)), random.uniform(0, 255, 3)
        planes = [across * x + down * y + start for (x, y), start in zip(slopes, starts, strict=True)]
        made.append((np.stack(planes, axis=-1).astype(np.int64) % 256).astype(np.uint8))
        steps = random.integers(1, 9, (3, 2))
        grids = [(across // x + down // y) % 2 * random.integers(1, 255) for x, y in steps]
        made.append(np.stack(grids, axis=-1).astype(np.uint8))
        grey = (across * random.uniform(0, 1) + random.uniform(0, 255)).astype(np.int64) % 256
        made.append(np.stack([grey] * 3, axis=-1).astype(np.uint8))
    return made


def test_flat_and_even_pictures_hold_no_text() -> None:
    """The same bits again and again are no text, nor are gradients."""
    assert [found(picture) for picture in flat_and_even_pictures() if found(picture)] == []


@given(arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3))))
@effort(max_examples=60)
def test_no_picture_is_too_small_or_too_wild_to_look_into(pixels: Pixels) -> None:
    """The look ends with a text or with None, for any pixels."""
    assert isinstance(text_in_lsb(pixels, pixels[..., 0]), str | None)


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
@effort(max_examples=60)
def test_nothing_survives_in_the_low_two_bits(pixels: Pixels) -> None:
    """The result is the same whatever the two lowest bits were; black, white and all six upper bits stay."""
    cleared = clear_lsb(pixels)
    for low in range(4):
        assert (clear_lsb((pixels & 0xFC | low).astype(np.uint8)) == cleared).all()
    assert (cleared & 0xFC == pixels & 0xFC).all()
    assert int(np.abs(cleared.astype(int) - pixels).max()) <= 3
    assert (clear_lsb(cleared) == cleared).all()


def test_black_and_white_stay() -> None:
    """Every value once: 0 and 255 stay, and the order of values is kept."""
    values = np.arange(256, dtype=np.uint8)
    cleared = clear_lsb(values)
    assert (cleared[0], cleared[255]) == (0, 255)
    assert (np.diff(cleared.astype(int)) >= 0).all()


# --- in a photo's way ------------------------------------------------------------------------------------------------


def poster(alpha: bool) -> Pixels:
    flat = np.full((60, 70, 4), (200, 120, 90, 255), np.uint8)
    flat[20:40, 20:50] = (10, 60, 220, 128) if alpha else (10, 60, 220, 255)
    return flat


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("channels", [(0, 1, 2), (3,)])
def test_a_text_in_a_graphic_is_told_and_gone(kind: str, channels: tuple[int, ...]) -> None:
    """It would go out in the published PNG; opened, the picture does not hold it any more."""
    picture = hidden(poster(alpha=True), HIDDEN.encode(), channels, by_columns=False)
    how: dict[str, object] = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    data = saved(Image.fromarray(picture), kind, **how)
    upright = open_bytes(data, kind.lower(), LIMITS)
    assert upright.graphic
    assert upright.hidden_text is not None
    assert HIDDEN in upright.hidden_text
    assert upright.alpha is not None
    assert text_in_lsb(upright.pixels, upright.alpha) is None
    assert (upright.pixels == clear_lsb(upright.pixels)).all()
    assert (upright.alpha == clear_lsb(upright.alpha)).all()


def test_alpha_that_hides_a_text_makes_no_graphic_of_a_photo() -> None:
    """254 and 255 are both opaque to the eye: the photo goes out as JPEG, without them."""
    picture = np.dstack([smooth(60, 70), np.full((60, 70), 255, np.uint8)])
    data = saved(Image.fromarray(hidden(picture, HIDDEN.encode(), (3,), by_columns=True)), "PNG")
    upright = open_bytes(data, "png", LIMITS)
    assert HIDDEN in (upright.hidden_text or "")
    assert upright.alpha is None
    assert not upright.graphic
    assert open_bytes(data, "png", LIMITS, keep_low_bits=True).alpha is not None


def test_exact_pixels_are_there_for_those_who_ask() -> None:
    """keep_low_bits hands on what the file stores, and still tells."""
    picture = hidden(poster(alpha=False), HIDDEN.encode(), (0, 1, 2), by_columns=False)[..., :3]
    upright = open_bytes(saved(Image.fromarray(picture), "PNG"), "png", LIMITS, keep_low_bits=True)
    assert (upright.pixels == picture).all()
    assert HIDDEN in (upright.hidden_text or "")


def test_a_photo_keeps_its_pixels() -> None:
    """A photo is published as JPEG, which overwrites low bits; what is hidden in it is told all the same."""
    noise = np.random.default_rng(3).integers(0, 256, (60, 70, 3)).astype(np.uint8)
    picture = hidden(noise, HIDDEN.encode(), (0, 1, 2), by_columns=True)
    upright = open_bytes(saved(Image.fromarray(picture), "PNG"), "png", LIMITS)
    assert not upright.graphic
    assert (upright.pixels == picture).all()
    assert HIDDEN in (upright.hidden_text or "")


def test_a_text_in_palette_numbers_and_in_sixteen_bits_is_told() -> None:
    """Where the numbers are not the colours: palette entries, and the lower byte of 16 bits."""
    plane = np.random.default_rng(5).integers(0, 4, (60, 70)).astype(np.uint8)
    numbers = hidden(plane[..., np.newaxis], HIDDEN.encode(), (0,), by_columns=False)[..., 0]
    palette = chunk(b"PLTE", bytes([9, 9, 9, 90, 90, 90, 180, 180, 180, 250, 250, 250]))
    assert HIDDEN in (open_bytes(png(numbers, 8, 3, palette), "png", LIMITS).hidden_text or "")
    lower = hidden(smooth(60, 70, 8), HIDDEN.encode(), (0, 1, 2), by_columns=False).astype(np.uint16)
    wide = smooth(60, 70).astype(np.uint16) << 8 | lower
    assert HIDDEN in (open_bytes(png(wide, 16, 2), "png", LIMITS).hidden_text or "")


def test_a_turned_and_converted_picture_is_looked_into_as_it_is_stored() -> None:
    """Turning and colours come afterwards."""
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = hidden(photo(3), HIDDEN.encode(), (0, 1, 2), by_columns=False)
    before = chunk(b"gAMA", (55556).to_bytes(4, "big")) + chunk(b"eXIf", exif.tobytes()[6:])
    assert HIDDEN in (open_bytes(png(picture, 8, 2, before), "png", LIMITS).hidden_text or "")


def test_a_jpeg_is_not_looked_into() -> None:
    """Its lowest bits are whatever the coder made of them."""
    data = saved(Image.fromarray(smooth(60, 70)), "JPEG")
    assert open_bytes(data, "jpeg", LIMITS).hidden_text is None
