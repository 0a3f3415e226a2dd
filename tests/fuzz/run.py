"""One target under atheris; the arguments after the target's name are libFuzzer's own."""

import struct
import sys
import zlib
from pathlib import Path

import atheris

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

with atheris.instrument_imports(
    include=["imgvet.decode", "imgvet.formats", "imgvet.inspection", "imgvet.proof", "imgvet.strip"]
):
    from fuzz.targets import TARGETS

_PNG = b"\x89PNG\r\n\x1a\n"


def with_right_checksums(png: bytes) -> bytes:
    """The PNG with every whole chunk's checksum made right, so that changes reach behind the checksum test."""
    out, at = bytearray(png[:8]), 8
    while at + 12 <= len(png):
        length = struct.unpack_from(">I", png, at)[0]
        if at + 12 + length > len(png):
            break
        body = png[at + 4 : at + 8 + length]
        out += struct.pack(">I", length) + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return bytes(out + png[at:])


def mutated(data: bytes, max_size: int, seed: int) -> bytes:
    """libFuzzer's own change, three times in four with a PNG's checksums made right."""
    changed = bytes(atheris.Mutate(data, max_size))
    return with_right_checksums(changed)[:max_size] if seed % 4 and changed.startswith(_PNG) else changed


def main() -> None:
    """Fuzz the target that the first argument names."""
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
