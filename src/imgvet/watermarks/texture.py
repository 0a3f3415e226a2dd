"""Texture: how busy the place is that a mark would cover."""

import cv2
import numpy as np

from imgvet.pixels import Pixels

_STROKE = 0.12  # of a mark's height: about the width of a letter's stroke


def texture(region: Pixels, height: int) -> float:
    """How much grey levels change from one letter's stroke to the next, as a root mean square of both directions.

    Below 5 is a clear sky, a wall or a dark coat; grass is about 20, and above 30 there is lettering or foliage in the
    sun. What is finer than a stroke averages out, and slow changes hardly count, for neither disturbs letters.

    Args:
        region: (height, width, 3), the part of the picture that a mark may touch.
        height: of the mark, pixels.
    """
    stroke = max(1, round(_STROKE * height))
    rows, columns = (max(1, side // stroke) for side in region.shape[:2])
    # NOTE: whole strokes of grey: OpenCV averages by a whole factor ten times as fast as by any other.
    grey = cv2.cvtColor(region[: rows * stroke, : columns * stroke], cv2.COLOR_RGB2GRAY)
    strokes = cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
    changes = np.diff(strokes, axis=1), np.diff(strokes, axis=0)
    return float(np.sqrt(sum(np.mean(change**2) for change in changes if change.size)))
