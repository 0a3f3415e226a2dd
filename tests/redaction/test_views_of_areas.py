"""The pictures of the review page, of a photo with hidden areas: nobody sees there what is to be hidden."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgvet.geometry import Outline
from imgvet.large_views import draw_view
from imgvet.photo import Event
from imgvet.profile import load_profile
from imgvet.settings import Settings
from imgvet.view_jobs import PreviewJob, ViewJob

BOARD: Outline = ((100, 60), (220, 70), (210, 150), (90, 140))


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(load_profile("general")[0], Event("Fair"), secret=b"k" * 32)


def scene() -> np.ndarray:
    """A plain wall, and stripes where the area is."""
    picture = np.full((200, 320, 3), 150, np.uint8)
    picture[75:135:6, 110:200] = 0
    picture[78:135:6, 110:200] = 255
    return picture


def as_jpeg(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=92)
    return out.getvalue()


def stripes(jpeg: bytes) -> float:
    """How much a picture's levels differ from row to row in the middle of the area."""
    seen = np.asarray(Image.open(io.BytesIO(jpeg)).convert("L").resize((320, 200)), float)
    return float(np.abs(np.diff(seen[80:130, 115:195], axis=0)).mean())


@pytest.mark.parametrize("size", [(320, 200), (1280, 800)])
def test_a_preview_shows_no_area_that_is_hidden_since(settings: Settings, size: tuple[int, int]) -> None:
    """Whatever the size of the photo in which the area was drawn."""
    times = size[0] // 320
    area = tuple((x * times, y * times) for x, y in BOARD)
    jpeg = as_jpeg(scene())
    shown = draw_view(settings, PreviewJob(1, jpeg, size, ()))
    hidden = draw_view(settings, PreviewJob(1, jpeg, size, (), (area,)))
    assert stripes(shown.jpeg) > 20
    assert stripes(hidden.jpeg) < 5


def test_a_large_picture_shows_no_hidden_area(settings: Settings, tmp_path: Path) -> None:
    """It is drawn from the original, which has it still."""
    data = as_jpeg(scene())
    (tmp_path / "a.jpg").write_bytes(data)
    job = ViewJob(1, tmp_path / "a.jpg", hashlib.sha256(data).hexdigest(), (320, 200), areas=(BOARD,))
    made = draw_view(settings, job)
    assert made.problem == ""
    assert stripes(made.jpeg) < 5
