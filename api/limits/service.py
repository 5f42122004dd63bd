"""Limiting what the own calls may cost.

Lowering a limit asks for nothing. Raising one asks for the password: a limit that could be taken away by whoever
holds the telephone, or has stolen a token, would keep nobody from anything.
"""

from dataclasses import dataclass

from msgspec import UNSET
from msgspec.structs import asdict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.accounts.password import OwnPassword, WrongPasswordError
from api.limits.schemas import LimitChanges, OwnLimits
from api.problems import FieldError, InvalidFieldsError, NotFoundError
from api.security import Login, UnauthenticatedError
from shared.clock import Clock
from shared.database import reading, transaction
from shared.ids import new_id
from shared.ledger import Ledger, OpenWallet, read_wallet
from shared.messages.notices import WalletChanged
from shared.models import Account
from shared.outbox import store

PROOF = "current_password"
LIMITS = ("spend_call_minor_max", "spend_day_minor_max", "call_ms_max")


@dataclass(frozen=True)
class SpendLimits:
    """Reads and changes the limits of the account that asks; billing keeps to them from the next minute on."""

    engine: AsyncEngine
    clock: Clock
    password: OwnPassword
    currency: str
    day_time_zone: str

    async def read(self, login: Login) -> OwnLimits:
        """Return the limits as they are. Raises `NotFoundError`."""
        async with reading(self.engine) as connection:
            wallet = await read_wallet(connection, login.account_id)
        if wallet is None:
            raise NotFoundError
        return self._view(wallet)

    async def change(self, login: Login, changes: LimitChanges) -> OwnLimits:
        """Change what is given, and nothing else; return the limits as they are then.

        Raises `InvalidFieldsError` where the password is missing that raising a limit needs, `WrongPasswordError`,
        `UnauthenticatedError`, `TooManyPasswordsError`.
        """
        given = {name: value for name, value in asdict(changes).items() if value is not UNSET}
        password = given.pop(PROOF, None)
        proven = None if password is None else await self.password.prove(login, password, field=PROOF)
        if not given:
            return await self.read(login)
        async with transaction(self.engine) as connection:
            await _lock(connection, login, proven)
            ledger = await Ledger.open(connection, [login.account_id], now=self.clock.now())
            wallet = ledger.wallets[login.account_id]
            before = {name: getattr(wallet, name) for name in LIMITS}
            after = before | given
            if proven is None and any(_is_raised(before[name], after[name]) for name in LIMITS):
                raise InvalidFieldsError(FieldError(PROOF, "Missing: raising a limit needs it"))
            if after != before:
                ledger.limit_spending(login.account_id, **after)
                await ledger.save()
                await store(connection, [_changed(wallet, self.currency)])
        return self._view(wallet)

    def _view(self, wallet: OpenWallet) -> OwnLimits:
        return OwnLimits(
            spend_call_minor_max=wallet.spend_call_minor_max,
            spend_day_minor_max=wallet.spend_day_minor_max,
            call_ms_max=wallet.call_ms_max,
            currency=self.currency,
            spend_day_time_zone=self.day_time_zone,
        )


async def _lock(connection: AsyncConnection, login: Login, proven: str | None) -> None:
    """Keep the account from leaving, and from changing the password that was proven."""
    found = await connection.execute(
        select(Account.password_hash)
        .where(Account.id == login.account_id, Account.disabled_at.is_(None))
        .with_for_update(key_share=True)
    )
    password_hash = found.scalar_one_or_none()
    if password_hash is None:
        raise UnauthenticatedError
    if proven is not None and password_hash != proven:
        raise WrongPasswordError(PROOF)


def _is_raised(before: int | None, after: int | None) -> bool:
    return before is not None and (after is None or after > before)


def _changed(wallet: OpenWallet, currency: str) -> WalletChanged:
    """Return the notice by which a call asks again for a minute that the limit had refused."""
    return WalletChanged(notice_id=new_id(), account_id=wallet.account_id, wallet=wallet.state(currency))
