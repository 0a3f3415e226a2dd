"""What texts that are published may give away: numbers that lead to somebody, and people who do not want to be named.

What such numbers look like is in ``formats_uk``, which pictures are read with too. A format asks a person; where it may
be an ordinary word, as with marks from before 1963, it asks only beside a word such as "registration".
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from imgvet.people_names import UnnamedPerson, name_places
from imgvet.photo import Face, Photo, PublicMetadata, photo_for
from imgvet.rules.formats_uk import TextPlace, comparable_number, is_within, text_places
from imgvet.settings import Settings

_MOST_SHOWN = 6  # places in one sentence
_AROUND = 24  # characters of the text on both sides of a place

_NAME = "name of somebody who refused or withdrew"
_OF_EVENT = ("event", "link", "tag")  # in which whole names alone count: "Park Day" is not about Ann Park


def public_text(photo: Photo, settings: Settings) -> Iterator[tuple[str, str, Face | None]]:
    """What people wrote for this photo and for the event must give away nobody who is not meant to be known."""
    found = [(name, text, place) for name, text, places in written_places(photo, settings) for place in places]
    if not found:
        return
    shown = "; ".join(f"{name} “{_marked(text, place)}” ({place.kind})" for name, text, place in found[:_MOST_SHOWN])
    more = f"; and {len(found) - _MOST_SHOWN} more" if len(found) > _MOST_SHOWN else ""
    hint = "Change the words with imgvet caption, or answer public-text if they may be published."
    if settings.one_by_one:
        hint = "Write it without that, and run the command again."
    yield f"Its words may give away too much: {shown}{more}.", hint, None


def written_code(photo: Photo, settings: Settings) -> str:
    """A short code of all that ``public_text`` asks about; other words, or another name to leave out, have another."""
    places = [
        (name, text, [(place.kind, place.start, place.end) for place in found])
        for name, text, found in written_places(photo, settings)
    ]
    return hashlib.sha256(repr(places).encode()).hexdigest()[:12]


def may_name(photo: Photo, settings: Settings, people: Iterable[UnnamedPerson]) -> bool:
    """Whether a text of a photo, its event or its files has a part of the name of one of these people.

    Where none has, the photo is judged in the same way whether they may be named or not.
    """
    parts = [photo, *(photo_for(photo, channel) for channel in settings.channel_names)]
    texts = {text for _, text in _written(photo, settings)}
    for part in parts:
        texts |= {*_texts_in(part.public), part.name.replace("-", " ")} if part.public else set()
    return any(_has_part(text, person) for text in sorted(texts) for person in people)


@lru_cache(4096)
def _has_part(text: str, person: UnnamedPerson) -> bool:
    return any(True for _ in name_places(text, replace(person, any_part=True)))


def gives_away_only(
    before: tuple[PublicMetadata, str], now: Callable[[], tuple[PublicMetadata, str]], settings: Settings
) -> str:
    """What a file's texts and its name give away that they would not if it was made now; empty where nothing.

    It was made before the words or the event changed, and its original is missing since.

    Args:
        before: the texts, and the name without its number and its ending.
        now: the same as they would be.
        settings: of the run.
    """
    there = _given_away(*before, settings)
    left = there.keys() - _given_away(*now(), settings).keys() if there else ()
    return next((there[each] for each in sorted(left)), "")


def _given_away(public: PublicMetadata, name: str, settings: Settings) -> dict[str, str]:
    """Each number or name with its kind."""
    texts = (*_texts_in(public), name.replace("-", " "))
    found = ((text, place) for text in texts for place in _places(text, settings, whole_names=True))
    return {comparable_number(text[place.start : place.end]): place.kind for text, place in found}


def _texts_in(public: PublicMetadata) -> tuple[str, ...]:
    texts = (public.title, public.headline, public.description, public.alt_text, public.event_name, public.creator)
    return (*texts, *public.keywords)


def no_alt_text(photo: Photo, settings: Settings) -> Iterator[tuple[str, str, Face | None]]:
    """Public bodies must describe pictures for people who cannot see them (PSBAR 2018; WCAG 2.2, 1.1.1)."""
    if settings.one_by_one or photo.words.alt_text or settings.fill(settings.profile.metadata.alt_text, photo.number):
        return
    hint = "Write what the picture shows with imgvet caption and --alt, or answer alt-text if it needs none."
    yield "It has no alt text for people who cannot see it.", hint, None


def _written(photo: Photo, settings: Settings) -> Iterator[tuple[str, str]]:
    """What people wrote, each text with its name; the profile's own templates are the organisation's."""
    words, event = photo.words, settings.event
    texts = [("title", words.title), ("caption", words.caption), ("alt text", words.alt_text)]
    texts += [("headline", words.headline), ("creator", words.creator)]
    texts += [("keywords", ", ".join(words.keywords or ()))]  # in one text: a name may be in two of them
    texts += [("event", event.text), ("link", event.link), *(("tag", each) for each in event.tags)]
    yield from ((name, text) for name, text in texts if text)


def written_places(photo: Photo, settings: Settings) -> Iterator[tuple[str, str, list[TextPlace]]]:
    """Each text that people wrote for this photo and the event, with its name and its places that may give too much."""
    for name, text in _written(photo, settings):
        yield name, text, _places(text, settings, whole_names=name in _OF_EVENT)


def _places(text: str, settings: Settings, *, whole_names: bool) -> list[TextPlace]:
    """The places of one text, in order; what the organisation says of itself is none."""
    found = list(text_places(text))
    if found:
        own = _own_values(settings)
        found = [each for each in found if comparable_number(text[each.start : each.end]) not in own]
    for person in settings.unnamed:
        meant = replace(person, any_part=False) if whole_names else person
        found += [TextPlace(_NAME, *place) for place in name_places(text, meant) if not is_within(place, found)]
    return sorted(found, key=lambda each: each.start)


def _own_values(settings: Settings) -> frozenset[str]:
    """What the organisation says of itself in its profile, such as its press office's telephone number."""
    profile = settings.profile
    sections = (profile.organisation, profile.licence, profile.metadata)
    texts = [str(value) for section in sections for value in section.model_dump().values()]
    return _values_of("\n".join((*texts, profile.releases.withdraw_to)))


@lru_cache(64)
def _values_of(text: str) -> frozenset[str]:
    return frozenset(comparable_number(text[each.start : each.end]) for each in text_places(text))


def _marked(text: str, place: TextPlace) -> str:
    """The words around a place, with the place itself in brackets."""
    before, behind = text[: place.start], text[place.end :]
    start = before if len(before) <= _AROUND else f"…{before[-_AROUND:]}"
    end = behind if len(behind) <= _AROUND else f"{behind[:_AROUND]}…"
    return " ".join(f"{start}[{text[place.start : place.end]}]{end}".split())
