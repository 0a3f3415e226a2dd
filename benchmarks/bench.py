"""What vetting costs, in one run: ``python benchmarks/bench.py FOLDER`` or ``make bench PHOTOS=FOLDER``.

Absolute times depend on the machine and its mood, so every figure stands beside what else was measured in the same run:
decoding and encoding the same photo once with the same codec, one worker against two, other tools where installed.
"""

import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from imgvet.find_photos import find_photos
from imgvet.photo import Event
from imgvet.photo_jobs import PhotoJob, vet_jobs
from imgvet.pipeline import STAGES, vet_one
from imgvet.profile import load_profile
from imgvet.settings import Settings
from imgvet.stages import Kit, Work, open_kit
from imgvet.workers.heap import keep_freed_memory
from imgvet.workers.pool import cores

MAX_PHOTOS = 40  # looked at one by one; more only make it longer
ROUNDS = 3


@dataclass(frozen=True)
class Timed:
    """One photo: seconds of each stage, of the whole way, and of decoding and encoding it once."""

    stages: dict[str, float]
    whole: float
    codec: float
    megapixels: float


def main(folder: Path) -> None:
    """Measure and print."""
    settings = Settings(
        load_profile("west-midlands-police")[0], Event("Bench", date(2026, 6, 14), "https://example.org")
    )
    photos = [path for path in find_photos([folder]).photos if readable(path)]
    if not photos:
        sys.exit(f"There are no photos that Pillow can read in {folder}.")
    print(f"{len(photos)} photos in {folder}; {cores()} cores\n")
    keep_freed_memory()  # as workers do
    kit = open_kit(settings)
    with tempfile.TemporaryDirectory() as out:
        timed = [one(path, kit, Path(out)) for path in photos[:MAX_PHOTOS]]
        print_stages(timed)
        large = made_up_photo(Path(out) / "24-megapixels.jpg")
        without = replace(settings, profile=settings.profile.model_copy(update={"text": "off"}))
        ways = {"without looking for text": open_kit(without), "all stages": kit}
        for words, way in ways.items():
            print(f"\nA made-up photo of 24 megapixels, one core, {words}:")
            print_ratio([one(large, way, Path(out))])
        print_workers("photos of the folder", (photos * 60)[: max(60, len(photos))], settings, Path(out))
        print_workers("photos of 24 megapixels, no text looked for", [large] * 24, without, Path(out))
        print_other_tools(large, ways, Path(out))
        print_memory(large)
        print_start_up(photos[:3], Path(out))


def readable(path: Path) -> bool:
    """Whether decoding it alone can be timed, which is what the ratio is against."""
    try:
        with Image.open(path) as image:
            image.load()
    except (OSError, ValueError, SyntaxError):
        return False
    return True


def one(path: Path, kit: Kit, out: Path) -> Timed:
    """The median of some rounds, stage by stage."""
    rounds = [stages(path, kit, out) for _ in range(ROUNDS)]
    middle = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    data = path.read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        megapixels = image.width * image.height / 1e6
    codec = statistics.median(decode_and_encode(data) for _ in range(ROUNDS))
    return Timed(middle, sum(middle.values()), codec, megapixels)


def stages(path: Path, kit: Kit, out: Path) -> dict[str, float]:
    """Seconds of each stage of one photo; a photo that fails counts as far as it came."""
    work = Work(PhotoJob(1, path, out, "bench"), vet_one(kit, PhotoJob(1, path)).photo)
    took: dict[str, float] = defaultdict(float)
    if work.photo.error:
        return took
    for stage in STAGES:
        started = time.perf_counter()
        work = stage(work, kit)
        took[stage.__name__] += time.perf_counter() - started
    return took


def decode_and_encode(data: bytes) -> float:
    """Seconds that no tool which publishes pixels can do without: decode once, encode once, at the same quality."""
    with Image.open(io.BytesIO(data)) as image:
        decode = seconds(image.load)
        plain = image if image.mode in ("RGB", "L") else image.convert("RGB")
        plain.save(io.BytesIO(), "JPEG", quality=90)  # warms the memory up, as imgvet's own rounds have it
        return decode + seconds(lambda: plain.save(io.BytesIO(), "JPEG", quality=90))


def seconds(do: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def made_up_photo(path: Path) -> Path:
    """A JPEG of 6000 × 4000 pixels with as much detail as a photo has (about 8 MB)."""
    rng = np.random.default_rng(1)
    scene = cv2.resize(
        rng.integers(0, 255, (400, 600, 3)).astype(np.uint8), (6000, 4000), interpolation=cv2.INTER_CUBIC
    )
    grain = rng.normal(0, 4, (4000, 6000, 1)).astype(np.int16)
    pixels = np.clip(scene.astype(np.int16) + grain, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=90)
    return path


def print_stages(timed: list[Timed]) -> None:
    """A line a stage, then the ratio."""
    done = [each for each in timed if each.stages]
    whole = sum(each.whole for each in done)
    print(f"{'stage':<24}{'ms a photo':>12}{'share':>8}")
    for stage in STAGES:
        name = stage.__name__
        took = sum(each.stages[name] for each in done)
        print(f"{name:<24}{1000 * took / len(done):>12.1f}{took / whole:>8.0%}")
    print_ratio(done)


def print_ratio(timed: list[Timed]) -> None:
    """The whole way against decode and encode."""
    whole, codec = sum(each.whole for each in timed), sum(each.codec for each in timed)
    size = sum(each.megapixels for each in timed) / len(timed)
    print(
        f"the whole way {1000 * whole / len(timed):.0f} ms a photo of {size:.1f} megapixels; decode and encode alone "
        f"{1000 * codec / len(timed):.0f} ms; ratio {whole / codec:.2f}"
    )


def print_workers(what: str, photos: list[Path], settings: Settings, out: Path) -> None:
    """One worker on one core against two on two, over the same photos; start of the workers included in neither."""
    many = [PhotoJob(n, path, out, f"w-{n}") for n, path in enumerate(photos, 1)]
    rates = {}
    for workers in (1, 2):
        with on_cores(workers):
            results = vet_jobs(many, settings, workers, out)
            for _ in range(workers):
                next(results)
            started = time.perf_counter()
            rest = sum(1 for _ in results)
            rates[workers] = rest / (time.perf_counter() - started)
    print(f"\n{what}: one worker {rates[1]:.2f} a second, two {rates[2]:.2f}: {rates[2] / rates[1]:.2f} times")


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Processes that are started within have so many cores, where the system can see to that (Linux).

    Elsewhere one worker looks for faces and text on all of them, and is no measure of one core.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def print_other_tools(photo: Path, ways: Mapping[str, Kit], out: Path) -> None:
    """ImageMagick and ExifTool on the same photo, where they are installed."""
    print("\nOther tools on the photo of 24 megapixels (whole processes; imgvet's own lines are without its start):")
    for words, kit in ways.items():
        vet = partial(vet_one, kit, PhotoJob(1, photo, out, "mine"))
        took = statistics.median(seconds(vet) for _ in range(ROUNDS))
        print(f"  {f'imgvet, {words}':<54} {1000 * took:7.0f} ms")
    for name, command in commands(out):
        took = statistics.median(run_on_copy(command, photo, out) for _ in range(ROUNDS))
        print(f"  {name:<54} {1000 * took:7.0f} ms")


def run_on_copy(command: list[str], photo: Path, out: Path) -> float:
    """How long the command takes on a copy of the photo, which it may overwrite."""
    copy = str(shutil.copy(photo, out / "copy.jpg"))
    return seconds(lambda: subprocess.run([*command, copy], check=True, capture_output=True))


def commands(out: Path) -> Iterator[tuple[str, list[str]]]:
    """Each other tool that is here: what it does, and its command without the file."""
    if tool := shutil.which("mogrify"):
        mark = out / "mark.png"
        Image.new("RGBA", (600, 80), (255, 255, 255, 160)).save(mark)
        paint = f"image over 40,40 0,0 '{mark}'"
        yield "ImageMagick, strip and watermark", [tool, "-strip", "-gravity", "southwest", "-draw", paint]
        yield "ImageMagick, the same and to 4096 pixels", [
            tool, "-strip", "-resize", "4096x4096>", "-gravity", "southwest", "-draw", paint,
        ]  # fmt: skip
    if tool := shutil.which("exiftool"):
        yield "ExifTool -all= (metadata alone, pixels as they were)", [tool, "-q", "-overwrite_original", "-all="]


def print_start_up(photos: list[Path], out: Path) -> None:
    """Seconds of processor time of commands on records, on a batch of a few photos, against an empty Python."""
    batch, register = out / "batch", out / "register.db"
    imgvet: list[str | Path] = [sys.executable, "-m", "imgvet"]
    by = ("--by", "Bench")
    refuse: list[str | Path] = ["release", "refuse", "R-1", "--person", "Nobody", *by, "--register", register]
    for made in ([*imgvet, "batch", *photos, "--out", batch, "--event", "Bench"], [*imgvet, *refuse]):
        subprocess.run(made, check=True, capture_output=True)
    least = processor_seconds([sys.executable, "-c", "pass"])
    print(f"\nStart-up, seconds of processor time (python -c pass: {least:.3f}):")
    commands: tuple[tuple[str | Path, ...], ...] = (
        ("--help",),
        ("status", batch),
        ("decide", batch, "1", "exclude", *by, "--note", "bench"),
        ("log", batch),
        ("checklist", batch),
        ("release", "list", "--register", register),
    )
    for words in commands:
        took = processor_seconds([*imgvet, *words])
        name = " ".join(str(word) for word in words if word not in (batch, register, "--register"))
        print(f"  imgvet {name:<54} {took:.3f}   {took / least:5.1f} times")


def processor_seconds(command: Sequence[str | Path]) -> float:
    """The least that a process of this command takes in some rounds; a thousandth where the system does not tell."""
    took = []
    for _ in range(ROUNDS):
        before = os.times()
        subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL)
        after = os.times()
        took.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return max(min(took), 0.001)


def print_memory(photo: Path) -> None:
    """The peak of a process of its own that does the work of one worker on the photo of 24 megapixels, three times."""
    for text in ("off", "ask"):
        command = [sys.executable, __file__, "--peak", text, str(photo)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        said = "looking for text" if text == "ask" else "without looking for text"
        print(f"\npeak memory of one worker on that photo, {said}: {done.stdout.strip()}")


def peak(text: str, photo: Path) -> None:
    """Vet one photo several times, and print the most memory that this process ever had."""
    keep_freed_memory()
    profile = load_profile("general")[0]
    kit = open_kit(Settings(profile.model_copy(update={"text": "off"}) if text == "off" else profile, Event("Bench")))
    for _ in range(ROUNDS):
        vet_one(kit, PhotoJob(1, photo, photo.parent, "peak"))
    status = Path("/proc/self/status")  # NOTE: getrusage would count what the parent had when it started this process
    if not status.exists():
        print("not known on this system")
        return
    kib = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    print(f"{kib / 1024:.0f} MiB")


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--peak":
        peak(sys.argv[2], Path(sys.argv[3]))
    elif len(sys.argv) == 2:
        main(Path(sys.argv[1]))
    else:
        sys.exit(__doc__)
