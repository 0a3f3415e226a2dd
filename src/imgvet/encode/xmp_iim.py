"""The public metadata as bytes: an XMP packet, and for JPEG an IPTC-IIM record with the same words.

Field names and forms: IPTC Photo Metadata Standard 2025.1; XMP packet: ISO 16684-1; IIM 4.2; the Photoshop image
resources 0x0404 (IIM) and 0x0425 (MD5 digest of it, by which readers tell that XMP and IIM belong together).
"""

import hashlib
import struct
from collections.abc import Iterable
from xml.sax.saxutils import escape

from imgvet.photo import PublicMetadata

_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""{namespaces}>
{properties}
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""

_PHOTOSHOP = b"Photoshop 3.0\x00"
_IIM_RESOURCE, _DIGEST_RESOURCE = 0x0404, 0x0425
_UTF8 = b"\x1b%G"  # ISO 2022 escape sequence for UTF-8, in 1:90 CodedCharacterSet


def xmp_packet(public: PublicMetadata) -> bytes:
    """The XMP packet, UTF-8."""
    properties = [
        _in_language("dc:title", public.title),
        _in_language("dc:description", public.description),
        _in_language("dc:rights", public.copyright_notice),
        _listed("dc:subject", "Bag", public.keywords),
        _listed("dc:creator", "Seq", [public.creator] if public.creator else []),
        _simple("photoshop:Headline", public.headline),
        _simple("photoshop:Credit", public.credit_line),
        _simple("xmpRights:Marked", "True" if public.copyright_notice else ""),
        _in_language("xmpRights:UsageTerms", public.usage_terms),
        _simple("xmpRights:WebStatement", public.web_statement),
        _in_language("Iptc4xmpExt:Event", public.event_name),
        _in_language("Iptc4xmpCore:AltTextAccessibility", public.alt_text),
    ]
    namespaces = "".join(f'\n xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    return _PACKET.format(namespaces=namespaces, properties="\n".join(filter(None, properties))).encode()


def app13_segment(public: PublicMetadata) -> bytes:
    """The whole APP13 segment of a JPEG, marker and length included; empty where there is nothing to say."""
    iim = _iim(public)
    if not iim:
        return b""
    resources = _resource(_IIM_RESOURCE, iim) + _resource(_DIGEST_RESOURCE, hashlib.md5(iim).digest())  # noqa: S324
    payload = _PHOTOSHOP + resources
    return b"\xff\xed" + struct.pack(">H", len(payload) + 2) + payload


def _simple(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _in_language(name: str, text: str) -> str:
    if not text:
        return ""
    return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt></{name}>'


def _listed(name: str, container: str, texts: Iterable[str]) -> str:
    items = "".join(f"<rdf:li>{escape(text)}</rdf:li>" for text in texts)
    return f"<{name}><rdf:{container}>{items}</rdf:{container}></{name}>" if items else ""


def _iim(public: PublicMetadata) -> bytes:
    records = [
        (5, public.title),
        (105, public.headline),
        (120, public.description),
        *((25, keyword) for keyword in public.keywords),
        (80, public.creator),
        (110, public.credit_line),
        (116, public.copyright_notice),
    ]
    written = b"".join(_dataset(2, number, text.encode()) for number, text in records if text)
    return _dataset(1, 90, _UTF8) + _dataset(2, 0, b"\x00\x04") + written if written else b""


def _dataset(record: int, number: int, value: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def _resource(number: int, data: bytes) -> bytes:
    padding = b"\x00" * (len(data) % 2)
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + padding
