"""The fixtures that several rooms use. What they are made of, and everything else that tests share, is in support/."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from imgvet.database.addresses import Address, ServerAddress
from support.commands import Imgvet, Ran, environment_of_its_own, run_here, run_process
from support.pictures import four_photos
from support.servers import PostgresServer, shared_server, why_no_server
from support.shared import Shared

environment_of_its_own()

# The same examples on every run. `make chance` draws new ones, and more of them (see support/chance.py).
hypothesis.settings.register_profile("imgvet", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("chance", deadline=None, max_examples=1000, database=None, print_blob=True)
hypothesis.settings.load_profile("imgvet")


# What a test needs says what it costs; files of which every test is slow say so themselves.
_MARK_OF_FIXTURE = {"browser": "browser", "chromium": "browser", "imgvet_process": "slow", "shared": "slow"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests by their fixtures, before any is chosen by its marks."""
    for item in items:
        for name in _MARK_OF_FIXTURE.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(_MARK_OF_FIXTURE[name])


@pytest.fixture(autouse=True)
def _register_of_its_own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the register of whoever runs it: it has its own, or, without a folder, none that could be there."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else Path("no folder")
    monkeypatch.setenv("IMGVET_REGISTER", str(folder / "register.db"))
    monkeypatch.setenv("IMGVET_ANSWERS", str(folder / "answers.db"))
    monkeypatch.setenv("IMGVET_NAME_FILE", str(folder / "name.txt"))


@pytest.fixture
def imgvet(tmp_path: Path) -> Imgvet:
    """Run a command of imgvet in this process, in ``tmp_path``: what it says and does is tested, not its process."""

    def run(*words: object, cwd: Path = tmp_path) -> Ran:
        return run_here(words, cwd)

    return run


@pytest.fixture
def imgvet_process(tmp_path: Path) -> Imgvet:
    """Run a command of imgvet in its own process, in ``tmp_path``, without a terminal, with workers."""

    def run(*words: object, cwd: Path = tmp_path) -> Ran:
        return run_process(words, cwd)

    return run


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Shared:
    """What tests share, one folder for all of pytest's workers."""
    root = _common(tmp_path_factory, worker_id) / "shared"
    root.mkdir(exist_ok=True)
    return Shared(root)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[PostgresServer]:
    """A PostgreSQL server, one for all of pytest's workers."""
    if why_not := why_no_server():
        pytest.skip(why_not)
    with shared_server(_common(tmp_path_factory, worker_id) / "postgresql.db") as server:
        yield server


@pytest.fixture
def on_server(postgresql: PostgresServer) -> Iterator[ServerAddress]:
    """The address of an empty database on it."""
    with postgresql.database() as address:
        yield address


@pytest.fixture(params=["file", "server"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    """Where a register may be: in a file that is not there yet, or on a server."""
    if request.param == "file":
        return tmp_path / "office" / "forms.db"
    address: ServerAddress = request.getfixturevalue("on_server")
    return address


def _common(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all of pytest's workers have."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with a landscape, a portrait, a poster and a broken file."""
    return four_photos(tmp_path / "photos")
