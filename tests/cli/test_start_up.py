"""Commands on records start quickly: they load no picture library, also where they have work to do."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.commands import Imgvet
from support.forms import signed
from support.pictures import landscape, portrait, save_photo

pytestmark = pytest.mark.slow

BY = ("--by", "A. Officer")
HEAVY = ("PIL", "cv2", "numpy", "onnxruntime", "pi_heif", "alembic", "psycopg")
WITHOUT_REGISTER = "sqlalchemy"  # a library that only the register needs
RUN = f"""
import sys
from imgvet.cli.app import main
try:
    main()
finally:
    print("needs the register:", {WITHOUT_REGISTER!r} in sys.modules, file=sys.stderr)
    print("loaded:", *(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)
"""
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--help",),
    ("status", "b"),
    ("decide", "b", "2:1", "release", "WMP-1", *BY),
    ("decide", "b", "2", "--add-face", "1,1,90,90", *BY),
    ("status", "b", "--json"),
    ("checklist", "b"),
    ("checklist", "b", "--import", "b/checklist.csv", *BY),
    ("log", "b"),
    ("log", "b", "--verify"),
    ("release", "list"),
    ("release", "show", "WMP-1"),
    ("release", "add", "WMP-2", "--person", "Z", "--signed-on", "2026-06-14", "--event", "E", "--channels", "all", *BY),
    ("release", "change", "WMP-2", "--person", "Y", *BY),
    ("release", "refuse", "WMP-3", "--person", "X", *BY),
    ("release", "export", "forms.csv"),
    ("release", "export", "forms.xlsx"),
    ("release", "import", "forms.csv", *BY),
    ("release", "withdraw", "WMP-1", "--why", "By telephone", *BY),
    ("release", "purge", *BY),
)  # fmt: skip


def test_commands_on_records_load_no_picture_library(imgvet: Imgvet, tmp_path: Path) -> None:
    save_photo(tmp_path / "photos" / "1.jpg", landscape())
    save_photo(tmp_path / "photos" / "2.jpg", portrait())
    signed(tmp_path, "WMP-1")
    assert imgvet("batch", "photos", "--out", "b", "--event", "Open Day").code == 0
    for words in COMMANDS:
        command = [sys.executable, "-c", RUN, *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=60)
        assert done.returncode in (0, 1), (words, done.stderr)
        assert done.stderr.splitlines()[-1] == "loaded:", words
        if words[0] in {"--help", "log"}:
            assert done.stderr.splitlines()[-2] == "needs the register: False", words
