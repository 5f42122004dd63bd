"""Makes operators and takes their rights away: the database is reached as the programs reach it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import msgspec
from sqlalchemy.exc import ProgrammingError

from api.accounts.schemas import NewAccount
from api.accounts.service import Accounts
from api.accounts.uniqueness import AlreadyTakenError
from api.fields import decode_field
from api.operators.appointing import Appointments, NoSuchAccountError
from api.operators.audit.log import AuditLog
from api.passwords import Passwords
from api.weak_passwords import WeakPasswordError
from shared.clock import SystemClock
from shared.database import DatabaseUnavailableError, shown, sqlstate
from shared.settings import Settings
from talktime.programs import database
from talktime.serving import ProgramError

_NO_TABLE = "42P01"
"""PostgreSQL, appendix A: undefined_table."""


async def appoint(settings: Settings, login: str) -> None:
    """Make an account an operator's, and say so. Raises `ProgramError`, here and below also for an outage."""
    async with _appointments(settings) as appointments:
        try:
            is_news = await appointments.appoint(login)
        except NoSuchAccountError as error:
            raise ProgramError(f"there is no account {login!r}; --email makes one") from error
    print(f"{login} is an operator." if is_news else f"{login} is an operator already.")


async def make(settings: Settings, user_name: str, email: str, password: str) -> None:
    """Make a new account an operator's, and say so. Raises `ProgramError`.

    One that is there is left alone: it may be somebody else's.
    """
    given = {"user_name": user_name, "email": email, "password": password}
    try:
        new = msgspec.convert(given, NewAccount, dec_hook=decode_field)
    except msgspec.ValidationError as error:
        raise ProgramError(str(error)) from error
    async with _appointments(settings) as appointments:
        try:
            await appointments.make(new)
        except WeakPasswordError as error:
            raise ProgramError("; ".join(each.message for each in error.errors)) from error
        except AlreadyTakenError as error:
            taken = " and ".join(each.field for each in error.errors)
            raise ProgramError(
                f"an account with this {taken} exists; without --email it is made an operator"
            ) from error
    print(f"{user_name} is a new account, and an operator.")


async def dismiss(settings: Settings, login: str) -> None:
    """Take an operator's rights away, and say so. Raises `ProgramError`."""
    async with _appointments(settings) as appointments:
        try:
            was_one = await appointments.dismiss(login)
        except NoSuchAccountError as error:
            raise ProgramError(f"there is no account {login!r}") from error
    print(f"{login} is no operator any more." if was_one else f"{login} is no operator.")


@contextlib.asynccontextmanager
async def _appointments(settings: Settings) -> AsyncIterator[Appointments]:
    clock = SystemClock()
    passwords = Passwords(threads_max=1, queue_max=0, words=settings.password_words)
    async with database(settings) as engine:
        try:
            accounts = Accounts(engine, clock, passwords, settings.price_minor)
            yield Appointments(engine, clock, accounts, AuditLog(engine, clock))
        except DatabaseUnavailableError as error:
            raise ProgramError(f"{_where(settings)}: {error}") from error
        except ProgrammingError as error:
            if sqlstate(error) != _NO_TABLE:
                raise
            raise ProgramError(f"{_where(settings)} has no tables: `talktime migrate` makes them") from error
        finally:
            await passwords.close()


def _where(settings: Settings) -> str:
    address = shown(settings.database_url)
    if settings.database_url != Settings().database_url:
        return address
    return f"TALKTIME_DATABASE_URL is not set (for `talktime run`, --data-dir names its folder), and at {address}"
