"""The public metadata of one photo, from the profile's templates, cut to the limits of IPTC-IIM.

The limits are in bytes of UTF-8 (IIM 4.2; ExifTool's IPTC.pm has the same figures). XMP has none, but both carry the
same words, so that no reader sees two stories.
"""

import unicodedata
from dataclasses import replace

from imgvet.photo import PublicMetadata
from imgvet.settings import Settings

TITLE_BYTES = 64
HEADLINE_BYTES = 256
DESCRIPTION_BYTES = 2000
KEYWORD_BYTES = 64
CREATOR_BYTES = 32
CREDIT_BYTES = 32
COPYRIGHT_BYTES = 128

_CUT_OFF = "…"
_MAX_KEYWORDS = 75  # as many as Flickr takes as tags


def public_metadata(settings: Settings, number: int) -> PublicMetadata:
    """What the published file of photo ``number`` says of itself; never a person, a release number or a place."""
    profile, event = settings.profile, settings.event
    organisation, licence = profile.organisation, profile.licence
    link = settings.fill("{link}")
    return PublicMetadata(
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
    """The text ending in the link back; where it is too long the text is cut, never the link."""
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
