"""A short version of ``make kills``: kills, a full disk, folders that go away, and no difference in the end."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_whatever_happens_to_a_run_the_next_one_ends_with_the_same_folder() -> None:
    """Each kind of trouble once, in an order of chance that is the same every time."""
    command = [sys.executable, "tools/kill_runs.py", "5", "--commands", "1", "--seed", "4"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(" 0 with a difference")
