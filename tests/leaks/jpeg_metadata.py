"""JPEG: the metadata blocks that most photos carry: EXIF, XMP, IPTC, Photoshop resources."""

import hashlib
import struct
from collections.abc import Callable
from functools import partial

from leaks import blocks
from leaks.blocks import Blob, Entry, dataset, exif_below, raw, resource, text, wide, xmp
from leaks.jpeg import exif_segment, photo, segment, xmp_segment
from leaks.leak import Leak
from leaks.pictures import pattern, small_jpeg

Words = Callable[[str], bytes]

LONG_XMP_HEAD = b"http://ns.adobe.com/xmp/extension/\0"
PHOTOSHOP_HEAD = b"Photoshop 3.0\0"
AN_HOUR = b"1987:03:04 05:06:07"  # a time that no test runs at


def _with_exif(entries: Callable[[str], tuple[Entry, ...]], word: str) -> bytes:
    return photo(exif_segment(blocks.tiff(entries(word))))


def _with_xmp(packet: Words, word: str) -> bytes:
    return photo(xmp_segment(packet(word)))


def _attribute(name: str, word: str) -> bytes:
    return photo(xmp_segment(xmp(f'{name}="{word}"')))


def _element(inside: Callable[[str], str], word: str) -> bytes:
    return photo(xmp_segment(xmp(elements=inside(word))))


def _resources(content: Words, word: str) -> bytes:
    return photo(segment(0xED, PHOTOSHOP_HEAD + content(word)))


def _dataset(record: int, number: int, word: str) -> bytes:
    return photo(segment(0xED, PHOTOSHOP_HEAD + resource(0x0404, dataset(record, number, word.encode()))))


# --- EXIF ----------------------------------------------------------------------------------------------------------


def _main(make: Callable[[int, str], Entry], tag: int) -> Callable[[str], tuple[Entry, ...]]:
    return lambda word: (make(tag, word),)


def _inner(make: Callable[[int, str], Entry], tag: int) -> Callable[[str], tuple[Entry, ...]]:
    return lambda word: exif_below(make(tag, word))


def _user_comment(tag: int, word: str) -> Entry:
    return raw(tag, b"ASCII\0\0\0" + word.encode())


def _wide_comment(tag: int, word: str) -> Entry:
    return raw(tag, b"UNICODE\0" + word.encode("utf-16-le"))


def _bytes(tag: int, word: str) -> Entry:
    return raw(tag, word.encode())


def _apple_note(tag: int, word: str) -> Entry:
    block = blocks.tiff([text(0x0011, word)])[8:]  # ContentIdentifier, the pair of a Live Photo
    return raw(tag, b"Apple iOS\0\0\x01MM" + block)


def _panasonic_note(tag: int, word: str) -> Entry:
    return raw(tag, b"Panasonic\0\0\0\x01\0" + struct.pack("<HHII", 0x0066, 2, 17, 0) + word.encode() + b"\0")


_ENTRIES: tuple[tuple[str, str, Callable[[str], tuple[Entry, ...]]], ...] = (
    ("gps", "GPS position and its place name", lambda word: (Entry(0x8825, 4, blocks.position(word)),)),
    ("gps-map-datum", "GPS map datum", lambda word: (Entry(0x8825, 4, (text(0x12, word),)),)),
    ("artist", "Artist", _main(text, 0x013B)),
    ("copyright", "Copyright", _main(text, 0x8298)),
    ("description", "ImageDescription", _main(text, 0x010E)),
    ("make", "Make", _main(text, 0x010F)),
    ("model", "Model", _main(text, 0x0110)),
    ("software", "Software", _main(text, 0x0131)),
    ("host-computer", "HostComputer, e.g. a phone named after its owner", _main(text, 0x013C)),
    ("document-name", "DocumentName", _main(text, 0x010D)),
    ("target-printer", "TargetPrinter", _main(text, 0x0151)),
    ("owner-adobe", "OwnerName (Adobe)", _main(text, 0xFDE8)),
    ("serial-adobe", "SerialNumber (Adobe)", _main(text, 0xFDE9)),
    ("camera-serial", "CameraSerialNumber (DNG)", _main(text, 0xC62F)),
    ("raw-file-name", "OriginalRawFileName", _main(_bytes, 0xC68B)),
    ("xp-title", "XPTitle", _main(wide, 0x9C9B)),
    ("xp-comment", "XPComment", _main(wide, 0x9C9C)),
    ("xp-author", "XPAuthor", _main(wide, 0x9C9D)),
    ("xp-keywords", "XPKeywords", _main(wide, 0x9C9E)),
    ("xp-subject", "XPSubject", _main(wide, 0x9C9F)),
    ("owner", "CameraOwnerName", _inner(text, 0xA430)),
    ("body-serial", "BodySerialNumber", _inner(text, 0xA431)),
    ("lens-serial", "LensSerialNumber", _inner(text, 0xA435)),
    ("image-title", "ImageTitle (EXIF 3.0)", _inner(text, 0xA436)),
    ("photographer", "Photographer (EXIF 3.0)", _inner(text, 0xA437)),
    ("image-editor", "ImageEditor (EXIF 3.0)", _inner(text, 0xA438)),
    ("camera-firmware", "CameraFirmware (EXIF 3.0)", _inner(text, 0xA439)),
    ("unique-id", "ImageUniqueID", _inner(text, 0xA420)),
    ("image-history", "ImageHistory", _inner(text, 0x9213)),
    ("user-comment", "UserComment, plain", _inner(_user_comment, 0x9286)),
    ("user-comment-wide", "UserComment, UTF-16", _inner(_wide_comment, 0x9286)),
    ("offset-time", "OffsetTimeOriginal, the time zone", _inner(text, 0x9011)),
    ("subsec", "SubSecTimeOriginal", _inner(text, 0x9291)),
    ("sound-file", "RelatedSoundFile", _inner(text, 0xA004)),
    ("device-settings", "DeviceSettingDescription", _inner(_bytes, 0xA40B)),
    ("spectral", "SpectralSensitivity", _inner(text, 0x8824)),
    ("maker-note", "MakerNote of an unknown maker", _inner(_bytes, 0x927C)),
    ("maker-note-apple", "MakerNote of Apple: ContentIdentifier", _inner(_apple_note, 0x927C)),
    ("private-tag", "a private tag", _main(_bytes, 0xEA1D)),
    ("print-im", "PrintIM", _main(_bytes, 0xC4A5)),
    ("xmp-inside", "XMP as an EXIF tag", lambda word: (Entry(0x02BC, 1, xmp(f'xmp:Label="{word}"')),)),
    ("iptc-inside", "IPTC as an EXIF tag", lambda word: (raw(0x83BB, dataset(2, 90, word.encode())),)),
    ("layers", "ImageSourceData, Photoshop's layers", _main(_bytes, 0x935C)),
    ("sub-ifd", "a directory below (SubIFDs)", lambda word: (Entry(0x014A, 4, (text(0x010E, word),)),)),
    ("interop", "the interoperability directory", lambda word: exif_below(Entry(0xA005, 4, (text(0x1000, word),)))),
)


def _security(word: str) -> bytes:
    return _with_exif(lambda _: exif_below(text(0x9212, f"S {word}")), word)


def _exif_thumbnail(word: str) -> bytes:
    return photo(exif_segment(blocks.tiff([text(0x0131, "Scanner")], blocks.thumbnail(small_jpeg(word)))))


def _exif_second_directory(word: str) -> bytes:
    return photo(exif_segment(blocks.tiff([text(0x0131, "Scanner")], [text(0x010E, word)])))


def _exif_date(word: str) -> bytes:
    return _with_exif(
        lambda _: (Entry(0x0132, 2, AN_HOUR + b"\0"), *exif_below(Entry(0x9003, 2, AN_HOUR + b"\0"))), word
    )


def _exif_uncompressed_thumbnail(word: str) -> bytes:
    rows = pattern(96, 64).tobytes()
    entries = [
        Entry(0x0100, 3, 96),
        Entry(0x0101, 3, 64),
        Entry(0x0102, 3, struct.pack("<3H", 8, 8, 8)),
        Entry(0x0103, 3, 1),
        Entry(0x0106, 3, 2),
        Entry(0x0111, 4, Blob(rows)),
        Entry(0x0115, 3, 3),
        Entry(0x0117, 4, len(rows)),
    ]
    return photo(exif_segment(blocks.tiff([text(0x0131, word)], entries)))


_MORE_EXIF = (
    Leak(
        "jpeg-exif-maker-note-panasonic",
        "JPEG: EXIF MakerNote of Panasonic: BabyName",
        ".jpg",
        partial(_with_exif, _inner(_panasonic_note, 0x927C)),
        refused="a person must look first, because the file names a child",
    ),
    Leak(
        "jpeg-exif-thumbnail", "JPEG: EXIF thumbnail (IFD1), the picture before it was cropped", ".jpg", _exif_thumbnail
    ),
    Leak("jpeg-exif-thumbnail-raw", "JPEG: EXIF thumbnail without compression", ".jpg", _exif_uncompressed_thumbnail),
    Leak("jpeg-exif-ifd1-text", "JPEG: EXIF, text in the second directory", ".jpg", _exif_second_directory),
    Leak(
        "jpeg-exif-date", "JPEG: EXIF date and time of taking", ".jpg", _exif_date, lambda _: (AN_HOUR, b"1987-03-04")
    ),
    Leak(
        "jpeg-exif-security",
        "JPEG: EXIF SecurityClassification",
        ".jpg",
        _security,
        refused="a person must look first, because the file says that it is classified",
    ),
    Leak(
        "jpeg-exif-gap",
        "JPEG: EXIF block, bytes that no tag points to",
        ".jpg",
        lambda word: photo(exif_segment(blocks.tiff([text(0x0131, "Scanner")], gap=word.encode() * 2))),
    ),
    Leak(
        "jpeg-exif-second-block",
        "JPEG: a second EXIF block",
        ".jpg",
        lambda word: photo(
            exif_segment(blocks.tiff([text(0x0131, "Scanner")])), exif_segment(blocks.tiff([text(0x013B, word)]))
        ),
    ),
)

# --- XMP -----------------------------------------------------------------------------------------------------------

_ATTRIBUTES = (
    ("gps", "GPS area", "exif:GPSAreaInformation"),
    ("gps-destination", "GPS destination", "exif:GPSDestLatitude"),
    ("city", "City", "photoshop:City"),
    ("captioner", "CaptionWriter", "photoshop:CaptionWriter"),
    ("raw-file-name", "RawFileName", "crs:RawFileName"),
    ("owner", "OwnerName", "aux:OwnerName"),
    ("serial", "SerialNumber", "aux:SerialNumber"),
    ("document-id", "DocumentID", "xmpMM:DocumentID"),
    ("drone", "drone position", "drone-dji:GpsLatitude"),
    ("motion-photo", "motion photo mark", "GCamera:MotionPhotoPresentationTimestampUs"),
    ("label", "Label", "xmp:Label"),
)


def _bag(name: str, inside: str) -> str:
    return f"<{name}><rdf:Bag><rdf:li>{inside}</rdf:li></rdf:Bag></{name}>"


def _structure(name: str, kind: str, attributes: str) -> str:
    return f"<{name}><rdf:{kind}><rdf:li {attributes}/></rdf:{kind}></{name}>"


_ELEMENTS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    (
        "face-regions",
        "names on faces (mwg-rs)",
        lambda word: (
            '<mwg-rs:Regions rdf:parseType="Resource">'
            + _structure("mwg-rs:RegionList", "Bag", f'mwg-rs:Name="{word}" mwg-rs:Type="Face"')
            + "</mwg-rs:Regions>"
        ),
    ),
    (
        "face-regions-microsoft",
        "names on faces (Microsoft)",
        lambda word: (
            '<MP:RegionInfo rdf:parseType="Resource">'
            + _structure("MPRI:Regions", "Bag", f'MPReg:PersonDisplayName="{word}"')
            + "</MP:RegionInfo>"
        ),
    ),
    ("person", "PersonInImage", lambda word: _bag("Iptc4xmpExt:PersonInImage", word)),
    ("tags", "digiKam's tags: People/name", lambda word: _bag("digiKam:TagsList", f"People/{word}")),
    ("hierarchy", "Lightroom's keywords: People|name", lambda word: _bag("lr:hierarchicalSubject", f"People|{word}")),
    (
        "location",
        "LocationShown",
        lambda word: _structure("Iptc4xmpExt:LocationShown", "Bag", f'Iptc4xmpExt:Sublocation="{word}"'),
    ),
    ("history", "editing history", lambda word: _structure("xmpMM:History", "Seq", f'stEvt:softwareAgent="{word}"')),
    (
        "derived",
        "path of the file it was made from",
        lambda word: f'<xmpMM:DerivedFrom stRef:filePath="/home/{word}"/>',
    ),
    ("ancestors", "ids of earlier documents", lambda word: _bag("photoshop:DocumentAncestors", word)),
    (
        "text-layers",
        "text layers",
        lambda word: _structure("photoshop:TextLayers", "Bag", f'photoshop:LayerText="{word}"'),
    ),
    (
        "thumbnail",
        "thumbnail picture (xmpGImg)",
        lambda word: (
            f'<xmp:Thumbnails><rdf:Alt><rdf:li rdf:parseType="Resource"><xmpGImg:image>{blocks.in_base64(word)}'
            "</xmpGImg:image></rdf:li></rdf:Alt></xmp:Thumbnails>"
        ),
    ),
    ("depth", "depth picture (GDepth)", lambda word: f"<GDepth:Data>{blocks.in_base64(word)}</GDepth:Data>"),
    ("image", "picture before blurring (GImage)", lambda word: f"<GImage:Data>{blocks.in_base64(word)}</GImage:Data>"),
    ("comment", "XML comment", lambda word: f"<!-- {word} -->"),
)


def _long_xmp(word: str) -> bytes:
    """Extended XMP (XMP specification, part 3, section 1.1.3.1): the main packet names the digest of the rest."""
    rest = xmp(elements=f"<GImage:Data>{blocks.in_base64(word)}</GImage:Data>")
    digest = hashlib.md5(rest, usedforsecurity=False).hexdigest().upper()
    head = LONG_XMP_HEAD + digest.encode() + struct.pack(">II", len(rest), 0)
    return photo(xmp_segment(xmp(f'xmpNote:HasExtendedXMP="{digest}"')), segment(0xE1, head + rest))


_XMP = (
    *(
        Leak(f"jpeg-xmp-{name}", f"JPEG: XMP, {words}", ".jpg", partial(_attribute, at))
        for name, words, at in _ATTRIBUTES
    ),
    *(Leak(f"jpeg-xmp-{name}", f"JPEG: XMP, {words}", ".jpg", partial(_element, of)) for name, words, of in _ELEMENTS),
    Leak(
        "jpeg-xmp-padding",
        "JPEG: XMP, words behind its last tag",
        ".jpg",
        partial(_with_xmp, lambda word: xmp(behind=word)),
    ),
    Leak("jpeg-xmp-extended", "JPEG: extended XMP with a picture in it", ".jpg", _long_xmp),
    Leak(
        "jpeg-xmp-broken",
        "JPEG: XMP that is not XML",
        ".jpg",
        partial(_with_xmp, lambda word: b"<x:xmpmeta><rdf:RDF <" + word.encode()),
    ),
)

# --- IPTC and Photoshop --------------------------------------------------------------------------------------------

_DATASETS = (
    ("city", "City", 2, 90),
    ("sublocation", "Sub-location", 2, 92),
    ("by-line", "By-line", 2, 80),
    ("caption", "Caption", 2, 120),
    ("instructions", "Special instructions", 2, 40),
    ("fixture", "Fixture identifier", 2, 22),
    ("envelope", "envelope record", 1, 30),
    ("preview", "object preview data", 2, 202),
    ("unknown-record", "a record that nobody knows", 9, 33),
)

_RESOURCES: tuple[tuple[str, str, Words], ...] = (
    ("thumbnail", "thumbnail", lambda word: resource(0x040C, blocks.resource_thumbnail(small_jpeg(word)))),
    (
        "thumbnail-old",
        "thumbnail of version 4",
        lambda word: resource(0x0409, blocks.resource_thumbnail(small_jpeg(word))),
    ),
    ("caption", "caption", lambda word: resource(0x03F0, bytes([len(word)]) + word.encode())),
    ("url", "web address", lambda word: resource(0x040B, f"https://example.org/{word}".encode())),
    (
        "url-list",
        "list of web addresses",
        lambda word: resource(0x041E, struct.pack(">I", 1) + word.encode("utf-16-be")),
    ),
    ("slices", "slices", lambda word: resource(0x041A, struct.pack(">I", 6) + word.encode("utf-16-be"))),
    ("printer", "printer settings (DEVMODE)", lambda word: resource(0x043D, word.encode("utf-16-le"))),
    ("auto-save", "path of the automatic copy", lambda word: resource(0x043E, word.encode("utf-16-be"))),
    ("exif", "EXIF", lambda word: resource(0x0422, blocks.tiff([text(0x013B, word)]))),
    ("exif-3", "EXIF, second resource", lambda word: resource(0x0423, blocks.tiff([text(0x013B, word)]))),
    ("xmp", "XMP", lambda word: resource(0x0424, xmp(f'xmp:Label="{word}"'))),
    ("lightroom", "Lightroom's workflow", lambda word: resource(0x1F40, word.encode())),
    ("path-name", "name of a path", lambda word: resource(0x07D0, bytes(26), word.encode())),
    ("unknown", "a resource that nobody knows", lambda word: resource(0x0FA7, word.encode())),
    ("digest-name", "name of the IPTC digest", lambda word: resource(0x0425, bytes(16), word.encode())),
)

_PHOTOSHOP = (
    *(
        Leak(
            f"jpeg-iptc-{name}",
            f"JPEG: IPTC, {words}",
            ".jpg",
            partial(_dataset, record, number),
        )
        for name, words, record, number in _DATASETS
    ),
    *(
        Leak(f"jpeg-photoshop-{name}", f"JPEG: Photoshop resources, {words}", ".jpg", partial(_resources, content))
        for name, words, content in _RESOURCES
    ),
    Leak("jpeg-photoshop-tail", "JPEG: bytes behind the Photoshop resources", ".jpg", partial(_resources, str.encode)),
)

LEAKS = (
    *(
        Leak(f"jpeg-exif-{name}", f"JPEG: EXIF {words}", ".jpg", partial(_with_exif, entries))
        for name, words, entries in _ENTRIES
    ),
    *_MORE_EXIF,
    *_XMP,
    *_PHOTOSHOP,
)
