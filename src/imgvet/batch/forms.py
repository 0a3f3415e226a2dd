"""The register at hand for the gate: what it says of a form is asked anew each time, for it can change any moment."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date

from imgvet.policy.gate import Forms
from imgvet.register.release import Use, form_answer
from imgvet.register.store import Register, open_register, register_path
from imgvet.settings import Settings

Lookup = Callable[[set[str]], Forms]  # from references to what the forms under them come to


@contextmanager
def register_at_hand(settings: Settings) -> Iterator[Lookup]:
    """A way to ask the register, which is opened at the first question; where there is none, it holds no form.

    Raises:
        RegisterError: on the first question, where the register cannot be opened; nothing may be judged then.
    """
    opened: list[Register] = []

    def look_up(references: set[str]) -> Forms:
        if not references:
            return {}
        if not opened and (path := register_path(settings.register)).exists():
            opened.append(open_register(path))
        find = opened[0].find if opened else lambda _: None
        use = use_of(settings)
        return {reference: form_answer(reference, find(reference), use) for reference in references}

    try:
        yield look_up
    finally:
        for register in opened:
            with closing(register):
                pass


def use_of(settings: Settings) -> Use:
    """What the photos of a run are wanted for, today."""
    return Use(settings.channel_name, settings.event.text, settings.event.day, date.today())
