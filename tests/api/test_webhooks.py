"""What a provider says: proven, once for ever, and only about what we asked for."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from api.payments.sandbox import charge_of
from api.payments.sandbox_events import REFUNDED, DoneRefund, RefundEvent
from api.payments.signatures import HEADER, is_signed, sign
from shared.ledger import Ledger
from shared.messages.events import PaymentSettled
from shared.messages.notices import AccountUnblocked, WalletChanged
from tests.api.payers import WEBHOOK, ask_for, event_of, ref_of, send, top_up
from tests.api.world import BASE_URL, WEBHOOK_SECRET, Api, User, problem_of, running_api
from tests.harness.clock import START, ManualClock
from tests.harness.databases import Database

REFUSED = "urn:talktime:problem:signature-refused"


async def unchanged(api: Api) -> bool:
    """Tell whether no money moved and nothing was told."""
    settled = "SELECT (SELECT count(*) FROM ledger_entries) + (SELECT count(*) FROM outbox)"
    claimed = (
        "SELECT (SELECT count(*) FROM webhook_events) + (SELECT count(*) FROM payments WHERE status <> 'pending')"
    )
    return bool(await api.value(settled) == await api.value(claimed) == 0)


async def test_a_confirmation_is_told_with_the_fact(api: Api, ann: User) -> None:
    """B2, F1: event and notice are rows of the same transaction."""
    payment = await top_up(ann, 1_000)
    settled, changed = await api.rows("SELECT type, body FROM outbox ORDER BY id")
    event = msgspec.json.decode(settled["body"], type=PaymentSettled)
    assert (str(event.payment_id), event.account_id, event.amount_minor) == (payment["id"], ann.id, 1_000)
    assert event.settled_at == START
    notice = msgspec.json.decode(changed["body"], type=WalletChanged)
    assert notice.wallet == await ann.wallet()


async def test_the_same_event_ten_times_in_parallel_credits_once(api: Api, ann: User) -> None:
    """B10."""
    payment = await ask_for(ann, 1_000)
    answers = await asyncio.gather(*(send(api, event_of(payment)) for _ in range(10)))
    assert [answer.status_code for answer in answers] == [200] * 10
    assert sorted(answer.json()["outcome"] for answer in answers) == ["repeated"] * 9 + ["settled"]
    assert (await ann.wallet()).balance_minor == 1_000
    assert await api.told() == ["payment.settled", "wallet.changed"]


async def test_ten_events_about_one_payment_credit_once(api: Api, ann: User) -> None:
    """B10: a provider that invents a new id for the same fact changes nothing."""
    payment = await ask_for(ann, 1_000)
    events = [event_of(payment, event_id=f"evt_{number}") for number in range(10)]
    answers = await asyncio.gather(*(send(api, event) for event in events))
    assert sorted(answer.json()["outcome"] for answer in answers) == ["repeated"] * 9 + ["settled"]
    assert (await ann.wallet()).balance_minor == 1_000


async def test_parallel_payments_of_one_account_all_count(api: Api, ann: User) -> None:
    """B2: the lock on the wallet loses no update."""
    payments = [await ask_for(ann, amount) for amount in (1, 2, 4, 8, 16)]
    bodies = [event_of(payment, event_id=f"evt_{number}") for number, payment in enumerate(payments)]
    await asyncio.gather(*(send(api, body) for body in bodies))
    assert (await ann.wallet()).balance_minor == 31


async def test_within_the_tolerance(api: Api, ann: User) -> None:
    """B10: 300 s both ways."""
    for seconds_ago in (300, -300, 0, 299.5):
        body = event_of(await ask_for(ann, 5), event_id=f"evt_{seconds_ago}")
        assert (await send(api, body, seconds_ago=seconds_ago)).json() == {"outcome": "settled"}, seconds_ago


async def test_forged_or_stale_signatures_change_nothing(api: Api, ann: User) -> None:
    """B3, B10: only who knows the secret can confirm, and only now."""
    payment = await ask_for(ann, 1_000)
    body = event_of(payment)
    good = sign(body, secret=WEBHOOK_SECRET, now=START)
    seconds, mac = (part.split("=")[1] for part in good.split(","))
    late = sign(body, secret=WEBHOOK_SECRET, now=START - timedelta(seconds=301))
    early = sign(body, secret=WEBHOOK_SECRET, now=START + timedelta(seconds=301))
    headers = [
        None, "", "x", "t=", "v1=", "t=,v1=", f"t={seconds}", f"v1={mac}", late, early,
        sign(body, secret="wrong", now=START),
        sign(body, secret="", now=START),
        sign(body + b" ", secret=WEBHOOK_SECRET, now=START),
        f"t={int(seconds) + 1},v1={mac}",
        f"t={seconds},t={seconds},v1={mac}",
        f"t={seconds},v0={mac}",
        f"t={seconds},v1={mac[:-1]}",
        f"t={seconds},v1={mac.upper()}",
        f"t={seconds},v1=" + ",v1=".join("0" * 64 for _ in range(8)) + f",v1={mac}",
        f"t=-{seconds},v1={mac}", f"t={'9' * 400},v1={mac}", f"t=1e9,v1={mac}", f"t=²,v1={mac}",
        "t=" + "," * 60_000,
    ]  # fmt: skip
    for header in headers:
        given = {} if header is None else {HEADER.encode(): header.encode()}
        answer = await api.http.post(WEBHOOK, content=body, headers=given)
        problem = problem_of(answer)
        assert (problem.status, problem.type) == (401, REFUSED), header
    assert await unchanged(api)


async def test_a_body_changed_on_the_way_is_refused(api: Api, ann: User) -> None:
    """B10: the signature is over the raw bytes."""
    payment = await ask_for(ann, 1_000)
    signature = sign(event_of(payment), secret=WEBHOOK_SECRET, now=START)
    for body in (event_of(payment, amount_minor=100_000), event_of(payment).replace(b",", b", "), b""):
        answer = await api.http.post(WEBHOOK, content=body, headers={HEADER: signature})
        assert problem_of(answer).type == REFUSED
    assert await unchanged(api)


async def test_secrets_can_be_changed_without_losing_an_event(database: Database, clock: ManualClock) -> None:
    """B10: several secrets; the old one is good as long as it is listed."""
    async with running_api(database.app_url, clock, sandbox_webhook_secrets=("new", "old")) as api:
        ann = await api.register("ann")
        for secret, event_id in (("new", "evt_1"), ("old", "evt_2")):
            body = event_of(await ask_for(ann, 5), event_id=event_id)
            assert (await send(api, body, secret=secret)).json() == {"outcome": "settled"}
        body = event_of(await ask_for(ann, 5), event_id="evt_3")
        assert problem_of(await send(api, body, secret="older")).type == REFUSED
        assert (await ann.wallet()).balance_minor == 10


def test_one_of_several_signatures_is_enough() -> None:
    """B10: a provider that changes its secret signs with both for a while."""
    seconds, mac = sign(b"body", secret="new", now=START).split(",")
    both = f"{seconds},v1={'0' * 64}, {mac}"
    assert is_signed(both, b"body", secrets=["new"], now=START, tolerance_seconds=300)
    assert not is_signed(both, b"body", secrets=["old"], now=START, tolerance_seconds=300)
    assert not is_signed(both, b"body", secrets=[], now=START, tolerance_seconds=300)


async def test_another_amount_or_currency_is_refused(api: Api, ann: User, caplog: pytest.LogCaptureFixture) -> None:
    """B3: what the provider says is compared with what we asked for; a person must look at a difference."""
    payment = await ask_for(ann, 1_000)
    differences: list[dict[str, Any]] = [{"amount_minor": 999}, {"amount_minor": 1_001}, {"currency": "USD"}]
    for changes in differences:
        caplog.clear()
        answer = await send(api, event_of(payment, **changes))
        assert problem_of(answer).type == "urn:talktime:problem:payment-mismatch"
        assert any(record.levelname == "ERROR" and payment["id"] in record.message for record in caplog.records)
    assert await unchanged(api)


async def test_what_went_back_by_itself(api: Api, ann: User) -> None:
    """B10, B11: told by the provider alone, before or after its payment is confirmed, ten times in parallel."""
    for is_early in (False, True):
        payment = await ask_for(ann, 1_000)
        paid = event_of(payment, event_id=f"evt_paid_{is_early}")
        done = DoneRefund(
            refund_ref=f"re_{is_early}", charge_ref=charge_of(ref_of(payment)), amount_minor=400, currency="EUR"
        )
        back = msgspec.json.encode(RefundEvent(f"evt_back_{is_early}", REFUNDED, done))
        first, second = (back, paid) if is_early else (paid, back)
        told = [(await send(api, first)).json()["outcome"]]
        answers = await asyncio.gather(*(send(api, second) for _ in range(10)))
        told += sorted({answer.json()["outcome"] for answer in answers})
        assert told == (["kept", "repeated", "settled"] if is_early else ["settled", "refunded", "repeated"])
    assert (await ann.wallet()).balance_minor == 1_200
    assert await api.value("SELECT sum(amount_minor) FROM ledger_entries") == 0


async def test_what_went_back_in_another_currency_is_refused(api: Api, ann: User) -> None:
    payment = await top_up(ann, 1_000)
    done = DoneRefund(refund_ref="re_1", charge_ref=charge_of(ref_of(payment)), amount_minor=400, currency="USD")
    answer = await send(api, msgspec.json.encode(RefundEvent("evt_back", REFUNDED, done)))
    assert problem_of(answer).type == "urn:talktime:problem:payment-mismatch"
    assert (await ann.wallet()).balance_minor == 1_000


async def test_what_is_not_ours_is_ignored(api: Api, ann: User) -> None:
    """Answered with success, or the provider would send it for days; nothing changes."""
    payment = await ask_for(ann, 5)
    for body in (
        event_of(payment, provider_ref="x" * 43),
        b'{"id": "evt_9", "type": "customer.created", "data": []}',
    ):
        assert (await send(api, body)).json() == {"outcome": "ignored"}
    assert await unchanged(api)


async def test_signed_nonsense_is_refused(api: Api, ann: User) -> None:
    """E6: even from the provider."""
    for body in (b"", b"{", b"[]", b'{"id": 1, "type": "checkout.paid"}', b'{"id": "e", "type": "checkout.paid"}',
                 b"\xff", b"[" * 60_000, b'{"id":"e","type":"\xff"}'):  # fmt: skip
        problem = problem_of(await send(api, body))
        assert problem.type == "urn:talktime:problem:malformed-request", body[:40]
    too_large = await send(api, b"x" * (api.settings.body_bytes_max + 1))
    assert problem_of(too_large).status == 413
    assert await unchanged(api)


async def test_names_with_nul_find_no_payment(api: Api, ann: User) -> None:
    """E6: PostgreSQL cannot even compare them."""
    payment = await ask_for(ann, 5)
    for body in (event_of(payment, provider_ref="\0"), event_of(payment, event_id="\0")):
        assert problem_of(await send(api, body)).status == 400
    assert await unchanged(api)


async def test_a_payment_unblocks(api: Api, ann: User) -> None:
    """C7: once enough is there for a minute; the account's devices are told."""
    await api.execute("UPDATE wallets SET blocked_at = now()")
    await top_up(ann, 9)
    assert (await ann.wallet()).blocked is True
    await top_up(ann, 1)
    assert (await ann.wallet()).blocked is False
    told = await api.told()
    assert told == ["payment.settled", "wallet.changed"] * 2 + ["account.unblocked"]
    [row] = await api.rows("SELECT body FROM outbox WHERE type = 'account.unblocked'")
    notice = msgspec.json.decode(row["body"], type=AccountUnblocked)
    assert notice.wallet == await ann.wallet()


async def test_a_failure_in_the_middle_leaves_nothing(api: Api, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """B8: claim, status, credit and messages are one transaction; the provider's next try succeeds."""
    payment = await ask_for(ann, 5)
    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "unblock", _fail)
        assert problem_of(await send(api, event_of(payment))).status == 500
    assert await unchanged(api)
    assert (await send(api, event_of(payment))).json() == {"outcome": "settled"}


async def test_a_client_cannot_settle_by_itself(api: Api, ann: User) -> None:
    """B3: there is no such door."""
    payment = await ask_for(ann, 1_000)
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        answer = await api.http.request(
            method, f"/v1/payments/{payment['id']}", json={"status": "settled"}, headers=ann.headers
        )
        assert problem_of(answer).status == 405
    assert await unchanged(api)


async def test_checkout_addresses_are_secrets(ann: User) -> None:
    """B3: not to be guessed, and different each time."""
    refs = {ref_of(await ask_for(ann, 5)) for _ in range(3)}
    assert len(refs) == 3
    assert all(len(ref) >= 43 for ref in refs)  # 256 bits
    payment = await ask_for(ann, 5)
    assert payment["checkout_url"].startswith(f"{BASE_URL}/sandbox/checkout/")


def _fail(*_: object) -> None:
    raise RuntimeError("the power is gone")
