"""The commands on a batch: make it, decide on its photos and faces, finish it, and show its state."""

from collections.abc import Container, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgvet.capture_order import parse_clock_offset
from imgvet.cli.arguments import (
    BatchArgument,
    ClockOffsetOption,
    DateOption,
    JsonOption,
    ProfileOption,
    ProofMarksChoice,
    ProofMarksOption,
    QuietOption,
    Redact,
    RedactStyleChoice,
    RedactStyleOption,
    RegisterOption,
    WorkersOption,
    channels_named,
    check_marks,
    event_for,
    found_photos,
    settings_for,
)
from imgvet.cli.cluster import EngineOption, SchedulerOption, cluster_at
from imgvet.cli.console import (
    print_note,
    reporting_lapsed_rules,
    say_added,
    say_added_areas,
    say_approved,
    say_batch,
    say_broken,
    say_clock,
    say_corrected,
    say_drafts,
    say_in_brief,
    say_joined,
    say_kept,
    say_missing,
    say_new_numbers,
    say_next,
    say_one_account,
    say_others_marks,
    say_pending_rules,
    say_place,
    say_placed,
    say_planned,
    say_problems,
    say_published,
    say_register_failed,
    say_rule_changes,
    say_still_online,
    say_to_replace,
    say_to_take_back,
    say_unused_profile,
    say_without,
    show_json,
)
from imgvet.cli.declare import (
    DeclareOption,
    ShowStatementsOption,
    StatementsReadOption,
    read_declaration,
    read_statements,
    say_not_declared,
    show_statements,
)
from imgvet.cli.progress import reading_progress, vetting_progress
from imgvet.cli.selecting import SelectOption, reads_marks, say_unselected, selection_for, unselected_code
from imgvet.cli.strict_command import command_words, typed_command, typed_instead, typed_options, was_typed
from imgvet.decisions import ANSWER, APPROVAL, DECLARE, RULES, DecisionScope, decision_kind, decision_names
from imgvet.errors import RegisterError, UsageError
from imgvet.own_name import by_words, name_or_own
from imgvet.people_names import has_words, name_problem
from imgvet.text import command_line, count, path_text, visible

if TYPE_CHECKING:
    from imgvet.batch.decisions.record import DecisionRequest
    from imgvet.batch.form_uses import PlaceChange
    from imgvet.batch.run import RunPlan
    from imgvet.batch.settings import RecordedRun
    from imgvet.batch.snapshot import BatchSnapshot
    from imgvet.batch.store import BatchStore
    from imgvet.clock import ClockReading
    from imgvet.database.addresses import Address
    from imgvet.decisions import StatementAnswer
    from imgvet.photo import Photo
    from imgvet.photo_jobs import Workers
    from imgvet.profile import Profile
    from imgvet.settings import Settings

_ON_FACE, _ON_PHOTO = decision_names(DecisionScope.FACE), decision_names(DecisionScope.PHOTO)
_ON_AREA = [decision_kind(name).called for name in decision_names(DecisionScope.AREA)]


def batch(
    ctx: typer.Context,
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SRC|BATCH",
            readable=False,
            help="Photos, and folders that are searched whole; or a batch alone, to go on with all that it was asked "
            "for.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="BATCH", help="The batch folder: a new one, or an existing one to continue.", show_default=False
        ),
    ] = None,
    event: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="The event's name, as the public will see it. An existing batch keeps its own.",
            show_default=False,
        ),
    ] = "",
    day: DateOption = None,
    link: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The page that the description links back to.", show_default=False),
    ] = None,
    tags: Annotated[
        list[str] | None,
        typer.Option(metavar="TAGS", help='Tags, separated by commas: "open day, police". May be given several times.'),
    ] = None,
    channel: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Where the photos go: flickr, x, facebook, bluesky, web; several with commas. Default: flickr.",
            show_default=False,
        ),
    ] = None,
    redact: Annotated[
        Redact | None,
        typer.Option(help="Hide faces: all of them, or those without a valid decision. Default: none."),
    ] = None,
    redact_style: RedactStyleOption = None,
    best_of_burst: Annotated[
        bool,
        typer.Option(
            "--best-of-burst",
            help="Of each burst propose the sharpest frame, and ask about the others; nothing is left out by itself.",
        ),
    ] = False,
    profile: ProfileOption = None,
    declare: DeclareOption = None,
    statements_read: StatementsReadOption = None,
    statements: ShowStatementsOption = False,
    proof_marks: ProofMarksOption = "none",
    register: RegisterOption = None,
    clock_offset: ClockOffsetOption = None,
    select: SelectOption = None,
    change_profile: Annotated[
        bool,
        typer.Option(
            "--change-profile",
            help="Change what the batch was created with: profile, channel, event, date, register, --redact "
            "or --redact-style. Needs --by and --note.",
        ),
    ] = False,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who changes it.", show_default=False)] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why.", show_default=False)] = "",
    rename: Annotated[
        bool,
        typer.Option("--rename", help="With --change-profile: files that are in flickr/ already may change with it."),
    ] = False,
    workers: WorkersOption = None,
    engine: EngineOption = "local",
    scheduler: SchedulerOption = "",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a batch ready to be published, with its release-form checklist. Run it again to continue.

    A batch keeps what it was created with: its photos' folders, profile, channel, event, date, link, tags, register,
    --redact and --redact-style need not be given again.
    """
    from imgvet.batch.settings import SELECT, ChangeRequest, apply_settings, remember_command, saved_settings
    from imgvet.batch.store import create_or_open, exclusive_lock, is_batch, open_batch
    from imgvet.find_photos import FoundPhotos

    named = sources or []
    alone = out is None and len(named) == 1 and is_batch(named[0])
    out = named[0] if alone else out
    if statements:
        missing = [] if out else ["PHOTOS", "--out", "BATCH"]
        show_statements(ctx, _profile_of(out, profile), missing, as_json=as_json)
        return
    if out is None or not named:
        raise _incomplete(named, out)
    if (was_typed(ctx, "--by") or note) and not change_profile:
        raise UsageError(
            "--by and --note go with --change-profile.",
            "Leave them out; --declare takes a name as well. To change the settings of a batch:",
            command=_command_to_change(ctx, files=False),
        )
    cluster = cluster_at(scheduler, engine)
    declare = name_or_own(declare, by)
    channels = channels_named(channel)
    asked = AskedSettings(event, day, link, tags, channels, redact, redact_style, profile, proof_marks, register)
    settings = asked.settings(out)
    settings = settings.asking_about_bursts() if best_of_burst else settings
    if alone:
        recorded = _recorded_run(out, needed=not change_profile)
        named = list(map(Path, recorded.sources))
        clock_offset = clock_offset or list(map(parse_clock_offset, recorded.clock_offsets))
        if named:
            print_note(visible(f"Photos from: {', '.join(recorded.sources)}"))
    selection = selection_for(out, select)
    reads_sidecars = settings.keeps_captions or reads_marks(selection)
    found = found_photos(named, out, reads_sidecars=reads_sidecars) if named else FoundPhotos(())
    answers = read_declaration(
        ctx, open_batch(out) if is_batch(out) else None, settings.profile, declare, statements_read
    )
    folder = create_or_open(out)
    change = ChangeRequest(by, note) if change_profile else None
    with exclusive_lock(folder):
        with reporting_lapsed_rules(folder):
            outcome = apply_settings(folder, settings, change, rename=rename, ask_with=partial(_command_to_change, ctx))
        say_rule_changes(outcome.changes, out, pending=outcome.pending)
        if outcome.pending:
            raise typer.Exit(1)
        settings = replace(saved_settings(folder), clock_offsets=tuple(clock_offset or ()), selection=selection)
        if not alone or select:
            words = folder.facts().command or () if alone else command_words(ctx, leave_out="--out")
            remember_command(folder, [each for each in words if each[0] != SELECT], selection)
        declared_by = _record(folder, declare, answers)
        code = run_batch(
            ctx, folder, found.photos, settings, cluster or workers, declared_by, quiet=quiet, as_json=as_json
        )
    raise typer.Exit(4 if found.unopened else max(code, int(declare is not None and declared_by is None)))


def _command_to_change(ctx: typer.Context, files: bool) -> str:
    """The command as it was typed, with all that a change of a batch's settings needs; ``files``: in ``flickr/``."""
    typed = dict(typed_options(ctx))
    by = typed.get("--by", "")
    named = [("--by", by)] if by and not name_problem(by) else [("--by", "NAME")] if by or by_words() else []
    why = typed.get("--note", "")
    options = [("--change-profile", ""), *named, ("--note", why if has_words(why) else "WHY")]
    options += [("--rename", "")] if files or "--rename" in typed else []
    return typed_instead(ctx, [name for name, _ in (*options, ("--by", ""))], options)


def _incomplete(sources: Sequence[Path], out: Path | None) -> UsageError:
    """What ``imgvet batch`` lacks."""
    reason = "The command does not name the batch folder (--out)." if out is None else "The command names no photos."
    photos: list[Path | str] = [*sources] or ["PHOTOS"]
    command = command_line("imgvet", "batch", *photos, "--out", out or "BATCH", "--event", "EVENT")
    return UsageError(
        reason, "Name photos and a folder; to go on with a batch, that batch alone. A new one:", command=command
    )


def named_before(batch: Path) -> "RecordedRun":
    """What the last run of a batch was given, where it was given that here.

    Raises:
        BatchError: it is not known, or it was somebody else's, on another computer or under another account.
    """
    from imgvet.batch.settings import recorded_run
    from imgvet.batch.store import open_batch
    from imgvet.errors import BatchError

    recorded = recorded_run(open_batch(batch))
    if recorded is None:
        command = command_line("imgvet", "batch", "PHOTOS", "--out", batch)
        raise BatchError("This batch does not know where its photos are.", "Name them:", command=command)
    if not recorded.is_own:
        who = recorded.signed_in or "somebody unknown"
        raise BatchError(
            f"The photos of this batch were named by {who}, so imgvet does not look there by itself.",
            "If you mean these, name them yourself:",
            command=recorded.command(batch),
        )
    return recorded


def _recorded_run(batch: Path, *, needed: bool = True) -> "RecordedRun":
    """The same; photos that are missing now are reported.

    ``needed``: whether photos must be there; settings can be changed with the files that the batch has.

    Raises:
        BatchError: as ``named_before``.
        UsageError: none of its photos is there.
    """
    recorded = named_before(batch)
    there = [source for source in recorded.sources if _is_there(Path(source))]
    for source in recorded.sources:
        if source not in there:
            print_note(visible(f"Not there any more: {source}. Its photos stay in the batch as they are."))
    if not there and needed:
        raise UsageError(
            "None of the places that this batch had its photos from is there.",
            "Connect the drive or the card that they are on. To go on with the photos that the batch has:",
            command=command_line("imgvet", "finish", batch),
        )
    return replace(recorded, sources=tuple(there))


def _is_there(source: Path) -> bool:
    from imgvet.find_photos import fitting, is_pattern
    from imgvet.source_files import is_remote, listed

    if is_remote(source):
        return bool(listed(source))
    return any(fitting(source)) if is_pattern(source) else source.exists()


def _profile_of(batch: Path | None, named: str | None) -> "Profile":
    """The profile whose statements are to be declared: the one that is named, else the batch's own where it has one."""
    from imgvet.batch.settings import kept_settings, saved_settings
    from imgvet.batch.store import is_batch, open_batch
    from imgvet.profile import load_profile

    if batch and not named and is_batch(batch) and kept_settings(folder := open_batch(batch)):
        return saved_settings(folder).profile
    return load_profile(named)[0]


def _record(folder: "BatchStore", declare: str | None, answers: "Sequence[StatementAnswer]") -> str | None:
    """Record what was answered; gives who declares, None where nobody does."""
    from imgvet.batch.decisions.statements import record_statements

    if declare is None:
        return None
    if answers:
        record_statements(folder, declare, answers)
    else:
        folder.check_name(declare)
    say_not_declared(answers)
    return declare if all(each.true for each in answers) else None


@dataclass(frozen=True, slots=True)
class AskedSettings:
    """What ``imgvet batch`` was asked for; None or empty: as the batch has it."""

    event: str
    day: date | None
    link: str | None
    tags: list[str] | None
    channels: tuple[str, ...]
    redact: Redact | None
    style: RedactStyleChoice | None
    profile: str | None
    proof_marks: ProofMarksChoice
    register: "Address | None"

    def settings(self, out: Path) -> "Settings":
        """The settings of the batch in that folder, where there is one, with what is asked for in their place.

        Raises:
            UsageError: a new batch has no event, or the profile no such channel.
            ProfileError: the profile cannot be used.
        """
        from imgvet.api import check_settings
        from imgvet.batch.settings import kept_settings, register_kept, saved_settings
        from imgvet.batch.store import is_batch, open_batch

        folder = open_batch(out) if is_batch(out) else None
        kept = kept_settings(folder) if folder else None
        if folder is None or kept is None:
            about = event_for(self.event, self.day, self.link or "", self.tags or [])
            if not about.text:
                raise UsageError("--event is missing or empty.", "Give the event's name, as the public will see it.")
            channels = self.channels or ("flickr",)
            settings = settings_for(self.profile, channels, self.redact or "none", about, self.proof_marks, self.style)
            return replace(settings, register=self.register)
        text, day, link, tags = kept.event
        about = event_for(
            self.event or text,
            self.day or day,
            link if self.link is None else self.link,
            list(tags) if self.tags is None else self.tags,
        )
        channels, redact = self.channels or kept.channel_names, self.redact or kept.redact
        if self.profile:
            settings = settings_for(self.profile, channels, redact, about, self.proof_marks, self.style)
            settings = replace(settings, register=register_kept(kept))
        else:
            settings = saved_settings(folder)
            say_unused_profile(settings.profile, out)
            settings = replace(settings, event=about, redact=redact, proof_marks=self.proof_marks)
            settings = settings.with_style(self.style).with_channels(channels)
            check_settings(settings)
            check_marks(settings)
            say_others_marks(folder, settings)
        register, identity = settings.register, kept.register_identity
        return replace(
            settings, register=self.register or register, register_identity="" if self.register else identity
        )


def decide_command(
    ctx: typer.Context,
    batch: BatchArgument,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides.", show_default=False)],
    target: Annotated[
        str,
        typer.Argument(
            metavar="PHOTO[:FACE]",
            help="3:1 is face 1 of photo 3; 3:1,2 or 3:2-9 several of its faces, 3:all all of them, 3:possible those "
            "that may be none; more photos: 3:1,4:2; all is every photo, possible every possible face that needs a "
            "decision; for approve rules: all. A photo is its number, its file's name or its original's. Left out "
            "with --faces.",
            show_default=False,
        ),
    ] = "",
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help=f"For a face: {', '.join(_ON_FACE)}. For an area: {', '.join(_ON_AREA)}. For a photo: "
            f"{', '.join(_ON_PHOTO)}. May be left out with --add-face and --add-area.",
            show_default=False,
        ),
    ] = "",
    value: Annotated[
        str,
        typer.Argument(
            metavar="VALUE",
            help="The form's reference for release; the rule, or the profile's question, for answer, reopen and "
            "approve; declare approves all that was declared, and rules a change of the batch's profile and the like.",
            show_default=False,
        ),
    ] = "",
    faces: Annotated[
        str | None,
        typer.Option(
            metavar="3:2-9,4:1,...",
            help="The faces, in place of PHOTO:FACE: one person in many photos, answered at once.",
            show_default=False,
        ),
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    add_area: Annotated[
        list[str] | None,
        typer.Option(
            metavar="L,T,R,B",
            help="Add an area to PHOTO, to hide anything: a tattoo, a badge, a background. As for --add-face, or the "
            "corners of a polygon: '40%,20% 44%,28% 38%,30%'. May be given several times.",
            show_default=False,
        ),
    ] = None,
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
    statements_read: StatementsReadOption = None,
    statements: ShowStatementsOption = False,
) -> None:
    """Record what a person decided about a face, an area or a photo, or one that was missed; finish applies it."""
    from imgvet.batch.decisions.add_areas import add_areas
    from imgvet.batch.decisions.add_faces import add_faces
    from imgvet.batch.decisions.record import DecisionRequest, record_decisions
    from imgvet.batch.publications import to_take_down
    from imgvet.batch.settings import approve_rules, saved_settings
    from imgvet.batch.status import batch_state
    from imgvet.batch.store import open_batch

    target, kind, value = target_kind_value((target, kind, value), faces)
    folder = open_batch(batch)
    if (kind, value) == (APPROVAL, RULES):
        say_rule_changes(approve_rules(folder, by).changes, batch)
        print_note(f"Recorded: approved by {visible(by)}. It is valid from now on.")
        say_next("", command_line("imgvet", "finish", batch))
        return
    settings = saved_settings(folder)
    if statements:
        show_statements(ctx, settings.profile, by_itself=False)
        return
    request = DecisionRequest(kind, by, value, note)
    if add_face and add_area:
        raise UsageError("--add-face and --add-area were both given.", "Give them one after the other.")
    refused_anyway = (add_face or add_area) and kind == APPROVAL  # which is said below
    if not refused_anyway and not _is_true(ctx, folder, settings.profile, target, request, statements_read):
        say_next("", command_line("imgvet", "finish", batch))
        raise typer.Exit(1)
    photos = set[int | None]()
    if add_face:
        added = add_faces(folder, settings.profile, target, add_face, request)
        number = len(added) * (2 if kind else 1)
        say_added(added)
    elif add_area:
        areas = add_areas(folder, settings.profile, target, add_area, request)
        number = len(areas) * bool(kind) + sum(each.is_new for each in areas)
        say_added_areas(areas)
    elif kind:
        decided = record_decisions(folder, settings.profile, target, request)
        number, photos = len(decided), {decision.photo for decision in decided}
        say_approved(decided, settings.profile)
    else:
        raise UsageError(
            "No decision was given.",
            "Name a KIND, e.g. redact, or add a face with --add-face, an area with --add-area.",
        )
    print_note(f"Recorded: {count(number, 'decision')} by {visible(by)}.")
    snapshot = folder.snapshot()
    standing = batch_state(snapshot, settings)
    say_problems(photo for photo in standing.photos if photo.number in photos)
    say_to_take_back(standing, settings, batch)
    say_still_online(to_take_down(snapshot, standing.judged, settings), batch)
    say_next("", command_line("imgvet", "finish", batch))


def _is_true(
    ctx: typer.Context,
    folder: "BatchStore",
    profile: "Profile",
    target: str,
    request: "DecisionRequest",
    code: str | None,
) -> bool:
    """Whether what is decided or approved is true, where statements of the profile are: they are shown and recorded.

    Raises:
        UsageError: as ``read_statements``, there is no such photo, or nothing there to approve.
    """
    from imgvet.batch.decisions.record import planned_decisions
    from imgvet.batch.decisions.statements import numbers_of_photos, record_statements
    from imgvet.batch.decisions.targets import ALL

    stated = {request.value} if request.kind == ANSWER else set[str]()
    if request.kind == APPROVAL:  # nobody approves a declaration unseen, either
        approved = (each.value.split() for each in planned_decisions(folder, profile, target, request))
        stated = {question for kind, *questions in approved if kind == DECLARE for question in questions}
    asked = [each for each in profile.statements if each.id in stated]
    if not asked:
        if code is not None:
            raise UsageError("--statements-read goes with a statement of the profile.", "Leave it out.")
        return True
    request.check()
    folder.check_name(request.by)
    numbers = numbers_of_photos(folder.photos(), target)
    every = target.strip() == ALL
    about = "every photo of the batch" if every else f"photo {', '.join(map(str, numbers))}"
    answers = read_statements(ctx, asked, code, about, whole=profile.statements)
    answers = answers if every else tuple(replace(each, photos=numbers) for each in answers)
    record_statements(folder, request.by, answers, None if every else numbers)
    say_not_declared(answers)
    return all(each.true for each in answers)


def target_kind_value(words: tuple[str, str, str], faces: str | None) -> tuple[str, str, str]:
    """What is decided on, the kind and its value, from the words as they were given.

    Without ``faces`` they are TARGET KIND VALUE; with it KIND VALUE, and ``faces`` is the target.

    Raises:
        UsageError: no target, or two.
    """
    if faces is None:
        if not words[0]:
            raise UsageError(
                "The command does not say which photo or face is decided on.", "Name it, e.g. 3:1, or use --faces."
            )
        return words
    kind, value, more = words
    if more or (kind and kind not in (*_ON_FACE, *_ON_PHOTO)):
        raise UsageError(
            f"'{kind}' was given before the kind of decision, but --faces already names the faces.",
            "Give the faces once: before KIND, or with --faces.",
        )
    if not faces.strip(", "):
        raise UsageError("--faces is empty.", "E.g. --faces 3:1,4:2,9:1.")
    return faces, kind, value


def finish(
    ctx: typer.Context,
    batch: BatchArgument,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who finishes; kept with the time.", show_default=False)] = "",
    declare: DeclareOption = None,
    statements_read: StatementsReadOption = None,
    statements: ShowStatementsOption = False,
    register: RegisterOption = None,
    workers: WorkersOption = None,
    clock_is_right: Annotated[
        bool,
        typer.Option(
            "--clock-is-right",
            help="Record, in the name of --by, that this computer's clock is right, although an earlier entry "
            "has a later "
            "time.",
        ),
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Apply decisions: photos that are cleared move to their channel's folder, the others say why not."""
    from imgvet.batch.register_lookup import confirm_batch_clock
    from imgvet.batch.settings import note_register, saved_settings
    from imgvet.batch.store import exclusive_lock, open_batch

    folder = open_batch(batch)
    settings = saved_settings(folder, register)
    if statements:
        show_statements(ctx, settings.profile, as_json=as_json)
        return
    declare = name_or_own(declare, by)
    if by:
        folder.check_name(by)
    check_marks(settings)  # before the lock, so that reading slow files blocks nobody
    say_others_marks(folder, settings)
    answers = read_declaration(ctx, folder, settings.profile, declare, statements_read)
    with exclusive_lock(folder):
        with reporting_lapsed_rules(folder):
            note_register(folder, saved_settings(folder, register), by if register else "")
        settings = saved_settings(folder, register)
        if clock_is_right:
            confirm_batch_clock(folder, settings, by)
        declared_by = _record(folder, declare, answers)
        code = run_batch(ctx, folder, (), settings, workers, declared_by, by, quiet=quiet, as_json=as_json)
    raise typer.Exit(max(code, int(declare is not None and declared_by is None)))


def status(
    batch: BatchArgument,
    register: RegisterOption = None,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Read every clean file and compare all its bytes, not only its size and time."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what is ready, and what each of the others needs."""
    from imgvet.batch.decisions.log import check_log
    from imgvet.batch.decisions.statements import refused_statements
    from imgvet.batch.form_suggestions import photographed_forms
    from imgvet.batch.publications import PublicationIndex, online_photos, to_replace, to_take_down
    from imgvet.batch.register_lookup import batch_clock
    from imgvet.batch.settings import pending_rules, recorded_run, saved_settings
    from imgvet.batch.status import batch_state, check_files, interruption
    from imgvet.batch.store import open_batch
    from imgvet.channels.places import channel_places
    from imgvet.cli.messages import ChannelSummary, exit_code

    folder = open_batch(batch)
    settings = saved_settings(folder, register)
    snapshot = folder.snapshot()
    now = batch_state(snapshot, settings)
    say_broken(check_log(snapshot.log).broken)
    say_clock(batch_clock(settings, snapshot.decisions))
    say_pending_rules(pending_rules(folder), batch)
    files = check_files(folder, snapshot.facts, snapshot.photos, channel_places(settings), every_byte=verify)
    published = PublicationIndex(snapshot.decisions).by_number(now.photos)
    forms = photographed_forms(now.photos, settings, snapshot.decisions)
    for judged, photo in zip(now.judged, now.photos, strict=True) if as_json else []:
        show_json(
            _in_batch(folder, photo)
            | {"words": snapshot.index.state_of(photo).words.fields}
            | {"published": [each.as_json() for each in published[photo.number]]}
            | {"suggestions": [each.as_json() for each in forms.suggestions.get(photo.number, ())]}
            | _by_channel(folder, judged, settings)
        )
    say_to_take_back(now, settings, batch)
    say_still_online(to_take_down(snapshot, now.judged, settings), batch)
    say_to_replace(to_replace(snapshot, now.judged, settings), batch)
    say_one_account(snapshot, batch)
    say_published(online_photos(snapshot, now.judged, settings))
    say_drafts(snapshot, batch)
    stopped = interruption(folder, snapshot)
    if stopped:
        print_note(stopped)
    go_on, run = "", recorded_run(folder)
    if stopped and run is not None:
        go_on = command_line("imgvet", "batch", batch) if run.is_own else run.command(batch)
    elif stopped or files.needs_run or any(not snapshot.index.vouches_for(photo) for photo in snapshot.photos):
        go_on = command_line("imgvet", "finish", batch)
    refused = refused_statements(snapshot.decisions, settings.profile)
    channels = ChannelSummary.of(now.judged, settings)
    say_batch(
        folder,
        now.photos,
        files,
        channels,
        every=True,
        unapplied=now.unapplied,
        next_step=go_on,
        refused=refused,
        forms=forms,
    )
    raise typer.Exit(exit_code(now.photos) or int(bool(stopped) or not files.is_clean))


class _Teller:
    """Prints what a run does, on stderr, and the JSON of each photo once its files are where they belong."""

    def __init__(
        self,
        folder: "BatchStore",
        settings: "Settings",
        named: "Mapping[str, str]",
        *,
        quiet: bool,
        as_json: bool,
        brief: bool,
    ) -> None:
        self._folder, self._settings, self._quiet, self._as_json = folder, settings, quiet, as_json
        self._brief = brief
        self._named = named  # by the place of an original: as it was typed
        self.code = 0  # of what the selection could not answer
        self._only: Container[int] | None = None  # numbers of the photos whose JSON is printed; None: all

    def reading(self, total: int) -> AbstractContextManager[Any]:
        """How far it is, where they are many."""
        return reading_progress(total, quiet=self._quiet)

    def vetting(self, sizes: Mapping[int, int]) -> AbstractContextManager[Any]:
        """How far it is."""
        return vetting_progress(sizes, quiet=self._quiet)

    def placing(self) -> None:
        """Nothing: it is quick."""

    def planned(self, plan: "RunPlan", clock: "ClockReading") -> None:
        """How many photos there are to vet, and what is known of the others."""
        if self._brief:
            self._only = frozenset(plan.to_vet)
        if not self._quiet:
            say_planned(plan)
        say_clock(clock)
        say_joined(plan.joined)
        say_unselected(plan.joined.unselected, self._settings.selection, self._folder.path)
        self.code = max(self.code, unselected_code(plan.joined.unselected))
        if self._settings.selection and not (plan.to_vet or plan.kept or plan.gone):
            print_note("None of the photos was chosen, so there is nothing to vet.")
            self.code = max(self.code, 1)
        say_missing(plan.gone)
        say_without(plan.without)

    def settled(self, change: "PlaceChange") -> None:
        """Where the batch was."""
        say_place(change, self._folder.path)

    def register_failed(self, problem: RegisterError) -> None:
        """Why, and what to do."""
        say_register_failed(problem, self._folder.path)

    def placed(self, after: "BatchSnapshot", asked: "Sequence[Photo]") -> None:
        """The photos as JSON, where that was asked for."""
        for judged, photo in zip(after.photos, asked, strict=True) if self._as_json else []:
            if self._only is not None and photo.number not in self._only:
                continue
            named = {"photo": self._named.get(photo.source, photo.source)}
            show_json(_in_batch(self._folder, photo) | named | _by_channel(self._folder, judged, self._settings))


def run_batch(
    ctx: typer.Context,
    folder: "BatchStore",
    sources: Sequence[Path],
    settings: "Settings",
    workers: "Workers | None",
    declare: str | None,
    by: str = "",
    *,
    quiet: bool,
    as_json: bool,
    brief: bool = False,
) -> int:
    """Vet what is new or changed, judge the rest again, write the papers, and show its state.

    ``brief``: only what has changed, and a line for the rest; the exit code is given back.
    """
    from imgvet.cli.messages import ChannelSummary
    from imgvet.find_photos import real_path
    from imgvet.photo import Verdict
    from imgvet.reports.batch_words import away_line
    from imgvet.reports.complete_run import complete_run, noting_run

    named = {path_text(real_path(source)): path_text(source) for source in sources}
    with noting_run(folder, f"To continue: {typed_command(ctx)}"):
        teller = _Teller(folder, settings, named, quiet=quiet, as_json=as_json, brief=brief)
        done = complete_run(folder, sources, settings, teller, workers=workers, declare=declare, by=by)
        after = done.after
        say_kept(done.kept, folder.path)
        say_corrected(done.found, done.missing, after.photos)
        say_new_numbers(done.renumbered)
        say_placed(done.changes, settings)
        say_still_online(done.still_online, folder.path)
        say_to_replace(done.to_replace, folder.path)
        if done.away:
            print_note(away_line(done.away))
        again = typed_command(ctx) if done.away else ""
        if brief:
            say_in_brief(done.asked)
        else:
            say_drafts(after, folder.path)
            channels = ChannelSummary.of(after.photos, settings)
            say_batch(folder, done.asked, done.files, channels, refused=done.refused, forms=done.forms, next_step=again)
    return 4 if done.away or any(photo.verdict is Verdict.FAILED for photo in after.photos) else teller.code


def _by_channel(folder: "BatchStore", judged: "Photo", settings: "Settings") -> dict[str, Any]:
    """The state of a photo for each channel, as JSON has it; nothing where the batch has one channel."""
    from imgvet.channels.states import channel_states

    if len(settings.channel_names) == 1:
        return {}
    states = [each.as_json() for each in channel_states(judged, settings)]
    return {
        "channels": [
            each | {"output": str(folder.path / each["output"]) if each["output"] else None} for each in states
        ]
    }


def _in_batch(folder: Any, photo: "Photo") -> dict[str, Any]:
    """The photo's JSON, with the way to its clean file from here."""
    return photo.as_json() | {"output": str(folder.path / photo.output) if photo.output else None}
