"""Inspect against the leak list: whatever a file can hide outside its pixels, inspect names it."""

import pytest

from imgvet.formats.sniff import detect_format
from imgvet.inspection.findings import GROUPS
from leaks.cases import ALL, Leak
from leaks.leak import word_of
from support.checked_files import inspect_bytes

# What stands in the pixels alone looks like any other picture to whoever reads the file and does not decode it.
IN_THE_PIXELS = ("under-alpha", "low-bits", "low-bytes", "second-bits", "hidden-edge", "hidden-tile", "heic-grid")
HARMLESS = ("other", "colour")

IN_THE_FILE = [leak for leak in ALL if not leak.around]
NAMED = [leak for leak in IN_THE_FILE if not any(place in leak.id for place in IN_THE_PIXELS)]


@pytest.mark.parametrize("leak", NAMED, ids=lambda leak: leak.id)
def test_every_carrier_in_the_file_is_named(leak: Leak) -> None:
    """The planted word is shown, or something is told apart as private or unknown, with its place."""
    word = word_of(leak.id)
    data = leak.build(word)
    report = inspect_bytes(data, detect_format(data))
    shown = [item for item in report.items if word in item.value + item.name]
    apart = [item for item in report.items if item.group not in HARMLESS]
    assert shown or apart, [(item.group, item.name, item.value) for item in report.items]
    assert all(item.group in GROUPS and item.where for item in shown + apart)


@pytest.mark.parametrize("leak", IN_THE_FILE, ids=lambda leak: leak.id)
def test_the_fast_reading_names_the_same_groups(leak: Leak) -> None:
    """A batch reads without details; it must not miss a group for that, beside what only words in a maker note tell."""
    data = leak.build(word_of(leak.id))
    kind = detect_format(data)
    fast, full = (set(inspect_bytes(data, kind, details=details).groups) for details in (False, True))
    assert full - fast <= {"other"}


def test_the_words_of_the_leak_list_are_shown_nearly_everywhere() -> None:
    """Of the carriers outside the pixels, more than nine in ten show the planted word itself."""
    shown = 0
    for leak in NAMED:
        word = word_of(leak.id)
        data = leak.build(word)
        shown += any(word in item.value + item.name for item in inspect_bytes(data, detect_format(data)).items)
    assert shown >= 0.9 * len(NAMED)
