"""What somebody may change about the own account."""

from dataclasses import dataclass
from typing import Any

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
from shared.messages.nodes import PresenceHint
from shared.messages.notices import AccountRenamed
from shared.models import Account
from shared.outbox import store

PROOF = "current_password"
OF_PRESENCE = {"calls_from", "do_not_disturb", "presence_to", "last_seen_shared"}
"""What may change what others know of whether one can be called."""


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
            if given.get("last_seen_shared") is False:
                given = given | {"last_seen_at": None}
            async with transaction(self.engine) as connection:
                changed = await connection.execute(
                    update(Account).where(*owned).values(**given).returning(*OWN_COLUMNS)
                )
                row = changed.one_or_none()
                if row is not None:
                    await store(connection, _news(login, given, row.user_name))
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


def _news(login: Login, given: dict[str, Any], user_name: str) -> list[AccountRenamed | PresenceHint]:
    """Return what others have to know of the change."""
    news: list[AccountRenamed | PresenceHint] = []
    if user_name != login.user_name:
        news.append(AccountRenamed(notice_id=new_id(), account_id=login.account_id, user_name=user_name))
    if given.keys() & OF_PRESENCE:
        news.append(PresenceHint(account_id=login.account_id))
    return news


def own_account(login: Login) -> OwnAccount:
    """Return the account as the request found it."""
    return OwnAccount(
        id=login.account_id,
        user_name=login.user_name,
        email=login.email,
        is_operator=login.is_operator,
        relay_only=login.relay_only,
        calls_from=login.calls_from,
        do_not_disturb=login.do_not_disturb,
        presence_to=login.presence_to,
        last_seen_shared=login.last_seen_shared,
        created_at=login.created_at,
    )


OWN_COLUMNS: tuple[Any, ...] = (
    Account.id,
    Account.user_name,
    Account.email,
    Account.is_operator,
    Account.relay_only,
    Account.calls_from,
    Account.do_not_disturb,
    Account.presence_to,
    Account.last_seen_shared,
    Account.created_at,
)
"""What an `OwnAccount` is made of, in its order."""
