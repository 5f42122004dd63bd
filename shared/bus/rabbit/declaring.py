"""The topology as AMQP declares it."""

from __future__ import annotations

import logging

from aiormq.abc import AbstractChannel
from aiormq.channel import Channel
from aiormq.exceptions import ChannelClosed, ChannelNotFoundEntity
from pamqp.common import Arguments

from shared.bus.topology import (
    BILLING_REQUESTS,
    EXCHANGES,
    MAILBOX_EXPIRES_MS,
    MAILBOX_KIND,
    OUTDATED_REQUESTS,
    QUEUES,
    UNLIMITED,
    Queue,
)

log = logging.getLogger(__name__)


async def declare_topology(channel: Channel) -> None:
    """Have all exchanges, queues and bindings; what is there already stays as it is.

    Without the queues that money depends on nothing is published or consumed. Another queue that cannot be had, as
    when its node of a cluster is down, is logged and stops nobody else.
    """
    for exchange in EXCHANGES:
        await channel.exchange_declare(exchange.name, exchange_type=exchange.kind, durable=True)
    for queue in QUEUES:
        if queue.kind == "quorum":
            await _declare(channel, queue)
        else:
            await _declare_if_possible(channel, queue)


async def declare_for_serving(channel: Channel) -> None:
    """Have all of it, and no request in the queue that an earlier version has left: it would only expire there."""
    await declare_topology(channel)
    for binding in BILLING_REQUESTS.bindings:
        await channel.queue_unbind(OUTDATED_REQUESTS, binding.exchange, binding.routing_key)


async def consumers_of(channel: Channel, name: str) -> int | None:
    """Return how many consumers a queue has, None where there is no such queue."""
    # The broker answers that there is none by closing the channel.
    own = await channel.connection.channel(publisher_confirms=False)
    try:
        return (await own.queue_declare(name, passive=True)).consumer_count or 0
    except ChannelNotFoundEntity:
        return None
    finally:
        await own.close()


async def declare_mailbox(channel: Channel, name: str) -> None:
    """Have a durable queue (RabbitMQ 4.3 refuses others) that goes by itself when its node stays away."""
    arguments: Arguments = {
        "x-queue-type": MAILBOX_KIND,
        "x-expires": MAILBOX_EXPIRES_MS,
        "x-delivery-limit": UNLIMITED,
    }
    await channel.queue_declare(name, durable=True, arguments=arguments)


def arguments_of(queue: Queue) -> dict[str, str | int]:
    """Return the queue's ``x-`` arguments."""
    arguments = {
        "x-queue-type": queue.kind,
        "x-delivery-limit": queue.delivery_limit,
        "x-dead-letter-exchange": queue.dead_letter_exchange,
        "x-dead-letter-routing-key": queue.dead_letter_routing_key,
        "x-message-ttl": queue.message_ttl_ms,
        "x-max-age": queue.max_age,
    }
    if queue.kind == "quorum" and queue.dead_letter_exchange:
        # Else a message that is dead-lettered while the dead letters' queue is away would be lost;
        # at-least-once works with this overflow only.
        arguments |= {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
    return {name: value for name, value in arguments.items() if value is not None}


async def _declare(channel: AbstractChannel, queue: Queue) -> None:
    await channel.queue_declare(queue.name, durable=True, arguments={**arguments_of(queue)})
    for binding in queue.bindings:
        await channel.queue_bind(queue.name, binding.exchange, binding.routing_key)


async def _declare_if_possible(channel: Channel, queue: Queue) -> None:
    # The broker answers a refusal by closing the channel, so it is asked on one that nobody else needs.
    own = await channel.connection.channel(publisher_confirms=False)
    try:
        await _declare(own, queue)
    except ChannelClosed as error:
        log.error("%s cannot be had: %s", queue.name, error)  # noqa: TRY400 - the broker's words say it all
    finally:
        await own.close()
