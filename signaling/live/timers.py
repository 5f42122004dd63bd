"""The timers of all calls."""

from __future__ import annotations

from collections.abc import Callable

from signaling.call.inputs import Input, TimerFired
from signaling.call.states import TimerName
from signaling.live.calls import LiveCall
from signaling.timers import Scheduler


class CallTimers:
    """A call has at most one timer of each name."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def set(self, live: LiveCall, name: TimerName, *, at_ms: int, feed: Callable[[LiveCall, Input], None]) -> None:
        """Feed `TimerFired` at this moment, in place of an earlier timer of this name."""
        self.clear(live, name)
        live.timers[name] = self._scheduler.call_at(at_ms, lambda: feed(live, TimerFired(name)))

    def clear(self, live: LiveCall, name: TimerName) -> None:
        """Forget the timer, if there is one."""
        timer = live.timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def clear_all(self, live: LiveCall) -> None:
        """Leave none behind."""
        for name in tuple(live.timers):
            self.clear(live, name)
