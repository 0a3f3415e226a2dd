"""Arguments and options that several commands have."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer


def day_typed(text: str) -> date:
    """The day that somebody typed, e.g. 2026-06-14 or 14/06/2026.

    Raises:
        TableError: it is none.
    """
    from imgvet.tables import as_date

    return as_date(text)


Redact = Literal["none", "unreleased", "all"]
ProofMarksChoice = Literal["none", "tile", "diagonal"]

PhotoArguments = Annotated[list[Path], typer.Argument(metavar="PHOTO", help="Photos to look at.", show_default=False)]
BatchArgument = Annotated[Path, typer.Argument(metavar="BATCH", help="The folder that `imgvet batch` wrote.")]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE", help="House rules: a profile's name, or a .toml file. Default: imgvet.toml, else general."
    ),
]
ChannelOption = Annotated[
    str, typer.Option(metavar="NAME", help="Where the photos go: flickr, x, facebook, bluesky, web.")
]
RedactOption = Annotated[Redact, typer.Option(help="Hide faces: all of them, or those that nobody has answered for.")]
ProofMarksOption = Annotated[
    ProofMarksChoice,
    typer.Option(
        help="For previews: the copyright text all over each picture, in rows or along the diagonal; it may cross "
        "faces. Run again without it for the files to publish."
    ),
]
DateOption = Annotated[
    datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="When it happened.")
]
LinkOption = Annotated[str, typer.Option(metavar="URL", help="The page that the description links back to.")]
DeclareOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Declare the profile's statements true, in your name.")
]
WorkersOption = Annotated[
    int | None, typer.Option(min=1, max=256, help="Processes at work at once. Default: one a core.", show_default=False)
]
RegisterOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The register of release forms. Default: what IMGVET_REGISTER names, else your own.",
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="JSON Lines on stdout, one object a photo; words go to stderr.")
]
