"""What operators decide about accounts and calls, as admission and settlement keep to it."""

from sqlalchemy import update

from shared.database import transaction
from shared.ledger import Ledger
from shared.messages.base import EndReason, RefusalReason
from shared.messages.notices import AccountBlocked, AccountUnblocked
from shared.messages.requests import Authorized, Refused, RenewalRefused, Renewed
from shared.models import Call
from tests.billing_worker.town import Conversation, Resident, Town, of_type


async def blocks(town: Town, resident: Resident, *, blocked: bool = True) -> None:
    """Block or unblock, as the API does."""
    async with transaction(town.engine) as connection:
        ledger = await Ledger.open(connection, [resident.id], now=town.clock.now())
        change = ledger.block_by_operator if blocked else ledger.unblock_by_operator
        assert change(resident.id)
        await ledger.save()


async def asks_for_the_end(town: Town, call: Conversation) -> None:
    """Ask for the end of a call, as the API does."""
    async with transaction(town.engine) as connection:
        await connection.execute(update(Call).where(Call.id == call.id).values(end_asked_at=town.clock.now()))


async def test_whom_an_operator_blocked_cannot_call_with_any_money(town: Town) -> None:
    """A17, F5: refused without a price, since no money would help; until operators end it."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    await blocks(town, caller)
    reply = await town.invites(caller, callee)
    assert isinstance(reply, Refused)
    assert (reply.reason, reply.price_minor, reply.shortfall_minor) == (RefusalReason.BLOCKED, None, None)
    await town.tops_up(caller, 100)
    assert isinstance(await town.invites(caller, callee), Refused)
    assert (await town.wallet(callee)).in_call_id is None
    await blocks(town, caller, blocked=False)
    assert isinstance(await town.invites(caller, callee), Authorized)


async def test_whom_an_operator_blocked_can_be_called(town: Town) -> None:
    """A17: at the cost of the caller; also where both call at once, since then the other one's call is accepted."""
    caller, callee = await town.moves_in(100), await town.moves_in(100)
    await blocks(town, callee)
    call = await town.calls(caller, callee)
    glare = await town.invites(callee, caller)
    assert isinstance(glare, Refused)
    assert (glare.reason, glare.glare_call_id) == (RefusalReason.BUSY, call.id)


async def test_no_further_minute_for_a_payer_who_was_blocked_meanwhile(town: Town) -> None:
    """A17: although signaling was told in vain; what was held before stays paid, and the proof counts."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    call = await town.calls(caller, callee, minutes=2)
    await blocks(town, caller)
    assert await town.asks(call.renewal(2), call.renewal(3)) == [
        Renewed(call_id=call.id, minute=2),
        RenewalRefused(call_id=call.id, minute=3, reason="blocked"),
    ]
    assert (await call.record()).minutes_held == 2
    assert (await call.record()).proof_talk_ms == 105_000


async def test_no_further_minute_for_a_call_whose_end_was_asked(town: Town) -> None:
    """A17: although signaling was told in vain; the first word on the reason is the operator's."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    call = await town.calls(caller, callee)
    await asks_for_the_end(town, call)
    await blocks(town, caller)
    assert await town.asks(call.renewal(2)) == [RenewalRefused(call_id=call.id, minute=2, reason="operator")]
    await town.hears(call.ended(61_000, EndReason.OPERATOR))
    record = await call.record()
    assert (record.reason, record.charge_minor) == ("operator", 10)
    assert record.end_asked_at == town.clock.now()


async def test_nobody_hears_of_a_block_or_its_end_who_is_blocked_anyway(town: Town) -> None:
    """A17, C6: the operator's block was told when it came."""
    caller, callee = await town.moves_in(15), await town.moves_in()
    call = await town.calls(caller, callee)
    await blocks(town, caller)
    await town.hears(call.ended(1_000))
    assert (await town.wallet(caller)).blocked_at is not None
    assert of_type(AccountBlocked, await town.notices()) == []
    await town.tops_up(caller, 100)
    await blocks(town, caller, blocked=False)
    assert of_type(AccountUnblocked, await town.notices()) == []
