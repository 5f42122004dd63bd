"""Money that goes back: at an operator's word, in Stripe's dashboard, and at a bank's."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from api.idempotency.answers import Answer
from api.payments.refund_asking import RefundAsking
from shared.database import transaction
from shared.ledger import Ledger
from tests.api.office import REASON, log, notices, refused
from tests.api.stripe.events import dispute, event, outcome, send
from tests.api.stripe.paying import Checkout, check_out, pay, service, sums
from tests.api.stripe.standin import Fate, StripeStandIn
from tests.api.world import PASSWORD, Api, User, problem_of
from tests.harness.clock import ManualClock


def path(checkout: Checkout) -> str:
    return f"/operator/payments/{checkout.id}/refunds"


async def give_back(operator: User, checkout: Checkout, amount_minor: Any, key: object = None) -> httpx.Response:
    """Give back so much."""
    return await operator.post(path(checkout), {"amount_minor": amount_minor, **REASON}, key=key or uuid4())


async def given(operator: User, checkout: Checkout, amount_minor: int) -> dict[str, Any]:
    """The same, which must work."""
    answer = await give_back(operator, checkout, amount_minor)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def refunds(operator: User, checkout: Checkout) -> dict[str, Any]:
    """Return what went back."""
    answer = await operator.get(path(checkout))
    assert answer.status_code == 200
    return dict(answer.json())


def asking_of(api: Api) -> RefundAsking:
    """Return what asks again."""
    asking = service(api, "refunding").asking
    assert isinstance(asking, RefundAsking)
    return asking


async def test_an_operator_gives_back_a_part(api: Api, ann: User, olga: User, stripe: StripeStandIn) -> None:
    """B11: out of the wallet, to the payer, with reason and actor."""
    checkout = await pay(stripe, ann, 1_000)
    refund = await given(olga, checkout, 300)
    assert (refund["status"], refund["origin"], refund["taken_minor"]) == ("succeeded", "operator", 300)
    assert (refund["actor_id"], refund["reason"]) == (str(olga.id), REASON["reason"])
    assert (await ann.wallet()).balance_minor == 700
    assert await sums(api) == {"provider": -700}
    [made] = stripe.refunds.values()
    assert (made["amount"], made["payment_intent"]) == (300, checkout.session["payment_intent"])
    assert made["metadata"] == {"payment_id": checkout.id, "refund_id": refund["id"]}
    assert stripe.seen[-1].key == refund["id"]
    [acted] = await log(api, "payment.refunded")
    assert (acted["reason"], acted["account_id"], acted["details"]["amount_minor"]) == (
        REASON["reason"],
        ann.id,
        300,
    )
    entry = "SELECT reason, actor_id FROM ledger_entries WHERE operation LIKE 'payment_refund:%' AND house IS NULL"
    assert await api.rows(entry) == [{"reason": REASON["reason"], "actor_id": olga.id}]
    assert (await api.told())[2:4] == ["payment.refunded", "wallet.changed"]
    listed = await refunds(olga, checkout)
    assert (listed["items"], listed["refundable_minor"]) == ([refund], 700)
    assert (await ann.get(f"/payments/{checkout.id}")).json()["refunded_minor"] == 300


async def test_never_more_than_was_paid(api: Api, ann: User, olga: User, stripe: StripeStandIn) -> None:
    """B11: less what went back already; also of another payment's money."""
    checkout = await pay(stripe, ann, 1_000)
    await pay(stripe, ann, 5_000)
    await given(olga, checkout, 600)
    assert refused(await give_back(olga, checkout, 401)) == (409, "refund-too-large")
    await given(olga, checkout, 400)
    assert refused(await give_back(olga, checkout, 1)) == (409, "refund-too-large")
    assert (await ann.wallet()).balance_minor == 5_000
    assert len(stripe.refunds) == 2


async def test_never_more_than_is_available(api: Api, ann: User, olga: User, stripe: StripeStandIn) -> None:
    """What is spent or held is gone."""
    checkout = await pay(stripe, ann, 1_000)
    await api.execute("UPDATE wallets SET held_minor = 300 WHERE account_id = :id", id=ann.id)
    answer = await give_back(olga, checkout, 701)
    assert refused(answer) == (409, "insufficient-funds")
    assert answer.json()["available_minor"] == 700
    assert stripe.refunds == {}
    await given(olga, checkout, 700)


async def test_what_is_no_refund(api: Api, ann: User, olga: User, stripe: StripeStandIn) -> None:
    """B1, E5."""
    checkout = await pay(stripe, ann, 1_000)
    for amount in (0, -1, 1.0, "1", None, 10**13):
        assert problem_of(await give_back(olga, checkout, amount)).fields == {"amount_minor"}
    for changes in ({"reason": ""}, {"reason": " "}, {"status": "succeeded"}):
        assert (
            problem_of(
                await olga.post(path(checkout), {"amount_minor": 1, **REASON, **changes}, key=uuid4())
            ).status
            == 422
        )
    pending = (await ann.post("/payments", {"amount_minor": 500})).json()["id"]
    answer = await olga.post(f"/operator/payments/{pending}/refunds", {"amount_minor": 1, **REASON}, key=uuid4())
    assert refused(answer) == (409, "payment-not-settled")
    absent = f"/operator/payments/{UUID(int=0)}/refunds"
    assert problem_of(await olga.post(absent, {"amount_minor": 1, **REASON}, key=uuid4())).status == 404
    assert problem_of(await olga.get(absent)).status == 404
    assert problem_of(await ann.post(path(checkout), {"amount_minor": 1, **REASON}, key=uuid4())).status == 401
    assert await sums(api) == {"provider": -1_000}


async def test_what_another_provider_has_is_not_ours_to_give(
    api: Api, ann: User, olga: User, stripe: StripeStandIn
) -> None:
    """It could only leave the wallet and go nowhere."""
    checkout = await pay(stripe, ann, 1_000)
    await api.execute("UPDATE payments SET provider = 'sandbox'")
    assert refused(await give_back(olga, checkout, 1)) == (501, "payments-not-offered")
    assert (await ann.wallet()).balance_minor == 1_000


async def test_it_needs_a_recent_login(
    api: Api, ann: User, olga: User, stripe: StripeStandIn, clock: ManualClock
) -> None:
    checkout = await pay(stripe, ann, 1_000)
    clock.advance(api.settings.operator_recent_login_seconds * 1_000 - 1_000)
    await given(olga, checkout, 1)
    await api.execute("UPDATE sessions SET created_at = created_at - interval '1 hour' WHERE kind = 'operator'")
    assert refused(await give_back(olga, checkout, 1)) == (403, "login-too-old")


async def test_operators_in_parallel(api: Api, ann: User, olga: User, stripe: StripeStandIn) -> None:
    """Ten give back a third each: three of them do."""
    checkout = await pay(stripe, ann, 1_000)
    answers = await asyncio.gather(*(give_back(olga, checkout, 333) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 7
    assert (await ann.wallet()).balance_minor == 1
    assert sorted(refund["amount"] for refund in stripe.refunds.values()) == [333] * 3


@pytest.mark.parametrize("fate", [Fate.FAIL, Fate.CUT, Fate.HANG, Fate.REFUSE, Fate.CUT_BEFORE])
async def test_stripe_is_away(
    api: Api, ann: User, olga: User, stripe: StripeStandIn, clock: ManualClock, fate: Fate
) -> None:
    """The money has left the wallet; once Stripe is back, it goes to the payer, once."""
    checkout = await pay(stripe, ann, 1_000)
    stripe.always = fate
    refund = await given(olga, checkout, 300)
    assert (refund["status"], (await ann.wallet()).balance_minor) == ("requested", 700)
    stripe.always = Fate.SERVE
    # An answer of 500 is given again as long as its key is known; a day later it is not.
    stripe.forget_keys()
    assert await asking_of(api).look() == 0
    clock.advance(api.settings.refund_retry_seconds * 1_000)
    assert await asking_of(api).look() == 1
    assert [each["status"] for each in (await refunds(olga, checkout))["items"]] == ["succeeded"]
    assert (await ann.wallet()).balance_minor == 700
    clock.advance(24 * 3_600_000)
    assert await asking_of(api).look() == 0
    assert [each["amount"] for each in stripe.refunds.values()] == [300]


async def test_killed_between_the_wallet_and_stripe(
    api: Api, ann: User, olga: User, stripe: StripeStandIn, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several processes look for what was left: one of them asks, and once is enough."""
    checkout = await pay(stripe, ann, 1_000)
    with monkeypatch.context() as killed:
        killed.setattr(RefundAsking, "ask", _killed)
        with pytest.raises(KeyboardInterrupt):
            await give_back(olga, checkout, 300)
    assert (stripe.refunds, (await ann.wallet()).balance_minor) == ({}, 700)
    clock.advance(59_000)
    assert await asking_of(api).look() == 0, "who made it may be about to ask"
    clock.advance(1_000)
    async with transaction(api.engine) as connection:
        await connection.execute(text("SELECT FROM payment_refunds FOR UPDATE"))
        assert await asking_of(api).look() == 0, "somebody is busy with it"
    asked = await asyncio.gather(*(asking_of(api).look() for _ in range(5)))
    assert sum(asked) == 1
    assert [each["status"] for each in (await refunds(olga, checkout))["items"]] == ["succeeded"]
    assert len(stripe.refunds) == 1


async def test_the_longer_it_waits_the_rarer_it_is_asked_for(
    api: Api, ann: User, olga: User, stripe: StripeStandIn, clock: ManualClock
) -> None:
    checkout = await pay(stripe, ann, 1_000)
    stripe.always = Fate.REFUSE
    await given(olga, checkout, 300)
    asked = 0
    for _ in range(24 * 60):
        clock.advance(60_000)
        asked += await asking_of(api).look()
    assert 20 < asked < 60


async def test_the_same_request_twice_is_one_refund(
    api: Api, ann: User, olga: User, stripe: StripeStandIn, clock: ManualClock
) -> None:
    """B4: the same bytes are answered, also where Stripe was away at first; another key is another refund."""
    checkout = await pay(stripe, ann, 1_000)
    stripe.always = Fate.CUT
    made = [await give_back(olga, checkout, 300, key="one")]
    stripe.always = Fate.SERVE
    made += [await give_back(olga, checkout, 300, key="one") for _ in range(3)]
    assert {answer.status_code for answer in made} == {201}
    assert len({answer.content for answer in made}) == 1
    assert made[0].json()["status"] == "requested"
    assert (len(stripe.refunds), (await ann.wallet()).balance_minor) == (1, 700)
    assert (await give_back(olga, checkout, 301, key="one")).status_code == 422
    assert problem_of(await olga.post(path(checkout), {"amount_minor": 1, **REASON})).status == 400
    await given(olga, checkout, 300)
    assert (await ann.wallet()).balance_minor == 400


async def test_killed_between_the_refund_and_its_answer(
    api: Api, ann: User, olga: User, stripe: StripeStandIn, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B4: whoever repeats the request hears of the one refund that there is."""
    checkout = await pay(stripe, ann, 1_000)
    with monkeypatch.context() as killed:
        killed.setattr(Answer, "of", _fail)
        assert (await give_back(olga, checkout, 300, key="one")).status_code == 500
    made = await give_back(olga, checkout, 300, key="one")
    assert (made.status_code, made.json()["status"]) == (201, "succeeded")
    assert (len(stripe.refunds), (await ann.wallet()).balance_minor) == (1, 700)


async def test_stripe_refuses(api: Api, ann: User, olga: User, stripe: StripeStandIn) -> None:
    """Somebody was faster in the dashboard, and we have not heard of it yet: the money is in the wallet again."""
    checkout = await pay(stripe, ann, 1_000)
    made = stripe.made_refund(checkout.session["payment_intent"], 1_000)
    refund = await given(olga, checkout, 300)
    assert (refund["status"], refund["failure"]) == ("failed", "charge_already_refunded")
    assert (await ann.wallet()).balance_minor == 1_000
    assert (await ann.get(f"/payments/{checkout.id}")).json()["refunded_minor"] == 0
    assert await outcome(api, event("refund.created", made)) == "refunded"
    assert ((await ann.wallet()).balance_minor, await sums(api)) == (0, {})


async def test_a_refund_that_takes_days(
    api: Api, ann: User, olga: User, stripe: StripeStandIn, clock: ManualClock
) -> None:
    """Pending; the webhook tells the end, or who asks for it does where the webhook is lost."""
    checkout, stripe.refund_status = await pay(stripe, ann, 1_000), "pending"
    for name in ("told", "asked"):
        refund = await given(olga, checkout, 100)
        assert refund["status"] == "requested"
        made = next(each for each in stripe.refunds.values() if each["metadata"]["refund_id"] == refund["id"])
        made["status"] = "succeeded"
        if name == "told":
            assert await outcome(api, event("refund.updated", made)) == "refunded"
        else:
            clock.advance(60_000)
            assert await asking_of(api).look() == 1
        assert (await refunds(olga, checkout))["items"][0]["status"] == "succeeded"
    assert (await ann.wallet()).balance_minor == 800


async def test_a_refund_that_could_not_be_delivered(api: Api, ann: User, olga: User, stripe: StripeStandIn) -> None:
    """Days after it succeeded: the money is in the wallet again, once."""
    checkout = await pay(stripe, ann, 1_000)
    await given(olga, checkout, 300)
    [made] = stripe.refunds.values()
    made["status"] = "failed"
    bodies = [event(kind, made) for kind in ("refund.failed", "refund.updated", "charge.refund.updated")]
    assert sorted(await asyncio.gather(*(outcome(api, body) for body in bodies))) == ["repeated"] * 2 + ["restored"]
    assert ((await ann.wallet()).balance_minor, await sums(api)) == (1_000, {"provider": -1_000})
    listed = await refunds(olga, checkout)
    assert ([each["status"] for each in listed["items"]], listed["refundable_minor"]) == (["failed"], 1_000)
    made["status"] = "succeeded"
    assert await outcome(api, event("refund.updated", made)) == "repeated"


async def spend(api: Api, user: User, amount_minor: int) -> None:
    """Have a call cost so much."""
    async with transaction(api.engine) as connection:
        ledger = await Ledger.open(connection, [user.id], now=api.clock.now())
        ledger.charge(user.id, amount_minor, call_id=uuid4())
        await ledger.save()


async def test_a_refund_in_the_dashboard(api: Api, ann: User, olga: User, stripe: StripeStandIn) -> None:
    """What is still there leaves the wallet, the house loses the rest, and who cannot pay a minute is blocked."""
    checkout = await pay(stripe, ann, 1_000)
    await spend(api, ann, 600)
    made = stripe.made_refund(checkout.session["payment_intent"], 1_000)
    body = event("refund.created", made)
    assert sorted(await asyncio.gather(*(outcome(api, body) for _ in range(5)))) == ["refunded"] + ["repeated"] * 4
    wallet = await ann.wallet()
    assert (wallet.balance_minor, wallet.blocked) == (0, True)
    assert await sums(api) == {"revenue": 600, "uncollected": -600}
    [refund] = (await refunds(olga, checkout))["items"]
    assert (refund["origin"], refund["amount_minor"], refund["taken_minor"]) == ("provider", 1_000, 400)
    assert (refund["actor_id"], refund["status"]) == (None, "succeeded")
    kinds = [type(notice).__name__ for notice in await notices(api)]
    assert kinds[-2:] == ["WalletChanged", "AccountBlocked"]
    assert refused(await give_back(olga, checkout, 1)) == (409, "refund-too-large")


async def test_what_is_held_for_a_call_stays_held(api: Api, ann: User, stripe: StripeStandIn) -> None:
    """A minute that has begun is paid; its end judges whether there is another."""
    checkout = await pay(stripe, ann, 1_000)
    await api.execute("UPDATE wallets SET held_minor = 10 WHERE account_id = :id", id=ann.id)
    made = stripe.made_refund(checkout.session["payment_intent"], 1_000)
    assert await outcome(api, event("refund.created", made)) == "refunded"
    wallet = await ann.wallet()
    assert (wallet.balance_minor, wallet.held_minor, wallet.blocked) == (10, 10, False)


@pytest.mark.parametrize("order", [("withdrawn", "reinstated"), ("reinstated", "withdrawn")], ids="-".join)
async def test_a_dispute_that_is_won(api: Api, ann: User, stripe: StripeStandIn, order: tuple[str, str]) -> None:
    """Everything is as before, in whatever order it is told."""
    checkout = await pay(stripe, ann, 1_000)
    await spend(api, ann, 250)
    about = dispute(checkout.session["payment_intent"], 1_000)
    for name in order:
        assert (await send(api, event(f"charge.dispute.funds_{name}", about))).status_code == 200
    for name in order:
        assert await outcome(api, event(f"charge.dispute.funds_{name}", about)) == "repeated"
    assert (await ann.wallet()).balance_minor == 750
    assert await sums(api) == {"provider": -1_000, "revenue": 250}
    assert (await checkout.row())["refunded_minor"] == 0


async def test_a_dispute_after_a_refund(api: Api, ann: User, olga: User, stripe: StripeStandIn) -> None:
    """A bank takes all although a part went back: the wallet gives no more than was left of this payment."""
    checkout = await pay(stripe, ann, 1_000)
    await pay(stripe, ann, 2_000)
    await given(olga, checkout, 400)
    about = dispute(checkout.session["payment_intent"], 1_000)
    assert await outcome(api, event("charge.dispute.funds_withdrawn", about)) == "refunded"
    assert (await ann.wallet()).balance_minor == 2_000
    assert await sums(api) == {"provider": -1_600, "uncollected": -400}
    assert (await checkout.row())["refunded_minor"] == 1_000
    assert await outcome(api, event("charge.dispute.funds_reinstated", about)) == "restored"
    assert (await ann.wallet()).balance_minor == 2_600
    assert await sums(api) == {"provider": -2_600}
    assert (await checkout.row())["refunded_minor"] == 400


async def test_a_part_of_a_dispute_is_left_to_a_person(
    api: Api, ann: User, stripe: StripeStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    checkout = await pay(stripe, ann, 1_000)
    intent = checkout.session["payment_intent"]
    await outcome(api, event("charge.dispute.funds_withdrawn", dispute(intent, 1_000)))
    assert await outcome(api, event("charge.dispute.funds_reinstated", dispute(intent, 400))) == "ignored"
    assert any(record.levelname == "ERROR" and checkout.id in record.message for record in caplog.records)
    assert (await ann.wallet()).balance_minor == 0


async def test_money_of_who_has_left_goes_back(api: Api, ann: User, olga: User, stripe: StripeStandIn) -> None:
    """Paid too late: nobody can spend it any more."""
    checkout = await check_out(stripe, ann, 1_000)
    assert (await ann.post("/me/deletion", {"password": PASSWORD})).status_code == 204
    assert await outcome(api, checkout.completed()) == "settled"
    assert (await given(olga, checkout, 1_000))["status"] == "succeeded"
    assert await sums(api) == {}


async def test_nobody_gives_back_to_oneself(api: Api, olga: User, stripe: StripeStandIn) -> None:
    """It needs a second operator."""
    own = await api.log_in("olga")
    checkout = await pay(stripe, own, 1_000)
    assert refused(await give_back(olga, checkout, 1)) == (403, "own-account")


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("the power is gone")


async def _killed(*_: object) -> None:
    raise KeyboardInterrupt
