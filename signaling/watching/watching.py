"""Tells devices whether those whom they watch can be called: at once, at every hint, and every so often without."""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

import msgspec

from shared.bus.interface import Delivery, NoReplyError
from shared.clock import Clock
from shared.messages.base import PersonPresence
from shared.messages.from_client import WatchPresence
from shared.messages.nodes import PresenceHint
from shared.messages.registry import decode_node_message
from shared.messages.to_client import Presence
from shared.settings import Settings
from signaling.background import Background
from signaling.devices.post import Post
from signaling.devices.registry import ConnectedDevice
from signaling.timers import Scheduler, Timer
from signaling.watching.asking import Asking
from signaling.watching.hearing import Hearing
from signaling.watching.watches import Watch, Watches

SWEEP_MS = 1_000
BUSY_REFRESH_SHARE = 6
"""Who is in a call is looked up so many times as often: a call is settled some time after its end."""

log = logging.getLogger(__name__)


class Watching:
    """Asks billing for the devices of this node, for all that is to be asked at a moment together."""

    def __init__(
        self,
        *,
        asking: Asking,
        hearing: Hearing,
        post: Post,
        background: Background,
        settings: Settings,
        clock: Clock,
        scheduler: Scheduler,
    ) -> None:
        self._asking = asking
        self._hearing = hearing
        self._post = post
        self._background = background
        self._settings = settings
        self._clock = clock
        self._scheduler = scheduler
        self._watches = Watches()
        self._due: dict[Watch, set[UUID]] = {}
        self._beginning: set[UUID] = set()
        """Devices for whose newest watch there is a task."""
        self._questions = 0
        self._looking = False
        self._settling: Timer | None = None
        self._sweeping: Timer | None = None

    def start(self) -> None:
        """Look after the watches, until `stop`."""
        self._sweeping = self._scheduler.call_at(self._clock.monotonic_ms() + SWEEP_MS, self._sweep)

    def stop(self) -> None:
        """Look no more."""
        for timer in (self._sweeping, self._settling):
            if timer is not None:
                timer.cancel()

    def watch(self, device: ConnectedDevice, message: WatchPresence) -> None:
        """Have the device watch these people instead of those before, and tell it of all of them.

        Of several watches that come faster than billing answers, or than a device may ask, only the last one is
        begun and answered.
        """
        watch = Watch(device=device, account_ids=tuple(dict.fromkeys(message.account_ids)), ref=message.ref)
        before = self._watches.of(device)
        self._watches.add(watch)
        if before is not None:
            watch.pace = before.pace
            self._end(before)
        self._begin(device)

    def hint(self, account_id: UUID) -> None:
        """Something about this account may have changed."""
        for watch in self._watches.on(account_id):
            self._due.setdefault(watch, set()).add(account_id)
        if self._due and self._settling is None:
            at_ms = self._clock.monotonic_ms() + self._settings.presence_settle_ms
            self._settling = self._scheduler.call_at(at_ms, self._look_at_what_is_due)

    def handle(self, delivery: Delivery) -> None:
        """Take a hint out of the mailbox."""
        try:
            message = decode_node_message(delivery.body)
        except msgspec.DecodeError as error:
            log.warning("Hint %s cannot be read: %s", delivery.message_id, error)
            return
        if isinstance(message, PresenceHint):
            self.hint(message.account_id)

    def came(self, device: ConnectedDevice) -> None:
        """A device that is back has missed what has changed meanwhile; it is told of everybody."""
        if watch := self._watches.of(device):
            watch.answered, watch.ref = False, None
            watch.seen.clear()
            self._begin(device)

    def went(self, device: ConnectedDevice) -> None:
        """It keeps its watch, and is told when it is back."""

    def left(self, device: ConnectedDevice) -> None:
        """Nobody is to be told any more."""
        if watch := self._watches.remove(device):
            self._end(watch)

    def turned_away(self, account_id: UUID) -> None:
        """Who is not let in watches nobody."""

    def _begin(self, device: ConnectedDevice) -> None:
        if device.device_id not in self._beginning:
            self._beginning.add(device.device_id)
            self._background.start(self._tell_all(device))

    async def _tell_all(self, device: ConnectedDevice) -> None:
        """Answer the device's newest watch, however many there were: one question at a time for each device."""
        try:
            while (watch := self._watches.of(device)) and not watch.answered and device.socket is not None:
                if not watch.begun and not watch.pace.take(self._clock.monotonic_ms()):
                    await self._wait(SWEEP_MS)
                    continue
                self._want_hints(watch)
                # Bound first: so no hint is missed that is later than the answer.
                await self._hearing.until_bound(watch)
                watch.asked_ms = self._clock.monotonic_ms()
                if not await self._look({watch: set(watch.account_ids)}) and self._watches.stands(watch):
                    self._due[watch] = set(watch.account_ids)
                    return
        finally:
            self._beginning.discard(device.device_id)

    def _want_hints(self, watch: Watch) -> None:
        if not watch.begun:
            watch.begun = True
            self._hearing.begin(watch)

    def _end(self, watch: Watch) -> None:
        self._due.pop(watch, None)
        if watch.begun:
            self._hearing.end(watch)

    async def _wait(self, ms: int) -> None:
        over = asyncio.Event()
        timer = self._scheduler.call_at(self._clock.monotonic_ms() + ms, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()

    def _sweep(self) -> None:
        """Ask once more for what nobody has hinted at, what had no answer, and all after an outage of the bus."""
        self.start()
        is_back = self._asking.is_back()
        now_ms, refresh_ms = self._clock.monotonic_ms(), self._settings.presence_refresh_ms
        for watch in self._watches.all():
            if not watch.begun:
                continue
            age_ms = now_ms - watch.asked_ms
            if is_back or age_ms >= refresh_ms:
                watch.asked_ms = now_ms
                self._due[watch] = set(watch.account_ids)
            elif age_ms // SWEEP_MS % max(1, refresh_ms // BUSY_REFRESH_SHARE // SWEEP_MS) == 0:
                self._due.setdefault(watch, set()).update(watch.busy())
        self._look_at_what_is_due()

    def _look_at_what_is_due(self) -> None:
        self._settling = None
        if self._due and not self._looking:
            self._looking = True
            self._background.start(self._look_at_all())

    async def _look_at_all(self) -> None:
        try:
            due, self._due = self._due, {}
            if not await self._look(due):
                # Again with the next sweep.
                for watch, account_ids in due.items():
                    if self._watches.stands(watch):
                        self._due.setdefault(watch, set()).update(account_ids)
        finally:
            self._looking = False

    async def _look(self, due: dict[Watch, set[UUID]]) -> bool:
        """Ask, and tell what has changed; False where billing does not answer."""
        self._questions += 1
        question = self._questions
        here = {watch: ids for watch, ids in due.items() if watch.device.socket and self._watches.stands(watch)}
        pairs = dict.fromkeys(pair for watch, ids in here.items() for pair in watch.pairs(sorted(ids)))
        try:
            found = await self._asking.about(tuple(pairs))
        except NoReplyError as error:
            log.warning("Nobody says whether %d people can be called: %s", len(pairs), error)
            return False
        for watch, ids in here.items():
            if self._watches.stands(watch):
                people = [found[pair] for pair in watch.pairs(sorted(ids))]
                self._tell(watch, watch.see(people, question=question))
        return True

    def _tell(self, watch: Watch, changed: list[PersonPresence]) -> None:
        if not watch.answered and len(watch.seen) == len(watch.account_ids):
            watch.answered = True
            people = [watch.seen[account_id] for account_id in watch.account_ids]
            self._post.send(watch.device.device_id, Presence(people=people, ref=watch.ref))
        elif watch.answered and changed:
            self._post.send(watch.device.device_id, Presence(people=changed))
