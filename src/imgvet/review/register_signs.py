"""Whether the register may have changed, which a page under way asks several times a second."""

import os
import time
from pathlib import Path

from imgvet.database.addresses import Address
from imgvet.errors import RegisterError
from imgvet.releases.store import find_register

_EVERY, _AFTER_FAILURE = 3.0, 30.0  # seconds, between two questions to a server


class RegisterSigns:
    """What changes with the register."""

    def __init__(self) -> None:
        self._seen: tuple[int, ...] = ()
        self._due = 0.0

    def now(self, address: Address) -> tuple[int, ...]:
        """Of a file: which it is, when it was written and its size; of a server: the newest line of the history, as
        it was a few seconds ago at most. Empty where it cannot be read."""
        if isinstance(address, Path):
            try:
                there = os.stat(address)  # noqa: PTH116 - Path.stat does the same, and is slower
            except OSError:
                return ()
            return there.st_ino, there.st_mtime_ns, there.st_size
        if time.monotonic() >= self._due:
            self._seen = _newest(address)
            self._due = time.monotonic() + (_EVERY if self._seen else _AFTER_FAILURE)
        return self._seen


def _newest(address: Address) -> tuple[int, ...]:
    try:
        register = find_register(address)
        if register is None:
            return ()
        with register:
            return (register.newest_entry,)
    except RegisterError:
        return ()
