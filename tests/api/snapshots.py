"""What the database holds, to be compared with what it holds later."""

from shared.models import METADATA
from tests.api.world import Api

LEFT_OUT = {"throttles", "idempotency_keys"}
"""Attempts are counted, refused ones too, and refusals that money is the reason of are remembered by their key."""
_EACH = "SELECT '{0}' AS name, md5(string_agg(t::text, '|' ORDER BY t::text)) AS content FROM {0} t"
_ALL = " UNION ALL ".join(_EACH.format(name) for name in METADATA.tables if name not in LEFT_OUT)


async def snapshot(api: Api) -> dict[str, str | None]:
    """Return a digest of each table's rows."""
    return {row["name"]: row["content"] for row in await api.rows(_ALL)}
