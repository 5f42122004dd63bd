"""Signaling nodes that will not come back, and who was there to the last."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.presence.leaving import leave_all
from shared.models import SignalingNode

SILENT_NODE_KEPT = timedelta(hours=1)
"""They count as gone long before. One that comes back later all the same is asked who is there."""
NODES_MAX = 100
"""Of one transaction."""


async def forget_silent_nodes(connection: AsyncConnection, *, now: datetime) -> int:
    """Remove nodes that were not heard of for long, with everybody who was there; return how many those were."""
    silent = (await connection.execute(_SILENT, {"before": now - SILENT_NODE_KEPT})).all()
    for node, heard_at in silent:
        await leave_all(connection, node, seen_at=heard_at)
        await connection.execute(_FORGET, {"this": node})
    return len(silent)


_SILENT = (
    select(SignalingNode.node, SignalingNode.heard_at)
    .where(SignalingNode.heard_at < bindparam("before"))
    .order_by(SignalingNode.node)
    .limit(NODES_MAX)
    .with_for_update(skip_locked=True)
)
_FORGET = delete(SignalingNode).where(SignalingNode.node == bindparam("this"))
