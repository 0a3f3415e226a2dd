"""What a photo still needs from people, as screens and the checklist tell it."""

from dataclasses import replace

import pytest

from imgvet.decisions import Answer
from imgvet.geometry import Box
from imgvet.photo import Face, Finding, Photo, Problem, ProblemCode, Verdict
from imgvet.rules.needs import Need, NeedKind, beside_faces, can_be_answered, face_need, finding_need, photo_needs

BOX = Box(10, 10, 60, 70)
FACE = Face(1, BOX, 0.9)
STAFF, HIDDEN = replace(FACE, resolved=Answer("staff")), replace(FACE, resolved=Answer("redact"))
ASKED = Finding("too-small", Verdict.ASK, "It is small.")


@pytest.mark.parametrize(("face", "expected"), [
    (FACE, NeedKind.RELEASE), (replace(FACE, possible=True), NeedKind.CHECK), (STAFF, None), (HIDDEN, None),
    (replace(FACE, refused=True), NeedKind.HIDE), (replace(STAFF, refused=True), NeedKind.HIDE),
    (replace(HIDDEN, refused=True), None),
    (replace(FACE, problem=Problem(ProblemCode.FORM, "It expired.")), NeedKind.CORRECT),
    (replace(FACE, problem=Problem(ProblemCode.NOT_APPROVED, "It waits.")), NeedKind.APPROVE),
])  # fmt: skip
def test_what_a_face_needs(face: Face, expected: NeedKind | None) -> None:
    """Whoever has refused is to be hidden, whatever else was answered."""
    assert face_need(face) is expected


@pytest.mark.parametrize(("finding", "expected"), [
    (ASKED, NeedKind.ANSWER), (replace(ASKED, verdict=Verdict.BLOCKED), NeedKind.STOP),
    (replace(ASKED, box=BOX), NeedKind.STOP), (replace(ASKED, rule="declaration"), NeedKind.DECLARE),
    (replace(ASKED, code=ProblemCode.NOT_APPROVED), NeedKind.APPROVE),
    (replace(ASKED, rule="declaration", code=ProblemCode.NOT_APPROVED), NeedKind.APPROVE),
    (replace(ASKED, code=ProblemCode.NOT_CREDITED), NeedKind.CORRECT),
])  # fmt: skip
def test_what_a_finding_needs(finding: Finding, expected: NeedKind) -> None:
    """An answer only where it asks, and not about a face or for the declaration."""
    assert finding_need(finding) is expected
    plain = finding == ASKED or (finding.code is not None and finding.rule != "declaration")
    assert can_be_answered(finding) is plain


def test_faces_come_first_and_none_is_told_twice() -> None:
    """What the rules say of faces is told by the faces; what is ready needs nothing."""
    told = [Finding(rule, Verdict.RELEASE, "A face.", box=BOX) for rule in ("face-release", "possible-face", "refused")]
    ready = Finding("similar", Verdict.READY, "It looks like photo 2.")
    photo = Photo("a.jpg", faces=(HIDDEN, FACE), findings=(*told, ready, ASKED))
    assert list(beside_faces(photo)) == [ASKED]
    assert list(photo_needs(photo)) == [Need(NeedKind.RELEASE, FACE), Need(NeedKind.ANSWER, finding=ASKED)]
