"""How the memory of the process grows with a batch: ``python -m benchmarks.growth 20000`` or ``make growth N=20000``.

A batch of so many photos is made from a handful that are vetted: the same records and small pictures under numbers,
digests and files of their own, which are links to one file. Then commands run on it, each in a process that says how
much memory it had at most (the peak of its resident set, on Linux).
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from imgvet.batch.store import BatchStore, Original, open_batch
from imgvet.decisions import RELEASE, Decision
from imgvet.photo import Photo, Previews
from imgvet.source_files import file_stamp

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ("phone-portrait.jpg", "group.jpg", "town-hall.jpg", "office-desk.jpg")  # two with faces, two without
FORM = "F-1"
BY = ("--by", "A. Officer")

# Runs imgvet as ``python -m imgvet`` does, and writes its own peak to the file that is named first.
_MEASURED = """
import atexit, pathlib, re, sys
report = sys.argv.pop(1)
def peak():
    status = pathlib.Path("/proc/self/status").read_text()
    pathlib.Path(report).write_text(re.search(r"VmHWM:\\s+([0-9]+) kB", status)[1])
atexit.register(peak)
sys.argv[0] = "imgvet"
from imgvet.cli.app import main
main()
"""


@dataclass(frozen=True)
class Measured:
    """One command that has ended."""

    code: int
    out: str
    err: str
    peak: float  # MiB, of the process alone, without its workers
    seconds: float


def measured(*words: object, cwd: Path) -> Measured:
    """Run a command of imgvet in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "peak")
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, str(report), *map(str, words)],
            cwd=cwd,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        peak = int(report.read_text()) / 1024
        return Measured(done.returncode, done.stdout, done.stderr, peak, time.perf_counter() - began)


def grown_batch(folder: Path, number: int, answered: int = 2) -> Path:
    """A batch of so many photos in ``folder``, beside their originals and a register; the path of the batch.

    Every ``answered``-th photo with a face is answered with a form, one face of it at least.
    """
    originals = folder / "originals"
    originals.mkdir(parents=True)
    for name in SAMPLES:
        shutil.copy(ROOT / "sample_images" / name, originals)
    event = ("--event", "Open Day", "--date", "2026-06-14", "--register", "register.db")
    form = ("--person", "Alex Example", "--signed-on", "2026-06-14", "--event", "Open Day", "--channels", "flickr")
    made = [
        measured("release", "add", FORM, *form, "--register", "register.db", *BY, cwd=folder),
        measured("batch", "originals", "--out", "batch", *event, cwd=folder),
    ]
    for each in made:
        if each.code:
            sys.exit(f"A batch to measure could not be made:\n{each.err}")
    batch = folder / "batch"
    _multiply(open_batch(batch), originals, number, answered)
    return batch


def _multiply(store: BatchStore, originals: Path, number: int, answered: int) -> None:
    """Give the batch copies of its photos until it has so many."""
    first = [(photo, store.pictures(photo)) for photo in store.photos()]
    recipes = {each.number: each.recipe or "" for each in store.originals()}
    with store.writing():
        for photo, pictures, template in _copies(first, originals, number):
            source = Path(photo.source)
            source.hardlink_to(Path(template.source))
            (store.path / str(photo.output)).hardlink_to(store.path / str(template.output))
            new = Original(photo.number, photo.source_sha256, source, None, file_stamp(source))
            store.join([new], [], [])
            store.record(photo, recipes[template.number], pictures)
        store.decide(
            *(
                Decision(RELEASE, "A. Officer", "2026-06-15T10:00:00+00:00", photo.number, photo.source_sha256,
                         face=face.box, value=FORM, face_id=face.box)
                for photo in store.photos()
                if photo.number % answered == 0
                for face in photo.faces
            )
        )  # fmt: skip


def _copies(
    first: Sequence[tuple[Photo, Previews | None]], originals: Path, number: int
) -> Iterator[tuple[Photo, Previews | None, Photo]]:
    for at in range(len(first) + 1, number + 1):
        template, pictures = first[at % len(first)]
        name = f"open-day-{at:03}.jpg"
        output = str(template.output).replace(template.name, name)
        digest = hashlib.sha256(str(at).encode()).hexdigest()
        public = template.public and replace(template.public, title=f"Open Day ({at})")
        photo = replace(
            template,
            number=at,
            source=str(originals / f"IMG_{at:05}.jpg"),
            source_sha256=digest,
            pixel_checksum=f"{template.width}x{template.height}-{digest[:8]}",
            perceptual_hash=digest[:16],
            captured=f"2026-06-14T{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}",
            name=name,
            output=output,
            public=public,
        )
        yield photo, pictures, template


def commands(batch: Path) -> Iterator[tuple[str, Sequence[object]]]:
    """What people do with a batch, in words and as typed."""
    name = batch.name
    event = ("--event", "Open Day", "--date", "2026-06-14", "--register", "register.db")
    yield "status", ("status", name)
    yield "status --json", ("status", name, "--json")
    yield "batch, nothing new", ("batch", "originals", "--out", name, *event)
    yield "finish", ("finish", name)
    yield "checklist", ("checklist", name)
    yield "checklist --import", ("checklist", name, "--import", f"{name}/checklist.csv", *BY)
    yield "decide, every face", ("decide", name, "all:all", "reopen", *BY)
    yield "published", ("published", name, "--url", "https://www.example.org/album", *BY)
    yield "finish, all taken back", ("finish", name)
    yield "log", ("log", name)


def main(numbers: Sequence[int]) -> None:
    """Measure, and print a row a command with a column a size."""
    peaks: dict[str, list[str]] = {}
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            batch = grown_batch(Path(folder), number)
            print(f"{number} photos made in {time.perf_counter() - began:.0f} s", flush=True)
            for name, words in commands(batch):
                done = measured(*words, cwd=Path(folder))
                peaks.setdefault(name, []).append(f"{done.peak:.0f} MiB, {done.seconds:.1f} s")
                print(f"  {name:<24}{peaks[name][-1]:>20}   exit {done.code}", flush=True)
    print(f"\n| command | {' | '.join(f'{number} photos' for number in numbers)} |")
    print(f"|---|{'--:|' * len(numbers)}")
    for name, row in peaks.items():
        print(f"| `{name}` | {' | '.join(row)} |")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [50, 2000])
