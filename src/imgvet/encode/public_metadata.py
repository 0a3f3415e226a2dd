"""The public metadata of one photo, from the profile's templates, and its bytes: an XMP packet and an IPTC-IIM record.

The limits are in bytes of UTF-8 (IIM 4.2; ExifTool's IPTC.pm has the same figures). XMP has none, but both carry the
same text, so that readers agree. Field names and forms: IPTC Photo Metadata Standard 2025.1; XMP packet:
ISO 16684-1; the Photoshop image resources 0x0404 (IIM) and 0x0425 (MD5 digest of it, by which readers know that XMP and
IIM belong together).
"""

import hashlib
import re
import struct
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from xml.sax.saxutils import escape

from imgvet.photo import FileClaims, PublicMetadata, RightsClaim, RightsRole
from imgvet.settings import Settings

TITLE_BYTES = 64
HEADLINE_BYTES = 256
DESCRIPTION_BYTES = 2000
KEYWORD_BYTES = 64
CREATOR_BYTES = 32
CREDIT_BYTES = 32
COPYRIGHT_BYTES = 128

_CUT_OFF = "…"
_NO_CLAIMS = FileClaims()
_MAX_KEYWORDS = 75  # as many as Flickr takes as tags


def public_metadata(
    settings: Settings, number: int, claims: FileClaims = _NO_CLAIMS, *, licensed: bool = False
) -> PublicMetadata:
    """The public metadata of photo ``number``; never a person, a release number or a place.

    Args:
        settings: of the run.
        number: of the photo.
        claims: what its original says; a term of IPTC's Digital Source Type for AI is kept.
        licensed: whether it is another's and used under licence; then the rights that its original names are kept.
    """
    profile, event = settings.profile, settings.event
    organisation, licence = profile.organisation, profile.licence
    link = settings.fill("{link}")
    public = PublicMetadata(
        title=_filled(settings, profile.metadata.title, number, TITLE_BYTES),
        headline=_filled(settings, profile.metadata.headline, number, HEADLINE_BYTES),
        description=with_link(clean_text(settings.fill(profile.metadata.description, number)), link, DESCRIPTION_BYTES),
        keywords=_keywords([*(settings.fill(each, number) for each in profile.metadata.keywords), *event.tags]),
        creator=cut_to_bytes(one_line(organisation.creator or organisation.name), CREATOR_BYTES),
        credit_line=cut_to_bytes(one_line(organisation.credit_line or organisation.name), CREDIT_BYTES),
        copyright_notice=cut_to_bytes(one_line(settings.fill(licence.copyright_notice)), COPYRIGHT_BYTES),
        usage_terms=one_line(settings.fill(licence.usage_terms)),
        web_statement=licence.web_statement,
        event_name=one_line(event.text),
        alt_text=one_line(settings.fill(profile.metadata.alt_text, number)),
        digital_source_type=claims.source_type,
    )
    return _with_credit(public, claims.rights) if licensed else public


def _with_credit(public: PublicMetadata, claims: Sequence[RightsClaim]) -> PublicMetadata:
    """With the rights that the original of somebody else's picture names; IIM has as much of them as it may hold."""

    def said(role: RightsRole) -> str:
        return "; ".join(dict.fromkeys(one_line(each.text) for each in claims if each.role is role))

    creator, owner, credit = said(RightsRole.CREATOR), said(RightsRole.OWNER), said(RightsRole.CREDIT)
    whose = owner or credit or creator
    links = [each.text for each in claims if each.role is RightsRole.LINK]
    return replace(
        public,
        creator=creator,
        credit_line=credit or creator or owner,
        copyright_notice=said(RightsRole.NOTICE) or (f"© {whose}" if whose else ""),
        usage_terms=said(RightsRole.TERMS) or "Used under licence. All rights are reserved by their owner.",
        web_statement=next((link for link in links if re.fullmatch(r"https?://[^\s<>\"…]+", link)), ""),
    )


def _filled(settings: Settings, template: str, number: int, most: int) -> str:
    """The filled template on one line; a long event is shortened, so that the number of the photo stays."""
    if "{event}" in template and not settings.event.text:
        return ""
    text = one_line(settings.fill(template, number))
    excess = len(text.encode()) - most
    if excess <= 0:
        return text
    event = one_line(settings.event.text)
    short = cut_to_bytes(event, max(1, len(event.encode()) - excess - len(_CUT_OFF.encode()))) + _CUT_OFF
    shortened = replace(settings, event=replace(settings.event, text=short))
    return cut_to_bytes(one_line(shortened.fill(template, number)), most)


def cut_to_bytes(text: str, most: int) -> str:
    """The text in at most ``most`` bytes of UTF-8, cut between characters, accents kept with their letters."""
    if len(text.encode()) <= most:
        return text
    kept = text.encode()[:most].decode(errors="ignore")
    while kept and unicodedata.combining(text[len(kept)]):
        kept = kept[:-1]
    return kept.rstrip()


def with_link(text: str, link: str, most: int) -> str:
    """The text with the link back at its end; if it is too long, the text is cut, never the link."""
    if not link:
        return cut_to_bytes(text, most)
    body = text.removesuffix(link).rstrip()
    room = most - len(link.encode()) - 2
    if room <= 0:
        return cut_to_bytes(link, most)
    gap = " " if text.endswith(link) and "\n" not in text else "\n\n"
    return f"{cut_to_bytes(body, room)}{gap}{link}".strip()


def clean_text(text: str) -> str:
    """The text in composed characters, without control and direction characters; line feeds stay."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (c for c in composed if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return "".join(kept).strip()


def one_line(text: str) -> str:
    """The cleaned text on one line."""
    return " ".join(clean_text(text).split())


def _keywords(words: list[str]) -> tuple[str, ...]:
    """Each keyword once, in order, without the quotation marks that Flickr's tags cannot hold."""
    cleaned = (cut_to_bytes(one_line(word.replace('"', "")).lstrip("#"), KEYWORD_BYTES) for word in words)
    return tuple(dict.fromkeys(word for word in cleaned if word))[:_MAX_KEYWORDS]


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
        _simple("Iptc4xmpExt:DigitalSourceType", public.digital_source_type),
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
        (80, cut_to_bytes(public.creator, CREATOR_BYTES)),
        (110, cut_to_bytes(public.credit_line, CREDIT_BYTES)),
        (116, cut_to_bytes(public.copyright_notice, COPYRIGHT_BYTES)),
    ]
    written = b"".join(_dataset(2, number, text.encode()) for number, text in records if text)
    return _dataset(1, 90, _UTF8) + _dataset(2, 0, b"\x00\x04") + written if written else b""


def _dataset(record: int, number: int, value: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def _resource(number: int, data: bytes) -> bytes:
    padding = b"\x00" * (len(data) % 2)
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + padding
