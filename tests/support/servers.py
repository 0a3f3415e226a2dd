"""A PostgreSQL server of the tests' own, on a free port: one for all of pytest's workers, a database for each test."""

import contextlib
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imgvet.database.addresses import ServerAddress, address_of

_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/local/opt")  # with versions below
_UNSAFE = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")  # nothing here outlives the tests
PASSWORD = "correct horse"  # noqa: S105 - of the tests' own server


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server."""

    port: int
    folder: Path

    def address(self, database: str, user: str = "postgres", password: str = PASSWORD) -> ServerAddress:
        """Of a database on it."""
        named = f"{user}:{password.replace(' ', '%20')}@127.0.0.1:{self.port}"
        address = address_of(f"postgresql://{named}/{database}?sslmode=disable")
        assert isinstance(address, ServerAddress)
        return address

    @contextlib.contextmanager
    def database(self) -> Iterator[ServerAddress]:
        """A new database; it is dropped afterwards, whoever is connected."""
        name = f"t_{secrets.token_hex(6)}"
        self.say(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield self.address(name)
        finally:
            self.say(f"DROP DATABASE {name} WITH (FORCE)")

    def say(self, words: str, database: str = "postgres") -> list[Any]:
        """Run a statement as the server's own administrator."""
        return say(self.address(database), words)

    def stop(self) -> None:
        """Stop it, and remove what it wrote."""
        _run(_program("pg_ctl"), "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def say(address: ServerAddress, words: str, *values: Any) -> list[Any]:
    """Run a statement in that database; the rows that it gives."""
    import psycopg

    with psycopg.connect(address.uri, autocommit=True) as connection:
        done = connection.execute(words.encode(), values or None)
        return done.fetchall() if done.description else []


def why_no_server() -> str:
    """Why none can be started here; empty where one can."""
    if sys.platform == "win32":
        return "PostgreSQL is started on POSIX only"
    if not _program("initdb"):
        return "PostgreSQL is not installed: apt-get install postgresql"
    if os.getuid() == 0 and not (shutil.which("runuser") and _has_account()):
        return "PostgreSQL does not run as root, and there is no account 'postgres'"
    return ""


@contextlib.contextmanager
def shared_server(notes: Path) -> Iterator[PostgresServer]:
    """The server of all of pytest's workers: the first one starts it, and the last one stops it.

    ``notes``: a file that the workers share.
    """
    with _noted(notes) as file:
        users, port, folder = file.execute("SELECT users, port, folder FROM server").fetchone()
        server = PostgresServer(port, Path(folder)) if users else _started()
        file.execute("UPDATE server SET users = ?, port = ?, folder = ?", (users + 1, server.port, str(server.folder)))
    try:
        yield server
    finally:
        with _noted(notes) as file:
            (users,) = file.execute("SELECT users FROM server").fetchone()
            file.execute("UPDATE server SET users = ?", (users - 1,))
            if users == 1:
                server.stop()


@contextlib.contextmanager
def _noted(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path, timeout=120, isolation_level=None)) as file:
        file.execute("BEGIN EXCLUSIVE")
        file.execute("CREATE TABLE IF NOT EXISTS server (users INTEGER, port INTEGER, folder TEXT)")
        if not file.execute("SELECT 1 FROM server").fetchone():
            file.execute("INSERT INTO server VALUES (0, 0, '')")
        yield file
        file.execute("COMMIT")


def _started() -> PostgresServer:
    folder = Path(tempfile.mkdtemp(prefix="imgvet-postgresql-"))
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        shutil.chown(folder / "password", "postgres")
    data = folder / "data"
    _run(
        _program("initdb"), "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", folder / "password",
        "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync",
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = " ".join([f"-p {port} -k {folder} -c listen_addresses=127.0.0.1", *(f"-c {each}" for each in _UNSAFE)])
    _run(_program("pg_ctl"), "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
    return PostgresServer(port, folder)


def _run(*words: object) -> None:
    """Run a program of PostgreSQL's, which refuses to run as root."""
    command: Sequence[str] = list(map(str, words))
    if os.getuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    with tempfile.TemporaryFile() as said:  # no pipe: the server would hold it open
        done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=120)
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{command[0]}: {said.read().decode(errors='replace')}")


def _program(name: str) -> str:
    found = [each for place in _PLACES for each in Path(place).glob(f"*/bin/{name}")]
    return str(max(found, default="")) or shutil.which(name) or ""


def _has_account() -> bool:
    import pwd

    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam("postgres"))
    return False
