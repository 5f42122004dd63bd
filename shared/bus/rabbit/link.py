"""A connection to the broker that is made again whenever it is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import cast

import aio_pika
from aio_pika.abc import AbstractConnection
from aiormq.channel import Channel

from shared.bus.backoff import Backoff
from shared.bus.consuming import pausing
from shared.bus.rabbit.failures import BrokerLostError, broker_failures
from shared.bus.rabbit.refusals import refusal
from shared.bus.urls import Turns, broker_urls, place_of

HEARTBEAT_SECONDS = 5
"""A dead connection is noticed after about 18 seconds."""
CONNECT_MS_MAX = 5_000
CLOSE_MS_MAX = 1_000
"""How long one step of leaving in good order may take; a frozen broker is left without."""
RETRY_MS_MIN = 100
RETRY_MS_MAX = 3_000

Session = Callable[[AbstractConnection], Awaitable[None]]
"""Set up and work on a connection; returns when its channel has ended, to be begun again."""

log = logging.getLogger(__name__)


class Link:
    """Keeps one connection, and whatever works on it, going."""

    def __init__(self, url: str, *, name: str) -> None:
        """`url` may be several, of a cluster's nodes: whichever answers is connected to."""
        self._urls = Turns(broker_urls(url))
        self._name = name
        self._connection: AbstractConnection | None = None
        self._failed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.up = asyncio.Event()
        """Set while the connection stands, as far as is known."""

    def open(self) -> None:
        """Begin connecting, in the background."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Close the connection and make no other."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def keep(self, session: Session, *, over: asyncio.Event) -> None:
        """Run a session on the connection, and again on the next one, until it is over."""
        backoff = Backoff(first_ms=RETRY_MS_MIN, longest_ms=RETRY_MS_MAX)
        pause = pausing(over)
        while not over.is_set():
            await first_of(self.up.wait(), over.wait())
            if self._connection is None or over.is_set():
                continue
            try:
                with broker_failures():
                    await session(self._connection)
            except BrokerLostError as error:
                log.warning("%s: %s", self._name, error)
                await pause(backoff.next_ms())
            except Exception:
                log.exception("%s: a mistake in the program; it is tried again", self._name)
                await pause(backoff.next_ms())
            else:
                backoff.reset()

    async def settle(self, ready: asyncio.Event) -> None:
        """Wait until a session is ready, or the broker turns out to be away; at most the connection time limit."""
        if self._task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_MS_MAX / 1_000):
                await first_of(ready.wait(), self._failed.wait())

    async def _run(self) -> None:
        backoff = Backoff(first_ms=RETRY_MS_MIN, longest_ms=RETRY_MS_MAX)
        while True:
            try:
                with broker_failures():
                    await self._stay_connected(backoff)
                log.warning("%s: connection to %s lost", self._name, place_of(self._urls.current))
                each_was_tried = self._urls.turn()
            except BrokerLostError as error:
                url = self._urls.current
                reason = refusal(error.__cause__, url) or error
                log.warning("%s: cannot connect to %s: %s", self._name, place_of(url), reason)
                if each_was_tried := self._urls.turn():
                    self._failed.set()
            if each_was_tried:
                # Not before: another node of the cluster may well be there.
                await asyncio.sleep(backoff.next_ms() / 1_000)

    async def _stay_connected(self, backoff: Backoff) -> None:
        lost = asyncio.Event()
        connection = await aio_pika.connect(
            self._urls.current,
            timeout=CONNECT_MS_MAX / 1_000,
            heartbeat=HEARTBEAT_SECONDS,
            client_properties={"connection_name": self._name},
        )
        try:
            connection.close_callbacks.add(lambda *_: lost.set())
            self._connection = connection
            self._failed.clear()
            self.up.set()
            backoff.reset()
            self._urls.begin_round()
            log.info("%s: connected to %s", self._name, place_of(self._urls.current))
            await lost.wait()
        finally:
            self.up.clear()
            self._connection = None
            await closed_in_order(connection.close())


@asynccontextmanager
async def open_channel(
    connection: AbstractConnection, *, confirms: bool, on_end: Callable[[], None]
) -> AsyncIterator[Channel]:
    """Open a channel; `on_end` is called when it, its connection or one of its consumers is gone."""
    channel = connection.channel(publisher_confirms=confirms, on_return_raises=confirms)
    async with asyncio.timeout(CONNECT_MS_MAX / 1_000):
        await channel.initialize()
    try:
        channel.close_callbacks.add(lambda *_: on_end())
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda _: on_end())
        # Publishing without waiting for the socket is not in the abstract class.
        yield cast(Channel, underlay)
    finally:
        await closed_in_order(channel.close())


async def first_of(*waits: Coroutine[object, object, object]) -> None:
    """Return when the first of them has."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def closed_in_order(closing: Awaitable[None]) -> None:
    """Close in good order where the broker still listens; it frees everything itself where it does not."""
    with suppress(BrokerLostError), broker_failures():
        async with asyncio.timeout(CLOSE_MS_MAX / 1_000):
            await closing
