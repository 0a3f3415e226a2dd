"""What folders hold that is no photo to vet: passed over wherever it is, told by kind, taken where it is named."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.errors import UsageError
from imgvet.find_photos import FoundPhotos, find_photos
from imgvet.find_photos.kinds import KINDS
from imgvet.find_photos.neighbours import originals_of, plain_name
from imgvet.reports.channel_tables import POST_COLUMNS

JPEG = b"\xff\xd8\xff\xe0"
FLICKR_CSV = "\ufefffile,title,description,tags\r\n".encode()
POSTS_CSV = ("\ufeff" + ",".join(POST_COLUMNS) + "\r\n").encode()

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names, or needs rights for links")


def plant(folder: Path, *names: str) -> None:
    """Files of those names: JPEGs, whatever their ending is, but for text and videos."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        plain = path.suffix.lower() in {".txt", ".aae", ".xmp", ".json", ".mov", ".mp4", ".wav", ".ini", ".icloud"}
        table = {"flickr.csv": FLICKR_CSV, "x.csv": POSTS_CSV}.get(path.name, JPEG)
        path.write_bytes(b"words" if plain else table)


def taken(found: FoundPhotos, folder: Path) -> list[str]:
    """The photos, by their way from the folder."""
    return [path.relative_to(folder).as_posix() for path in found.photos]


def told(found: FoundPhotos) -> dict[str, int]:
    """How many of each kind were passed over."""
    return {each.kind.one: each.number for each in found.skipped}


# -- folders


BIN, THUMBNAILS, LIBRARY = "deleted photo in a bin", "folder of thumbnails or previews", "library of a photo program"
KEPT, EARLIER = (
    "original that a photo program kept from before it was edited",
    "earlier copy kept by a drive or program",
)
OWN, SYSTEM = "picture that imgvet wrote", "file or folder of the operating system"


@pytest.mark.parametrize(("name", "kind"), [
    ("$RECYCLE.BIN/S-1-5-21/$RABC123.jpg", BIN),
    ("$Recycle.Bin/S-1-5-21/$RDIR/IMG_2.JPG", BIN),
    ("RECYCLER/S-1-5-21/Dc1.jpg", BIN),
    ("Recycled/Dc1.jpg", BIN),
    (".Trashes/501/IMG_2.jpg", BIN),
    (".Trash/IMG_2.jpg", BIN),
    (".Trash-1000/files/IMG_2.jpg", BIN),
    ("#recycle/DCIM/IMG_2.jpg", BIN),
    ("#Recycle/IMG_2.CR2", BIN),
    ("@Recycle/IMG_2.HEIC", BIN),
    ("Network Recycle Bin 1/IMG_2.jpg", BIN),
    ("Trash/files/IMG_2.jpg", BIN),
    ("deep/down/.dtrash/IMG_2.jpg", BIN),
    ("lost+found/IMG_2.jpg", BIN),
    ("@eaDir/IMG_1.jpg/SYNOPHOTO_THUMB_XL.jpg", THUMBNAILS),
    ("2026/@EADIR/IMG_1.jpg/SYNOPHOTO_THUMB_M.jpg", THUMBNAILS),
    (".@__thumb/s100IMG_1.jpg", THUMBNAILS),
    (".thumbnails/1.jpg", THUMBNAILS),
    ("Thumbs/1.jpg", THUMBNAILS),
    ("My Catalogue Previews.lrdata/1/2/x.jpg", THUMBNAILS),
    ("My Catalogue Smart Previews.lrdata/1/2/x.dng", THUMBNAILS),
    ("My Catalogue.lrcat-data/x.jpg", THUMBNAILS),
    ("shoot/CaptureOne/Cache/Thumbnails/x.jpg", THUMBNAILS),
    ("PRIVATE/M4ROOT/THMBNL/C0001T01.JPG", THUMBNAILS),
    ("Photos Library.photoslibrary/originals/0/x.jpeg", LIBRARY),
    ("Fotos.PHOTOSLIBRARY/originals/0/x.jpeg", LIBRARY),
    ("Old.aplibrary/Masters/x.jpg", LIBRARY),
    ("iPhoto Library.photolibrary/Masters/x.jpg", LIBRARY),
    ("iPhoto Library.migratedphotolibrary/Masters/x.jpg", LIBRARY),
    ("Shoot.cocatalog/Originals/x.jpg", LIBRARY),
    ("Shoot.cosessiondb/x.jpg", LIBRARY),
    (".picasaoriginals/IMG_1.jpg", KEPT),
    ("[Originals]/IMG_1.jpg", KEPT),
    ("#snapshot/GMT-2026/IMG_1.jpg", EARLIER),
    (".stversions/IMG_1~20260101.jpg", EARLIER),
    ("imgvet-ready/x-2026-06-14-1.jpg", OWN),
    ("imgvet-check/portrait-faces.jpg", OWN),
    ("ImgVet-Ready/x-2026-06-14-1.jpg", OWN),
    ("down/imgvet-stripped/photo-001.jpg", OWN),
    ("__MACOSX/DCIM/._IMG_1.jpg", SYSTEM),
    ("@tmp/upload.jpg", SYSTEM),
    (".hidden/IMG_2.jpg", "hidden picture"),
])  # fmt: skip
def test_folders_that_hold_no_photos_to_vet(tmp_path: Path, name: str, kind: str) -> None:
    """Wherever they are and however they are written; the photo beside them is found, and the kind is told."""
    plant(tmp_path, "IMG_1.jpg", name)
    found = find_photos([tmp_path])
    assert taken(found, tmp_path) == ["IMG_1.jpg"]
    assert told(found) == {kind: 1}


def test_a_bin_counts_the_photos_in_it(tmp_path: Path) -> None:
    """Not what Windows notes beside each; an empty bin, which every drive has, is not worth a word."""
    plant(tmp_path, "a.jpg", "$RECYCLE.BIN/S/$R1.jpg", "$RECYCLE.BIN/S/$I1.jpg", "$RECYCLE.BIN/S/desktop.ini")
    assert told(find_photos([tmp_path])) == {BIN: 1}
    (tmp_path / "$RECYCLE.BIN/S/$R1.jpg").unlink()
    assert told(find_photos([tmp_path])) == {}


@pytest.mark.parametrize("name", ["Captures/IMG_2.jpg", "CaptureOne/IMG_2.jpg", "trash collection day/IMG_2.jpg",
    "recycle/IMG_2.jpg", "private/IMG_2.jpg", "held/IMG_2.jpg", "flickr/IMG_2.jpg", "album.jpg/IMG_2.jpg",
])  # fmt: skip
def test_folders_of_photos_are_searched(tmp_path: Path, name: str) -> None:
    """What only sounds like one of the kinds is none."""
    plant(tmp_path, "IMG_1.jpg", name)
    assert sorted(taken(find_photos([tmp_path]), tmp_path)) == sorted(["IMG_1.jpg", name])


@pytest.mark.parametrize("files", [
    ("private/batch.db", "flickr/open-day-001.jpg", "held/open-day-002.jpg", "contact-sheet-1.jpg"),
    ("held/open-day-002.jpg", "checklist.html", "contact-sheet-1.jpg"),
    ("flickr.csv", "open-day-001.jpg", "open-day-002.jpg"), ("x.csv", "open-day-001.jpg"),
])  # fmt: skip
def test_a_batch_is_told_by_what_it_holds(tmp_path: Path, files: tuple[str, ...]) -> None:
    """Under any name; without its private part, and the folder to upload copied alone."""
    plant(tmp_path, "IMG_1.jpg", *(f"an old name (copy)/{name}" for name in files))
    found = find_photos([tmp_path])
    assert taken(found, tmp_path) == ["IMG_1.jpg"]
    assert list(told(found)) == [OWN]


def test_a_batch_that_is_named_is_refused_and_its_folders_are_not(tmp_path: Path) -> None:
    """Nobody means its contact sheet; whoever names flickr/ means the files in it."""
    plant(tmp_path, "b/private/batch.db", "b/flickr/flickr.csv", "b/flickr/x-001.jpg", "b/contact-sheet-1.jpg")
    with pytest.raises(UsageError, match="is a batch that imgvet wrote") as caught:
        find_photos([tmp_path / "b"])
    assert caught.value.command == f"imgvet status {tmp_path / 'b'}"
    assert taken(find_photos([tmp_path / "b" / "flickr"]), tmp_path) == ["b/flickr/x-001.jpg"]


def test_where_imgvet_is_about_to_write_is_passed_over(tmp_path: Path) -> None:
    """Under any name, and told only once there is something in it."""
    plant(tmp_path, "IMG_1.jpg")
    (tmp_path / "clean").mkdir()
    assert told(find_photos([tmp_path], leave_out=[tmp_path / "clean"])) == {}
    plant(tmp_path, "clean/x-1.jpg")
    found = find_photos([tmp_path], leave_out=[tmp_path / "clean"])
    assert (taken(found, tmp_path), told(found)) == (["IMG_1.jpg"], {OWN: 1})


@pytest.mark.parametrize("name", [
    "$RECYCLE.BIN/$R1.jpg", "@eaDir/x.jpg", ".hidden/x.jpg", "imgvet-ready/x.jpg", "x.photoslibrary/x.jpg",
])  # fmt: skip
def test_a_folder_that_is_named_is_searched(tmp_path: Path, name: str) -> None:
    """Whoever names a bin means it; also beside the folder that it is in, and then nothing is said of it."""
    plant(tmp_path, "IMG_1.jpg", name)
    folder = (tmp_path / name).parent
    assert taken(find_photos([folder]), tmp_path) == [name]
    found = find_photos([tmp_path, folder])
    assert sorted(taken(found, tmp_path)) == sorted([name, "IMG_1.jpg"])
    assert told(found) == {}


# -- files


SIDECAR, LIVE, VIDEO = "sidecar file", "video of a live photo", "video"


@pytest.mark.parametrize(("name", "kind"), [
    ("IMG_1.xmp", SIDECAR),
    ("IMG_1.jpg.xmp", SIDECAR),
    ("IMG_1.jpg.supplemental-metadata.json", SIDECAR),
    ("IMG_1.jpg.json", SIDECAR),
    ("IMG_2.THM", SIDECAR),
    ("IMG_1.CR2.dop", SIDECAR),
    ("IMG_1.jpg.pp3", SIDECAR),
    (".picasa.ini", SIDECAR),
    ("IMG_1.MOV", LIVE),
    ("img_1.mp4", LIVE),
    ("IMG_1.jpg.mov", LIVE),
    ("IMG_2.MOV", VIDEO),
    ("MVI_0001.MP4", VIDEO),
    ("IMG_1.WAV", "sound recording"),
    ("._IMG_1.jpg", SYSTEM),
    (".DS_Store", SYSTEM),
    ("Thumbs.db", SYSTEM),
    ("desktop.ini", SYSTEM),
    (".IMG_2.HEIC.icloud", "photo that is in iCloud and not on this computer"),
    (".trashed-1700000000-IMG_2.jpg", BIN),
    (".IMG_2.jpg", "hidden picture"),
    ("IMG_1.jpg_original", EARLIER),
    ("IMG_1.jpg.orig", EARLIER),
    ("IMG_1.jpg~", EARLIER),
    ("IMG_1.xnbak.jpg", EARLIER),
    ("x-1.jpg.0a1b2c3d.unfinished", OWN),
    ("notes.txt", "file that is not a picture"),
])  # fmt: skip
def test_files_that_are_no_photos_to_vet(tmp_path: Path, name: str, kind: str) -> None:
    """Told by kind, whatever the letters of their names are."""
    plant(tmp_path, "IMG_1.jpg", name)
    found = find_photos([tmp_path])
    assert taken(found, tmp_path) == ["IMG_1.jpg"]
    assert told(found) == {kind: 1}


@pytest.mark.parametrize("name", ["IMG_1.xmp", "._IMG_1.jpg", "IMG_1.MOV", "IMG_1.CR2", ".IMG_1.jpg", "IMG_1~1.txt"])
def test_a_file_that_is_named_gets_its_answer(tmp_path: Path, name: str) -> None:
    """Whatever it is; also beside the folder that it is in."""
    plant(tmp_path, "IMG_1.jpg", name)
    assert taken(find_photos([tmp_path / name]), tmp_path) == [name]
    found = find_photos([tmp_path, tmp_path / name])
    assert sorted(taken(found, tmp_path)) == sorted(["IMG_1.jpg", name])
    assert told(found) == {}


@pytest.mark.parametrize(
    "name", ["photo.psd", "photo.mov", "photo.pdf", "photo.svg", "photo.wav", "photo", "photo.dat"]
)
def test_a_photo_under_the_name_of_something_else_is_found(tmp_path: Path, name: str) -> None:
    """Its content has the last word."""
    (tmp_path / name).write_bytes(JPEG)
    assert taken(find_photos([tmp_path]), tmp_path) == [name]


def test_pictures_that_imgvet_does_not_read_are_told_as_such(tmp_path: Path) -> None:
    """They are pictures, after all, and can be saved as JPEG."""
    (tmp_path / "a.psd").write_bytes(b"8BPS")
    (tmp_path / "b.jxl").write_bytes(b"\xff\x0a")
    assert told(find_photos([tmp_path])) == {"picture in a format that imgvet does not read": 2}


@on_posix
def test_a_link_to_a_folder_is_told(tmp_path: Path) -> None:
    """It is not followed, so a loop does no harm; whoever names the folder has it searched."""
    plant(tmp_path, "here/IMG_1.jpg", "elsewhere/IMG_2.jpg")
    for name, target in (("link", "elsewhere"), ("link.mov", "elsewhere"), ("loop", "here")):
        (tmp_path / "here" / name).symlink_to(tmp_path / target)
    found = find_photos([tmp_path / "here"])
    assert (taken(found, tmp_path), told(found)) == (["here/IMG_1.jpg"], {"link to another folder": 2})
    assert taken(find_photos([tmp_path / "here" / "link"]), tmp_path) == ["here/link/IMG_2.jpg"]


# -- files that belong together


def split(folder: Path, names: Iterable[str]) -> tuple[list[str], set[str]]:
    """What is taken of the files of those names, and what is passed over."""
    plant(folder, *names)
    found = find_photos([folder])
    passed = {path.relative_to(folder).as_posix() for each in found.skipped for path in each.paths}
    return taken(found, folder), passed


@pytest.mark.parametrize(("picture", "raw"), [
    ("IMG_1.JPG", "IMG_1.CR2"),
    ("img_1.jpg", "IMG_1.CR3"),
    ("CRW_1.jpg", "CRW_1.CRW"),
    ("GOPR1.JPG", "GOPR1.GPR"),
    ("IMG_1.jpeg", "IMG_1.nef"),
    ("DSC1.HIF", "DSC1.ARW"),
    ("IMG_1.HEIC", "IMG_1.DNG"),
    ("IMG_1.tif", "IMG_1.raf"),
    ("P1.JPG", "P1.ORI"),
    ("IMGP1.JPG", "IMGP1.PTX"),
    ("IMG_1.NEF.jpg", "IMG_1.NEF"),
    ("P1.jpg", "RAW/P1.RW2"),
    ("JPG/P1.jpg", "RAW/P1.RW2"),
    ("JPEG/P1.jpg", "P1.ORF"),
    ("PXL_1.RAW-01.COVER.jpg", "PXL_1.RAW-02.ORIGINAL.dng"),
])  # fmt: skip
def test_a_raw_file_beside_its_jpeg_is_passed_over(tmp_path: Path, picture: str, raw: str) -> None:
    """The JPEG is taken; also where the camera or its owner sorted the two into folders of their own."""
    assert split(tmp_path, [picture, raw]) == ([picture], {raw})


@pytest.mark.parametrize("names", [
    ["IMG_1.CR2"],
    ["IMG_2.JPG", "IMG_1.CR2"],
    ["a/IMG_1.JPG", "b/IMG_1.CR2"],
    ["$RECYCLE.BIN/IMG_1.JPG", "IMG_1.CR2"],
    ["IMG_1.xmp", "IMG_1.CR2"],
])  # fmt: skip
def test_a_raw_file_alone_stays_one_that_cannot_be_vetted(tmp_path: Path, names: list[str]) -> None:
    """Nobody would know of that photo otherwise."""
    assert next(name for name in names if name.endswith("CR2")) in split(tmp_path, names)[0]


@pytest.mark.parametrize(("edited", "original", "beside"), [
    ("IMG_E1234.JPG", "IMG_1234.JPG", "IMG_1234.AAE"),
    ("IMG_E1234.JPG", "IMG_1234.HEIC", "IMG_1234.AAE"),
    ("IMG_E1234.HEIC", "IMG_1234.HEIC", "IMG_O1234.AAE"),
    ("IMG_E0007.JPG", "IMG_0007.PNG", "IMG_0007.aae"),
    ("img_e1234.jpg", "img_1234.jpg", "img_1234.aae"),
    ("IMG_E1234.JPG", "IMG_1234.JPG", "notes.txt"),
    ("IMG_E1234 (1).JPG", "IMG_1234 (1).JPG", "notes.txt"),
    ("IMG_E1234.JPG", "IMG_1234.DNG", "IMG_1234.AAE"),
    ("IMG_1-edited.jpg", "IMG_1.jpg", "IMG_1.jpg.json"),
    ("IMG_1-edited(1).jpg", "IMG_1(1).jpg", "IMG_1.jpg.json"),
    ("IMG_1-bearbeitet.jpg", "IMG_1.HEIC", "notes.txt"),
    ("IMG_1-modifié.jpg", "IMG_1.jpg", "notes.txt"),
    ("IMG_1-modifie\u0301.jpg", "IMG_1.jpg", "notes.txt"),
    ("IMG_1_edited.jpeg", "IMG_1.HEIC", "notes.txt"),
    ("IMG_1 (Edited).jpg", "IMG_1.jpg", "notes.txt"),
    ("IMG_1-Edit.tif", "IMG_1.jpg", "notes.txt"),
    ("20260614_101112~2.jpg", "20260614_101112.jpg", "notes.txt"),
    ("PXL_1~3.jpg", "PXL_1~2.jpg", "notes.txt"),
    ("IMG_1.jpg", "IMG_1 (Original).jpg", "notes.txt"),
    ("IMG_1.jpg", "IMG_1_original.HEIC", "notes.txt"),
])  # fmt: skip
def test_of_an_edited_photo_the_edited_version_is_taken(
    tmp_path: Path, edited: str, original: str, beside: str
) -> None:
    """What its owner cut off does not go out unasked; also where the file that tells of the edit was lost."""
    assert split(tmp_path, [edited, original, beside]) == ([edited], {original, beside})
    assert set(taken(find_photos([tmp_path / original]), tmp_path)) == {original}  # where somebody asks for it


@pytest.mark.parametrize("names", [
    ["IMG_1234.JPG", "IMG_1235.AAE"],
    ["IMG_1234.JPG", "IMG_E1235.JPG"],
    ["a/IMG_1234.JPG", "b/IMG_E1234.JPG"],
    ["IMG_E1234.JPG", "IMG_1234.AAE"],
    ["edited.jpg", "a.jpg"],
    ["IMG_1.jpg", "IMG_1 (1).jpg"],
    ["IMG_1.jpg", "IMG_1-2.jpg"],
    ["IMG_1.jpg", "IMG_1 creditedited.jpg"],
])  # fmt: skip
def test_photos_that_do_not_belong_together_are_all_taken(tmp_path: Path, names: list[str]) -> None:
    """The names say nothing of an edit, or of another photo's."""
    assert sorted(split(tmp_path, names)[0]) == sorted(name for name in names if not name.endswith("AAE"))


@pytest.mark.parametrize("aae", ["IMG_1234.AAE", "img_1234.aae", "IMG_O1234.AAE", "IMG_1234.HEIC.aae"])
def test_a_photo_that_was_edited_is_not_taken_where_the_edited_version_is_missing(tmp_path: Path, aae: str) -> None:
    """Nobody knows what its owner cut off; it is told, and whoever names it gets it."""
    assert split(tmp_path, ["IMG_1234.HEIC", "IMG_1.jpg", aae]) == (["IMG_1.jpg"], {"IMG_1234.HEIC", aae})
    assert "photo that was edited on a phone and whose edited version is not here" in told(find_photos([tmp_path]))
    assert taken(find_photos([tmp_path / "IMG_1234.HEIC"]), tmp_path) == ["IMG_1234.HEIC"]


def test_a_whole_card_of_a_phone(tmp_path: Path) -> None:
    """Live photos, an edited one, a portrait and a screenshot: one photo each."""
    names = [
        "IMG_0001.HEIC", "IMG_0001.MOV", "IMG_0002.HEIC", "IMG_0002.MOV", "IMG_0002.AAE", "IMG_E0002.HEIC",
        "IMG_E0002.MOV", "IMG_0003.HEIC", "IMG_0003.AAE", "IMG_O0003.AAE", "IMG_E0003.HEIC", "IMG_0004.PNG",
        "IMG_0005.MOV",
    ]  # fmt: skip
    plant(tmp_path, *(f"DCIM/100APPLE/{name}" for name in names))
    found = find_photos([tmp_path])
    assert [path.name for path in found.photos] == ["IMG_0001.HEIC", "IMG_0004.PNG", "IMG_E0002.HEIC", "IMG_E0003.HEIC"]
    assert told(found) == {SIDECAR: 3, LIVE: 3, VIDEO: 1, "original whose edited version is vetted": 2}


# -- whatever the names are


@given(stem=st.text(min_size=1, max_size=20))
def test_no_name_is_the_original_of_itself(stem: str) -> None:
    """Otherwise a photo could pass itself over, and nobody would see it."""
    assert plain_name(stem) not in set(originals_of(plain_name(stem)))


@given(st.lists(st.sampled_from([
    "IMG_1234.JPG", "IMG_E1234.JPG", "IMG_1234.AAE", "IMG_1234.DNG", "IMG_1234.MOV", "IMG_1234~2.JPG", "IMG_1234~3.JPG",
    "IMG_1234-edited.JPG", "IMG_E1234-edited.JPG", "IMG_1234_original.JPG", "IMG_1234.HEIC", "IMG_O1234.JPG",
]), unique=True, min_size=1))  # fmt: skip
def test_every_file_is_taken_or_told(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    """None is lost between the kinds; and of photos with versions, one at least is taken or said to be missing."""
    folder = tmp_path_factory.mktemp("card")
    plant(folder, *names)
    found = find_photos([folder])
    passed = [path.name for each in found.skipped for path in each.paths]
    assert sorted([*taken(found, folder), *passed]) == sorted(names)
    versions = [name for name in names if not name.endswith(("AAE", "MOV"))]
    if versions and "IMG_1234.AAE" not in names:
        assert found.photos


def test_every_kind_is_said_in_words() -> None:
    """One and many, and no two kinds the same."""
    words = [word for kind in KINDS for word in (kind.one, kind.many)]
    assert len(words) == len(set(words))
    assert all(words)


def test_a_source_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Before anything is searched."""
    with pytest.raises(UsageError, match="There is no file or folder"):
        find_photos([tmp_path, tmp_path / os.fsdecode(b"gone")])
