"""Pictures that are asked for: kept within bounds, made once, the newest first, and dropped where nobody looks."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from imgvet.photo import Event
from imgvet.profile import load_profile
from imgvet.review import pictures
from imgvet.review.pictures import PictureDropped, PictureMemory, Pictures, ShownPicture, own_folder
from imgvet.settings import Settings


async def looked_at() -> bool:
    return True


async def left() -> bool:
    return False


class Live:
    """A batch of which nothing but its settings is read."""

    def __init__(self) -> None:
        self.settings = Settings(load_profile(None)[0], Event("Open Day"))
        self.folder: Any = None


class Worker:
    """In place of a process."""

    def start(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def queue(monkeypatch: pytest.MonkeyPatch) -> Pictures:
    """One worker, so that the order can be told."""
    monkeypatch.setattr(pictures, "PictureWorker", lambda *_, **__: Worker())
    monkeypatch.setattr(pictures, "_WORKERS", 1)

    async def on_batch(function: Callable[..., Any], *words: Any) -> Any:
        return function(*words)

    return Pictures(Live(), on_batch)  # type: ignore[arg-type]


def noting(order: list[str], name: str) -> Callable[[Any], None]:
    """Work that notes when it is done."""
    return lambda _: order.append(name)


def run(asked: Callable[[], Awaitable[None]]) -> None:
    async def within() -> None:
        async with asyncio.timeout(30):
            await asked()

    asyncio.run(within())


def test_memory_keeps_what_was_looked_at_last() -> None:
    memory = PictureMemory[bytes](10, len)
    for key in "abc":
        memory.put(key, key.encode() * 4)
    assert (memory.get("a"), memory.get("b"), memory.get("c"), memory.used) == (None, b"bbbb", b"cccc", 8)
    memory.get("b")
    memory.put("d", b"dddd")
    assert (memory.get("b"), memory.get("c"), memory.used) == (b"bbbb", None, 8)
    memory.put("large", b"x" * 11)
    memory.put("b", b"bbbb")
    assert (memory.get("large"), memory.used) == (None, 8)


def test_all_pictures_together_stay_within_64_mebibytes() -> None:
    together = pictures._SMALL_BYTES + pictures._LARGE_BYTES + pictures._FILES_BYTES
    assert together <= 64 * 1024**2


def test_the_same_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = queue(monkeypatch)
    calls = list[int]()

    def work(_: Any) -> int:
        calls.append(1)
        return 7

    async def asked() -> None:
        answers = await asyncio.gather(*(made._asked("key", work, looked_at, ahead=False) for _ in range(5)))
        assert answers == [7] * 5

    run(asked)
    assert len(calls) == made.drawn == 1


def test_what_is_looked_at_comes_before_what_may_be_looked_at_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the newest before the others, because the person has gone on."""
    made, order = queue(monkeypatch), list[str]()

    async def asked() -> None:
        wanted = [("first", False), ("ahead", True), ("second", False), ("third", False)]
        waiting = [
            asyncio.ensure_future(made._asked(name, noting(order, name), looked_at, ahead=ahead))
            for name, ahead in wanted
        ]
        await asyncio.gather(*waiting)

    run(asked)
    assert order[-1] == "ahead"
    assert order.index("third") < order.index("second")


def test_a_picture_is_drawn_again_where_a_face_was_hidden_while_it_was_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    one = queue(monkeypatch)
    hidden, drawn = [0], list[int]()

    async def draw(faces: int) -> ShownPicture:
        drawn.append(faces)
        hidden[0] = 1  # somebody answers meanwhile
        return ShownPicture(bytes([faces]), "original")

    async def asked() -> None:
        shown = await one._as_now(lambda: hidden[0], draw)
        assert (shown.data, drawn) == (b"\1", [0, 1])

    run(asked)


def test_a_picture_that_nobody_looks_at_any_more_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two have asked for it, it is made for the one who is still there."""
    made, order = queue(monkeypatch), list[str]()

    async def asked() -> None:
        with pytest.raises(PictureDropped):
            await made._asked("gone", lambda _: order.append("gone"), left, ahead=False)
        both = [made._asked("kept", lambda _: order.append("kept"), each, ahead=False) for each in (left, looked_at)]
        await asyncio.gather(*both)

    run(asked)
    assert order == ["kept"]


def test_of_too_many_the_oldest_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    made = queue(monkeypatch)
    monkeypatch.setattr(pictures, "_MOST_WAITING", 3)

    async def asked() -> None:
        every = [asyncio.ensure_future(made._asked(n, str, looked_at, ahead=False)) for n in range(10)]
        done = await asyncio.gather(*every, return_exceptions=True)
        assert sum(isinstance(each, PictureDropped) for each in done) >= 5
        assert not isinstance(done[-1], Exception)

    run(asked)


def test_a_worker_that_cannot_work_fails_its_picture_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made = queue(monkeypatch)

    def fails(_: Any) -> None:
        raise ValueError("no model")

    async def asked() -> None:
        with pytest.raises(ValueError, match="no model"):
            await made._asked("bad", fails, looked_at, ahead=False)
        assert await made._asked("good", lambda _: 3, looked_at, ahead=False) == 3

    run(asked)


def test_a_folder_that_somebody_has_is_left_and_one_that_nobody_has_goes(tmp_path: Path) -> None:
    with own_folder(tmp_path) as first:
        with own_folder(tmp_path) as second:
            assert first.is_dir()
            assert first != second
        assert first.is_dir()
        assert not second.exists()
    assert list(tmp_path.iterdir()) == []
    left_behind = tmp_path / "pictures-left"
    (left_behind / "files").mkdir(parents=True)
    (left_behind / "lock.db").touch()
    link = tmp_path / "pictures-link"
    link.symlink_to(tmp_path.parent)
    with own_folder(tmp_path):
        assert not left_behind.exists()
        assert link.is_symlink()
    assert tmp_path.parent.is_dir()
