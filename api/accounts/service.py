"""Registering."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.accounts.schemas import NewAccount, OwnAccount
from api.passwords import Passwords
from api.problems import ApiError, FieldError, ProblemType
from shared.clock import Clock
from shared.database import transaction
from shared.ids import new_id
from shared.ledger import open_wallet
from shared.models import Account


class AlreadyTakenError(ApiError):
    """Somebody else has the e-mail address or the user name; without regard to case."""

    problem_type = ProblemType.ALREADY_TAKEN

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(errors=[FieldError(field, "Already taken") for field in fields])


@dataclass(frozen=True)
class Accounts:
    """Makes accounts."""

    engine: AsyncEngine
    clock: Clock
    passwords: Passwords
    price_minor: int

    async def register(self, new: NewAccount) -> OwnAccount:
        """Make the account and its empty wallet. Raises `AlreadyTakenError`, `TooManyPasswordsError`."""
        password_hash = await self.passwords.hash(new.password)
        account = OwnAccount(
            id=new_id(),
            user_name=new.user_name,
            email=str(new.email),
            is_operator=False,
            relay_only=False,
            created_at=self.clock.now(),
        )
        async with transaction(self.engine) as connection:
            if not await _stored(connection, account, password_hash):
                raise AlreadyTakenError(await _taken(connection, account))
            await open_wallet(connection, account.id, price_minor=self.price_minor)
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


async def _taken(connection: AsyncConnection, account: OwnAccount) -> list[str]:
    same_email = func.lower(Account.email) == func.lower(account.email)
    same_name = func.lower(Account.user_name) == func.lower(account.user_name)
    found = await connection.execute(
        select(
            func.coalesce(func.bool_or(same_email), False),
            func.coalesce(func.bool_or(same_name), False),
        ).where(or_(same_email, same_name))
    )
    email_taken, name_taken = found.one()
    return [name for name, taken in (("email", email_taken), ("user_name", name_taken)) if taken]
