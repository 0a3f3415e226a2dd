"""What folders contain besides photos to vet: one row for each kind, with how it is recognised and its words.

Names are compared without regard to capitals, because FAT sticks keep none. The first row that matches is the kind.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import Path

from imgvet.find_photos.neighbours import Neighbours, plain_name
from imgvet.named_files import UnfitFile, read_start


@dataclass(frozen=True)
class SkippedKind:
    """A kind of files or folders that is skipped wherever a folder is searched."""

    one: str  # in words, as counted: one of them
    many: str
    folders: tuple[
        str, ...
    ] = ()  # names of folders, with * for any letters; parent/name where the name says too little
    files: tuple[str, ...] = ()  # names of files, likewise
    holds: Callable[[Path], bool] | None = None  # of a folder: whether its content shows that it is of this kind
    beside: Callable[[Path, Neighbours], bool] | None = None  # of a file: whether the files beside it show that
    counts_pictures: bool = False  # a folder counts as the pictures in it, and is not listed if there are none
    unless_picture: bool = False  # of a file: its content decides
    advice: str = ""  # what to do where they are wanted


def folder_kind(folder: Path) -> SkippedKind | None:
    """The kind of a folder that is skipped with everything in it; None for one to search."""
    name = _with_parent(folder)
    for kind in KINDS:
        if (kind.folders and _pattern(kind.folders).match(name)) or (kind.holds and kind.holds(folder)):
            return kind
    return None


def file_kind(file: Path) -> SkippedKind | None:
    """The kind of a file by its name alone; None if its content decides."""
    name = _with_parent(file)
    return next((kind for kind in KINDS if kind.files and _pattern(kind.files).match(name)), None)


def is_of_system(path: Path) -> bool:
    """Whether it is one of the files or folders that an operating system or its file manager leaves everywhere."""
    kinds = {folder_kind(path) if path.is_dir() and not path.is_symlink() else None, file_kind(path)}
    return _OF_SYSTEM in kinds and not path.is_symlink()


def kind_beside(file: Path, neighbours: Neighbours) -> SkippedKind | None:
    """The kind of a file by the files beside it; None for one to vet."""
    return next((kind for kind in KINDS if kind.beside and kind.beside(file, neighbours)), None)


def holds_batch(folder: Path) -> bool:
    """Whether the folder is a batch, whatever its name is; a copy without ``private/`` is one as well."""
    return _is_file(folder / "private" / "batch.db") or (
        _is_file(folder / "checklist.html") and os.path.isdir(folder / "held")  # noqa: PTH112 - Path.is_dir may raise
    )


def _written_by_imgvet(folder: Path) -> bool:
    """Whether the folder is a batch, one of its folders to upload, copied alone, or one with previews of check."""
    own = holds_batch(folder) or any(_begins_with(folder / name, start) for name, start in _OWN_STARTS)
    return own or any(_begins_with(table, _POSTS_START) for table in _tables_in(folder))


def _tables_in(folder: Path) -> Iterator[Path]:
    """The first tables in a folder; those of channels have the channels' names."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - thousands of photos need no path objects
    except OSError:  # reported when it is searched
        return iter(())
    return (folder / name for name in sorted(name for name in names if name.lower().endswith(".csv"))[:_MOST_TABLES])


def _begins_with(file: Path, start: bytes) -> bool:
    try:
        return read_start(file, len(start)) == start
    except UnfitFile:
        return False


PREVIEWS_MARK = "Pictures that imgvet check wrote. Private: do not share."
_OWN_STARTS = (  # how a file begins that imgvet writes into folders of its own pictures
    ("flickr.csv", b"\xef\xbb\xbffile,title,description,"),  # into folders to upload
    ("README.txt", PREVIEWS_MARK.encode()),  # into the folder with the previews of check
)
_POSTS_START = b"\xef\xbb\xbffile,post,post text,"  # of the table of any other channel, whatever it is called
_MOST_TABLES = 20  # that are looked into


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises where asking is not allowed


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """What the names match, each with that of the folder above it."""
    return re.compile("|".join(translate(name if "/" in name else f"*/{name}") for name in names))


def _with_parent(path: Path) -> str:
    return f"{plain_name(path.parent.name)}/{plain_name(path.name)}"


def _suffixes(words: str) -> tuple[str, ...]:
    return tuple(f"*.{word}" for word in words.split())


HIDDEN = SkippedKind(
    "hidden picture",
    "hidden pictures",
    folders=(".*",),
    files=(".*",),
    counts_pictures=True,
    advice="To vet one anyway, name it.",
)
LINKS = SkippedKind(
    "link to another folder", "links to other folders", advice="To vet the photos in it, name that folder."
)
OTHERS = SkippedKind("file that is not a picture", "files that are not pictures")
OWN = SkippedKind(
    "picture that imgvet wrote",
    "pictures that imgvet wrote",
    folders=("imgvet-ready", "imgvet-stripped", "imgvet-check"),
    files=("*.unfinished",),
    holds=_written_by_imgvet,
    counts_pictures=True,
)
VIDEOS = SkippedKind(
    "video",
    "videos",
    files=_suffixes(
        "mov mp4 m4v qt 3gp 3g2 avi mkv webm wmv asf flv mpg mpeg m2v mts m2ts ts mod tod vob dv mxf ogv lrv insv 360 "
        "braw r3d crm mp"
    ),
    unless_picture=True,
)

_OF_SYSTEM = SkippedKind(
    "file or folder of the operating system",
    "files or folders of the operating system",
    folders=(
        "__macosx", "system volume information", ".spotlight-v100", ".fseventsd", ".temporaryitems",
        ".documentrevisions-v100", "@tmp", "@synoresource", "@sharebin",
    ),
    files=(
        "._*", ".ds_store", ".localized", "icon\r", "thumbs.db", "ehthumbs*.db", "desktop.ini", ".directory",
        "autorun.inf", "indexervolumeguid", "wpsettings.dat",
    ),
)  # fmt: skip

SIDECARS = SkippedKind(
    "sidecar file",
    "sidecar files",
    files=(
        *_suffixes("xmp aae thm dop pp3 on1 onphoto cos cot comask nksc dr4 vrd arp rmd ict exv mie spd ctg ind"),
        "*.jbf", "picasa.ini", ".picasa.ini", ".nomedia", "*.*.json",
    ),
)  # fmt: skip

KINDS = (
    SkippedKind(
        "photo that is in iCloud and not on this computer",
        "photos that are in iCloud and not on this computer",
        files=(".*.icloud",),
        advice="Download them first.",
    ),
    _OF_SYSTEM,
    SkippedKind(
        "deleted photo in a bin",
        "deleted photos in a bin",
        folders=(
            "$recycle.bin", "recycler", "recycled", "recycle bin", "recycle.bin", "network recycle bin*", "trash",
            "trashbox", ".trash", ".trashes", ".trash-*", ".globaltrash", "#recycle", "@recycle", ".recycle",
            ".@recycle", ".recycle.bin", ".recycle_bin", ".dtrash", "files_trashbin", "lost+found", "lost.dir",
            "found.[0-9][0-9][0-9]",
        ),
        files=(".trashed-*",),
        counts_pictures=True,
        advice="To vet them anyway, name the folder.",
    ),
    SkippedKind(
        "earlier copy kept by a drive or program",
        "earlier copies kept by a drive or program",
        folders=(
            "#snapshot", "@snapshot", "@recently-snapshot", "~snapshot", ".snapshot", ".snapshots", ".zfs",
            ".stversions", "files_versions", "backups.backupdb",
        ),
        files=("*.*_original", "*.orig", "*.bak", "*.bak.*", "*.xnbak*", "*~"),
        counts_pictures=True,
    ),
    SkippedKind(
        "original that a photo program kept from before it was edited",
        "originals that a photo program kept from before they were edited",
        folders=(".picasaoriginals", "[[]originals]"),
        counts_pictures=True,
        advice="To vet them anyway, name the folder.",
    ),
    SkippedKind(
        "folder of thumbnails or previews",
        "folders of thumbnails or previews",
        folders=(
            "@eadir", ".@__thumb", "thumbs", "thumbnails", ".thumbs", ".thumbnails", ".thumb", ".thumbcache", "thmbnl",
            "appdata_*", "*.lrdata", "*.lrcat-data", "captureone/cache", ".digikam", ".darktable", ".bridgecache",
        ),
    ),
    SkippedKind(
        "library of a photo program",
        "libraries of photo programs",
        folders=(
            "*.photoslibrary", "*.photolibrary", "*.migratedphotolibrary", "*.aplibrary", "*.migratedaplibrary",
            "*.lrlibrary", "*.cocatalog", "*.cosessiondb", "*.lmnr", "iphoto library", "aperture library",
            "photo booth library",
        ),
        advice="Export the photos from that program to vet them.",
    ),
    OWN,
    SkippedKind(
        "file that is still being copied or downloaded",
        "files that are still being copied or downloaded",
        files=_suffixes("part partial filepart crdownload opdownload download"),
        advice="To vet one anyway, name it.",
    ),
    SIDECARS,
    SkippedKind(
        "video of a live photo",
        "videos of live photos",
        beside=lambda file, neighbours: file_kind(file) is VIDEOS and neighbours.has_picture(file),
    ),
    VIDEOS,
    SkippedKind(
        "sound recording",
        "sound recordings",
        files=_suffixes("wav mp3 m4a aac amr ogg flac aif aiff wma"),
        unless_picture=True,
    ),
    SkippedKind(
        "picture in a format that imgvet does not read",
        "pictures in formats that imgvet does not read",
        files=_suffixes(
            "psd psb bmp jxl jp2 j2k jpf jpx svg svgz eps ai indd cdr xcf kra clip afphoto afdesign exr hdr tga dcm "
            "ico"
        ),
        unless_picture=True,
        advice="Save them as JPEG to vet them.",
    ),
    HIDDEN,
    SkippedKind(
        "RAW file beside its JPEG or other picture",
        "RAW files beside their JPEGs or other pictures",
        beside=lambda file, neighbours: neighbours.has_finished(file),
    ),
    SkippedKind(
        "original whose edited version is vetted",
        "originals whose edited versions are vetted",
        beside=lambda file, neighbours: neighbours.has_edited_version(file),
        advice="To vet one as it was taken, name the file.",
    ),
    SkippedKind(
        "photo that was edited on a phone and whose edited version is not here",
        "photos that were edited on a phone and whose edited versions are not here",
        beside=lambda file, neighbours: neighbours.has_edits(file),
        advice="Bring the edited version as well, or name the file to vet it as it was taken.",
    ),
    LINKS,
    OTHERS,
)  # fmt: skip
