"""Content credentials: C2PA manifests in JUMBF boxes (ISO/IEC 19566-5), searched for the words that matter."""

import re
from collections.abc import Iterator

from imgvet.metadata.reading.found import Found, decoded, described, item

# A CBOR text string (RFC 8949, major type 3) with a one-byte head or a length byte, or a JSON string.
_GENERATOR = re.compile(rb"claim_generator(?:[\x60-\x77]|\x78.)([ -~]{3,200})|claim_generator\"\s*:\s*\"([^\"]{3,200})")
_SIGNS = (
    (b"GPSLatitude", "gps", "GPSLatitude", "a position in the content credentials"),
    (b"c2pa.thumbnail", "pictures", "ThumbnailImage", "an earlier version as a small picture"),
    (b"schema-org.CreativeWork", "owner", "CreativeWork", "names an author in the content credentials"),
    (b"c2pa.actions", "history", "Actions", "a list of edits in the content credentials"),
    (b"c2pa.ingredient", "history", "Ingredient", "a picture that this one was made from"),
)


def read_jumbf(data: bytes, where: str) -> Iterator[Found]:
    """One item for the credentials, and one for each kind of private data that they are seen to hold."""
    name = "C2PA" if b"c2pa" in data else "JUMBF"
    yield item("credentials", name, described(data), where)
    made_by = _GENERATOR.search(data)
    if made_by:
        yield item("credentials", "ClaimGenerator", decoded(made_by[1] or made_by[2]), where)
    for sign, group, name, value in _SIGNS:
        if sign in data:
            yield item(group, name, value, where)
