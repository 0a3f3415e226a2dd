"""Content credentials: who made a picture, who is in it, and what it was made from, in CBOR, JSON and certificates."""

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.inspection.inspection import Inspection
from imgvet.inspection.rights import file_claims
from inspection.test_inspect import MARKER, chunk, found, jpeg_with, png_with, segment
from support.chance import examples
from support.checked_files import inspect_bytes


def cbor(value: Any) -> bytes:
    """A value in CBOR (RFC 8949), each length in its shortest form."""
    if isinstance(value, Signed):
        return b"\xd2" + cbor([b"\xa1\x01\x26", {"x5chain": [value.certificate]}, value.payload, bytes(64)])
    if value is None or isinstance(value, int):
        return b"\xf6" if value is None else _head(0, value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(cbor(key) + cbor(each) for key, each in value.items())
    return _head(4, len(value)) + b"".join(map(cbor, value))


def _head(kind: int, number: int) -> bytes:
    for code, size in ((24, 1), (25, 2), (26, 4)):
        if number < (24 if code == 24 else 0):
            break
        if number < 1 << 8 * size:
            return bytes([kind << 5 | code]) + number.to_bytes(size, "big")
    return bytes([kind << 5 | number])


class Signed:
    """A COSE signature with what it signs and a certificate."""

    def __init__(self, payload: bytes, certificate: bytes = b"") -> None:
        self.payload, self.certificate = payload, certificate


def certificate(name: str) -> bytes:
    """The part of a certificate that names its subject: a common name (X.520)."""
    words = name.encode()
    return b"\x30\x82\x01\x00\x31\x20\x30\x1e\x06\x03\x55\x04\x03\x0c" + bytes([len(words)]) + words


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def manifest(label: str, value: Any, form: bytes = b"cbor") -> bytes:
    """A manifest store with one assertion."""
    content = box(form, json.dumps(value).encode() if form == b"json" else cbor(value))
    assertion = box(b"jumb", box(b"jumd", bytes(16) + b"\3" + label.encode() + b"\0") + content)
    return box(b"jumb", box(b"jumd", b"c2pa" + bytes(12) + b"\3c2pa\0") + assertion)


def report(store: bytes, carrier: str = "jpeg") -> Inspection:
    if carrier == "png":
        return inspect_bytes(png_with(chunk(b"caBX", store)), "png")
    return inspect_bytes(jpeg_with(segment(0xEB, b"JP" + struct.pack(">HI", 1, 1) + store)), "jpeg")


PERSON = {"@type": "Person", "name": MARKER}
WORK = {"@context": "https://schema.org", "@type": "CreativeWork"}


@pytest.mark.parametrize("carrier", ["jpeg", "png"])
@pytest.mark.parametrize("form", [b"cbor", b"json"])
@pytest.mark.parametrize(
    ("label", "value", "group"),
    [
        ("stds.schema-org.CreativeWork", {**WORK, "author": [PERSON]}, "owner"),
        ("stds.schema-org.CreativeWork", {**WORK, "author": {"name": MARKER, "@type": "Person"}}, "owner"),
        ("stds.schema-org.CreativeWork", {**WORK, "copyrightHolder": PERSON}, "owner"),
        ("stds.schema-org.CreativeWork", {**WORK, "about": [PERSON]}, "people"),
        ("stds.iptc", {"Iptc4xmpExt:PersonInImage": [MARKER]}, "people"),
        ("cawg.metadata", {"dc:creator": [MARKER], "@context": {"dc": "http://purl.org/dc/elements/1.1/"}}, "owner"),
        ("cawg.metadata", {"dc:rights": MARKER}, "owner"),
        ("cawg.metadata", {"photoshop:City": MARKER}, "gps"),
        ("stds.exif", {"EXIF:GPSLatitude": MARKER}, "gps"),
        ("c2pa.ingredient.v3", {"dc:title": MARKER, "dc:format": "image/jpeg"}, "history"),
        ("c2pa.actions.v2", {"actions": [{"action": "c2pa.edited", "softwareAgent": {"name": MARKER}}]}, "history"),
        ("c2pa.actions.v2", {"actions": [{"action": "c2pa.edited", "parameters": {"description": MARKER}}]}, "text"),
        ("c2pa.claim.v2", {"claim_generator_info": [{"name": MARKER, "version": "1"}]}, "credentials"),
        ("cawg.identity", {"verifiedIdentities": [{"type": "cawg.social_media", "username": MARKER}]}, "owner"),
    ],
)  # fmt: skip
def test_names_in_credentials_have_their_group(carrier: str, form: bytes, label: str, value: Any, group: str) -> None:
    """Whatever the order of keys and however deep; the types of values are no names."""
    inspection = report(manifest(label, value, form), carrier)
    assert any(item.group == group and item.value == MARKER for item in inspection.items)
    assert not any(item.value in ("Person", "CreativeWork", "cawg.social_media") for item in inspection.items)
    assert inspection.unread == ()


@pytest.mark.parametrize("form", [b"cbor", b"json"])
def test_whose_picture_it_is_counts_as_a_claim(form: bytes) -> None:
    """Authors, holders of the copyright and verified identities are asked about as those of other metadata are."""
    for value in (
        {**WORK, "author": [{**PERSON, "identifier": "https://example.org/somebody", "url": "self#jumbf=x"}]},
        {**WORK, "copyrightHolder": PERSON},
        {"dc:creator": [MARKER]},
        {"verifiedIdentities": [{"name": MARKER, "provider": {"id": "https://example.org", "name": "A bureau"}}]},
    ):
        claims = file_claims(report(manifest("an assertion", value, form)).items)
        assert [claim.text for claim in claims.rights] == [MARKER]


@pytest.mark.parametrize("form", [b"cbor", b"json"])
def test_what_made_it_counts(form: bytes) -> None:
    """The source type of an action, and programs that make pictures, wherever they are named."""
    kind = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    made = manifest("c2pa.actions", {"actions": [{"action": "c2pa.created", "digitalSourceType": kind}]}, form)
    assert file_claims(report(made).items).source_type == kind
    assert file_claims(
        report(manifest("c2pa.claim", {"claim_generator_info": [{"name": "Firefly"}]}, form)).items
    ).made_by_ai


def test_a_signed_identity_is_opened() -> None:
    """CAWG's identity assertion keeps who it is in a signature's payload, and that in JSON."""
    said = {"credentialSubject": {"verifiedIdentities": [{"name": MARKER, "provider": {"name": "A bureau"}}]}}
    value = {"signer_payload": {"sig_type": "cawg.x"}, "signature": cbor(Signed(json.dumps(said).encode()))}
    items = report(manifest("cawg.identity", value)).items
    assert {item.value for item in items if item.group == "owner"} >= {MARKER, "A bureau"}


def test_whom_a_certificate_names_is_told() -> None:
    """The subject of the certificate that the claim was signed with may be a person."""
    store = manifest("c2pa.signature", Signed(b"", certificate(MARKER)))
    assert found(report(store), "credentials", "Signer").value == MARKER


def test_endless_arrays_and_texts_are_read() -> None:
    """CBOR may leave the length open."""
    value = b"\xbf\x66author\x9f\xbf\x64name\x7f\x67Planted\x65 Word\xff\xff\xff\xff"
    assert found(report(box(b"jumb", box(b"cbor", value) + b"c2pa")), "owner", "Author").value == MARKER


@pytest.mark.parametrize("cut", [1, 5, 11])
def test_damaged_values_are_said_to_be_unread(cut: int) -> None:
    """What could not be read is told, and what the words alone tell still is."""
    body = cbor({"title": "x", "dc:title": MARKER, "alg": "sha256"})[:-cut]
    inspection = report(box(b"jumb", b"c2pa" + box(b"cbor", body)))
    assert inspection.unread
    assert any(MARKER in item.value for item in inspection.items)


@examples(200)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1 << 12), st.integers(0, 255)), min_size=1, max_size=12),
    form=st.sampled_from([b"cbor", b"json"]),
)
def test_any_bytes_give_an_inspection(changes: list[tuple[int, int]], form: bytes) -> None:
    """Nothing in the credentials raises, and the credentials themselves are always told."""
    data = bytearray(
        manifest("stds.schema-org.CreativeWork", {**WORK, "author": [PERSON], "depth": [[[[1, None]]]]}, form)
    )
    for place, value in changes:
        data[place % len(data)] = value
    assert "credentials" in report(bytes(data)).groups


def test_overlapping_boxes_cost_no_more_than_the_file() -> None:
    """A hostile file cannot have the same bytes read without end."""
    store = b"c2pa" + b"".join(struct.pack(">I", 16_000 - 8 * number) + b"json" for number in range(2_000))
    assert any("could not be read" in line for line in report(store).unread)
