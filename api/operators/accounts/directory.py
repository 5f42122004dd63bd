"""Looking at accounts. Every look leaves its trace, before anything is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.operators.accounts.finding import STATUSES, matches
from api.operators.accounts.schemas import AccountDetails, AccountStatus, AccountSummary
from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.pages import Page, page_of, read_cursor
from api.problems import NotFoundError
from api.security import Login
from api.sessions.kinds import SessionKind, SessionLife
from api.sessions.own import still_running
from shared.clock import Clock
from shared.database import reading
from shared.ledger import WALLET_COLUMNS, OpenWallet
from shared.models import Account, Session, Wallet


@dataclass(frozen=True)
class Directory:
    """All accounts there are and were."""

    engine: AsyncEngine
    clock: Clock
    audit: AuditLog
    session_lives: Mapping[SessionKind, SessionLife]
    currency: str

    async def search(
        self, operator: Login, text: str, status: AccountStatus, *, limit: int, cursor: str
    ) -> Page[AccountSummary]:
        """Return the accounts with this id, or this part of a name or address, newest first; all for no text."""
        before = read_cursor(cursor, UUID)
        await self.audit.looked(Action.ACCOUNTS_SEARCHED, by=operator)
        wanted = _FOUND.where(matches(text), STATUSES[status]).order_by(Account.id.desc()).limit(limit + 1)
        if before is not None:
            wanted = wanted.where(Account.id < before)
        async with reading(self.engine) as connection:
            rows = (await connection.execute(wanted)).all()
        return page_of(rows, limit=limit, view=self._summary, key=lambda row: row.id)

    async def view(self, operator: Login, account_id: UUID) -> AccountDetails:
        """Return one account. Raises `NotFoundError`."""
        details = await self.read(account_id)
        await self.audit.looked(Action.ACCOUNT_VIEWED, by=operator, account_id=account_id)
        return details

    async def read(self, account_id: UUID) -> AccountDetails:
        """Return one account to whoever has just acted on it. Raises `NotFoundError`."""
        async with reading(self.engine) as connection:
            row = (await connection.execute(_FOUND.where(Account.id == account_id))).one_or_none()
            if row is None:
                raise NotFoundError
            sessions, last_used_at = await self._sessions(connection, account_id)
        wallet = _wallet(row)
        return AccountDetails(
            **self._columns(row),
            relay_only=row.relay_only,
            wallet=wallet.state(self.currency),
            asking_price_minor=wallet.asking_price_minor,
            earning_share_bp=wallet.earning_share_bp,
            sessions=sessions,
            last_used_at=last_used_at,
        )

    async def _sessions(self, connection: AsyncConnection, account_id: UUID) -> tuple[int, datetime | None]:
        """Return how many run, and when any was last used."""
        running = still_running(self.clock.now(), self.session_lives)
        found = await connection.execute(
            select(func.count().filter(running), func.max(Session.last_used_at)).where(
                Session.account_id == account_id
            )
        )
        count, last_used_at = found.one()
        return count, last_used_at

    def _summary(self, row: Row[*tuple[Any, ...]]) -> AccountSummary:
        return AccountSummary(**self._columns(row))

    def _columns(self, row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
        wallet = _wallet(row)
        is_there = row.deleted_at is None
        return {
            "id": row.id,
            "user_name": row.user_name if is_there else None,
            "email": row.email if is_there else None,
            "is_operator": row.is_operator,
            "created_at": row.created_at,
            "disabled_at": row.disabled_at,
            "deleted_at": row.deleted_at,
            "blocked": wallet.is_blocked,
            "blocked_by_operator": wallet.operator_blocked_at is not None,
            "balance_minor": wallet.balance_minor,
            "currency": self.currency,
            "in_call_id": wallet.in_call_id,
        }


def _wallet(row: Row[*tuple[Any, ...]]) -> OpenWallet:
    return OpenWallet(*row[-len(WALLET_COLUMNS) :])


_FOUND: Select[*tuple[Any, ...]] = select(
    Account.id,
    Account.user_name,
    Account.email,
    Account.is_operator,
    Account.created_at,
    Account.disabled_at,
    Account.deleted_at,
    Account.relay_only,
    *WALLET_COLUMNS,
).join(Wallet, Wallet.account_id == Account.id)
