"""Puts back what authorizing and renewing a call had done, so that its end can be settled as ever.

An end is self-contained: it tells the terms, the price and the minutes that were held. They are held again, as far
as money is there, and at least those that are to be paid; settlement, in the same transaction, makes the charge of
them. So nothing but settlement ever charges, and nobody is charged more than is there.
"""

from __future__ import annotations

from uuid import UUID

from billing_worker.calls import Calls, OpenCall
from billing_worker.terms import Terms
from shared.ledger import Ledger, OpenWallet
from shared.messages.base import CallTerms
from shared.messages.events import CallEnded
from shared.money import minutes_of


class LostHoldError(Exception):
    """What a call had held cannot be held again; the text says why."""


def hold_again(event: CallEnded, calls: Calls, ledger: Ledger, *, terms: Terms) -> None:
    """Have the call with its minutes, unless it has ended. Raises `LostHoldError`, having changed nothing."""
    call = calls.rows.get(event.call_id)
    if call is not None and call.talk_ms is not None:
        return
    payer = ledger.wallets.get(event.caller_id)
    for account_id in (event.caller_id, event.callee_id):
        _check_known(account_id, ledger)
    if payer is None or event.price_minor is None or event.terms is None:
        if call is None and not event.talk_ms and payer is not None:
            calls.add(_of_nothing(event, payer, terms=terms))
        return
    held = 0 if call is None else call.minutes_held
    price_minor = event.price_minor if call is None else call.price_minor
    minutes = _minutes(event, event.terms, payer, held=held, price_minor=price_minor)
    if call is None:
        call = calls.add(_of_end(event, event.terms, price_minor=price_minor))
    if minutes > held:
        ledger.hold(event.caller_id, (minutes - held) * price_minor)
        call.minutes_held, call.changed = minutes, True


def _minutes(event: CallEnded, terms: CallTerms, payer: OpenWallet, *, held: int, price_minor: int) -> int:
    """Return how many minutes are to be held, of which `held` are."""
    talked = minutes_of(event.talk_ms, minute_ms=terms.minute_ms, free_ms=terms.free_ms, grace_ms=terms.grace_ms)
    wanted = talked if event.minutes_held is None else event.minutes_held
    due = max(held, min(talked, wanted))
    affordable = held + payer.available_minor // price_minor if price_minor else max(held, wanted)
    if affordable < due:
        raise LostHoldError(
            f"no money for it: {due * price_minor} due, {payer.available_minor + held * price_minor} there"
        )
    return max(held, min(wanted, affordable))


def _check_known(account_id: UUID | None, ledger: Ledger) -> None:
    if account_id is not None and account_id not in ledger.wallets:
        raise LostHoldError(f"unknown account: {account_id}")


def _of_end(event: CallEnded, terms: CallTerms, *, price_minor: int) -> OpenCall:
    return OpenCall(
        id=event.call_id,
        caller_id=event.caller_id,
        callee_id=event.callee_id,
        node=event.node,
        price_minor=price_minor,
        authorized_at=terms.authorized_at,
        lease_ends_at=event.ended_at,
        started_at=event.started_at,
        proof_talk_ms=event.talk_ms,
        epoch=event.epoch,
        hidden_from_caller=event.hidden_from_caller,
        minute_ms=terms.minute_ms,
        free_ms=terms.free_ms,
        grace_ms=terms.grace_ms,
        earning_share_bp=terms.earning_share_bp,
    )


def _of_nothing(event: CallEnded, payer: OpenWallet, *, terms: Terms) -> OpenCall:
    """The row of an end that overtook its authorize, or came after a refusal: of its own time, not of today."""
    return OpenCall(
        id=event.call_id,
        caller_id=event.caller_id,
        callee_id=event.callee_id,
        node=event.node,
        price_minor=payer.price_minor,
        authorized_at=event.ended_at,
        lease_ends_at=event.ended_at,
        minute_ms=terms.minute_ms,
        hidden_from_caller=event.hidden_from_caller or event.callee_id is None,
        epoch=event.epoch,
    )
