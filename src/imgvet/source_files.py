"""Originals where they are, on a disk or in a store of objects: what is there, whether one is as it was, its bytes.

A store's object is named by the path that its address makes, ``s3:/bucket/photos/1.jpg`` for the address with two
slashes. Workers have no network, so the process that gives them their work brings it to this machine first.
"""

import contextlib
import os
import re
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from imgvet.errors import PhotoError, StorageError, UnreadablePhoto

Item = TypeVar("Item")

_STORES = {"s3": "pip install 'imgvet[s3]'"}  # by protocol: how what reads it is installed
_ADDRESS = re.compile(rf"({'|'.join(_STORES)}):[/\\]+(.+)", re.DOTALL)
_SAME_SECONDS = 600  # for which a listing counts; naming a folder lists it again
_AHEAD = 4  # objects that are fetched while others are worked on
_MIB = 1024 * 1024


def is_remote(source: Path | str) -> bool:
    """Whether it is in a store, not on a disk."""
    return _ADDRESS.fullmatch(str(source)) is not None


def store_address(source: Path) -> str:
    """The address of what is in a store, as people write it."""
    return f"{source.parts[0]}//{'/'.join(source.parts[1:])}"


def file_stamp(source: Path) -> str:
    """Size and time of a file: the file counts as unchanged while they are the same; empty if it is gone.

    Of an object in a store, its ETag as well; empty, too, where the store does not answer.
    """
    if is_remote(source):
        return _stamps_in(source.parent).get(source.name, "")
    try:
        status = os.stat(source)  # noqa: PTH116 - one call, no second path object
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"


def file_size(source: Path) -> int:
    """Size of a file or object in bytes; 0 if it is gone."""
    return int(file_stamp(source).partition(" ")[0] or 0)


def has_gone_away(source: Path) -> bool:
    """Whether not only the file is gone but its folder as well, as where a drive or a store does not answer."""
    if file_stamp(source):
        return False
    return not _stamps_in(source.parent) if is_remote(source) else not source.parent.exists()


def is_file(source: Path) -> bool:
    """Whether there is such a file or object."""
    return bool(file_stamp(source)) if is_remote(source) else os.path.isfile(source)  # noqa: PTH113 - it may raise


def listed(source: Path) -> list[Path]:
    """Every object at and below an address; none where there is none.

    Raises:
        StorageError: the store cannot be read, or an object's name cannot be written as a path.
    """
    address = store_address(source)
    with _told_of_store(address):
        store = _store(source)
        found: dict[str, dict[str, Any]] = store.find(address, detail=True)
        if not found and store.isfile(address):
            found = {address: store.info(address)}
    names = {f"{source.parts[0]}//{name.removeprefix(f'{source.parts[0]}//')}": info for name, info in found.items()}
    folders = dict[Path, dict[str, str]]()
    for name, info in names.items():
        path = Path(name)
        if info.get("type") == "directory" or name.endswith("/"):
            continue
        if store_address(path) != name:
            raise StorageError(f"'{name}' has a name that imgvet cannot use.", "Rename the object.")
        folders.setdefault(path.parent, {})[path.name] = _stamp(info)
    for folder, stamps in folders.items():
        before = _listings.get(folder)
        whole = folder == source or source in folder.parents
        _listings[folder] = _Listing(stamps if whole or before is None else before.stamps | stamps)
    return [folder / name for folder, stamps in folders.items() for name in stamps]


def fetch(source: Path, folder: Path, most_mib: int) -> Path:
    """Bring an object into a folder of this machine, whole, under its own name; gives where it is.

    Raises:
        UnreadablePhoto: it is not there any more, is larger than that, or was changed meanwhile.
        StorageError: the store cannot be read; or the disk is full.
    """
    address = store_address(source)
    with _told_of_store(address):
        store = _store(source)
        try:
            size = int(store.info(address)["size"])
            if size > most_mib * _MIB:
                raise UnreadablePhoto(f"It is larger than {most_mib} MiB.", "Raise limits.file_mib in the profile.")
            place = folder / source.name
            store.get_file(address, str(place))
        except FileNotFoundError as problem:
            raise UnreadablePhoto("It is not there any more.", "Put it there again, or leave it out.") from problem
    if place.stat().st_size != size:
        raise UnreadablePhoto("It was changed while it was read.", "Run the same command again.")
    return place


class Nearby:
    """Originals on this machine for as long as they are worked on; a context manager.

    What is on a disk stays where it is. ``beside`` says which files, such as sidecars, belong to one.
    """

    def __init__(self, most_mib: int, beside: Callable[[Path], Iterable[Path]]) -> None:
        self._most_mib, self._beside = most_mib, beside
        self._open = contextlib.ExitStack()
        self._folder: Path | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._numbers = count()

    def __enter__(self) -> "Nearby":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def ahead(self, items: Iterable[Item], source_of: Callable[[Item], Path]) -> Iterator[tuple[Item, Path]]:
        """Each item, in any order, and where its original can be read now; some are fetched before they are asked for.

        One that could not be fetched has a place at which there is no file.

        Raises:
            StorageError: a store cannot be read.
        """
        waiting = deque[tuple[Item, Future[Path]]]()
        for item in items:
            source = source_of(item)
            if not is_remote(source):
                yield item, source
                continue
            waiting.append((item, self._pool().submit(self.brought, source)))
            if len(waiting) > _AHEAD:
                first, place = waiting.popleft()
                yield first, place.result()
        for item, place in waiting:
            yield item, place.result()

    def brought(self, source: Path) -> Path:
        """Where the original can be read now.

        Raises:
            StorageError: a store cannot be read.
        """
        if not is_remote(source):
            return source
        folder = self._own_folder() / str(next(self._numbers))
        folder.mkdir()
        for path in (source, *self._beside(source)):
            with contextlib.suppress(PhotoError):  # the worker that opens it says that it is not there
                fetch(path, folder, self._most_mib)
        return folder / source.name

    def drop(self, place: Path) -> None:
        """Remove what was brought there; nothing else."""
        if self._folder is not None and place.parent.parent == self._folder:
            for path in (*place.parent.iterdir(),):
                path.unlink()
            place.parent.rmdir()

    def _own_folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="imgvet-")))
        return self._folder

    def _pool(self) -> ThreadPoolExecutor:
        self._own_folder()  # which is removed after the threads have ended
        if self._threads is None:
            self._threads = self._open.enter_context(ThreadPoolExecutor(_AHEAD))
        return self._threads


@dataclass(frozen=True, slots=True)
class _Listing:
    """The objects of one folder of a store, as they were at that moment."""

    stamps: dict[str, str]  # by name
    at: float = field(default_factory=time.monotonic)


_listings: dict[Path, _Listing] = {}


def _stamps_in(folder: Path) -> dict[str, str]:
    known = _listings.get(folder)
    if known is None or time.monotonic() - known.at > _SAME_SECONDS:
        stamps = dict[str, str]()
        with contextlib.suppress(StorageError), _told_of_store(store_address(folder)):
            for info in _store(folder).ls(store_address(folder), detail=True, refresh=True):
                if info.get("type") != "directory":
                    stamps[str(info["name"]).rpartition("/")[2]] = _stamp(info)
        known = _listings[folder] = _Listing(stamps)
    return known.stamps


def _stamp(info: dict[str, Any]) -> str:
    changed = info.get("LastModified")
    return f"{info['size']} {str(info.get('ETag', '')).strip(chr(34))} {changed.timestamp() if changed else ''}".strip()


def _store(source: Path) -> Any:
    """What reads the store that a path is in.

    Raises:
        StorageError: it is not installed.
    """
    protocol = source.parts[0].rstrip(":")
    try:
        return import_module("fsspec").filesystem(protocol)
    except ImportError as problem:
        raise StorageError(f"What reads {protocol}:// is not installed.", _STORES[protocol]) from problem


@contextlib.contextmanager
def _told_of_store(address: str) -> Iterator[None]:
    """Tell in plain words what is wrong with a store, whatever its library raises."""
    try:
        yield
    except (PhotoError, StorageError):
        raise
    except Exception as problem:
        why = " ".join(str(problem).split()) or type(problem).__name__
        raise StorageError(
            f"'{address}' cannot be read ({why}).", "Check the address, the network and who may read it."
        ) from problem
