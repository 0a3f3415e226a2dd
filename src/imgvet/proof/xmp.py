"""Read an XMP packet and allow only known prefixes and known properties, in one form each.

Layout: ISO 16684-1 (XMP part 1). Namespaces: IPTC Photo Metadata Standard and Adobe's XMP specification, part 2.
"""

import re
from typing import Any
from xml.etree import ElementTree as ET

from imgvet.proof.ledger import Ledger
from imgvet.proof.unfit_text import unfit

LONGEST = 60_000  # bytes of one packet
MAX_PADDING = 4096  # characters of white space around the XML

_START = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_ENDS = ('<?xpacket end="r"?>', '<?xpacket end="w"?>')
_WHITE = " \t\r\n"
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")

_NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
_PREFIXES = {address: prefix for prefix, address in _NAMESPACES.items()}
_PREFIXES["http://www.w3.org/XML/1998/namespace"] = "xml"  # predefined, never declared

_FORMS = {
    "dc:format": "text",
    "dc:title": "rdf:Alt",
    "dc:description": "rdf:Alt",
    "dc:rights": "rdf:Alt",
    "dc:subject": "rdf:Bag",
    "dc:creator": "rdf:Seq",
    "photoshop:Headline": "text",
    "photoshop:Credit": "text",
    "xmpRights:Marked": "text",
    "xmpRights:UsageTerms": "rdf:Alt",
    "xmpRights:WebStatement": "text",
    "Iptc4xmpExt:Event": "rdf:Alt",
    "Iptc4xmpExt:DigitalSourceType": "text",
    "Iptc4xmpCore:AltTextAccessibility": "rdf:Alt",
}
# Every term of IPTC's vocabulary Digital Source Type, the retired ones too (NewsCodes of 2024-09-17).
_SOURCE_TYPE = re.compile(
    r"http://cv\.iptc\.org/newscodes/digitalsourcetype/"
    r"(digitalCapture|computationalCapture|negativeFilm|positiveFilm|print|humanEdits|minorHumanEdits|digitalCreation"
    r"|digitalArt|dataDrivenMedia|screenCapture|composite|compositeCapture|compositeSynthetic|virtualRecording"
    r"|algorithmicallyEnhanced|algorithmicMedia|trainedAlgorithmicMedia|compositeWithTrainedAlgorithmicMedia"
    r"|softwareImage)"
)
# The elements around the properties, outermost first, and the attributes that each may have.
_LEVELS: tuple[tuple[str, dict[str, str]], ...] = (
    ("x:xmpmeta", {"x:xmptk": "imgvet"}),
    ("rdf:RDF", {}),
    ("rdf:Description", {"rdf:about": ""}),
)
_SEVERAL_LINES = {"dc:description", "xmpRights:UsageTerms", "Iptc4xmpCore:AltTextAccessibility"}


def read_packet(untrusted: bytes, offset: int, kind: str, ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """The texts of every property, by its name; ``kind`` is what the file is, e.g. ``jpeg``."""
    xml = _unwrapped(untrusted, offset, ledger)
    root = _parsed(xml, offset, ledger) if xml else None
    if root is None:
        return {}
    texts: dict[str, tuple[str, ...]] = {}
    for element in _properties(root, offset, ledger):
        name = _short(element.tag)
        start, length = _place(name, untrusted, offset)
        ledger.note(f"XMP {name}", start, length)
        fault = "It is there twice." if name in texts else ""
        values, misformed = _values(name, element)
        fault = fault or misformed or _unfit_value(name, values, kind)
        if fault:
            ledger.wrong(start, f"XMP {name}", fault)
        texts[name] = values
    return texts


def _unwrapped(untrusted: bytes, offset: int, ledger: Ledger) -> str:
    """The XML between the packet's start and end; empty if the wrapping is not valid."""
    fault = ""
    text = ""
    if len(untrusted) > LONGEST:
        fault = f"It is longer than {LONGEST} bytes."
    else:
        try:
            text = untrusted.decode("utf-8")
        except UnicodeDecodeError:
            fault = "It is not UTF-8."
    if not fault and not (text.startswith(_START) and text.endswith(_ENDS)):
        fault = "It does not start and end as an XMP packet."
    inside = text[len(_START) : -len(_ENDS[0])]
    xml = inside.strip(_WHITE)
    if not fault and len(inside) - len(xml) > MAX_PADDING:
        fault = f"It is padded with more than {MAX_PADDING} characters."
    if not fault and ("<!" in xml or "<?" in xml):
        fault = "It holds a comment, a declaration, CDATA or a processing instruction."
    if fault:
        ledger.wrong(offset, "XMP", fault)
    return "" if fault else xml


def _parsed(xml: str, offset: int, ledger: Ledger) -> ET.Element | None:
    """The root element, or None; namespaces that are not on the list are recorded as problems.

    ``xml`` cannot hold a document type, so no entity can be declared, and its size is bounded.
    """
    parser: ET.XMLPullParser[ET.Element] = ET.XMLPullParser(events=("start-ns", "start"))
    try:
        parser.feed(xml)
        parser.close()
        events: list[Any] = list(parser.read_events())
    except ET.ParseError:
        ledger.wrong(offset, "XMP", "It is not well-formed XML.")
        return None
    for _, found in events:
        if isinstance(found, tuple) and _NAMESPACES.get(found[0]) != found[1]:
            ledger.wrong(offset, f"XMP xmlns:{found[0]}", "It is not on the allow-list of namespaces.")
    return next((found for _, found in events if isinstance(found, ET.Element)), None)


def _properties(root: ET.Element, offset: int, ledger: Ledger) -> list[ET.Element]:
    """The elements inside the only rdf:Description; each level above holds only the next."""
    level = root
    for name, allowed in _LEVELS:
        if _short(level.tag) != name:
            ledger.wrong(offset, f"XMP {_short(level.tag)}", f"{name} must be here.")
            return []
        for attribute, value in level.attrib.items():
            if allowed.get(_short(attribute)) != value:
                ledger.wrong(offset, f"XMP {_short(attribute)}", "It is an attribute that is not on the allow-list.")
        if _has_stray_text(level):
            ledger.wrong(offset, f"XMP {name}", "It holds text between its elements.")
        if name == "rdf:Description":
            break
        if len(level) != 1:
            ledger.wrong(offset, f"XMP {name}", "It must hold exactly one element.")
            return []
        level = level[0]
    if len(level.attrib) != 1:
        ledger.wrong(offset, "XMP rdf:Description", "It must have one attribute, an empty rdf:about.")
    return list(level)


def _short(tag: str) -> str:
    """``prefix:name`` for a known namespace, else the name as it is."""
    address, _, name = tag.removeprefix("{").rpartition("}")
    return f"{_PREFIXES[address]}:{name}" if address in _PREFIXES else tag


def _has_stray_text(element: ET.Element) -> bool:
    """Whether there is anything but white space between the element's children."""
    return any((text or "").strip(_WHITE) for text in (element.text, *(child.tail for child in element)))


def _place(name: str, packet: bytes, offset: int) -> tuple[int, int]:
    """Offset and length of a property in the file; those of the whole packet if it cannot be found."""
    local = re.escape(name.rpartition(":")[2].rpartition("}")[2].encode("utf-8"))
    start = re.search(rb"<(?:[^\s:<>/]+:)?" + local + rb"[\s/>]", packet)
    if start is None:
        return offset, len(packet)
    end = re.compile(rb"</(?:[^\s:<>/]+:)?" + local + rb"\s*>").search(packet, start.end())
    return offset + start.start(), (end or start).end() - start.start()


def _values(name: str, element: ET.Element) -> tuple[tuple[str, ...], str]:
    """The property's texts, and what is wrong with its form."""
    form = _FORMS.get(name)
    if form is None:
        return (), "It is not on the allow-list of XMP properties."
    if element.attrib:
        return (), "It has an attribute."
    if form == "text":
        return (element.text or "",), "It must hold text alone." if len(element) else ""
    if len(element) != 1 or _short(element[0].tag) != form or _has_stray_text(element):
        return (), f"It must hold one {form}."
    return _items(element[0], form)


def _items(container: ET.Element, form: str) -> tuple[tuple[str, ...], str]:
    """The texts of the rdf:li elements in an rdf:Alt, rdf:Bag or rdf:Seq, and what is wrong with them."""
    wanted = {"{http://www.w3.org/XML/1998/namespace}lang": "x-default"} if form == "rdf:Alt" else {}
    items = tuple(item.text or "" for item in container)
    if container.attrib or _has_stray_text(container):
        return items, f"Its {form} must hold rdf:li alone."
    if not items or (form == "rdf:Alt" and len(items) != 1):
        return items, f"Its {form} does not hold the right number of rdf:li."
    if any(_short(item.tag) != "rdf:li" or len(item) or item.attrib != wanted for item in container):
        return items, f"Its {form} holds something else than plain rdf:li."
    return items, ""


def _unfit_value(name: str, values: tuple[str, ...], kind: str) -> str:
    """What is wrong with a property's texts."""
    if name == "dc:format" and values != (f"image/{kind}",):
        return "It is not what the file is."
    if name == "xmpRights:Marked" and values != ("True",):
        return "It is not True."
    if name == "xmpRights:WebStatement" and not _ADDRESS.fullmatch(values[0]):
        return "It is not a web address."
    if name == "Iptc4xmpExt:DigitalSourceType" and not _SOURCE_TYPE.fullmatch(values[0]):
        return "It is not a term of IPTC's vocabulary of digital source types."
    faults = (unfit(value, newlines=name in _SEVERAL_LINES) for value in values)
    return next((fault for fault in faults if fault), "")
