"""Inputs on which a target once failed, found by ``make fuzz`` and kept for good."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One input, and the target that it made fail."""

    name: str  # what went wrong
    target: str
    data: bytes


FINDINGS: tuple[Finding, ...] = ()
