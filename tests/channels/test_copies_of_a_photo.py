"""A copy for a further channel that is made from a photo's finished file shows nothing that this does not show."""

from dataclasses import replace
from pathlib import Path

import pytest

from imgvet import stages
from imgvet.api import build_settings
from imgvet.errors import ShownFace
from imgvet.photo import Photo, photo_for, with_channel
from imgvet.photo_jobs import PhotoJob, blank_photo
from imgvet.pipeline import COPY_STAGES, vet_one
from imgvet.pixels import resized
from imgvet.profile import shrinks_well
from imgvet.proof.prove import prove
from imgvet.stages import Kit, Work, open_kit
from support.pictures import portrait, save_photo


@pytest.fixture(scope="module")
def kit() -> Kit:
    return open_kit(build_settings("general", channel=["flickr", "web"], redact="all"))


def copy_job(photo: Photo) -> PhotoJob:
    file = Path(str(photo.output))
    return PhotoJob(1, file, file.parent, "again", clean=replace(photo, copies=()), channels=("web",))


def vetted(kit: Kit, folder: Path) -> Photo:
    save_photo(folder / "1.jpg", portrait())
    photo = vet_one(kit, PhotoJob(1, folder / "1.jpg", folder, "s")).photo
    assert photo.error is None
    assert [face.is_hidden for face in photo.faces] == [True]
    return photo


def test_both_files_are_made_in_one_walk_or_later(kit: Kit, tmp_path: Path) -> None:
    """Each has the size of its channel and is proven; the copy that is made later is as large as the first one."""
    photo = vetted(kit, tmp_path)
    made = photo_for(photo, "web")
    again = photo_for(vet_one(kit, copy_job(photo)).photo, "web")
    assert (again.output_width, again.output_height) == (made.output_width, made.output_height)
    for part in (photo, made, again):
        assert prove(Path(str(part.output)).read_bytes()).public == part.public


def test_a_hidden_face_that_looks_different_in_the_copy_fails_it(kit: Kit, tmp_path: Path) -> None:
    """Whatever went wrong in between: the place where a face is hidden is as it is in the finished file."""
    photo = vetted(kit, tmp_path)
    work = Work(copy_job(photo), blank_photo(copy_job(photo)))
    for stage in COPY_STAGES[:-1]:
        work = stage(work, kit)
    shown = replace(work, pixels=resized(portrait(), work.output_size))
    with pytest.raises(ShownFace, match="Hidden face 1 looks different in the copy"):
        stages.write_and_prove(shown, kit)
    assert not list(tmp_path.glob("again*"))
    assert stages.write_and_prove(work, kit).photo.copies[0].sha256


def test_a_finished_file_that_was_changed_is_not_copied(kit: Kit, tmp_path: Path) -> None:
    photo = vetted(kit, tmp_path)
    file = Path(str(photo.output))
    file.write_bytes(file.read_bytes() + b"\0")
    ran = vet_one(kit, copy_job(photo)).photo
    assert ran.error == "Its clean file was changed while imgvet was at work."
    assert ran.copies == ()


def test_a_part_comes_back_to_where_it_was() -> None:
    """The photo's own file and the copies are told apart; a copy whose faces have the same answers keeps none."""
    photo = Photo("a.jpg", channel="flickr", name="a-001.jpg", output="held/a-001.jpg")
    part = replace(photo_for(photo, "x"), name="a-001.jpg", output="held/x/a-001.jpg")
    both = with_channel(photo, part, "recipe")
    assert (both.output, both.copies[0].output, both.copies[0].recipe) == (photo.output, part.output, "recipe")
    assert both.copies[0].faces is None
    assert photo_for(both, "x") == part
    assert replace(photo_for(both, "flickr"), copies=both.copies) == both
    assert with_channel(both, replace(part, round=3)).copies[0].recipe == "recipe"
    assert photo_for(both, "web").output is None


def test_letters_shrink_down_to_eighteen_pixels() -> None:
    """Below that they are drawn again for the size."""
    assert shrinks_well([0.026], (1600, 1067))
    assert not shrinks_well([0.026, 0.01], (1600, 1067))
    assert not shrinks_well([0.026], (640, 427))
    assert shrinks_well([], (10, 10))
