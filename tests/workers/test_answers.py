"""What a worker sends: every record comes back as it was, and whatever else it sends is not trusted."""

import os
import struct
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.errors import ImgvetError, ModelError, ProfileError, UnreadablePhoto
from imgvet.geometry import Box
from imgvet.inspection.files import FileReport
from imgvet.inspection.findings import PrivateItem
from imgvet.inspection.inspection import Inspection
from imgvet.photo import Face, Finding, Photo, Previews, PublicMetadata, Verdict
from imgvet.photo_jobs import VettedPhoto
from imgvet.proof.prove import Proof, ProofProblem, ProvenPart
from imgvet.strip import Stripped
from imgvet.workers.answers import MAX_VALUES, AnswerReader, Broken, LostJob, Ready, pack_answer
from support.chance import examples

NOT_TRUSTED = LostJob("imgvet could not read this file safely.")
INTEGERS = st.integers(-(2**63), 2**64 - 1)
PATHS = st.binary(min_size=1, max_size=20).filter(lambda name: b"\0" not in name).map(os.fsdecode).map(Path)

st.register_type_strategy(int, INTEGERS)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(Path, PATHS)
for record in (Box, Face, Finding, Photo, Previews, PublicMetadata, PrivateItem, Inspection, ProvenPart, ProofProblem,
               Proof, VettedPhoto, Stripped, FileReport):  # fmt: skip
    hints = get_type_hints(record)
    st.register_type_strategy(
        record, st.builds(record, **{each.name: st.from_type(hints[each.name]) for each in fields(record)})
    )

RESULTS: list[type] = [VettedPhoto, Stripped, FileReport, str]

EXAMPLE = VettedPhoto(
    Photo(
        "a.jpg",
        faces=(Face(1, Box(1, 2, 30, 40), 0.875, face_id=Box(1, 2, 3, 4)),),
        findings=(Finding("face-release", Verdict.RELEASE, "why", box=Box(0, 0, 9, 9)),),
        removed=("gps",),
        public=PublicMetadata(title="Open day", keywords=("day",)),
    ),
    Previews(b"\xff\xd8", (b"\xff",)),
    Inspection("jpeg", (PrivateItem("gps", "GPSLatitude", "52.5", "EXIF GPS", 17),), position=(52.5, 1.25)),
)


@examples(60, deadline=None)
@given(st.data())
@pytest.mark.parametrize("kind", RESULTS)
def test_the_round_trip_of_every_record_is_identity(kind: type, data: st.DataObject) -> None:
    """Names with bytes that are no text, too."""
    result = data.draw(st.from_type(kind))
    back = AnswerReader(kind).read(pack_answer(result))
    assert back == result
    assert same_types(back, result)


def same_types(one: Any, other: Any) -> bool:
    """Whether values that are equal are of the same types to the last field; True equals 1, and a StrEnum its text."""
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(same_types(getattr(one, each.name), getattr(other, each.name)) for each in fields(one))
    if isinstance(one, tuple):
        return all(same_types(*pair) for pair in zip(one, other, strict=True))
    return True


def mutated(message: bytes, data: st.DataObject) -> bytes:
    """The message with some bytes in the middle replaced by others."""
    start = data.draw(st.integers(0, len(message)))
    end = data.draw(st.integers(start, min(len(message), start + 8)))
    return message[:start] + data.draw(st.binary(max_size=8)) + message[end:]


@examples(400, deadline=None)
@given(st.data())
def test_an_altered_answer_is_a_whole_record_or_is_not_trusted(data: st.DataObject) -> None:
    """Whatever happens to its bytes: no other type, no half a record, no exception."""
    message = pack_answer(EXAMPLE)
    for _ in range(data.draw(st.integers(1, 3))):
        message = mutated(message, data)
    reader = AnswerReader(VettedPhoto)
    outcome = reader.read(message)
    if outcome != NOT_TRUSTED:
        assert isinstance(outcome, VettedPhoto)
        again = reader.read(pack_answer(outcome))
        assert again == outcome
        assert same_types(again, outcome)


@examples(200, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([b"", b"=", b"!", b"="]), st.sampled_from(RESULTS))
def test_any_bytes_are_read_without_an_exception(body: bytes, start: bytes, kind: type) -> None:
    """Nor do they run anything: what comes is the record, a named error or no answer."""
    outcome = AnswerReader(kind).read(start + body)
    assert isinstance(outcome, kind | Ready | Broken | LostJob)


def answer_with(field: str, value: object) -> bytes:
    """A well-formed message of a photo, one field of which has a value of the sender's choice."""
    whole = msgspec.msgpack.decode(pack_answer(EXAMPLE)[1:])
    whole["photo"][field] = value
    return b"=" + msgspec.msgpack.encode(whole)


@pytest.mark.parametrize(("field", "value"), [
    ("number", "1"), ("number", 1.0), ("number", True), ("number", None), ("source", b"a.jpg"), ("source", 7),
    ("faces", {}), ("faces", [None]), ("faces", [{"number": 1}]), ("faces", [[1, 2]]), ("findings", "x"),
    ("findings", [{"rule": "r", "verdict": "fine", "reason": "w"}]), ("public", []), ("removed", [1]),
    ("partial", 0), ("width", 2.5), ("output", False), ("number", msgspec.msgpack.Ext(1, b"x")),
])  # fmt: skip
def test_values_of_other_types_are_not_trusted(field: str, value: object) -> None:
    """Nothing is converted: a number that is a text, a truth that is a number, a verdict that there is not."""
    assert AnswerReader(VettedPhoto).read(answer_with(field, value)) == NOT_TRUSTED


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_numbers_are_finite(number: str) -> None:
    """A score that is no number compares with nothing."""
    face = {"number": 1, "box": {"left": 0, "top": 0, "right": 1, "bottom": 1}, "score": float(number)}
    assert AnswerReader(VettedPhoto).read(answer_with("faces", [face])) == NOT_TRUSTED
    assert AnswerReader(VettedPhoto).read(answer_with("faces", [face | {"score": 0.5}])) != NOT_TRUSTED


@pytest.mark.parametrize("message", [
    b"", b"=", b"?", b"ready?", b"r", b"=\xc1", b"\x80\x04N.",
    pack_answer("a text"), pack_answer(Stripped(Path("a"))), pack_answer(EXAMPLE)[:-1], pack_answer(EXAMPLE) + b"\xc0",
    b"=\xdd\xff\xff\xff\xff", b"=\xdf\xff\xff\xff\xff", b"=\xc6\xff\xff\xff\xff", b"=" + b"\x91" * 100_000,
    b"=\x81\xa1x" + b"\x91" * 100_000, b"!\x80", b"!\x82\xa4name\xaaValueError\xa5words\xa1x",
])  # fmt: skip
def test_messages_that_are_no_answer_to_this_job(message: bytes) -> None:
    """Cut off, too long, of another type, with lengths that are not there, or nested without end."""
    assert AnswerReader(VettedPhoto).read(message) == NOT_TRUSTED


def test_fields_that_a_record_has_not_are_left_out() -> None:
    """What a worker adds reaches nobody."""
    assert AnswerReader(VettedPhoto).read(answer_with("__class__", "os.system")) == EXAMPLE


def test_an_answer_of_very_many_values_is_not_even_decoded() -> None:
    """They would take a hundred times their bytes in memory."""
    many = b"=\xdd" + struct.pack(">I", MAX_VALUES) + b"\xa0" * MAX_VALUES
    assert AnswerReader(tuple[str, ...]).read(many) == NOT_TRUSTED


def test_the_proof_of_a_file_with_the_most_pieces_fits() -> None:
    """What the ledger takes at most, crosses."""
    part = ProvenPart("IDAT", 70_000, 12)
    proof = Proof("png", "0" * 64, 1, (part,) * 200_000, PublicMetadata(), problems=(ProofProblem(0, "x", "y"),) * 100)
    report = FileReport(Path("a.png"), proof=proof)
    assert AnswerReader(FileReport).read(pack_answer(report)) == report


@pytest.mark.parametrize("text", ["\ud800", "name \udcff"])
def test_a_text_that_is_none_fails_its_photo_alone(text: str) -> None:
    """Half a character has no bytes, so it cannot be sent as text."""
    assert AnswerReader(VettedPhoto).read(pack_answer(VettedPhoto(Photo(text)))) == NOT_TRUSTED


def test_an_undecodable_path_crosses_as_its_bytes() -> None:
    """A path with a zero byte is none."""
    stripped = Stripped(Path(os.fsdecode(b"photo \xff.jpg")))
    message = pack_answer(stripped)
    assert b"photo \xff.jpg" in message
    assert AnswerReader(Stripped).read(message) == stripped
    assert AnswerReader(Stripped).read(message.replace(b"photo \xff", b"photo \0")) == NOT_TRUSTED


@pytest.mark.parametrize("error", [
    ModelError("The model is altered.", "Install again."), ProfileError("no"), UnreadablePhoto("a", "b"),
])  # fmt: skip
def test_errors_of_imgvet_cross_with_reason_and_hint(error: ImgvetError) -> None:
    """By name, so that whoever catches them there catches them here."""
    outcome = AnswerReader(str).read(pack_answer(Broken(error)))
    assert isinstance(outcome, Broken)
    assert type(outcome.error) is type(error)
    assert (outcome.error.reason, outcome.error.hint) == (error.reason, error.hint)


@pytest.mark.parametrize(("error", "kind", "words"), [
    (MemoryError(), MemoryError, ""),
    (ValueError("odd \ud800"), ValueError, "odd \\ud800"),
    (FileNotFoundError(2, "No such file"), FileNotFoundError, "[Errno 2] No such file"),
    (UnicodeDecodeError("ascii", b"\xff", 0, 1, "no"), RuntimeError, "UnicodeDecodeError: 'ascii' codec can't decode"),
    (msgspec.ValidationError("of a library"), RuntimeError, "ValidationError: of a library"),
])  # fmt: skip
def test_other_errors_cross_in_words(error: Exception, kind: type[Exception], words: str) -> None:
    """Python's own by name where words make them."""
    outcome = AnswerReader(str).read(pack_answer(Broken(error)))
    assert isinstance(outcome, Broken)
    assert type(outcome.error) is kind
    assert str(outcome.error).startswith(words)


@pytest.mark.parametrize("name", ["SystemExit", "KeyboardInterrupt", "eval", "ClassVar", "Popen", "os.system", ""])
def test_only_exceptions_can_be_named(name: str) -> None:
    """A name picks from errors and nothing else."""
    message = b"!" + msgspec.msgpack.encode({"name": name, "words": ["x"]})
    assert AnswerReader(str).read(message) == NOT_TRUSTED
