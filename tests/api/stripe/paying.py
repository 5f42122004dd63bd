"""Paying at Stripe, as its customer and as Stripe itself."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from billing_worker.audit.auditing import audit
from tests.api.payers import ask_for, ref_of
from tests.api.stripe.events import event, outcome
from tests.api.stripe.standin import StripeStandIn
from tests.api.world import Api, User


@dataclass
class Checkout:
    """A payment that was asked for, and its checkout."""

    api: Api
    stripe: StripeStandIn
    payment: dict[str, Any]

    @property
    def id(self) -> str:
        """Return the payment's id."""
        return str(self.payment["id"])

    @property
    def session(self) -> dict[str, Any]:
        """Return the session as Stripe has it."""
        return self.stripe.sessions[ref_of(self.payment)]

    def completed(self, **changes: Any) -> bytes:
        """Return the event that it was paid."""
        self.stripe.paid(self.session["id"])
        return self.event("completed", **changes)

    def event(self, kind: str, **changes: Any) -> bytes:
        """Return an event about the session."""
        return event(f"checkout.session.{kind}", {**self.session, **changes})

    async def row(self) -> dict[str, Any]:
        """Return the payment as it is stored."""
        [row] = await self.api.rows("SELECT * FROM payments WHERE id = :id", id=self.id)
        return row


async def check_out(stripe: StripeStandIn, user: User, amount_minor: int = 1_000) -> Checkout:
    """Ask for a payment."""
    return Checkout(user.api, stripe, await ask_for(user, amount_minor))


async def pay(stripe: StripeStandIn, user: User, amount_minor: int = 1_000) -> Checkout:
    """Ask for a payment, pay it, and have Stripe say so."""
    checkout = await check_out(stripe, user, amount_minor)
    assert await outcome(user.api, checkout.completed()) == "settled"
    return checkout


def service(api: Api, name: str) -> Any:
    """Return a service behind the routes."""
    given: Any = api.app.dependencies[name]
    return given.dependency()


async def sums(api: Api) -> dict[str, int]:
    """Return what is in every house account, having had the books audited.

    A call that a test only charges for is no call, which is nothing to these tests.
    """
    report = await audit(api.engine, clock=api.clock, overdue=timedelta(hours=1))
    assert [each for each in report.found if "charge:" not in str(each)] == []
    houses = "SELECT house, sum(amount_minor) AS sum FROM ledger_entries WHERE house IS NOT NULL GROUP BY house"
    return {row["house"]: int(row["sum"]) for row in await api.rows(houses) if row["sum"]}
