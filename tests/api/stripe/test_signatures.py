"""B10: only Stripe can tell us anything, and only now."""

import pytest

from tests.api.stripe.events import HEADER, WEBHOOK, WEBHOOK_SECRET, event, send, signature
from tests.api.stripe.paying import check_out
from tests.api.stripe.standin import StripeStandIn
from tests.api.world import Api, User, problem_of, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

REFUSED = "urn:talktime:problem:signature-refused"


async def unchanged(api: Api) -> bool:
    """Tell whether nothing is known of any event."""
    seen = "SELECT (SELECT count(*) FROM webhook_events) + (SELECT count(*) FROM ledger_entries)"
    return bool(await api.value(seen) == 0)


async def test_within_the_tolerance(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """300 s both ways, by our own clock."""
    for seconds_ago in (300, -300, 0):
        checkout = await check_out(stripe, ann)
        answer = await send(api, checkout.completed(), seconds_ago=seconds_ago)
        assert answer.json() == {"outcome": "settled"}, seconds_ago


async def test_forged_or_stale_signatures_change_nothing(api: Api, ann: User, stripe: StripeStandIn) -> None:
    checkout = await check_out(stripe, ann)
    body = checkout.completed()
    good = signature(api, body)
    seconds, mac = (part.split("=")[1] for part in good.split(","))
    headers = [
        None, "", "x", "t=", "v1=", "t=,v1=", f"t={seconds}", f"v1={mac}",
        signature(api, body, seconds_ago=301), signature(api, body, seconds_ago=-301),
        signature(api, body, secret="whsec_another"),
        signature(api, body + b" "),
        f"t={int(seconds) + 1},v1={mac}", f"t={seconds},t={seconds},v1={mac}", f"t={seconds},v0={mac}",
        f"t={seconds}=1,v1={mac}", f"t= {seconds},v1={mac}", f"t=+{seconds},v1={mac}",
        f"t={seconds},v1={mac[:-1]}", f"t={seconds},v1={mac.upper()}", f"t={seconds},v1=\xff",
        f"t={seconds}," + ",".join(f"v1={'0' * 64}" for _ in range(20)) + f",v1={mac}",
        f"t=-{seconds},v1={mac}", f"t={'9' * 400},v1={mac}", f"t=1e9,v1={mac}", f"t=²,v1={mac}",
        "t=" + "," * 10_000,
    ]  # fmt: skip
    for header in headers:
        given = {} if header is None else {HEADER.encode(): header.encode("latin-1")}
        problem = problem_of(await api.http.post(WEBHOOK, content=body, headers=given))
        assert (problem.status, problem.type) == (401, REFUSED), header
    assert await unchanged(api)


async def test_the_signature_is_over_the_raw_bytes(api: Api, ann: User, stripe: StripeStandIn) -> None:
    checkout = await check_out(stripe, ann)
    body = checkout.completed()
    headers = {HEADER: signature(api, body)}
    for changed in (body.replace(b"1000", b"9000"), body.replace(b"\n", b""), b"", b"\xff" + body):
        assert problem_of(await api.http.post(WEBHOOK, content=changed, headers=headers)).type == REFUSED
    assert await unchanged(api)


async def test_several_secrets_are_good_until_they_are_taken_away(
    database: Database, clock: ManualClock, stripe: StripeStandIn
) -> None:
    """While a secret is rolled Stripe signs with both; two endpoints have one each."""
    secrets = ("whsec_the_new_one", WEBHOOK_SECRET)
    async with running_api(
        database.app_url,
        clock,
        payment_provider="stripe",
        stripe_api_key="sk_test_x",
        stripe_webhook_secrets=secrets,
        stripe_api_url=stripe.url,
    ) as api:
        ann = await api.register("ann")
        for secret in secrets:
            body = (await check_out(stripe, ann)).completed()
            assert (await send(api, body, secret=secret)).json() == {"outcome": "settled"}
        body = (await check_out(stripe, ann)).completed()
        assert problem_of(await send(api, body, secret="whsec_older")).type == REFUSED
        both = f"{signature(api, body, secret='whsec_rolled')},{signature(api, body).split(',')[1]}"
        answer = await api.http.post(WEBHOOK, content=body, headers={HEADER: both})
        assert answer.json() == {"outcome": "settled"}


async def test_signed_nonsense_is_refused(api: Api) -> None:
    """E6: even from Stripe."""
    session = {
        "id": "cs_1",
        "payment_status": "paid",
        "amount_total": 5,
        "currency": "eur",
        "payment_intent": "pi_1",
    }
    for body in (
        b"", b"{", b"[]", b"null", b'{"id": 1}', b"[" * 50_000,
        event("checkout.session.completed", session, event_id="\0"),
        event("checkout.session.completed", session, created="soon"),
        event("checkout.session.completed", {**session, "id": None}),
        event("checkout.session.completed", {**session, "payment_status": "maybe"}),
        event("checkout.session.completed", {**session, "amount_total": "5"}),
        event("checkout.session.completed", {**session, "payment_intent": "pi\0"}),
        event("refund.created", {"id": "re_1"}),
        event("charge.dispute.funds_withdrawn", {}),
    ):  # fmt: skip
        assert problem_of(await send(api, body)).status == 400, body[:80]
    assert await unchanged(api)


@pytest.mark.parametrize(
    "kind", ["customer.created", "charge.succeeded", "payment_intent.succeeded", "charge.refunded"]
)
async def test_what_is_about_something_else_is_ignored(api: Api, kind: str) -> None:
    """Answered with success, or Stripe would send it for days."""
    assert (await send(api, event(kind, {"id": "x", "object": "y"}))).json() == {"outcome": "ignored"}
    assert await unchanged(api)


async def test_the_other_world_is_ignored(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """What is live is no business of an installation with a test key."""
    checkout = await check_out(stripe, ann)
    stripe.paid(checkout.session["id"])
    body = event("checkout.session.completed", checkout.session, livemode=True)
    assert (await send(api, body)).json() == {"outcome": "ignored"}
    assert await unchanged(api)
    assert (await ann.wallet()).balance_minor == 0


async def test_other_providers_have_no_door(api: Api) -> None:
    for name in ("sandbox", "none", "STRIPE", "stripe%00"):
        assert problem_of(await api.http.post(f"/v1/webhooks/{name}", content=b"{}")).status == 404
    assert problem_of(await api.http.post("/sandbox/checkout/x/pay")).status in {404, 405}
