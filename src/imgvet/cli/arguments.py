"""Arguments and options of several commands, and what is made of them: settings, photos, names. Nothing is decided."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain
from itertools import count as counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from imgvet.atomic_files import clear_abandoned
from imgvet.capture_order import ClockOffset, parse_clock_offset
from imgvet.cli.console import print_note, say_left_out
from imgvet.database.addresses import address_of
from imgvet.dates import read_date
from imgvet.errors import ImgvetError, UsageError
from imgvet.storage_errors import storage_words
from imgvet.text import clean_text, count, one_line, visible


def date_option(name: str, about: str) -> Any:
    """An option that takes a date as people write it; what is none is refused with the option's name."""

    def read(text: str) -> date:
        try:
            return read_date(text)
        except UsageError as problem:
            raise UsageError(f"{name}: {problem.reason}", problem.hint) from None

    return typer.Option(name, metavar="DATE", parser=read, help=about, show_default=False)


Redact = Literal["none", "unreleased", "all"]
Rights = Literal["ask", "own", "licensed"]
ProofMarksChoice = Literal["none", "tile", "diagonal"]
RedactStyleChoice = Literal["soft", "blocks", "solid"]

PhotoArguments = Annotated[
    list[Path], typer.Argument(metavar="PHOTO", help="Photos to look at.", show_default=False, readable=False)
]
BatchArgument = Annotated[
    Path, typer.Argument(metavar="BATCH", readable=False, help="The folder that `imgvet batch` wrote.")
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE", help="House rules: a profile's name, or a .toml file. Default: imgvet.toml, else general."
    ),
]
ChannelOption = Annotated[
    str, typer.Option(metavar="NAME", help="Where the photos go: flickr, x, facebook, bluesky, web.")
]
RedactOption = Annotated[Redact, typer.Option(help="Hide faces: all of them, or those without a valid decision.")]
RightsOption = Annotated[
    Rights,
    typer.Option(
        help="Where a file names somebody else's rights: own says that it is your organisation's picture, licensed "
        "that you may use it; then the copy keeps its creator's credit."
    ),
]
ProofMarksOption = Annotated[
    ProofMarksChoice,
    typer.Option(
        help="For previews: the copyright text all over each picture, in rows or along the diagonal; it may cross "
        "faces. Run again without it for the files to publish."
    ),
]
RedactStyleOption = Annotated[
    RedactStyleChoice | None,
    typer.Option(
        help="How faces and areas are hidden: like a blur, in coarse blocks, or in one dark colour. Default: as the "
        "profile says, which is soft.",
        show_default=False,
    ),
]
DateOption = Annotated[date | None, date_option("--date", "When it happened, e.g. 14/06/2026.")]
ClockOffsetOption = Annotated[
    list[ClockOffset] | None,
    typer.Option(
        "--clock-offset",
        parser=parse_clock_offset,
        metavar="CAMERA=±H:MM:SS",
        help="Add this to the times of a camera whose clock was wrong, e.g. 'Canon EOS R6=+1:00:00', before photos are "
        "put in order. May be given several times.",
        show_default=False,
    ),
]
LinkOption = Annotated[str, typer.Option(metavar="URL", help="The page that the description links back to.")]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        metavar="NUMBER", min=1, max=256, help="Processes at work at once. Default: one a core.", show_default=False
    ),
]
RegisterOption = Annotated[
    Any,  # an Address, or None
    typer.Option(
        metavar="FILE|ADDRESS",
        parser=address_of,
        help="The register of release forms, or postgresql://USER@HOST/DATABASE. Default: what IMGVET_REGISTER names, "
        "else your own.",
        show_default=False,
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Show no progress, only what came of it.")]
JsonOption = Annotated[
    bool, typer.Option("--json", help="JSON Lines on stdout, one object a photo; words go to stderr.")
]


if TYPE_CHECKING:
    from imgvet.find_photos import FoundPhotos, Skipped
    from imgvet.photo import Event
    from imgvet.settings import Settings


def channels_named(given: Sequence[str] | None) -> tuple[str, ...]:
    """The channels that were typed, with commas or one by one, each once; none where nothing was.

    Raises:
        UsageError: what was typed names none.
    """
    names = [name.strip() for each in given or () for name in each.split(",")]
    if given and not all(names):
        raise UsageError(f"--channel '{','.join(given)}' leaves a name out.", "E.g. --channel flickr,x.")
    return tuple(dict.fromkeys(names))


def settings_for(
    profile: str | None,
    channels: Sequence[str],
    redact: Redact,
    event: "Event",
    proof_marks: ProofMarksChoice,
    style: RedactStyleChoice | None = None,
) -> "Settings":
    """Everything that a run was asked for.

    Raises:
        ProfileError: no such profile, or one that cannot be used.
        UsageError: the profile has no such channel.
    """
    from imgvet.api import build_settings

    settings = build_settings(profile, event=event, channel=channels, redact=redact, proof_marks=proof_marks)
    settings = settings.with_style(style)
    for section in ("organisation", "licence", "metadata", "marks"):
        for key, text in _texts(section, settings.profile.model_dump()[section]):
            say_left_out(key, text)
    check_marks(settings)
    return settings


def _texts(key: str, value: object) -> Iterator[tuple[str, str]]:
    """The texts of a part of a profile, each with its key."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        yield from chain.from_iterable(_texts(f"{key}.{name}", below) for name, below in value.items())
    elif isinstance(value, list):
        yield from chain.from_iterable(_texts(key, each) for each in value)


def check_marks(settings: "Settings") -> None:
    """Say at once, and not in a worker, that a mark cannot be drawn, nobody is named, or photos are proofs."""
    from imgvet.cli.messages import owner_note
    from imgvet.encode.text_check import check_texts
    from imgvet.watermarks.load import load_watermarks, try_drawings

    check_texts(settings)
    try_drawings(settings)
    if note := owner_note(settings, (mark.name for mark in load_watermarks(settings))):
        print_note(note)
    if settings.proof_marks != "none":
        print_note("Proof marks are on, for previews: run again without --proof-marks for the files to publish.")


def event_for(text: str, day: date | None, link: str, tags: list[str]) -> "Event":
    """What the photos have in common.

    Raises:
        UsageError: the link is not a web address, or a text has what no file can contain.
    """
    from imgvet.encode.text_check import check_written
    from imgvet.photo import Event

    if link and not link.startswith(("http://", "https://")):
        raise UsageError(f"--link '{link}' is not a web address.", "It starts with https://.")
    for option, typed in (("--event", text), ("--link", link), *(("--tags", each) for each in tags)):
        check_written(option, typed)
        say_left_out(option, typed)
    if text and not one_line(text):
        raise UsageError(
            "--event is empty: it has no visible characters.", "Give the event's name, as the public will see it."
        )
    return Event(one_line(text), day, link, tuple(map(clean_text, tags)))


@contextmanager
def copies_folder(path: Path) -> Iterator[None]:
    """The folder for copies, made where it is not there; a new one that is empty in the end is not left behind.

    What a killed command left half-written in it long ago is removed.

    Raises:
        UsageError: it cannot be made.
    """
    made = not path.exists()
    try:
        path.mkdir(parents=True, exist_ok=True)
        clear_abandoned(path)
    except OSError as problem:
        reason, hint = storage_words(problem, called=f"'{path}'")
        raise UsageError(reason, f"{hint} Or name another folder with --out.") from None
    try:
        yield
    finally:
        if made and not any(path.iterdir()):
            path.rmdir()


def kept_stems(folder: Path, sources: Sequence[Path]) -> Iterator[str]:
    """The names of the originals, each with a number after it if the name is in use already."""
    taken = {path.stem.casefold() for path in folder.iterdir()}  # many disks take a.jpg and A.jpg for one file
    for source in sources:
        names = chain([source.stem], (f"{source.stem}-{number}" for number in counter(2)))
        stem = next(name for name in names if name.casefold() not in taken)
        taken.add(stem.casefold())
        yield stem


def found_photos(
    sources: Sequence[Path],
    *out: Path,
    missing_ok: bool = False,
    also: Container[str] = (),
    called: str = "photo",
    reads_sidecars: bool = False,
) -> "FoundPhotos":
    """The photos that were named, and those in the folders that were, but not in ``out``; prints what it skips.

    ``missing_ok``: a file that is not there gets an answer of its own, as any other that cannot be read.
    ``also``: endings of names that count, too; ``called``: what one of them is, in words; ``reads_sidecars``: those of
    the photos are read with them, and so not skipped.

    Raises:
        UsageError: there are none, or a source is not there.
        ImgvetError: a folder that was named cannot be opened, so nobody knows whether there are any.
    """
    from imgvet.find_photos import find_photos, without_read

    if not sources:
        raise UsageError(f"The command names no {called}s.", f"Name {called}s, or a folder of them.")
    found = find_photos(sources, leave_out=out, missing_ok=missing_ok, also=also)
    if found.unopened and not found.photos:
        folder = found.unopened[0]
        raise ImgvetError(f"The folder '{folder.path}' cannot be opened ({folder.reason}).", _PERMISSIONS_HINT)
    for folder in found.unopened:
        print_note(visible(f"The folder '{folder.path}' cannot be opened ({folder.reason}): its files were not read."))
        print_note(_PERMISSIONS_HINT)
    for skipped in without_read(found.skipped, found.photos) if reads_sidecars else found.skipped:
        print_note(skipped_line(skipped))
    if not found.photos:
        raise UsageError(f"There are no {called}s there.", f"Name {called}s, or a folder of them.")
    return found


_PERMISSIONS_HINT = "Check the permissions of the folder, then run the same command again."
_EXAMPLES = 3  # names listed for one kind


def skipped_line(skipped: "Skipped") -> str:
    """What was skipped of one kind, e.g. ``Skipped: 3 deleted photos in a bin ($RECYCLE.BIN).``"""
    names = list(dict.fromkeys(path.name for path in skipped.paths))
    more = f" and {len(names) - _EXAMPLES} more" if len(names) > _EXAMPLES else ""
    what = count(skipped.number, skipped.kind.one, skipped.kind.many)
    return visible(f"Skipped: {what} ({', '.join(names[:_EXAMPLES])}{more}). {skipped.kind.advice}".rstrip())


def in_order(results: Iterable[Any], keys: Iterable[Any], key_of: Callable[[Any], Any]) -> Iterator[Any]:
    """The results in the order of their keys, each as soon as those before it are there."""
    places = {key: index for index, key in enumerate(keys)}
    early: dict[int, Any] = {}
    following = 0
    for result in results:
        early[places[key_of(result)]] = result
        while following in early:
            yield early.pop(following)
            following += 1
