"""What a form leaves unsaid and its own data tell: its expiry, and the codes of the PLUS coalition for exchange."""

from dataclasses import replace
from datetime import date

from imgvet.releases.release import ANY_CHANNEL, Release
from imgvet.releases.validation import parse_birth_years

_GROWN = 25  # PLUS has one code for this age and all above
_YOUNG = 14  # and one for this age and all below


def with_defaults(release: Release, valid_years: int) -> Release:
    """The form with its expiry, where it gives none and the profile has a term, and with its codes.

    Args:
        release: the form; what it says itself is kept.
        valid_years: from signing, as the profile has it; 0 is no limit.
    """
    if release.expires_on is None and release.signed_on is not None and valid_years:
        release = replace(release, expires_on=years_later(release.signed_on, valid_years))
    return replace(
        release,
        model_release=release.model_release or default_model_release(release),
        model_age=release.model_age or default_model_age(release),
    )


def recoded(before: Release, after: Release) -> Release:
    """The form as it was changed; a code that followed from its data follows from what they are now."""
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
    age = day.year - years[1] - 1  # the birthday of that year may have been to come
    return "AG-U14" if age <= _YOUNG else f"AG-A{min(age, _GROWN)}"


def years_later(day: date, years: int) -> date:
    """The same day of a later year; 1 March for 29 February where that year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
