"""``import imgvet``: what it offers to those who write Python, and what docs/developers/python.md shows of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import imgvet
from support.folders import ROOT
from support.pictures import landscape, portrait, save_photo

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "developers" / "python.md").read_text(encoding="utf-8")
BATCH, ONE, FILES = re.findall(r"```python\n(.*?)```", PAGE, re.S)


def run_script(text: str, folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    script = folder / "script.py"
    script.write_text(text, encoding="utf-8")
    command = [sys.executable, "-W", "error", str(script), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=300)


def test_importing_it_costs_nothing() -> None:
    """No library that is slow to load comes with it, and none with asking what it offers."""
    heavy = {"numpy", "cv2", "PIL", "onnxruntime", "pydantic", "typer", "rich", "jinja2", "sqlite3", "multiprocessing"}
    code = f"import imgvet, sys; dir(imgvet); print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("name", imgvet.__all__)
def test_every_name_is_there_and_documented(name: str) -> None:
    """What ``__all__`` promises can be had, says what it is, and is on the page or behind what is."""
    assert getattr(imgvet, name).__doc__
    assert name in dir(imgvet)


def test_the_page_shows_every_function() -> None:
    """And names none that is not there."""
    functions = {name for name in imgvet.__all__ if name[0].islower()}
    assert {name for name in functions if name in PAGE} == functions
    assert set(re.findall(r"imgvet\.(\w+)", BATCH + ONE + FILES)) <= set(imgvet.__all__)


def test_another_name_is_an_attribute_error() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="nothing_like_it"):
        imgvet.nothing_like_it  # noqa: B018


def test_the_first_example_runs(tmp_path: Path) -> None:
    """A landscape is ready, a portrait needs its form, a broken file is one failed photo."""
    save_photo(tmp_path / "photos" / "a.jpg", landscape())
    save_photo(tmp_path / "photos" / "b.jpg", portrait())
    (tmp_path / "photos" / "c.jpg").write_bytes(b"\xff\xd8 nothing")
    done = run_script(BATCH, tmp_path)
    assert done.returncode == 0, done.stderr
    verdicts = sorted(line.split()[::2] for line in done.stdout.splitlines() if not line.startswith(" "))
    assert verdicts == [["1", "ready"], ["2", "release"], ["3", "failed"]]
    assert "PLANTED" not in done.stdout


def test_the_second_example_writes_a_clean_file_of_a_ready_photo(tmp_path: Path) -> None:
    """Its name tells nothing of the original, and it is proven; of a photo that is not ready nothing is written."""
    save_photo(tmp_path / "PLANTED-NAME.jpg", portrait())
    done = run_script(ONE, tmp_path, "PLANTED-NAME.jpg")
    assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / "ready").iterdir()
    assert done.stdout == f"{Path('ready') / file.name} may be published.\n"
    assert file.name.startswith("web-")
    proof = imgvet.prove_file(file).proof
    assert proof is not None
    assert proof.proven
    photo = imgvet.vet_photo(tmp_path / "PLANTED-NAME.jpg", imgvet.build_settings("general"), out=tmp_path / "ready")
    assert photo.verdict is imgvet.Verdict.RELEASE
    assert [file] == list((tmp_path / "ready").iterdir())


def test_the_third_example_inspects_strips_and_proves(tmp_path: Path) -> None:
    """The planted owner is shown; the copy has none and is proven."""
    save_photo(tmp_path / "photo.jpg", landscape())
    done = run_script(FILES, tmp_path, "photo.jpg")
    assert done.returncode == 0, done.stderr
    assert "owner OwnerName PLANTED-OWNER-ZORA" in done.stdout
    assert done.stdout.endswith("photo-1.jpg is proven\n")
    assert b"PLANTED" not in (tmp_path / "photo-1.jpg").read_bytes()


def test_a_worker_imports_nothing_of_the_program(tmp_path: Path) -> None:
    """So a script needs no ``if __name__ == "__main__":``, and may be piped into ``python -``; it runs once."""
    save_photo(tmp_path / "photo.jpg", landscape())
    text = "import imgvet\nprint(imgvet.vet_photo('photo.jpg', imgvet.build_settings('general')).verdict)\n"
    assert run_script(text, tmp_path).stdout == "ready\n"
    done = subprocess.run(
        [sys.executable, "-"], input=text, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=300
    )
    assert done.stdout == "ready\n"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"profile": "no-such-profile"}, "ProfileError"),
        ({"channel": "no-such-channel"}, "UsageError"),
        ({"redact": "every"}, "UsageError"),
        ({"proof_marks": "all"}, "UsageError"),
    ],
)
def test_bad_settings_raise(asked: dict[str, str], error: str) -> None:
    """At once, and as an ``ImgvetError`` with a reason."""
    with pytest.raises(imgvet.ImgvetError) as raised:
        imgvet.build_settings(**asked)  # type: ignore[arg-type]
    assert type(raised.value).__name__ == error
    assert raised.value.reason


def test_settings_made_by_hand_are_looked_at_too(tmp_path: Path) -> None:
    """Before any worker starts; so is the folder."""
    settings = imgvet.Settings(imgvet.Profile(), imgvet.Event("x"), "no-such-channel")
    with pytest.raises(imgvet.ImgvetError, match="no-such-channel"):
        imgvet.vet_photos([], settings)
    with pytest.raises(imgvet.ImgvetError, match="no folder"):
        imgvet.vet_photos([], imgvet.build_settings("general"), out=tmp_path / "none")
    with pytest.raises(imgvet.ImgvetError, match="no folder"):
        imgvet.strip_file("photo.jpg", tmp_path / "none")


def test_no_photos_need_no_worker() -> None:
    """Nothing in, nothing out."""
    assert list(imgvet.vet_photos([], imgvet.build_settings("general"))) == []
