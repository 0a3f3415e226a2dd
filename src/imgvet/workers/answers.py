"""What a worker sends back: plain data that its parent checks before anything uses it, so that nothing in it can run.

A worker may have been taken over by the file that it opened, and can then send any bytes. A message is one byte that
says what it is, and MessagePack. A result is decoded strictly against the type that the parent process expects:
records (dataclasses), enumerations, tuples, texts, bytes, numbers and dates. A path crosses as the bytes of the file
system, because a file's name need not be text. An exception crosses as its class's name and its words.
"""

import builtins
import math
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from imgvet import errors

Result = TypeVar("Result")

MAX_ANSWER = 512 * 1024 * 1024  # bytes
MAX_VALUES = 2_000_000  # in one answer; the proof of a file with the most pieces that it may have needs 1.4 million
UNTRUSTED = "imgvet could not read this file safely."


@dataclass(frozen=True, slots=True)
class LostJob:
    """A job that ended the worker process."""

    reason: str  # one plain sentence
    died: bool = False  # the process ended itself, as some libraries do on an error


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker has loaded what it needs."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The function raised: the workers cannot do this kind of work at all, e.g. the face model is missing."""

    error: Exception


_READY, _RESULT, _ERROR, _UNSENDABLE = b"ready", b"=", b"!", b"?"


def pack_answer(outcome: Any) -> bytes:
    """The message that encodes ``Ready``, an error as ``Broken``, or a result.

    A result that is not plain data, or contains what MessagePack cannot, gives a message that no parent accepts.
    """
    if isinstance(outcome, Ready):
        return _READY
    if isinstance(outcome, Broken):
        return _ERROR + msgspec.msgpack.encode(_named(outcome.error))
    try:
        return _RESULT + msgspec.msgpack.encode(outcome, enc_hook=_path_bytes)
    except (TypeError, ValueError, OverflowError, NotImplementedError, RecursionError):
        return _UNSENDABLE


class AnswerReader(Generic[Result]):
    """Reads the messages of workers whose results are of one type."""

    def __init__(self, result: type[Result]) -> None:
        self._results = msgspec.msgpack.Decoder(result, dec_hook=_path)

    def read(self, untrusted_message: bytes) -> Result | Ready | Broken | LostJob:
        """What the message says; ``LostJob`` where it is not exactly what a worker may send. It raises nothing."""
        try:
            if untrusted_message == _READY:
                return Ready()
            kind, body = untrusted_message[:1], untrusted_message[1:]
            _check_values(body)
            if kind == _RESULT:
                return self._results.decode(body)
            if kind == _ERROR:
                return Broken(_raised(_NAMED_ERRORS.decode(body)))
        except Exception:  # noqa: BLE001, S110 - whatever is wrong with it, it is not to be trusted
            pass
        return LostJob(UNTRUSTED)


def _path_bytes(value: Any) -> bytes:
    if isinstance(value, Path):
        return os.fsencode(value)
    raise NotImplementedError


def _path(expected: type, untrusted_value: Any) -> Path:
    if expected is not Path or not isinstance(untrusted_value, bytes) or b"\0" in untrusted_value:
        raise ValueError("not a path")
    return Path(os.fsdecode(untrusted_value))


# -- exceptions, by name


@dataclass(frozen=True, slots=True)
class _NamedError:
    """An exception without its class: what it is called, and what it was given."""

    name: str
    words: tuple[str, ...]


_NAMED_ERRORS = msgspec.msgpack.Decoder(_NamedError)


def _named(error: Exception) -> _NamedError:
    """An error of imgvet by its reason and hint, one that is built in by its words; any other is described in words."""
    name = type(error).__name__
    if isinstance(error, errors.ImgvetError) and _error_class(name) is type(error):
        return _NamedError(name, (_sendable(error.reason), _sendable(error.hint)))
    if _error_class(name) is type(error):
        words = error.args if all(isinstance(word, str) for word in error.args) else (str(error),)
        return _NamedError(name, tuple(map(_sendable, words)))
    return _NamedError("RuntimeError", (_sendable(f"{name}: {error}"),))


def _raised(named: _NamedError) -> Exception:
    known = _error_class(named.name)
    if known is None:
        raise ValueError("not the name of an error that may cross")
    try:
        return known(*named.words)
    except TypeError:  # made from other things than words
        return RuntimeError(f"{named.name}: {' '.join(named.words)}")


def _error_class(name: str) -> type[Exception] | None:
    """The error of imgvet or of Python itself that has this name."""
    found = getattr(errors, name, None) or getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, Exception) else None


def _sendable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


# -- MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md): first byte, and how many bytes follow it

_NUMBERS = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
_CONTAINERS = {0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}
_CONSTANTS = {0xC0: 0, 0xC2: 0, 0xC3: 0}
_FOLLOWING = _NUMBERS | _CONTAINERS | _CONSTANTS
_SIZED = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}  # bytes and texts: bytes of their size
_FLOAT = 0xCB


def _check_values(untrusted_body: bytes) -> None:
    """Look over a message before it is decoded, so that its values cannot fill the parent's memory.

    Raises:
        ValueError: it has too many values, one of a kind that no record has, or a number that is not finite.
        struct.error: it stops half-way.
    """
    at, values = 0, 0
    while at < len(untrusted_body):
        values += 1
        if values > MAX_VALUES:
            raise ValueError("too many values")
        at += _size_of_value(untrusted_body, at)


def _size_of_value(body: bytes, at: int) -> int:
    """Bytes of the value that starts there; of a container, those of its head."""
    first = body[at]
    if first < 0xA0 or first >= 0xE0:  # small numbers and containers
        return 1
    if first < 0xC0:  # short texts
        return 1 + (first & 0x1F)
    if first in _FOLLOWING:
        return 1 + _FOLLOWING[first]
    if first == _FLOAT:
        if not math.isfinite(struct.unpack_from(">d", body, at + 1)[0]):
            raise ValueError("not a finite number")
        return 9
    width = _SIZED[first]
    return 1 + width + int.from_bytes(body[at + 1 : at + 1 + width], "big")
