"""The release-form checklist of a batch: a page to print and fill in. The same as a table is in ``sheet``.

The page is one file that needs nothing else: style and pictures stand inside it, and it runs no script. It is written
as the photos come, so a batch of thousands never stands in memory.
"""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from imgvet.batch.sheet.columns import sureness
from imgvet.photo import Box, Event, Face, Finding, Photo, Pictures, Verdict
from imgvet.policy.nothing_found import no_faces
from imgvet.settings import Profile
from imgvet.text import long_date, visible

_MEANINGS = {
    Verdict.READY: "may go out",
    Verdict.ASK: "a question waits for a person",
    Verdict.RELEASE: "a face has no answer",
    Verdict.BLOCKED: "must not go out",
    Verdict.FAILED: "could not be read or cleaned",
}

_ANSWERS = {
    "release": "release form",
    "redact": "redacted",
    "staff": "on-duty staff",
    "not-identifiable": "not identifiable",
    "not-a-face": "not a face",
}

_ANSWERS_FIT_UP_TO = 12  # numbered faces; in a crowd the labels would hide the people, and the table has the answers


@dataclass(frozen=True, slots=True)
class Entry:
    """One photo of the checklist with its small pictures; a failed photo has none."""

    photo: Photo
    pictures: Pictures | None


@dataclass(frozen=True, slots=True)
class Declared:
    """A question of the profile that somebody answered for the whole batch."""

    question_id: str
    by: str
    at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class ChecklistPage:
    """What the checklist says above its photos."""

    event: Event
    profile: Profile
    channel: str
    made_on: str  # ISO date on which the batch was made
    declared: tuple[Declared, ...]


@dataclass(frozen=True, slots=True)
class _Overlay:
    """A numbered box on the picture; the four measures are per cent of the picture's width and height."""

    left: float
    top: float
    width: float
    height: float
    kind: str  # "open", "possible", "answered" or "finding"; names its style
    label: str


@dataclass(slots=True)
class _Seen:
    """What is known once the photos have gone by: records only, never pictures."""

    verdicts: Counter[str] = field(default_factory=Counter)
    open_faces: int = 0
    possible_faces: int = 0
    quiet: list[Photo] = field(default_factory=list)
    failed: list[Photo] = field(default_factory=list)

    def to_show(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """The entries that need a block of their own; the others are kept for the tables at the end."""
        for entry in entries:
            photo = entry.photo
            self.verdicts[photo.verdict] += 1
            if photo.verdict is Verdict.FAILED:
                self.failed.append(photo)
                continue
            self.open_faces += len(photo.open_faces)
            self.possible_faces += sum(face.possible for face in photo.open_faces)
            if photo.faces or photo.verdict is not Verdict.READY:
                yield entry
            else:
                self.quiet.append(photo)


def write_html(page: ChecklistPage, entries: Iterable[Entry], out: TextIO) -> None:
    """Write the checklist as one self-contained page, an entry at a time as they come."""
    seen = _Seen()
    template = _environment().get_template("checklist.html.j2")
    out.writelines(
        template.generate(
            page=page,
            entries=seen.to_show(entries),
            seen=seen,
            declared={each.question_id: each for each in page.declared},
            meanings=_MEANINGS,
            decisions=["release", "redact", *page.profile.faces.answers, "refused"],
        )
    )


def _environment() -> Environment:
    """The template's world: everything it prints is made visible, then escaped."""
    environment = Environment(
        autoescape=True,
        finalize=_printed,
        loader=PackageLoader("imgvet.batch", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "answer": _answer,
        "day": _day,
        "jpeg": _jpeg,
        "marks": _marks,
        "moment": _moment,
        "no_faces": no_faces,
        "overlays": _overlays,
        "reason": _failure,
        "remarks": remarks,
        "sureness": sureness,
        "way_out": _way_out,
        "web_link": _web_link,
    }
    return environment


def _printed(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _answer(resolved: str) -> str:
    return _ANSWERS.get(resolved, resolved)


def _jpeg(picture: bytes) -> str:
    return f"data:image/jpeg;base64,{b64encode(picture).decode('ascii')}"


def _web_link(text: str) -> bool:
    """Whether the text may stand as a link: a web page, never ``javascript:`` or a file."""
    return re.match(r"https?://", text, re.IGNORECASE) is not None


def _day(text: str | date) -> str:
    """An ISO date as people write it; any other text as it is."""
    try:
        day = text if isinstance(text, date) else date.fromisoformat(text)
    except ValueError:
        return str(text)
    return long_date(day)


def _moment(text: str) -> str:
    """An ISO time as people write it; any other text as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        return f"{long_date(moment)}, {moment:%H:%M}"
    moment = moment.astimezone(UTC)
    return f"{long_date(moment)}, {moment:%H:%M} UTC"


def remarks(photo: Photo) -> list[Finding]:
    """The findings, those on several faces with the same next step put together: the table below has each face."""
    together: dict[tuple[str, str], list[Finding]] = {}
    for finding in photo.findings:
        together.setdefault((finding.rule, finding.next_step), []).append(finding)
    return [group[0] if len(group) == 1 else _put_together(group) for group in together.values()]


def _put_together(group: list[Finding]) -> Finding:
    first = group[0]
    if first.rule == "face-release":
        return replace(first, reason=f"{len(group)} faces need release forms.", box=None)
    if first.rule == "possible-face":
        return replace(first, reason=f"{len(group)} spots may be faces.", box=None)
    return replace(first, reason=" ".join(dict.fromkeys(finding.reason for finding in group)))


def _failure(photo: Photo) -> str:
    """Why a failed photo failed."""
    return photo.error or " ".join(each.reason for each in photo.findings if each.verdict is Verdict.FAILED)


def _way_out(photo: Photo) -> str:
    """What to do about a failed photo."""
    steps = [finding.next_step for finding in photo.findings if finding.next_step]
    return " ".join(dict.fromkeys(steps)) or "Save it again as a JPEG in a picture program, then run the batch again."


def _overlays(photo: Photo) -> list[_Overlay]:
    """The boxes to draw on the picture: what findings point at, then the faces."""
    if not photo.width or not photo.height:
        return []
    with_answers = len(photo.faces) <= _ANSWERS_FIT_UP_TO
    return [
        *(_overlay(photo, box, "finding", mark) for box, mark in _marks(photo).items()),
        *(_overlay(photo, face.box, _kind(face), _label(face, with_answers)) for face in photo.faces),
    ]


def _marks(photo: Photo) -> dict[Box, str]:
    """The places that findings point at and that are no face's box, each with its name on the picture."""
    face_boxes = {face.box for face in photo.faces}
    boxes = [each.box for each in photo.findings if each.box is not None and each.box not in face_boxes]
    return {box: f"mark {number}" for number, box in enumerate(dict.fromkeys(boxes), 1)}


def _kind(face: Face) -> str:
    if face.resolved is not None:
        return "answered"
    return "possible" if face.possible else "open"


def _label(face: Face, with_answer: bool) -> str:
    return f"{face.number} {_answer(face.resolved)}" if face.resolved and with_answer else str(face.number)


def _overlay(photo: Photo, box: Box, kind: str, label: str) -> _Overlay:
    inside = box.clipped(photo.width, photo.height)
    return _Overlay(
        left=100 * inside.left / photo.width,
        top=100 * inside.top / photo.height,
        width=100 * inside.width / photo.width,
        height=100 * inside.height / photo.height,
        kind=kind,
        label=label,
    )
