"""The reference of a form as a QR code. It holds the reference and nothing else, no name and no web address."""

from collections.abc import Iterator
from dataclasses import dataclass

import segno

QUIET_ZONE = 4  # modules of white on every side, as ISO/IEC 18004 asks for


@dataclass(frozen=True, slots=True)
class QrCode:
    """A square of modules; True is dark. The quiet zone is not in it."""

    rows: tuple[tuple[bool, ...], ...]

    @property
    def side(self) -> int:
        """Modules on a side, with the quiet zone."""
        return len(self.rows) + 2 * QUIET_ZONE

    def bars(self) -> Iterator[tuple[int, int, int]]:
        """The dark modules as bars of one module's height: column, row from the top, width, quiet zone counted."""
        for number, row in enumerate(self.rows):
            start = 0
            while start < len(row):
                end = start
                while end < len(row) and row[end] == row[start]:
                    end += 1
                if row[start]:
                    yield start + QUIET_ZONE, number + QUIET_ZONE, end - start
                start = end


def qr_code(reference: str) -> QrCode:
    """The QR code of a reference; a quarter of it may be dirty or torn and it is still read."""
    made = segno.make_qr(reference, error="q", boost_error=True)
    return QrCode(tuple(tuple(bool(module) for module in row) for row in made.matrix))
