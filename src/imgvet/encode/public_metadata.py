"""The public metadata of one photo, from the profile's templates, and its bytes: an XMP packet and an IPTC-IIM record.

XMP has the texts whole. IIM has limits in bytes of UTF-8 (IIM 4.2; ExifTool's IPTC.pm has the same figures), and what
is longer is shortened there; readers that know both prefer XMP while the digest is right (Metadata Working Group,
Guidelines 2.0). Field names and forms: IPTC Photo Metadata Standard 2025.1; XMP packet: ISO 16684-1; the Photoshop
image resources 0x0404 (IIM) and 0x0425 (MD5 digest of it, by which readers know that XMP and IIM belong together).
"""

import hashlib
import re
import struct
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from xml.sax.saxutils import escape

from imgvet.decisions import NO_WORDS, Words
from imgvet.photo import FileClaims, PublicMetadata, RightsClaim, RightsRole
from imgvet.settings import Settings
from imgvet.text import byte_length, clean_text, cut_text, one_line, split_tags
from imgvet.text_limits import COUNTINGS

DESCRIPTION_BYTES = 2000
TEXT_BYTES = 2000  # of every other text in XMP, so that the packet has room in one segment of a JPEG
KEYWORD_BYTES = 255
IIM_BYTES = {"title": 64, "headline": 256, "keyword": 64, "creator": 32, "credit_line": 32, "copyright_notice": 128}

_CUT_OFF = "…"
_NO_CLAIMS = FileClaims()
MAX_KEYWORDS = 75  # as many as Flickr takes as tags


def public_metadata(
    settings: Settings,
    number: int,
    claims: FileClaims = _NO_CLAIMS,
    *,
    licensed: bool = False,
    words: Words = NO_WORDS,
) -> PublicMetadata:
    """The public metadata of photo ``number``; a person or a place only where somebody wrote it there.

    Args:
        settings: of the run.
        number: of the photo.
        claims: what its original says; a term of IPTC's Digital Source Type for AI is kept.
        licensed: whether it is another's and used under licence; then the rights that its original names are kept.
        words: what people wrote about this photo. They are in place of the templates and the organisation's byline,
            keywords behind those of the profile and the event. A licensed photo has the byline of its original.
    """
    profile, event = settings.profile, settings.event
    organisation, licence = profile.organisation, profile.licence
    link, title = settings.fill("{link}"), words.title
    if title is None:
        title = _filled(settings, profile.metadata.title, number)
    caption = settings.fill(profile.metadata.description, number) if words.caption is None else words.caption
    alt_text = settings.fill(profile.metadata.alt_text, number) if words.alt_text is None else words.alt_text
    headline = words.headline or _filled(settings, profile.metadata.headline, number)
    public = PublicMetadata(
        title=_shortened(
            title, one_line(event.text), settings.channel.title_length, COUNTINGS[settings.channel.counts]
        ),
        headline=_capped(headline),
        description=with_link(clean_text(caption), link, DESCRIPTION_BYTES),
        keywords=all_keywords(settings, number, words)[:MAX_KEYWORDS],
        creator=_capped(words.creator or organisation.creator or organisation.name),
        credit_line=_capped(organisation.credit_line or organisation.name),
        copyright_notice=_capped(settings.fill_rights(licence.copyright_notice)),
        usage_terms=_capped(settings.fill_rights(licence.usage_terms)),
        web_statement=licence.web_statement,
        event_name=_capped(event.text),
        alt_text=_capped(alt_text),
        digital_source_type=claims.source_type,
    )
    return _with_credit(public, claims.rights) if licensed else public


def _with_credit(public: PublicMetadata, claims: Sequence[RightsClaim]) -> PublicMetadata:
    """With the rights that the original of somebody else's picture names."""

    def said(role: RightsRole) -> str:
        return _capped("; ".join(dict.fromkeys(one_line(each.text) for each in claims if each.role is role)))

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


def _filled(settings: Settings, template: str, number: int) -> str:
    """The filled template on one line; empty where it asks for an event and there is none."""
    return "" if "{event}" in template and not settings.event.text else one_line(settings.fill(template, number))


def _capped(text: str) -> str:
    return cut_text(one_line(text), TEXT_BYTES, byte_length)


def _shortened(text: str, event: str, most: int, size: Callable[[str], int]) -> str:
    """The text within its limit; the event in it is shortened, so that what follows, such as the number, stays."""
    if size(text) <= most:
        return text
    before, between, behind = text.rpartition(event if event and event in text else _CUT_OFF)
    room = most - size(_CUT_OFF + behind)
    if room <= 0:
        return cut_text(text, most, size)
    return one_line(cut_text(before + between, room, size) + _CUT_OFF + behind)


def with_link(text: str, link: str, most: int) -> str:
    """The text with the link back at its end; if it is too long, the text is cut, never the link."""
    if not link:
        return cut_text(text, most, byte_length)
    body = text.removesuffix(link).rstrip()
    room = most - len(link.encode()) - 2
    if room <= 0:
        return cut_text(link, most, byte_length)
    gap = " " if text.endswith(link) and "\n" not in text else "\n\n"
    return f"{cut_text(body, room, byte_length)}{gap}{link}".strip()


def all_keywords(settings: Settings, number: int, words: Words = NO_WORDS) -> tuple[str, ...]:
    """Those of the profile, the event and the photo, each once, however many; a file has the first ``MAX_KEYWORDS``."""
    event_tags = chain.from_iterable(map(split_tags, settings.event.tags))
    return _keywords([*_filled_keywords(settings, number), *event_tags, *(words.keywords or ())])


def _filled_keywords(settings: Settings, number: int) -> Iterator[str]:
    """The profile's keywords; one that comes from a placeholder is never taken apart, whatever the name holds."""
    for template in chain.from_iterable(map(split_tags, settings.profile.metadata.keywords)):
        yield settings.fill(template, number)


def _keywords(words: Iterable[str]) -> tuple[str, ...]:
    """Each keyword once, in order; capitals make no difference. None has a ", which Flickr's tags cannot hold."""
    found = dict[str, str]()
    for word in words:
        tag = one_line(word).strip('" ').lstrip("#＃ ").replace('"', "”")
        if tag := cut_text(tag, KEYWORD_BYTES, byte_length):
            found.setdefault(unicodedata.normalize("NFC", tag).casefold(), tag)
    return tuple(found.values())


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
        (5, _shortened(public.title, public.event_name, IIM_BYTES["title"], byte_length)),
        (105, _shortened(public.headline, public.event_name, IIM_BYTES["headline"], byte_length)),
        (120, public.description),
        *((25, cut_text(keyword, IIM_BYTES["keyword"], byte_length)) for keyword in public.keywords),
        (80, cut_text(public.creator, IIM_BYTES["creator"], byte_length)),
        (110, cut_text(public.credit_line, IIM_BYTES["credit_line"], byte_length)),
        (116, cut_text(public.copyright_notice, IIM_BYTES["copyright_notice"], byte_length)),
    ]
    written = b"".join(_dataset(2, number, text.encode()) for number, text in records if text)
    return _dataset(1, 90, _UTF8) + _dataset(2, 0, b"\x00\x04") + written if written else b""


def _dataset(record: int, number: int, value: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def _resource(number: int, data: bytes) -> bytes:
    padding = b"\x00" * (len(data) % 2)
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + padding
