"""The register at hand for the gate: what it says of a form is asked each time, because it may change."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from imgvet.batch.decisions.state import face_ids, face_records
from imgvet.batch.store import BatchStore, now
from imgvet.clock import ClockReading, LatestEntry, read_clock
from imgvet.database.addresses import Address
from imgvet.decisions import CLOCK, RELEASE, Decision, FaceEffect, Words, decision_kind
from imgvet.errors import RegisterError, RegisterMoved, UsageError
from imgvet.people_names import UnnamedPerson, has_words
from imgvet.releases.release import Release, Use, form_answer
from imgvet.releases.store import find_register, register_address
from imgvet.rules.face_answers import ReleaseAnswers
from imgvet.settings import Settings

if TYPE_CHECKING:
    from imgvet.releases.register import Register


@dataclass(frozen=True, slots=True)
class ReleaseLookup:
    """Ways to ask the register; each raises ``RegisterError`` where it cannot be opened."""

    answers: Callable[[set[str], str], ReleaseAnswers]  # from references to the state of their forms for a channel
    unnamed: Callable[[Words], tuple[UnnamedPerson, ...]]  # whom the words of a photo may not name

    def __call__(self, references: set[str], channel: str) -> ReleaseAnswers:
        """The state of the forms of those references, for a channel."""
        return self.answers(references, channel)


@contextmanager
def lazy_register(settings: Settings) -> "Iterator[Callable[[], Register | None]]":
    """Gives the register when it is first asked for, and closes it in the end; None where there is none.

    Raises:
        RegisterError: on the first asking, where it cannot be opened, or is not the one that the batch knows.
    """
    with ExitStack() as opened:

        @cache
        def register() -> "Register | None":
            address, known = register_address(settings.register), settings.register_identity
            found = found_register(settings)
            if found:
                opened.enter_context(found)
            if known and (found.identity if found else "") != known:
                what = "has been replaced by another" if found else "is not there"
                raise RegisterError(
                    f"The register of this batch, '{address}', {what}, so no form can be checked.",
                    "Put it back, or say where it is with --register.",
                )
            return found

        yield register


@contextmanager
def release_lookup(settings: Settings, decisions: Sequence[Decision] = ()) -> Iterator[ReleaseLookup]:
    """A way to ask the register, which is opened at the first question; where there is none, it holds no form.

    ``decisions``: the log of the batch; forms are judged by no earlier day than that of its latest entry.

    Raises:
        RegisterError: on the first question, where the register cannot be opened; nothing may be judged then.
    """
    with lazy_register(settings) as register:

        @cache
        def clock() -> ClockReading:
            at_hand = register()
            return read_clock([_last_logged(decisions), *([at_hand.latest_entry] if at_hand else [])])

        def find(reference: str) -> Release | None:
            at_hand = register()
            return at_hand.find(reference) if at_hand else None

        def look_up(references: set[str], channel: str) -> ReleaseAnswers:
            if not references:
                return {}
            use = release_use(settings.for_channel(channel), clock().today)
            return {reference: form_answer(reference, find(reference), use) for reference in references}

        @cache
        def people() -> tuple[UnnamedPerson, ...]:
            at_hand = register()
            return tuple(_unnamed(at_hand, decisions)) if at_hand else ()

        named = any(each.kind == RELEASE for each in decisions)
        yield ReleaseLookup(look_up, lambda words: people() if words.fields or named else ())


def _unnamed(register: "Register", decisions: Sequence[Decision]) -> Iterator[UnnamedPerson]:
    """The people who have refused or withdrawn; of those who are in these photos, a part of the name is enough."""
    in_batch = {each.value.casefold() for each in decisions if each.kind == RELEASE}
    refused = {reference.casefold() for reference in _forms_of_refused(decisions)}
    for release in register.gone_and(refused):
        reference = release.reference.casefold()
        gone = release.withdrawn_on is not None or release.refused_on is not None
        if has_words(release.person) and (gone or reference in refused):
            yield UnnamedPerson(release.person, any_part=reference in in_batch)


def _forms_of_refused(decisions: Sequence[Decision]) -> Iterator[str]:
    """The forms with which faces were once answered whose people have refused since."""
    of_original = defaultdict[str, list[Decision]](list)
    for each in decisions:
        of_original[each.source_sha256].append(each)
    for said in filter(_refuses, of_original.values()):
        refused = {record.face_id for record in face_records(said) if record.refused}
        yield from (each.value for each, face in face_ids(said) if each.kind == RELEASE and face in refused)


def _refuses(decisions: Iterable[Decision]) -> bool:
    return any(decision_kind(each.kind).effect is FaceEffect.REFUSES for each in decisions)


def found_register(settings: Settings) -> "Register | None":
    """The register that is used with these settings, open; None where there is none.

    One that was moved is this computer's own where that has its identity.

    Raises:
        RegisterError: it cannot be opened.
    """
    address, known = register_address(settings.register), settings.register_identity
    try:
        return find_register(address)
    except RegisterMoved:
        own = register_address(None)
        if not known or str(own) == str(address) or identity_of(own) != known:
            raise
        return find_register(own)


def identity_of(address: Address) -> str:
    """The identity of the register at that address; empty where there is none.

    Raises:
        RegisterError: it cannot be opened.
    """
    register = find_register(address)
    if register is None:
        return ""
    with register:
        return register.identity


def release_use(settings: Settings, today: date) -> Use:
    """What the photos of a run are wanted for, on that day."""
    return Use(settings.channel_name, settings.event.text, settings.event.day, today)


def batch_clock(settings: Settings, decisions: Sequence[Decision]) -> ClockReading:
    """What day it is for the forms of a batch, by the clock, its log and the register."""
    entries = [_last_logged(decisions)]
    with (
        suppress(RegisterError),
        lazy_register(settings) as register,
    ):  # the code that needs it reports that it cannot be opened
        at_hand = register()
        entries += [at_hand.latest_entry] if at_hand else []
    return read_clock(entries)


def _last_logged(decisions: Sequence[Decision]) -> LatestEntry:
    """The latest time in the log, since somebody last said that the clock is right."""
    said = max((place for place, each in enumerate(decisions) if each.kind == CLOCK), default=0)
    latest = max((each.at for each in decisions[said:]), default="")
    return LatestEntry(latest, "the log of this batch", "imgvet finish BATCH --clock-is-right --by NAME")


def confirm_batch_clock(folder: BatchStore, settings: Settings, by: str) -> None:
    """Record in the log that this computer's clock is right, although an entry has a later time.

    Raises:
        UsageError: none has, or nobody is named.
    """
    if not by.strip():
        raise UsageError(
            "--clock-is-right needs a name.", "Give the name of the person who checked the clock with --by."
        )
    decisions = folder.snapshot().decisions
    if not read_clock([_last_logged(decisions)]).doubt:
        there = batch_clock(settings, decisions)
        raise UsageError(
            there.doubt or "No entry of this batch's log is later than this computer's clock.",
            there.way_out or "Run it again without --clock-is-right.",
        )
    folder.decide(Decision(CLOCK, by.strip(), now()))
