"""A recorded batch for tests of decisions: made once a module, and a copy of it for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from imgvet.batch.store import BatchStore, open_batch
from support.recorded import make_batch


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch of the photos, about which nobody has said anything."""
    return make_batch(tmp_path_factory.mktemp("made") / "b")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Iterator[BatchStore]:
    """A copy of that batch, open."""
    shutil.copytree(made, tmp_path / "b")
    store = open_batch(tmp_path / "b")
    yield store
    store.database.close()
