"""A release form as the register has it, and which uses it allows. Plain records; no file is opened here."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import regex

from imgvet.people_names import has_words, same_words
from imgvet.text import drawn_text, long_date

ANY_CHANNEL = "all"  # among a form's channels: wherever the organisation publishes


class Status(StrEnum):
    """The status of a release form on a given day."""

    ACTIVE = "active"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    PURGED = "purged"  # its retention period is over; only the tombstone is left


@dataclass(frozen=True, slots=True)
class Release:
    """One signed release form, or the record that somebody refused to sign one."""

    reference: str  # e.g. "WMP-2026-014"; unique in the register, whatever its case
    person: str = ""  # who is shown; empty once purged
    contact: str = ""  # how to reach them
    signed_on: date | None = None
    taken_by: str = ""  # who took the form
    event: str = ""  # covered; if both event and dates are given, both must fit
    covers_from: date | None = None  # first day covered
    covers_until: date | None = None  # last day covered; None with ``covers_from``: open
    channels: tuple[str, ...] = ()  # allowed, e.g. ("flickr", "x"), or (ANY_CHANNEL,)
    expires_on: date | None = None  # the last day on which it is valid
    minor: bool = False
    born: str = ""  # band of years of birth of a minor, e.g. "2012-2014"
    guardian: str = ""  # who signed for a minor
    guardian_relation: str = ""  # e.g. "mother", "legal guardian"
    note: str = ""
    model_release: str = ""  # PLUS Model Release Status: MR-UMR, MR-LMR, MR-NAP or MR-NON
    model_age: str = ""  # PLUS Minor Model Age Disclosure: AG-UNK, AG-U14, AG-A15 … AG-A25
    scan_name: str = ""  # of the scanned form, kept beside the register
    scan_sha256: str = ""
    withdrawn_on: date | None = None
    withdrawn_by: str = ""  # who withdrew it: the person, or the guardian
    refused_on: date | None = None
    purged_on: date | None = None

    def status(self, today: date) -> Status:
        """The form's status on that day; what cannot be undone comes first."""
        if self.refused_on is not None:
            return Status.REFUSED
        if self.withdrawn_on is not None:
            return Status.WITHDRAWN
        if self.purged_on is not None:
            return Status.PURGED
        if self.expires_on is not None and self.expires_on < today:
            return Status.EXPIRED
        return Status.ACTIVE


@dataclass(frozen=True, slots=True)
class Use:
    """The use of a photo: the channel, and the event that it shows."""

    channel: str
    event: str
    day: date | None  # of the event; None where nobody has said
    today: date


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """Whether a form allows one use, and why not. It names nobody."""

    reason: str = ""  # why it does not allow the use, one plain sentence; empty where it does
    refused: bool = False  # it records that the person does not want to be shown
    in_register: bool = False
    has_scan: bool = False  # in the register
    other_channels: bool = False  # it allows the use, but on other channels only


def form_answer(reference: str, release: Release | None, use: Use) -> FormAnswer:
    """Whether the form allows the use; ``release`` is None if the register has none of that reference."""
    if release is None:
        return FormAnswer(f"Form {reference} is not in the register.")
    reason, refused = why_not(release, use), release.status(use.today) is Status.REFUSED
    elsewhere = bool(reason) and any(not why_not(release, replace(use, channel=each)) for each in release.channels)
    return FormAnswer(reason, refused, in_register=True, has_scan=bool(release.scan_name), other_channels=elsewhere)


def why_not(release: Release, use: Use) -> str:
    """Why the form does not allow the use, one plain sentence that names nobody; empty if it does."""
    named = f"Form {release.reference}"
    match release.status(use.today):
        case Status.REFUSED:
            return f"{named} records a refusal."
        case Status.WITHDRAWN if release.withdrawn_on:
            return f"{named} was withdrawn on {long_date(release.withdrawn_on)}."
        case Status.PURGED:
            return f"{named} was erased because its retention period has ended."
        case Status.EXPIRED if release.expires_on:
            return f"{named} expired on {long_date(release.expires_on)}."
    return _unsigned(release, use, named) or _not_covered(release, use, named)


def _unsigned(release: Release, use: Use, named: str) -> str:
    if release.signed_on is None or not has_words(release.person):
        return f"{named} is not signed."
    if release.signed_on > use.today:
        return f"{named} is signed with a date in the future, {long_date(release.signed_on)}."
    if release.minor and not (has_words(release.guardian) and has_words(release.guardian_relation)):
        return f"{named} is for a child but names no guardian."
    return ""


def _not_covered(release: Release, use: Use, named: str) -> str:
    if not {use.channel, ANY_CHANNEL} & set(release.channels):
        return f"{named} does not allow {use.channel}."
    event = same_words(release.event)
    if not event and release.covers_from is None and release.covers_until is None:
        return f"{named} does not say which event or which days it covers."
    if event and event != same_words(use.event):
        return f"{named} is for another event, {release.event}."
    return _other_days(release, use, named)


def _other_days(release: Release, use: Use, named: str) -> str:
    first, last = release.covers_from, release.covers_until
    if first is None and last is None:
        return ""
    if use.day is None:
        return f"{named} is for certain days, but the day of the photo is not known."
    if (first is not None and use.day < first) or (last is not None and use.day > last):
        return f"{named} does not cover {long_date(use.day)}."
    return ""


def is_reference(text: str) -> bool:
    """Whether a text may be a form's reference: 1 to 64 letters and digits, all seen, with ``-./_`` between."""
    return is_stored_reference(text) and drawn_text(text) == text


def is_stored_reference(text: str) -> bool:
    """Whether a register may have it: versions before 0.7 took letters that are not seen."""
    return regex.fullmatch(r"[^\W_](?:[\w./-]{0,62}[^\W_])?", text) is not None


def printed_number(prefix: str, year: int, number: int) -> str:
    """The reference that a printed form gets, e.g. ``WMP-2026-014``; its QR code holds this and nothing else."""
    return f"{prefix}-{year}-{number:03}"


def is_printed_number(text: str) -> bool:
    """Whether a text has the shape of a printed form's reference, as ``printed_number`` makes it.

    It tells the QR codes of forms from those of posters and most tickets; whether the form is one of ours, the register
    knows.
    """
    return regex.fullmatch(r"[A-Za-z0-9]{1,12}-[0-9]{4}-(?:(?!000)[0-9]{3}|[1-9][0-9]{3,8})", text) is not None
