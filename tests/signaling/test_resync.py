"""F4: what notices would have said while the mailbox was gone arrives after it is back."""

from typing import Any, cast

import pytest

from shared.bus.memory import MemoryBus
from shared.ids import new_id
from shared.messages.base import Party
from shared.messages.requests import Admit, NotAdmitted
from shared.messages.to_client import CallOver, CloseCode, Wallet
from signaling.devices.registry import Devices
from signaling.devices.resync import TOLD_MIN, Resync
from tests.signaling.billing_double import Account
from tests.signaling.bus_with_outages import BusWithOutages
from tests.signaling.stage import Stage, staged, talks

NODE = "node-1"


def lose_mailbox(stage: Stage) -> None:
    """Have the broker lose the node's mailbox, and bring it back."""
    assert isinstance(stage.bus, MemoryBus)
    stage.bus.lose_mailbox(NODE)


async def test_who_has_other_money_is_told_and_who_has_not_is_left_alone() -> None:
    """D13."""
    async with staged(node=NODE) as stage:
        ann, ben = await stage.pair()
        for device in (ann, ben):
            await stage.billing.top_up(stage.account_of(device), 5)
            await device.expect(Wallet)
        account = stage.account_of(ann)
        account.balance_minor += 77
        account.version += 1
        lose_mailbox(stage)
        assert (await ann.expect(Wallet)).wallet.balance_minor == 182
        await ben.hears_nothing()
        lose_mailbox(stage)
        await ben.hears_nothing()
        await ann.hears_nothing()


@pytest.mark.parametrize("reason", ["disabled", "session_ended", "unknown_account"])
async def test_who_may_not_be_here_any_more_is_sent_away(reason: str) -> None:
    """F5: as by the notice that was lost; the others stay."""
    async with staged(node=NODE) as stage:
        ann, ben = await stage.pair()
        await talks(ann, ben)
        stage.billing.not_admitted[ann.account_id] = NotAdmitted(reason=reason)  # type: ignore[arg-type]
        lose_mailbox(stage)
        assert (await ann.closed_with())[0] == CloseCode.SESSION_ENDED
        while not isinstance(await ben.hear(), CallOver):
            continue  # perhaps his money comes first


async def test_each_session_is_asked_about_once_and_few_at_a_time() -> None:
    """Two devices of a session are one question."""
    async with staged(node=NODE) as stage:
        ann = stage.billing.account("ann")
        session_id = new_id()
        await stage.device(ann, session_id=session_id)
        await stage.device(ann, session_id=session_id)
        await stage.device(ann)
        asked = len(stage.billing.asked)
        lose_mailbox(stage)
        other = await stage.device(stage.billing.account("ben"))
        await other.hears_nothing()
        admits = [request for request in stage.billing.asked[asked:] if isinstance(request, Admit)]
        assert len([request for request in admits if request.account_id == ann.id]) == 2


async def test_billing_that_is_not_back_yet_is_asked_again() -> None:
    """C12: the broker may return before the worker behind it."""
    bus = BusWithOutages()
    async with staged(bus=bus, node=NODE) as stage:
        ann, _ = await stage.pair()
        stage.account_of(ann).version += 1
        bus.away = True
        bus.lose_mailbox(NODE)
        await ann.hears_nothing()
        bus.away = False
        assert (await ann.expect(Wallet)).wallet.version == 1


def test_who_left_is_forgotten() -> None:
    """D11: a node that runs for months hears of the money of everybody who was ever there."""
    nobody = cast(Any, None)
    devices = Devices(messages_max=1, bytes_max=1)
    resync = Resync(
        billing=nobody, devices=devices, presence=nobody, post=nobody, switchboard=nobody, background=nobody
    )
    wallet = Account(Party(account_id=new_id(), user_name="ann"), balance_minor=1).wallet
    for _ in range(3 * TOLD_MIN):
        resync.note(new_id(), wallet)
    assert resync.remembered <= TOLD_MIN
