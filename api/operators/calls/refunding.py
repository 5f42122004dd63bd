"""Giving back of a call's charge, at an operator's word.

The charge stays what it was; what was given back of it is counted beside. What the callee earned of that part goes
back too, as far as it was not paid out: the house bears the rest.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operators.acting import OwnAccountError, subject_of
from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.calls.schemas import CallRefund, NewCallRefund
from api.operators.money.telling import money_changed
from api.operators.payments.refunding import RefundTooLargeError
from api.operators.sessions.recent import RecentLogins
from api.problems import ApiError, NotFoundError, ProblemType
from api.security import Login
from shared.clock import Clock
from shared.failpoints import Failpoint, failpoint
from shared.ids import new_id
from shared.ledger import Ledger
from shared.ledger.posting import Why
from shared.messages.events import CallRefunded
from shared.models import Call
from shared.money import share_of
from shared.outbox import store

logger = logging.getLogger(__name__)


class CallNotSettledError(ApiError):
    """The call goes on, or its end is on its way: nothing was charged yet."""

    problem_type = ProblemType.CALL_NOT_SETTLED


@dataclass(frozen=True)
class CallRefunds:
    """Books refunds of calls."""

    clock: Clock
    audit: AuditLog
    recent: RecentLogins
    currency: str

    async def refund(
        self, connection: AsyncConnection, operator: Login, call_id: UUID, wanted: NewCallRefund
    ) -> CallRefund:
        """Book it, in this transaction. The login must be recent.

        Raises `NotFoundError`, `OwnAccountError`, `AccountDeletedError`, `CallNotSettledError`,
        `RefundTooLargeError`.
        """
        parties = (await connection.execute(_PARTIES, {"call_id": call_id})).one_or_none()
        if parties is None:
            raise NotFoundError
        if operator.account_id == parties.callee_id:
            raise OwnAccountError
        # Locks are taken in one order everywhere: account, calls, wallets.
        await subject_of(connection, parties.caller_id, by=operator)
        call = (await connection.execute(_LOCKED, {"call_id": call_id})).one()
        left_minor = _left_of(call)
        if wanted.amount_minor > left_minor:
            raise RefundTooLargeError(f"At most {left_minor} can go back")
        now = self.clock.now()
        taken_minor = await self._book(connection, operator, call, wanted, now)
        refund = CallRefund(
            call_id=call_id,
            number=call.refund_count + 1,
            amount_minor=wanted.amount_minor,
            taken_back_minor=taken_minor,
            currency=self.currency,
            reason=wanted.reason,
            actor_id=operator.account_id,
            created_at=now,
        )
        await self._record(connection, operator, call, refund)
        logger.info("call %s: refund %d is booked", call_id, refund.number)
        return refund

    async def _book(
        self, connection: AsyncConnection, operator: Login, call: Row[Any], wanted: NewCallRefund, now: datetime
    ) -> int:
        """Move the money and tell of it; return what of it the callee gave back."""
        ledger = await Ledger.open(connection, _wallets_of(call), now=now)
        payer = ledger.wallets[call.caller_id]
        was_blocked = payer.is_blocked
        earner_id = call.callee_id if call.earned_minor and call.callee_id in ledger.wallets else None
        taken_minor = ledger.refund(
            call.caller_id,
            wanted.amount_minor,
            call_id=call.id,
            number=call.refund_count + 1,
            why=Why(now, wanted.reason, operator.account_id),
            earner_id=earner_id,
            take_back_minor=_overearned(call, left_minor=_left_of(call) - wanted.amount_minor),
        )
        ledger.unblock(call.caller_id)
        await ledger.save()
        await failpoint(Failpoint.CALL_REFUND_BOOKED)
        await connection.execute(
            _COUNT,
            {
                "of_call": call.id,
                "refunded": call.refunded_minor + wanted.amount_minor,
                "number": call.refund_count + 1,
                "earned": call.earned_minor - taken_minor,
            },
        )
        await failpoint(Failpoint.CALL_REFUND_COUNTED)
        notices = money_changed(payer, self.currency, was_blocked=was_blocked)
        if earner_id is not None and taken_minor:
            earner = ledger.wallets[earner_id]
            notices += money_changed(earner, self.currency, was_blocked=earner.is_blocked)
        await store(connection, notices)
        return taken_minor

    async def _record(
        self, connection: AsyncConnection, operator: Login, call: Row[Any], refund: CallRefund
    ) -> None:
        told = CallRefunded(
            event_id=new_id(),
            call_id=call.id,
            account_id=call.caller_id,
            number=refund.number,
            amount_minor=refund.amount_minor,
            taken_back_minor=refund.taken_back_minor,
            currency=self.currency,
            reason=refund.reason or "",
            actor_id=operator.account_id,
            refunded_at=refund.created_at,
        )
        await store(connection, [told])
        await self.audit.record(
            connection,
            Action.CALL_REFUNDED,
            by=operator,
            reason=refund.reason,
            account_id=call.caller_id,
            call_id=call.id,
            number=refund.number,
            amount_minor=refund.amount_minor,
            taken_back_minor=refund.taken_back_minor,
            currency=self.currency,
        )


def _left_of(call: Row[Any]) -> int:
    """Return what is left of the charge. Raises `CallNotSettledError`."""
    if call.settled_at is None:
        raise CallNotSettledError
    return int(call.charge_minor - call.refunded_minor)


def _overearned(call: Row[Any], *, left_minor: int) -> int:
    """Return what the callee got of the call beyond the share of what stays paid."""
    earned_minor: int = call.earned_minor
    return max(0, earned_minor - share_of(left_minor, share_bp=call.earning_share_bp))


def _wallets_of(call: Row[Any]) -> list[UUID]:
    return [account_id for account_id in (call.caller_id, call.callee_id) if account_id is not None]


_PARTIES = select(Call.caller_id, Call.callee_id).where(Call.id == bindparam("call_id"))
_LOCKED = select(*Call.__table__.columns).where(Call.id == bindparam("call_id")).with_for_update(key_share=True)
_COUNT = (
    update(Call)
    .where(Call.id == bindparam("of_call"))
    .values(
        refunded_minor=bindparam("refunded"), refund_count=bindparam("number"), earned_minor=bindparam("earned")
    )
)
