"""Bytes made by a test, inspected or opened as a file from disk would be."""

from imgvet.decode.limits import CheckedFile, check_limits
from imgvet.decode.open import Upright, open_upright
from imgvet.inspection.inspect import inspect
from imgvet.inspection.inspection import Inspection
from imgvet.profile import Limits


def inspect_bytes(data: bytes, kind: str, *, details: bool = True) -> Inspection:
    """What the inspection finds, also in bytes that are over the limits or of no kind at all."""
    return inspect(CheckedFile(data, kind, Limits()), details=details)


def open_bytes(data: bytes, kind: str, limits: Limits, *, keep_low_bits: bool = False) -> Upright:
    """The upright picture; raises what the limits or the decoder raise."""
    return open_upright(check_limits(data, kind, limits), keep_low_bits=keep_low_bits)
