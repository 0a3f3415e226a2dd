"""Where clean files stand: no gaps in flickr/, in the order of capture, and whole whatever happens on the way."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.batch import placement
from imgvet.batch.gate import in_flickr
from imgvet.batch.placement import PlacementChanges, finish_moves, placement_changes, publish, published_names, stem_of
from imgvet.batch.store import BatchStore, create_or_open, open_batch
from imgvet.encode.encode import Label, encode_image
from imgvet.encode.public_metadata import app13_segment, public_metadata, xmp_packet
from imgvet.errors import BatchError
from imgvet.photo import Event, Finding, Photo, Verdict
from imgvet.profile import load_profile
from imgvet.proof.prove import prove
from imgvet.settings import Settings
from support.chance import examples

SETTINGS = Settings(load_profile("general")[0], Event("Open Day"))
NOT_YET = (Finding("face-release", Verdict.RELEASE, "Face 1 needs a release form."),)
TIMES = ["2026-06-14T12:00:00", "2026-06-14T11:00:00", "", "2026-06-14T10:00:00.250000", "2026-06-14T10:00:00"]


def written(folder: BatchStore, number: int, captured: str) -> None:
    """A photo as vetting leaves it: its clean file in held/, its record in the database."""
    public = public_metadata(SETTINGS, number)
    pixels = np.full((40, 60, 3), 10 * number, np.uint8)
    as_png = number == 2
    label = Label(xmp_packet(public), app13_segment(public))
    encoded = encode_image(pixels, None, as_png, SETTINGS.channel, label)
    name = f"open-day-held-{number:03d}{encoded.suffix}"
    (folder.held / name).write_bytes(encoded.data)
    digest = hashlib.sha256(encoded.data).hexdigest()
    photo = Photo(
        f"{number}.jpg", number, captured, width=60, height=40, findings=NOT_YET, name=name, output=f"held/{name}",
        sha256=digest, output_bytes=len(encoded.data), public=public,
    )  # fmt: skip
    folder.record(photo, "recipe", None)


def a_batch(path: Path, times: list[str]) -> BatchStore:
    folder = create_or_open(path)
    folder.enrol([path / f"{number}.jpg" for number in range(1, len(times) + 1)])
    for number, captured in enumerate(times, 1):
        written(folder, number, captured)
    return folder


def judge(ready: set[int]) -> Callable[[Photo], Photo]:
    return lambda photo: replace(photo, findings=() if photo.number in ready else NOT_YET)


def place(folder: BatchStore, ready: set[int]) -> PlacementChanges:
    photos = folder.photos()
    finish_moves(folder, photos)
    placed = publish(folder, SETTINGS, photos, lambda: judge(ready))
    assert placed == folder.photos()
    return placement_changes(published_names(photos), published_names(placed))


def standing(path: Path) -> dict[str, str]:
    """Every file of the batch but the database, by its digest."""
    files = [file for file in path.rglob("*") if file.is_file() and not file.name.startswith(("batch.db", "lock.db"))]
    return {str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def check(folder: BatchStore, ready: set[int]) -> None:
    """What must hold after every run, whatever was before."""
    photos = list(folder.photos())
    out = [photo for photo in photos if in_flickr(photo)]
    assert {photo.number for photo in out} == ready
    assert sorted(photo.name for photo in out) == sorted(file.name for file in folder.flickr.iterdir())
    assert sorted(Path(photo.name).stem for photo in out) == [f"open-day-{n:03d}" for n in range(1, len(ready) + 1)]
    by_name = sorted(out, key=lambda photo: photo.name)
    assert by_name == sorted(out, key=lambda photo: (not photo.captured, photo.captured, photo.number))
    for photo in photos:
        data = (folder.path / str(photo.output)).read_bytes()
        proof = prove(data)
        assert proof.proven
        assert proof.public == photo.public
        assert photo.sha256 == hashlib.sha256(data).hexdigest()
        number = photo.name.removeprefix("open-day-held-").removeprefix("open-day-").partition(".")[0]
        assert photo.public is not None
        assert photo.public.title == f"Open Day ({int(number)})"
    assert len(list(folder.held.iterdir())) == len(photos) - len(out)
    assert list(folder.work.iterdir()) == []


@examples(25)
@given(
    st.lists(st.sampled_from(TIMES), min_size=1, max_size=5),
    st.lists(st.sets(st.integers(1, 5)), min_size=1, max_size=4),
)
def test_numbers_have_no_gaps_and_follow_the_capture(
    tmp_path_factory: pytest.TempPathFactory, times: list[str], steps: list[set[int]]
) -> None:
    """Whichever photos are cleared or taken back, one run after the other."""
    folder = a_batch(tmp_path_factory.mktemp("batch") / "b", times)
    for step in steps:
        ready = step & set(range(1, len(times) + 1))
        place(folder, ready)
        check(folder, ready)
        assert place(folder, ready) == PlacementChanges()  # nothing is left to do
    folder.database.close()


def test_it_says_what_has_changed(tmp_path: Path) -> None:
    """How many came, which went, how many are called otherwise."""
    folder = a_batch(tmp_path / "b", ["", "", ""])
    assert place(folder, {1, 2, 3}) == PlacementChanges(came=3)
    assert place(folder, {2, 3}) == PlacementChanges(went=("open-day-001.jpg",), renamed=2)
    assert place(folder, {1, 2, 3}) == PlacementChanges(came=1, renamed=2)
    folder.database.close()


@pytest.mark.slow
def test_a_thousand_photos_sort_by_their_names(tmp_path: Path) -> None:
    """With a thousand and more, every number has four digits."""
    folder = a_batch(tmp_path / "b", [""])
    (photo,) = folder.photos()
    staged = placement._staged(folder, SETTINGS, [photo] * 1000)
    assert [staged[0].name, staged[-1].name] == ["open-day-0001.jpg", "open-day-1000.jpg"]
    folder.database.close()


def test_what_is_withdrawn_while_files_are_made_ready_stays_behind(tmp_path: Path) -> None:
    """Everything is asked once more when the files lie ready, and the others close the gap."""
    folder = a_batch(tmp_path / "b", ["", "", ""])
    lay_ready: list[Path] = []

    def changes_its_mind(photo: Photo) -> Photo:
        lay_ready.extend(folder.work.iterdir())
        return judge({1, 3} if lay_ready else {1, 2, 3})(photo)

    publish(folder, SETTINGS, folder.photos(), lambda: changes_its_mind)
    check(folder, {1, 3})
    folder.database.close()


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every change of the disk or the database counts as a step; the process ends before step ``step``."""
    done: list[str] = []

    def counted(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def wrapped(*words: Any, **named: Any) -> Any:
            if len(done) == step:
                raise Killed
            done.append(name)
            return original(*words, **named)

        monkeypatch.setattr(owner, name, wrapped)

    with monkeypatch.context():
        for owner, name in ((Path, "replace"), (Path, "unlink"), (os, "link"), (BatchStore, "update")):
            counted(owner, name)
        try:
            yield done
        finally:
            monkeypatch.undo()


@pytest.mark.parametrize(
    ("before", "after"), [({1, 2, 4}, {1, 3, 5}), (set(), {1, 2, 3, 4, 5}), ({1, 2, 3, 4, 5}, {2})]
)
def test_killed_at_any_step_it_ends_as_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: set[int], after: set[int]
) -> None:
    """And at no step does a photo stand in flickr/ that was neither there before nor may be."""
    folder = a_batch(tmp_path / "start", TIMES)
    place(folder, before)
    folder.database.close()
    shutil.copytree(tmp_path / "start", tmp_path / "whole")
    whole = open_batch(tmp_path / "whole")
    place(whole, after)
    expected, records = standing(tmp_path / "whole"), list(whole.photos())
    whole.database.close()
    pixels_of = {picture(tmp_path / "whole" / str(photo.output)): photo.number for photo in records}
    for step in range(200):
        path = tmp_path / f"killed-{step}"
        shutil.copytree(tmp_path / "start", path)
        folder = open_batch(path)
        ended = False
        with killed_at(step, monkeypatch) as done:
            try:
                place(folder, after)
                ended = True
            except Killed:
                pass
        shown = {pixels_of[picture(file)] for file in folder.flickr.iterdir() if file.suffix in (".jpg", ".png")}
        assert shown <= before | after
        place(folder, after)
        assert standing(path) == expected, (step, done)
        assert list(folder.photos()) == records
        folder.database.close()
        shutil.rmtree(path)
        if ended:
            assert step > 5
            return
    pytest.fail("It never came to its end.")


def picture(file: Path) -> bytes:
    import cv2

    decoded = cv2.imread(str(file))
    assert decoded is not None
    return decoded.tobytes()


def test_a_file_that_somebody_changed_meanwhile_is_not_published(tmp_path: Path) -> None:
    """Its bytes are no longer those that were proven."""
    folder = a_batch(tmp_path / "b", ["", ""])
    (folder.held / "open-day-held-001.jpg").write_bytes((folder.held / "open-day-held-001.jpg").read_bytes() + b"more")
    with pytest.raises(BatchError, match="was changed while imgvet was at work"):
        publish(folder, SETTINGS, folder.photos(), lambda: judge({1, 2}))
    assert list(folder.flickr.iterdir()) == []
    folder.database.close()


def test_no_published_name_is_a_held_one() -> None:
    """A name leads to one photo only, whatever the event is called."""
    for event in ("Open Day", "held", "Open Day held 001", "???", "photo"):
        stem = stem_of(event)
        held = {placement.held_stem(event, number) for number in range(1, 1200)}
        assert not held & {f"{stem}-{number:03d}" for number in range(1, 1200)}
