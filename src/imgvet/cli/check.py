"""The command ``check``: whether single photos may be published, and a clean copy of those that may."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
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
    RedactStyleOption,
    RegisterOption,
    RightsOption,
    copies_folder,
    event_for,
    found_photos,
    kept_stems,
    settings_for,
)
from imgvet.cli.console import print_answer, print_note, show_json, show_warnings
from imgvet.cli.declare import (
    DeclareOption,
    ShowStatementsOption,
    StatementsReadOption,
    declared_settings,
    show_statements,
)
from imgvet.cli.face_options import (
    FACE_OPTIONS,
    FineOption,
    FormOption,
    MisreadOption,
    NotAFaceOption,
    NotIdentifiableOption,
    RedactFacesOption,
    ReopenOption,
    StaffOption,
    face_answers,
    redaction_asked,
)
from imgvet.cli.faults import FaultSummary
from imgvet.cli.results import ALL_OF_THEM, LISTED_ONE_BY_ONE, in_key_order
from imgvet.cli.strict_command import command_text, typed_again, typed_options
from imgvet.errors import UsageError
from imgvet.named_files import UnfitFile, regular_pieces
from imgvet.own_name import by_words, declare_words, name_or_own
from imgvet.people_names import checked_name
from imgvet.text import visible

if TYPE_CHECKING:
    from imgvet.batch.check_answers import CheckAnswers, FaceAnswer, ShownFaces
    from imgvet.batch.register_lookup import ReleaseLookup
    from imgvet.cli.check_words import CheckAnswer
    from imgvet.photo import Photo
    from imgvet.photo_jobs import PhotoJob, VettedPhoto
    from imgvet.settings import Settings
    from imgvet.workers.pool import SpareWorkers

_OF_A_BATCH = frozenset({"--event", "--date", "--link", "--channel", "--profile", "--register", "--proof-marks"})
_ANSWERING = frozenset({*FACE_OPTIONS, "--note", "--by", "--json"})


def check(
    ctx: typer.Context,
    photos: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PHOTO", help="Photos to look at.", show_default=False, readable=False),
    ] = None,
    channel: ChannelOption = "x",
    redact: RedactFacesOption = "none",
    redact_style: RedactStyleOption = None,
    form: FormOption = None,
    not_a_face: NotAFaceOption = "",
    staff: StaffOption = "",
    not_identifiable: NotIdentifiableOption = "",
    fine: FineOption = "",
    misread: MisreadOption = "",
    reopen: ReopenOption = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why, where an answer needs a reason.")] = "",
    by: Annotated[str, typer.Option(metavar="NAME", help="Who says so, of faces, areas or with --rights.")] = "",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where clean copies go.")] = Path("imgvet-ready"),
    keep_names: Annotated[
        bool,
        typer.Option(
            "--keep-names",
            help="Name copies as their originals, where the name shows no date, place, number, plate, or name of the "
            "register. Look whether it says who somebody is.",
        ),
    ] = False,
    event: Annotated[str, typer.Option(metavar="TEXT", help="What the photo shows, as the public will read it.")] = "",
    day: DateOption = None,
    link: LinkOption = "",
    rights: RightsOption = "ask",
    register: RegisterOption = None,
    profile: ProfileOption = None,
    declare: DeclareOption = None,
    statements_read: StatementsReadOption = None,
    statements: ShowStatementsOption = False,
    proof_marks: ProofMarksOption = "none",
    as_json: JsonOption = False,
) -> None:
    """Check photos before posting them: one plain answer each, and a clean copy only of what may be published.

    A small picture shows which face has which number, and which area which letter. What is said of them is kept for
    that photo.
    """
    if statements:
        from imgvet.profile import load_profile

        show_statements(ctx, load_profile(profile)[0], ["PHOTO"], as_json=as_json, one_by_one=True)
        return
    from imgvet.workers.pool import SpareWorkers

    ctx.with_resource(copies_folder(out))
    spare = ctx.with_resource(SpareWorkers())
    spare.start(_LIBRARIES, (out,))  # it loads them while this process reads the settings
    from imgvet.batch.register_lookup import release_lookup
    from imgvet.cli.check_words import several_counted
    from imgvet.cli.messages import exit_code

    by_number = {
        "--redact": redact,
        "--not-a-face": not_a_face,
        "--staff": staff,
        "--not-identifiable": not_identifiable,
        "--reopen": reopen,
        "--fine": fine,
        "--misread": misread,
    }
    given = face_answers(by_number, form or [], by, note)
    about = event_for(event, day, link, [])
    settings = settings_for(profile, [channel], redaction_asked(redact), about, proof_marks, redact_style)
    if rights != "ask":
        checked_name(by, "--rights needs a name.")
    settings = replace(settings, one_by_one=True, register=register, rights=rights)
    found = found_photos(photos or [], out)
    if given and len(found.photos) > 1:
        raise UsageError(f"{given[0].option} is for one photo.", "Check photos one by one, or make a batch of them.")
    declare = name_or_own(declare, by)
    settings = declared_settings(ctx, settings, declare, statements_read)
    declared_by = declare if settings.answered else None
    look_up = ctx.with_resource(release_lookup(settings))
    command = _Asked(ctx, settings, found.photos, out, _KeptAnswers(ctx), look_up, spare, declared_by, as_json=as_json)
    if given:
        _record(command, given)
    checked = _check_all(command, keep_names=keep_names)
    if len(checked) > 1:
        (print_note if as_json else print_answer)(several_counted([photo.verdict for photo in checked]))
    most, ready = settings.channel.max_photos, sum(bool(photo.output) for photo in checked)
    if most and ready > most:
        print_note(f"The channel {channel} takes {most} photos in one post; these are {ready}.")
    raise typer.Exit(4 if found.unopened else exit_code(checked))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one command was asked for."""

    ctx: typer.Context
    settings: "Settings"
    paths: Sequence[Path]
    out: Path
    kept: "_KeptAnswers"
    look_up: "ReleaseLookup"
    spare: "SpareWorkers"
    declared_by: str | None
    as_json: bool


_LIBRARIES = ("imgvet.pipeline", "onnxruntime")  # what a worker needs before it can open a photo


def _check_all(asked: _Asked, *, keep_names: bool) -> "list[Photo]":
    """Check the photos, and print the answer of each; those that are ready get a copy."""
    from imgvet.photo_jobs import vet_jobs
    from imgvet.workers.pool import workers_for

    names = _names(asked.paths, asked.out, asked.settings, keep_names=keep_names)
    stems = [each.stem for each in names]
    jobs = _jobs(asked, stems)
    results = vet_jobs(jobs, asked.settings, workers_for(None, len(stems)), asked.out, asked.spare)
    checked, faults = list["Photo"](), FaultSummary(LISTED_ONE_BY_ONE)
    numbers = range(1, len(stems) + 1)
    with in_key_order(asked.ctx, results, numbers, lambda vetted: vetted.photo.number, asked.out, stems) as answers:
        for vetted in answers:
            checked.append(vetted.photo)
            _answer(asked, vetted, names[vetted.photo.number - 1], faults)
    for line in faults.lines(ALL_OF_THEM):
        print_answer(visible(line))
    return checked


def _answer(asked: _Asked, vetted: "VettedPhoto", name: "_CopyName", faults: FaultSummary) -> None:
    """Note what came of one photo, and print the answer about it."""
    from imgvet.batch.form_uses import note_copy
    from imgvet.cli.check_words import answer_as_json, check_answer

    photo = vetted.photo
    path = asked.paths[photo.number - 1]
    if photo.output:
        note_copy(asked.settings, photo, Path(photo.output))
    preview = _settle_preview(asked, vetted, path)
    kept = asked.kept.at_hand
    said = kept.newest_on_parts(photo.source_sha256) if kept and (photo.faces or photo.areas) else {}
    again = partial(typed_again, asked.ctx, path, _ANSWERING)
    answer = check_answer(
        photo, said, asked.settings.profile, again, by_words(), declare_words(), _as_batch(asked, path)
    )
    if asked.as_json:
        show_json(answer_as_json(photo, said, answer, preview.path))
    elif photo.error is None or faults.one_by_one(photo.source, photo.error):
        _show(vetted, path, answer, preview, name.told)
        if asked.declared_by is not None:
            print_answer(f"  Declared by {visible(asked.declared_by)}.")


def _as_batch(asked: _Asked, path: Path) -> str:
    """The command that makes a batch of one photo, with the rules and the event that it was checked for."""
    kept = {option: value for option, value in typed_options(asked.ctx) if option in _OF_A_BATCH}
    options = [("--out", "BATCH"), *({"--event": "EVENT", "--channel": asked.settings.channel_name} | kept).items()]
    return command_text(["batch"], [("", str(path)), *options])


class _KeptAnswers:
    """What was said of single photos before, opened when it is first needed."""

    def __init__(self, ctx: typer.Context) -> None:
        self._ctx = ctx  # closes it in the end
        self._at_hand: CheckAnswers | None = None
        self._looked = False

    @property
    def at_hand(self) -> "CheckAnswers | None":
        """What there is; None where nothing was ever said.

        Raises:
            AnswersError: it is damaged, or cannot be opened.
        """
        if not self._looked:
            self._open(make=False)
        return self._at_hand

    def made(self) -> "CheckAnswers":
        """The same, made where there is none.

        Raises:
            AnswersError: as ``at_hand``, or it cannot be made.
        """
        if self._at_hand is None:
            self._open(make=True)
        assert self._at_hand is not None  # noqa: S101 - for the type alone
        return self._at_hand

    def _open(self, *, make: bool) -> None:
        from imgvet.batch.check_answers import answers_path, open_answers

        self._at_hand = self._ctx.with_resource(open_answers(answers_path(), make=make))
        self._looked = True


def _record(asked: _Asked, given: "Sequence[FaceAnswer]") -> None:
    """Record what somebody says of faces and areas of the one photo, by the numbers and letters that they saw last.

    Where nobody has seen any, the numbers are those that the photo has now. Of a photo that cannot be read nothing is
    recorded; its answer says why.

    Raises:
        UsageError: there is no such face or area, or the answer is not allowed or not complete; nothing is recorded.
    """
    from imgvet.batch.check_answers import decisions_on_faces, on_possible_faces
    from imgvet.photo import Photo
    from imgvet.photo_jobs import vet_jobs

    asked.look_up(
        {each.request.value for each in given} - {""}, asked.settings.channel_name
    )  # a register that cannot be used is reported first
    kept, path = asked.kept.made(), asked.paths[0]
    sha256 = _sha256_of(path, asked.settings)
    shown = kept.shown(sha256)
    seen = Photo(str(path), source_sha256=sha256, faces=shown.faces, areas=shown.areas) if shown else None
    photo = found = seen or Photo(str(path))
    if seen is None or any(each.possible for each in given):
        job = replace(_job(asked, 1, path), only_if_ready=True)
        (vetted,) = vet_jobs([job], asked.settings, 1, asked.out, asked.spare)
        found = vetted.photo
        photo = found if seen is None or found.error else seen
    if photo.error is None and photo.source_sha256 == found.source_sha256 == sha256:
        name = f"'{path.name}'"
        given = on_possible_faces(given, photo, found, kept.face_records(sha256), name)
        kept.decide(decisions_on_faces(asked.settings.profile, photo, name, given))


def _jobs(asked: _Asked, stems: Sequence[str]) -> "Iterator[PhotoJob]":
    """The photos to vet, each with what was said of it before; made when a worker is free for it."""
    for number, (path, stem) in enumerate(zip(asked.paths, stems, strict=True), 1):
        job = _job(asked, number, path)
        yield replace(job, folder=asked.out, stem=stem, only_if_ready=True, details=True, numbered=True)


def _job(asked: _Asked, number: int, path: Path) -> "PhotoJob":
    """One photo with what was said of it before, and what the register says today of the forms among that."""
    from imgvet.photo_jobs import PhotoJob

    kept = asked.kept.at_hand
    sha256 = _sha256_of(path, asked.settings) if kept else ""
    records = kept.face_records(sha256) if kept else ()
    forms = {each.answer.form for each in records if each.answer} - {""}
    return PhotoJob(
        number,
        path,
        known={sha256: records} if records else {},
        areas={sha256: kept.area_records(sha256)} if kept else {},
        forms=asked.look_up(forms, asked.settings.channel_name),
    )


def _sha256_of(path: Path, settings: "Settings") -> str:
    """SHA-256 of a photo, in hexadecimal; empty if it cannot be read, which the worker process reports."""
    import hashlib

    digest = hashlib.sha256()
    try:
        for piece in regular_pieces(path, settings.profile.limits.file_mib * 1024**2):
            digest.update(piece)
    except UnfitFile:
        return ""
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Preview:
    """The picture with the numbers of a photo's faces."""

    path: str | None = None  # None: there is none
    told: str = ""  # why, where there should be one


def _settle_preview(asked: _Asked, vetted: "VettedPhoto", path: Path) -> _Preview:
    """Write the picture with the numbers of a photo that is not ready, and remove it once the photo is.

    The numbers are noted also where the picture cannot be written, because the answer names them.
    """
    from imgvet.photo import Verdict

    photo, kept = vetted.photo, asked.kept.at_hand
    ready = photo.verdict is Verdict.READY
    if not (kept if ready else vetted.numbered) or photo.source_sha256 != _sha256_of(path, asked.settings):
        return _Preview()  # nothing to do; or a worker speaks of another photo, or the file has changed meanwhile
    before = kept.shown(photo.source_sha256) if kept else None
    if not ready:
        return _write_preview(asked, vetted, path, before)
    if kept and before:
        from imgvet.reports.check_preview import remove_check_preview

        remove_check_preview(before)
        kept.forget_shown(photo.source_sha256)
    return _Preview()


def _write_preview(asked: _Asked, vetted: "VettedPhoto", path: Path, before: "ShownFaces | None") -> _Preview:
    import hashlib

    from imgvet.reports.check_preview import PREVIEWS_FOLDER, remove_check_preview, write_check_preview

    picture, preview = vetted.numbered or b"", _Preview(told="The picture with the numbers could not be made.")
    kept = asked.kept.made()
    try:
        if written := write_check_preview(path, picture, before):
            preview = _Preview(str(written))
    except UsageError as problem:
        preview = _Preview(told=f"The picture with the numbers could not be written. {problem.reason}")
    place = (Path(preview.path) if preview.path else PREVIEWS_FOLDER).absolute()
    noted = kept.note_shown(vetted.photo, place, hashlib.sha256(picture).hexdigest())
    if noted and noted != before and noted.preview != place:  # another check of the photo has just written it
        remove_check_preview(noted, place.parent)
    return preview


@dataclass(frozen=True, slots=True)
class _CopyName:
    """The name of one clean copy, without its ending."""

    stem: str
    told: str = ""  # why it is not the original's, where that was asked for


def _names(paths: Sequence[Path], out: Path, settings: "Settings", *, keep_names: bool) -> list[_CopyName]:
    """The names of the copies: neutral ones, or the originals' where they say nothing private."""
    neutral = free_stems(out, f"{settings.channel_name}-{date.today().isoformat()}")
    if not keep_names:
        return [_CopyName(stem) for _, stem in zip(paths, neutral, strict=False)]
    from imgvet.batch.register_lookup import lazy_register
    from imgvet.encode.public_name import private_in_name

    with lazy_register(settings) as register:
        at_hand = register()
        people = [each.person for each in at_hand.releases()] if at_hand else []
    private = [private_in_name(path.stem, people) for path in paths]
    plain = kept_stems(out, [path for path, what in zip(paths, private, strict=True) if not what])
    return [
        _CopyName(next(neutral), f"The copy has a neutral name, because the original's has {what}.")
        if what
        else _CopyName(next(plain))
        for what in private
    ]


def _show(vetted: "VettedPhoto", path: Path, answer: "CheckAnswer", preview: "_Preview", name_note: str) -> None:
    """Print the answer about one photo."""
    photo, inspection = vetted.photo, vetted.inspection
    print_answer(visible(f"{photo.source}: {answer.sentence}"))
    if inspection is not None:
        show_warnings(inspection)
    told = "The areas with their letters" if not photo.faces else "The faces with their numbers"
    picture = f"{told}: {preview.path} (private)" if preview.path else preview.told
    copied = f"{photo.source} → {photo.output}" if photo.output else ""
    for line in (answer.looked_at, *answer.faces, picture, *answer.reasons, copied, name_note if copied else ""):
        if line:
            print_answer(f"  {visible(line)}")
    if inspection is not None and inspection.items:
        public = photo.public
        said = {public.creator, public.credit_line, public.copyright_notice} if copied and public else ()
        lines = inspection.what_matters(said) or ["Data without a place, a time, a name or a text"]
        print_answer("  Removed from the copy:" if copied else "  The original contains:")
        for line in (*lines, f"All of it: {command_text(['inspect'], [('', str(path))])}"):
            print_answer(f"    {visible(line)}")
    for number, step in enumerate(answer.next_steps):
        print_answer(f"  {'      ' if number else 'Next: '}{visible(step)}")
