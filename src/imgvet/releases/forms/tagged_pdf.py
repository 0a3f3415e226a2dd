"""A PDF page that says what its parts are: headings, lists, pictures. Programs that read it aloud go by that.

reportlab draws; the tree of parts (ISO 32000-1, 14.7 and 14.8) is put beside what it draws. It has no public way to do
so, hence ``canvas._doc``; the tests read the tree back with another library.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfgen.canvas import Canvas

PAGE_WIDTH, PAGE_HEIGHT = A4  # points


@dataclass(slots=True)
class _Element:
    """One part in the tree; a part that is drawn has the number of its marked content and its page."""

    kind: str  # a standard structure type, e.g. "H1"
    alt: str = ""
    number: int | None = None  # of its marked content on the page, from 0
    page: Any = None
    inside: list["_Element"] = field(default_factory=list)
    made: Any = None  # the dictionary that represents it in the file


class TaggedPages:
    """A PDF in the making, page after page. The same calls make the same bytes."""

    def __init__(self, title: str, author: str, language: str) -> None:
        self._out = io.BytesIO()
        self.canvas = Canvas(self._out, pagesize=A4, pdfVersion=(1, 7), pageCompression=1, invariant=1, lang=language)
        self.canvas.setTitle(title)
        self.canvas.setAuthor(author)
        self.canvas.setSubject("")
        self.canvas.setCreator("imgvet")
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self._document = _Element("Document")
        self._open = [self._document]
        self._pages: list[list[_Element]] = [[]]  # of each page, what is drawn there, by number

    @contextmanager
    def group(self, kind: str) -> Iterator[None]:
        """What is drawn in the meantime is inside one part of that kind."""
        self._open.append(self._add(_Element(kind)))
        yield
        self._open.pop()

    @contextmanager
    def part(self, kind: str, alt: str = "") -> Iterator[None]:
        """What is drawn in the meantime is one part of that kind; ``alt`` says it in words where it is a picture."""
        here = self._pages[-1]
        element = self._add(_Element(kind, alt, len(here), self.canvas._doc.thisPageRef()))
        here.append(element)
        self.canvas.addLiteral(f"/{kind} <</MCID {element.number}>> BDC")
        yield
        self.canvas.addLiteral("EMC")

    @contextmanager
    def decoration(self) -> Iterator[None]:
        """What is drawn in the meantime says nothing: lines, frames, page numbers."""
        self.canvas.addLiteral("/Artifact BMC")
        yield
        self.canvas.addLiteral("EMC")

    def end_page(self) -> None:
        """Start the next page."""
        self.canvas.showPage()
        page = self.canvas._doc.Pages.pages[-1]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents = len(self._pages) - 1
        page.Tabs = PDFName("S")  # in the order of the tree
        self._pages.append([])

    def finished(self) -> bytes:
        """The whole file. Nothing can be drawn afterwards."""
        document = self.canvas._doc
        root = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        root_reference = document.Reference(root)
        root["K"] = self._made(self._document, root_reference)
        numbers: list[Any] = []
        for page, drawn in enumerate(self._pages[:-1]):
            numbers += [page, document.Reference(PDFArray([element.made for element in drawn]))]
        root["ParentTree"] = document.Reference(PDFDictionary({"Nums": PDFArray(numbers)}))
        root["ParentTreeNextKey"] = len(self._pages) - 1
        document.Catalog.StructTreeRoot = root
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        self.canvas.save()
        return self._out.getvalue()

    def _add(self, element: _Element) -> _Element:
        self._open[-1].inside.append(element)
        return element

    def _made(self, element: _Element, parent: Any) -> Any:
        document = self.canvas._doc
        made = PDFDictionary({"Type": PDFName("StructElem"), "S": PDFName(element.kind), "P": parent})
        element.made = document.Reference(made)
        if element.number is None:
            made["K"] = PDFArray([self._made(each, element.made) for each in element.inside])
        else:
            made["K"], made["Pg"] = element.number, element.page
        if element.alt:
            made["Alt"] = PDFString(element.alt)
        return element.made
