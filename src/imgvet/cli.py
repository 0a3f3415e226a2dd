"""The commands: they parse, build Settings, call, show what comes back, and exit. Nothing is decided here.

Heavy modules are imported inside the commands, so that ``--help`` answers at once.
"""

import io
import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from imgvet import __version__
from imgvet.commands.checklist import checklist
from imgvet.commands.log import log
from imgvet.commands.release import app as release_forms
from imgvet.errors import ImgvetError, UsageError
from imgvet.showing import (
    progress,
    say,
    say_added,
    say_approved,
    say_batch,
    say_doubts,
    say_kept,
    say_missing,
    say_new_numbers,
    say_passed_over,
    say_placed,
    say_to_take_back,
    show,
    show_answer,
    show_inspection,
    show_json,
    show_proof,
    show_stripped,
)
from imgvet.text import path_text, visible

if TYPE_CHECKING:
    from imgvet.intake.find import Found
    from imgvet.photo import Photo
    from imgvet.pipeline import Form
    from imgvet.settings import Settings

app = typer.Typer(
    name="imgvet",
    help="Vet photos before they are published: private data out, every face answered for, marks on, proof kept.",
    epilog="Start with: imgvet batch PHOTOS --out BATCH --event 'What happened'",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

app.add_typer(release_forms, name="release")
app.command()(log)

Redact = Literal["none", "unreleased", "all"]
ProofMarks = Literal["none", "tile", "diagonal"]

PhotoArguments = Annotated[list[Path], typer.Argument(metavar="PHOTO", help="Photos to look at.", show_default=False)]
BatchArgument = Annotated[Path, typer.Argument(metavar="BATCH", help="The folder that `imgvet batch` wrote.")]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE", help="House rules: a profile's name, or a .toml file. Default: imgvet.toml, else general."
    ),
]
ChannelOption = Annotated[
    str, typer.Option(metavar="NAME", help="Where the photos go: flickr, x, facebook, bluesky, web.")
]
RedactOption = Annotated[Redact, typer.Option(help="Hide faces: all of them, or those that nobody has answered for.")]
ProofMarksOption = Annotated[
    ProofMarks,
    typer.Option(
        help="For previews: the copyright text all over each picture, in rows or along the diagonal; it may cross "
        "faces. Run again without it for the files to publish."
    ),
]
DateOption = Annotated[
    datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="When it happened.")
]
LinkOption = Annotated[str, typer.Option(metavar="URL", help="The page that the description links back to.")]
DeclareOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Declare the profile's statements true, in your name.")
]
WorkersOption = Annotated[
    int | None, typer.Option(min=1, max=256, help="Processes at work at once. Default: one a core.", show_default=False)
]
RegisterOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The register of release forms. Default: what IMGVET_REGISTER names, else your own.",
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="JSON Lines on stdout, one object a photo; words go to stderr.")
]


def main() -> None:
    """Run the command line; an error is one message and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal or pipe of another encoding than UTF-8 loses no message
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except ImgvetError as problem:
        for line in f"imgvet: {problem.reason}".split("\n"):
            say(line)
        if problem.way_out:
            say(visible(problem.way_out))
        sys.exit(problem.exit_code)
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (OSError, sqlite3.Error) as problem:
        say(f"imgvet: {visible(str(problem))}.")
        say("What was finished is kept. Check the disk and its permissions, then run the same command again.")
        sys.exit(4)
    except KeyboardInterrupt:
        say("Stopped. What was finished is kept; the same command goes on from there.")
        sys.exit(130)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"imgvet {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold the options that come before a command."""


@app.command()
def check(
    photos: PhotoArguments,
    channel: ChannelOption = "x",
    redact: RedactOption = "none",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where clean copies go.")] = Path("imgvet-ready"),
    event: Annotated[str, typer.Option(metavar="TEXT", help="What the photo shows, as the public will read it.")] = "",
    day: DateOption = None,
    link: LinkOption = "",
    form: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FACE:REF",
            help="The release form of a face, e.g. 1:WMP-2026-014, for one photo; the register says whether it holds. "
            "May be given several times.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who says that the form is that person's.")] = "",
    register: RegisterOption = None,
    profile: ProfileOption = None,
    declare: DeclareOption = None,
    proof_marks: ProofMarksOption = "none",
    as_json: JsonOption = False,
) -> None:
    """Check photos before posting them: one plain answer each, and a clean copy only of what may go out."""
    from imgvet.answers import exit_code
    from imgvet.pipeline import Job, vet_many

    about = _event(event, day, link, [])
    settings = _settings(profile, channel, redact, about, proof_marks, declared=declare is not None)
    settings = replace(settings, one_by_one=True, register=register)
    found = _found(photos, out)
    forms = _forms(form or [], by, len(found.photos), settings)
    made = not out.exists()
    _folder(out)
    stems = _free_stems(out, f"{channel}-{date.today().isoformat()}")
    named = zip(found.photos, stems, strict=False)  # there are more names than anybody has photos
    jobs = [
        Job(number, path, out, stem, forms=forms, only_if_ready=True, details=True)
        for number, (path, stem) in enumerate(named, 1)
    ]
    seen = []
    try:
        results = vet_many(jobs, settings, _workers(None, len(jobs)))
        for vetted in _in_order(results, range(1, len(jobs) + 1), lambda vetted: vetted.photo.number):
            seen.append(vetted.photo)
            if as_json:
                show_json(vetted.photo.as_json())
            else:
                show_answer(vetted, declare)
    finally:
        if made and not any(out.iterdir()):
            out.rmdir()
    most = settings.channel.max_photos
    if most and len(seen) > most:
        say(f"{channel} takes {most} photos in one post; these are {len(seen)}.")
    raise typer.Exit(exit_code(seen))


@app.command()
def batch(
    sources: Annotated[list[Path], typer.Argument(metavar="SRC", help="Photos, and folders that are searched whole.")],
    out: Annotated[
        Path, typer.Option(metavar="BATCH", help="The batch folder; new, or one to go on with.", show_default=False)
    ],
    event: Annotated[
        str, typer.Option(metavar="TEXT", help="What happened, as the public will read it.", show_default=False)
    ],
    day: DateOption = None,
    link: LinkOption = "",
    tags: Annotated[list[str] | None, typer.Option(metavar="TAG", help="A tag; may be given several times.")] = None,
    channel: ChannelOption = "flickr",
    redact: RedactOption = "none",
    profile: ProfileOption = None,
    declare: DeclareOption = None,
    proof_marks: ProofMarksOption = "none",
    register: RegisterOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a Flickr-ready batch with its release-form checklist. Run it again to go on."""
    from imgvet.batch.folder import alone, create_or_open
    from imgvet.batch.vetting import keep_settings

    if not event.strip():
        raise UsageError("--event is empty.", "Say what happened, as the public will read it.")
    settings = _settings(profile, channel, redact, _event(event, day, link, tags or []), proof_marks)
    found = _found(sources, out)
    folder = create_or_open(out)
    with alone(folder):
        say_passed_over(found.passed_over)
        settings = keep_settings(folder, replace(settings, register=register))
        code = _run_batch(folder, found.photos, settings, workers, declare, as_json)
    raise typer.Exit(code)


@app.command()
def decide(
    batch: BatchArgument,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides.", show_default=False)],
    target: Annotated[
        str,
        typer.Argument(
            metavar="PHOTO[:FACE]",
            help="3:1 is face 1 of photo 3; 3:all all its faces; several: 3:1,4:2; all is every photo. Left out "
            "with --faces.",
            show_default=False,
        ),
    ] = "",
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="For a face: release, redact, staff, not-identifiable, not-a-face, refused, reopen, approve. "
            "For a photo: answer, exclude, reopen, approve. May be left out with --add-face.",
            show_default=False,
        ),
    ] = "",
    value: Annotated[
        str,
        typer.Argument(
            metavar="VALUE",
            help="The form's reference for release; the rule, or the profile's question, for answer, reopen and "
            "approve; declare approves all that was declared.",
            show_default=False,
        ),
    ] = "",
    faces: Annotated[
        str | None,
        typer.Option(
            metavar="3:1,4:2,...",
            help="The faces, in place of PHOTO:FACE: one person in many photos, answered at once.",
            show_default=False,
        ),
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    add_face: Annotated[
        list[str] | None,
        typer.Option(
            metavar="L,T,R,B",
            help="Add a face that the machine missed to PHOTO: left, top, right and bottom of its box in pixels of the "
            "upright full-size photo, e.g. 1200,340,1320,490, or in per cent, e.g. 40%,20%,44%,28%. May be given "
            "several times; KIND is then decided for each of them.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Take down what a person decided about a face or a photo, or a face that was missed; finish applies it."""
    from imgvet.batch.adding import add_faces
    from imgvet.batch.deciding import Said
    from imgvet.batch.deciding import decide as take_down
    from imgvet.batch.folder import open_batch
    from imgvet.batch.vetting import kept_settings, state
    from imgvet.commands.words import target_kind_value

    target, kind, value = target_kind_value((target, kind, value), faces)
    folder = open_batch(batch)
    settings = kept_settings(folder)
    said = Said(kind, by, value, note)
    photos = set[int | None]()
    if add_face:
        added = add_faces(folder, settings.profile, target, add_face, said)
        number = len(added) * (2 if kind else 1)
        say_added(added)
    elif kind:
        decided = take_down(folder, settings.profile, target, said)
        number, photos = len(decided), {decision.photo for decision in decided}
        say_approved(decided)
    else:
        raise UsageError("Nothing is decided yet.", "Name a KIND, e.g. redact, or add a face with --add-face.")
    say(f"Taken down: {number} decision{'' if number == 1 else 's'} by {visible(by)}.")
    standing = state(folder, settings)
    say_doubts(photo for photo in standing.photos if photo.number in photos)
    say_to_take_back(standing, batch)
    say(f"Next: imgvet finish {batch}")


@app.command()
def finish(
    batch: BatchArgument,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who finishes; kept with the time.", show_default=False)] = "",
    declare: DeclareOption = None,
    register: RegisterOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Apply decisions: photos that are cleared move to flickr/, the others say why not."""
    from imgvet.batch.folder import alone, open_batch
    from imgvet.batch.vetting import kept_settings

    folder = open_batch(batch)
    with alone(folder):
        settings = kept_settings(folder, register)
        _check_marks(settings)
        code = _run_batch(folder, (), settings, workers, declare, as_json, by.strip())
    raise typer.Exit(code)


app.command()(checklist)


@app.command()
def status(batch: BatchArgument, register: RegisterOption = None, as_json: JsonOption = False) -> None:
    """Say what is ready, what waits, and for what."""
    from imgvet.answers import exit_code
    from imgvet.batch.folder import open_batch
    from imgvet.batch.vetting import kept_settings, state

    folder = open_batch(batch)
    now = state(folder, kept_settings(folder, register))
    for photo in now.photos if as_json else []:
        show_json(_in_batch(folder, photo))
    say_to_take_back(now, batch)
    say_batch(folder, now.photos, every=True, unapplied=now.unapplied)
    raise typer.Exit(exit_code(now.photos))


@app.command()
def inspect(photos: PhotoArguments, as_json: JsonOption = False) -> None:
    """Show every piece of private data that photos carry, in groups, in plain words."""
    from imgvet.looking import inspect_many
    from imgvet.settings import Limits

    paths = _named(photos)
    worst = 0
    inspections = inspect_many(paths, Limits(), _workers(None, len(paths)))
    for looked in _in_order(inspections, paths, lambda looked: looked.path):
        if looked.inspection is None:
            worst = 4
            say(f"{visible(str(looked.path))}: {visible(looked.error)} {visible(looked.way_out)}".rstrip())
        if as_json:
            known = looked.inspection.as_json() if looked.inspection else {"kind": None, "items": [], "unread": []}
            show_json({"photo": path_text(looked.path), **known, "lie": looked.lie, "error": looked.error})
        elif looked.inspection is not None:
            show_inspection(looked)
    raise typer.Exit(worst)


@app.command()
def strip(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO", help="Photos, and folders that are searched whole.")],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the stripped copies go; originals are not touched.")
    ] = Path("imgvet-stripped"),
    keep_names: Annotated[
        bool, typer.Option("--keep-names", help="Name copies as their originals; names can tell, too.")
    ] = False,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove metadata alone, without losing quality where the format allows. Nothing else is looked at."""
    from imgvet.settings import Limits
    from imgvet.strip import StripJob, strip_many

    found = _found(photos, out)
    _folder(out)
    digits = max(3, len(str(len(found.photos))))
    stems = _kept_stems(out, found.photos) if keep_names else _free_stems(out, "photo", digits)
    jobs = [StripJob(path, out, stem) for path, stem in zip(found.photos, stems, strict=False)]
    worst = 0
    results = strip_many(jobs, Limits(), _workers(workers, len(jobs)))
    for stripped in _in_order(results, found.photos, lambda stripped: stripped.source):
        worst = 4 if stripped.error else worst
        if as_json:
            show_json(stripped.as_json())
        else:
            show_stripped(stripped)
    raise typer.Exit(worst)


@app.command()
def prove(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files to prove.")],
    stripped: Annotated[
        bool, typer.Option("--stripped", help="Prove files of `imgvet strip`: pixels, orientation, a standard profile.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Prove that a file holds pixels and public metadata and nothing else, whoever wrote it."""
    from imgvet.looking import prove_many
    from imgvet.settings import Limits

    all_proven = True
    proofs = prove_many(list(dict.fromkeys(files)), Limits(), _workers(None, len(files)), stripped=stripped)
    for looked in _in_order(proofs, dict.fromkeys(files), lambda looked: looked.path):
        all_proven = all_proven and looked.proof is not None and looked.proof.proven
        if looked.proof is None:
            say(f"{visible(str(looked.path))}: not proven. {visible(looked.error)} {visible(looked.way_out)}".rstrip())
        if as_json:
            known = looked.proof.as_json() if looked.proof else {"proven": False}
            show_json({"file": path_text(looked.path), **known, "error": looked.error})
        elif looked.proof is not None:
            show_proof(looked.path, looked.proof)
    raise typer.Exit(0 if all_proven else 4)


@app.command()
def init(
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="Build on this profile that comes with imgvet.")
    ] = None,
) -> None:
    """Write a starter imgvet.toml into this folder."""
    from imgvet.settings import STARTER_NAME, starter_text

    text = starter_text(profile)
    try:
        with Path(STARTER_NAME).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"There is a {STARTER_NAME} here already.", "Edit it, or move it away.") from None
    except OSError as problem:
        raise UsageError(
            f"{STARTER_NAME} cannot be written here ({problem.strerror}).", "Go to another folder."
        ) from None
    say(f"Wrote {STARTER_NAME}. Put in your organisation's name and website, then run `imgvet doctor`.")


@app.command()
def doctor(profile: ProfileOption = None) -> None:
    """Say whether everything is here: model, fonts, codecs, disk, permissions."""
    from imgvet.examination import examine

    results = list(examine(profile))
    for result in results:
        show(f"{'ok  ' if result.well else 'NOT '} {result.name}: {result.says}")
        if result.way_out:
            show(f"     {result.way_out}")
    ill = sum(not result.well for result in results)
    say("All is well." if not ill else f"{ill} of {len(results)} are not well; no photo should be vetted before.")
    raise typer.Exit(4 if ill else 0)


# -- from options to settings


def _settings(
    profile: str | None, channel: str, redact: Redact, event: Any, proof_marks: ProofMarks, *, declared: bool = False
) -> "Settings":
    from imgvet.policy.rules import check_rules
    from imgvet.settings import Settings, load_profile

    loaded, folder = load_profile(profile)
    if channel not in loaded.channels:
        raise UsageError(f"There is no channel '{channel}'.", f"Channels are {', '.join(loaded.channels)}.")
    answered = frozenset(question.id for question in loaded.questions) if declared else frozenset()
    settings = Settings(
        loaded,
        event,
        channel,
        redact,
        answered,
        folder,
        date.today().year,
        secret=os.urandom(32),
        proof_marks=proof_marks,
    )
    check_rules(settings)
    _check_marks(settings)
    return settings


def _forms(given: Sequence[str], by: str, photos: int, settings: "Settings") -> "tuple[Form, ...]":
    """The forms that were given for faces of the one photo, with what the register says of each."""
    from imgvet.batch.forms import register_at_hand
    from imgvet.pipeline import Form

    if not given:
        return ()
    if photos > 1:
        raise UsageError("--form is for one photo.", "Check photos one by one, or make a batch of them.")
    if not by.strip():
        raise UsageError("--form needs a name.", "Say with --by who says that the form is that person's.")
    pairs = [_face_and_reference(each) for each in given]
    with register_at_hand(settings) as look_up:
        said = look_up({reference for _, reference in pairs})
    return tuple(Form(face, reference, said[reference], by.strip()) for face, reference in pairs)


def _face_and_reference(text: str) -> tuple[int, str]:
    face, colon, reference = text.partition(":")
    if not (colon and face.isdecimal() and reference.strip()):
        raise UsageError(f"--form '{text}' is not FACE:REF.", "E.g. --form 1:WMP-2026-014.")
    return int(face), reference.strip()


def _check_marks(settings: "Settings") -> None:
    """Say at once, and not in a worker, that a mark cannot be drawn, that there is none, or that photos are proofs."""
    from imgvet.marks.ready import ready_marks
    from imgvet.marks.trial import try_drawings

    try_drawings(settings)
    if not ready_marks(settings):
        say("No marks are put on, for the profile names no organisation or website. `imgvet init` sets one up.")
    if settings.proof_marks != "none":
        say("Proof marks are on, for previews: run again without --proof-marks for the files to publish.")


def _event(text: str, day: datetime | None, link: str, tags: list[str]) -> Any:
    from imgvet.photo import Event

    if link and not link.startswith(("http://", "https://")):
        raise UsageError(f"--link '{link}' is not a web address.", "It starts with https://.")
    return Event(text.strip(), day.date() if day else None, link, tuple(tags))


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UsageError(f"'{path}' cannot be made ({problem.strerror}).", "Name another folder with --out.") from None


def _workers(asked: int | None, jobs: int) -> int:
    return max(1, min(asked or os.cpu_count() or 1, jobs))


def _free_stems(folder: Path, start: str, digits: int = 1) -> Iterator[str]:
    """Names for clean copies that tell nothing of the originals and that no file there has yet."""
    taken = {path.stem for path in folder.iterdir()}
    return (name for number in count(1) if (name := f"{start}-{number:0{digits}}") not in taken)


def _kept_stems(folder: Path, sources: Sequence[Path]) -> Iterator[str]:
    """The names of the originals, each with a number behind it where it is taken."""
    taken = {path.stem for path in folder.iterdir()}
    for source in sources:
        names = chain([source.stem], (f"{source.stem}-{number}" for number in count(2)))
        stem = next(name for name in names if name not in taken)
        taken.add(stem)
        yield stem


def _found(sources: Sequence[Path], out: Path) -> "Found":
    """The photos that were named or stand in the folders that were, but for the folder that copies go to."""
    from imgvet.intake.find import find_photos

    found = find_photos(sources, leave_out=[out])
    if not found.photos:
        raise _no_photos()
    return found


def _named(photos: Sequence[Path]) -> list[Path]:
    """The files that were named, and the photos in the folders that were."""
    from imgvet.intake.find import find_photos

    files: list[Path] = []
    for path in photos:
        files.extend(find_photos([path]).photos if path.is_dir() else [path])
    if not files:
        raise _no_photos()
    return list(dict.fromkeys(files))


def _no_photos() -> UsageError:
    return UsageError("There are no photos there.", "Name photos, or a folder that holds some.")


def _in_order(results: Iterable[Any], keys: Iterable[Any], key_of: Callable[[Any], Any]) -> Iterator[Any]:
    """The results in the order of their keys, each as soon as those before it are there."""
    places = {key: index for index, key in enumerate(keys)}
    early: dict[int, Any] = {}
    following = 0
    for result in results:
        early[places[key_of(result)]] = result
        while following in early:
            yield early.pop(following)
            following += 1


def _run_batch(
    folder: Any,
    sources: Sequence[Path],
    settings: "Settings",
    workers: int | None,
    declare: str | None,
    as_json: bool,
    by: str = "",
) -> int:
    """Vet what is new or changed, judge the rest anew, write the papers, and say how it stands."""
    from imgvet.batch.papers import write_papers
    from imgvet.batch.vetting import place, plan, vet_batch
    from imgvet.intake.find import real_path
    from imgvet.photo import Verdict

    given = {path_text(real_path(source)): path_text(source) for source in sources}
    before = list(folder.photos())
    work = plan(folder, sources, settings)
    kept, gone = len(work.kept), len(work.gone)
    parts = [f"{len(work.jobs)} to vet"]
    parts += [f"{kept} done before"] if kept else []
    parts += [f"{gone} kept as they were, for the original is no longer there"] if gone else []
    say(f"Photos: {', '.join(parts)}.")
    say_missing(work.gone)
    with progress(len(work.jobs) + kept + gone) as advance:
        for _ in vet_batch(folder, work, settings, workers=_workers(workers, len(work.jobs)), declare=declare):
            advance()
    placed = place(folder, settings, by)
    after = list(folder.photos())
    for photo in after if as_json else []:
        show_json(_in_batch(folder, photo) | {"photo": given.get(photo.source, photo.source)})
    say_kept(write_papers(folder, settings), folder.path)
    say_new_numbers(before, after)
    say_placed(placed)
    say_batch(folder, after)
    return 4 if any(photo.verdict is Verdict.FAILED for photo in after) else 0


def _in_batch(folder: Any, photo: "Photo") -> dict[str, Any]:
    """The photo's JSON, with the way to its clean file from here."""
    return photo.as_json() | {"output": str(folder.path / photo.output) if photo.output else None}
