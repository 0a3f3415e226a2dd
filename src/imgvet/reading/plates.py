"""Whether something is shaped and coloured like a number plate, dark signs on white or yellow, and reads like one."""

import cv2
import numpy as np

from imgvet.pixels import Pixels

_LONG = (2.4, 8.0)  # times as long as high: from a line on a plate of two to the line of a long plate
_LIGHT = (0.35, 0.85)  # share of the line that is light
_CONTRAST = 45  # levels of 256 between light and dark
_SIGNS = (5, 22)  # changes from light to dark along the line: plates have 5 to 8 signs, of one to three strokes
_GREY = 60  # saturation of 255 up to which light is white
_YELLOW = (15, 34)  # hue of 180
_LIT = 95  # level of 256, at the least, of what is light
_ROWS = (0.3, 0.42, 0.5, 0.58, 0.7)  # of the height, where changes are counted


_MARK = (4, 9)  # letters and digits on a plate, from and up to


def is_like_a_mark(text: str) -> bool:
    """Whether a text is made of capitals and digits as marks on plates are, of whatever country or to order."""
    signs = [sign for sign in text if sign.isalnum()]
    letters = sum(sign.isupper() for sign in signs)
    digits = sum(sign.isdecimal() for sign in signs)
    return _MARK[0] <= len(signs) <= _MARK[1] and letters + digits == len(signs) and min(letters, digits) > 0


def is_like_a_plate(line: Pixels) -> bool:
    """Whether a line, straight, RGB, looks like one on a number plate."""
    height, width = line.shape[:2]
    if not _LONG[0] * height <= width <= _LONG[1] * height:
        return False
    grey = np.asarray(cv2.cvtColor(line, cv2.COLOR_RGB2GRAY), np.uint8)
    _, parted = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    light = parted.astype(bool)
    if not _LIGHT[0] <= light.mean() <= _LIGHT[1]:
        return False
    lit, dark = np.median(line[light], axis=0), np.median(line[~light], axis=0)
    if lit.mean() < _LIT or lit.mean() - dark.mean() < _CONTRAST:
        return False
    hue, saturation, _ = cv2.cvtColor(lit.astype(np.uint8).reshape(1, 1, 3), cv2.COLOR_RGB2HSV)[0, 0]
    if saturation > _GREY and not _YELLOW[0] <= hue <= _YELLOW[1]:
        return False
    rows = parted[[round(share * height) for share in _ROWS]].astype(np.int8)
    changes = np.median((np.diff(rows, axis=1) < 0).sum(axis=1))
    return bool(_SIGNS[0] <= changes <= _SIGNS[1])
