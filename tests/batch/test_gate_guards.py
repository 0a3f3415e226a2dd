"""The guards of the gate, each alone: with any one of them gone, one of these tests fails.

An open face is kept back three times over: by the rules on faces, by the gate itself, and because no answer for a photo
as a whole clears what is about a face. So each is shown here without the help of the others.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.batch.decisions.state import DecisionState, QuestionAnswer, replay
from imgvet.batch.gate import altered_record, has_new_numbers, judge_photo
from imgvet.channels.places import is_placed
from imgvet.decisions import Answer, Decision, FaceRecord
from imgvet.geometry import Box
from imgvet.photo import (
    Event,
    Face,
    FileClaims,
    Finding,
    Photo,
    Problem,
    ProblemCode,
    PublicMetadata,
    RightsClaim,
    RightsRole,
    Verdict,
)
from imgvet.photo_jobs import VettedPhoto, vet_jobs
from imgvet.profile import parse_profile
from imgvet.releases.release import FormAnswer
from imgvet.rules.face_answers import settle_answer
from imgvet.rules.needs import can_be_answered, may_be_published
from imgvet.rules.rules import judge_by_rules
from imgvet.settings import Settings
from support.commands import Imgvet
from support.folders import photo_names
from support.forms import signed
from support.pictures import landscape, mirrored, portrait, save_photo

BOXES = (Box(10, 10, 60, 70), Box(200, 10, 260, 80), Box(400, 300, 470, 380))
EVENT = Event("Open Day", link="https://www.example.org/open-day")
PUBLIC = PublicMetadata(copyright_notice="© A", usage_terms="All rights reserved.")
READY = Photo(
    "a.jpg", width=4000, height=3000, public=PUBLIC, name="open-day-001.jpg", sha256="0" * 64, source_sha256="5" * 64
)
HIDDEN = Answer("redact")
NOT_READY = [verdict for verdict in Verdict if verdict is not Verdict.READY]
QUESTIONS = "".join(f"[[questions]]\nid='{each}'\ntext='It is so.'\nsource='S'\n" for each in ("under-18", "evidence"))
SIZE = "[channels.flickr]\nshort_side_at_least = 500\n"
ALL_KINDS = "['release', 'staff', 'not-identifiable', 'not-a-face', 'answer', 'declare']"
ALLOWED = "[faces]\nanswers = ['staff', 'not-identifiable', 'not-a-face']\n"


def house(second: bool, rules: str = "") -> Settings:
    second_person = ALL_KINDS if second else "[]"
    return Settings(
        parse_profile(f"{ALLOWED}[decisions]\nsecond_person = {second_person}\n{rules}{SIZE}{QUESTIONS}", "test"), EVENT
    )


HOUSES = (
    house(second=False),
    house(second=True),
    house(second=False, rules="[rules]\npossible-face = 'ask'\n"),
    house(second=True, rules="[rules]\nminor-age = 'ask'\nsecurity-classification = 'ask'\n"),
)


# -- each guard alone


@pytest.mark.parametrize("possible", [False, True])
@pytest.mark.parametrize("place", [0, 1])
def test_an_open_face_is_not_published_whatever_the_rules_found(possible: bool, place: int) -> None:
    """The gate itself: nothing was found against the photo, and one face of two has no answer."""
    faces = [Face(number, BOXES[number], 0.9, resolved=HIDDEN) for number in (0, 1)]
    assert may_be_published(replace(READY, faces=tuple(faces)))
    faces[place] = replace(faces[place], resolved=None, possible=possible)
    photo = replace(READY, faces=tuple(faces))
    assert photo.verdict is Verdict.READY
    assert not may_be_published(photo)


@pytest.mark.parametrize("verdict", NOT_READY)
@pytest.mark.parametrize("box", [None, BOXES[0]])
def test_a_finding_is_not_published_whatever_the_faces_say(verdict: Verdict, box: Box | None) -> None:
    """The gate itself: one finding among harmless ones, and no open face."""
    harmless = Finding("similar", Verdict.READY, "It looks almost the same as photo 2.")
    assert may_be_published(replace(READY, findings=(harmless, harmless)))
    for findings in (
        (Finding("any", verdict, "So it is.", box=box), harmless),
        (harmless, Finding("any", verdict, "So.")),
    ):
        assert not may_be_published(replace(READY, findings=findings))


@pytest.mark.parametrize(
    "lacking", [{"sha256": None}, {"sha256": ""}, {"name": ""}, {"error": "Broken."}, {"error": ""}]
)
def test_what_is_not_proven_is_not_published(lacking: dict[str, Any]) -> None:
    """No clean file, no name for it, or a photo that failed."""
    assert may_be_published(READY)
    assert not may_be_published(replace(READY, **lacking))


@pytest.mark.parametrize(("possible", "rule"), [(False, "face-release"), (True, "possible-face")])
@pytest.mark.parametrize("settings", HOUSES)
def test_the_rules_find_every_open_face(settings: Settings, possible: bool, rule: str) -> None:
    """The rules on faces: each open face by its box, and no other."""
    faces = tuple(Face(number, box, 0.9, possible=possible) for number, box in enumerate(BOXES, 1))
    photo = replace(READY, faces=(replace(faces[0], resolved=HIDDEN), *faces[1:]))
    found = [each for each in judge_by_rules(photo, settings) if each.rule in ("face-release", "possible-face")]
    assert [(each.rule, each.box) for each in found] == [(rule, box) for box in BOXES[1:]]
    assert all(each.verdict is not Verdict.READY for each in found)


@pytest.mark.parametrize("possible", [False, True])
@pytest.mark.parametrize("settings", HOUSES)
def test_no_answer_for_the_photo_clears_what_is_about_a_face(settings: Settings, possible: bool) -> None:
    """Even where the log has one, and two people gave it: the finding stays, whatever the face says of itself."""
    rules = ("face-release", "possible-face", "refused")
    given = tuple(QuestionAnswer("answer", rule, "A. Officer", "B. Officer") for rule in rules)
    declared = tuple(QuestionAnswer("declare", each, "A. Officer", "B. Officer") for each in ("under-18", "evidence"))
    state = DecisionState(declared=frozenset({"under-18", "evidence"}), answers=(*given, *declared))
    photo = replace(READY, faces=(Face(1, BOXES[0], 0.9, possible=possible),))
    now = judge_photo(photo, settings, state)
    assert [each.rule for each in now.findings] == ["possible-face" if possible else "face-release"]
    assert now.verdict in (Verdict.ASK, Verdict.RELEASE)
    assert not may_be_published(now)


def test_a_refusal_blocks_although_the_face_is_answered_for() -> None:
    """The rule on refusals: a form that is valid does not outweigh a person who said no."""
    face = Face(1, BOXES[0], 0.9, resolved=Answer("release", "WMP-1"), refused=True)
    for settings in HOUSES:
        found = [each for each in judge_by_rules(replace(READY, faces=(face,)), settings) if each.rule == "refused"]
        assert [each.verdict for each in found] == [Verdict.BLOCKED]
        hidden = replace(READY, faces=(replace(face, resolved=HIDDEN),))
        assert all(each.rule != "refused" for each in judge_by_rules(hidden, settings))


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["face-release", "possible-face", "refused"])
def test_the_command_takes_no_answer_for_what_is_about_a_face(imgvet: Imgvet, tmp_path: Path, rule: str) -> None:
    """``answer possible-face`` is refused, and changes nothing where it is tried with finish."""
    save_photo(tmp_path / "photos" / "1.jpg", portrait())
    imgvet("batch", "photos", "--out", "b", "--event", "Open Day")
    assert imgvet("decide", "b", "1", "answer", rule, "--note", "Let it go", "--by", "A. Officer").code == 2
    imgvet("finish", "b")
    assert photo_names(tmp_path / "b" / "flickr") == []


# -- whole records


@dataclass
class Case:
    """A photo that may be published, with all that was said; defects take one thing of it away."""

    photo: Photo
    said: list[Decision]
    forms: dict[str, FormAnswer]

    def change(self, **otherwise: Any) -> None:
        self.photo = replace(self.photo, **otherwise)

    def lose(self, wanted: Callable[[Decision], bool]) -> None:
        self.said = [each for each in self.said if not wanted(each)]


def decided(kind: str, by: str = "A. Officer", **about: Any) -> Decision:
    return Decision(kind, by, "2026-06-14T10:00:00+00:00", 1, READY.source_sha256, **about)


def a_ready_case() -> Case:
    """Three faces, one with a form, one on duty, one hidden; every matter was asked about, answered and approved."""
    faces = (Face(1, BOXES[0], 0.9), Face(2, BOXES[1], 0.6, possible=True), Face(3, BOXES[2], 0.9, resolved=HIDDEN))
    claims = FileClaims(rejected=True)
    photo = replace(
        READY, faces=faces, removed=("people", "gps"), unplaced_marks=("website",), claims=claims, partial=True
    )
    photo = replace(photo, official=True, duplicate_of=7)
    said = []
    for box, kind, value in ((BOXES[0], "release", "WMP-1"), (BOXES[1], "staff", "")):
        said.append(decided(kind, face=box, face_id=box, value=value))
        said.append(decided("approve", "B. Officer", face=box, face_id=box, value=f"{kind} {value}".strip()))
    said.append(decided("redact", face=BOXES[2], face_id=BOXES[2]))
    rules = ("people-named", "mark-covers-face", "rejected-rating", "partial-picture", "official-marking", "duplicate")
    for rule in rules:
        said.append(decided("answer", value=rule, note="Looked at"))
        said.append(decided("approve", "B. Officer", value=f"answer {rule}"))
    said.append(decided("declare", value="under-18 evidence"))
    said.append(decided("approve", "B. Officer", value="declare under-18 evidence"))
    return Case(photo, said, {"WMP-1": FormAnswer()})


def shows_the_hidden_face(case: Case) -> None:
    case.change(faces=(*case.photo.faces[:2], replace(case.photo.faces[2], resolved=None)))


def has_a_face_more(case: Case) -> None:
    case.change(faces=(*case.photo.faces, Face(4, Box(900, 900, 960, 980), 0.7)))


def has_a_possible_face_more(case: Case) -> None:
    case.change(faces=(*case.photo.faces, Face(4, Box(900, 900, 960, 980), 0.3, possible=True)))


DEFECTS: dict[str, Callable[[Case], None]] = {
    "a face more": has_a_face_more,
    "a possible face more": has_a_possible_face_more,
    "the hidden face shows": shows_the_hidden_face,
    "no answer for a face": lambda case: case.lose(lambda each: each.face == BOXES[0]),
    "no answer for a possible face": lambda case: case.lose(lambda each: each.face == BOXES[1]),
    "a person drew one more": lambda case: case.said.append(
        decided("add-face", face=Box(900, 100, 960, 180), face_id=Box(900, 100, 960, 180))
    ),
    "reopened": lambda case: case.said.append(decided("reopen", face=BOXES[0], face_id=BOXES[0])),
    "refused": lambda case: case.said.append(decided("refused", face=BOXES[1], face_id=BOXES[1])),
    "to be hidden, and is not": lambda case: case.said.append(decided("redact", face=BOXES[0], face_id=BOXES[0])),
    "the form is not valid": lambda case: case.forms.update({"WMP-1": FormAnswer("Form WMP-1 expired.")}),
    "the form records a refusal": lambda case: case.forms.update({"WMP-1": FormAnswer("It refuses.", refused=True)}),
    "the form was not checked": lambda case: case.forms.clear(),
    "no declaration": lambda case: case.lose(lambda each: "under-18" in each.value),
    "one statement taken back": lambda case: case.said.append(decided("reopen", value="evidence")),
    "all taken back": lambda case: case.said.append(decided("reopen")),
    "excluded": lambda case: case.said.append(decided("exclude", note="Out of date")),
    "people are named": lambda case: case.lose(lambda each: "people-named" in each.value),
    "a mark is missing": lambda case: case.lose(lambda each: "mark-covers-face" in each.value),
    "damaged": lambda case: case.lose(lambda each: "partial-picture" in each.value),
    "rejected": lambda case: case.lose(lambda each: "rejected-rating" in each.value),
    "official": lambda case: case.lose(lambda each: "official-marking" in each.value),
    "a copy": lambda case: case.lose(lambda each: "duplicate" in each.value),
    "changed": lambda case: case.change(original_changed=True),
    "made by AI": lambda case: case.change(claims=FileClaims(rejected=True, made_by_ai="a term")),
    "classified": lambda case: case.change(removed=("people", "classification")),
    "a child by its file": lambda case: case.change(removed=("people", "minor")),
    "not credited": lambda case: case.change(licensed=True),
    "named as another": lambda case: case.change(name="open-day-009.jpg"),
    "too small": lambda case: case.change(width=60, height=40),
    "not proven": lambda case: case.change(sha256=None),
    "without a name": lambda case: case.change(name=""),
    "failed": lambda case: case.change(error="It could not be read."),
    "another original": lambda case: case.change(source_sha256="6" * 64),
}


def outcome(case: Case, settings: Settings) -> bool:
    return may_be_published(judge_photo(case.photo, settings, replay(case.photo, case.said), case.forms))


@pytest.mark.parametrize("settings", HOUSES)
def test_with_everything_answered_it_may_be_published(settings: Settings) -> None:
    """Or what follows would show nothing."""
    assert outcome(a_ready_case(), settings)


@pytest.mark.parametrize("defect", DEFECTS)
@pytest.mark.parametrize("settings", HOUSES)
def test_one_open_matter_keeps_it_back(settings: Settings, defect: str) -> None:
    """Whichever it is, and although all else is answered and approved."""
    case = a_ready_case()
    DEFECTS[defect](case)
    assert not outcome(case, settings)


@pytest.mark.parametrize("lost", range(len([each for each in a_ready_case().said if each.kind == "approve"])))
@pytest.mark.parametrize("by", ["", "A. Officer", "a.officer", "А. Officer", "A. Officer\u200b"])
def test_one_approval_less_keeps_it_back(lost: int, by: str) -> None:
    """Where the profile asks for a second person, for each answer; ``by``: who approves in their place, if anybody."""
    case = a_ready_case()
    approvals = [each for each in case.said if each.kind == "approve"]
    place = case.said.index(approvals[lost])
    case.said[place : place + 1] = [replace(approvals[lost], by=by)] if by else []
    assert outcome(case, HOUSES[0])
    assert not outcome(case, HOUSES[1])


@given(st.sampled_from(HOUSES), st.lists(st.sampled_from(sorted(DEFECTS)), max_size=4, unique=True), st.randoms())
def test_ready_is_nothing_open(settings: Settings, defects: list[str], chance: Any) -> None:
    """Of whole records, in whatever order things were said and lost: published is what has no open matter at all."""
    case = a_ready_case()
    for defect in defects:
        DEFECTS[defect](case)
    findings = [Finding("old", chance.choice(list(Verdict)), "As it was judged before.")] * chance.randrange(3)
    case.change(findings=tuple(findings))  # what was found before counts for nothing
    assert outcome(case, settings) is (not defects)


texts = st.sampled_from(["", "A. Officer", "B. Officer", "a. officer ", "\u200b"])
answers = st.sampled_from(
    [None, HIDDEN, Answer("release", "WMP-1"), Answer("staff"), Answer("not-a-face"), Answer("x")]
)
problems = st.sampled_from(
    [None, Problem(ProblemCode.FORM, "It expired."), Problem(ProblemCode.NOT_APPROVED, "It waits.")]
)
wild_faces = st.lists(
    st.builds(
        Face, st.integers(1, 3), st.sampled_from(BOXES), st.floats(0, 1), possible=st.booleans(), resolved=answers,
        refused=st.booleans(), problem=problems, added=st.booleans(), found=st.booleans(),
        face_id=st.sampled_from([None, *BOXES]),
    ),
    max_size=3,
).map(tuple)  # fmt: skip
wild_findings = st.lists(
    st.builds(
        Finding, st.sampled_from(["face-release", "possible-face", "too-small", "declaration"]),
        st.sampled_from(Verdict), st.just("So."), box=st.sampled_from([None, *BOXES]),
    ),
    max_size=2,
).map(tuple)  # fmt: skip
wild_photos = st.builds(
    replace, st.just(READY), faces=wild_faces, findings=wild_findings, excluded=st.booleans(),
    sha256=st.sampled_from([None, "", "0" * 64]), name=st.sampled_from(["", "open-day-001.jpg"]),
    error=st.sampled_from([None, None, None, "Broken."]), original_changed=st.booleans(), partial=st.booleans(),
    unplaced_marks=st.sampled_from([(), (), ("website",)]), licensed=st.booleans(),
    removed=st.sampled_from([(), ("minor",)]),
)  # fmt: skip
wild_records = st.builds(
    FaceRecord, st.sampled_from(BOXES), st.sampled_from(BOXES), answer=answers, refused=st.booleans(),
    reasoned=st.booleans(), by=texts, approved_by=texts, stays=st.booleans(), drawn=st.booleans(),
)  # fmt: skip
rules_named = st.sampled_from(
    ["face-release", "possible-face", "original-changed", "partial-picture", "mark-covers-face"]
)
wild_answers = st.builds(QuestionAnswer, st.sampled_from(["answer", "licensed"]), rules_named, texts, texts)
wild_states = st.builds(
    DecisionState, st.lists(wild_records, max_size=3, unique_by=lambda each: each.face_id).map(tuple), st.booleans(),
    st.sampled_from([frozenset(), frozenset({"under-18"}), frozenset({"under-18", "evidence"})]),
    st.lists(wild_answers, max_size=4).map(tuple),
)  # fmt: skip
wild_forms = st.sampled_from([{}, {"WMP-1": FormAnswer()}, {"WMP-1": FormAnswer("It is withdrawn.")}])


@given(wild_photos, st.sampled_from(HOUSES), wild_states, wild_forms)
def test_no_record_at_all_is_published_with_an_open_matter(
    photo: Photo, settings: Settings, state: DecisionState, forms: Mapping[str, FormAnswer]
) -> None:
    """Records as no run writes them, too: stale answers, old findings, faces twice, people without a name."""
    assert not may_be_published(photo) or _is_closed(photo)
    now = judge_photo(photo, settings, state, forms)
    if not may_be_published(now):
        return
    assert _is_closed(now)
    assert not state.excluded
    given_rules = {each.rule for each in state.answers}
    for open_matter, rule in (
        (photo.original_changed, "original-changed"),
        (photo.partial, "partial-picture"),
        (photo.unplaced_marks, "mark-covers-face"),
    ):
        assert not open_matter or rule in given_rules
    assert not photo.removed or settings.profile.rules.get("minor-age") == "ask"
    second = settings.profile.decisions.second_person
    assert state.holding("declare", second) == {"under-18", "evidence"}
    for face in now.faces:
        alone = settle_answer(face, state.on(face), forms, settings.profile)
        assert face.is_hidden or alone.resolved is not None


def _is_closed(photo: Photo) -> bool:
    """Whether nothing in the record is open, by no code of the gate."""
    faces = all(face.resolved is not None for face in photo.faces)
    findings = all(finding.verdict == "ready" for finding in photo.findings)
    return faces and findings and bool(photo.sha256) and photo.name != "" and photo.error is None


@pytest.mark.parametrize("settings", HOUSES)
def test_a_photo_that_failed_stays_as_it_is(settings: Settings) -> None:
    """Nothing is judged of what nobody could read."""
    failed = replace(READY, error="It could not be read.", faces=(Face(1, BOXES[0], 0.9),))
    assert judge_photo(failed, settings, DecisionState()) == failed


def test_one_finding_says_whose_picture_it_is() -> None:
    """An open question about its rights says enough; that its file is not credited yet is said when it is answered."""
    claims = FileClaims(rights=(RightsClaim(RightsRole.CREATOR, "A. Miller", "Artist, EXIF"),))
    for licensed in (False, True):
        photo = replace(READY, claims=claims, licensed=licensed)
        settings = Settings(parse_profile("[organisation]\nname = 'Example Office'", "test"), EVENT)
        now = judge_photo(photo, settings, DecisionState())
        assert [each.rule for each in now.findings] == ["others-copyright"]
        assert "A. Miller" in now.findings[0].reason


# -- what may no longer be published leaves before anything is vetted


@pytest.mark.slow
@pytest.mark.parametrize("run", [("batch", "photos", "more", "--out", "b", "--event", "Open Day"), ("finish", "b")])
def test_it_leaves_before_the_vetting_begins(
    imgvet: Imgvet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Sequence[str]
) -> None:
    """A form was withdrawn; while other photos are vetted for hours, that person's photo is not in flickr/."""
    signed(tmp_path, "WMP-1")
    save_photo(tmp_path / "photos" / "1.jpg", portrait())
    save_photo(tmp_path / "photos" / "2.jpg", landscape())
    imgvet("batch", "photos", "--out", "b", "--event", "Open Day")
    imgvet("decide", "b", "1:1", "release", "WMP-1", "--by", "A. Officer")
    imgvet("finish", "b")
    flickr = tmp_path / "b" / "flickr"
    assert photo_names(flickr) == ["open-day-001.jpg", "open-day-002.jpg"]
    imgvet("release", "withdraw", "WMP-1", "--why", "wrote to us", "--by", "A. Officer")
    assert "open-day-001.jpg" in photo_names(flickr)
    save_photo(tmp_path / "more" / "3.jpg", mirrored())
    imgvet("decide", "b", "2", "--add-face", "10,10,80,80", "--by", "A. Officer")  # so that finish has one to vet, too
    seen: list[list[str]] = []

    def watched(*given: Any) -> Iterator[VettedPhoto]:
        seen.append(photo_names(flickr))
        yield from vet_jobs(*given)

    monkeypatch.setattr("imgvet.batch.run.vet_jobs", watched)
    assert imgvet(*run).code in (0, 1)
    assert seen == [[]]  # nor the other, in which somebody has seen a face meanwhile
    assert photo_names(flickr) == []


def test_a_photo_that_was_licensed_says_which_way_its_file_is_wrong() -> None:
    """Whether its file still carries the credit, or not yet: both wait for the file to be made again."""
    state = DecisionState(answers=(QuestionAnswer("licensed", "others-copyright", "A. Officer"),))
    for photo, said in (
        (judge_photo(READY, house(second=False), state), "does not show its creator's credit yet"),
        (judge_photo(replace(READY, licensed=True), house(second=False), DecisionState()), "no longer licensed"),
    ):
        assert [said in each.reason for each in photo.findings if each.code is ProblemCode.NOT_CREDITED] == [True]
        assert not may_be_published(photo)


def test_an_altered_record_keeps_its_findings_and_is_kept_back() -> None:
    """No answer clears it, and what else was found stays to be seen."""
    found = Finding("people-named", Verdict.ASK, "It names people.")
    altered = altered_record(replace(READY, findings=(found,)))
    assert [(each.rule, each.verdict) for each in altered.findings] == [
        ("altered-record", Verdict.BLOCKED), ("people-named", Verdict.ASK),
    ]  # fmt: skip
    assert not can_be_answered(altered.findings[0])
    assert not may_be_published(altered)


@pytest.mark.parametrize(("now", "expected"), [
    ((Face(1, BOXES[0], 0.9), Face(2, BOXES[1], 0.9)), False),
    ((Face(2, BOXES[1], 0.9), Face(1, BOXES[0], 0.9), Face(3, BOXES[2], 0.9)), False),
    ((Face(1, BOXES[0], 0.9),), True),
    ((Face(1, BOXES[1], 0.9), Face(2, BOXES[0], 0.9)), True),
    ((Face(1, BOXES[0], 0.9), Face(2, BOXES[2], 0.9)), True),
    ((Face(1, Box(0, 0, 85, 95), 0.9), Face(2, BOXES[1], 0.9)), False),  # drawn by hand round it
    ((), True),
])  # fmt: skip
def test_a_number_that_is_another_face_now_is_noticed(now: tuple[Face, ...], expected: bool) -> None:
    """So no answer on an earlier checklist comes to a face that it was not given for."""
    before = replace(READY, faces=(Face(1, BOXES[0], 0.9), Face(2, BOXES[1], 0.9)))
    assert has_new_numbers(before, replace(READY, faces=now)) is expected
    assert not has_new_numbers(before, replace(READY, faces=now, error="It could not be read."))


@pytest.mark.parametrize(("output", "expected"), [
    (None, False), ("", False), ("held/a.jpg", False), ("flickr/a.jpg", True), ("held/flickr/a.jpg", False),
])  # fmt: skip
def test_a_file_is_out_where_its_record_says_so(output: str | None, expected: bool) -> None:
    """Whatever is judged of its photo."""
    assert is_placed(replace(READY, output=output)) is expected
    assert is_placed(replace(READY, output=output, error="Broken.")) is expected
