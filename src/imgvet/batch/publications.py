"""What went online, where, and what was taken down again, as people recorded it in the log of a batch."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote, unquote

from imgvet.batch.decisions.targets import parse_targets
from imgvet.batch.packed import PackedPhotos, PhotosByNumber
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.store import BatchStore, now
from imgvet.channels.places import HELD, is_placed, place_of
from imgvet.decisions import PUBLISHED, TAKEN_DOWN, Decision, Publication
from imgvet.errors import UsageError
from imgvet.people_names import checked_name, tidy_name
from imgvet.photo import Photo, photo_for
from imgvet.rules.needs import may_be_published, needs_words_only
from imgvet.settings import Settings
from imgvet.text import command_line, long_date, long_day

_DIGITS = 16  # of a file's SHA-256, enough to tell one from another


class PublicationIndex:
    """Publications by the original, told by its SHA-256, and by the name of the file."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self._found: dict[tuple[str, str], Publication] = {}  # by file and address, in the order in which they came
        self._places: dict[str, dict[tuple[str, str], None]] = {}  # the same keys, by SHA-256 and by file
        for each in decisions:
            self.add(each)

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

    def add(self, decision: Decision) -> None:
        """Add a decision that is newer than all that are in it, where it is about photos on the web."""
        if decision.kind not in (PUBLISHED, TAKEN_DOWN):
            return
        day, sha256, file, url = (*decision.value.split(" ", 3), "", "", "", "")[:4]
        folder, slash, name = file.rpartition("/")
        file = f"{unquote(folder)}{slash}{name}"
        key, known = (file, url), self._found.get((file, url))
        if decision.kind == PUBLISHED:
            self._found[key] = Publication(file, decision.note, url, day, decision.by, sha256=sha256)
        elif known is not None:
            self._found[key] = replace(known, removed_on=day)
        else:
            return
        for place in filter(None, (decision.source_sha256, file.rpartition("/")[2])):
            self._places.setdefault(place, {})[key] = None


@dataclass(frozen=True, slots=True)
class OnlinePhoto:
    """A photo that is on the web, as recorded, and where."""

    number: int
    publications: tuple[Publication, ...]


def online_photos(batch: BatchSnapshot, photos: Iterable[Photo], settings: Settings) -> list[OnlinePhoto]:
    """Those of the photos that are on the web and may be, as far as anybody recorded; ``photos``: as judged now."""
    return _online(batch, photos, settings, lambda _, part: part is not None and may_be_published(part))


def to_take_down(batch: BatchSnapshot, photos: Iterable[Photo], settings: Settings) -> list[OnlinePhoto]:
    """Those that are on the web and may not be; ``photos``: as they are judged now.

    What has new words is online with the earlier ones, and is replaced once its file has them.
    """
    return _online(batch, photos, settings, lambda _, part: part is None or not _may_be_online(part))


def to_replace(batch: BatchSnapshot, photos: Iterable[Photo], settings: Settings) -> list[OnlinePhoto]:
    """Those that may be published and are on the web as they were before their file was made again.

    A face that was hidden since is still seen there. ``photos``: as they are judged now.
    """
    return _online(batch, photos, settings, _is_other)


def _may_be_online(part: Photo) -> bool:
    return may_be_published(part) or needs_words_only(part)


def _is_other(publication: Publication, part: Photo | None) -> bool:
    """Whether the file that may be published is another one than that which is online."""
    return part is not None and may_be_published(part) and publication.sha256 != _digits(part)


def _online(
    batch: BatchSnapshot,
    photos: Iterable[Photo],
    settings: Settings,
    is_meant: Callable[[Publication, Photo | None], bool],
) -> list[OnlinePhoto]:
    """The publications that are online and meant.

    ``is_meant``: is given a publication and the photo as it is for that channel; for a channel that the batch no longer
    has, as it is for one in which it may be published, None where there is none.
    """
    index = PublicationIndex(batch.decisions)
    found = list[OnlinePhoto]()
    for photo in photos:
        online = index.on_the_web(photo)
        parts = (
            {file_prefix(settings, name): photo_for(photo, name) for name in settings.channel_names} if online else {}
        )
        any_ready = next((part for part in parts.values() if may_be_published(part)), None)
        meant = []
        for one in online:
            prefix = one.file.rpartition("/")[0]
            if is_meant(one, parts.get(prefix, any_ready)):
                meant.append(one)
        if meant:
            found.append(OnlinePhoto(photo.number, tuple(meant)))
    return found


def file_prefix(settings: Settings, channel: str) -> str:
    """The folder that is recorded before the name of a channel's file; none for the batch's first folder."""
    place = place_of(settings, channel)
    return "" if place.held == HELD else place.folder


def _digits(photo: Photo) -> str:
    return (photo.sha256 or "none")[:_DIGITS]


def _published_now(photo: Photo, request: "PublicationRequest", prefix: str) -> Publication:
    title = photo.public.title if photo.public else ""
    file = f"{prefix}/{photo.name}" if prefix else photo.name
    return Publication(file, title, request.url, "", "", sha256=_digits(photo))


@dataclass(frozen=True, slots=True)
class PublicationRequest:
    """What a person records of photos on the web."""

    by: str
    on: date
    url: str = ""  # of each photo, or of the page or album that shows them all
    channel: str = ""  # where; empty: the one channel of the batch, or, of photos that were taken down, all channels

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
        folder, slash, name = publication.file.rpartition("/")
        file = f"{quote(folder)}{slash}{name}"
        value = f"{self.on.isoformat()} {publication.sha256} {file} {publication.url}".strip()
        return Decision(
            kind, tidy_name(self.by), now(), photo.number, photo.source_sha256, value=value, note=publication.title
        )


def record_published(folder: BatchStore, names: Sequence[str], request: PublicationRequest, settings: Settings) -> int:
    """Record that photos went online, and return how many; none is recorded twice.

    ``names``: as ``imgvet decide`` takes them; none: all that is in the folder of ``request.channel``.

    Raises:
        UsageError: no such photo or channel, none at all, nobody said which channel, or as
            ``PublicationRequest.check``; nothing is recorded.
    """
    request.check(date.today())
    (channel,) = _channels(request.channel or (settings.channel_names[0] if not settings.channels else ""), settings)
    prefix, place = file_prefix(settings, channel), place_of(settings, channel)
    with folder.writing():
        batch = folder.snapshot()
        index = PublicationIndex(batch.decisions)
        placed = PackedPhotos(photo for photo in batch.photos if is_placed(photo_for(photo, channel)))
        photos = _named(batch.photos, names, [channel]) if names else placed
        if not photos:
            raise UsageError(f"There are no photos in {place.folder}/.", "Name the photos that were published, e.g. 3.")
        parts = [photo_for(photo, channel) for photo in photos]
        if none := [part.number for part in parts if not part.name]:
            raise UsageError(f"Photo {none[0]} has no file for {channel}.", "Name photos that have one.")
        made = ((part, _published_now(part, request, prefix)) for part in parts)
        folder.decide(
            *(
                request.decision(PUBLISHED, part, each)
                for part, each in made
                if all(
                    (each.file, each.url, each.sha256) != (known.file, known.url, known.sha256)
                    for known in index.on_the_web(part)
                )
            )
        )
    return len(photos)


def record_taken_down(folder: BatchStore, names: Sequence[str], request: PublicationRequest, settings: Settings) -> int:
    """Record that photos were taken down, everywhere or from one channel or address alone, and return how many.

    ``names``: as for ``record_published``; none: all that is online.

    Raises:
        UsageError: as for ``record_published``, or a photo is not recorded as published; nothing is recorded.
    """
    request.check(date.today())
    channels = _channels(request.channel, settings) if request.channel else settings.channel_names
    prefixes = {file_prefix(settings, channel) for channel in channels} if request.channel else None
    with folder.writing():
        batch = folder.snapshot()
        photos = _named(batch.photos, names, channels) if names else batch.photos
        index = PublicationIndex(batch.decisions)
        online = {
            photo.number: [
                one
                for one in index.on_the_web(photo)
                if request.url in ("", one.url) and (prefixes is None or one.file.rpartition("/")[0] in prefixes)
            ]
            for photo in photos
        }
        missing = [photo.number for photo in photos if names and not online.get(photo.number)]
        if missing or not any(online.values()):
            which = f"Photo {missing[0]} is not" if missing else "No photo is"
            there = f" at {request.url}" if request.url else ""
            there += f" on {request.channel}" if request.channel else ""
            raise UsageError(
                f"{which} recorded as published{there}.", f"See {command_line('imgvet', 'status', folder.path)}."
            )
        taken = (photo for photo in photos if online.get(photo.number))
        folder.decide(*(request.decision(TAKEN_DOWN, photo, one) for photo in taken for one in online[photo.number]))
    return sum(map(bool, online.values()))


def _channels(named: str, settings: Settings) -> tuple[str, ...]:
    """The channel that is named, where the batch has it.

    Raises:
        UsageError: none is named, or the batch has no such channel.
    """
    known = ", ".join(settings.channel_names)
    if not named:
        raise UsageError("This batch has several channels.", f"Say which one with --channel: {known}.")
    if named not in settings.channel_names:
        raise UsageError(f"This batch has no channel '{named}'.", f"Its channels are {known}.")
    return (named,)


def _named(photos: Sequence[Photo], names: Iterable[str], channels: Sequence[str]) -> PackedPhotos:
    """The photos that are named, each once; of ``all``, those in the folder of one of the channels."""
    numbers: dict[int, None] = {}
    for name in names:
        for target in parse_targets(photos, name):
            if target.face or target.area:
                what = "a face" if target.face else "an area"
                raise UsageError(f"'{name}' is {what}.", f"Name the photo, e.g. {target.photo.number}.")
            if not target.swept or any(is_placed(photo_for(target.photo, each)) for each in channels):
                numbers[target.photo.number] = None
    by_number = PhotosByNumber(photos)
    return PackedPhotos(by_number[number] for number in numbers)


def publication_words(publication: Publication) -> str:
    """A photo on the web as the public sees it: file name, title, address, and since when."""
    title = f'"{publication.title}"' if publication.title else ""
    return ", ".join(filter(None, (publication.file, title, address_words(publication))))


def address_words(publication: Publication) -> str:
    """Where a photo is on the web, and since when, as recorded."""
    removed = f", off the web since {long_day(publication.removed_on)}" if publication.removed_on else ""
    where = publication.url or "address not recorded"
    return f"{where}, published on {long_day(publication.published_on)}{removed}"
