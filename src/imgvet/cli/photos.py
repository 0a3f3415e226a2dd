"""The commands on files by themselves: inspect, strip and prove."""

from pathlib import Path
from typing import Annotated

import typer

from imgvet.atomic_files import free_stems
from imgvet.cli.arguments import JsonOption, PhotoArguments, WorkersOption, copies_folder, found_photos, kept_stems
from imgvet.cli.console import print_note, show_inspection, show_json, show_proof, show_stripped
from imgvet.cli.results import fault_summary, in_key_order
from imgvet.text import path_text, visible


def inspect_command(ctx: typer.Context, photos: PhotoArguments, as_json: JsonOption = False) -> None:
    """Show every piece of private data that photos carry, in groups, in plain words."""
    from imgvet.inspection.files import inspect_files
    from imgvet.profile import Limits
    from imgvet.workers.pool import workers_for

    found = found_photos(photos, missing_ok=True)
    worst = 4 if found.unopened else 0
    inspections = inspect_files(found.photos, Limits(), workers_for(None, len(found.photos)))
    with (
        in_key_order(ctx, inspections, found.photos, lambda looked: looked.path) as reports,
        fault_summary() as faults,
    ):
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
        list[Path],
        typer.Argument(
            metavar="PHOTO", readable=False, help="Photos, and folders, which are searched with all their subfolders."
        ),
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
    ctx.with_resource(copies_folder(out))
    digits = max(3, len(str(len(found.photos))))
    stems = kept_stems(out, found.photos) if keep_names else free_stems(out, "photo", digits)
    jobs = [StripJob(path, out, stem) for path, stem in zip(found.photos, stems, strict=False)]
    worst = 4 if found.unopened else 0
    results = strip_many(jobs, Limits(), workers_for(workers, len(jobs)))
    names = [job.stem for job in jobs]
    with (
        in_key_order(ctx, results, found.photos, lambda stripped: stripped.source, out, names) as copies,
        fault_summary() as faults,
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
    """Prove that a file holds pixels and public metadata and nothing else, no matter which program wrote it."""
    from imgvet.inspection.files import prove_files
    from imgvet.profile import Limits
    from imgvet.workers.pool import workers_for

    found = found_photos(files, missing_ok=True)
    all_proven = not found.unopened
    proofs = prove_files(found.photos, Limits(), workers_for(None, len(found.photos)), stripped=stripped)
    with (
        in_key_order(ctx, proofs, found.photos, lambda looked: looked.path) as reports,
        fault_summary() as faults,
    ):
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
