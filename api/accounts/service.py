"""Registering."""

from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.accounts.schemas import NewAccount, OwnAccount
from api.accounts.uniqueness import AlreadyTakenError, taken_fields
from api.passwords import Passwords
from api.prices.default import default_price
from shared.clock import Clock
from shared.database import transaction
from shared.failpoints import Failpoint, failpoint
from shared.ids import new_id
from shared.ledger import open_wallet
from shared.models import Account


@dataclass(frozen=True)
class Accounts:
    """Makes accounts. A minute costs them what operators have set as the default, else `price_minor`."""

    engine: AsyncEngine
    clock: Clock
    passwords: Passwords
    price_minor: int

    async def register(self, new: NewAccount) -> OwnAccount:
        """Make the account and its empty wallet.

        Raises `AlreadyTakenError`, `WeakPasswordError`, `TooManyPasswordsError`.
        """
        self.passwords.refuse_weak(new.password, field="password", email=new.email, user_name=new.user_name)
        password_hash = await self.passwords.hash(new.password)
        account = OwnAccount(
            id=new_id(),
            user_name=new.user_name,
            email=str(new.email),
            is_operator=False,
            relay_only=False,
            calls_from="everybody",
            do_not_disturb=False,
            presence_to="callers",
            last_seen_shared=False,
            created_at=self.clock.now(),
        )
        async with transaction(self.engine) as connection:
            if not await _stored(connection, account, password_hash):
                raise AlreadyTakenError(
                    await taken_fields(
                        connection, email=account.email, user_name=account.user_name, besides=account.id
                    )
                )
            await failpoint(Failpoint.ACCOUNT_STORED)
            price = await default_price(connection, setting_minor=self.price_minor)
            await open_wallet(connection, account.id, price_minor=price.price_minor)
        return account


async def _stored(connection: AsyncConnection, account: OwnAccount, password_hash: str) -> bool:
    stored = await connection.execute(
        insert(Account)
        .values(
            id=account.id,
            user_name=account.user_name,
            email=account.email,
            password_hash=password_hash,
            created_at=account.created_at,
        )
        .on_conflict_do_nothing()
        .returning(Account.id)
    )
    return stored.first() is not None
