"""Functions that workers run, by name: the process that gives out the work does not import what they need."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class LateFunction:
    """A function of a module that is imported when it is called, or when a worker is handed it."""

    module: str
    name: str

    def __call__(self, *args: Any) -> Any:
        """Call it here."""
        return _imported(self.module, self.name)(*args)

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        """Cross to another process as the function itself, by its name."""
        return _imported, (self.module, self.name)


def _imported(module: str, name: str) -> Any:
    return getattr(import_module(module), name)
