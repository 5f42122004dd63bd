"""A connection for one task of a command: made once, not kept; what stands in its way is said in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractConnection

from shared.bus.rabbit.failures import BrokerLostError, broker_failures
from shared.bus.rabbit.link import CONNECT_MS_MAX, HEARTBEAT_SECONDS, closed_in_order
from shared.bus.rabbit.refusals import refusal
from shared.bus.urls import Turns, broker_urls, place_of


@asynccontextmanager
async def visit(url: str, *, name: str) -> AsyncIterator[AbstractConnection]:
    """Hold a connection to the first that answers, where `url` is several.

    Raises `BrokerLostError`, whose text names a refusal where the broker gave one.
    """
    connection = await _first_connection(Turns(broker_urls(url)), name=name)
    try:
        yield connection
    finally:
        await closed_in_order(connection.close())


async def _first_connection(urls: Turns, *, name: str) -> AbstractConnection:
    while True:
        try:
            return await _connection(urls.current, name=name)
        except BrokerLostError:
            if urls.turn():
                raise


async def _connection(url: str, *, name: str) -> AbstractConnection:
    try:
        with broker_failures():
            return await aio_pika.connect(
                url,
                timeout=CONNECT_MS_MAX / 1_000,
                heartbeat=HEARTBEAT_SECONDS,
                client_properties={"connection_name": name},
            )
    except BrokerLostError as error:
        raise BrokerLostError(
            refusal(error.__cause__, url) or f"the broker at {place_of(url)} cannot be reached: {error}"
        ) from error
