"""The house: imports point down, and only those rooms that should see pixels do."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "imgvet"

# From the ground up. A module may import from any layer below its own, and from its own folder.
LAYERS = (
    {"errors", "text", "pixels", "confinement"},
    {"workers", "tables", "pages"},
    {"photo"},
    {"settings", "profiles"},
    {"register"},
    {"intake", "metadata", "faces", "marks", "policy", "output"},
    {"pipeline", "strip", "looking"},
    {"batch"},
    {"answers", "examination"},
    {"showing"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
SEES_NO_PIXELS = ("photo", "settings", "tables", "register", "policy", "batch", "answers", "showing", "commands", "cli")
PIXEL_LIBRARIES = {"numpy", "cv2", "PIL", "onnxruntime", "pi_heif"}

MODULES = sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


def room_of(path: Path) -> str:
    """The file or folder right below the package that a module belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def layer_of(room: str) -> int:
    """The floor of a room, 0 is the ground."""
    return next(floor for floor, rooms in enumerate(LAYERS) if room in rooms)


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_down(path: Path) -> None:
    """A module imports from lower layers and its own folder only."""
    own = room_of(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "imgvet" or len(parts) < 2 or parts[1] in (own, "__version__"):
            continue
        assert layer_of(parts[1]) < layer_of(own), f"{own} imports {name} from its own layer or above"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_records_are_judged_without_pixels(path: Path) -> None:
    """Rules, batches and screens see records only."""
    if room_of(path) in SEES_NO_PIXELS:
        assert not {name.split(".")[0] for name in imports(path)} & PIXEL_LIBRARIES


def test_the_proof_shares_no_code_with_the_writer() -> None:
    """Neither the walker nor what it imports reaches the writer or a picture library."""
    for path in [SOURCE / "metadata" / "prove.py", *(SOURCE / "metadata" / "proof").glob("*.py")]:
        for name in imports(path):
            assert name.split(".")[0] not in {"PIL", "cv2"}, f"{path.name} imports {name}"
            allowed = ("imgvet.errors", "imgvet.photo", "imgvet.metadata.proof", "imgvet.metadata.prove")
            assert not name.startswith("imgvet") or name.startswith(allowed), f"{path.name} imports {name}"


def test_no_room_has_a_name_that_says_nothing() -> None:
    """No utils, core, base, manager, helpers."""
    for path in MODULES:
        assert path.stem not in {"utils", "util", "core", "base", "manager", "helpers", "common", "misc"}
