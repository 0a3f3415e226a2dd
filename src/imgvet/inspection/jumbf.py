"""Content credentials: C2PA manifests in JUMBF boxes (ISO/IEC 19566-5), searched for people and earlier files.

Texts: CBOR (RFC 8949) and JSON, as the C2PA specification 2.1 has them. Signatures are not checked: what counts here is
what the credentials reveal.
"""

import re
from collections.abc import Iterator

from imgvet.formats.jpeg import picture_length
from imgvet.inspection.findings import EmbeddedPart, FileFinding, decoded, described, private_item

_MAX_TOLD = 20  # of each kind
_MAX_PICTURES = 8

# A field and its text: group, name, the field's names. In CBOR the length of a text stands in its first byte, or in a
# second one; in JSON the text stands between quotes.
_FIELDS = tuple(
    (
        group,
        name,
        re.compile(rb"(?:" + names + rb")(?:\"?\s*:\s*\"([^\"]{1,300})\"|([\x61-\x77])|\x78(.)|\x79..)", re.DOTALL),
    )
    for group, name, names in (
        ("credentials", "ClaimGenerator", rb"claim_generator"),
        ("history", "Title", rb"dc:title"),
        ("history", "InstanceID", rb"instanceID"),
        ("history", "SoftwareAgent", rb"softwareAgent"),
        ("time", "ActionDate", rb"\x64when|\"when"),
        ("owner", "Author", rb"\"author\"[^\]]{0,200}?\"name"),
    )
)
_SIGNS = (
    (b"GPSLatitude", "gps", "GPSLatitude", "a position in the content credentials"),
    (b"c2pa.thumbnail", "pictures", "ThumbnailImage", "an earlier version as a small picture"),
    (b"schema-org.CreativeWork", "owner", "CreativeWork", "names an author in the content credentials"),
    (b"c2pa.actions", "history", "Actions", "a list of edits in the content credentials"),
    (b"c2pa.ingredient", "history", "Ingredient", "a picture that this one was made from"),
)


def read_jumbf(data: bytes, where: str) -> Iterator[FileFinding]:
    """One item for the credentials, one for each kind of private data seen in them, and their pictures."""
    name = "C2PA" if b"c2pa" in data else "JUMBF"
    yield private_item("credentials", name, described(data), where)
    for group, field, pattern in _FIELDS:
        words = dict.fromkeys(
            _text(data, match) for _, match in zip(range(_MAX_TOLD), pattern.finditer(data), strict=False)
        )
        yield from (private_item(group, field, each, where) for each in words if each)
    for sign, group, field, value in _SIGNS:
        if sign in data:
            yield private_item(group, field, value, where)
    at = data.find(b"\xff\xd8\xff")
    for _ in range(_MAX_PICTURES):
        if at < 0:
            return
        picture = data[at : at + picture_length(data[at:])]
        yield EmbeddedPart("jpeg", picture, "picture in the content credentials", at)
        at = data.find(b"\xff\xd8\xff", at + len(picture))


def _text(data: bytes, match: re.Match[bytes]) -> str:
    """The text behind a field's name."""
    if match[1] is not None:
        return decoded(match[1])
    if match[2] is not None:
        size, start = match[2][0] - 0x60, match.end()
    elif match[3] is not None:
        size, start = match[3][0], match.end()
    else:
        size, start = int.from_bytes(data[match.end() - 2 : match.end()], "big"), match.end()
    return decoded(data[start : start + min(size, 300)])
