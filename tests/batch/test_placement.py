"""Where clean files are: under one name for life, and whole whatever happens on the way."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.atomic_files import TEMPORARY_SUFFIX
from imgvet.batch import placement
from imgvet.batch.names import file_names, numbered_stem
from imgvet.batch.own_files import own_stamp
from imgvet.batch.placement import (
    PlacementChanges,
    file_of,
    finish_moves,
    hold_new_file,
    is_intact,
    placement_changes,
    publish,
    published_files,
    take_back,
)
from imgvet.batch.snapshot import PublishedFile
from imgvet.batch.store import BatchStore, create_or_open, open_batch
from imgvet.channels.places import ChannelPlace, is_placed
from imgvet.encode.encode import Label, encode_image
from imgvet.encode.public_metadata import app13_segment, public_metadata, xmp_packet
from imgvet.errors import BatchError
from imgvet.photo import Event, Finding, Photo, Verdict
from imgvet.profile import load_profile
from imgvet.proof.prove import prove
from imgvet.settings import Settings
from support.chance import examples
from support.kills import Killed, killed_at
from support.originals import join_originals

PLACE = ChannelPlace("", "flickr", "held")
PLACES = (PLACE,)
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
    name = f"{numbered_stem(SETTINGS.event.text, number, 3)}{encoded.suffix}"
    (folder.held / name).write_bytes(encoded.data)
    digest = hashlib.sha256(encoded.data).hexdigest()
    photo = Photo(
        f"{number}.jpg", number, captured=captured, width=60, height=40, findings=NOT_YET, name=name,
        output=f"held/{name}", sha256=digest, output_bytes=len(encoded.data), public=public,
    )  # fmt: skip
    folder.record(photo, "recipe", None)


def a_batch(path: Path, times: list[str]) -> BatchStore:
    folder = create_or_open(path)
    (path / "flickr").mkdir()
    join_originals(folder, [path / f"{number}.jpg" for number in range(1, len(times) + 1)])
    for number, captured in enumerate(times, 1):
        written(folder, number, captured)
    return folder


def judge(ready: set[int]) -> Callable[[Photo], Photo]:
    return lambda photo: replace(photo, findings=() if photo.number in ready else NOT_YET)


def place(folder: BatchStore, ready: set[int]) -> PlacementChanges:
    """One run's placing, from the killed run before it to the round that it counts."""
    photos = finish_moves(folder, folder.photos(), PLACES)
    facts = folder.facts()
    stood = published_files(photos) if facts.stood is None else facts.stood
    folder.update(facts=replace(facts, stood=stood))
    take_back(folder, photos, judge(ready), PLACES)
    placed = publish(folder, folder.photos(), judge(ready), PLACES)
    assert placed == folder.photos()
    changes = placement_changes(stood, published_files(placed), facts.rounds + 1)
    rounds = changes.round if changes.new else facts.rounds
    folder.update(facts=replace(folder.facts(), stood=None, rounds=rounds))
    return changes


def standing(path: Path) -> dict[str, str]:
    """Every file of the batch but the database, by its digest."""
    files = [file for file in path.rglob("*") if file.is_file() and not file.name.startswith(("batch.db", "lock.db"))]
    return {str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def check(folder: BatchStore, ready: set[int]) -> None:
    """What must be true after every run, whatever was before."""
    photos = list(folder.photos())
    assert {photo.number for photo in photos if is_placed(photo)} == ready
    assert {file.name for file in (folder.path / "flickr").iterdir()} == {
        each.name for each in photos if each.number in ready
    }
    assert {file.name for file in folder.held.iterdir()} == {each.name for each in photos if each.number not in ready}
    for photo in photos:
        data = (folder.path / str(photo.output)).read_bytes()
        assert Path(photo.name).stem == f"open-day-{photo.number:03d}"
        assert photo.public is not None
        assert photo.public.title == f"Open Day ({photo.number})"
        assert prove(data).public == photo.public
        assert photo.sha256 == hashlib.sha256(data).hexdigest()
        assert bool(photo.round) == is_placed(photo)
    assert list(folder.work.iterdir()) == []


@examples(25)
@given(
    st.lists(st.sampled_from(TIMES), min_size=1, max_size=5),
    st.lists(st.sets(st.integers(1, 5)), min_size=1, max_size=4),
)
def test_a_photo_has_one_name_wherever_it_is(
    tmp_path_factory: pytest.TempPathFactory, times: list[str], steps: list[set[int]]
) -> None:
    """Whichever photos are published or taken back, one run after the other: number, name, title and bytes stay."""
    folder = a_batch(tmp_path_factory.mktemp("batch") / "b", times)
    bytes_of = {photo.name: photo.sha256 for photo in folder.photos()}
    for step in steps:
        ready = step & set(range(1, len(times) + 1))
        place(folder, ready)
        check(folder, ready)
        assert {photo.name: photo.sha256 for photo in folder.photos()} == bytes_of
        again = place(folder, ready)
        assert (again.new, again.changed, again.renamed, again.gone) == ((), (), (), ())  # nothing is left to do
    folder.database.close()


def test_it_says_what_has_changed(tmp_path: Path) -> None:
    """Which files came, in which round, and which went: by number, name and title."""
    folder = a_batch(tmp_path / "b", ["", "", ""])
    first = place(folder, {1, 3})
    assert [(file.number, file.name, file.title, file.round) for file in first.new] == [
        (1, "open-day-001.jpg", "Open Day (1)", 1),
        (3, "open-day-003.jpg", "Open Day (3)", 1),
    ]
    second = place(folder, {2, 3})
    assert [(file.name, file.round) for file in second.new] == [("open-day-002.png", 2)]
    assert [(file.number, file.name, file.title) for file in second.gone] == [(1, "open-day-001.jpg", "Open Day (1)")]
    assert not place(folder, {2, 3}).new
    third = place(folder, {1, 2, 3})
    assert [(file.name, file.round) for file in third.new] == [("open-day-001.jpg", 3)]  # the empty run is no round
    assert [photo.round for photo in folder.photos()] == [3, 2, 1]
    folder.database.close()


def test_files_in_a_row_are_named_together() -> None:
    """A thousand new files do not fill the screen."""

    def files(*numbers: int) -> list[PublishedFile]:
        return [PublishedFile(number, f"open-day-{number:03d}.jpg", "", "", 1) for number in numbers]

    assert file_names(files(4)) == "open-day-004.jpg"
    assert file_names(files(4, 5)) == "open-day-004.jpg, open-day-005.jpg"
    assert file_names(files(7, 1, 2, 3)) == "open-day-001.jpg to open-day-003.jpg, open-day-007.jpg"
    assert file_names(files(*range(1, 100, 2))).endswith("open-day-023.jpg and 38 more")


STEPS = ((Path, "replace"), (Path, "unlink"), (BatchStore, "update"))  # every change of the disk or the database


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
    never = {pixels_of[picture(file)] for file in (tmp_path / "start" / "held").iterdir()} - after
    for step in range(200):
        path = tmp_path / f"killed-{step}"
        shutil.copytree(tmp_path / "start", path)
        folder = open_batch(path)
        ended = False
        with killed_at(step, monkeypatch, *STEPS) as done:
            try:
                place(folder, after)
                ended = True
            except Killed:
                pass
        shown = {
            pixels_of[picture(file)] for file in (folder.path / "flickr").iterdir() if file.suffix in (".jpg", ".png")
        }
        assert not shown & never
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
    (folder.held / "open-day-001.jpg").write_bytes((folder.held / "open-day-001.jpg").read_bytes() + b"more")
    with pytest.raises(BatchError, match="was changed while imgvet was at work"):
        publish(folder, folder.photos(), judge({1, 2}), PLACES)
    assert list((folder.path / "flickr").iterdir()) == []
    folder.database.close()


def test_a_published_file_that_somebody_exchanged_meanwhile_is_told(tmp_path: Path) -> None:
    """A long vetting lies between the reading of all bytes and the placing; what stays there is asked for again."""
    folder = a_batch(tmp_path / "b", ["", ""])
    published = publish(folder, folder.photos(), judge({1, 2}), PLACES)
    published = publish(folder, published, judge({1, 2}), PLACES)
    file = (folder.path / "flickr") / "open-day-001.jpg"
    file.write_bytes(bytes(file.stat().st_size))
    with pytest.raises(BatchError, match=r"flickr/open-day-001\.jpg was changed while imgvet was at work"):
        publish(folder, published, judge({1, 2}), PLACES)
    folder.database.close()


def test_stems_hold_what_any_file_system_can() -> None:
    """The event in plain letters, and something where it has none."""
    assert numbered_stem("Open Day at Tŷ Mawr", 7, 3) == "open-day-at-ty-mawr-007"
    assert numbered_stem("???", 12, 4) == "photo-0012"
    assert numbered_stem("Łódź / Weißenfels", 1000, 3) == "lodz-weissenfels-1000"


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.fixture
def three_out(tmp_path: Path) -> Iterator[BatchStore]:
    """A batch of three photos that are all in flickr/."""
    folder = a_batch(tmp_path / "b", ["", "", ""])
    place(folder, {1, 2, 3})
    yield folder
    folder.database.close()


def test_what_may_not_be_published_leaves_at_once(three_out: BatchStore) -> None:
    """By ``take_back`` alone, before anything else of a run; and nothing else leaves."""
    take_back(three_out, three_out.photos(), judge({1, 3}), PLACES)
    assert names(three_out.path / "flickr") == ["open-day-001.jpg", "open-day-003.jpg"]
    assert names(three_out.held) == ["open-day-002.png"]
    assert [(photo.output, photo.round) for photo in three_out.photos()] == [
        ("flickr/open-day-001.jpg", 1), ("held/open-day-002.png", 0), ("flickr/open-day-003.jpg", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("ready", [set(), {1, 2, 3}])
@pytest.mark.parametrize("same_size", [False, True])
def test_a_file_that_is_not_the_one_written_goes_for_good(
    three_out: BatchStore, ready: set[int], same_size: bool
) -> None:
    """Whether its photo may be published or not; one that has just been read is not read again."""
    file = (three_out.path / "flickr") / "open-day-001.jpg"
    data = file.read_bytes()
    file.write_bytes(bytes(len(data)) if same_size else data + b"more")
    photo = three_out.photos()[0]
    assert not is_intact(three_out, photo)
    take_back(three_out, three_out.photos(), judge({1, 2, 3}), PLACES, whole={"flickr/open-day-001.jpg"})
    assert file.exists()
    take_back(three_out, three_out.photos(), judge(ready), PLACES)
    assert not file.exists()
    assert names(three_out.held) == ([] if ready else ["open-day-002.png", "open-day-003.jpg"])
    assert three_out.photos()[0] == photo  # as the record was: the photo is vetted again


def test_a_file_is_whole_by_its_bytes(three_out: BatchStore) -> None:
    """Of a record without a size, by its digest; of one without a digest, never. No file is no whole one."""
    photo = three_out.photos()[0]
    assert is_intact(three_out, photo)
    assert is_intact(three_out, replace(photo, output_bytes=0))
    assert not is_intact(three_out, replace(photo, sha256=None))
    assert not is_intact(three_out, replace(photo, output_bytes=photo.output_bytes + 1))
    file_of(three_out, photo).unlink()
    assert not is_intact(three_out, photo)
    for digest in (None, ""):
        assert not is_intact(three_out, replace(photo, sha256=digest, output_bytes=0))
    assert not file_of(three_out, replace(photo, output="")).exists()


def test_a_failed_photo_is_moved_nowhere(three_out: BatchStore) -> None:
    """It has no file of its own, whatever its record names."""
    photos = [replace(photo, error="It could not be read.") for photo in three_out.photos()]
    assert list(publish(three_out, photos, lambda photo: photo, PLACES)) == photos
    assert len(names(three_out.path / "flickr")) == 3
    assert names(three_out.held) == []


def test_the_file_of_a_vetting_waits_in_held(three_out: BatchStore) -> None:
    """The earlier one goes first, wherever it is; of a photo that fails now, nothing stays."""
    first, second, third = three_out.photos()
    for photo in (first, second):
        (three_out.work / photo.name).write_bytes(b"new")
    assert hold_new_file(three_out, None, replace(second, output=""), PLACE).output == "held/open-day-002.png"
    assert hold_new_file(three_out, first, replace(first, output=""), PLACE).output == "held/open-day-001.jpg"
    assert (
        hold_new_file(three_out, replace(first, output=""), replace(third, error="Broken.", output=""), PLACE).output
        == ""
    )
    assert hold_new_file(three_out, third, replace(third, error="Broken.", output=""), PLACE).output == ""
    assert names(three_out.path / "flickr") == ["open-day-002.png"]
    assert names(three_out.held) == ["open-day-001.jpg", "open-day-002.png"]
    assert (three_out.held / "open-day-001.jpg").read_bytes() == b"new"
    assert names(three_out.work) == []


def test_what_a_killed_run_left_is_found_again(three_out: BatchStore) -> None:
    """A file between two places, one under an earlier name, one that is gone, and what was half-written."""
    first, second, third = three_out.photos()
    half = [each / f"x{TEMPORARY_SUFFIX}" for each in (three_out.path, (three_out.path / "flickr"), three_out.held)]
    for each in (*half, three_out.private / f"x{TEMPORARY_SUFFIX}", three_out.work / "y"):
        each.write_bytes(b"half")
    file_of(three_out, first).replace(three_out.held / first.name)  # it had left, and the database did not know
    (three_out.held / second.name).write_bytes(b"another")  # in place of one that left: not what imgvet wrote
    file_of(three_out, second).unlink()
    file_of(three_out, third).replace(three_out.held / "earlier.jpg")
    named_before = replace(third, output="held/earlier.jpg", round=0)  # as a version before 0.6 did
    now = list(finish_moves(three_out, [first, second, named_before], PLACES))
    assert now == list(three_out.photos())
    assert now == [
        replace(first, output="held/open-day-001.jpg", round=0), second,
        replace(named_before, output="held/open-day-003.jpg"),
    ]  # fmt: skip
    assert names(three_out.held) == ["open-day-001.jpg", "open-day-002.png", "open-day-003.jpg"]
    assert names(three_out.work) == []
    assert not any(each.exists() for each in (*half, three_out.private / f"x{TEMPORARY_SUFFIX}"))


def test_a_folder_in_the_place_of_a_file_is_set_aside(three_out: BatchStore) -> None:
    """And what is in it stays."""
    (three_out.held / "open-day-001.jpg").mkdir()
    (three_out.held / "open-day-001.jpg" / "mine.txt").write_bytes(b"mine")
    take_back(three_out, three_out.photos(), judge({2, 3}), PLACES)
    assert (three_out.held / "open-day-001.jpg").is_file()
    assert [file.read_bytes() for file in three_out.held.glob("*/mine.txt")] == [b"mine"]


def test_other_bytes_and_other_names_are_told_apart() -> None:
    """By the number of the photo: the same name with other bytes, and another name whatever the bytes."""

    def file(number: int, name: str, sha256: str) -> PublishedFile:
        return PublishedFile(number, name, "", sha256, 1)

    before = [file(1, "a", "1"), file(2, "b", "2"), file(3, "c", "3"), file(4, "d", "4"), file(5, "e", "5")]
    after = [file(1, "a", "1"), file(2, "b", "9"), file(3, "x", "3"), file(4, "y", "9"), file(6, "f", "6")]
    assert placement_changes(before, after, 7) == PlacementChanges(
        7, new=(after[4],), changed=(after[1],), renamed=(("c", after[2]), ("d", after[3])), gone=(before[4],)
    )


def test_a_photo_that_comes_back_in_one_run_keeps_its_round(three_out: BatchStore) -> None:
    """It stood there before the run, which made its file anew."""
    stood = published_files(three_out.photos())
    assert [file.round for file in stood] == [1, 1, 1]
    assert [file.sha256 for file in stood] == [photo.sha256 for photo in three_out.photos()]
    three_out.update(facts=replace(three_out.facts(), stood=stood, rounds=4))
    take_back(three_out, three_out.photos(), judge({3}), PLACES)
    three_out.update(facts=replace(three_out.facts(), stood=stood[:1]))
    assert [photo.round for photo in publish(three_out, three_out.photos(), judge({1, 2, 3}), PLACES)] == [1, 5, 1]


def test_what_is_held_is_nobody_s_to_take_back(three_out: BatchStore) -> None:
    """``take_back`` is about flickr/ alone: a file in held/ that was changed stays for whoever looks at it next."""
    take_back(three_out, three_out.photos(), judge({2, 3}), PLACES)
    (three_out.held / "open-day-001.jpg").write_bytes(b"changed")
    take_back(three_out, three_out.photos(), judge({2, 3}), PLACES)
    assert (three_out.held / "open-day-001.jpg").read_bytes() == b"changed"


def test_a_file_that_leaves_is_read_once_more(three_out: BatchStore) -> None:
    """What is not the file that imgvet wrote does not come into held/ under its name."""
    ((three_out.path / "flickr") / "open-day-001.jpg").write_bytes(b"changed")
    with pytest.raises(BatchError, match="was changed while imgvet was at work"):
        publish(three_out, three_out.photos(), judge({2, 3}), PLACES)
    assert names(three_out.held) == []


def test_a_file_in_its_place_is_not_looked_for_elsewhere(three_out: BatchStore) -> None:
    """Though a copy of it lies in held/, and so with a photo that has no file."""
    photo = three_out.photos()[0]
    (three_out.held / photo.name).write_bytes(file_of(three_out, photo).read_bytes())
    nowhere = replace(photo, output="")
    assert list(finish_moves(three_out, [photo, nowhere], PLACES)) == [photo, nowhere]


def test_what_an_earlier_version_named_is_looked_for_in_its_place(three_out: BatchStore) -> None:
    """A file that has its photo's name already, and one that is nowhere: its photo stays as it was."""
    first, second, third = (replace(photo, output="held/earlier.jpg", round=0) for photo in three_out.photos())
    ((three_out.path / "flickr") / first.name).replace(three_out.held / first.name)
    held = replace(first, output=f"held/{first.name}")
    assert list(finish_moves(three_out, [first, second], PLACES)) == [held, second]
    ((three_out.path / "flickr") / third.name).replace(three_out.held / "earlier.jpg")
    assert list(finish_moves(three_out, [held, third], PLACES)) == [held, replace(third, output=f"held/{third.name}")]


def test_where_nothing_changes_nothing_is_touched(three_out: BatchStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """No record is written, no file is moved, and none is read whose size and time are those noted of it."""

    def never(*_words: Any, **_named: Any) -> None:
        pytest.fail("Something was touched.")

    saved: list[Photo] = []
    photos = [*publish(three_out, three_out.photos(), judge({1, 2}), PLACES)]
    three_out.note_clean_stamps({each.number: own_stamp(file_of(three_out, each)) for each in photos})
    monkeypatch.setattr(Path, "replace", never)
    monkeypatch.setattr(BatchStore, "update", never)
    monkeypatch.setattr(BatchStore, "update_all", lambda _, changed: saved.extend(changed))
    monkeypatch.setattr(placement, "own_sha256", never)
    assert list(finish_moves(three_out, photos, PLACES)) == photos
    assert list(publish(three_out, photos, judge({1, 2}), PLACES)) == photos
    assert saved == []


@pytest.mark.parametrize("noted", [{}, {1: ""}])
def test_a_published_file_that_is_gone_is_told(three_out: BatchStore, noted: dict[int, str]) -> None:
    """Also where nobody noted its size and time."""
    three_out.note_clean_stamps(noted)
    ((three_out.path / "flickr") / "open-day-001.jpg").unlink()
    with pytest.raises(BatchError, match=r"flickr/open-day-001\.jpg was changed"):
        publish(three_out, three_out.photos(), judge({1, 2, 3}), PLACES)


def test_what_is_held_and_may_not_be_published_is_not_read(three_out: BatchStore) -> None:
    """``publish`` takes out of flickr/ what may not be there, and says so; what is in held/ stays as it is."""
    placed = list(publish(three_out, three_out.photos(), judge({2, 3}), PLACES))
    assert [(each.output, each.round) for each in placed] == [
        ("held/open-day-001.jpg", 0), ("flickr/open-day-002.png", 1), ("flickr/open-day-003.jpg", 1),
    ]  # fmt: skip
    assert names(three_out.held) == ["open-day-001.jpg"]
    (three_out.held / "open-day-001.jpg").write_bytes(b"changed")
    assert [each.output for each in publish(three_out, placed, judge({2, 3}), PLACES)] == [
        each.output for each in placed
    ]
    assert (three_out.held / "open-day-001.jpg").read_bytes() == b"changed"


def test_what_is_published_is_told_by_texts(three_out: BatchStore) -> None:
    """Also of a record that has no public metadata or digest."""
    bare = replace(three_out.photos()[0], public=None, sha256=None)
    assert published_files([bare, replace(bare, output=None)]) == (PublishedFile(1, bare.name, "", "", 1),)


def test_a_file_stays_until_another_takes_its_place(three_out: BatchStore) -> None:
    """Where the one that should come is not there, nothing is lost."""
    first = three_out.photos()[0]
    (three_out.held / first.name).write_bytes(b"there")
    with pytest.raises(FileNotFoundError):
        hold_new_file(three_out, None, first, PLACE)
    assert (three_out.held / first.name).read_bytes() == b"there"
