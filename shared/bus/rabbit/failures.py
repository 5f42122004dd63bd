"""All the ways in which aio-pika says that the broker is gone, as one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aio_pika.exceptions import CONNECTION_EXCEPTIONS, DeliveryError

from shared.bus.consuming import reason_of


class BrokerLostError(Exception):
    """The connection or channel is gone, or the broker does not answer."""


@contextmanager
def broker_failures() -> Iterator[None]:
    """Turn a lost broker into `BrokerLostError`; what the broker says about one message stays as it is."""
    try:
        yield
    except DeliveryError:
        raise
    except asyncio.CancelledError as error:
        # aiormq ends calls in CancelledError when a frozen broker is given up. Nobody cancelled this task then.
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise BrokerLostError("The broker stopped answering") from error
    except CONNECTION_EXCEPTIONS as error:
        raise BrokerLostError(reason_of(error)) from error
