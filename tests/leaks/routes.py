"""The ways a file is cleaned: each runs a real command over all cases at once and says what became of every one."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from leaks.around import FOLDER, PHOTO, left_around
from leaks.leak import STEM, Leak, word_of
from leaks.search import Wanted, sightings

EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
# check writes only what waits for nobody
PROFILE = 'extends = "general"\n[rules]\npeople-named = "off"\nrejected-rating = "off"\nai-content = "off"\n'
OWN = ("--rights", "own", "--by", "A. Officer")
ENOUGH_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one way made of one case."""

    refused: str = ""  # why no file came out; empty where one did
    left: tuple[str, ...] = ()  # where the planted thing still is

    @property
    def word(self) -> str:
        """The outcome in one word, for a table."""
        return "refused" if self.refused else "LEFT" if self.left else "gone"


Outcomes = dict[str, Outcome]
Placed = Mapping[str, Path]  # id of the case to its file


def outcome(leak: Leak, output: Path) -> Outcome:
    """Whether anything of the case is in its output or around it."""
    word = word_of(leak.id)
    found = sightings(output.read_bytes(), Wanted((word,), leak.traces(word)))
    return Outcome(left=(*found, *left_around(leak, output)))


def clean(leaks: Sequence[Leak], outputs: Mapping[str, Path | str]) -> Outcomes:
    """The outcome of each case, from its output or the reason why there is none."""
    return {
        leak.id: outcome(leak, made) if isinstance(made := outputs[leak.id], Path) else Outcome(refused=made)
        for leak in leaks
    }


# --- imgvet --------------------------------------------------------------------------------------------------------


def imgvet(words: Sequence[object], folder: Path) -> list[dict[str, Any]]:
    """Run a command of imgvet in that folder; what ``--json`` says, one object a photo.

    Raises:
        AssertionError: it did not run to its end.
    """
    command = [sys.executable, "-W", "error", "-m", "imgvet", *(str(word) for word in words)]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, timeout=ENOUGH_SECONDS, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode in (0, 1, 3, 4), done.stderr.decode()
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert lines, done.stderr.decode()
    return lines


def answers(placed: Placed, lines: Sequence[dict[str, Any]], folder: Path) -> dict[str, Path | str]:
    """For each case, its output, or the reason why there is none."""
    ids = {path.resolve(): leak_id for leak_id, path in placed.items()}
    found: dict[str, Path | str] = {}
    for line in lines:
        leak_id = ids[(folder / line["photo"]).resolve()]
        findings = [finding for finding in line.get("findings", []) if finding["verdict"] == line["verdict"]]
        reason = line["error"] or (findings[0]["reason"] if findings else "no reason given")
        found[leak_id] = folder / line["output"] if line["output"] else str(reason)
    return found


def batch(placed: Placed, folder: Path) -> dict[str, Path | str]:
    """Every case through ``imgvet batch``, in one batch, from ``folder / "source"`` into ``folder / "batch"``."""
    profile = folder / "batch.toml"
    words = [word_of(leak_id) for leak_id in placed]  # what is another's is told on the checklist, on purpose
    own = json.dumps([*words, *(f"https://example.org/{word}" for word in words)])
    profile.write_text(f"{PROFILE}[organisation]\nknown_creators = {own}\n", encoding="utf-8")
    command = ["batch", folder / "source", "--out", folder / "batch", *EVENT]
    found = answers(placed, imgvet([*command, "--profile", profile, "--redact", "all", "--json"], folder), folder)
    same = {placed[leak_id].read_bytes(): made for leak_id, made in found.items()}  # the same bytes are one photo
    return {leak_id: found.get(leak_id) or same[path.read_bytes()] for leak_id, path in placed.items()}


def check(placed: Placed, folder: Path) -> dict[str, Path | str]:
    """Every case through ``imgvet check``, from ``folder / "source"`` into ``folder / "check"``."""
    profile = folder / "check.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    words = ["check", folder / "source", "--out", folder / "check", "--profile", profile, "--redact", "all", *OWN]
    return answers(placed, imgvet([*words, "--json"], folder), folder)


def strip(placed: Placed, folder: Path) -> dict[str, Path | str]:
    """Every case through ``imgvet strip``, from ``folder / "source"`` into ``folder / "strip"``."""
    return answers(placed, imgvet(["strip", folder / "source", "--out", folder / "strip", "--json"], folder), folder)


def has_strip() -> bool:
    """Whether this imgvet has the command ``strip``."""
    return find_spec("imgvet.strip") is not None


# --- what others clean with ----------------------------------------------------------------------------------------


def exiftool(placed: Placed, folder: Path) -> dict[str, Path | str]:
    """Every case through ExifTool: a copy without any metadata; a TIFF's own tags must be named beside ``-all=``."""
    found: dict[str, Path | str] = {}
    for leak_id, path in placed.items():
        place = folder / "exiftool" / leak_id
        place.mkdir(parents=True)
        command = ["exiftool", "-q", "-all=", "-CommonIFD0=", "-o", f"{place}/", str(path)]
        done = subprocess.run(command, capture_output=True, timeout=ENOUGH_SECONDS, check=False)
        made = place / path.name
        found[leak_id] = made if made.is_file() else _last_line(done.stderr) or "no file written"
    return found


def mat2(placed: Placed, folder: Path) -> dict[str, Path | str]:
    """Every case through mat2, in place on a copy; where it says that it failed, that counts as refused."""
    found: dict[str, Path | str] = {}
    for leak_id, path in placed.items():
        copy = folder / "mat2" / leak_id / path.name
        copy.parent.mkdir(parents=True)
        shutil.copy2(path, copy)
        command = ["mat2", "--inplace", str(copy)]
        done = subprocess.run(command, capture_output=True, timeout=ENOUGH_SECONDS, check=False)
        found[leak_id] = _last_line(done.stderr + done.stdout) or "no reason given" if done.returncode else copy
    return found


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


# --- the other files of a batch ------------------------------------------------------------------------------------


def told_outside_private(batch_folder: Path) -> list[str]:
    """Where a planted word, the pattern or an original's name stands in any file of the batch outside private/."""
    wanted = Wanted((STEM, FOLDER, PHOTO))
    told = []
    for path in sorted(batch_folder.rglob("*")):
        within = path.relative_to(batch_folder)
        if path.is_file() and within.parts[0] != "private":
            told += [f"{within}: {line}" for line in sightings(path.read_bytes(), wanted)]
            told += [f"{within}: {word} in its name" for word in wanted.words if word.lower() in str(within).lower()]
    return told
