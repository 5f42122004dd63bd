"""What an operator is told about the own session."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from api.accounts.schemas import OwnAccount


class OperatorSession(Struct, frozen=True, kw_only=True):
    """Who is logged in; until `recent_until` the session may move money, then that needs a new login."""

    id: UUID
    account: OwnAccount
    logged_in_at: datetime
    recent_until: datetime
