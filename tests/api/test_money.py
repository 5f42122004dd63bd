"""Payments, the wallet and its statement."""

from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from api.app import create_app
from api.pages import Page, write_cursor
from api.payments.schemas import PaymentView
from api.wallet.schemas import StatementEntry
from tests.api.payers import ask_for, top_up
from tests.api.world import Api, User, client_of, problem_of


async def test_a_payment_raises_the_balance(api: Api, ann: User) -> None:
    """B2: 1000 raise it by 1000, with a payment row and a ledger entry; double entry sums to zero."""
    payment = await top_up(ann, 1_000)
    seen = await ann.read(f"/payments/{payment['id']}", PaymentView)
    assert (seen.status, seen.amount_minor, seen.currency) == ("settled", 1_000, "EUR")
    assert seen.settled_at is not None
    wallet = await ann.wallet()
    assert (wallet.balance_minor, wallet.held_minor, wallet.available_minor) == (1_000, 0, 1_000)
    page = await ann.read("/wallet/entries", Page[StatementEntry])
    [entry] = page.items
    assert (entry.kind, entry.amount_minor, entry.balance_after_minor) == ("top_up", 1_000, 1_000)
    assert str(entry.payment_id) == payment["id"]
    assert entry.call_id is None
    assert await api.value("SELECT sum(amount_minor) FROM ledger_entries") == 0


async def test_asking_alone_credits_nothing(ann: User) -> None:
    """B3: a payment is pending until the provider confirms it."""
    payment = await ask_for(ann, 1_000)
    assert (payment["status"], payment["settled_at"], payment["provider"]) == ("pending", None, "sandbox")
    assert (await ann.wallet()).balance_minor == 0


NO_AMOUNTS = (
    '1.0 "1" 1e2 1E2 1.5 NaN Infinity -Infinity -1 0 -0 100001 1000000000001 9223372036854775808 -1e400'
    ' true null [] {} [1] ""'
).split()


async def test_amounts_are_whole_positive_numbers_within_the_limit(api: Api, ann: User) -> None:
    """B1."""
    headers = {**ann.headers, "Content-Type": "application/json"}
    for amount in [*NO_AMOUNTS, "1" + "0" * 400]:
        body = f'{{"amount_minor": {amount}}}'
        problem = problem_of(await api.http.post("/v1/payments", content=body, headers=headers))
        assert (problem.status, problem.fields) == (422, {"amount_minor"}), amount
    assert await api.value("SELECT count(*) FROM payments") == 0


async def test_amounts_up_to_the_limit_are_taken(ann: User) -> None:
    """B1: with the currency beside them."""
    for amount in (1, 100_000):
        payment = await ask_for(ann, amount)
        assert (payment["amount_minor"], payment["currency"]) == (amount, "EUR")


async def test_output_fields_are_refused_as_input(api: Api, ann: User) -> None:
    """A4."""
    for field in ("status", "currency", "id", "account_id", "provider", "settled_at"):
        problem = problem_of(await ann.post("/payments", {"amount_minor": 5, field: "settled"}))
        assert (problem.status, problem.fields) == (422, {field})
    assert await api.value("SELECT count(*) FROM payments") == 0


async def test_payments_come_newest_first_in_stable_pages(ann: User, bob: User) -> None:
    """B5, E4: own only, each once, although more are made between two pages."""
    await ask_for(bob, 99)
    made = [(await ask_for(ann, amount))["id"] for amount in range(1, 6)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = await ann.read("/payments", Page[PaymentView], **query)
        seen += [str(payment.id) for payment in page.items]
        await ask_for(ann, 50)
        if page.next_cursor is None:
            break
        query["cursor"] = page.next_cursor
    assert seen == made[::-1]


async def test_the_statement_comes_newest_first_in_stable_pages(ann: User, bob: User) -> None:
    """B5: the same for ledger entries; balances follow one another."""
    await top_up(bob, 77)
    for amount in (1, 2, 3):
        await top_up(ann, amount)
    first = await ann.read("/wallet/entries", Page[StatementEntry], limit=2)
    await top_up(ann, 4)
    second = await ann.read("/wallet/entries", Page[StatementEntry], limit=2, cursor=first.next_cursor)
    seen = [(entry.amount_minor, entry.balance_after_minor) for entry in first.items + second.items]
    assert seen == [(3, 6), (2, 3), (1, 1)]
    assert second.next_cursor is None


async def test_a_full_last_page_says_that_it_is_the_last(ann: User) -> None:
    """E4: no empty page follows."""
    for amount in (1, 2):
        await ask_for(ann, amount)
    page = await ann.read("/payments", Page[PaymentView], limit=2)
    assert (len(page.items), page.next_cursor) == (2, None)


async def test_foreign_payments_look_absent(api: Api, ann: User, bob: User) -> None:
    """E5: the same status and body."""
    payment = await ask_for(bob, 5)
    foreign = await ann.get(f"/payments/{payment['id']}")
    absent = await ann.get(f"/payments/{uuid4()}")
    garbage = await ann.get("/payments/none")
    assert problem_of(foreign).type == "urn:talktime:problem:not-found"
    assert foreign.text == absent.text == garbage.text


async def test_the_wallet_view(api: Api, ann: User) -> None:
    """B6: balance, held, available, price, whole minutes affordable."""
    await top_up(ann, 35)
    await api.execute("UPDATE wallets SET held_minor = 10")
    wallet = await ann.wallet()
    assert (wallet.balance_minor, wallet.held_minor, wallet.available_minor) == (35, 10, 25)
    assert (wallet.price_minor, wallet.minutes_affordable, wallet.currency) == (10, 2, "EUR")
    assert wallet.blocked is False


async def test_a_wallet_of_a_free_account(api: Api, ann: User) -> None:
    """B6: where talking costs nothing no number of minutes is told."""
    await api.execute("UPDATE wallets SET price_minor = 0")
    assert (await ann.wallet()).minutes_affordable is None


async def test_without_a_provider_payments_are_not_offered(api: Api, ann: User) -> None:
    """A stable problem, and everything else goes on; the sandbox has no doors."""
    app = create_app(replace(api.settings, payment_provider="none"), engine=api.engine, clock=api.clock)
    async with client_of(app) as http:
        answer = await http.post("/v1/payments", json={"amount_minor": 5}, headers=ann.headers)
        assert problem_of(answer).type == "urn:talktime:problem:payments-not-offered"
        assert (await http.get("/v1/payments", headers=ann.headers)).status_code == 200
        for path in ("/v1/webhooks/sandbox", "/v1/webhooks/none"):
            assert problem_of(await http.post(path)).status == 404
        assert problem_of(await http.get("/sandbox/checkout/x")).status == 404
        # Any address may be a view of the page, which is read and never posted to.
        assert problem_of(await http.post("/sandbox/checkout/x/pay")).status == 405


BAD_PAGES = {
    "limit": ["0", "101", "-1", "x", "1.5", "%00", "%FF", "", "9" * 30],
    "cursor": [
        "x",
        "null",
        "%00",
        "%FF",
        write_cursor("-1"),
        write_cursor("9" * 19),
        write_cursor("\0"),
        "A" * 201,
    ],
}


async def test_bad_pages_are_refused(ann: User) -> None:
    """E4, E6."""
    for path in ("/payments", "/wallet/entries", "/calls"):
        for field, values in BAD_PAGES.items():
            for value in values:
                problem = problem_of(await ann.get(f"{path}?{field}={value}"))
                assert (problem.status, problem.fields) == (422, {field}), (path, value)
