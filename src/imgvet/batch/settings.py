"""The settings of a batch, kept in its database from run to run."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from imgvet.batch.gate import in_flickr
from imgvet.batch.names import stem_of
from imgvet.batch.snapshot import SavedSettings
from imgvet.batch.store import BatchStore
from imgvet.decisions import DECLARE, Decision
from imgvet.errors import BatchError
from imgvet.photo import Event, Photo
from imgvet.profile import Profile
from imgvet.settings import Settings
from imgvet.text import count


def changes_of_published(folder: BatchStore, settings: Settings) -> list[str]:
    """What these settings would change about files that are in ``flickr/``, a line each; none where none are there.

    Another event gives them other names; another channel, or what the profile says of pictures and their texts, makes
    other files of them under the same names. An event that was mistyped a moment ago may be corrected.
    """
    batch = folder.snapshot()
    photos = [photo for photo in batch.photos if in_flickr(photo)]
    if not photos or batch.facts.settings is None:
        return []
    before = saved_settings(folder)
    if _may_be_corrected(folder, photos, batch.decisions):
        before = replace(before, event=settings.event)
    changes = [
        f"{name}: {old} → {new}"
        for name, old, new in (
            ("event", before.event.text, settings.event.text),
            ("channel", before.channel_name, settings.channel_name),
            ("profile", before.profile.name, settings.profile.name),
        )
        if old != new
    ]
    old_look, new_look = _look(before), _look(settings)
    changes += [
        f"profile, {key}: {old_look.get(key, '')} → {new_look.get(key, '')}"
        for key in dict.fromkeys((*old_look, *new_look))
        if old_look.get(key) != new_look.get(key)
    ]
    first, (old_stem, new_stem) = photos[0], (stem_of(each.event.text) for each in (before, settings))
    if old_stem != new_stem:
        others = f", and so on for {count(len(photos), 'file')}" if len(photos) > 1 else ""
        changes.append(f"name in flickr/: {first.name} → {first.name.replace(old_stem, new_stem, 1)}{others}")
    return changes


_CORRECTED_WITHIN = timedelta(hours=1)  # of the first file in ``flickr/``: so soon nobody has uploaded them


def _may_be_corrected(folder: BatchStore, photos: Iterable[Photo], decisions: Iterable[Decision]) -> bool:
    """Whether nobody has decided, finished or published anything yet, and the files in ``flickr/`` are just made."""
    if any(decision.kind != DECLARE for decision in decisions):
        return False
    made = (folder.path / str(photo.output) for photo in photos)
    first = min((file.stat().st_mtime for file in made if file.is_file()), default=0.0)
    return datetime.now(UTC) - datetime.fromtimestamp(first, UTC) < _CORRECTED_WITHIN


_LOOK = ("organisation", "licence", "metadata", "marks")  # sections of a profile that shape published files
_ONLY_INSIDE = {"press_office", "known_creators"}  # keys of these sections that do not


def _look(settings: Settings) -> dict[str, Any]:
    """What the profile says of published files, by key."""
    values = settings.profile.model_dump(mode="json", include=set(_LOOK))
    sections = {**values, f"channels.{settings.channel_name}": settings.channel.model_dump(mode="json")}
    return {
        f"{section}.{key}": value
        for section, keys in sections.items()
        for key, value in keys.items()
        if key not in _ONLY_INSIDE
    }


def save_settings(folder: BatchStore, settings: Settings) -> Settings:
    """Save the settings of a batch, and return them with the batch's own secret."""
    event = settings.event
    asked = SavedSettings(
        profile=settings.profile.model_dump(mode="json"),
        profile_folder=str(settings.profile_folder.resolve()) if settings.profile_folder else None,
        event=(event.text, event.day, event.link, event.tags),
        channel=settings.channel_name,
        redact=settings.redact,
        proof_marks=settings.proof_marks,
        register=str(settings.register.resolve()) if settings.register else None,
    )
    folder.update(facts=replace(folder.facts(), settings=asked))
    return saved_settings(folder)


def remember_command(folder: BatchStore, command: tuple[tuple[str, str], ...]) -> None:
    """Save how ``imgvet batch`` was called, so that ``status`` can say how to go on, see ``status.interruption``."""
    folder.update(facts=replace(folder.facts(), command=command))


def note_run(folder: BatchStore, *, under_way: bool) -> None:
    """Save that a run begins, or that it has come to its end."""
    folder.update(facts=replace(folder.facts(), under_way=under_way))


def saved_settings(folder: BatchStore, register: Path | None = None) -> Settings:
    """The settings of the last run; ``register`` replaces the register that it was run with.

    Raises:
        BatchError: its first run ended before it had saved them.
    """
    facts = folder.facts()
    asked = facts.settings
    if asked is None:
        raise BatchError(f"The batch in '{folder.path}' was never begun.", "Run `imgvet batch` into it again.")
    return Settings(
        profile=Profile.model_validate(asked.profile),
        event=Event(*asked.event),
        channel_name=asked.channel,
        redact=asked.redact,
        profile_folder=Path(asked.profile_folder) if asked.profile_folder else None,
        year=int(facts.made_at[:4]),  # stays the same when the batch is run again next year
        secret=bytes.fromhex(facts.secret),
        proof_marks=asked.proof_marks,
        register=register or (Path(asked.register) if asked.register else None),
    )
