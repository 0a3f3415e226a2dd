"""The smallest EXIF block there is: which way up the picture is to be shown, and nothing else."""


def orientation_block(orientation: int) -> bytes:
    """A TIFF structure of 26 bytes with the one tag 0x0112; nothing for 1, which needs no word.

    Layout: TIFF 6.0, section 2: big-endian, one directory at offset 8, no next one. ``orientation`` is 1 to 8
    (CIPA DC-008, tag 0x0112).
    """
    if orientation == 1:
        return b""
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + bytes(6)
