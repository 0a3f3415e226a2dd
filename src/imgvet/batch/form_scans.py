"""Scans that were read are filed in the register, those among the photos of a batch, too."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from imgvet.batch.status import batch_state
from imgvet.batch.store import BatchStore
from imgvet.form_codes.scans import FormPages, ScanReading
from imgvet.photo import Photo
from imgvet.releases.filing import NumberedScan
from imgvet.settings import Settings


def photos_of_forms(folder: BatchStore, settings: Settings) -> dict[Path, Photo]:
    """By its original, each photo of a batch that shows a form which is not filed yet.

    Raises:
        RegisterError: as ``batch_state``.
    """
    photos = batch_state(folder.snapshot(), settings).photos
    waiting = (photo for photo in photos if photo.shown_forms and not photo.filed and photo.error is None)
    return {folder.original(photo.number).source: photo for photo in waiting}


def as_vetted(in_batch: Mapping[Path, Photo], reading: ScanReading) -> ScanReading:
    """The reading; one of another file than the batch has vetted is none.

    ``in_batch``: as ``photos_of_forms`` gives them.
    """
    photo = in_batch.get(reading.path)
    if photo is None or reading.error or reading.sha256 == photo.source_sha256:
        return reading
    return replace(
        reading,
        forms=(),
        unnumbered=(),
        error=f"The original of photo {photo.number} has changed since the batch was made.",
        hint="Run imgvet finish for the batch, then this command again.",
    )


def numbered_scans(reading: ScanReading) -> Iterator[tuple[FormPages, NumberedScan]]:
    """Each form of a file, with what is to be filed of it."""
    for form in reading.forms:
        whole = form.part is None
        digest = reading.sha256 if form.part is None else hashlib.sha256(form.part).hexdigest()
        yield form, NumberedScan(form.number, reading.path, reading.suffix if whole else ".pdf", digest, form.part)
