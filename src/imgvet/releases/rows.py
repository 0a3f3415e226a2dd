"""Forms as rows of the register's tables, and what a row must be to be believed."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

import msgspec

from imgvet.errors import RegisterError
from imgvet.releases.release import Release
from imgvet.releases.validation import is_stored_release, is_stored_text

RESTORE = "Restore the register from its last copy."
_NAMES = tuple(field.name for field in fields(Release))
_DAYS = frozenset(field.name for field in fields(Release) if field.type == date | None)
_NAMED = 64  # characters of a reference in a message


def row_of(release: Release) -> dict[str, str | int | None]:
    """The values of a form, by column."""
    return {name: _stored(getattr(release, name)) for name in _NAMES}


def _stored(value: Any) -> str | int | None:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    return int(value) if isinstance(value, bool) else value


def release_of(row: Sequence[Any]) -> Release:
    """The form in a row, whose values are in the order of its fields.

    Raises:
        RegisterError: the row is not one that imgvet wrote.
    """
    values = dict(zip(_NAMES, row, strict=True))
    try:
        for name in _DAYS:
            values[name] = date.fromisoformat(values[name]) if values[name] is not None else None
        values["channels"] = msgspec.json.decode(values["channels"], type=tuple[str, ...])
        if values["minor"] not in (0, 1):
            raise ValueError
        release = Release(**values | {"minor": bool(values["minor"])})
        if not is_stored_release(release):
            raise ValueError
    except (TypeError, ValueError, RecursionError):
        named = values["reference"] if is_stored_text(values["reference"]) else "?"
        raise RegisterError(f"Form {named[:_NAMED]} is damaged in the register.", RESTORE) from None
    return release
