"""A worker keeps freed memory for its next picture."""

import subprocess
import sys

import pytest

_FAULTS = """
import resource, sys
import numpy as np
from imgvet.workers.heap import keep_freed_memory

if sys.argv[1] == "kept":
    assert keep_freed_memory()
np.ones(50_000_000, np.uint8)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    np.ones(50_000_000, np.uint8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is handed out by glibc's rules on Linux alone")
def test_memory_of_one_picture_is_there_for_the_next() -> None:
    """The system is not asked for its pages again: each would be cleared once more."""
    kept, given_back = (
        int(subprocess.run([sys.executable, "-c", _FAULTS, how], capture_output=True, text=True, check=True).stdout)
        for how in ("kept", "given back")
    )
    assert kept < 10
    assert given_back > 100
