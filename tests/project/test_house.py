"""The house: what import-linter (``make check``) does not hold."""

from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "imgvet"
MODULES = sorted(SOURCE.rglob("*.py"))


def test_no_room_has_a_name_that_says_nothing() -> None:
    """No utils, core, base, manager, helpers."""
    for path in MODULES:
        assert path.stem not in {"utils", "util", "core", "base", "manager", "helpers", "common", "misc"}
