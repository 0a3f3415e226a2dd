"""Pictures of photos for the office, as jobs for the workers: what goes in, what comes back; no picture library here.

``imgvet.large_views`` draws them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from imgvet.errors import StorageError
from imgvet.find_photos import sidecar_paths
from imgvet.geometry import Box, Outline
from imgvet.photo_jobs import PhotoJob, VettedPhoto, as_at
from imgvet.settings import Settings
from imgvet.source_files import Nearby, is_remote
from imgvet.workers.answers import LostJob
from imgvet.workers.late import LateFunction
from imgvet.workers.pool import JobLimit
from imgvet.workers.standby import StandbyWorker

_KIT = LateFunction("imgvet.batch.picture_worker", "PictureKit")
_MAKE = LateFunction("imgvet.batch.picture_worker", "make_picture")
LARGE_SIDE = 2560  # pixels of the long side of a large picture, at most


@dataclass(frozen=True, slots=True)
class ViewJob:
    """One picture for the office: the whole photo, large, or one face or area of it."""

    number: int  # of the photo
    source: Path  # its original, or its clean file
    sha256: str  # of these very bytes; another file is not shown
    size: tuple[int, int]  # width and height in pixels of the upright photo in which the boxes are
    hidden: tuple[Box, ...] = ()  # faces that are hidden in the picture
    areas: tuple[Outline, ...] = ()  # that are hidden in the picture
    face: Box | None = None  # only this face or area and what is around it; None: the whole photo
    is_clean: bool = False  # the source is its clean file


@dataclass(frozen=True, slots=True)
class PreviewJob:
    """The preview of a photo with more faces and areas hidden than when it was made."""

    number: int  # of the photo
    jpeg: bytes  # the preview
    size: tuple[int, int]  # as that of a ``ViewJob``
    hidden: tuple[Box, ...]  # faces that are hidden in the picture
    areas: tuple[Outline, ...] = ()  # that are hidden in the picture


@dataclass(frozen=True, slots=True)
class RecipesJob:
    """Asks by which recipe the files of each channel are made, see ``imgvet.batch.recipes``."""


PictureJob = ViewJob | PreviewJob | PhotoJob | RecipesJob


@dataclass(frozen=True, slots=True)
class MadePicture:
    """What came of a job: one of these, as the job asks."""

    jpeg: bytes = b""  # of a ``ViewJob`` or ``PreviewJob``; empty where it cannot be shown
    problem: str = ""  # why it cannot
    vetted: VettedPhoto | None = None  # of a ``PhotoJob``
    recipes: Mapping[str, str] = field(default_factory=dict)  # of a ``RecipesJob``, by channel


class PictureWorker(StandbyWorker[PictureJob, MadePicture]):
    """A worker that makes such pictures; originals are brought to this machine first where they are in a store.

    ``writable``: the folders below which it may write the files of a ``PhotoJob``.
    """

    def __init__(self, settings: Settings, writable: Sequence[Path] = ()) -> None:
        limits = settings.profile.limits
        super().__init__(
            partial(_KIT, settings),
            _MAKE,
            result=MadePicture,
            limit=JobLimit(limits.seconds, limits.memory_mib),
            writable=writable,
        )
        self._most_mib = limits.file_mib

    def run(self, job: PictureJob) -> MadePicture | LostJob:
        """As any worker that is kept ready; a store that cannot be read loses the job."""
        if not isinstance(job, ViewJob | PhotoJob) or not is_remote(job.source):
            return super().run(job)
        try:
            with Nearby(self._most_mib, sidecar_paths) as nearby:
                near = replace(job, source=nearby.brought(job.source))
                made = super().run(near)
        except StorageError as problem:
            return LostJob(problem.reason)
        if isinstance(made, MadePicture) and made.vetted and isinstance(job, PhotoJob) and isinstance(near, PhotoJob):
            return replace(made, vetted=as_at(job, near, made.vetted))
        return made
