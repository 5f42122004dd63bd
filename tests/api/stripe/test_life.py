"""The life of a payment at Stripe: paid, failed, expired, given back, in any order and any number of times."""

import asyncio
from itertools import permutations
from typing import Any

import pytest

from tests.api.stripe.events import dispute, event, outcome, send
from tests.api.stripe.paying import Checkout, check_out, pay, sums
from tests.api.stripe.standin import StripeStandIn
from tests.api.world import Api, User, problem_of


async def seen(checkout: Checkout, user: User) -> dict[str, Any]:
    """Return the payment as its owner sees it."""
    answer = await user.get(f"/payments/{checkout.id}")
    assert answer.status_code == 200
    return dict(answer.json())


async def test_a_card_that_pays_at_once(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """B2, B3."""
    checkout = await pay(stripe, ann, 1_050)
    payment = await seen(checkout, ann)
    assert (payment["status"], payment["failure"], payment["refunded_minor"]) == ("settled", None, 0)
    assert (await ann.wallet()).balance_minor == 1_050
    assert (await checkout.row())["provider_charge_ref"] == checkout.session["payment_intent"]
    assert await sums(api) == {"provider": -1_050}
    assert await api.told() == ["payment.settled", "wallet.changed"]


async def test_a_bank_that_takes_days(ann: User, stripe: StripeStandIn) -> None:
    """Completed is not paid: the money comes later."""
    checkout = await check_out(stripe, ann)
    unpaid = checkout.event("completed", status="complete", payment_intent="pi_later")
    assert await outcome(ann.api, unpaid) == "ignored"
    assert (await seen(checkout, ann))["status"] == "pending"
    assert (await ann.wallet()).balance_minor == 0
    stripe.paid(checkout.session["id"])
    assert await outcome(ann.api, checkout.event("async_payment_succeeded")) == "settled"
    assert (await ann.wallet()).balance_minor == 1_000


async def test_a_bank_that_refuses_in_the_end(ann: User, stripe: StripeStandIn) -> None:
    checkout = await check_out(stripe, ann)
    attempt = {
        "id": "pi_1",
        "object": "payment_intent",
        "metadata": {"payment_id": checkout.id},
        "last_payment_error": {"code": "card_declined", "decline_code": "insufficient_funds"},
    }
    assert await outcome(ann.api, event("payment_intent.payment_failed", attempt)) == "noted"
    payment = await seen(checkout, ann)
    assert (payment["status"], payment["failure"]) == ("pending", "insufficient_funds")
    assert await outcome(ann.api, checkout.event("async_payment_failed")) == "failed"
    payment = await seen(checkout, ann)
    assert (payment["status"], payment["failure"]) == ("failed", "insufficient_funds")
    assert payment["ended_at"] is not None


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (None, "declined"),
        ({"code": "card_declined"}, "declined"),
        ({"code": "card_declined", "decline_code": "stolen_card"}, "declined"),
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, "insufficient_funds"),
        ({"code": "expired_card", "decline_code": "expired_card"}, "method_unusable"),
        ({"code": "payment_intent_authentication_failure"}, "authentication_failed"),
        ({"code": "processing_error"}, "provider_error"),
        ({"code": "of_a_later_year"}, "declined"),
    ],
)
async def test_why_an_attempt_failed(
    api: Api, ann: User, stripe: StripeStandIn, error: dict[str, str] | None, failure: str
) -> None:
    checkout = await check_out(stripe, ann)
    attempt = {"metadata": {"payment_id": checkout.id}, "last_payment_error": error}
    await outcome(api, event("payment_intent.payment_failed", attempt))
    assert (await seen(checkout, ann))["failure"] == failure
    assert await outcome(api, checkout.completed()) == "settled"
    assert (await seen(checkout, ann))["failure"] is None


async def test_nobody_came_in_time(ann: User, stripe: StripeStandIn) -> None:
    checkout = await check_out(stripe, ann)
    assert await outcome(ann.api, checkout.event("expired", status="expired")) == "expired"
    payment = await seen(checkout, ann)
    assert (payment["status"], payment["failure"]) == ("expired", None)


async def test_another_amount_or_currency_is_refused(
    api: Api, ann: User, stripe: StripeStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    """B3: a person must look at it; nothing is stored, so that Stripe's next try may succeed."""
    checkout = await check_out(stripe, ann)
    checkout.completed()
    changes: list[dict[str, Any]] = [{"amount_total": 999}, {"amount_total": 100_000}, {"currency": "usd"}]
    for change in changes:
        problem = problem_of(await send(api, checkout.event("completed", **change)))
        assert problem.type == "urn:talktime:problem:payment-mismatch"
        assert any(record.levelname == "ERROR" and checkout.id in record.message for record in caplog.records)
    assert await api.value("SELECT count(*) FROM webhook_events") == 0
    assert await outcome(api, checkout.event("completed")) == "settled"


async def test_the_same_event_ten_times_in_parallel_credits_once(
    api: Api, ann: User, stripe: StripeStandIn
) -> None:
    """B10; also where Stripe invents an id for each."""
    for is_same in (True, False):
        checkout = await check_out(stripe, ann)
        body = checkout.completed()
        bodies = [body if is_same else checkout.event("completed") for _ in range(10)]
        outcomes = await asyncio.gather(*(outcome(api, each) for each in bodies))
        assert sorted(outcomes) == ["repeated"] * 9 + ["settled"]
    assert (await ann.wallet()).balance_minor == 2_000
    assert await sums(api) == {"provider": -2_000}


async def test_what_is_not_ours_is_ignored(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """Another shop may share the account; nothing of its is stored."""
    checkout = await check_out(stripe, ann)
    stripe.paid(checkout.session["id"])
    for kind in ("completed", "expired", "async_payment_failed"):
        assert await outcome(api, checkout.event(kind, id="cs_test_of_somebody_else")) == "ignored"
    for metadata in ({}, {"payment_id": "x"}, {"payment_id": "0" * 32}):
        assert await outcome(api, event("payment_intent.payment_failed", {"metadata": metadata})) == "ignored"
    assert await api.value("SELECT count(*) FROM webhook_events") == 0
    assert (await checkout.row())["status"] == "pending"


NAMES = ("completed", "async_payment_failed", "expired", "refund")


@pytest.mark.parametrize("told_first", NAMES)
async def test_in_every_order(api: Api, ann: User, stripe: StripeStandIn, told_first: str) -> None:
    """Money that came is there, whatever else was said; what went back is gone, also if that was said first."""
    others = [name for name in NAMES if name != told_first]
    for rest in (rest for size in range(4) for rest in permutations(others, size)):
        for times in ((1, 1), (2, 1), (1, 2)):
            await _story(api, ann, stripe, (told_first, *rest), times)


async def _story(
    api: Api, ann: User, stripe: StripeStandIn, names: tuple[str, ...], times: tuple[int, int]
) -> None:
    before = (await ann.wallet()).balance_minor
    checkout = await check_out(stripe, ann)
    intent = stripe.paid(checkout.session["id"])
    bodies = {
        "completed": checkout.event("completed"),
        "async_payment_failed": checkout.event("async_payment_failed"),
        "expired": checkout.event("expired"),
        "refund": event("refund.created", stripe.made_refund(intent, 300)),
    }
    # The first is said so often, the others so often.
    told = [name for place, name in enumerate(names) for _ in range(times[min(place, 1)])]
    outcomes = [await outcome(api, bodies[name]) for name in told]
    again = [await outcome(api, bodies[name]) for name in names]
    assert set(again) == {"repeated"}
    row = await checkout.row()
    has_come, went_back = "completed" in names, {"completed", "refund"} <= set(names)
    first = next((name for name in names if name != "refund"), None)
    ended = {"async_payment_failed": "failed", "expired": "expired", None: "pending", "completed": "settled"}
    assert row["status"] == ("settled" if has_come else ended[first]), (told, outcomes)
    assert row["refunded_minor"] == (300 if went_back else 0)
    gained = (await ann.wallet()).balance_minor - before
    assert gained == (1_000 if has_come else 0) - (300 if went_back else 0), (told, outcomes)
    await sums(api)


async def test_a_refund_before_the_payment_is_kept(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """And applied with the confirmation; what belongs to nobody stays where it is."""
    checkout = await check_out(stripe, ann)
    intent = stripe.paid(checkout.session["id"])
    refund = event("refund.created", stripe.made_refund(intent, 400))
    taken = event("charge.dispute.funds_withdrawn", dispute(intent, 600))
    foreign = event("charge.dispute.funds_withdrawn", dispute("pi_of_somebody_else", 600, name="du_2"))
    assert [await outcome(api, each) for each in (refund, taken, foreign, refund)] == ["kept"] * 3 + ["repeated"]
    assert await api.told() == []
    assert await outcome(api, checkout.event("completed")) == "settled"
    assert (await ann.wallet()).balance_minor == 0
    assert (await seen(checkout, ann))["refunded_minor"] == 1_000
    assert await sums(api) == {}
    kept = await api.rows("SELECT outcome FROM webhook_events WHERE payment_id IS NULL")
    assert [row["outcome"] for row in kept] == ["kept"]


async def test_confirmation_and_refund_at_the_same_time(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """Neither may miss the other."""
    for _ in range(15):
        checkout = await check_out(stripe, ann)
        intent = stripe.paid(checkout.session["id"])
        refund = event("refund.created", stripe.made_refund(intent, 1_000))
        await asyncio.gather(outcome(api, refund), outcome(api, checkout.event("completed")))
        assert (await checkout.row())["refunded_minor"] == 1_000
    assert (await ann.wallet()).balance_minor == 0


async def test_what_was_received_is_kept_without_names(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """The fact and what came of it; Stripe's own body, with the customer's name and address, is not."""
    checkout = await check_out(stripe, ann)
    person = {"email": "ann@example.com", "name": "Ann Example", "address": {"city": "Anyville"}}
    stripe.paid(checkout.session["id"])
    assert await outcome(api, checkout.event("completed", customer_details=person)) == "settled"
    [row] = await api.rows("SELECT * FROM webhook_events")
    assert (row["outcome"], str(row["payment_id"])) == ("settled", checkout.id)
    assert '"fact":"paid"' in row["fact"]
    assert not any(word in row["fact"] for word in ("ann@", "Ann", "Anyville"))
