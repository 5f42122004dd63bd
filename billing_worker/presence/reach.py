"""Who would ring at which node."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.presence.arriving import Place
from shared.messages.requests import Authorize
from shared.models import Presence, SignalingNode


@dataclass(frozen=True, slots=True)
class Reach:
    """Where callees are, as nodes that are alive have said."""

    places: frozenset[Place] = frozenset()

    @classmethod
    async def read(
        cls, connection: AsyncConnection, account_ids: Collection[UUID], *, alive_since: datetime
    ) -> Reach:
        """Return where these accounts are, with one statement."""
        if not account_ids:
            return cls()
        rows = await connection.execute(_READ, {"account_ids": list(account_ids), "alive_since": alive_since})
        return cls(frozenset((row.account_id, row.node) for row in rows))

    def reaches(self, callee_id: UUID, request: Authorize) -> bool:
        """Whether a device of the callee would ring. Of itself the asking node knows better than we do."""
        return request.callee_reachable or any(
            account_id == callee_id and node != request.node for account_id, node in self.places
        )


_READ = (
    select(Presence.account_id, Presence.node)
    .join(SignalingNode, SignalingNode.node == Presence.node)
    .where(
        Presence.account_id == bindparam("account_ids", type_=ARRAY(Uuid)).any_(),
        SignalingNode.heard_at >= bindparam("alive_since"),
    )
)
