"""A picture exactly as its file stores it, for those who write it again without change."""

import warnings

import numpy as np
from PIL import UnidentifiedImageError

from imgvet.errors import PhotoError, UnreadablePhoto
from imgvet.intake.bounds import check_bounds
from imgvet.intake.colour import Values
from imgvet.intake.decode import _READERS, _first_line, _hidden_text
from imgvet.intake.stored import DAMAGED, DAMAGED_WAY_OUT, Stored
from imgvet.settings import Limits


def open_stored(data: bytes, kind: str, limits: Limits) -> Stored:
    """The first picture of the file, whole or not at all, neither turned (but see ``Stored``) nor converted.

    Raises:
        UnsupportedPhoto, UnreadablePhoto: as ``decode.open_upright``; a part of a damaged picture is never taken.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata, which is left behind anyway
            check_bounds(data, kind, limits)
            return _READERS[kind](data, limits.model_copy(update={"partial_pictures": False}))
    except PhotoError:
        raise
    except MemoryError:
        raise UnreadablePhoto("It needs more memory than one photo may take.", "Raise limits.memory_mib.") from None
    except UnidentifiedImageError:
        raise UnreadablePhoto(DAMAGED.format(f"no {kind.upper()} picture in it"), DAMAGED_WAY_OUT) from None
    except Exception as problem:
        raise UnreadablePhoto(DAMAGED.format(_first_line(problem)), DAMAGED_WAY_OUT) from problem


def holds_text_in_low_bits(stored: Stored) -> bool:
    """Whether a text hides in the lowest bits of the values, of the palette's numbers or of alpha."""
    return _hidden_text(stored) is not None


def with_low_bits_cleared(values: Values) -> Values:
    """The values with the two lowest bits of each byte made from its two highest, so that they hold nothing."""
    shape, kind = values.shape, values.dtype
    single = np.ascontiguousarray(values).view(np.uint8)
    return np.asarray((single & 0xFC) | (single >> 6), np.uint8).view(kind).reshape(shape)
