"""What billing and the API push to devices."""

from shared.bus.interface import Envelope, Outcome
from shared.bus.topology import ACCOUNTS
from shared.ids import new_id
from shared.messages.base import Party, RefusalReason
from shared.messages.from_client import Cancel, Hello, Invite
from shared.messages.notices import (
    AccountBlocked,
    AccountRenamed,
    AccountUnblocked,
    CallCharged,
    SessionEnded,
    WalletChanged,
)
from shared.messages.registry import envelope_of
from shared.messages.requests import NotAdmitted
from shared.messages.to_client import (
    Blocked,
    CallAuthorizing,
    CallIncoming,
    CallOver,
    CallRefused,
    CallRinging,
    Charged,
    CloseCode,
    Unblocked,
    Wallet,
)
from tests.signaling.billing_double import Account
from tests.signaling.device import Device
from tests.signaling.stage import Stage


async def test_every_device_of_the_account_hears_them(stage: Stage) -> None:
    """D13: and nobody else's."""
    ann, ben = await stage.pair()
    other = await stage.device(stage.account_of(ann))
    account_id, wallet, call_id = ann.account_id, ann.welcome.wallet, new_id()
    for notice in (
        WalletChanged(notice_id=new_id(), account_id=account_id, wallet=wallet),
        AccountBlocked(notice_id=new_id(), account_id=account_id, wallet=wallet, shortfall_minor=3),
        AccountUnblocked(notice_id=new_id(), account_id=account_id, wallet=wallet),
        CallCharged(
            notice_id=new_id(),
            account_id=account_id,
            wallet=wallet,
            call_id=call_id,
            talk_ms=61_000,
            minutes=2,
            charge_minor=20,
        ),
    ):
        await stage.billing.tell(notice)
    for device in (ann, other):
        assert await device.expect(Wallet) == Wallet(wallet=wallet)
        assert await device.expect(Blocked) == Blocked(wallet=wallet, shortfall_minor=3)
        assert await device.expect(Unblocked) == Unblocked(wallet=wallet)
        assert await device.expect(Charged) == Charged(
            call_id=call_id, talk_ms=61_000, minutes=2, charge_minor=20, wallet=wallet
        )
    await ben.hears_nothing()


async def test_one_that_cannot_be_read_is_passed_over(stage: Stage) -> None:
    """F3."""
    ann, _ = await stage.pair()
    bad = Envelope(
        exchange=ACCOUNTS.name,
        routing_key=str(ann.account_id),
        type="wallet.changed",
        message_id=new_id(),
        body=b'{"type":"wallet.changed"}',
    )
    await stage.bus.publish([bad])
    await stage.billing.top_up(stage.account_of(ann), 1)
    await ann.expect(Wallet)
    await ann.hears_nothing()


async def test_the_account_is_bound_while_a_device_of_its_is_here_or_may_come_back(stage: Stage) -> None:
    """F5."""
    ann, _ = await stage.pair()
    account = stage.account_of(ann)
    other = await stage.device(account)
    notice = envelope_of(WalletChanged(notice_id=new_id(), account_id=account.id, wallet=account.wallet))
    for device in (ann, other):
        assert await stage.bus.publish([notice]) == [Outcome.CONFIRMED]
        await device.connection.close()
    assert await stage.bus.publish([notice]) == [Outcome.CONFIRMED]
    await stage.time.pass_ms(20_500)
    assert await stage.bus.publish([notice]) == [Outcome.UNROUTABLE]


async def test_nobody_is_left_bound_who_was_turned_away(stage: Stage) -> None:
    """D11."""
    account = stage.billing.account("ann")
    stage.billing.not_admitted[account.id] = NotAdmitted(reason="disabled")
    device = await stage.open()
    await device.say(Hello(token=stage.token(account)))
    assert (await device.closed_with())[0] == CloseCode.NOT_ADMITTED
    ended = envelope_of(SessionEnded(notice_id=new_id(), account_id=account.id))
    assert await stage.bus.publish([ended]) == [Outcome.UNROUTABLE]


async def test_a_notice_published_twice_is_told_once(stage: Stage) -> None:
    """A relay that died between the confirmation and the delete publishes again, with the same id."""
    ann, _ = await stage.pair()
    wallet = ann.welcome.wallet
    blocked = AccountBlocked(notice_id=new_id(), account_id=ann.account_id, wallet=wallet, shortfall_minor=3)
    for notice in (
        blocked,
        blocked,
        AccountUnblocked(notice_id=new_id(), account_id=ann.account_id, wallet=wallet),
    ):
        await stage.billing.tell(notice)
    assert await ann.expect(Blocked) == Blocked(wallet=wallet, shortfall_minor=3)
    assert await ann.expect(Unblocked) == Unblocked(wallet=wallet)


async def is_called(caller: Device, name: str, callee: Device) -> None:
    """Have the callee's device ring under this name."""
    await caller.say(Invite(callee_user_name=name))
    call_id = (await caller.expect(CallAuthorizing)).call_id
    await caller.expect(CallRinging)
    await callee.expect(CallIncoming)
    await caller.say(Cancel(call_id=call_id))
    for device in (caller, callee):
        await device.expect(CallOver)


async def is_nobody(stage: Stage, caller: Device, name: str) -> None:
    """Call this name in vain."""
    await caller.say(Invite(callee_user_name=name))
    await caller.expect(CallAuthorizing)
    await stage.time.pass_ms(500)
    assert (await caller.expect(CallRefused)).reason is RefusalReason.UNREACHABLE


def renamed(account: Account, name: str) -> AccountRenamed:
    """Give the account another name, and return what tells of it."""
    account.party = Party(account_id=account.id, user_name=name)
    return AccountRenamed(notice_id=new_id(), account_id=account.id, user_name=name)


async def test_a_new_name_is_known_at_once(stage: Stage) -> None:
    """A14: whoever has a new name is called by it, on all devices, and whoever takes the old one by that."""
    ann, ben = await stage.pair()
    ben_account = stage.account_of(ben)
    second = await stage.device(ben_account)
    await stage.billing.tell(renamed(ben_account, "benny"))
    await is_nobody(stage, ann, "ben")
    await second.connection.close()
    await is_called(ann, "Benny", ben)
    other = await stage.device(stage.billing.account("ben"))
    await is_called(ann, "ben", other)
    await is_called(ann, "benny", ben)


async def test_a_lost_notice_of_a_new_name_is_made_good(stage: Stage) -> None:
    """The next hello tells it; and nobody else's name goes with the device that had it before."""
    ann, ben = await stage.pair()
    ben_account = stage.account_of(ben)
    renamed(ben_account, "benny")
    other = await stage.device(stage.billing.account("ben"))
    await is_nobody(stage, ann, "benny")
    again = await stage.device(ben_account, resume_token=ben.welcome.resume_token)
    await is_called(ann, "benny", again)
    await stage.billing.tell(SessionEnded(notice_id=new_id(), account_id=ben_account.id))
    await again.closed_with()
    await is_called(ann, "ben", other)
