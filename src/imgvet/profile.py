"""Profiles: what an organisation can configure.

A profile is one TOML file. An unknown key or a wrong value stops the run, and the message names the file, the key and
what is allowed.
"""

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticKnownError

from imgvet.decisions import DECISION_KINDS
from imgvet.errors import ProfileError
from imgvet.named_files import PROFILE, is_named, read_named
from imgvet.placeholders import placeholders_of
from imgvet.text import split_tags

OWN_PROFILE = "imgvet.toml"  # read from the working folder where no profile is named

ProofMarks = Literal["none", "tile", "diagonal"]

RedactStyle = Literal["solid", "blocks", "soft"]
"""How what is hidden looks: one dark colour, coarse blocks, or what looks like a blur."""

Corner = Literal["bottom-right", "bottom-left", "top-right", "top-left"]

# Flickr's ids, recorded on 2025-06-19 from flickr.photos.licenses.getInfo. 1-6 (CC 2.0) are no longer offered for new
# uploads; 7 and 8 are given by request only.
FLICKR_LICENCES = {
    0: "All Rights Reserved",
    9: "CC0 1.0",
    10: "Public Domain Mark 1.0",
    11: "CC BY 4.0",
    12: "CC BY-SA 4.0",
    13: "CC BY-ND 4.0",
    14: "CC BY-NC 4.0",
    15: "CC BY-NC-SA 4.0",
    16: "CC BY-NC-ND 4.0",
}


def _known_placeholders(template: str) -> str:
    placeholders_of(template)
    return template


def _offered_licence(number: int) -> int:
    if number not in FLICKR_LICENCES:
        allowed = ", ".join(f"{number} ({name})" for number, name in FLICKR_LICENCES.items())
        raise ValueError(f"is not a licence that Flickr offers for new uploads; allowed are {allowed}")
    return number


def _web_address(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^\s<>\"]+", text):
        raise ValueError("is not a web address; it starts with http:// or https:// and has no spaces")
    return text


def _may_answer(name: str) -> str:
    return _one_of(name, [kind.name for kind in DECISION_KINDS.values() if kind.by_profile])


def _may_need_approval(name: str) -> str:
    return _one_of(name, [kind.name for kind in DECISION_KINDS.values() if kind.second_person])


def _one_of(name: str, allowed: list[str]) -> str:
    if name not in allowed:
        raise PydanticKnownError("literal_error", {"expected": ", ".join(map(repr, allowed))})
    return name


_RESERVED = frozenset(  # folders of a batch, and names that Windows keeps for itself
    (
        "held",
        "private",
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)),
    )
)


LONGEST_FOLDER = 40  # characters of the name of a channel's folder


def is_folder_name(name: str) -> bool:
    """Whether a channel's folder can have that name in a batch, on every system: no path, and no name that is taken."""
    plain = re.fullmatch(rf"[^\W_](?:[\w .+&'()-]{{0,{LONGEST_FOLDER - 2}}}[\w)+])?", name) is not None
    return plain and name.isprintable() and re.split(r"[ .]", name.casefold())[0] not in _RESERVED


def _channel_name(name: str) -> str:
    """The name of a channel, which is also that of its folder."""
    if not is_folder_name(name):
        raise ValueError(
            f"cannot be a channel's name, because its folder is called the same: use at most {LONGEST_FOLDER} letters "
            "and digits, as in flickr; not held, private, con or the like"
        )
    return name


def _keyword_templates(text: str) -> str:
    for each in split_tags(_known_placeholders(text)):
        _known_placeholders(each)
    return text


Template = Annotated[str, AfterValidator(_known_placeholders)]
Keywords = Annotated[str, AfterValidator(_keyword_templates)]  # one, or several as people type tags
WebAddress = Annotated[str, AfterValidator(_web_address)]


class Section(BaseModel):
    """A table of a profile: frozen, and closed to keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Organisation(Section):
    """Who publishes."""

    name: str = ""
    website: str = ""  # as it is shown on pictures, e.g. "www.example.org"
    creator: str = ""  # IPTC Creator of every photo; the organisation's name where empty
    credit_line: str = ""  # IPTC Credit Line; the organisation's name where empty
    known_creators: list[str] = []  # people and names of cameras of its own, whose pictures are the organisation's
    press_office: str = ""  # how to reach those who keep the release forms; printed on the checklist


class Office(Section):
    """Who works in the folder of this profile. No batch keeps it."""

    by: str = ""  # the name for the record where --by is left out


class Licence(Section):
    """On what terms the pictures are published."""

    name: str = "All Rights Reserved"
    flickr_id: Annotated[int, AfterValidator(_offered_licence)] = 0
    copyright_notice: Template = "© {organisation} {year}"
    usage_terms: Template = "© {organisation} {year}. All rights reserved."
    web_statement: WebAddress = ""


class MetadataSettings(Section):
    """Templates of the public metadata."""

    title: Template = "{event} ({n})"
    headline: Template = "{event}"
    description: Template = "{event}, {date}."  # the link back is put at the end where the template has none
    keywords: list[Keywords] = []
    alt_text: Template = ""
    captions: Literal["drop", "keep"] = "drop"  # what originals say of themselves: offered as drafts where kept


class MarkSettings(Section):
    """One mark on the picture: text, an image, or the image before the text. Sizes are fractions of the short side."""

    text: Template = ""
    line: Template = ""  # smaller, under the text
    image: str = ""  # a PNG or SVG; a name is looked up beside the profile, then in watermarks/
    places: list[Corner] = ["bottom-right", "bottom-left", "top-right", "top-left"]  # the best first
    height: Annotated[float, Field(ge=0.01, le=0.2)] = 0.026  # of the text or the image
    margin: Annotated[float, Field(ge=0, le=0.2)] = 0.022  # from both edges
    opacity: Annotated[float, Field(ge=0.3, le=1)] = 0.95


class MarksSettings(Section):
    """The copyright watermark and the website overlay."""

    font: str = ""  # a TrueType file; OpenCV's own sans serif where empty
    credit_licensed: bool = False  # the creator's credit in place of the copyright mark; without it there is none
    copyright: MarkSettings = MarkSettings(
        text="© {organisation} {year}", places=["bottom-left", "top-left", "top-right"]
    )
    website: MarkSettings = MarkSettings(text="{website}", places=["bottom-right", "top-right", "top-left"])


LEAST_THRESHOLD, MOST_POSSIBLE, MOST_CONFIDENT = 0.10, 0.25, 0.40  # the scores that were measured, see docs/it/faces.md
_BEYOND = """is outside what was measured (docs/it/faces.md). Allowed are {} to {}. \
At 0.13, 97 of 100 faces of 12 to 20 pixels are found, at 0.30 are 89, at 0.40 are 88; at 0.10, ten photos of nobody \
have six boxes, and below it more than anybody looks at"""


class FaceSettings(Section):
    """Scores from which a face is likely (``confident``) or possible. Both need an answer."""

    confident: float = 0.2
    possible: float = 0.13
    turned: Literal["check", "always", "never"] = "check"  # when to look for faces on their side or upside down
    redaction: RedactStyle = "soft"
    answers: list[Annotated[str, AfterValidator(_may_answer)]] = ["not-identifiable", "not-a-face"]

    @field_validator("confident", "possible")
    @classmethod
    def _measured(cls, score: float, field: ValidationInfo) -> float:
        most = MOST_POSSIBLE if field.field_name == "possible" else MOST_CONFIDENT
        if not LEAST_THRESHOLD <= score <= most:
            raise ValueError(_BEYOND.format(f"{LEAST_THRESHOLD:.2f}", f"{most:.2f}"))
        return score

    @model_validator(mode="after")
    def _in_order(self) -> "FaceSettings":
        if self.possible > self.confident:
            raise ValueError("possible must not be above confident")
        return self


class AllowedText(Section):
    """Text in pictures that nobody is asked about; compared without case, spaces, and letters that look like digits."""

    words: list[str] = []  # shop signs, posters of the event, names of the organisation's own buildings
    registrations: list[str] = []  # of the organisation's own vehicles
    collar_numbers: list[str] = []  # of officers and staff who may be named by them


class ReleaseSettings(Section):
    """Release forms: their numbers, how long they are valid and kept, and whom people write to."""

    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,12}$")] = "REL"  # of references: PREFIX-YEAR-NUMBER
    valid_years: Annotated[int, Field(ge=0, le=50)] = 0  # from signing, where a form says nothing; 0: no limit
    keep_years: Annotated[int, Field(ge=0, le=100)] = 5  # personal data is kept after a form has ended, then purged
    withdraw_to: str = ""  # how consent is withdrawn; organisation.press_office where empty
    privacy_notice: WebAddress = ""  # printed on the forms
    purpose: str = ""  # what the photos are for, a plain sentence or two on the forms; imgvet's own where empty
    where: dict[str, str] = {}  # channel to where its photos can be seen, in plain words on the forms


class DecisionSettings(Section):
    """Two-person approval: which decisions need it."""

    second_person: list[Annotated[str, AfterValidator(_may_need_approval)]] = []


def shrinks_well(marks: Iterable[float], size: tuple[int, int]) -> bool:
    """Whether marks that are drawn in a larger picture can still be read in one of that size, in pixels.

    ``marks``: their heights, as fractions of the short side.
    """
    return all(height * min(size) >= _SHRUNK_LETTERS for height in marks)


_SHRUNK_LETTERS = 18  # pixels, height of a mark; smaller ones are clearer where they are drawn in their own size


class Channel(Section):
    """Where photos go, with the limits of that place."""

    long_side: Annotated[int, Field(ge=64, le=30000)] = 4096  # pixels; smaller photos are not enlarged
    short_side_at_least: Annotated[int, Field(ge=1)] = 4
    max_bytes: Annotated[int, Field(ge=50_000)] = 200_000_000
    quality: Annotated[int, Field(ge=60, le=98)] = 90  # JPEG quality to start from; lowered to meet max_bytes
    graphics_as_png: bool = True
    max_photos: Annotated[int, Field(ge=0)] = 0  # in one post; 0: no limit
    title_length: Annotated[int, Field(ge=0)] = 255  # as ``counts`` says
    counts: Literal["characters", "letters", "x"] = "characters"  # what is counted, see ``imgvet.text_limits``
    alt_text_length: Annotated[int, Field(ge=0)] = 1000  # characters
    tags: Annotated[int, Field(ge=0)] = 75  # tags (Flickr) or hashtags (X) at most
    safety: Literal["safe", "moderate", "restricted"] = "safe"
    shows_description: bool = True  # beside the photo; where not, no rule asks anything of the description


def published_size(width: int, height: int, channel: Channel) -> tuple[int, int]:
    """Width and height of a photo within the channel's long side, in pixels; never larger than the photo."""
    scale = min(1.0, channel.long_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


class Question(Section):
    """A question that only a person can answer."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    text: str  # the statement that is declared, e.g. "No photo shows a person under 18."
    source: str  # where the guidance says so
    ask: Literal["batch", "faces", "text"] = "batch"  # once for the batch; or of each photo with faces, or with areas


def statements_code(questions: Iterable[Question]) -> str:
    """A short code of the statements as they are worded; another wording has another one, e.g. ``3f9a-c2d1``."""
    words = json.dumps([[question.id, question.text] for question in questions])
    digits = hashlib.sha256(words.encode()).hexdigest()
    return f"{digits[:4]}-{digits[4:8]}"


class Limits(Section):
    """What one photo may cost."""

    file_mib: Annotated[int, Field(ge=1, le=4096)] = 256
    megapixels: Annotated[int, Field(ge=1, le=2000)] = 210  # phones of "200 megapixels" write up to 201.4
    seconds: Annotated[int, Field(ge=1, le=3600)] = 120  # for one photo, then the worker process is ended
    memory_mib: Annotated[int, Field(ge=2048)] = 6144  # of address space for one worker, where the system can limit it
    frames: Annotated[int, Field(ge=1, le=100_000)] = 1000  # pictures, pages or frames in one file
    parts: Annotated[int, Field(ge=1000, le=10_000_000)] = 50_000  # segments, chunks, boxes and tags in one file
    text_mib: Annotated[int, Field(ge=1, le=4096)] = 64  # of texts and profiles in one file, once they are inflated
    partial_pictures: bool = False  # take what is left of a damaged photo; a person must look at it


RuleStrength = Literal["off", "ask", "release", "blocked"]


def _default_channels() -> dict[str, Channel]:
    return {
        "flickr": Channel(),
        "x": Channel(
            long_side=4096,
            max_bytes=5_000_000,
            title_length=280,
            counts="x",
            tags=3,
            max_photos=4,
            shows_description=False,
        ),
        "facebook": Channel(long_side=2048, max_bytes=10_000_000, tags=30),
        "bluesky": Channel(
            long_side=2000,
            max_bytes=1_000_000,
            counts="letters",
            alt_text_length=2000,
            max_photos=4,
            tags=8,
            shows_description=False,
        ),
        "web": Channel(long_side=1600, max_bytes=2_000_000, quality=86),
    }


class Profile(Section):
    """One organisation's house rules."""

    name: str = "general"
    extends: str = ""  # a profile that comes with imgvet, on which this one builds
    organisation: Organisation = Organisation()
    office: Office = Office()
    licence: Licence = Licence()
    metadata: MetadataSettings = MetadataSettings()
    marks: MarksSettings = MarksSettings()
    faces: FaceSettings = FaceSettings()
    text: Literal["on", "off"] = "on"  # whether text and codes are looked for in pictures
    allowed_text: AllowedText = AllowedText()
    releases: ReleaseSettings = ReleaseSettings()
    decisions: DecisionSettings = DecisionSettings()
    rules: dict[str, RuleStrength] = {}
    questions: list[Question] = []
    channels: dict[Annotated[str, AfterValidator(_channel_name)], Channel] = Field(default_factory=_default_channels)
    limits: Limits = Limits()

    @property
    def statements(self) -> list[Question]:
        """The questions that are declared for a whole batch."""
        return [question for question in self.questions if question.ask == "batch"]

    @property
    def photo_questions(self) -> list[Question]:
        """The questions that are asked of each photo by itself, where it has faces or areas."""
        return [question for question in self.questions if question.ask != "batch"]

    @model_validator(mode="after")
    def _questions_differ(self) -> "Profile":
        ids = [question.id for question in self.questions]
        if len(set(ids)) != len(ids):
            raise ValueError("two questions have the same id")
        return self

    @model_validator(mode="after")
    def _channels_differ(self) -> "Profile":
        seen = dict[str, str]()
        for name in self.channels:
            if (other := seen.setdefault(unicodedata.normalize("NFKC", name).casefold(), name)) != name:
                raise ValueError(
                    f"channels '{other}' and '{name}' differ too little: their folders could be the same one"
                )
        return self

    @model_validator(mode="after")
    def _described_channels_exist(self) -> "Profile":
        unknown = [name for name in self.releases.where if name not in self.channels]
        if unknown:
            known = ", ".join(self.channels)
            raise ValueError(f"releases.where describes '{unknown[0]}', which is not a channel; channels are {known}")
        return self


def kept_values(profile: Profile) -> dict[str, Any]:
    """The values of a profile that a batch keeps, by key: all but who works here."""
    return profile.model_dump(mode="json", exclude={"office"})


def packaged_profiles() -> list[str]:
    """Names of the profiles that come with imgvet, ``general`` first."""
    names = sorted(
        entry.name.removesuffix(".toml")
        for entry in resources.files("imgvet.profiles").iterdir()
        if entry.name.endswith(".toml")
    )
    return sorted(names, key=lambda name: name != "general")


def load_profile(named: str | None = None) -> tuple[Profile, Path | None]:
    """The profile of that name or path, and the folder of its own files.

    Without a name it is ``imgvet.toml`` in the working folder where there is one, else ``general``.

    Raises:
        ProfileError: no such profile, not valid TOML, an unknown key, a wrong value.
    """
    if named is None:
        named = OWN_PROFILE if is_named(Path(OWN_PROFILE)) else "general"
    if named in packaged_profiles():
        return parse_profile(_packaged_text(named), f"profile {named}"), None
    path = Path(named)
    if not (named and is_named(path)):
        known = ", ".join(packaged_profiles())
        raise ProfileError(
            f"There is no profile or file '{named}'.", f"Name one of {known}, or the path of a .toml file."
        )
    try:
        text = read_named(path, PROFILE).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ProfileError(f"{path}: cannot be read ({problem}).", "Save it as a UTF-8 text file.") from problem
    return parse_profile(text, str(path)), path.parent


def parse_profile(text: str, where: str) -> Profile:
    """The profile that a TOML text describes; ``where`` names it in messages.

    Raises:
        ProfileError: with every mistake in the text, a line each.
    """
    values = _parsed(text, where)
    base = values.get("extends", "")
    if base:
        if base not in packaged_profiles():
            known = ", ".join(packaged_profiles())
            raise ProfileError(
                f"{where}: extends: '{_cut(str(base))}' is not a profile; allowed are {known}.", "Name one of these."
            )
        values = _merged(_parsed(_packaged_text(base), base), values)
    if isinstance(values.get("marks"), dict):  # else a table with only a height would lose its text and its corner
        values["marks"] = _merged(MarksSettings().model_dump(), values["marks"])
    if "channels" in values and isinstance(values["channels"], dict):
        known_channels = {name: channel.model_dump() for name, channel in _default_channels().items()}
        values["channels"] = _merged(known_channels, values["channels"])
    return profile_of(values, where)


def profile_of(values: Mapping[str, Any], where: str) -> Profile:
    """The profile of these values, by key; ``where`` names it in messages.

    Raises:
        ProfileError: with every mistake in them, a line each.
    """
    try:
        return Profile.model_validate(values)
    except ValidationError as problem:
        mistakes = problem.errors(include_url=False)
        first, *others = (f"{where}: {_explained(error)}" for error in mistakes[:_MOST_MISTAKES])
        more = [f"And {len(mistakes) - _MOST_MISTAKES} more."] if len(mistakes) > _MOST_MISTAKES else []
        raise ProfileError(first, "Correct the profile and run the command again.", [*others, *more]) from None


def _packaged_text(name: str) -> str:
    return (resources.files("imgvet.profiles") / f"{name}.toml").read_text(encoding="utf-8")


_MOST_DOTS = 200  # on a line; NOTE: the time that tomllib takes grows with the square of the parts of a dotted key
_OUTSIDE_KEYS = re.compile(r""""(?:\\.|[^"\\])*"?|'[^']*'?|#.*""")  # texts on one line, and comments
_DEEPEST = 16  # tables and lists within each other
_LARGEST_NUMBER = 2**63  # of whole numbers, as TOML has them
_LONGEST_SHOWN, _MOST_MISTAKES = 200, 50  # characters of a wrong value; mistakes that are listed


def _parsed(text: str, where: str) -> dict[str, Any]:
    keys = (_OUTSIDE_KEYS.sub("", line) for line in text.split("\n"))
    crowded = next((number for number, line in enumerate(keys, 1) if line.count(".") > _MOST_DOTS), 0)
    if crowded:
        raise ProfileError(
            f"{where}: line {crowded} has more than {_MOST_DOTS} dots.", "Correct that line and run the command again."
        )
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ProfileError(
            f"{where}: is not TOML: {_cut(str(problem))}.", "Correct that line and run the command again."
        ) from None
    except RecursionError:
        raise _too_deep(where) from None
    except ValueError:  # what Python says of a number of more than 4300 digits
        raise _too_large(where) from None
    _check_extent(values, where, 1)
    return values


def _check_extent(value: Any, where: str, depth: int) -> None:
    """Refuse what is nested too deep, and numbers that no setting has."""
    if isinstance(value, dict | list):
        if depth > _DEEPEST:
            raise _too_deep(where)
        for each in value.values() if isinstance(value, dict) else value:
            _check_extent(each, where, depth + 1)
    elif isinstance(value, int) and not -_LARGEST_NUMBER <= value < _LARGEST_NUMBER:
        raise _too_large(where)


def _too_deep(where: str) -> ProfileError:
    return ProfileError(
        f"{where}: has tables or lists more than {_DEEPEST} deep within each other.",
        "Correct the profile and run the command again.",
    )


def _too_large(where: str) -> ProfileError:
    return ProfileError(
        f"{where}: has a whole number beyond 64 bits.", "Correct the profile and run the command again."
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """``base`` updated with ``over``, table by table; lists and values are replaced whole."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _explained(error: Any) -> str:
    """One mistake as ``key: what is wrong; allowed are …``."""
    key, shown = ".".join(_cut(str(part)) for part in error["loc"]) or "the profile", _cut(repr(error["input"]))
    if error["type"] == "extra_forbidden":
        return f"{key}: is not a key of a profile; allowed are {', '.join(_keys_beside(error['loc']))}."
    if error["type"] == "literal_error":
        return f"{key}: is {shown}; allowed are {error['ctx']['expected'].replace(' or ', ', ')}."
    if error["type"] == "value_error":
        return f"{key}: {error['ctx']['error']}{f' (it is {shown})' if error['loc'] else ''}."
    if error["type"] == "missing":
        return f"{key}: is missing."
    return f"{key}: {error['msg']} (it is {shown})."


def _keys_beside(location: tuple[str | int, ...]) -> Iterator[str]:
    """The keys that are allowed in place of the unknown one."""
    section: Any = Profile
    for part in location[:-1]:
        if section is not None and isinstance(part, str) and part in section.model_fields:
            section = _section_of(section.model_fields[part].annotation) or section  # a channel may be called "tags"
    yield from section.model_fields


def _section_of(annotation: Any) -> Any:
    """The section class inside ``X``, ``list[X]`` or ``dict[str, X]``; None where there is none."""
    candidates = [annotation, *getattr(annotation, "__args__", ())]
    return next((each for each in candidates if isinstance(each, type) and issubclass(each, Section)), None)
