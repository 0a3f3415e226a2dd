"""The files of the page itself: style and code, read once when the server starts, by exact name."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file, as it is sent."""

    data: bytes
    media_type: str


class PageFiles:
    """All files below ``static/`` of a package; nothing else can be asked for."""

    def __init__(self, package: str = "imgvet.review") -> None:
        self._files = dict(_found(files(package) / "static", ""))
        whole = hashlib.sha256()
        for name, file in sorted(self._files.items()):
            whole.update(f"{name} {len(file.data)} ".encode() + file.data)
        self.digest = whole.hexdigest()[:16]

    @property
    def root(self) -> str:
        """The beginning of the addresses that are kept by browsers: it changes with any file."""
        return f"/static/{self.digest}/"

    def find(self, path: str) -> PageFile | None:
        """The file of that path below ``/static/``, with or without the digest; None where there is none."""
        return self._files.get(path.removeprefix(f"{self.digest}/"))


def _found(folder: Traversable, before: str) -> list[tuple[str, PageFile]]:
    found = list[tuple[str, PageFile]]()
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else []:
        suffix = f".{each.name.rpartition('.')[2]}"
        if each.is_dir():
            found += _found(each, f"{before}{each.name}/")
        elif suffix in _TYPES:
            found.append((before + each.name, PageFile(each.read_bytes(), _TYPES[suffix])))
    return found
