"""``imgvet release``: the register of release forms on the command line."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgvet.cli.arguments import RegisterOption, date_option
from imgvet.cli.console import print_answer, print_note, show_json
from imgvet.cli.register import register_looked_at, register_opened
from imgvet.cli.release_form import form
from imgvet.cli.release_scan import scan as scan_command
from imgvet.cli.strict_command import CommandLine, StrictCommand, typed_instead, was_typed
from imgvet.database.addresses import Address, address_of
from imgvet.errors import UsageError
from imgvet.own_name import needed_name, own_name
from imgvet.storage_errors import storage_error
from imgvet.text import count, long_date

if TYPE_CHECKING:
    from imgvet.profile import Profile
    from imgvet.releases.form_changes import FormEditor
    from imgvet.releases.register import Register
    from imgvet.releases.release import Release
    from imgvet.releases.scans import FormScan

release_app = CommandLine(
    help="Keep the register of release forms: who signed, for what, until when, and who withdrew.",
    no_args_is_help=True,
)
release_app.command()(form)
release_app.command(name="scan")(scan_command)


def _channels(text: str) -> list[str]:
    from imgvet.releases.import_export import parse_channels

    return list(parse_channels(text))


class ClearedDay(StrEnum):
    """A day of a form that may be taken away, by the option that sets it."""

    FROM = "from"
    UNTIL = "until"
    EXPIRES = "expires"


_FIELDS = {ClearedDay.FROM: "covers_from", ClearedDay.UNTIL: "covers_until", ClearedDay.EXPIRES: "expires_on"}

Reference = Annotated[str, typer.Argument(metavar="REF", help="The form's reference, e.g. WMP-2026-014.")]
MaybeReference = Annotated[
    str | None, typer.Argument(metavar="REF", help="The form's reference, as printed on it.", show_default=False)
]
New = Annotated[bool, typer.Option("--new", help="Give the form the next free reference, in place of REF.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Your name, for the record.", show_default=False)]
ProfileName = Annotated[
    str | None, typer.Option(metavar="NAME|FILE", help="House rules: channels, references, terms.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, one object a form.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")]


def _text_option(about: str, name: str = "", metavar: str = "TEXT") -> Any:
    return typer.Option(*([name] if name else []), metavar=metavar, help=about, show_default=False)


Person = Annotated[str | None, _text_option("Who is shown.", metavar="NAME")]
Contact = Annotated[str | None, _text_option("How to reach them.")]
SignedOn = Annotated[date | None, date_option("--signed-on", "When it was signed, e.g. 14/06/2026.")]
TakenBy = Annotated[str | None, _text_option("Who took the form.", metavar="NAME")]
EventOption = Annotated[str | None, _text_option("The event that it covers, as the batch names it.")]
CoversFrom = Annotated[date | None, date_option("--from", "The first day that it covers.")]
CoversUntil = Annotated[date | None, date_option("--until", "The last day that it covers.")]
Channels = Annotated[
    list[str] | None,
    typer.Option(metavar="A,B|all", parser=_channels, help="Channels that it allows, or all.", show_default=False),
]
Expires = Annotated[date | None, date_option("--expires", "The last day on which it is valid.")]
Child = Annotated[bool | None, typer.Option("--child/--adult", help="The person is a child.", show_default=False)]
Born = Annotated[str | None, _text_option("Years of birth of a child, e.g. 2012-2014.", metavar="YEARS")]
Guardian = Annotated[str | None, _text_option("Who signed for the child.", metavar="NAME")]
GuardianRelation = Annotated[str | None, _text_option("What the guardian is to the child, e.g. mother.")]
Note = Annotated[str | None, _text_option("Notes.")]
ScanFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The scanned form; it is copied in.", show_default=False)
]
ModelRelease = Annotated[
    str | None,
    _text_option("PLUS status: MR-UMR, MR-LMR, MR-NAP, MR-NON; else it follows from the form.", metavar="MR-…"),
]
Clear = Annotated[
    list[ClearedDay] | None,
    typer.Option(
        metavar="<from|until|expires>",
        help="A day that is in the register and not on the form; it is removed. May be given several times.",
        show_default=False,
    ),
]
Why = Annotated[str, typer.Option(metavar="TEXT", help="Why.", show_default=False)]


@release_app.command()
def add(
    by: By,
    reference: MaybeReference = None,
    new: New = False,
    person: Person = None,
    contact: Contact = None,
    signed_on: SignedOn = None,
    taken_by: TakenBy = None,
    event: EventOption = None,
    covers_from: CoversFrom = None,
    covers_until: CoversUntil = None,
    channels: Channels = None,
    expires: Expires = None,
    child: Child = None,
    born: Born = None,
    guardian: Guardian = None,
    guardian_relation: GuardianRelation = None,
    note: Note = None,
    scan: ScanFile = None,
    model_release: ModelRelease = None,
    profile: ProfileName = None,
    register: RegisterOption = None,
) -> None:
    """Add a signed form."""
    from imgvet.releases.form_changes import FormEditor, copied_scan
    from imgvet.releases.release import Release

    given = _given(
        person, contact, signed_on, taken_by, event, covers_from, covers_until, channels, expires, child, born,
        guardian, guardian_relation, note, model_release,
    )  # fmt: skip
    house = _profile(profile)
    with register_opened(register, make=True) as opened, copied_scan(opened, scan) as copies:
        form = replace(Release(reference or ""), **given)
        _add(FormEditor(opened, house, by), form, _wanted(reference, new), copies)


class _Change(StrictCommand):
    """An empty text takes away what the register says."""

    may_be_empty = frozenset(
        {"person", "contact", "taken_by", "event", "born", "guardian", "guardian_relation", "note"}
    )


@release_app.command(cls=_Change)
def change(
    reference: Reference,
    by: By,
    why: Why = "",
    person: Person = None,
    contact: Contact = None,
    signed_on: SignedOn = None,
    taken_by: TakenBy = None,
    event: EventOption = None,
    covers_from: CoversFrom = None,
    covers_until: CoversUntil = None,
    channels: Channels = None,
    expires: Expires = None,
    child: Child = None,
    born: Born = None,
    guardian: Guardian = None,
    guardian_relation: GuardianRelation = None,
    note: Note = None,
    scan: ScanFile = None,
    model_release: ModelRelease = None,
    clear: Clear = None,
    profile: ProfileName = None,
    register: RegisterOption = None,
) -> None:
    """Correct a form, or add its scan. The history keeps what it said before."""
    from imgvet.releases.form_changes import FormEditor, copied_scan, found_form

    given = _given(
        person, contact, signed_on, taken_by, event, covers_from, covers_until, channels, expires, child, born,
        guardian, guardian_relation, note, model_release,
    )  # fmt: skip
    for name in clear or []:
        if _FIELDS[name] in given:
            raise UsageError(f"--{name} is given and cleared.", "Give one of the two.")
        given[_FIELDS[name]] = None
    house = _profile(profile)
    with register_opened(register) as opened, copied_scan(opened, scan) as copies:
        before = found_form(opened, reference)
        _correct(FormEditor(opened, house, by), before, given, copies, why)
        _say_uses_of_changed(opened, [(before, found_form(opened, reference))], register)


@release_app.command()
def refuse(
    by: By,
    reference: MaybeReference = None,
    new: New = False,
    person: Person = None,
    contact: Contact = None,
    event: EventOption = None,
    child: Child = None,
    note: Note = None,
    on: Annotated[date | None, date_option("--on", "When they refused. Default: today.")] = None,
    why: Why = "",
    profile: ProfileName = None,
    register: RegisterOption = None,
) -> None:
    """Record that somebody does not want to be shown; their face then blocks a photo until it is hidden."""
    from imgvet.cli.release_uses import say_uses
    from imgvet.releases.form_changes import FormEditor, day_of_record
    from imgvet.releases.release import Release

    house = _profile(profile)
    with register_opened(register, make=True) as opened:
        day = day_of_record(on, opened.clock.today)
        if reference and opened.find(reference) is not None:
            if person or contact or event or note or child is not None:
                raise UsageError("The form is in the register already.", "Change it with `imgvet release change`.")
            form = opened.refuse(reference, day, by, why)
            print_note(f"Recorded: the person of form {form.reference} does not want to be shown, {long_date(day)}.")
            say_uses(opened, form, register)
            return
        given = _given(person=person, contact=contact, event=event, child=child, note=note)
        form = replace(Release(reference or "", refused_on=day), **given)
        _add(FormEditor(opened, house, by), form, _wanted(reference, new), (), why)


@release_app.command()
def withdraw(
    reference: Reference,
    by: By,
    why: Why,
    on: Annotated[date | None, date_option("--on", "From which day it is no longer valid. Default: today.")] = None,
    asked_by: Annotated[
        str,
        _text_option("Who withdrew it: the person, the guardian. Default: the person who records it.", metavar="WHO"),
    ] = "",
    register: RegisterOption = None,
) -> None:
    """Record that a form was withdrawn, and name the photos that it was used for, with the next command."""
    from imgvet.cli.release_uses import say_uses
    from imgvet.releases.form_changes import day_of_record

    with register_opened(register) as opened:
        day = day_of_record(on, opened.clock.today)
        form = opened.withdraw(reference, day, by, why, asked_by)
        print_note(f"Recorded: form {form.reference} was withdrawn, from {long_date(day)}.")
        say_uses(opened, form, register)


@release_app.command(name="list")
def list_forms(
    expiring: Annotated[
        int | None,
        typer.Option(metavar="DAYS", min=0, help="Those that expire within so many days.", show_default=False),
    ] = None,
    event: Annotated[str, _text_option("Those for an event with these words in its name.")] = "",
    person: Annotated[str, _text_option("Those of a person or guardian with these words in the name.")] = "",
    status: Annotated[str, _text_option("active, expired, withdrawn, refused or purged.", metavar="STATUS")] = "",
    channel: Annotated[str, _text_option("Those that allow this channel.", metavar="NAME")] = "",
    as_json: Json = False,
    register: RegisterOption = None,
) -> None:
    """List the forms, all or those that fit every filter."""
    from imgvet.cli.release_tables import show_list
    from imgvet.cli.release_uses import say_uses, uses_as_json
    from imgvet.releases.form_changes import FormFilter
    from imgvet.releases.import_export import import_json as form_as_json
    from imgvet.releases.release import Status

    if status and status not in set(Status):
        raise UsageError(f"There is no status '{status}'.", f"They are {', '.join(Status)}.")
    with register_opened(register) as opened:
        today = opened.clock.today
        asked = FormFilter(event, person, status, channel, expiring)
        forms = [form for form in opened.releases() if asked.fits(form, today)]
        for form in forms if as_json else []:
            show_json(form_as_json(form, today) | {"uses": uses_as_json(opened, form.reference)})
        if as_json:
            return
        show_list(forms, today)
        if expiring is None and status in {"", Status.ACTIVE, Status.PURGED}:
            return
        for form in forms:
            ends = form.withdrawn_on or form.refused_on or form.expires_on
            print_note(f"{form.reference}, until {long_date(ends)}" if ends else form.reference)
            say_uses(opened, form, register)


@release_app.command(name="show")
def show_form(
    reference: Reference,
    save_scan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write its scan into a file that is not there yet.", show_default=False),
    ] = None,
    as_json: Json = False,
    register: RegisterOption = None,
) -> None:
    """Show a form, the photos that it is used for, whether its scan is unaltered, and its history."""
    from imgvet.cli.release_tables import show_one
    from imgvet.cli.release_uses import use_lines, uses_as_json
    from imgvet.releases.form_changes import found_form
    from imgvet.releases.import_export import import_json as form_as_json

    with register_opened(register) as opened:
        form = found_form(opened, reference)
        history = list(opened.history(form.reference))
        uses = uses_as_json(opened, form.reference)
        used = list(use_lines(opened, form, register))
        today = opened.clock.today
        scan = opened.scans.place_of(form.scan_name) if form.scan_name else ""
        wrong = opened.scans.state(form.scan_name, form.scan_sha256) if scan else ""
        if save_scan is not None:
            _save_scan(opened, form, wrong, save_scan)
    if as_json:
        entries = [each.as_json() for each in history]
        show_json(form_as_json(form, today) | {"scan_state": wrong or None, "uses": uses, "history": entries})
    else:
        show_one(form, history, scan, wrong, today)
        for line in used:
            print_answer(line)
    if wrong:
        print_note(f"{wrong} Restore {scan} from a copy, or add the scan again with `imgvet release change`.")
        raise typer.Exit(4)


def _save_scan(register: "Register", form: "Release", wrong: str, file: Path) -> None:
    from imgvet.atomic_files import write_new

    if not form.scan_name or wrong:
        raise UsageError(
            f"Form {form.reference}: {wrong or 'There is no scan yet.'} Nothing was written.",
            "Add it with `imgvet release change --scan`.",
        )
    try:
        write_new(file, register.scans.read(form.scan_name), mode=0o600)
    except FileExistsError:
        raise UsageError(f"'{file}' is there already.", "Name another file.") from None
    except OSError as problem:
        raise storage_error(problem, file) from None


@release_app.command(name="import")
def import_forms(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .xlsx list of forms.")],
    by: By,
    dry_run: DryRun = False,
    profile: ProfileName = None,
    register: RegisterOption = None,
) -> None:
    """Import a list of forms: all of it, or nothing where a row cannot be taken."""
    from imgvet.cli.release_tables import show_plan
    from imgvet.releases.import_export import READABLE, FormTerms, plan_import
    from imgvet.releases.records import FormIntake
    from imgvet.tables import read_table

    house = _profile(profile)
    table = read_table(file, READABLE)
    with register_looked_at(register) if dry_run else register_opened(register, make=True) as opened:
        today = opened.clock.today if opened else date.today()
        terms = FormTerms(today, tuple(house.channels), house.releases.valid_years, by)
        plan = plan_import(table, opened.find if opened else lambda _: None, terms)
        show_plan(plan)
        if plan.refused:
            raise UsageError(
                f"Nothing was imported: {count(len(plan.refused), 'row needs', 'rows need')} correcting.",
                "Correct the file and run the command again.",
            )
        if dry_run or opened is None:
            print_note("Nothing was imported yet. Run the command again without --dry-run to import it.")
            return
        new = tuple(form for _, form in plan.new)
        changed = tuple((before, after) for _, before, after in plan.changed)
        opened.save_forms(FormIntake(new, changed), by, f"from {file.name}")
        print_note(f"Imported: {len(new)} new, {len(changed)} changed.")
        _say_uses_of_changed(opened, changed, register)


@release_app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .xlsx or .json file that is not there yet.")],
    register: RegisterOption = None,
) -> None:
    """Write all forms into a file for exchange. It names people: it is as private as the register."""
    from imgvet.atomic_files import write_new
    from imgvet.releases.import_export import write_out

    with register_opened(register) as opened:
        forms, today = list(opened.releases()), opened.clock.today
    data = write_out(forms, today, file)
    try:
        write_new(file, data, mode=0o600)
    except FileExistsError:
        raise UsageError(f"'{file}' is there already.", "Name another file.") from None
    print_note(f"Wrote {count(len(forms), 'form')} to {file}. It names people: do not share it.")


@release_app.command()
def move(
    by: By,
    to: Annotated[
        Any,
        typer.Option(
            "--to",
            metavar="FILE|ADDRESS",
            parser=address_of,
            help="A file that is not there yet, or an empty database: postgresql://USER@HOST/DATABASE.",
            show_default=False,
        ),
    ],
    why: Why = "",
    register: RegisterOption = None,
) -> None:
    """Move the register elsewhere, with all scans; everything is compared, and the old register is closed."""
    from imgvet.releases.moving import move_register

    with register_opened(register) as opened:
        moved = move_register(opened, to, by, why)
    if moved.finished:
        print_note("An earlier move was stopped after everything was there; the old register is closed now.")
    parts = ", ".join([
        count(moved.forms, "form"), count(moved.lines, "line of the history", "lines of the history"),
        count(moved.uses, "use of a form", "uses of forms"), count(moved.scans, "scan"),
    ])  # fmt: skip
    print_note(f"Moved: {parts}, to {to}.")
    print_note(f"All of it was read again there and is the same (SHA-256 {moved.sha256}).")
    for name in moved.missing:
        print_note(f"Missing before and after: the scan {name}.")
    print_note(f"The old register is kept, but closed: commands that name it say to use {to}.")
    print_note("Next: give every computer the new address, in IMGVET_REGISTER. Batches find it there by themselves.")


@release_app.command()
def clock(by: By, why: Why = "", register: RegisterOption = None) -> None:
    """Record that this computer's clock is right, where an entry of the register has a later time."""
    with register_opened(register) as opened:
        opened.confirm_clock(by, why)
    print_note("Recorded: this computer's clock is right. Forms are checked against it again.")


@release_app.command()
def purge(
    ctx: typer.Context,
    by: Annotated[
        str,
        typer.Option(metavar="NAME", help="Who removes it; typed here, it is removed.", show_default=False),
    ] = "",
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove it, where your name is set once and not typed.")
    ] = False,
    dry_run: DryRun = False,
    profile: ProfileName = None,
    register: RegisterOption = None,
) -> None:
    """Erase the personal data of forms whose retention period has ended; their references and dates are kept."""
    from imgvet.cli.release_tables import show_due
    from imgvet.cli.release_uses import say_uses
    from imgvet.releases.retention import is_due, never_ends

    keep_years, today = _profile(profile).releases.keep_years, date.today()
    with register_opened(register) as opened:
        forms = list(opened.releases())
        due = [form for form in forms if is_due(form, today, keep_years)]
        show_due(due, sum(map(never_ends, forms)), today, keep_years)
        for form in due:
            say_uses(opened, form, register, live=True)
        if remove and not by:
            by = needed_name()
        if dry_run or not (remove or was_typed(ctx, "--by")):
            if due:
                print_note("Nothing was erased. Next, to erase it for good:")
                print_note(f"      {typed_instead(ctx, ('--dry-run',), _to_remove())}")
            raise typer.Exit(1 if due else 0)
        left = opened.purge([form.reference for form in due], today, keep_years, by)
        traces = opened.traces() if left else ""
    print_note(f"Erased the personal data of {count(len(left), 'form')}; their references and dates are kept.")
    if left:
        print_note("Backups and exported lists still contain it: erase it there, too.")
        if traces:
            print_note(traces)


def _to_remove() -> list[tuple[str, str]]:
    """The option with which personal data is removed."""
    return [("--remove", "")] if own_name() else [("--by", "NAME")]


def _add(editor: "FormEditor", form: "Release", numbered: bool, copies: "tuple[FormScan, ...]", why: str = "") -> None:
    """Add one form, with what follows from its data; with ``numbered``, under the next reference."""
    form = editor.add(form, copies, numbered=numbered, why=why)
    status = form.status(editor.register.clock.today)
    ends = f", until {long_date(form.expires_on)}" if form.expires_on else ""
    print_note(f"Added {form.reference}: {status}{ends}.")


def _correct(
    editor: "FormEditor", before: "Release", given: dict[str, Any], copies: "tuple[FormScan, ...]", why: str
) -> None:
    """Change one form, with what follows from its data."""
    from imgvet.releases.import_export import changes

    after = editor.correct(before, given, copies, why)
    differing = ", ".join(heading for heading, *_ in changes(before, after))
    print_note(
        f"Changed {before.reference}: {differing}."
        if differing
        else f"{before.reference} says this already; nothing was changed."
    )


def _say_uses_of_changed(
    register: "Register", changed: "Iterable[tuple[Release, Release]]", named: Address | None
) -> None:
    """Name the photos that forms are used for whose terms were changed: the forms may no longer be valid for them."""
    from imgvet.cli.release_uses import say_uses
    from imgvet.releases.form_changes import terms_changed

    for before, after in changed:
        if terms_changed(before, after) and register.uses(after.reference):
            print_note(f"The terms of form {after.reference} have changed.")
            say_uses(register, after, named)


def _given(
    person: str | None = None,
    contact: str | None = None,
    signed_on: date | None = None,
    taken_by: str | None = None,
    event: str | None = None,
    covers_from: date | None = None,
    covers_until: date | None = None,
    channels: list[str] | None = None,
    expires: date | None = None,
    child: bool | None = None,
    born: str | None = None,
    guardian: str | None = None,
    guardian_relation: str | None = None,
    note: str | None = None,
    model_release: str | None = None,
) -> dict[str, Any]:
    """What the options say of a form, by field; what was not given is not in it."""
    from imgvet.releases.form_changes import form_fields

    return form_fields({
        "person": person, "contact": contact, "signed_on": signed_on, "taken_by": taken_by, "event": event,
        "covers_from": covers_from, "covers_until": covers_until,
        "channels": None if channels is None else [name for each in channels for name in each],
        "expires_on": expires, "minor": child, "born": born, "guardian": guardian,
        "guardian_relation": guardian_relation, "note": note, "model_release": model_release or None,
    })  # fmt: skip


def _wanted(reference: str | None, new: bool) -> bool:
    """Whether the form shall get the next reference."""
    if (reference is not None) == new:
        raise UsageError("The form needs one reference.", "Give the one that is printed on it, or --new.")
    return new


def _profile(named: str | None) -> "Profile":
    from imgvet.profile import load_profile

    return load_profile(named)[0]
