"""What was seen of text and codes in one picture: plain data, which never leaves the worker process.

No picture library is imported here, so that rules on what was read are tested without a picture.
"""

from dataclasses import dataclass

from imgvet.geometry import Outline


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text as it was read in the picture."""

    text: str  # NFC, as read; "" where there is text that could not be read
    outline: Outline  # top left, top right, bottom right, bottom left as the text reads, upright full-size photo
    score: float  # of the reading, 0 to 1
    height: float  # of a capital letter, in pixels of the picture as it is published
    characters: tuple[float, ...] = ()  # the score of each character of the text, 0 to 1, where known


@dataclass(frozen=True, slots=True)
class SeenCode:
    """A QR code or barcode in the picture; what it says is not kept."""

    symbology: str  # as zxing-cpp names it, such as "QRCode"
    outline: Outline  # 4 corners, in pixels of the upright full-size photo


@dataclass(frozen=True, slots=True)
class SeenText:
    """All that was seen in one picture."""

    lines: tuple[TextLine, ...] = ()
    codes: tuple[SeenCode, ...] = ()
    plates: tuple[Outline, ...] = ()  # 4 corners: shaped like a number plate, unread or with some mark
