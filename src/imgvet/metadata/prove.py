"""The proof: reads every byte of a finished file and accepts an allow-list, nothing else.

It shares no code with the writer and no library that reads pictures, so that a fault in those cannot hide from it.
What it cannot tell: data that is hidden in how the picture itself is coded, such as the low bits of pixels, the choice
between two codings of the same pixels, and (see ``proof/jpeg.py``) bits after the last block of a JPEG scan.
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from imgvet.metadata.proof import jpeg, png
from imgvet.metadata.proof.ledger import Ledger, Problem, Structure
from imgvet.photo import PublicMetadata

__all__ = ["Problem", "Proof", "Structure", "prove"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What one reading of one file showed."""

    kind: str  # "jpeg", "png", or empty where the file is neither
    sha256: str
    size: int  # bytes
    structures: tuple[Structure, ...]  # what the file is made of, in the order it was read
    public: PublicMetadata  # what the file says of itself, read from its XMP
    problems: tuple[Problem, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether every byte is accounted for by something on the allow-list."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """The proof as ``--json`` prints it."""
        return {
            "kind": self.kind,
            "sha256": self.sha256,
            "size": self.size,
            "proven": self.proven,
            "problems": [asdict(problem) for problem in self.problems],
            "structures": [asdict(structure) for structure in self.structures],
            "public": {
                name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self.public).items()
            },
        }


def prove(data: bytes) -> Proof:
    """What the bytes of a finished file are made of, and everything in them that is not on the allow-list.

    It raises nothing, whatever the bytes; a file that is neither JPEG nor PNG has a problem.
    """
    ledger = Ledger()
    kind = _kind(data)
    texts: dict[str, tuple[str, ...]] = {}
    if kind:
        texts = jpeg.walk(data, ledger) if kind == "jpeg" else png.walk(data, ledger)
    else:
        ledger.wrong(0, "file", "It is neither a JPEG nor a PNG.")
    if not ledger.problems and ledger.reached != len(data):
        ledger.wrong(ledger.reached, "file", "Bytes of it are not accounted for.")
    return Proof(
        kind=kind,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        structures=tuple(ledger.structures),
        public=_public(texts),
        problems=tuple(ledger.problems),
    )


def _kind(data: bytes) -> str:
    if data.startswith(png.SIGNATURE):
        return "png"
    return "jpeg" if data.startswith(jpeg.START) else ""


def _public(texts: dict[str, tuple[str, ...]]) -> PublicMetadata:
    def text(name: str) -> str:
        return ", ".join(texts.get(name, ()))

    return PublicMetadata(
        title=text("dc:title"),
        headline=text("photoshop:Headline"),
        description=text("dc:description"),
        keywords=texts.get("dc:subject", ()),
        creator=text("dc:creator"),
        credit_line=text("photoshop:Credit"),
        copyright_notice=text("dc:rights"),
        usage_terms=text("xmpRights:UsageTerms"),
        web_statement=text("xmpRights:WebStatement"),
        event_name=text("Iptc4xmpExt:Event"),
        alt_text=text("Iptc4xmpCore:AltTextAccessibility"),
    )
