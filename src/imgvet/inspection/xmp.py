"""XMP: read as a stream, so that a document type, and with it any entity bomb, is refused before it can act.

Structure: ISO 16684-1. Names: IPTC Photo Metadata Standard 2025.1, PLUS, MWG regions, Adobe XMP parts 1 and 2.
"""

import binascii
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from imgvet.inspection.capture_time import xmp_capture_fields
from imgvet.inspection.field_names import group_of
from imgvet.inspection.findings import (
    EmbeddedPart,
    FileFinding,
    PrivateItem,
    UnreadRegion,
    WordFields,
    classified,
    decoded,
    described,
    position_of,
    private_item,
    unknown,
)
from imgvet.inspection.iptc import LONGEST_WORDS, MOST_WORDS
from imgvet.safe_xml import UnsafeXml, XmlError, XmlHandler, read_xml

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = "http://www.w3.org/XML/1998/namespace"
_ITEM = f"{_RDF} li"
_REGIONS = (
    "http://www.metadataworkinggroup.com/schemas/regions/ Regions",
    "http://ns.acdsee.com/regions/ Regions",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/ ImageRegion",
)
# Kinds of regions that mark nobody (MWG 2.0, and IPTC's image region types), in small letters.
_THINGS = frozenset(
    {"focus", "pet", "barcode", "cat", "dog", "catbody", "dogbody", "animal", "plant", "artwork", "building", "vehicle"}
    | {"product", "food", "text", "graphic", "machinecode", "dividingline", "geoarea", "rockformation", "bodyofwater"}
)
_WORDS = (
    "http://purl.org/dc/elements/1.1/ title",
    "http://purl.org/dc/elements/1.1/ description",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/ AltTextAccessibility",
    "http://purl.org/dc/elements/1.1/ subject",
    "http://ns.adobe.com/photoshop/1.0/ Headline",
    "http://purl.org/dc/elements/1.1/ creator",
)
_MAX_VALUES = 5_000
_MAX_SPACES = 200
_MAX_PICTURES = 20
_WRAPPER = re.compile(rb"<\?(?:xpacket|xml)[^>]{0,200}\?>|<!--.{0,200}?-->", re.DOTALL)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]{400,}")
_SKIPPED = frozenset({"about", "ID", "nodeID", "parseType", "datatype"})

# Namespaces of which no property is unknown: camera settings and housekeeping.
_KNOWN_SPACES = (
    "adobe:ns:meta/",
    "http://iptc.org/std/",
    "http://ns.adobe.com/xap/",
    "http://ns.adobe.com/xmp/",
    "http://ns.adobe.com/exif/",
    "http://cipa.jp/exif/",
    "http://ns.adobe.com/tiff/",
    "http://ns.google.com/photos/",
    "http://www.dji.com/drone-dji/",
)

_STANDARD_SPACES = (
    "http://ns.adobe.com/",
    "http://purl.org/dc/",
    "http://www.w3.org/",
    "http://ns.useplus.org/",
    "http://www.metadataworkinggroup.com/",
    "http://ns.microsoft.com/",
    "http://ns.google.com/",
    "http://ns.apple.com/",
    "http://cipa.jp/",
    "http://www.digikam.org/",
    "http://ns.acdsee.com/",
    "http://darktable.sf.net/",
    "http://www.gimp.org/",
    "http://creativecommons.org/",
    "http://prismstandard.org/",
    "http://www.npes.org/",
    "http://www.aiim.org/",
    "http://ns.exiftool.",
    "http://ns.exiftool.org/",
    "http://ns.camerabits.com/",
)

# The first pattern that is found in "namespace property/inner property" decides.
_BY_PATH = tuple(
    (group, re.compile(pattern))
    for group, pattern in (
        ("classification", r"(?i)security.?classification"),
        ("people", r"PersonInImage|[/ ]Regions/|RegionInfo|ImageRegion|faceinfo|acdsee/regions|/regions/| Person"),
        ("people", r"ModelAge|AddlModelInfo|MinorModelAge|ModelReleaseID|BabyName|BabyAge|/PersonDisplay"),
        ("owner", r"/pdf/1\.3/ (Author|Creator)$"),
        ("text", r"/pdf/1\.3/ (Title|Subject|Keywords)$"),
        (
            "owner",
            r"CreatorContactInfo|useplus|xap/1\.0/rights/|dc/elements/1\.1/ (creator|rights|publisher|contributor)",
        ),
        (
            "owner",
            r"photoshop/1\.0/ (Credit|Source|AuthorsPosition|CaptionWriter)|[oO]wner|Artist|Copyright|ArtworkOrObject",
        ),
        (
            "history",
            r"xap/1\.0/mm/|photoshop/1\.0/ (History|DocumentAncestors|TextLayers)|camera-raw-settings|RawFileName",
        ),
        ("time", r"/pdf/1\.3/ \w*Date$"),
        ("history", r"creatorAtom|darktable|illustrator|/pdf/|AISystem|AIPrompt|DigitalSourceType"),
        ("pictures", r"Thumbnails|xap/1\.0/g/img/|GImage|GAudio|GDepth|photos/1\.0/(image|audio|depthmap)/"),
        ("pictures", r"MicroVideo|MotionPhoto|photos/1\.0/container/|hdr-gain-map|HDRGainMap|/dynamic-depth"),
        ("credentials", r"terms/ provenance|c2pa|contentauth"),
        ("gps", r"[ /]GPS(?!VersionID)|[ /]G[Pp][Ss](Lat|Lon|Alt)|drone-dji.*(Altitude|Gps|GPS)"),
        (
            "gps",
            r"Location(Created|Shown|Id|Name)?(/|$)|[ /](City|State|Country|CountryName|CountryCode|ProvinceState)$",
        ),
        ("gps", r"[ /](Sublocation|WorldRegion|Country-code)$"),
        ("time", r"Date|[ /]date$|(?<!Exposure)[tT]ime(?!r|lapse)(Stamp|Original|Digitized|Zone)?$|[ /]when$"),
        ("colour", r"ICCProfile|photoshop/1\.0/ ColorMode"),
        ("device", r"[sS]erial|tiff/1\.0/ (Make|Model|Software|HostComputer)|CreatorTool|[ /]Lens|Firmware|UniqueID"),
        (
            "text",
            r"dc/elements/1\.1/|UserComment|ImageDescription|[kK]eyword|[ /][sS]ubject(Code)?$|Categories|Caption",
        ),
        (
            "text",
            r"Headline|Instructions|TransmissionReference|Category|[ /](Label|Rating|Event\w*|Scene|Format|Urgency)$",
        ),
        (
            "text",
            r"TagsList|AltText|ExtDescr|Title|Description|[cC]omment|Genre|OrganisationInImage|MicrosoftPhoto|photoshop/1\.0/",
        ),
    )
)

_ANGLE = re.compile(
    r"\s*([+-]?\d+(?:\.\d+)?)(?:[,°\s]\s*(\d+(?:\.\d+)?))?(?:[,'\s]\s*(\d+(?:\.\d+)?))?\"?\s*([NSEWnsew]?)"
)
_BODIES = ((b"<x:xmpmeta", b"</x:xmpmeta>"), (b"<x:xapmeta", b"</x:xapmeta>"), (b"<rdf:RDF", b"</rdf:RDF>"))
_RATIOS = re.compile(r"\s*(\d+)/(\d+)[,\s]+(\d+)/(\d+)(?:[,\s]+(\d+)/(\d+))?\s*")
_PERSON = re.compile(r"Person|Model")
_UNDER_18 = re.compile(r"AG-(U14|A1[0-7])$")


class _Refused(Exception):
    """The document has something that XMP never has."""


class _Value(NamedTuple):
    path: tuple[str, ...]  # "namespace property" of each element that it is in, and its own
    text: str
    item: int  # of which list item it is a part; 0: of none


@dataclass(slots=True)
class _Stream(XmlHandler):
    """What has been read of one document so far."""

    path: list[str] = field(default_factory=list)  # "namespace property" of the open elements
    words: list[str] = field(default_factory=list)  # the text of the open element
    values: list[_Value] = field(default_factory=list)
    items: int = 0  # of lists; of lists within lists, the outermost count
    spaces: dict[str, None] = field(default_factory=dict)  # declared namespaces, in order
    used: set[str] = field(default_factory=set)  # of them, those that a name belongs to

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins; its attributes are properties too."""
        self.flush()
        self.items += name == _ITEM and _ITEM not in self.path
        self.path.append(name)
        self.used.update(each.rpartition(" ")[0] for each in (name, *attributes))
        for key, value in attributes.items():
            space, _, local = key.rpartition(" ")
            if space == _XML or (space in (_RDF, "") and local in _SKIPPED):
                continue
            self.add([*self.path] if local == "resource" else [*self.path, key], value)

    def end(self, name: str) -> None:  # noqa: ARG002 - the path has it
        """An element ends; its text is a value."""
        self.flush()
        self.path.pop()

    def flush(self) -> None:
        """Keep the text that has been read, blanks between elements left out."""
        value = "".join(self.words).strip()
        if value:
            self.add(self.path, value)
        self.words.clear()

    def text(self, text: str) -> None:
        """A piece of the text of the open element."""
        self.words.append(text)

    def comment(self, text: str) -> None:
        """Keep a comment, which XMP readers do not show."""
        self.add(["comment"], text.strip())

    def instruction(self, target: str, text: str) -> None:
        """Keep an instruction to programs, beside those that wrap every packet."""
        if target not in ("xpacket", "xml", "adobe-xap-filters"):
            self.add(["comment"], f"{target} {text}".strip())

    def namespace(self, prefix: str | None, address: str) -> None:  # noqa: ARG002 - a name of one document
        """Keep what is declared; a name that no property uses may be there for its own sake."""
        if len(self.spaces) < _MAX_SPACES:
            self.spaces[address] = None

    def add(self, path: list[str], value: str) -> None:
        """Keep one value."""
        if len(self.values) >= _MAX_VALUES:
            raise _Refused("it holds too many values")
        item = self.items if _ITEM in path else 0
        self.values.append(_Value(tuple(name for name in path if _is_property(name)), value, item))


def _is_property(name: str) -> bool:
    return not name.startswith(_RDF) and name not in ("adobe:ns:meta/ xmpmeta", "adobe:ns:meta/ xapmeta", "xmpmeta")


def inspect_xmp(data: bytes, where: str) -> Iterator[FileFinding]:
    """Everything in an XMP packet; what comes before a fault is still yielded."""
    stream = _Stream()
    trouble = _parse(data, stream)
    body = _body(data) if trouble else b""
    if body:  # what is around the body is often broken, and some programs write Latin-1
        again = _Stream()
        still = _parse(decoded(body).encode(), again)
        around = _WRAPPER.sub(b"", data.replace(body, b"", 1)).strip(b"\0 \t\r\n\xef\xbb\xbf")
        if not still and around:
            yield unknown("around the XMP packet", around, where)
        trouble, stream = (still, again) if len(again.values) > len(stream.values) else (trouble, stream)
    if trouble:
        yield UnreadRegion(f"The XMP data ({where}, {described(data)}) could not be read in full: {trouble}.")
        yield private_item("unknown", "XMP", described(data), where)
    yield from _position(stream.values)
    yield xmp_capture_fields((each.path, each.text) for each in stream.values)
    yield from _words(stream.values)
    if not trouble and not stream.values:
        yield private_item("other", "XMP", described(data), where)
    for space in stream.spaces:
        if space not in stream.used and not _is_usual(space):
            yield private_item("unknown", "XMP namespace", space, where)
    yield from _embedded(stream.values, where)
    things = _things(stream.values)
    for path, value, item in stream.values:
        for each in _items(path, value, where):
            of_thing = each.group == "people" and (path[0], item) in things and not _PERSON.search(each.name)
            group = "text" if each.name.endswith(("/Name", "/Description")) else "other"
            yield replace(each, group=group) if of_thing else each


def _words(values: list[_Value]) -> Iterator[WordFields]:
    """What people write about a picture; of a text in several languages the first, which is the default."""
    said: dict[str, list[str]] = {}
    for path, text, _ in values:
        if len(path) == 1 and path[0] in _WORDS and len(said.setdefault(path[0], [])) < MOST_WORDS:
            said[path[0]].append(text[:LONGEST_WORDS])
    if said:
        title, caption, alt_text, keywords, headline, creators = (said.get(name, []) for name in _WORDS)
        title, caption, alt_text, headline = (texts[:1] or [""] for texts in (title, caption, alt_text, headline))
        yield WordFields(title[0], caption[0], alt_text[0], tuple(keywords), headline[0], tuple(creators))


def _is_usual(space: str) -> bool:
    """Whether an unused namespace is that of a known standard, because programs declare too many."""
    return space.startswith(_KNOWN_SPACES + _STANDARD_SPACES)


def _embedded(values: list[_Value], where: str) -> Iterator[FileFinding]:
    """Pictures and sounds in base 64: thumbnails, depth maps, recordings."""
    found = 0
    for path, value, _ in values:
        if len(value) < 400 or found >= _MAX_PICTURES or not _BASE64.fullmatch(value):
            continue
        data = _from_base64(value)
        name = path[-1].rpartition(" ")[2] if path else "text"
        if data.startswith(b"\xff\xd8\xff"):
            found += 1
            yield private_item("pictures", "EmbeddedPicture", f"a JPEG picture, {len(data):,} bytes", f"{where} {name}")
            yield EmbeddedPart("jpeg", data, f"picture in XMP {name}")
        elif data.startswith(b"\x89PNG"):
            found += 1
            yield private_item("pictures", "EmbeddedPicture", f"a PNG picture, {len(data):,} bytes", f"{where} {name}")


def _from_base64(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text)
    except ValueError:
        return b""


def _things(values: list[_Value]) -> set[tuple[str, int]]:
    """The marked regions that say that they are not people, by property and list item; 0 if that is true of all."""
    kinds: dict[tuple[str, int], set[str]] = {}
    for path, text, item in values:
        if path and path[0] in _REGIONS and item:
            found = kinds.setdefault((path[0], item), set())
            if path[-1].endswith(" Type") or (
                path[-1].endswith(" Identifier") and any("rCtype" in each for each in path)
            ):
                found.add(text.rpartition("/")[2].strip().casefold())
    things = {region for region, found in kinds.items() if found and found <= _THINGS}
    return things | {(root, 0) for root, _ in things if all(region in things for region in kinds if region[0] == root)}


def _body(data: bytes) -> bytes:
    """The packet without its wrapping; empty if it cannot be found."""
    for start, end in _BODIES:
        first, last = data.find(start), data.rfind(end)
        if 0 <= first < last:
            return data[first : last + len(end)]
    return b""


def _parse(data: bytes, stream: _Stream) -> str:
    """Read into the stream; the reason where that was not possible to the end."""
    try:
        read_xml(data.strip(b"\0 \t\r\n") if data[:2] not in (b"\xff\xfe", b"\xfe\xff") else data, stream)
    except UnsafeXml as problem:
        return f"it {problem}"
    except (_Refused, XmlError) as problem:
        return str(problem)
    except (ValueError, LookupError) as problem:  # an encoding that Python does not know or cannot decode
        return type(problem).__name__
    return ""


def _items(path: tuple[str, ...], value: str, where: str) -> Iterator[PrivateItem]:
    if not path:
        if value.strip():
            yield private_item("unknown", "XMP text", value, where)
        return
    locals_ = [name.rpartition(" ")[2] for name in path]
    name = locals_[0] if len(path) == 1 else f"{locals_[0]}/{locals_[-1]}"
    group = _group(path, locals_)
    yield classified(name, value, where) if group == "classification" else private_item(group, name, value, where)
    if _tells_minor(locals_, value):
        yield private_item("minor", name, value, where)


def _group(path: tuple[str, ...], locals_: list[str]) -> str:
    """The group by namespace and names; an unknown namespace is ``unknown`` unless a name reveals the group."""
    sought = f"{path[0]}{''.join(f'/{local}' for local in locals_[1:])}"
    own = path[-1].rpartition(" ")[0]
    for group, pattern in _BY_PATH:
        if pattern.search(sought) or pattern.search(path[-1]):
            return group
    return group_of(locals_[-1], "other" if own.startswith(_KNOWN_SPACES) else "unknown")


def _tells_minor(locals_: list[str], value: str) -> bool:
    """Whether a value says that a person shown is under 18 (PLUS codes AG-U14 to AG-A17, IPTC Model Age)."""
    if "MinorModelAgeDisclosure" in locals_:
        return bool(_UNDER_18.search(value))
    return "ModelAge" in locals_ and value.isdecimal() and int(value[:9]) < 18


def _position(values: list[_Value]) -> Iterator[FileFinding]:
    """The first pair of latitude and longitude."""
    found: dict[str, float] = {}
    locals_ = [(path[-1].rpartition(" ")[2].lower() if path else "", value) for path, value, _ in values]
    sides = dict(reversed(locals_))
    for local, value in locals_:
        axis = {"gpslatitude": "latitude", "gpslongitude": "longitude", "gpslongtitude": "longitude"}.get(local, "")
        degrees = _angle(value + sides.get(f"{local}ref", "")[:1].strip("+- ")) if axis else None
        if degrees is None and axis:
            degrees = _angle(value)
        if degrees is not None:
            found.setdefault(axis, degrees)
    yield from position_of(found.get("latitude"), found.get("longitude"))


def _angle(text: str) -> float | None:
    """Decimal degrees of ``52,28.884N``, ``52,28,53N`` or ``+52.4814``."""
    ratios = _RATIOS.match(text[:60])
    if ratios:
        pairs = zip(ratios.groups("0")[::2], ratios.groups("1")[1::2], strict=True)
        shares = [int(number) / int(over) if int(over) else 0.0 for number, over in pairs]
        text = ",".join(f"{share:.9f}" for share in shares) + text[ratios.end() :]
    match = _ANGLE.fullmatch(text[:60])
    if match is None:
        return None
    whole, minutes, seconds = (float(match[number] or 0) for number in (1, 2, 3))
    degrees = math.copysign(abs(whole) + minutes / 60 + seconds / 3600, whole)
    return -abs(degrees) if match[4].upper() in ("S", "W") else degrees
