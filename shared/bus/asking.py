"""The two sides of a request, without the transport between them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from shared.bus.batches import Received
from shared.bus.consuming import HandleReceived, reason_of
from shared.bus.interface import HandleRequests, NoReplyError, Rejected, UnavailableError
from shared.clock import Clock
from shared.ids import new_id
from shared.messages.registry import decode_reply, decode_request
from shared.messages.requests import Reply, Request

ASKED_MAX = 10_000
"""Requests of one process that may wait for their replies at the same time."""

SendReply = Callable[[Received, Reply], Awaitable[None]]

log = logging.getLogger(__name__)


class PendingReplies:
    """The requests of this process that wait for a reply, by their correlation id."""

    def __init__(self) -> None:
        self._futures: dict[str, asyncio.Future[Reply]] = {}

    @contextmanager
    def expect(self) -> Iterator[tuple[str, asyncio.Future[Reply]]]:
        """Yield a fresh correlation id and its reply to come. Raises `NoReplyError` where too many wait."""
        if len(self._futures) >= ASKED_MAX:
            raise NoReplyError(f"{ASKED_MAX} requests wait for their replies already")
        correlation_id = str(new_id())
        future = self._futures[correlation_id] = asyncio.get_running_loop().create_future()
        try:
            yield correlation_id, future
        finally:
            del self._futures[correlation_id]
            if not future.cancel() and not future.cancelled():
                future.exception()  # marked as seen: the asker may have given up for another reason

    def answer(self, correlation_id: str | None, body: bytes) -> None:
        """Hand a reply to the one who waits for it; a late one has nobody and is ignored."""
        future = self._futures.get(correlation_id or "")
        if future is None or future.done():
            log.debug("A reply came too late: %s", correlation_id)
            return
        try:
            future.set_result(decode_reply(body))
        except msgspec.DecodeError as error:
            future.set_exception(NoReplyError(f"The reply cannot be read: {error}"))

    def abandon(self, reason: str) -> None:
        """No reply can come any more: whoever waits hears so at once."""
        for future in self._futures.values():
            if not future.done():
                future.set_exception(NoReplyError(reason))


def answering(handle: HandleRequests, *, send: SendReply, clock: Clock) -> HandleReceived:
    """Return a handler that decodes requests, has them answered together and sends the replies."""

    async def answer(batch: Sequence[Received]) -> Sequence[Rejected]:
        asked = [(received, request) for received in batch if (request := _wanted(received, clock))]
        if not asked:
            return ()
        try:
            replies = await handle([request for _, request in asked])
        except UnavailableError as error:
            # Not held: an asker gives up after seconds, and an answer after that would only bind money.
            log.warning("Nobody of %d is answered: %s", len(asked), reason_of(error))
            return ()
        pairs = list(zip(asked, replies, strict=True))
        await asyncio.gather(*(send(received, reply) for (received, _), reply in pairs))
        return ()

    return answer


def _wanted(received: Received, clock: Clock) -> Request | None:
    """Return the request, or None where it cannot be read or nobody waits for its reply any more."""
    if received.stale_at_ms is not None and clock.monotonic_ms() >= received.stale_at_ms:
        log.warning("Request %s %s is too old", received.type, received.message_id)
        return None
    try:
        return decode_request(received.body)
    except msgspec.DecodeError as error:
        log.warning("Request %s %s cannot be read: %s", received.type, received.message_id, error)
        return None
