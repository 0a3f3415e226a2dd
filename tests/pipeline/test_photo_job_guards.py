"""What a worker says of a photo, each guard alone: only what is about this photo, and can be, is believed."""

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from imgvet import photo_jobs
from imgvet.geometry import Box
from imgvet.photo import Event, Face, Finding, Photo, Previews, Verdict
from imgvet.photo_jobs import REPORT_HINT, PhotoJob, VettedPhoto, blank_photo, failed_photo, vet_jobs
from imgvet.profile import Profile
from imgvet.settings import Settings
from imgvet.workers.answers import LostJob

FOLDER = Path("/clean")
SOURCE = Path("/x/a.jpg")
JOB = PhotoJob(7, SOURCE, FOLDER, "day-007")
NO_FILE = replace(JOB, folder=None, stem="")
FACES = (Face(1, Box(1, 2, 9, 10), 0.5), Face(2, Box(20, 2, 29, 10), 1.0))
SAID = Photo(
    str(SOURCE), 7, width=40, height=30, faces=FACES, name="day-007.jpg", output=str(FOLDER / "day-007.jpg"),
    output_width=20, output_height=15, output_bytes=900,
    findings=(Finding("r", Verdict.ASK, "It asks.", box=FACES[0].box),),
)  # fmt: skip
PLAIN = replace(SAID, name="", output=None)
ANOTHER = "imgvet could not read this file safely: the answer was about another photo."
UNSOUND = "imgvet could not read this file safely."
SETTINGS = Settings(Profile(), Event("x"))


class Workers:
    """What is asked of the workers, and what they say."""

    def __init__(self, *said: Any) -> None:
        self.said = said
        self.given: tuple[Any, ...] = ()
        self.asked: dict[str, Any] = {}

    def __call__(self, *given: Any, **asked: Any) -> Iterator[tuple[PhotoJob, Any]]:
        self.given, self.asked = given, asked
        return zip(given[2], self.said, strict=True)


def vetted(monkeypatch: pytest.MonkeyPatch, said: Any, job: PhotoJob = JOB) -> VettedPhoto:
    """What is believed of it."""
    monkeypatch.setattr(photo_jobs, "run_jobs", Workers(said))
    (found,) = vet_jobs([job], SETTINGS, 1, FOLDER)
    return found


def is_failed(found: VettedPhoto, reason: str, hint: str = REPORT_HINT) -> bool:
    """Whether nothing that was said is left, and the photo has failed for that reason."""
    return found == VettedPhoto(failed_photo(Photo(str(SOURCE), 7), reason, hint))


@pytest.mark.parametrize(("about", "job"), [
    (SAID, JOB), (PLAIN, JOB), (replace(SAID, name="day-007.png", output=str(FOLDER / "day-007.png")), JOB),
    (replace(SAID, output=None), JOB), (PLAIN, NO_FILE), (replace(SAID, faces=(), findings=()), JOB),
    (replace(SAID, width=0, height=0, output_width=0, output_height=0, output_bytes=0), JOB),
    (replace(SAID, findings=(Finding("r", Verdict.ASK, "It asks."),)), JOB),
    (replace(SAID, faces=(replace(FACES[0], score=0.0, box=Box(3, 3, 3, 3)),)), JOB),
])  # fmt: skip
def test_what_is_about_this_photo_is_believed(monkeypatch: pytest.MonkeyPatch, about: Photo, job: PhotoJob) -> None:
    """With or without a file, as a JPEG or PNG, with a crop for each face."""
    for pictures in (None, Previews(b"a preview", (b"a crop",) * len(about.faces))):
        said = VettedPhoto(about, pictures, numbered=b"a picture")
        assert vetted(monkeypatch, said, job) is said


@pytest.mark.parametrize(("lie", "job"), [
    ({"source": "/x/b.jpg"}, JOB), ({"number": 8}, JOB), ({"name": "day-008.jpg"}, JOB), ({"name": "day-007"}, JOB),
    ({"name": "../day-007.jpg"}, JOB), ({"name": "day-007.exe"}, JOB), ({"output": str(FOLDER / "day-008.jpg")}, JOB),
    ({"output": "day-007.jpg"}, JOB), ({"output": ""}, JOB), ({"output": "/x/day-007.jpg"}, JOB),
    ({"name": "", "output": str(FOLDER / "day-007.jpg")}, NO_FILE), ({"name": "day-007.jpg", "output": None}, NO_FILE),
    ({"name": ".jpg", "output": None}, NO_FILE),
])  # fmt: skip
def test_what_is_about_another_photo_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, lie: dict[str, Any], job: PhotoJob
) -> None:
    """Or about a file elsewhere, or one that nobody asked for."""
    assert is_failed(vetted(monkeypatch, VettedPhoto(replace(SAID, **lie)), job), ANOTHER)


@pytest.mark.parametrize("lie", [
    *({size: -1} for size in ("width", "height", "output_width", "output_height", "output_bytes")),
    *({"faces": (FACES[0], replace(FACES[1], score=score))} for score in (-0.1, 1.1, math.nan)),
    *({"faces": (FACES[0], replace(FACES[1], box=box))} for box in (Box(9, 1, 8, 2), Box(1, 9, 2, 8))),
    *({"findings": (replace(SAID.findings[0], box=box),)} for box in (Box(9, 1, 8, 2), Box(1, 9, 2, 8))),
])  # fmt: skip
def test_what_cannot_be_is_not_believed(monkeypatch: pytest.MonkeyPatch, lie: dict[str, Any]) -> None:
    """Sizes below nothing, scores beyond 1, boxes inside out."""
    assert is_failed(vetted(monkeypatch, VettedPhoto(replace(SAID, **lie))), UNSOUND)


@pytest.mark.parametrize("crops", [0, 1, 3])
def test_each_face_has_its_crop(monkeypatch: pytest.MonkeyPatch, crops: int) -> None:
    """No more and no fewer, or somebody would be shown another's face beside a number."""
    said = VettedPhoto(SAID, Previews(b"a preview", (b"a crop",) * crops))
    assert is_failed(vetted(monkeypatch, said), UNSOUND)


def test_a_lost_job_is_a_photo_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason and the way out; the next photo is vetted all the same."""
    hint = "Open the file in a photo program and save it again; if that fails, leave it out."
    assert is_failed(vetted(monkeypatch, LostJob("It hung.")), "It hung.", hint)
    monkeypatch.setattr(photo_jobs, "run_jobs", Workers(LostJob("It hung."), VettedPhoto(replace(PLAIN, number=8))))
    first, second = vet_jobs([JOB, replace(JOB, number=8)], SETTINGS, 1, FOLDER)
    assert (first.photo.error, second.photo.error) == ("It hung.", None)


def test_a_photo_that_failed_has_no_file() -> None:
    """And one finding."""
    failed = failed_photo(replace(SAID, sha256="0" * 64), "It hung.", "Try.")
    assert (failed.error, failed.name, failed.output, failed.sha256) == ("It hung.", "", None, None)
    assert failed.findings == (Finding("readable", Verdict.FAILED, "It hung.", "Try."),)
    assert failed.verdict is Verdict.FAILED
    assert blank_photo(JOB) == Photo(str(SOURCE), 7)


@pytest.mark.parametrize(("processors", "workers", "threads"), [
    (8, 1, 4), (8, 2, 4), (9, 3, 3), (8, 3, 2), (8, 8, 1), (2, 4, 1), (1, 1, 1),
])  # fmt: skip
def test_workers_get_what_the_profile_allows(
    monkeypatch: pytest.MonkeyPatch, processors: int, workers: int, threads: int
) -> None:
    """Time, memory, the one folder that they may write to, and the processors shared out."""
    asked = Workers()
    monkeypatch.setattr(photo_jobs, "run_jobs", asked)
    monkeypatch.setattr(photo_jobs, "cores", lambda: processors)
    for folder, writable in ((FOLDER, (FOLDER,)), (None, ())):
        assert list(vet_jobs([], SETTINGS, workers, folder)) == []
        prepare, function, _ = asked.given
        assert isinstance(prepare, partial)
        assert (prepare.args, function) == ((SETTINGS, threads), photo_jobs.VET_ONE)
        limit = asked.asked.pop("limit")
        assert (limit.seconds, limit.memory_mib, limit.threads) == (120, 6144, threads)
        assert asked.asked == {"result": VettedPhoto, "workers": workers, "writable": writable, "spare": None}


def test_a_job_that_asks_for_nothing_gets_nothing_private() -> None:
    """No values, no picture of faces, no file."""
    job = PhotoJob(1, SOURCE)
    assert (job.folder, job.stem, job.details, job.numbered, job.only_if_ready) == (None, "", False, False, False)
    assert not job.known and not job.licensed and not job.forms  # noqa: PT018 - all alike
