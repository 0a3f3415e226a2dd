"""Reading a page back, as a person hears it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Element:
    """One element of a page with what is in it."""

    tag: str
    attributes: dict[str, str]
    inside: "list[Element | str]" = field(default_factory=list)

    def all(self, *tags: str) -> "Iterator[Element]":
        """Every element of these kinds in it, in the order of the page."""
        for each in self.inside:
            if isinstance(each, Element):
                if each.tag in tags or not tags:
                    yield each
                yield from each.all(*tags)

    @property
    def classes(self) -> list[str]:
        """Names of its styles."""
        return self.attributes.get("class", "").split()

    @property
    def spoken(self) -> str:
        """What is read aloud of it: its words and the alternative texts of its pictures."""
        if self.attributes.get("aria-hidden") == "true":
            return ""
        words = [each if isinstance(each, str) else each.spoken for each in self.inside]
        return " ".join(" ".join([self.attributes.get("alt", ""), *words]).split())


class Tree(HTMLParser):
    """Reads a page into elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = Element("document", {})
        self.path = [self.root]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.path[-1].inside.append(element)
        if tag not in {"meta", "img", "br", "col"}:
            self.path.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.path.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.path[-1].inside.append(data)
