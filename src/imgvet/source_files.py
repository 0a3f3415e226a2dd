"""Originals where they are: what tells whether one is as it was."""

import os
from pathlib import Path


def file_stamp(source: Path) -> str:
    """Size and time of a file: the file counts as unchanged while they are the same; empty if it is gone."""
    try:
        status = os.stat(source)  # noqa: PTH116 - one call, no second path object
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"
