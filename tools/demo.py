"""The main job on ``sample_images/``, as a press officer would do it; what ``make demo`` runs.

``python tools/demo.py [FOLDER]`` does the same where there is no make.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = "sample_images"
PROFILE = "tools/demo.toml"


def main(folder: str) -> None:
    """Run each command of the demo, shown as it would be typed."""
    os.chdir(ROOT)
    shutil.rmtree(folder, ignore_errors=True)
    os.environ["IMGVET_REGISTER"] = str(Path(folder, "register.db"))  # a register of its own, not that of the office
    os.environ["IMGVET_ANSWERS"] = str(Path(folder, "answers.db"))
    event = ["--event", "Open Day 2026", "--date", "2026-06-14", "--link", "https://www.example.org/open-day"]
    batch = f"{folder}/open-day"
    show("A batch: every photo vetted, marked and proven; nothing goes out that has an open question.")
    imgvet("batch", SAMPLES, "--out", batch, *event, "--profile", PROFILE, "--tags", "open day", may_end_with={0, 4})
    show("Somebody has signed: the form goes into the register, and answers for the face.")
    form = [
        "--person",
        "Alex Example",
        "--signed-on",
        "2026-06-14",
        "--event",
        "Open Day 2026",
        "--channels",
        "flickr,x",
    ]
    imgvet("release", "add", "DEMO-2026-001", *form, "--by", "A. Officer", may_end_with={0})
    portrait = sample("portrait")
    imgvet("decide", batch, f"{portrait}:1", "release", "DEMO-2026-001", "--by", "A. Officer", may_end_with={0})
    show("One file names a print shop: somebody says that the picture is the council's own all the same.")
    imgvet("decide", batch, "fire-engine-cmyk.jpg", "own", "--by", "A. Officer", may_end_with={0})
    imgvet("finish", batch, "--by", "A. Officer", may_end_with={0, 4})
    show("The same person withdraws: what is out already is named, and comes back.")
    why = ["--why", "By telephone", "--on", "2026-06-20"]
    imgvet("release", "withdraw", "DEMO-2026-001", *why, "--by", "A. Officer", may_end_with={0})
    imgvet("status", batch, may_end_with={1, 3, 4})
    show("The same with every face hidden: photos that waited for forms are ready.")
    hidden = f"{folder}/open-day-hidden"
    imgvet("batch", SAMPLES, "--out", hidden, *event, "--profile", PROFILE, "--redact", "all", may_end_with={0, 4})
    show("One photo, checked before it is posted on X.")
    photo = f"{SAMPLES}/{portrait}"
    imgvet("check", photo, "--out", f"{folder}/checked", "--profile", PROFILE, may_end_with={0, 1})
    show("What one photo would have told the world.")
    imgvet("inspect", photo, may_end_with={0})
    show("The proof, on every file that may go out.")
    ready = sorted(f"{batch}/flickr/{each.name}" for each in Path(batch, "flickr").iterdir() if each.suffix != ".csv")
    imgvet("prove", *ready, may_end_with={0})
    show(
        f"Look at {batch}/checklist.html and {batch}/contact-sheet-1.jpg, at the pictures in {batch}/flickr/ and "
        f"{batch}/held/,\nand at {hidden}/contact-sheet-1.jpg, where every face is hidden."
    )


def sample(name: str) -> str:
    """The sample picture whose name has this word in it."""
    return next(each.name for each in sorted(Path(SAMPLES).iterdir()) if name in each.name and each.suffix == ".jpg")


def imgvet(*words: str, may_end_with: set[int]) -> None:
    """Run one command of imgvet; any other exit code than those expected ends the demo."""
    typed = " ".join(f"'{word}'" if " " in word else word for word in words)
    print(f"$ imgvet {typed}", flush=True)
    done = subprocess.run([sys.executable, "-m", "imgvet", *words], check=False)
    if done.returncode not in may_end_with:
        sys.exit(f"The demo failed: imgvet ended with {done.returncode}.")


def show(text: str) -> None:
    """Say what comes next."""
    print(f"\n{text}\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "demo")
