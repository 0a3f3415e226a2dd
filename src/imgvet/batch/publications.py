"""What went online, where, and what was taken down again, as people recorded it in the log of a batch."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from imgvet.batch.decisions.targets import parse_targets
from imgvet.batch.gate import in_flickr, may_be_published
from imgvet.batch.packed import PackedPhotos, PhotosByNumber
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.store import BatchStore, now
from imgvet.decisions import PUBLISHED, TAKEN_DOWN, Decision, Publication
from imgvet.errors import UsageError
from imgvet.people_names import checked_name, tidy_name
from imgvet.photo import Photo
from imgvet.rules.needs import needs_words_only
from imgvet.text import command_line, long_date

_DIGITS = 16  # of a file's SHA-256, enough to tell one from another


class PublicationIndex:
    """Publications by the original, told by its SHA-256, and by the name of the file."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self._found: dict[tuple[str, str], Publication] = {}  # by file and address, in the order in which they came
        self._places: dict[str, dict[tuple[str, str], None]] = {}  # the same keys, by SHA-256 and by file
        for each in decisions:
            if each.kind in (PUBLISHED, TAKEN_DOWN):
                self._add(each)

    def of(self, photo: Photo) -> tuple[Publication, ...]:
        """The publications of a photo: of the original that it is made from, or of a file of its name."""
        keys = self._places.get(photo.source_sha256, {}) | self._places.get(photo.name, {})
        return tuple(self._found[key] for key in keys)

    def on_the_web(self, photo: Photo) -> tuple[Publication, ...]:
        """Those that are still online: no removal from the web is recorded."""
        return tuple(each for each in self.of(photo) if not each.removed_on)

    def by_number(self, photos: Iterable[Photo]) -> dict[int, tuple[Publication, ...]]:
        """The publications of each photo."""
        return {photo.number: self.of(photo) for photo in photos}

    def _add(self, decision: Decision) -> None:
        day, sha256, file, url = (*decision.value.split(" ", 3), "", "", "", "")[:4]
        key, known = (file, url), self._found.get((file, url))
        if decision.kind == PUBLISHED:
            self._found[key] = Publication(file, decision.note, url, day, decision.by, sha256=sha256)
        elif known is not None:
            self._found[key] = replace(known, removed_on=day)
        else:
            return
        for place in filter(None, (decision.source_sha256, file)):
            self._places.setdefault(place, {})[key] = None


@dataclass(frozen=True, slots=True)
class OnlinePhoto:
    """A photo that is on the web, as recorded, and where."""

    number: int
    publications: tuple[Publication, ...]


def online_photos(batch: BatchSnapshot, photos: Iterable[Photo]) -> list[OnlinePhoto]:
    """Those of the photos that are on the web, as far as anybody recorded."""
    index = PublicationIndex(batch.decisions)
    return [OnlinePhoto(photo.number, online) for photo in photos if (online := index.on_the_web(photo))]


def to_take_down(batch: BatchSnapshot, photos: Iterable[Photo]) -> list[OnlinePhoto]:
    """Those that are on the web and may not be; ``photos``: as they are judged now.

    What has new words is online with the earlier ones, and is replaced once its file has them.
    """
    held = (photo for photo in photos if not (may_be_published(photo) or needs_words_only(photo)))
    return online_photos(batch, held)


def to_replace(batch: BatchSnapshot, photos: Iterable[Photo]) -> list[OnlinePhoto]:
    """Those that may be published and are on the web as they were before their file was made again.

    A face that was hidden since is still seen there. ``photos``: as they are judged now.
    """
    index = PublicationIndex(batch.decisions)
    older = (
        OnlinePhoto(photo.number, tuple(one for one in index.on_the_web(photo) if one.sha256 != _digits(photo)))
        for photo in photos
        if may_be_published(photo)
    )
    return [each for each in older if each.publications]


def _digits(photo: Photo) -> str:
    return (photo.sha256 or "none")[:_DIGITS]


def _published_now(photo: Photo, request: "PublicationRequest") -> Publication:
    title = photo.public.title if photo.public else ""
    return Publication(photo.name, title, request.url, "", "", sha256=_digits(photo))


@dataclass(frozen=True, slots=True)
class PublicationRequest:
    """What a person records of photos on the web."""

    by: str
    on: date
    url: str = ""  # of each photo, or of the page or album that shows them all

    def check(self, today: date) -> None:
        """Refuse a record without a name, with a day in the future, or with what is not an address.

        Raises:
            UsageError: with what is missing or wrong.
        """
        checked_name(self.by, "The record needs a name.")
        if self.on > today:
            raise UsageError(
                f"{long_date(self.on)} is in the future.", "Record it on that day, or give an earlier one."
            )
        if self.url and not re.fullmatch(r"https?://[^\s/]\S*", self.url):
            raise UsageError(f"--url '{self.url}' is not a web address.", "It starts with https:// and has no spaces.")

    def decision(self, kind: str, photo: Photo, publication: Publication) -> Decision:
        """The entry of the log about one photo in one place."""
        value = f"{self.on.isoformat()} {publication.sha256} {publication.file} {publication.url}".strip()
        return Decision(
            kind, tidy_name(self.by), now(), photo.number, photo.source_sha256, value=value, note=publication.title
        )


def record_published(folder: BatchStore, names: Sequence[str], request: PublicationRequest) -> int:
    """Record that photos went online, and return how many; none is recorded twice.

    ``names``: as ``imgvet decide`` takes them; none: all that is in ``flickr/``.

    Raises:
        UsageError: no such photo, none at all, or as ``PublicationRequest.check``; nothing is recorded.
    """
    request.check(date.today())
    with folder.writing():
        batch = folder.snapshot()
        index = PublicationIndex(batch.decisions)
        photos = _named(batch.photos, names) if names else PackedPhotos(filter(in_flickr, batch.photos))
        if not photos:
            raise UsageError("There are no photos in flickr/.", "Name the photos that were published, e.g. 3.")
        made = ((photo, _published_now(photo, request)) for photo in photos)
        folder.decide(
            *(
                request.decision(PUBLISHED, photo, each)
                for photo, each in made
                if all(
                    (each.file, each.url, each.sha256) != (known.file, known.url, known.sha256)
                    for known in index.on_the_web(photo)
                )
            )
        )
    return len(photos)


def record_taken_down(folder: BatchStore, names: Sequence[str], request: PublicationRequest) -> int:
    """Record that photos were taken down, everywhere or from ``request.url`` alone, and return how many.

    ``names``: as for ``record_published``; none: all that is online.

    Raises:
        UsageError: as for ``record_published``, or a photo is not recorded as published; nothing is recorded.
    """
    request.check(date.today())
    with folder.writing():
        batch = folder.snapshot()
        photos = _named(batch.photos, names) if names else batch.photos
        online = {
            each.number: [one for one in each.publications if request.url in ("", one.url)]
            for each in online_photos(batch, photos)
        }
        missing = [photo.number for photo in photos if names and not online.get(photo.number)]
        if missing or not any(online.values()):
            which = f"Photo {missing[0]} is not" if missing else "No photo is"
            there = f" at {request.url}" if request.url else ""
            raise UsageError(
                f"{which} recorded as published{there}.", f"See {command_line('imgvet', 'status', folder.path)}."
            )
        taken = (photo for photo in photos if online.get(photo.number))
        folder.decide(*(request.decision(TAKEN_DOWN, photo, one) for photo in taken for one in online[photo.number]))
    return sum(map(bool, online.values()))


def _named(photos: Sequence[Photo], names: Iterable[str]) -> PackedPhotos:
    """The photos that are named, each once; of ``all``, those in ``flickr/``."""
    numbers: dict[int, None] = {}
    for name in names:
        for target in parse_targets(photos, name):
            if target.face is not None:
                raise UsageError(f"'{name}' is a face.", f"Name the photo, e.g. {target.photo.number}.")
            if not target.swept or in_flickr(target.photo):
                numbers[target.photo.number] = None
    by_number = PhotosByNumber(photos)
    return PackedPhotos(by_number[number] for number in numbers)
