"""Where something can hide beside the metadata, format by format: it is told with its size and its place."""

import base64
import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from imgvet.inspection.findings import PrivateItem
from imgvet.inspection.inspection import Inspection
from inspection.test_inspect import (
    BIRMINGHAM,
    MARKER,
    box,
    chunk,
    directory,
    entry,
    exif,
    exif_segment,
    found,
    gif_with,
    heic_with,
    icc,
    jpeg_with,
    picture,
    png_with,
    segment,
    webp_with,
    xmp,
    xmp_segment,
)
from support.checked_files import inspect_bytes

WORDS = b"words that hide"


def placed(inspection: Inspection, data: bytes, name: str, hidden: bytes = WORDS) -> PrivateItem:
    """The unknown item of that name, whose offset must be the very place of the hidden bytes in the file."""
    item = found(inspection, "unknown", name)
    assert item.offset is not None
    assert data[item.offset :].startswith(hidden), (item.offset, data.find(hidden))
    assert f"at byte {item.offset:,}" in item.value
    return item


# JPEG


@pytest.mark.parametrize(
    ("piece", "name", "skip"),
    [
        (WORDS, "stray bytes", b""),
        (segment(0xF4, WORDS), "segment 0xFFF4", b""),
        (segment(0xC8, WORDS), "segment 0xFFC8", b""),
        (segment(0xE7, WORDS), "APP7", b""),
        (segment(0xDB, b"\3" + WORDS.ljust(64, b"x")), "unused quantisation table", b"\3"),
        (segment(0xC4, b"\3" + bytes([15]) + bytes(15) + WORDS), "unused Huffman table", b"\3\x0f" + bytes(15)),
        (segment(0xDD, b"\0\0" + WORDS), "behind segment 0xFFDD", b""),
        (segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + WORDS), "behind the Adobe segment", b""),
    ],
)
def test_what_hides_between_the_segments_of_a_jpeg_has_a_place(piece: bytes, name: str, skip: bytes) -> None:
    """Size and first byte are told of bytes, segments and tables that no picture needs."""
    data = jpeg_with(piece)
    placed(inspect_bytes(data, "jpeg"), data, name, skip + WORDS)


def test_a_table_that_is_written_twice_is_no_secret() -> None:
    """Some cameras write the same table under two numbers."""
    clean = picture()
    at = clean.index(b"\xff\xdb")
    table = bytearray(clean[at : at + 69])
    table[4] = 3
    assert inspect_bytes(clean[:at] + bytes(table) + clean[at:], "jpeg").items == ()


def test_words_in_coded_picture_data_are_told() -> None:
    """Writing before the end mark, and before a restart mark, is no picture."""
    clean = picture()
    data = clean[:-2] + WORDS + clean[-2:]
    placed(inspect_bytes(data, "jpeg"), data, "words before the end of the picture data")
    file = io.BytesIO()
    Image.effect_noise((64, 64), 60).save(file, "JPEG", restart_marker_rows=1)
    clean = file.getvalue()
    at = clean.index(b"\xff\xd1")
    data = clean[:at] + b"\1" + WORDS + clean[at:]
    placed(inspect_bytes(data, "jpeg"), data, "words in the picture data")


def test_ordinary_picture_data_holds_no_words() -> None:
    """Noise, even areas and gradients in every format bring no false alarm."""
    pictures = (
        Image.effect_noise((500, 400), 80).convert("RGB"),
        Image.linear_gradient("L").resize((400, 300)).convert("RGB"),
        Image.new("RGB", (300, 300), (85, 85, 85)),
        Image.radial_gradient("L").convert("P"),
    )
    for pixels in pictures:
        for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF"):
            file = io.BytesIO()
            (pixels.convert("RGB") if kind == "JPEG" else pixels).save(file, kind)
            report = inspect_bytes(file.getvalue(), kind.lower())
            assert set(report.groups) <= {"other"}, (kind, report.items)


# PNG


def png_of(pixels: Image.Image, **saving: Any) -> bytes:
    """The picture as a PNG."""
    file = io.BytesIO()
    pixels.save(file, "PNG", **saving)
    return file.getvalue()


def with_idat(data: bytes, coded: bytes) -> bytes:
    """The PNG with that picture data."""
    at = data.index(b"IDAT") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    return data[:at] + chunk(b"IDAT", coded) + data[at + 12 + size :]


def coded_of(data: bytes) -> bytes:
    """The picture data of a PNG that has it in one chunk."""
    at = data.index(b"IDAT") - 4
    return data[at + 8 : at + 8 + int.from_bytes(data[at : at + 4], "big")]


@pytest.mark.parametrize("interlaced", [False, True])
def test_bytes_behind_the_picture_data_of_a_png_have_a_place(interlaced: bool) -> None:
    """Bytes after the end of the packed rows, in the same chunk or in a further one, are told."""
    clean = png_of(Image.new("RGB", (20, 10), (1, 2, 3)))
    if interlaced:
        rows = bytes(sum(r * (1 + 3 * c) for c, r in ((3, 2), (2, 2), (5, 1), (5, 3), (10, 2), (10, 5), (20, 5))))
        clean = clean[:28] + b"\1" + struct.pack(">I", zlib.crc32(clean[12:28] + b"\1")) + clean[33:]
        clean = with_idat(clean, zlib.compress(rows))
    assert inspect_bytes(clean, "png").items == ()
    data = with_idat(clean, coded_of(clean) + WORDS)
    placed(inspect_bytes(data, "png"), data, "behind the picture data")
    at = clean.index(b"IEND") - 4
    data = clean[:at] + chunk(b"IDAT", WORDS) + clean[at:]
    placed(inspect_bytes(data, "png"), data, "behind the picture data")


def test_rows_below_the_last_row_of_a_png_are_told() -> None:
    """More picture data than the picture has rows for is told, as a crop that leaves it there."""
    clean = png_of(Image.new("RGB", (20, 10), (1, 2, 3)))
    data = with_idat(clean, zlib.compress(zlib.decompress(coded_of(clean)) + WORDS))
    assert "more rows" in found(inspect_bytes(data, "png"), "unknown", "surplus picture data").value


@pytest.mark.parametrize("colours", [2, 4, 16, 200])
def test_colours_that_no_pixel_uses_are_told(colours: int) -> None:
    """Entries of the palette behind the last used colour can hold anything."""
    pixels = Image.new("P", (20, 20))
    pixels.putpalette([5, 6, 7] * colours)
    pixels.putpixel((3, 3), colours - 1)
    clean = png_of(pixels)
    assert inspect_bytes(clean, "png").items == ()
    at = clean.index(b"PLTE") - 4
    size = int.from_bytes(clean[at : at + 4], "big")
    data = clean[:at] + chunk(b"PLTE", clean[at + 8 : at + 8 + size] + WORDS) + clean[at + 12 + size :]
    report = inspect_bytes(data, "png")
    assert any(WORDS.decode() in item.value for item in report.items if item.group == "unknown")


@pytest.mark.parametrize(
    ("kind", "group"),
    [(b"gIFt", "text"), (b"gdAT", "pictures"), (b"dSIG", "credentials"), (b"cpIp", "unknown"), (b"prVt", "unknown")],
)
def test_chunks_that_have_a_name_and_others(kind: bytes, group: str) -> None:
    """Every chunk that a picture does not need is told, with the words in it."""
    report = inspect_bytes(png_with(chunk(kind, WORDS)), "png")
    assert any(item.group == group and WORDS.decode() in item.value for item in report.items)


def test_what_a_crop_left_behind_a_png_is_an_earlier_picture() -> None:
    """Rests of a larger picture behind the end (CVE-2023-21036) are a hidden picture."""
    data = png_with(behind=b"\x11\x22" * 40 + chunk(b"IDAT", b"\x78\x9c" + bytes(30)) + chunk(b"IEND", b""))
    assert "earlier" in found(inspect_bytes(data, "png"), "pictures", "EarlierPicture").value


def test_an_animated_png_with_a_picture_that_is_never_shown() -> None:
    """The default picture that is no frame is hidden from everybody whose program plays the animation."""
    clean = picture("PNG")
    at = clean.index(b"IEND") - 4
    frame = chunk(b"fcTL", bytes(26)) + chunk(b"fdAT", bytes(4) + coded_of(clean))
    data = clean[:33] + chunk(b"acTL", struct.pack(">II", 1, 0)) + clean[33:at] + frame + clean[at:]
    assert "HiddenFrame" in {item.name for item in inspect_bytes(data, "png").items}


def test_both_other_texts_of_an_international_text_are_shown() -> None:
    """The translated keyword is as much a text as the text."""
    data = png_with(chunk(b"iTXt", b"Title\0\0\0a-very-private-language\0" + WORDS + b"\0plain"))
    values = [item.value for item in inspect_bytes(data, "png").items if item.group == "text"]
    assert values == [WORDS.decode(), "a-very-private-language", "plain"]


# WebP and GIF


def test_what_hides_in_the_chunks_of_a_webp_has_a_place() -> None:
    """Bytes behind chunks of a set size, unknown chunks within a frame, and bytes behind the frame's last chunk."""
    flags = bytes(10) + WORDS + b"\0"
    data = webp_with((b"VP8X", flags))
    placed(inspect_bytes(data, "webp"), data, "behind the VP8X chunk")
    frame = bytes(16) + b"prVt" + struct.pack("<I", 16) + WORDS + b"\0"
    data = webp_with((b"ANMF", frame))
    placed(inspect_bytes(data, "webp"), data, "chunk prVt")
    data = webp_with((b"ANMF", bytes(16) + WORDS[:7]))
    placed(inspect_bytes(data, "webp"), data, "stray bytes", WORDS[:7])


def test_what_hides_in_the_blocks_of_a_gif_has_a_place() -> None:
    """Unknown extensions, too long timings, words in colours and bytes behind the end mark are told."""
    size = bytes([len(WORDS)])
    data = gif_with(b"!\xf9" + size + WORDS + b"\0")
    placed(inspect_bytes(data, "gif"), data, "extension 0xf9")
    data = gif_with(behind=WORDS)
    placed(inspect_bytes(data, "gif"), data, "trailer")
    clean = picture("GIF")
    colours = WORDS.ljust(24, b"\0")
    data = (
        clean[:10] + bytes([clean[10] & 0xF8 | 2]) + clean[11:13] + colours + clean[13 + (3 << (clean[10] & 7) + 1) :]
    )
    placed(inspect_bytes(data, "gif"), data, "words in the palette")


# TIFF


def page(*entries: bytes, behind: bytes = b"") -> bytes:
    """A TIFF of one directory, and bytes behind it."""
    return b"II*\0" + struct.pack("<I", 8) + directory(*entries) + behind


def test_bytes_that_nothing_in_a_tiff_points_to_have_a_place() -> None:
    """Gaps between directories, values and strips are told, in a TIFF as in EXIF."""
    grey = [entry(0x100, 4, 1, 4), entry(0x101, 4, 1, 4), entry(0x102, 3, 1, 8), entry(0x103, 3, 1, 1)]
    start = 8 + 6 + 12 * 6 + len(WORDS)
    data = page(*grey, entry(0x111, 4, 1, start), entry(0x117, 4, 1, 16), behind=WORDS + bytes(range(16)))
    placed(inspect_bytes(data, "tiff"), data, "unused bytes")
    data = jpeg_with(exif_segment(page(entry(0x0112, 3, 1, 1), behind=WORDS)))
    placed(inspect_bytes(data, "jpeg"), data, "unused bytes")


@pytest.mark.parametrize("compression", [1, 8])
def test_bytes_behind_the_rows_of_a_tiff_have_a_place(compression: int) -> None:
    """A strip that is longer than its rows is told, packed or not."""
    rows = zlib.compress(bytes(range(16))) if compression == 8 else bytes(range(16))
    grey = [entry(0x100, 4, 1, 4), entry(0x101, 4, 1, 4), entry(0x102, 3, 1, 8), entry(0x103, 3, 1, compression)]
    start = 8 + 6 + 12 * 6
    size = len(rows) + len(WORDS)
    data = page(*grey, entry(0x111, 4, 1, start), entry(0x117, 4, 1, size), behind=rows + WORDS)
    placed(inspect_bytes(data, "tiff"), data, "behind the rows")


def test_a_comment_in_a_jpeg_strip_is_told() -> None:
    """Strips of a TIFF may be JPEGs, with all that a JPEG can carry."""
    jpeg = jpeg_with(segment(0xFE, WORDS), segment(0xE5, WORDS))
    layout = [entry(0x100, 4, 1, 32), entry(0x101, 4, 1, 24), entry(0x103, 3, 1, 7)]
    start = 8 + 6 + 12 * 5
    data = page(*layout, entry(0x111, 4, 1, start), entry(0x117, 4, 1, len(jpeg)), behind=jpeg)
    report = inspect_bytes(data, "tiff")
    assert found(report, "text", "Comment").value == WORDS.decode()
    placed(report, data, "segment 0xFFE5")


def test_pages_below_a_page_are_hidden_pictures() -> None:
    """SubIFDs hold further pictures, and fields of their own."""
    inner = directory(entry(0x100, 4, 1, 7), entry(0x101, 4, 1, 5), entry(0x111, 4, 1, 8), entry(0x117, 4, 1, 8))
    shown = (entry(0x111, 4, 1, 8), entry(0x117, 4, 1, 8))
    data = page(*shown, entry(0x014A, 4, 1, 26 + 24), behind=inner)
    assert "7 × 5 pixels" in found(inspect_bytes(data, "tiff"), "pictures", "FurtherPage").value


# HEIC and AVIF


def heif_meta(*boxes: bytes) -> bytes:
    """A HEIC of nothing but a ``meta`` box with those boxes."""
    return box(b"ftyp", b"heic" + bytes(4) + b"mif1heic") + box(b"meta", bytes(4) + b"".join(boxes))


def item_entry(number: int, kind: bytes, name: bytes = b"") -> bytes:
    """One item of ``iinf``."""
    return box(b"infe", bytes((2, 0, 0, 0)) + struct.pack(">HH4s", number, 0, kind) + name + b"\0")


def items(*entries: bytes) -> bytes:
    """The boxes ``pitm`` and ``iinf``: item 1 is the shown one."""
    listed = box(b"iinf", bytes(4) + struct.pack(">H", len(entries)) + b"".join(entries))
    return box(b"pitm", bytes(4) + struct.pack(">H", 1)) + listed


def properties(boxes: list[bytes], has: dict[int, list[int]]) -> bytes:
    """The box ``iprp``: properties, and which item has which."""
    pairs = b"".join(struct.pack(">HB", item, len(each)) + bytes(each) for item, each in has.items())
    return box(b"iprp", box(b"ipco", b"".join(boxes)) + box(b"ipma", bytes(4) + struct.pack(">I", len(has)) + pairs))


def reference(kind: bytes, source: int, *targets: int) -> bytes:
    """One reference of ``iref``."""
    return box(kind, struct.pack(">HH", source, len(targets)) + struct.pack(f">{len(targets)}H", *targets))


SIZE = box(b"ispe", bytes(4) + struct.pack(">II", 320, 240))


def test_pictures_beside_the_shown_one_have_their_kind_and_size() -> None:
    """Thumbnail, depth map, masks, gain maps and further pictures are told apart; transparency is no secret."""
    depth = box(b"auxC", bytes(4) + b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth\0")
    mask = box(b"auxC", bytes(4) + b"urn:com:apple:photo:2018:aux:portraiteffectsmatte\0")
    gain = box(b"auxC", bytes(4) + b"urn:com:apple:photo:2020:aux:hdrgainmap\0")
    alpha = box(b"auxC", bytes(4) + b"urn:mpeg:hevc:2015:auxid:1\0")
    references = [reference(b"thmb", 2, 1), *(reference(b"auxl", number, 1) for number in (3, 4, 5, 6))]
    references.append(reference(b"dimg", 8, 1, 9))
    data = heif_meta(
        items(*(item_entry(number, b"hvc1") for number in range(1, 8)), item_entry(8, b"tmap"), item_entry(9, b"hvc1")),
        box(b"iref", bytes(4) + b"".join(references)),
        properties([SIZE, depth, mask, gain, alpha], {1: [1], 2: [1], 3: [1, 2], 4: [3], 5: [4], 6: [5], 7: [1]}),
    )
    told = [(item.name, item.value) for item in inspect_bytes(data, "heic").items if item.group == "pictures"]
    assert told == [
        ("ThumbnailImage", "a thumbnail of item 1, 320 × 240 pixels, item 2"),
        ("AuxiliaryImage", "depth map, 320 × 240 pixels, item 3"),
        ("AuxiliaryImage", "mask of a person, size unknown, item 4"),
        ("AuxiliaryImage", "gain map, a picture of the same scene, size unknown, item 5"),
        ("FurtherImage", "a further picture, 320 × 240 pixels, item 7"),
        ("ToneMappedImage", "the same scene with its gain map (tmap), size unknown, item 8"),
        ("GainMap", "gain map, a picture of the same scene, size unknown, item 9"),
    ]


def test_a_crop_and_an_overlay_hide_what_is_still_there() -> None:
    """``clap`` shows a part of what is coded; an overlay covers pictures."""
    crop = box(b"clap", struct.pack(">8I", 100, 1, 80, 1, 0, 1, 0, 1))
    data = heif_meta(items(item_entry(1, b"hvc1")), properties([SIZE, crop], {1: [1, 2]}))
    told = found(inspect_bytes(data, "heic"), "pictures", "CroppedArea").value
    assert told == "only 100 × 80 pixels of 320 × 240 pixels are shown; the rest is still in the file"
    laid = box(b"iref", bytes(4) + reference(b"dimg", 1, 2, 3))
    data = heif_meta(items(item_entry(1, b"iovl"), item_entry(2, b"hvc1"), item_entry(3, b"hvc1")), laid)
    assert "2 pictures laid over each other" in found(inspect_bytes(data, "heic"), "pictures", "Overlay").value


def test_names_and_descriptions_in_heif_are_texts() -> None:
    """Names of items, of the handler, and descriptions for users are words of somebody."""
    handler = box(b"hdlr", bytes(8) + b"pict" + bytes(12) + WORDS + b"\0")
    description = box(b"udes", bytes(4) + b"en\0Title\0" + WORDS + b"\0\0")
    data = heif_meta(handler, items(item_entry(1, b"hvc1", WORDS)), properties([description], {}))
    report = inspect_bytes(data, "heic")
    for name in ("HandlerName", "ItemName", "UserDescription"):
        assert WORDS.decode() in found(report, "text", name).value


def test_the_exif_of_a_second_picture_says_whose_it_is() -> None:
    """EXIF that describes another item than the shown one is told apart."""
    body = bytes(4) + exif({0x013B: MARKER})
    clean = heic_with([(b"hvc1", b"", b"picture"), (b"hvc1", b"", b"second"), (b"Exif", b"", body)])
    assert found(inspect_bytes(clean, "heic"), "owner", "Artist").where == "HEIC EXIF"
    described = box(b"iref", bytes(4) + reference(b"cdsc", 3, 2))
    at = clean.index(b"meta") - 4
    size = int.from_bytes(clean[at : at + 4], "big")
    whole = clean[:at] + struct.pack(">I", size + len(described)) + clean[at + 4 : at + size] + described
    moved = whole + clean[at + size :]
    location = moved.index(b"iloc") + 12
    patched = bytearray(moved)
    for number in range(3):
        place = location + 14 * number + 6
        patched[place : place + 4] = struct.pack(
            ">I", int.from_bytes(patched[place : place + 4], "big") + len(described)
        )
    assert found(inspect_bytes(bytes(patched), "heic"), "owner", "Artist").where == "HEIC EXIF of item 2"


def test_bytes_of_the_media_data_that_no_item_uses_have_a_place() -> None:
    """What stands in ``mdat`` and belongs to no item is told."""
    clean = heic_with([(b"hvc1", b"", b"picture")])
    at = clean.index(b"mdat") - 4
    data = clean[:at] + box(b"mdat", clean[at + 8 :] + WORDS)
    placed(inspect_bytes(data, "heic"), data, "unused bytes")


@pytest.mark.parametrize("kind", [b"free", b"skip", b"uuid", b"prVt"])
def test_boxes_that_no_picture_needs_have_a_place(kind: bytes) -> None:
    """Free space with words in it is no free space, in the file and in ``meta``."""
    data = heic_with([(b"hvc1", b"", b"picture")], box(kind, WORDS))
    placed(inspect_bytes(data, "heic"), data, f"box {kind.decode()}")
    data = heif_meta(items(item_entry(1, b"hvc1")), box(kind, WORDS))
    placed(inspect_bytes(data, "heic"), data, f"box {kind.decode()}")


def test_empty_free_space_in_heif_is_nothing() -> None:
    """Padding of zeros is what these boxes are for."""
    assert inspect_bytes(heic_with([(b"hvc1", b"", b"picture")], box(b"free", bytes(40))), "heic").items == ()


# Colour profiles, XMP and content credentials


def test_all_texts_and_unknown_tags_of_a_profile_are_shown() -> None:
    """Every language of a text, texts in tags that nobody knows, gaps and bytes behind the profile are told."""
    first, second = "First words".encode("utf-16-be"), MARKER.encode("utf-16-be")
    records = struct.pack(">2s2sII", b"en", b"GB", len(first), 40) + struct.pack(
        ">2s2sII", b"cy", b"GB", len(second), 40 + len(first)
    )
    mluc = (b"mluc" + bytes(4) + struct.pack(">II", 2, 12) + records + first + second).ljust(88, b"\0")
    private = b"priv" + bytes(4) + WORDS + b"\0"
    table = struct.pack(">I", 2) + struct.pack(">4sII", b"desc", 156, len(mluc))
    table += struct.pack(">4sII", b"zzzz", 156 + len(mluc), len(private))
    tail = mluc + private + b"gap" + WORDS
    head = bytearray(128)
    head[:4] = struct.pack(">I", 128 + len(table) + len(tail))
    head[36:40] = b"acsp"
    data = jpeg_with(segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(head) + table + tail))
    report = inspect_bytes(data, "jpeg")
    assert found(report, "colour", "ProfileDescription").value == f"First words | {MARKER}"
    placed(report, data, "profile tag zzzz", private)
    placed(report, data, "unused bytes", b"gap" + WORDS)


def test_pictures_in_xmp_are_looked_into() -> None:
    """Thumbnails, depth maps and second pictures stand in XMP as text; they are pictures all the same."""
    small = jpeg_with(exif_segment(exif(gps=BIRMINGHAM)))
    text = base64.b64encode(small).decode()
    packet = xmp("", f"<GCamera:Data>{text[:60]}\n{text[60:]}</GCamera:Data>")
    report = inspect_bytes(jpeg_with(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)), "jpeg")
    assert found(report, "pictures", "EmbeddedPicture").where == "APP1 XMP Data"
    assert report.position == pytest.approx((52.4814, -1.8998))


def test_what_stands_around_an_xmp_packet_is_told() -> None:
    """Words in the padding, in instructions and in namespaces that nothing uses are no part of any property."""
    packet = xmp('photoshop:City="Ely"')
    report = inspect_bytes(jpeg_with(xmp_segment(packet + WORDS)), "jpeg")
    assert WORDS.decode() in found(report, "unknown", "around the XMP packet").value
    assert found(report, "gps", "City").value == "Ely"
    report = inspect_bytes(jpeg_with(xmp_segment(b"<?secret " + WORDS + b"?>" + packet)), "jpeg")
    assert any(WORDS.decode() in item.value for item in report.items)
    spaced = packet.replace(b"<rdf:Description", b'<rdf:Description xmlns:q="hidden:words"')
    assert (
        found(inspect_bytes(jpeg_with(xmp_segment(spaced)), "jpeg"), "unknown", "XMP namespace").value == "hidden:words"
    )


def test_credentials_tell_titles_dates_and_pictures() -> None:
    """File names, programs, days and the small pictures of content credentials are shown."""
    small = jpeg_with(segment(0xFE, MARKER.encode()))
    manifest = b"jumb c2pa \x68dc:title\x6aprivate.jp\x64when\x742026-06-14T10:31:00Z \x6dsoftwareAgent\x6aA Program1 "
    report = inspect_bytes(jpeg_with(segment(0xEB, b"JP\0\1\0\0\0\1" + manifest + small)), "jpeg")
    assert found(report, "history", "Title").value == "private.jp"
    assert found(report, "history", "SoftwareAgent").value == "A Program1"
    assert found(report, "time", "ActionDate").value == "2026-06-14T10:31:00Z"
    assert found(report, "text", "Comment").where == "picture in the content credentials: JPEG comment"


def test_credentials_over_several_segments_are_joined() -> None:
    """Later pieces repeat the header of their box, which is no part of the content."""
    small = jpeg_with(segment(0xFE, MARKER.encode()))
    whole = b"\0\0\3\xe8jumb" + b"c2pa" + small
    half = len(whole) // 2
    pieces = [
        segment(0xEB, b"JP\0\1\0\0\0\2" + whole[:8] + whole[half:]),
        segment(0xEB, b"JP\0\1\0\0\0\1" + whole[:half]),
    ]
    assert found(inspect_bytes(jpeg_with(*pieces), "jpeg"), "text", "Comment").value == MARKER


# Behind the end of the picture


@pytest.mark.parametrize(
    ("behind", "group", "name"),
    [
        (WORDS + b"AXS!" + bytes(8), "text", "AFCP trailer"),
        (b"CANON OPTIONAL DATA\0" + WORDS, "history", "Canon VRD trailer"),
        (WORDS + b"\0\0\xa1\xb2\xc3\xd4", "text", "FotoStation trailer"),
        (WORDS + b"cbipcbbl", "text", "PhotoMechanic trailer"),
        (b"~\x10\x04\xfe0MIE" + WORDS + b"~\0\4\0zmie", "text", "MIE trailer"),
        (b'vivo{"text": "' + WORDS + b'"}\0', "other", "Vivo trailer"),
        (WORDS + b"jxrs\x13\0\0\0", "other", "OnePlus trailer"),
        (WORDS + bytes(6) + b"8db42d694ccc418790edff439fe026bf", "other", "Insta360 trailer"),
        (WORDS + bytes(6) + b"/NIKON APP", "other", "Nikon app trailer"),
        (WORDS + b"\0\0QDIOBS", "other", "Samsung trailer"),
        (b"PK\3\4" + WORDS, "unknown", "ZIP archive"),
    ],
)
def test_trailers_of_makers_and_programs_are_named(behind: bytes, group: str, name: str) -> None:
    """Each is named, with its place and the words in it."""
    data = jpeg_with(behind=behind)
    item = found(inspect_bytes(data, "jpeg"), group, name)
    assert item.offset == len(data) - len(behind)
    assert WORDS.decode() in item.value


def test_metadata_within_a_trailer_is_read() -> None:
    """EXIF and IPTC in a trailer tell as much as in their own places."""
    data = jpeg_with(behind=b"block" + b"Exif\0\0" + exif(gps=BIRMINGHAM))
    assert inspect_bytes(data, "jpeg").position == pytest.approx((52.4814, -1.8998))
    caption = b"\x1c\x02\x5a\0\x04York"
    assert found(inspect_bytes(jpeg_with(behind=caption + b"cbipcbbl"), "jpeg"), "gps", "City").value == "York"


def samsung(kind: int, name: bytes, content: bytes) -> bytes:
    """Samsung's trailer with one block."""
    block = struct.pack("<HHI", 0, kind, len(name)) + name + content
    start = struct.pack("<4sII", b"SEFH", 106, 1) + struct.pack("<HHII", 0, kind, len(block), len(block))
    return block + start + struct.pack("<I4s", len(start), b"SEFT")


def test_blocks_of_samsungs_trailer_are_looked_into() -> None:
    """The time, a second picture and a video are read; nothing of them is left over as unknown."""
    report = inspect_bytes(jpeg_with(behind=samsung(0x0A01, b"Image_UTC_Data", b"1781433060000")), "jpeg")
    assert found(report, "time", "Samsung Image_UTC_Data").value == "2026:06:14 10:31:00 UTC"
    assert "unknown" not in report.groups
    second = jpeg_with(exif_segment(exif(gps=BIRMINGHAM)))
    report = inspect_bytes(jpeg_with(behind=samsung(0x0A20, b"FlipPhoto_002", second)), "jpeg")
    assert report.position == pytest.approx((52.4814, -1.8998))
    assert found(report, "gps", "GPSLatitude").where == "Samsung FlipPhoto_002: EXIF GPS"
    heif = heic_with([(b"hvc1", b"", b"x")], box(b"sefd", samsung(0x0AA1, b"MCC_Data", b"234")))
    assert found(inspect_bytes(heif, "heic"), "gps", "Samsung MCC_Data").value == "234"


def film(*inside: bytes) -> bytes:
    """A video of nothing but a ``moov`` box with those boxes."""
    return box(b"ftyp", b"mp42" + bytes(4)) + box(b"moov", b"".join(inside)) + box(b"mdat", bytes(20))


def test_a_hidden_video_tells_place_day_device_and_sound() -> None:
    """Each of the ways in which phones write it is read."""
    header = box(b"mvhd", bytes(4) + struct.pack(">II", 3_864_277_860, 0) + bytes(8))
    sound = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + b"soun" + bytes(12))))
    place = struct.pack(">ii", int(-1.8998 * 65536), int(52.4814 * 65536))
    words = box(
        b"udta", box(b"\xa9mod", b"\0\x09\x15\xc7Camera 12") + box(b"loci", bytes(6) + b"Ely\0\0" + place + bytes(4))
    )
    report = inspect_bytes(jpeg_with(behind=film(header, sound, words)), "jpeg")
    assert found(report, "time", "VideoCreateDate").value == "2026:06:14 10:31:00 UTC"
    assert "sound" in found(report, "pictures", "Sound").value
    assert found(report, "device", "Model").value == "Camera 12"
    assert found(report, "gps", "Location").value.startswith("Ely ")
    assert report.position == pytest.approx((52.4814, -1.8998), abs=0.001)


def test_the_named_texts_of_apples_videos_are_shown() -> None:
    """Keys and values stand in two lists of the same order."""
    name = b"com.apple.quicktime.author"
    keys = box(b"keys", bytes(4) + struct.pack(">I", 1) + box(b"mdta", name))
    value = box(b"data", struct.pack(">II", 1, 0) + MARKER.encode())
    values = box(b"ilst", struct.pack(">II", 8 + len(value), 1) + value)
    report = inspect_bytes(jpeg_with(behind=film(box(b"meta", keys + values))), "jpeg")
    assert found(report, "owner", "author").value == MARKER


def test_the_place_of_what_hides_in_a_picture_within_the_picture_is_told() -> None:
    """Offsets count from the start of the file, however deep the picture stands."""
    small = jpeg_with(segment(0xE7, WORDS))
    body = b"II*\0" + struct.pack("<I", 8) + directory(entry(0x0112, 3, 1, 1), following=26)
    body += directory(entry(0x0201, 4, 1, 56), entry(0x0202, 4, 1, len(small))) + small
    data = jpeg_with(exif_segment(body))
    assert placed(inspect_bytes(data, "jpeg"), data, "APP7").where == "thumbnail: APP7"


def test_what_was_packed_has_a_size_and_no_place() -> None:
    """A byte within packed data has no place in the file, and none is made up."""
    profile = icc() + WORDS
    item = found(
        inspect_bytes(png_with(chunk(b"iCCP", b"n\0\0" + zlib.compress(profile))), "png"),
        "unknown",
        "behind the profile",
    )
    assert item.offset is None
    assert item.value == f'{len(WORDS)} bytes, begins "{WORDS.decode()}"'
