"""The settings of a batch: its own from the first run on. The log names them, and each change, by their digest.

Profile, channel, event and its day, redaction and register are changed only by somebody who gives a name and a reason;
where the batch's profile asks for a second person, and the change loosens something, only once a second one agrees.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from imgvet.batch.decisions.log import check_unaltered
from imgvet.batch.decisions.rows import decision_from_row
from imgvet.batch.decisions.statements import reopen_statements
from imgvet.batch.names import stem_of
from imgvet.batch.register_lookup import found_register, identity_of
from imgvet.batch.rule_changes import RuleChange, profile_changes, rule_changes, statements_of, whole_profile
from imgvet.batch.snapshot import SavedSettings
from imgvet.batch.store import BatchStore, now
from imgvet.channels.places import FIRST_FOLDER, folder_of, placed_parts, with_folders
from imgvet.database.addresses import Address, kept_address, whole_address
from imgvet.decisions import (
    ANSWER,
    APPROVAL,
    DECLARE,
    IMGVET,
    RULES,
    RULES_ASKED,
    STATEMENT,
    VETTED,
    Decision,
    decision_kind,
)
from imgvet.errors import BatchError, ProfileError, UsageError
from imgvet.people_names import has_words, same_name, same_person
from imgvet.photo import Event, Photo
from imgvet.profile import kept_values, profile_of
from imgvet.releases.store import register_address
from imgvet.rules.face_answers import is_approved
from imgvet.selection import Condition
from imgvet.settings import Settings
from imgvet.signed_in import SignedIn, signed_in
from imgvet.source_files import is_remote
from imgvet.text import command_line, count, visible


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """Somebody's wish to change the settings of a batch."""

    by: str
    note: str  # why


@dataclass(frozen=True, slots=True)
class SettingsOutcome:
    """What came of the settings that a run was asked for; ``saved_settings`` has those in force."""

    changes: tuple[RuleChange, ...] = ()
    pending: bool = False  # a second person must approve the changes first; those before are in force


@dataclass(frozen=True, slots=True)
class PendingRules:
    """A change of the settings that a second person has yet to approve."""

    asked: Decision
    changes: tuple[RuleChange, ...]


def apply_settings(
    folder: BatchStore,
    settings: Settings,
    change: ChangeRequest | None = None,
    *,
    rename: bool = False,
    ask_with: Callable[[bool], str] | None = None,
) -> SettingsOutcome:
    """Make the settings those of the batch: at once where it has none yet, or nothing changes that needs a name.

    Args:
        folder: the batch, locked.
        settings: what the run was asked for; what it was not asked for is as in ``kept_settings``.
        change: who changes profile, channel, event, redaction or register, and why.
        rename: files in ``flickr/`` may change with it.
        ask_with: the whole command that asks for the change; told whether files in ``flickr/`` change with it.

    Raises:
        UsageError: something would change, and nobody has asked for it in the way that it needs.
        BatchError: the log of decisions was altered.
    """
    before = kept_settings(folder)
    asked = _settled(before, _saved(settings))
    if before is None:
        check_unaltered(folder.log(), folder.path)
        note = f"Created with the profile {settings.profile.name}."
        folder.keep_settings(asked, RULES, IMGVET, note)
        return SettingsOutcome()
    changes = _governed(folder, before, asked)
    same_profile = not any(profile_changes(before.profile, asked.profile))
    if same_profile and before.profile_folder and Path(before.profile_folder).is_dir():
        asked = replace(asked, profile_folder=before.profile_folder)
    ask_with = ask_with or (lambda _: _command_to_change(folder.path))
    _check_asked(folder, before, asked, changes, change, ask_with, rename=rename)
    if asked == before:
        return SettingsOutcome()
    pending = _needs_second(before) and any(each.direction.loosens for each in changes)
    by, note = (folder.check_name(change.by), change.note.strip()) if change and changes else (IMGVET, "")
    if not (pending and _is_pending(folder, asked)):
        with folder.writing():
            folder.keep_settings(asked, RULES_ASKED if pending else RULES, by, note)
            if not pending:
                _reopen_statements(folder, before, asked, by)
    return SettingsOutcome(changes, pending)


def pending_rules(folder: BatchStore) -> PendingRules | None:
    """The change that needs the approval of a second person; None if there is none."""
    in_force, asked = _newest(folder)
    if not in_force or asked is None:
        return None
    return PendingRules(asked, rule_changes(_whole(folder.settings(in_force)), _whole(folder.settings(asked.value))))


def approve_rules(folder: BatchStore, by: str) -> PendingRules:
    """Record that somebody approves the change that needs approval; it is in force from now on.

    Raises:
        UsageError: there is none, or the person who asked for it would approve it.
        BatchError: the log of decisions was altered.
    """
    with folder.writing():
        check_unaltered(folder.log(), folder.path)
        by = folder.check_name(by)
        pending = pending_rules(folder)
        if pending is None:
            raise UsageError("No change to this batch's rules needs approval.", "Nothing was changed.")
        if not is_approved(pending.asked.by, by):
            raise UsageError(
                f"{pending.asked.by} asked for this change, and nobody may approve their own.",
                "Somebody else must approve it.",
            )
        before = _whole(folder.settings(_newest(folder)[0]))
        folder.decide(Decision(APPROVAL, by, now(), value=str(pending.asked.answer)))
        _reopen_statements(folder, before, _whole(folder.settings(pending.asked.value)), by)
    return pending


def kept_settings(folder: BatchStore) -> SavedSettings | None:
    """The settings in force, by the log; None if the batch was never started with settings.

    Raises:
        BatchError: they are damaged, or a decision was altered so that it cannot be read.
    """
    in_force, _ = _newest(folder)
    return _whole(folder.settings(in_force)) if in_force else None


def saved_settings(folder: BatchStore, register: Address | None = None) -> Settings:
    """The settings in force; ``register`` names the register that they are used with.

    Raises:
        BatchError: the batch's first run ended before it had saved them, its log of decisions was altered, or its
            profile is not allowed any more.
        UsageError: the batch knows its own register, and this is another one.
    """
    kept, facts = kept_settings(folder), folder.facts()
    if kept is None:
        check_unaltered(folder.log(), folder.path)
        command = command_line("imgvet", "batch", "PHOTOS", "--out", folder.path, "--event", "EVENT")
        raise BatchError(f"The batch in '{folder.path}' was never started.", "Start it:", command=command)
    try:
        profile = profile_of(kept.profile, str(kept.profile.get("name", "profile")))
    except ProfileError as problem:
        raise BatchError(
            f"The profile that the batch in '{folder.path}' was created with is no longer allowed.",
            "Give it another:",
            [problem.reason, *problem.details],
            _command_to_change(folder.path, "--profile", "PROFILE"),
        ) from None
    missing = [name for name in kept.channel_names if name not in profile.channels]
    if missing:
        reason = f"The profile of the batch in '{folder.path}' has no channel '{visible(missing[0])}'"
        command = _command_to_change(folder.path, "--channel", "CHANNEL")
        raise BatchError(f"{reason}, to which its photos go.", "Give it another:", command=command)
    at = _register_at(folder, kept, register)
    return Settings(
        profile=profile,
        event=Event(*kept.event),
        channel_name=kept.channel,
        channels=kept.channel_names if kept.channels else (),
        folders=kept.folders,
        home=kept.home,
        redact=kept.redact,
        profile_folder=Path(kept.profile_folder) if kept.profile_folder else None,
        year=int(facts.made_at[:4]),  # stays the same when the batch is run again next year
        secret=bytes.fromhex(facts.secret),
        proof_marks=kept.proof_marks,
        register=at,
        register_identity=kept.register_identity,
    )


def who_named_marks(folder: BatchStore) -> str:
    """Under which account the files of the batch's marks were named; empty where it is this one, on this computer.

    A batch that somebody sends may name any picture here, and it would be drawn into the photos.

    Raises:
        BatchError: the settings are damaged, or a decision was altered so that it cannot be read.
    """
    in_force, _ = _newest(folder)
    if not in_force:
        return ""
    first, wanted = None, _places_of_marks(folder, in_force)
    for decision in folder.batch_entries():
        if decision.kind in {RULES, RULES_ASKED}:
            same = _places_of_marks(folder, decision.value) == wanted
            first = (first or decision) if same else None  # others have only kept what was there
    place = first.signed_in if first else None
    return "" if place == signed_in() else str(place or "somebody unknown")


def _places_of_marks(folder: BatchStore, digest: str) -> tuple[object, ...]:
    """Where the settings of that digest look for the files of marks, and their names."""
    saved = folder.settings(digest)
    try:
        marks = profile_of(saved.profile, "profile").marks
    except ProfileError:  # a profile that is not allowed any more names nothing
        return ()
    return saved.profile_folder, marks.font, marks.copyright.image, marks.website.image


def note_register(folder: BatchStore, settings: Settings, by: str = "") -> None:
    """Keep which register the batch is used with, from the first time that there is one; ``by``: who named it."""
    kept, (address, identity) = kept_settings(folder), _register_found(settings)
    if kept is None or not identity or (kept.register, kept.register_identity) == (str(address), identity):
        return
    if kept.register_identity not in ("", identity):
        return  # another register is in its place, which is reported when a form is looked up
    note = f"Used with the register '{address}'."
    asked = replace(kept, register=str(address), register_identity=identity)  # a change that needs approval is dropped
    folder.keep_settings(asked, RULES, folder.check_name(by) if by.strip() else IMGVET, note)


SELECT = "--select"  # among the words of a remembered command


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """What a batch was last run with, beside its settings. A batch that somebody sends may name any folder here."""

    sources: tuple[str, ...]  # absolute paths, as text
    clock_offsets: tuple[str, ...]  # as they were typed
    selection: tuple[str, ...]  # conditions that photos must meet to join, as they can be typed
    signed_in: SignedIn | None  # who named them; None: not recorded, or it is not known

    @property
    def is_own(self) -> bool:
        """Whether they were named under this account, on this computer."""
        return self.signed_in == signed_in()

    def command(self, batch: Path) -> str:
        """The whole command that runs the batch so again."""
        offsets = [word for each in self.clock_offsets for word in ("--clock-offset", each)]
        chosen = [word for each in self.selection for word in (SELECT, each)]
        return command_line("imgvet", "batch", *self.sources, "--out", batch, *offsets, *chosen)


def recorded_run(folder: BatchStore) -> RecordedRun | None:
    """What the batch was last run with; None where it is not known."""
    facts = folder.facts()
    words = facts.command or ()
    sources = tuple(word for option, word in words if not option and (is_remote(word) or Path(word).is_absolute()))
    offsets = tuple(word for option, word in words if option == "--clock-offset")
    chosen = tuple(word for option, word in words if option == SELECT)
    who = SignedIn(*facts.command_from) if facts.command_from else None
    return RecordedRun(sources, offsets, chosen, who) if sources else None


def remember_command(
    folder: BatchStore, command: Iterable[tuple[str, str]], selection: Iterable[Condition] = ()
) -> None:
    """Save how ``imgvet batch`` was called, so that it can go on with the batch alone, see ``RecordedRun``.

    Photos and folders that were named here before are kept; ``selection``: what photos must meet to join from now on.
    """
    before, own = recorded_run(folder), signed_in()
    earlier = [("", each) for each in before.sources] if before and before.is_own else []
    in_order = sorted(command, key=lambda word: word[0] != "")  # the same however often it is given
    words = (*dict.fromkeys((*earlier, *in_order, *((SELECT, str(each)) for each in selection))),)
    folder.update(facts=replace(folder.facts(), command=words, command_from=(own.account, own.machine)))


def note_run(folder: BatchStore, *, under_way: bool) -> None:
    """Save that a run starts, or that it has ended."""
    folder.update(facts=replace(folder.facts(), under_way=under_way))


def _command_to_change(batch: Path, *options: str) -> str:
    """The whole command that changes settings of a batch; ``options``: which, with their values."""
    return command_line("imgvet", "batch", batch, *options, "--change-profile", "--by", "NAME", "--note", "WHY")


def _newest(folder: BatchStore) -> tuple[str, Decision | None]:
    """The digest of the settings in force, empty where there are none, and the change that needs approval."""
    in_force, asked = "", None
    for decision in folder.batch_entries():
        if decision.kind == RULES:
            in_force, asked = decision.value, None
        elif decision.kind == RULES_ASKED:
            asked = decision
        elif asked and _approves(decision, asked):
            in_force, asked = asked.value, None
    return in_force, asked


def _approves(decision: Decision, asked: Decision) -> bool:
    meant = decision.photo is None and decision.approved == asked.answer
    return meant and is_approved(asked.by, decision.by)


def _reopen_statements(folder: BatchStore, before: SavedSettings, after: SavedSettings, by: str) -> None:
    """Let no declaration or answer count for a statement that was another, or none, when it was given."""
    old, new = statements_of(before.profile), statements_of(after.profile)
    other = [question for question in {**old, **new} if old.get(question) != new.get(question)]
    reopen_statements(folder, other, by, "The statement has changed since.")
    asked = [each for saved in (before, after) for each in saved.profile.get("questions", ())]
    of_photos = {each["id"] for each in asked if each.get("ask", "batch") != "batch"}
    changed = [question for question in other if question in of_photos]
    reopen_statements(folder, changed, by, "The statement has changed since.", kind=ANSWER)


def _is_pending(folder: BatchStore, settings: SavedSettings) -> bool:
    """Whether somebody has asked for exactly these settings already, and they need approval."""
    _, asked = _newest(folder)
    return asked is not None and folder.settings(asked.value) == settings


def _whole(saved: SavedSettings) -> SavedSettings:
    """The settings with what a later version has added."""
    folders = saved.folders or {saved.channel: FIRST_FOLDER}
    home = saved.home or FIRST_FOLDER
    return replace(saved, profile=whole_profile(saved.profile), folders=folders, home=home)


def _settled(before: SavedSettings | None, asked: SavedSettings) -> SavedSettings:
    """The settings with a folder for each channel, and the channels in the order in which they came to the batch."""
    known = before.channel_names if before else ()
    first, *others = sorted(asked.channel_names, key=lambda name: known.index(name) if name in known else len(known))
    folders = with_folders(before.folders if before else {}, (first, *others))
    home = before.home if before else folders[first]
    return replace(asked, channel=first, channels=(*others,), folders=folders, home=home)


def _register_found(settings: Settings) -> tuple[Address, str]:
    """Where the register is that is used with these settings, and its identity; empty where there is none."""
    register = found_register(settings)
    if register is None:
        return whole_address(register_address(settings.register)), ""
    with register:
        return whole_address(register.address), register.identity


def _saved(settings: Settings) -> SavedSettings:
    event, (address, identity) = settings.event, _register_found(settings)
    saved = SavedSettings(
        profile=kept_values(settings.profile),
        profile_folder=str(settings.profile_folder.resolve()) if settings.profile_folder else None,
        event=(event.text, event.day, event.link, event.tags),
        channel=settings.channel_names[0],
        redact=settings.redact,
        proof_marks=settings.proof_marks,
        register=str(address) if settings.register or identity else None,
        register_identity=settings.register_identity or identity,  # another one in its place is not mistaken for it
        channels=settings.channel_names[1:],
    )
    return msgspec.convert(msgspec.to_builtins(saved), SavedSettings)  # as it is read again


def register_kept(kept: SavedSettings) -> Address | None:
    """The register that a batch names; one on a server only where this computer names it, too."""
    return kept_address(kept.register, register_address(None)) if kept.register else None


def _register_at(folder: BatchStore, kept: SavedSettings, named: Address | None) -> Address | None:
    """The register that the batch is used with."""
    if named is not None:
        same = kept.register_identity and identity_of(whole_address(named)) == kept.register_identity
        if kept.register and not same and str(whole_address(named)) != kept.register:
            raise UsageError(
                f"This batch uses the register '{kept.register}', and '{named}' is a different one.",
                "Leave --register out. To use the other one:",
                command=_command_to_change(folder.path, "--register", str(named)),
            )
        return named
    there, own = register_kept(kept), register_address(None)
    gone = isinstance(there, Path) and not there.exists() and kept.register_identity
    return own if gone and identity_of(own) == kept.register_identity else there


def _needs_second(saved: SavedSettings) -> bool:
    return bool(saved.profile.get("decisions", {}).get("second_person"))


def _governed(folder: BatchStore, before: SavedSettings, asked: SavedSettings) -> tuple[RuleChange, ...]:
    """What changes and needs a name and a reason; not an event that was mistyped a moment ago."""
    changes = rule_changes(before, asked)
    if any(each.key in _EVENT for each in changes) and _may_be_corrected(folder):
        return tuple(each for each in changes if each.key not in _EVENT)
    return changes


_EVENT = ("event", "date")
_CORRECTED_WITHIN = timedelta(hours=1)  # of the first file in ``flickr/``: so soon nobody has uploaded them


def _may_be_corrected(folder: BatchStore) -> bool:
    """Whether nobody has decided, finished or published anything yet, and the batch has just been made."""
    batch = folder.snapshot()
    check_unaltered(batch.log, folder.path)
    kinds = {decision.kind for decision in batch.decisions}
    if any(decision_kind(kind).about_photos for kind in kinds - {DECLARE, STATEMENT}):
        return False
    made = {part.number: folder.path / str(part.output) for part in placed_parts(batch.photos)}
    entries = map(decision_from_row, batch.log.rows)
    times = [datetime.fromisoformat(each.at) for each in entries if each.kind == VETTED and each.photo in made]
    times += [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in made.values() if file.is_file()]
    first = min(times, default=datetime.fromisoformat(batch.facts.made_at))
    return datetime.now(UTC) - first < _CORRECTED_WITHIN


def _check_asked(
    folder: BatchStore,
    before: SavedSettings,
    asked: SavedSettings,
    changes: tuple[RuleChange, ...],
    change: ChangeRequest | None,
    ask_with: Callable[[bool], str],
    *,
    rename: bool,
) -> None:
    """Refuse changes that nobody has asked for, or not in the way that they need.

    Raises:
        UsageError: with every change, a line each.
    """
    if not changes:
        return
    published = list(placed_parts(folder.photos()))
    files = bool(published) and any(each.file for each in changes)
    lines = [f"  {each}" for each in changes]
    if files:
        lines += _renamed(published, before, asked)
    if not change or (files and not rename):
        there = f", and photos of it are in {folder_of(published[0])}/ already" if files else ""
        mean = "If you mean it, replace what is online afterwards:" if files else "If you mean it:"
        raise UsageError(
            f"This batch keeps the settings that it was created with{there}. This would change them:",
            "Nothing was changed. Leave these options out to go on as before, or name another --out for another batch. "
            f"{mean}",
            lines,
            ask_with(files),
        )
    if change and not _is_complete(change):
        raise UsageError(
            "Such a change needs a person's name and a reason:",
            "Nothing was changed. Give them:",
            lines,
            ask_with(files),
        )


def _is_complete(change: ChangeRequest) -> bool:
    """Whether it has a person's name and a reason."""
    return bool(same_name(change.by)) and not same_person(change.by, IMGVET) and has_words(change.note)


def _renamed(published: Iterable[Photo], before: SavedSettings, asked: SavedSettings) -> list[str]:
    """The line that says which names of published files would be others."""
    old_stem, new_stem = (stem_of(each.event[0]) for each in (before, asked))
    if old_stem == new_stem:
        return []
    first, *others = published
    more = f", and so on for {count(len(others) + 1, 'file')}" if others else ""
    return [f"  name in {folder_of(first)}/: {first.name} → {first.name.replace(old_stem, new_stem, 1)}{more}"]
