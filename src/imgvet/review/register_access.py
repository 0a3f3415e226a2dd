"""The register of the batch, as the pages of forms and scans open it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from starlette.requests import Request

from imgvet.batch.register_lookup import lazy_register
from imgvet.errors import RegisterError
from imgvet.releases.store import open_register, register_address
from imgvet.review.context import review_of
from imgvet.review.live_batch import LiveBatch

if TYPE_CHECKING:
    from imgvet.releases.register import Register

SAVE_AGAIN = "Nothing was saved. Correct this and save it again."


@contextmanager
def register_at_hand(live: LiveBatch) -> "Iterator[Register]":
    """The register of the batch.

    Raises:
        RegisterError: there is none, it cannot be used, or it is not the one that the batch knows.
    """
    with lazy_register(live.settings) as at_hand:
        register = at_hand()
        if register is None:
            raise RegisterError("There is no register of release forms yet.", "It is created when you add a form.")
        yield register


@contextmanager
def register_or_new(live: LiveBatch) -> "Iterator[Register]":
    """The register of the batch; a new one where there is none yet.

    Raises:
        RegisterError: it cannot be used or made, or it is not the one that the batch knows.
    """
    with lazy_register(live.settings) as at_hand:
        if (register := at_hand()) is not None:
            yield register
            return
    with open_register(register_address(live.settings.register)) as register:
        yield register


async def tell_of_register(request: Request) -> None:
    """Let every open page know that the register has changed: photos are judged again, and lists are read again."""
    review = review_of(request)
    await review.publish_changed(await review.on_batch(review.live.news))
    review.events.publish("forms", {})
