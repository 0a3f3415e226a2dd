"""XML from strangers, read as a stream within bounds; what could declare entities is refused before it can act.

Nothing is fetched. Names come as ``namespace local``, with a space between; a name without a namespace is itself.
"""

from xml.parsers import expat

_MAX_DEPTH = 64  # elements in each other


class XmlError(ValueError):
    """The text is not well-formed XML; the message says where and why."""


class UnsafeXml(XmlError):
    """The text holds what no honest file of its kind does; the message continues from "it"."""


class XmlHandler:
    """What is done with the parts of a document, in their order; each does nothing here."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text between two tags, in one piece."""

    def comment(self, text: str) -> None:
        """A comment."""

    def instruction(self, target: str, text: str) -> None:
        """A processing instruction."""

    def namespace(self, prefix: str | None, address: str) -> None:
        """A namespace is declared."""


def read_xml(untrusted_data: bytes, handler: XmlHandler, *, bare_doctype: bool = False) -> None:
    """Hand every part of the document to the handler; what precedes a fault has been handed on by then.

    A document type is refused; with ``bare_doctype``, only one that declares something of its own.

    Raises:
        UnsafeXml: it has a document type, or is nested more than 64 elements deep.
        XmlError: it is not well-formed.
        ValueError, LookupError: it is in an encoding that Python does not know or cannot decode.
    """
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise UnsafeXml(f"is more than {_MAX_DEPTH} elements deep")
        handler.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(name)

    def doctype(_name: str, _system: str | None, _public: str | None, has_own: int) -> None:
        if has_own or not bare_doctype:
            raise UnsafeXml("declares entities or has a document type, as entity bombs do")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = doctype
    parser.CharacterDataHandler = handler.text
    parser.CommentHandler = handler.comment
    parser.ProcessingInstructionHandler = handler.instruction
    parser.StartNamespaceDeclHandler = handler.namespace
    try:
        parser.Parse(untrusted_data, True)  # noqa: FBT003 - expat takes no keyword
    except expat.ExpatError as problem:
        raise XmlError(f"line {problem.lineno}: {expat.ErrorString(problem.code)}") from None
