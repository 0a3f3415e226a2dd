"""What the decoders' libraries print while they decode, which is the only place where they tell of some damage."""

import os
import tempfile
import threading
from collections.abc import Callable
from typing import BinaryIO, TypeVar, cast

_Result = TypeVar("_Result")

_MAX_BYTES = 65536
_one_at_a_time = threading.Lock()


def capture_stderr(decode: Callable[[], _Result]) -> tuple[_Result, list[str]]:
    """What the function gives, and the lines that it printed on the standard error stream of the process.

    NOTE: libjpeg fills what is missing with grey, and libtiff goes on after a wrong code. Both say so only there, in C,
    so that nothing in Python sees it. Whatever else is printed there in that moment is lost. On Windows a library may
    have a stream of its own, and nothing is heard.
    """
    with _one_at_a_time, _ear() as ear:
        stream = os.dup(2)
        try:
            os.dup2(ear.fileno(), 2)
            result = decode()
        finally:
            os.dup2(stream, 2)
            os.close(stream)
        ear.seek(0)
        return result, ear.read(_MAX_BYTES).decode("utf-8", "replace").splitlines()


def _ear() -> BinaryIO:
    """A file to print into, in memory where the system has such: a confined worker may write nowhere else."""
    in_memory = getattr(os, "memfd_create", None)
    if in_memory is not None:
        return os.fdopen(in_memory("imgvet"), "w+b")
    return cast("BinaryIO", tempfile.TemporaryFile())
