"""Search folders: photos in natural order, each once, and one account of what was skipped."""

import os
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from imgvet.errors import PhotoError, UsageError
from imgvet.find_photos.kinds import (
    HIDDEN,
    LINKS,
    OTHERS,
    OWN,
    SkippedKind,
    file_kind,
    folder_kind,
    holds_batch,
    kind_beside,
)
from imgvet.find_photos.neighbours import Neighbours
from imgvet.find_photos.patterns import fitting, split_patterns
from imgvet.formats.sniff import RAW_SUFFIXES, SUFFIXES_OF_FORMAT, detect_format
from imgvet.named_files import UnfitFile, read_start
from imgvet.source_files import is_remote, listed, store_address
from imgvet.text import command_line, path_order

_ENOUGH = 64 * 1024  # bytes, enough to detect a format
_PICTURES = SUFFIXES_OF_FORMAT | RAW_SUFFIXES


@dataclass(frozen=True, slots=True)
class Skipped:
    """All of one kind that was skipped."""

    kind: SkippedKind
    number: int  # of what the kind counts
    paths: tuple[Path, ...]  # files, and folders that were not searched


@dataclass(frozen=True, slots=True)
class UnopenedFolder:
    """A folder that could not be opened, so nobody knows what is in it."""

    path: Path
    reason: str  # as the system puts it, e.g. ``Permission denied``


@dataclass(frozen=True, slots=True)
class FoundPhotos:
    """What is in the folders: photos, what was skipped, and folders that could not be opened."""

    photos: tuple[Path, ...]
    skipped: tuple[Skipped, ...] = ()  # one a kind, in the order in which the kinds were met
    unopened: tuple[UnopenedFolder, ...] = ()


def find_photos(
    sources: Iterable[Path], leave_out: Iterable[Path] = (), *, missing_ok: bool = False, also: Container[str] = ()
) -> FoundPhotos:
    """Every photo under the sources, in natural order of their paths, each once; folders are searched whole.

    A source with ``*``, ``?`` or ``[…]`` is a pattern, unless a file has that name; capitals make no difference, and
    what fits it is searched and skipped like what is in a folder.

    A file that is named counts as a photo whatever it is, so that it gets an answer; a folder that is named is searched
    whatever its name is. What is skipped in folders is a row in ``kinds.KINDS``; ``leave_out`` are folders that
    imgvet is about to write into. With ``missing_ok``, a source that is not there counts as a photo, too; so
    do files with the endings in ``also``, e.g. ``.pdf``.

    Raises:
        UsageError: a source does not exist, is a batch, or fits nothing.
        StorageError: a source is in a store that cannot be read.
    """
    patterns, sources = split_patterns(sources)
    _check(sources, missing_ok=missing_ok)
    named = {real_path(source): source for source in sources}
    walk = _Walk({real_path(folder) for folder in leave_out}, set(named), also)
    for folder in filter(_is_folder, sources):
        walk.search(folder)
    for source in filter(is_remote, sources):
        if not walk.take(listed(source)):
            raise UsageError(f"There is nothing at '{store_address(source)}'.", "Check it and run the command again.")
    for pattern in patterns:
        if not walk.take(fitting(pattern)):
            raise UsageError(f"No file or folder fits '{pattern}'.", "Check the name and run the command again.")
    photos = {real: path for real, path in named.items() if not _is_folder(path) and not is_remote(path)}
    for path in walk.photos():
        photos.setdefault(real_path(path), path)
    skipped = (
        Skipped(kind, number, tuple(paths))
        for kind, paths in walk.skipped_files.items()
        if (number := sum(_count(kind, path) for path in paths))
    )
    return FoundPhotos(tuple(sorted(photos.values(), key=path_order)), tuple(skipped), tuple(walk.unopened))


def _check(sources: Iterable[Path], *, missing_ok: bool) -> None:
    """Check that files and folders that were named are there and no batches.

    Raises:
        UsageError: one is not.
    """
    for source in sources:
        if is_remote(source):
            continue
        if not missing_ok and _is_missing(source):
            raise UsageError(f"There is no file or folder '{source}'.", "Check the name and run the command again.")
        if holds_batch(source):
            raise UsageError(
                f"'{source}' is a batch that imgvet wrote.",
                "To look at its files, name the folder inside it. To see its status:",
                command=command_line("imgvet", "status", source),
            )


def _is_missing(path: Path) -> bool:
    """Whether there is nothing of that name; what may not be looked at is included, so that the reason is reported."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return True
    except OSError:
        return False
    return False


def real_path(path: Path) -> Path:
    """Where the path leads, absolute; one that leads to no file keeps its own name, by which people know it."""
    if is_remote(path):
        return path
    if _is_folder(path) or os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises where asking is not allowed
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(path.parent), path.name)


@dataclass
class _Walk:
    """The folders that were searched, and everything found in them."""

    left_out: set[Path]
    named: set[Path]  # what somebody named is never skipped
    also: Container[str]  # endings of names that count as those of photos do
    pictures: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)  # what may be told by the pictures beside it
    skipped_files: dict[SkippedKind, dict[Path, None]] = field(default_factory=dict)
    unopened: list[UnopenedFolder] = field(default_factory=list)

    def search(self, folder: Path) -> None:
        """Everything below the folder; links to folders are not followed, so a loop of links does no harm."""
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            try:
                with os.scandir(here) as listing:
                    entries = sorted(listing, key=lambda entry: path_order(entry.name))
            except OSError as problem:
                self.unopened.append(UnopenedFolder(here, problem.strerror or "unknown reason"))
                continue
            waiting += self._folders_in((here / each.name, each.is_dir(follow_symlinks=False)) for each in entries)

    def take(self, paths: Iterable[Path]) -> bool:
        """Everything at and below these paths, each once; gives whether there are any."""
        paths = list(paths)
        for folder in self._folders_in((path, _is_folder(path) and not path.is_symlink()) for path in paths):
            self.search(folder)
        self.pictures, self.others = ([*dict.fromkeys(each)] for each in (self.pictures, self.others))
        return bool(paths)

    def _folders_in(self, entries: Iterable[tuple[Path, bool]]) -> Iterator[Path]:
        """The folders to search among entries of a folder, each with whether it is one; the others are sorted."""
        for path, is_folder in entries:
            if not is_folder:
                self._sort(path)
            elif kind := self._kind_of_folder(path):
                self._skip(kind, path)
            else:
                yield path

    def photos(self) -> Iterator[Path]:
        """The photos to vet; whatever belongs to another file is skipped."""
        neighbours = Neighbours(self.pictures, self.others)
        for path in self.others:
            self._skip(kind_beside(path, neighbours) or file_kind(path) or OTHERS, path)
        for path in self.pictures:
            if (kind := kind_beside(path, neighbours)) and real_path(path) not in self.named:
                self._skip(kind, path)
            else:
                yield path

    def _kind_of_folder(self, folder: Path) -> SkippedKind | None:
        if self.left_out and real_path(folder) in self.left_out:
            return OWN
        kind = folder_kind(folder)
        return kind if kind and real_path(folder) not in self.named else None

    def _sort(self, path: Path) -> None:
        kind = file_kind(path)
        if (kind is None or kind.unless_picture) and _is_folder(path):
            self._skip(LINKS, path)
        elif (kind is None or kind.unless_picture) and (path.suffix.lower() in self.also or _looks_like_photo(path)):
            self.pictures.append(path)
        else:
            self.others.append(path)

    def _skip(self, kind: SkippedKind, path: Path) -> None:
        if real_path(path) not in self.named:
            self.skipped_files.setdefault(kind, {})[path] = None


def _count(kind: SkippedKind, path: Path) -> int:
    """How many of the kind the path is, or, for a folder of a kind that counts pictures, are in it."""
    if path.is_symlink() or not _is_folder(path):
        return int(kind is not HIDDEN or _is_named_like_photo(path.name))
    if not kind.counts_pictures:
        return 1
    return sum(_is_named_like_photo(name) for _, _, names in os.walk(path) for name in names)


def _is_named_like_photo(name: str) -> bool:
    """By its ending; ``$I….jpg`` is what the bin of Windows notes about the deleted ``$R….jpg``."""
    return Path(name).suffix.lower() in _PICTURES and not name.startswith(("$I", "._"))


def _looks_like_photo(path: Path) -> bool:
    """By name, or else by content; a name that promises a photo is held to it."""
    if path.suffix.lower() in _PICTURES:
        return True
    try:
        detect_format(read_start(path, _ENOUGH))
    except (PhotoError, UnfitFile):
        return False
    return True


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where asking is not allowed
