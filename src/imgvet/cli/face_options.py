"""The options of ``check`` by which somebody answers for single faces, and what is made of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from imgvet.cli.arguments import Redact
from imgvet.decisions import REDACT, RELEASE, REOPEN
from imgvet.errors import UsageError
from imgvet.people_names import checked_name

if TYPE_CHECKING:
    from imgvet.batch.check_answers import FaceAnswer


def _faces_option(about: str) -> Any:
    return typer.Option(metavar="FACES", help=f"{about}, e.g. 1,2 or 2-5.", show_default=False)


RedactFacesOption = Annotated[
    str,
    typer.Option(
        metavar="none|unreleased|all|FACES",
        help="Hide faces: all of them, those that nobody has answered for, or some by their numbers, e.g. 1,3.",
    ),
]
FormOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FACE:REF",
        help="The release form of a face, e.g. 1:WMP-2026-014; the register says whether it is valid. "
        "May be given several times.",
        show_default=False,
    ),
]
NotAFaceOption = Annotated[str, _faces_option("These are not faces but e.g. a statue, a poster, a pattern")]
StaffOption = Annotated[str, _faces_option("These are your own staff on duty, if the profile allows that")]
NotIdentifiableOption = Annotated[str, _faces_option("Nobody could tell who these are; say why with --note")]
ReopenOption = Annotated[str, _faces_option("Withdraw earlier decisions on these faces")]

FACE_OPTIONS = {  # of check, each with the kind of decision that it is
    "--redact": REDACT,
    "--form": RELEASE,
    "--not-a-face": "not-a-face",
    "--staff": "staff",
    "--not-identifiable": "not-identifiable",
    "--reopen": REOPEN,
}
_FACE_LIST = re.compile(r"\s*([0-9]{1,4})\s*(?:[-–]\s*([0-9]{1,4})\s*)?")


def face_answers(given: Mapping[str, str], forms: Sequence[str], by: str, note: str) -> "list[FaceAnswer]":
    """What somebody says of single faces.

    Args:
        given: the values of those of ``FACE_OPTIONS`` that take face numbers; empty where an option was not given.
        forms: those of ``--form``.
        by: who says it.
        note: why.

    Raises:
        UsageError: a value is not a list of faces, faces are answered while all are hidden, or a name is missing.
    """
    from imgvet.batch.check_answers import FaceAnswer
    from imgvet.batch.decisions.record import DecisionRequest

    said = [(option, FACE_OPTIONS[option], faces, "") for option, faces in _listed(given)]
    said += [("--form", RELEASE, (face,), reference) for face, reference in map(_face_and_reference, forms)]
    for option, kind, _, _ in said:
        checked_name(by, f"{option} needs a name, because what you say of a face is recorded.")
        if given.get("--redact") == "all" and kind != REOPEN:
            raise UsageError(f"--redact all hides every face, so {option} has no effect.", "Give one of the two.")
    if note and not said:
        raise UsageError(
            "--note gives the reason for a decision about a face, but there is no decision.", "Leave it out."
        )
    return [FaceAnswer(option, faces, DecisionRequest(kind, by, value, note)) for option, kind, faces, value in said]


def redaction_asked(redact: str) -> Redact:
    """What ``--redact`` asks for the faces that nobody has answered for; ``none`` where it lists faces."""
    return next((each for each in get_args(Redact) if each == redact), "none")


def _listed(given: Mapping[str, str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for option, value in given.items():
        if value and not (option == "--redact" and value in get_args(Redact)):
            yield option, _face_numbers(option, value)


def _face_numbers(option: str, text: str) -> tuple[int, ...]:
    """The numbers in a list such as ``1,2`` or ``2-9``, in order, each once.

    Raises:
        UsageError: it is not such a list.
    """
    numbers = set[int]()
    for part in text.split(","):
        found = _FACE_LIST.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 0 < first <= last:
            other = f"is not {', '.join(get_args(Redact))} or a list of faces" if option == "--redact" else ""
            raise UsageError(
                f"{option} '{text}' {other or 'is not a list of faces'}.", f"E.g. {option} 1,3 or {option} 2-5."
            )
        numbers.update(range(first, last + 1))
    return tuple(sorted(numbers))


def _face_and_reference(text: str) -> tuple[int, str]:
    face, colon, reference = text.partition(":")
    if not (colon and re.fullmatch(r"[0-9]{1,4}", face.strip()) and reference.strip()):
        raise UsageError(f"--form '{text}' is not FACE:REF.", "E.g. --form 1:WMP-2026-014.")
    return int(face), reference.strip()
