"""People with accounts who pay: the API's side of the real thing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from api.payments.facts import MoneyReturned, Paid, ProvenFact
from api.payments.settlement import Settlement
from shared.database import transaction
from shared.ledger import Ledger, open_wallet
from shared.models import Account, Payment, Wallet
from shared.settings import Settings
from tests.harness.clock import ManualClock
from tests.proof.names import Names

PROVIDER = "sandbox"
SETTINGS = Settings(invite_limit="100000/1", invite_limit_pair="100000/1", invite_limit_callee="100000/1")
"""As they come, but for how often one may call."""


class Customers:
    """Opens accounts, and takes the provider's word for payments."""

    def __init__(self, engine: AsyncEngine, clock: ManualClock, names: Names) -> None:
        self.engine = engine
        self.clock = clock
        self.names = names
        self.currency = SETTINGS.currency
        self._payments = Settlement(engine, clock)

    async def open_account(self, account: str, *, price: int) -> None:
        """Open an account with an empty wallet."""
        values = {"id": self.names.id(account), "email": f"{account}@example.org", "user_name": account}
        async with transaction(self.engine) as connection:
            await connection.execute(insert(Account).values({**values, "password_hash": "-"}))
            await open_wallet(connection, self.names.id(account), price_minor=price)

    async def open_accounts(self, accounts: Sequence[str], *, price: int, credit: int, share_bp: int) -> None:
        """Open many accounts, with some credit and a share of what callers pay."""
        ids = [self.names.id(account) for account in accounts]
        people = [
            {"id": id_, "email": f"{name}@example.org", "user_name": name, "password_hash": "-"}
            for id_, name in zip(ids, accounts, strict=True)
        ]
        async with transaction(self.engine) as connection:
            await connection.execute(insert(Account), people)
            await connection.execute(insert(Wallet), [{"account_id": id_, "price_minor": price} for id_ in ids])
            ledger = await Ledger.open(connection, ids, now=self.clock.now())
            for id_, name in zip(ids, accounts, strict=True):
                ledger.set_asking_price(id_, None, earning_share_bp=share_bp)
                ledger.adjust(id_, credit, adjustment_id=self.names.id(f"gift to {name}"))
            await ledger.save()

    async def order(self, payment: str, account: str, amount: int) -> None:
        """Begin a payment; nothing is paid yet."""
        values = {
            "id": self.names.id(payment),
            "account_id": self.names.id(account),
            "amount_minor": amount,
            "currency": self.currency,
            "provider": PROVIDER,
            "provider_ref": payment,
            "checkout_url": None,
        }
        async with transaction(self.engine) as connection:
            await connection.execute(insert(Payment).values(values))

    async def pay(self, payment: str, amount: int, *, event: str) -> None:
        """The provider's confirmation arrives."""
        fact = Paid(provider_ref=payment, amount_minor=amount, currency=self.currency, charge_ref=f"of {payment}")
        await self._payments.take(PROVIDER, ProvenFact(event, fact))

    async def pay_back(self, payment: str, reference: str, amount: int, *, failed: bool, event: str) -> None:
        """The provider's word arrives that money went back, or did not after all."""
        fact = MoneyReturned(
            charge_ref=f"of {payment}",
            return_ref=reference,
            refund_id=None,
            amount_minor=amount,
            currency=self.currency,
            status="failed" if failed else "succeeded",
            cause="dispute",
        )
        await self._payments.take(PROVIDER, ProvenFact(event, fact))
