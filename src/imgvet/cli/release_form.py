"""``imgvet release form``: blank release forms to print."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imgvet.cli.arguments import RegisterOption, date_option
from imgvet.cli.console import print_note
from imgvet.cli.register import register_opened
from imgvet.errors import ImgvetError, UsageError
from imgvet.named_files import is_named
from imgvet.releases.forms.records import MAX_FORMS
from imgvet.storage_errors import storage_words
from imgvet.text import visible

if TYPE_CHECKING:
    from imgvet.database.addresses import Address
    from imgvet.profile import Profile
    from imgvet.releases.forms.pile import PileOrder
    from imgvet.releases.forms.records import FormPile, FormText


def form(
    event: Annotated[
        str, typer.Option(metavar="TEXT", help="What happens, as people will read it.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write: .pdf, or .html.", show_default=False)],
    day: Annotated[date | None, date_option("--date", "The day of the photos, e.g. 14/06/2026.")] = None,
    first: Annotated[date | None, date_option("--from", "The first day of several.")] = None,
    last: Annotated[date | None, date_option("--until", "The last day of several.")] = None,
    channels: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Channels to ask for, e.g. flickr,web. Default: all.", show_default=False),
    ] = None,
    count: Annotated[
        int,
        typer.Option(
            metavar="NUMBER", min=1, max=MAX_FORMS, help="How many of each kind. Each form has its own number."
        ),
    ] = 1,
    adult: Annotated[bool, typer.Option("--adult", help="Only forms for adults.")] = False,
    child: Annotated[bool, typer.Option("--child", help="Only forms for children. Default: both kinds.")] = False,
    profile: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="Whose forms. Default: imgvet.toml, else general.", show_default=False),
    ] = None,
    register: RegisterOption = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="Your name, for the record.", show_default=False)] = "",
    language: Annotated[str, typer.Option(metavar="CODE", help="The language of the forms.")] = "en",
) -> None:
    """Print blank release forms, each with its own number as text and as QR code."""
    from imgvet.profile import load_profile
    from imgvet.releases.forms.build import build_forms, pile_texts
    from imgvet.releases.forms.pile import PileOrder, kinds_of_forms

    as_page = _checked_suffix(out)
    days = _days(day, first, last)
    loaded, _ = load_profile(profile)
    asked = None if channels is None else tuple(channels.split(","))
    kinds = kinds_of_forms(adult=adult, child=child)
    order = PileOrder(loaded, event, *days, channels=asked, count=count, kinds=kinds, language=language)
    texts = pile_texts(order)
    _check_fit(texts, as_page=as_page)
    _check_writable(out)
    references = _reserved(register, order, by)
    pile = build_forms(texts, references)
    _write(out, pile, references, as_page=as_page)
    _say_written(out, pile)
    _say_gaps(loaded)
    if as_page:
        _say_strange(texts)


def _checked_suffix(out: Path) -> bool:
    """Whether the file is to be a web page.

    Raises:
        UsageError: its kind is unclear, or it is there already.
    """
    suffix = out.suffix.lower()
    if suffix not in {".pdf", ".html", ".htm"}:
        raise UsageError(f"'{out}' ends in neither .pdf nor .html.", "Name the file so, e.g. --out forms.pdf.")
    if is_named(out):
        raise UsageError(
            f"'{out}' is there already.",
            "Name another file, because forms from this one may already have been handed out.",
        )
    return suffix != ".pdf"


def _days(day: date | None, first: date | None, last: date | None) -> tuple[date | None, date | None]:
    if day and (first or last):
        raise UsageError("--date is for one day, --from and --until are for several.", "Give one or the other.")
    if last and not first:
        raise UsageError("--until is given without --from.", "Give both, or --date for one day.")
    if first and last and last < first:
        raise UsageError("--until is before --from.", "Give the first day with --from and the last with --until.")
    return (day, day) if day else (first, last)


def _check_fit(texts: "tuple[FormText, ...]", *, as_page: bool) -> None:
    """Say before a number is given away that a form cannot be printed."""
    from imgvet.releases.forms.pdf import check_printable, fitting_style

    for text in texts:
        if as_page:
            fitting_style(text)
        else:
            check_printable(text)


def _check_writable(out: Path) -> None:
    from imgvet.atomic_files import write_temporary

    try:
        write_temporary(out, b"").unlink()
    except OSError as problem:
        reason, hint = storage_words(problem, called=f"'{out}'")
        raise UsageError(f"{reason} No number was used up.", f"{hint} Or name another file with --out.") from None


def _reserved(register: "Address | None", order: "PileOrder", by: str) -> list[str]:
    from imgvet.releases.forms.pile import reserved_numbers

    with register_opened(register, make=True) as opened:
        return reserved_numbers(opened.address, order, by)


def _write(out: Path, pile: "FormPile", references: list[str], *, as_page: bool) -> None:
    """Write the pile whole, or say which numbers are lost."""
    from imgvet.atomic_files import write_atomic
    from imgvet.releases.forms.build import write_forms_html
    from imgvet.releases.forms.pdf import write_forms_pdf

    try:
        write_atomic(out, write_forms_html(pile) if as_page else write_forms_pdf(pile))
    except OSError as problem:
        reason = storage_words(problem, called=f"'{out}'")[0]
        raise ImgvetError(
            f"{reason} {_span(references)} will not be used again; no form has them.",
            "Check the disk, then run the same command again: the forms get the next numbers.",
        ) from None


def _say_written(out: Path, pile: "FormPile") -> None:
    for text in pile.texts:
        references = [form.reference for form in pile.forms if form.text == text]
        forms = "form" if len(references) == 1 else "forms"
        print_note(f"{len(references)} {text.kind} {forms}: {_span(references)}.")
    print_note(f"Wrote {visible(str(out))}. Print it on A4 at full size, on one side.")


def _say_gaps(profile: "Profile") -> None:
    """What the forms would be better for, and where it is set."""
    if not profile.releases.withdraw_to.strip() and not profile.organisation.press_office.strip():
        print_note(
            "The profile names no press office, so the forms send people to the website. To change this, set "
            "releases.withdraw_to."
        )
    if not profile.releases.privacy_notice:
        print_note(
            "The profile names no privacy notice, so the forms do not link to one. To add it, set "
            "releases.privacy_notice."
        )


def _say_strange(texts: "tuple[FormText, ...]") -> None:
    """Which letters a web page does not bring along, so that somebody looks at them."""
    from imgvet.releases.forms.fonts import missing_letters

    strange = missing_letters(words for text in texts for words in text.words())
    if strange:
        letters = " ".join(map(visible, strange))
        print_note(f"Look at the page before you print it. These letters use the computer's own fonts: {letters}")


def _span(references: list[str]) -> str:
    return references[0] if len(references) == 1 else f"{references[0]} to {references[-1]}"
