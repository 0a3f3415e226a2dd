"""``imgvet release scan``: scanned or photographed forms are filed under the numbers that their QR codes give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgvet.cli.arguments import RegisterOption, WorkersOption, found_photos
from imgvet.cli.console import print_answer, print_note, say_next, show_json
from imgvet.cli.register import register_opened
from imgvet.cli.results import fault_summary, in_key_order
from imgvet.own_name import by_words
from imgvet.text import command_line, count, path_text, spans, visible

if TYPE_CHECKING:
    from imgvet.database.addresses import Address
    from imgvet.form_codes.scans import FormPages, ScanReading
    from imgvet.photo import Photo
    from imgvet.releases.filing import FilingOutcome
    from imgvet.releases.register import Register
    from imgvet.settings import Settings

_ALSO_SCANS = frozenset({".pdf"})  # beside pictures
_MOST_TOLD = 10  # forms without a scan, by number
_NEEDED = ("--person", "NAME", "--signed-on", "DATE", "--event", "EVENT", "--channels", "CHANNELS")


@dataclass
class _Tally:
    """What came of all files."""

    filed: int = 0
    same: int = 0
    for_people: int = 0  # files and numbers that a person has to see to
    failed: int = 0
    planned: dict[str, str] = field(default_factory=dict)  # SHA-256 by number, where nothing is to be changed


def scan(
    ctx: typer.Context,
    by: Annotated[str, typer.Option(metavar="NAME", help="Your name, for the record.", show_default=False)],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            readable=False,
            help="Scans or photos of signed forms (PDF, JPEG, PNG, TIFF, WebP, HEIC), and folders of them.",
            show_default=False,
        ),
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="BATCH",
            help="File the photos of a batch that show a signed form; they stay out of flickr/.",
            show_default=False,
        ),
    ] = None,
    event: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="Of forms without a scan, count those for an event with these words in its name.",
            show_default=False,
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be filed, and change nothing.")] = False,
    register: RegisterOption = None,
    workers: WorkersOption = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="JSON Lines on stdout, one object a file, then one with the forms without a scan."),
    ] = False,
) -> None:
    """File scans of signed forms under their numbers, which are read from the QR codes on them."""
    from imgvet.batch.form_scans import as_vetted
    from imgvet.form_codes.scans import read_scans
    from imgvet.releases.filing import signed_forms
    from imgvet.releases.store import register_address
    from imgvet.workers.pool import workers_for

    in_batch: dict[Path, Photo] = {}
    if batch is not None:
        in_batch, settings = _photos_of_forms(batch, register)
        same = str(register_address(settings.register)) == str(register_address(None))
        register = None if same else settings.register
        event = event or settings.event.text
    if batch is not None and not in_batch:
        print_note(f"No photo of '{batch}' shows a form that still needs its scan.")
    scans, unopened = _scans_named(files or [], in_batch, also_none=batch is not None)
    tally = _Tally(failed=unopened)
    with register_opened(register) as opened:
        readings = read_scans(scans, workers_for(workers, len(scans)))
        kept = "Scans that were filed stay filed."
        with (
            in_key_order(ctx, readings, scans, lambda reading: reading.path, kept=kept) as results,
            fault_summary() as faults,
        ):
            for reading in map(partial(as_vetted, in_batch), results):
                outcomes = list(_filed(opened, reading, by, tally, dry_run=dry_run))
                tally.failed += bool(reading.error)
                if as_json:
                    show_json(_as_json(reading, outcomes, register, dry_run=dry_run))
                elif not reading.error:
                    _say(reading, outcomes, register, dry_run=dry_run)
                elif faults.one_by_one(str(reading.path), reading.error):
                    print_note(visible(f"{reading.path}: not read. {reading.error} {reading.hint}".rstrip()))
        signed = list(signed_forms(opened, event))
        open_forms = [form.reference for form in signed if not form.scan_name]
    if as_json:
        show_json({"event": event, "without_scan": open_forms})
    _say_sum(tally, dry_run=dry_run)
    _say_without_scan(len(signed), open_forms, event)
    if batch is not None and not dry_run:
        say_next("", command_line("imgvet", "status", batch))
    raise typer.Exit(4 if tally.failed else 1 if tally.for_people else 0)


def _scans_named(files: Sequence[Path], in_batch: "Mapping[Path, Photo]", *, also_none: bool) -> tuple[list[Path], int]:
    """All files to read, those of the batch first, and how many folders could not be opened."""
    if also_none and not files:
        return list(in_batch), 0
    found = found_photos(files, missing_ok=True, also=_ALSO_SCANS, called="scan")
    return [*in_batch, *(file for file in found.photos if file not in in_batch)], len(found.unopened)


def _photos_of_forms(batch: Path, register: "Address | None") -> "tuple[dict[Path, Photo], Settings]":
    """The originals of the photos of a batch that show a form and are not filed yet, and the settings of the batch."""
    from imgvet.batch.form_scans import photos_of_forms
    from imgvet.batch.settings import saved_settings
    from imgvet.batch.store import open_batch

    folder = open_batch(batch)
    settings = saved_settings(folder, register)
    return photos_of_forms(folder, settings), settings


def _filed(
    register: "Register", reading: "ScanReading", by: str, tally: _Tally, *, dry_run: bool
) -> "Iterator[tuple[FormPages, FilingOutcome]]":
    """Each form of a file with what came of it."""
    from imgvet.batch.form_scans import numbered_scans
    from imgvet.releases.filing import FilingOutcome, file_scan, plan_filing

    for form, numbered in numbered_scans(reading):
        outcome = plan_filing(register, numbered, tally.planned) if dry_run else file_scan(register, numbered, by)
        tally.filed += outcome is FilingOutcome.FILED
        tally.same += outcome is FilingOutcome.SAME
        tally.for_people += outcome not in {FilingOutcome.FILED, FilingOutcome.SAME}
        yield form, outcome
    if not reading.error and (reading.unnumbered or not reading.forms):
        tally.for_people += 1


def _say(
    reading: "ScanReading",
    outcomes: "Sequence[tuple[FormPages, FilingOutcome]]",
    register: "Address | None",
    *,
    dry_run: bool,
) -> None:
    """What came of one file, and the next command where a person has to see to it."""
    name = visible(str(reading.path))
    for form, outcome in outcomes:
        pages = f", {_pages(form.pages)}" if form.part is not None else ""
        print_answer(f"{name}{pages}: {_words(form.number, outcome, dry_run=dry_run)}")
        for command in _next(form, outcome, reading.path, register):
            print_note(f"      {command}")
    together = [form.number for form in reading.forms if form.part is None]
    if len(together) > 1:
        print_note(
            f"      {', '.join(together)} are on one picture. It is kept until the last of them is erased. To keep "
            "them apart, scan each form by itself."
        )
    if not reading.forms:
        print_answer(f"{name}: no number found. Look at it, and file it by hand:")
        print_note(f"      {_command('change', 'NUMBER', '--scan', reading.path, register=register)}")
    elif reading.unnumbered:
        print_answer(f"{name}, {_pages(reading.unnumbered)}: no number found; not filed. Look at it.")


def _words(number: str, outcome: "FilingOutcome", *, dry_run: bool) -> str:
    from imgvet.releases.filing import FilingOutcome

    return {
        FilingOutcome.FILED: f"{'would be filed' if dry_run else 'filed'} under {number}.",
        FilingOutcome.SAME: f"{number} has this scan already.",
        FilingOutcome.OTHER: f"{number} has another scan, which was not replaced. Compare them; to replace it:",
        FilingOutcome.NOT_ADDED: f"{number} was printed, but is not in the register yet. To add it:",
        FilingOutcome.UNKNOWN: f"{number} is not in the register, and this register has not given that number. Check "
        "that the form is yours and that this is the right register. To add it:",
        FilingOutcome.ERASED: f"{number} was erased because its retention period has ended. Destroy the form and the "
        "scan.",
        FilingOutcome.CHANGED: f"{number}: the file changed while it was read. Wait until it is complete and run the "
        "command again.",
    }[outcome]


def _next(form: "FormPages", outcome: "FilingOutcome", source: Path, register: "Address | None") -> list[str]:
    """The command that does what a person has to decide; a pile is never filed whole under one of its numbers."""
    from imgvet.releases.filing import FilingOutcome

    to_scan = ("--scan", source) if form.part is None else ()
    again = [] if form.part is None else [_command("scan", source, register=register)]
    match outcome:
        case FilingOutcome.NOT_ADDED | FilingOutcome.UNKNOWN:
            return [_command("add", form.number, *_NEEDED, *to_scan, register=register), *again]
        case FilingOutcome.OTHER:
            file = source if form.part is None else "FILE"
            return [_command("change", form.number, "--scan", file, register=register)]
        case _:
            return []


def _command(*words: object, register: "Address | None") -> str:
    named = ("--register", register) if register else ()
    return command_line("imgvet", "release", *words, *named, *by_words())


def _pages(numbers: Sequence[int]) -> str:
    return f"page{'' if len(numbers) == 1 else 's'} {', '.join(spans(sorted(numbers)))}"


def _as_json(
    reading: "ScanReading",
    outcomes: "Sequence[tuple[FormPages, FilingOutcome]]",
    register: "Address | None",
    *,
    dry_run: bool,
) -> dict[str, Any]:
    forms = [
        {
            "number": form.number,
            "pages": list(form.pages),
            "outcome": str(outcome),
            "next": _next(form, outcome, reading.path, register),
        }
        for form, outcome in outcomes
    ]
    return {
        "file": path_text(reading.path), "sha256": reading.sha256 or None, "pages": reading.pages, "forms": forms,
        "without_number": list(reading.unnumbered), "dry_run": dry_run, "error": reading.error or None,
        "way_out": reading.hint,
    }  # fmt: skip


def _say_sum(tally: _Tally, *, dry_run: bool) -> None:
    filed = count(tally.filed, "scan")
    print_note(
        f"{filed} would be filed. Nothing was changed. Run the command again without --dry-run to file them."
        if dry_run
        else f"{filed} filed, {tally.same} filed before."
    )
    if tally.for_people:
        print_note(f"{count(tally.for_people, 'scan needs', 'scans need')} you: see above.")
    if tally.failed:
        print_note(f"{count(tally.failed, 'file or folder', 'files or folders')} could not be read.")


def _say_without_scan(signed: int, open_forms: Sequence[str], event: str) -> None:
    """Of how many signed forms there is no scan, and the first of them."""
    about = f" for {event}" if event else ""
    if open_forms:
        shown = ", ".join(open_forms[:_MOST_TOLD])
        more = f" and {len(open_forms) - _MOST_TOLD} more, with --json" if len(open_forms) > _MOST_TOLD else ""
        print_note(visible(f"{count(len(open_forms), 'form')}{about} in the register without a scan: {shown}{more}."))
    elif signed:
        print_note(visible(f"Every signed form{about} in the register has a scan."))
    else:
        print_note(visible(f"No signed form{about} is in the register."))
