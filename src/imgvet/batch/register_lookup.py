"""The register at hand for the gate: what it says of a form is asked each time, because it may change."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import cache

from imgvet.named_files import is_named
from imgvet.releases.release import Release, Use, form_answer
from imgvet.releases.store import Register, open_register, register_path
from imgvet.rules.face_answers import ReleaseAnswers
from imgvet.settings import Settings

ReleaseLookup = Callable[[set[str]], ReleaseAnswers]  # from references to what the forms under them come to


@contextmanager
def lazy_register(settings: Settings) -> Iterator[Callable[[], Register | None]]:
    """Gives the register when it is first asked for, and closes it in the end; None where there is none.

    Raises:
        RegisterError: on the first asking, where it cannot be opened.
    """
    with ExitStack() as opened:

        @cache
        def register() -> Register | None:
            path = register_path(settings.register)
            return opened.enter_context(open_register(path)) if is_named(path) else None

        yield register


@contextmanager
def release_lookup(settings: Settings) -> Iterator[ReleaseLookup]:
    """A way to ask the register, which is opened at the first question; where there is none, it holds no form.

    Raises:
        RegisterError: on the first question, where the register cannot be opened; nothing may be judged then.
    """
    with lazy_register(settings) as register:

        def find(reference: str) -> Release | None:
            at_hand = register()
            return at_hand.find(reference) if at_hand else None

        def look_up(references: set[str]) -> ReleaseAnswers:
            use = release_use(settings)
            return {reference: form_answer(reference, find(reference), use) for reference in references}

        yield look_up


def release_use(settings: Settings) -> Use:
    """What the photos of a run are wanted for, today."""
    return Use(settings.channel_name, settings.event.text, settings.event.day, date.today())
