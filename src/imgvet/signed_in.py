"""Who is signed in on this computer, as the operating system knows it, whatever the environment says."""

import os
import socket
import sys
from dataclasses import dataclass
from functools import cache

_LONGEST = 255  # characters


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account of the operating system, and the computer on which somebody used it."""

    account: str  # e.g. "aofficer" or "FORCE\\aofficer"; empty if the system does not say
    machine: str  # the computer's own name; empty where it has none

    def __str__(self) -> str:
        """As people read it, e.g. ``aofficer on PRESS-PC-3``."""
        return f"{self.account or 'an account unknown'} on {self.machine or 'a computer unknown'}"


def stored_account(account: str | None, machine: str | None) -> SignedIn | None:
    """Account and computer as a database has them; None where it has neither, as of entries before 0.7."""
    return None if account is None and machine is None else SignedIn(account or "", machine or "")


@cache
def signed_in() -> SignedIn:
    """The account under which this process runs, and this computer's name."""
    return SignedIn(_plain(_account()), _plain(_computer()))


def _computer() -> str:
    return socket.gethostname()


def _plain(text: str) -> str:
    """The text without bytes that are not text, and not longer than a name can be."""
    return text.encode("utf-8", "backslashreplace").decode()[:_LONGEST]


if sys.platform == "win32":

    def _account() -> str:
        """Domain and account, as the system has them of the process (GetUserNameExW, NameSamCompatible)."""
        import ctypes  # noqa: PLC0415 - other systems need none of it

        name, size = ctypes.create_unicode_buffer(_LONGEST + 1), ctypes.c_ulong(_LONGEST + 1)
        if ctypes.WinDLL("secur32").GetUserNameExW(2, name, ctypes.byref(size)):
            return name.value
        size = ctypes.c_ulong(_LONGEST + 1)
        return name.value if ctypes.WinDLL("advapi32").GetUserNameW(name, ctypes.byref(size)) else ""

else:

    def _account() -> str:
        """The name of the process's real user; its number where the system has no name of it."""
        import pwd  # noqa: PLC0415 - Windows has none

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return f"user {os.getuid()}"
