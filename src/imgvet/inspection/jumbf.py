"""Content credentials: C2PA manifests in JUMBF boxes (ISO/IEC 19566-5), searched for people and earlier files.

Texts: CBOR (RFC 8949) and JSON, as the C2PA specification 2.1 and CAWG's identity assertion 1.1 have them; names in
certificates: X.520. Signatures are not checked: what counts here is what the credentials reveal.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from imgvet.formats.cbor import read_cbor
from imgvet.formats.jpeg import picture_length
from imgvet.inspection.field_names import group_of
from imgvet.inspection.findings import (
    EmbeddedPart,
    FileFinding,
    PrivateItem,
    UnreadRegion,
    decoded,
    described,
    private_item,
)

_MAX_LISTED = 20  # of each kind
_MAX_PICTURES = 8
_MAX_LEAVES, _DEEPEST = 2_000, 24

# Boxes that hold values; the group of a value, and its name, by the nearest key that identifies them. Other keys go by
# their own name, and some hold none.
_BOX = re.compile(rb"(....)(cbor|json)", re.DOTALL)
_KEYS = {
    "title": ("history", "Title"), "instanceid": ("history", "InstanceID"), "documentid": ("history", "DocumentID"),
    "softwareagent": ("history", "SoftwareAgent"), "digitalsourcetype": ("history", "DigitalSourceType"),
    "claim_generator": ("credentials", "ClaimGenerator"), "claim_generator_info": ("credentials", "ClaimGenerator"),
    "when": ("time", "ActionDate"), "verifiedat": ("time", "VerifiedAt"), "author": ("owner", "Author"),
    "creator": ("owner", "Creator"), "verifiedidentities": ("owner", "Creator"),
    "provider": ("owner", "IdentityProvider"), "credentialsubject": ("owner", "CredentialSubject"),
    "copyrightholder": ("owner", "RightsHolder"), "credittext": ("owner", "CreditLine"), "rights": ("owner", "Rights"),
    "publisher": ("owner", "Publisher"), "contributor": ("owner", "Contributor"), "about": ("people", "PersonShown"),
    "depicts": ("people", "PersonShown"), "mentions": ("people", "PersonShown"), "actions": ("history", "Actions"),
}  # fmt: skip
_ITSELF = frozenset(("name", "value", "@value", "x-default"))  # keys of the value that the key above them names
_SILENT = frozenset({
    "@type", "@context", "@vocab", "type", "alg", "hash", "pad", "pad1", "pad2", "action", "format", "label",
    "relationship", "version", "sig_type", "roles", "role", "exclusions", "issuer",
})  # fmt: skip
_COSE = (0xD2, 0x84)  # a signature with what it signs: tagged, or a list of four
_NAME_OF_SUBJECT = re.compile(rb"\x06\x03\x55\x04[\x03\x04\x0a\x2a][\x0c\x13\x14](.)", re.DOTALL)  # X.520 names

# A field and its text: group, name, the field's names. In CBOR the length of a text is in its first byte, or in a
# second one; in JSON the text is between quotes.
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
        ("history", "DigitalSourceType", rb"digitalSourceType"),
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
    told = dict.fromkeys(_values(data, where))
    for group, field, pattern in _FIELDS:  # also in what is damaged, or in no box
        words = (_text(data, match) for match in islice(pattern.finditer(data), _MAX_LISTED))
        told |= dict.fromkeys(private_item(group, field, each, where) for each in words if each)
    yield from told
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


def _values(data: bytes, where: str) -> Iterator[PrivateItem | UnreadRegion]:
    """The texts in CBOR and JSON whose keys identify them, and the names in certificates."""
    leaves, budget = 0, 2 * len(data)  # bytes; boxes of hostile files overlap
    for match in _BOX.finditer(data):
        size = int.from_bytes(match[1], "big")
        if not 8 < size <= len(data) - match.start():
            continue  # words that are not a box
        budget -= size
        content = _parsed(data[match.end() : match.start() + size], match[2] == b"json") if budget > 0 else None
        if content is None:
            yield UnreadRegion(f"A part of the content credentials ({where}) could not be read.")
        for path, value in _leaves(content, (), 0):
            leaves += 1
            if leaves > _MAX_LEAVES:
                yield UnreadRegion(f"The content credentials ({where}) hold more values than were read.")
                return
            if isinstance(value, bytes):
                for subject in islice(_NAME_OF_SUBJECT.finditer(value), _MAX_LISTED):
                    signer = decoded(value[subject.end() : subject.end() + subject[1][0]])
                    yield private_item("credentials", "Signer", signer, where)
            elif path and value.strip() and not value.startswith("self#"):  # which is a place in the manifest
                group, name = next(filter(None, map(_said_by, reversed(path))), ("", ""))
                leaf = path[-1].rpartition(":")[2]
                own = leaf.lower() in _ITSELF or _said_by(leaf) == (group, name)
                if group and leaf.lower() not in _SILENT:
                    yield private_item(group, name if own else f"{name}/{leaf}", value, where)


def _said_by(key: str) -> tuple[str, str] | None:
    """The group and the name of values under that key; None if it identifies nothing."""
    local = key.rpartition(":")[2]
    group = group_of(local, "")
    return _KEYS.get(local.lower()) or ((group, local) if group not in ("", "other") else None)


def _parsed(content: bytes, is_json: bool) -> Any:
    try:
        return json.loads(content) if is_json else read_cbor(content)
    except (ValueError, RecursionError):
        return None  # no box, or a damaged one: its words are searched for all the same


def _leaves(value: Any, path: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], str | bytes]]:
    """Each text with the keys that lead to it; bytes that are signed values are opened."""
    if depth > _DEEPEST:
        return
    if isinstance(value, bytes):
        signed = value[:1] == b"{" or (value and value[0] in _COSE)
        inner = _parsed(value, value[:1] == b"{") if signed else None
        yield from _leaves(inner, path, depth + 1) if inner is not None else [(path, value)]
    elif isinstance(value, str):
        yield path, value
    elif isinstance(value, bool | int | float):
        yield path, f"{value}"
    else:
        pairs = value.items() if isinstance(value, dict) else ((None, each) for each in value or ())
        for key, each in pairs:
            yield from _leaves(each, path if key is None else (*path, f"{key}"), depth + 1)


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
