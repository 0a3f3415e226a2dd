"""``imgvet watch``: folders are watched, and what comes is vetted as ``imgvet batch`` does, a handful at a time.

Nothing of this is kept but the batch itself, so a watch that is killed goes on with a new start: what came meanwhile is
found then, and the batch knows what it has.
"""

import inspect
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgvet.cli.arguments import channels_named, skipped_line
from imgvet.cli.batch import AskedSettings, batch, named_before, run_batch
from imgvet.cli.cluster import cluster_at
from imgvet.cli.console import print_note, say_next, time_of_day
from imgvet.cli.selecting import selection_for
from imgvet.cli.strict_command import command_words, typed_command
from imgvet.errors import BatchInUse, ImgvetError, Interrupted, RegisterError, StorageError, UsageError
from imgvet.storage_errors import storage_error
from imgvet.text import command_line, path_text, visible

if TYPE_CHECKING:
    from imgvet.batch.store import BatchStore
    from imgvet.photo_jobs import Engine
    from imgvet.selection import Condition
    from imgvet.settings import Settings
    from imgvet.watching.arrivals import Arrived

_NOT_TAKEN = frozenset(
    {"declare", "statements_read", "statements", "change_profile", "by", "note", "rename"}
)  # what people say of photos that they have seen, and what changes a batch that is there
_LOOKS, _BUSY_LOOKS, _TRIES = 10, 1, 30  # seconds: between two looks; while something comes; after trouble


def _as_batch(function: Callable[..., None]) -> Callable[..., None]:
    """Give the function the options of ``imgvet batch``, except those in ``_NOT_TAKEN``."""
    own = inspect.signature(function).parameters
    taken = [
        own.get(name, each) for name, each in inspect.signature(batch).parameters.items() if name not in _NOT_TAKEN
    ]
    function.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
    function.__annotations__ = {each.name: each.annotation for each in taken}
    return function


@_as_batch
def watch(
    ctx: typer.Context,
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="DIR|BATCH",
            readable=False,
            help="Folders to watch, with all that is below them; or a batch alone, to watch its folders again.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="BATCH", help="The batch folder: a new one, or an existing one to continue.", show_default=False
        ),
    ] = None,
    **options: Any,
) -> None:
    """Vet photos as they come into folders, until Ctrl-C. What came while it was off is found when it starts.

    A photo is vetted once all of it is there. Each handful goes into the batch as by `imgvet batch`, with its options;
    folders and drives may go away and come back.
    """
    from imgvet.batch.store import is_batch

    named = sources or []
    alone = out is None and len(named) == 1 and is_batch(named[0])
    out = named[0] if alone else out
    if out is None or not named:
        command = command_line(
            "imgvet", "watch", *(map(str, named) if named else ["DIR"]), "--out", out or "BATCH", "--event", "EVENT"
        )
        raise UsageError("The command needs folders to watch, and the batch folder.", "Name both:", command=command)
    folders = _folders(named, out, alone=alone)
    keeps = () if alone else command_words(ctx, leave_out="--out")
    selection = selection_for(out, options["select"])
    engine = cluster_at(options["scheduler"], options["engine"])
    settings = _opened(out, options, keeps, selection)
    watching = _Watch(ctx, out, folders, options, settings, engine)
    try:
        watching.go_on()
    except KeyboardInterrupt:
        print_note(f"Stopped watching. To watch again: {typed_command(ctx)}")
        say_next("", command_line("imgvet", "status", out))
    raise typer.Exit(watching.code)


def _folders(named: Sequence[Path], out: Path, *, alone: bool) -> list[Path]:
    """The folders to watch.

    Raises:
        UsageError: one is not there and this batch never had it, is a file, or is in the batch.
        BatchError: as ``named_before``.
    """
    from imgvet.batch.settings import recorded_run
    from imgvet.batch.store import is_batch, open_batch
    from imgvet.find_photos import real_path
    from imgvet.find_photos.kinds import holds_batch

    if alone:
        named = [path for each in named_before(out).sources if not (path := Path(each)).is_file()]
        if not named:
            raise UsageError("This batch was made of single files, so there is no folder to watch.", "Name one.")
    known = recorded_run(open_batch(out)) if is_batch(out) else None
    for folder in named:
        if not folder.is_dir() and (known is None or path_text(folder.absolute()) not in known.sources):
            what = "is a file" if folder.exists() else "is not there"
            raise UsageError(f"'{folder}' {what}.", "Name a folder to watch; for single photos: imgvet batch.")
        if real_path(folder).is_relative_to(real_path(out)):
            raise UsageError(f"'{folder}' is in the batch itself.", "Name the folder that photos come into.")
        if holds_batch(folder):
            raise UsageError(f"'{folder}' is a batch that imgvet wrote.", "Name the folder that photos come into.")
    return list(named)


def _opened(
    out: Path, options: dict[str, Any], command: Sequence[tuple[str, str]], selection: "tuple[Condition, ...]"
) -> "Settings":
    """Make the batch, or open it, with what is asked for, as ``imgvet batch`` does.

    Raises:
        BatchError, UsageError, ProfileError: as ``imgvet batch``.
    """
    from imgvet.batch.settings import SELECT, apply_settings, remember_command, saved_settings
    from imgvet.batch.store import create_or_open, exclusive_lock

    settings = AskedSettings(
        options["event"],
        options["day"],
        options["link"],
        options["tags"],
        channels_named(options["channel"]),
        options["redact"],
        options["redact_style"],
        options["profile"],
        options["proof_marks"],
        options["register"],
    ).settings(out)
    settings = settings.asking_about_bursts() if options["best_of_burst"] else settings
    folder = create_or_open(out)
    with closing(folder.database), exclusive_lock(folder):
        apply_settings(folder, settings)
        if command or options["select"]:
            words = command or folder.facts().command or ()
            remember_command(folder, [each for each in words if each[0] != SELECT], selection)
        offsets = tuple(options["clock_offset"] or ())
        if offsets:  # of cameras of which photos may come later
            folder.update(facts=replace(folder.facts(), clock_offsets=offsets))
        return replace(saved_settings(folder), selection=selection, proof_marks=options["proof_marks"])


@dataclass
class _Watch:
    """The folders that are watched, and what was said of them."""

    ctx: typer.Context
    out: Path
    folders: Sequence[Path]
    options: dict[str, Any]
    settings: "Settings"
    engine: "Engine | None"  # None: this machine
    code: int = 0
    _gone: set[Path] = field(default_factory=set)
    _said: set[str] = field(default_factory=set)
    _trouble: str = ""  # why the last try came to nothing

    def go_on(self) -> None:
        """Look and vet, again and again."""
        from imgvet.originals import whole_files
        from imgvet.watching.arrivals import Arrivals
        from imgvet.watching.wakes import Wakes
        from imgvet.workers.pool import workers_for

        limits, asked = self.settings.profile.limits, self.options["workers"]
        arrivals = Arrivals(
            self.folders, self.out, lambda paths: whole_files(paths, limits, workers_for(asked, len(paths)))
        )
        names = ", ".join(f"'{folder}'" for folder in self.folders)
        if not self.options["quiet"]:
            print_note(visible(f"Watching {names}. Press Ctrl-C to stop."))
        unfinished = self._is_unfinished()
        with Wakes(self.out.absolute()) as wakes:
            while True:
                now = arrivals.look()
                self._tell(now)
                if now.may_start or (unfinished and not now.is_moving):
                    if self._vetted(now):
                        arrivals.handed_over(now.new)
                        unfinished = False
                    else:
                        wakes.wait(self.folders, _TRIES)
                    continue
                wakes.wait(self.folders, _BUSY_LOOKS if now.is_moving or now.new else _LOOKS)

    def _is_unfinished(self) -> bool:
        """Whether the last run of the batch was stopped before its end."""
        from imgvet.batch.status import interruption
        from imgvet.batch.store import open_batch

        folder = open_batch(self.out)
        with closing(folder.database):
            return bool(interruption(folder, folder.snapshot()))

    def _tell(self, now: "Arrived") -> None:
        """Say once what is amiss with folders and files, and what is skipped."""
        for folder in now.gone:
            if folder not in self._gone:
                _say(f"'{folder}' is not there, or cannot be opened. It is watched again once it is back.")
        for folder in self._gone - set(now.gone):
            _say(f"'{folder}' is back.")
        self._gone = set(now.gone)
        lines = [skipped_line(each) for each in now.skipped] if now.may_start else []
        lines += [f"The folder '{each.path}' cannot be opened ({each.reason})." for each in now.unopened]
        lines += [
            f"'{path}' is not whole: its end is missing. It is vetted once the rest of it is there."
            for path in now.incomplete
        ]
        for line in lines:
            if line not in self._said:
                self._said.add(line)
                _say(line)

    def _vetted(self, now: "Arrived") -> bool:
        """Vet what has come; False where that has to be tried again.

        Raises:
            ImgvetError: it is of no use to try again.
        """
        try:
            self._vet(now)
        except Interrupted:
            raise
        except (ImgvetError, OSError, sqlite3.Error) as problem:
            self._wait_out(storage_error(problem) if not isinstance(problem, ImgvetError) else problem)
            return False
        if self._trouble:
            _say("Going on.")
        self._trouble = ""
        return True

    def _vet(self, now: "Arrived") -> None:
        from imgvet.batch.settings import saved_settings
        from imgvet.batch.store import exclusive_lock, open_batch

        folder = open_batch(self.out)
        with closing(folder.database), exclusive_lock(folder):
            kept = saved_settings(folder)  # somebody may have changed them
            settings = replace(kept, selection=self.settings.selection, proof_marks=self.settings.proof_marks)
            self.code = self._run(folder, now.new, settings)

    def _run(self, folder: "BatchStore", photos: Sequence[Path], settings: "Settings") -> int:
        workers, quiet, as_json = (self.options[name] for name in ("workers", "quiet", "as_json"))
        vets = self.engine or workers
        return run_batch(self.ctx, folder, photos, settings, vets, None, quiet=quiet, as_json=as_json, brief=True)

    def _wait_out(self, problem: ImgvetError) -> None:
        """Say once what keeps the batch from being worked on, where that may pass.

        Raises:
            ImgvetError: the problem, where it does not pass by itself.
        """
        from imgvet.batch.store import is_batch

        passes = isinstance(problem, StorageError | BatchInUse | RegisterError)
        if not is_batch(self.out):
            said = f"The batch folder '{self.out}' is not there. It is worked on again once it is back."
        elif passes:
            said = f"{problem.reason} It is tried again every {_TRIES} seconds."
        else:
            raise problem
        if said != self._trouble:
            self._trouble = said
            _say(said)


def _say(text: str) -> None:
    """A line beside the answer, with the time of day, because somebody may read it hours later."""
    print_note(visible(f"{time_of_day()} {text}"))
