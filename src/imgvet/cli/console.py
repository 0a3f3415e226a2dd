"""What the commands print: answers, inspections, proofs, the state of a batch, and the progress of a run."""

import json
import platform
import sys
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from imgvet.decisions import APPROVAL, DECLARE
from imgvet.errors import ImgvetError, RegisterError
from imgvet.own_name import by_words
from imgvet.text import command_line, count, left_out, on_one_line, spans, visible

if TYPE_CHECKING:
    from imgvet.batch.decisions.add_areas import AddedArea
    from imgvet.batch.decisions.add_faces import AddedFace
    from imgvet.batch.decisions.hash_chain import ChainBreak
    from imgvet.batch.decisions.statements import RefusedStatement
    from imgvet.batch.form_suggestions import PhotographedForms
    from imgvet.batch.form_uses import PlaceChange
    from imgvet.batch.joining import Joined
    from imgvet.batch.placement import PlacementChanges
    from imgvet.batch.publications import OnlinePhoto
    from imgvet.batch.rule_changes import RuleChange
    from imgvet.batch.run import RunPlan
    from imgvet.batch.settings import PendingRules
    from imgvet.batch.snapshot import BatchSnapshot
    from imgvet.batch.status import BatchState, FolderCheck
    from imgvet.batch.store import BatchStore
    from imgvet.cli.messages import ChannelSummary
    from imgvet.clock import ClockReading
    from imgvet.decisions import Decision
    from imgvet.inspection.files import FileReport
    from imgvet.inspection.inspection import Inspection
    from imgvet.photo import Photo
    from imgvet.profile import Profile
    from imgvet.proof.prove import Proof
    from imgvet.settings import Settings
    from imgvet.strip import Stripped


def print_answer(text: str) -> None:
    """Print a line of the answer, on stdout; what a file says cannot end the line or move the cursor."""
    typer.echo(on_one_line(text))


def print_note(text: str) -> None:
    """Print a line beside the answer, on stderr; made safe like ``print_answer``."""
    typer.echo(on_one_line(text), err=True)


def can_be_asked() -> bool:
    """Whether somebody sits at a terminal: reads what is printed there, and types. A stream may be closed, and None."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def say_next(words: str, *commands: str) -> None:
    """Say what to do next; each command is whole, and has a line of its own."""
    from imgvet.cli.messages import NextStep

    for line in NextStep(words, commands).lines:
        print_note(line)


def show_json(value: dict[str, Any]) -> None:
    """Print one line of JSON, on stdout."""
    typer.echo(json.dumps(value).replace("\x7f", "\\u007f"))


def show_inspection(looked: "FileReport") -> None:
    """Everything that `inspect` found in one file; what is alarming comes first."""
    inspection = looked.inspection
    if inspection is None:
        return
    print_answer(f"{visible(str(looked.path))} ({inspection.kind.upper()})")
    show_warnings(inspection)
    for sentence in (looked.suffix_mismatch, *inspection.sentences()):
        if sentence:
            print_answer(f"  {visible(sentence)}")
    _show_items(inspection)
    for sentence in inspection.unread:
        print_answer(f"  Not read: {visible(sentence)}")
    if not inspection.items and not inspection.unread:
        print_answer("  Nothing private was found.")


def show_warnings(inspection: "Inspection") -> None:
    """Print what a file says of itself that calls for a look, the alarms first."""
    for sentence in inspection.alarms:
        print_answer(f"  !! {visible(sentence)}")
    for sentence in inspection.warnings:
        print_answer(f"  ! {visible(sentence)}")


def _show_items(inspection: "Inspection") -> None:
    from imgvet.inspection.findings import GROUPS

    for group in inspection.groups:
        print_answer(f"  {GROUPS[group]}")
        for item in inspection.items:
            if item.group == group:
                print_answer(f"    {visible(item.name)}: {visible(item.value)}  ({visible(item.where)})")


def show_stripped(stripped: "Stripped") -> None:
    """What `strip` did with one file that it has stripped."""
    from imgvet.inspection.findings import GROUPS

    name = visible(str(stripped.source))
    how = "without loss" if stripped.lossless else "written again from its pixels"
    print_answer(f"{name}: {visible(str(stripped.output))}, {how}, proven.")
    if stripped.removed:
        print_answer(f"  Removed: {', '.join(GROUPS[group].lower() for group in stripped.removed)}.")
    for note in stripped.notes:
        print_answer(f"  {visible(note)}")


def show_proof(path: Path, proof: "Proof") -> None:
    """Whether one file is proven, and if not, why."""
    name = visible(str(path))
    if proof.proven:
        print_answer(f"{name}: proven. {len(proof.structures)} structures, all of them allowed. SHA-256 {proof.sha256}")
        return
    print_answer(f"{name}: not proven.")
    for problem in proof.problems[:20]:
        print_answer(f"  at byte {problem.offset}, {visible(problem.name)}: {visible(problem.reason)}")


def say_left_out(where: str, text: str) -> None:
    """Which characters of a text that somebody typed are not published; ``where`` is the option or the key it is in."""
    if gone := left_out(text):
        print_note(f"Left out of {where}, because it can hide or change other words: {gone}.")


def say_added(added: "Sequence[AddedFace]") -> None:
    """Which faces somebody added, or that they were there already."""
    for each in added:
        photo, face = each.photo, each.face
        where = ", ".join(map(str, face.box.as_list()))
        if each.before is None:
            print_note(
                f"Photo {photo.number}: face {face.number} is added at {where}. imgvet finish may renumber the faces."
            )
        else:
            answer = f"; its decision is {visible(str(each.answer))}" if each.answer else ""
            print_note(f"Photo {photo.number}: face {face.number} is already there; its box is now at {where}{answer}.")


def say_added_areas(added: "Sequence[AddedArea]") -> None:
    """Which areas somebody added, or that they were there already."""
    for each in added:
        what = "is added" if each.is_new else "is already there"
        where = ", ".join(map(str, each.area.box.as_list()))
        print_note(f"Photo {each.photo.number}: area {each.area.letters} {what} at {where}.")


def say_broken(broken: "ChainBreak | None") -> None:
    """That the log of decisions was altered, before anything is said that hangs on it."""
    if broken:
        print_note(visible(f"Do not rely on this: the log of decisions was altered. {broken.reason}"))


def say_rule_changes(changes: "Sequence[RuleChange]", batch: Path, *, pending: bool = False) -> None:
    """What other settings loosen and tighten, a line each, before anything is done under them."""
    if not changes:
        return
    print_note(
        "The settings of this batch are changing:" if not pending else "This would change the settings of the batch:"
    )
    for each in changes:
        print_note(visible(f"  {each}"))
    if pending:
        print_note("This makes the rules less strict, so a second person must approve it: nothing is changed yet.")
        _say_how_to_approve(batch)


def say_pending_rules(pending: "PendingRules | None", batch: Path) -> None:
    """The change of a batch's settings that a second person has yet to approve."""
    if pending is None:
        return
    asked = pending.asked
    print_note(visible(f'{asked.by} has asked for other settings of this batch ("{asked.note}"). Not yet in force:'))
    for each in pending.changes:
        print_note(visible(f"  {each}"))
    _say_how_to_approve(batch)


@contextmanager
def reporting_lapsed_rules(folder: "BatchStore") -> Iterator[None]:
    """Say which change no longer needs approval, because of what is done within."""
    from imgvet.batch.settings import pending_rules

    before = pending_rules(folder)
    yield
    now = pending_rules(folder)
    if before is not None and (now is None or now.asked != before.asked):
        asked = before.asked
        print_note(
            visible(
                f'What {asked.by} asked for ("{asked.note}") no longer needs approval: other changes were made since.'
            )
        )
        print_note("If it is still wanted, ask for it again.")


def _say_how_to_approve(batch: Path) -> None:
    approve = command_line("imgvet", "decide", batch, "all", "approve", "rules", "--by", "NAME")
    say_next("Someone other than the person who asked for it approves it:", approve)


def say_unused_profile(kept: "Profile", batch: Path) -> None:
    """That the working folder has a profile which says something else than the batch's own, and is not used."""
    from imgvet.batch.rule_changes import profile_changes
    from imgvet.profile import OWN_PROFILE, kept_values, load_profile

    if not Path(OWN_PROFILE).is_file():
        return
    try:
        there, _ = load_profile(OWN_PROFILE)
    except ImgvetError:
        return  # it is not used, so it does no harm
    if any(profile_changes(kept_values(kept), kept_values(there))):
        print_note(f"This batch keeps the profile that it was created with, {visible(kept.name)}. The {OWN_PROFILE} in")
        print_note("this folder is different and is not used. To use it:")
        print_note(f"      {_change_profile(batch, OWN_PROFILE)}")


def say_others_marks(folder: "BatchStore", settings: "Settings") -> None:
    """That the marks are drawn from files of this computer which somebody else's settings name."""
    from imgvet.batch.settings import who_named_marks
    from imgvet.watermarks.load import mark_files

    if (files := mark_files(settings)) and (who := who_named_marks(folder)):
        print_note(f"This batch's marks were set by {visible(who)}, and use files on this computer:")
        for path in files:
            print_note(visible(f"  {path.absolute()}"))
        print_note("Check that these may be shown on the photos. To set other marks:")
        print_note(f"      {_change_profile(folder.path, 'PROFILE')}")


def _change_profile(batch: Path, profile: str) -> str:
    """The command that gives a batch another profile."""
    change = ("--change-profile", *by_words(), "--note", "WHY")
    return command_line("imgvet", "batch", batch, "--profile", profile, *change)


def say_missing(gone: Sequence[int]) -> None:
    """Which originals are missing, and what that means."""
    if gone:
        which = ", ".join(map(str, gone[:20])) + (" and more" if len(gone) > 20 else "")
        if len(gone) == 1:
            kept = (
                f"The original of photo {which} is missing. The photo stays as it is; faces in it cannot be "
                "hidden until"
            )
            print_note(f"{kept} the original is back.")
        else:
            kept = f"{len(gone)} originals are missing (photos {which}). Their photos stay as they are; faces in them"
            print_note(f"{kept} cannot be hidden until the originals are back.")


def say_approved(decisions: "Sequence[Decision]", profile: "Profile") -> None:
    """Which answers somebody approved, because it may be another than they saw; statements in words."""
    worded = {question.id: question.text for question in profile.questions}
    photos: dict[str, list[str]] = {}
    for each in decisions:
        if each.kind == APPROVAL:
            photos.setdefault(each.value, []).append(str(each.photo))
    for answer, numbers in photos.items():
        which = f"photo {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} photos or faces"
        print_note(visible(f"Approved: {answer}, {which}."))
        kind, *named = answer.split()
        for statement in named if kind == DECLARE else []:
            print_note(visible(f"        {worded.get(statement, statement)}"))


def say_problems(photos: "Iterable[Photo]") -> None:
    """Why answers that were given are not valid, so that the person who gives one is told at once."""
    from imgvet.photo import ProblemCode

    for photo in photos:
        for face in photo.open_faces:
            if face.problem and face.problem.code is not ProblemCode.NOT_HIDDEN:  # which finish does
                print_note(
                    visible(f"Photo {photo.number}, face {face.number} still needs a decision: {face.problem.sentence}")
                )


def say_to_take_back(state: "BatchState", settings: "Settings", batch: Path) -> None:
    """Name the photos in channels' folders that may no longer be published there, and why."""
    from imgvet.channels.places import channel_places
    from imgvet.cli.messages import reasons_to_take_back
    from imgvet.rules.needs import needs_words_only

    number = 0
    for place in channel_places(settings):
        there = [part for part in state.to_take_back if part.channel == place.channel]
        worded = [part for part in there if needs_words_only(part)]
        back = [part for part in there if part not in worded]
        number += len(back)
        if worded:
            print_note(f"{count(len(worded), 'file')} in {place.folder}/ must be made again before anybody uploads it:")
        for line in reasons_to_take_back(worded):
            print_note(f"        {visible(line)}")
        if back:
            photos = f"{count(len(back), 'photo')} in {place.folder}/"
            them = "it" if len(back) == 1 else "them"
            print_note(f"{photos} may no longer be published. Do not upload {them}, and take down what is online:")
        for line in reasons_to_take_back(back):
            print_note(f"        {visible(line)}")
    if number:
        move = f"Move {'it' if number == 1 else 'them'} back to held/:"
        say_next(move, command_line("imgvet", "finish", batch))


def say_drafts(snapshot: "BatchSnapshot", batch: Path) -> None:
    """How many photos have words in their files that nobody has taken over, where the profile keeps them."""
    from imgvet.batch.status import untaken_drafts

    if number := len(untaken_drafts(snapshot)):
        print_note(f"{count(number, 'photo has', 'photos have')} words from the file that nobody has taken over. See:")
        print_note(f"      {command_line('imgvet', 'caption', batch)}")


def say_still_online(online: "Sequence[OnlinePhoto]", batch: Path) -> None:
    """Name the photos that may not be published and are on the web, as the public sees them."""
    from imgvet.cli.messages import online_lines

    if not online:
        return
    photos = count(len(online), "photo is", "photos are")
    print_note(f"{photos} online, according to the record, but may not be published. Take down these photos:")
    for line in online_lines(online):
        print_note(f"        {visible(line)}")
    numbers = [each.number for each in online]
    removed = command_line("imgvet", "published", batch, *numbers, "--removed", *by_words())
    say_next("Once they are no longer online:", removed)


def say_to_replace(online: "Sequence[OnlinePhoto]", batch: Path) -> None:
    """Name the photos that are on the web as they were before their file was made again."""
    from imgvet.cli.messages import online_lines

    if not online:
        return
    photos = count(len(online), "photo is online in an earlier version", "photos are online in earlier versions")
    print_note(f"{photos}. The file in the batch has changed since, e.g. a face was hidden. Replace:")
    for line in online_lines(online):
        print_note(f"        {visible(line)}")
    of_address: dict[str, list[int]] = {}
    for each in online:
        for one in each.publications:
            of_address.setdefault(one.url, []).append(each.number)
    commands = []
    for url, numbers in of_address.items():
        there = ("--url", url) if url else ()
        commands.append(command_line("imgvet", "published", batch, *dict.fromkeys(numbers), *there, *by_words()))
    more = count(len(commands) - _MOST_COMMANDS, "address", "addresses")
    others = f" (then {more} more, with imgvet status)" if len(commands) > _MOST_COMMANDS else ""
    say_next(f"Once they are replaced{others}:", *commands[:_MOST_COMMANDS])


_MOST_COMMANDS = 2  # in one next step


def say_published(online: "Sequence[OnlinePhoto]") -> None:
    """What is on the web, as recorded: one line an address."""
    addresses: dict[str, list[int]] = {}
    for each in online:
        for publication in each.publications:
            addresses.setdefault(publication.url, []).append(each.number)
    for url, numbers in addresses.items():
        photos = f"photo{'' if len(set(numbers)) == 1 else 's'} {', '.join(spans(sorted(set(numbers))))}"
        print_note(visible(f"Published, as recorded: {photos}{f', {url}' if url else ''}"))


def say_one_account(snapshot: "BatchSnapshot", batch: Path) -> None:
    """Which approvals came from the account that gave the answer, too: two names, and perhaps one person."""
    from imgvet.reports.batch_words import one_account_lines

    for line in one_account_lines(snapshot):
        print_note(visible(f"{line} The log has the names:"))
        print_note(f"      {command_line('imgvet', 'log', batch)}")


def say_clock(clock: "ClockReading") -> None:
    """That the clock of this computer is behind what was recorded already."""
    if clock.doubt:
        print_note(clock.doubt)
        print_note(clock.way_out)


@contextmanager
def unless_register_fails(batch: Path) -> Iterator[None]:
    """Say that the register could not be updated, where the next run can do that."""
    try:
        yield
    except RegisterError as problem:
        say_register_failed(problem, batch)


def say_register_failed(problem: RegisterError, batch: Path) -> None:
    """That the register could not be updated, and what makes that good."""
    print_note(visible(f"The register of release forms is not updated yet. {problem.reason}"))
    say_next("Once it can be saved:", command_line("imgvet", "finish", batch))


def say_place(change: "PlaceChange | None", folder: Path) -> None:
    """That the batch is not where the register of release forms had it."""
    if change is None:
        return
    before = change.before
    on = f" on the computer {before.computer}" if before.computer != platform.node() else ""
    if change.copied:
        print_note(
            visible(
                f"This batch was copied: the register of release forms has it in {before.folder}{on}. From now on "
                "this folder is a separate batch. Publish from only one of the two."
            )
        )
    else:
        print_note(visible(f"This batch was moved: it was in {before.folder}{on}, and is now in {folder}."))


def say_planned(plan: "RunPlan") -> None:
    """How many photos are vetted in this run, and how many stay as they are."""
    parts = [f"{len(plan.to_vet)} to vet"]
    parts += [f"{len(plan.kept)} done before"] if plan.kept else []
    parts += [f"{len(plan.gone)} unchanged (original missing)"] if plan.gone else []
    parts += [f"{len(plan.to_copy)} to copy for another channel"] if plan.to_copy else []
    print_note(f"Photos: {', '.join(parts)}.")


def say_joined(joined: "Joined") -> None:
    """Which files are copies of others, and which originals are in another place now."""
    if joined.copies:
        numbers = sorted({copy.number for copy in joined.copies})
        photos = f"photo{'' if len(numbers) == 1 else 's'} {', '.join(spans(numbers))}"
        same = "is the same file as" if len(joined.copies) == 1 else "are the same files as"
        name = "another name" if len(joined.copies) == 1 else "other names"
        files = count(len(joined.copies), "file")
        print_note(f"{files} {same} {photos} under {name}, and left out. private/originals.csv lists the names.")
    if joined.moved:
        photos = ", ".join(spans(sorted(each.number for each in joined.moved)))
        print_note(f"Found in another place: {'photo' if len(joined.moved) == 1 else 'photos'} {photos}.")


def say_without(without: "Mapping[str, Sequence[int]]") -> None:
    """Of which photos no file could be made for a channel that came later."""
    for channel, numbers in without.items():
        photos = f"photo{'' if len(numbers) == 1 else 's'} {', '.join(spans(sorted(numbers)))}"
        print_note(
            visible(
                f"No file for {channel} can be made of {photos}: the original is missing, and the clean file "
                f"is too small. Connect the drive with the originals, and run the same command again."
            )
        )


def say_placed(placed: "PlacementChanges", settings: "Settings") -> None:
    """What has changed in the channels' folders since the last time, by name."""
    from imgvet.channels.places import channel_places

    folders = [place.folder for place in channel_places(settings)]
    for file in placed.gone:
        if file.folder not in folders:
            print_note(
                visible(f"Removed from {file.folder}/: {file.name}, {file.title}. If it is online, take it down.")
            )
    for folder in folders:
        _say_placed_in(folder, placed.of_folder(folder), f" from {folder}/" if len(folders) > 1 else "")


def _say_placed_in(folder: str, placed: "PlacementChanges", where: str) -> None:
    from imgvet.batch.names import file_names

    for file in placed.gone:
        print_note(
            visible(
                f"Photo {file.number} was moved back to held/{where}: {file.name}, {file.title}. If it is online, take "
                "it down."
            )
        )
    for before, file in placed.renamed:
        print_note(visible(f"Photo {file.number} has another name in {folder}/: {before} is {file.name} now."))
    if placed.changed:
        print_note(visible(f"Changed in {folder}/ (replace them if they are online): {file_names(placed.changed)}."))
    if placed.new:
        print_note(visible(f"New in {folder}/ (round {placed.round}): {file_names(placed.new)}."))


def say_corrected(found: "FolderCheck", missing: Container[int], after: "Iterable[Photo]") -> None:
    """What somebody had replaced, removed or altered, and what came of it.

    ``missing``: numbers of photos whose original is.
    """
    from imgvet.reports.batch_words import corrected_lines

    for line in corrected_lines(found, missing, after):
        print_note(visible(line))


def say_kept(kept: "Iterable[Path]", batch: Path) -> None:
    """Name the filled-in checklists that were never imported, and where they are now."""
    for path in kept:
        print_note(f"A filled-in checklist was never imported; it is kept as {visible(str(path))}.")
        print_note("To import it:")
        print_note(f"      {command_line('imgvet', 'checklist', batch, '--import', path, *by_words())}")


def say_new_numbers(renumbered: "Sequence[int]") -> None:
    """Warn of photos whose faces have other numbers than on the checklist that may lie printed on a desk."""
    if renumbered:
        print_note(f"Faces were renumbered in photo {', '.join(map(str, renumbered))}: use the new checklist.")


def say_batch(
    folder: "BatchStore",
    photos: "Collection[Photo]",
    files: "FolderCheck",
    channels: "ChannelSummary",
    *,
    every: bool = False,
    unapplied: int = 0,
    next_step: str = "",
    refused: "Sequence[RefusedStatement]" = (),
    forms: "PhotographedForms | None" = None,
) -> None:
    """The state of a batch, what is needed from whom, and the next step: ``next_step``, or what the photos need.

    ``photos``: as ``office_views`` gives them; ``channels``: what they come to for each channel; ``refused``: the
    profile's statements that somebody has called untrue; ``forms``: what photos of forms are good for.
    """
    from imgvet.cli.faults import FaultSummary
    from imgvet.cli.messages import (
        NextStep,
        batch_next_step,
        lines_beside_a_yes,
        needs_of_batch,
        notes_on_batch,
        refused_lines,
        suggestion_lines,
    )
    from imgvet.photo import Verdict
    from imgvet.reports.batch_words import file_lines, needs_of_photo, verdict_counts

    for verdict, number, meaning in verdict_counts(photos):
        print_note(f"{number:6d}  {verdict:<8} {meaning}")
    for line in (
        *channels.lines,
        *needs_of_batch(photos),
        *channels.kept_out,
        *refused_lines(refused),
        *notes_on_batch(photos),
    ):
        print_note(visible(f"        {line}"))
    listed = 100 if every else 10
    others, held = FaultSummary(listed), 0
    for photo in photos:
        if photo.verdict is Verdict.FAILED or (every and photo.verdict is not Verdict.READY and not photo.filed):
            needs, name = needs_of_photo(photo), f"{photo.number}: {photo.name or Path(photo.source).name}"
            held += 1
            if others.one_by_one(name, needs):
                print_note(visible(f"        {name}: {needs}"))
    for line in others.lines(command_line("imgvet", "status", folder.path, *(["--json"] if held > 100 else []))):
        print_note(visible(f"        {line}"))
    for line in (*file_lines(files), *lines_beside_a_yes(photos)):
        print_note(visible(line))
    for line in suggestion_lines(forms, folder.path) if forms else ():
        print_note(line)
    if unapplied:
        print_note(f"{count(unapplied, 'decision has', 'decisions have')} not been applied yet.")
    print_note(f"Look at: {folder.path / 'checklist.html'}, {_contact_sheets(folder)}{channels.folders(folder.path)}")
    finish = command_line("imgvet", "finish", folder.path)
    asked = NextStep("", (next_step or finish,))
    step = asked if next_step or unapplied else batch_next_step(photos, folder.path, refused, forms, channels)
    say_next(step.words, *step.commands)


def say_in_brief(photos: "Collection[Photo]") -> None:
    """How many photos of a batch came to what, a line."""
    from imgvet.reports.batch_words import verdict_counts

    counts = ", ".join(f"{number} {verdict}" for verdict, number, _ in verdict_counts(photos))
    print_note(f"{time_of_day()} In the batch now: {counts}.")


def time_of_day() -> str:
    """The time by the clock on the wall, e.g. ``14:05``."""
    return f"{datetime.now():%H:%M}"


def _contact_sheets(folder: "BatchStore") -> str:
    """The first contact sheet, and the last where there are several; nothing where none was written yet."""
    from imgvet.batch.names import contact_sheet_names

    first, *others = contact_sheet_names(path.name for path in folder.path.iterdir()) or [""]
    more = f" to {others[-1]}" if others else ""
    return f"{folder.path / first}{more}, " if first else ""
