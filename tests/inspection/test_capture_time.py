"""When and with what a photo was taken: every source, every shape of a time, in every format; never anybody else's."""

import shutil
import struct
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.capture_order import CaptureFacts, camera_name
from imgvet.decode.limits import CheckedFile
from imgvet.formats.sniff import detect_format
from imgvet.inspection.capture_time import TIME_SOURCES, as_captured
from imgvet.inspection.inspect import capture_facts
from imgvet.profile import Limits
from inspection.test_inspect import (
    chunk,
    dataset,
    directory,
    entry,
    exif,
    exif_segment,
    gif_with,
    heic_with,
    jpeg_with,
    photoshop_segment,
    picture,
    png_with,
    resource,
    segment,
    webp_with,
    xmp,
    xmp_segment,
)
from support.chance import examples
from support.checked_files import inspect_bytes

TIFF = 'xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
SAMPLES = Path(__file__).parents[2] / "sample_images"


def facts(data: bytes, kind: str = "jpeg") -> CaptureFacts:
    """What the quick way and both ways of inspection find, which is the same."""
    quick = capture_facts(CheckedFile(data, kind, Limits()))
    assert inspect_bytes(data, kind, details=False).capture == quick
    assert inspect_bytes(data, kind).capture == quick
    return quick


def captured(*segments: bytes) -> str:
    return facts(jpeg_with(*segments)).captured


def by_exif(inner: dict[int, Any] | None = None, main: dict[int, Any] | None = None, **gps: Any) -> str:
    return captured(exif_segment(exif(main, inner, gps.get("gps"))))


def iptc(*datasets: tuple[int, bytes]) -> bytes:
    return photoshop_segment(resource(0x0404, b"".join(dataset(2, number, value) for number, value in datasets)))


# What a text says


@pytest.mark.parametrize(("text", "iso"), [
    ("2026:06:14 10:31:00", "2026-06-14T10:31:00"),
    ("2026:06:14 10:31", "2026-06-14T10:31:00"),
    ("2026:06:14 10:31:  ", "2026-06-14T10:31:00"),
    ("2026-06-14T10:31", "2026-06-14T10:31:00"),
    ("2026-06-14T10:31Z", "2026-06-14T10:31:00+00:00"),
    ("2026-06-14T10:31+01:00", "2026-06-14T10:31:00+01:00"),
    ("2026-06-14 10:31-05:00", "2026-06-14T10:31:00-05:00"),
    ("2026-06-14T10:31:00.123456789+01:00", "2026-06-14T10:31:00.123456789+01:00"),
    ("2026-06-14T10:31:00,5", "2026-06-14T10:31:00.5"),
    ("2026-06-14T10:31:00.50 +0100", "2026-06-14T10:31:00.50+01:00"),
    ("2026:06:14 10:31:00:123", "2026-06-14T10:31:00.123"),
    ("20260614 103100+0100", "2026-06-14T10:31:00+01:00"),
    ("20260614T103100Z", "2026-06-14T10:31:00+00:00"),
    ("20260614103100", "2026-06-14T10:31:00"),
    ("2026-06-14 10-31-00", "2026-06-14T10:31:00"),
    ("2026/06/14 10:31:00", "2026-06-14T10:31:00"),
    ("2026.06.14 10.31.00", "2026-06-14T10:31:00"),
    ("2026 06 14 10 31 00", "2026-06-14T10:31:00"),
    ("2026:06:14_10:31:00", "2026-06-14T10:31:00"),
    ("2026: 6:14  9: 5: 3", "2026-06-14T09:05:03"),
    ("2026:6:4 9:5:3", "2026-06-04T09:05:03"),
    (" 2026:06:14 10:31:00  ", "2026-06-14T10:31:00"),
    ("2026:06:14 10:31:00\0\0rest", "2026-06-14T10:31:00"),
    ("2026:06:14\x0010:31:00", "2026-06-14T10:31:00"),
    ("2026:06:14 10:31:00 PM", "2026-06-14T22:31:00"),
    ("2026:06:14 12:31:00 a.m.", "2026-06-14T00:31:00"),
    ("2026:06:14 10:31:00 UTC", "2026-06-14T10:31:00+00:00"),
    ("2026:06:14 10:31:00 GMT+01:00", "2026-06-14T10:31:00+01:00"),
    ("2026:06:14 10:31:00\N{MINUS SIGN}01:00", "2026-06-14T10:31:00-01:00"),
    ("2026:06:14 10:31:00 DST", "2026-06-14T10:31:00"),
    ("2026-06-14T10:31:00-00:00", "2026-06-14T10:31:00+00:00"),
])  # fmt: skip
def test_a_time_is_read_in_every_shape(text: str, iso: str) -> None:
    """Of EXIF, XMP and IPTC, as they ought to be and as cameras and programs write them."""
    assert as_captured(text) == iso


@pytest.mark.parametrize(("text", "iso"), [
    ("2026:06:14 10:31:60", "2026-06-14T10:32:00"),
    ("2026:12:31 23:59:60", "2027-01-01T00:00:00"),
    ("2026-06-14T24:00:00", "2026-06-15T00:00:00"),
])  # fmt: skip
def test_the_sixtieth_second_is_the_next_minute(text: str, iso: str) -> None:
    """And the 24th hour the next day."""
    assert as_captured(text) == iso


@pytest.mark.parametrize("text", ["2026:06:14", "20260614", "2026/06/14", "2026:06:14   :  :  ", "2026-06-14Z",
                                  "2026:06:14 --:--:--", "2026:06:14\0"])  # fmt: skip
def test_a_day_alone_stays_a_day(text: str) -> None:
    """No time is made up for it."""
    assert as_captured(text) == "2026-06-14"


@pytest.mark.parametrize("text", [
    "", " ", "0000:00:00 00:00:00", "    :  :     :  :  ", "\0" * 20, "2026:06:31 10:00:00", "2026:00:14 10:00:00",
    "2026:06:14 25:00:00", "2026:06:14 10:61:00", "2026:06:14 24:00:01", "0001-01-01T00:00:00", "1601:01:01 00:00:00",
    "9999:99:99 99:99:99", "2026", "2026-06", "1781433060", "1781433060000", "14 June", "yesterday", "2026061410",
    "20260600", "２０２６:06:14 10:31:00",
])  # fmt: skip
def test_what_cannot_be_is_no_time(text: str) -> None:
    """Zeros, blanks, days that no month has, numbers that are something else."""
    assert as_captured(text) == ""


@pytest.mark.parametrize(("decimals", "offset", "end"), [
    ("5", "+01:00", ".5+01:00"), ("050", "", ".050"), ("50  ", "Z", ".50+00:00"), ("   ", "   :  ", ""),
    ("\0", "-0330", "-03:30"), ("x", "+1", "+01:00"), ("", "+99:99", ""), ("", "+05:75", ""), ("", "-13:00", ""),
    ("1" * 30, "", ".111111111"), ("", "+14:00", "+14:00"), ("", "local", ""),
])  # fmt: skip
def test_fields_of_their_own_add_decimals_and_offset(decimals: str, offset: str, end: str) -> None:
    """Those that say nothing, and offsets that no place has, add nothing."""
    assert as_captured("2026:06:14 10:31:00", decimals, offset) == f"2026-06-14T10:31:00{end}"


def test_what_the_text_says_itself_comes_first() -> None:
    """Before decimals and offset beside it."""
    assert as_captured("2026-06-14T10:31:00.7+02:00", "5", "+01:00") == "2026-06-14T10:31:00.7+02:00"


@examples(300)
@given(st.text(alphabet="0123456789:-/. TZ+apm\0", max_size=40) | st.text(max_size=40))
def test_any_text_gives_a_time_or_none(text: str) -> None:
    """It raises nothing, and what it gives can be read again and is the same then."""
    iso = as_captured(text)
    assert as_captured(iso) == iso
    if iso:
        assert 1800 <= datetime.fromisoformat(iso).year <= 9999


@given(
    st.datetimes(datetime(1826, 1, 1), datetime(2099, 1, 1)),
    st.sampled_from(["%Y:%m:%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d %H%M%S", "%Y/%m/%d %H.%M.%S", "%Y-%m-%d_%H-%M"]),
    st.integers(-12 * 4, 14 * 4),
)
def test_every_moment_comes_through(moment: datetime, shape: str, quarters: int) -> None:
    """In each shape, in each zone."""
    wanted = moment.replace(microsecond=0, second=moment.second if "%S" in shape else 0)
    hours, quarter = divmod(abs(quarters), 4)
    offset = f"{'-' if quarters < 0 else '+'}{hours:02}:{15 * quarter:02}"
    assert as_captured(moment.strftime(shape), "", offset) == wanted.isoformat() + offset


# Which source counts


def test_each_time_of_exif_has_its_own_decimals_and_offset() -> None:
    """DateTimeOriginal before DateTimeDigitized before DateTime; what belongs to another says nothing."""
    main = {0x0132: "2026:06:14 12:00:00"}
    fields = {0x9290: "3", 0x9291: "1", 0x9292: "2", 0x9010: "+03:00", 0x9011: "+01:00", 0x9012: "+02:00"}
    digitized = fields | {0x9004: "2026:06:14 11:00:00"}
    assert by_exif(digitized | {0x9003: "2026:06:14 10:00:00"}, main) == "2026-06-14T10:00:00.1+01:00"
    assert by_exif(digitized, main) == "2026-06-14T11:00:00.2+02:00"
    assert by_exif(fields, main) == "2026-06-14T12:00:00.3+03:00"
    assert by_exif({0x9003: "2026:06:14 10:00:00", 0x9290: "3", 0x9010: "+03:00"}, main) == "2026-06-14T10:00:00"


@pytest.mark.parametrize("bad", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2026:02:30 10:00:00", "", "unknown"])
def test_a_source_that_says_no_time_is_passed_over(bad: str) -> None:
    """The next one is asked."""
    assert by_exif({0x9003: bad, 0x9004: "2026:06:14 11:00:00", 0x9292: "2"}) == "2026-06-14T11:00:00.2"
    assert by_exif({0x9003: bad, 0x9004: bad}, {0x0132: bad}) == ""


SOURCES: list[tuple[str, bytes]] = [
    ("2026-06-14T01:00:00", exif_segment(exif(inner={0x9003: "2026:06:14 01:00:00"}))),
    ("2026-06-14T02:00:00", exif_segment(exif(inner={0x9004: "2026:06:14 02:00:00"}))),
    ("2026-06-14T03:00:00", exif_segment(exif({0x0132: "2026:06:14 03:00:00"}))),
    ("2026-06-14T04:00:00+01:00", xmp_segment(xmp('exif:DateTimeOriginal="2026-06-14T04:00:00+01:00"'))),
    ("2026-06-14T05:00:00", xmp_segment(xmp("", "<photoshop:DateCreated>2026-06-14T05:00</photoshop:DateCreated>"))),
    ("2026-06-14T06:00:00.5", xmp_segment(xmp('exif:DateTimeDigitized="2026-06-14T06:00:00.5"'))),
    ("2026-06-14T07:00:00+00:00", xmp_segment(xmp('xmp:CreateDate="2026-06-14T07:00Z"'))),
    ("2026-06-14T08:00:00", xmp_segment(xmp(f'{TIFF} tiff:DateTime="2026-06-14T08:00:00"'))),
    ("2026-06-14T09:00:00+01:00", iptc((60, b"090000+0100"), (55, b"20260614"))),
    ("2026-06-14T10:00:00-05:00", iptc((62, b"20260614"), (63, b"100000-0500"))),
    ("2026-06-14T11:00:00+00:00", exif_segment(exif(gps={0x1D: "2026:06:14", 0x07: (11.0, 0.0, 0.0)}))),
    ("2026-06-14T12:00:00+00:00", xmp_segment(xmp('exif:GPSTimeStamp="2026-06-14T12:00:00Z"'))),
]  # fmt: skip


@pytest.mark.parametrize("index", range(len(SOURCES)))
def test_the_sources_count_in_their_order(index: int) -> None:
    """Whatever is behind them, and wherever it is in the file."""
    iso = SOURCES[index][0]
    segments = [data for _, data in SOURCES[index:]]
    assert captured(segments[0]) == iso
    assert captured(*segments) == iso
    assert captured(*reversed(segments)) == iso


def test_the_docs_name_every_source() -> None:
    """A row each, in the same order, as do the tests here."""
    page = (SAMPLES.parent / "docs" / "photographer" / "capture_time.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")]
    assert [row for row in rows if row] == [str(number) for number in range(1, len(TIME_SOURCES) + 1)]
    assert len(SOURCES) == len(TIME_SOURCES)


def test_a_day_alone_gets_the_time_that_another_source_knows_of_it() -> None:
    """Of that day, not of another; where nobody knows it, it stays a day."""
    day = {0x9003: "2026:06:14"}
    assert by_exif(day | {0x9004: "2026:06:14 15:00:00"}) == "2026-06-14T15:00:00"
    assert by_exif(day | {0x9004: "2026:06:20 15:00:00"}) == "2026-06-14"
    assert captured(iptc((55, b"20260614")), exif_segment(exif(gps={0x1D: "2026:06:14", 0x07: (9.0, 5.0, 3.25)}))) == (
        "2026-06-14T09:05:03.25+00:00"
    )


def test_the_time_of_iptc_without_its_date_is_none() -> None:
    """Nor does the date of one go with the time of the other."""
    assert captured(iptc((60, b"150000+0100"))) == ""
    assert captured(iptc((55, b"20260614"), (63, b"150000+0100"))) == "2026-06-14"


@pytest.mark.parametrize(("stamp", "end"), [
    ((10.0, 31.0, 0.5), "T10:31:00.5+00:00"), ((10.0, 31.5, 0.0), "T10:31:30+00:00"),
    ((0.0, 0.0, 0.0), "T00:00:00+00:00"), (None, ""),
])  # fmt: skip
def test_the_time_of_gps_is_utc(stamp: Any, end: str) -> None:
    """With fractions in any of its numbers."""
    gps = {0x1D: "2026:06:14"} | ({} if stamp is None else {0x07: stamp})
    assert by_exif(gps=gps) == f"2026-06-14{end}"
    assert by_exif(gps={0x07: (10.0, 31.0, 0.0)}) == ""  # no day


@pytest.mark.parametrize(("kind", "value", "iso"), [
    (2, b"10:31:00\0", "2026-06-14T10:31:00+00:00"),
    (5, struct.pack("<6I", 10, 1, 31, 1, 125, 10), "2026-06-14T10:31:12.5+00:00"),
    (5, struct.pack("<6I", 10, 1, 31, 1, 0, 0), "2026-06-14T10:31:00+00:00"),  # the second is unknown
    (5, struct.pack("<6I", 0, 0, 31, 1, 0, 1), "2026-06-14"),  # the hour is
    (5, struct.pack("<6I", 30, 1, 0, 1, 0, 1), ""),
    (10, struct.pack("<6i", -1, 1, 31, 1, 0, 1), "2026-06-14"),
])  # fmt: skip
def test_odd_times_of_gps(kind: int, value: bytes, iso: str) -> None:
    """In text, with 0/0 for unknown numbers, and with numbers that cannot be."""
    count = len(value) if kind == 2 else 3
    gps = directory(entry(0x07, kind, count, 68), entry(0x1D, 2, 11, 56))
    body = b"II*\0" + struct.pack("<I", 8) + directory(entry(0x8825, 4, 1, 26)) + gps + b"2026:06:14\0\0" + value
    assert captured(exif_segment(body)) == iso


def test_the_times_of_other_pictures_are_theirs() -> None:
    """Of a picture within it or behind it, of what an XMP packet was made from; nor is when it was saved a time."""
    other = jpeg_with(exif_segment(exif(inner={0x9003: "2020:01:01 10:00:00"})))
    assert facts(jpeg_with(segment(0xE3, b"Stim\0" + other), behind=other)) == CaptureFacts()
    ingredient = "<xmpMM:Pantry><rdf:Bag><rdf:li rdf:parseType='Resource'><xmp:CreateDate>2020-01-01</xmp:CreateDate>"
    assert captured(xmp_segment(xmp("", f"{ingredient}</rdf:li></rdf:Bag></xmpMM:Pantry>"))) == ""
    assert captured(xmp_segment(xmp('xmp:ModifyDate="2026-06-14T10:00:00" xmp:MetadataDate="2026-06-14"'))) == ""
    assert facts(png_with(chunk(b"tIME", struct.pack(">HBBBBB", 2026, 6, 14, 10, 31, 0))), "png").captured == ""


# In which formats

BODY = exif({0x010F: "Canon", 0x0110: "Canon EOS R6"}, {0x9003: "2026:06:14 10:31:00", 0x9291: "25", 0xA431: "0123"})
PACKET = xmp('xmp:CreateDate="2026-06-14T10:31:00.25"')
APPLICATION = b"\x21\xff\x0bXMP DataXMP" + PACKET + b"\1" + bytes(range(255, -1, -1)) + b"\0"


def raw_profile(kind: str, body: bytes) -> bytes:
    """What ImageMagick writes."""
    return chunk(b"tEXt", f"Raw profile type {kind}\0\n{kind}\n{len(body):8}\n{body.hex()}\n".encode())


FORMATS: dict[str, tuple[str, bytes]] = {
    "JPEG EXIF": ("jpeg", jpeg_with(exif_segment(BODY))),
    "JPEG XMP": ("jpeg", jpeg_with(xmp_segment(PACKET))),
    "PNG eXIf": ("png", png_with(chunk(b"eXIf", BODY))),
    "PNG iTXt": ("png", png_with(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + PACKET))),
    "PNG raw profile": ("png", png_with(raw_profile("exif", b"Exif\0\0" + BODY))),
    "WebP EXIF": ("webp", webp_with((b"EXIF", BODY))),
    "WebP EXIF with a head": ("webp", webp_with((b"EXIF", b"Exif\0\0" + BODY))),
    "WebP XMP": ("webp", webp_with((b"XMP ", PACKET))),
    "TIFF": ("tiff", BODY),
    "TIFF XMP": ("tiff", exif({0x02BC: PACKET})),
    "HEIC EXIF": ("heic", heic_with([(b"hvc1", b"", b"picture"), (b"Exif", b"", bytes(4) + BODY)])),
    "HEIC XMP": ("heic", heic_with([(b"hvc1", b"", b"picture"), (b"mime", b"application/rdf+xml", PACKET)])),
    "AVIF EXIF": ("avif", heic_with([(b"av01", b"", b"picture"), (b"Exif", b"", bytes(4) + BODY)], brand=b"avif")),
    "GIF XMP": ("gif", gif_with(APPLICATION)),
}


@pytest.mark.parametrize("name", FORMATS)
def test_time_and_camera_are_found_in_every_format(name: str) -> None:
    """Wherever the format keeps its metadata."""
    kind, data = FORMATS[name]
    whole = not name.endswith(("XMP", "iTXt"))
    camera, serial = ("Canon EOS R6", "0123") if whole else ("", "")
    assert facts(data, kind) == CaptureFacts("2026-06-14T10:31:00.25", camera, serial)


def test_fields_of_exif_in_the_first_directory_count() -> None:
    """TIFF/EP, cameras' own TIFF files and scanners have them there."""
    assert facts(exif({0x9003: "2026:06:14 10:31:00"}), "tiff").captured == "2026-06-14T10:31:00"


def test_files_without_metadata_say_nothing() -> None:
    """In no format."""
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "GIF"):
        assert facts(picture(kind), kind.lower()) == CaptureFacts()


@pytest.mark.parametrize(
    "path", sorted(path for path in SAMPLES.iterdir() if path.is_file() and path.suffix not in (".md", ".py"))
)
def test_samples_say_the_same_quickly_and_in_full(path: Path) -> None:
    """Real files of all formats."""
    data = path.read_bytes()
    if path.name not in ("broken.jpg", "not-a-picture.jpg"):
        facts(data, detect_format(data))


@pytest.mark.skipif(not shutil.which("exiftool"), reason="ExifTool is not installed")
def test_exiftool_writes_what_is_read(tmp_path: Path) -> None:
    """By a program that shares no code with the tests: EXIF, XMP and IPTC as it writes them."""
    path = tmp_path / "a.jpg"
    wanted = {
        "2026-06-14T10:31:00.5+01:00": ["-DateTimeOriginal=2026:06:14 10:31:00", "-SubSecTimeOriginal=5",
                                        "-OffsetTimeOriginal=+01:00"],
        "2026-06-14T10:31:02": ["-EXIF:ModifyDate=2026:06:14 10:31:02"],
        "2026-06-14T10:31:03+01:00": ["-XMP-photoshop:DateCreated=2026:06:14 10:31:03+01:00"],
        "2026-06-14T10:31:04+01:00": ["-IPTC:DateCreated=2026:06:14", "-IPTC:TimeCreated=10:31:04+01:00"],
        "2026-06-14T10:31:05.25+00:00": ["-GPSDateStamp=2026:06:14", "-GPSTimeStamp=10:31:05.25"],
    }  # fmt: skip
    for iso, words in wanted.items():
        path.write_bytes(picture())
        subprocess.run(["exiftool", "-q", "-overwrite_original", *words, str(path)], check=True)
        assert facts(path.read_bytes()).captured == iso


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "gif", "heic", "avif"])
@examples(20)
@given(st.data())
def test_damaged_bytes_give_facts_all_the_same(kind: str, data: st.DataObject) -> None:
    """``capture_facts`` raises nothing, whatever is cut off or altered."""
    wholes = [each for its_kind, each in FORMATS.values() if its_kind == kind]
    broken = bytearray(data.draw(st.sampled_from(wholes)))
    for _ in range(data.draw(st.integers(1, 12))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(broken)))
    capture_facts(CheckedFile(bytes(broken[:end]), kind, Limits()))
    capture_facts(CheckedFile(bytes(broken), kind, Limits()))


# With what


@pytest.mark.parametrize(("make", "model", "name"), [
    ("Canon", "Canon EOS R6", "Canon EOS R6"),
    ("NIKON CORPORATION", "NIKON D850", "NIKON D850"),
    ("SONY", "ILCE-7M4", "SONY ILCE-7M4"),
    ("OLYMPUS IMAGING CORP.  ", "E-M1", "OLYMPUS E-M1"),
    ("EASTMAN KODAK COMPANY", "KODAK EASYSHARE", "KODAK EASYSHARE"),
    ("LEICA CAMERA AG", "LEICA M10", "LEICA M10"),
    ("MINOLTA CO.,LTD.", "DiMAGE 7", "MINOLTA DiMAGE 7"),
    ("Apple", "iPhone 14  Pro", "Apple iPhone 14 Pro"),
    ("LG Electronics", "LG-M250", "LG-M250"),
    ("Apple", "", "Apple"), ("", "X100", "X100"), ("", "", ""),
])  # fmt: skip
def test_cameras_have_the_names_that_people_use(make: str, model: str, name: str) -> None:
    """The make once, without the company's form."""
    assert camera_name(make, model) == name


def test_a_camera_that_xmp_alone_names_is_known() -> None:
    """With its serial number; texts behind a NUL do not count, and controls are left out."""
    packet = xmp(f'{TIFF} tiff:Make="Canon" tiff:Model="Canon EOS R6" aux:SerialNumber="77"')
    assert facts(jpeg_with(xmp_segment(packet))) == CaptureFacts("", "Canon EOS R6", "77")
    body = exif({0x010F: "Ma\x1bker\0 hidden", 0x0110: "One" + 300 * "x"})
    camera = facts(jpeg_with(exif_segment(body))).camera
    assert camera.startswith("Ma ker One")
    assert len(camera) <= 161
