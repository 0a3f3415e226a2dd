"""``imgvet published``: what went online, where, and what was taken down again, as people record it."""

from datetime import date
from typing import Annotated

import typer

from imgvet.cli.arguments import BatchArgument, RegisterOption, date_option
from imgvet.cli.console import print_note, say_place, say_still_online, say_to_take_back, unless_register_fails
from imgvet.errors import BatchError
from imgvet.text import count, long_date, visible


def published(
    batch: BatchArgument,
    by: Annotated[str, typer.Option(metavar="NAME", help="Your name, for the record.", show_default=False)],
    photos: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PHOTO",
            help="Numbers or names of the photos, e.g. 3 or open-day-003.jpg. Default: all in the "
            "channel's folder; with --removed, all that are online.",
            show_default=False,
        ),
    ] = None,
    channel: Annotated[
        str,
        typer.Option(metavar="NAME", help="On which channel, where the batch has several.", show_default=False),
    ] = "",
    url: Annotated[
        str,
        typer.Option(metavar="URL", help="Where the public finds them: the photo's page, or the album's."),
    ] = "",
    on: Annotated[date | None, date_option("--on", "The day. Default: today.")] = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="The photos were taken down; with --url, only from that address.")
    ] = False,
    register: RegisterOption = None,
) -> None:
    """Record which photos went online and where, or that they were taken down again. Nothing is sent anywhere."""
    from imgvet.batch.form_uses import note_after_publication
    from imgvet.batch.publications import PublicationRequest, record_published, record_taken_down, to_take_down
    from imgvet.batch.settings import saved_settings
    from imgvet.batch.status import batch_state
    from imgvet.batch.store import open_batch

    folder = open_batch(batch)
    settings = saved_settings(folder, register)
    day = on or date.today()
    record = record_taken_down if removed else record_published
    done = record(folder, photos or (), PublicationRequest(by, day, url, channel), settings)
    number = count(done, "photo was", "photos were")
    said = f"{number} taken off the web" if removed else f"{number} published"
    where = f" on {channel}" if channel else ""
    where += f" {'from' if removed else 'at'} {url}" if url else ""
    print_note(visible(f"Recorded: {said} on {long_date(day)}{where}, by {by}."))
    with unless_register_fails(batch):
        try:
            say_place(note_after_publication(folder, settings), batch)
        except BatchError as problem:  # a run, which may have told the register already
            print_note(visible(f"The register of release forms will be updated by the next run. {problem.reason}"))
        snapshot = folder.snapshot()
        state = batch_state(snapshot, settings)
        say_to_take_back(state, settings, batch)
        say_still_online(to_take_down(snapshot, state.judged, settings), batch)
