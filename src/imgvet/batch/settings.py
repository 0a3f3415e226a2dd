"""The settings of a batch, kept in its database from run to run."""

from dataclasses import replace
from pathlib import Path

from imgvet.batch.snapshot import SavedSettings
from imgvet.batch.store import BatchStore
from imgvet.errors import BatchError
from imgvet.photo import Event
from imgvet.profile import Profile
from imgvet.settings import Settings


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
