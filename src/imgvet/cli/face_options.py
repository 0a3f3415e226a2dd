"""The options of ``check`` by which somebody answers for single faces and areas, and what is made of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from imgvet.cli.arguments import Redact
from imgvet.decisions import FINE, MISREAD, REDACT, RELEASE, REOPEN
from imgvet.errors import UsageError
from imgvet.people_names import checked_name
from imgvet.photo import area_number

if TYPE_CHECKING:
    from imgvet.batch.check_answers import FaceAnswer


def _faces_option(about: str) -> Any:
    help_text = f"{about}, e.g. 1,2 or 2-5; or possible: every possible face that needs a decision."
    return typer.Option(metavar="FACES", help=help_text, show_default=False)


def _areas_option(about: str) -> Any:
    return typer.Option(metavar="AREAS", help=f"{about}, e.g. A or A,C.", show_default=False)


RedactFacesOption = Annotated[
    str,
    typer.Option(
        metavar="none|unreleased|all|FACES",
        help="Hide faces: all of them, those that nobody has answered for, or some by their numbers, e.g. 1,3; "
        "and areas by their letters, e.g. A or 1,3,A; or possible: every possible face that needs a decision.",
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
ReopenOption = Annotated[str, _faces_option("Withdraw earlier decisions on these faces, or on areas by their letters")]
FineOption = Annotated[str, _areas_option("These areas may be seen; say why with --note")]
MisreadOption = Annotated[str, _areas_option("These areas are not what imgvet took them for")]

FACE_OPTIONS = {  # of check, each with the kind of decision that it is
    "--redact": REDACT,
    "--form": RELEASE,
    "--not-a-face": "not-a-face",
    "--staff": "staff",
    "--not-identifiable": "not-identifiable",
    "--reopen": REOPEN,
    "--fine": FINE,
    "--misread": MISREAD,
}
_OF_AREAS, _OF_BOTH = ("--fine", "--misread"), ("--redact", "--reopen")
_AREA_LIST = re.compile(r"\s*([A-Za-z]{1,2})\s*(?:[-–]\s*([A-Za-z]{1,2})\s*)?")
_POSSIBLE = "possible"
_FACE_LIST = re.compile(r"\s*([0-9]{1,4})\s*(?:[-–]\s*([0-9]{1,4})\s*)?")


def face_answers(given: Mapping[str, str], forms: Sequence[str], by: str, note: str) -> "list[FaceAnswer]":
    """What somebody says of single faces and areas.

    Args:
        given: the values of those of ``FACE_OPTIONS`` that take numbers or letters; empty where one was not given.
        forms: those of ``--form``.
        by: who says it.
        note: why.

    Raises:
        UsageError: a value does not list faces or areas, faces are answered while all are hidden, or nobody is named.
    """
    from imgvet.batch.check_answers import FaceAnswer
    from imgvet.batch.decisions.record import DecisionRequest

    said = [(option, FACE_OPTIONS[option], faces, areas, "") for option, faces, areas in _listed(given)]
    said += [("--form", RELEASE, (face,), (), reference) for face, reference in map(_face_and_reference, forms)]
    for option, kind, faces, areas, _ in said:
        checked_name(by, f"{option} needs a name, because what you say of a face or an area is recorded.")
        if given.get("--redact") == "all" and kind != REOPEN and (faces or not areas):
            raise UsageError(f"--redact all hides every face, so {option} has no effect.", "Give one of the two.")
    if note and not said:
        raise UsageError(
            "--note gives the reason for a decision about a face or an area, but there is no decision.", "Leave it out."
        )
    return [
        FaceAnswer(option, faces, DecisionRequest(kind, by, value, note), areas, possible=not faces and not areas)
        for option, kind, faces, areas, value in said
    ]


def redaction_asked(redact: str) -> Redact:
    """What ``--redact`` asks for the faces that nobody has answered for; ``none`` where it lists faces."""
    return next((each for each in get_args(Redact) if each == redact), "none")


def _listed(given: Mapping[str, str]) -> Iterator[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    """Each option with the faces and the areas that it lists; none: every possible face that needs a decision."""
    for option, value in given.items():
        if value and not (option == "--redact" and value in get_args(Redact)):
            possible = value.strip() == _POSSIBLE and option not in _OF_AREAS
            yield option, *(((), ()) if possible else _faces_and_areas(option, value))


def _faces_and_areas(option: str, text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The numbers of the faces, and of the areas, in a list such as ``1,2``, ``2-9`` or ``1,A``, each once.

    Raises:
        UsageError: it is not such a list.
    """
    faces, areas = set[int](), set[int]()
    for part in text.split(","):
        found, lettered = _FACE_LIST.fullmatch(part), _AREA_LIST.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if lettered:
            first, last = area_number(lettered[1]), area_number(lettered[2] or lettered[1])
        if (
            not 0 < first <= last
            or (lettered and option not in (*_OF_AREAS, *_OF_BOTH))
            or (found and option in _OF_AREAS)
        ):
            raise _not_a_list(option, text)
        (areas if lettered else faces).update(range(first, last + 1))
    return tuple(sorted(faces)), tuple(sorted(areas))


def _not_a_list(option: str, text: str) -> UsageError:
    what, such = ("areas", "A,C or {0} A-D") if option in _OF_AREAS else ("faces", "1,3 or {0} 2-5")
    what += " or areas" if option in _OF_BOTH else ""
    other = f"is not {', '.join(get_args(Redact))} or a list of {what}" if option == "--redact" else ""
    return UsageError(
        f"{option} '{text}' {other or f'is not a list of {what}'}.", f"E.g. {option} {such.format(option)}."
    )


def _face_and_reference(text: str) -> tuple[int, str]:
    face, colon, reference = text.partition(":")
    if not (colon and re.fullmatch(r"[0-9]{1,4}", face.strip()) and reference.strip()):
        raise UsageError(f"--form '{text}' is not FACE:REF.", "E.g. --form 1:WMP-2026-014.")
    return int(face), reference.strip()
