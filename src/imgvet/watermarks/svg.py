"""SVG logos: shapes and plain colours only. What is checked here is written again, and only that is ever drawn.

Nothing in an SVG is fetched, run or looked up in the system: pictures, links, scripts, texts, filters and patterns are
refused, each with the reason. What other programs keep in their own namespaces is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree.ElementTree import Element, TreeBuilder, tostring

import numpy as np
import resvg_py
from PIL import Image

from imgvet.pixels import Pixels
from imgvet.safe_xml import UnsafeXml, XmlHandler, read_xml

MAX_SVG_BYTES = 1024**2  # bytes
_MAX_SHAPES = 5000  # elements, each counted as often as it is drawn
_LONGEST = 20.0  # times as wide as high, or as high as wide
_LARGEST = 100_000.0  # of any number; NOTE: numbers near a float's end make the library that draws hang
_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_SHAPES = frozenset({
    "g", "defs", "symbol", "use", "switch", "style", "clipPath", "mask", "linearGradient", "radialGradient",
    "stop", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
})  # fmt: skip
_SAY_NOTHING = frozenset({"title", "desc", "metadata", "view"})
_REASONS = {
    "text": "holds text, which would look different on every machine",
    "image": "holds a picture of its own",
    "script": "holds a script",
    "foreignObject": "contains something that is not SVG",
    "a": "holds a link",
    "svg": "holds another SVG",
}
_PIXELS_OF = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_LENGTH = re.compile(r"\s*\+?(\d{1,7}(?:\.\d{0,9})?|\.\d{1,9})\s*(px|pt|pc|mm|cm|in|)\s*")
_OUTSIDE_ADDRESS = re.compile(r"url\s*\((?!\s*[\"']?\s*#)", re.IGNORECASE)
_NO_NUMBER = re.compile(r"url\s*\([^)]*\)|#[0-9a-zA-Z]+")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_REFERENCE = re.compile(r"url\s*\(\s*[\"']?\s*#([^\"')\s]+)")
_STYLE_BODY = re.compile(r"\{([^{}]*)\}")


class UnsafeSvg(ValueError):
    """The SVG cannot be drawn, or must not be; the message continues from the file's name."""


@dataclass(frozen=True, slots=True, eq=False)
class SvgImage:
    """An SVG that was checked; compared by identity."""

    text: str  # the checked shapes, as one ``svg`` element
    width: float  # of the drawing, in its own units
    height: float

    @property
    def proportion(self) -> float:
        """The width as a part of the height."""
        return self.width / self.height

    def drawn(self, height: int) -> Pixels:
        """The drawing at that height in pixels, as (height, width, 4): red, green, blue, straight alpha.

        Raises:
            UnsafeSvg: it cannot be drawn.
        """
        across = max(1, round(self.proportion * height))
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{height}" '
            f'viewBox="0 0 {self.width} {self.height}" preserveAspectRatio="none">'
        )
        try:
            png = resvg_py.svg_to_bytes(svg_string=f"{head}{self.text}</svg>", skip_system_fonts=True)
        except BaseException as problem:
            # NOTE: a panic of the Rust library is not an Exception, and its class cannot be imported.
            if isinstance(problem, ValueError) or type(problem).__name__ == "PanicException":
                raise UnsafeSvg("cannot be drawn: a number in it is too large or too small") from problem
            raise
        with Image.open(BytesIO(png), formats=["PNG"]) as opened:
            return np.array(opened.convert("RGBA"))


def looks_like_svg(untrusted_data: bytes) -> bool:
    """Whether the file begins as a text in angle brackets does, in any encoding that XML allows."""
    return untrusted_data[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def read_svg(untrusted_data: bytes) -> SvgImage:
    """The drawing in the file, with nothing in it but shapes.

    Raises:
        UnsafeSvg: it is not an SVG, is too large, or holds what is not drawn here.
    """
    if len(untrusted_data) > MAX_SVG_BYTES:
        raise UnsafeSvg(f"has more than {MAX_SVG_BYTES // 1024} KiB")
    root = _parsed(untrusted_data)
    if root.tag != f"{_SVG}svg":
        raise UnsafeSvg("is not an SVG")
    width, height = _size(root)
    _keep_shapes(root)
    _count_shapes(root)
    root.attrib = {
        name: value for name, value in root.attrib.items() if name not in {"x", "y"}
    }  # they mean nothing here
    root.set("width", str(width))
    root.set("height", str(height))
    return SvgImage(tostring(root, encoding="unicode"), width, height)


class _Tree(XmlHandler):
    """Builds the tree of a document."""

    def __init__(self) -> None:
        self.builder = TreeBuilder()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.builder.start(_in_braces(name), {_in_braces(key): value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        self.builder.end(_in_braces(name))

    def text(self, text: str) -> None:
        self.builder.data(text)


def _parsed(untrusted_data: bytes) -> Element:
    tree = _Tree()
    try:
        read_xml(untrusted_data, tree, bare_doctype=True)
    except UnsafeXml as problem:
        raise UnsafeSvg(str(problem)) from None
    except (ValueError, LookupError) as problem:
        raise UnsafeSvg("is not a well-formed SVG") from problem
    return tree.builder.close()


def _in_braces(name: str) -> str:
    space, blank, local = name.rpartition(" ")
    return f"{{{space}}}{local}" if blank else name


# Nothing but shapes


def _keep_shapes(element: Element) -> None:
    """Leave out what is never drawn, here and below; refuse what would be drawn but must not be."""
    _check_attributes(element)
    if element.tag == f"{_SVG}style":
        _check_style_sheet(element.text or "")
    for child in list(element):
        name = child.tag.removeprefix(_SVG)
        if name in _SHAPES and child.tag.startswith(_SVG):
            _keep_shapes(child)
        elif name in _SAY_NOTHING or not child.tag.startswith(_SVG):
            element.remove(child)
        else:
            name = "text" if name in {"tspan", "textPath", "tref"} else name
            raise UnsafeSvg(f"{_REASONS.get(name, 'holds more than shapes and colours')} (<{name}>)")


def _check_attributes(element: Element) -> None:
    for name, value in list(element.attrib.items()):
        if name in {"href", f"{_XLINK}href"}:
            if not value.strip().startswith("#"):
                raise UnsafeSvg("names another file or address (href)")
        elif name.startswith(("{", "data-")):
            del element.attrib[name]
        elif name.lower().startswith("on"):
            raise UnsafeSvg(f"holds a script ({name})")
        else:
            _check_words(value)
            if name not in {"id", "class", "version"}:
                _check_numbers(value)


def _check_style_sheet(text: str) -> None:
    if "@" in text:
        raise UnsafeSvg("has a style sheet with an @ rule, which could name other files")
    _check_words(text)
    for body in _STYLE_BODY.findall(text):
        _check_numbers(body)


def _check_words(text: str) -> None:
    """Refuse words that name something outside, or could hide a name behind escapes."""
    if _OUTSIDE_ADDRESS.search(text):
        raise UnsafeSvg("names another file or address (url)")
    if "\\" in text:
        raise UnsafeSvg("has a backslash in a style or an attribute")


def _check_numbers(text: str) -> None:
    if any(abs(float(number)) > _LARGEST for number in _NUMBER.findall(_NO_NUMBER.sub(" ", text))):
        raise UnsafeSvg(f"has a number beyond {_LARGEST:,.0f}")


# How much there is to draw


def _count_shapes(root: Element) -> None:
    """Refuse a drawing in which few elements are drawn over and over, or one that refers to itself.

    What a rule of a style sheet refers to is not followed; ``try_drawings`` ends a drawing that takes too long.
    """
    named = {element.get("id", ""): element for element in root.iter()}
    known: dict[Element, int] = {}

    def shapes(element: Element, above: frozenset[Element]) -> int:
        if element in above:
            raise UnsafeSvg("refers to itself")
        if element not in known:
            referred = [named[name] for name in _references(element) if name in named]
            known[element] = 1 + sum(shapes(each, above | {element}) for each in [*element, *referred])
        return known[element]

    try:
        number = shapes(root, frozenset())
    except RecursionError:
        raise UnsafeSvg("has too many references from one part to another") from None
    if number > _MAX_SHAPES:
        raise UnsafeSvg(f"draws more than {_MAX_SHAPES} shapes")


def _references(element: Element) -> Iterator[str]:
    """The ids that an element's own attributes refer to."""
    for name, value in element.attrib.items():
        if name in {"href", f"{_XLINK}href"}:
            yield value.strip()[1:]
        else:
            yield from _REFERENCE.findall(value)


# How large it is


def _size(root: Element) -> tuple[float, float]:
    """Width and height in the drawing's own units; the larger is at most ``_LONGEST`` times the smaller."""
    frame = _frame(root)
    width, height = _length(root.get("width")), _length(root.get("height"))
    if not (width and height):
        if not frame:
            raise UnsafeSvg("does not give its size (viewBox, or width and height)")
        width, height = frame
    if not all(1 <= side <= _LARGEST for side in (width, height, *(frame or ()))):
        raise UnsafeSvg(f"is smaller than 1 or larger than {_LARGEST:,.0f} of its own units")
    if not 1 / _LONGEST <= width / height <= _LONGEST:
        raise UnsafeSvg(f"is more than {_LONGEST:g} times as long one way as the other")
    return width, height


def _frame(root: Element) -> tuple[float, float] | None:
    """Width and height of the view box; None where there is none, or it is empty."""
    parts = [_length(part.lstrip("-")) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip())]
    if len(parts) != len("xywh") or not (parts[2] and parts[3]):
        return None
    return parts[2], parts[3]


def _length(text: str | None) -> float | None:
    """Pixels of a length as it is written in SVG; None for a share, and for what is not a length."""
    found = _LENGTH.fullmatch(text or "")
    return float(found[1]) * _PIXELS_OF[found[2]] if found else None
