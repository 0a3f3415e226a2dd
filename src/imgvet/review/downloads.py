"""What may be downloaded: a channel's files as one ZIP, and the papers of the batch; nothing of ``private/``.

The gate is asked again for every file at the moment in which it is sent, and each is read whole and compared with what
was proven before a byte of it leaves. Where one may no longer be published meanwhile, the download breaks off.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from imgvet.batch.names import contact_sheet_names
from imgvet.batch.own_files import entries_of, is_own_file, open_own, own_bytes
from imgvet.batch.placement import file_of
from imgvet.batch.status import file_state
from imgvet.batch.store import BatchStore
from imgvet.channels.places import ChannelPlace, channel_places, is_placed
from imgvet.errors import BatchError
from imgvet.photo import Photo, photo_for
from imgvet.reports.channel_tables import channel_table_bytes
from imgvet.review.context import NotKnown, Review, review_of
from imgvet.review.live_batch import LiveBatch
from imgvet.review.zip_stream import ZipEntry, ZipStream, zip_size
from imgvet.rules.needs import may_be_published
from imgvet.settings import Settings

_PAPERS = {
    "checklist.html": "text/html; charset=utf-8",
    "checklist-compact.html": "text/html; charset=utf-8",
    "checklist.csv": "text/csv; charset=utf-8",
    "checklist.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PIECE = 256 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class ChannelFiles:
    """The files of a channel that may be uploaded at this moment."""

    channel: str
    photos: tuple[Photo, ...]  # as ``photo_for`` gives them, judged
    table: bytes  # the texts to upload them with
    entries: tuple[ZipEntry, ...]  # the table first

    @property
    def size(self) -> int:
        """Bytes of the ZIP."""
        return zip_size(self.entries) if self.photos else 0


class BrokenDownload(Exception):
    """A file may no longer leave, or is not what was proven, in the middle of a download."""


@dataclass(frozen=True, slots=True)
class JudgedBatch:
    """A batch as it is judged at one moment, for what takes long and must delay nobody's answers."""

    folder: BatchStore  # only for where its files are
    settings: Settings
    photos: tuple[Photo, ...]  # judged
    stamps: Mapping[str, Mapping[int, str]]  # by channel, see ``BatchStore.clean_stamps``


def judged_batch(live: LiveBatch) -> JudgedBatch:
    """The batch at this moment, as anybody has changed it."""
    live.refresh()
    names = live.settings.channel_names
    stamps = {name: live.folder.clean_stamps("" if name == names[0] else name) for name in names}
    return JudgedBatch(live.folder, live.settings, tuple(map(live.judged, live.numbers())), stamps)


def channel_files(batch: JudgedBatch, channel: str) -> ChannelFiles:
    """What may be uploaded to a channel now: placed, whole, and let through by the gate.

    Raises:
        NotKnown: the batch has no such channel.
    """
    place = _place(batch.settings, channel)
    ready = [photo for photo in batch.photos if _may_leave(photo, channel)]
    stamps = batch.stamps[channel]
    whole = [photo for photo in ready if file_state(batch.folder, photo_for(photo, channel), stamps) is None]
    table = channel_table_bytes(whole, batch.settings, place)
    parts = tuple(photo_for(photo, channel) for photo in whole)
    entries = (ZipEntry(place.table, len(table)), *(ZipEntry(part.name, part.output_bytes) for part in parts))
    return ChannelFiles(channel, parts, table, entries)


def _place(settings: Settings, channel: str) -> ChannelPlace:
    for place in channel_places(settings):
        if place.channel == channel:
            return place
    raise NotKnown("There is no such channel.", "Load the page again.")


def _may_leave(photo: Photo, channel: str) -> bool:
    part = photo_for(photo, channel)
    return is_placed(part) and may_be_published(part)


def paper_names(batch: Path) -> list[str]:
    """The papers of a batch that are there, in the order in which they are offered."""
    there = {path.name for path in entries_of(batch)}
    return [name for name in (*_PAPERS, *contact_sheet_names(there)) if name in there and is_own_file(batch / name)]


async def _channel_zip(request: Request) -> Response:
    """All that may be uploaded to one channel now, as one ZIP."""
    review, channel = review_of(request), request.path_params["channel"]
    files = await asyncio.to_thread(channel_files, await review.on_batch(judged_batch, review.live), channel)
    if review.finishing.is_running:
        raise BatchError("The files are being made at this moment.", "Download them once that is done.")
    if not files.photos:
        raise BatchError("No photo may be uploaded to this channel yet.", "Finish first; the page says what is needed.")
    name = f"{Path(files.photos[0].name).stem.rpartition('-')[0]}-{channel}.zip"
    headers = {"content-length": str(files.size), "content-disposition": f'attachment; filename="{name}"'}
    if request.method == "HEAD":  # no file is read for it
        return Response(media_type="application/zip", headers=headers)
    return StreamingResponse(_pieces(review, files), media_type="application/zip", headers=headers)


async def _pieces(review: Review, files: ChannelFiles) -> AsyncIterator[bytes]:
    stream = ZipStream()
    yield stream.file(files.entries[0], files.table)
    for part, entry in zip(files.photos, files.entries[1:], strict=True):
        path = await review.on_batch(_path_now, review.live, part)
        data = await asyncio.to_thread(own_bytes, path, part.sha256 or "") if path else None
        if data is None:
            raise BrokenDownload(f"{part.name} may no longer be uploaded, or was changed.")
        yield stream.file(entry, data)
    yield stream.end()


def _path_now(live: LiveBatch, part: Photo) -> Path | None:
    """Where a file is, if it may still leave at this moment."""
    live.refresh()
    try:
        photo = live.judged(part.number)
    except KeyError:
        return None
    now = photo_for(photo, part.channel)
    return file_of(live.folder, now) if _may_leave(photo, part.channel) and now.sha256 == part.sha256 else None


async def _paper(request: Request) -> Response:
    """One of the papers, to be kept: never shown as a page of this server."""
    review, name = review_of(request), request.path_params["name"]
    batch = review.live.folder.path
    opened = open_own(batch / name) if name in await asyncio.to_thread(paper_names, batch) else None
    if opened is None:
        raise NotKnown("There is no such paper.", "Finish first; the papers are written then.")

    async def pieces() -> AsyncIterator[bytes]:
        with opened:
            while piece := await asyncio.to_thread(opened.read, _PIECE):
                yield piece

    media_type = _PAPERS.get(name, "image/jpeg")
    return StreamingResponse(
        pieces(), media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


routes: Sequence[BaseRoute] = [
    Route("/download/{channel}.zip", _channel_zip, methods=["GET"]),
    Route("/download/papers/{name}", _paper, methods=["GET"]),
]
