"""Sidecars read: strangers' bytes, as any photo's, so only in confined workers and within limits."""

from collections.abc import Iterator
from pathlib import Path

from imgvet.inspection.findings import FileFinding, UnreadRegion
from imgvet.inspection.xmp import inspect_xmp
from imgvet.named_files import UnfitFile, read_regular

_LARGEST_SIDECAR = 8 * 1024**2  # bytes


def read_sidecar(path: Path) -> Iterator[FileFinding]:
    """Everything in an XMP file beside a photo; one that cannot be read has a sentence that says so."""
    try:
        data = read_regular(path, _LARGEST_SIDECAR)
    except UnfitFile as problem:
        yield UnreadRegion(f"The sidecar {problem.what}.")
        return
    yield from inspect_xmp(data, "sidecar")
