"""What is asked of coded picture data that is not decoded: that no plain text stands in it."""

from imgvet.proof.ledger import Ledger

# Plain letters in a row (a run of 72 is never missed); by chance once in 10^20 bytes of entropy-coded data.
_TEXT_RUN = 48
_TEXT_LETTERS = 12  # different ones among them: flat areas repeat few
_IS_LETTER = bytes(1 if 0x20 <= byte < 0x7F else 0 for byte in range(256))


def check_no_text(untrusted: bytes, start: int, end: int, name: str, ledger: Ledger) -> None:
    """Put down a problem where a run of letters stands between ``start`` and ``end``."""
    letters = untrusted[start:end].translate(_IS_LETTER)
    here = letters.find(b"\x01" * _TEXT_RUN)
    while here >= 0:
        if len(set(untrusted[start + here : start + here + _TEXT_RUN])) >= _TEXT_LETTERS:
            ledger.wrong(start + here, name, "Plain text stands in it.")
            return
        here = letters.find(b"\x01" * _TEXT_RUN, here + _TEXT_RUN // 2)
