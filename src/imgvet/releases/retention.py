"""Retention: how long personal data is kept, and what is removed from a form when that period is over."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from imgvet.people_names import same_name
from imgvet.releases.release import Release
from imgvet.releases.validation import years_later

PERSONAL = (
    "person", "contact", "guardian", "guardian_relation", "note", "born", "model_age", "scan_name", "scan_sha256",
)  # fmt: skip
REMOVED = "[removed]"  # in place of a name in a text that is kept

_MIN_NAME = 2  # letters of a word of a name that is looked for in other texts
_MIN_CONTACT = 4  # characters


def ended_on(release: Release, today: date) -> date | None:
    """The day on which the form ended: withdrawn, refused or expired, whichever came first; None: it has not."""
    expired = release.expires_on if release.expires_on and release.expires_on < today else None
    days = [day for day in (release.withdrawn_on, release.refused_on, expired) if day is not None]
    return min(days, default=None)


def is_due(release: Release, today: date, keep_years: int) -> bool:
    """Whether personal data of the form is still there and its retention period is over."""
    ended = ended_on(release, today)
    return release.purged_on is None and ended is not None and years_later(ended, keep_years) < today


def never_ends(release: Release) -> bool:
    """Whether nothing says when the form ends, so that its retention period never begins by itself."""
    return not (release.expires_on or release.withdrawn_on or release.refused_on or release.purged_on)


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """Removes a person's data from what is kept of a form."""

    pattern: re.Pattern[str] | None  # of the person's and the guardian's names, and of how to reach them
    names: frozenset[str]  # whole names, in the form in which they are compared

    def cut(self, text: str) -> str:
        """The text without any word of the names and any part of the contact."""
        return self.pattern.sub(REMOVED, _composed(text)) if self.pattern else text

    def cut_name(self, name: str) -> str:
        """The name of the person who recorded something; removed only if it is the name that is erased."""
        return REMOVED if same_name(name) in self.names else name

    def tombstone(self, release: Release, on: date) -> Release:
        """What is left of the form: reference, days, what it was for, and who recorded it."""
        kept = replace(release, **dict.fromkeys(PERSONAL, ""), purged_on=on)  # type: ignore[arg-type]  # all are texts
        return replace(
            kept,
            event=self.cut(kept.event),
            taken_by=self.cut_name(kept.taken_by),
            withdrawn_by=self.cut(kept.withdrawn_by),
        )


def plan_removal(release: Release, earlier: Iterable[tuple[str, str]]) -> RemovalPlan:
    """The plan that removes the form's personal data, as it is now and as it was before a correction.

    Args:
        release: the form.
        earlier: field and value, of all that the history has of it.
    """
    values = [(name, _composed(value)) for name, value in [*_personal(release), *earlier]]
    names = {value for field, value in values if field in {"person", "guardian"} and value}
    contacts = {value for field, value in values if field == "contact" and value}
    words = {word for name in names for word in re.findall(r"\w+", name) if len(word) >= _MIN_NAME}
    parts = {part for each in contacts for part in [each, *re.split(r"[\s,;]+", each)] if len(part) >= _MIN_CONTACT}
    alternatives = [_however_written(part) for part in _longest_first(parts | names)]
    alternatives += [rf"\b{_however_written(word)}\b" for word in _longest_first(words)]
    pattern = re.compile("|".join(alternatives), re.IGNORECASE) if alternatives else None
    return RemovalPlan(pattern, frozenset(same_name(name) for name in names))


def _personal(release: Release) -> list[tuple[str, str]]:
    return [(name, getattr(release, name)) for name in PERSONAL]


def _composed(text: str) -> str:
    """The text in composed form (NFC): there are two ways to write an é."""
    return unicodedata.normalize("NFC", text)


def _however_written(text: str) -> str:
    """A pattern of the text in which any two s may be one ß, because there is none in capitals."""
    return re.escape(text).replace("ss", "(?:ss|ß)")


def _longest_first(texts: set[str]) -> list[str]:
    """The texts, and as they are in capitals, where an ß is two letters."""
    return sorted(texts | {text.casefold() for text in texts}, key=len, reverse=True)
