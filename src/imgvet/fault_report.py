"""The last guard of the command line: what nobody foresaw is one sentence, exit code 4 and a report of it.

The report has no private data: it says where in the code it happened and with which versions. It has no text of any
error, because that may name a file, a person or a value; no argument, no path, no variable; and of code that is not
imgvet's or a library's not even the names. Only the standard library is imported here: any other may be broken.
"""

import contextlib
import errno
import io
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from types import TracebackType
from typing import NoReturn

# What is imported, and under which name it is installed.
_LIBRARIES = {
    "PIL": "pillow", "alembic": "alembic", "confusable_homoglyphs": "confusable-homoglyphs",
    "cv2": "opencv-python-headless", "exifread": "exifread", "jinja2": "jinja2",
    "mozjpeg_lossless_optimization": "mozjpeg-lossless-optimization", "msgspec": "msgspec", "numpy": "numpy",
    "onnxruntime": "onnxruntime", "pi_heif": "pi-heif", "platformdirs": "platformdirs", "pydantic": "pydantic",
    "pydantic_core": "pydantic-core", "regex": "regex", "reportlab": "reportlab", "resvg_py": "resvg-py",
    "pypdfium2": "pypdfium2", "rich": "rich", "segno": "segno", "shellingham": "shellingham",
    "sqlalchemy": "sqlalchemy", "starlette": "starlette",
    "ttf_opensans": "ttf-opensans", "typer": "typer", "uvicorn": "uvicorn", "watchfiles": "watchfiles",
    "xlsxwriter": "xlsxwriter", "zxingcpp": "zxing-cpp",
}  # fmt: skip
_KNOWN = frozenset({"imgvet", *_LIBRARIES, *sys.stdlib_module_names})
_RELEASE_COMMANDS = (
    "add", "change", "clock", "export", "form", "import", "list", "move", "purge", "refuse", "scan", "show", "withdraw",
)  # fmt: skip
COMMANDS = frozenset({
    "batch", "caption", "check", "checklist", "decide", "doctor", "finish", "init", "inspect", "log", "prove",
    "published", "release", "review", "status", "strip", "watch", *(f"release {name}" for name in _RELEASE_COMMANDS),
})  # fmt: skip
_OUTER_CALLS, _INNER_CALLS = 20, 60  # of one traceback; in between they repeat
_MOST_ERRORS = 10  # that led to one another

_STOPPED = "imgvet: Stopped. Everything finished so far is kept."
_NO_MEMORY = ("imgvet: There is too little memory.", "Close other programs, then run the same command again.")


def run_guarded() -> NoReturn:
    """Run the command line and end the process with its exit code; no traceback reaches a person."""
    if not sys.warnoptions:  # with Python's -W option these are wanted
        sys.unraisablehook = lambda _: None
        threading.excepthook = lambda _: None
    try:
        code = _run()
    except KeyboardInterrupt:  # once more, while the first was being told
        code = 130
    _end(code)


def _run() -> int:
    """Run the command line, and say what it did not say itself."""
    try:
        import_module("imgvet.cli.app").main()
    except SystemExit as end:
        return _exit_code(end)
    except KeyboardInterrupt:
        _say(_STOPPED)
        return 130
    except BrokenPipeError:
        return 1
    except MemoryError:
        _say(*_NO_MEMORY)
    except BaseException as problem:  # noqa: BLE001 - the last border
        lines = ["imgvet: Something unexpected failed, and imgvet cannot say what."]
        with contextlib.suppress(Exception):
            lines = list(_told(problem))
        _say(*lines)
    else:
        return 0
    return 4


def _exit_code(end: SystemExit) -> int:
    if isinstance(end.code, int):
        return end.code
    return int(end.code is not None)


def report_fault(problem: BaseException) -> None:
    """Say what failed, and write the report of it, where the program goes on."""
    with contextlib.suppress(Exception):
        _say(*_told(problem))


def _told(problem: BaseException) -> Iterator[str]:
    """What to say of a fault; its report is written first."""
    library = broken_library(problem)
    if isinstance(problem, ImportError) and re.search("map segment|allocate memory", str(problem)):
        yield from _NO_MEMORY
    elif library:
        yield f"imgvet: A library that imgvet needs is missing or damaged: {library}."
        yield "Install imgvet again, with all it depends on: python -m pip install --force-reinstall imgvet"
    elif isinstance(problem, OSError):
        yield f"imgvet: The operating system refused what imgvet needs ({_system_name(problem) or 'no reason given'})."
        yield "Check the disk and its permissions, then run the same command again. Everything finished so far is kept."
    else:
        yield f"imgvet: Something unexpected failed ({fault_place(problem)})."
        yield "Everything finished so far is kept. Run the same command again; see also: imgvet doctor"
    try:
        path = _write(fault_report(problem, sys.argv))
    except Exception as unwritten:  # noqa: BLE001 - a report is wanted, and not needed
        yield f"A report of it could not be written ({_system_name(unwritten) or _type_name(unwritten)})."
    else:
        yield f"A report of it, without names, paths or values, is in '{path}'. Please send it to the maintainers."


def fault_place(problem: BaseException) -> str:
    """What kind of error it is and where in the code, without its text: ``ValueError in imgvet.stages, line 12``."""
    calls = list(_calls(problem.__traceback__))
    ours = [call for call in calls if call[0].partition(".")[0] == "imgvet"]
    if not ours:
        return _type_name(problem)
    module, _, line = ours[-1]
    return f"{_type_name(problem)} in {module}, line {line}"


def fault_report(problem: BaseException, words: list[str]) -> str:
    """The report of a fault.

    ``words``: as in ``sys.argv``; none of them but the command's name is in the report.
    """
    import platform  # noqa: PLC0415 - as late as can be: importing may be what fails
    from datetime import UTC, datetime  # noqa: PLC0415

    lines = [
        "A report of imgvet about a fault. It has no names, paths, values or texts of errors; please read it",
        "before you send it.",
        "",
        f"when     {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"command  {_command(words)}",
        f"imgvet   {_version_of('imgvet')}",
        f"Python   {platform.python_implementation()} {platform.python_version()}, {sys.maxsize.bit_length() + 1} bits",
        f"system   {platform.system()} {platform.release()}, {platform.machine()}",
    ]
    lines += ["", *(f"{name} {_version_of(name)}" for name in _LIBRARIES.values())]
    for each in _with_causes(problem):
        lines += ["", _named(each), *_shortened([f"  {m}, {f}, line {n}" for m, f, n in _calls(each.__traceback__)])]
    return "\n".join(lines) + "\n"


def _with_causes(problem: BaseException) -> list[BaseException]:
    """The error and those that led to it, each once."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [problem]
    while waiting and len(found) < _MOST_ERRORS:
        each = waiting.pop(0)
        if each is None or any(each is other for other in found):
            continue
        found.append(each)
        waiting += [each.__cause__, each.__context__]
        waiting += each.exceptions if isinstance(each, BaseExceptionGroup) else ()
    return found


def _named(problem: BaseException) -> str:
    return " ".join(filter(None, (_type_name(problem), _system_name(problem), _missing(problem))))


def _type_name(problem: BaseException) -> str:
    kind = type(problem)
    if not _is_known(kind.__module__):
        return "an error of other code"
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _system_name(problem: BaseException) -> str:
    """The system's or SQLite's name of the error, such as ENOSPC or SQLITE_FULL."""
    if isinstance(problem, OSError):
        return errno.errorcode.get(problem.errno or 0, "")
    name = getattr(problem, "sqlite_errorname", "")
    return name if isinstance(name, str) and re.fullmatch(r"SQLITE_[A-Z_]{1,40}", name) else ""


def _missing(problem: BaseException) -> str:
    """The module that cannot be imported, where it is one of those that imgvet knows of."""
    if not isinstance(problem, ImportError):
        return ""
    name = problem.name
    if not name:  # an error that came from a worker has its words alone
        found = re.search(r"No module named '([A-Za-z0-9_.]+)'", str(problem))
        name = found[1] if found else ""
    return name if _is_known(name) else ""


def broken_library(problem: BaseException) -> str:
    """The library that is missing or cannot be loaded; empty where it is something else that failed."""
    calls = [(module.partition(".")[0], function) for module, function, _ in _calls(problem.__traceback__)]
    inside = [(library, function) for library, function in calls if library in _LIBRARIES]
    innermost = inside[-1][0] if inside else ""
    loading = any(function == "<module>" for _, function in inside)
    if isinstance(problem, ImportError):
        return _missing(problem).partition(".")[0] or innermost or "its name is not known"
    return innermost if loading else ""


def _calls(trace: TracebackType | None) -> Iterator[tuple[str, str, int]]:
    """Module, function and line of every call, the innermost last; what is not known code has no names."""
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if isinstance(module, str) and _is_known(module):
            yield module, trace.tb_frame.f_code.co_qualname, trace.tb_lineno
        else:
            yield "other code", "", trace.tb_lineno
        trace = trace.tb_next


def _is_known(module: object) -> bool:
    """Whether it is a module of imgvet, of what imgvet needs, or of Python, so that its name says nothing private."""
    if not isinstance(module, str) or not re.fullmatch(r"[A-Za-z0-9_.]{1,120}", module):
        return False
    return module.partition(".")[0] in _KNOWN


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= _OUTER_CALLS + _INNER_CALLS:
        return lines
    left_out = len(lines) - _OUTER_CALLS - _INNER_CALLS
    return [*lines[:_OUTER_CALLS], f"  ({left_out} more)", *lines[-_INNER_CALLS:]]


def _command(words: list[str]) -> str:
    for name in (" ".join(words[1:3]), *words[1:2]):
        if name in COMMANDS:
            return name
    return "none, or not known"


def _version_of(library: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        found = version(library)
    except PackageNotFoundError:
        return "is not installed"
    return found if re.fullmatch(r"[A-Za-z0-9.+!_-]{1,60}", str(found)) else "is damaged"


def _write(report: str) -> str:
    """Write it where only this person can read it, and say where that is."""
    import tempfile  # noqa: PLC0415 - as above

    descriptor, path = tempfile.mkstemp(prefix="imgvet-report-", suffix=".txt")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(report)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108 - pathlib need not be loaded for it
        raise
    return path


def _say(*lines: str) -> None:
    """Print lines on stderr, if anybody is there to read them; what a path says cannot move the cursor."""
    with contextlib.suppress(Exception):
        for line in lines:
            sys.stderr.write("".join(each if each.isprintable() else "?" for each in line) + "\n")
        sys.stderr.flush()


def _end(code: int) -> NoReturn:
    """End the process; what Python does after this must fail in silence."""
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BrokenPipeError:  # the reader has closed the pipe
            code = code or 1
            _to_nowhere(stream)
        except (OSError, ValueError) as problem:
            if stream is sys.stdout:
                _say(f"imgvet: The answer could not be written ({_system_name(problem) or 'its file is closed'}).")
                code = 4
            _to_nowhere(stream)
    sys.exit(code)


def _to_nowhere(stream: io.TextIOBase | object) -> None:
    """Let what is still in the stream go nowhere, because Python would try again and complain."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[union-attr]
        os.close(nowhere)
