"""The proof: read every byte of a finished file and accept an allow-list, nothing else.

It shares no code with the writer and no library that reads pictures, so that a fault in those cannot hide from it. What
it cannot see: data hidden in how the picture itself is coded, such as the low bits of pixels, the choice between two
codings of the same pixels, and the inside of coded data that it does not decode; ``docs/it/proof.md`` says what that is
for each kind of file.
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from imgvet.photo import PublicMetadata
from imgvet.proof import avif, jpeg, png, tiff, webp
from imgvet.proof.ledger import Ledger, ProofProblem, ProvenPart

__all__ = ["Proof", "ProofProblem", "ProvenPart", "prove"]

_WALKS = {
    "jpeg": jpeg.walk_jpeg,
    "png": png.walk_png,
    "webp": webp.walk_webp,
    "avif": avif.walk_avif,
    "tiff": tiff.walk_tiff,
}


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of proving one file."""

    kind: str  # "jpeg", "png", "webp", "avif", "tiff", or empty where the file is none of them
    sha256: str
    size: int  # bytes
    structures: tuple[ProvenPart, ...]  # what the file consists of, in the order it was read
    public: PublicMetadata  # the public metadata, read from its XMP
    stripped: bool = False  # which allow-list was applied: that of stripped or of published files
    orientation: int = 1  # 1 to 8, as in EXIF; not 1 only in a stripped file
    colour_profile: str | None = None  # the name of a well-known one; only in a stripped file
    problems: tuple[ProofProblem, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether every byte is accounted for by something on the allow-list."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """The proof as ``--json`` prints it; a stripped file's also has its orientation and its colour profile."""
        told: dict[str, Any] = {
            "kind": self.kind,
            "sha256": self.sha256,
            "size": self.size,
            "stripped": self.stripped,
            "proven": self.proven,
            "problems": [asdict(problem) for problem in self.problems],
            "structures": [asdict(structure) for structure in self.structures],
            "public": {
                name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self.public).items()
            },
        }
        if self.stripped:
            told |= {"orientation": self.orientation, "colour_profile": self.colour_profile}
        return told


def prove(data: bytes, *, stripped: bool = False, thorough: bool = False) -> Proof:
    """What the bytes of a finished file consist of, and everything in them that is not on the allow-list.

    A published file may carry public metadata in XMP (and a JPEG in IIM). A ``stripped`` one may not; it may have its
    orientation and a well-known colour profile instead. ``thorough`` reads the coded data of a JPEG to its last bit, so
    that nothing can be hidden after its last block; that takes about two seconds for 24 megapixels, and changes nothing
    for the other formats. It raises nothing, whatever the bytes; a file that is not JPEG, PNG, WebP, AVIF or TIFF has a
    problem.
    """
    ledger = Ledger(stripped=stripped, thorough=thorough)
    kind = _kind(data)
    if kind:
        _WALKS[kind](data, ledger)
    else:
        ledger.wrong(0, "file", "It is neither a JPEG nor a PNG, WebP, AVIF or TIFF.")
    if not ledger.problems and ledger.reached != len(data):
        ledger.wrong(ledger.reached, "file", "Bytes of it are not accounted for.")
    return Proof(
        kind=kind,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        structures=tuple(ledger.structures),
        public=_public(ledger.texts),
        stripped=stripped,
        orientation=ledger.orientation,
        colour_profile=ledger.colour_profile,
        problems=tuple(ledger.problems),
    )


def _kind(data: bytes) -> str:
    if data.startswith(png.PNG_MAGIC):
        return "png"
    if data.startswith(jpeg.SOI):
        return "jpeg"
    if data.startswith(tiff.SIGNATURES):
        return "tiff"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return "avif" if data[4:12] == b"ftypavif" else ""


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
        digital_source_type=text("Iptc4xmpExt:DigitalSourceType"),
        alt_text=text("Iptc4xmpCore:AltTextAccessibility"),
    )
