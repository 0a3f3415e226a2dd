"""The house: what import-linter (``make check``) does not hold. ``make house`` prints the figures."""

import ast

from tools import house

MODULES = house.read_modules(house.SOURCE)


def test_no_room_has_a_name_that_says_nothing() -> None:
    """No utils, core, base, manager, helpers."""
    for module in MODULES:
        assert module.path.stem not in {"utils", "util", "core", "base", "manager", "helpers", "common", "misc"}


def test_a_public_name_means_one_thing() -> None:
    """No class or function has its name in two modules."""
    assert house.doubled_names(MODULES) == {}


def test_every_public_name_is_documented() -> None:
    """Classes, functions and methods say what they are."""
    assert house.without_docstring(MODULES) == []


def test_no_room_outgrows_the_house() -> None:
    """No room holds more than 15 % of the lines, to the nearest per cent."""
    lines = house.room_lines(MODULES)
    assert {room: count for room, count in lines.items() if round(100 * count / lines.total()) > 15} == {}


def test_imports_between_rooms_go_one_way() -> None:
    """No circle of rooms, and no arrow upwards."""
    imports = house.room_imports(house.SOURCE, house.declared_floors(house.SOURCE))
    assert imports.circles == ()
    assert imports.upward == ()


def test_the_measures_count_what_they_say() -> None:
    """On a function whose figures can be counted by hand."""
    tree = ast.parse(
        "def f(a, *b, c, **d):\n"
        "    for each in a:\n"
        "        if each:\n"
        "            return 1\n"
        "        elif b:\n"
        "            return 2\n"
        "    else:\n"
        "        try:\n"
        "            pass\n"
        "        except E:\n"
        "            pass\n"
    )
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    assert house.mccabe(function) == 6
    assert house.nesting(function) == 3
    assert house.parameters(function) == 4
