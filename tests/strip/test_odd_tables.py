"""JPEGs that decoders take and the coder of coefficients does not: it ends its process, and the photo still comes out.

The coder is libjpeg's, which calls ``exit`` over an error in what it writes. Three kinds of file that no encoder
writes lead there.
"""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgvet.formats.jpeg import CODED, SOS, walk_segments
from imgvet.profile import Limits
from imgvet.proof.prove import prove
from imgvet.strip import StripJob, strip_many
from support.commands import Imgvet
from support.picture_writers import saved, smooth

SECRET = b"PLANTED-WORD-NUMBAT"
PICTURE = Image.fromarray(smooth(64, 128))


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def codes(number: int, *symbols: int) -> bytes:
    """A Huffman table with a code of one bit, one of two bits, and so on."""
    return segment(0xC4, bytes([number, *(int(length < len(symbols)) for length in range(16)), *symbols]))


def coefficient_of(bits: int) -> bytes:
    """One grey block of which one coefficient has so many bits; encoders write up to 10."""
    scan = "0" + "0" + "1".ljust(bits, "0") + "10"  # DC 0; the coefficient; end of block
    scan += "1" * (-len(scan) % 8)
    return (
        b"\xff\xd8" + segment(0xDB, b"\0" + bytes([1] * 64))
        + segment(0xC0, struct.pack(">BHHB", 8, 8, 8, 1) + b"\x01\x11\0")
        + codes(0x00, 0) + codes(0x10, bits, 0) + segment(0xFE, SECRET)
        + segment(0xDA, b"\x01\x01\0\0\x3f\0") + int(scan, 2).to_bytes(len(scan) // 8, "big") + b"\xff\xd9"
    )  # fmt: skip


def table_changed_between_scans() -> bytes:
    """Progressive; the first scan uses one quantisation table 0, and another of that number follows."""
    data = saved(PICTURE, "JPEG", progressive=True, comment=SECRET)
    last = [each.mark for each in walk_segments(data) if each.marker == SOS][-1]
    return data[:last] + segment(0xDB, b"\0" + bytes([9] * 64)) + data[last:]


def planes(factors: int) -> bytes:
    """Three colours, each in a scan of its own, with those sampling factors; together they may be 10 blocks."""
    grey = saved(PICTURE.convert("L"), "JPEG")
    parts = list(walk_segments(grey))
    tables = {
        kind: b"".join(grey[each.mark : each.end] for each in parts if each.marker == kind) for kind in (0xDB, 0xC4)
    }
    coded = next(grey[each.start : each.end] for each in parts if each.marker == CODED)
    colours = b"".join(bytes([number, factors, 0]) for number in (1, 2, 3))
    frame = segment(0xC0, struct.pack(">BHHB", 8, 64, 128, 3) + colours)
    scans = b"".join(segment(0xDA, bytes([1, number, 0, 0, 63, 0])) + coded for number in (1, 2, 3))
    return b"\xff\xd8" + segment(0xFE, SECRET) + tables[0xDB] + frame + tables[0xC4] + scans + b"\xff\xd9"


ODD = {
    "a coefficient of 11 bits": coefficient_of(11),
    "a coefficient of 15 bits": coefficient_of(15),
    "a table changed between scans": table_changed_between_scans(),
    "12 blocks together": planes(0x22),
    "48 blocks together": planes(0x44),
}


@pytest.mark.parametrize("name", ODD)
def test_what_the_coder_cannot_write_is_rewritten_from_its_pixels(tmp_path: Path, name: str) -> None:
    """The copy shows the same, holds nothing else, is proven, and says that it was rewritten."""
    (tmp_path / "odd.jpg").write_bytes(ODD[name])
    [stripped] = strip_many([StripJob(tmp_path / "odd.jpg", tmp_path, "photo-1")], Limits(), 1)
    assert stripped.error is None
    assert stripped.output is not None
    assert not stripped.lossless
    assert "cannot be written again" in stripped.notes[0]
    copy = stripped.output.read_bytes()
    assert prove(copy, stripped=True).proven
    assert SECRET not in copy
    before, after = (np.asarray(Image.open(io.BytesIO(each)), int) for each in (ODD[name], copy))
    assert before.shape == after.shape
    assert np.abs(before - after).mean() < 8


def test_files_with_usual_tables_keep_every_coefficient(tmp_path: Path) -> None:
    """Ten bits are what encoders write; planes that fit together are as good as any."""
    for name, data in {"ten": coefficient_of(10), "planes": planes(0x11)}.items():
        (tmp_path / f"{name}.jpg").write_bytes(data)
        [stripped] = strip_many([StripJob(tmp_path / f"{name}.jpg", tmp_path, f"copy-{name}")], Limits(), 1)
        assert stripped.lossless, stripped


@pytest.mark.slow
def test_odd_files_cost_the_others_nothing(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """Each photo of a folder comes out, the odd ones too, and the command says that all is well."""
    for number, data in enumerate([*ODD.values(), saved(PICTURE, "JPEG", comment=SECRET)]):
        (tmp_path / f"{number}.jpg").write_bytes(data)
    ran = imgvet_process("strip", *(f"{number}.jpg" for number in range(len(ODD) + 1)), "--out", "clean")
    assert ran.code == 0, ran.err
    assert len(list((tmp_path / "clean").iterdir())) == len(ODD) + 1
