"""Statements as files (B12)."""

import pytest

from api.statements.accounts import BATCH
from api.statements.table import cell
from shared.database import transaction
from shared.ids import new_id
from shared.ledger import Ledger
from shared.money import decimal_text
from tests.api.earners import paid_call
from tests.api.files import amounts, read
from tests.api.office import adjust
from tests.api.payers import top_up
from tests.api.world import Api, User, problem_of, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

DAY_MS = 24 * 3_600_000
COLUMNS = (
    "seq booked_at occurred_at kind operation call_id payment_id amount_minor balance_minor amount balance currency"
).split()


async def test_a_statement_as_a_file(api: Api, ann: User, bob: User, olga: User) -> None:
    """B12: oldest first, from nothing to the balance, in minor units and as people write them."""
    payment = await top_up(ann, 1_234)
    call_id = await paid_call(api, ann, bob, minutes=3, share_bp=5_000)
    await adjust(olga, ann, -5, "a-key")
    answer = await ann.get("/wallet/entries.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="statement.csv"'
    assert answer.text.split("\r\n")[0] == ",".join(COLUMNS)
    rows = read(answer)
    assert amounts(rows) == [
        ("opening_balance", "", "0"),
        ("top_up", "1234", "1234"),
        ("charge", "-30", "1204"),
        ("adjustment", "-5", "1199"),
        ("closing_balance", "", "1199"),
    ]
    assert rows[1] == {
        "seq": "1",
        "booked_at": "2030-01-01T12:00:00.000Z",
        "occurred_at": "2030-01-01T12:00:00.000Z",
        "kind": "top_up",
        "operation": f"top_up:{payment['id']}",
        "call_id": "",
        "payment_id": payment["id"],
        "amount_minor": "1234",
        "balance_minor": "1234",
        "amount": "12.34",
        "balance": "12.34",
        "currency": "EUR",
    }
    assert (rows[2]["call_id"], rows[2]["amount"], rows[2]["balance"]) == (str(call_id), "-0.30", "12.04")
    assert "a customer asked for it" not in answer.text
    assert str(olga.id) not in answer.text


async def test_a_period_is_whole_days_by_the_time_of_booking(api: Api, clock: ManualClock, ann: User) -> None:
    """B12: the first one is in it, the last one is not; what was before is the opening balance."""
    for amount_minor in (1, 20, 300, 4_000):
        await top_up(ann, amount_minor)
        clock.advance(DAY_MS)
        ann = await api.log_in("ann")
    rows = read(await ann.get("/wallet/entries.csv", since="2030-01-02", until="2030-01-04"))
    assert amounts(rows) == [
        ("opening_balance", "", "1"),
        ("top_up", "20", "21"),
        ("top_up", "300", "321"),
        ("closing_balance", "", "321"),
    ]
    assert [row["booked_at"] for row in rows] == [
        "2030-01-02T00:00:00.000Z",
        "2030-01-02T12:00:00.000Z",
        "2030-01-03T12:00:00.000Z",
        "2030-01-04T00:00:00.000Z",
    ]
    later = read(await ann.get("/wallet/entries.csv", since="2030-01-04"))
    assert [later[0]["balance_minor"], later[-1]["balance_minor"]] == ["321", "4321"]
    assert later[-1]["booked_at"] == "2030-01-05T12:00:00.000Z"
    turned = read(await ann.get("/wallet/entries.csv", since="2030-01-04", until="2030-01-02"))
    assert amounts(turned) == [("opening_balance", "", "321"), ("closing_balance", "", "321")]


@pytest.mark.parametrize("value", ["2030", "2030-13-01", "yesterday", "", "1", "2030-01-01T00:00:00Z"])
async def test_a_day_that_is_none(ann: User, value: str) -> None:
    """E4"""
    for field in ("since", "until"):
        problem = problem_of(await ann.get(f"/wallet/entries.csv?{field}={value}"))
        assert (problem.status, problem.fields) == (422, {field})


async def test_one_of_nothing(ann: User) -> None:
    """B12: says that there is nothing."""
    for path in ("/wallet/entries.csv", "/earnings/entries.csv"):
        assert amounts(read(await ann.get(path))) == [("opening_balance", "", "0"), ("closing_balance", "", "0")]


async def test_long_ones_come_whole(api: Api, ann: User, bob: User) -> None:
    """B12: in batches, each entry once, the balance running through; nobody else's among them."""
    count = 2 * BATCH + 1
    async with transaction(api.engine) as connection:
        ledger = await Ledger.open(connection, [ann.id, bob.id], now=api.clock.now())
        for number in range(count):
            ledger.top_up(ann.id, 1 + number % 3, payment_id=new_id())
            ledger.top_up(bob.id, 5, payment_id=new_id())
        await ledger.save()
    _, *rows, closing = read(await ann.get("/wallet/entries.csv"))
    assert [int(row["seq"]) for row in rows] == [*range(1, count + 1)]
    assert closing["balance_minor"] == rows[-1]["balance_minor"] == str((await ann.wallet()).balance_minor)
    booked = await api.rows(
        "SELECT balance_after_minor AS after FROM ledger_entries WHERE wallet_id = :id ORDER BY seq", id=ann.id
    )
    assert [int(row["balance_minor"]) for row in rows] == [row["after"] for row in booked]


async def test_currencies_have_their_own_decimals(database: Database, clock: ManualClock) -> None:
    """B1, B12"""
    texts = [decimal_text(-1_205, currency) for currency in ("JPY", "EUR", "KWD", "CLF")]
    assert texts == ["-1205", "-12.05", "-1.205", "-0.1205"]
    async with running_api(database.app_url, clock, currency="JPY") as api:
        ann = await api.register("ann")
        await top_up(ann, 500)
        row = read(await ann.get("/wallet/entries.csv"))[1]
        assert (row["amount_minor"], row["amount"], row["currency"]) == ("500", "500", "JPY")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"), ("\n=1", "'\n=1"), ("\uff1d1", "'\uff1d1"), ("a=1", "a=1"), (-5, "-5"), (None, ""),
        ("", ""),
    ],
)  # fmt: skip
def test_no_text_is_a_formula(value: object, shown: str) -> None:
    """Amounts are numbers and stay such."""
    assert cell(value) == shown
