"""Lines on the screen: what belongs on one is on one, no name forges another, and progress counts what is to do."""

from pathlib import Path

import pytest

from imgvet.cli import app
from imgvet.errors import UsageError
from imgvet.text import on_one_line
from support.commands import Imgvet
from support.pictures import landscape, save_photo


@pytest.mark.parametrize(("text", "shown"), [
    ("a\nb", "a ¶ b"),
    ("a\r\nb", "a ¶ b"),
    ("a \n b\n\nc", "a ¶ b ¶  ¶ c"),
    ("a\tb", "a b"),
    ("a\rb", "a[U+000D]b"),
    ("a\u2028b", "a[U+2028]b"),
])  # fmt: skip
def test_a_line_end_is_shown_as_people_know_it(text: str, shown: str) -> None:
    """The sign of a paragraph, as word processors show it; what moves a cursor is written out."""
    assert on_one_line(text) == shown


@pytest.mark.parametrize("command", ["check", "strip", "inspect", "prove"])
def test_a_name_with_a_line_end_forges_no_line(imgvet: Imgvet, command: str) -> None:
    """One that is not there is the easiest to type."""
    ran = imgvet(command, "a\nimgvet: all is well")
    assert "a ¶ imgvet: all is well" in ran.err
    assert "U+000A" not in ran.out + ran.err
    assert not any(line.startswith("imgvet: all") for line in ran.err.splitlines())


def test_an_error_of_several_lines_is_several_lines(imgvet: Imgvet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason, each detail and the hint; a line end within one of them makes no line of its own."""

    def refuse() -> None:
        raise UsageError("2 rows need\ncorrecting.", "Correct\nthem.", ("  row 1: a\nimgvet: ok", "  row 2: b"))

    monkeypatch.setattr(app, "app", refuse)
    assert imgvet().err.splitlines() == [
        "imgvet: 2 rows need ¶ correcting.", "  row 1: a ¶ imgvet: ok", "  row 2: b", "Correct ¶ them.",
    ]  # fmt: skip


def test_a_wrong_profile_is_told_in_lines(imgvet: Imgvet, tmp_path: Path) -> None:
    """Each mistake in one of its own."""
    (tmp_path / "imgvet.toml").write_text('[organisation]\nnmae = "x"\n[faces]\nredaction = "blur"\n')
    said = imgvet("check", ".").err.splitlines()
    assert [line.split(": ")[2] for line in said[:1]] == ["organisation.nmae"]
    assert [line.split(": ")[1] for line in said[1:2]] == ["faces.redaction"]
    assert "U+000A" not in "".join(said)


@pytest.mark.slow
def test_progress_counts_what_is_still_to_do(imgvet: Imgvet, tmp_path: Path) -> None:
    """Photos that were done before are neither vetted nor part of the rate and the time left."""
    for number in range(3):
        save_photo(tmp_path / "photos" / f"{number}.jpg", landscape(number))
    assert "3 of 3 vetted" in imgvet("batch", "photos", "--out", "b", "--event", "E").err
    for number in range(3, 5):
        save_photo(tmp_path / "photos" / f"{number}.jpg", landscape(number))
    said = imgvet("batch", "photos", "--out", "b", "--event", "E").err
    assert [line.split(" (")[0] for line in said.splitlines() if " vetted (" in line] == [
        "1 of 2 vetted",
        "2 of 2 vetted",
    ]
    assert " vetted (" not in imgvet("batch", "photos", "--out", "b", "--event", "E").err
