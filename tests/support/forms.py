"""Release forms in the register of a test."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from imgvet.releases.release import Release
from imgvet.releases.store import open_register


def signed(folder: Path, reference: str, **otherwise: Any) -> Release:
    """A form in the register of the commands that run in that folder; valid for everything on every day."""
    form = Release(
        reference, "Zora Signed", signed_on=date(2026, 1, 2), covers_from=date(2026, 1, 1), channels=("all",)
    )
    form = replace(form, **({"event": "Open Day", "covers_from": None} | otherwise))
    with open_register(folder / "register.db") as register:
        register.add([form], "A. Officer")
    return form
