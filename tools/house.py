"""Measure the house: modules, functions, rooms, doubled names and the imports between rooms, as a Markdown table.

    python tools/house.py [SRC]

SRC is the folder of the package, ``src/imgvet`` where none is given. Nothing of it is imported; its modules are parsed,
and grimp, which comes with import-linter, reads the imports. The floors are those of ``[tool.importlinter]`` in the
pyproject.toml beside SRC's parent. How it counts:

- a room is a folder or a module right below SRC; a crumb is a module under 60 lines that is not an ``__init__``;
- a function's length runs from ``def`` to its last line; its parameters include ``self`` and keyword-only ones;
- McCabe counts if, elif, for, while, except, case, ``else`` of a loop or a try, and functions inside; as ruff does;
- nesting is how deep if, elif, for, while, with, try and match are inside one another within one function;
- a doubled name is a public class or function that two modules define at their top level.
"""

import argparse
import ast
import statistics
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import grimp

SOURCE = Path(__file__).parents[1] / "src" / "imgvet"
MAX_LINES = 300
MAX_MCCABE = 10
MAX_PARAMETERS = 7
CRUMB_LINES = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef
Public = ast.ClassDef | Function
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_BLOCKS = (ast.If, *_LOOPS, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)


@dataclass(frozen=True)
class Module:
    """One parsed file of the package."""

    name: str  # below the package, e.g. "batch.store"; "" for the package's own __init__
    path: Path
    lines: int
    tree: ast.Module

    @property
    def room(self) -> str:
        """The folder or module right below the package in which it is."""
        return self.name.partition(".")[0]

    @property
    def is_init(self) -> bool:
        """Whether it only makes a folder a package."""
        return self.path.stem == "__init__"

    @cached_property
    def functions(self) -> list[Function]:
        """Every function and method, those inside others included."""
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    @cached_property
    def public(self) -> list[Public]:
        """Public classes and functions at the top level."""
        return [node for node in self.tree.body if isinstance(node, Public) and not node.name.startswith("_")]


@dataclass(frozen=True)
class RoomImports:
    """Who imports whom among the rooms."""

    arrows: frozenset[tuple[str, str]]  # importer, imported
    upward: tuple[tuple[str, str], ...]  # against the floors
    circles: tuple[tuple[str, ...], ...]  # rooms that reach each other


def read_modules(source: Path) -> list[Module]:
    """Every module below the folder of a package, in the order of their names."""
    modules = []
    for path in sorted(source.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        parts = path.relative_to(source).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        modules.append(Module(name, path, len(text.splitlines()), ast.parse(text)))
    return modules


def doubled_names(modules: list[Module]) -> dict[str, list[str]]:
    """Public names that more than one module defines, with those modules; each of Alembic's revisions has the same."""
    places: dict[str, list[str]] = {}
    for module in (each for each in modules if ".revisions.versions." not in each.name):
        for name in {node.name for node in module.public}:
            places.setdefault(name, []).append(module.name)
    return {name: found for name, found in sorted(places.items()) if len(found) > 1}


def room_lines(modules: list[Module]) -> Counter[str]:
    """Lines of each room."""
    lines: Counter[str] = Counter()
    for module in modules:
        lines[module.room] += module.lines
    return lines


def without_docstring(modules: list[Module]) -> list[str]:
    """Public classes, functions and methods of public classes that say nothing of themselves."""
    return [
        f"{module.name}.{node.name}"
        for module in modules
        for node in _with_methods(module.public)
        if not ast.get_docstring(node)
    ]


def room_imports(source: Path, floors: list[set[str]]) -> RoomImports:
    """The imports between rooms; ``floors`` from the top down, empty where none are declared."""
    sys.path.insert(0, str(source.parent))
    graph = grimp.build_graph(source.name, cache_dir=None)
    arrows = set()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            pair = _room(module), _room(imported)
            if all(pair) and pair[0] != pair[1]:
                arrows.add(pair)
    floor = {room: number for number, rooms in enumerate(floors) for room in rooms}
    known = [pair for pair in arrows if pair[0] in floor and pair[1] in floor]
    upward = sorted(pair for pair in known if floor[pair[0]] >= floor[pair[1]])
    return RoomImports(frozenset(arrows), tuple(upward), tuple(_circles(arrows)))


def declared_floors(source: Path) -> list[set[str]]:
    """The floors that pyproject.toml declares for the package, from the top down."""
    project = source.parents[1] / "pyproject.toml"
    contracts = tomllib.loads(project.read_text(encoding="utf-8"))["tool"].get("importlinter", {}).get("contracts", [])
    layers: list[str] = next((contract["layers"] for contract in contracts if contract["type"] == "layers"), [])
    return [{room.strip(" ()") for room in layer.replace(":", "|").split("|")} for layer in layers]


def mccabe(node: ast.AST) -> int:
    """Ways through a function, counted as ruff counts them."""
    ways = 1 if isinstance(node, Function) else 0
    for child in ast.walk(node):
        if child is node:
            continue
        if isinstance(child, (ast.If, ast.ExceptHandler, ast.match_case, Function)):
            ways += 1
        elif isinstance(child, _LOOPS):
            ways += 1 + bool(child.orelse)
        elif isinstance(child, (ast.Try, ast.TryStar)):
            ways += bool(child.orelse)
    return ways


def nesting(node: ast.AST) -> int:
    """How deep blocks are inside one another below the node; functions inside are counted on their own."""
    children = (child for child in ast.iter_child_nodes(node) if not isinstance(child, Function))
    return max((isinstance(child, _BLOCKS) + nesting(child) for child in children), default=0)


def table(source: Path) -> str:
    """All figures as Markdown."""
    modules = read_modules(source)
    imports = room_imports(source, declared_floors(source))
    rows = [*_sizes(modules, source), *_functions(modules), *_rooms(modules), *_imports(imports)]
    lines = ["| | figure |", "|---|--:|", *(f"| {name} | {figure} |" for name, figure in rows)]
    return "\n".join(lines) + "\n" + _named(modules, imports)


def _sizes(modules: list[Module], source: Path) -> Iterator[tuple[str, str]]:
    lines = [module.lines for module in modules]
    yield "modules", str(len(modules))
    yield "lines", f"{sum(lines):,}"
    yield "median module", f"{statistics.median(lines):.0f}"
    yield f"modules > {MAX_LINES} lines", str(sum(count > MAX_LINES for count in lines))
    yield "largest module", f"{max(lines)}"
    tests = source.parents[1] / "tests"
    test_lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in tests.rglob("*.py"))
    yield "test lines a source line", f"{test_lines / sum(lines):.2f}"


def _functions(modules: list[Module]) -> Iterator[tuple[str, str]]:
    functions = [function for module in modules for function in module.functions]
    lengths = sorted((function.end_lineno or 0) - function.lineno + 1 for function in functions)
    depths = [nesting(function) for function in functions]
    public = [node for module in modules for node in _with_methods(module.public)]
    documented = len(public) - len(without_docstring(modules))
    yield "functions", f"{len(functions):,}"
    yield "median / 95th / max function", " / ".join(map(str, _percentiles(lengths)))
    yield f"McCabe > {MAX_MCCABE}", str(sum(mccabe(function) > MAX_MCCABE for function in functions))
    yield "nesting max (functions ≥ 4)", f"{max(depths)} ({sum(depth >= 4 for depth in depths)})"
    yield f"more than {MAX_PARAMETERS} parameters", str(sum(parameters(each) > MAX_PARAMETERS for each in functions))
    yield "public with docstring", f"{documented / len(public):.0%}"
    yield "return types", f"{sum(each.returns is not None for each in functions) / len(functions):.0%}"


def _rooms(modules: list[Module]) -> Iterator[tuple[str, str]]:
    lines = room_lines(modules)
    (biggest, most), *_ = lines.most_common(1)
    crumbs = [module for module in modules if module.lines < CRUMB_LINES and not module.is_init]
    yield "rooms", str(len(lines.keys() - {"", "__main__"}))
    yield "biggest room", f"{biggest}, {most / lines.total():.1%}"
    yield "doubled public names", str(len(doubled_names(modules)))
    yield f"crumbs under {CRUMB_LINES} lines", str(len(crumbs))


def _imports(imports: RoomImports) -> Iterator[tuple[str, str]]:
    yield "arrows between rooms", str(len(imports.arrows))
    yield "upward arrows", str(len(imports.upward))
    yield "circles of rooms", str(len(imports.circles))


def _named(modules: list[Module], imports: RoomImports) -> str:
    """What the figures count, by name."""
    lines = room_lines(modules)
    crumbs = [f"{each.name} {each.lines}" for each in modules if each.lines < CRUMB_LINES and not each.is_init]
    shares = [f"{room or 'imgvet'} {count / lines.total():.1%}" for room, count in lines.most_common()]
    doubled = [f"{name} ({', '.join(places)})" for name, places in doubled_names(modules).items()]
    parts = {
        "Rooms by share of the lines": shares,
        "Doubled public names": doubled,
        "Crumbs": crumbs,
        "Upward": [f"{one} → {other}" for one, other in imports.upward],
        "Circles": [" ↔ ".join(circle) for circle in imports.circles],
        "Without a docstring": without_docstring(modules),
    }
    return "".join(f"\n{title}: {', '.join(each)}.\n" for title, each in parts.items() if each)


def _with_methods(public: list[Public]) -> Iterator[Public]:
    for node in public:
        yield node
        if isinstance(node, ast.ClassDef):
            yield from (each for each in node.body if isinstance(each, Function) and not each.name.startswith("_"))


def parameters(function: Function) -> int:
    """How many it takes."""
    given = function.args
    named = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs)
    return named + (given.vararg is not None) + (given.kwarg is not None)


def _percentiles(lengths: list[int]) -> tuple[int, int, int]:
    return int(statistics.median(lengths)), lengths[int(len(lengths) * 0.95)], lengths[-1]


def _room(module: str) -> str:
    return module.partition(".")[2].partition(".")[0]


def _circles(arrows: set[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """Rooms that reach each other, each such set once."""
    reached = {room: _reach(room, arrows) for pair in arrows for room in pair}
    sets = {frozenset(other for other in beyond if room in reached[other]) for room, beyond in reached.items()}
    yield from sorted(tuple(sorted(each)) for each in sets if len(each) > 1)


def _reach(room: str, arrows: set[tuple[str, str]]) -> set[str]:
    """Every room that can be reached from this one by one arrow or more."""
    found: set[str] = set()
    waiting = [room]
    while waiting:
        here = waiting.pop()
        beyond = {target for origin, target in arrows if origin == here} - found
        found |= beyond
        waiting.extend(beyond)
    return found


def main() -> None:
    """Print the figures of the package that the command line names."""
    parser = argparse.ArgumentParser(description="Measure the house.")
    parser.add_argument("source", nargs="?", type=Path, default=SOURCE, help="the package's folder")
    print(table(parser.parse_args().source.resolve()))


if __name__ == "__main__":
    main()
