"""What one case of the leak list is, and the words that it plants."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

STEM = "Quorvexl"  # begins every planted word; no language and no file format has it

Around = Literal["", "file name", "folder name", "time", "sidecar", "attribute"]


def no_traces(word: str) -> tuple[bytes, ...]:
    """Nothing: the word and the pattern are enough to tell it by."""
    return ()


@dataclass(frozen=True, slots=True)
class Leak:
    """One place where private data can stand."""

    id: str  # kebab-case; its first word is the format
    carrier: str  # the place, in plain words
    suffix: str  # of the file, e.g. ".jpg"
    build: Callable[[str], bytes]  # the planted word to a whole file that carries it, or the pattern, in that place
    traces: Callable[[str], tuple[bytes, ...]] = no_traces  # bytes that tell it, where word and pattern are coded
    around: Around = ""  # what beside the bytes of the file carries it
    kept_by_strip: str = ""  # why a tool that leaves pixels as they are cannot remove it
    refused: str = ""  # why a route may refuse the file; empty where a clean file must come out


def word_of(leak_id: str) -> str:
    """The word that this case alone plants: 16 letters."""
    digest = hashlib.sha256(leak_id.encode()).digest()
    return STEM + "".join(chr(ord("a") + byte % 26) for byte in digest[:8])
