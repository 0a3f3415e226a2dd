"""What a coded picture holds beyond its edge: its last blocks are always whole, its size need not be."""

import numpy as np

from imgvet.pixels import Pixels

_FAR = 48  # of 255: further from what coders put there than coding alone brings it
_MAX_FAR = 0.1  # of the pixels beyond the edge
_MIN_PIXELS = 64  # fewer can be no picture


def hides_picture(whole: Pixels, width: int, height: int) -> bool:
    """Whether there is more beyond the edge than the repetition of the edge, or one even colour.

    That is what coders put there. A crop without loss and a changed head leave what was there before. ``whole`` is
    (height, width) or (height, width, channels) with the last blocks whole; ``width`` and ``height`` are those shown.
    """
    values = (whole if whole.ndim == 3 else whole[..., np.newaxis]).astype(np.int16)
    rows, columns = np.arange(len(values)), np.arange(values.shape[1])
    far = 0
    for strip, repeated in (
        (values[:, width:], values[np.minimum(rows, height - 1)][:, [width - 1]]),
        (values[height:, :width], values[[height - 1], :width]),
    ):
        if strip.size:
            even = np.median(strip, axis=(0, 1))
            distance = np.minimum(np.abs(strip - repeated), np.abs(strip - even)).max(axis=2)
            far += int((distance > _FAR).sum())
    beyond = len(rows) * len(columns) - width * height
    return far >= _MIN_PIXELS and far > _MAX_FAR * beyond
