"""Where forms are used: the photos of batches that went to be published with them, since when and until when.

A note outlives the use that it is about, because what has left a batch's folder may still be on the web.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from imgvet.decisions import Publication
from imgvet.text import long_day


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """Where a batch was when it last noted something in the register."""

    identity: str  # of the batch; a folder that is moved or renamed keeps it
    mark: str  # of that note, see ``imgvet.batch.form_uses``; empty: no batch, but copies of photos checked alone
    folder: str  # absolute path
    computer: str  # whose path it is
    noted_at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class UsedPhoto:
    """One photo in a folder to be published, and one form with which a face in it is answered."""

    form: str  # the reference, as it is compared
    photo: int  # its number
    file: str
    title: str
    event: str
    channel: str


@dataclass(frozen=True, slots=True)
class UseNotes:
    """What a batch notes of its uses of forms."""

    used: frozenset[UsedPhoto]  # what is in its folder to be published
    # What people recorded of its photos on the web, by number. None: ``used`` is about to join what is there, and
    # nothing else has changed.
    online: Mapping[int, Sequence[Publication]] | None = None


@dataclass(frozen=True, slots=True)
class FormUse:
    """One use of a form, as the register has it."""

    used: UsedPhoto
    place: BatchPlace
    since: str  # ISO 8601, UTC
    until: str  # when the photo left the folder; empty while it is there
    online: tuple[Publication, ...] = ()  # what people recorded of it on the web

    @property
    def on_the_web(self) -> tuple[Publication, ...]:
        """Where it still is, as far as anybody recorded."""
        return tuple(each for each in self.online if not each.removed_on)

    def as_json(self) -> dict[str, object]:
        """The use as ``--json`` prints it."""
        used = asdict(self.used)
        del used["form"]
        return used | {
            "folder": self.place.folder,
            "computer": self.place.computer,
            "since": self.since,
            "until": self.until or None,
            "online": [each.as_json() for each in self.online],
        }


def use_words(use: FormUse) -> str:
    """Which file of a batch it is, its title, and in which folder it is or was."""
    used, since = use.used, long_day(use.since)
    title = f', "{used.title}"' if used.title else ""
    folder = "flickr/" if used.channel == "flickr" else f"the folder for {used.channel}"
    if not use.until:
        return f"{used.file}{title}, in {folder} since {since}"
    until = long_day(use.until)
    return f"{used.file}{title}, was in {folder} {f'on {since}' if since == until else f'from {since} to {until}'}"
