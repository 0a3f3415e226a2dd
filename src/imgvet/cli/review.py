"""``imgvet review``: the page in the browser, on this computer alone."""

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from imgvet.cli.arguments import BatchArgument, RegisterOption
from imgvet.cli.console import print_answer, print_note
from imgvet.text import visible

if TYPE_CHECKING:
    from imgvet.review.context import Review


def review(
    batch: BatchArgument,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, metavar="NUMBER", help="The port on this computer. Default: one that is free."),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in your browser, or only print its link.")
    ] = True,
    register: RegisterOption = None,
) -> None:
    """Answer a batch in the browser: all its photos and faces, one key a decision; it needs no network."""
    from imgvet.own_name import own_name
    from imgvet.review.server import ReviewRequest, serve

    def started(link: str, running: "Review") -> None:
        print_answer(link)
        print_note(visible(f"This link opens the review page of {running.name_of_batch}, once, on this computer."))
        if _is_far_away():
            print_note("You are signed in from another computer. Type this there, and open the link there:")
            print_note(f"      ssh -L {running.port}:127.0.0.1:{running.port} {_this_computer()}")
        elif browser and not _opened(link):
            print_note("No browser could be opened here.")
        print_note("It ends with Ctrl-C, or with the page's own button.")

    with suppress(KeyboardInterrupt):
        serve(ReviewRequest(batch, register, port or 0, own_name()), started)
    print_note("The review page has ended. Every decision that was shown as recorded is kept.")


def _is_far_away() -> bool:
    """Whether somebody is signed in over SSH, so that a browser here would be of no use."""
    return bool(os.environ.get("SSH_CONNECTION")) and not os.environ.get("DISPLAY")


def _this_computer() -> str:
    from imgvet.signed_in import signed_in

    here = signed_in()
    return f"{here.account}@{here.machine}" if here.account and here.machine else "THIS-COMPUTER"


def _opened(link: str) -> bool:
    """Whether a browser was found; it says nothing on this terminal."""
    import webbrowser

    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False  # a browser for terminals would take this one
    try:
        return webbrowser.open(link)
    except (OSError, webbrowser.Error):
        return False
