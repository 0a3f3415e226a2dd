"""What a stripped file may say of how it is to be shown: which way up, and in which colours.

The orientation block is one fixed string of bytes but for its number: a TIFF structure (TIFF 6.0, section 2) with the
one tag 0x0112 (CIPA DC-008, section 4.6.5). A colour profile must be, byte for byte, one that many files carry.
"""

import hashlib
import zlib

from imgvet.proof.known_profiles import KNOWN_PROFILES
from imgvet.proof.ledger import Ledger

MAX_PROFILE = 1 << 22  # bytes; the longest known ones are far below

_BEFORE = b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"
_AFTER = bytes(6)
_TURNED = range(2, 9)  # 1 is upright and needs no word


def check_orientation(untrusted: bytes, offset: int, name: str, ledger: Ledger) -> None:
    """Keep the orientation that an EXIF block at ``offset`` says; anything else in the block is a problem."""
    number = untrusted[len(_BEFORE)] if len(untrusted) > len(_BEFORE) else 0
    if number not in _TURNED or untrusted != _BEFORE + bytes([number]) + _AFTER:
        ledger.wrong(offset, name, "It is not the block that holds an orientation from 2 to 8 and nothing else.")
        return
    ledger.orientation = number


def check_icc_profile(untrusted: bytes, offset: int, name: str, ledger: Ledger) -> None:
    """Keep the name of the colour profile at ``offset``; one that is not known by its SHA-256 is a problem."""
    known = KNOWN_PROFILES.get(hashlib.sha256(untrusted).hexdigest())
    if known is None:
        ledger.wrong(offset, name, "Its colour profile is not one of the well-known ones.")
        return
    ledger.colour_profile = known


def check_deflated_icc_profile(untrusted: bytes, offset: int, name: str, ledger: Ledger) -> None:
    """Keep the name of a colour profile that is one zlib stream, which must end with its bytes and waste none."""
    stream = zlib.decompressobj()
    try:
        profile = stream.decompress(untrusted, MAX_PROFILE)
    except zlib.error:
        ledger.wrong(offset, name, "It cannot be inflated.")
        return
    # Blocks without content could be put into the stream; a coder does not, and squeezes at least as the quickest does.
    room = len(zlib.compress(profile, 1)) + 64
    if not stream.eof or stream.unused_data or len(untrusted) > room:
        ledger.wrong(offset, name, "Its compressed data does not end where it ends, or is longer than it need be.")
        return
    check_icc_profile(profile, offset, name, ledger)
