"""JPEG: where application segments, tables, coded data and what stands behind the end can carry private data."""

import io
import struct
import zipfile
from collections.abc import Callable
from functools import partial

import numpy as np

from leaks import blocks
from leaks.blocks import Entry, raw, text
from leaks.leak import Leak
from leaks.pictures import encoded, jpeg_scene, pattern, scene, small_jpeg

Words = Callable[[str], bytes]


def segment(marker: int, data: bytes) -> bytes:
    """One segment: FF, marker, length, content."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def photo(*segments: bytes, behind: bytes = b"") -> bytes:
    """The scene with those segments behind its APP0, and bytes behind its end mark."""
    clean = jpeg_scene()
    return clean[:20] + b"".join(segments) + clean[20:] + behind


def exif_segment(block: bytes) -> bytes:
    """An APP1 segment with an EXIF block."""
    return segment(0xE1, b"Exif\0\0" + block)


def xmp_segment(packet: bytes) -> bytes:
    """An APP1 segment with an XMP packet."""
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)


def _app(marker: int, content: Words, word: str) -> bytes:
    return photo(segment(marker, content(word)))


def _behind(trailer: Words, word: str) -> bytes:
    return photo(behind=trailer(word))


def _stray_profile_part(word: str) -> bytes:
    """A whole profile in one part of one, and a part that is numbered beyond it."""
    return photo(
        segment(0xE2, b"ICC_PROFILE\0\x01\x01" + blocks.profile()),
        segment(0xE2, b"ICC_PROFILE\0\x02\x01" + word.encode()),
    )


def _profile(marked: Words, word: str) -> bytes:
    return photo(segment(0xE2, b"ICC_PROFILE\0\x01\x01" + marked(word)))


# --- application segments ------------------------------------------------------------------------------------------


def _named(start: bytes) -> Words:
    return lambda word: start + word.encode()


def _jfif_thumbnail(word: str) -> bytes:
    clean = jpeg_scene()
    small = pattern(96, 64)[::2, ::2]
    head = b"JFIF\0\x01\x02\0\0\x01\0\x01" + bytes([small.shape[1], small.shape[0]]) + small.tobytes()
    return clean[:2] + segment(0xE0, head) + segment(0xFE, word.encode()) + clean[20:]


def _jfif_tail(word: str) -> bytes:
    clean = jpeg_scene()
    return clean[:2] + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + word.encode()) + clean[20:]


def _ciff(word: str) -> bytes:
    return b"II\x1a\0\0\0HEAPJPGM" + word.encode() + struct.pack("<HHIIHI", 1, 0x080A, len(word), 14, 0, 0)


def _gopro(word: str) -> bytes:
    name = struct.pack(">4scBH", b"DVNM", b"c", 1, len(word)) + word.encode()
    place = struct.pack(">4scBH2i", b"GPS5", b"l", 8, 1, 524814000, -18998000)
    inside = name + b"\0" * (-len(name) % 4) + place
    return b"GoPro\0" + struct.pack(">4scBH", b"DEVC", b"\0", 1, len(inside)) + inside


def _flashpix(word: str) -> bytes:
    return b"FPXR\0\0\x01\0\x01" + struct.pack(">I", len(word)) + b"\0" + word.encode("utf-16-le")


def _meta(word: str) -> bytes:
    return b"Meta\0\0" + blocks.tiff([text(0xC6D2, word)])


def _jumbf_segment(word: str) -> bytes:
    return b"JP" + struct.pack(">HI", 1, 1) + blocks.jumbf(word)


_SEGMENTS: tuple[tuple[str, str, int, Words], ...] = (
    ("app0-jfxx", "APP0 JFXX thumbnail, JPEG", 0xE0, lambda word: b"JFXX\0\x10" + small_jpeg(word)),
    ("app0-jfxx-raw", "APP0 JFXX thumbnail, pixels", 0xE0, lambda _: b"JFXX\0\x13\x60\x40" + pattern().tobytes()),
    ("app0-ciff", "APP0 CIFF (Canon)", 0xE0, _ciff),
    ("app0-ocad", "APP0 Ocad", 0xE0, _named(b"Ocad$Rev: 14797 $ ")),
    ("app1-flir", "APP1 FLIR thermal picture", 0xE1, _named(b"FLIR\0\x01\0\0")),
    ("app1-qvci", "APP1 QVCI (Casio)", 0xE1, _named(b"QVCI\0")),
    ("app1-unknown", "APP1 of unknown kind", 0xE1, _named(b"Something\0")),
    ("app2-flashpix", "APP2 FPXR (FlashPix)", 0xE2, _flashpix),
    ("app2-preview", "APP2 preview picture", 0xE2, small_jpeg),
    ("app2-urn", "APP2 gain map parameters (ISO 21496-1)", 0xE2, _named(b"urn:iso:std:iso:ts:21496:-1\0")),
    ("app2-unknown", "APP2 of unknown kind", 0xE2, _named(b"Something\0")),
    ("app3-meta", "APP3 Meta (Kodak)", 0xE3, _meta),
    ("app3-stim", "APP3 Stim (stereo)", 0xE3, _named(b"_JPSJPS_\0\0")),
    ("app3-preview", "APP3 preview picture", 0xE3, small_jpeg),
    ("app3-thermal", "APP3 thermal data (DJI)", 0xE3, _named(b"\xaa\x55\x12\x06")),
    ("app4-scalado", "APP4 Scalado", 0xE4, _named(b"SCALADO\0")),
    ("app4-preview", "APP4 preview picture", 0xE4, small_jpeg),
    ("app5-rmeta", "APP5 RMETA (Ricoh)", 0xE5, _named(b"RMETA\0MM\0\x02\0\x06\0\0")),
    ("app5-unique-id", "APP5 ssuniqueid (Samsung)", 0xE5, _named(b"ssuniqueid\0")),
    ("app6-gopro", "APP6 GoPro GPMF with position", 0xE6, _gopro),
    ("app6-eppim", "APP6 EPPIM (Toshiba)", 0xE6, lambda word: b"EPPIM\0" + blocks.tiff([text(0xC4A5, word)])),
    ("app6-nitf", "APP6 NITF", 0xE6, _named(b"NTIF\0")),
    ("app6-hp", "APP6 HP TDHD", 0xE6, _named(b"TDHD\x01\0\0\0")),
    ("app7-huawei", "APP7 HUAWEI", 0xE7, _named(b"HUAWEI\0\0")),
    ("app7-qualcomm", "APP7 Qualcomm", 0xE7, _named(b"\x1aQualcomm Camera Attributes")),
    ("app7-dji", "APP7 DJI-DBG", 0xE7, _named(b"DJI-DBG\0")),
    ("app7-pentax", "APP7 PENTAX maker note", 0xE7, _named(b"PENTAX \0MM")),
    ("app8-spiff", "APP8 SPIFF", 0xE8, _named(b"SPIFF\0\x01\x02")),
    ("app8-seal", "APP8 SEAL", 0xE8, lambda word: f'<seal seal="1" d="{word}.example"/>'.encode()),
    ("app9-seal", "APP9 SEAL", 0xE9, lambda word: f'<seal seal="1" d="{word}.example"/>'.encode()),
    ("app9-jukebox", "APP9 Media Jukebox", 0xE9, _named(b"Media Jukebox\0")),
    ("app10-comment", "APP10 comment", 0xEA, lambda word: b"UNICODE\0" + word.encode("utf-16-le")),
    ("app10-gain-curve", "APP10 HDR gain curve", 0xEA, _named(b"AROT\0\0")),
    ("app11-c2pa", "APP11 C2PA content credentials", 0xEB, _jumbf_segment),
    ("app11-hdr", "APP11 JPEG-HDR", 0xEB, _named(b"HDR_RI ver=11 ")),
    (
        "app12-picture-info",
        "APP12 picture info (Agfa)",
        0xEC,
        lambda word: f"[picture info]\r\nSerial#={word}\r\n".encode(),
    ),
    (
        "app12-ducky",
        "APP12 Ducky",
        0xEC,
        lambda word: b"Ducky\0\x01\0\x04\0\0\0\x50\0\x02" + struct.pack(">H", len(word)) + word.encode(),
    ),
    ("app13-adobe-cm", "APP13 Adobe_CM", 0xED, _named(b"Adobe_CM\0")),
    ("app14-tail", "APP14 Adobe, bytes behind its 12", 0xEE, _named(b"Adobe\0\x64\0\0\0\0\x01")),
    ("app14-unknown", "APP14 of unknown kind", 0xEE, _named(b"Something\0")),
    ("app15-graphic-converter", "APP15 GraphicConverter", 0xEF, _named(b"Q 100 ")),
    ("app15-unknown", "APP15 of unknown kind", 0xEF, _named(b"Something\0")),
    ("comment", "COM comment", 0xFE, str.encode),
)

_NO_DECODER = "no decoder takes a file with this marker"
_RESERVED: tuple[tuple[str, str, int], ...] = (
    ("jpg0", "reserved segment FFF0", 0xF0),
    ("jpg6", "reserved segment FFF6", 0xF6),
    ("jpg7", "reserved segment FFF7", 0xF7),
    ("jpg8", "reserved segment FFF8", 0xF8),
    ("jpg13", "reserved segment FFFD", 0xFD),
    ("res", "reserved segment FF02", 0x02),
    ("jpg", "reserved segment FFC8", 0xC8),
    ("dhp", "DHP segment", 0xDE),
    ("exp", "EXP segment", 0xDF),
)

_PROFILES: tuple[tuple[str, str, Words], ...] = (
    ("description", "description", blocks.profile),
    ("device", "device name", lambda word: blocks.profile(word, b"dmdd")),
    ("copyright", "copyright", lambda word: blocks.profile(word, b"cprt")),
    ("private-tag", "a private tag", lambda word: blocks.profile(word, b"pRvt")),
    ("gap", "a gap between tags", lambda word: blocks.profile(gap=word.encode())),
    ("tail", "bytes behind it", lambda word: blocks.profile(behind=word.encode())),
)

_APPLICATION = (
    Leak("jpeg-app0-jfif-thumbnail", "JPEG: APP0 JFIF thumbnail", ".jpg", _jfif_thumbnail),
    Leak("jpeg-app0-jfif-tail", "JPEG: APP0 JFIF, bytes behind its 14", ".jpg", _jfif_tail),
    *(
        Leak(f"jpeg-{name}", f"JPEG: {words}", ".jpg", partial(_app, marker, content))
        for name, words, marker, content in _SEGMENTS
    ),
    *(
        Leak(f"jpeg-reserved-{name}", f"JPEG: {words}", ".jpg", partial(_app, marker, str.encode), refused=_NO_DECODER)
        for name, words, marker in _RESERVED
    ),
    *(
        Leak(f"jpeg-icc-{name}", f"JPEG: colour profile, {words}", ".jpg", partial(_profile, marked))
        for name, words, marked in _PROFILES
    ),
    Leak(
        "jpeg-icc-stray-part",
        "JPEG: colour profile, a part too many",
        ".jpg",
        _stray_profile_part,
        refused="the profile is damaged, so the colours are not known",
    ),
)

# --- more pictures -------------------------------------------------------------------------------------------------


def _second_picture(word: str, kind: int = 0x020002, label: bytes = b"") -> bytes:
    """Multi-Picture Format (CIPA DC-007): a list in APP2, and the second picture behind the end of the first."""
    second = encoded(pattern(), "JPEG", comment=word.encode(), exif=b"Exif\0\0" + _own_position(word))

    def listed(first: int, away: int) -> bytes:
        entries = struct.pack("<IIIHH", 0x030000, first, 0, 0, 0) + struct.pack("<IIIHH", kind, len(second), away, 0, 0)
        more = [raw(0xB003, label)] if label else []
        table = [raw(0xB000, b"0100"), Entry(0xB001, 4, 2), raw(0xB002, entries), *more]
        return segment(0xE2, b"MPF\0" + blocks.tiff(table))

    first = len(photo(listed(0, 0)))
    return photo(listed(first, first - 28), behind=second)  # offsets count from byte 28, where the list's TIFF begins


def _own_position(word: str) -> bytes:
    return blocks.tiff([Entry(0x8825, 4, blocks.position(word))])


def _gain_map(word: str) -> bytes:
    """Ultra HDR: the gain map, a small picture of the same scene, behind the end of the first."""
    return photo(segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"), behind=small_jpeg(word))


_PICTURES = (
    Leak("jpeg-mpf-second", "JPEG: second picture in MPF, with its own GPS", ".jpg", _second_picture),
    Leak("jpeg-mpf-preview", "JPEG: large preview in MPF", ".jpg", partial(_second_picture, kind=0x010001)),
    Leak(
        "jpeg-mpf-id-list",
        "JPEG: list of picture ids in MPF",
        ".jpg",
        lambda word: _second_picture("Innocent", label=word.encode() * 2),
    ),
    Leak("jpeg-gain-map", "JPEG: gain map (Ultra HDR)", ".jpg", _gain_map),
)

# --- tables, coded data, between segments --------------------------------------------------------------------------


def _unused_quantisation(word: str) -> bytes:
    return photo(segment(0xDB, b"\x03" + (word.encode() * 4)[:64]))


def _replaced_quantisation(word: str) -> bytes:
    return photo(segment(0xDB, b"\x00" + (word.encode() * 4)[:64]))  # the picture's own table 0 follows and replaces it


def _unused_huffman(word: str) -> bytes:
    return photo(segment(0xC4, b"\x13" + bytes([0] * 7 + [len(word)] + [0] * 8) + word.encode()))


def _before_end(word: str) -> bytes:
    return jpeg_scene()[:-2] + word.encode() + b"\xff\xd9"


def _before_padding(word: str) -> bytes:
    return jpeg_scene()[:-2] + word.encode() + bytes(3000) + b"\xff\xd9"


def _before_restart(word: str) -> bytes:
    data = encoded(scene(), "JPEG", quality=88, restart_marker_rows=2)
    at = data.index(b"\xff\xd1")
    return data[:at] + word.encode() + data[at:]


def _between_segments(word: str) -> bytes:
    return photo(word.encode())


def _before_scan(word: str) -> bytes:
    clean = jpeg_scene()
    at = clean.index(b"\xff\xda")
    return clean[:at] + segment(0xFE, word.encode()) + clean[at:]


def _late_comment(word: str) -> bytes:
    return jpeg_scene()[:-2] + segment(0xFE, word.encode()) + b"\xff\xd9"


def _late_metadata(word: str) -> bytes:
    return jpeg_scene()[:-2] + segment(0xEB, _jumbf_segment(word)) + b"\xff\xd9"


def _more_than_a_height(word: str) -> bytes:
    return jpeg_scene()[:-2] + segment(0xDC, struct.pack(">H", 160) + word.encode()) + b"\xff\xd9"


def _second_start(word: str) -> bytes:
    return photo(b"\xff\xd8" + segment(0xFE, word.encode()))


def _hidden_edge(word: str) -> bytes:
    """A picture cropped without decoding: the last blocks still hold what the frame no longer shows."""
    pixels = np.concatenate([scene(246), pattern(10, 160)], axis=1)
    data = bytearray(encoded(pixels, "JPEG", quality=90))
    at = data.index(b"\xff\xc0")
    data[at + 7 : at + 9] = struct.pack(">H", 242)  # of 256 columns that are coded
    return bytes(data)


_CODED = (
    Leak("jpeg-table-quantisation", "JPEG: quantisation table that nothing uses", ".jpg", _unused_quantisation),
    Leak("jpeg-table-replaced", "JPEG: quantisation table that the next one replaces", ".jpg", _replaced_quantisation),
    Leak("jpeg-table-huffman", "JPEG: Huffman table that nothing uses", ".jpg", _unused_huffman),
    Leak("jpeg-dnl", "JPEG: DNL segment with more than a height", ".jpg", _more_than_a_height),
    Leak("jpeg-before-end", "JPEG: bytes between the last block and the end mark", ".jpg", _before_end),
    Leak("jpeg-before-padding", "JPEG: bytes between the last block and padding", ".jpg", _before_padding),
    Leak(
        "jpeg-before-restart",
        "JPEG: bytes before a restart mark",
        ".jpg",
        _before_restart,
        refused="the coded picture is damaged",
    ),
    Leak("jpeg-between-segments", "JPEG: bytes between two segments", ".jpg", _between_segments),
    Leak("jpeg-comment-late", "JPEG: comment right before the scan", ".jpg", _before_scan),
    Leak("jpeg-comment-last", "JPEG: comment right before the end mark", ".jpg", _late_comment),
    Leak("jpeg-c2pa-last", "JPEG: C2PA segment right before the end mark", ".jpg", _late_metadata),
    Leak(
        "jpeg-second-start", "JPEG: a second start mark among the segments", ".jpg", _second_start, refused=_NO_DECODER
    ),
    Leak("jpeg-hidden-edge", "JPEG: what a lossless crop left in the last blocks", ".jpg", _hidden_edge),
)

# --- behind the end ------------------------------------------------------------------------------------------------


def _archive(word: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", f"{word} " * 20)
    return file.getvalue()


def _afcp(word: str) -> bytes:
    return word.encode() + b"AXS!" + struct.pack(">IHHI", 0, 1, 0, 0) + b"AXS!\0\0\0\x10\0\0\0\0"


def _canon_vrd(word: str) -> bytes:
    return (
        b"CANON OPTIONAL DATA\0" + struct.pack(">HHI", 1, 0, 64) + word.encode() + b"CANON OPTIONAL DATA\0" + bytes(44)
    )


_TRAILERS: tuple[tuple[str, str, Words], ...] = (
    ("text", "plain text", lambda word: f"\n{word}\n".encode()),
    ("preview", "preview picture", small_jpeg),
    (
        "second-start",
        "a second start mark and a comment",
        lambda word: b"\xff\xd8" + segment(0xFE, word.encode()) + b"\xff\xd9",
    ),
    ("motion-photo", "motion photo (MP4 with position)", blocks.video),
    (
        "samsung-mcc",
        "Samsung trailer, country code",
        lambda word: blocks.samsung_trailer([(0x0AA1, b"MCC_Data", word.encode())]),
    ),
    (
        "samsung-original",
        "Samsung trailer, picture before editing",
        lambda word: blocks.samsung_trailer([(0x0001, b"Image_Data", small_jpeg(word))]),
    ),
    (
        "samsung-motion",
        "Samsung trailer, motion photo",
        lambda word: blocks.samsung_trailer([(0x0A30, b"MotionPhoto_Data", blocks.video(word))]),
    ),
    (
        "samsung-edit",
        "Samsung trailer, path of the original",
        lambda word: blocks.samsung_trailer(
            [(0x0BA1, b"PhotoEditor_Re_Edit_Data", f'{{"originalPath": "{word}"}}'.encode())]
        ),
    ),
    ("afcp", "AFCP trailer", _afcp),
    (
        "photo-mechanic",
        "PhotoMechanic trailer",
        lambda word: word.encode() + struct.pack(">I", len(word)) + b"cbipcbbl",
    ),
    (
        "foto-station",
        "FotoStation trailer",
        lambda word: word.encode() + struct.pack(">HHI", 1, len(word) + 10, 0xA1B2C3D4),
    ),
    ("canon-vrd", "CanonVRD trailer", _canon_vrd),
    ("mie", "MIE trailer", lambda word: b"~\x10\x04\xfe0MIE" + word.encode() + b"~\0\x06\0\0\0\0\x20\x10\x04"),
    (
        "vivo",
        "Vivo trailer",
        lambda word: f'vivo{{"model": "{word}"}}'.encode() + struct.pack(">I", 40) + b"\x04\x01cmtr",
    ),
    ("oneplus", "OnePlus trailer", lambda word: word.encode() + b'[{"offset": 9}]' + struct.pack("<I", 19) + b"jxrs"),
    ("google", "Google trailer", lambda word: f'google{{"confidence": "{word}"}}'.encode()),
    ("insta360", "Insta360 trailer", lambda word: word.encode() + bytes(38) + b"8db42d694ccc418790edff439fe026bf"),
    ("nikon-app", "Nikon app trailer", lambda word: word.encode() + b"\0\0\0\x20NIKON APP"),
    ("zip", "ZIP archive", _archive),
    ("padded", "text behind 4096 zeros", lambda word: bytes(4096) + word.encode()),
    ("c2pa", "C2PA box", blocks.jumbf),
)

LEAKS = (
    *_APPLICATION,
    *_PICTURES,
    *_CODED,
    *(
        Leak(f"jpeg-behind-{name}", f"JPEG: behind the end, {words}", ".jpg", partial(_behind, trailer))
        for name, words, trailer in _TRAILERS
    ),
)
