"""Looking through a queue of dead letters, and sending on or dropping what is chosen of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import DeliveryError
from aiormq.channel import Channel
from aiormq.exceptions import ChannelNotFoundEntity

from shared.bus.interface import BusError
from shared.bus.rabbit.failures import BrokerLostError, broker_failures
from shared.bus.rabbit.letters import Letter, letter, sent_again
from shared.bus.rabbit.link import CONNECT_MS_MAX, open_channel
from shared.bus.rabbit.visiting import visit
from shared.bus.topology import DEAD_CALL_EVENTS

LETTERS_MAX = 10_000
"""Letters in memory at a time; what is behind them is seen once these are gone."""
TOGETHER_MAX = 32
"""RabbitMQ returns more than so many at once in any order."""
RETURN_POLLS_MAX = 200


class DeadLettersAwayError(BusError):
    """The broker cannot be reached, or was lost; what was not acknowledged is in the queue again."""


class DeadLetterBox:
    """The letters of one queue, held back from everybody else while it is open.

    What is neither sent again nor dropped goes back to its place at the end. A lost connection puts everything
    back; at worst a letter has then been sent on and is still here, which settlement does not mind.
    """

    def __init__(self, connection: AbstractConnection, channel: Channel, queue: str, timeout_ms: int) -> None:
        self._connection = connection
        self._channel = channel
        self._queue = queue
        self._timeout_ms = timeout_ms
        self.letters: list[Letter] = []
        """What is held, oldest first."""
        self.has_more = False
        """Whether there were more than `LETTERS_MAX`."""

    async def fill(self) -> None:
        """Take the letters, one by one: only so is the end of a queue known for certain."""
        while len(self.letters) < LETTERS_MAX:
            message = await self._channel.basic_get(self._queue)
            if message.delivery_tag is None:
                return
            self.letters.append(letter(message))
        self.has_more = await self._waiting() > 0

    async def send_again(self, chosen: Sequence[Letter]) -> list[Letter]:
        """Publish letters to their queues and then acknowledge them; return those that no queue took."""
        left: list[Letter] = []
        async with open_channel(self._connection, confirms=True, on_end=lambda: None) as publishing:
            for begin in range(0, len(chosen), TOGETHER_MAX):
                some = chosen[begin : begin + TOGETHER_MAX]
                taken = await asyncio.gather(*(self._published(publishing, each) for each in some))
                confirmed = [each for each, is_taken in zip(some, taken, strict=True) if is_taken]
                await self.drop(confirmed)
                left += [each for each in some if each not in confirmed]
        return left

    async def drop(self, chosen: Collection[Letter]) -> None:
        """Acknowledge letters: they are gone for good."""
        for each in chosen:
            await self._channel.basic_ack(each.tag)
        gone = {each.tag for each in chosen}
        self.letters = [each for each in self.letters if each.tag not in gone]

    async def give_back(self) -> None:
        """Return all that is held, in order, and wait until it is there: who looks next must see it."""
        ready = await self._waiting()
        for begin in range(0, len(self.letters), TOGETHER_MAX):
            some = self.letters[begin : begin + TOGETHER_MAX]
            await self._channel.basic_nack(some[-1].tag, multiple=True, requeue=True)
            ready += len(some)
            for _ in range(RETURN_POLLS_MAX):
                if await self._waiting() >= ready:
                    break
        self.letters = []

    async def _published(self, publishing: Channel, chosen: Letter) -> bool:
        outgoing = sent_again(chosen)
        try:
            async with asyncio.timeout(self._timeout_ms / 1_000):
                await publishing.basic_publish(
                    outgoing.body,
                    exchange=outgoing.exchange,
                    routing_key=outgoing.routing_key,
                    properties=outgoing.properties,
                    mandatory=outgoing.mandatory,
                )
        except TimeoutError as error:
            raise BrokerLostError(f"The broker took nothing within {self._timeout_ms} ms") from error
        except DeliveryError:
            return False
        return True

    async def _waiting(self) -> int:
        """Return how many letters are in the queue and held by nobody."""
        return (await self._channel.queue_declare(self._queue, passive=True)).message_count or 0


@asynccontextmanager
async def open_dead_letters(
    url: str, *, publish_timeout_ms: int, program: str = "talktime", queue: str = DEAD_CALL_EVENTS.name
) -> AsyncIterator[DeadLetterBox]:
    """Hold the letters of the queue. Raises `DeadLettersAwayError`, or `BusError` where there is no such queue."""
    try:
        with broker_failures():
            async with (
                visit(url, name=f"{program}: {queue}") as connection,
                open_channel(connection, confirms=False, on_end=lambda: None) as channel,
            ):
                box = DeadLetterBox(connection, channel, queue, publish_timeout_ms)
                try:
                    async with asyncio.timeout(CONNECT_MS_MAX / 1_000):
                        await channel.queue_declare(queue, passive=True)
                except ChannelNotFoundEntity as error:
                    raise BusError(f"there is no queue {queue} on this broker") from error
                await box.fill()
                try:
                    yield box
                finally:
                    await box.give_back()
    except BrokerLostError as error:
        raise DeadLettersAwayError(str(error)) from error
