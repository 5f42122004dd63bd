"""How operators find accounts."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, true

from api.operators.accounts.schemas import AccountStatus
from shared.models import Account, Wallet

is_there = Account.deleted_at.is_(None)
is_blocked = or_(Wallet.blocked_at.is_not(None), Wallet.operator_blocked_at.is_not(None))

STATUSES: dict[AccountStatus, ColumnElement[bool]] = {
    "any": true(),
    "active": Account.disabled_at.is_(None),
    "blocked": and_(is_there, is_blocked),
    "blocked_by_operator": and_(is_there, Wallet.operator_blocked_at.is_not(None)),
    "disabled": and_(is_there, Account.disabled_at.is_not(None)),
    "deleted": Account.deleted_at.is_not(None),
    "operator": Account.is_operator.is_(True),
}


def matches(text: str) -> ColumnElement[bool]:
    """Whose id it is, or who has this part in name or address, case aside; `%` and `_` mean themselves."""
    if not text:
        return true()
    part = text.lower()
    named = or_(
        func.lower(Account.user_name).contains(part, autoescape=True),
        func.lower(Account.email).contains(part, autoescape=True),
    )
    try:
        # Who has left has a placeholder for a name, which is nothing to be found by.
        return or_(Account.id == UUID(text), and_(is_there, named))
    except ValueError:
        return and_(is_there, named)
