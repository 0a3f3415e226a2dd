"""Undoes PNG's row filters, many rows at a time.

A filtered byte depends on the pixel to its left, above, and above left (PNG specification, section 9), so pixels on one
falling diagonal do not depend on each other. Rows are therefore shifted, each one pixel further than the row above, and
undone column by column: some thousand steps in numpy for a block in place of millions in Python.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FILTERS = 5  # None, Sub, Up, Average, Paeth

FilteredRows = NDArray[Any]


class Unfilter:
    """Undoes the filters of one picture, block by block from the top."""

    def __init__(self, row: int, stride: int) -> None:
        """Start at the top of a picture with ``row`` bytes a row and ``stride`` bytes a pixel."""
        self._above = np.zeros((row // stride, stride), dtype=np.uint8)

    def pixels(self, rows: FilteredRows) -> FilteredRows:
        """The pixels, (rows, columns, bytes), of the next rows; each row is its filter byte and its filtered bytes."""
        across, stride = self._above.shape
        filters = np.concatenate(([0], rows[:, 0]))  # the row above comes along as a first row that is already undone
        filtered = np.concatenate((self._above[None], rows[:, 1:].reshape(-1, across, stride)))
        undone = _straightened(_undone(_slanted(filtered), filters), across)
        self._above = undone[-1]
        return undone[1:]


def _slanted(rows: FilteredRows) -> FilteredRows:
    """The rows as (diagonal, row, byte): column ``c`` of row ``r`` comes to stand in diagonal ``c + r``."""
    count, across, stride = rows.shape
    length = across + count
    room = np.zeros((count * (length + 1), stride), dtype=np.int16)
    room.reshape(count, length + 1, stride)[:, :across] = rows
    return np.ascontiguousarray(room[: count * length].reshape(count, length, stride).transpose(1, 0, 2))


def _straightened(diagonals: FilteredRows, across: int) -> FilteredRows:
    """The rows again, as (row, column, byte), each ``across`` pixels long."""
    length, count, stride = diagonals.shape
    room = np.empty((count * (length + 1), stride), dtype=np.uint8)
    room[: count * length] = diagonals.transpose(1, 0, 2).reshape(-1, stride)
    return room.reshape(count, length + 1, stride)[:, :across]


def _undone(slanted: FilteredRows, filters: FilteredRows) -> FilteredRows:
    """The diagonals with each row's filter undone.

    None, Sub and Up are Paeth with the neighbours that they do not look at taken as 0.
    """
    length, count, stride = slanted.shape
    undone = np.zeros((length + 2, count + 1, stride), dtype=np.int16)  # zeros before the first column and row
    left_seen, up_seen, corner_seen, is_average = (
        np.isin(filters, which)[:, None] for which in ((1, 3, 4), (2, 3, 4), (4,), (3,))
    )
    masks = [np.where(seen, -1, 0).astype(np.int16) for seen in (left_seen, up_seen, corner_seen)]
    averages = bool(is_average.any())
    for step in range(length):
        left = undone[step + 1, 1:] & masks[0]
        up = undone[step + 1, :-1] & masks[1]
        predicted = _paeth(left, up, undone[step, :-1] & masks[2])
        if averages:
            predicted = np.where(is_average, (left + up) >> 1, predicted)
        undone[step + 2, 1:] = (slanted[step] + predicted) & 255
    return undone[2:, 1:]


def _paeth(left: FilteredRows, up: FilteredRows, corner: FilteredRows) -> FilteredRows:
    """Of the three neighbours the one nearest to left + up - corner; ties go in this order (PNG, section 9.4)."""
    by_left, by_up = up - corner, left - corner
    to_left, to_up, to_corner = np.abs(by_left), np.abs(by_up), np.abs(by_left + by_up)
    return np.where((to_left <= to_up) & (to_left <= to_corner), left, np.where(to_up <= to_corner, up, corner))
