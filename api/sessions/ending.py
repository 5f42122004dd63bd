"""Ending sessions: the fact and its notice together, so that the next request is refused and the sockets close."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.ids import new_id
from shared.messages.notices import SessionEnded
from shared.models import Session
from shared.outbox import store


async def end_sessions(connection: AsyncConnection, which: ColumnElement[bool], *, now: datetime) -> int:
    """End those of these sessions that have not ended yet; return how many."""
    # Locked in one order: two requests that end the same sessions wait for one another and never deadlock.
    running = select(Session.id).where(which, Session.ended_at.is_(None)).order_by(Session.id).with_for_update()
    ended = await connection.execute(
        update(Session)
        .where(Session.id.in_(running))
        .values(ended_at=now)
        .returning(Session.id, Session.account_id)
    )
    notices = [
        SessionEnded(notice_id=new_id(), account_id=row.account_id, session_id=row.id) for row in ended.all()
    ]
    await store(connection, notices)
    return len(notices)
