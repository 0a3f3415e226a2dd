"""What a worker that makes pictures for the page runs: one photo large, one face, or the files that will be published.

It is imported in the workers alone, by name, because it loads the picture libraries; see ``imgvet.view_jobs``.
"""

from functools import cached_property

from imgvet.batch.run import base_recipes
from imgvet.large_views import draw_view
from imgvet.photo_jobs import PhotoJob
from imgvet.pipeline import vet_one
from imgvet.settings import Settings
from imgvet.stages import Kit, open_kit
from imgvet.view_jobs import MadePicture, PictureJob, PreviewJob, ViewJob


class PictureKit:
    """What such a worker has; the face model and the marks are loaded when a file is first to be made."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def kit(self) -> Kit:
        """What vetting needs."""
        return open_kit(self.settings)


def make_picture(kit: PictureKit, job: PictureJob) -> MadePicture:
    """What one job asks for.

    Raises:
        ModelError, ProfileError: as ``imgvet.photo_jobs.vet_jobs``.
    """
    if isinstance(job, ViewJob | PreviewJob):
        return draw_view(kit.settings, job)
    if isinstance(job, PhotoJob):
        return MadePicture(vetted=vet_one(kit.kit, job))
    return MadePicture(recipes=base_recipes(kit.settings))
