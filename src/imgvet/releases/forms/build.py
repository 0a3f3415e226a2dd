"""From a profile and an event to a pile of blank forms, checked before a single reference is given away.

The web page needs nothing else, and has the measures and fonts of the PDF, so a form that fits there fits here.
"""

import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from imgvet.errors import UsageError
from imgvet.profile import Profile
from imgvet.releases.forms import pdf
from imgvet.releases.forms.english import english
from imgvet.releases.forms.fonts import BOLD, REGULAR, font_file
from imgvet.releases.forms.pile import PileOrder
from imgvet.releases.forms.qr import QrCode, qr_code
from imgvet.releases.forms.records import BlankForm, FormContext, FormKind, FormPile, FormText
from imgvet.templates import page_environment

LANGUAGES: dict[str, Callable[[FormKind, FormContext], FormText]] = {"en": english}


def form_context(
    profile: Profile, event: str, days: tuple[date | None, date | None], channels: Iterable[str] | None, today: date
) -> FormContext:
    """What forms say about the organisation and the event.

    Args:
        profile: the organisation's.
        event: what happens, as people will read it.
        days: first and last day on which photos are taken; a last day without a first is not accepted.
        channels: those that people are asked for; all of the profile where None.
        today: the day of printing.

    Raises:
        UsageError: the event is empty, the profile lacks what a form needs, or there is no such channel.
    """
    words = _on_one_line(event)
    if not words:
        raise UsageError("--event is empty.", "Say what happens, as people will read it on the form.")
    first, last = days
    organisation, releases = profile.organisation, profile.releases
    _check_sender(profile)
    return FormContext(
        organisation=_on_one_line(organisation.name),
        website=_on_one_line(organisation.website),
        press_office=_on_one_line(organisation.press_office),
        withdraw_to=withdraw_to(profile).rstrip("."),
        purpose=_on_one_line(releases.purpose),
        privacy_notice=releases.privacy_notice,
        valid_years=releases.valid_years,
        keep_years=releases.keep_years,
        event=words,
        first=first,
        last=last,
        year=(first or today).year,
        channels=_known_channels(profile, channels),
        where=tuple((channel, _on_one_line(text)) for channel, text in releases.where.items()),
    )


def withdraw_to(profile: Profile) -> str:
    """How people take their consent back: as the profile says, else the press office, else the website."""
    ways = (profile.releases.withdraw_to, profile.organisation.press_office, profile.organisation.website)
    return next((words for way in ways if (words := _on_one_line(way))), "")


def texts_for(kinds: Sequence[FormKind], occasion: FormContext, language: str) -> tuple[FormText, ...]:
    """The text of the forms of each kind.

    Raises:
        UsageError: there are no forms in that language, or a channel is not described.
    """
    if language not in LANGUAGES:
        raise UsageError(
            f"There are no forms in the language '{language}'.", f"Languages are {', '.join(LANGUAGES)} (--language)."
        )
    return tuple(LANGUAGES[language](kind, occasion) for kind in kinds)


def pile_texts(order: PileOrder) -> tuple[FormText, ...]:
    """The text of the forms of each kind that somebody wants to print.

    Raises:
        UsageError: as ``form_context`` and ``texts_for``.
    """
    days = (order.first, order.last)
    occasion = form_context(order.profile, order.event, days, order.channels, date.today())
    return texts_for(order.kinds, occasion, order.language)


def build_forms(texts: Sequence[FormText], references: Sequence[str]) -> FormPile:
    """A pile with as many forms of each kind as there are references for it; one kind after the other.

    Args:
        texts: one for each kind.
        references: of all forms, in the order of the pile; a multiple of the number of kinds.
    """
    each = len(references) // len(texts)
    forms = [
        BlankForm(text, reference, number, each)
        for start, text in zip(range(0, len(references), each), texts, strict=True)
        for number, reference in enumerate(references[start : start + each], 1)
    ]
    return FormPile(f"Photo release forms: {dict(texts[0].facts)['Event']}", tuple(forms))


def _check_sender(profile: Profile) -> None:
    if not profile.organisation.name.strip():
        raise UsageError(
            f"The profile '{profile.name}' names no organisation, so the form would not say who uses the photos.",
            "Set it up with `imgvet init`, or name a profile with --profile.",
        )
    if not withdraw_to(profile):
        raise UsageError(
            f"The profile '{profile.name}' does not say how people can withdraw their permission.",
            "Set releases.withdraw_to, or organisation.press_office, to an address or a phone number.",
        )


def _known_channels(profile: Profile, channels: Iterable[str] | None) -> tuple[str, ...]:
    named = list(profile.channels) if channels is None else [name for each in channels if (name := each.strip())]
    for name in named:
        if name not in profile.channels:
            raise UsageError(f"There is no channel '{name}'.", f"Channels are {', '.join(profile.channels)}.")
    if not named:
        raise UsageError("--channels names none.", f"Channels are {', '.join(profile.channels)}.")
    return tuple(dict.fromkeys(named))


def _on_one_line(text: str) -> str:
    """The text with single spaces, and each letter written in one way, so that it is found in the font."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def write_forms_html(pile: FormPile) -> bytes:
    """The pile as HTML in UTF-8, with style, letters and codes inside it and no script. The same pile, the same bytes.

    Raises:
        UsageError: a form does not fit on a page.
    """
    environment = page_environment("imgvet.releases.forms")
    template = environment.get_template("release_forms.html.j2")
    text = template.render(
        pile=pile,
        style=pdf.fitting_style,
        code=qr_code,
        outline=_outline,
        paper=pdf,
        fonts={weight: _font(font) for weight, font in ((400, REGULAR), (700, BOLD))},
    )
    return text.encode()


def _outline(code: QrCode) -> str:
    """The dark modules of a QR code as the path of an SVG, a module one unit wide."""
    return "".join(f"M{column} {row}h{length}v1h-{length}z" for column, row, length in code.bars())


def _font(font: str) -> str:
    return b64encode(font_file(font).read_bytes()).decode("ascii")
