"""The password of the account that asks: proven, and changed."""

from dataclasses import dataclass

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.accounts.schemas import PasswordChange
from api.passwords import Passwords
from api.problems import ApiError, FieldError, ProblemType
from api.security import Login, UnauthenticatedError
from api.sessions.ending import end_sessions
from api.throttling.throttle import Throttling
from shared.clock import Clock
from shared.database import reading, transaction
from shared.models import Account, Session


class WrongPasswordError(ApiError):
    """The password does not prove that it is the owner who asks. No 401: the session is good, and goes on."""

    problem_type = ProblemType.WRONG_PASSWORD

    def __init__(self, field: str) -> None:
        super().__init__(errors=[FieldError(field, "Not the password of this account")])


@dataclass(frozen=True)
class OwnPassword:
    """Asks for the password again where a session is not enough, and changes it."""

    engine: AsyncEngine
    clock: Clock
    passwords: Passwords
    throttling: Throttling

    async def prove(self, login: Login, password: str, *, field: str) -> str:
        """Return the hash that the password matches; let what follows change the account only while it has that.

        Raises `WrongPasswordError` naming the field, `UnauthenticatedError`, `TooOftenError`,
        `TooManyPasswordsError`.
        """
        async with reading(self.engine) as connection:
            found = await connection.execute(
                select(Account.password_hash).where(Account.id == login.account_id, Account.disabled_at.is_(None))
            )
        password_hash = found.scalar_one_or_none()
        if password_hash is None:
            raise UnauthenticatedError
        shares = self.throttling.limits.password(login.account_id)
        async with self.throttling.failures(shares, of=WrongPasswordError):
            if not await self.passwords.verify(password, password_hash):
                raise WrongPasswordError(field)
        return str(password_hash)

    async def change(self, login: Login, change: PasswordChange) -> None:
        """Change the password and end all other sessions.

        Raises `WrongPasswordError`, `WeakPasswordError`, `UnauthenticatedError`, `TooManyPasswordsError`.
        """
        new, who = change.new_password, {"email": login.email, "user_name": login.user_name}
        self.passwords.refuse_weak(new, field="new_password", **who)
        proven = await self.prove(login, change.current_password, field="current_password")
        password_hash = await self.passwords.hash(new)
        async with transaction(self.engine) as connection:
            # First the account, which every login locks: none with the old password comes after the end of all.
            changed = await connection.execute(
                update(Account)
                .where(Account.id == login.account_id, Account.password_hash == proven)
                .values(password_hash=password_hash)
                .returning(Account.id)
            )
            if changed.first() is None:
                raise WrongPasswordError("current_password")
            others = and_(Session.account_id == login.account_id, Session.id != login.session_id)
            await end_sessions(connection, others, now=self.clock.now())
