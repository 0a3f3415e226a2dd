"""What the tests of the review page share; ``support/review_pages.py`` tells how to use it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

from support.chromium import some_chromium
from support.review_page import Browser, ReviewPage, review_page
from support.review_pages import make_event, serving
from support.shared import Shared


@pytest.fixture
def event_batch(tmp_path: Path, shared: Shared) -> Path:
    """A folder of the test's own, with the batch ``b`` and ``register.db``."""
    shared.copied(make_event, tmp_path)
    return tmp_path


@pytest.fixture
def event_server(event_batch: Path) -> Iterator[ReviewPage]:
    """A server that the test may write to."""
    with serving(event_batch) as page:
        yield page


@pytest.fixture(scope="module")
def open_day(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReviewPage]:
    """A server that is only read from."""
    folder = tmp_path_factory.mktemp("open_day")
    shared.copied(make_event, folder)
    with serving(folder) as page:
        yield page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """A Chromium without a window."""
    with some_chromium() as opened:
        yield opened


@pytest.fixture
def page(batch: Path) -> Iterator[ReviewPage]:
    """A server on the ``batch`` of the test's own module."""
    with review_page(batch) as started:
        yield started


@pytest.fixture
def browser(page: ReviewPage) -> Browser:
    """The browser of whoever has started it."""
    return page.browser("Ann Lee")
