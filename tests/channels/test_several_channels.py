"""One batch, several channels: vetted once, asked for each, and each with files, texts and folders of its own."""

import contextlib
import csv
import hashlib
import io
import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgvet.api import build_settings, vet_photos
from imgvet.batch.settings import ChangeRequest, apply_settings, saved_settings
from imgvet.batch.store import BatchStore, open_batch
from imgvet.errors import ProfileError
from imgvet.photo import photo_for
from imgvet.profile import parse_profile
from imgvet.proof.prove import prove
from support.commands import Imgvet, run_process
from support.earlier_batches import turn_back_to_0_8
from support.folders import photo_names, rows
from support.forms import signed
from support.kills import Killed, killed_at
from support.pictures import landscape, mirrored, portrait, save_photo
from support.shared import Shared

EVENT = ("--event", "Open Day")
BY = ("--by", "A. Officer")
CHANGE = ("--change-profile", *BY, "--note", "The newsroom asked.")
MARKER = "PLANTED-PRIVATE-NAME"

pytestmark = pytest.mark.slow


def make(folder: Path) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = MARKER, MARKER
    save_photo(folder / "photos" / "1.jpg", portrait())
    Image.fromarray(landscape()).save(folder / "photos" / "2.jpg", exif=exif)
    assert (
        run_process(("batch", "photos", "--out", "b", *EVENT, "--channel", "flickr", "--channel", "x,x"), folder).code
        == 0
    )


@pytest.fixture
def batch(shared: Shared, tmp_path: Path) -> Path:
    """A batch for flickr and x: photo 1 has a face, photo 2 has none."""
    shared.copied(make, tmp_path)
    return tmp_path / "b"


def bytes_in(*folders: Path) -> dict[str, str]:
    """Every photo there by its folder and name, with its digest."""
    files = [file for folder in folders for file in folder.iterdir() if file.suffix in (".jpg", ".png")]
    return {f"{file.parent.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def tree(batch: Path) -> dict[str, str]:
    """Every file that the office sees, by its digest; sheets hold times of their own."""
    left_out = (".db", ".xlsx", ".html", "-journal")
    files = [file for file in batch.rglob("*") if file.is_file() and not file.name.endswith(left_out)]
    return {str(file.relative_to(batch)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def states(imgvet: Imgvet, number: int) -> dict[str, tuple[str, str]]:
    photo = next(each for each in imgvet("status", "b", "--json").lines if each["number"] == number)
    return {each["channel"]: (each["state"], each["why"]) for each in photo["channels"]}


def test_each_channel_has_its_folder_files_and_table(batch: Path) -> None:
    """Held files do not clash; a channel that is named twice is one."""
    assert photo_names(batch / "flickr") == photo_names(batch / "x") == ["open-day-002.jpg"]
    assert (batch / "held" / "open-day-001.jpg").is_file()
    assert (batch / "held" / "x" / "open-day-001.jpg").is_file()
    assert [row["title"] for row in rows(batch / "flickr" / "flickr.csv")] == ["Open Day (2)"]
    (post,) = rows(batch / "x" / "x.csv")
    assert (post["file"], post["post"]) == ("open-day-002.jpg", "1")
    assert post["post text"].startswith("Open Day (2)")
    for file in (*batch.glob("flickr/*.jpg"), *batch.glob("x/*.jpg"), *batch.glob("held/**/*.jpg")):
        assert prove(file.read_bytes()).proven
        assert MARKER.encode() not in file.read_bytes()


def test_a_form_keeps_a_photo_out_of_the_channel_that_it_does_not_allow(imgvet: Imgvet, batch: Path) -> None:
    """It goes to the other; nothing is open, so nobody is asked for anything, and the reason is said."""
    signed(batch.parent, "WMP-1", channels=("flickr",))
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    ran = imgvet("finish", "b")
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-002.jpg"]
    assert photo_names(batch / "x") == ["open-day-002.jpg"]
    assert "Kept out of x: form WMP-1 does not allow x: photo 1" in ran.err
    status = imgvet("status", "b")
    assert status.code == 0
    assert "Next: Upload what is in flickr/ and x/, with the texts of flickr/flickr.csv and x/x.csv." in status.err
    assert states(imgvet, 1) == {"flickr": ("ready", ""), "x": ("kept out", "Form WMP-1 does not allow x")}
    (row,) = rows(batch / "checklist.csv")
    assert row["open"].startswith("Nothing is open")
    imgvet("checklist", "b", "--all")
    (row,) = (each for each in rows(batch / "checklist.csv") if each["face"])
    assert "release WMP-1" in row.values()
    assert "does not allow" not in " ".join(row.values())
    imgvet("release", "change", "WMP-1", "--channels", "flickr,x", *BY)
    assert "New in x/ (round 3): open-day-001.jpg." in imgvet("finish", "b").err


def test_a_form_for_the_second_channel_alone(imgvet: Imgvet, batch: Path) -> None:
    """Which channel is the first makes no difference."""
    signed(batch.parent, "WMP-1", channels=("x",))
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    assert imgvet("finish", "b").code == 0
    assert photo_names(batch / "flickr") == ["open-day-002.jpg"]
    assert photo_names(batch / "x") == ["open-day-001.jpg", "open-day-002.jpg"]
    assert imgvet("status", "b").code == 0
    assert states(imgvet, 1)["flickr"] == ("kept out", "Form WMP-1 does not allow flickr")


def test_a_form_that_allows_neither_is_still_to_be_answered(imgvet: Imgvet, batch: Path) -> None:
    """The photo would go nowhere, so somebody is asked, as with one channel."""
    signed(batch.parent, "WMP-1", channels=("web",))
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    imgvet("finish", "b")
    status = imgvet("status", "b")
    assert status.code == 1
    assert "Form WMP-1 does not allow flickr: photo 1" in status.err
    assert {state for state, _ in states(imgvet, 1).values()} == {"open"}
    assert photo_names(batch / "x") == ["open-day-002.jpg"]


def test_a_form_that_is_withdrawn_takes_the_photo_out_of_every_folder(imgvet: Imgvet, batch: Path) -> None:
    """The register knows each channel, and what was published on which."""
    signed(batch.parent, "WMP-1")
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    imgvet("finish", "b")
    assert {use["channel"] for use in imgvet("release", "show", "WMP-1", "--json").lines[0]["uses"]} == {"flickr", "x"}
    assert imgvet("published", "b", "--url", "https://e.org/1", *BY).code == 2
    assert "--channel: flickr, x" in imgvet("published", "b", "--url", "https://e.org/1", *BY).err
    for channel in ("flickr", "x"):
        assert imgvet("published", "b", "--channel", channel, "--url", f"https://{channel}.org/1", *BY).code == 0
    imgvet("release", "withdraw", "WMP-1", "--why", "Rang.", *BY)
    status = imgvet("status", "b").err
    assert "1 photo in flickr/ may no longer be published" in status
    assert "1 photo in x/ may no longer be published" in status
    ran = imgvet("finish", "b")
    assert "https://flickr.org/1" in ran.err
    assert "https://x.org/1" in ran.err
    assert bytes_in(batch / "flickr", batch / "x").keys() == {"flickr/open-day-002.jpg", "x/open-day-002.jpg"}
    assert not any(use["until"] is None for use in imgvet("release", "show", "WMP-1", "--json").lines[0]["uses"])
    assert imgvet("published", "b", "1", "--removed", "--channel", "x", *BY).code == 0
    still = imgvet("status", "b").err
    assert "https://flickr.org/1" in still
    assert "photo 1: x/open-day-001.jpg" not in still


def test_a_change_of_one_channel_in_the_form_ends_that_use_alone(imgvet: Imgvet, batch: Path) -> None:
    """The other photo stays, and the register still knows of it."""
    signed(batch.parent, "WMP-1")
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    imgvet("finish", "b")
    imgvet("release", "change", "WMP-1", "--channels", "flickr", *BY)
    assert "Photo 1 was moved back to held/ from x/" in imgvet("finish", "b").err
    uses = imgvet("release", "show", "WMP-1", "--json").lines[0]["uses"]
    assert {use["channel"]: use["until"] is None for use in uses} == {"flickr": True, "x": False}


def test_rules_are_asked_for_each_channel(imgvet: Imgvet, tmp_path: Path) -> None:
    """A link back where descriptions are shown; the size that each channel needs."""
    save_photo(tmp_path / "photos" / "1.jpg", landscape()[:300, :500])
    (tmp_path / "imgvet.toml").write_text("[rules]\nlink-back = 'ask'\n[channels.web]\nshort_side_at_least = 400\n")
    ran = imgvet("batch", "photos", "--out", "b", *EVENT, "--channel", "flickr,x,web")
    assert "New in x/ (round 1): open-day-001.jpg." in ran.err
    found = states(imgvet, 1)
    assert found["x"] == ("ready", "")
    assert found["flickr"][0] == found["web"][0] == "open"
    assert "link back" in found["flickr"][1]
    assert "It is 500 × 300 pixels; web needs at least 400" in imgvet("status", "b").err


def test_every_file_keeps_to_its_channel_s_limits(imgvet: Imgvet, tmp_path: Path) -> None:
    """JPEG, a drawing with transparency, sizes, bytes and texts; each is proven and says what its channel needs."""
    noise = np.random.default_rng(1).integers(0, 255, (700, 1000, 3), dtype=np.uint8)
    save_photo(tmp_path / "photos" / "1.jpg", landscape())
    save_photo(tmp_path / "photos" / "2.jpg", noise)
    drawing = np.zeros((600, 900, 4), np.uint8)
    drawing[100:500, 200:700] = (200, 30, 30, 255)
    (tmp_path / "photos" / "3.png").parent.mkdir(exist_ok=True)
    Image.fromarray(drawing).save(tmp_path / "photos" / "3.png")
    (tmp_path / "imgvet.toml").write_text(
        "[organisation]\nname = 'Force'\nwebsite = 'www.example.org'\n"
        "[channels.small]\nlong_side = 400\nmax_bytes = 50000\n[channels.tiny]\nlong_side = 120\nmax_bytes = 50000\n"
    )
    ran = imgvet("batch", "photos", "--out", "b", *EVENT, "--channel", "flickr,small,tiny")
    assert ran.code == 0, ran.err
    for folder, side, most in (("flickr", 4096, 200_000_000), ("small", 400, 50_000), ("tiny", 120, 50_000)):
        files = sorted((tmp_path / "b").glob(f"{folder}/open-day-*")) + sorted(
            (tmp_path / "b").glob(f"held/{folder}/*.*")
        )
        assert len(files) >= 2, folder
        for file in files:
            with Image.open(file) as picture:
                assert max(picture.size) <= side
                if file.suffix == ".png":
                    assert picture.mode == "RGBA"
                    assert picture.getchannel("A").getpixel((1, picture.height // 2)) == 0
            assert file.stat().st_size <= most
            assert prove(file.read_bytes()).proven


WRONG_CHANNELS: tuple[tuple[str, str], ...] = (
    ("flickr,nowhere", "There is no channel 'nowhere'."), ("flickr,", "leaves a name out"), (",", "leaves a name out"),
)  # fmt: skip


@pytest.mark.parametrize(("channels", "said"), WRONG_CHANNELS)
def test_a_channel_that_is_none_is_refused(imgvet: Imgvet, tmp_path: Path, channels: str, said: str) -> None:
    save_photo(tmp_path / "1.jpg", landscape())
    ran = imgvet("batch", "1.jpg", "--out", "b", *EVENT, "--channel", channels)
    assert (ran.code, said in ran.err) == (2, True)
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    "name", ["a/b", "..", "con", "AUX", "com1", "held", "Private", "a,b", "x.", " x", "X", "nul.jpg", "a:b", "a" * 41]
)
def test_a_channel_s_name_can_be_a_folder_everywhere(name: str) -> None:
    """No path, none that is taken, none that another differs from only in capitals."""
    with pytest.raises(ProfileError):
        parse_profile(f'[channels."{name}"]\nlong_side = 100\n', "test")
    assert "our site" in parse_profile('[channels."our site"]\nlong_side = 100\n', "test").channels


# -- a channel that comes later, or goes


def one_channel(imgvet: Imgvet, tmp_path: Path, channel: str = "flickr") -> Path:
    """A batch of one channel: photo 1 has a hidden face, photo 2 none; all is answered."""
    save_photo(tmp_path / "photos" / "1.jpg", portrait())
    save_photo(tmp_path / "photos" / "2.jpg", landscape())
    imgvet("batch", "photos", "--out", "b", *EVENT, "--channel", channel)
    imgvet("decide", "b", "1:1", "redact", *BY)
    assert imgvet("finish", "b").code == 0
    return tmp_path / "b"


def test_a_second_channel_comes_without_the_originals(imgvet: Imgvet, tmp_path: Path) -> None:
    """From the clean files, which stay as they are; the face that is hidden there is hidden in the copy."""
    batch = one_channel(imgvet, tmp_path)
    before = bytes_in(batch / "flickr")
    refused = imgvet("batch", "b", "--channel", "flickr,web")
    assert refused.code == 2
    assert "may loosen: adds channel web" in refused.err
    shutil.rmtree(tmp_path / "photos")
    ran = imgvet("batch", "b", "--channel", "flickr", "--channel", "web", *CHANGE)
    assert ran.code == 0, ran.err
    assert "2 to copy for another channel" in ran.err
    assert bytes_in(batch / "flickr") == before
    assert photo_names(batch / "web") == ["open-day-001.jpg", "open-day-002.jpg"]
    folder = open_batch(batch)
    for photo in folder.photos():
        part = photo_for(photo, "web")
        data = (batch / str(part.output)).read_bytes()
        assert prove(data).public == part.public
        assert max(part.output_width, part.output_height) <= 1600
        with Image.open(io.BytesIO(data)) as small, Image.open(batch / str(photo.output)) as large:
            shrunk = np.asarray(large.convert("L").resize(small.size, Image.Resampling.BOX), np.int16)
            assert np.abs(shrunk - np.asarray(small.convert("L"), np.int16)).mean() < 8
    folder.database.close()
    assert imgvet("status", "b", "--verify").code == 0
    assert imgvet("log", "b", "--verify").code == 0
    assert "2 unchanged (original missing)" in imgvet("finish", "b").err  # and nothing is made again
    assert bytes_in(batch / "flickr") == before


def test_a_larger_channel_needs_the_originals_and_keeps_the_first_files(imgvet: Imgvet, tmp_path: Path) -> None:
    """Without them the photos that lack a file are named; with them only the further file is new."""
    (tmp_path / "imgvet.toml").write_text("[channels.thumb]\nlong_side = 256\n")
    batch = one_channel(imgvet, tmp_path, "thumb")
    before = bytes_in(batch / "thumb")
    (tmp_path / "photos").rename(tmp_path / "away")
    ran = imgvet("batch", "b", "--channel", "thumb,flickr", *CHANGE)
    assert "No file for flickr can be made of photos 1–2" in ran.err
    assert states(imgvet, 2)["flickr"] == ("open", "It has no file for flickr yet")
    assert imgvet("decide", "b", "2", "answer", "channel-file", "--note", "So.", *BY).code in (0, 2)
    imgvet("finish", "b")
    assert bytes_in(batch / "thumb", batch / "flickr") == before
    (tmp_path / "away").rename(tmp_path / "photos")
    ran = imgvet("batch", "b")
    assert "2 to vet" in ran.err
    assert bytes_in(batch / "thumb") == before
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-002.jpg"]
    assert "redact" in imgvet("log", "b", "1").out


def test_an_earlier_batch_takes_a_second_channel(imgvet: Imgvet, tmp_path: Path) -> None:
    """One of a version that knew one channel; its answers and its files stay."""
    batch = one_channel(imgvet, tmp_path)
    before = bytes_in(batch / "flickr")
    turn_back_to_0_8(batch)
    ran = imgvet("batch", "b", "--channel", "flickr,web", *CHANGE)
    assert ran.code == 0, ran.err
    assert bytes_in(batch / "flickr") == before
    assert photo_names(batch / "web") == ["open-day-001.jpg", "open-day-002.jpg"]


def test_an_earlier_batch_for_x_stays_in_its_folder(imgvet: Imgvet, tmp_path: Path) -> None:
    """It was called flickr/ whatever the channel; a second one, flickr itself, gets a folder of another name."""
    batch = one_channel(imgvet, tmp_path, "x")
    turn_back_to_0_8(batch)
    before = bytes_in(batch / "flickr")
    assert imgvet("batch", "b").code == 0
    assert bytes_in(batch / "flickr") == before
    assert not (batch / "x").exists()
    assert imgvet("batch", "b", "--channel", "x,flickr", *CHANGE).code == 0
    assert photo_names(batch / "flickr-2") == photo_names(batch / "flickr")


def test_a_channel_that_goes_takes_its_files_with_it(imgvet: Imgvet, batch: Path) -> None:
    """Whichever it is; what somebody else put into its folder stays."""
    kept = bytes_in(batch / "x")
    assert "tightens: removes channel flickr" in imgvet("batch", "b", "--channel", "x").err
    ran = imgvet("batch", "b", "--channel", "x", *CHANGE)
    assert ran.code == 0, ran.err
    assert "Removed from flickr/: open-day-002.jpg" in ran.err
    assert not (batch / "flickr").exists()
    assert bytes_in(batch / "x") == kept
    assert imgvet("status", "b", "--verify").code == 1  # photo 1 is still to be answered
    assert "done before" in imgvet("batch", "b").err
    assert imgvet("log", "b", "--verify").code == 0


def test_a_second_person_agrees_before_a_channel_is_added(imgvet: Imgvet, tmp_path: Path) -> None:
    (tmp_path / "imgvet.toml").write_text("[decisions]\nsecond_person = ['not-identifiable']\n")
    batch = one_channel(imgvet, tmp_path)
    ran = imgvet("batch", "b", "--channel", "flickr,web", *CHANGE)
    assert ran.code == 1
    assert not (batch / "web").exists()
    assert imgvet("decide", "b", "all", "approve", "rules", *BY).code == 2
    assert "adds channel web" in imgvet("decide", "b", "all", "approve", "rules", "--by", "B. Second").err
    imgvet("finish", "b")
    assert photo_names(batch / "web") == ["open-day-001.jpg", "open-day-002.jpg"]


def test_a_file_that_cannot_be_read_fails_for_every_channel(imgvet: Imgvet, tmp_path: Path) -> None:
    """The others go on, also when another channel is added; its folder has nothing of it."""
    save_photo(tmp_path / "photos" / "1.jpg", landscape())
    (tmp_path / "photos" / "2.jpg").write_bytes(b"\xff\xd8\xff\xe0 broken")
    assert imgvet("batch", "photos", "--out", "b", *EVENT, "--channel", "flickr,x").code == 4
    assert {state for state, _ in states(imgvet, 2).values()} == {"failed"}
    ran = imgvet("batch", "b", "--channel", "flickr,x,web", *CHANGE)
    assert ran.code == 4
    assert "New in web/ (round 2): open-day-001.jpg." in ran.err
    assert bytes_in(*((tmp_path / "b" / name) for name in ("flickr", "x", "web"))).keys() == {
        f"{name}/open-day-001.jpg" for name in ("flickr", "x", "web")
    }


def test_a_channel_that_is_to_go_is_named_until_a_run_has_removed_it(imgvet: Imgvet, batch: Path) -> None:
    """A run that was killed right after the change was recorded: nobody is told to upload what is still there."""
    folder = open_batch(batch)
    settings = saved_settings(folder)
    apply_settings(folder, settings.with_channels(["flickr"]), ChangeRequest("A. Officer", "Why."))
    folder.database.close()
    status = imgvet("status", "b")
    assert "x/ is for a channel that the batch has no longer; do not upload it." in status.err
    assert "Next: imgvet finish b" in status.err
    imgvet("finish", "b")
    assert not (batch / "x").exists()
    assert not (batch / "held" / "x").exists()


# -- folders, kills, and what nobody believes


def test_what_is_wrong_in_a_further_folder_is_found(imgvet: Imgvet, batch: Path) -> None:
    """A stranger, another file under a photo's name, an altered table; the next run puts it right."""
    before = bytes_in(batch / "flickr", batch / "x")
    (batch / "x" / "mine.jpg").write_bytes(b"mine")
    (batch / "x" / "open-day-002.jpg").write_bytes(b"other")
    (batch / "x" / "x.csv").write_text("no", encoding="utf-8")
    said = imgvet("status", "b", "--verify").err
    assert "Remove this file from x/, because it was not vetted: mine.jpg" in said
    assert "x/open-day-002.jpg is not the file that imgvet wrote; do not upload it." in said
    assert "x/x.csv was changed since imgvet wrote it" in said
    ran = imgvet("finish", "b")
    assert "x/x.csv had been changed; it was written again." in ran.err
    (batch / "x" / "mine.jpg").unlink()
    assert bytes_in(batch / "flickr", batch / "x") == before


STEPS = (
    *((Path, name) for name in ("replace", "unlink", "rmdir")),
    *((BatchStore, name) for name in ("update", "record", "record_copies")),
)  # every change of the disk or the database by this process


@pytest.mark.parametrize("what", ["finish", "add", "remove"])
def test_killed_at_any_step_it_ends_as_one_that_was_not(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Photos come and go, a channel is added or removed; nothing stands in a folder that may not be there."""
    monkeypatch.setenv("IMGVET_REGISTER", str(batch.parent / "register.db"))
    signed(batch.parent, "WMP-1", channels=("flickr", "web"))
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    imgvet("decide", "b", "2", "exclude", "--note", "Why.", *BY)
    words = {
        "finish": ("finish", "b"),
        "add": ("batch", "b", "--channel", "flickr,x,web", *CHANGE),
        "remove": ("batch", "b", "--channel", "x", *CHANGE),
    }[what]
    start = batch.parent / "start"
    shutil.copytree(batch, start)
    imgvet(*words)
    expected = tree(batch)
    ended, step = False, 0
    while not ended:
        shutil.rmtree(batch)
        shutil.copytree(start, batch)
        with killed_at(step, monkeypatch, *STEPS) as done:
            monkeypatch.setenv("IMGVET_REGISTER", str(batch.parent / "register.db"))
            try:
                imgvet(*words)
                ended = True
            except Killed:
                pass
        monkeypatch.setenv("IMGVET_REGISTER", str(batch.parent / "register.db"))
        for folder in ("x", "web", "flickr"):
            shown = {file.name for file in batch.glob(f"{folder}/*.jpg")}
            assert "open-day-001.jpg" not in shown or folder != "x"
        imgvet(*words)
        imgvet("finish", "b")
        assert tree(batch) == expected, (step, done)
        step += 2
    assert step > 6


ALTERED: tuple[tuple[str, str], ...] = (
    ("sha256", "a" * 64), ("recipe", "another"), ("name", "open-day-009.jpg"), ("channel", "web"),
    ("output_bytes", "7"), ("output", "flickr/open-day-002.jpg"),
    ("output", "../open-day-002.jpg"), ("output", "private/open-day-002.jpg"),
)  # fmt: skip


@pytest.mark.parametrize(("field", "value"), ALTERED)
def test_a_further_copy_that_was_altered_is_not_believed(imgvet: Imgvet, batch: Path, field: str, value: str) -> None:
    """The log vouches for every copy; what contradicts it is not published, or the batch is not opened."""
    with contextlib.closing(sqlite3.connect(batch / "private" / "batch.db")) as database, database:
        (record,) = database.execute("SELECT record FROM photos WHERE number = 2").fetchone()
        photo = json.loads(record)
        photo["copies"][0][field] = int(value) if value.isdigit() else value
        database.execute("UPDATE photos SET record = ? WHERE number = 2", (json.dumps(photo),))
    ran = imgvet("status", "b", "--json")
    assert ran.code != 0
    if ran.out:
        photo = next(each for each in ran.lines if each["number"] == 2)
        assert photo["verdict"] == "blocked"
        assert any(each["rule"] == "altered-record" for each in photo["findings"])
        assert {each["state"] for each in photo["channels"]} == {"blocked"}
    else:
        assert "is damaged" in ran.err


def test_a_link_in_the_place_of_a_channel_s_folder_is_not_followed(imgvet: Imgvet, batch: Path) -> None:
    (batch / "x").rename(batch.parent / "elsewhere")
    (batch / "x").symlink_to(batch.parent / "elsewhere")
    ran = imgvet("finish", "b")
    assert ran.code != 0
    assert "is a link to another place" in ran.err


def test_python_callers_get_a_file_for_each_channel(tmp_path: Path) -> None:
    save_photo(tmp_path / "1.jpg", landscape())
    (tmp_path / "out").mkdir()
    settings = build_settings("general", channel=["flickr", "web"])
    (photo,) = vet_photos([tmp_path / "1.jpg"], settings, workers=1, out=tmp_path / "out")
    (copy,) = photo.copies
    assert (photo.channel, copy.channel) == ("flickr", "web")
    for output in (photo.output, copy.output):
        assert prove(Path(str(output)).read_bytes()).proven
    assert photo_for(photo, "web").sha256 == copy.sha256
    assert photo_for(photo, "nowhere").output is None


def test_mirrored_faces_are_answered_once(imgvet: Imgvet, tmp_path: Path) -> None:
    """One answer counts for every channel, and the sheet has one row a face."""
    save_photo(tmp_path / "photos" / "1.jpg", mirrored())
    imgvet("batch", "photos", "--out", "b", *EVENT, "--channel", "flickr,x,web")
    with (tmp_path / "b" / "checklist.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["photo"], row["face"]) for row in csv.DictReader(file) if row["face"]] == [("1", "1")]
    imgvet("decide", "b", "1:1", "redact", *BY)
    imgvet("finish", "b")
    for folder in ("flickr", "x", "web"):
        assert photo_names(tmp_path / "b" / folder) == ["open-day-001.jpg"]
