"""May this node own the call from now on? Decided over the locked call; pure.

The epoch of the row is the fence: of all nodes that name the same owner as the one before, the first gets the call.
"""

from __future__ import annotations

from uuid import UUID

from billing_worker.admission.authorize import Room
from billing_worker.calls import OpenCall
from shared.messages.requests import NotTakenOver, TakenOver, TakeOver


def take_over(request: TakeOver, room: Room) -> TakenOver | NotTakenOver:
    """Make the node the call's owner, once; in any case where it owns the call, take the proof of life.

    An epoch that billing has not got to yet was given away before its database was restored: it counts.
    """
    call = room.calls.rows.get(request.call_id)
    if call is None or call.callee_id is None:
        return NotTakenOver(call_id=request.call_id, reason="unknown_call")
    if call.talk_ms is not None:
        return NotTakenOver(call_id=call.id, reason="over")
    is_repeated = (call.epoch, call.node) == (request.epoch + 1, request.node)
    if call.epoch > request.epoch and not is_repeated:
        return NotTakenOver(call_id=call.id, reason="taken_over", node=call.node, epoch=call.epoch)
    call.prove(request.talk_ms)
    if not is_repeated:
        _move(call, request, room)
    return _taken_over(call, call.callee_id, room)


def _move(call: OpenCall, request: TakeOver, room: Room) -> None:
    call.owned_by(request.node, epoch=request.epoch + 1)
    call.taken_over_here = True
    # Until talk time runs, the new owner may need the time that one has to bring two people together.
    call.lease(now=room.now if call.started_at else room.now + room.terms.setup)


def _taken_over(call: OpenCall, callee_id: UUID, room: Room) -> TakenOver:
    caller, callee = room.people.by_id[call.caller_id], room.people.by_id[callee_id]
    return TakenOver(
        call_id=call.id,
        epoch=call.epoch,
        caller=caller.party,
        callee=callee.party,
        price_minor=call.price_minor,
        currency=room.terms.currency,
        terms=call.terms,
        talk_ms_max=room.ledger.wallets[call.caller_id].call_ms_max,
        caller_relay_only=caller.relay_only,
        callee_relay_only=callee.relay_only,
        minutes_held=call.minutes_held,
        proof_talk_ms=call.proof_talk_ms,
        started_at=call.started_at,
    )
