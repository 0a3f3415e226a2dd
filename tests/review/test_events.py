"""What is sent to open pages by itself: all of it to who reads, and bounded memory for who does not."""

import asyncio
import json

from imgvet.review import events
from imgvet.review.events import EventHub


def test_who_reads_gets_everything_and_who_does_not_is_closed_and_nothing_is_kept_for_them() -> None:
    async def asked() -> None:
        hub = EventHub()
        reader, sleeper = hub.listen(10), hub.listen(10)
        await anext(reader)
        await anext(sleeper)
        for number in range(events._MOST_WAITING + 50):
            hub.publish("photos", {"seq": number})
            assert json.loads((await anext(reader)).split(b"data: ")[1]) == {"seq": number}
        assert [each async for each in sleeper] == []

    asyncio.run(asked())


def test_few_large_events_are_not_kept_for_who_does_not_read_either() -> None:
    async def asked() -> None:
        hub = EventHub()
        sleeper = hub.listen(10)
        await anext(sleeper)
        for _ in range(5):
            hub.publish("photos", "x" * (events._MOST_BYTES // 4))
        assert [each async for each in sleeper] == []

    asyncio.run(asked())


def test_pages_that_listen_are_bounded_and_the_oldest_is_closed() -> None:
    async def asked() -> None:
        hub = EventHub()
        pages = [hub.listen(10) for _ in range(events._MOST_PAGES + 1)]
        for each in pages:
            await anext(each)
        hub.publish("forms", {})
        assert [each async for each in pages[0]] == []
        assert b"forms" in await anext(pages[1])
        assert b"forms" in await anext(pages[-1])

    asyncio.run(asked())
