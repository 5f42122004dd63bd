"""The broker, or billing behind it, is away."""

import asyncio
import os
from pathlib import Path
from uuid import UUID

from shared.bus.interface import Envelope
from shared.messages.base import EndReason, RefusalReason
from shared.messages.events import CallEnded
from shared.messages.from_client import HangUp, Hello, Invite
from shared.messages.to_client import (
    CallAuthorizing,
    CallOver,
    CallRefused,
    Charged,
    CloseCode,
    Error,
    ErrorCode,
)
from signaling.billing.announcing import WAITING_MAX
from signaling.billing.journal import MemoryJournal
from signaling.billing.journal_file import FileJournal
from tests.signaling.bus_with_outages import BusWithOutages
from tests.signaling.stage import staged, talks


async def test_a_new_call_is_refused_and_works_again_afterwards() -> None:
    """C12, D4: within three seconds, by the broker's word or by the clock."""
    bus = BusWithOutages()
    async with staged(bus=bus) as stage:
        ann, ben = await stage.pair()
        bus.away = True
        await ann.say(Invite(callee_id=ben.account_id))
        await ann.expect(CallAuthorizing)
        assert (await ann.expect(CallRefused)).reason is RefusalReason.BILLING_UNAVAILABLE
        await ben.hears_nothing()
        bus.away = False
        call_id = await talks(ann, ben)
        await ann.say(HangUp(call_id=call_id))
        await ben.expect(CallOver)


async def test_billing_that_does_not_answer() -> None:
    """C12: after three seconds; what it may have held is released by the end that is published."""
    async with staged() as stage:
        ann, ben = await stage.pair()
        stage.billing.answering.clear()
        await ann.say(Invite(callee_id=ben.account_id))
        call_id = (await ann.expect(CallAuthorizing)).call_id
        await stage.time.pass_ms(2_999)
        await ann.hears_nothing()
        await stage.time.pass_ms(1)
        assert (await ann.expect(CallRefused)).reason is RefusalReason.BILLING_UNAVAILABLE
        stage.billing.answering.set()
        await ann.hears_nothing()
        await ben.hears_nothing()
        ended = stage.billing.events[-1]
        assert isinstance(ended, CallEnded)
        assert (ended.call_id, ended.reason, ended.talk_ms) == (call_id, EndReason.BILLING_UNAVAILABLE, 0)


async def test_with_too_much_left_to_publish_no_call_is_begun() -> None:
    """C12, D11: what waits for the broker is bounded."""
    bus, journal = BusWithOutages(), MemoryJournal()
    async with staged(bus=bus, journal=journal) as stage:
        ann, ben = await stage.pair()
        for number in range(WAITING_MAX):
            journal.keep(
                Envelope(exchange="calls", routing_key="x", type="x", message_id=UUID(int=number), body=b"")
            )
        await ann.say(Invite(callee_id=ben.account_id, ref="late"))
        error = await ann.expect(Error)
        assert (error.code, error.ref) == (ErrorCode.DRAINING, "late")
        await ben.hears_nothing()


async def test_nobody_is_let_in_meanwhile() -> None:
    """D1, E7: come back later."""
    bus = BusWithOutages()
    async with staged(bus=bus) as stage:
        account = stage.billing.account("ann")
        bus.away = True
        device = await stage.open()
        await device.say(Hello(token=stage.token(account)))
        assert (await device.closed_with())[0] == CloseCode.TRY_LATER
        bus.away = False
        await stage.device(account)


async def test_calls_that_end_in_an_outage_of_ten_minutes_are_all_charged_once(tmp_path: Path) -> None:
    """C12: by hanging up, and at the end of what is paid; what is left on the disk is nothing."""
    bus = BusWithOutages()
    journal = FileJournal(tmp_path, "node-1", brokers=["memory"], fsync="interval", fsync_ms=10)
    await journal.open()
    async with staged(bus=bus, journal=journal, node="node-1") as stage:
        pairs = [await stage.pair() for _ in range(6)]
        calls = [await talks(*pair) for pair in pairs]
        bus.away = True
        for minute in range(10):
            if minute == 0:
                for (ann, _), call_id in zip(pairs[:3], calls[:3], strict=True):
                    await stage.time.pass_ms(5_000)
                    await ann.say(HangUp(call_id=call_id))
                    await ann.expect(CallOver)
            await stage.time.pass_ms(60_000)
        for ann, _ in pairs[3:]:
            await ann.expect(CallOver)
        assert len(journal) == len(calls)
        bus.away = False
        async with asyncio.timeout(30):
            while stage.billing.calls:  # noqa: ASYNC110 - billing tells nobody
                await asyncio.sleep(0.01)
        assert [stage.account_of(ann).balance_minor for ann, _ in pairs] == [90] * len(pairs)
        ended = [event.call_id for event in stage.billing.events if isinstance(event, CallEnded)]
        assert sorted(ended) == sorted(calls)
    await journal.close()
    assert os.listdir(tmp_path) == []


async def test_with_a_disk_that_fails_no_call_is_begun_and_the_rest_goes_on(tmp_path: Path) -> None:
    """C12, E7: readiness says so, until the disk is there again."""
    (tmp_path / "disk").write_text("no folder")
    journal = FileJournal(tmp_path / "disk", "node-1", brokers=["memory"], fsync="never", fsync_ms=10)
    await journal.open()
    async with staged(journal=journal, node="node-1") as stage:
        ann, ben = await stage.pair()
        await ann.say(Invite(callee_id=ben.account_id))
        assert (await ann.expect(Error)).code == ErrorCode.DRAINING
        ready = await stage.app.test_client().get("/health/ready")
        assert ready.status_code == 503
        assert "disk" in (await ready.get_json())["detail"]
        (tmp_path / "disk").unlink()
        async with asyncio.timeout(10):
            while not journal.fit:  # noqa: ASYNC110 - a journal tells nobody
                await asyncio.sleep(0.01)
        assert (await stage.app.test_client().get("/health/ready")).status_code == 200
        await talks(ann, ben)
    await journal.close()


async def test_a_running_call_ends_with_its_lease_and_is_charged_later() -> None:
    """C12: closed rather than free."""
    bus = BusWithOutages()
    async with staged(bus=bus) as stage:
        ann, ben = await stage.pair()
        await talks(ann, ben)
        bus.away = True
        await stage.time.pass_ms(59_999)
        await ann.hears_no_more_than()
        await ben.hears_nothing()
        await stage.time.pass_ms(1)
        for device in (ann, ben):
            over = await device.expect(CallOver)
            assert (over.reason, over.talk_ms) == (EndReason.BILLING_UNAVAILABLE, 60_000)
        bus.away = False
        assert (await ann.expect(Charged)).charge_minor == 10
