"""The pictures that the page shows: previews as they were made; large ones, and what will be published, as it is now.

None of them is an original. Previews and faces are those that vetting took, after redaction. A large picture is drawn
in a confined worker, from the very bytes that were vetted, with everything hidden that an answer hides; what will be
published is the clean file itself, or made by the pipeline of a run. All of it is kept in memory, within bounds; files
that a worker writes on the way are in a folder of the batch's ``private/``, and are removed once they are read.
"""

import asyncio
import hashlib
import shutil
import sqlite3
import tempfile
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

from imgvet.batch.own_files import own_bytes
from imgvet.batch.placement import file_of
from imgvet.batch.publish_view import PublishPlan, judge_made, plan_publishing, what_keeps_it
from imgvet.batch.recipes import areas_hidden_now, hidden_now
from imgvet.batch.record_checks import picture_fault
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.store import BatchStore
from imgvet.errors import ImgvetError
from imgvet.geometry import Box, Outline, outline_box
from imgvet.photo import CROP_SIDE, PREVIEW_SIDE, Area, Face, Photo, photo_for
from imgvet.photo_jobs import PhotoJob, checked_result
from imgvet.review.photo_rows import part_key
from imgvet.settings import Settings
from imgvet.sqlite_store import FileInUse, lock_file
from imgvet.view_jobs import LARGE_SIDE, MadePicture, PictureJob, PictureWorker, PreviewJob, RecipesJob, ViewJob
from imgvet.workers.answers import UNTRUSTED, LostJob

Given = ParamSpec("Given")
Found = TypeVar("Found")
Wanted = Callable[[], Awaitable[bool]]  # whether somebody still looks

_WORKERS = 2
_SMALL_BYTES, _LARGE_BYTES, _FILES_BYTES = 8 * 1024**2, 32 * 1024**2, 24 * 1024**2  # that are kept
_MOST_LARGE = 16 * 1024**2  # bytes of one large picture
_MOST_WAITING = 48  # pictures; those asked for first are dropped
_LOCK, _ABANDONED_SECONDS = "lock.db", 60
_FOLDER = "pictures-"
_CHANGED = "Its original has changed since it was vetted."
_NO_PICTURE = "There is no picture of it."
_BY_SUFFIX = {".jpg": "image/jpeg", ".png": "image/png"}


class NoPicture(ImgvetError):
    """There is no such picture, or it cannot be made."""


class PictureDropped(ImgvetError):
    """Nobody looks at it any more."""


class BatchAtHand(Protocol):
    """What is needed of a batch that is open; it is used in one thread."""

    folder: BatchStore
    settings: Settings

    def snapshot(self) -> BatchSnapshot:
        """The batch as it is known now."""

    def judged(self, number: int) -> Photo:
        """A photo as it is judged now."""


class OnBatch(Protocol):
    """Runs a function in the thread that has the batch."""

    def __call__(self, function: Callable[Given, Found], *words: Given.args, **named: Given.kwargs) -> Awaitable[Found]:
        """Its result."""


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture as it is sent."""

    data: bytes
    source: str  # "original", "clean file", "preview", "face", "published file" or "made for this view"
    note: str = ""  # what people should know about it, e.g. why it is not the original's
    media_type: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class PublishedPicture:
    """What will be published of a photo for a channel."""

    picture: ShownPicture
    keeps: tuple[str, ...]  # what still keeps it from being published, a sentence each

    def as_json(self) -> dict[str, Any]:
        """What the page is told beside the picture itself."""
        shown = self.picture
        return {
            "from": shown.source, "note": shown.note, "type": shown.media_type, "bytes": len(shown.data),
            "ready": not self.keeps, "keeps": list(self.keeps),
        }  # fmt: skip


class PictureMemory(Generic[Found]):
    """What was made, as long as there is room for it; what was not looked at for longest goes first."""

    def __init__(self, most_bytes: int, size: Callable[[Found], int]) -> None:
        self._most, self._size, self.used = most_bytes, size, 0
        self._kept: OrderedDict[object, Found] = OrderedDict()

    def get(self, key: object) -> Found | None:
        """What is kept under that key."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: object, made: Found) -> None:
        """Keep it, where it is not too large by itself."""
        if key in self._kept or self._size(made) > self._most:
            return
        self._kept[key] = made
        self.used += self._size(made)
        while self.used > self._most:
            _, gone = self._kept.popitem(last=False)
            self.used -= self._size(gone)


@dataclass(frozen=True, slots=True)
class _MadeFiles:
    """The files that a run would write of one photo, by channel, and its record."""

    record: Photo
    files: dict[str, ShownPicture]


@dataclass
class _Task:
    """A picture that somebody has asked for."""

    key: object
    work: "Callable[[PictureWorker], Any]"
    future: "asyncio.Future[Any]"
    wanted: list[Wanted] = field(default_factory=list)
    ahead: bool = True  # nobody looks at it yet


class Pictures:
    """The pictures of one batch. Its methods run in the server's event loop; nothing is opened there."""

    def __init__(self, live: BatchAtHand, on_batch: OnBatch) -> None:
        self._live, self._on_batch = live, on_batch
        self._small = PictureMemory[ShownPicture](_SMALL_BYTES, lambda made: len(made.data))
        self._large = PictureMemory[ShownPicture](_LARGE_BYTES, lambda made: len(made.data))
        self._files = PictureMemory[_MadeFiles](
            _FILES_BYTES, lambda made: sum(len(each.data) for each in made.files.values())
        )
        self._recipes: tuple[Settings, dict[str, str]] | None = None
        self._own = ExitStack()
        self._place: Path | None = None
        self._idle: list[tuple[Settings, PictureWorker]] = []
        self._all = set[PictureWorker]()
        self._closed = False
        self._threads = ThreadPoolExecutor(_WORKERS, "pictures")
        self._waiting: list[_Task] = []
        self._under_way: dict[object, _Task] = {}
        self._benches = 0
        self._running = set[asyncio.Task[None]]()
        self.drawn = 0  # jobs that workers were given

    async def start(self) -> None:
        """Make the folder for what workers write, clear away those of servers that were killed, start a worker.

        Raises:
            OSError: the batch cannot be written to.
        """
        private = await self._on_batch(lambda: self._live.folder.private)
        self._place = self._own.enter_context(own_folder(private))
        worker = self._taken_worker(self._live.settings)
        await asyncio.get_running_loop().run_in_executor(self._threads, worker.start)
        self._idle.append((self._live.settings, worker))

    async def close(self) -> None:
        """End the workers, and remove their folder."""
        self._closed = True
        for task in tuple(self._under_way.values()):
            self._end(task, PictureDropped("imgvet has stopped.", ""))
        self._waiting.clear()
        for worker in tuple(self._all):
            await asyncio.to_thread(worker.close)
        for running in tuple(self._running):
            with suppress(Exception):
                await running
        self._threads.shutdown()
        self._own.close()

    @property
    def place(self) -> Path | None:
        """The server's own folder below ``private/``, which goes with it; None before it has started."""
        return self._place

    # -- what there is already

    async def thumb(self, number: int, wanted: Wanted) -> ShownPicture:
        """The preview of a photo, as it was made when it was vetted, with all hidden that is hidden since.

        Raises:
            NoPicture: it has none.
            PictureDropped: nobody looks at it any more.
        """
        return await self._as_now(partial(self._preview, number), lambda job: self._drawn(job, wanted, ahead=False))

    async def face(self, number: int, face: int, wanted: Wanted, key: str = "") -> ShownPicture:
        """A face of a photo: as it was made when the photo was vetted, else drawn as ``large`` is.

        ``key``: which face was shown under that number (``part_key``), because numbers move.

        Raises:
            NoPicture: there is no such face.
            PictureDropped: nobody looks at it any more.
        """
        look = partial(self._stored_part, number, lambda photo: photo.faces, str(face), key)
        return await self._as_now(look, lambda job: self._drawn(job, wanted, ahead=False))

    async def area(self, number: int, letters: str, wanted: Wanted, key: str = "") -> ShownPicture:
        """The same of an area.

        Raises:
            NoPicture, PictureDropped: as ``face``.
        """
        look = partial(self._stored_part, number, lambda photo: photo.areas, letters, key)
        return await self._as_now(look, lambda job: self._drawn(job, wanted, ahead=False))

    async def large(self, number: int, wanted: Wanted, *, ahead: bool = False) -> ShownPicture:
        """A photo, large: its original, else its clean file, else its preview; ``note`` says why.

        ``ahead``: nobody looks at it yet.

        Raises:
            NoPicture: it has none.
            PictureDropped: nobody looks at it any more.
        """

        async def drawn(jobs: list[ViewJob]) -> ShownPicture:
            note = ""
            for job in jobs:
                try:
                    return replace(await self._drawn(job, wanted, ahead=ahead), note=note)
                except NoPicture as problem:
                    note = note or problem.reason
            return replace(await self.thumb(number, wanted), note=note)

        return await self._as_now(partial(self._large_jobs, number), drawn)

    async def _as_now(
        self, look: Callable[[], ShownPicture | Found], draw: Callable[[Found], Awaitable[ShownPicture]]
    ) -> ShownPicture:
        """What is there of a photo, or is drawn of it; again where somebody has answered meanwhile.

        So nothing that is hidden is sent.
        """
        found = await self._on_batch(look)
        while not isinstance(found, ShownPicture):
            shown = await draw(found)
            now = await self._on_batch(look)
            if now == found:
                return shown
            found = now
        return found

    async def published(self, number: int, channel: str, wanted: Wanted) -> PublishedPicture:
        """Exactly what will be published of a photo for a channel now.

        Raises:
            NoPicture: there is no such photo or channel, or its file cannot be made; with the reason.
            PictureDropped: nobody looks at it any more.
            ModelError, ProfileError, RegisterError: as a run.
        """
        settings = self._live.settings
        if channel not in settings.channel_names:
            raise NoPicture("There is no such channel.", "")
        bases = await self._bases(settings, wanted)
        place = self._place or Path()
        plan = await self._on_batch(self._plan, bases, number, channel, place)
        while True:
            shown = await self._published_by(plan, number, channel, wanted)
            now = await self._on_batch(self._plan, bases, number, channel, place)
            if (now.key, now.file, now.sha256) == (plan.key, plan.file, plan.sha256):
                return shown
            plan = now  # somebody has answered meanwhile

    async def _published_by(self, plan: PublishPlan, number: int, channel: str, wanted: Wanted) -> PublishedPicture:
        if plan.job:
            return await self._made(plan, plan.job, channel, wanted)
        if plan.file is None:
            raise NoPicture(plan.note, "")
        data = await asyncio.to_thread(own_bytes, plan.file, plan.sha256)
        if data is None:
            raise NoPicture("Its file was changed since imgvet wrote it; finish makes it again.", "")
        keeps = await self._on_batch(self._keeps, number, channel)
        shown = ShownPicture(data, "published file", plan.note, _BY_SUFFIX.get(plan.file.suffix, "image/jpeg"))
        return PublishedPicture(shown, keeps)

    # -- in the batch's thread

    def _photo(self, number: int) -> Photo:
        photo = self._live.folder.photo(number)
        if photo is None:
            raise NoPicture("There is no such photo.", "")
        return photo

    def _preview(self, number: int) -> ShownPicture | PreviewJob:
        photo = self._photo(number)
        key = ("thumb", number, photo.vetting)
        made = self._small.get(key)
        if made is None:
            pictures = self._live.folder.pictures(photo)
            if pictures is None:
                raise NoPicture(photo.error or _NO_PICTURE, "")
            made = ShownPicture(pictures.preview, "preview")
            self._small.put(key, made)
        faces, areas = self._hidden_since(photo)
        size = photo.width, photo.height
        return PreviewJob(number, made.data, size, faces, areas) if faces or areas else made

    def _stored_part(
        self, number: int, of: Callable[[Photo], Sequence[Face | Area]], name: str, key_of_part: str
    ) -> ShownPicture | ViewJob:
        photo = self._photo(number)
        now = next((each for each in of(self._live.judged(number)) if _name(each) == name), None)
        if now is None or key_of_part not in ("", part_key(now)):
            raise NoPicture("There is no such face or area.", "")
        faces, areas = self._hidden_since(photo)
        near = now.box.grown(1.0)
        if any(box.grown(1.0).common_area(near) for box in (*faces, *map(outline_box, areas))):
            return replace(self._original_job(photo), face=now.box)
        key = ("part", number, name, now.box, photo.vetting)
        if kept := self._small.get(key):
            return kept
        vetted = {_name(each): (place, each.box) for place, each in enumerate(of(photo))}
        place, box = vetted.get(name, (-1, None))
        if box == now.box and (pictures := self._live.folder.pictures(photo)):
            crops = pictures.area_crops if isinstance(now, Area) else pictures.crops
            if place < len(crops):
                made = ShownPicture(crops[place], "face")
                self._small.put(key, made)
                return made
        return replace(self._original_job(photo), face=now.box)

    def _large_jobs(self, number: int) -> list[ViewJob]:
        """How to draw it: from its original, else from its clean file."""
        photo = self._photo(number)
        if photo.error is not None or not photo.width:
            raise NoPicture(photo.error or _NO_PICTURE, "")
        first = self._original_job(photo)
        if not photo.output or not photo.sha256:
            return [first]
        return [first, replace(first, source=file_of(self._live.folder, photo), sha256=photo.sha256, is_clean=True)]

    def _original_job(self, photo: Photo) -> ViewJob:
        faces, areas = self._hidden(photo)
        size = photo.width, photo.height
        return ViewJob(photo.number, Path(photo.source), photo.source_sha256, size, faces, areas)

    def _hidden(self, photo: Photo) -> tuple[tuple[Box, ...], tuple[Outline, ...]]:
        """The boxes of the faces, and the outlines of the areas, that are to be hidden."""
        known = self._live.snapshot().index.state_of(photo)
        faces = tuple(face.box for face in hidden_now(photo, known, self._live.settings))
        return faces, tuple(area.corners for area in areas_hidden_now(photo, known))

    def _hidden_since(self, photo: Photo) -> tuple[tuple[Box, ...], tuple[Outline, ...]]:
        """What is to be hidden and can still be seen in the small pictures that vetting has taken."""
        faces, areas = self._hidden(photo)
        covered = {face.box for face in photo.faces if face.is_hidden}
        covered_areas = {area.corners for area in photo.areas if area.is_hidden}
        return (
            tuple(box for box in faces if box not in covered),
            tuple(outline for outline in areas if outline not in covered_areas),
        )

    def _plan(self, bases: dict[str, str], number: int, channel: str, place: Path) -> PublishPlan:
        self._photo(number)
        live = self._live
        return plan_publishing(live.folder, live.snapshot(), live.settings, bases, number, channel, place)

    def _keeps(self, number: int, channel: str) -> tuple[str, ...]:
        return what_keeps_it(self._live.judged(number), channel)

    def _keeps_made(self, job: PhotoJob, made: Photo, channel: str) -> tuple[str, ...]:
        live = self._live
        judged = judge_made(live.snapshot(), live.settings, self._photo(job.number), job, made)
        return what_keeps_it(judged, channel)

    # -- in the workers

    async def _drawn(self, job: ViewJob | PreviewJob, wanted: Wanted, *, ahead: bool) -> ShownPicture:
        """The picture of a view; kept for as long as there is room.

        Raises:
            NoPicture: it cannot be drawn; with the reason.
        """
        key: object = job
        if isinstance(job, PreviewJob):
            key = job.number, hashlib.sha256(job.jpeg).digest(), job.hidden, job.areas
        if kept := self._large.get(key):
            return kept
        made: MadePicture = await self._asked(key, partial(_made_by, job=job), wanted, ahead=ahead)
        if isinstance(job, PreviewJob):
            side, source = PREVIEW_SIDE, "preview"
        else:
            side, source = CROP_SIDE if job.face else LARGE_SIDE, "clean file" if job.is_clean else "original"
        if made.problem or picture_fault(made.jpeg, side, _MOST_LARGE):
            raise NoPicture(made.problem or UNTRUSTED, "")
        shown = ShownPicture(made.jpeg, source)
        self._large.put(key, shown)
        return shown

    async def _bases(self, settings: Settings, wanted: Wanted) -> dict[str, str]:
        """What the recipe of every photo begins with; the marks are drawn for it, so a worker says it."""
        if self._recipes is None or self._recipes[0] != settings:
            made: MadePicture = await self._asked(
                ("recipes",), partial(_made_by, job=RecipesJob()), wanted, ahead=False
            )
            if set(made.recipes) != set(settings.channel_names):
                raise NoPicture(made.problem or UNTRUSTED, "")
            self._recipes = settings, dict(made.recipes)
        return self._recipes[1]

    async def _made(self, plan: PublishPlan, job: PhotoJob, channel: str, wanted: Wanted) -> PublishedPicture:
        """The file of a channel that a job makes; those of the other channels are kept, too."""
        made = self._files.get(plan.key)
        if made is None:
            work = partial(_made_files, job=job, channels=self._live.settings.channel_names)
            made = await self._asked(("files", plan.key), work, wanted, ahead=False)
            self._files.put(plan.key, made)
        if made.record.error is not None:
            raise NoPicture(made.record.error, next((each.hint for each in made.record.findings), ""))
        if made.record.source_sha256 != plan.original:
            raise NoPicture(_CHANGED, "Finish vets it again.")
        if channel not in made.files:
            raise NoPicture("It has no file for this channel.", "")
        keeps = await self._on_batch(self._keeps_made, job, made.record, channel)
        return PublishedPicture(made.files[channel], keeps)

    async def _asked(self, key: object, work: Callable[[PictureWorker], Any], wanted: Wanted, *, ahead: bool) -> Any:
        """What a worker makes; who asks for the same meanwhile gets the same answer."""
        task = self._under_way.get(key)
        if task is None:
            task = _Task(key, work, asyncio.get_running_loop().create_future())
            self._under_way[key] = task
            self._waiting.append(task)
        task.wanted.append(wanted)
        task.ahead = task.ahead and ahead
        self._drop_oldest()
        if self._benches < _WORKERS and self._waiting:
            self._benches += 1
            running = asyncio.create_task(self._bench())
            self._running.add(running)
            running.add_done_callback(self._running.discard)
        return await asyncio.shield(task.future)

    def _drop_oldest(self) -> None:
        while len(self._waiting) > _MOST_WAITING:
            oldest = next((each for each in self._waiting if each.ahead), self._waiting[0])
            self._waiting.remove(oldest)
            self._end(oldest, PictureDropped("Too many pictures were asked for at once.", "Look at it again."))

    async def _bench(self) -> None:
        """Work through what was asked for, the newest first, until nothing is left."""
        try:
            while self._waiting and not self._closed:
                task = next((each for each in reversed(self._waiting) if not each.ahead), self._waiting[-1])
                self._waiting.remove(task)
                if await _anybody(task.wanted):
                    await self._run(task)
                else:
                    self._end(task, PictureDropped("Nobody looks at it any more.", ""))
        finally:
            self._benches -= 1

    async def _run(self, task: _Task) -> None:
        settings = self._live.settings
        worker = self._taken_worker(settings)
        self.drawn += 1
        try:
            made = await asyncio.get_running_loop().run_in_executor(self._threads, task.work, worker)
        except Exception as problem:  # noqa: BLE001 - goes to those who asked
            self._end(task, problem)
        else:
            self._end(task, made)
        self._idle.append((settings, worker))

    def _taken_worker(self, settings: Settings) -> PictureWorker:
        """A worker with nothing to do, which has the settings; the one that worked last, because it is warm."""
        while self._idle:
            made_for, worker = self._idle.pop()
            if made_for == settings:
                return worker
            self._all.discard(worker)
            self._threads.submit(worker.close)
        worker = PictureWorker(settings, (self._place,) if self._place else ())
        self._all.add(worker)
        return worker

    def _end(self, task: _Task, outcome: MadePicture | Exception) -> None:
        self._under_way.pop(task.key, None)
        if task.future.done():
            return
        if isinstance(outcome, Exception):
            task.future.set_exception(outcome)
            task.future.exception()  # so that nobody is told where nobody asks any more
        else:
            task.future.set_result(outcome)


def _name(part: Face | Area) -> str:
    return part.letters if isinstance(part, Area) else str(part.number)


async def _anybody(wanted: list[Wanted]) -> bool:
    for each in wanted:
        if await each():
            return True
    return False


def _made_by(worker: PictureWorker, job: PictureJob) -> MadePicture:
    """What a worker makes of a job; a job that is lost is a problem in words."""
    outcome = worker.run(job)
    return MadePicture(problem=outcome.reason) if isinstance(outcome, LostJob) else outcome


def _made_files(worker: PictureWorker, job: PhotoJob, channels: tuple[str, ...]) -> _MadeFiles:
    """The files that a job writes, read and proven to be those of its record; they are removed from the disk."""
    outcome = worker.run(job)
    made: Any = outcome if isinstance(outcome, LostJob) else outcome.vetted or LostJob(UNTRUSTED)
    record = checked_result(job, made, channels).photo
    files = dict[str, ShownPicture]()
    try:
        for channel in channels if record.error is None else ():
            part = photo_for(record, channel)
            data = own_bytes(Path(part.output), part.sha256 or "") if part.output else None
            if data is not None:
                kind = _BY_SUFFIX.get(Path(part.name).suffix, "image/jpeg")
                files[channel] = ShownPicture(data, "made for this view", media_type=kind)
    finally:
        for stem in (job.stem, *(job.file_stem(channel) for channel in channels)):
            for suffix in _BY_SUFFIX:
                ((job.folder or Path()) / f"{stem}{suffix}").unlink(missing_ok=True)
    return _MadeFiles(record, files)


@contextmanager
def own_folder(private: Path) -> Iterator[Path]:
    """A folder for the workers of one server below ``private/``; those of servers that were killed are removed.

    Raises:
        OSError, sqlite3.Error: the batch cannot be written to.
    """
    for left in private.glob(f"{_FOLDER}*"):
        if _is_left(left):
            shutil.rmtree(left, ignore_errors=True)
    own = Path(tempfile.mkdtemp(prefix=_FOLDER, dir=private))
    try:
        (own / "files").mkdir(mode=0o700)
        with lock_file(own / _LOCK):
            yield own / "files"
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Whether nobody has the folder any more: its lock is free, and it is not one that is being made."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    try:
        if not (folder / _LOCK).is_file():
            return time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS
        with lock_file(folder / _LOCK):
            return True
    except (OSError, sqlite3.Error, FileInUse, ImgvetError):
        return False
