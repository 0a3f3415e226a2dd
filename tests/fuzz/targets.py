"""What must hold for any bytes at all, as plain functions; the fuzzer calls them, and a test tries every seed."""

import json
from collections.abc import Callable
from typing import TypeVar

from imgvet.decode.limits import CheckedFile, check_limits
from imgvet.decode.open import Upright, open_upright
from imgvet.errors import PhotoError
from imgvet.formats.sniff import FORMATS, detect_format
from imgvet.inspection.findings import GROUPS
from imgvet.inspection.inspect import inspect
from imgvet.profile import Limits
from imgvet.proof.prove import prove
from imgvet.strip.clean import clean_copy
from support.walks import check_walks

_Opened = TypeVar("_Opened")

LIMITS = Limits(file_mib=1, megapixels=2, partial_pictures=False)


def read(data: bytes) -> None:
    """Every reader ends, whatever kind the bytes claim to be, and what it says can be shown on a terminal."""
    try:
        kind = detect_format(data)
    except PhotoError:
        kind = FORMATS[len(data) % len(FORMATS)]
    inspection = inspect(CheckedFile(data, kind, LIMITS))
    json.dumps(inspection.as_json())
    assert set(inspection.groups) <= set(GROUPS)
    for item in inspection.items:
        assert item.value.isprintable(), item
        assert item.name.isprintable(), item
    for sentence in (*inspection.sentences(), *inspection.unread, *inspection.alarms):
        assert sentence.isprintable(), sentence


def prove_published(data: bytes) -> None:
    """The proof ends, and a proven file is not proven with one byte more."""
    _prove(data, stripped=False)


def prove_stripped(data: bytes) -> None:
    """The same for files of ``imgvet strip``."""
    _prove(data, stripped=True)


def _prove(data: bytes, *, stripped: bool) -> None:
    proof = prove(data, stripped=stripped)
    json.dumps(proof.as_json())
    if proof.proven:
        assert not prove(data + b"\0", stripped=stripped).proven
        assert not prove(data[:-1], stripped=stripped).proven


def take_in(data: bytes) -> None:
    """Intake gives upright pixels within its limits, or says why not; no other error, and nothing past the bounds."""
    upright = _unless_refused(data, open_upright)
    if upright is not None:
        _check_pixels(upright)


def _unless_refused(data: bytes, opened: Callable[[CheckedFile], _Opened]) -> _Opened | None:
    """What comes of the file; None where it is refused with a reason and a way out."""
    try:
        kind = detect_format(data)
        return opened(check_limits(data, kind, LIMITS))
    except PhotoError as problem:
        said = problem
    assert said.reason
    assert said.hint
    return None


def _check_pixels(upright: Upright) -> None:
    height, width, channels = upright.pixels.shape
    assert channels == 3
    assert 0 < width * height <= LIMITS.megapixels * 1_000_000
    assert upright.alpha is None or upright.alpha.shape == (height, width)


def strip(data: bytes) -> None:
    """What strip makes of a file is proven, or strip says why it makes nothing of it."""
    clean = _unless_refused(data, clean_copy)
    if clean is not None:
        assert prove(clean.data, stripped=True, thorough=True).problems == ()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "formats": check_walks,
    "inspect": read,
    "prove": prove_published,
    "prove-stripped": prove_stripped,
    "intake": take_in,
    "strip": strip,
}
