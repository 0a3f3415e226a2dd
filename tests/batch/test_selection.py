"""Which photos join a batch: by the marks of the programs in which people choose, or by an editor's list."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from imgvet.batch.settings import remember_command
from imgvet.batch.store import open_batch
from imgvet.errors import UsageError
from imgvet.originals import read_originals
from imgvet.profile import Limits
from imgvet.selection import SelectionMarks, choose_photos, parse_condition
from support.commands import Imgvet
from support.pictures import landscape

XMP, DM = "http://ns.adobe.com/xap/1.0/", "http://ns.adobe.com/xmp/1.0/DynamicMedia/"
PM, DIGIKAM = "http://ns.camerabits.com/photomechanic/1.0/", "http://www.digikam.org/ns/1.0/"
WINDOWS = "http://ns.microsoft.com/photo/1.0/"
SPACES = f'xmlns:xmp="{XMP}" xmlns:xmpDM="{DM}" xmlns:pm="{PM}" xmlns:dk="{DIGIKAM}" xmlns:ms="{WINDOWS}"'
NONE = SelectionMarks()


def packet(fields: str) -> str:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    inner = f'<rdf:Description rdf:about="" {SPACES} {fields}/>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{rdf}">{inner}</rdf:RDF></x:xmpmeta>'


def photo(path: Path, fields: str = "", seed: int = 1, **exif: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = Image.fromarray(landscape(seed)).resize((160, 120))
    tags = made.getexif()
    for name, value in exif.items():
        tags[{"rating": 0x4746, "percent": 0x4749}[name]] = value
    if fields:
        made.save(path, exif=tags, xmp=packet(fields).encode())
    else:
        made.save(path, exif=tags)
    return path


def test_the_marks_of_every_program_are_read_in_the_workers(tmp_path: Path) -> None:
    """Each row: what is in the file, in its sidecar, and what is read."""
    rows: tuple[tuple[str, str, dict[str, int], SelectionMarks], ...] = (
        ("", "", {}, NONE),
        ('xmp:Rating="3" xmp:Label="Rot"', "", {}, SelectionMarks(3, ("Rot",))),
        ('xmp:Rating="-1" xmpDM:pick="1"', "", {}, SelectionMarks(-1, picked=False)),
        ('xmpDM:pick="1"', "", {}, SelectionMarks(picked=True)),
        ('xmpDM:pick="0"', "", {}, SelectionMarks(picked=False)),
        ('pm:ColorClass="2" pm:Tagged="True"', "", {}, SelectionMarks(labels=("2", "Winner Alt"), picked=True)),
        ('pm:ColorClass="0" xmp:Label="Red"', "", {}, SelectionMarks(labels=("Red",))),
        ('dk:ColorLabel="4" dk:PickLabel="3"', "", {}, SelectionMarks(labels=("Green",), picked=True)),
        ('ms:Rating="75"', "", {}, SelectionMarks(4)),
        ("", "", {"rating": 5}, SelectionMarks(5)),
        ("", "", {"percent": 50}, SelectionMarks(3)),
        ('xmp:Rating="2"', "", {"rating": 5}, SelectionMarks(2)),
        ('xmp:Rating="2" xmp:Label="Red"', 'xmp:Rating="4"', {}, SelectionMarks(4, ("Red",))),
    )  # fmt: skip
    paths = []
    for number, (inside, beside, exif, _) in enumerate(rows):
        paths.append(photo(tmp_path / f"{number:02}.jpg", inside, **exif))
        if beside:
            paths[-1].with_suffix(".xmp").write_text(packet(beside))
    read = dict(read_originals(paths, Limits(), 2, marks=True))
    assert [read[path].marks for path in paths] == [marks for *_, marks in rows]


def test_what_cannot_be_read_is_a_fault_and_nothing_behind_it_counts(tmp_path: Path) -> None:
    rated, sidecar = 'xmp:Rating="5"', packet('xmp:Rating="4"')
    rows = {
        "broken.jpg": ("<x:xmpmeta", None, "broken.xmp: "),
        "bomb.jpg": ("<!DOCTYPE x [<!ENTITY a '4'>]>" + packet('xmp:Rating="&a;"'), None, "bomb.xmp: "),
        "odd.jpg": (packet('xmp:Rating="many"'), None, "odd.xmp: Rating is 'many'"),
        "fine.jpg": (sidecar, 4, ""),
    }
    paths = [photo(tmp_path / name, rated) for name in rows]
    for path in paths:
        path.with_suffix(".xmp").write_text(rows[path.name][0])
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(paths[-1].read_bytes()[:40])
    read = {path.name: each.marks for path, each in read_originals([*paths, cut], Limits(), 2, marks=True)}
    for name, (_, stars, fault) in rows.items():
        assert read[name].stars == stars
        assert read[name].fault.startswith(fault)
        assert bool(read[name].fault) == bool(fault)
    assert (read["cut.jpg"].stars, bool(read["cut.jpg"].fault)) == (None, True)


@pytest.mark.parametrize(
    ("typed", "marks", "holds"),
    [
        ("rating>=3", SelectionMarks(3), True),
        ("rating >= 3", SelectionMarks(2), False),
        ("rating=3+", SelectionMarks(5), True),
        ("rating==3", SelectionMarks(4), False),
        ("Rating<2", NONE, True),  # no stars are none
        ("rating>=0", SelectionMarks(-1), False),
        ("stars<=1", SelectionMarks(-1), True),
        ("label=red,Yellow", SelectionMarks(labels=("Red",)), True),
        ("label=Red", NONE, False),
        ("colour=Winner", SelectionMarks(labels=("1", "Winner")), True),
        ("picked", SelectionMarks(picked=True), True),
        ("picked", SelectionMarks(5), False),
        ("rating>=3", SelectionMarks(fault="?"), None),
        ("rating<3", SelectionMarks(fault="?"), None),
        ("label=Red", SelectionMarks(5, fault="?"), None),
        ("picked", SelectionMarks(picked=False, fault="?"), False),
        ("rating>=3", SelectionMarks(4, fault="?"), True),
    ],
)
def test_a_condition_holds_or_not_or_cannot_be_answered(typed: str, marks: SelectionMarks, holds: bool | None) -> None:
    path = Path("a.jpg")
    chosen, others = choose_photos([path], {path: marks}, [parse_condition(typed)], {path: ""})
    answer = None if others.unknown else chosen == [path]
    assert answer == holds
    assert others.number == (holds is False)


@pytest.mark.parametrize("typed", ["rating", "rating>=9", "label=", "list=", "rejected", "", "rating>=x", "label=,"])
def test_what_is_no_condition_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="nothing that photos can be chosen by"):
        parse_condition(typed)


FILES = ("100CANON/IMG_1234.JPG", "101CANON/IMG_0001.JPG", "100NIKON/DSC_0001.JPG", "100NIKON/Rex, the dog.jpg",
         "backup/IMG_1234.JPG", "100CANON/IMG_E0077.JPG")  # fmt: skip


@pytest.mark.parametrize(
    ("line", "found", "unmatched", "unclear"),
    [
        ("IMG_1234.JPG", (0, 4), 0, 0),  # a copy of the same bytes
        ("img_1234.cr3", (0, 4), 0, 0),
        ('"IMG_1234"', (0, 4), 0, 0),
        ("1234", (0, 4), 0, 0),
        ("77", (5,), 0, 0),
        ("0001", (), 0, 1),
        ("101canon\\IMG_0001", (1,), 0, 0),
        ("100NIKON/0001", (), 1, 0),
        ("DSC_0001, 1234; 9999", (0, 2, 4), 1, 0),
        ("Rex, the dog.jpg", (3,), 0, 0),
        ("# 1234", (), 0, 0),
        ("Dear all, here they are", (), 1, 0),
        ("123", (), 1, 0),
    ],
)
def test_a_line_of_a_list_is_one_photo_or_is_told(
    line: str, found: tuple[int, ...], unmatched: int, unclear: int
) -> None:
    paths = [Path("/card") / name for name in FILES]
    contents = {path: path.name for path in paths}
    listed = parse_condition("list=x.txt")
    condition = replace(listed, values=(line, " "))
    chosen, others = choose_photos(paths, {}, [condition], contents)
    assert chosen == [paths[each] for each in sorted(found)]
    assert (len(others.unmatched), len(others.unclear)) == (unmatched, unclear)


@pytest.mark.slow
def test_a_batch_takes_what_was_chosen_says_what_not_and_remembers(tmp_path: Path, imgvet: Imgvet) -> None:
    """Two cards with files of the same name, a broken sidecar, a photo that gets its stars later, a list, all."""
    one = photo(tmp_path / "card 1/DCIM/100CANON/IMG_0001.JPG", 'xmp:Rating="4"', 1)
    late = photo(tmp_path / "card 1/DCIM/101CANON/IMG_0002.JPG", "", 2)
    photo(tmp_path / "card 2/DCIM/100NIKON/IMG_0001.JPG", "", 3, rating=3)
    broken = photo(tmp_path / "card 2/DCIM/100NIKON/IMG_0003.JPG", 'xmp:Rating="5"', 4)
    broken.with_suffix(".xmp").write_text("<x")
    ran = imgvet("batch", "card ?/dcim", "--out", "b", "--event", "E", "--select", "rating>=3")
    assert ran.code == 4
    assert "Not chosen (rating>=3): 1 photo is left out." in ran.err
    assert "its marks are not known: " in ran.err
    assert "Skipped" not in ran.err  # sidecars are read
    assert numbers(imgvet) == {1, 2}
    late.with_suffix(".xmp").write_text(packet('xmp:Rating="3"'))
    one.with_suffix(".xmp").write_text(packet('xmp:Rating="1"'))  # it is in the batch, and stays
    broken.with_suffix(".xmp").unlink()
    ran = imgvet("batch", "b")
    assert (ran.code, "Chosen as before: rating>=3" in ran.err) == (0, True)
    assert numbers(imgvet) == {1, 2, 3, 4}
    photo(tmp_path / "card 1/DCIM/101CANON/IMG_0005.JPG", "", 5)
    photo(tmp_path / "card 1/DCIM/101CANON/IMG_0006.JPG", "", 6)
    (tmp_path / "picks.txt").write_text("IMG_0003\n5\n9999\n0001\n")
    ran = imgvet("batch", "card 1", "--out", "b", "--select", "list=picks.txt")
    assert ran.code == 1
    assert "none of the photos: 9999" in ran.err
    assert "none is chosen: 0001 (100CANON/IMG_0001.JPG, 100NIKON/IMG_0001.JPG)" in ran.err
    assert numbers(imgvet) == {1, 2, 3, 4, 5}
    (tmp_path / "picks.txt").unlink()
    assert "picks.txt" in imgvet("batch", "b").err
    assert imgvet("batch", "b", "--select", "all").code == 0
    assert numbers(imgvet) == {1, 2, 3, 4, 5, 6}


def test_nobody_is_chosen_for_by_what_somebody_else_typed(tmp_path: Path, imgvet: Imgvet) -> None:
    photo(tmp_path / "in/a.jpg", "")
    ran = imgvet("batch", "in", "--out", "b", "--event", "E", "--select", "picked")
    assert ran.code == 1
    assert "None of the photos was chosen" in ran.err
    folder = open_batch(tmp_path / "b")
    remember_command(folder, [("", str(tmp_path / "in"))], [parse_condition("picked")])
    folder.update(facts=replace(folder.facts(), command_from=("mallory", "elsewhere")))
    ran = imgvet("batch", "in", "--out", "b")
    assert ran.code == 2
    assert "mallory" in ran.err
    assert "--select picked" in ran.err


def numbers(imgvet: Imgvet) -> set[int]:
    return {line["number"] for line in imgvet("status", "b", "--json").lines}
