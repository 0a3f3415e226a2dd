"""A form's own data: what is wrong with it, in plain sentences that name nobody, and its defaults and PLUS codes."""

import re
from collections.abc import Collection, Iterator
from dataclasses import fields, replace
from datetime import date

from imgvet.people_names import has_words, name_problem, same_name, same_person
from imgvet.releases.release import ANY_CHANNEL, Release, is_stored_reference
from imgvet.text import long_date

MODEL_RELEASES = ("MR-UMR", "MR-LMR", "MR-NAP", "MR-NON")  # PLUS Model Release Status
MODEL_AGES = ("AG-UNK", "AG-U14", *(f"AG-A{age}" for age in range(15, 26)))  # PLUS Minor Model Age Disclosure

_LONGEST = 2000  # characters of one text
_OLDEST_YEAR = 1900
_GROWN_UP = 18  # years


def check_release(release: Release, today: date, channels: Collection[str] | None = None) -> list[str]:
    """What is wrong with a form, in plain sentences; none if it can be in the register.

    Args:
        release: the form.
        today: the day on which it is recorded.
        channels: those of the profile; None: any name is allowed.
    """
    return [
        *_person(release),
        *_days(release, today),
        *_covered(release, channels),
        *_codes(release),
        *_lengths(release),
    ]


def parse_birth_years(born: str) -> tuple[int, int] | None:
    """First and last year of a band such as ``2012-2014`` or ``2013``; None if it is not one."""
    found = re.fullmatch(r"((?:19|20)[0-9]{2})(?:\s*[-–]\s*((?:19|20)[0-9]{2}))?", born.strip())
    if not found:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return (first, last) if first <= last else None


def _person(release: Release) -> Iterator[str]:
    if not same_name(release.person):
        yield "The form names no person."
    for name in (release.person, release.guardian, release.taken_by, release.withdrawn_by):
        if name.strip() and (problem := name_problem(name)):
            yield problem
    if release.guardian.strip() and same_person(release.person, release.guardian):
        yield (
            "It names the child as their own guardian. If both have the same name, tell them apart, e.g. Ann "
            "Lee senior."
        )
    if release.minor and not release.refused_on:
        if not same_name(release.guardian):
            yield "It is for a child but names no guardian."
        if not has_words(release.guardian_relation):
            yield "It is for a child but does not say what the guardian is to the child, e.g. mother."
    if not release.minor and (release.guardian.strip() or release.guardian_relation.strip()):
        yield "It names a guardian but is not marked as a child's form."
    yield from _age(release)


def _age(release: Release) -> Iterator[str]:
    years, day = parse_birth_years(release.born), release.signed_on or release.refused_on
    if release.born.strip() and years is None:
        yield f"'{release.born}' is not a year of birth or a range, e.g. 2012-2014."
    if years is None or day is None:
        return
    if years[0] > day.year:
        yield "The person was born after it was signed."
    elif not release.minor and day.year - years[1] <= _GROWN_UP:  # the birthday may have been later in that year
        yield "By the year of birth it may be for a child, but it is not marked as a child's form."


def _days(release: Release, today: date) -> Iterator[str]:
    signed = release.signed_on
    if signed is None and release.refused_on is None:
        yield "It does not say when it was signed."
    for day, what in (
        (signed, "was signed"),
        (release.withdrawn_on, "was withdrawn"),
        (release.refused_on, "was refused"),
    ):
        if day is not None and day > today:
            yield f"It says that it {what} on a date in the future, {long_date(day)}."
        if day is not None and day.year < _OLDEST_YEAR:
            yield f"It says that it {what} in the year {day.year}."
    if release.covers_from and release.covers_until and release.covers_until < release.covers_from:
        yield "The last day that it covers is before the first."
    if signed and release.expires_on and release.expires_on < signed:
        yield "It expires before it was signed."
    if signed and release.withdrawn_on and release.withdrawn_on < signed:
        yield "It was withdrawn before it was signed."


def _covered(release: Release, channels: Collection[str] | None) -> Iterator[str]:
    if release.refused_on is not None:
        return
    if not release.channels:
        yield "It allows no channel."
    for channel in release.channels:
        if channels is not None and channel not in {*channels, ANY_CHANNEL}:
            yield f"There is no channel '{channel}'; channels are {', '.join(channels)} and {ANY_CHANNEL}."
    if not release.event.strip() and release.covers_from is None and release.covers_until is None:
        yield "It does not say which event or which days it covers."


def _codes(release: Release) -> Iterator[str]:
    if release.model_release and release.model_release not in MODEL_RELEASES:
        yield f"'{release.model_release}' is not a PLUS model release status; they are {', '.join(MODEL_RELEASES)}."
    if release.model_age and release.model_age not in MODEL_AGES:
        yield f"'{release.model_age}' is not a PLUS age; they are AG-UNK, AG-U14 and AG-A15 to AG-A25."


def _lengths(release: Release) -> Iterator[str]:
    texts = (release.person, release.contact, release.taken_by, release.event, release.guardian, release.note)
    if any(len(text) > _LONGEST for text in texts):
        yield f"One of its texts is longer than {_LONGEST} characters."


_LONGEST_STORED = 100_000  # characters; nobody types more, and an older register may have more than ``_LONGEST``
_SCAN = re.compile(r"(?:[0-9a-f]{64}\.[a-z]{3,4})?", re.ASCII)
_SCAN_SHA256 = re.compile(r"(?:[0-9a-f]{64})?", re.ASCII)


def is_stored_text(value: object) -> bool:
    """Whether a value that a register has in the place of a text can be one."""
    if not isinstance(value, str) or len(value) > _LONGEST_STORED or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_stored_release(release: Release) -> bool:
    """Whether a form can be one that imgvet has stored; what is wrong with it as a form is ``check_release``'s."""
    values = [getattr(release, field.name) for field in fields(Release)]
    texts = [each for each in values if not isinstance(each, bool | date | tuple | None)]
    return (
        all(map(is_stored_text, (*texts, *release.channels)))
        and is_stored_reference(release.reference)
        and bool(_SCAN.fullmatch(release.scan_name) and _SCAN_SHA256.fullmatch(release.scan_sha256))
    )


_GROWN = 25  # PLUS has one code for this age and all above
_YOUNG = 14  # and one for this age and all below


def with_defaults(release: Release, valid_years: int) -> Release:
    """The form with its PLUS codes, and with an expiry if it has none and the profile has a term.

    Args:
        release: the form; its own values are kept.
        valid_years: from signing, as the profile has it; 0: no limit.
    """
    if release.expires_on is None and release.signed_on is not None and valid_years:
        release = replace(release, expires_on=years_later(release.signed_on, valid_years))
    return replace(
        release,
        model_release=release.model_release or default_model_release(release),
        model_age=release.model_age or default_model_age(release),
    )


def recoded(before: Release, after: Release) -> Release:
    """The changed form, with those codes derived again that had been derived from its data."""
    if after.model_release == before.model_release == default_model_release(before):
        after = replace(after, model_release=default_model_release(after))
    if after.model_age == before.model_age == default_model_age(before):
        after = replace(after, model_age=default_model_age(after))
    return after


def default_model_release(release: Release) -> str:
    """PLUS Model Release Status: unlimited only where every channel is allowed and there is no end."""
    if release.refused_on is not None:
        return "MR-NON"
    return "MR-UMR" if ANY_CHANNEL in release.channels and release.expires_on is None else "MR-LMR"


def default_model_age(release: Release) -> str:
    """PLUS Minor Model Age Disclosure: the least age that somebody of these years can have had at signing."""
    years, day = parse_birth_years(release.born), release.signed_on or release.refused_on
    if years is None or day is None:
        return "AG-UNK"
    age = day.year - years[1] - 1  # the birthday may have been later in that year
    return "AG-U14" if age <= _YOUNG else f"AG-A{min(age, _GROWN)}"


def years_later(day: date, years: int) -> date:
    """The same day of a later year; 1 March for 29 February if that year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
