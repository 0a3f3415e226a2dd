"""Originals of a batch that are in its database only."""

from collections.abc import Iterable
from pathlib import Path

from imgvet.batch.store import BatchStore, Original


def join_originals(folder: BatchStore, paths: Iterable[Path]) -> None:
    """Give files the next numbers, as `imgvet batch` does with those that it does not know."""
    first = len(folder.originals()) + 1
    folder.join([Original(number, "", path, None, "") for number, path in enumerate(paths, first)], [], [])
