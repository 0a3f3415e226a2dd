"""What a Dask cluster costs, and where it stops to gain: ``make bench-cluster`` or ``python -m benchmarks.cluster``.

Photos here are dummies: the worker sleeps for half a second and gives back a clean file of 700 kB and its
record. So the figures are those of the coordinator, the scheduler and the wire, and as many workers can be tried as no
desk has processors for. ``--photos FOLDER`` vets real ones as well, here and on a cluster, by one worker and by two;
``--network`` puts the workers behind a network with delay and loss (root on Linux).
"""

import argparse
import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from imgvet.cluster import dask_engine
from imgvet.cluster.carried import Done, SentJob, Task
from imgvet.find_photos import find_photos
from imgvet.photo import Event, Photo, Previews
from imgvet.photo_jobs import PhotoJob, VettedPhoto, Workers, vet_jobs
from imgvet.profile import Profile
from imgvet.settings import Settings
from support.dask_cluster import Cluster, dask_cluster

ROOT = Path(__file__).resolve().parent.parent
PLACES = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"  # of what workers import
SETTINGS = Settings(Profile(), Event("Open Day"))
PHOTO_SECONDS = 0.5
CLEAN, PREVIEW = os.urandom(700_000), os.urandom(60_000)  # bytes; random, because pictures cannot be compressed
DIGEST = hashlib.sha256(CLEAN).hexdigest()
MODULE: Any = dask_engine  # what it calls is exchanged here
TRIED = (1, 2, 4, 8, 16, 32, 64)


def dummy(_task: Task, sent: SentJob) -> Done:
    """What comes of a photo, after a while."""
    time.sleep(PHOTO_SECONDS)
    return quick_dummy(_task, sent)


def quick_dummy(_task: Task, sent: SentJob) -> Done:
    """What comes of a photo, at once."""
    job = sent.job
    name = f"{job.stem}.jpg"
    digest = hashlib.sha256(CLEAN).hexdigest()
    photo = Photo(str(job.source), job.number, name=name, output=str(Path(str(job.folder), name)), sha256=digest)
    return Done(VettedPhoto(photo, Previews(PREVIEW, (), ())), {name: CLEAN})


@dataclass(frozen=True)
class Run:
    """What one run took."""

    photos: int
    seconds: float
    own: float  # seconds of processor time of the coordinator
    scheduler: float
    workers: float

    @property
    def rate(self) -> float:
        """Photos a second."""
        return self.photos / self.seconds


def timed(cluster: Cluster, number: int, source: Path, engine: Workers) -> Run:
    """Vet dummies and count."""
    with tempfile.TemporaryDirectory(dir=cluster.folder) as folder:
        jobs = (PhotoJob(each, source, Path(folder), f"open-day-{each}") for each in range(1, number + 1))
        before, began = _used(cluster), time.perf_counter()
        for vetted in vet_jobs(jobs, SETTINGS, engine, Path(folder)):
            if vetted.photo.error:
                raise SystemExit(vetted.photo.error)
            Path(str(vetted.photo.output)).unlink()
        seconds = time.perf_counter() - began
    own, scheduler, workers = (now - was for now, was in zip(_used(cluster), before, strict=True))
    return Run(number, seconds, own, scheduler, workers)


def _used(cluster: Cluster) -> tuple[float, float, float]:
    workers = sum(_processor(each.pid) for each in cluster.workers)
    return _processor(os.getpid()), _processor(cluster.scheduler.pid), workers


def _processor(process: int) -> float:
    times = psutil.Process(process).cpu_times()
    return float(times.user + times.system)


def _resident(process: int) -> float:
    return float(psutil.Process(process).memory_info().rss) / 1024**2


def overhead(cluster: Cluster, source: Path, number: int) -> None:
    """What a photo costs beside vetting it, where it is on a shared drive and where its bytes are sent."""
    MODULE.vet_there = quick_dummy
    engine = dask_engine.DaskEngine(cluster.address)
    timed(cluster, 20, source, engine)  # everybody has loaded what they need
    for called, how in (("shared drive", MODULE.file_stamp), ("bytes sent", lambda _: "")):
        MODULE.file_stamp = how
        run = timed(cluster, number, source, engine)
        own, scheduler, worker = (1000 * each / run.photos for each in (run.own, run.scheduler, run.workers))
        print(f"{called:13} {run.rate:6.1f} photos a second; processor time a photo, ms: coordinator {own:.1f}, "
              f"scheduler {scheduler:.1f}, worker {worker:.1f}", flush=True)  # fmt: skip
    MODULE.file_stamp = lambda path: f"{path.stat().st_size}"


def memory(cluster: Cluster, source: Path, numbers: tuple[int, ...]) -> None:
    """Memory of the coordinator and the scheduler after so many photos, one run after the other."""
    MODULE.vet_there = quick_dummy
    for number in numbers:
        timed(cluster, number, source, dask_engine.DaskEngine(cluster.address))
        here, there = _resident(os.getpid()), _resident(cluster.scheduler.pid)
        print(f"after {number:6,} photos: coordinator {here:.0f} MiB, scheduler {there:.0f} MiB", flush=True)


def throughput(cluster: Cluster, source: Path) -> list[tuple[int, float]]:
    """Photos a second by numbers of workers."""
    MODULE.vet_there = dummy
    points, started = [], 0
    for workers in TRIED:
        while started < workers:
            threads = min(8, workers - started)
            cluster.add_worker(threads=threads, PYTHONPATH=PLACES)
            started += threads
        engine = dask_engine.DaskEngine(cluster.address)
        timed(cluster, 2 * workers, source, engine)
        run = timed(cluster, 12 * workers, source, engine)
        points.append((workers, run.rate))
        print(f"{workers:3} workers: {run.rate:6.2f} photos a second, {100 * run.rate * PHOTO_SECONDS / workers:.0f} % "
              "of what as many would do alone", flush=True)  # fmt: skip
    return points


def drawn(points: list[tuple[int, float]], out: Path) -> None:
    """The plot."""
    import matplotlib.pyplot as plt  # noqa: PLC0415 - slow to load, and not always wanted

    figure, axes = plt.subplots(figsize=(7, 4.2), dpi=110)
    axes.plot(TRIED, [each / PHOTO_SECONDS for each in TRIED], "--", color="0.6", label="as many alone")
    axes.plot(*zip(*points, strict=True), "o-", color="#1f4e79", label="measured")
    axes.set(xscale="log", yscale="log", xlabel="Dask workers", ylabel="photos a second",
             title=f"Dummy photos of {PHOTO_SECONDS:g} s a photo, clean files of 0.7 MB")  # fmt: skip
    axes.set_xticks(TRIED, [str(each) for each in TRIED])
    ticks = [2, 5, 10, 20, 50, 100]
    axes.set_yticks(ticks, [str(each) for each in ticks])
    axes.minorticks_off()
    axes.grid(visible=True, color="0.9")
    axes.legend()
    figure.tight_layout()
    figure.savefig(out)


def real(folder: Path, scratch: Path) -> None:
    """Real photos, here and on a cluster, by one worker and by two."""
    photos = find_photos([folder]).photos
    for workers in (1, 2):
        here = _batch(photos, scratch / f"here-{workers}", workers)
        with dask_cluster(scratch / f"dask-{workers}") as cluster:
            for _ in range(workers):
                cluster.add_worker()
            engine = dask_engine.DaskEngine(cluster.address)
            _batch(photos[: 2 * workers], scratch / f"warm-{workers}", engine)  # everybody has started
            there = _batch(photos, scratch / f"there-{workers}", engine)
        print(f"{len(photos)} photos, {workers} workers: here {here:.1f} s, on a cluster {there:.1f} s", flush=True)


def _batch(photos: tuple[Path, ...], folder: Path, workers: Workers) -> float:
    folder.mkdir(parents=True)
    jobs = (PhotoJob(number, path, folder, f"a-{number}") for number, path in enumerate(photos, 1))
    began = time.perf_counter()
    for _ in vet_jobs(jobs, SETTINGS, workers, folder):
        pass
    return time.perf_counter() - began


@contextlib.contextmanager
def slow_network(how: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A namespace with a network of its own; gives our address in it, and the words before a command to run there."""
    name, ours, theirs = "imgvet-bench", "10.213.7.1", "10.213.7.2"
    inside = ("ip", "netns", "exec", name)
    try:
        for words in (
            f"ip netns add {name}", "ip link add imgvet0 type veth peer name imgvet1",
            f"ip link set imgvet1 netns {name}", f"ip addr add {ours}/24 dev imgvet0", "ip link set imgvet0 up",
            f"{' '.join(inside)} ip addr add {theirs}/24 dev imgvet1", f"{' '.join(inside)} ip link set imgvet1 up",
            f"{' '.join(inside)} ip link set lo up",
            f"tc qdisc add dev imgvet0 root {how}",
            f"{' '.join(inside)} tc qdisc add dev imgvet1 root {how}",
        ):  # fmt: skip
            subprocess.run(words.split(), check=True, capture_output=True)
        yield ours, inside
    except subprocess.CalledProcessError as problem:
        raise SystemExit(f"not measured: {problem.stderr.decode().strip()}") from problem
    finally:
        subprocess.run(("ip", "netns", "del", name), check=False, capture_output=True)
        subprocess.run(("ip", "link", "del", "imgvet0"), check=False, capture_output=True)


NETWORKS = ("tbf rate 50mbit burst 64kbit latency 400ms", "netem delay 20ms loss 1%", "netem delay 80ms loss 3%")


def network(scratch: Path, folder: Path) -> None:
    """Real photos over networks that are slow or lose packets, one of two workers killed; all must be vetted."""
    for number, how in enumerate(NETWORKS):
        with contextlib.suppress(SystemExit):
            _over(how, scratch / str(number), find_photos([folder]).photos)
            continue
        print(f"{how}: not measured, because this system cannot do that", flush=True)


def _over(how: str, scratch: Path, photos: tuple[Path, ...]) -> None:
    clean = scratch / "clean"
    with slow_network(how) as (ours, inside), dask_cluster(scratch / "dask", ours) as cluster:
        first, _ = cluster.add_worker(within=inside), cluster.add_worker(within=inside)
        MODULE.file_stamp = lambda _: ""  # every photo's bytes are sent
        engine = dask_engine.DaskEngine(cluster.address)
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(_batch, photos, clean, engine)
            while len([*clean.glob("*.*")]) < 2 and not run.done():
                time.sleep(0.05)
            first.kill()
            seconds = run.result()
    print(f"{how}: {len(photos)} photos, {len([*clean.iterdir()])} clean files, {seconds:.1f} s", flush=True)


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--network", action="store_true")
    parser.add_argument("--number", type=int, default=300, help="of dummies for the cost of one")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures" / "cluster.png")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        source = scratch / "photo.jpg"
        source.write_bytes(os.urandom(8_000_000))
        with dask_cluster(scratch / "cost") as cluster:
            cluster.add_worker(PYTHONPATH=PLACES)
            overhead(cluster, source, asked.number)
            memory(cluster, source, (asked.number, 10 * asked.number))
        with dask_cluster(scratch / "rate") as cluster:
            drawn(throughput(cluster, source), asked.out)
        if asked.photos:
            real(asked.photos, scratch)
        if asked.photos and asked.network:
            network(scratch, asked.photos)


if __name__ == "__main__":
    sys.modules["benchmarks.cluster"] = sys.modules["__main__"]  # workers import it under this name
    for each in (dummy, quick_dummy):
        each.__module__ = "benchmarks.cluster"
    main()
