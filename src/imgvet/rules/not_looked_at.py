"""What imgvet does not look at in a photo, so that a yes says it. Whatever imgvet learns leaves this table."""

from typing import NamedTuple


class NotLookedAt(NamedTuple):
    """One thing that imgvet cannot see for itself."""

    verb: str  # what imgvet cannot do with it
    what: str


NOT_LOOKED_AT: tuple[NotLookedAt, ...] = (
    NotLookedAt("tell", "a child"),
    NotLookedAt("read", "signs"),
    NotLookedAt("read", "number plates"),
    NotLookedAt("read", "screens"),
    NotLookedAt("read", "papers"),
)


def not_looked_at_sentence() -> str:
    """What somebody must look for themselves, in one line; empty once there is nothing left."""
    if not NOT_LOOKED_AT:
        return ""
    verbs = dict.fromkeys(each.verb for each in NOT_LOOKED_AT)
    parts = [f"{verb} {_or([each.what for each in NOT_LOOKED_AT if each.verb == verb])}" for verb in verbs]
    return f"imgvet cannot {', or '.join(parts)}: look for them now."


def _or(words: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
