"""The command ``check``: whether single photos may be published, and a clean copy of those that may."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imgvet.atomic_files import free_stems
from imgvet.cli.arguments import (
    ChannelOption,
    DateOption,
    JsonOption,
    LinkOption,
    ProfileOption,
    ProofMarksOption,
    RedactOption,
    RegisterOption,
    RightsOption,
    copies_folder,
    event_for,
    found_photos,
    settings_for,
)
from imgvet.cli.console import print_answer, print_note, show_answer, show_json
from imgvet.cli.declare import (
    DeclareOption,
    ShowStatementsOption,
    StatementsReadOption,
    declared_settings,
    show_statements,
)
from imgvet.cli.faults import FaultSummary
from imgvet.cli.own_name import name_or_own
from imgvet.cli.results import ALL_OF_THEM, TOLD_ONE_BY_ONE, told_in_order
from imgvet.errors import UsageError
from imgvet.people_names import checked_name
from imgvet.text import visible

if TYPE_CHECKING:
    from imgvet.photo_jobs import GivenRelease
    from imgvet.settings import Settings


def check(
    ctx: typer.Context,
    photos: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PHOTO", help="Photos to look at.", show_default=False, readable=False),
    ] = None,
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
    statements_read: StatementsReadOption = None,
    statements: ShowStatementsOption = False,
    proof_marks: ProofMarksOption = "none",
    as_json: JsonOption = False,
) -> None:
    """Check photos before posting them: one plain answer each, and a clean copy only of what may go out."""
    if statements:
        from imgvet.profile import load_profile

        show_statements(ctx, load_profile(profile)[0], ["PHOTO"], as_json=as_json)
        return
    from imgvet.workers.pool import EarlyWorker, workers_for

    ctx.with_resource(copies_folder(out))
    early = ctx.with_resource(EarlyWorker(_LIBRARIES, (out,)))  # it loads them while this process reads the settings
    from imgvet.batch.form_uses import note_copy
    from imgvet.cli.messages import exit_code
    from imgvet.photo_jobs import PhotoJob, vet_jobs

    about = event_for(event, day, link, [])
    settings = settings_for(profile, channel, redact, about, proof_marks)
    if rights != "ask":
        checked_name(by, "--rights needs a name.")
    settings = replace(settings, one_by_one=True, register=register, rights=rights)
    found = found_photos(photos or [], out)
    forms = _forms(form or [], by, len(found.photos), settings)
    declare = name_or_own(declare, by)
    settings = declared_settings(ctx, settings, declare, statements_read)
    free = free_stems(out, f"{channel}-{date.today().isoformat()}")
    named = zip(found.photos, free, strict=False)  # there are more names than anybody has photos
    jobs = [
        PhotoJob(number, path, out, stem, forms=forms, only_if_ready=True, details=True)
        for number, (path, stem) in enumerate(named, 1)
    ]
    results = vet_jobs(jobs, settings, workers_for(None, len(jobs)), out, early)
    numbers = [job.number for job in jobs]
    stems = [job.stem for job in jobs]
    seen = code = 0
    faults = FaultSummary(TOLD_ONE_BY_ONE)
    with told_in_order(ctx, results, numbers, lambda vetted: vetted.photo.number, out, stems) as answers:
        for vetted in answers:
            seen, code = seen + 1, max(code, exit_code([vetted.photo]))
            if forms and vetted.photo.output:
                note_copy(settings, vetted.photo, Path(vetted.photo.output))
            if as_json:
                show_json(vetted.photo.as_json())
            elif vetted.photo.error is None or faults.one_by_one(vetted.photo.source, vetted.photo.error):
                show_answer(vetted, declare if settings.answered else None)
    for line in faults.lines(ALL_OF_THEM):
        print_answer(visible(line))
    most = settings.channel.max_photos
    if most and seen > most:
        print_note(f"{channel} takes {most} photos in one post; these are {seen}.")
    raise typer.Exit(4 if found.unopened else code)


_LIBRARIES = ("imgvet.pipeline", "onnxruntime")  # what a worker needs before it can open a photo


def _forms(given: Sequence[str], by: str, photos: int, settings: "Settings") -> "tuple[GivenRelease, ...]":
    """The forms that were given for faces of the one photo, with what the register says of each."""
    from imgvet.batch.register_lookup import release_lookup
    from imgvet.photo_jobs import GivenRelease

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
