"""Forms as a person adds and corrects them, with the checks of the profile, for the commands and the review page."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgvet.errors import RegisterError, UsageError
from imgvet.people_names import same_name, same_words
from imgvet.profile import Profile
from imgvet.releases.records import FormIntake
from imgvet.releases.release import ANY_CHANNEL, Release, Status
from imgvet.releases.scans import FormScan
from imgvet.releases.validation import check_release, recoded, with_defaults
from imgvet.text import long_date

if TYPE_CHECKING:
    from imgvet.releases.register import Register

RUN_AGAIN = "Nothing was saved. Correct this and run the command again."

_TERMS = (
    "person", "signed_on", "event", "covers_from", "covers_until", "channels", "expires_on", "minor", "guardian",
    "guardian_relation", "withdrawn_on", "refused_on",
)  # fmt: skip
_MOST_DAYS = 100_000  # ahead, in which a form may expire


@dataclass(frozen=True, slots=True)
class FormEditor:
    """A person who adds forms to the register and corrects them, under the rules of a profile."""

    register: "Register"
    profile: Profile
    by: str
    way_out: str = RUN_AGAIN  # where what they say of a form cannot be saved

    def add(self, form: Release, copies: Sequence[FormScan] = (), *, numbered: bool = False, why: str = "") -> Release:
        """Add one form, with what follows from its data, and return it as it was saved.

        Args:
            form: as it was described.
            copies: its scan, where there is one.
            numbered: give it the next free reference.
            why: note for the history.

        Raises:
            UsageError: what is wrong with it; nothing was saved.
            RegisterError: as ``Register.save_forms``.
        """
        form = with_defaults(_with_scan(form, copies), self.profile.releases.valid_years)
        self._check(form)
        if numbered:
            year = (form.signed_on or self.register.clock.today).year
            form = replace(form, reference=self.register.next_reference(self.profile.releases.prefix, year))
        self.register.save_forms(FormIntake(new=(form,), scans=tuple(copies)), self.by, why)
        return replace(form, reference=form.reference.strip())

    def correct(
        self, before: Release, said: Mapping[str, Any], copies: Sequence[FormScan] = (), why: str = ""
    ) -> Release:
        """Change one form, with what follows from its data, and return it as it is now.

        Args:
            before: the form as it was read; one that was changed since is not changed.
            said: by the fields of ``Release``, as ``form_fields`` gives them.
            copies: its scan, where there is a new one.
            why: note for the history.

        Raises:
            UsageError: what is wrong with it; nothing was saved.
            RegisterError: it was erased, or as ``Register.save_forms``.
        """
        if before.purged_on is not None:
            raise RegisterError(f"Form {before.reference} was erased.", "Record the form under a new reference.")
        after = recoded(before, _with_scan(replace(before, **said), copies))
        self._check(after)
        self.register.save_forms(FormIntake(changed=((before, after),), scans=tuple(copies)), self.by, why)
        return after

    def _check(self, form: Release) -> None:
        wrong = check_release(form, self.register.clock.today, tuple(self.profile.channels))
        if wrong:
            raise UsageError(wrong[0], self.way_out, wrong[1:])


def form_fields(said: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody said of a form, by the fields of ``Release``; what is None was not said.

    Texts have single blanks, channels are named once, and codes are in capitals.
    """
    fields = {name: value for name, value in said.items() if value is not None}
    fields |= {name: " ".join(value.split()) for name, value in fields.items() if isinstance(value, str)}
    if "model_release" in fields:
        fields["model_release"] = fields["model_release"].upper()
    if "channels" in fields:
        fields["channels"] = tuple(dict.fromkeys(fields["channels"]))
    return fields


def found_form(register: "Register", reference: str) -> Release:
    """The form of that reference.

    Raises:
        RegisterError: there is none.
    """
    form = register.find(reference)
    if form is None:
        raise RegisterError(f"Form {reference.strip()} is not in the register.", "See `imgvet release list`.")
    return form


def terms_changed(before: Release, after: Release) -> bool:
    """Whether a form may allow other uses than before."""
    return any(getattr(before, name) != getattr(after, name) for name in _TERMS)


def day_of_record(on: date | None, today: date) -> date:
    """The day, or today.

    Raises:
        UsageError: it is in the future.
    """
    day = on or today
    if day > today:
        raise UsageError(f"{long_date(day)} is in the future.", "Record it on that day, or give an earlier one.")
    return day


@contextmanager
def copied_scan(register: "Register", source: Path | None, suffix: str = "") -> Iterator[tuple[FormScan, ...]]:
    """The copy of a scan for one form to keep, where there is a scan; ``suffix`` as for ``ScanStore.copied``.

    Raises:
        RegisterError: as ``ScanStore.copied``.
    """
    if source is None:
        yield ()
        return
    with register.scans.copied(source, suffix=suffix) as scan:
        yield (scan,)


@dataclass(frozen=True, slots=True)
class FormFilter:
    """Which forms somebody asks for; what is empty lets all through."""

    event: str = ""  # words of its name
    person: str = ""  # words of the person's or the guardian's name
    status: str = ""  # a ``Status``
    channel: str = ""  # that it allows
    expiring: int | None = None  # those that are valid and expire within so many days

    def fits(self, form: Release, today: date) -> bool:
        """Whether a form is one of them."""
        return (
            (self.expiring is None or expires_within(form, self.expiring, today))
            and same_words(self.event) in same_words(form.event)
            and any(same_name(self.person) in same_name(name) for name in (form.person, form.guardian))
            and self.status in {"", form.status(today)}
            and (not self.channel or bool({self.channel.casefold(), ANY_CHANNEL} & set(form.channels)))
        )


def expires_within(form: Release, days: int, today: date) -> bool:
    """Whether a form is valid on that day, and expires within so many days."""
    last = today + timedelta(days=min(days, _MOST_DAYS))
    return form.status(today) is Status.ACTIVE and form.expires_on is not None and form.expires_on <= last


def _with_scan(form: Release, copies: Sequence[FormScan]) -> Release:
    return replace(form, scan_name=copies[0].name, scan_sha256=copies[0].sha256) if copies else form
