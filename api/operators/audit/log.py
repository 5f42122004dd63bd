"""Writing the audit log."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.operators.audit.actions import Action
from api.security import Login
from shared.clock import Clock
from shared.database import autocommitting
from shared.failpoints import Failpoint, failpoint
from shared.models import AuditEntry

COMMAND_LINE = "command line"
"""Who acts where nobody is logged in: whoever may run our commands with the settings of the installation."""


@dataclass(frozen=True)
class AuditLog:
    """Keeps what was done. No e-mail address belongs into the details: they stay when the person has left."""

    engine: AsyncEngine
    clock: Clock

    async def record(
        self,
        connection: AsyncConnection,
        action: Action,
        *,
        by: Login | None,
        reason: str | None,
        account_id: UUID | None = None,
        call_id: UUID | None = None,
        **details: int | str | None,
    ) -> None:
        """Record an act in the transaction that does it."""
        await failpoint(Failpoint.AUDIT_REACHED)
        values = self._values(action, by, account_id=account_id, call_id=call_id)
        await connection.execute(insert(AuditEntry).values(**values, reason=reason, details=details))

    async def logged_in(
        self, connection: AsyncConnection, operator_id: UUID, operator_name: str, session_id: UUID
    ) -> None:
        """Record that an operator came in, in the transaction that opens the session."""
        await connection.execute(
            insert(AuditEntry).values(
                created_at=self.clock.now(),
                actor_id=operator_id,
                actor_name=operator_name,
                session_id=session_id,
                action=Action.OPERATOR_LOGGED_IN.value,
            )
        )

    async def looked(
        self, action: Action, *, by: Login, account_id: UUID | None = None, call_id: UUID | None = None
    ) -> None:
        """Record, before the answer, that somebody looked at something; once a session for each thing."""
        values = self._values(action, by, account_id=account_id, call_id=call_id)
        async with autocommitting(self.engine) as connection:
            await connection.execute(insert(AuditEntry).values(**values).on_conflict_do_nothing())

    def _values(
        self, action: Action, by: Login | None, *, account_id: UUID | None, call_id: UUID | None
    ) -> dict[str, Any]:
        return {
            "created_at": self.clock.now(),
            "actor_id": by.account_id if by else None,
            "actor_name": by.user_name if by else COMMAND_LINE,
            "session_id": by.session_id if by else None,
            "action": action.value,
            "account_id": account_id,
            "call_id": call_id,
        }
