"""The commands on photos without a batch: check, inspect, strip and prove."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgvet.atomic_files import free_stems, remove_files_of
from imgvet.cli.arguments import (
    ChannelOption,
    DateOption,
    DeclareOption,
    JsonOption,
    LinkOption,
    PhotoArguments,
    ProfileOption,
    ProofMarksOption,
    RedactOption,
    RegisterOption,
    RightsOption,
    WorkersOption,
    ending,
    event_for,
    found_photos,
    in_order,
    kept_stems,
    make_folder,
    settings_for,
)
from imgvet.cli.console import (
    print_answer,
    print_note,
    show_answer,
    show_inspection,
    show_json,
    show_proof,
    show_stripped,
)
from imgvet.cli.faults import FaultSummary
from imgvet.cli.strict_command import typed_command
from imgvet.errors import Interrupted, UsageError
from imgvet.people_names import checked_name
from imgvet.text import count, path_text, visible

if TYPE_CHECKING:
    from imgvet.settings import Settings
    from imgvet.stages import GivenRelease


def check(
    ctx: typer.Context,
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
    rights: RightsOption = "ask",
    by: Annotated[str, typer.Option(metavar="NAME", help="Who says so of --form or --rights.")] = "",
    register: RegisterOption = None,
    profile: ProfileOption = None,
    declare: DeclareOption = None,
    proof_marks: ProofMarksOption = "none",
    as_json: JsonOption = False,
) -> None:
    """Check photos before posting them: one plain answer each, and a clean copy only of what may go out."""
    from imgvet.batch.form_uses import note_copy
    from imgvet.cli.messages import exit_code
    from imgvet.pipeline import vet_jobs
    from imgvet.stages import PhotoJob
    from imgvet.workers.pool import workers_for

    about = event_for(event, day, link, [])
    settings = settings_for(profile, channel, redact, about, proof_marks, declared=declare is not None)
    if rights != "ask":
        checked_name(by, "--rights needs a name.")
    if declare is not None:
        checked_name(declare, "--declare needs a name.")
    settings = replace(settings, one_by_one=True, register=register, rights=rights)
    found = found_photos(photos, out)
    forms = _forms(form or [], by, len(found.photos), settings)
    made = not out.exists()
    make_folder(out)
    free = free_stems(out, f"{channel}-{date.today().isoformat()}")
    named = zip(found.photos, free, strict=False)  # there are more names than anybody has photos
    jobs = [
        PhotoJob(number, path, out, stem, forms=forms, only_if_ready=True, details=True)
        for number, (path, stem) in enumerate(named, 1)
    ]
    results = vet_jobs(jobs, settings, workers_for(None, len(jobs)), out)
    numbers = [job.number for job in jobs]
    stems = [job.stem for job in jobs]
    seen = code = 0
    faults = FaultSummary(_TOLD)
    try:
        with _one_by_one(ctx, results, numbers, lambda vetted: vetted.photo.number, out, stems) as answers:
            for vetted in answers:
                seen, code = seen + 1, max(code, exit_code([vetted.photo]))
                if forms and vetted.photo.output:
                    note_copy(settings, vetted.photo, Path(vetted.photo.output))
                if as_json:
                    show_json(vetted.photo.as_json())
                elif vetted.photo.error is None or faults.one_by_one(vetted.photo.source, vetted.photo.error):
                    show_answer(vetted, declare)
    finally:
        if made and not any(out.iterdir()):
            out.rmdir()
    for line in faults.lines(_ALL_OF_THEM):
        print_answer(visible(line))
    most = settings.channel.max_photos
    if most and seen > most:
        print_note(f"{channel} takes {most} photos in one post; these are {seen}.")
    raise typer.Exit(4 if found.unopened else code)


def inspect_command(ctx: typer.Context, photos: PhotoArguments, as_json: JsonOption = False) -> None:
    """Show every piece of private data that photos carry, in groups, in plain words."""
    from imgvet.inspection.files import inspect_files
    from imgvet.profile import Limits
    from imgvet.workers.pool import workers_for

    found = found_photos(photos, missing_ok=True)
    worst = 4 if found.unopened else 0
    inspections = inspect_files(found.photos, Limits(), workers_for(None, len(found.photos)))
    with _one_by_one(ctx, inspections, found.photos, lambda looked: looked.path) as reports, _faults() as faults:
        for looked in reports:
            if looked.inspection is None:
                worst = 4
                if faults.one_by_one(str(looked.path), looked.error or ""):
                    print_note(f"{looked.path}: {looked.error or ''} {looked.hint}".rstrip())
            if as_json:
                known = looked.inspection.as_json() if looked.inspection else {"kind": None, "items": [], "unread": []}
                show_json(
                    {"photo": path_text(looked.path), **known, "lie": looked.suffix_mismatch, "error": looked.error}
                )
            elif looked.inspection is not None:
                show_inspection(looked)
    raise typer.Exit(worst)


def strip(
    ctx: typer.Context,
    photos: Annotated[
        list[Path], typer.Argument(metavar="PHOTO", readable=False, help="Photos, and folders that are searched whole.")
    ],
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
    from imgvet.profile import Limits
    from imgvet.strip import StripJob, strip_many
    from imgvet.workers.pool import workers_for

    found = found_photos(photos, out)
    made = not out.exists()
    make_folder(out)
    digits = max(3, len(str(len(found.photos))))
    stems = kept_stems(out, found.photos) if keep_names else free_stems(out, "photo", digits)
    jobs = [StripJob(path, out, stem) for path, stem in zip(found.photos, stems, strict=False)]
    worst = 4 if found.unopened else 0
    results = strip_many(jobs, Limits(), workers_for(workers, len(jobs)))
    try:
        names = [job.stem for job in jobs]
        with (
            _one_by_one(ctx, results, found.photos, lambda stripped: stripped.source, out, names) as copies,
            _faults() as faults,
        ):
            for stripped in copies:
                worst = 4 if stripped.error else worst
                if as_json:
                    show_json(stripped.as_json())
                elif not stripped.error:
                    show_stripped(stripped)
                elif faults.one_by_one(str(stripped.source), stripped.error):
                    name, why = visible(str(stripped.source)), f"{stripped.error} {stripped.hint}".rstrip()
                    print_note(f"{name}: not stripped. {visible(why)}")
    finally:
        if made and not any(out.iterdir()):
            out.rmdir()
    raise typer.Exit(worst)


def prove_command(
    ctx: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", readable=False, help="Files to prove, and folders of them.")
    ],
    stripped: Annotated[
        bool, typer.Option("--stripped", help="Prove files of `imgvet strip`: pixels, orientation, a standard profile.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Prove that a file holds pixels and public metadata and nothing else, whoever wrote it."""
    from imgvet.inspection.files import prove_files
    from imgvet.profile import Limits
    from imgvet.workers.pool import workers_for

    found = found_photos(files, missing_ok=True)
    all_proven = not found.unopened
    proofs = prove_files(found.photos, Limits(), workers_for(None, len(found.photos)), stripped=stripped)
    with _one_by_one(ctx, proofs, found.photos, lambda looked: looked.path) as reports, _faults() as faults:
        for looked in reports:
            all_proven = all_proven and looked.proof is not None and looked.proof.proven
            if looked.proof is None and faults.one_by_one(str(looked.path), looked.error or ""):
                print_note(f"{looked.path}: not proven. {looked.error or ''} {looked.hint}".rstrip())
            if as_json:
                known = looked.proof.as_json() if looked.proof else {"proven": False}
                show_json({"file": path_text(looked.path), **known, "error": looked.error})
            elif looked.proof is not None and (
                looked.proof.proven or faults.one_by_one(str(looked.path), looked.proof.problems[0].reason)
            ):
                show_proof(looked.path, looked.proof)
    raise typer.Exit(0 if all_proven else 4)


_TOLD = 50  # files that cannot be read, one by one
_ALL_OF_THEM = "the same command with --json"


@contextmanager
def _faults() -> Iterator[FaultSummary]:
    """Files that cannot be read: the first are said as they come, the others summed up in the end."""
    faults = FaultSummary(_TOLD)
    yield faults
    for line in faults.lines(_ALL_OF_THEM):
        print_note(visible(line))


@contextmanager
def _one_by_one(
    ctx: typer.Context,
    results: Iterator[Any],
    keys: Sequence[Any],
    key_of: Callable[[Any], Any],
    out: Path | None = None,
    stems: Sequence[str] = (),
) -> Iterator[Iterator[Any]]:
    """The results in the order of their keys; Ctrl-C within ends the workers, and says what is kept.

    ``out``: where copies are written, under ``stems`` in the order of the keys; one that was not told yet is removed.

    Raises:
        Interrupted: somebody pressed Ctrl-C.
    """
    done = 0

    def counted() -> Iterator[Any]:
        nonlocal done
        for result in in_order(results, keys, key_of):
            done += 1  # from here on the result counts as told, so that no copy is removed that somebody has read of
            yield result

    try:
        with ending(results):
            yield counted()
    except KeyboardInterrupt:
        kept = "Nothing was written."
        if out is not None:
            remove_files_of(out, frozenset(stems[done:]))
            kept = f"The copies that were made are whole and stay in '{out}'; the other files have none."
        reason = f"Stopped after {done} of {count(len(keys), 'file')}. {kept}"
        raise Interrupted(reason, f"Start again: {typed_command(ctx)}") from None


def _forms(given: Sequence[str], by: str, photos: int, settings: "Settings") -> "tuple[GivenRelease, ...]":
    """The forms that were given for faces of the one photo, with what the register says of each."""
    from imgvet.batch.register_lookup import release_lookup
    from imgvet.stages import GivenRelease

    if not given:
        return ()
    if photos > 1:
        raise UsageError("--form is for one photo.", "Check photos one by one, or make a batch of them.")
    name = checked_name(by, "--form needs a name: that of whoever says that the form is that person's.")
    pairs = [_face_and_reference(each) for each in given]
    with release_lookup(settings) as look_up:
        said = look_up({reference for _, reference in pairs})
    return tuple(GivenRelease(face, reference, said[reference], name) for face, reference in pairs)


def _face_and_reference(text: str) -> tuple[int, str]:
    face, colon, reference = text.partition(":")
    if not (colon and face.isdecimal() and reference.strip()):
        raise UsageError(f"--form '{text}' is not FACE:REF.", "E.g. --form 1:WMP-2026-014.")
    return int(face), reference.strip()
