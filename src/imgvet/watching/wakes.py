"""Says at once when something changes in folders, where the system gives notice of that.

Network drives give none, nor does a system that is out of watches, so the folders are looked at now and then anyway.
"""

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

_SLICE = 1  # seconds; so soon Ctrl-C counts where the system does not break off


class Wakes:
    """Changes below some folders; a context manager."""

    def __init__(self, leave_out: Path) -> None:
        """``leave_out``: a folder whose changes do not count."""
        self._leave_out = str(leave_out)
        self._changed, self._over = threading.Event(), threading.Event()
        self._watched: tuple[tuple[str, int, int], ...] = ()

    def __enter__(self) -> "Wakes":
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def wait(self, folders: Sequence[Path], seconds: float) -> None:
        """Wait until something changes below the folders, or for so long."""
        self._watch(folders)
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._changed.wait(min(left, _SLICE)):
                break
        self._changed.clear()

    def _watch(self, folders: Sequence[Path]) -> None:
        """Have the system give notice; begin again where a folder is another one, or has come back."""
        now = tuple(each for folder in folders if (each := _identity(folder)))
        if now == self._watched:
            return
        self._over.set()
        self._watched, self._over = now, threading.Event()
        paths, over = [path for path, *_ in now], self._over
        if paths:
            threading.Thread(target=self._listen, args=(paths, over), daemon=True).start()

    def _listen(self, paths: list[str], over: threading.Event) -> None:
        from watchfiles import watch  # noqa: PLC0415 - only watch needs it

        def counts(_: object, path: str) -> bool:
            return path != self._leave_out and not path.startswith(self._leave_out + os.sep)

        try:
            for _ in watch(*paths, watch_filter=counts, stop_event=over, raise_interrupt=False, rust_timeout=1000):
                self._changed.set()
        except Exception:  # noqa: BLE001 - a folder has gone, or the system has no watches left: there is no notice
            return


def _identity(folder: Path) -> tuple[str, int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return str(folder.absolute()), status.st_dev, status.st_ino
