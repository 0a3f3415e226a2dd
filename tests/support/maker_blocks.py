"""Makers' own blocks in JPEG segments, written byte by byte as cameras and programs lay them out."""

import struct
from collections.abc import Mapping, Sequence


def segment(marker: int, payload: bytes) -> bytes:
    """One JPEG segment."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def fixed(size: int, texts: Mapping[int, bytes]) -> bytes:
    """A block of that many bytes with those texts at their places."""
    block = bytearray(size)
    for place, text in texts.items():
        block[place : place + len(text)] = text
    return bytes(block)


# --- FLIR


def flir(records: Sequence[tuple[int, bytes]], order: str = ">", piece: int = 60_000) -> bytes:
    """A thermal picture with those records (kind, content), in as many segments as it takes."""
    start = 64 + 32 * len(records)
    table, body = b"", b""
    for kind, content in records:
        table += struct.pack(f"{order}HHIIII12x", kind, 0, 100, 0, start + len(body), len(content))
        body += content
    head = b"FFF\0" + b"CAMCTRL".ljust(16, b"\0") + struct.pack(f"{order}III", 100, 64, len(records))
    whole = head.ljust(64, b"\0") + table + body
    parts = [whole[at : at + piece] for at in range(0, len(whole), piece)]
    return b"".join(
        segment(0xE1, b"FLIR\0\1" + bytes([number, len(parts) - 1]) + part) for number, part in enumerate(parts)
    )


def flir_camera(serial: str, lens: str = "", seconds: int = 0) -> bytes:
    """A record of the camera (kind 0x20)."""
    texts = {0: b"\2\0", 212: b"FLIR T640", 260: serial.encode(), 416: lens.encode()}
    return fixed(1200, {**texts, 900: struct.pack("<I", seconds)})


def flir_position(latitude: float, longitude: float, sides: bytes = b"N\0W\0") -> bytes:
    """A record of the position (kind 0x2B)."""
    return fixed(180, {0: b"\1\0\0\0\2\2\0\0" + sides, 16: struct.pack("<dd", latitude, longitude)})


# --- CIFF


def ciff(entries: Mapping[int, bytes], order: str = "<") -> bytes:
    """Canon's block in APP0: a heap in a heap, whose texts are those entries (tag, value)."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}I", 26) + b"HEAPJPGM" + bytes(12)
    inner = _heap(entries, order)
    return segment(0xE0, head + _heap({0x300A: inner}, order))


def _heap(entries: Mapping[int, bytes], order: str) -> bytes:
    body, table = b"", b""
    for tag, value in entries.items():
        if tag & 0x4000:
            table += struct.pack(f"{order}H", tag) + value.ljust(8, b"\0")
        else:
            table += struct.pack(f"{order}HII", tag, len(value), len(body))
            body += value
    return body + struct.pack(f"{order}H", len(entries)) + table + struct.pack(f"{order}I", len(body))


# --- others


def ducky(comment: str = "", notice: str = "") -> bytes:
    """Photoshop's block of a picture saved for the web (APP12)."""
    body = struct.pack(">HHI", 1, 4, 60)
    for number, text in ((2, comment), (3, notice)):
        wide = text.encode("utf-16-be")
        body += struct.pack(">HHI", number, 4 + len(wide), len(text)) + wide if text else b""
    return segment(0xEC, b"Ducky" + body + b"\0\0")


def jukebox(fields: Mapping[str, str]) -> bytes:
    """Media Jukebox's block (APP9)."""
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return segment(0xE9, b"Media Jukebox\0\1\0\0\0\0\0\0\0" + f"<MJMD>{inside}</MJMD>".encode())


def infiray(serial: str, visible: str = "") -> bytes:
    """InfiRay's segments: the version, thermal values, and the sensors."""
    sensors = fixed(768, {0: b"IRay", 64: b"T2S+", 192: serial.encode(), 576: visible.encode()})
    version = fixed(128, {0: b"\1\0\0\0IJPEG\0"})
    return segment(0xE2, version) + segment(0xE3, bytes(range(256)) * 4) + segment(0xE9, sensors)
