"""A connection for one task of a command: made once, not kept; what stands in its way is said in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aio_pika
from aio_pika.abc import AbstractConnection

from shared.bus.rabbit.failures import BrokerLostError, broker_failures
from shared.bus.rabbit.link import CONNECT_MS_MAX, HEARTBEAT_SECONDS, closed_in_order
from shared.bus.rabbit.refusals import refusal


@asynccontextmanager
async def visit(url: str, *, name: str) -> AsyncIterator[AbstractConnection]:
    """Hold a connection. Raises `BrokerLostError`, whose text names a refusal where the broker gave one."""
    try:
        with broker_failures():
            connection = await aio_pika.connect(
                url,
                timeout=CONNECT_MS_MAX / 1_000,
                heartbeat=HEARTBEAT_SECONDS,
                client_properties={"connection_name": name},
            )
    except BrokerLostError as error:
        where = urlsplit(url).hostname
        raise BrokerLostError(
            refusal(error.__cause__, url) or f"the broker at {where} cannot be reached: {error}"
        ) from error
    try:
        yield connection
    finally:
        await closed_in_order(connection.close())
