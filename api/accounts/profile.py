"""What somebody may change about the own account."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.accounts.password import OwnPassword, WrongPasswordError
from api.accounts.schemas import OwnAccount, ProfileChanges
from api.accounts.uniqueness import AlreadyTakenError, taken_fields
from api.ice.service import RelayNotOfferedError
from api.problems import FieldError, InvalidFieldsError
from api.security import Login, UnauthenticatedError
from shared.database import reading, transaction
from shared.ids import new_id
from shared.messages.notices import AccountRenamed
from shared.models import Account
from shared.outbox import store

PROOF = "current_password"


@dataclass(frozen=True)
class Profiles:
    """Changes the account that asks."""

    engine: AsyncEngine
    password: OwnPassword
    relay_available: bool

    async def change(self, login: Login, changes: ProfileChanges) -> OwnAccount:
        """Change what is given, and nothing else; return the account as it is then.

        Raises `InvalidFieldsError` and `WrongPasswordError` where another e-mail address is not proven to be wanted
        by the owner, `RelayNotOfferedError` where no call could connect any more, `AlreadyTakenError`,
        `UnauthenticatedError`, `TooManyPasswordsError`.
        """
        given = {name: value for name, value in asdict(changes).items() if value is not UNSET}
        password = given.pop(PROOF, None)
        if given.get("relay_only") and not (self.relay_available or login.relay_only):
            raise RelayNotOfferedError(FieldError("relay_only", "Nothing relays media here"))
        proven = None
        if given.get("email", login.email) != login.email:
            if password is None:
                raise InvalidFieldsError(FieldError(PROOF, "Missing: another e-mail address needs it"))
            proven = await self.password.prove(login, password, field=PROOF)
        if not given:
            return own_account(login)
        return await self._store(login, given, proven)

    async def _store(self, login: Login, given: dict[str, Any], proven: str | None) -> OwnAccount:
        owned = [Account.id == login.account_id, Account.disabled_at.is_(None)]
        if proven is not None:
            owned.append(Account.password_hash == proven)
        try:
            async with transaction(self.engine) as connection:
                changed = await connection.execute(
                    update(Account).where(*owned).values(**given).returning(*OWN_COLUMNS)
                )
                row = changed.one_or_none()
                if row is not None and row.user_name != login.user_name:
                    await store(connection, [_renamed(row.id, row.user_name)])
        except IntegrityError as error:
            raise AlreadyTakenError(await self._taken(login, given)) from error
        if row is None:
            raise UnauthenticatedError if proven is None else WrongPasswordError(PROOF)
        return OwnAccount(*row)

    async def _taken(self, login: Login, given: dict[str, Any]) -> list[str]:
        """Name what was taken; the database names only the first, and may have been left by the other since."""
        names = {name: given.get(name) for name in ("email", "user_name")}
        async with reading(self.engine) as connection:
            taken = await taken_fields(connection, **names, besides=login.account_id)
        return taken or [name for name, value in names.items() if value is not None]


def _renamed(account_id: UUID, user_name: str) -> AccountRenamed:
    return AccountRenamed(notice_id=new_id(), account_id=account_id, user_name=user_name)


def own_account(login: Login) -> OwnAccount:
    """Return the account as the request found it."""
    return OwnAccount(
        id=login.account_id,
        user_name=login.user_name,
        email=login.email,
        is_operator=login.is_operator,
        relay_only=login.relay_only,
        calls_from=login.calls_from,
        created_at=login.created_at,
    )


OWN_COLUMNS = (
    Account.id,
    Account.user_name,
    Account.email,
    Account.is_operator,
    Account.relay_only,
    Account.calls_from,
    Account.created_at,
)
"""What an `OwnAccount` is made of, in its order."""
