"""Each hold of the sandbox alone: what the filter says of every call of Linux, and what the system is asked for.

The filter is run here by a small machine of its own, so that of both architectures every answer is seen; the calls of
Landlock are written down in place of a kernel. What a real kernel makes of them is in ``test_sandbox.py``.
"""

import ctypes
import errno
import math
import os
import platform
import struct
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from imgvet.workers import sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="is about Linux")

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOWED, REFUSED, NOT_THERE = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
OWN, OTHER = 1234, 1235
LINES = (Path(__file__).with_name("system_calls.txt")).read_text(encoding="ascii").splitlines()[1:]
CALLS = {name: (x86, arm) for name, x86, arm in map(str.split, LINES)}
BY_ARGUMENT = {"clone", "kill", "tgkill", "prlimit64", "ioctl"}


def number_of(name: str, machine: str) -> int | None:
    number = CALLS[name][list(ARCHITECTURES).index(machine)]
    return None if number == "-" else int(number)


@cache
def steps_of(machine: str) -> list[tuple[int, int, int, int]]:
    """The filter for that machine, step by step."""
    code = sandbox._filter_code(ARCHITECTURES[machine], list(ARCHITECTURES).index(machine), OWN)
    return list(struct.iter_unpack("=HBBI", code))


def answer(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the filter says of a call, as the kernel would run it (linux/filter.h)."""
    steps = steps_of(machine)
    words = (*arguments, *(0 for _ in range(6 - len(arguments))))
    data = struct.pack("=IIQ6Q", number, architecture or ARCHITECTURES[machine], 0, *words)
    at, held = 0, 0
    while True:
        kind, yes, no, word = steps[at]
        at += 1
        assert kind & 0x07 == 0x05 or yes == no == 0, "only jumps say how far (BPF_STMT)"
        match kind:
            case 0x20:  # BPF_LD | BPF_W | BPF_ABS
                (held,) = struct.unpack_from("=I", data, word)
            case 0x06:  # BPF_RET | BPF_K
                return int(word)
            case 0x15:  # BPF_JMP | BPF_JEQ | BPF_K
                at += yes if held == word else no
            case 0x35:  # … BPF_JGE
                at += yes if held >= word else no
            case 0x45:  # … BPF_JSET
                at += yes if held & word else no
            case _:
                pytest.fail(f"unknown step {kind:#x}")


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_every_call_of_linux_has_its_answer(machine: str) -> None:
    """Those that no decoder needs are refused, by the number that they have on this machine; no other one is."""
    special = {"clone3": NOT_THERE} | dict.fromkeys(sandbox._REFUSED, REFUSED)
    for name in CALLS:
        number = number_of(name, machine)
        if number is not None and name not in BY_ARGUMENT:
            assert answer(machine, number) == special.get(name, ALLOWED), name


def test_every_call_that_is_refused_is_one_of_linux() -> None:
    """Under the number that it has, or as one that this machine does not have."""
    for name, numbers in sandbox._REFUSED.items():
        assert numbers == tuple(-1 if each == "-" else int(each) for each in CALLS[name]), name


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_calls_that_depend_on_what_they_are_asked(machine: str) -> None:
    """Threads, but no processes; signals to itself; its own limits; a terminal, but no words put into it."""

    def said(name: str, *arguments: int) -> int:
        number = number_of(name, machine)
        assert number is not None
        return answer(machine, number, *arguments)

    thread = 0x00010000
    assert said("clone", thread | 0x3D0F00) == said("clone", thread) == ALLOWED
    assert said("clone", 0x01200011) == said("clone", 0) == said("clone", thread << 1) == REFUSED
    for name in ("kill", "tgkill"):
        assert said(name, OWN) == ALLOWED
        assert {said(name, other, OWN) for other in (OTHER, 0, 1, 2**32 - 1)} == {REFUSED}
    assert said("prlimit64", 0) == said("prlimit64", OWN) == ALLOWED
    assert {said("prlimit64", other, OWN) for other in (OTHER, 1, OWN - 1)} == {REFUSED}
    assert {said("ioctl", 0, 0x5412), said("ioctl", 0, 0x541C)} == {REFUSED}
    assert {said("ioctl", *words) for words in ((0x5412, 0), (0, 0x5401), (0, 0x5413), (0, 0x541D))} == {ALLOWED}


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_calls_in_the_dress_of_another_machine_are_refused(machine: str) -> None:
    """32-bit calls and those of x32 have other numbers, and none of them is looked up."""
    read = number_of("read", machine)
    assert read is not None
    assert answer(machine, read) == ALLOWED
    for other in (0x40000003, 0x40000028, ARCHITECTURES[machine] + 1):
        assert answer(machine, read, architecture=other) == REFUSED
    assert answer(machine, read | 0x40000000) == answer(machine, 0x40000000) == REFUSED
    assert answer(machine, 0x3FFFFFFF) == ALLOWED


# -- what the system is asked for


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, tuple[Any, ...]]]:
    """System calls with their words as plain values, none of which is made; each succeeds, Landlock has version 7."""
    made: list[tuple[int, tuple[Any, ...]]] = []

    def call(number: int, *words: Any) -> int:
        made.append((number, tuple(getattr(word, "value", word) for word in words)))
        return 7 if number == 444 and words[0] is None else os.open("/dev/null", os.O_RDONLY) if number == 444 else 0

    monkeypatch.setattr(sandbox, "_call", call)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    return made


def open_files() -> set[str]:
    """The numbers of this process's open files, but for the one by which it looks."""
    return {each.name for each in Path("/proc/self/fd").iterdir() if each.exists()}


@pytest.mark.parametrize("version", range(1, 8))
def test_landlock_is_asked_for_all_that_it_knows(
    version: int, asked: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its version (landlock(7)): making, removing, running and writing, TCP since 4, signals and sockets since 6."""
    monkeypatch.setattr(sandbox, "_landlock_version", lambda: version)
    before = open_files()
    assert sandbox._write_only_below([tmp_path, tmp_path / "none"])
    assert open_files() == before
    # execute, write, make and remove of each kind (0, 1, 4 to 12), refer (13), truncate (14), ioctl on devices (15)
    handled = sum(
        1 << bit for bit, since in {0: 1, 1: 1, **dict.fromkeys(range(4, 13), 1), 13: 2, 14: 3, 15: 5}.items()
        if version >= since
    )  # fmt: skip
    words = [handled] + ([0b11] if version >= 4 else []) + ([0b11] if version >= 6 else [])
    attributes = struct.pack(f"={len(words)}Q", *words)
    (created, (given, size, flags)), *rules, (restrict, (ruleset, none)) = asked
    assert (created, given, size, flags) == (444, attributes, len(attributes), 0)
    assert (restrict, none) == (446, 0)
    assert [(number, into, kind, end) for number, (into, kind, _, end) in rules] == [(445, ruleset, 1, 0)] * 2
    truncate = 1 << 14 if version >= 3 else 0
    rights = [struct.unpack("=Qi", rule)[0] for _, (_, _, rule, _) in rules]
    assert rights == [0b10 | 1 << 5 | 1 << 8 | truncate, 0b10 | truncate]


def test_a_rule_is_about_the_very_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names an open handle of it; where there is no such folder, nothing is asked."""
    seen: list[str] = []

    def call(number: int, *words: Any) -> int:
        flags = Path(f"/proc/self/fdinfo/{struct.unpack('=Qi', words[2])[1]}").read_text(encoding="ascii").split()[3]
        assert int(flags, 8) & os.O_PATH  # it is named, not read
        assert int(flags, 8) & os.O_CLOEXEC
        seen.append(str(Path(f"/proc/self/fd/{struct.unpack('=Qi', words[2])[1]}").readlink()))
        return 0

    before = open_files()
    monkeypatch.setattr(sandbox, "_call", call)
    sandbox._allow(5, tmp_path, 3)
    sandbox._allow(5, tmp_path / "none", 3)
    assert seen == [str(tmp_path)]
    assert open_files() == before


@pytest.mark.parametrize("failing", [444, 446])
def test_where_landlock_fails_that_is_said(
    failing: int, asked: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing more is asked of it, and no handle is left."""
    succeeds, before = sandbox._call, open_files()
    monkeypatch.setattr(sandbox, "_landlock_version", lambda: 1)
    monkeypatch.setattr(sandbox, "_call", lambda number, *words: -1 if number == failing else succeeds(number, *words))
    assert not sandbox._write_only_below([tmp_path])
    assert open_files() == before
    assert [number for number, _ in asked] == ([] if failing == 444 else [444, 445, 445])


def test_a_ruleset_may_have_any_number(asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Also 0, where the process has closed its input."""
    closed: list[int] = []
    monkeypatch.setattr(sandbox, "_landlock_version", lambda: 1)
    monkeypatch.setattr(sandbox, "_call", lambda *_: 0)
    monkeypatch.setattr(sandbox, "_allow", lambda *_: None)
    monkeypatch.setattr(os, "close", closed.append)
    assert sandbox._write_only_below([])
    assert closed == [0]


def test_the_version_of_landlock(asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked of the kernel as landlock(7) says; 0 where there is none, or the machine has other numbers."""
    assert sandbox._landlock_version() == 7
    assert asked == [(444, (None, 0, 1))]
    monkeypatch.setattr(platform, "machine", lambda: "mips")
    assert sandbox._landlock_version() == 0
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    monkeypatch.setattr(sandbox, "_call", lambda *_: -1)
    assert sandbox._landlock_version() == 0
    assert not sandbox._write_only_below([])
    monkeypatch.setattr(sandbox, "_landlock_version", lambda: 0)
    monkeypatch.setattr(sandbox, "_call", lambda *_: pytest.fail("nothing is asked where there is none"))
    assert not sandbox._write_only_below([])


@pytest.mark.parametrize(("machine", "number"), [("x86_64", 317), ("aarch64", 277)])
def test_the_filter_is_put_in_force(
    machine: str, number: int, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By seccomp(2), for all threads and without slowing the process down; whether it is, is said."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    programs: list[bytes] = []

    def call(made: int, operation: int, flags: Any, program: Any) -> int:
        asked.append((made, (operation, getattr(flags, "value", flags))))
        given = program._obj
        if hasattr(given, "length"):
            programs.append(bytes((ctypes.c_char * (8 * given.length)).from_address(given.filter)))
        else:
            assert given.value == 0x00050000
        return 0

    monkeypatch.setattr(sandbox, "_call", call)
    assert sandbox._refuse_calls()
    assert sandbox._has_seccomp()
    assert asked == [(number, (1, 1 | 4)), (number, (2, 0))]
    column = list(ARCHITECTURES).index(machine)
    assert programs == [sandbox._filter_code(ARCHITECTURES[machine], column, os.getpid())]
    monkeypatch.setattr(sandbox, "_call", lambda *_: -1)
    assert not sandbox._refuse_calls()
    assert not sandbox._has_seccomp()
    monkeypatch.setattr(sandbox, "_call", lambda *_: 1)
    assert not sandbox._refuse_calls()
    assert not sandbox._has_seccomp()
    monkeypatch.setattr(sandbox, "_call", lambda *_: 0)
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert not sandbox._refuse_calls()
    assert not sandbox._has_seccomp()


def in_child(does: Callable[[], bool]) -> bool:
    """Whether it is true in a process of its own, which nothing else is asked of."""
    child = os.fork()
    if child == 0:
        code = 2
        try:
            code = 0 if does() else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _status(name: str) -> str:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(line.split()[1] for line in lines if line.startswith(f"{name}:"))


def test_a_process_gives_up_new_rights() -> None:
    """For good, and says so (prctl(2))."""
    assert in_child(lambda: _status("NoNewPrivs") == "0" and sandbox._no_new_rights() and _status("NoNewPrivs") == "1")


def test_a_system_call_gives_its_value() -> None:
    """Below 0 where it failed, with the reason."""
    number = number_of("getpid", platform.machine())
    close = number_of("close", platform.machine())
    if number is None or close is None:
        pytest.skip("another machine")
    assert sandbox._call(number) == os.getpid()
    assert sandbox._call(close, ctypes.c_int(-1)) == -1
    assert ctypes.get_errno() == errno.EBADF


@pytest.fixture
def entered(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is done when a process is confined, in order."""
    done: list[Any] = []

    def no_new_rights() -> bool:
        done.append("rights")
        return True

    monkeypatch.setattr(sandbox, "_no_new_rights", no_new_rights)
    monkeypatch.setattr(sandbox, "_write_only_below", done.append)
    monkeypatch.setattr(sandbox, "_refuse_calls", lambda: done.append("calls"))
    return done


def test_a_process_is_confined_in_order(entered: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The filter last, for it refuses nothing that Landlock needs, and nothing without giving up new rights."""
    sandbox.enter_sandbox(None)
    sandbox.enter_sandbox(())
    sandbox.enter_sandbox((Path("a"),))
    assert entered == ["rights", "calls", "rights", (), "calls", "rights", (Path("a"),), "calls"]
    entered.clear()
    monkeypatch.setattr(sandbox, "_no_new_rights", lambda: False)
    sandbox.enter_sandbox(())
    assert entered == []


def test_other_systems_have_no_such_holds(entered: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is there is said of each."""
    monkeypatch.setattr(sandbox, "_has_seccomp", lambda: True)
    monkeypatch.setattr(sandbox, "_landlock_version", lambda: 1)
    assert list(sandbox.active_restrictions().values()) == [True, True, True]
    monkeypatch.setattr(sandbox, "_landlock_version", lambda: 0)
    assert list(sandbox.active_restrictions().values()) == [True, True, False]
    monkeypatch.setattr(sandbox, "_has_seccomp", lambda: False)
    monkeypatch.setattr(sandbox, "_landlock_version", lambda: 3)
    assert list(sandbox.active_restrictions().values()) == [True, False, True]
    monkeypatch.setattr(sandbox, "_has_seccomp", lambda: True)
    for system, limits in (("darwin", True), ("win32", False)):
        monkeypatch.setattr(sys, "platform", system)
        assert list(sandbox.active_restrictions().values()) == [limits, False, False]
        sandbox.enter_sandbox(())
    assert entered == []


# -- limits


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The limits of a process that has none yet, in place of this one's."""
    import resource

    held = SimpleNamespace(hard={}, set={}, used=(0.0, 0.0), refuses=())
    unlimited = resource.RLIM_INFINITY
    monkeypatch.setattr(resource, "getrlimit", lambda name: (unlimited, held.hard.get(name, unlimited)))

    def set_limit(name: int, both: tuple[int, int]) -> None:
        if name in held.refuses:
            raise held.error
        held.set[name] = both

    monkeypatch.setattr(resource, "setrlimit", set_limit)
    usage = SimpleNamespace
    monkeypatch.setattr(resource, "getrusage", lambda _: usage(ru_utime=held.used[0], ru_stime=held.used[1]))
    return held


def test_a_worker_has_limits(limits: SimpleNamespace) -> None:
    """On memory, on files that it writes and opens, on dumps; lower ones stay, and no one can be raised again."""
    import resource

    limits.hard = {resource.RLIMIT_NOFILE: 100, resource.RLIMIT_FSIZE: 2**50}
    sandbox.limit_resources(3, 2)
    assert limits.set == {
        resource.RLIMIT_AS: (3 * 2**20, 3 * 2**20), resource.RLIMIT_FSIZE: (2 * 2**20, 2 * 2**20),
        resource.RLIMIT_CORE: (0, 0), resource.RLIMIT_NOFILE: (100, 100),
    }  # fmt: skip
    limits.hard = {}
    sandbox.limit_resources(3, 2)
    assert limits.set[resource.RLIMIT_NOFILE] == (256, 256)


@pytest.mark.parametrize("error", [OSError("no"), ValueError("no")])
def test_a_limit_that_cannot_be_set_stops_nothing(limits: SimpleNamespace, error: Exception) -> None:
    """The others are set."""
    import resource

    limits.refuses, limits.error = (resource.RLIMIT_AS, resource.RLIMIT_CPU), error
    sandbox.limit_resources(3, 2)
    sandbox.allow_processor_time(5)
    assert set(limits.set) == {resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE}


def test_processor_time_is_allowed_on_top_of_what_was_used(limits: SimpleNamespace) -> None:
    """In full seconds, rounded up; the hard limit stays as it is, and is never passed."""
    import resource

    limits.used = (10.25, 4.5)
    sandbox.allow_processor_time(5)
    assert limits.set[resource.RLIMIT_CPU] == (20, resource.RLIM_INFINITY)
    limits.hard = {resource.RLIMIT_CPU: 18}
    sandbox.allow_processor_time(5)
    assert limits.set[resource.RLIMIT_CPU] == (18, 18)
    limits.hard = {resource.RLIMIT_CPU: 30}
    sandbox.allow_processor_time(5)
    assert limits.set[resource.RLIMIT_CPU] == (20, 30)
    assert math.isfinite(limits.set[resource.RLIMIT_CPU][0])


def test_a_system_without_limits_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows, whose Python has no such module."""
    monkeypatch.setitem(sys.modules, "resource", None)
    sandbox.limit_resources(3, 2)
    sandbox.allow_processor_time(5)
