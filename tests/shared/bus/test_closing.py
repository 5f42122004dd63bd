"""Starting and closing, on both transports."""

from collections.abc import Sequence

import pytest

from shared.bus.interface import Bus, Delivery, NoReplyError, Outcome, Rejected, UnavailableError
from shared.ids import new_id
from tests.shared.bus.story import CALLS, Consumed, Noticed, admission, call_event, deny, in_time


async def test_started_is_connected_and_closed_is_not(bus: Bus) -> None:
    assert bus.connected
    await bus.close()
    assert not bus.connected


async def test_closing_stops_everything_and_can_be_repeated(bus: Bus) -> None:
    handled = Consumed()
    await bus.consume(CALLS, handled, batch_max=1)
    await bus.serve(deny, batch_max=1)
    mailbox = await bus.open_mailbox("node-1", Noticed().take)
    await mailbox.bind(new_id())
    await in_time(bus.close())
    await in_time(bus.close())
    assert await bus.publish([call_event()]) == [Outcome.REFUSED]
    with pytest.raises(NoReplyError):
        await bus.ask(admission(), timeout_ms=10_000)
    assert handled.batches == []


async def test_closing_does_not_wait_for_an_outage_to_end(bus: Bus) -> None:
    async def away(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        raise UnavailableError("the database is away")

    handled = Consumed(away)
    await bus.consume(CALLS, handled, batch_max=1)
    await bus.publish([call_event()])
    await handled.calls(1)
    await in_time(bus.close())
