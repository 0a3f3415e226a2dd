"""Whose rights an original names beside those of the organisation. A pure function of its record and the profile."""

import re
from collections.abc import Iterator

from imgvet.photo import Photo, RightsClaim, RightsRole
from imgvet.settings import Settings
from imgvet.text import bare_name

# What separates two names, e.g. "A. Miller/Example Council".
_BETWEEN = re.compile(r"[/|;,\n]|\s[–—·-]\s|\s+(?:&|and|for)\s+")
_HOST = re.compile(r"(?:https?://|@|\A)(?:www\.)?([a-z0-9.-]+\.[a-z]{2,})(?=[/:?#]|\Z)")

_ONLY_MADE_IT = (RightsRole.CREATOR, RightsRole.CONTACT)  # neither says who holds the rights


def claims_of_others(photo: Photo, settings: Settings) -> tuple[RightsClaim, ...]:
    """The claims that name neither the organisation nor a creator that it knows.

    A contact, or a mark that the picture is protected, counts where nobody is named. Without an organisation nothing is
    published under anybody's name, so a creator alone, whom many cameras write into every photo, claims nothing.
    """
    organisation = settings.profile.organisation.name
    if not organisation and all(each.role in _ONLY_MADE_IT for each in photo.claims.rights):
        return ()
    own, unnamed = frozenset(_own_names(settings)), (RightsRole.MARKED, RightsRole.CONTACT)
    named = [each for each in photo.claims.rights if each.role not in unnamed]
    if not named and any(_is_own(each.text, own) for each in photo.claims.rights):
        return ()
    return tuple(each for each in named or photo.claims.rights if not _is_own(each.text, own))


def _own_names(settings: Settings) -> Iterator[str]:
    """The names, notices and addresses of the organisation, as ``bare_name`` has them."""
    organisation, licence = settings.profile.organisation, settings.profile.licence
    templates = (licence.copyright_notice, licence.usage_terms)
    for text in (
        organisation.name,
        organisation.creator,
        organisation.credit_line,
        organisation.website,
        licence.web_statement,
        *organisation.known_creators,
        *map(settings.fill, templates),
    ):
        if bare := bare_name(text):
            yield bare
    if (host := _host(organisation.website)) and bare_name(host) == bare_name(organisation.website):
        yield host


def _is_own(text: str, own: frozenset[str]) -> bool:
    """Whether all whom the text names are the organisation's own, or it is an address there."""
    host = _host(text)
    if bare_name(text) in own or any(host == each or host.endswith(f".{each}") for each in own if host):
        return True
    parts = [bare for part in _BETWEEN.split(text) if (bare := bare_name(part))]
    return bool(parts) and all(part in own for part in parts)


def _host(text: str) -> str:
    """The host of a web or mail address; empty where the text is none, or is more than that."""
    found = _HOST.search(text.casefold())
    return found[1] if found and not re.search(r"\s", text) else ""
