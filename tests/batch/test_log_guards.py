"""The log as people read it: each decision by today's numbers, and a log that was altered."""

from dataclasses import replace
from typing import Any

import pytest

from imgvet.batch.decisions.add_faces import add_faces
from imgvet.batch.decisions.hash_chain import DecisionLog, LogCounters, LogRow
from imgvet.batch.decisions.log import LogCheck, LogEntry, check_log, check_unaltered, history
from imgvet.batch.decisions.record import record_decisions
from imgvet.batch.decisions.rows import decision_from_row
from imgvet.batch.store import BatchStore
from imgvet.decisions import Decision
from imgvet.errors import BatchError, UsageError
from support.recorded import AT, FINISHED, LEFT, PHOTOS, PROFILE, A, B, line, request


def test_a_head_is_checked_as_it_was_written_down(folder: BatchStore) -> None:
    """With 16 digits or all; a log of which more was noted has another head."""
    folder.decide(FINISHED)
    log = folder.log()
    assert check_log(log) == LogCheck(len(log.rows), log.head, None)
    for noted in (log.head, log.head[:16], f" {log.head[:20].upper()} "):
        assert check_log(log, noted).broken is None, noted
    for noted in (log.head[:15], f"{log.head}0", "g" * 16, " "):
        with pytest.raises(UsageError, match="is not the fingerprint of a log") as told:
            check_log(log, noted)
        assert told.value.hint == "A fingerprint is 64 digits 0-9 and a-f; give at least the first 16."
    other = check_log(log, "f" * 16)
    assert other.broken is not None
    assert other.as_json() == {
        "whole": False, "entries": len(log.rows), "head": log.head, "entry": None, "problem": other.broken.reason,
    }  # fmt: skip
    assert check_log(log).as_json() == {
        "whole": True, "entries": len(log.rows), "head": log.head, "entry": None, "problem": None,
    }  # fmt: skip


def test_nobody_acts_on_a_log_that_was_altered(folder: BatchStore) -> None:
    """One that is whole stops nothing."""
    folder.decide(FINISHED)
    check_unaltered(folder.log(), folder.path)
    log = folder.log()
    gone = replace(log, rows=log.rows[1:])
    with pytest.raises(BatchError, match=r"The log of decisions was altered\. Entry 1 is missing") as told:
        check_unaltered(gone, folder.path)
    assert "imgvet log" in str(told.value.hint)
    assert "--verify" in str(told.value.hint)


def test_history_tells_each_decision_by_todays_numbers(folder: BatchStore) -> None:
    """Of the batch, of one photo, of one face; what is about another picture says so."""
    add_faces(folder, PROFILE, "1", ["300,200,350,260"], request(""))
    record_decisions(folder, PROFILE, "1:2", request("staff"))
    record_decisions(folder, PROFILE, "1:2", request("approve", by=B))
    record_decisions(folder, PROFILE, "1", request("exclude", note="No"))
    record_decisions(folder, PROFILE, "2:1", request("redact"))
    folder.decide(
        FINISHED, Decision("redact", A, AT, 1, "f" * 64, LEFT, face_id=LEFT), Decision("clock", B, AT)
    )  # fmt: skip
    log = folder.log()
    entries = [each for each in history(log, PHOTOS) if each.decision.kind != "clock"]
    assert [
        (each.decision.kind, each.photo, each.face, each.one_account, each.another_picture) for each in entries
    ] == [
        ("add-face", 1, 3, False, False), ("staff", 1, 2, False, False), ("approve", 1, 2, True, False),
        ("exclude", 1, None, False, False), ("redact", 2, 1, False, False), ("finish", None, None, False, False),
        ("redact", 1, None, False, True),
    ]  # fmt: skip

    def kinds(about: str, **more: bool) -> list[str]:
        return [each.decision.kind for each in history(log, PHOTOS, about, **more)]

    assert kinds("1") == ["add-face", "staff", "approve", "exclude", "redact"]
    assert kinds("01") == kinds("IMG_1.jpg") == kinds("1")
    assert kinds("1:2") == ["staff", "approve"]
    assert kinds("1:3") == ["add-face"]
    assert kinds("1:all") == ["add-face", "staff", "approve"]
    assert kinds("2:1") == ["redact"]
    assert kinds("4") == []
    assert kinds("4", own_entries=True) == ["vetted"]
    assert kinds("1:2", own_entries=True) == ["staff", "approve"]
    for about, reason in (("9", "There is no photo '9'"), ("1:4", "There is no face 4 in photo 1")):
        with pytest.raises(UsageError, match=reason):
            kinds(about)
    numbered = [(each.number, each.decision.kind, each.hash) for each in history(log, PHOTOS, own_entries=True)]
    assert numbered == [(each.number, each.untrusted_fields[3], each.untrusted_hash) for each in log.rows]


def rows_of(*lines: LogRow) -> Any:
    return DecisionLog(
        rows=[
            replace(each, untrusted_fields=(number, *each.untrusted_fields[1:])) for number, each in enumerate(lines, 1)
        ],
        counters=LogCounters(len(lines), 0),
    )


def test_history_when_originals_have_moved_on() -> None:
    """A number that another original has now is not the photo's; nor is one without an original anything's."""
    here = {"source_sha256": "1" * 64, "face": "[10, 10, 60, 70]", "known_as": "[10, 10, 60, 70]"}
    lines = [
        line(**here, photo=9),  # the photo had another number then
        line(photo=2, source_sha256="e" * 64),  # another original had the number 2
        line(photo=None, source_sha256="", face=None, known_as=None, kind="finish"),
        line(photo=5, source_sha256="", face=None, known_as=None, kind="exclude"),
        line(face="altered"),
        line(**here, photo=9, kind="approve", value="release WMP-1", by=B),
        line(**here, photo=9, kind="approve", value="release WMP-1", by=B, machine="PC-4"),
    ]
    photos = [*PHOTOS, replace(PHOTOS[0], number=8), replace(PHOTOS[3], source_sha256="")]
    entries = list(history(rows_of(*lines), photos))
    assert [(each.number, each.photo, each.face, each.another_picture, each.one_account) for each in entries] == [
        (1, 1, 1, False, False), (2, 2, None, True, False), (3, None, None, False, False), (4, 5, None, False, False),
        (6, 1, 1, False, True), (7, 1, 1, False, False),
    ]  # fmt: skip
    about = [each.number for each in history(rows_of(*lines), [replace(PHOTOS[1], source_sha256="")], "2")]
    assert about == [2]
    of_both = [[each.number for each in history(rows_of(*lines), photos, about)] for about in ("01", "8")]
    assert of_both == [[1, 6, 7]] * 2  # two photos of one original
    vetted = {"source_sha256": "1" * 64, "face": None, "known_as": None, "kind": "vetted"}
    own = rows_of(line(**vetted), lines[0], line(**vetted), lines[5], line(**vetted))
    assert [(each.face, each.one_account) for each in history(own, photos, own_entries=True)] == [
        (None, False), (1, False), (None, False), (1, True), (None, False),
    ]  # fmt: skip
    assert [each.number for each in history(own, photos)] == [2, 4]  # whoever an altered log says has vetted


def test_history_leaves_out_what_imgvet_recorded_of_the_rules() -> None:
    """Though it is a kind that people record, too."""
    rules = {"photo": None, "source_sha256": "", "face": None, "known_as": None, "kind": "rules"}
    log = rows_of(line(**rules, by="imgvet"), line(**rules))
    assert [each.number for each in history(log, PHOTOS)] == [2]
    assert [each.number for each in history(log, PHOTOS, own_entries=True)] == [1, 2]


def test_an_entry_as_json_has_all_that_is_known_of_it() -> None:
    """Nothing where there is nothing."""
    said = replace(decision_from_row(line()), note="So.")
    entry = LogEntry(7, said, "f" * 64, 1, 2, one_account=True, another_picture=False)
    assert entry.as_json() == {
        "entry": 7, "at": AT, "by": A, "kind": "release", "photo": 1, "face": 2, "area": None, "box": [1, 2, 30, 40],
        "value": "WMP-1", "note": "So.", "source_sha256": "1" * 64, "another_picture": False, "account": "aofficer",
        "machine": "PC-3", "one_account": True, "hash": "f" * 64,
    }  # fmt: skip
    bare = replace(entry, decision=replace(said, face=None, signed_in=None)).as_json()
    assert (bare["box"], bare["account"], bare["machine"]) == (None, None, None)
