"""How many examples a property is tried on: the same few in ``make test``, ten times as many in ``make chance``."""

import random
from typing import Any

from hypothesis import settings

_USUAL_EXAMPLES = 100  # the default of Hypothesis, which the profile "imgvet" keeps


def examples(count: int, **how: Any) -> settings:
    """Try a property on ``count`` examples, or on as many times more as the profile in use asks for."""
    return settings(max_examples=count * settings().max_examples // _USUAL_EXAMPLES, **how)


def seeded(seed: int) -> random.Random:
    """Chance that is the same on every run."""
    return random.Random(seed)  # noqa: S311 - nothing is kept secret
