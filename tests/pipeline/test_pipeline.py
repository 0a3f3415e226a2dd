"""The way of one photo, stage by stage, in this process."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgvet import photo_jobs, pipeline, stages
from imgvet.decisions import Answer
from imgvet.errors import UnreadablePhoto
from imgvet.geometry import Box
from imgvet.photo import Event, Face, Photo, Previews, PublicMetadata, Verdict
from imgvet.photo_jobs import PhotoJob, VettedPhoto, vet_jobs
from imgvet.pipeline import STAGES, vet_one
from imgvet.profile import Profile, load_profile
from imgvet.proof.prove import Proof, ProofProblem
from imgvet.settings import Settings
from imgvet.stages import Kit, Work, add_watermarks, open_kit
from support.pictures import landscape, portrait, save_photo

CROWD = tuple(
    Face(row * 6 + column + 1, Box(column * 200, row * 200, column * 200 + 190, row * 200 + 190), 0.9)
    for row in range(4)
    for column in range(6)
)


@pytest.fixture(scope="module")
def kit() -> Kit:
    return open_kit(
        Settings(load_profile("staffordshire-police")[0], Event("Open Day", link="https://www.example.org"))
    )


def marked(kit: Kit, faces: tuple[Face, ...]) -> Work:
    photo = Photo("a.jpg", width=1200, height=800, faces=faces)
    return add_watermarks(Work(PhotoJob(1, Path("a.jpg")), photo, pixels=landscape()), kit)


def test_marks_that_would_cover_faces_are_left_out_and_said(kit: Kit) -> None:
    """A crowd from edge to edge leaves no room."""
    work = marked(kit, CROWD)
    assert work.photo.unplaced_marks == ("copyright", "website")
    assert (work.pixels == landscape()).all()


def test_hidden_faces_may_bear_a_mark_where_there_is_no_other_room(kit: Kit) -> None:
    """Nobody is covered by it, and the photo keeps its marks."""
    work = marked(kit, tuple(replace(face, resolved=Answer("redact")) for face in CROWD))
    assert work.photo.unplaced_marks == ()
    assert not (work.pixels == landscape()).all()


def test_a_face_that_is_shown_is_never_covered_for_a_hidden_one(kit: Kit) -> None:
    """With one corner hidden, the marks keep to it or are left out."""
    faces = tuple(replace(face, resolved=Answer("redact")) if face.number in (19, 20, 21) else face for face in CROWD)
    work = marked(kit, faces)
    changed = (work.pixels != landscape()).any(axis=-1)
    for face in faces:
        if face.resolved is None:
            assert not changed[face.box.top : face.box.bottom, face.box.left : face.box.right].any()


def failing(reason: Exception) -> pipeline.Stage:
    def stage(work: Work, kit: Kit) -> Work:
        raise reason

    return stage


@pytest.mark.parametrize(("reason", "words"), [
    (UnreadablePhoto("It is torn.", "Glue it."), "It is torn."),
    (MemoryError(), "more memory"),
    (OSError(28, "No space left on device"), "The disk is full: its clean file cannot be written."),
    (ZeroDivisionError("nobody foresaw this"), "could not finish it (ZeroDivisionError in imgvet.pipeline, line"),
])  # fmt: skip
@pytest.mark.parametrize("place", range(len(STAGES)))
def test_a_stage_that_fails_fails_the_photo_and_leaves_no_file(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: Exception, words: str, place: int
) -> None:
    """Whichever stage it is: a verdict with a reason, never an exception, never a file that was not proven."""
    photo = save_photo(tmp_path / "a.jpg", landscape()[:200, :300])
    monkeypatch.setattr(pipeline, "STAGES", (*STAGES[:place], failing(reason)))
    out = tmp_path / "out"
    out.mkdir()
    vetted = vet_one(kit, PhotoJob(1, photo, out, "x"))
    assert vetted.photo.verdict is Verdict.FAILED
    assert words in str(vetted.photo.error)
    assert vetted.photo.output is None
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("lie", ["problem", "other words"])
def test_a_file_that_is_not_proven_is_removed(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    """What the proof does not accept, or what says something else than it should, never gets a name."""
    photo = save_photo(tmp_path / "a.jpg", landscape()[:200, :300])
    out = tmp_path / "out"
    out.mkdir()
    problems = (ProofProblem(7, "APP7", "Segment APP7 is not on the list."),) if lie == "problem" else ()
    proof = Proof("jpeg", "0" * 64, 1, (), PublicMetadata(title="something else"), problems=problems)
    monkeypatch.setattr(stages, "prove", lambda data: proof)
    vetted = vet_one(kit, PhotoJob(1, photo, out, "x"))
    assert vetted.photo.verdict is Verdict.FAILED
    assert list(out.iterdir()) == []


def test_what_leaves_the_worker_has_no_values(kit: Kit, tmp_path: Path) -> None:
    """Records keep kinds of private data, and the time; other values only where they were asked for."""
    photo = save_photo(tmp_path / "a.jpg", portrait())
    vetted = vet_one(kit, PhotoJob(1, photo))
    assert vetted.inspection is None
    assert {"gps", "owner"} <= set(vetted.photo.removed)
    assert "PLANTED" not in repr(vetted.photo).replace(str(tmp_path), "")
    assert vet_one(kit, PhotoJob(1, photo, details=True)).inspection is not None


def test_the_original_is_let_go_once_it_is_decoded(kit: Kit, tmp_path: Path) -> None:
    """After the pixels are open, no stage has the file's own bytes any more."""
    work = Work(PhotoJob(1, save_photo(tmp_path / "a.jpg", landscape())), Photo("a"))
    for stage in STAGES:
        work = stage(work, kit)
        if stage.__name__ == "decode":
            break
    assert work.file.data == b""
    assert isinstance(work.pixels, np.ndarray)


@pytest.mark.parametrize(
    "lie", [{"source": "another.jpg"}, {"number": 2}, {"name": "../../escaped.jpg"}, {"output": "/elsewhere.jpg"}, {}]
)
def test_an_answer_about_something_else_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lie: dict[str, Any]
) -> None:
    """A worker that a file has taken over cannot answer for other photos or name files elsewhere."""
    job = PhotoJob(1, tmp_path / "a.jpg", tmp_path, "x")
    said = replace(Photo(source=str(tmp_path / "a.jpg"), number=1, name="x.jpg", output=str(tmp_path / "x.jpg")), **lie)
    monkeypatch.setattr(photo_jobs, "run_jobs", lambda *_, **__: iter([(job, VettedPhoto(said))]))
    (vetted,) = vet_jobs([job], Settings(Profile(), Event("x")), workers=1)
    assert (vetted.photo.verdict is Verdict.FAILED) == bool(lie)


@pytest.mark.parametrize(
    ("face", "crops"),
    [
        (Face(1, Box(1, 1, 9, 9), 0.5), (b"a crop",)),
        (Face(1, Box(1, 1, 9, 9), 1.5), (b"a crop",)),
        (Face(1, Box(9, 1, 1, 9), 0.5), (b"a crop",)),
        (Face(1, Box(1, 9, 9, 1), 0.5), (b"a crop",)),
        (Face(1, Box(1, 1, 9, 9), 0.5), ()),
    ],
)
def test_an_answer_that_makes_no_sense_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, face: Face, crops: tuple[bytes, ...]
) -> None:
    """Boxes turned inside out, scores beyond 1, faces without a crop: only the first of these is a photo's."""
    job = PhotoJob(1, tmp_path / "a.jpg")
    said = VettedPhoto(Photo(source=str(tmp_path / "a.jpg"), faces=(face,)), Previews(b"a preview", crops))
    monkeypatch.setattr(photo_jobs, "run_jobs", lambda *_, **__: iter([(job, said)]))
    (vetted,) = vet_jobs([job], Settings(Profile(), Event("x")), workers=1)
    believed = face == Face(1, Box(1, 1, 9, 9), 0.5) and len(crops) == 1
    assert vetted == said if believed else vetted.photo.error == "imgvet could not read this file safely."
