"""The release-form checklist of a batch: a page to print and fill in. The same as a table is in ``sheet``.

The page is one file that needs nothing else: style and pictures are embedded, and it runs no script. It is written
photo by photo, so a batch of thousands is never in memory at once, and in parts that a browser can open.
"""

import re
from base64 import b64encode
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import chain, islice
from sys import intern
from typing import TYPE_CHECKING, TextIO

from markupsafe import Markup, escape

from imgvet.batch.decisions.statements import RefusedStatement
from imgvet.batch.form_suggestions import FormSuggestion
from imgvet.batch.names import CHECKLIST, page_name
from imgvet.checklist.columns import page_blanks
from imgvet.checklist.rows import MUST_NOT_BE_SEEN, certainty, must_not_be_seen, nothing_open
from imgvet.decisions import DECISION_KINDS, FINE, DecisionKind, DecisionScope, FaceEffect, offered_decisions
from imgvet.geometry import Box
from imgvet.photo import VERDICT_MEANINGS, Area, Event, Face, Finding, Photo, Previews, Verdict
from imgvet.profile import Profile
from imgvet.rules.area_rules import AREA_RULES, area_told, area_words
from imgvet.rules.face_answers import no_faces_sentence
from imgvet.rules.needs import FACE_RULES, Need, NeedKind, area_need, face_need, finding_need, photo_needs
from imgvet.rules.not_looked_at import not_looked_at_sentence
from imgvet.text import cut_text, long_date, long_time, number_runs, visible

if TYPE_CHECKING:
    from jinja2 import Environment

PART_PHOTOS = 500  # with a block of their own, in one file: about 35 MB, which opens in a second

_FAILED_ROWS = 500  # in the table of photos that failed
_DESCRIBED_ONE_BY_ONE = 6  # faces, and areas, in the words for a picture; a crowd is summed up
_MAX_RUNNING_HEAD = 72  # characters of an event in the head of every printed page
_RUNS_SHOWN = 20  # of photo numbers in one line of the summary


@dataclass(frozen=True, slots=True)
class PhotoEntry:
    """One photo of the checklist with its small pictures; a failed photo has none."""

    photo: Photo
    pictures: Previews | None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A question of the profile that somebody answered for the whole batch."""

    question_id: str
    by: str
    at: str  # ISO 8601, UTC
    approval: str = ""  # who has approved it, or that it needs approval; empty if the profile asks for no second person


@dataclass(frozen=True, slots=True)
class ChecklistPage:
    """What the checklist says above its photos."""

    event: Event
    profile: Profile
    channel: str
    made_on: str  # ISO date on which the batch was made
    declared: tuple[Declaration, ...]
    log: str = ""  # what to hold the decision log against later, e.g. "34 entries, fingerprint 9f3c1a7be0d24c58"
    one_a_page: bool = False  # on paper every photo begins a page of its own
    refused: tuple[RefusedStatement, ...] = ()  # statements that somebody has called untrue
    suggestions: Mapping[int, Sequence[FormSuggestion]] = field(
        default_factory=dict
    )  # forms close to photos, by number
    is_brief: bool = False  # nothing is open in any photo, and the page says so in place of showing them


@dataclass(frozen=True, slots=True)
class _Overlay:
    """A numbered box on the picture; the four measures are per cent of the picture's width and height."""

    left: float
    top: float
    width: float
    height: float
    kind: str  # that of the face's state, or "finding"; names its style
    label: str


@dataclass(frozen=True, slots=True)
class _FaceState:
    """The state of one face or area: what it is answered by, or why it is open."""

    kind: str  # "answered", "refused", "doubtful", "possible" or "open"; names its style
    words: str  # a few words
    reason: str = ""  # a sentence, where the words alone do not say why


@dataclass(slots=True)
class _Pile:
    """How many decisions of one kind are needed, and in which photos."""

    count: int = 0
    photos: list[int] = field(default_factory=list)  # numbers, each once, in the order in which they came

    def add(self, photo: Photo, count: int = 1) -> None:
        """Count the decisions that the photo needs; 0 changes nothing."""
        if count:
            self.count += count
            self.photos.append(photo.number)


@dataclass(frozen=True, slots=True)
class _Row:
    """A photo that has no block of its own, in the tables at the end."""

    number: int
    name: str
    words: str  # that no face was found in it, or why it failed
    way_out: str = ""
    verdict: str = "ready"


@dataclass(slots=True)
class _Seen:
    """What is known once the photos have gone by: records only, never pictures."""

    verdicts: Counter[str] = field(default_factory=Counter)
    faces: int = 0
    open_faces: int = 0
    possible_faces: int = 0
    areas: int = 0
    open_areas: int = 0
    piles: defaultdict[str, _Pile] = field(default_factory=lambda: defaultdict(_Pile))
    forms: set[str] = field(default_factory=set)  # references of the forms by which faces are answered
    faces_by_form: int = 0
    declaration_to_approve: bool = False
    quiet: list[_Row] = field(default_factory=list)
    failed: list[_Row] = field(default_factory=list)  # the first of them
    further: list[int] = field(default_factory=list)  # the number of the first photo of each part but the first
    not_looked_at: str = ""  # in photos that may be published; one sentence

    def to_show(self, entries: Iterable[PhotoEntry], *, is_brief: bool = False) -> Iterator[PhotoEntry]:
        """The entries that need a block of their own; the others are kept for the tables at the end."""
        for entry in entries:
            photo = entry.photo
            self.verdicts[photo.verdict] += 1
            if photo.verdict is Verdict.READY and (not self.not_looked_at or not photo.text_searched):
                self.not_looked_at = not_looked_at_sentence([photo])
            if photo.verdict is Verdict.FAILED:
                if len(self.failed) < _FAILED_ROWS:
                    self.failed.append(_Row(photo.number, photo.name, _failure(photo), _hint(photo)))
                self.piles["failed"].add(photo)
                continue
            if photo.filed:
                shown = ", ".join(photo.shown_forms)
                self.quiet.append(
                    _Row(photo.number, photo.name, f"It shows form {shown}, which is filed.", verdict="blocked")
                )
                continue
            self._count(photo)
            if is_brief:
                continue
            if photo.faces or photo.areas or photo.verdict is not Verdict.READY:
                yield entry
            else:
                self.quiet.append(_Row(photo.number, photo.name, intern(no_faces_sentence(photo))))

    def link(self, number: int, *, at_the_end: bool = False) -> str:
        """Where the block of a photo is, from the first part; ``at_the_end``: in a table there."""
        part = 1 if at_the_end else bisect_right(self.further, number) + 1
        return f"{page_name(CHECKLIST, part) if part > 1 else ''}#photo-{number}"

    @property
    def has_needs(self) -> bool:
        """Whether anything is needed from anybody."""
        return self.declaration_to_approve or any(pile.count for pile in self.piles.values())

    def _count(self, photo: Photo) -> None:
        self.faces += len(photo.faces)
        self.open_faces += len(photo.open_faces)
        self.possible_faces += sum(face.possible for face in photo.open_faces)
        self.areas += len(photo.areas)
        self.open_areas += len(photo.open_areas)
        needs = Counter(_pile_of(need) for need in photo_needs(photo))
        for pile in ("form", "area", "doubt", "refused", "question", "second"):
            self.piles[pile].add(photo, needs[pile])
        self.declaration_to_approve |= needs["declaration"] > 0
        answerable = ("refused", *AREA_RULES)  # by hiding somebody, or something
        blocked = [each for each in photo.findings if each.verdict is Verdict.BLOCKED and each.rule not in answerable]
        self.piles["blocked"].add(photo, bool(blocked))
        forms = [face.resolved.form for face in photo.faces if face.resolved and face.resolved.form]
        self.forms.update(forms)
        self.faces_by_form += len(forms)


OpenPart = Callable[[int], AbstractContextManager[TextIO]]
"""Opens the file for a part of the checklist, from the second."""


def write_page(page: ChecklistPage, entries: Iterable[PhotoEntry], out: TextIO, open_part: OpenPart) -> None:
    """Write the checklist, an entry at a time as they come; every part is a self-contained page.

    ``out``: for the first part, which has all that is not about one photo. Where more than PART_PHOTOS need a block,
    the others are in further parts.
    """
    seen = _Seen()
    shown = seen.to_show(entries, is_brief=page.is_brief)
    if page.is_brief:
        shown = iter(list(shown))  # the part above the photos says what they need
    template = checklist_environment().get_template("checklist.html.j2")

    def write(part: int, blocks: Iterable[PhotoEntry], file: TextIO) -> None:
        file.writelines(
            template.generate(
                page=page,
                part=part,
                entries=blocks,
                seen=seen,
                declared={each.question_id: each for each in page.declared},
                refused={each.question.id: each for each in page.refused},
                meanings=VERDICT_MEANINGS,
                decisions=_decisions_to_tick(page.profile),
                area_decisions=partial(area_decisions_to_tick, profile=page.profile),
                must_not_be_seen=partial(_area_warning, profile=page.profile),
                running_head=running_head(page),
            )
        )

    def first_part() -> Iterator[PhotoEntry]:
        """The blocks of the first part; the others are written before its end, which counts all."""
        yield from islice(shown, PART_PHOTOS)
        for entry in shown:
            seen.further.append(entry.photo.number)
            part = len(seen.further) + 1
            with open_part(part) as file:
                write(part, chain([entry], islice(shown, PART_PHOTOS - 1)), file)

    write(1, first_part(), out)


def checklist_environment() -> "Environment":
    """The environment of the checklist's templates, with its filters and functions."""
    from imgvet.templates import page_environment  # noqa: PLC0415 - Jinja is loaded only when a page is written

    environment = page_environment("imgvet.checklist")
    environment.filters |= {
        "css_text": _css_text,
        "capitalised": _capital,
        "day": _day,
        "area_state": _area_state,
        "area_told": area_told,
        "jpeg": _jpeg,
        "marks": _marks,
        "moment": long_time,
        "no_faces": no_faces_sentence,
        "nothing_open": nothing_open,
        "part_name": partial(page_name, CHECKLIST),
        "overlays": _overlays,
        "page_blanks": page_blanks,
        "picture_words": _picture_words,
        "place": _place,
        "remarks": grouped_findings,
        "runs": _runs,
        "state": _face_state,
        "sureness": certainty,
        "to_answer": _to_answer,
        "ways_to_answer": _ways_to_answer,
        "unbroken": _unbroken,
        "web_link": _web_link,
    }
    return environment


def _decisions_to_tick(profile: Profile) -> list[str]:
    """What may be ticked for an open face; what the profile allows comes last."""
    return [kind.name for kind in decisions_on_paper(DecisionScope.FACE, profile)]


def decisions_on_paper(scope: DecisionScope, profile: Profile) -> list[DecisionKind]:
    """What may be ticked for an open face or area; what the profile allows comes last."""
    kinds = offered_decisions(scope, profile.faces.answers)
    answers = [kind for kind in kinds if kind.effect not in (FaceEffect.NONE, FaceEffect.REOPENS)]
    return sorted(answers, key=lambda kind: kind.by_profile)


def area_decisions_to_tick(area: Area, profile: Profile) -> list[DecisionKind]:
    """What may be ticked for an open area; where the profile blocks what it shows, nobody can say that it is fine."""
    blocked = must_not_be_seen(area, profile)
    return [kind for kind in decisions_on_paper(DecisionScope.AREA, profile) if not (blocked and kind.name == FINE)]


def _area_warning(area: Area, profile: Profile) -> str:
    return f"{MUST_NOT_BE_SEEN}." if must_not_be_seen(area, profile) else ""


_PILES = {
    NeedKind.HIDE: "refused",
    NeedKind.RELEASE: "form",
    NeedKind.CHECK: "form",
    NeedKind.LOOK: "area",
    NeedKind.CORRECT: "doubt",
    NeedKind.APPROVE: "second",
    NeedKind.ANSWER: "question",
}


def _pile_of(need: Need) -> str:
    """Under which heading of the summary it is counted; empty where under none."""
    if need.finding and need.finding.rule == "declaration":
        return "declaration" if need.kind is NeedKind.APPROVE else ""
    return _PILES.get(need.kind, "")


def _to_answer(finding: Finding) -> bool:
    """Whether a person may answer it for the whole photo, and nobody has."""
    return finding_need(finding) is NeedKind.ANSWER


def _ways_to_answer(finding: Finding) -> list[str]:
    """What may be ticked for a question about a photo."""
    own = [kind.word for kind in DECISION_KINDS.values() if kind.rule and kind.rule == finding.rule]
    return own or ["checked: it may be published"]


def _face_state(face: Face) -> _FaceState:
    """The state of the face, in words that need no colour."""
    need, problem = face_need(face), face.problem.sentence if face.problem else ""
    if need is NeedKind.HIDE:
        return _FaceState("refused", "Refused.", f"{problem} Hide the face (redact), or leave the photo out.".strip())
    if face.resolved is not None:
        words = f"Form {face.resolved.form}" if face.resolved.form else _capital(face.resolved.words)
        return _FaceState("answered", words, "The person has refused." if face.refused else "")
    if need in (NeedKind.RELEASE, NeedKind.CHECK):
        return _FaceState("open" if need is NeedKind.RELEASE else "possible", "open")
    return _FaceState("doubtful", "Needs a decision.", problem)


def _area_state(area: Area) -> _FaceState:
    """The state of the area, in words that need no colour."""
    if area.resolved is not None:
        return _FaceState("answered", _capital(area.resolved.words))
    if area_need(area) is NeedKind.LOOK:
        return _FaceState("possible" if area.possible else "open", "open")
    return _FaceState("doubtful", "Needs a decision.", area.problem.sentence if area.problem else "")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _jpeg(picture: bytes) -> str:
    return f"data:image/jpeg;base64,{b64encode(picture).decode('ascii')}"


def _unbroken(text: str) -> Markup:
    """The text with options such as ``--redact`` kept on one line, because people type them."""
    return Markup(re.sub(r"--[a-z][a-z-]*", r'<span class="option">\g<0></span>', str(escape(visible(text)))))  # noqa: S704 - escaped


def _web_link(text: str) -> bool:
    """Whether the text may be a link: a web page, never ``javascript:`` or a file."""
    return re.match(r"https?://", text, re.IGNORECASE) is not None


def _day(text: str | date) -> str:
    """An ISO date as people write it; any other text as it is."""
    try:
        day = text if isinstance(text, date) else date.fromisoformat(text)
    except ValueError:
        return str(text)
    return long_date(day)


def grouped_findings(photo: Photo) -> list[Finding]:
    """The findings, those on several faces with the same hint put together: the table below has each face."""
    together: dict[tuple[str, str, bool], list[Finding]] = {}
    for finding in photo.findings:
        together.setdefault((finding.rule, finding.hint, finding.code is not None), []).append(finding)
    return [group[0] if len(group) == 1 else _put_together(group) for group in together.values()]


def _put_together(group: list[Finding]) -> Finding:
    first = group[0]
    if first.rule in AREA_RULES:
        return replace(first, reason=" ".join(dict.fromkeys(finding.reason for finding in group)), box=None)
    if first.rule in FACE_RULES and first.code is not None:
        return replace(
            first, reason=f"{len(group)} decisions are not valid; the rows of their faces say why.", box=None
        )
    if first.rule == "face-release":
        return replace(first, reason=f"{len(group)} faces need release forms.", box=None)
    if first.rule == "possible-face":
        return replace(first, reason=f"{len(group)} possible faces need checking.", box=None)
    return replace(first, reason=" ".join(dict.fromkeys(finding.reason for finding in group)))


def _failure(photo: Photo) -> str:
    """Why a failed photo failed."""
    return photo.error or " ".join(each.reason for each in photo.findings if each.verdict is Verdict.FAILED)


def _hint(photo: Photo) -> str:
    """What to do about a failed photo."""
    hints = [finding.hint for finding in photo.findings if finding.hint]
    return " ".join(dict.fromkeys(hints)) or "Save it again as a JPEG in a picture program, then run the batch again."


def _runs(numbers: Sequence[int]) -> tuple[list[tuple[int, int]], int]:
    """The first runs of numbers, each with its first and last, and how many numbers are left out."""
    shown = number_runs(numbers)[:_RUNS_SHOWN]
    return shown, len(numbers) - sum(last - first + 1 for first, last in shown)


def running_head(page: ChecklistPage) -> tuple[str, str]:
    """The head of every printed page, by which a loose sheet is recognised: the event, and what follows it."""
    event, day = page.event.text, page.event.day
    if len(event) > _MAX_RUNNING_HEAD:
        event = f"{cut_text(event, _MAX_RUNNING_HEAD)}…"
    return event, "".join(f" · {each}" for each in (long_date(day) if day else "", page.channel) if each)


def _css_text(text: str) -> Markup:
    """The text for a CSS string: all but letters and digits as escapes, so nothing ends the string or the sheet."""
    escaped = [each if each.isascii() and each.isalnum() else f"\\{ord(each):06x}" for each in visible(text)]
    return Markup("".join(escaped))  # noqa: S704 - letters, digits and backslashes


def _place(photo: Photo, box: Box) -> str:
    """Where in the picture the middle of the box is, e.g. ``upper left``; empty where nobody knows its size."""
    if not photo.width or not photo.height:
        return ""
    across, down = (box.left + box.right) / 2 / photo.width, (box.top + box.bottom) / 2 / photo.height
    row = "upper" if down < 1 / 3 else "lower" if down > 2 / 3 else ""
    column = "left" if across < 1 / 3 else "right" if across > 2 / 3 else "middle"
    return f"{row} {column}".strip()


def _picture_words(photo: Photo) -> str:
    """What the preview shows, for those who cannot see it: where each number is, and the state of its face."""
    faces = photo.faces
    if len(faces) > _DESCRIBED_ONE_BY_ONE:
        words = f"{len(faces)} numbered faces, the largest first, then row by row; the table below has each."
    elif faces:
        told = [f"face {face.number} ({_state_in_short(face)}), {_place(photo, face.box)}" for face in faces]
        words = f"{_capital('; '.join(each.rstrip(', ') for each in told))}."
    else:
        words = "It has no numbered faces."
    words += _areas_in_words(photo)
    marks = "".join(f" {_capital(mark)}: {_place(photo, box)}." for box, mark in _marks(photo).items())
    return f"Preview of photo {photo.number}. {words}{marks}"


def _areas_in_words(photo: Photo) -> str:
    """What each letter on the preview is, and where; empty where there is none."""
    if len(photo.areas) > _DESCRIBED_ONE_BY_ONE:
        return f" {len(photo.areas)} lettered areas, row by row; the table below has each."
    told = [f"Area {each.letters} ({area_words(each)}), {_place(photo, each.box)}".rstrip(", ") for each in photo.areas]
    return "".join(f" {each}." for each in told)


def _state_in_short(face: Face) -> str:
    state = _face_state(face)
    if state.kind == "answered" and face.resolved:
        return face.resolved.words
    return {"refused": "refused, to be hidden", "possible": "possible face"}.get(state.kind, "open")


def _overlays(photo: Photo) -> list[_Overlay]:
    """The boxes to draw on the picture: what findings point at, then the areas, then the faces."""
    if not photo.width or not photo.height:
        return []
    return [
        *(_overlay(photo, box, "finding", mark) for box, mark in _marks(photo).items()),
        *(
            _overlay(photo, area.box, _area_state(area).kind, _label(area.letters, _area_state(area)))
            for area in photo.areas
        ),
        *(
            _overlay(photo, face.box, _face_state(face).kind, _label(str(face.number), _face_state(face)))
            for face in photo.faces
        ),
    ]


def _marks(photo: Photo) -> dict[Box, str]:
    """The places that findings point at, except those of faces and areas, each with its name on the picture."""
    known = {face.box for face in photo.faces} | {area.box for area in photo.areas}
    boxes = [each.box for each in photo.findings if each.box is not None and each.box not in known]
    return {box: f"mark {number}" for number, box in enumerate(dict.fromkeys(boxes), 1)}


def _label(name: str, state: _FaceState) -> str:
    """The number or letters, and the state as a sign that needs no colour; the table has the words."""
    signs = {"answered": "✓", "refused": "✗", "possible": "?"}
    return f"{name}{signs.get(state.kind, '')}"


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
