"""Another label on a clean file: the very bytes that encoding with that label would have given."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imgvet.encode.encode import Label, encode_image, relabel
from imgvet.encode.public_metadata import (
    KEYWORD_BYTES,
    TITLE_BYTES,
    app13_segment,
    cut_to_bytes,
    one_line,
    public_metadata,
    xmp_packet,
)
from imgvet.errors import UnprovenFile
from imgvet.photo import Event, PublicMetadata
from imgvet.profile import Channel, parse_profile
from imgvet.proof.prove import prove
from imgvet.settings import Settings

PIXELS = np.random.default_rng(1).integers(0, 255, (60, 90, 3)).astype(np.uint8)
TOO_LONG = "0" + "𐀀" * 16  # letters of four bytes, 65 in all, where a title takes 64


def within(most: int) -> st.SearchStrategy[str]:
    """Words as public metadata has them: on one line, in at most that many bytes."""
    return st.text(max_size=60).map(lambda text: cut_to_bytes(one_line(text), most))


def label(public: PublicMetadata) -> Label:
    return Label(xmp_packet(public), app13_segment(public))


@given(
    within(TITLE_BYTES),
    within(TITLE_BYTES),
    st.lists(within(KEYWORD_BYTES).filter(bool), max_size=4),
    st.booleans(),
    st.booleans(),
)
@example(first=cut_to_bytes(TOO_LONG, TITLE_BYTES), second="", keywords=[], as_png=False, see_through=False)
@example(first="", second=cut_to_bytes(TOO_LONG, TITLE_BYTES), keywords=[], as_png=True, see_through=False)
def test_it_is_what_encoding_would_have_given(
    first: str, second: str, keywords: list[str], as_png: bool, see_through: bool
) -> None:
    """For any two labels, JPEG and PNG, with and without transparency; and it is proven with the new words."""
    alpha = np.full(PIXELS.shape[:2], 9, np.uint8) if see_through else None
    one = PublicMetadata(title=first, keywords=tuple(keywords))
    other = PublicMetadata(title=second, description=first, copyright_notice="© A")
    before = encode_image(PIXELS, alpha, as_png, Channel(), label(one)).data
    after = encode_image(PIXELS, alpha, as_png, Channel(), label(other)).data
    assert relabel(before, label(other)) == after
    assert relabel(after, label(one)) == before
    proof = prove(relabel(before, label(other)))
    assert proof.proven, proof.problems
    assert proof.public == other


def test_a_title_that_was_too_long_is_relabelled_too() -> None:
    """An event of 65 bytes, cut where its title is made, within a letter."""
    settings = Settings(parse_profile("metadata.title = '{event}'", "test"), Event(TOO_LONG))
    one, other = public_metadata(settings, 1), public_metadata(replace(settings, event=Event("Open Day")), 1)
    assert len(one.title.encode()) <= TITLE_BYTES < len(TOO_LONG.encode())
    before = encode_image(PIXELS, None, as_png=False, channel=Channel(), label=label(one)).data
    after = encode_image(PIXELS, None, as_png=False, channel=Channel(), label=label(other)).data
    assert relabel(before, label(other)) == after
    assert relabel(after, label(one)) == before
    proof = prove(before)
    assert proof.proven, proof.problems
    assert proof.public == one


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"no picture at all", b"\x89PNG\r\n\x1a\n\0\0\1\0IHDR"]
)
def test_what_is_no_file_of_imgvets_is_refused(data: bytes) -> None:
    """Nothing is guessed about bytes that imgvet did not write."""
    with pytest.raises(UnprovenFile):
        relabel(data, label(PublicMetadata(title="A")))
