"""The audit log as operators read it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from api.operators.audit.actions import Action


class AuditedAct(Struct, frozen=True, kw_only=True):
    """One act. `actor_id` is null where it was done on the command line; the name is that of the time.

    What was looked at has no reason. `account_id` and `call_id` say what it was about.
    """

    id: int
    created_at: datetime
    actor_id: UUID | None
    actor_name: str
    session_id: UUID | None
    action: Action
    account_id: UUID | None
    call_id: UUID | None
    reason: str | None
    details: dict[str, Any]
