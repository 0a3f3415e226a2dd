"""The page of the leak list, from runs of imgvet, ExifTool and mat2: ``python tools/leaks.py`` or ``make leaks``."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # before this folder, whose leaks.py is this file

from leaks import around, routes
from leaks.cases import ALL
from leaks.leak import Leak
from leaks.page import Column, page

Route = Callable[[routes.Placed, Path], dict[str, Path | str]]


def main(target: Path) -> None:
    """Lay out every case, run every tool over all of them, and write the page."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        leaks = [leak for leak in ALL if leak.around != "attribute" or around.carries_attributes(folder)]
        placed = around.laid(leaks, folder / "source")
        ways: list[tuple[str, Route, str]] = [
            ("imgvet batch", routes.batch, "here"),
            ("imgvet check", routes.check, "here"),
            ("imgvet strip", routes.strip, "here" if routes.has_strip() else ""),
            ("ExifTool", routes.exiftool, version("exiftool", "-ver")),
            ("mat2", routes.mat2, version("mat2", "--version")),
        ]
        columns = [column(name, route, told, leaks, placed, folder) for name, route, told in ways]
    target.write_text(page(columns), encoding="utf-8")
    print(f"{target}: {len(ALL)} cases")


def column(name: str, route: Route, told: str, leaks: Sequence[Leak], placed: routes.Placed, folder: Path) -> Column:
    """One tool's column; empty where the tool is not there."""
    if not told:
        return Column(name, {})
    print(f"{name} …", file=sys.stderr)
    title = name if told == "here" else f"{name} {told}"
    return Column(title, routes.clean(leaks, route(placed, folder)))


def version(command: str, option: str) -> str:
    """What the tool says of its version; empty where it is not there."""
    if not shutil.which(command):
        return ""
    done = subprocess.run([command, option], capture_output=True, check=False)
    return done.stdout.decode().split()[-1]


if __name__ == "__main__":
    main(ROOT / "docs" / "it" / "leaks.md")
