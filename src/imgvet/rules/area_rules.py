"""The rules on areas: what text, codes and drawn places are called, what is asked of them, how hard each bites."""

from dataclasses import dataclass

from imgvet.photo import Area, Verdict
from imgvet.profile import Profile

OFF, ASK, BLOCKED = "off", "ask", "blocked"
DRAWN = "drawn"  # the rule of areas that people drew


@dataclass(frozen=True, slots=True)
class AreaRule:
    """A rule on areas: its name in profiles, its words for people, and what a profile may make of it."""

    name: str
    words: str  # what it is, e.g. "a vehicle registration"
    may_be: str  # the same where it is only possible, e.g. "a number plate"
    why: str  # what is wrong with publishing it, to follow the words, e.g. "which leads to its keeper"
    default: Verdict = Verdict.ASK
    allowed: tuple[str, ...] = (OFF, ASK, BLOCKED)  # what a profile may set; empty: nothing
    blocked_hint: str = ""  # what to do where it blocks, if that is more than to hide it

    def reason(self, letters: str, detail: str = "", *, possible: bool = False) -> str:
        """One sentence on the area with these letters, e.g. ``Area A shows a vehicle registration.``."""
        if possible:
            return f"Area {letters} may show {self.may_be}."
        return f"Area {letters} shows {self.words}{f' ({detail})' if detail else ''}."

    def hint(self, verdict: Verdict, *, possible: bool = False) -> str:
        """The one thing to do next, under the verdict that the rule has."""
        if verdict is Verdict.BLOCKED:
            return (
                f"{self.blocked_hint or 'Hide it (redact)'}, or decide misread with a reason if it is something else."
            )
        if possible:
            return f"Look at it: if it is {self.may_be}, hide it (redact); if not, decide misread."
        return f"Hide it (redact), or decide fine with a reason if it may be seen. It matters because {self.why}."


_ROWS = (
    AreaRule(
        "protective-marking",
        "a protective marking",
        "a protective marking",
        "nothing that is marked may be published",
        Verdict.BLOCKED,
        blocked_hint="Leave the photo out, or hide all of the board, paper or screen",
    ),
    AreaRule(
        "police-reference",
        "a police reference",
        "a police reference",
        "it leads to a case and to the people in it",
    ),
    AreaRule(
        "personal-details",
        "personal details",
        "personal details",
        "they lead to a person",
    ),
    AreaRule(
        "vehicle-registration",
        "a vehicle registration",
        "a number plate",
        "it leads to the keeper of the vehicle",
    ),
    AreaRule(
        "address",
        "an address",
        "an address or a house number",
        "it gives away where somebody lives or where something happened",
    ),
    AreaRule(
        "name-badge",
        "a name badge",
        "a name badge",
        "it names somebody who can be seen",
    ),
    AreaRule(
        "machine-code",
        "a code that phones can read",
        "a code that phones can read",
        "it can be a ticket, a pass or a login, and anybody can read it from the picture",
    ),
    AreaRule(
        "screen-or-document",
        "a screen or a paper with much small text",
        "a screen or a paper with much small text",
        "what is on it was not written for the public",
    ),
    AreaRule(
        "burnt-in-date",
        "the date that a camera put in the picture",
        "the date that a camera put in the picture",
        "it gives away when something happened",
    ),
    AreaRule(
        DRAWN,
        "what somebody drew round",
        "what somebody drew round",
        "somebody wanted it looked at",
        allowed=(),
    ),
)

AREA_RULES: dict[str, AreaRule] = {rule.name: rule for rule in _ROWS}
"""By name. Where two rules find the same place, the one that comes first here has it."""


def area_verdicts(profile: Profile) -> dict[str, Verdict]:
    """The rules on areas that are on in a profile, with the verdict of each."""
    chosen = {name: profile.rules.get(name, str(rule.default)) for name, rule in AREA_RULES.items()}
    return {name: Verdict(verdict) for name, verdict in chosen.items() if verdict != OFF}


def area_verdict(name: str, profile: Profile) -> Verdict | None:
    """The verdict of the rule on areas with that name; None where the profile has it off, ``ask`` if it is unknown."""
    return area_verdicts(profile).get(name) if name in AREA_RULES else Verdict.ASK


def area_words(area: Area) -> str:
    """What an area shows, in a few words, e.g. ``perhaps a number plate``."""
    rule = AREA_RULES[area.rule]
    return f"perhaps {rule.may_be}" if area.possible else rule.words


def area_told(area: Area) -> str:
    """The same with what else is known of it in fixed words, e.g. ``a vehicle registration (UK registration)``."""
    return area_words(area) if area.possible or not area.detail else f"{area_words(area)} ({area.detail})"
