"""May this call ring? Decided over locked wallets and call rows; pure.

The checks, in this order, the first that fails being the answer:

1. the caller's account exists and is not disabled (`blocked`),
2. the caller has not made too many invites already (`too_many_calls`),
3. the caller is not the callee (`self_call`),
4. glare: the callee is at this moment calling this caller (`busy` with `glare_call_id`). Before 5, because the
   caller is claimed by that very call; before 6, because accepting it costs the caller nothing,
5. the caller is in no call (`already_in_call`),
6. no operator has blocked the caller (`blocked`, with neither price nor shortfall: no money would help),
7. the caller can pay a minute and wants to: `blocked` where the account is marked so, `spend_limit` where that is
   more than the owner's own limits leave, else `insufficient_funds`. A callee may ask a price of their own; it says
   nothing of whether they can be reached, since it counts whatever becomes of 9 to 11, and the directory shows it,
8. there were not too many invites to the callee (`too_many_calls`). After 7, or accounts without money, which cost
   nothing, could keep everybody from reaching somebody,
9. the callee is not on the caller's blocklist (`on_your_blocklist`),
10. the callee exists and is not disabled, takes calls from the caller, has a device that would ring, at the node
    that asks or at another that is alive, and does not want to be left alone (`unreachable`: which of these it is
    must be seen nowhere, docs/decisions/0015-unreachable-has-one-answer.md),
11. the callee is in no call (`busy`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from billing_worker.admission.invites import Invites
from billing_worker.admission.lists import Lists
from billing_worker.admission.people import People, Person
from billing_worker.calls import Calls, CallsOvertakenError, OpenCall
from billing_worker.presence.reach import Reach
from billing_worker.terms import Terms
from shared.ledger import Ledger, OpenWallet
from shared.messages.base import EndReason, RefusalReason
from shared.messages.requests import Authorize, Authorized, Refused
from shared.spending.budget import obstacle, price_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a decision is made over, and changes."""

    people: People
    lists: Lists
    invites: Invites
    calls: Calls
    ledger: Ledger
    spent_today: dict[UUID, int]
    """What payers were charged today, of those who have limited it."""
    now: datetime
    terms: Terms
    reach: Reach = field(default_factory=Reach)


def authorize(request: Authorize, room: Room) -> Authorized | Refused:
    """Hold a minute, claim both parties and add the call; or hold nothing and say why not.

    The attempt to reach a callee who is busy is kept for the history, and for the callee's alone where nobody of
    theirs was there. Raises `CallsOvertakenError`.
    """
    caller = room.people.caller(request)
    if caller is None or caller.account_id not in room.ledger.wallets:
        return _refused(request, RefusalReason.BLOCKED)
    callee = room.people.callee(request)
    known = room.calls.rows.get(request.call_id)
    if known is not None:
        return _repeated(request, known, caller=caller, callee=callee, room=room)
    if (wait := room.invites.take(request)) is not None:
        return _too_many(request, wait)
    if caller == callee:
        return _refused(request, RefusalReason.SELF_CALL)
    payer = room.ledger.wallets[caller.account_id]
    refusal = _refusal_of_caller(request, payer, callee, room)
    if refusal is not None:
        return refusal
    if (wait := room.invites.take_to_callee(request)) is not None:
        return _too_many(request, wait)
    found = _callee_for(caller, request, room)
    if isinstance(found, RefusalReason):
        return _refused(request, found)
    return _between(request, caller=caller, callee=found, room=room)


def _refusal_of_caller(request: Authorize, payer: OpenWallet, callee: Person | None, room: Room) -> Refused | None:
    """Say why the caller can call nobody now, or has been called by the callee meanwhile."""
    callee_wallet = None if callee is None else room.ledger.wallets.get(callee.account_id)
    glare = _glare(caller=payer, callee=callee_wallet, calls=room.calls)
    if glare is not None:
        return _refused(request, RefusalReason.BUSY, glare=glare)
    if payer.in_call_id == request.call_id:
        # The same request, answered elsewhere between our look at the calls and the lock of the wallet.
        raise CallsOvertakenError(f"{request.call_id} was authorized by somebody else")
    if payer.in_call_id is not None:
        return _refused(request, RefusalReason.ALREADY_IN_CALL)
    return _refused_for_money(request, payer, callee_wallet, room)


def _callee_for(caller: Person, request: Authorize, room: Room) -> Person | RefusalReason:
    """Return who is called, or why this caller cannot call them, wherever they are."""
    named, callee = room.people.named(request), room.people.callee(request)
    if named is not None and room.lists.blocks(caller, named):
        return RefusalReason.ON_YOUR_BLOCKLIST
    if callee is None or callee.account_id not in room.ledger.wallets:
        return RefusalReason.UNKNOWN_CALLEE if room.terms.unknown_callees_told else RefusalReason.UNREACHABLE
    return callee if room.lists.takes_calls(callee, caller=caller) else RefusalReason.UNREACHABLE


def _between(request: Authorize, *, caller: Person, callee: Person, room: Room) -> Authorized | Refused:
    payer, callee_wallet = room.ledger.wallets[caller.account_id], room.ledger.wallets[callee.account_id]
    call = room.calls.add(_call_of(request, payer, callee, room))
    if callee.do_not_disturb or not room.reach.reaches(callee.account_id, request):
        call.hidden_from_caller = True
        _settle_as(EndReason.UNREACHABLE, call, now=room.now)
        return _refused(request, RefusalReason.UNREACHABLE)
    if callee_wallet.in_call_id is not None:
        _settle_as(EndReason.BUSY, call, now=room.now)
        return _refused(request, RefusalReason.BUSY)
    _hold_and_claim(call, callee, room)
    return _authorized(call, caller=caller, callee=callee, room=room)


def _repeated(
    request: Authorize, call: OpenCall, *, caller: Person, callee: Person | None, room: Room
) -> Authorized | Refused:
    """Answer as before. What is over already, because its end overtook this request, must not ring.

    Neither must what another node has taken over: the one that placed it asks for what it owns no more.
    """
    same = callee is not None and (call.caller_id, call.callee_id) == (caller.account_id, callee.account_id)
    if same and callee is not None and call.talk_ms is None and call.epoch == 1:
        return _authorized(call, caller=caller, callee=callee, room=room)
    if same and call.reason == EndReason.BUSY:
        return _refused(request, RefusalReason.BUSY)
    if same and call.reason == EndReason.UNREACHABLE and call.hidden_from_caller:
        return _refused(request, RefusalReason.UNREACHABLE)
    return _refused(request, RefusalReason.BILLING_UNAVAILABLE)


def _glare(*, caller: OpenWallet, callee: OpenWallet | None, calls: Calls) -> OpenCall | None:
    """Return the call in which the callee is calling the caller, where it was not accepted and started yet."""
    call = None if callee is None else calls.get(callee.in_call_id)
    if callee is None or call is None or call.started_at is not None or caller.in_call_id != call.id:
        return None
    return call if call.caller_id == callee.account_id else None


def _call_of(request: Authorize, payer: OpenWallet, callee: Person, room: Room) -> OpenCall:
    return OpenCall(
        id=request.call_id,
        caller_id=payer.account_id,
        callee_id=callee.account_id,
        node=request.node,
        price_minor=price_of(payer, room.ledger.wallets[callee.account_id]),
        authorized_at=room.now,
        lease_ends_at=room.now,
        minute_ms=room.terms.minute_ms,
        free_ms=room.terms.free_ms,
        grace_ms=room.terms.grace_ms,
        earning_share_bp=room.ledger.wallets[callee.account_id].earning_share_bp,
    )


def _hold_and_claim(call: OpenCall, callee: Person, room: Room) -> None:
    room.ledger.unblock(call.caller_id)
    room.ledger.hold(call.caller_id, call.price_minor)
    room.ledger.claim(call.caller_id, call.id)
    room.ledger.claim(callee.account_id, call.id)
    call.hold_minute(now=room.now + room.terms.setup)


def _settle_as(reason: EndReason, call: OpenCall, *, now: datetime) -> None:
    """Keep the attempt for the history; it holds and costs nothing."""
    call.end(0, reason=reason, ended_at=now)
    call.settle(0, now=now)
    call.ended_here = True


def _authorized(call: OpenCall, *, caller: Person, callee: Person, room: Room) -> Authorized:
    return Authorized(
        call_id=call.id,
        caller=caller.party,
        callee=callee.party,
        price_minor=call.price_minor,
        currency=room.terms.currency,
        terms=call.terms,
        talk_ms_max=room.ledger.wallets[call.caller_id].call_ms_max,
        caller_relay_only=caller.relay_only,
        callee_relay_only=callee.relay_only,
    )


def _refused_for_money(
    request: Authorize, payer: OpenWallet, callee: OpenWallet | None, room: Room
) -> Refused | None:
    spent_today_minor = room.spent_today.get(payer.account_id, 0)
    found = obstacle(payer, price_minor=price_of(payer, callee), spent_today_minor=spent_today_minor)
    if found is None:
        return None
    return Refused(
        call_id=request.call_id,
        currency=None if found.price_minor is None else room.terms.currency,
        **found._asdict(),
    )


def _too_many(request: Authorize, wait: timedelta) -> Refused:
    """Say how long to wait, in whole milliseconds that are surely over then."""
    wait_ms = -(-wait // timedelta(milliseconds=1))
    return Refused(call_id=request.call_id, reason=RefusalReason.TOO_MANY_CALLS, retry_after_ms=wait_ms)


def _refused(request: Authorize, reason: RefusalReason, *, glare: OpenCall | None = None) -> Refused:
    if glare is None:
        return Refused(call_id=request.call_id, reason=reason)
    return Refused(call_id=request.call_id, reason=reason, glare_call_id=glare.id, glare_node=glare.node)
