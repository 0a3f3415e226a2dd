"""The thorough proof of a JPEG: not one byte may stand behind the last block of a scan."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imgvet.proof.jpeg_frame import Component, FrameHeader, ScanHeader
from imgvet.proof.jpeg_scans import Bits, Misread, Scans, huffman_table
from imgvet.proof.prove import Proof, prove
from proof.test_prove import (
    BARE,
    PROGRESSIVE,
    RESTARTED,
    SOF,
    changed,
    jpeg,
    jpeg_pixels,
    picture,
    png,
    reasons,
    segment,
)
from proof.test_prove_stripped import CODINGS, FOUR, PICTURE, adobe, recoded, stripped_jpeg
from support.chance import examples
from support.finished_files import saved

NOISE = np.random.default_rng(5).integers(0, 256, (61, 90, 3)).astype(np.uint8)
FLAT = np.full((300, 400, 3), 90, np.uint8)
SAMPLES = {
    "baseline": (BARE, False),
    "published": (jpeg(), False),
    "progressive": (PROGRESSIVE, False),
    "restarts": (RESTARTED, False),
    "progressive with restarts": (jpeg_pixels(progressive=True, restart_marker_blocks=2), False),
    "stripped": (stripped_jpeg(), True),
    "stripped CMYK": (stripped_jpeg(adobe(0), body=FOUR), True),
}


def thorough(data: bytes, *, stripped: bool = False) -> Proof:
    return prove(data, stripped=stripped, thorough=True)


@pytest.mark.parametrize("how", [*CODINGS, {"progressive": True, "restart_marker_rows": 1}, {"optimize": True}])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_every_coding_is_read_to_its_end(mode: str, how: dict[str, Any]) -> None:
    """As Pillow writes it, and as mozjpeg does: sequential and progressive, with successive approximation."""
    for pixels in (NOISE, picture(200, 130), FLAT):
        coded = saved(Image.fromarray(pixels).convert(mode), "JPEG", **how)
        head = (adobe(0),) if mode == "CMYK" else ()
        assert reasons(thorough(stripped_jpeg(*head, body=recoded(coded)), stripped=True)) == []
        if mode != "CMYK":
            assert reasons(thorough(coded)) == []


def test_other_kinds_are_proven_as_ever() -> None:
    """The word changes nothing where there are no scans."""
    assert thorough(png()).as_json() == prove(png()).as_json()


def scan_ends(data: bytes, *, stripped: bool) -> list[int]:
    """Where each scan's data ends."""
    found = prove(data, stripped=stripped).structures
    return [each.offset + each.length for each in found if each.name == "entropy data"]


@pytest.mark.parametrize("name", SAMPLES)
@given(junk=st.binary(min_size=1, max_size=30), which=st.floats(0, 1, exclude_max=True))
@examples(40)
def test_any_bytes_behind_the_last_block_of_a_scan_are_found(name: str, junk: bytes, which: float) -> None:
    """The plain proof can only bound them."""
    data, stripped = SAMPLES[name]
    assert thorough(data, stripped=stripped).proven
    ends = scan_ends(data, stripped=stripped)
    place = ends[int(which * len(ends))]
    stuffed = data[:place] + junk.replace(b"\xff", b"\xff\0") + data[place:]
    assert not thorough(stuffed, stripped=stripped).proven


def test_the_bytes_are_counted() -> None:
    """And the problem stands where the scan's data starts."""
    data = BARE[:-2] + b"U3" * 200 + b"\xff\xd9"
    assert prove(data).proven
    problem = thorough(data).problems[0]
    assert problem.offset == data.index(b"\xff\xda") + 14
    assert (problem.name, problem.reason) == ("entropy data", "400 bytes follow its last block.")


def test_bytes_before_a_restart_marker_are_found() -> None:
    """Each piece between two markers must end with its last block."""
    place = RESTARTED.index(b"\xff\xd1")
    assert "2 bytes follow" in str(reasons(thorough(RESTARTED[:place] + b"hi" + RESTARTED[place:])))


def test_spare_bits_at_the_end_must_be_ones() -> None:
    """As T.81, F.1.2.3, has it; up to seven bits could say something else."""
    found = set()
    for quality in range(50, 95):
        data = jpeg_pixels(quality=quality)
        for bit in range(7):
            other = data[:-3] + bytes([data[-3] & ~(1 << bit)]) + data[-2:]
            found |= {each.reason for each in thorough(other).problems}
    assert "The spare bits at its end are not ones." in found


@pytest.mark.parametrize("name", SAMPLES)
def test_a_scan_that_lacks_its_end_is_found(name: str) -> None:
    """A decoder would fill up the rest in grey."""
    data, stripped = SAMPLES[name]
    for place in scan_ends(data, stripped=stripped):
        shorter = data[: place - 2].rstrip(b"\xff") + data[place:]
        assert not thorough(shorter, stripped=stripped).proven


@given(
    st.sampled_from(list(SAMPLES.values())),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6),
)
@examples(400)
def test_no_damage_makes_it_raise(sample: tuple[bytes, bool], damage: list[tuple[float, int]]) -> None:
    """Wherever it is; and what passes the thorough proof passes the plain one."""
    data, stripped = sample
    damaged = bytearray(data)
    for where, byte in damage:
        damaged[int(where * len(data))] = byte
    proof = thorough(bytes(damaged), stripped=stripped)
    assert proof.proven == (not proof.problems)
    assert prove(bytes(damaged), stripped=stripped).proven or not proof.proven


def test_a_unit_has_no_more_than_ten_blocks() -> None:
    """T.81, B.2.3; the reader looks for the end of the data once a unit."""
    wide = changed(BARE, SOF, SOF[:11] + b"\x44" + SOF[12:])
    assert "SOS: It puts more than 10 blocks in a unit." in str(reasons(prove(wide)))


def test_a_progressive_picture_of_too_many_blocks_is_refused() -> None:
    """What is known of each block takes memory, and a hostile header costs nothing."""
    place = PICTURE.index(b"\xff\xc2")
    huge = PICTURE[: place + 5] + b"\xff\xff\xff\xff" + PICTURE[place + 9 :]
    assert not thorough(stripped_jpeg(body=huge), stripped=True).proven
    part = Component(1, 1, 1, 0)
    scan = ScanHeader(components=(part,), tables=((0, 0),), first=1, last=63, high=0, low=0)
    frame = FrameHeader(progressive=True, width=65_535, height=65_535, components=(part,))
    with pytest.raises(Misread, match="more blocks than can be read"):
        Scans(frame).read(scan, {(1, 0): ONE}, [b"\0"], 0)


# --- the reader of bits alone ------------------------------------------------------------------------------------

ONE = (b"\x01" + bytes(15), b"\x01")  # one code, a single 0, for one coefficient of one bit behind no zeros


def test_codes_that_no_table_has_are_found() -> None:
    """A single 1 is no code here, in every kind of scan."""
    coded = b"\xff\0" * 30
    dc, ac = huffman_table(*ONE, ac=False, progressive=False), huffman_table(*ONE, ac=True, progressive=True)
    blocks = [bytearray(64)]
    with pytest.raises(Misread, match="in no table"):
        Bits(coded).sequential([(dc, ac)], 1)
    with pytest.raises(Misread, match="in no table"):
        Bits(coded).first_dc([dc], 1)
    with pytest.raises(Misread, match="in no table"):
        Bits(coded).first_ac(ac, (1, 63), blocks)
    with pytest.raises(Misread, match="in no table"):
        Bits(coded).refine_ac(ac, (1, 63), blocks)


def test_runs_past_the_end_are_found() -> None:
    """Of a band, of a block, and of the picture's blocks."""
    far = (b"\x01" + bytes(15), b"\xf1")  # fifteen zeros, then a coefficient
    ac = huffman_table(*far, ac=True, progressive=True)
    for read in (Bits(bytes(9)).first_ac, Bits(bytes(9)).refine_ac):
        with pytest.raises(Misread, match="past the end"):
            read(ac, (1, 9), [bytearray(64)])
    dc = huffman_table(b"\x01" + bytes(15), b"\0", ac=False, progressive=False)
    with pytest.raises(Misread, match="more than 64"):
        Bits(bytes(9)).sequential([(dc, ac)], 1)
    ending = huffman_table(b"\x01" + bytes(15), b"\x30", ac=True, progressive=True)  # eight blocks at least end here
    for read in (Bits(bytes(9)).first_ac, Bits(bytes(9)).refine_ac):
        with pytest.raises(Misread, match="more blocks than the picture"):
            read(ending, (1, 63), [bytearray(64)] * 7)


def test_a_table_for_first_telling_does_not_refine() -> None:
    """A refined coefficient has one bit; a table with longer ones would leave room for more."""
    place = PICTURE.rindex(b"\xff\xc4", 0, PICTURE.rindex(b"\xff\xda"))
    length = int.from_bytes(PICTURE[place + 2 : place + 4], "big")
    content = bytearray(PICTURE[place + 4 : place + 2 + length])
    assert content[-1] & 15 <= 1
    content[-1] = 0x72
    data = stripped_jpeg(body=PICTURE[:place] + segment(0xC4, bytes(content)) + PICTURE[place + 2 + length :])
    assert not thorough(data, stripped=True).proven
