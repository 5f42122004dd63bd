"""Several ways in which the money of one payment goes back: in whatever order they are told, it ends alike."""

from itertools import permutations

import pytest

from tests.api.stripe.events import dispute, event, outcome
from tests.api.stripe.paying import check_out, sums
from tests.api.stripe.standin import StripeStandIn
from tests.api.stripe.test_money_back import spend
from tests.api.world import Api, User

AFTER = {"refund fails": "refund", "dispute won": "dispute"}
"""What nobody can say before something else happened."""


def orders(facts: str) -> list[tuple[str, ...]]:
    """Return the orders of some facts that can be."""
    names = facts.split(", ")
    return [
        order
        for order in permutations(names)
        if all(order.index(cause) < order.index(fact) for fact, cause in AFTER.items() if fact in order)
    ]


@pytest.mark.parametrize(
    ("facts", "spent", "balance", "uncollected"),
    [
        ("refund, dispute", 0, 0, -600),
        ("refund, refund fails, dispute", 0, 0, 0),
        ("refund, dispute, dispute won", 0, 400, 0),
        ("refund, refund fails, dispute, dispute won", 0, 1_000, 0),
        ("refund, refund fails, dispute", 700, 0, -700),
        ("refund, dispute, dispute won", 700, 0, -300),
        ("refund, refund fails, dispute, dispute won", 700, 300, 0),
    ],
)
async def test_the_end_is_the_same(
    api: Api, ann: User, stripe: StripeStandIn, facts: str, spent: int, balance: int, uncollected: int
) -> None:
    """Of 1000, of which some was spent, 600 are refunded in the dashboard, and a bank takes all of it."""
    for order in orders(facts):
        before = await sums(api)
        checkout = await check_out(stripe, ann, 1_000)
        await outcome(api, checkout.completed())
        if spent:
            await spend(api, ann, spent)
        intent = checkout.session["payment_intent"]
        back = stripe.made_refund(intent, 600)
        taken = dispute(intent, 1_000, name=f"du_{intent[3:20]}")
        bodies = {
            "refund": event("refund.created", back),
            "refund fails": event("refund.failed", {**back, "status": "failed"}),
            "dispute": event("charge.dispute.funds_withdrawn", taken),
            "dispute won": event("charge.dispute.funds_reinstated", taken),
        }
        for fact in order:
            await outcome(api, bodies[fact])
        after = await sums(api)
        assert (await ann.wallet()).balance_minor == balance, order
        assert after.get("uncollected", 0) - before.get("uncollected", 0) == uncollected, order
        if balance:
            await spend(api, ann, balance)
