"""Which folder of a batch is each channel's: the one place that says it.

Each channel has a folder of its own name for what may be published; what is held is in ``held/`` for the batch's first
channel, and below it for the others. A batch of a version before 0.9 has one channel, whose folder is ``flickr/``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from imgvet.photo import Photo, photo_for
from imgvet.settings import Settings
from imgvet.text import and_list

HELD = "held"
FIRST_FOLDER = "flickr"  # of the one channel of a batch of a version before 0.9, whatever the channel is called


@dataclass(frozen=True, slots=True)
class ChannelPlace:
    """The folders of one channel within its batch, with ``/`` between."""

    channel: str
    folder: str  # for what may be published
    held: str  # for the other files

    @property
    def table(self) -> str:
        """The file, beside the photos, that has their texts."""
        return f"{self.folder}.csv"


Places = Sequence[ChannelPlace]  # of every channel of a batch, the first one's first


def channel_places(settings: Settings) -> Places:
    """The folders of every channel of a batch, the first one's first."""
    return tuple(place_of(settings, name) for name in settings.channel_names)


def folders_named(settings: Settings) -> str:
    """The folders for what may be published, in words, e.g. ``flickr/ and x/``."""
    return and_list(f"{place.folder}/" for place in channel_places(settings))


def place_of(settings: Settings, channel: str) -> ChannelPlace:
    """The folders of one channel of a batch."""
    folder = settings.folders.get(channel, channel)
    home = settings.home or settings.folders.get(settings.channel_names[0], settings.channel_names[0])
    return ChannelPlace(channel, folder, HELD if folder == home else f"{HELD}/{folder}")


def with_folders(known: Mapping[str, str], channels: Iterable[str]) -> dict[str, str]:
    """The folders by channel, with one for each channel that has none yet: its own name, where that is free."""
    folders = dict(known)
    for channel in channels:
        if channel not in folders:
            taken = {folder.casefold() for folder in folders.values()}
            folders[channel] = next(name for name in _names(channel) if name.casefold() not in taken)
    return folders


def _names(channel: str) -> Iterator[str]:
    yield channel
    number = 2
    while True:
        yield f"{channel}-{number}"
        number += 1


def is_placed(photo: Photo) -> bool:
    """Whether its clean file is in its channel's folder, whatever is judged of it now."""
    return bool(photo.output) and not str(photo.output).startswith(f"{HELD}/")


def all_parts(photo: Photo) -> tuple[Photo, ...]:
    """The photo as it is for each channel for which it has a file, or had one; also for those that the batch left."""
    return (photo_for(photo, photo.channel), *(photo_for(photo, each.channel) for each in photo.copies))


def placed_parts(photos: Iterable[Photo]) -> Iterator[Photo]:
    """Of the photos, as ``all_parts`` gives them, those whose clean file is in its channel's folder."""
    return (part for photo in photos for part in all_parts(photo) if is_placed(part))


def folder_of(photo: Photo) -> str:
    """The folder in which its clean file is, within the batch; empty where there is no file."""
    return photo.output.rpartition("/")[0] if photo.output else ""
