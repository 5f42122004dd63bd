"""The broker and the ways between nodes: slow, lossy, repetitive, and away at times."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared.bus.topology import REQUEST_MS_MAX
from shared.messages.events import CallEvent
from shared.messages.requests import Reply
from tests.simulation.agenda import Agenda
from tests.simulation.books import Asked, Books
from tests.simulation.odds import Odds

if TYPE_CHECKING:
    from tests.simulation.node import Node

Continue = Callable[[Any], None]


class Wire:
    """Carries requests, events and letters; what is asked is answered or not, but always told to who asked."""

    def __init__(self, agenda: Agenda, books: Books, odds: Odds) -> None:
        self.agenda = agenda
        self.books = books
        self.odds = odds
        self.is_up = True
        self.up_since_ms = 0
        self._returns_ms = 0

    def breaks(self, for_ms: int) -> None:
        """The broker is away for this long; what is in its queues stays there."""
        self.is_up = False
        self._returns_ms = self.agenda.now_ms + for_ms
        self.agenda.note("the broker is away for", for_ms)
        self.agenda.at(self._returns_ms, self._returns)

    def _returns(self) -> None:
        if not self.is_up and self.agenda.now_ms >= self._returns_ms:
            self.is_up, self.up_since_ms = True, self.agenda.now_ms

    def ask(self, node: Node, request: Asked, go_on: Continue, *, timeout_ms: int) -> None:
        """Ask billing; `go_on` gets the reply, or None at the latest when the time is up."""
        agenda, odds = self.agenda, self.odds
        asked_ms, waits = agenda.now_ms, [True]

        def hear(reply: Reply | None) -> None:
            if waits[0]:
                waits[0] = False
                go_on(reply)

        def decide() -> None:
            reply = self.books.answer(request)
            if self.is_up and not agenda.likely(odds.reply_lost):
                node.later(self._delay(), hear, reply)
            else:
                node.at(asked_ms + timeout_ms, hear, None)

        delay_ms = self._delay()
        if not self.is_up or delay_ms > REQUEST_MS_MAX or agenda.likely(odds.request_lost):
            node.later(timeout_ms, hear, None)
            return
        agenda.after(delay_ms, decide)
        if agenda.likely(odds.request_repeated):
            agenda.after(delay_ms + self._delay(), decide)
        if delay_ms > timeout_ms // 2:
            node.later(timeout_ms, hear, None)

    def publish(self, node: Node, event: CallEvent) -> None:
        """Try to bring an event into the queue, until the broker has confirmed it."""
        agenda = self.agenda
        if event.event_id not in node.journal:
            return
        if not self.is_up or agenda.likely(self.odds.event_refused):
            node.later(agenda.between(500, 5_000), self.publish, node, event)
            return
        agenda.after(self._short(), self.deliver, event)
        if agenda.likely(self.odds.confirmation_lost):
            node.later(agenda.between(500, 5_000), self.publish, node, event)
        else:
            node.later(self._short(), node.confirm, event.event_id)

    def deliver(self, event: CallEvent, again: int | None = None) -> None:
        """The queue gives an event to billing: in about the order in which they came, and at times again, later."""
        agenda = self.agenda
        if not self.is_up:
            agenda.at(self._returns_ms + self._short(), self.deliver, event, again)
            return
        if again is None:
            again = agenda.between(1, 4) if agenda.likely(self.odds.event_repeated) else 0
        if again:
            agenda.after(agenda.about(20_000), self.deliver, event, again - 1)
        agenda.note("billing hears", type(event).__name__, event.call_id.int, event.epoch)
        self.books.hear(event)

    def letter(
        self,
        sender: Node,
        receiver: Node,
        work: Callable[[], Any],
        go_on: Continue,
        *,
        timeout_ms: int,
        late: Continue,
    ) -> None:
        """Have the receiver do some work; `go_on` gets what came of it, or None, and `late` what came too late."""
        waits = [True]

        def hear(answer: Any) -> None:
            if waits[0]:
                waits[0] = False
                go_on(answer)
            elif answer is not None:
                late(answer)

        def open_it() -> None:
            answer = work()
            sender.later(self._short(), hear, answer)

        sender.later(timeout_ms, hear, None)
        receiver.later(self._short(), open_it)

    def _short(self) -> int:
        return self.agenda.between(1, 40)

    def _delay(self) -> int:
        return self.agenda.between(400, 5_000) if self.agenda.likely(self.odds.slow) else self._short()
