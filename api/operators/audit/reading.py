"""Reading the audit log."""

from dataclasses import dataclass
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncEngine

from api.operators.audit.actions import Action
from api.operators.audit.schemas import AuditedAct
from api.pages import NewestFirst, Page, page_of, read_cursor
from api.reads import reading_session
from api.wallet.service import entry_id
from shared.models import AuditEntry


class AuditRepository(SQLAlchemyAsyncRepository[AuditEntry]):
    """Entries of the log, to be listed."""

    model_type = AuditEntry


@dataclass(frozen=True)
class Wanted:
    """Which acts: each of these that is not empty must be met."""

    actors: tuple[UUID, ...]
    accounts: tuple[UUID, ...]
    calls: tuple[UUID, ...]
    actions: tuple[Action, ...]

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what an entry must meet."""
        columns = (
            (AuditEntry.actor_id, self.actors),
            (AuditEntry.account_id, self.accounts),
            (AuditEntry.call_id, self.calls),
            (AuditEntry.action, self.actions),
        )
        return [column.in_(values) for column, values in columns if values]


@dataclass(frozen=True)
class AuditTrail:
    """Shows what was done. That operators read here leaves no entry, or the log would be full of its readers."""

    engine: AsyncEngine

    async def list(self, wanted: Wanted, *, limit: int, cursor: str) -> Page[AuditedAct]:
        """Return these acts, newest first."""
        newest = NewestFirst(read_cursor(cursor, entry_id), limit)
        async with reading_session(self.engine) as session:
            repository = AuditRepository(session=session, wrap_exceptions=False)
            rows = await repository.get_many(*wanted.conditions(), newest)
        return page_of(rows, limit=limit, view=_view, key=lambda row: row.id)


def _view(row: AuditEntry) -> AuditedAct:
    return AuditedAct(
        id=row.id,
        created_at=row.created_at,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        session_id=row.session_id,
        action=Action(row.action),
        account_id=row.account_id,
        call_id=row.call_id,
        reason=row.reason,
        details=row.details,
    )
