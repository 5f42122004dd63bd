"""Asking Stripe for a checkout: what it is asked, and what happens where it does not answer as it should."""

import asyncio

import pytest
from msgspec.structs import replace

from api.app import RENEWING
from api.payments.schemas import PaymentView
from api.payments.service import Payments
from shared.database import autocommitting
from shared.ids import new_id
from tests.api.payers import ref_of
from tests.api.stripe.paying import check_out, service, sums
from tests.api.stripe.standin import Fate, StripeStandIn
from tests.api.world import BASE_URL, Api, User, problem_of


def payments_of(api: Api) -> Payments:
    """Return the service behind the route."""
    found = service(api, "payments")
    assert isinstance(found, Payments)
    return found


async def test_what_stripe_is_asked_for(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """Our id is its idempotency key, and is in everything that it will tell us of."""
    checkout = await check_out(stripe, ann, 1_050)
    [asked] = stripe.seen
    assert (asked.method, asked.path, asked.key) == ("POST", "/v1/checkout/sessions", checkout.id)
    assert asked.api_key == api.settings.stripe_api_key
    form = asked.form
    assert form["mode"] == "payment"
    assert form["line_items[0][price_data][unit_amount]"] == "1050"
    assert form["line_items[0][price_data][currency]"] == "eur"
    ids = ("client_reference_id", "metadata[payment_id]", "payment_intent_data[metadata][payment_id]")
    assert {form[name] for name in ids} == {checkout.id}
    assert form["success_url"] == form["cancel_url"] == f"{BASE_URL}/"
    assert form["adaptive_pricing[enabled]"] == "false"
    assert checkout.payment["checkout_url"] == checkout.session["url"]
    assert (checkout.payment["provider"], checkout.payment["status"]) == ("stripe", "pending")


NO_ANSWERS = {
    "it fails": Fate.FAIL,
    "too much at once": Fate.REFUSE,
    "no answer": Fate.HANG,
    "cut before anything": Fate.CUT_BEFORE,
    "the key is no good": Fate.DISOWN,
}


@pytest.mark.parametrize("fate", NO_ANSWERS.values(), ids=NO_ANSWERS)
async def test_where_stripe_is_away_nothing_is_stored(
    api: Api, ann: User, stripe: StripeStandIn, fate: Fate
) -> None:
    """E7: 503, and the same request may succeed later."""
    stripe.always = fate
    problem = problem_of(await ann.post("/payments", {"amount_minor": 1_000}))
    assert (problem.status, problem.dependencies) == (503, {"payment_provider": "down"})
    assert await api.value("SELECT count(*) FROM payments") == 0
    assert len({request.key for request in stripe.seen}) == 1
    stripe.always = Fate.SERVE
    await check_out(stripe, ann)
    assert len(stripe.sessions) == 1


async def test_nobody_listens_there(api: Api, ann: User, stripe: StripeStandIn) -> None:
    await stripe.stop()
    assert problem_of(await ann.post("/payments", {"amount_minor": 1_000})).status == 503
    assert await api.value("SELECT count(*) FROM payments") == 0


@pytest.mark.parametrize("fate", [Fate.FAIL, Fate.CUT, Fate.CUT_BEFORE, Fate.HANG])
async def test_one_failure_is_tried_again_by_the_library(ann: User, stripe: StripeStandIn, fate: Fate) -> None:
    """Under the same key: one checkout, of which the customer notices nothing."""
    stripe.plan.append(fate)
    checkout = await check_out(stripe, ann)
    assert [request.key for request in stripe.seen] == [checkout.id] * 2
    assert list(stripe.sessions) == [ref_of(checkout.payment)]


async def test_the_same_request_after_a_lost_answer(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """B4: with its key, Stripe is asked under the same id, and there is one checkout; the answer is the same."""
    stripe.plan += [Fate.CUT, Fate.CUT]
    first = await ann.post("/payments", {"amount_minor": 1_000}, key="one")
    assert problem_of(first).status == 503
    made = [await ann.post("/payments", {"amount_minor": 1_000}, key="one") for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].content == made[1].content
    assert made[1].headers["location"] == f"/v1/payments/{made[0].json()['id']}"
    assert len({request.key for request in stripe.seen}) == len(stripe.sessions) == 1
    assert (await ann.post("/payments", {"amount_minor": 1_001}, key="one")).status_code == 422
    assert await api.value("SELECT count(*) FROM payments") == 1


async def test_the_same_payment_asked_for_in_parallel(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """As after a request that counts as lost, and is not: one checkout, one payment."""
    payments, payment_id = payments_of(api), new_id()

    async def make() -> PaymentView:
        asked = await payments.ask(500, payment_id=payment_id)
        async with autocommitting(api.engine) as connection:
            return await payments.store(connection, ann.id, asked)

    made = await asyncio.gather(*(make() for _ in range(5)))
    assert made == [made[0]] * 5
    assert (len(stripe.sessions), await api.value("SELECT count(*) FROM payments")) == (1, 1)


async def test_an_amount_that_stripe_does_not_take(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """The customer may choose another; nobody is to wait for Stripe to change its mind."""
    problem = problem_of(await ann.post("/payments", {"amount_minor": 49}))
    assert (problem.status, problem.fields) == (422, {"amount_minor"})
    assert await api.value("SELECT count(*) FROM payments") == 0
    assert await sums(api) == {}


async def test_a_new_key_is_used_at_once(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """A13: as soon as its file was read again."""
    new = "sk_test_51TalktimeAnotherKey987654"
    api.app.state[RENEWING].take(replace(api.settings, stripe_api_key=new))
    await check_out(stripe, ann)
    assert stripe.seen[-1].api_key == new
