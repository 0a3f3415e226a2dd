"""The main job on ``sample_images/``, as a press officer would do it; what ``make demo`` runs.

``python tools/demo.py [FOLDER]`` does the same where there is no make. It says in a dozen lines what was done and where
to look; every command, with all that it said, is in ``demo.txt`` in that folder.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = "sample_images"
PROFILE = ("--profile", "tools/demo.toml")
EVENT = ("--event", "Open Day 2026", "--date", "14/06/2026", "--link", "https://www.example.org/open-day")
BY = ("--by", "A. Officer")


def main(folder: str) -> None:
    """Run each command of the demo, and say what came of it."""
    os.chdir(ROOT)
    shutil.rmtree(folder, ignore_errors=True)
    Path(folder).mkdir(parents=True)
    os.environ["IMGVET_REGISTER"] = str(
        Path(folder, "releases.db").absolute()
    )  # a register of its own, not that of the office
    os.environ["IMGVET_ANSWERS"] = str(Path(folder, "answers.db").absolute())
    log = Path(folder, "demo.txt")
    batch, hidden = f"{folder}/open-day", f"{folder}/open-day-hidden"
    portrait = next(each.name for each in sorted(Path(SAMPLES).glob("*portrait*.jpg")))

    run(log, 4, "batch", SAMPLES, "--out", batch, *EVENT, *PROFILE, "--tags", "open day")
    say(f"Vetted {SAMPLES}/ for Flickr: {verdicts(log, batch)}.")

    run(log, 0, "release", "add", "REL-2026-001", "--person", "Alex Example", "--signed-on", "14/06/2026",
        "--event", "Open Day 2026", "--channels", "flickr,x", *BY)  # fmt: skip
    photo = next(each for each in status(log, batch) if each["photo"].endswith(portrait))["number"]
    run(log, 0, "decide", batch, f"{photo}:1", "release", "REL-2026-001", *BY)
    run(log, 0, "decide", batch, "fire-engine-cmyk.jpg", "own", *BY)
    run(log, 4, "finish", batch, *BY)
    say(f"Recorded a release form and whose picture one is: {verdicts(log, batch)}.")

    run(log, 0, "release", "withdraw", "REL-2026-001", "--why", "By telephone", "--on", "20/06/2026", *BY)
    run(log, 4, "status", batch)
    run(log, 4, "finish", batch, *BY)
    say(f"The person withdrew, and photo {photo} left flickr/: {verdicts(log, batch)}.")

    run(log, 4, "batch", SAMPLES, "--out", hidden, *EVENT, *PROFILE, "--redact", "all")
    say(f"The same photos with every face hidden: {verdicts(log, hidden)}.")

    had_pictures = Path("imgvet-check").exists()
    run(log, 1, "check", f"{SAMPLES}/{portrait}", "--out", f"{folder}/checked", *PROFILE)
    if not had_pictures:  # the picture with numbered faces goes with the rest
        shutil.move("imgvet-check", folder)
    run(log, 0, "inspect", f"{SAMPLES}/{portrait}")
    ready = sorted(f"{batch}/flickr/{each.name}" for each in Path(batch, "flickr").iterdir() if each.suffix != ".csv")
    run(log, 0, "prove", *ready)
    say(f"Proved all {len(ready)} files in flickr/: pixels and public metadata, and nothing else.")

    print("\nLook at:")
    for where, what in (
        (f"{batch}/contact-sheet-1.jpg", "every photo, its faces numbered, and what it needs"),
        (f"{batch}/checklist.html", "the release-form checklist, to print"),
        (f"{batch}/flickr/", "what may be published"),
        (f"{hidden}/contact-sheet-1.jpg", "every face hidden"),
        (str(log), "the commands, with all that they said"),
    ):
        print(f"  {where:40} {what}")
    print("\nAnswer its photos in the review page, in your browser; Ctrl-C ends it:")
    print(f"  {own_command('review', batch)}")


def own_command(*words: str) -> str:
    """A command of this very imgvet, to be copied."""
    program = Path(sys.executable).with_name("imgvet")
    here = program.relative_to(Path.cwd()) if program.is_relative_to(Path.cwd()) else program
    return " ".join([str(here), *words])


def run(log: Path, most: int, *words: str) -> str:
    """What one command of imgvet said; a worse exit code than ``most`` ends the demo."""
    typed = " ".join(f"'{word}'" if " " in word else word for word in words)
    command = [sys.executable, "-m", "imgvet", *words]
    said = subprocess.run(command, text=True, encoding="utf-8", capture_output=True, check=False)
    if "--json" not in words:
        with log.open("a", encoding="utf-8") as file:
            file.write(f"$ imgvet {typed}\n{said.stdout}{said.stderr}\n")
    if said.returncode > most or said.returncode == 2:
        sys.exit(f"The demo failed. imgvet {typed} ended with {said.returncode}:\n{said.stderr}")
    return said.stdout


def status(log: Path, batch: str) -> list[dict[str, Any]]:
    """The photos of a batch."""
    return [json.loads(line) for line in run(log, 4, "status", batch, "--json").splitlines()]


def verdicts(log: Path, batch: str) -> str:
    """How many photos of a batch may be published, and how many may not."""
    number = Counter(each["verdict"] for each in status(log, batch))
    parts = {
        "ready": number["ready"],
        "to be decided on": number["ask"] + number["release"],
        "blocked": number["blocked"],
        "not readable": number["failed"],
    }
    return ", ".join(f"{count} {what}" for what, count in parts.items() if count)


def say(text: str) -> None:
    """One line of what was done."""
    print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "demo")
