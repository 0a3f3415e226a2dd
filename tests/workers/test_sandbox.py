"""A worker that a hostile file has taken over can do little: what it might try is tried here, in a real worker."""

import ctypes
import os
import platform
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from imgvet.workers.answers import LostJob
from imgvet.workers.pool import JobLimit, run_jobs
from imgvet.workers.sandbox import active_restrictions

pytestmark = pytest.mark.slow

LIMIT = JobLimit(seconds=60, memory_mib=4096, file_mib=2)
HOLDS = list(active_restrictions().values())
LIMITS, SECCOMP, LANDLOCK = HOLDS

needs_seccomp = pytest.mark.skipif(not SECCOMP, reason="needs Linux with seccomp on x86_64 or aarch64")
needs_landlock = pytest.mark.skipif(not LANDLOCK, reason="needs Linux 5.13 with Landlock")
needs_limits = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps all of these limits for certain")


def nothing() -> None:
    return None


def attempt(_: None, job: tuple[str, str]) -> str:
    """Try one thing, and say what came of it: ``done``, or the error's name."""
    what, where = job
    try:
        ATTEMPTS[what](where)
    except OSError as problem:
        return type(problem).__name__ if problem.errno in (None, 1, 13) else f"errno {problem.errno}"
    except MemoryError:
        return "MemoryError"
    return "done"


def ask_kernel(number_x86: int, number_arm: int, *words: int) -> None:
    """Make a system call that Python has no name for."""
    library = ctypes.CDLL(None, use_errno=True)
    number = number_x86 if platform.machine() == "x86_64" else number_arm
    if library.syscall(ctypes.c_long(number), *(ctypes.c_long(word) for word in words)) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def write_much(where: str) -> None:
    with Path(where).open("wb") as file:
        file.write(bytes(3 * 1024 * 1024))


def start_thread(_: str) -> None:
    threading.Thread(target=nothing).start()


def write_and_rename(where: str) -> None:
    """As the pipeline does: an unfinished file, then its name."""
    unfinished = Path(where + ".unfinished")
    unfinished.write_text("x")
    unfinished.replace(where)
    Path(where).unlink()


ATTEMPTS: dict[str, Callable[[str], object]] = {
    "open a socket": lambda _: socket.socket(),
    "open a pair of sockets": lambda _: socket.socketpair(),
    "run a program": lambda _: subprocess.run([sys.executable, "-c", ""], check=True),
    "replace itself": lambda _: os.execv(sys.executable, [sys.executable, "-c", ""]),  # noqa: S606
    "fork": lambda _: os.fork(),
    "start a process": lambda _: os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}),
    "start a thread": start_thread,
    "signal its parent": lambda _: os.kill(os.getppid(), 0),
    "signal its whole group": lambda _: os.kill(0, 0),
    "signal itself": lambda _: os.kill(os.getpid(), 0),
    "trace its parent": lambda _: ask_kernel(101, 117, 16, os.getppid()),
    "read its parent's memory": lambda _: ask_kernel(310, 270, os.getppid(), 0, 0, 0, 0, 0),
    "set up io_uring": lambda _: ask_kernel(425, 425, 1, 0),
    "load a BPF program": lambda _: ask_kernel(321, 280, 0, 0, 0),
    "unshare": lambda _: ask_kernel(272, 97, 0x10000000),
    "mount": lambda _: ask_kernel(165, 40, 0, 0, 0, 0, 0),
    "change a file's mode": lambda where: Path(where).chmod(0o777),
    "change a file's time": os.utime,
    "write a file": lambda where: Path(where).write_text("x"),
    "write and rename": write_and_rename,
    "append to a file": lambda where: Path(where).open("ab").close(),
    "remove a file": lambda where: Path(where).unlink(),
    "make a folder": lambda where: Path(where).mkdir(),
    "make a link": lambda where: Path(where).symlink_to("/etc/passwd"),
    "read a file": lambda where: Path(where).read_bytes(),
    "write to nowhere": lambda _: Path(os.devnull).write_text("x"),
    "write a large file": write_much,
    "open many files": lambda where: [os.open(where, os.O_RDONLY) for _ in range(1000)],
}


def soft_limit(_: None, name: str) -> str:
    """A limit of the worker's own."""
    import resource

    return str(resource.getrlimit(getattr(resource, name))[0])


def outcome(what: str, where: Path | str, writable: tuple[Path, ...] | None = ()) -> str | LostJob:
    """What came of one attempt in a worker of its own."""
    [(_, result)] = run_jobs(
        nothing, attempt, [(what, str(where))], result=str, workers=1, limit=LIMIT, writable=writable
    )
    return result


@needs_seccomp
@pytest.mark.parametrize("what", [
    "open a socket", "open a pair of sockets", "run a program", "replace itself", "fork", "start a process",
    "signal its parent", "signal its whole group", "trace its parent", "read its parent's memory", "set up io_uring",
    "load a BPF program", "unshare", "mount",
])  # fmt: skip
def test_no_network_no_programs_no_other_processes(what: str) -> None:
    """Each is refused, and the worker lives on to say so."""
    assert outcome(what, "") == "PermissionError"


@needs_seccomp
@pytest.mark.parametrize("what", ["change a file's mode", "change a file's time"])
def test_what_a_file_is_stays_as_it_is(what: str, tmp_path: Path) -> None:
    """Landlock does not watch over these, so the calls themselves are refused."""
    (tmp_path / "file").write_text("as it was")
    assert outcome(what, tmp_path / "file") == "PermissionError"


@needs_seccomp
@pytest.mark.parametrize("what", ["start a thread", "signal itself"])
def test_what_decoders_need_is_left_to_them(what: str) -> None:
    """Threads work, and a library that calls abort() still ends its own process."""
    assert outcome(what, "") == "done"


@needs_landlock
@pytest.mark.parametrize("what", ["write a file", "write and rename", "make a folder", "make a link"])
def test_nothing_is_made_outside_the_folder(what: str, tmp_path: Path) -> None:
    """A worker of a batch cannot write beside the batch."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    assert outcome(what, outside / "made", (inside,)) == "PermissionError"
    assert list(outside.iterdir()) == []


@needs_landlock
@pytest.mark.parametrize("what", ["write a file", "append to a file", "remove a file"])
def test_originals_cannot_be_changed(what: str, tmp_path: Path) -> None:
    """Not even by a decoder that was taken over."""
    (tmp_path / "original.jpg").write_text("as it was")
    assert outcome(what, tmp_path / "original.jpg") == "PermissionError"
    assert (tmp_path / "original.jpg").read_text() == "as it was"


def test_inside_its_folder_a_worker_writes(tmp_path: Path) -> None:
    """An unfinished file, its name, and its removal."""
    assert outcome("write and rename", tmp_path / "made", (tmp_path,)) == "done"


@needs_landlock
def test_links_and_folders_are_not_made_even_inside(tmp_path: Path) -> None:
    """A link in the batch could lead whoever comes later out of it."""
    assert outcome("make a link", tmp_path / "link", (tmp_path,)) == "PermissionError"
    assert outcome("make a folder", tmp_path / "folder", (tmp_path,)) == "PermissionError"


def test_reading_is_left_free(tmp_path: Path) -> None:
    """The original, libraries and fonts must be read."""
    (tmp_path / "original.jpg").write_text("pixels")
    assert outcome("read a file", tmp_path / "original.jpg") == "done"
    assert outcome("write to nowhere", "") == "done"


@needs_limits
def test_a_written_file_has_a_largest_size(tmp_path: Path) -> None:
    """3 MiB where 2 are allowed: error 27, EFBIG, and the worker lives."""
    assert outcome("write a large file", tmp_path / "large", (tmp_path,)) == "errno 27"


@needs_limits
def test_open_files_are_limited_and_no_dump_is_left(tmp_path: Path) -> None:
    """Error 24 is EMFILE; a dump would hold the photo."""
    (tmp_path / "file").write_text("x")
    assert outcome("open many files", tmp_path / "file") == "errno 24"
    assert list(run_jobs(nothing, soft_limit, ["RLIMIT_CORE"], result=str, workers=1, limit=LIMIT, writable=None)) == [
        ("RLIMIT_CORE", "0")
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="says what Linux has")
def test_what_holds_is_said_in_words() -> None:
    """`imgvet doctor` shows it."""
    words = " ".join(active_restrictions())
    assert "network" in words
    assert "seccomp" in words
    assert "Landlock" in words


@needs_seccomp
def test_the_face_model_and_decoders_work_under_it() -> None:
    """Everything that a photo needs is loaded and runs in a confined worker."""
    [(_, found)] = run_jobs(_load_all, _see_all, ["once"], result=str, workers=1, limit=JobLimit(60, 6144), writable=())
    assert found == "0 faces, JPEG PNG WEBP TIFF GIF AVIF"


def _load_all() -> object:
    from imgvet.faces.detector import load_detector

    return load_detector()


def _see_all(detector: object, _: str) -> str:
    import io

    import numpy as np
    from PIL import Image

    from imgvet.faces.detector import Detector
    from imgvet.profile import FaceSettings

    assert isinstance(detector, Detector)
    faces = detector.find(np.zeros((480, 640, 3), np.uint8), FaceSettings())
    opened = []
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF"):
        out = io.BytesIO()
        Image.new("RGB", (64, 64), (10, 200, 30)).save(out, kind)
        Image.open(out).load()
        opened.append(kind)
    return f"{len(faces)} faces, {' '.join(opened)}"
