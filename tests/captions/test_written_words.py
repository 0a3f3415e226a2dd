"""Words of many photos from a table, with templates filled in from it, and code replacements."""

from dataclasses import replace
from pathlib import Path

import pytest

from imgvet.batch.decisions.written_words import filled_words, read_codes, read_word_table, with_codes
from imgvet.decisions import WordChanges
from imgvet.errors import TableError, UsageError
from imgvet.photo import Event, Photo
from imgvet.profile import Profile
from imgvet.proof.prove import prove
from imgvet.settings import Settings
from support.commands import Imgvet
from support.folders import photo_names
from support.pictures import landscape, save_photo

SETTINGS = Settings(Profile(), Event("Fair"), year=2026)
PHOTOS = [Photo(f"/x/IMG_000{number}.jpg", number, name=f"fair-00{number}.jpg") for number in (1, 2, 3)]
PHOTOS.append(replace(PHOTOS[0], number=4, source="/x/bad.jpg", name="", error="It cannot be read."))
TABLE = "photo;first name;School;caption;tags\nIMG_0001.jpg;Ann;Hill;Ann wins;cup, day\n2;{event};Vale;;\n3;;;;\n"
BY = ("--by", "A. Officer")


def filled(folder: Path, table: str = TABLE, **templates: object) -> list[tuple[int, WordChanges]]:
    path = folder / "words.csv"
    path.write_text(table)
    made = filled_words(read_word_table(path, PHOTOS), templates, SETTINGS, path)  # type: ignore[arg-type]
    return [(photo.number, changes) for photo, changes in made]


def test_each_row_gives_its_photo_its_words(tmp_path: Path) -> None:
    """A blank cell changes nothing, and a row of a photo alone is skipped; what is filled in is not filled in again."""
    assert filled(tmp_path) == [(1, {"caption": "Ann wins", "keywords": ("cup", "day")}), (2, {})]
    title = "{First Name} of {school}, {event} {n} {{x}}"
    assert filled(tmp_path, title=title, caption=None) == [
        (1, {"caption": None, "keywords": ("cup", "day"), "title": "Ann of Hill, Fair 1 {x}"}),
        (2, {"caption": None, "title": "{event} of Vale, Fair 2 {x}"}),
    ]
    assert filled(tmp_path, keywords=("{school}", "x"))[1] == (2, {"keywords": ("Vale", "x")})


@pytest.mark.parametrize(
    ("table", "template", "told"),
    [
        ("name;caption\nAnn;x\n", "", "no column that says which photo"),
        ("photo;caption\n9;x\n", "", "Row 2: There is no photo '9'"),
        ("photo;caption\n4;x\n", "", "Row 2: Photo 4 could not be read"),
        ("photo;caption\n;x\n", "", "Row 2: It names no photo."),
        ("photo;caption\n1;x\nIMG_0001.jpg;y\n", "", "Row 3: photo 1 is in row 2 already."),
        ("photo;caption\n1;\n", "", "no row with words"),
        ("photo;caption\n1;#####\n", "", "row 2, column B"),
        (TABLE, "{surname}", "names {surname}, and there is no such column"),
        (TABLE, "{caption}", "Row 3, photo 2: 'caption' is blank"),
        (TABLE, "{school", "a single {"),
        ("photo;title;object name\n1;a;b\n", "", "several columns for the same thing"),
    ],
)
def test_a_table_that_is_not_clear_is_refused_whole(tmp_path: Path, table: str, template: str, told: str) -> None:
    with pytest.raises(TableError) as refused:
        filled(tmp_path, table, **({"title": template} if template else {}))
    assert told in str(refused.value)


CODES = {"r7": ("Ann Smith", "Smith"), "R8": ("Bob",), "r8": ("Rob",), "x y": ("Ex",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\\r7\\ wins", "Ann Smith wins"),
        ("\\R7#2\\, \\r8\\\\x y\\", "Smith, RobEx"),
        ("AC\\DC and #2", "AC\\DC and #2"),
        ("\\nobody\\", None),
        ("\\r7#3\\", None),
    ],
)
def test_codes_are_replaced_or_the_whole_is_refused(text: str, said: str | None) -> None:
    asked: list[tuple[Photo, WordChanges]] = [(PHOTOS[0], {"caption": text, "title": None})]
    if said is None:
        with pytest.raises(UsageError, match="does not say what replaces"):
            with_codes(asked, CODES)
    else:
        assert with_codes(asked, CODES) == [(PHOTOS[0], {"caption": said, "title": None})]
    assert with_codes([(PHOTOS[0], {"keywords": ("\\r7\\", "a")})], {"r7": ("x, y",)})[0][1] == {
        "keywords": ("x", "y", "a"),
    }


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("r7\n", "Line 1"),
        ("r7\tA\n\nr7\tB\n", "Line 3: the code 'r7' has another"),
        ("// none\n", "no codes"),
        ("\tA\n", "1"),
    ],
)
def test_a_file_of_codes_that_is_not_clear_is_refused(tmp_path: Path, lines: str, told: str) -> None:
    (tmp_path / "codes.txt").write_text(lines)
    with pytest.raises(TableError) as refused:
        read_codes(tmp_path / "codes.txt")
    assert told in str(refused.value)


def test_a_file_of_codes_has_comments_and_repeats(tmp_path: Path) -> None:
    (tmp_path / "codes.txt").write_bytes("\ufeff// squad\r\nr7\tÅse\tÅ\r\n\r\nr7\tÅse\tÅ\r\n".encode())
    assert read_codes(tmp_path / "codes.txt") == {"r7": ("Åse", "Å")}


def test_what_a_table_says_is_checked_and_published(tmp_path: Path, imgvet: Imgvet) -> None:
    """A postcode in a headline or a creator is asked about like one in a caption."""
    save_photo(tmp_path / "in" / "a.jpg", landscape(1))
    save_photo(tmp_path / "in" / "b.jpg", landscape(2))
    assert imgvet("batch", "in", "--out", "b", "--event", "Fair").code == 0
    (tmp_path / "words.csv").write_text(
        "photo,name,headline,creator\na.jpg,r7,\\r7\\ wins,Ann Miller\nb.jpg,Bob,,B31 2AB\n"
    )
    (tmp_path / "codes.txt").write_text("r7\tRex\n")
    words = ("caption", "b", "--import", "words.csv", "--codes", "codes.txt", "--title", "\\{name}\\", *BY)
    assert "does not say what replaces \\Bob\\" in imgvet(*words).err
    assert not imgvet("log", "b", "1").out.count("title")
    (tmp_path / "codes.txt").write_text("r7\tRex\nBob\tBob\n")
    done = imgvet(*words)
    assert "Recorded: title, headline and creator of 2 photos" in done.err
    assert "creator “[B31 2AB]” (postcode)" in done.err
    assert "contradict" in imgvet("caption", "b", "1", "--import", "words.csv", *BY).err
    assert imgvet("caption", "b", "--codes", "codes.txt").code == 2
    imgvet("finish", "b")
    (name,) = photo_names(tmp_path / "b" / "flickr")
    public = prove((tmp_path / "b" / "flickr" / name).read_bytes()).public
    assert (public.title, public.headline, public.creator) == ("Rex", "Rex wins", "Ann Miller")
