"""Two accounts with some credit, to try the product with. Made only when asked for, through the real doors.

Only whether they are there is asked of the database: a door would log the question as a guess at a password.
"""

from __future__ import annotations

import logging
import secrets
from pathlib import Path

import httpx
import msgspec
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import reading
from shared.models import Account
from talktime.person import AlreadyTakenError, DoorError, Doors, Person

log = logging.getLogger(__name__)

FILE = "demo-accounts.json"
NAMES = ("alice", "bob")
CREDIT_MINOR = 500


class DemoAccount(Struct, frozen=True):
    """How to log in."""

    user_name: str
    password: str


async def demo_accounts(doors: Doors, engine: AsyncEngine, folder: Path) -> list[DemoAccount]:
    """Return the demo accounts of this data folder; what is missing of them is made, and credit paid in once.

    Their passwords are random and kept in the folder. An account of that name whose password is not the one in the
    folder is left alone and left out.

    Raises `talktime.person.DoorError`, `shared.database.DatabaseUnavailableError`.
    """
    made = []
    async with httpx.AsyncClient(timeout=10) as http:
        for account in _remembered(folder / FILE):
            try:
                person = await _entered(doors, http, engine, account)
            except AlreadyTakenError:
                log.warning("%s exists, with a password that is not in %s", account.user_name, folder / FILE)
            else:
                if not (await person.get("payments"))["items"]:
                    await person.top_up(CREDIT_MINOR)
                made.append(account)
    return made


def _remembered(path: Path) -> list[DemoAccount]:
    """Passwords are written before they are used, so that no interruption leaves an account nobody can enter."""
    if not path.exists():
        accounts = [DemoAccount(name, secrets.token_urlsafe(9)) for name in NAMES]
        path.touch(mode=0o600)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(accounts)))
    return msgspec.json.decode(path.read_bytes(), type=list[DemoAccount])


async def _entered(doors: Doors, http: httpx.AsyncClient, engine: AsyncEngine, account: DemoAccount) -> Person:
    if not await _is_there(engine, account.user_name):
        return await Person.register(doors, http, account.user_name, account.password)
    try:
        return await Person.log_in(doors, http, account.user_name, account.password)
    except DoorError as error:
        raise AlreadyTakenError(str(error)) from error


async def _is_there(engine: AsyncEngine, user_name: str) -> bool:
    async with reading(engine) as connection:
        found = await connection.execute(select(Account.id).where(func.lower(Account.user_name) == user_name))
        return found.first() is not None
