"""Photos that are records alone, and what people say of them."""

from pathlib import Path
from typing import Any

import pytest

from imgvet.batch.decisions.hash_chain import LogRow
from imgvet.batch.decisions.record import DecisionRequest
from imgvet.batch.store import create_or_open
from imgvet.decisions import Decision
from imgvet.errors import UsageError
from imgvet.geometry import Box
from imgvet.photo import Face, FileClaims, Finding, Photo, RightsClaim, RightsRole, Verdict
from imgvet.profile import parse_profile
from support.originals import join_originals

A, B = "A. Officer", "B. Sergeant"
AT = "2026-06-14T10:00:00+00:00"
FINISHED = Decision("finish", A, AT)
LEFT, RIGHT = Box(10, 10, 60, 70), Box(200, 10, 260, 80)
CLAIMS = FileClaims(rights=(RightsClaim(RightsRole.CREATOR, "A. Miller", "Artist, EXIF"),))
PROFILE = parse_profile(
    "[faces]\nanswers = ['staff', 'not-identifiable']\n[decisions]\nsecond_person = ['staff', 'declare', 'answer']\n"
    "[[questions]]\nid = 'under-18'\ntext = 'Nobody is under 18.'\nsource = 'S'\n",
    "test",
)


def asks(rule: str, verdict: Verdict = Verdict.ASK) -> Finding:
    return Finding(rule, verdict, "It asks.")


def photo(number: int, source: str, **about: Any) -> Photo:
    named: dict[str, Any] = {"name": f"open-day-{number:03d}.jpg", "source_sha256": f"{number:x}" * 64}
    return Photo(source, number, width=400, height=300, **(named | about))


FACES = (Face(1, LEFT, 0.9), Face(2, RIGHT, 0.9))
PHOTOS = (
    photo(1, "/x/IMG_1.jpg", faces=FACES, findings=(asks("people-named"),)),
    photo(2, "/x/a, b.jpg", faces=FACES[:1], claims=CLAIMS, findings=(asks("others-copyright"),)),
    photo(3, "/x/broken.jpg", error="It is no picture.", name="", faces=FACES[:1]),
    photo(4, "/x/6"),
    photo(5, "/y/IMG_5.jpg", claims=CLAIMS),
    photo(6, "/z/IMG_5.jpg", claims=CLAIMS, findings=(asks("others-copyright", Verdict.BLOCKED), asks("similar"))),
)


def make_batch(path: Path) -> Path:
    """A batch of the photos, about which nobody has said anything."""
    store = create_or_open(path)
    join_originals(store, [Path(each.source) for each in PHOTOS])
    for each in PHOTOS:
        store.record(each, "recipe", None)
    store.database.close()
    return path


def refused(call: Any, *words: Any, match: str) -> None:
    with pytest.raises(UsageError, match=match):
        call(*words)


def request(kind: str, value: str = "", note: str = "", by: str = A) -> DecisionRequest:
    return DecisionRequest(kind, by, value, note, AT)


def line(**changed: Any) -> LogRow:
    """A line of the log, with what somebody has altered."""
    whole: dict[str, Any] = {
        "id": 7, "at": AT, "by": A, "kind": "release", "photo": 1, "source_sha256": "1" * 64, "face": "[1, 2, 30, 40]",
        "value": "WMP-1", "note": "So.", "known_as": "[5, 6, 70, 80]", "account": "aofficer", "machine": "PC-3",
    }  # fmt: skip
    return LogRow(tuple((whole | changed).values()), "f" * 64)
