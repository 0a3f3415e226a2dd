"""Blank forms as one web page that needs nothing else, to print from any browser: a form a sheet of A4.

It has the measures and the letters of the PDF, so a form that fits there fits here.
"""

from base64 import b64encode

from imgvet.releases.forms import pdf
from imgvet.releases.forms.fonts import BOLD, REGULAR, font_file
from imgvet.releases.forms.qr import QrCode, qr_code
from imgvet.releases.forms.records import FormPile
from imgvet.templates import page_environment


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
