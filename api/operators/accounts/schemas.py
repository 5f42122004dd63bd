"""An account as operators see it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from shared.messages.base import WalletState

AccountStatus = Literal["any", "active", "blocked", "blocked_by_operator", "disabled", "deleted", "operator"]


class AccountSummary(Struct, frozen=True, kw_only=True):
    """An account in a list; name and address are null where the person has left.

    `blocked` is who may not call, be it for lack of money or by an operator; a disabled account may nothing at all.
    """

    id: UUID
    user_name: str | None
    email: str | None
    is_operator: bool
    created_at: datetime
    disabled_at: datetime | None
    deleted_at: datetime | None
    blocked: bool
    blocked_by_operator: bool
    balance_minor: int
    currency: str
    in_call_id: UUID | None


class AccountDetails(AccountSummary, frozen=True, kw_only=True):
    """All of an account; `last_used_at` is exact to the life of an access token.

    Callers of the account pay `asking_price_minor` a minute, with null their own price; of either it earns
    `earning_share_bp` basis points.
    """

    relay_only: bool
    wallet: WalletState
    asking_price_minor: int | None
    earning_share_bp: int
    sessions: int
    last_used_at: datetime | None
