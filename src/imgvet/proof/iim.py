"""Read the Photoshop resources of a JPEG's APP13 segment and the IPTC-IIM fields in them; allow only listed ones.

Layouts: Adobe Photoshop File Formats Specification, "Image Resource Blocks"; IPTC-NAA Information Interchange Model,
version 4.2.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from imgvet.proof.ledger import Ledger
from imgvet.proof.unfit_text import unfit

HEADER = b"Photoshop 3.0\x00"

_FIELDS, _COPYRIGHT_FLAG, _DIGEST = 0x0404, 0x040A, 0x0425
_UTF_8 = b"\x1b%G"  # ISO 2022 escape in 1:90


@dataclass(frozen=True, slots=True)
class _Dataset:
    """What one dataset of record 2 may hold."""

    counterpart: str  # the equivalent XMP property
    longest: int  # bytes
    repeatable: bool = False

    def agrees(self, wholes: tuple[str, ...], shorts: tuple[str, ...]) -> bool:
        """Whether the texts of IIM are those of XMP in their order; one too long is shortened or left out."""
        left = list(reversed(shorts))
        for whole in wholes:
            if left and self.shortens(whole, left[-1]):
                left.pop()
            elif len(whole.encode("utf-8")) <= self.longest:
                return False
        return not left

    def shortens(self, whole: str, short: str) -> bool:
        """Whether ``short`` is the whole text, or, where that is too long, its beginning, or beginning … end."""
        if len(whole.encode("utf-8")) <= self.longest or whole == short:
            return whole == short
        whole, short = _DIRECTIONS.sub("", whole), _DIRECTIONS.sub("", short)
        cuts = (short[: mark.start()] for mark in re.finditer("…", short))
        return whole.startswith(short) or any(
            whole.startswith(start) and whole.endswith(short[len(start) + 1 :]) for start in cuts
        )


_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # a cut may part them, and then both go

_DATASETS = {
    5: _Dataset("dc:title", 64),
    25: _Dataset("dc:subject", 64, repeatable=True),
    80: _Dataset("dc:creator", 32, repeatable=True),
    105: _Dataset("photoshop:Headline", 256),
    110: _Dataset("photoshop:Credit", 32),
    116: _Dataset("dc:rights", 128),
    120: _Dataset("dc:description", 2000),
}


def read_resources(untrusted: bytes, offset: int, ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """The texts of the IIM fields, by the equivalent XMP property; ``offset`` is where the resources start."""
    found: dict[int, tuple[int, bytes]] = {}
    for kind, start, content in _resources(untrusted, offset, ledger):
        if kind not in (_FIELDS, _COPYRIGHT_FLAG, _DIGEST):
            ledger.wrong(start, _resource_name(kind), "It is not on the allow-list of Photoshop resources.")
        elif kind in found:
            ledger.wrong(start, _resource_name(kind), "It is there twice.")
        else:
            found[kind] = (start, content)
    for needed in (_FIELDS, _DIGEST):
        if needed not in found:
            ledger.wrong(offset, _resource_name(needed), "It is missing.")
    _check_flag(found, ledger)
    _check_digest(found, ledger)
    start, content = found.get(_FIELDS, (offset, b""))
    return _read_fields(content, start, ledger) if _FIELDS in found else {}


def compare(xmp: dict[str, tuple[str, ...]], iim: dict[str, tuple[str, ...]], ledger: Ledger) -> None:
    """Record a problem for every field whose text differs between XMP and IIM, except what IIM has no room for."""
    for number, dataset in _DATASETS.items():
        there, here = xmp.get(dataset.counterpart, ()), iim.get(dataset.counterpart, ())
        if dataset.agrees(there, here):
            continue
        if here:
            reason = "It is not the same as in XMP." if there else f"XMP has no {dataset.counterpart} beside it."
            ledger.wrong(ledger.offset_of(f"IIM 2:{number:02d}"), f"IIM 2:{number:02d}", reason)
        else:
            reason = f"IIM has no 2:{number:02d} beside it."
            ledger.wrong(ledger.offset_of(f"XMP {dataset.counterpart}"), f"XMP {dataset.counterpart}", reason)


def _resource_name(kind: int) -> str:
    return f"8BIM 0x{kind:04X}"


def _resources(untrusted: bytes, offset: int, ledger: Ledger) -> Iterator[tuple[int, int, bytes]]:
    """Every resource as its kind, where its content starts in the file, and its content."""
    here = 0
    while here < len(untrusted):
        head = untrusted[here : here + 12]
        if len(head) < 12 or head[:4] != b"8BIM":
            ledger.stop(offset + here, "APP13", "Bytes in it belong to no Photoshop resource.")
        kind, length = int.from_bytes(head[4:6], "big"), int.from_bytes(head[8:], "big")
        if head[6:8] != b"\x00\x00":
            ledger.stop(offset + here, _resource_name(kind), "It has a name.")
        end = here + 12 + length
        if end + length % 2 > len(untrusted):
            ledger.stop(offset + here, _resource_name(kind), "It is longer than the segment that holds it.")
        if length % 2 and untrusted[end]:
            ledger.wrong(offset + end, _resource_name(kind), "Its padding is not zero.")
        ledger.note(_resource_name(kind), offset + here, end + length % 2 - here)
        yield kind, offset + here + 12, untrusted[here + 12 : end]
        here = end + length % 2


def _check_flag(found: dict[int, tuple[int, bytes]], ledger: Ledger) -> None:
    start, content = found.get(_COPYRIGHT_FLAG, (0, b"\x00"))
    if content not in (b"\x00", b"\x01"):
        ledger.wrong(start, _resource_name(_COPYRIGHT_FLAG), "It is not one byte of 0 or 1.")


def _check_digest(found: dict[int, tuple[int, bytes]], ledger: Ledger) -> None:
    if _FIELDS not in found or _DIGEST not in found:
        return
    start, content = found[_DIGEST]
    if content != hashlib.md5(found[_FIELDS][1], usedforsecurity=False).digest():
        ledger.wrong(start, _resource_name(_DIGEST), "It is not the MD5 digest of the IIM fields.")


def _read_fields(untrusted: bytes, offset: int, ledger: Ledger) -> dict[str, tuple[str, ...]]:
    texts: dict[str, tuple[str, ...]] = {}
    for position, (name, start, content) in enumerate(_datasets(untrusted, offset, ledger)):
        if position == 0:
            _must_be(("IIM 1:90", _UTF_8), (name, content), start, ledger)
        elif position == 1:
            _must_be(("IIM 2:00", b"\x00\x04"), (name, content), start, ledger)
        else:
            _read_field(name, start, content, texts, ledger)
    if len(untrusted) < 15:  # 1:90 and 2:00, five bytes of head each
        ledger.wrong(offset, "IIM", "It does not start with 1:90 and 2:00.")
    return texts


def _datasets(untrusted: bytes, offset: int, ledger: Ledger) -> Iterator[tuple[str, int, bytes]]:
    """Every dataset as its name, where it starts in the file, and its content."""
    here = 0
    while here < len(untrusted):
        head = untrusted[here : here + 5]
        if len(head) < 5 or head[0] != 0x1C:
            ledger.stop(offset + here, "8BIM 0x0404", "Bytes in it belong to no IIM dataset.")
        name, length = f"IIM {head[1]}:{head[2]:02d}", int.from_bytes(head[3:], "big")
        end = here + 5 + length
        if length > 0x7FFF:
            ledger.stop(offset + here, name, "It is an extended dataset.")
        if end > len(untrusted):
            ledger.stop(offset + here, name, "It is longer than the resource that holds it.")
        ledger.note(name, offset + here, end - here)
        yield name, offset + here, untrusted[here + 5 : end]
        here = end


def _must_be(wanted: tuple[str, bytes], found: tuple[str, bytes], offset: int, ledger: Ledger) -> None:
    if found != wanted:
        ledger.wrong(offset, found[0], f"{wanted[0]} must be here and contain {wanted[1].hex(' ')}.")


def _read_field(name: str, start: int, content: bytes, texts: dict[str, tuple[str, ...]], ledger: Ledger) -> None:
    record, _, number = name.removeprefix("IIM ").partition(":")
    dataset = _DATASETS.get(int(number)) if record == "2" else None
    if dataset is None:
        ledger.wrong(start, name, "It is not on the allow-list of IIM datasets.")
        return
    before = texts.get(dataset.counterpart, ())
    if before and not dataset.repeatable:
        ledger.wrong(start, name, "It is there twice.")
    if len(content) > dataset.longest:
        ledger.wrong(start, name, f"It is longer than {dataset.longest} bytes.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        ledger.wrong(start, name, "It is not UTF-8.")
        return
    if fault := unfit(text, newlines=dataset.counterpart == "dc:description"):
        ledger.wrong(start, name, fault)
    texts[dataset.counterpart] = (*before, text)
