"""The frozen ``Settings`` of a run, and how templates are filled in from them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from imgvet.capture_order import ClockOffset
from imgvet.database.addresses import Address
from imgvet.people_names import UnnamedPerson
from imgvet.photo import Event
from imgvet.placeholders import fill_placeholders
from imgvet.profile import Channel, Profile, ProofMarks, RedactStyle
from imgvet.selection import Condition
from imgvet.text import long_date, one_line

Redact = Literal["none", "unreleased", "all"]
Rights = Literal["ask", "own", "licensed"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a run was asked for; built once, passed on, never changed."""

    profile: Profile
    event: Event
    channel_name: str = "flickr"  # the channel that is judged or made at this moment; see ``for_channel``
    redact: Redact = "none"
    answered: frozenset[str] = field(default_factory=frozenset)  # ids of the profile's questions that are declared
    unnamed: tuple[UnnamedPerson, ...] = ()  # whom no text may name; set for the moment in which a photo is judged
    rights: Rights = "ask"  # outside a batch: what somebody answers where originals name others' rights
    profile_folder: Path | None = None  # beside which the profile's own files are looked up
    year: int = 0  # of photos whose event has no date; 0 leaves it out
    one_by_one: bool = False  # a photo or two, answered interactively, not thousands
    secret: bytes = b""  # of this batch; seeds the noise of redactions
    proof_marks: ProofMarks = "none"  # the copyright text across the whole picture, in previews
    register: Address | None = None  # of release forms; None: the office's own
    register_identity: str = ""  # that it must have; empty: whichever it has
    clock_offsets: tuple[ClockOffset, ...] = ()  # given in this run, for photos that join
    selection: tuple[Condition, ...] = ()  # that photos which are found must meet to join
    channels: tuple[str, ...] = ()  # all that the photos go to, where they are several; see ``channel_names``
    folders: Mapping[str, str] = field(default_factory=dict)  # by channel: its folder, where it is not its own name
    home: str = ""  # of these folders the one whose other files are in ``held/`` itself; empty: the first channel's

    @property
    def channel(self) -> Channel:
        """The channel that is judged or made at this moment."""
        return self.profile.channels[self.channel_name]

    @property
    def channel_names(self) -> tuple[str, ...]:
        """All channels that the photos go to, each once; the first one's file is the photo's own."""
        return self.channels or (self.channel_name,)

    def for_channel(self, name: str) -> "Settings":
        """The same settings while that one of ``channel_names`` is judged or made."""
        return self if name == self.channel_name else replace(self, channel_name=name, channels=self.channel_names)

    def with_channels(self, names: Iterable[str]) -> "Settings":
        """The same settings for photos that go to these channels, of which each counts once."""
        first, *others = dict.fromkeys(names)
        return replace(self, channel_name=first, channels=(first, *others) if others else ())

    def with_style(self, style: RedactStyle | None) -> "Settings":
        """The same settings with another style of hiding than the profile's; None: the profile's own."""
        if style is None or style == self.profile.faces.redaction:
            return self
        faces = self.profile.faces.model_copy(update={"redaction": style})
        return replace(self, profile=self.profile.model_copy(update={"faces": faces}))

    def asking_about_bursts(self) -> "Settings":
        """The same settings, under which the rule ``burst`` asks about every frame but the sharpest."""
        rules = self.profile.rules | {"burst": "ask"}
        return replace(self, profile=self.profile.model_copy(update={"rules": rules}))

    @property
    def keeps_captions(self) -> bool:
        """Whether what originals say of themselves is offered as a draft."""
        return self.profile.metadata.captions == "keep"

    @property
    def looks_turned(self) -> bool:
        """Whether faces that lie on their side or are upside down are looked for, too."""
        asked = self.profile.faces.turned
        return asked == "always" or (asked == "check" and self.one_by_one)

    def fill(self, template: str, number: int = 1) -> str:
        """The template with its placeholders filled in; ``number`` is the photo's number in the batch."""
        day, organisation = self.event.day, self.profile.organisation
        values = {
            "event": self.event.text,
            "date": long_date(day) if day else "",
            "n": number,
            "link": self.event.link or _as_link(organisation.website),
            "year": (day.year if day else self.year) or "",
            "organisation": organisation.name,
            "website": organisation.website,
            "licence": self.profile.licence.name,
        }
        filled = list[str]()

        def put(text: str) -> str:
            if not text.strip():
                return text
            filled.append(text)
            return _VALUE

        text = fill_placeholders(template.replace(_VALUE, ""), values, put)
        in_order = iter(filled)
        return re.sub(_VALUE, lambda _: next(in_order), _tidy(text)).strip()

    def fill_rights(self, template: str) -> str:
        """The filled template of a mark, a notice or terms; empty where it would claim a copyright for nobody.

        That is where it asks for the organisation and none is set, or names nobody beside ``©`` and a year.
        """
        if _ORGANISATION.search(template):
            return self.fill(template) if one_line(self.profile.organisation.name) else ""
        text = self.fill(template)
        return text if re.search(r"[^\W\d_]", _CLAIM.sub("", text)) or not _CLAIM.search(text) else ""


_ORGANISATION = re.compile(r"\{organisation\b")
_CLAIM = re.compile(r"©|\(c\)|copyright|all rights reserved", re.IGNORECASE)
_VALUE = "\0"  # in place of a filled-in value, while what empty ones leave is removed


def _as_link(website: str) -> str:
    return website if not website or "://" in website else f"https://{website}"


def _tidy(text: str) -> str:
    """Remove what empty placeholders leave: empty brackets, a lone © or ·, double spaces, a comma before a stop."""
    text = re.sub(r"\(\s*\)", "", text)
    text = re.sub(r"©\s*(?:[.;]\s*|(?=·)|$)", "", text)
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ([,.;])", r"\1", text)
    text = re.sub(r"(?:· ?){2,}", "· ", text)
    text = re.sub(r"^\s*·|·\s*$", "", text)
    return re.sub(r"[,;]+(?=[.])|[ ,;]+$", "", text).strip()
