"""What a batch was asked for, kept in its database from run to run."""

from datetime import date
from pathlib import Path

from imgvet.batch.store import BatchStore
from imgvet.errors import BatchError
from imgvet.photo import Event
from imgvet.profile import Profile
from imgvet.settings import Settings


def save_settings(folder: BatchStore, settings: Settings) -> Settings:
    """Write down what the batch was asked for, and hand the settings back with the batch's own secret."""
    event = settings.event
    asked = {
        "profile": settings.profile.model_dump(mode="json"),
        "profile_folder": settings.profile_folder and str(settings.profile_folder.resolve()),
        "event": [event.text, event.day and event.day.isoformat(), event.link, list(event.tags)],
        "channel": settings.channel_name,
        "redact": settings.redact,
        "proof_marks": settings.proof_marks,
        "register": settings.register and str(settings.register.resolve()),
    }
    folder.set_fact("settings", asked)
    return saved_settings(folder)


def saved_settings(folder: BatchStore, register: Path | None = None) -> Settings:
    """What the batch was asked for when it was last run; ``register`` is another than it was run with.

    Raises:
        BatchError: it was ended before it began.
    """
    asked = folder.fact("settings")
    if asked is None:
        raise BatchError(f"The batch in '{folder.path}' was never begun.", "Run `imgvet batch` into it again.")
    text, day, link, tags = asked["event"]
    return Settings(
        profile=Profile.model_validate(asked["profile"]),
        event=Event(text, day and date.fromisoformat(day), link, tuple(tags)),
        channel_name=asked["channel"],
        redact=asked["redact"],
        profile_folder=asked["profile_folder"] and Path(asked["profile_folder"]),
        year=int(folder.fact("made_at")[:4]),  # stays the same when the batch is run again next year
        secret=bytes.fromhex(folder.fact("secret")),
        proof_marks=asked.get("proof_marks", "none"),  # a batch of an earlier version has none
        register=register or (Path(asked["register"]) if asked.get("register") else None),
    )
