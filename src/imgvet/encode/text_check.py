"""Whether XMP and IIM can hold the texts of a run: asked once, before any photo is opened, and of the proof itself.

What is asked of the photo, such as the credit of a licensed one, is not known then and stays a matter of that photo.
"""

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from imgvet.decisions import WORD_NAMES, Words
from imgvet.encode.public_metadata import (
    DESCRIPTION_BYTES,
    KEYWORD_BYTES,
    MAX_KEYWORDS,
    TEXT_BYTES,
    all_keywords,
    app13_segment,
    public_metadata,
    xmp_packet,
)
from imgvet.errors import ProfileError, UsageError
from imgvet.proof import iim, xmp
from imgvet.proof.ledger import Ledger
from imgvet.proof.unfit_text import unfit
from imgvet.settings import Settings
from imgvet.text import byte_length, clean_text, on_one_line, split_tags
from imgvet.text_limits import too_long, too_many_bytes

_NOT_IN_XML = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2; line ends are put right
_SHOWN = 60  # characters
_SHORTEN = "Shorten it, and run the same command again."
_NUMBERS = (1, 999_999)  # of photos: the shortest and the longest
_ROOM_FOR_TEXT = 200  # bytes of the description that a link must leave
_HEAD_OF_SEGMENT = 18  # bytes: marker, length, and the name of the resources
_SECTIONS = ("organisation", "licence", "metadata", "marks")  # of a profile, whose texts are published
_KEYS = {
    "dc:title": "metadata.title",
    "dc:description": "metadata.description",
    "dc:rights": "licence.copyright_notice",
    "dc:subject": "metadata.keywords and --tags",
    "dc:creator": "organisation.creator",
    "photoshop:Headline": "metadata.headline",
    "photoshop:Credit": "organisation.credit_line",
    "xmpRights:UsageTerms": "licence.usage_terms",
    "xmpRights:WebStatement": "licence.web_statement",
    "Iptc4xmpExt:Event": "--event",
    "Iptc4xmpCore:AltTextAccessibility": "metadata.alt_text",
}


def check_texts(settings: Settings) -> None:
    """Check that every photo's XMP and IIM can hold what the options and the profile say.

    Raises:
        UsageError: an option says what they cannot hold; it is named, with the reason.
        ProfileError: likewise for a key of the profile.
    """
    for name, text in _given(settings):
        check_written(name, text)
    _check_lengths(settings)
    link = settings.fill("{link}")
    for name, address in (
        ("--link" if settings.event.link else "organisation.website", link),
        ("licence.web_statement", settings.profile.licence.web_statement),
    ):
        fault = unfit(address) if address else ""
        if fault or byte_length(address) > DESCRIPTION_BYTES - _ROOM_FOR_TEXT:
            raise _refusal(name, fault or _too_long(DESCRIPTION_BYTES - _ROOM_FOR_TEXT), address)
    for number in _NUMBERS:
        _check_proven(settings, number)


def check_words(settings: Settings, number: int, words: Words) -> None:
    """Check that the files of a photo can hold what somebody wrote about it, and that its channels take that.

    Raises:
        UsageError: a text is too long, with its length and the most; or all together are more than a file can hold.
    """
    for name, fault in _too_long_words(settings, words):
        if fault:
            raise UsageError(f"The {name} is {fault}.", _SHORTEN)
    public = public_metadata(settings, number, words=words)
    number_of_keywords = len(all_keywords(settings, number, words))
    if words.keywords and number_of_keywords > MAX_KEYWORDS:
        raise UsageError(
            f"With those of the profile and the event there are {number_of_keywords} keywords; {MAX_KEYWORDS} are the "
            "most.",
            "Give fewer, and run the same command again.",
        )
    packet, ledger = xmp_packet(public), Ledger()
    if len(packet) > xmp.LONGEST:
        raise UsageError(
            f"The texts of photo {number} have {len(packet):,} bytes as XMP; {xmp.LONGEST:,} is the most in a file.",
            _SHORTEN,
        )
    xmp.read_packet(packet, 0, "jpeg", ledger)
    for problem in ledger.problems:  # what the proof would refuse in the file
        raise UsageError(problem.reason, "Write it without that, and run the same command again.")


def _too_long_words(settings: Settings, words: Words) -> Iterator[tuple[str, str]]:
    """What each text is called, and that it is too long; empty where it is not."""
    link = settings.fill("{link}")
    room = DESCRIPTION_BYTES - (byte_length(link) + 2 if link else 0)
    for field in ("title", "alt_text", "headline", "creator"):
        yield WORD_NAMES[field], too_many_bytes(str(words.fields.get(field, "")), TEXT_BYTES)
    fault = too_many_bytes(words.caption or "", room)
    yield "caption", f"{fault}, because the link back needs its place" if fault and link else fault
    for each in words.keywords or ():
        yield f"keyword '{on_one_line(each[:_SHOWN])}…'", too_many_bytes(each, KEYWORD_BYTES)
    for of in settings.channel_names:
        channel = settings.profile.channels[of]
        title = too_long(words.title or "", channel.title_length, channel.counts)
        alt_text = too_long(words.alt_text or "", channel.alt_text_length)
        for name, fault in (("title", title), ("alt text", alt_text)):
            yield name, f"{fault} for {of}" if fault else ""


def check_written(name: str, text: str) -> None:
    """Check that a text has no character that no file can hold; ``name`` is its option, or its key in the profile.

    Raises:
        UsageError: it has one; ``ProfileError`` for a key.
    """
    found = _NOT_IN_XML.search(text)
    if found:
        raise _refusal(name, f"It holds a character that no text can have, U+{ord(found.group()):04X}.", text)


def _given(settings: Settings) -> Iterator[tuple[str, str]]:
    """Each text with the option or key that it is from."""
    event = settings.event
    yield from (("--event", event.text), ("--link", event.link), *(("--tags", each) for each in event.tags))
    for section in _SECTIONS:
        yield from _texts(section, getattr(settings.profile, section).model_dump())


def _texts(key: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _texts(f"{key}.{name}", below)
    elif isinstance(value, list):
        for below in value:
            yield from _texts(key, below)


def _check_lengths(settings: Settings) -> None:
    """Refuse what would be cut in the middle of somebody's words, and not between texts."""
    event = settings.event
    if event.text and not clean_text(event.text):
        raise _refusal("--event", "It has no visible characters.", event.text)
    if byte_length(event.text) > TEXT_BYTES:
        raise _refusal("--event", _too_long(TEXT_BYTES), event.text)
    for typed in event.tags:
        for tag in split_tags(typed):
            if byte_length(tag) > KEYWORD_BYTES:
                raise _refusal("--tags", f"One of them is longer than {KEYWORD_BYTES} bytes.", tag)
    organisation, licence = settings.profile.organisation, settings.profile.licence
    for key, text in (
        ("organisation.name", organisation.name),
        ("organisation.creator", organisation.creator),
        ("organisation.credit_line", organisation.credit_line),
        ("organisation.website", organisation.website),
        ("licence.name", licence.name),
    ):
        if byte_length(text) > TEXT_BYTES:
            raise _refusal(key, _too_long(TEXT_BYTES), text)


def _too_long(most: int) -> str:
    return f"It is longer than {most} bytes."


def _check_proven(settings: Settings, number: int) -> None:
    """Write the public metadata of a photo of that number, and read it as the proof reads it in the written file."""
    public, ledger = public_metadata(settings, number), Ledger()
    packet, segment = xmp_packet(public), app13_segment(public)
    texts = xmp.read_packet(packet, 0, "jpeg", ledger)
    if len(packet) > xmp.LONGEST:
        raise _too_much(len(packet), settings, number)
    if segment:
        iim.compare(texts, iim.read_resources(segment[_HEAD_OF_SEGMENT:], 0, ledger), ledger)
    for problem in ledger.problems:
        name = next((key for field, key in _KEYS.items() if field in problem.name), "metadata.title")
        raise _refusal(name, problem.reason, "")


def _too_much(size: int, settings: Settings, number: int) -> UsageError:
    """The texts together are more than a segment of a JPEG holds; the longest are named."""
    public = public_metadata(settings, number)
    said = {
        "metadata.keywords and --tags": "".join(public.keywords),
        "metadata.title": public.title,
        "metadata.headline": public.headline,
        "metadata.description": public.description,
        "metadata.alt_text": public.alt_text,
        "licence.usage_terms": public.usage_terms,
        "licence.copyright_notice": public.copyright_notice,
        "--event": public.event_name,
    }
    sizes = sorted(((byte_length(escape(text)), name) for name, text in said.items()), reverse=True)
    longest = ", ".join(f"{name} ({number:,} bytes)" for number, name in sizes[:3])
    return ProfileError(
        f"The texts of a photo have {size:,} bytes as XMP, and {xmp.LONGEST:,} is the most that a file can hold. "
        f"The longest are {longest}.",
        "Shorten them, then run the same command again.",
    )


def _refusal(name: str, fault: str, text: str) -> UsageError:
    shown = on_one_line(text[:_SHOWN]) + ("…" if len(text) > _SHOWN else "")
    kind = UsageError if name.startswith("--") else ProfileError
    quoted = f" '{shown}'" if shown else ""
    return kind(
        f"{name}{quoted} cannot be published. {fault}", "Write it without that, and run the same command again."
    )
