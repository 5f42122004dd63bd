"""What signaling nodes report: that they are alive, and who has left them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, Uuid, bindparam, case, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.presence.arriving import arrive
from billing_worker.presence.leaving import leave, leave_all
from shared.messages.requests import PresenceReported, ReportPresence
from shared.models import Account, SignalingNode


async def take_reports(
    connection: AsyncConnection, reports: Sequence[ReportPresence], *, now: datetime
) -> list[PresenceReported]:
    """Take all, in the order of nodes and numbers, so that two workers never wait for one another."""
    unknown: set[str] = set()
    for report in sorted(reports, key=lambda each: (each.node, each.number)):
        if not await _take(connection, report, now=now):
            unknown.add(report.node)
    return [PresenceReported(unknown_node=report.node in unknown) for report in reports]


async def _take(connection: AsyncConnection, report: ReportPresence, *, now: datetime) -> bool:
    """Return whether it is known now who is at the node."""
    heard_at = await connection.scalar(_HEARD_AT, {"this": report.node})
    # The row of the node stays locked to the end: its reports are taken one after another.
    taken = await connection.scalar(
        _HEAR, {"node": report.node, "heard_at": now, "report_number": report.number, "starting": report.starting}
    )
    is_known = heard_at is not None or report.starting
    if taken != report.number:
        return is_known
    if report.starting:
        await leave_all(connection, report.node, but=report.here, seen_at=heard_at or now)
    await leave(connection, report.node, report.left, seen_at=now)
    if report.here:
        able = await connection.scalars(_ABLE, {"account_ids": report.here})
        await arrive(connection, [(account_id, report.node) for account_id in able])
    return is_known


_HEARD_AT = select(SignalingNode.heard_at).where(SignalingNode.node == bindparam("this"))
_new = insert(SignalingNode).values(
    node=bindparam("node"), heard_at=bindparam("heard_at"), report_number=bindparam("report_number")
)
_HEAR = _new.on_conflict_do_update(
    index_elements=[SignalingNode.node],
    set_={
        "heard_at": _new.excluded.heard_at,
        "report_number": case(
            (
                or_(bindparam("starting"), _new.excluded.report_number > SignalingNode.report_number),
                _new.excluded.report_number,
            ),
            else_=SignalingNode.report_number,
        ),
    },
).returning(SignalingNode.report_number)
_ABLE = select(Account.id).where(
    Account.id == bindparam("account_ids", type_=ARRAY(Uuid)).any_(), Account.disabled_at.is_(None)
)
