"""Each guard at the border of the workers, on the smallest message that needs it."""

import math
import struct
from pathlib import Path, PurePosixPath

import pytest

from imgvet.errors import ImgvetError, ModelError
from imgvet.workers import answers
from imgvet.workers.answers import AnswerReader, Broken, LostJob, Ready, pack_answer

NOT_TRUSTED = LostJob("imgvet could not read this file safely.")


def test_the_limits_are_those_that_the_documents_name() -> None:
    """512 MiB and two million values; a job that was lost has not died but where that is said."""
    assert (answers.MAX_ANSWER, answers.MAX_VALUES) == (536_870_912, 2_000_000)
    assert LostJob("why").died is False


def test_the_three_kinds_of_message_and_what_is_none() -> None:
    """Ready, an error, a result; what cannot be sent is one byte that nobody trusts."""
    reader = AnswerReader(tuple[int, ...])
    assert pack_answer(Ready()) == b"ready"
    assert reader.read(b"ready") == Ready()
    assert pack_answer((1, 2)) == b"=\x92\x01\x02"
    assert reader.read(b"=\x92\x01\x02") == (1, 2)
    assert pack_answer(Broken(ValueError("no")))[:1] == b"!"
    for kind in (b"\x92\x01\x02", b"?\x92\x01\x02", b"==\x92\x01\x02", b">\x92\x01\x02", b"<\x92\x01\x02"):
        assert reader.read(kind) == NOT_TRUSTED
    assert reader.read(b"=" + pack_answer(Broken(ValueError("no")))[1:]) == NOT_TRUSTED
    assert reader.read(b"!\x92\x01\x02") == NOT_TRUSTED
    assert reader.read(b"?" + pack_answer(Broken(ValueError("no")))[1:]) == NOT_TRUSTED


@pytest.mark.parametrize("value", [object(), PurePosixPath("a"), 2**80, "\ud800", (Path("a"), object()), [1, {2: set}]])
def test_what_is_no_plain_data_is_not_sent(value: object) -> None:
    """Of paths only those that can be opened."""
    assert pack_answer(value) == b"?"


def test_a_path_is_bytes_without_a_zero() -> None:
    """Nothing else becomes one, and no other type is made from bytes."""
    assert pack_answer(Path("a")) == b"=\xc4\x01a"
    assert AnswerReader(Path).read(b"=\xc4\x01a") == Path("a")
    for expected, value in ((Path, "a"), (Path, 7), (Path, b"a\0"), (str, b"a"), (PurePosixPath, b"a")):
        with pytest.raises(ValueError, match="not a path"):
            answers._path(expected, value)


def test_errors_cross_by_their_names() -> None:
    """Those of imgvet and of Python by their own; one that only has such a name, or none, is told in words."""
    other = type("ModelError", (ImgvetError,), {})
    own = type("Own", (ValueError,), {})
    for error, kind, args in (
        (ValueError("a", "b"), ValueError, ("a", "b")),
        (ValueError(), ValueError, ()),
        (ValueError("a", 3), ValueError, ("('a', 3)",)),
        (KeyError(3), KeyError, ("3",)),
        (ValueError("\ud800"), ValueError, ("\\ud800",)),
        (own("why"), RuntimeError, ("Own: why",)),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), RuntimeError, None),
    ):
        back = AnswerReader(str).read(pack_answer(Broken(error)))
        assert isinstance(back, Broken)
        assert type(back.error) is kind
        assert args is None or back.error.args == args
    back = AnswerReader(str).read(pack_answer(Broken(ModelError("It is gone\ud800.", "Do \ud801."))))
    assert isinstance(back, Broken)
    assert isinstance(back.error, ModelError)
    assert (back.error.reason, back.error.hint) == ("It is gone\\ud800.", "Do \\ud801.")
    told = AnswerReader(str).read(pack_answer(Broken(other("It is gone.", "Do."))))
    assert isinstance(told, Broken)
    assert type(told.error) is RuntimeError
    assert str(told.error).startswith("ModelError: ")


def test_what_is_made_from_other_things_than_words_keeps_them() -> None:
    """The words, after the name."""
    found = answers._raised(answers._NamedError("UnicodeDecodeError", ("a", "b")))
    assert (type(found), str(found)) == (RuntimeError, "UnicodeDecodeError: a b")
    with pytest.raises(ValueError, match="not the name of an error"):
        answers._raised(answers._NamedError("int", ("3",)))


@pytest.mark.parametrize("name", ["int", "print", "SystemExit", "KeyboardInterrupt", "nothing", "__doc__", "object"])
def test_only_errors_have_a_name_that_may_cross(name: str) -> None:
    """Not what ends the process, and nothing else that has a name."""
    assert answers._error_class(name) is None


SIZES: dict[bytes, int] = {
    b"\x00": 1, b"\x7f": 1, b"\x80": 1, b"\x8f": 1, b"\x90": 1, b"\x9f": 1, b"\xe0": 1, b"\xff": 1,
    b"\xa0": 1, b"\xa1": 2, b"\xa9": 10, b"\xb0": 17, b"\xbf": 32,
    b"\xc0": 1, b"\xc2": 1, b"\xc3": 1,
    b"\xcc": 2, b"\xcd": 3, b"\xce": 5, b"\xcf": 9, b"\xd0": 2, b"\xd1": 3, b"\xd2": 5, b"\xd3": 9,
    b"\xdc": 3, b"\xdd": 5, b"\xde": 3, b"\xdf": 5,
    b"\xc4\x07\x09\x09\x09": 9, b"\xc5\x01\x02\x09\x09": 261, b"\xc6\x01\x02\x03\x04\x09": 16_909_065,
    b"\xd9\x07\x09\x09\x09": 9, b"\xda\x01\x02\x09\x09": 261, b"\xdb\x01\x02\x03\x04\x09": 16_909_065,
    b"\xcb" + struct.pack(">d", 1.5): 9,
}  # fmt: skip


@pytest.mark.parametrize("before", [b"", b"\xc4\xc5\xc6\x01"])
def test_every_value_is_as_long_as_the_specification_says(before: bytes) -> None:
    """Wherever it stands."""
    assert {each: answers._size_of_value(before + each, len(before)) for each in SIZES} == SIZES


def test_kinds_of_values_that_no_record_has_are_none() -> None:
    """Extensions, small floating-point numbers, the byte that means nothing."""
    known = {each[0] for each in SIZES} | {*range(0xC0), *range(0xE0, 0x100)}
    for first in set(range(256)) - known:
        with pytest.raises(KeyError):
            answers._size_of_value(bytes([first]) + bytes(9), 0)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_is_finite(number: float) -> None:
    """Wherever it stands; one that is cut off is none."""
    with pytest.raises(ValueError, match="not a finite number"):
        answers._check_values(b"\x92\x01\xcb" + struct.pack(">d", number))
    with pytest.raises(struct.error):
        answers._check_values(b"\xcb\x00")


def test_values_are_counted_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as the limit, and not one more, from the first byte on."""
    monkeypatch.setattr(answers, "MAX_VALUES", 3)
    for body in (b"", b"\x01\x02\x03", b"\xa2\x01\x01\xc4\x02\x01\x01\x05"):
        answers._check_values(body)
        for first in (b"\x01", b"\xc0"):
            if len(body) > 0:
                with pytest.raises(ValueError, match="too many values"):
                    answers._check_values(body + first)
    monkeypatch.setattr(answers, "MAX_VALUES", 1)
    with pytest.raises(KeyError):
        answers._check_values(b"\xc1")
    assert AnswerReader(tuple[int, ...]).read(b"=\x91\x01") == NOT_TRUSTED
    assert AnswerReader(int).read(b"=\x01") == 1
