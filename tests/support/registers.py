"""Registers of tests, in a file or on a server: what is looked at and altered behind imgvet's back."""

from pathlib import Path

from imgvet.database.addresses import ServerAddress
from imgvet.releases.register import Register
from imgvet.releases.scans import scans_folder
from support.servers import say


def file_of(register: Register) -> Path:
    """The file of a register that is in one."""
    assert isinstance(register.address, Path)
    return register.address


def scans_of(register: Register) -> list[str]:
    """The names of the scans that are kept."""
    if isinstance(register.address, ServerAddress):
        return [name for (name,) in say(register.address, "SELECT name FROM imgvet.scans ORDER BY name")]
    folder = scans_folder(register.address)
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def alter_scan(register: Register, name: str, content: bytes | None) -> None:
    """Put other bytes in the place of a scan; None: remove it."""
    if isinstance(register.address, ServerAddress):
        if content is None:
            say(register.address, "DELETE FROM imgvet.scans WHERE name = %s", name)
        else:
            say(register.address, "UPDATE imgvet.scans SET content = %s WHERE name = %s", content, name)
    elif content is None:
        (scans_folder(register.address) / name).unlink()
    else:
        (scans_folder(register.address) / name).write_bytes(content)
