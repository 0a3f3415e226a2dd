"""A process that ends at a chosen step of what it does to the disk and the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(step: int, monkeypatch: pytest.MonkeyPatch, *steps: tuple[Any, str]) -> Iterator[list[str]]:
    """The process ends before step ``step``; what was done is listed. ``steps``: what counts, an owner and a name."""
    done: list[str] = []

    def counted(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def wrapped(*words: Any, **named: Any) -> Any:
            if len(done) == step:
                raise Killed
            done.append(name)
            return original(*words, **named)

        monkeypatch.setattr(owner, name, wrapped)

    with monkeypatch.context():
        for owner, name in steps:
            counted(owner, name)
        try:
            yield done
        finally:
            monkeypatch.undo()
