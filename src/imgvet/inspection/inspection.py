"""What was found in one file, as plain data that crosses from the worker that read it."""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from imgvet.capture_order import CaptureFacts
from imgvet.decisions import NO_WORDS, Words
from imgvet.inspection.findings import GROUPS, PrivateItem
from imgvet.inspection.rights import file_claims
from imgvet.inspection.summaries import claim_sentences, summary, what_matters
from imgvet.photo import FileClaims


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result of inspecting one file."""

    kind: str  # as it was given
    items: tuple[PrivateItem, ...] = ()  # in the order of GROUPS
    unread: tuple[str, ...] = ()  # a sentence for each part that could not be read
    position: tuple[float, float] | None = None  # latitude, longitude in signed decimal degrees
    alarms: tuple[str, ...] = ()  # sentences to be shown first and loudly
    warnings: tuple[str, ...] = ()  # sentences that call for a look, and do not forbid
    capture: CaptureFacts = field(default_factory=CaptureFacts)
    draft: Words = NO_WORDS  # what the file says of itself, for those who may accept it

    @property
    def groups(self) -> tuple[str, ...]:
        """Ids of the groups that have an item, in the order of GROUPS."""
        present = {item.group for item in self.items}
        return tuple(group for group in GROUPS if group in present)

    @property
    def claims(self) -> FileClaims:
        """What the file says of its rights and its making."""
        return file_claims(self.items)

    def sentences(self) -> list[str]:
        """One plain sentence for each group, for people who are not photographers, and what it says of its rights."""
        told = [
            summary(group, [item for item in self.items if item.group == group], self.position, self.capture.captured)
            for group in self.groups
        ]
        return [*told, *claim_sentences(self.claims)]

    def what_matters(self, public: Container[str] = ()) -> list[str]:
        """The few things an officer needs to know, a short line each; ``public``: what the published file says."""
        return what_matters(self.items, self.position, self.capture.captured, public)

    def as_json(self) -> dict[str, Any]:
        """The inspection as ``--json`` prints it."""
        claims = self.claims
        return {
            "kind": self.kind,
            "alarms": list(self.alarms),
            "warnings": list(self.warnings),
            "groups": list(self.groups),
            "position": list(self.position) if self.position else None,
            "taken": self.capture.captured or None,
            "rights": [{"what": str(each.role), "text": each.text, "where": each.where} for each in claims.rights],
            "rejected": claims.rejected,
            "made_by_ai": claims.made_by_ai,
            "spherical": claims.spherical,
            "items": [
                {
                    "group": item.group,
                    "name": item.name,
                    "value": item.value,
                    "where": item.where,
                    "offset": item.offset,
                }
                for item in self.items
            ],
            "sentences": self.sentences(),
            "unread": list(self.unread),
        }
