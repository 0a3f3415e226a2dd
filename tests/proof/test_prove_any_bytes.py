"""Whatever is appended, put in or changed: a proven file fails, or shows and says the very same.

What is left out of the test of changed bytes, because another byte there makes another picture or other public words
and hides nothing: the coded picture itself and the tables by which it is decoded (``CODED``), and the words of the XMP
packet, the IIM fields and the number of the orientation (``SAID``), all of which the proof tells in full.
"""

import hashlib
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.proof.prove import Proof, prove
from imgvet.proof.stripped_metadata import KNOWN_PROFILES
from proof.test_prove import (
    CHUNKS,
    JPEG_PROPERTIES,
    PROGRESSIVE,
    RESTARTED,
    XML_NAME,
    chunk,
    jpeg,
    packet,
    picture,
    png,
    segment,
)
from proof.test_prove_stripped import FOUR, NAME, STRIPPED_JPEG, STRIPPED_PNG, adobe, deep_png, stripped_jpeg
from support.chance import examples
from support.finished_files import (
    AV1,
    DELIMITER,
    FRAME,
    LOSSLESS_CHUNK,
    LOSSY_CHUNK,
    PICTURE_ITEM,
    PROFILE,
    PROPERTIES_OF_AVIF,
    PUBLISHED_AVIF,
    PUBLISHED_TIFF,
    PUBLISHED_WEBP,
    SEQUENCE,
    STRIPPED_AVIF,
    STRIPPED_TIFF,
    STRIPPED_WEBP,
    Tags,
    associations,
    avif,
    box,
    extended,
    riff_chunk,
    saved,
    shown,
    tiff,
    webp,
)

Sample = tuple[bytes, bool]  # a file that proves, and whether as a stripped one

SAMPLES: dict[str, Sample] = {
    "jpeg": (jpeg(), False),
    "jpeg, progressive": (jpeg(bare=PROGRESSIVE), False),
    "jpeg, with restarts": (jpeg(bare=RESTARTED), False),
    "jpeg, stripped": (STRIPPED_JPEG, True),
    "jpeg, stripped, CMYK": (stripped_jpeg(adobe(0), body=FOUR), True),
    "png": (png(), False),
    "png, stripped": (STRIPPED_PNG, True),
    "png, stripped, 16 bits": (deep_png(6, picture(channels=4)), True),
    "webp": (PUBLISHED_WEBP, False),
    "webp, bare": (webp(LOSSLESS_CHUNK), False),
    "webp, stripped": (STRIPPED_WEBP, True),
    "avif": (PUBLISHED_AVIF, False),
    "avif, stripped": (STRIPPED_AVIF, True),
    "tiff": (PUBLISHED_TIFF, False),
    "tiff, stripped": (STRIPPED_TIFF, True),
    "tiff, deflated": (saved(picture(channels=4), "TIFF", compression="tiff_adobe_deflate"), True),
}
BY_KIND = {kind: [each for name, each in SAMPLES.items() if name.startswith(kind)] for kind in ("jpeg", "png", "webp")}

CODED = {
    *("DQT", "DHT", "SOF0", "SOF2", "SOS", "DRI", "entropy data", "APP14 Adobe"),
    *("VP8 frame", "VP8 first partition", "VP8 partition sizes", "VP8 partition", "VP8L header", "VP8L picture"),
    *("AV1 sequence header", "AV1 frame"),
    "strip",
}
SAID = ("XMP ", "IIM ", "APP1 Exif", "EXIF")


@pytest.fixture(autouse=True, scope="module")
def _known_profile() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(KNOWN_PROFILES, hashlib.sha256(PROFILE).hexdigest(), NAME)
        yield


def said(proof: Proof) -> tuple[object, ...]:
    return proof.kind, proof.public, proof.orientation, proof.colour_profile


def names_at(proof: Proof, place: int) -> set[str]:
    return {each.name for each in proof.structures if each.offset <= place < each.offset + each.length}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_prove(name: str) -> None:
    """Else the tests below would show nothing."""
    data, stripped = SAMPLES[name]
    assert prove(data, stripped=stripped).problems == ()
    assert shown(data) is not None


@pytest.mark.parametrize("name", SAMPLES)
@given(after=st.binary(min_size=1, max_size=60))
@examples(25)
def test_any_bytes_appended_make_a_proven_file_fail(name: str, after: bytes) -> None:
    """And a whole second file; one zero byte that makes a TIFF's length even is padding."""
    data, stripped = SAMPLES[name]
    is_padding = name.startswith("tiff") and after == b"\0" and len(data) % 2 == 1
    assert prove(data + after, stripped=stripped).proven == is_padding
    assert not prove(data + data, stripped=stripped).proven


@pytest.mark.parametrize("name", SAMPLES)
@given(before=st.binary(min_size=1, max_size=60), where=st.floats(0, 1, exclude_max=True))
@examples(25)
def test_any_bytes_put_between_two_pieces_make_a_proven_file_fail(name: str, before: bytes, where: float) -> None:
    """With no regard to lengths and places written elsewhere; coded data may grow, as that is another picture."""
    data, stripped = SAMPLES[name]
    proof = prove(data, stripped=stripped)
    bounds = [each for each in proof.structures if not each.name.startswith(("IIM", "8BIM"))]
    bounds = [each for each in bounds if each.name == "XMP " or not each.name.startswith("XMP ")]
    which = int(where * len(bounds))
    place = bounds[which].offset
    around = {each.name for each in bounds[max(0, which - 1) : which + 1]}
    if around.isdisjoint({"entropy data", "RST0"}):
        assert not prove(data[:place] + before + data[place:], stripped=stripped).proven


@pytest.mark.parametrize("name", SAMPLES)
@given(where=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
@examples(120)
def test_any_byte_changed_is_found_or_changes_nothing(name: str, where: float, byte: int) -> None:
    """What the file says stays the same, and what it shows does, unless the byte is one that says or shows."""
    data, stripped = SAMPLES[name]
    place = int(where * len(data))
    other = data[:place] + bytes([byte]) + data[place + 1 :]
    before, after = prove(data, stripped=stripped), prove(other, stripped=stripped)
    if not after.proven:
        return
    here = names_at(before, place)
    if not any(each.startswith(SAID) for each in here):
        assert said(after) == said(before)
    if here.isdisjoint(CODED):
        assert shown(other) == shown(data)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith(("avif", "tiff", "webp"))])
@pytest.mark.slow
def test_every_bit_of_a_head_is_found_or_changes_nothing(name: str) -> None:
    """The same with every single bit outside the picture and its words."""
    data, stripped = SAMPLES[name]
    before = prove(data, stripped=stripped)
    for place in range(len(data)):
        here = names_at(before, place)
        if here & CODED or any(each.startswith(SAID) for each in here) or "34675 ICC profile" in here:
            continue
        for bit in range(8):
            other = data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
            after = prove(other, stripped=stripped)
            assert not after.proven or (said(after) == said(before) and shown(other) == shown(data)), place


@given(st.sampled_from(BY_KIND["jpeg"]), st.integers(0x01, 0xFE), st.binary(max_size=60), st.floats(0, 1))
@examples(150)
def test_any_segment_put_in_makes_a_proven_jpeg_fail(sample: Sample, marker: int, content: bytes, where: float) -> None:
    """At every boundary, in both modes."""
    data, stripped = sample
    places = [each.offset for each in prove(data, stripped=stripped).structures if " " not in each.name]
    place = places[int(where * (len(places) - 1))]
    assert not prove(data[:place] + segment(marker, content) + data[place:], stripped=stripped).proven


@given(
    st.sampled_from(BY_KIND["png"]),
    st.sampled_from([*CHUNKS, b"iCCP"]) | st.binary(min_size=4, max_size=4),
    st.binary(max_size=60),
    st.floats(0, 1),
)
@examples(150)
def test_any_chunk_put_in_makes_a_proven_png_fail(sample: Sample, kind: bytes, content: bytes, where: float) -> None:
    """With a right checksum; the one byte of sRGB, which says nothing but its intent, is allowed for."""
    data, stripped = sample
    places = [each.offset for each in prove(data, stripped=stripped).structures if "XMP " not in each.name]
    place = places[int(where * (len(places) - 1))]
    other = prove(data[:place] + chunk(kind, content) + data[place:], stripped=stripped)
    assert not other.proven or (kind == b"sRGB" and len(content) == 1)


WEBP_NAMES = st.sampled_from([b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"EXIF", b"ICCP", b"XMP ", b"JUNK"])


@given(
    st.sampled_from(BY_KIND["webp"]),
    WEBP_NAMES | st.binary(min_size=4, max_size=4),
    st.binary(max_size=60),
    st.floats(0, 1),
    st.integers(0, 255),
)
@examples(150)
def test_any_chunk_put_in_makes_a_proven_webp_fail(
    sample: Sample, name: bytes, content: bytes, where: float, flags: int
) -> None:
    """With the size of the RIFF put right, and whatever flags there are."""
    data, stripped = sample
    chunks = list(riff_chunks(data))
    place = round(where * len(chunks))
    others = [*chunks[:place], (name, content), *chunks[place:]]
    flagged = [(each, bytes([flags]) + held[1:] if each == b"VP8X" else held) for each, held in others]
    assert not prove(webp(*others), stripped=stripped).proven
    assert not prove(webp(*flagged), stripped=stripped).proven


def riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place < len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        yield data[place : place + 4], data[place + 8 : place + 8 + size]
        place += len(riff_chunk(b"size", bytes(size)))


BOX_NAMES = st.sampled_from([b"ftyp", b"free", b"mdat", b"meta", b"uuid", b"idat", b"iref", b"ispe", b"colr", b"Exif"])


@given(BOX_NAMES | st.binary(min_size=4, max_size=4), st.binary(max_size=60), st.integers(0, 5), st.booleans())
@examples(200)
def test_any_box_put_in_makes_a_proven_avif_fail(name: bytes, content: bytes, where: int, stripped: bool) -> None:
    """At the top, in meta, among the properties, among the items, or as a whole item; all lengths put right."""
    more = box(name, content)
    properties = (*PROPERTIES_OF_AVIF, more)
    files = (
        avif(before=more),
        avif(more=more),
        avif(properties=properties),
        avif(properties=properties, used=associations(PROPERTIES_OF_AVIF)),
        avif(entries=(PICTURE_ITEM, more)),
        avif((AV1, content), entries=(PICTURE_ITEM, more)),
    )
    assert prove(avif(), stripped=stripped).proven
    assert not prove(files[where], stripped=stripped).proven


@given(st.integers(0, 255), st.binary(max_size=60), st.integers(0, 3))
@examples(200)
def test_any_unit_put_in_makes_a_proven_avif_fail(head: int, content: bytes, where: int) -> None:
    """A unit of tiles behind the frame is the one kind that may follow, for it is coded picture."""
    units = [DELIMITER, SEQUENCE, FRAME]
    units.insert(where, bytes([head, len(content)]) + content)
    is_tiles = head == 4 << 3 | 2 and where == 3 and content
    assert prove(avif((b"".join(units),))).proven == bool(is_tiles)


@given(
    st.integers(1, 0xFFFF),
    st.sampled_from([1, 2, 3, 4, 7]),
    st.lists(st.integers(0, 255), min_size=1, max_size=40),
    st.booleans(),
)
@examples(200)
def test_any_tag_put_in_makes_a_proven_tiff_fail(number: int, kind: int, values: list[int], stripped: bool) -> None:
    """A tag that is there already is replaced by one that says something else, which must fail as well."""
    plain = tiff()
    added: Tags = {number: (kind, tuple(values))}
    other = tiff(added)
    assert prove(plain, stripped=stripped).proven
    proof = prove(other, stripped=stripped)
    assert not proof.proven or shown(other) == shown(plain)


@given(XML_NAME, st.text("ab ", max_size=9), st.sampled_from(["webp", "avif", "tiff"]))
@examples(60)
def test_any_xmp_property_put_in_makes_a_proven_file_fail(name: str, text: str, kind: str) -> None:
    """In the standard place of every kind."""
    words = {**JPEG_PROPERTIES, "dc:format": f"image/{kind}"}
    xmp = packet(words, f"<photoshop:{name}>{text}</photoshop:{name}>")
    makers = {
        "webp": lambda held: webp(extended(4), LOSSY_CHUNK, (b"XMP ", held)),
        "avif": lambda held: avif((AV1, held)),
        "tiff": lambda held: tiff({700: (1, held)}),
    }
    assert prove(makers[kind](packet(words))).proven
    assert not prove(makers[kind](xmp)).proven


STARTS = [data[:length] for data, _ in SAMPLES.values() for length in (12, 40, 200)]


@given(st.sampled_from(STARTS), st.binary(max_size=300), st.booleans())
@examples(300)
def test_no_bytes_make_it_raise(start: bytes, rest: bytes, stripped: bool) -> None:
    """The start of a real file, then anything."""
    proof = prove(start + rest, stripped=stripped)
    assert proof.proven == (not proof.problems)
    assert all(0 <= each.offset <= len(start + rest) for each in proof.problems)


@given(
    st.sampled_from(list(SAMPLES.values())),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), min_size=1, max_size=5),
    st.floats(0.5, 1),
)
@examples(300)
def test_no_damage_makes_it_raise(sample: Sample, damage: list[tuple[float, bytes]], kept: float) -> None:
    """Bytes overwritten at several places, and the end cut off."""
    data, stripped = sample
    damaged = bytearray(data)
    for where, noise in damage:
        place = int(where * len(data))
        damaged[place : place + len(noise)] = noise
    proof = prove(bytes(damaged[: int(kept * len(damaged))]), stripped=stripped)
    assert proof.proven == (not proof.problems)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_cut_anywhere_fails(name: str) -> None:
    """No beginning of a proven file proves."""
    data, stripped = SAMPLES[name]
    step = max(1, len(data) // 400)
    assert not any(prove(data[:length], stripped=stripped).proven for length in range(0, len(data), step))


def test_places_that_point_at_each_other_end() -> None:
    """A directory that names itself as the next one, and boxes that hold no bytes."""
    data = tiff()
    directory = int.from_bytes(data[4:8], "little")
    next_one = directory + 2 + 12 * int.from_bytes(data[directory : directory + 2], "little")
    assert not prove(data[:next_one] + struct.pack("<I", directory) + data[next_one + 4 :]).proven
    assert not prove(avif()[:32] + bytes(8)).proven
