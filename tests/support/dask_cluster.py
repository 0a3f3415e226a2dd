"""A real Dask cluster on this machine: a scheduler and worker processes, each a process of its own."""

import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_DASK = (sys.executable, "-m", "dask")
_STARTING_SECONDS = 60


@dataclass
class Cluster:
    """The processes, and where the scheduler listens."""

    address: str
    folder: Path  # for what they write
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(
        self, blind_to: Path | None = None, threads: int = 1, within: tuple[str, ...] = (), **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start one more worker.

        ``blind_to``: a folder that it does not see, as on another machine; ``within``: the words of a command that
        starts it in a place of its own.
        """
        words: tuple[str, ...] = (*_DASK, "worker", self.address, "--no-nanny", "--nthreads", str(threads),
                 "--dashboard-address", "127.0.0.1:0", "--local-directory", str(self.folder))  # fmt: skip
        if blind_to is not None:
            hide = f'mount -t tmpfs none "{blind_to}" && exec "$@"'
            within = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", hide, "sh")
        log = (self.folder / f"worker-{len(self.workers)}.log").open("wb")
        with log:
            started = subprocess.Popen((*within, *words), stdout=log, stderr=log, env=os.environ | environment)
        self.workers.append(started)
        return started

    def end(self) -> None:
        """Kill all that is left of it."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@contextlib.contextmanager
def dask_cluster(folder: Path, host: str = "127.0.0.1") -> Iterator[Cluster]:
    """A cluster that has no worker yet."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.create_server((host, 0)) as free:
        port = free.getsockname()[1]
    words = (*_DASK, "scheduler", "--host", host, "--port", str(port), "--dashboard-address", "127.0.0.1:0")
    with (folder / "scheduler.log").open("wb") as log:
        scheduler = subprocess.Popen(words, stdout=log, stderr=log)
    cluster = Cluster(f"tcp://{host}:{port}", folder, scheduler)
    try:
        await_port(port, host)
        yield cluster
    finally:
        cluster.end()


def await_port(port: int, host: str = "127.0.0.1") -> None:
    """Wait until somebody listens there."""
    until = time.monotonic() + _STARTING_SECONDS
    while True:
        try:
            socket.create_connection((host, port)).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


@cache
def folders_can_be_hidden() -> bool:
    """Whether a process here may have another view of the disk than we have."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/tmp"],  # noqa: S108
        capture_output=True,
    )
    return tried.returncode == 0


def clean_files(batch: Path) -> dict[str, str]:
    """SHA-256 of every clean file of a batch."""
    files = (path for name in ("flickr", "x", "held") for path in (batch / name).rglob("*.jpg"))
    return {str(path.relative_to(batch)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
