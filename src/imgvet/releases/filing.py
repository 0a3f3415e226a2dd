"""A scan is filed under the number on it, as ``imgvet release change --scan`` files one. Nothing is replaced."""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from imgvet.errors import RegisterError
from imgvet.people_names import same_name, same_words
from imgvet.releases.records import FormIntake
from imgvet.releases.release import Release
from imgvet.releases.scans import FormScan

if TYPE_CHECKING:
    from imgvet.releases.register import Register

_WHY = "Read from the QR code on the scan."  # no file name: it may be the person's


class FilingOutcome(StrEnum):
    """What came of a scan and a number on it."""

    FILED = "filed"
    SAME = "filed_before"  # this very file is the form's scan
    OTHER = "other_scan"  # the form has another scan, which is not replaced
    NOT_ADDED = "not_added"  # the number was given to a printed form, and nobody has added it yet
    UNKNOWN = "unknown_number"  # the register has never given it
    ERASED = "erased"  # its retention period is over
    CHANGED = "file_changed"  # since it was read


@dataclass(frozen=True, slots=True)
class NumberedScan:
    """A scan with the number that is on it."""

    number: str
    source: Path
    suffix: str  # of its kind of file
    sha256: str  # of what is to be kept, in hexadecimal
    part: bytes | None = None  # what is to be kept; None: the whole file


def file_scan(register: "Register", scan: NumberedScan, by: str) -> FilingOutcome:
    """File the scan under its number, where the register has the form and the form has no scan yet.

    Raises:
        RegisterError: the register cannot be used, the file cannot be copied, or nobody is named.
    """
    outcome = _outcome(register, register.find(scan.number), scan)
    if outcome is not FilingOutcome.FILED:
        return outcome
    with register.scans.copied(scan.source, suffix=scan.suffix, part=scan.part) as copy:
        if copy.sha256 != scan.sha256:
            return FilingOutcome.CHANGED
        return _file(register, scan, copy, by)


def plan_filing(register: "Register", scan: NumberedScan, planned: MutableMapping[str, str]) -> FilingOutcome:
    """What ``file_scan`` would do, without doing it; ``planned``: SHA-256 of the scans planned so far, by number."""
    form = register.find(scan.number)
    before = planned.get(same_name(scan.number))
    if form is not None and before:
        form = replace(form, scan_sha256=before, scan_name=before)
    outcome = _outcome(register, form, scan)
    if outcome is FilingOutcome.FILED:
        planned[same_name(scan.number)] = scan.sha256
    return outcome


def signed_forms(register: "Register", event: str = "") -> Iterator[Release]:
    """The forms that somebody has signed, so that there is paper to scan; ``event``: words of the event's name."""
    for form in register.releases():
        if form.signed_on is not None and form.purged_on is None and same_words(event) in same_words(form.event):
            yield form


def _file(register: "Register", scan: NumberedScan, copy: FormScan, by: str) -> FilingOutcome:
    """Give the form its scan; where somebody changes the form at this moment, look again."""
    for last in (False, True):
        form = register.find(scan.number)
        outcome = _outcome(register, form, scan)
        if form is None or outcome is not FilingOutcome.FILED:
            return outcome
        after = replace(form, scan_name=copy.name, scan_sha256=copy.sha256)
        try:
            register.save_forms(FormIntake(changed=((form, after),), scans=(copy,)), by, _WHY)
        except RegisterError:
            if last or register.find(scan.number) == form:
                raise
        else:
            break
    return FilingOutcome.FILED


def _outcome(register: "Register", form: Release | None, scan: NumberedScan) -> FilingOutcome:
    if form is None:
        return FilingOutcome.NOT_ADDED if register.has_given(scan.number) else FilingOutcome.UNKNOWN
    if form.purged_on is not None:
        return FilingOutcome.ERASED
    if not form.scan_name:
        return FilingOutcome.FILED
    return FilingOutcome.SAME if form.scan_sha256 == scan.sha256 else FilingOutcome.OTHER
