"""Leaving: the person goes, the books stay."""

import logging
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.accounts.password import OwnPassword, WrongPasswordError
from api.accounts.schemas import Deletion
from api.people.lists import leave_all_lists
from api.problems import ApiError, Problem, ProblemType
from api.security import Login
from shared.clock import Clock
from shared.database import transaction
from shared.ids import new_id
from shared.ledger import Ledger
from shared.messages.events import BalanceForfeited
from shared.messages.nodes import PresenceHint
from shared.messages.notices import SessionEnded
from shared.models import Account, IdempotencyKey, Presence, Session
from shared.outbox import store

NO_HASH = "!"
"""Matches no password."""

logger = logging.getLogger(__name__)


class InACallError(ApiError):
    """The account is a party of a live call, whose money is not settled yet."""

    problem_type = ProblemType.IN_A_CALL


class MoneyLeftError(ApiError):
    """The wallet is not empty, and the request does not give up exactly what is in it."""

    problem_type = ProblemType.MONEY_LEFT

    def __init__(self, *, balance_minor: int, currency: str) -> None:
        super().__init__("To leave it behind, ask again with `forfeits_minor` as `balance_minor` is here.")
        self.balance_minor = balance_minor
        self.currency = currency

    def problem(self) -> Problem:
        """Return what the client is told: also how much it is."""
        return replace(super().problem(), balance_minor=self.balance_minor, currency=self.currency)


@dataclass(frozen=True)
class Deletions:
    """Deletes accounts, at their owners' word."""

    engine: AsyncEngine
    clock: Clock
    password: OwnPassword
    currency: str

    async def delete(self, login: Login, deletion: Deletion) -> None:
        """Remove everything personal and end all sessions; ledger, payments and calls stay as they are.

        Earnings that were not paid out stay, too: they are owed, and no gift to be left behind.
        Raises `InACallError`, `MoneyLeftError`, `WrongPasswordError`, `UnauthenticatedError`,
        `TooManyPasswordsError`.
        """
        proven = await self.password.prove(login, deletion.password, field="password")
        now = self.clock.now()
        async with transaction(self.engine) as connection:
            # In the order in which billing notes who has left.
            await connection.execute(delete(Presence).where(Presence.account_id == login.account_id))
            # Then the account, which every login locks: none comes after its sessions are gone.
            await _erase(connection, login, proven, now)
            await self._empty_wallet(connection, login, deletion.forfeits_minor, now)
            await connection.execute(delete(Session).where(Session.account_id == login.account_id))
            # Clients make up keys, of whatever they like.
            await connection.execute(delete(IdempotencyKey).where(IdempotencyKey.account_id == login.account_id))
            await leave_all_lists(connection, login.account_id)
            await store(
                connection,
                [
                    SessionEnded(notice_id=new_id(), account_id=login.account_id),
                    PresenceHint(account_id=login.account_id),
                ],
            )
        logger.info("account %s is deleted", login.account_id)

    async def _empty_wallet(
        self, connection: AsyncConnection, login: Login, forfeits_minor: int, now: datetime
    ) -> None:
        ledger = await Ledger.open(connection, [login.account_id], now=now)
        wallet = ledger.wallets[login.account_id]
        if wallet.in_call_id is not None or wallet.held_minor:
            raise InACallError
        if wallet.balance_minor != forfeits_minor:
            raise MoneyLeftError(balance_minor=wallet.balance_minor, currency=self.currency)
        ledger.forfeit(login.account_id)
        await ledger.save()
        if forfeits_minor:
            left = BalanceForfeited(
                event_id=new_id(),
                account_id=login.account_id,
                amount_minor=forfeits_minor,
                currency=self.currency,
                forfeited_at=now,
            )
            await store(connection, [left])


async def _erase(connection: AsyncConnection, login: Login, proven: str, now: datetime) -> None:
    nobody = (
        f"deleted:{login.account_id}"  # no user name has a colon, no address lacks an @: none can be registered
    )
    erased = await connection.execute(
        update(Account)
        .where(Account.id == login.account_id, Account.password_hash == proven, Account.disabled_at.is_(None))
        .values(
            email=nobody,
            user_name=nobody,
            password_hash=NO_HASH,
            is_operator=False,
            relay_only=False,
            calls_from="everybody",
            do_not_disturb=False,
            presence_to="callers",
            last_seen_shared=False,
            last_seen_at=None,
            disabled_at=now,
            deleted_at=now,
        )
        .returning(Account.id)
    )
    if erased.first() is None:
        raise WrongPasswordError("password")
