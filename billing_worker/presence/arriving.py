"""Who is let in at a node is there."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.models import METADATA, Presence
from shared.unnest import array, unnested

Place = tuple[UUID, str]
"""An account, and the node at which a device of its would ring."""


async def arrive(connection: AsyncConnection, places: Iterable[Place]) -> None:
    """Note that these accounts are at these nodes, in one statement; as often as one likes."""
    # In one order everywhere: of two workers that add the same places neither waits for the other in a circle.
    ordered = sorted(set(places))
    if ordered:
        account_ids, nodes = (list(values) for values in zip(*ordered, strict=True))
        await connection.execute(_ARRIVE, {**array("account_id", account_ids), **array("node", nodes)})


_rows = unnested(METADATA.tables[Presence.__tablename__], ["account_id", "node"])
_ARRIVE = (
    insert(Presence)
    .from_select(["account_id", "node"], select(_rows.c.account_id, _rows.c.node))
    .on_conflict_do_nothing()
)
