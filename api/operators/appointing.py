"""Who is an operator: decided on the command line, by whoever runs the installation."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.accounts.schemas import NewAccount
from api.accounts.service import Accounts
from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.sessions.ending import end_sessions
from api.sessions.kinds import SessionKind
from api.sessions.service import is_login
from shared.clock import Clock
from shared.database import transaction
from shared.models import Account, Session


class NoSuchAccountError(Exception):
    """Nobody has this user name or e-mail address, or nobody who may come in."""


@dataclass(frozen=True)
class Appointments:
    """Makes operators, and makes them ordinary people again."""

    engine: AsyncEngine
    clock: Clock
    accounts: Accounts
    audit: AuditLog

    async def appoint(self, login: str) -> bool:
        """Make an account an operator's; return whether it was none before. Raises `NoSuchAccountError`."""
        return await self._set(login, is_operator=True)

    async def dismiss(self, login: str) -> bool:
        """Take the rights away at once, and the operator's sessions with them; return whether there were any.

        Raises `NoSuchAccountError`.
        """
        return await self._set(login, is_operator=False)

    async def make(self, new: NewAccount) -> None:
        """Make an account, and make it an operator's.

        Raises `api.accounts.uniqueness.AlreadyTakenError`.
        """
        await self.accounts.register(new)
        await self.appoint(new.user_name)

    async def _set(self, login: str, *, is_operator: bool) -> bool:
        async with transaction(self.engine) as connection:
            account_id = await _find(connection, login, also_disabled=not is_operator)
            changed = await connection.execute(
                update(Account)
                .where(Account.id == account_id, Account.is_operator.is_not(is_operator))
                .values(is_operator=is_operator)
                .returning(Account.id)
            )
            if changed.first() is None:
                return False
            if not is_operator:
                theirs = (Session.account_id == account_id) & (Session.kind == SessionKind.OPERATOR)
                await end_sessions(connection, theirs, now=self.clock.now())
            action = Action.OPERATOR_APPOINTED if is_operator else Action.OPERATOR_DISMISSED
            await self.audit.record(connection, action, by=None, reason=None, account_id=account_id)
        return True


async def _find(connection: AsyncConnection, login: str, *, also_disabled: bool) -> UUID:
    wanted = select(Account.id).where(is_login(login))
    if not also_disabled:
        wanted = wanted.where(Account.disabled_at.is_(None))
    found = await connection.execute(wanted.with_for_update(key_share=True))
    account_id: UUID | None = found.scalar_one_or_none()
    if account_id is None:
        raise NoSuchAccountError(login)
    return account_id
