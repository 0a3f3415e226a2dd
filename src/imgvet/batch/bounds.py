"""What numbers, hashes and boxes can be that the database of a batch gives."""

import re
from typing import Any

from imgvet.decisions import MOST_CORNERS
from imgvet.geometry import Box, Outline

MOST = 10**9  # of whatever is numbered or counted, and of pixels along a side

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def is_number(value: Any) -> bool:
    """Whether it can be the number of a photo, a face or a round."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST


def is_sha256(value: Any) -> bool:
    """Whether it is a SHA-256 in small hexadecimal digits."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def is_box(box: Box) -> bool:
    """Whether its sides are in order, and not beyond what a picture can have."""
    return -MOST <= box.left <= box.right <= MOST and -MOST <= box.top <= box.bottom <= MOST


def is_outline(outline: Outline) -> bool:
    """Whether it is empty, or has as many corners as an area may have, none beyond what a picture can have."""
    return not outline or (
        3 <= len(outline) <= MOST_CORNERS and all(0 <= x <= MOST and 0 <= y <= MOST for x, y in outline)
    )
