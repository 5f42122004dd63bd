"""What is earned, what operators see of it, and the books (B8, B12)."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

from api.statements.houses import BATCH
from shared.database import transaction
from shared.ids import new_id
from shared.ledger import Ledger
from tests.api.earners import paid_call
from tests.api.files import amounts, read
from tests.api.office import adjust, at_work, log, pay_out, refund, refused
from tests.api.payers import top_up
from tests.api.world import Api, User
from tests.harness.clock import ManualClock


async def test_earnings(api: Api, ann: User, bob: User, olga: User) -> None:
    """What is there and by what one earns; as pages and as a file, apart from what one pays."""
    await api.execute(
        "UPDATE wallets SET asking_price_minor = 25, earning_share_bp = 5000 WHERE account_id = :id", id=bob.id
    )
    await top_up(ann, 100)
    await top_up(bob, 7)
    call_id = await paid_call(api, ann, bob, minutes=3, share_bp=5_000)
    await refund(olga, call_id, 10, "a")
    await pay_out(olga, bob, 4, "b")
    assert (await bob.get("/earnings")).json() == {
        "earned_minor": 6,
        "currency": "EUR",
        "asking_price_minor": 25,
        "earning_share_bp": 5_000,
    }
    nothing = {"earned_minor": 0, "currency": "EUR", "asking_price_minor": None, "earning_share_bp": 0}
    assert (await ann.get("/earnings")).json() == nothing
    page = (await bob.get("/earnings/entries", limit=2)).json()
    rest = (await bob.get("/earnings/entries", cursor=page["next_cursor"])).json()
    seen = [
        (each["kind"], each["amount_minor"], each["balance_after_minor"]) for each in page["items"] + rest["items"]
    ]
    assert seen == [("payout", -4, 6), ("refund", -5, 10), ("charge", 15, 15)]
    assert amounts(read(await bob.get("/earnings/entries.csv"))) == [
        ("opening_balance", "", "0"),
        ("charge", "15", "15"),
        ("refund", "-5", "10"),
        ("payout", "-4", "6"),
        ("closing_balance", "", "6"),
    ]
    assert amounts(read(await bob.get("/wallet/entries.csv")))[-1] == ("closing_balance", "", "7")
    assert [entry["kind"] for entry in (await bob.get("/wallet/entries")).json()["items"]] == ["top_up"]


async def test_operators_see_the_same_with_reasons(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17, B12: and leave a trace of having looked."""
    await top_up(ann, 100)
    call_id = await paid_call(api, ann, bob, minutes=3, share_bp=5_000)
    await adjust(olga, ann, 5, "a", reason='=HYPERLINK("http://127.0.0.1";"x"), he said\nso')
    await refund(olga, call_id, 10, "b")
    account = f"/operator/accounts/{ann.id}"
    answer = await olga.get(f"{account}/entries.csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="statement-{ann.id}.csv"'
    text = answer.text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["reason"] for row in rows[1:-1]] == [
        *("", ""),
        '\'=HYPERLINK("http://127.0.0.1";"x"), he said\nso',
        "a customer asked for it",
    ]
    assert [row["actor_id"] for row in rows[1:-1]] == ["", "", str(olga.id), str(olga.id)]
    earner = f"/operator/accounts/{bob.id}/earnings"
    assert (await olga.get(earner)).json() == (await bob.get("/earnings")).json()
    assert (await olga.get(f"{earner}/entries")).json() == (await bob.get("/earnings/entries")).json()
    assert amounts(read(await olga.get(f"{earner}/entries.csv")))[-1] == ("closing_balance", "", "10")
    assert [row["account_id"] for row in await log(api, "account.viewed")] == [ann.id, bob.id]
    for path in ("entries.csv", "earnings", "earnings/entries", "earnings/entries.csv"):
        assert refused(await olga.get(f"/operator/accounts/{uuid4()}/{path}")) == (404, "not-found")


async def test_the_books(api: Api, clock: ManualClock, ann: User, bob: User, olga: User) -> None:
    """B8: what is in every account comes to nothing, now and before any day."""
    await top_up(ann, 100)
    call_id = await paid_call(api, ann, bob, minutes=3, share_bp=5_000)
    clock.advance(12 * 3_600_000)
    olga = await at_work(api, olga)
    await refund(olga, call_id, 10, "a")
    await pay_out(olga, bob, 4, "b")
    await adjust(olga, ann, 3, "c")
    now = (await olga.get("/operator/books")).json()
    assert now == {
        "until": "2030-01-02T00:00:00Z",
        "currency": "EUR",
        "houses": [
            {"house": "provider", "amount_minor": -100, "entries": 1},
            {"house": "revenue", "amount_minor": 15, "entries": 1},
            {"house": "refunds", "amount_minor": -5, "entries": 1},
            {"house": "adjustments", "amount_minor": -3, "entries": 1},
            {"house": "forfeits", "amount_minor": 0, "entries": 0},
            {"house": "payouts", "amount_minor": 4, "entries": 1},
            {"house": "uncollected", "amount_minor": 0, "entries": 0},
        ],
        "credit_minor": 83,
        "earnings_minor": 6,
        "total_minor": 0,
    }
    before = (await olga.get("/operator/books", until="2030-01-02")).json()
    sums = {each["house"]: each["amount_minor"] for each in before["houses"] if each["entries"]}
    assert (sums, before["credit_minor"], before["earnings_minor"], before["total_minor"]) == (
        {"provider": -100, "revenue": 15}, 70, 15, 0
    )  # fmt: skip
    assert len(await log(api, "books.viewed")) == 1


async def test_a_house_accounts_statement(api: Api, clock: ManualClock, ann: User, bob: User, olga: User) -> None:
    """B12: of a month, say; with reasons, since only operators read it. The same sum as in the books."""
    await top_up(ann, 100)
    await adjust(olga, ann, 7, "a")
    clock.advance(12 * 3_600_000)
    olga = await at_work(api, olga)
    await adjust(olga, ann, -2, "b", reason="@once more")
    answer = await olga.get("/operator/books/adjustments/entries.csv", since="2030-01-02")
    assert answer.headers["content-disposition"] == 'attachment; filename="books-adjustments.csv"'
    rows = read(answer)
    assert amounts(rows) == [
        ("opening_balance", "", "-7"),
        ("adjustment", "2", "-5"),
        ("closing_balance", "", "-5"),
    ]
    assert (rows[1]["reason"], rows[1]["actor_id"], rows[1]["amount"]) == ("'@once more", str(olga.id), "0.02")
    first = read(await olga.get("/operator/books/adjustments/entries.csv", until="2030-01-02"))
    assert first[-1]["balance_minor"] == rows[0]["balance_minor"]
    assert first[-1]["booked_at"] == rows[0]["booked_at"] == "2030-01-02T00:00:00.000Z"
    for house in ("nobody", "credit", "REVENUE"):
        assert refused(await olga.get(f"/operator/books/{house}/entries.csv")) == (404, "not-found")


async def test_a_long_statement_of_a_house(api: Api, ann: User, olga: User) -> None:
    """B12: in the order of booking, each once."""
    async with transaction(api.engine) as connection:
        for minute in range(3):
            ledger = await Ledger.open(connection, [ann.id], now=api.clock.now() + timedelta(minutes=minute))
            for _ in range(BATCH):
                ledger.top_up(ann.id, 1, payment_id=new_id())
            await ledger.save()
    _, *rows, closing = read(await olga.get("/operator/books/provider/entries.csv"))
    assert len({row["operation"] for row in rows}) == len(rows) == 3 * BATCH
    assert [row["booked_at"] for row in rows] == sorted(row["booked_at"] for row in rows)
    assert closing["balance_minor"] == str(-3 * BATCH)
