"""What the fuzzer runs holds for every seed, whole, cut short and with one byte changed; and for all it ever found."""

import numpy as np
import pytest

from fuzz.findings import FINDINGS
from fuzz.targets import TARGETS
from leaks.cases import ALL

pytestmark = pytest.mark.slow

SEEDS = {leak.id: leak.build("SEED-MARKER-ZORA") for leak in ALL}


@pytest.mark.parametrize("target", TARGETS)
def test_every_seed_is_borne(target: str) -> None:
    """No reader raises, on whole files of every carrier and on what is left of them."""
    rng = np.random.default_rng(1)
    for data in SEEDS.values():
        at = int(rng.integers(len(data)))
        for variant in (data, data[:at], data[:at] + bytes([int(rng.integers(256))]) + data[at + 1 :]):
            TARGETS[target](variant)


def test_what_was_found_stays_mended() -> None:
    """Inputs on which a target once failed; each names a target that there is."""
    assert {finding.target for finding in FINDINGS} <= set(TARGETS)
    for finding in FINDINGS:
        TARGETS[finding.target](finding.data)
