"""Another label on a clean file: the very bytes that encoding with that label would have given."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.encode.encode import Label, encode_image
from imgvet.encode.relabel import relabel
from imgvet.encode.xmp_iim import app13_segment, xmp_packet
from imgvet.errors import UnprovenFile
from imgvet.photo import PublicMetadata
from imgvet.profile import Channel
from imgvet.proof.prove import prove

PIXELS = np.random.default_rng(1).integers(0, 255, (60, 90, 3)).astype(np.uint8)
words = st.text(st.characters(exclude_categories=["C"], exclude_characters="\u2028\u2029"), max_size=60).map(
    lambda text: " ".join(text.split())
)


def label(public: PublicMetadata) -> Label:
    return Label(xmp_packet(public), app13_segment(public))


@given(words, words, st.lists(words.filter(bool), max_size=4), st.booleans(), st.booleans())
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


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"no picture at all", b"\x89PNG\r\n\x1a\n\0\0\1\0IHDR"]
)
def test_what_is_no_file_of_imgvets_is_refused(data: bytes) -> None:
    """Nothing is guessed about bytes that imgvet did not write."""
    with pytest.raises(UnprovenFile):
        relabel(data, label(PublicMetadata(title="A")))
