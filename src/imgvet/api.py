"""What ``import imgvet`` offers to those who write Python; ``docs/developers/python.md`` shows it.

Files from strangers are opened in confined worker processes here too. A bad photo is a value, never an exception.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

from imgvet.atomic_files import free_stems
from imgvet.encode.text_check import check_texts
from imgvet.errors import UsageError
from imgvet.inspection.files import FileReport, inspect_files, prove_files
from imgvet.photo import Event, Photo
from imgvet.photo_jobs import PhotoJob, vet_jobs
from imgvet.profile import Limits, ProofMarks, RedactStyle, load_profile
from imgvet.rules.rules import check_rules
from imgvet.settings import Redact, Rights, Settings
from imgvet.strip import StripJob, Stripped, strip_many
from imgvet.watermarks.load import try_drawings
from imgvet.workers.pool import workers_for

_LIMITS = Limits()
_NO_EVENT = Event("")


def build_settings(
    profile: str | None = None,
    *,
    event: Event = _NO_EVENT,
    channel: str | Sequence[str] = "flickr",
    redact: Redact = "none",
    proof_marks: ProofMarks = "none",
    declared: bool = False,
    rights: Rights = "ask",
) -> Settings:
    """What photos are vetted for.

    Args:
        profile: a profile that comes with imgvet, or the path of a TOML file; None: ``imgvet.toml`` in the working
            folder where there is one, else ``general``.
        event: what the photos show, as the public will read it.
        channel: where the photos go, a channel of the profile, or several: the first one's file is the photo's own, and
            ``Photo.copies`` has the others, see ``photo_for``.
        redact: which faces are hidden: none, those that nobody has answered for, or all.
        proof_marks: the copyright text across the whole picture, in previews.
        declared: whether the statements of the profile's questions are declared true.
        rights: what is answered where an original names other people's rights: ask, own or licensed.

    Raises:
        ProfileError: no such profile, or one that cannot be used.
        UsageError: the profile has no such channel, or ``redact``, ``proof_marks`` or ``rights`` is none of its values.
    """
    loaded, folder = load_profile(profile)
    answered = frozenset(question.id for question in loaded.questions) if declared else frozenset()
    settings = Settings(
        profile=loaded,
        event=event,
        redact=redact,
        answered=answered,
        profile_folder=folder,
        year=date.today().year,
        secret=os.urandom(32),
        proof_marks=proof_marks,
        rights=rights,
    ).with_channels([channel] if isinstance(channel, str) else channel)
    check_settings(settings)
    return settings


def vet_photo(path: str | Path, settings: Settings, *, out: Path | None = None) -> Photo:
    """Vet one photo in a worker process, as ``imgvet check`` does.

    Args:
        path: the photo; it is never written to.
        settings: see ``build_settings``.
        out: a folder for the clean file, which is written only of a photo that is ready; None: none is written.

    Raises:
        ModelError: a model is missing or altered.
        ProfileError: the profile cannot be used, or one of its marks cannot be drawn.
        UsageError: the profile has no such channel, or there is no such folder.
    """
    (photo,) = vet_photos([path], replace(settings, one_by_one=True), workers=1, out=out)
    return photo


def vet_photos(
    paths: Iterable[str | Path], settings: Settings, *, workers: int | None = None, out: Path | None = None
) -> Iterator[Photo]:
    """Vet photos in worker processes, each as it is done; its ``number`` is its place among the paths, from 1.

    Args:
        paths: the photos; they are never written to.
        settings: see ``build_settings``.
        workers: how many processes work at once; None: one a core.
        out: a folder for clean files, which are written only of photos that are ready; None: none are written.

    Raises:
        ModelError, ProfileError, UsageError: as ``vet_photo``.
    """
    check_settings(settings)
    try_drawings(settings)
    if out is not None and not out.is_dir():
        raise UsageError(f"There is no folder '{out}'.", "Make it first.")
    settings = replace(settings, secret=settings.secret or os.urandom(32))
    jobs = _jobs([Path(path) for path in paths], settings.channel_name, out)
    return (vetted.photo for vetted in vet_jobs(jobs, settings, workers_for(workers, len(jobs)), out))


def inspect_file(path: str | Path, limits: Limits = _LIMITS) -> FileReport:
    """What private data a file carries, read in a worker process.

    ``inspection`` is None where there is an ``error``.
    """
    (report,) = inspect_files([Path(path)], limits, 1)
    return report


def strip_file(path: str | Path, out: Path, limits: Limits = _LIMITS) -> Stripped:
    """A copy without metadata in the folder ``out``, made in a worker process, as ``imgvet strip`` does.

    The copy is named ``photo-1`` or the next number that is free. ``output`` is None where there is an ``error``.

    Raises:
        UsageError: there is no such folder.
    """
    if not out.is_dir():
        raise UsageError(f"There is no folder '{out}'.", "Make it first.")
    (stripped,) = strip_many([StripJob(Path(path), out, next(free_stems(out, "photo")))], limits, 1)
    return stripped


def prove_file(path: str | Path, limits: Limits = _LIMITS, *, stripped: bool = False) -> FileReport:
    """The independent proof of a file, read in a worker process.

    ``proof`` is None where there is an ``error``. With ``stripped``, it is proven as a file of ``strip_file``, not as
    one to be published.
    """
    (report,) = prove_files([Path(path)], limits, 1, stripped=stripped)
    return report


def check_settings(settings: Settings) -> None:
    """Refuse what no photo can be vetted with.

    Raises:
        ProfileError, UsageError: as ``build_settings``.
    """
    channels = settings.profile.channels
    for name in settings.channel_names:
        if name not in channels:
            raise UsageError(f"There is no channel '{name}'.", f"Channels are {', '.join(channels)}.")
    for name, given, values in (
        ("redact", settings.redact, get_args(Redact)),
        ("redact_style", settings.profile.faces.redaction, get_args(RedactStyle)),
        ("proof_marks", settings.proof_marks, get_args(ProofMarks)),
        ("rights", settings.rights, get_args(Rights)),
    ):
        if given not in values:
            raise UsageError(f"{name} cannot be '{given}'.", f"It is one of {', '.join(values)}.")
    check_rules(settings)
    check_texts(settings)


def _jobs(paths: Sequence[Path], channel: str, out: Path | None) -> list[PhotoJob]:
    if out is None:
        return [PhotoJob(number, path) for number, path in enumerate(paths, 1)]
    stems = free_stems(out, f"{channel}-{date.today().isoformat()}")
    named = zip(paths, stems, strict=False)  # there are more names than anybody has photos
    return [PhotoJob(number, path, out, stem, only_if_ready=True) for number, (path, stem) in enumerate(named, 1)]
