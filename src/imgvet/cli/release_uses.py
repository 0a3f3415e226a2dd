"""What ``imgvet release`` says of the photos that a form is used for: where they are, where the public sees them, and
what to do when the form is no longer valid."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgvet.batch.form_uses import FolderState, folder_state
from imgvet.batch.publications import address_words, publication_words
from imgvet.cli.console import print_note
from imgvet.database.addresses import Address
from imgvet.own_name import by_words
from imgvet.releases.release import Release, Status
from imgvet.releases.uses import BatchPlace, FormUse, use_words
from imgvet.text import command_line, count, long_day

if TYPE_CHECKING:
    from imgvet.releases.register import Register

_state = cache(folder_state)


def say_uses(register: "Register", form: Release, named: Address | None, *, live: bool = False) -> None:
    """Name every photo that a form is used for, and the next command for each batch.

    Args:
        register: the register.
        form: as it is now.
        named: the register's address where somebody named it, for the commands.
        live: leave out what has left its folder and is not online, and say nothing where nothing is left.
    """
    for line in use_lines(register, form, named, live=live):
        print_note(line)


def use_lines(register: "Register", form: Release, named: Address | None, *, live: bool = False) -> Iterator[str]:
    """The lines of ``say_uses``."""
    uses = [use for use in register.uses(form.reference) if not live or not use.until or use.on_the_web]
    batches: dict[str, list[FormUse]] = {}
    for use in uses:
        batches.setdefault(use.place.identity, []).append(use)
    each = {(use.place.identity, use.used.photo if use.place.mark else use.used.file) for use in uses}
    photos = count(len(each), "photo")
    ended = form.status(register.clock.today) is not Status.ACTIVE
    if batches:
        advice = ". Take down the photos that are online" if ended else ""
        yield f"Used for {photos} in {count(len(batches), 'folder')}{advice}:"
    elif not live:
        yield f"No photo that uses form {form.reference} is recorded."
    for of_batch in batches.values():
        if of_batch[0].place.mark:
            yield from _batch_lines(of_batch, named, ended=ended)
        else:
            yield from _copy_lines(of_batch, ended=ended)
    since = "" if live else register.uses_noted_since(form.reference)
    if since:
        yield (
            f"Batches record this since {long_day(since)}. A batch that was not run since then may use the form, too; "
            "imgvet finish notes it."
        )


def uses_as_json(register: "Register", reference: str) -> list[dict[str, Any]]:
    """The uses of a form as ``--json`` prints them."""
    return [use.as_json() | {"folder_state": _state(use.place).value} for use in register.uses(reference)]


def _batch_lines(uses: Sequence[FormUse], register: Address | None, *, ended: bool) -> Iterator[str]:
    place = uses[0].place
    names = dict.fromkeys(f"{use.used.event} ({use.used.channel})" for use in uses)
    yield f"  {', '.join(names)}, in {place.folder}"
    shown = set[tuple[int, str, str]]()  # a photo that is used on two channels says once where it is online
    for use in uses:
        yield f"    photo {use.used.photo}: {use_words(use)}"
        for each in use.online:
            if (key := (use.used.photo, each.file, each.url)) in shown:
                continue
            shown.add(key)
            same = (each.file, each.title) == (use.used.file, use.used.title)
            yield f"        {address_words(each) if same else publication_words(each)}"
        if ended and not use.online:
            yield "        not recorded whether it was published"
    here = _state(place)
    if here is not FolderState.HERE:
        yield f"    {_unreachable(place, here)}"
    folder = place.folder if here is FolderState.HERE else "FOLDER"
    if not all(use.until for use in uses):
        named = ("--register", register.absolute() if isinstance(register, Path) else register) if register else ()
        finish = command_line("imgvet", "finish", folder, *named)
        yield from [f"    Next: {finish}"] if ended else ["    When the form is no longer valid:", f"      {finish}"]
    online = dict.fromkeys(use.used.photo for use in uses if use.on_the_web)
    if ended and online:
        yield "    Once the photos are taken down:"
        yield f"      {command_line('imgvet', 'published', folder, *online, '--removed', *by_words())}"


def _copy_lines(uses: Sequence[FormUse], *, ended: bool) -> Iterator[str]:
    """Clean copies of photos that were checked one by one."""
    place = uses[0].place
    yield f"  Checked one by one, in {place.folder} on the computer {place.computer}"
    for use in uses:
        named = ", ".join(filter(None, (use.used.file, use.used.event, f"for {use.used.channel}")))
        yield f"    {named}, since {long_day(use.since)}"
    if ended:
        yield "        not recorded whether they were published; delete these copies"


def _unreachable(place: BatchPlace, state: FolderState) -> str:
    """Why the batch cannot be found in its folder, and what to do."""
    last = f"Last recorded on {long_day(place.noted_at)}, on the computer {place.computer or 'unknown'}."
    if state is FolderState.CLOSED:
        return f"This folder cannot be read from here. {last}"
    if state is FolderState.OTHER:
        return f"A different batch is in this folder now; this one was moved or replaced. {last}"
    return f"This folder cannot be reached: it was moved or removed, or its drive is not connected here. {last}"
