"""What crosses the wire between the coordinator and a Dask worker: plain records, and the bytes of files."""

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version

from imgvet.faces.model import model_digest
from imgvet.named_files import FONT, MARK, read_named
from imgvet.photo_jobs import PhotoJob, VettedPhoto
from imgvet.profile import Profile
from imgvet.reading.text_detection import TEXT_DETECTOR
from imgvet.reading.text_recognition import TEXT_RECOGNISER
from imgvet.settings import Settings
from imgvet.watermarks.load import find_mark_file


@dataclass(frozen=True, slots=True)
class Versions:
    """What must be the same on every machine, so that a photo gets the same answer on each."""

    imgvet: str
    models: tuple[str, ...]  # SHA-256
    system: str  # paths are written in its way

    def difference(self, theirs: "Versions") -> str:
        """What differs there, as a sentence about that machine; empty where nothing does."""
        if self.imgvet != theirs.imgvet:
            return f"It has imgvet {theirs.imgvet}, this machine {self.imgvet}."
        if self.models != theirs.models:
            return "Its models are not those of this machine, although it has the same version of imgvet."
        return "" if self.system == theirs.system else f"It runs on {theirs.system}, this machine on {self.system}."


@cache
def own_versions() -> Versions:
    """Those of this machine.

    Raises:
        ModelError: the models are not there.
    """
    models = (model_digest(), TEXT_DETECTOR.digest(), TEXT_RECOGNISER.digest())
    return Versions(version("imgvet"), models, sys.platform)


@dataclass(frozen=True, slots=True)
class Task:
    """What is the same for all photos of a run; each Dask worker is sent it once."""

    versions: Versions
    settings: Settings  # without what no worker needs, such as where the register is
    files: Mapping[str, bytes]  # of the profile's marks, by the names that the settings have for them


def task_for(settings: Settings) -> Task:
    """The task of a run, with all files that the profile names.

    Raises:
        ProfileError: one is missing or cannot be used.
        ModelError: the models of this machine are not there.
    """
    files = dict[str, bytes]()

    def carried(named: str, key: str, kind: object) -> str:
        if not named:
            return ""
        path = find_mark_file(named, key, settings)
        data = read_named(path, FONT if kind is FONT else MARK, key)
        name = f"{hashlib.sha256(data).hexdigest()[:32]}{path.suffix}"
        files[name] = data
        return name

    marks = settings.profile.marks
    copyright_mark, website = (
        mark.model_copy(update={"image": carried(mark.image, f"marks.{name}.image", MARK)})
        for name, mark in (("copyright", marks.copyright), ("website", marks.website))
    )
    font = carried(marks.font, "marks.font", FONT)
    moved = marks.model_copy(update={"copyright": copyright_mark, "website": website, "font": font})
    profile: Profile = settings.profile.model_copy(update={"marks": moved})
    sent = replace(
        settings, profile=profile, profile_folder=None, register=None, register_identity="", clock_offsets=(),
        unnamed=(),
    )  # fmt: skip
    return Task(own_versions(), sent, files)


@dataclass(frozen=True, slots=True)
class SentJob:
    """One photo for a Dask worker."""

    job: PhotoJob
    stamp: str  # of its original, as the coordinator sees it; empty where the file's bytes come with the job
    files: Mapping[str, bytes] = field(default_factory=dict)  # the original and its sidecars, by name


@dataclass(frozen=True, slots=True)
class Done:
    """A photo was vetted."""

    vetted: VettedPhoto
    files: Mapping[str, bytes]  # its clean files, by name


@dataclass(frozen=True, slots=True)
class FileNotSeen:
    """The Dask worker does not see the original where the coordinator does: its bytes must be sent."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The Dask worker may not do this run's photos."""

    reason: str  # one or two plain sentences
    hint: str


Answer = Done | FileNotSeen | Refused
