"""A register on a PostgreSQL server: what a file does not have, such as roles, a network and other programs' tables."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from imgvet.database.addresses import ServerAddress, address_of, kept_address
from imgvet.database.server_words import ServerTrouble
from imgvet.errors import RegisterError, RegisterUnusable, UsageError
from imgvet.releases.register import Register
from imgvet.releases.release import Release
from imgvet.releases.store import find_register, open_register
from imgvet.releases.tables import REGISTER_TABLES
from support.commands import Imgvet
from support.servers import PostgresServer, say

TODAY = date(2026, 11, 25)
FORM = Release("A-1", "Zora Marker", signed_on=date(2020, 6, 14), event="Open Day", channels=("all",))
ADD = ("--person", "Ann", "--signed-on", "2026-06-14", "--event", "Open Day", "--channels", "all", "--by", "Jo")


@pytest.fixture
def register(on_server: ServerAddress) -> Iterator[Register]:
    with open_register(on_server) as opened:
        yield opened


# -- its address


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("postgresql://ann:s%40crEt@db.example:5433/forms", "postgresql://ann@db.example:5433/forms"),
        ("postgres://db1,db2:5433/forms?sslmode=verify-full", "postgres://db1,db2:5433/forms?sslmode=verify-full"),
        ("postgresql:///forms?host=/run/pg&password=s%40crEt", "postgresql:///forms?host=%2Frun%2Fpg"),
        ("postgresql://[::1]:5432/forms", "postgresql://[::1]:5432/forms"),
    ],
)
def test_an_address_is_shown_without_its_password(typed: str, shown: str) -> None:
    address = address_of(typed)
    assert str(address) == shown
    assert "crEt" not in repr(address)


@pytest.mark.parametrize(
    "typed",
    ["postgresql:forms", "postgresql://db", "postgresql://db/", "postgresql://a:s3crEt/x@db/f", "postgres://h:x/d"],
)
def test_an_address_that_is_not_whole_is_refused_and_not_repeated(typed: str, imgvet: Imgvet) -> None:
    """A mistyped one may have a password where none is expected."""
    with pytest.raises(UsageError, match="not complete"):
        address_of(typed)
    ran = imgvet("release", "list", "--register", typed)
    assert ran.code == 2
    assert "s3crEt" not in ran.out + ran.err


def test_what_begins_otherwise_is_a_file() -> None:
    assert address_of("postgresql.db") == Path("postgresql.db")


def test_no_server_is_asked_because_a_batch_names_it(on_server: ServerAddress) -> None:
    """Somebody else's batch would send this computer's password to their server; one's own address is known."""
    strange = kept_address(str(on_server), Path("own.db"))
    with pytest.raises(RegisterError, match="nobody has named on this computer"):
        find_register(strange)
    assert kept_address(str(on_server), on_server) == on_server


# -- how it is reached


def test_commands_use_it(
    imgvet: Imgvet, tmp_path: Path, on_server: ServerAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they use a file; the password is said nowhere."""
    monkeypatch.setenv("IMGVET_REGISTER", on_server.uri)
    assert "There is no register at" in imgvet("release", "list").err
    added = imgvet("release", "add", "A-1", *ADD)
    assert (added.code, "A new register was created: postgresql://" in added.err) == (0, True)
    (tmp_path / "scan.pdf").write_bytes(b"%PDF scanned")
    assert imgvet("release", "change", "A-1", "--scan", "scan.pdf", "--by", "Jo").code == 0
    shown = imgvet("release", "show", "A-1", "--save-scan", "saved.pdf")
    assert (shown.code, "Ann" in shown.out) == (0, True)
    assert (tmp_path / "saved.pdf").read_bytes() == b"%PDF scanned"
    again = imgvet("release", "show", "A-1", "--save-scan", "saved.pdf")
    assert (again.code, "there already" in again.err) == (2, True)
    assert "forms at postgresql://" in imgvet("doctor").out.replace("1 form ", "1 forms ")
    said = added.err + added.out + shown.out + imgvet("release", "list").err
    assert "correct" not in said


def test_a_wrong_password_is_told_of_and_not_repeated(postgresql: PostgresServer, imgvet: Imgvet) -> None:
    address = postgresql.address("postgres", password="wr0ng")  # noqa: S106 - it is meant to be wrong
    ran = imgvet("release", "list", "--register", address.uri)
    assert ran.code == 4
    assert "does not accept your name or password" in ran.err
    assert "wr0ng" not in ran.err


def test_a_server_that_is_not_there_is_told_of(imgvet: Imgvet) -> None:
    ran = imgvet("release", "list", "--register", "postgresql://127.0.0.1:1/forms")
    assert ran.code == 4
    assert "'postgresql://127.0.0.1:1/forms' cannot be reached" in ran.err


def test_a_database_that_is_not_there_is_told_of(postgresql: PostgresServer) -> None:
    with pytest.raises(RegisterUnusable, match="no database of the name"):
        open_register(postgresql.address("nowhere"))


# -- what is in the database


def test_looking_makes_nothing(on_server: ServerAddress) -> None:
    assert find_register(on_server) is None
    assert say(on_server, "SELECT 1 FROM pg_namespace WHERE nspname = 'imgvet'") == []


def test_the_tables_are_those_that_statements_name(register: Register) -> None:
    """The revisions and ``tables.py`` say the same; nobody has to compare them by eye."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    assert isinstance(register.address, ServerAddress)
    uri = register.address.uri.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(uri, connect_args={"options": "-csearch_path=imgvet"})
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), REGISTER_TABLES)
    engine.dispose()
    assert [each for each in differences if each[0] != "remove_index"] == []


@pytest.mark.parametrize(
    ("altered", "said"),
    [
        ("UPDATE imgvet.alembic_version SET version_num = '9999'", "newer imgvet"),
        ("UPDATE imgvet.alembic_version SET version_num = 'abc'", "not a register"),
        ("DROP TABLE imgvet.alembic_version", "not a register"),
        ("DROP TABLE imgvet.uses", "the table 'uses' is missing"),
        ("ALTER TABLE imgvet.facts ADD COLUMN x text", "the table 'facts' is not imgvet's"),
        ("ALTER TABLE imgvet.history ENABLE ROW LEVEL SECURITY", "the table 'history' is not imgvet's"),
        ("CREATE RULE r AS ON INSERT TO imgvet.history DO INSTEAD NOTHING", "the table 'history' is not imgvet's"),
        (
            "DROP TABLE imgvet.facts; CREATE VIEW imgvet.facts AS SELECT 'a' AS name",
            "the table 'facts' is not imgvet's",
        ),
    ],
)
def test_what_is_not_ours_is_refused(register: Register, altered: str, said: str) -> None:
    assert isinstance(register.address, ServerAddress)
    say(register.address, altered)
    with pytest.raises(RegisterError, match=said):
        open_register(register.address)


def test_another_programs_tables_of_that_name_are_left_alone(on_server: ServerAddress) -> None:
    say(on_server, "CREATE SCHEMA imgvet; CREATE TABLE imgvet.releases (version text)")
    with pytest.raises(RegisterError, match="not a register"):
        open_register(on_server)
    assert len(say(on_server, "SELECT tablename FROM pg_tables WHERE schemaname = 'imgvet'")) == 1


def test_a_role_needs_the_rights_that_are_documented(
    postgresql: PostgresServer, register: Register, imgvet: Imgvet
) -> None:
    """Those of an office, and those of somebody who may only look."""
    assert isinstance(register.address, ServerAddress)
    register.add([replace(FORM, expires_on=date(2020, 7, 1))], "Jo")
    name = register.address.uri.rpartition("/")[2].partition("?")[0]
    page = (Path(__file__).parents[2] / "docs" / "it" / "register_server.md").read_text(encoding="utf-8")
    for role, heading in (("office", "An office"), ("reader", "Somebody who only looks")):
        rights = page.partition(f"**{heading}")[2].partition("```sql")[2].partition("```")[0]
        say(
            register.address,
            f"CREATE ROLE {role}_{name} LOGIN PASSWORD 'x'; {rights.replace('NAME', f'{role}_{name}')}",
        )
    reader, office = (postgresql.address(name, f"{role}_{name}", "x").uri for role in ("reader", "office"))
    assert "Zora" in imgvet("release", "list", "--register", reader).out
    refused = imgvet("release", "add", "A-2", *ADD, "--register", reader)
    assert (refused.code, "does not allow you to do this" in refused.err) == (4, True)
    assert imgvet("release", "add", "A-2", *ADD, "--register", office).code == 0
    purged = imgvet("release", "purge", "--by", "Jo", "--register", office)
    assert "until the owner of the tables runs VACUUM FULL" in purged.err
    for role in ("office", "reader"):
        say(register.address, f"DROP OWNED BY {role}_{name}; DROP ROLE {role}_{name}")


# -- several at once


def test_who_waits_too_long_is_told(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(register.address, ServerAddress)
    monkeypatch.setattr("imgvet.database.servers._USUAL", 1)
    with open_register(register.address) as other, register.database.transaction():
        with pytest.raises(RegisterUnusable, match="being used by somebody else"):
            other.add([FORM], "Jo")
        assert other.find("A-1") is None  # and whoever reads never waits
    register.add([FORM], "Jo")


def test_a_connection_that_is_lost_leaves_nothing_half_written(register: Register) -> None:
    """The next command finds what was there before, and can write at once."""
    assert isinstance(register.address, ServerAddress)

    def lose_it(address: ServerAddress) -> None:
        with register.writing("Jo"):
            register.write_down("added", "Jo", "A-1", "", {})
            (pid,) = register.database.driver.execute("SELECT pg_backend_pid()").fetchone()
            say(address, "SELECT pg_terminate_backend(%s)", pid)
            register.add([FORM], "Jo")

    with pytest.raises(RegisterUnusable, match=r"The connection to .* was lost"):
        lose_it(register.address)
    with open_register(register.address) as again:
        assert list(again.history()) == []
        again.add([FORM], "Jo")


def test_a_step_of_which_a_part_failed_is_not_taken_for_saved(register: Register) -> None:
    """The server rolls it back without a word, where the failure was caught on its way."""

    def half() -> None:
        with register.database.transaction():
            register.write_down("added", "Jo", "A-1", "", {})
            with pytest.raises(ServerTrouble):
                register.database.run(text("SELECT 1 / 0"))

    with pytest.raises(ServerTrouble, match="Nothing of this step was saved"):
        half()
    assert list(register.history()) == []


KILLED = """
import os, signal, sys
from datetime import date
from imgvet.database.addresses import address_of
from imgvet.releases.release import Release
from imgvet.releases.store import open_register

register = open_register(address_of(sys.argv[1]))
with register.writing("Jo"):
    register.add([Release(f"B-{n}", signed_on=date(2026, 1, 1)) for n in range(3)], "Jo")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
def test_an_office_that_is_killed_leaves_nothing(register: Register) -> None:
    """Nor its lock."""
    assert isinstance(register.address, ServerAddress)
    done = subprocess.run([sys.executable, "-c", KILLED, register.address.uri], check=False, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    assert list(register.releases()) == []
    register.add([FORM], "Jo")


def test_erased_data_is_not_in_the_tables_files(postgresql: PostgresServer, register: Register) -> None:
    """As far as a server can promise it: its log, replicas and backups are the business of whoever runs it."""
    assert isinstance(register.address, ServerAddress)
    forms = [
        replace(FORM, reference=f"A-{n}", person=f"Zebedee{n} Quill", expires_on=date(2020, 1, 1)) for n in range(40)
    ]
    register.add(forms, "Jo")
    tables = "SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE relnamespace = 'imgvet'::regnamespace"
    assert any(b"Zebedee" in each for each in _files(postgresql, register.address, tables))
    register.purge([each.reference for each in forms], TODAY, 5, "Kim")
    assert not any(b"Zebedee" in each for each in _files(postgresql, register.address, tables))
    assert "write-ahead log" in register.traces()


def _files(postgresql: PostgresServer, address: ServerAddress, query: str) -> list[bytes]:
    say(address, "CHECKPOINT")
    return [
        (postgresql.folder / "data" / path).read_bytes()
        for (path,) in say(address, query)
        if path and (postgresql.folder / "data" / path).is_file()
    ]
