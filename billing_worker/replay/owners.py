"""Who owns which call, by the log: what was said of an end by those who no longer did was ignored, and still is.

A node may say its end before the log hears that the call was taken over from it, or after. Which of the two came
first to the database the log does not tell; but a call that has ended is never taken over. So wherever in the log a
later owner is spoken of, the ends of earlier ones ended nothing: the log is read ahead for these alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.calls import Calls, OpenCall
from billing_worker.replay.reading import read_logged
from billing_worker.replay.tally import NEWLY, Verdict, refused
from billing_worker.settlement.inbox import UnreadableError
from shared.bus.rabbit.logged import Logged
from shared.messages.events import CallEnded, CallStarted, CallTakenOver, Event

_OWNED = CallStarted | CallEnded | CallTakenOver
_FIRST = (b'"epoch":1,', b'"epoch":1}')
"""What the bodies of nearly all calls have, as they are written: these need not be read twice."""


class Owners:
    """The latest epochs of the calls that the log tells of more than one owner of."""

    def __init__(self) -> None:
        self._epochs: dict[UUID, int] = {}

    def hear(self, messages: Iterable[Logged]) -> None:
        """Take note of the owners that these messages speak of, in any order."""
        for message in messages:
            if b'"epoch"' in message.body and not any(first in message.body for first in _FIRST):
                self._hear(message)

    def _hear(self, message: Logged) -> None:
        try:
            event = read_logged(message.body)
        except UnreadableError:
            return  # the replay itself says so
        if isinstance(event, _OWNED) and event.epoch > 1:
            self._epochs[event.call_id] = max(event.epoch, self._epochs.get(event.call_id, 1))

    def have_passed(self, event: Event, call: OpenCall | None) -> bool:
        """Whether it is an end told by a node that owned the call no more, by the log or by the database."""
        if not isinstance(event, CallEnded):
            return False
        return event.epoch < max(self._epochs.get(event.call_id, 1), 1 if call is None else call.epoch)


async def own_again(connection: AsyncConnection, event: CallTakenOver) -> Verdict:
    """Give the call the owner that it got then."""
    calls = await Calls.open(connection, [event.call_id])
    call = calls.rows.get(event.call_id)
    if call is None:
        return refused(f"unknown call: {event.call_id} was taken over, and has not ended")
    call.owned_by(event.node, epoch=event.epoch)
    call.prove(event.talk_ms)
    await calls.save()
    return NEWLY
