"""A JPEG's frame and scan headers, and whether each scan codes something new (ITU-T T.81, annexes B and G)."""

from collections.abc import Iterator
from dataclasses import dataclass

from imgvet.proof.ledger import Ledger

# Component numbers: those of JFIF and Adobe, from 0 as in some cameras, and the letters of the colours.
_NUMBERS = ((1, 2, 3, 4), (0, 1, 2, 3), tuple(b"RGB"), tuple(b"CMYK"))
_MAX_BLOCKS = 10  # in a unit of several components (T.81, B.2.3)


@dataclass(frozen=True, slots=True)
class Component:
    """One colour component of the picture."""

    number: int
    across: int  # sampling factors, 1 to 4
    down: int
    quantiser: int


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What the SOF segment says."""

    progressive: bool
    width: int  # pixels
    height: int
    components: tuple[Component, ...]

    def units(self, scanned: tuple[Component, ...]) -> tuple[int, int]:
        """How many units (T.81: MCU) a scan of these components has, and the blocks in each."""
        widest = max(component.across for component in self.components)
        tallest = max(component.down for component in self.components)
        if len(scanned) > 1:
            blocks = sum(component.across * component.down for component in scanned)
            return -(-self.width // (8 * widest)) * -(-self.height // (8 * tallest)), blocks
        across = -(-self.width * scanned[0].across // widest)
        down = -(-self.height * scanned[0].down // tallest)
        return -(-across // 8) * -(-down // 8), 1


@dataclass(frozen=True, slots=True)
class ScanHeader:
    """The SOS segment: which coefficients, down to which bit, of which components."""

    components: tuple[Component, ...]
    tables: tuple[tuple[int, int], ...]  # DC and AC table number of each component
    first: int  # coefficient, 0 to 63
    last: int
    high: int  # the lowest bit of the scan before; 0 in a first scan
    low: int  # the lowest bit of this scan


def read_frame(untrusted: bytes, offset: int, name: str, ledger: Ledger) -> FrameHeader:
    """The frame that the content of the SOF segment at ``offset`` describes.

    Raises:
        Unwalkable: it is not a picture of one or three components of 8 bits; of four in a stripped file.
    """
    lengths = (9, 15, 18) if ledger.stripped else (9, 15)
    if len(untrusted) not in lengths or len(untrusted) != 6 + 3 * untrusted[5]:
        ledger.stop(
            offset, name, f"It is not a frame of one {'to four' if ledger.stripped else 'or three'} components."
        )
    height, width = int.from_bytes(untrusted[1:3], "big"), int.from_bytes(untrusted[3:5], "big")
    if untrusted[0] != 8 or not width or not height:
        ledger.stop(offset, name, "It is not a picture of 8 bits with a width and a height.")
    parts = tuple(
        Component(untrusted[start], untrusted[start + 1] >> 4, untrusted[start + 1] & 15, untrusted[start + 2])
        for start in range(6, len(untrusted), 3)
    )
    numbers = tuple(part.number for part in parts)
    if numbers not in [usual[: len(parts)] for usual in (_NUMBERS if ledger.stripped else _NUMBERS[:1])]:
        ledger.stop(offset, name, "Its components are not numbered 1, 2, 3.")
    if not all(1 <= part.across <= 4 and 1 <= part.down <= 4 and part.quantiser <= 3 for part in parts):
        ledger.stop(offset, name, "Its sampling or its table numbers are out of range.")
    return FrameHeader(name == "SOF2", width, height, parts)


def read_scan(frame: FrameHeader, untrusted: bytes, offset: int, ledger: Ledger) -> ScanHeader:
    """The scan that the content of the SOS segment at ``offset`` describes.

    Raises:
        Unwalkable: its components are not those of the frame.
    """
    if not untrusted or not 1 <= (count := untrusted[0]) <= len(frame.components) or len(untrusted) != 4 + 2 * count:
        ledger.stop(offset, "SOS", "Its length does not match its components.")
    numbers, tables = untrusted[1 : 1 + 2 * count : 2], untrusted[2 : 2 + 2 * count : 2]
    components = tuple(component for component in frame.components if component.number in numbers)
    if [component.number for component in components] != list(numbers):
        ledger.stop(offset, "SOS", "Its components are not those of the frame, each once and in order.")
    if count > 1 and sum(component.across * component.down for component in components) > _MAX_BLOCKS:
        ledger.stop(offset, "SOS", f"It puts more than {_MAX_BLOCKS} blocks in a unit.")
    first, last, bits = untrusted[-3:]
    return ScanHeader(components, tuple(divmod(table, 16) for table in tables), first, last, bits >> 4, bits & 15)


def advance(
    precision: dict[tuple[int, int], int], frame: FrameHeader, scan: ScanHeader, offset: int, ledger: Ledger
) -> None:
    """Mark what the scan codes in ``precision``: the lowest bit so far, by component and coefficient.

    Raises:
        Unwalkable: the scan repeats what was coded before, leaves a step out, or is not in the order of annex G.
    """
    if not _is_in_order(precision, frame, scan):
        ledger.stop(offset, "SOS", "Its range of coefficients is not allowed here.")
    before = scan.high or None
    for component in scan.components:
        for coefficient in range(scan.first, scan.last + 1):
            if precision.get((component.number, coefficient)) != before:
                ledger.stop(offset, "SOS", "It repeats what an earlier scan contained, or leaves a step out.")
            precision[component.number, coefficient] = scan.low


def _is_in_order(precision: dict[tuple[int, int], int], frame: FrameHeader, scan: ScanHeader) -> bool:
    if not frame.progressive:
        return (scan.first, scan.last, scan.high, scan.low) == (0, 63, 0, 0)
    if scan.low > 13 or (scan.high and scan.low != scan.high - 1):
        return False
    if scan.first == 0:
        return scan.last == 0
    return scan.first <= scan.last <= 63 and len(scan.components) == 1 and (scan.components[0].number, 0) in precision


def tables_of(scan: ScanHeader, offset: int, ledger: Ledger) -> Iterator[tuple[int, int]]:
    """Class and number of every Huffman table that the scan uses; a number that it does not use must be 0."""
    uses_dc, uses_ac = scan.first == 0 and scan.high == 0, scan.last > 0
    for dc, ac in scan.tables:
        if (dc and not uses_dc) or (ac and not uses_ac):
            ledger.wrong(offset, "SOS", "It names a Huffman table that it does not use.")
        if uses_dc:
            yield 0, dc
        if uses_ac:
            yield 1, ac
