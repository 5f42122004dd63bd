"""Where somebody is logged in: listed, and ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.ext.asyncio import AsyncEngine

from api.pages import NewestFirst, Page, page_of, read_cursor
from api.problems import NotFoundError
from api.reads import reading_session
from api.security import Login
from api.sessions.ending import end_sessions
from api.sessions.kinds import SessionKind, SessionLife
from api.sessions.schemas import SessionView
from shared.clock import Clock
from shared.database import transaction
from shared.models import Session


class SessionRepository(SQLAlchemyAsyncRepository[Session]):
    """Sessions, to be listed and shown."""

    model_type = Session


@dataclass(frozen=True)
class OwnSessions:
    """The sessions of the account that asks. Those that were ended, or whose life is over, are not among them."""

    engine: AsyncEngine
    clock: Clock
    lives: Mapping[SessionKind, SessionLife]

    async def list_own(self, login: Login, *, limit: int, cursor: str) -> Page[SessionView]:
        """Return the running ones, newest first."""
        newest = NewestFirst(read_cursor(cursor, UUID), limit)
        async with reading_session(self.engine) as session:
            repository = SessionRepository(session=session, wrap_exceptions=False)
            rows = await repository.get_many(self._running(login), newest)
        return page_of(rows, limit=limit, view=_view_for(login), key=lambda row: row.id)

    async def get_own(self, login: Login, session_id: UUID) -> SessionView:
        """Return one of the running ones. Raises `NotFoundError`."""
        async with reading_session(self.engine) as session:
            repository = SessionRepository(session=session, wrap_exceptions=False)
            row = await repository.get_one_or_none(self._running(login), Session.id == session_id)
        if row is None:
            raise NotFoundError
        return _view_for(login)(row)

    async def end(self, login: Login, session_id: UUID) -> None:
        """End one of them, this one too. Raises `NotFoundError`."""
        if not await self._end(and_(self._running(login), Session.id == session_id)):
            raise NotFoundError

    async def end_others(self, login: Login) -> None:
        """End all but this one."""
        await self._end(and_(Session.account_id == login.account_id, Session.id != login.session_id))

    async def log_out(self, login: Login) -> None:
        """End this one."""
        await self._end(Session.id == login.session_id)

    async def _end(self, which: ColumnElement[bool]) -> int:
        async with transaction(self.engine) as connection:
            return await end_sessions(connection, which, now=self.clock.now())

    def _running(self, login: Login) -> ColumnElement[bool]:
        return and_(Session.account_id == login.account_id, still_running(self.clock.now(), self.lives))


def still_running(now: datetime, lives: Mapping[SessionKind, SessionLife]) -> ColumnElement[bool]:
    """Which sessions were neither ended, nor left unused for too long, nor begun too long ago."""
    alive = [
        and_(Session.kind == kind, Session.last_used_at > now - life.unused, Session.created_at > now - life.whole)
        for kind, life in lives.items()
    ]
    return and_(Session.ended_at.is_(None), or_(*alive))


def _view_for(login: Login) -> Callable[[Session], SessionView]:
    def view(row: Session) -> SessionView:
        return SessionView(
            id=row.id,
            address=row.address,
            user_agent=row.user_agent,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            kind=SessionKind(row.kind),
            is_current=row.id == login.session_id,
        )

    return view
