"""Records of what people said: decisions, and their combined result for one face. Machines never make decisions.

``DECISION_KINDS`` has one row for each kind of decision; whatever depends on the kind reads it there.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from imgvet.geometry import Box, Outline, outline_box
from imgvet.signed_in import SignedIn

RELEASE, REDACT, ANSWER, EXCLUDE, REOPEN = "release", "redact", "answer", "exclude", "reopen"
APPROVAL, DECLARE, ADD_FACE, FINISH = "approve", "declare", "add-face", "finish"
REDACT_AREA, FINE, MISREAD, REOPEN_AREA = "redact-area", "fine", "misread", "reopen-area"
APPROVE_AREA, ADD_AREA = "approve-area", "add-area"
PUBLISHED, TAKEN_DOWN = "published", "taken-down"
CLOCK = "clock"  # this computer's clock is right, whatever entries before this one say
OWN, LICENSED = "own", "licensed"
RULES, RULES_ASKED = "rules", "rules-asked"
VETTED = "vetted"
STATEMENT = "statement"
CAPTION = "caption"

IMGVET = "imgvet"  # the name in the log of what the program itself has recorded

OTHERS_COPYRIGHT = "others-copyright"  # the rule that those two answer
PUBLIC_TEXT = "public-text"  # the rule on words that may give somebody away


class DecisionScope(StrEnum):
    """What a decision can be about."""

    FACE = "face"
    AREA = "area"
    PHOTO = "photo"
    BATCH = "batch"


class FaceEffect(StrEnum):
    """What a decision about a face or an area does to it."""

    NONE = "none"
    SETTLES = "settles"  # it needs nothing more, while the answer is valid
    HIDES = "hides"  # the same, once it is hidden in the file
    REFUSES = "refuses"  # the person may not be shown
    REOPENS = "reopens"  # whatever was decided about it before is void
    ADDS = "adds"  # there is one where imgvet found none, or another box round a face
    APPROVES = "approves"  # a second person approves the answer


class ValueKind(StrEnum):
    """What the value of a kind of decision is."""

    NONE = "none"
    REFERENCE = "reference"  # of a release form
    QUESTION = "question"  # a rule that asks, or one of the profile's questions
    QUESTIONS = "questions"  # those of the profile that are declared
    SHOWN = "shown"  # one of them that was shown, and the answer, see ``StatementAnswer``
    REOPENED = "reopened"  # for a photo: the rule, question or "exclude" that is reopened; empty for all
    APPROVED = "approved"  # the answer that is approved
    SETTINGS = "settings"  # the digest of the batch's settings, see ``imgvet.batch.settings``
    VETTING = "vetting"  # the hash of what vetting made, see ``imgvet.batch.vetted``
    AREA = "area"  # which one it is about, see ``AreaMark``
    WORDS = "words"  # words that the photo has from now on, see ``Words``
    PUBLICATION = "publication"  # day, digits of the SHA-256, file name and address, see ``Publication``


@dataclass(frozen=True, slots=True)
class DecisionKind:
    """One kind of decision, and everything that depends on the kind. The defaults are those of an unknown kind."""

    name: str
    scopes: tuple[DecisionScope, ...] = (DecisionScope.FACE,)
    effect: FaceEffect = FaceEffect.SETTLES
    by_profile: bool = True  # only where the profile's ``faces.answers`` has it
    needs_note: bool = False  # to a question of the profile (``ValueKind.QUESTION``) never
    value: ValueKind = ValueKind.NONE
    rule: str = ""  # that it answers, where it is the answer to one rule alone
    second_person: bool = False  # the profile may ask for a second person's approval
    every_face: bool = False  # may be decided for all at once, because nothing is shown that nobody has looked at
    every_possible: bool = False  # may be decided for all possible faces at once
    while_adding: bool = False  # may be decided in the command that adds the face or the area
    denies: bool = False  # says that there is nothing of the kind in the box
    typed: bool = True  # ``imgvet decide`` takes it
    typed_as: str = ""  # what people type and read; the name where empty
    machine: bool = False  # imgvet records with it what it made itself; nobody decides anything
    applied_by_run: bool = True  # a run has something to do with it; False: it is a record of what is done already
    about_photos: bool = True  # somebody has said something of photos with it
    offered: tuple[DecisionScope, ...] = ()  # rows of the checklist that offer it
    meaning: str = ""  # in the checklist's guide
    word: str = ""  # of a face or photo that is answered so, on the checklist's page; the value where empty
    without_note: str = "Nobody has said why."  # where a note is needed and there is none

    @property
    def called(self) -> str:
        """What people type and read."""
        return self.typed_as or self.name


_FACE, _AREA, _PHOTO, _BATCH = DecisionScope.FACE, DecisionScope.AREA, DecisionScope.PHOTO, DecisionScope.BATCH

DECISION_KINDS: dict[str, DecisionKind] = {
    kind.name: kind
    for kind in (
        DecisionKind(
            RELEASE, by_profile=False, value=ValueKind.REFERENCE, second_person=True, while_adding=True,
            offered=(_FACE,), meaning="There is a signed form. Write its reference in the row.",
        ),
        DecisionKind(
            REDACT, effect=FaceEffect.HIDES, by_profile=False, every_face=True, every_possible=True, while_adding=True,
            offered=(_FACE,), meaning="Hide this face in the picture.", word="hidden",
        ),
        DecisionKind(
            "staff", second_person=True, while_adding=True,
            offered=(_FACE,), meaning="A member of your own staff, on duty.", word="on-duty staff",
        ),
        DecisionKind(
            "not-identifiable", needs_note=True, second_person=True, while_adding=True, offered=(_FACE,),
            meaning="Nobody could tell who it is, e.g. seen from behind. Give the reason under Reason.",
            word="not identifiable",
            without_note="Nobody has said why the person cannot be identified.",
        ),
        DecisionKind(
            "not-a-face", second_person=True, every_possible=True, denies=True, offered=(_FACE,),
            meaning="It is not a person: a statue, a poster, a pattern.", word="not a face",
        ),
        DecisionKind(
            "refused", effect=FaceEffect.REFUSES, by_profile=False, while_adding=True, offered=(_FACE,),
            meaning="The person does not want to be shown. The photo is not published until the face is hidden.",
        ),
        DecisionKind(
            REDACT_AREA, (_AREA,), FaceEffect.HIDES, by_profile=False, value=ValueKind.AREA, every_face=True,
            while_adding=True, typed_as=REDACT,
            offered=(_AREA,), meaning="Hide this area in the picture.", word="hidden",
        ),
        DecisionKind(
            FINE, (_AREA,), by_profile=False, needs_note=True, value=ValueKind.AREA, second_person=True,
            offered=(_AREA,), word="may be seen",
            meaning="This area may be seen, e.g. the event's own poster. Give the reason under Reason.",
            without_note="Nobody has said why it may be seen.",
        ),
        DecisionKind(
            MISREAD, (_AREA,), by_profile=False, value=ValueKind.AREA, second_person=True, denies=True,
            offered=(_AREA,), word="not what it seemed",
            meaning="This area is not what imgvet took it for: another word, a pattern.",
        ),
        DecisionKind(
            ANSWER, (_PHOTO,), FaceEffect.NONE, by_profile=False, needs_note=True, value=ValueKind.QUESTION,
            second_person=True, offered=(_PHOTO,),
            meaning="Rows without a face, at the end, ask a question about a photo. Choose answer if the photo may "
            "still be published, and give the reason under Reason; otherwise choose exclude.",
        ),
        DecisionKind(
            OWN, (_PHOTO,), FaceEffect.NONE, by_profile=False, rule=OTHERS_COPYRIGHT, second_person=True,
            offered=(_PHOTO,),
            meaning="Where a row says that the file names somebody else's rights: it is your organisation's own "
            "picture even so, e.g. because the camera adds an employee's name.", word="our own picture",
        ),
        DecisionKind(
            LICENSED, (_PHOTO,), FaceEffect.NONE, by_profile=False, needs_note=True, rule=OTHERS_COPYRIGHT,
            second_person=True, offered=(_PHOTO,),
            meaning="Where a row says that: you may use the picture. It is published with its creator's credit and "
            "copyright notice in place of yours. Give the terms under Reason.", word="used under licence",
        ),
        DecisionKind(
            EXCLUDE, (_PHOTO,), FaceEffect.NONE, by_profile=False, needs_note=True,
            offered=(_FACE, _AREA, _PHOTO), meaning="Leave the whole photo out. Give the reason under Reason.",
        ),
        DecisionKind(
            REOPEN, (_FACE, _PHOTO), FaceEffect.REOPENS, by_profile=False, value=ValueKind.REOPENED, every_face=True,
            every_possible=True, offered=(_FACE, _PHOTO), meaning="Withdraw an earlier decision.",
        ),
        DecisionKind(
            REOPEN_AREA, (_AREA,), FaceEffect.REOPENS, by_profile=False, value=ValueKind.AREA, every_face=True,
            typed_as=REOPEN, offered=(_AREA,), meaning="Withdraw an earlier decision.",
        ),
        DecisionKind(
            APPROVAL, (_FACE, _PHOTO), FaceEffect.APPROVES, by_profile=False, value=ValueKind.APPROVED,
        ),
        DecisionKind(
            APPROVE_AREA, (_AREA,), FaceEffect.APPROVES, by_profile=False, value=ValueKind.AREA, typed_as=APPROVAL,
        ),
        DecisionKind(
            DECLARE, (_PHOTO,), FaceEffect.NONE, by_profile=False, value=ValueKind.QUESTIONS, second_person=True,
            typed=False,
        ),
        DecisionKind(
            STATEMENT, (_BATCH, _PHOTO), FaceEffect.NONE, by_profile=False, value=ValueKind.SHOWN, typed=False,
            applied_by_run=False,
        ),
        DecisionKind(CAPTION, (_PHOTO,), FaceEffect.NONE, by_profile=False, value=ValueKind.WORDS, typed=False),
        DecisionKind(ADD_FACE, effect=FaceEffect.ADDS, by_profile=False, typed=False),
        DecisionKind(
            ADD_AREA, (_AREA,), FaceEffect.ADDS, by_profile=False, value=ValueKind.AREA, typed=False,
        ),
        DecisionKind(FINISH, (_BATCH,), FaceEffect.NONE, by_profile=False, typed=False),
        DecisionKind(
            VETTED, (_PHOTO,), FaceEffect.NONE, by_profile=False, value=ValueKind.VETTING, typed=False, machine=True,
            applied_by_run=False, about_photos=False,
        ),
        DecisionKind(CLOCK, (_BATCH,), FaceEffect.NONE, by_profile=False, typed=False, applied_by_run=False),
        DecisionKind(
            RULES, (_BATCH,), FaceEffect.NONE, by_profile=False, value=ValueKind.SETTINGS, typed=False,
            applied_by_run=False, about_photos=False,
        ),
        DecisionKind(
            RULES_ASKED, (_BATCH,), FaceEffect.NONE, by_profile=False, value=ValueKind.SETTINGS, typed=False,
            applied_by_run=False, about_photos=False,
        ),
        *(
            DecisionKind(
                name, (_PHOTO,), FaceEffect.NONE, by_profile=False, value=ValueKind.PUBLICATION, typed=False,
                applied_by_run=False,
            )
            for name in (PUBLISHED, TAKEN_DOWN)
        ),
    )
}  # fmt: skip
"""Every kind of decision, by name, in the order in which people are offered them."""


def decision_kind(name: str) -> DecisionKind:
    """The kind of that name; one that is unknown, as in an altered log, is an answer that no profile takes."""
    return DECISION_KINDS.get(name) or DecisionKind(name)


def decision_names(scope: DecisionScope) -> list[str]:
    """The kinds that ``imgvet decide`` takes for a face, an area or a photo, approval last."""
    return [kind.name for kind in DECISION_KINDS.values() if kind.typed and scope in kind.scopes]


def kind_about(called: str, scope: DecisionScope) -> str:
    """The name of the kind that people mean by what they typed about something of that scope; else what they typed."""
    meant = (kind for kind in DECISION_KINDS.values() if kind.called == called and scope in kind.scopes)
    return next((kind.name for kind in meant), called)


def offered_decisions(scope: DecisionScope, answers: Iterable[str]) -> list[DecisionKind]:
    """What the rows of the checklist offer: the kinds that always may be, and those of ``answers`` in their order.

    ``answers``: the profile's ``faces.answers``.
    """
    allowed = dict.fromkeys(answers)
    by_profile = iter(DECISION_KINDS[name] for name in allowed)
    kinds = [kind for kind in DECISION_KINDS.values() if scope in kind.offered]
    return [
        next(by_profile) if kind.by_profile else kind for kind in kinds if not kind.by_profile or kind.name in allowed
    ]


def decisions_for_rule(kinds: Iterable[DecisionKind], rule: str) -> list[DecisionKind]:
    """Those of the kinds that a question of that rule takes: its own in place of ``answer``, where it has some."""
    kinds = list(kinds)
    has_own = any(kind.rule == rule for kind in kinds if kind.rule)
    return [kind for kind in kinds if (kind.rule == rule if kind.rule else kind.name != ANSWER or not has_own)]


@dataclass(frozen=True, slots=True)
class Answer:
    """How somebody has answered for a face: the kind of decision, and its value, e.g. a form's reference."""

    kind: str  # a name of ``DECISION_KINDS``
    value: str = ""

    @classmethod
    def parse(cls, text: str) -> "Answer":
        """The answer that ``str`` has written, as an approval names it."""
        kind, _, value = text.partition(" ")
        return cls(kind, value)

    def __str__(self) -> str:
        """As people read and type it, e.g. ``release WMP-14`` or ``redact``."""
        return f"{decision_kind(self.kind).called} {self.value}".strip()

    @property
    def form(self) -> str:
        """The reference of the release form; empty where it is answered otherwise."""
        return self.value if decision_kind(self.kind).value is ValueKind.REFERENCE else ""

    @property
    def hides(self) -> bool:
        """Whether it hides the face or the area."""
        return decision_kind(self.kind).effect is FaceEffect.HIDES

    @property
    def denies(self) -> bool:
        """Whether it says that there is nothing of the kind."""
        return decision_kind(self.kind).denies

    @property
    def words(self) -> str:
        """In a few words, as on the checklist's page."""
        return self.form or decision_kind(self.kind).word or str(self)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said, about one face or one question. Machines never write decisions."""

    kind: str  # a name of ``DECISION_KINDS``
    by: str
    at: str  # ISO 8601, UTC
    photo: int | None = None  # number within the batch; None: the whole batch
    source_sha256: str = ""  # of the original that was decided on; a changed photo needs a new decision
    face: Box | None = None  # the face's box as it was then, by which it is recognised when faces are renumbered
    value: str = ""  # the release's reference, the rule answered, the ids of what is declared, the answer approved …
    note: str = ""  # why; of what was published: the title
    face_id: Box | None = None  # ``FaceRecord.face_id``; None: recorded before 0.3, and matched by its place
    # Under which account, as the log has it; None: it is not recorded yet, or was before 0.7.
    signed_in: SignedIn | None = field(default=None, compare=False)

    @property
    def is_by_imgvet(self) -> bool:
        """Whether the program itself has recorded it, and no person."""
        return self.by == IMGVET and not decision_kind(self.kind).about_photos

    @property
    def answers_rule(self) -> str:
        """The rule or question that it answers for a photo as a whole; empty where it answers none."""
        return decision_kind(self.kind).rule or (self.value.partition(" ")[0] if self.kind == ANSWER else "")

    @property
    def answers_about(self) -> str:
        """The code of the words for which alone the answer is valid, see ``Finding.about``; empty for any."""
        return self.value.partition(" ")[2] if self.kind == ANSWER else ""

    @property
    def area(self) -> "AreaMark | None":
        """The area that it is about; None where it is about none."""
        return AreaMark.parse(self.value) if decision_kind(self.kind).value is ValueKind.AREA else None

    @property
    def approved(self) -> Answer | None:
        """The answer that it approves; None where it approves none."""
        if decision_kind(self.kind).effect is not FaceEffect.APPROVES:
            return None
        return Answer(self.area.approved) if self.area else Answer.parse(self.value)

    @property
    def answer(self) -> Answer:
        """Kind and value; of an area the kind alone."""
        return Answer(self.kind, "" if decision_kind(self.kind).value is ValueKind.AREA else self.value)


@dataclass(frozen=True, slots=True)
class AreaMark:
    """Which area a decision is about: the value of the decision."""

    rule: str  # ``Area.rule``
    area_id: Box  # ``AreaRecord.area_id``
    outline: Outline  # as it was then
    approved: str = ""  # the kind of the answer that is approved

    @property
    def value(self) -> str:
        """As the log has it: ``rule left,top,right,bottom x,y x,y x,y …``, and the kind that is approved behind it."""
        corners = " ".join(f"{x},{y}" for x, y in self.outline)
        return f"{self.rule} {','.join(map(str, self.area_id.as_list()))} {corners} {self.approved}".rstrip()

    @classmethod
    def parse(cls, value: str) -> "AreaMark":
        """The mark in an entry of the log.

        Raises:
            ValueError: it is not what ``value`` gives.
        """
        if len(value) > _LONGEST_MARK or not (told := _MARK.fullmatch(value)):
            raise ValueError
        corners = tuple((int(x), int(y)) for x, _, y in (each.partition(",") for each in told[3].split()))
        return cls(told[1], Box(*map(int, told[2].split(","))), corners, told[4] or "")


MOST_CORNERS = 100  # of an area
_LONGEST_MARK = 4000  # characters
_MARK = re.compile(
    r"([a-z-]{1,40}) ([0-9]{1,7}(?:,[0-9]{1,7}){3})((?: [0-9]{1,7},[0-9]{1,7}){3,100})(?: ([a-z-]{1,40}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class StatementAnswer:
    """What somebody said of a statement of the profile, in the words in which it was shown to them."""

    question: str  # its id
    wording: str
    true: bool
    code: str = ""  # of the wording, where they gave that for having read it; empty: they were asked
    photos: tuple[int, ...] = ()  # of which it is not true, where they said so

    @property
    def value(self) -> str:
        """As the log has it, e.g. ``under-18 yes``, ``under-18 no`` or ``under-18 read 3f9a-c2d1``."""
        return f"{self.question} {f'read {self.code}' if self.code else 'yes' if self.true else 'no'}"

    @classmethod
    def parse(cls, decision: Decision) -> "StatementAnswer":
        """The answer in an entry of the log."""
        question, _, said = decision.value.partition(" ")
        read, _, code = said.partition(" ")
        photos = () if decision.photo is None else (decision.photo,)
        return cls(question, decision.note, said == "yes" or (read == "read" and bool(code)), code, photos)


WORD_NAMES = {
    "title": "title", "caption": "caption", "alt_text": "alt text", "keywords": "keywords", "headline": "headline",
    "creator": "creator",
}  # fmt: skip
"""What people call each field of ``Words``."""

WordChanges = Mapping[str, str | tuple[str, ...] | None]
"""What somebody changes in the words of a photo, by the fields of ``Words``; None is back to the template."""

_MOST_KEYWORDS = 1000  # in one entry of the log


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote about one photo. A field that is None has what the profile's template says, if anything."""

    title: str | None = None
    caption: str | None = None
    alt_text: str | None = None
    keywords: tuple[str, ...] | None = None  # beside those of the profile and the event
    headline: str | None = None
    creator: str | None = None  # the byline, in place of the organisation's

    def changed(self, changes: WordChanges) -> "Words":
        """The words after these changes."""
        return replace(self, **changes)  # type: ignore[arg-type] # each field has its own type

    @property
    def fields(self) -> dict[str, str | tuple[str, ...]]:
        """The fields that are not None, by name."""
        named = ((name, getattr(self, name)) for name in WORD_NAMES)
        return {name: said for name, said in named if said is not None}


NO_WORDS = Words()


def words_value(changes: WordChanges) -> str:
    """The changes as the log has them: JSON, the fields in the order in which they are given."""
    return json.dumps(dict(changes), ensure_ascii=False)


def words_told(changes: WordChanges) -> str:
    """The changes as people read them, e.g. ``title “Rex”; caption back to the template``."""

    def told(said: str | tuple[str, ...] | None) -> str:
        text = ", ".join(said) if isinstance(said, tuple) else said
        return "back to the template" if text is None else f"“{text}”"

    return "; ".join(f"{WORD_NAMES[name]} {told(said)}" for name, said in changes.items())


def parse_word_changes(value: str) -> WordChanges:
    """The changes in an entry of the log.

    Raises:
        ValueError: it is not what ``words_value`` writes.
    """
    try:
        given = json.loads(value)
    except RecursionError:
        raise ValueError from None
    if not isinstance(given, dict) or not given:
        raise ValueError
    return {name: _parsed_word(name, said) for name, said in given.items()}


def _parsed_word(name: str, said: object) -> str | tuple[str, ...] | None:
    listed = name == "keywords"
    texts = said if listed else [said]
    if said is None and name in Words.__dataclass_fields__:
        return None
    if name not in Words.__dataclass_fields__ or not isinstance(texts, list) or len(texts) > _MOST_KEYWORDS:
        raise ValueError
    for text in texts:
        if not isinstance(text, str):
            raise ValueError
        text.encode()
    return tuple(texts) if listed else texts[0]


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """A face of one photo that people have decided about, and what is valid for it now. It names nobody."""

    face_id: Box  # the box of the first decision about it; no other face has it, so it identifies the face for good
    box: Box  # the box of the latest decision, and all that was drawn round it
    drawn: bool = False  # a person drew a box round it
    stays: bool = False  # somebody said that it is a face, so it is one even where the detector finds none
    answer: Answer | None = None  # None is open
    refused: bool = False
    reasoned: bool = False  # the answer was given with a reason
    by: str = ""  # who gave the answer
    approved_by: str = ""  # a second person, who has approved it

    @property
    def identity(self) -> Box:
        """Its ``face_id``."""
        return self.face_id


@dataclass(frozen=True, slots=True)
class AreaRecord:
    """An area of one photo that people have decided about, and what is valid for it now."""

    area_id: Box  # the box of the first decision about it; no other area has it, so it identifies the area for good
    rule: str  # that the decision was about
    outline: Outline  # of the latest decision
    drawn: bool = False  # a person drew it
    drawn_by: str = ""  # who drew it last, and may take that back alone
    stays: bool = False  # it is an area even where nothing is found there: it was drawn, or is to be hidden
    answer: Answer | None = None  # None is open
    reasoned: bool = False  # the answer was given with a reason
    by: str = ""  # who gave the answer
    approved_by: str = ""  # a second person, who has approved it

    @property
    def identity(self) -> Box:
        """Its ``area_id``."""
        return self.area_id

    @property
    def box(self) -> Box:
        """Round the outline."""
        return outline_box(self.outline)


@dataclass(frozen=True, slots=True)
class Publication:
    """One photo on the web, in one place, as somebody recorded it."""

    file: str  # its name when it was published
    title: str  # that the public sees
    url: str  # its address, or that of its album; empty where nobody said
    published_on: str  # ISO 8601 day
    by: str  # who recorded it
    removed_on: str = ""  # ISO 8601 day on which it left the web; empty: it is still there, as far as is known
    sha256: str = ""  # the first digits of that of the file that was published

    def as_json(self) -> dict[str, str]:
        """The publication as ``--json`` prints it, and as the register has it."""
        return asdict(self)
