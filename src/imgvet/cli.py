"""The commands: they parse, build Settings, call, show what comes back, and exit. Nothing is decided here.

Heavy modules are imported inside the commands, so that ``--help`` answers at once.
"""

import io
import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console

from imgvet import __version__
from imgvet.errors import ImgvetError, UsageError
from imgvet.text import path_text, visible

if TYPE_CHECKING:
    from imgvet.photo import Photo
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

Redact = Literal["none", "unreleased", "all"]

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
LinkOption = Annotated[str, typer.Option(metavar="URL", help="The page that the description links back to.")]
DeclareOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Declare the profile's statements true, in your name.")
]
WorkersOption = Annotated[
    int | None, typer.Option(min=1, max=256, help="Processes at work at once. Default: one a core.", show_default=False)
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
        _say(f"imgvet: {visible(problem.reason)}")
        if problem.way_out:
            _say(visible(problem.way_out))
        sys.exit(problem.exit_code)
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (OSError, sqlite3.Error) as problem:
        _say(f"imgvet: {visible(str(problem))}.")
        _say("What was finished is kept. Check the disk and its permissions, then run the same command again.")
        sys.exit(4)
    except KeyboardInterrupt:
        _say("Stopped. What was finished is kept; the same command goes on from there.")
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
    link: LinkOption = "",
    profile: ProfileOption = None,
    declare: DeclareOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check photos before posting them: one plain answer each, and a clean copy only of what may go out."""
    from imgvet.answers import exit_code
    from imgvet.intake.find import find_photos
    from imgvet.pipeline import Job, vet_many

    settings = _settings(profile, channel, redact, _event(event, None, link, []), declared=declare is not None)
    found = find_photos(photos, leave_out=[out])
    if not found.photos:
        raise UsageError("There are no photos there.", "Name photos, or a folder that holds some.")
    made = not out.exists()
    _folder(out)
    stems = _free_stems(out, f"{channel}-{date.today().isoformat()}")
    named = zip(found.photos, stems, strict=False)  # there are more names than anybody has photos
    jobs = [Job(1, path, out, stem, only_if_ready=True, details=True) for path, stem in named]
    seen = []
    try:
        for vetted in _in_order(vet_many(jobs, settings, _workers(None, len(jobs))), jobs):
            seen.append(vetted.photo)
            if as_json:
                _json(vetted.photo.as_json())
            else:
                _print_answer(vetted, declare)
    finally:
        if made and not any(out.iterdir()):
            out.rmdir()
    most = settings.channel.max_photos
    if most and len(seen) > most:
        _say(f"{channel} takes {most} photos in one post; these are {len(seen)}.")
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
    day: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="When it happened.")
    ] = None,
    link: LinkOption = "",
    tags: Annotated[list[str] | None, typer.Option(metavar="TAG", help="A tag; may be given several times.")] = None,
    channel: ChannelOption = "flickr",
    redact: RedactOption = "none",
    profile: ProfileOption = None,
    declare: DeclareOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a Flickr-ready batch with its release-form checklist. Run it again to go on."""
    from imgvet.batch.folder import alone, create_or_open
    from imgvet.batch.vetting import keep_settings
    from imgvet.intake.find import find_photos

    if not event.strip():
        raise UsageError("--event is empty.", "Say what happened, as the public will read it.")
    settings = _settings(profile, channel, redact, _event(event, day, link, tags or []))
    found = find_photos(sources, leave_out=[out])
    if not found.photos:
        raise UsageError("There are no photos there.", "Name photos, or a folder that holds some.")
    folder = create_or_open(out)
    with alone(folder):
        _say_passed_over(found.passed_over)
        settings = keep_settings(folder, settings)
        code = _run_batch(folder, found.photos, settings, workers, declare, as_json)
    raise typer.Exit(code)


@app.command()
def decide(
    batch: BatchArgument,
    target: Annotated[
        str,
        typer.Argument(metavar="PHOTO[:FACE]", help="3:1 is face 1 of photo 3; 3:all all its faces; several: 3:1,4:2."),
    ],
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="For a face: release, redact, staff, not-identifiable, not-a-face, refused, reopen. "
            "For a photo: answer, exclude, reopen.",
        ),
    ],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides.", show_default=False)],
    value: Annotated[
        str, typer.Argument(metavar="[VALUE]", help="The form's reference for release, the rule's name for answer.")
    ] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
) -> None:
    """Take down what a person decided about a face or a photo; finish applies it."""
    from imgvet.batch.deciding import decide as take_down
    from imgvet.batch.folder import open_batch
    from imgvet.batch.vetting import kept_settings

    folder = open_batch(batch)
    decisions = take_down(folder, kept_settings(folder).profile, target, kind, value, by, note)
    number = len(decisions)
    _say(f"Taken down: {number} decision{'' if number == 1 else 's'} by {visible(by)}.")
    _say(f"Next: imgvet finish {batch}")


@app.command()
def finish(
    batch: BatchArgument,
    declare: DeclareOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Apply decisions: photos that are cleared move to flickr/, the others say why not."""
    from imgvet.batch.folder import alone, open_batch
    from imgvet.batch.vetting import kept_settings

    folder = open_batch(batch)
    with alone(folder):
        settings = kept_settings(folder)
        _check_marks(settings)
        code = _run_batch(folder, (), settings, workers, declare, as_json)
    raise typer.Exit(code)


@app.command()
def status(batch: BatchArgument, as_json: JsonOption = False) -> None:
    """Say what is ready, what waits, and for what."""
    from imgvet.answers import exit_code
    from imgvet.batch.folder import open_batch

    folder = open_batch(batch)
    photos = list(folder.photos())
    for photo in photos if as_json else []:
        _json(_in_batch(folder, photo))
    _say_batch(folder, photos, every=True)
    raise typer.Exit(exit_code(photos))


@app.command()
def inspect(photos: PhotoArguments, as_json: JsonOption = False) -> None:
    """Show every piece of private data that photos carry, in groups, in plain words."""
    from imgvet.errors import PhotoError
    from imgvet.intake.kinds import kind_of, read_source
    from imgvet.metadata.inspect import inspect as inspect_data
    from imgvet.settings import Limits

    worst = 0
    for path in photos:
        try:
            data = read_source(path, Limits())
            kind = kind_of(data)
        except PhotoError as problem:
            worst = 4
            _say(f"{visible(str(path))}: {visible(str(problem))}")
            if as_json:
                _json({"photo": str(path), "kind": None, "items": [], "unread": [], "error": problem.reason})
            continue
        inspection = inspect_data(data, kind)
        if as_json:
            _json({"photo": str(path), **inspection.as_json(), "error": None})
        else:
            _print_inspection(path, inspection)
    raise typer.Exit(worst)


@app.command()
def prove(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files to prove.")],
    as_json: JsonOption = False,
) -> None:
    """Prove that a file holds pixels and public metadata and nothing else, whoever wrote it."""
    from imgvet.errors import PhotoError
    from imgvet.intake.kinds import read_source
    from imgvet.metadata.prove import prove as prove_data
    from imgvet.settings import Limits

    all_proven = True
    for path in files:
        try:
            proof = prove_data(read_source(path, Limits()))
        except PhotoError as problem:
            all_proven = False
            _say(f"{visible(str(path))}: not proven. {visible(str(problem))}")
            if as_json:
                _json({"file": str(path), "proven": False, "error": problem.reason})
            continue
        all_proven = all_proven and proof.proven
        if as_json:
            _json({"file": str(path), **proof.as_json(), "error": None})
        else:
            _print_proof(path, proof)
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
    _say(f"Wrote {STARTER_NAME}. Put in your organisation's name and website, then run `imgvet doctor`.")


@app.command()
def doctor(profile: ProfileOption = None) -> None:
    """Say whether everything is here: model, fonts, codecs, disk, permissions."""
    from imgvet.examination import examine

    results = list(examine(profile))
    for result in results:
        _print(f"{'ok  ' if result.well else 'NOT '} {result.name}: {result.says}")
        if result.way_out:
            _print(f"     {result.way_out}")
    ill = sum(not result.well for result in results)
    _say("All is well." if not ill else f"{ill} of {len(results)} are not well; no photo should be vetted before.")
    raise typer.Exit(4 if ill else 0)


# -- from options to settings


def _settings(profile: str | None, channel: str, redact: Redact, event: Any, *, declared: bool = False) -> "Settings":
    from imgvet.policy.rules import check_rules
    from imgvet.settings import Settings, load_profile

    loaded, folder = load_profile(profile)
    if channel not in loaded.channels:
        raise UsageError(f"There is no channel '{channel}'.", f"Channels are {', '.join(loaded.channels)}.")
    answered = frozenset(question.id for question in loaded.questions) if declared else frozenset()
    settings = Settings(loaded, event, channel, redact, answered, folder, date.today().year, os.urandom(32))
    check_rules(settings)
    _check_marks(settings)
    return settings


def _check_marks(settings: "Settings") -> None:
    """Say at once, and not in a worker, that a mark cannot be drawn, or that there is none."""
    from imgvet.marks.ready import ready_marks

    if not ready_marks(settings):
        _say("No marks are put on, for the profile names no organisation or website. `imgvet init` sets one up.")


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


def _free_stems(folder: Path, start: str) -> Iterator[str]:
    """Names for clean copies that tell nothing of the originals and that no file there has yet."""
    taken = {path.stem for path in folder.iterdir()}
    return (name for number in range(1, sys.maxsize) if (name := f"{start}-{number}") not in taken)


def _in_order(results: Iterable[Any], jobs: Sequence[Any]) -> Iterator[Any]:
    """The results in the order of the jobs, each as soon as those before it are there."""
    places = {path_text(job.source): index for index, job in enumerate(jobs)}
    early: dict[int, Any] = {}
    following = 0
    for result in results:
        early[places[result.photo.source]] = result
        while following in early:
            yield early.pop(following)
            following += 1


# -- showing


def _print(text: str) -> None:
    typer.echo(text)


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value))


def _print_answer(vetted: Any, declared_by: str | None) -> None:
    from imgvet.answers import answer

    said = answer(vetted.photo)
    _print(visible(f"{vetted.photo.source}: {said.sentence}"))
    for reason in said.reasons:
        _print(f"  {visible(reason)}")
    if said.next_step:
        _print(f"  Next: {visible(said.next_step)}")
    if vetted.inspection is not None:
        for sentence in vetted.inspection.sentences():
            _print(f"  {visible(sentence)}")
    if declared_by:
        _print(f"  Declared by {visible(declared_by)}.")


def _print_inspection(path: Path, inspection: Any) -> None:
    from imgvet.metadata.inspect import GROUPS

    _print(f"{visible(str(path))} ({inspection.kind.upper()})")
    for sentence in inspection.sentences():
        _print(f"  {visible(sentence)}")
    for group in inspection.groups:
        _print(f"  {GROUPS[group]}")
        for item in inspection.items:
            if item.group == group:
                _print(f"    {visible(item.name)}: {visible(item.value)}  ({visible(item.where)})")
    for sentence in inspection.unread:
        _print(f"  Not read: {visible(sentence)}")
    if not inspection.items and not inspection.unread:
        _print("  Nothing private was found.")


def _print_proof(path: Path, proof: Any) -> None:
    name = visible(str(path))
    if proof.proven:
        _print(f"{name}: proven. {len(proof.structures)} structures, all of them allowed. SHA-256 {proof.sha256}")
        return
    _print(f"{name}: not proven.")
    for problem in proof.problems[:20]:
        _print(f"  at byte {problem.offset}, {visible(problem.name)}: {visible(problem.reason)}")


def _run_batch(
    folder: Any, sources: Sequence[Path], settings: "Settings", workers: int | None, declare: str | None, as_json: bool
) -> int:
    """Vet what is new or changed, judge the rest anew, write the papers, and say how it stands."""
    from imgvet.batch.papers import write_papers
    from imgvet.batch.vetting import plan, vet_batch
    from imgvet.photo import Verdict

    given = {path_text(source.resolve()): path_text(source) for source in sources}
    work = plan(folder, sources, settings)
    kept, gone = len(work.kept), len(work.gone)
    parts = [f"{len(work.jobs)} to vet"]
    parts += [f"{kept} done before"] if kept else []
    parts += [f"{gone} kept as they were, for the original is no longer there"] if gone else []
    _say(f"Photos: {', '.join(parts)}.")
    seen: list[Photo] = []
    with _progress(len(work.jobs) + kept + gone) as advance:
        for photo in vet_batch(folder, work, settings, workers=_workers(workers, len(work.jobs)), declare=declare):
            seen.append(photo)
            advance()
            if as_json:
                _json(_in_batch(folder, photo) | {"photo": given.get(photo.source, photo.source)})
    write_papers(folder, settings)
    _say_batch(folder, sorted(seen, key=lambda photo: photo.number))
    return 4 if any(photo.verdict is Verdict.FAILED for photo in seen) else 0


def _in_batch(folder: Any, photo: "Photo") -> dict[str, Any]:
    """The photo's JSON, with the way to its clean file from here."""
    return photo.as_json() | {"output": str(folder.path / photo.output) if photo.output else None}


def _say_passed_over(passed_over: Sequence[Path]) -> None:
    if passed_over:
        names = ", ".join(visible(path.name) for path in passed_over[:5])
        more = f" and {len(passed_over) - 5} more" if len(passed_over) > 5 else ""
        _say(f"No pictures, passed over: {names}{more}.")


def _say_batch(folder: Any, photos: "Sequence[Photo]", *, every: bool = False) -> None:
    from imgvet.answers import batch_next_step, counts, waiting
    from imgvet.batch.vetting import strangers
    from imgvet.photo import Verdict

    for verdict, number, meaning in counts(photos):
        _say(f"{number:6d}  {verdict:<8} {meaning}")
    held = [photo for photo in photos if photo.verdict is not Verdict.READY]
    for photo in held if every else held[:10]:
        _say(visible(f"        {photo.number}: {photo.name or Path(photo.source).name}: {waiting(photo)}"))
    if len(held) > 10 and not every:
        _say(f"        … and {len(held) - 10} more: imgvet status {folder.path}")
    for path in strangers(folder):
        _say(f"Take this out of flickr/, for nobody has vetted it: {visible(path.name)}")
    _say(f"Look at: {folder.path / 'checklist.html'}, {folder.path / 'contact-sheet.jpg'}, {folder.flickr}")
    _say(f"Next: {batch_next_step(photos, str(folder.path))}")


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A bar with rate and time left on a terminal, a line now and then elsewhere; on stderr."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("Vetting"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total, rate="")
        started = datetime.now()
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            rate = done / max((datetime.now() - started).total_seconds(), 1e-3)
            bar.update(task, advance=1, rate=f"{rate:.1f} a second")
            if not console.is_terminal and (done == total or done % max(1, total // 10) == 0):
                left = (total - done) / rate
                _say(f"{done} of {total} vetted, {rate:.1f} a second, about {left:.0f} s left")

        yield advance
