"""A register that somebody else wrote, or edited: every command ends with words, and nothing in its schema is run."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from imgvet.errors import RegisterError
from support.chance import examples
from support.commands import Imgvet, Ran, run_here
from support.forms import signed

BY = ("--by", "A. Officer")
COMMANDS = (
    ("release", "list"),
    ("release", "list", "--json"),
    ("release", "show", "WMP-1"),
    ("release", "change", "WMP-1", "--note", "Rang again", *BY),
    ("release", "withdraw", "WMP-1", "--why", "Asked for it", *BY),
    ("release", "export", "out.csv"),
    ("release", "purge", *BY),
)


@pytest.fixture
def register(imgvet: Imgvet, tmp_path: Path) -> Path:
    """A register with two forms, one of which was changed."""
    for reference in ("WMP-1", "WMP-2"):
        signed(tmp_path, reference)
    assert imgvet("release", "change", "WMP-1", "--note", "Rang", *BY).code == 0
    (tmp_path / "canary.txt").write_text("of somebody")
    return tmp_path / "register.db"


@contextlib.contextmanager
def database_of(register: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(register)) as database, database:
        yield database


def told(ran: Ran) -> None:
    assert ran.code in range(5), ran.err
    assert "Traceback" not in ran.err + ran.out
    assert "imgvet-report" not in ran.err, ran.err  # nobody foresaw it


@pytest.mark.parametrize("script", [
    "CREATE TABLE more (x)",
    "CREATE VIEW seen AS SELECT * FROM releases",
    "CREATE TRIGGER sly AFTER UPDATE ON releases BEGIN UPDATE releases SET withdrawn_on = NULL; END",
    "CREATE INDEX slow ON history (length(why))",
    "ALTER TABLE releases ADD COLUMN more TEXT",
    "ALTER TABLE releases RENAME COLUMN person TO persona",
    "DROP TABLE uses",
    "CREATE VIRTUAL TABLE words USING fts5(x)",
    "DROP TABLE facts; CREATE VIEW facts AS SELECT 'uses_since' AS name, '1' AS value",
    "DROP TABLE numbers; CREATE TABLE numbers (prefix TEXT, year INTEGER, last INTEGER CHECK (abs(last) < 9))",
    "PRAGMA user_version = -1",
    "PRAGMA user_version = 99",
    "PRAGMA application_id = 7",
])  # fmt: skip
def test_a_schema_that_is_not_imgvets_is_refused(register: Path, imgvet: Imgvet, script: str) -> None:
    """By every command, before anything is changed."""
    with contextlib.closing(sqlite3.connect(register)) as database:
        database.executescript(script)
    whole = register.read_bytes()
    for words in COMMANDS:
        ran = imgvet(*words)
        assert ran.code == RegisterError.exit_code, (words, ran.err)
        assert "register" in ran.err
    assert register.read_bytes() == whole


CELLS: list[tuple[str, str, Any]] = [
    ("releases", "reference", "../../x"),
    ("releases", "reference", b"WMP-1"),
    ("releases", "person", b"\xff"),
    ("releases", "person", "x" * 200_000),
    ("releases", "signed_on", "yesterday"),
    ("releases", "signed_on", ""),
    ("releases", "expires_on", 5),
    ("releases", "withdrawn_on", b"2026-01-01"),
    ("releases", "channels", "flickr"),
    ("releases", "channels", "[" * 100_000),
    ("releases", "channels", '{"flickr": 1}'),
    ("releases", "minor", 2),
    ("releases", "minor", "no"),
    ("releases", "scan_name", "../../canary.txt"),
    ("releases", "scan_sha256", "x"),
    ("history", "changes", "[]"),
    ("history", "changes", '{"note": [1, 2]}'),
    ("history", "changes", "["),
    ("history", "why", b"\xff"),
    ("history", "at", b"5"),
]


@pytest.mark.parametrize(("table", "column", "value"), CELLS)
def test_a_value_that_cannot_be_one_is_told(
    register: Path, imgvet: Imgvet, table: str, column: str, value: Any
) -> None:
    """With the form, where it is one's, and what to do; nothing beside the register is touched."""
    with database_of(register) as database:
        database.execute(f"UPDATE {table} SET {column} = ?", (value,))  # noqa: S608 - own words
    for words in COMMANDS:
        told(imgvet(*words))
    ran = imgvet("release", "show", "WMP-1")
    assert ran.code == RegisterError.exit_code
    assert "damaged" in ran.err
    assert (register.parent / "canary.txt").read_text() == "of somebody"


def test_a_damaged_file_is_told(register: Path, imgvet: Imgvet) -> None:
    """Overwritten pages, and a file that is something else."""
    whole = bytearray(register.read_bytes())
    for at in (16, 100, 4096, 9000):
        data = whole.copy()
        data[at : at + 300] = b"\xa5" * 300
        register.write_bytes(data)
        for words in COMMANDS:
            told(imgvet(*words))
    register.write_bytes(b"no database " * 900)
    assert imgvet("release", "list").code == 4


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_cell_of_the_register_ends_in_a_traceback(register: Path, data: st.DataObject) -> None:
    """Every cell of every table, exchanged for a value of any type."""
    kept = register.with_name("whole.db")
    if not kept.exists():
        kept.write_bytes(register.read_bytes())
    register.write_bytes(kept.read_bytes())
    with contextlib.closing(sqlite3.connect(register)) as database, contextlib.suppress(sqlite3.Error), database:
        table = data.draw(st.sampled_from(["releases", "history", "numbers", "facts"]))
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
        numbers = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
        value = data.draw(st.one_of(st.none(), numbers, st.binary(max_size=9), texts))
        column = data.draw(st.sampled_from(columns))
        database.execute(f"UPDATE {table} SET {column} = ?", (value,))  # noqa: S608 - own words
    for words in COMMANDS[2:5]:
        told(run_here(words, register.parent))
