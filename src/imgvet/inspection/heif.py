"""HEIC and AVIF: every box, every item, and the pictures beside the one that is shown.

Layouts: ISO/IEC 14496-12 (boxes) and ISO/IEC 23008-12 (properties, auxiliary and derived pictures); Apple's and
Samsung's own boxes and auxiliary kinds as ExifTool's documentation of QuickTime tags lists them.
"""

import struct
from collections.abc import Iterator

from imgvet.formats.heif_items import HeifItems, read_items
from imgvet.formats.isobmff import walk_boxes
from imgvet.inspection.findings import EmbeddedPart, FileFinding, UnreadRegion, decoded, private_item, unknown
from imgvet.inspection.jpeg_text import text_in_picture

_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_PICTURES = (b"hvc1", b"av01", b"avc1", b"jpeg", b"grid", b"iovl", b"iden", b"j2k1", b"unci", b"vvc1", b"lhv1", b"tmap")
_LAYOUT = (b"hdlr", b"pitm", b"iinf", b"iloc", b"iref", b"iprp", b"idat", b"dinf", b"grpl", b"ipro")
_FREE = (b"free", b"skip", b"wide")

# Names that encoders give to every file; any other name is somebody's text.
_USUAL_NAMES = {
    b"", b"pict", b"ImageHandler", b"PictureHandler", b"libavif", b"Color", b"Alpha", b"Exif", b"XMP", b"HEVC Image",
    b"Image", b"GMap", b"TMap", b"AV1 Image", b"HDR tone map", b"mime",
}  # fmt: skip

# What an auxiliary picture is for, by a word in its identifier.
_AUXILIARY = (
    (b"gainmap", "gain map, a picture of the same scene"),
    (b"depth", "depth map"),
    (b"auxid:2", "depth map"),
    (b"disparity", "depth map"),
    (b"portrait", "mask of a person"),
    (b"semantic", "mask of a person's skin, hair or the like"),
    (b"matte", "mask"),
)
_TRANSPARENCY = (b"alpha", b"auxid:1")
_CODING = {
    b"ispe", b"pixi", b"pasp", b"irot", b"imir", b"rloc", b"hvcC", b"av1C", b"avcC", b"jpgC", b"vvcC", b"lhvC", b"a1op",
    b"a1lx", b"lsel", b"clli", b"mdcv", b"cclv", b"amve", b"tols", b"oinf", b"iscl", b"cmpd", b"uncC", b"j2kH", b"mskC",
    b"evcC", b"reve", b"ndwt", b"cmex", b"cmin",
}  # fmt: skip
_TEXT_PROPERTIES = {b"udes": "UserDescription", b"altt": "AccessibilityText"}
_TIME_PROPERTIES = {b"crtt": "CreationTime", b"mdft": "ModificationTime"}
_TOLD_APART = {b"colr", b"auxC", b"clap"}
_SMALLEST_GAP = 4
_MAX_MEDIA = 16  # boxes of coded pictures
_MAX_LISTED = 200  # further pictures that are listed one by one


def inspect_heif(data: bytes, kind: str, *, pixels: bool = True) -> Iterator[FileFinding]:
    """Everything in a HEIC or AVIF file beside its picture; without ``pixels``, media data is not searched."""
    name, end = kind.upper(), 0
    boxes = list(walk_boxes(data))
    for box, start, end in boxes:
        if box == b"meta":
            items = read_items(data, start, end)
            yield from _meta(data, start, end, name, items)
            if pixels:
                with_video = any(other in (b"moov", b"moof") for other, _, _ in boxes)
                media = [] if with_video else [(first, last) for other, first, last in boxes if other == b"mdat"]
                yield from _unused(data, items, name, media)
        elif box not in (b"ftyp", b"mdat"):
            yield from _beside(box, data, start, end, name)
    if end < len(data):
        yield EmbeddedPart("trailer", data[end:], "after the end of the picture", end)
    if end == 0:
        yield UnreadRegion(f"It does not begin as a {name} does.")
    elif not any(box in (b"meta", b"moov") for box, _, _ in boxes):
        yield UnreadRegion(f"The {name} file has no list of its pictures.")


def _beside(box: bytes, data: bytes, start: int, end: int, name: str) -> Iterator[FileFinding]:
    """A box that a still picture does not need."""
    place, body = f"{name} {decoded(box)}", data[start:end]
    if box == b"uuid":
        yield from _uuid(body, name, start)
    elif box in (b"jumb", b"c2pa"):
        yield EmbeddedPart("jumbf", body, f"{name} JUMBF", start)
    elif box in (b"moov", b"moof"):
        yield private_item("pictures", "Video", f"a video or a sequence of pictures, {len(body):,} bytes", place)
        head = 16 if int.from_bytes(data[max(start - 16, 0) :][:4], "big") == 1 and start >= 16 else 8
        yield EmbeddedPart("video", data[start - head : end], place, start - head)
    elif box in (b"sefd", b"mpvd", b"mini"):  # of which the last is the short header of mif3, with metadata in it
        yield EmbeddedPart("trailer", body, place, start)
    elif box not in _FREE or body.strip(b"\0"):
        yield unknown(f"box {decoded(box)}", body, place, start)


def _uuid(body: bytes, name: str, start: int) -> Iterator[FileFinding]:
    if body.startswith(_C2PA):
        yield EmbeddedPart("jumbf", body[16:], f"{name} C2PA", start + 16)
    elif body.startswith(_XMP):
        yield EmbeddedPart("xmp", body[16:], f"{name} XMP", start + 16)
    else:
        yield unknown("box uuid", body, f"{name} uuid", start)


def _meta(data: bytes, start: int, end: int, name: str, items: HeifItems) -> Iterator[FileFinding]:
    for box in items.damaged:
        yield UnreadRegion(f"The {decoded(box)} box of the {name} file is damaged.")
    for box, first, last in walk_boxes(data, start + 4, end):
        if box == b"uuid":
            yield from _uuid(data[first:last], name, first)
        elif box not in _LAYOUT and (box not in _FREE or data[first:last].strip(b"\0")):
            yield unknown(f"box {decoded(box)}", data[first:last], f"{name} meta", first)
    yield from _names(items, name)
    yield from _properties(data, items, name)
    yield from _metadata_items(data, items, name)
    yield from _pictures(data, items, name)


def _names(items: HeifItems, name: str) -> Iterator[FileFinding]:
    if items.handler not in _USUAL_NAMES:
        yield private_item("text", "HandlerName", decoded(items.handler), f"{name} hdlr")
    for number, each in items.infos.items():
        if each.name not in _USUAL_NAMES:
            yield private_item("text", "ItemName", decoded(each.name), f"{name} item {number}")


def _properties(data: bytes, items: HeifItems, name: str) -> Iterator[FileFinding]:
    """What the properties reveal beside size and coding."""
    for box, start, end in items.properties:
        body = data[start:end]
        if box == b"colr" and body[:4] in (b"prof", b"rICC"):
            yield EmbeddedPart("icc", body[4:], f"{name} ICC profile", start + 4)
        elif box in _TEXT_PROPERTIES:
            words = " | ".join(decoded(each) for each in body[4:].split(b"\0") if each)
            yield private_item("text", _TEXT_PROPERTIES[box], words, f"{name} {decoded(box)}")
        elif box in _TIME_PROPERTIES:
            yield private_item(
                "time", _TIME_PROPERTIES[box], str(int.from_bytes(body[4:12], "big")), f"{name} {decoded(box)}"
            )
        elif box not in _CODING | _TOLD_APART and (box not in _FREE or body.strip(b"\0")):
            yield unknown(f"property {decoded(box)}", body, f"{name} properties", start)


def _metadata_items(data: bytes, items: HeifItems, name: str) -> Iterator[FileFinding]:
    total = 0
    described_by = items.targets(b"cdsc")
    for number in sorted(items.infos, key=lambda number: items.primary not in described_by.get(number, [])):
        each = items.infos[number]
        if each.kind in _PICTURES:
            continue
        pieces = items.extents(number, len(data))
        total += sum(end - start for start, end in pieces or [])
        if total > 2 * len(data):
            yield UnreadRegion(f"The items of the {name} file overlap; not all of them were read.")
            return
        if pieces is None:
            yield UnreadRegion(f"An item ({decoded(each.kind)}) of the {name} file could not be read.")
            yield private_item(
                "unknown", f"item {decoded(each.kind)}", "its bytes are not in this file", f"{name} items"
            )
            continue
        body = b"".join(data[start:end] for start, end in pieces)
        place = pieces[0][0] if len(pieces) == 1 else None
        targets = described_by.get(number, [])
        other = f" of item {targets[0]}" if targets and items.primary and items.primary not in targets else ""
        yield from _metadata_item(each.kind, each.content, body, f"{name} %s{other}", place)


def _metadata_item(kind: bytes, content: bytes, body: bytes, where: str, place: int | None) -> Iterator[FileFinding]:
    if kind == b"Exif":
        skip = 4 + int.from_bytes(body[:4], "big")
        skip = skip if len(body) > skip else 0
        yield EmbeddedPart("exif", body[skip:], where % "EXIF", None if place is None else place + skip)
    elif kind == b"mime" and b"xml" in content:
        yield EmbeddedPart("xmp", body, where % "XMP", place)
    elif kind == b"mime" and b"jpeg" in content:
        yield private_item("pictures", "FurtherImage", f"a JPEG picture, {len(body):,} bytes", where % "items")
        yield EmbeddedPart("jpeg", body, "item", place)
    else:
        yield unknown(f"item {decoded(kind)} {decoded(content)}".strip(), body, where % "items", place)


def _pictures(data: bytes, items: HeifItems, name: str) -> Iterator[FileFinding]:
    """Every picture in the file that is not shown, and what the shown one hides."""
    pictures = [number for number, each in items.infos.items() if each.kind in _PICTURES]
    small, beside = items.targets(b"thmb"), items.targets(b"auxl")
    derived = items.targets(b"dimg")
    gains = {target for source, targets in derived.items() if _kind(items, source) == b"tmap" for target in targets[1:]}
    parts = {target for source, targets in derived.items() if _kind(items, source) != b"tmap" for target in targets}
    told = 0
    for number in pictures:
        if number == items.primary:
            yield from _shown(data, items, number, derived.get(number, []), name)
            continue
        if number in parts and number not in small and number not in beside:
            continue
        group_name, what = _role(data, items, number, small, beside, gains)
        told += bool(what)
        if what and told <= _MAX_LISTED:
            yield private_item(
                "pictures", group_name, f"{what}, {_size(data, items, number)}, item {number}", f"{name} items"
            )
    if told > _MAX_LISTED:
        yield private_item("pictures", "FurtherImage", f"{told - _MAX_LISTED} more pictures", f"{name} items")


def _kind(items: HeifItems, number: int) -> bytes:
    return items.infos[number].kind if number in items.infos else b""


def _role(
    data: bytes,
    items: HeifItems,
    number: int,
    small: dict[int, list[int]],
    beside: dict[int, list[int]],
    gains: set[int],
) -> tuple[str, str]:
    """Name and description of a picture that is not shown; no description for transparency."""
    if number in small:
        return "ThumbnailImage", f"a thumbnail of item {small[number][0]}" if small[number] else "a thumbnail"
    if number in gains:
        return "GainMap", "gain map, a picture of the same scene"
    if number in beside:
        urns = [
            data[start + 4 : end].split(b"\0", 1)[0]
            for kind, start, end in items.properties_of(number)
            if kind == b"auxC"
        ]
        urn = (urns or [b"unknown"])[0].lower()
        if any(sign in urn for sign in _TRANSPARENCY):
            return "AuxiliaryImage", ""
        return "AuxiliaryImage", next((words for sign, words in _AUXILIARY if sign in urn), decoded(urn))
    if _kind(items, number) == b"tmap":
        return "ToneMappedImage", "the same scene with its gain map (tmap)"
    return "FurtherImage", "a further picture"


def _size(data: bytes, items: HeifItems, number: int) -> str:
    for kind, start, end in items.properties_of(number):
        if kind == b"ispe" and end - start >= 12:
            return "{} × {} pixels".format(*struct.unpack_from(">II", data, start + 4))
    return "size unknown"


def _shown(data: bytes, items: HeifItems, number: int, inputs: list[int], name: str) -> Iterator[FileFinding]:
    """What the shown picture hides of what is coded: a crop, and what an overlay covers."""
    for kind, start, end in items.properties_of(number):
        if kind == b"clap" and end - start >= 16:
            width, under_width, height, under_height = struct.unpack_from(">4I", data, start)
            shown = f"{width / (under_width or 1):.0f} × {height / (under_height or 1):.0f}"
            whole = _size(data, items, number)
            words = f"only {shown} pixels of {whole} are shown; the rest is still in the file"
            yield private_item("pictures", "CroppedArea", words, f"{name} clap")
    if _kind(items, number) == b"iovl":
        words = f"{len(inputs)} pictures laid over each other; what is covered is still in the file"
        yield private_item("pictures", "Overlay", words, f"{name} iovl")
    if _kind(items, number) == b"grid" and inputs:
        words = f"{len(inputs)} tiles of {_size(data, items, inputs[0])} make {_size(data, items, number)}"
        yield private_item("other", "Grid", f"{words}; tiles may go on beyond the edge", f"{name} grid")


def _unused(data: bytes, items: HeifItems, name: str, media: list[tuple[int, int]]) -> Iterator[FileFinding]:
    """Bytes of the media data that belong to no item, and words within the coded pictures."""
    spans = sorted(
        piece
        for number in items.infos
        for piece in items.extents(number, len(data)) or []
        if items.locations[number][0][0] == 0
    )
    if not items.infos:
        return
    for first, last in media[:_MAX_MEDIA]:
        at = first
        for start, end in [*[span for span in spans if span[1] > first and span[0] < last], (last, last)]:
            gap = data[at:start] if start > at else b""
            if len(gap) >= _SMALLEST_GAP and gap.strip(b"\0"):
                yield unknown("unused bytes", gap, f"{name} mdat, which no item uses", at)
            at = max(at, min(end, last))
    budget = 2 * len(data)  # bytes; items of hostile files overlap
    for number, each in items.infos.items():
        for start, end in (items.extents(number, len(data)) or []) if each.kind in _PICTURES else []:
            budget -= end - start
            if budget < 0:
                return
            yield from text_in_picture(data, start, end, f"{name} item {number}")
