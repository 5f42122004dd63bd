"""Whether somebody can be called now, as far as who asks may know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import Clock
from shared.database import reading
from shared.messages.base import PersonPresence, PresenceState
from shared.presence.looking import look


@dataclass(frozen=True)
class PresenceOf:
    """Looks people up; nodes that were not heard of for `silence` count as gone."""

    engine: AsyncEngine
    clock: Clock
    silence: timedelta

    async def person(self, account_id: UUID, *, watcher_id: UUID) -> PersonPresence:
        """Return what the watcher may know of this account; of one that there is not, what hides from everybody."""
        async with reading(self.engine) as connection:
            (person,) = await self._look(connection, [account_id], watcher_id)
        return person

    async def states(
        self, connection: AsyncConnection, account_ids: Sequence[UUID], *, watcher_id: UUID
    ) -> dict[UUID, PresenceState]:
        """Return what the watcher may know of each of these accounts, with one select."""
        people = await self._look(connection, account_ids, watcher_id)
        return {person.account_id: person.state for person in people}

    async def _look(
        self, connection: AsyncConnection, account_ids: Sequence[UUID], watcher_id: UUID
    ) -> list[PersonPresence]:
        pairs = [(watcher_id, account_id) for account_id in account_ids]
        return await look(connection, pairs, now=self.clock.now(), silence=self.silence)
