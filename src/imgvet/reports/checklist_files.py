"""Every file of a batch's checklist, with small pictures of whole photos on which the faces are numbered.

The pictures are drawn from previews, which come from strangers' files, so confined workers draw them; they are in
``private/`` while the files are written, and gone then.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.status import office_views
from imgvet.batch.store import BatchStore
from imgvet.checklist.rows import is_open
from imgvet.checklist.write import SHEET_FORMATS, write_checklist_page, write_compact_page, write_sheets
from imgvet.photo import Photo
from imgvet.reports.drawing import drawn_pictures
from imgvet.settings import Settings
from imgvet.workers.answers import LostJob
from imgvet.workers.pool import SpareWorkers

CHECKLIST_FORMATS = ("html", "compact", *SHEET_FORMATS)

_SHARE = 50  # photos; a process for fewer takes longer to start than to draw them
_QUALITY = 72


@dataclass(frozen=True, slots=True)
class _Look:
    """How the pictures of whole photos are drawn for one of the files."""

    side: int  # pixels, the longer one
    type_size: int  # of the numbers, pixels


_LOOKS = {"xlsx": _Look(500, 20), "compact": _Look(320, 26)}


@dataclass(frozen=True, slots=True)
class ChecklistWishes:
    """Which files of a checklist are written, and how."""

    formats: Sequence[str] = CHECKLIST_FORMATS
    show_all: bool = False  # all photos and faces, also where nothing is open
    one_a_page: bool = False  # on paper every photo begins a page of its own


def write_checklist(
    folder: BatchStore,
    settings: Settings,
    snapshot: BatchSnapshot,
    spare: SpareWorkers,
    wishes: ChecklistWishes = ChecklistWishes(),
) -> tuple[Path, ...]:
    """Write the files of a checklist, each whole or not at all.

    Sheets that somebody has filled in and nobody has imported were moved to ``private/``, and are returned.

    Args:
        folder: the batch.
        settings: the batch's.
        snapshot: the batch as it is now, its photos as they are judged.
        spare: the workers that draw for all papers of the batch.
        wishes: which files, and how.

    Raises:
        BatchError: a sheet is open in another program and cannot be replaced.
        OSError: the folder cannot be written to.
    """
    kept: tuple[Path, ...] = ()
    for ending in (each for each in SHEET_FORMATS if each in wishes.formats):
        with _drawn(folder, settings, snapshot, spare, ending, show_all=wishes.show_all) as picture_of:
            kept += write_sheets(folder, settings, snapshot, [ending], picture_of, show_all=wishes.show_all)
    if "html" in wishes.formats:
        write_checklist_page(folder, settings, snapshot, one_a_page=wishes.one_a_page, show_all=wishes.show_all)
    if "compact" in wishes.formats:
        with _drawn(folder, settings, snapshot, spare, "compact") as picture_of:
            write_compact_page(folder, settings, snapshot, picture_of)
    return kept


@contextmanager
def _drawn(
    folder: BatchStore,
    settings: Settings,
    snapshot: BatchSnapshot,
    spare: SpareWorkers,
    ending: str,
    *,
    show_all: bool = False,
) -> Iterator[Callable[[Photo], bytes | None]]:
    """The pictures for one file: drawn before, read one by one, and removed at the end."""
    look, asked = _LOOKS.get(ending), office_views(snapshot.photos, settings)
    open_ones = sum(map(is_open, asked)) if look else 0
    scraps = folder.private / "drawn"
    shutil.rmtree(scraps, ignore_errors=True)  # of a killed run
    if look is None or not (open_ones or show_all):
        yield lambda _: None
        return
    wanted = (photo for photo in asked if ending == "xlsx" or is_open(photo))
    jobs = ((photo, pictures.preview) for photo in wanted if (pictures := folder.pictures(photo)))
    shares = len(snapshot.photos) // _SHARE
    try:
        scraps.mkdir(mode=0o700)
        for photo, picture in _pictures(drawn_pictures(partial(_draw, look=look), jobs, shares, spare)):
            (scraps / f"{photo.number}.jpg").write_bytes(picture)
        yield partial(_read, scraps)
    finally:
        shutil.rmtree(scraps, ignore_errors=True)


def _read(scraps: Path, photo: Photo) -> bytes | None:
    path = scraps / f"{photo.number}.jpg"
    return path.read_bytes() if path.is_file() else None


def _pictures(results: Iterable[tuple[tuple[Photo, bytes], bytes | LostJob]]) -> Iterator[tuple[Photo, bytes]]:
    """Each photo with its picture, as it is drawn; one that crashes the worker process has none."""
    for (photo, _), drawn in results:
        if not isinstance(drawn, LostJob) and drawn:
            yield photo, drawn


def _draw(_: None, job: tuple[Photo, bytes], look: _Look) -> bytes:
    """The preview in that size with its faces numbered; nothing where it cannot be read."""
    import cv2  # noqa: PLC0415 - the worker alone needs it
    import numpy as np  # noqa: PLC0415

    from imgvet.encode.numbered_faces import draw_numbered_faces  # noqa: PLC0415

    photo, preview = job
    read = cv2.imdecode(np.frombuffer(preview, np.uint8), cv2.IMREAD_COLOR)
    if read is None:
        return b""
    scale = look.side / max(read.shape[:2])
    size = max(1, round(read.shape[1] * scale)), max(1, round(read.shape[0] * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture = np.ascontiguousarray(cv2.resize(read, size, interpolation=way), np.uint8)
    if (photo.faces or photo.areas) and photo.width and photo.height:
        draw_numbered_faces(picture, photo, cv2.FontFace("sans"), look.type_size, thickness=2)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1])
