"""Break the safety code one guard at a time, and see that a test of its own notices: ``make mutants``.

    python tools/mutants.py [MODULE …]

MODULE is a path below ``src/imgvet``, as in ``TESTS``, e.g. ``batch/gate.py`` or ``rules``; all of them where none is
given. Each mutant is the package with one change: an operand of ``and`` or ``or`` left out, a condition that always or
never holds, a comparison turned round, a statement or loop that does nothing, a number one more, nothing returned. The
tests of the module run on it in a process of its own; where all pass, the mutant has survived.

The survivors that are known have a row with their reason in ``docs/developers/mutants.md``; any other one, and a row
whose mutant is no longer made, is printed, and the exit code is 1. Needs ``fork``, so it runs on Linux and macOS.
Neither mutmut nor cosmic-ray leaves out one guard of several or a whole statement, and they bring many packages; the
standard library's ``ast`` does it in a page.
"""

import argparse
import ast
import compileall
import contextlib
import importlib
import inspect
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "imgvet"
KNOWN = ROOT / "docs" / "developers" / "mutants.md"
GATE = "batch/gate.py"  # of which none may survive

# The tests of each module that run in one process and are quick; those marked slow are left out.
_DECIDING = (
    "tests/batch/test_gate.py",
    "tests/batch/test_gate_guards.py",
    "tests/batch/test_channel_gate_guards.py",
    "tests/captions/test_words_at_the_gate.py",
)
_PROVING = {  # the modules of the proof by the tests of their guards
    "proof": ("ledger", "prove", "xmp", "unfit_text", "iim"),
    "inflate": ("inflate", "stripped_metadata"),
    "jpeg": ("jpeg",),
    "jpeg_frame": ("jpeg_frame",),
    "jpeg_scan": ("jpeg_scans",),
    "png": ("png",),
    "webp": ("webp", "vp8"),
    "tiff": ("tiff",),
    "avif": ("avif", "av1"),
}
TESTS: dict[str, tuple[str, ...]] = {
    GATE: _DECIDING,
    "batch/placement.py": ("tests/batch/test_placement.py",),
    "rules/face_answers.py": (*_DECIDING, "tests/rules"),
    "rules/needs.py": ("tests/rules/test_needs.py",),
    "batch/decisions/state.py": ("tests/batch/test_decision_state.py", "tests/batch/test_gate_guards.py"),
    "batch/decisions/approvals.py": ("tests/batch/test_decision_state.py", "tests/batch/test_gate_guards.py"),
    "releases/validation.py": ("tests/releases/test_validation.py",),
    "redaction/paint.py": ("tests/redaction/test_redaction_guards.py",),
    "redaction/comparison.py": ("tests/redaction/test_redaction_guards.py",),
    "workers/answers.py": ("tests/workers/test_answer_guards.py",),
    "batch/record_checks.py": ("tests/batch/test_record_checks.py",),
    "batch/rule_changes.py": ("tests/batch/test_rule_changes.py",),
    **{
        f"proof/{module}.py": (f"tests/proof/test_{tests}_guards.py",)
        for tests, modules in _PROVING.items()
        for module in modules
    },
    "batch/decisions/hash_chain.py": ("tests/batch/test_hash_chain.py",),
    "batch/decisions/record.py": ("tests/batch/test_decision_guards.py",),
    "batch/decisions/targets.py": ("tests/batch/test_target_guards.py", "tests/batch/test_targets.py"),
    "batch/decisions/statements.py": ("tests/batch/test_statement_guards.py",),
    "batch/check_answers.py": ("tests/check/test_answer_record_guards.py",),
    "cli/declare.py": ("tests/cli/test_declare_guards.py",),
    "batch/decisions/add_faces.py": ("tests/batch/test_drawn_face_guards.py",),
    "batch/decisions/rows.py": ("tests/batch/test_log_line_guards.py",),
    "batch/decisions/log.py": ("tests/batch/test_log_guards.py",),
    "rules/rules.py": ("tests/rules/test_rule_guards.py", "tests/rules/test_rules.py"),
    "rules/others_rights.py": ("tests/rules/test_others_rights.py",),
    "people_names.py": ("tests/rules/test_people_names.py",),
    "releases/release.py": ("tests/releases/test_why_not.py",),
    "photo_jobs.py": ("tests/pipeline/test_photo_job_guards.py",),
    "workers/sandbox.py": ("tests/workers/test_sandbox_guards.py",),
    "workers/pool.py": ("tests/workers/test_pool_guards.py",),
}
_SHARED_BY_TESTS = (
    "pytest",
    "hypothesis",
    "numpy",
    "cv2",
    "PIL.Image",
    "pydantic",
    "msgspec",
    "typer",
    "rich",
    "regex",
)
_ALREADY_IMPORTED = "ignore::pytest.PytestAssertRewriteWarning"  # pytest's plugins, before the process forks
_SLOWER = 8  # times as long as without a change, and a mutant counts as noticed: it hangs
_LEAST_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Mutant:
    """The source of one module with one change."""

    module: str
    function: str  # in which the change is; empty: at the top of the module
    change: str  # what was there, and what is there now
    source: str

    @property
    def key(self) -> str:
        """What it is called in ``docs/developers/mutants.md``; no line numbers, which move."""
        return f"{self.module} {self.function}: {self.change}".replace("|", "∣").replace("`", "'")


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module, from the first line to the last; of changes that read alike the later have numbers."""
    tree, told = ast.parse(source), Counter[tuple[str, str]]()
    for function, parent, name, index, node in list(_places(tree, "")):
        for changed in _changes(node):
            _put(parent, name, index, changed)
            now = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, name, index, node)
            change = f"{_short(node)} → {_short(changed)}"
            told[function, change] += 1
            times = told[function, change]
            yield Mutant(module, function, change if times == 1 else f"{change} ({times})", now)


def _places(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST, str, int | None, ast.AST]]:
    """Every node that runs, with the function that it is in and its place in its parent."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params", "bases"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _never_runs(child):
                continue
            inner = (
                f"{function}.{child.name}".strip(".") if isinstance(child, ast.FunctionDef | ast.ClassDef) else function
            )
            yield inner, node, name, index, child
            yield from _places(child, inner)


def _never_runs(node: ast.AST) -> bool:
    """Whether it is an import, a documentation string, or there for the type checker alone."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or isinstance(node, ast.Import | ast.ImportFrom | ast.Assert)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BoolOp() | ast.UnaryOp() | ast.Compare() | ast.IfExp() | ast.Call() | ast.BinOp() | ast.Constant():
            yield from _of_value(node)
        case ast.If(_, body, orelse):
            yield from (ast.If(ast.Constant(value), body, orelse) for value in (True, False))
        case ast.While(_, body, orelse):
            yield ast.While(ast.Constant(value=False), body, orelse)
        case ast.comprehension(target, iterated, ifs, is_async):
            for left_out in range(len(ifs)):
                yield ast.comprehension(target, iterated, ifs[:left_out] + ifs[left_out + 1 :], is_async)
        case ast.match_case(pattern, guard, body) if guard is not None:
            yield ast.match_case(pattern, None, body)
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Delete() | ast.For() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Return(value) if value is not None and ast.unparse(value) not in ("None", "False"):
            yield ast.Return(ast.Constant(None))


def _of_value(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BoolOp(op, values):
            for left_out in range(len(values)):
                rest = [value for index, value in enumerate(values) if index != left_out]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.Compare(left, [compared], [right]):
            yield from (ast.Compare(left, [turned()], [right]) for turned in _COMPARED[type(compared)])
        case ast.Compare(left, several, rights):  # a < b < c: each part alone
            yield ast.Compare(left, several[:1], rights[:1])
            yield ast.Compare(rights[-2], several[-1:], rights[-1:])
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)
        case ast.Constant(int() as value):
            yield ast.Constant(not value if isinstance(value, bool) else value + 1)
        case ast.BinOp(left, operator, right) if type(operator) in _COMBINED:
            yield ast.BinOp(left, _COMBINED[type(operator)](), right)
        case ast.Call(ast.Name(name), args, keywords) if name in _CALLED:
            yield ast.Call(ast.Name(_CALLED[name]), args, keywords)


_CALLED = {"any": "all", "all": "any", "min": "max", "max": "min"}
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,), ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}  # fmt: skip
_COMBINED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
}  # fmt: skip


def _put(parent: ast.AST, name: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


def _short(node: ast.AST) -> str:
    """The first line of a node's source."""
    if isinstance(node, ast.comprehension):
        return f"for … {' '.join(f'if {ast.unparse(each)}' for each in node.ifs)}".strip()
    if isinstance(node, ast.match_case):
        return f"case {ast.unparse(node.pattern)}" + (f" if {ast.unparse(node.guard)}" if node.guard else "")
    return " ".join(ast.unparse(node).splitlines()[0].split())


class Bench:
    """A copy of the package in which one module at a time is changed.

    The tests of a module are collected once. Each change within a function is put into the running process, forked from
    there, and into the file for processes that it starts; any other change needs a process that begins anew.
    """

    def __init__(self, folder: Path) -> None:
        self.source, self.said, self.found = folder / "src", folder / "said.txt", folder / "found.json"
        shutil.copytree(
            SOURCE, self.source / "imgvet", copy_function=_copied, ignore=shutil.ignore_patterns("__pycache__")
        )
        sys.path[:0] = [str(self.source), str(ROOT / "tests"), str(ROOT)]
        os.environ |= {"PYTHONPATH": str(self.source), "PYTHONDONTWRITEBYTECODE": "1"}
        compileall.compile_dir(str(self.source), quiet=2)
        sys.dont_write_bytecode = True
        for name in _SHARED_BY_TESTS:
            importlib.import_module(name)

    def survivors(self, module: str, mutants: Sequence[Mutant], tests: tuple[str, ...]) -> list[str] | None:
        """The keys of the mutants that no test notices; None where a test fails without a change."""
        self.found.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            _run_tests(tests, self.said, _Collected(self, module, mutants))
        os.waitpid(child, 0)
        if not self.found.is_file():
            return None
        found = json.loads(self.found.read_text(encoding="utf-8"))
        lived = set(found["lived"])
        for each in mutants:
            if each.key in found["anew"] and self.passes(each, lambda: _run_tests(tests, self.said), found["seconds"]):
                lived.add(each.key)
        return [each.key for each in mutants if each.key in lived]

    def passes(self, mutant: Mutant, begin: Callable[[], object], seconds: float) -> bool | None:
        """Whether all the tests pass with that mutant; ``begin`` starts them in the process that is forked.

        None in that process, where ``begin`` returns: the tests run after it.
        """
        path = self.source / "imgvet" / mutant.module
        before = path.read_bytes()
        path.write_text(mutant.source, encoding="utf-8")
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            begin()
            return None
        try:
            return _ends_well(child, seconds)
        finally:
            path.write_bytes(before)


class _Collected:
    """A plugin of pytest: once the tests are collected, they run in a process of its own for each mutant."""

    def __init__(self, bench: Bench, module: str, mutants: Sequence[Mutant]) -> None:
        self.bench, self.module, self.mutants = bench, module, mutants
        self.took: Counter[str] = Counter()
        self.times = bench.found.with_suffix(".times")

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.took[report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        self.times.write_text(json.dumps(self.took), encoding="utf-8")

    def pytest_runtestloop(self, session: Any) -> bool | None:
        """Try each mutant; in the process that is forked for one, None: the tests run."""
        live = importlib.import_module("imgvet." + self.module.removesuffix(".py").replace("/", "."))
        source = ast.unparse(ast.parse((self.bench.source / "imgvet" / self.module).read_text(encoding="utf-8")))
        functions, unchanged = _functions(live), _codes(source)
        started = time.monotonic()
        passed = self.bench.passes(Mutant(self.module, "", "", source), lambda: None, 3600)
        if not passed:
            return passed
        self._quickest_first(session.items)
        seconds = max(_LEAST_SECONDS, _SLOWER * (time.monotonic() - started))
        lived, anew = [], []
        for each in self.mutants:
            codes = _codes(each.source)
            changed = {name: code for name, code in codes.items() if name in functions and code != unchanged.get(name)}
            if each.function not in changed:
                anew.append(each.key)
                continue
            passed = self.bench.passes(each, partial(_put_into, functions, changed), seconds)
            if passed is None:
                return None
            if passed:
                lived.append(each.key)
        self.bench.found.write_text(json.dumps({"lived": lived, "anew": anew, "seconds": seconds}), encoding="utf-8")
        return True

    def _quickest_first(self, items: list[Any]) -> None:
        """The files in the order of how long they took, and so each one's tests."""
        took = json.loads(self.times.read_text(encoding="utf-8"))
        of_file: Counter[str] = Counter()
        for each in items:
            of_file[str(each.path)] += took.get(each.nodeid, 0)
        items.sort(key=lambda each: (of_file[str(each.path)], str(each.path), took.get(each.nodeid, 0)))


def _functions(owner: Any) -> dict[str, FunctionType]:
    """The functions of a module that has been imported, and of its classes, by their qualified names."""
    found: dict[str, FunctionType] = {}
    for value in list(vars(owner).values()):
        for part in (value, getattr(value, "fget", None), getattr(value, "func", None)):
            plain = inspect.unwrap(getattr(part, "__func__", part)) if callable(part) or part is not None else None
            if isinstance(plain, FunctionType) and plain.__module__ == getattr(owner, "__module__", owner.__name__):
                found[plain.__qualname__] = plain
        if isinstance(value, type) and value.__module__ == owner.__name__ and inspect.ismodule(owner):
            found |= _functions(value)
    return found


def _codes(source: str | CodeType) -> dict[str, CodeType]:
    """The code of each function in a source by its qualified name; those within a function are part of it."""
    code = compile(source, "<mutant>", "exec") if isinstance(source, str) else source
    found: dict[str, CodeType] = {}
    for each in code.co_consts:
        if isinstance(each, CodeType):
            is_function = bool(each.co_flags & inspect.CO_NEWLOCALS) and not each.co_name.startswith("<")
            found |= {each.co_qualname: each} if is_function else _codes(each)
    return found


def _put_into(functions: dict[str, FunctionType], changed: dict[str, CodeType]) -> None:
    for name, code in changed.items():
        functions[name].__code__ = code


def _ends_well(child: int, seconds: float) -> bool:
    """Whether a process ends with 0 within that time; else it ends now, with all that it has started."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _copied(source: str, target: str) -> None:
    """A copy; of the models, which are large and are never changed, a link where the file system has one."""
    if source.endswith(".onnx"):
        with contextlib.suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)


def _run_tests(tests: tuple[str, ...], said: Path, *plugins: object) -> None:
    """Run them in this process, which ends with them; ``said``: the file in which what they say is kept."""
    import pytest

    nowhere = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    code = 1
    words = ("-x", "-q", "-W", _ALREADY_IMPORTED, "-p", "no:cacheprovider", "-m", "not slow", "--rootdir", str(ROOT))
    try:
        code = int(pytest.main([*words, *tests], plugins=list(plugins)))
    except BaseException:  # noqa: BLE001 - nothing of this process may go on as the runner
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def known_survivors() -> set[str]:
    """The mutants that have a row in ``docs/developers/mutants.md``."""
    return set(re.findall(r"^\| `([^`]+)` \|", KNOWN.read_text(encoding="utf-8"), re.MULTILINE))


def main() -> int:
    """Try every mutant of the modules that are named; the exit code is 1 where one survives that is not known."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("modules", nargs="*", metavar="MODULE")
    wanted = asked.parse_args().modules
    modules = [each for each in TESTS if not wanted or any(each.startswith(name) for name in wanted)]
    known, new = known_survivors(), 0
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for module in modules:
            source = (SOURCE / module).read_text(encoding="utf-8")
            made = list(mutants_of(module, source))
            lived = bench.survivors(module, made, TESTS[module])
            if lived is None:
                print(f"{module}: its tests fail without a change:\n{bench.said.read_text(encoding='utf-8')}")
                return 2
            for key in lived:
                print(f"  {'known' if key in known and module != GATE else 'SURVIVED'}: {key}", flush=True)
            gone = sorted(key for key in known - {each.key for each in made} if key.startswith(f"{module} "))
            for key in gone:
                print(f"  its row has no mutant: {key}", flush=True)
            new += len(gone) + sum(key not in known or module == GATE for key in lived)
            print(f"{module}: {len(made)} mutants, {len(made) - len(lived)} noticed, {len(lived)} survived", flush=True)
    return int(new > 0)


if __name__ == "__main__":
    sys.exit(main())
