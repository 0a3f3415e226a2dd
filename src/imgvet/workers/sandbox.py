"""What a worker process gives up before it opens anybody's file: the network, other programs, other places to write.

A decoder that a hostile file takes over then has little to do harm with. It all works without extra rights, and what a
system does not have is left out: Linux has seccomp (x86_64 and aarch64) and, from 5.13 on, Landlock; macOS has limits
only; Windows has none of it. Nothing here can be taken back by the process.
"""

import contextlib
import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

OPEN_FILES = 256  # at most, for one worker
_MIB = 1024 * 1024


def limit_resources(memory_mib: int, file_mib: int) -> None:
    """Limit this process's address space and the size of any file it writes, and let it leave no memory dump.

    A limit that is lower already stays. Windows has no such limits, macOS none on memory that holds.
    """
    _limit("RLIMIT_AS", memory_mib * _MIB)
    _limit("RLIMIT_FSIZE", file_mib * _MIB)
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_NOFILE", OPEN_FILES)


def _limit(name: str, most: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    hard = resource.getrlimit(getattr(resource, name))[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(OSError, ValueError):  # a system that knows the limit and does not let it be set
        resource.setrlimit(getattr(resource, name), (most, most))


def allow_processor_time(seconds: float) -> None:
    """Let this process take that much more processor time, in all its threads; beyond it, it ends by SIGXCPU."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(used.ru_utime + used.ru_stime + seconds) + 1
    soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def enter_sandbox(writable: Sequence[Path] | None) -> None:
    """Take from this process, for good, what no decoder needs; call it while there is one thread.

    It opens no socket, runs no program, makes no process, signals and reads no other process, and changes no file's
    owner or mode. With Landlock it writes only below the folders in ``writable``; None leaves writing as it is.
    """
    if sys.platform != "linux" or not _no_new_rights():
        return
    if writable is not None:
        _write_only_below(writable)
    _refuse_calls()


def active_restrictions() -> dict[str, bool]:
    """What keeps a worker in on this system: each hold in plain words, and whether it is there."""
    linux = sys.platform == "linux"
    return {
        "limits on memory, processor time and file size": sys.platform != "win32",
        "no new rights, no network, no other programs (seccomp)": linux and _has_seccomp(),
        "writes only where its clean files go (Landlock)": linux and _landlock_version() >= 1,
    }


# -- system calls, by number: prctl(2), seccomp(2), landlock(7)

_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER, _SECCOMP_GET_ACTION_AVAIL = 1, 2
# NOTE: without SPEC_ALLOW, Linux before 5.16 slows the whole process down; there is nothing beside the photo to spy on.
_FILTER_FLAGS = 1 | 4  # SECCOMP_FILTER_FLAG_TSYNC: all threads; SECCOMP_FILTER_FLAG_SPEC_ALLOW
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with the number in the low bits
_X32 = 0x40000000  # calls of the x32 ABI, which nobody needs, carry this bit

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # AUDIT_ARCH_…, column in the table
_NO_CALL = -1

# Linux, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h: number on x86_64, on aarch64.
_REFUSED: dict[str, tuple[int, int]] = {
    # the network
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    # programs and processes
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, _NO_CALL), "vfork": (58, _NO_CALL),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # doors to the kernel
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "bpf": (321, 280),
    "userfaultfd": (323, 282), "perf_event_open": (298, 241), "fanotify_init": (300, 262), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "syslog": (103, 116), "acct": (163, 89), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "iopl": (172, _NO_CALL), "ioperm": (173, _NO_CALL),
    "modify_ldt": (154, _NO_CALL), "personality": (135, 92), "lookup_dcookie": (212, 18), "nfsservctl": (180, 42),
    # mounts and namespaces
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    # keys, clocks and names
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171), "sethostname": (170, 161),
    "setdomainname": (171, 162),
    # what files are, which Landlock does not watch over
    "chmod": (90, _NO_CALL), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, _NO_CALL), "fchown": (93, 55), "lchown": (94, _NO_CALL), "fchownat": (260, 54), "setxattr": (188, 5),
    "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16), "removexattrat": (466, 466), "utime": (132, _NO_CALL),
    "utimes": (235, _NO_CALL), "futimesat": (261, _NO_CALL), "utimensat": (280, 88), "file_setattr": (469, 469),
}  # fmt: skip
_CLONE, _CLONE3, _KILL, _TGKILL, _PRLIMIT, _IOCTL = (56, 220), (435, 435), (62, 129), (234, 131), (302, 261), (16, 29)
_SECCOMP = (317, 277)
_CLONE_THREAD = 0x00010000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # put words into a terminal as if somebody had typed them


def _call(number: int, *words: object) -> int:
    """The value of a system call, below 0 where it failed; ``ctypes.get_errno`` says why."""
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return int(library.syscall(ctypes.c_long(number), *words))


def _no_new_rights() -> bool:
    library = ctypes.CDLL(None)
    return bool(library.prctl(_PR_SET_NO_NEW_PRIVS, *(ctypes.c_ulong(word) for word in (1, 0, 0, 0))) == 0)


# -- seccomp: a small program that the kernel runs before each system call (linux/bpf_common.h, linux/seccomp.h)

_LOAD, _IF_EQUAL, _MIN_IF, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16  # in struct seccomp_data


class _FilterProgram(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _has_seccomp() -> bool:
    entry = _ARCHITECTURES.get(platform.machine())
    refuse = ctypes.c_uint32(_REFUSE)
    return entry is not None and _call(_SECCOMP[entry[1]], _SECCOMP_GET_ACTION_AVAIL, 0, ctypes.byref(refuse)) == 0


def _refuse_calls() -> bool:
    """Whether the filter is in force; a refused call fails with EPERM, so that a library may continue without it."""
    entry = _ARCHITECTURES.get(platform.machine())
    if entry is None:
        return False
    code = _filter_code(*entry, os.getpid())
    held = ctypes.create_string_buffer(code, len(code))
    program = _FilterProgram(len(code) // 8, ctypes.cast(held, ctypes.c_void_p))
    return (
        _call(_SECCOMP[entry[1]], _SECCOMP_SET_MODE_FILTER, ctypes.c_ulong(_FILTER_FLAGS), ctypes.byref(program)) == 0
    )


def _filter_code(architecture: int, column: int, own_process: int) -> bytes:
    """The filter for one architecture, as the kernel takes it."""
    refuse = (_RETURN, 0, 0, _REFUSE | errno.EPERM)
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT), (_IF_EQUAL, 1, 0, architecture), refuse,
        (_LOAD, 0, 0, _NUMBER_AT), (_MIN_IF, 0, 1, _X32), refuse,
    ]  # fmt: skip
    for numbers in _REFUSED.values():
        if numbers[column] != _NO_CALL:
            steps += [(_IF_EQUAL, 0, 1, numbers[column]), refuse]
    # NOTE: clone3 hides its flags behind a pointer; the C library takes "not there" for an answer and uses clone.
    steps += [(_IF_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _REFUSE | errno.ENOSYS)]
    steps += _only_where(_CLONE[column], [(_IF_ANY_BIT, 0, 1, _CLONE_THREAD)])
    steps += _only_where(_KILL[column], [(_IF_EQUAL, 0, 1, own_process)])
    steps += _only_where(_TGKILL[column], [(_IF_EQUAL, 0, 1, own_process)])
    steps += _only_where(_PRLIMIT[column], [(_IF_EQUAL, 0, 1, 0), (_IF_EQUAL, 0, 1, own_process)])
    typing = [(_IF_EQUAL, 0, 1, _TIOCSTI), refuse, (_IF_EQUAL, 0, 1, _TIOCLINUX), refuse]
    steps += [(_IF_EQUAL, 0, 1 + len(typing), _IOCTL[column]), (_LOAD, 0, 0, _ARGUMENTS_AT + 8), *typing]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _only_where(number: int, conditions: Iterable[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Steps that allow a call where one of the conditions on its first argument holds, and refuse it otherwise."""
    inside = [(_LOAD, 0, 0, _ARGUMENTS_AT)]
    for condition in conditions:
        inside += [condition, (_RETURN, 0, 0, _ALLOW)]
    inside.append((_RETURN, 0, 0, _REFUSE | errno.EPERM))
    return [(_IF_EQUAL, 0, len(inside), number), *inside]


# -- Landlock: which files this process may still change (landlock(7); linux/landlock.h)

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_LANDLOCK_MACHINES = frozenset({"x86_64", "aarch64", "riscv64", "ppc64le", "s390x", "loongarch64"})
_ASK_VERSION, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _TRUNCATE, _CONTROL_DEVICE = 1 << 0, 1 << 1, 1 << 14, 1 << 15
_REMOVE_FILE, _MAKE_REGULAR = 1 << 5, 1 << 8
# Writing, removing and making of every kind, as each version of Landlock came to know it.
_CHANGES = {
    1: _EXECUTE | _WRITE_FILE | sum(1 << bit for bit in range(4, 13)),
    2: 1 << 13,
    3: _TRUNCATE,
    5: _CONTROL_DEVICE,
}
_TCP_SINCE, _BIND_AND_CONNECT = 4, 0b11
_SCOPES_SINCE, _SOCKETS_AND_SIGNALS = 6, 0b11


def _landlock_version() -> int:
    """The version of Landlock that the kernel has; 0 where it has none."""
    if platform.machine() not in _LANDLOCK_MACHINES:
        return 0
    return max(0, _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION)))


def _write_only_below(folders: Sequence[Path]) -> bool:
    """Whether files can from now on be changed below these folders only; regular files, nothing else."""
    version = _landlock_version()
    if version < 1:
        return False
    handled = sum(rights for since, rights in _CHANGES.items() if version >= since)
    tcp = _BIND_AND_CONNECT if version >= _TCP_SINCE else 0
    scopes = _SOCKETS_AND_SIGNALS if version >= _SCOPES_SINCE else 0
    attributes = struct.pack("=QQQ", handled, tcp, scopes)[: 24 if scopes else 16 if tcp else 8]
    ruleset = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    try:
        for folder in folders:
            _allow(ruleset, folder, handled & (_WRITE_FILE | _TRUNCATE | _REMOVE_FILE | _MAKE_REGULAR))
        _allow(ruleset, Path(os.devnull), handled & (_WRITE_FILE | _TRUNCATE))
        return _call(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    """Let the process do this to what lies at or below the path; a path that is not there gets no rule."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = struct.pack("=Qi", rights, handle)
        _call(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(handle)
