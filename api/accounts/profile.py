"""What somebody may change about the own account."""

from dataclasses import dataclass

import msgspec
from msgspec import UNSET
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.accounts.schemas import OwnAccount, ProfileChanges
from api.security import Login, UnauthenticatedError
from shared.database import transaction
from shared.models import Account


@dataclass(frozen=True)
class Profiles:
    """Shows and changes the account that asks."""

    engine: AsyncEngine

    async def change(self, login: Login, changes: ProfileChanges) -> OwnAccount:
        """Change what is given, and nothing else; return the account as it is then."""
        given = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET}
        if not given:
            return own_account(login)
        async with transaction(self.engine) as connection:
            changed = await connection.execute(
                update(Account)
                .where(Account.id == login.account_id, Account.disabled_at.is_(None))
                .values(**given)
                .returning(*OWN_COLUMNS)
            )
            row = changed.one_or_none()
        if row is None:
            raise UnauthenticatedError
        return OwnAccount(*row)


def own_account(login: Login) -> OwnAccount:
    """Return the account as the request found it."""
    return OwnAccount(
        id=login.account_id,
        user_name=login.user_name,
        email=login.email,
        is_operator=login.is_operator,
        relay_only=login.relay_only,
        created_at=login.created_at,
    )


OWN_COLUMNS = (
    Account.id,
    Account.user_name,
    Account.email,
    Account.is_operator,
    Account.relay_only,
    Account.created_at,
)
"""What an `OwnAccount` is made of, in its order."""
