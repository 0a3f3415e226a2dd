"""The one type that pixels have everywhere in imgvet."""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""(height, width, 3) in the order red, green, blue, sRGB; or (height, width) for one channel."""
