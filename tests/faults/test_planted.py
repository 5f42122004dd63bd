"""The checker can fail: for each thing that it looks for, books in which that is wrong."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.billing_worker.audit.firm import Names
from tests.faults.books import Books, CallRow, EntryRow, PaymentRow, WalletRow, read_books
from tests.faults.checking import Damage, Kind, at_any_moment, at_rest, promised, since
from tests.faults.promises import CallHeard, Promises
from tests.harness.databases import Database

FREE = (
    "ALTER TABLE ledger_entries DISABLE TRIGGER USER",
    *(
        f"ALTER TABLE calls DROP CONSTRAINT ck_calls_{rule}"
        for rule in ("charge_by_minutes", "charge_within_hold", "refunded_within_charge", "settled_completely")
    ),
    "ALTER TABLE wallets DROP CONSTRAINT ck_wallets_held_within_balance",
)
"""As whoever owns the tables: nothing keeps them from it."""
SQL: dict[str, tuple[Kind, str, Sequence[str]]] = {
    "a charge booked twice": (
        Kind.DOUBLE,
        "were paid",
        [
            "INSERT INTO ledger_entries SELECT (jsonb_populate_record(e, jsonb_build_object("
            "'operation', 'charge:{plain_call}:again', 'seq', e.seq + 1000))).* FROM ledger_entries e"
            " WHERE operation = 'charge:{plain_call}'"
        ],
    ),
    "a charge that is gone": (
        Kind.LOST,
        "were paid",
        ["DELETE FROM ledger_entries WHERE operation = 'charge:{plain_call}'"],
    ),
    "a charge too high": (
        Kind.DOUBLE,
        "was charged",
        ["UPDATE calls SET charge_minor = charge_minor + price_minor WHERE id = '{plain_call}'"],
    ),
    "a call that was free": (
        Kind.LOST,
        "was charged 0",
        ["UPDATE calls SET minutes = 0, charge_minor = 0 WHERE id = '{plain_call}'"],
    ),
    "money without an entry": (
        Kind.UNBALANCED,
        "its entries sum to",
        ["UPDATE wallets SET balance_minor = balance_minor + 1 WHERE account_id = '{ann}'"],
    ),
    "an entry without its other side": (
        Kind.UNBALANCED,
        "all entries sum to",
        ["DELETE FROM ledger_entries WHERE operation = 'charge:{plain_call}' AND house IS NOT NULL"],
    ),
    "a wallet below zero": (
        Kind.UNBALANCED,
        "holds",
        ["UPDATE wallets SET balance_minor = -1, held_minor = 0 WHERE account_id = '{ann}'"],
    ),
    "a hold for nothing": (
        Kind.HELD,
        "its calls hold",
        ["UPDATE wallets SET held_minor = held_minor + 10 WHERE account_id = '{eve}'"],
    ),
    "a hold without its money": (
        Kind.HELD,
        "its calls hold",
        ["UPDATE wallets SET held_minor = 0"],
    ),
    "a claim of a call that is over": (
        Kind.HELD,
        "is claimed by",
        ["UPDATE wallets SET in_call_id = '{plain_call}' WHERE account_id = '{eve}'"],
    ),
    "two calls at once": (
        Kind.DOUBLE,
        "calls at once",
        ["UPDATE calls SET settled_at = NULL, minutes_held = 0 WHERE id IN ('{plain_call}', '{shared_call}')"],
    ),
    "a payment credited twice": (
        Kind.DOUBLE,
        "were credited",
        [
            "UPDATE ledger_entries SET amount_minor = amount_minor * 2 WHERE operation = 'top_up:{payment}'",
            "UPDATE wallets SET balance_minor = balance_minor + 1000 WHERE account_id = '{ann}'",
        ],
    ),
    "a payment that was never credited": (
        Kind.LOST,
        "were credited",
        ["DELETE FROM ledger_entries WHERE operation = 'top_up:{payment}'"],
    ),
    "a credit without a payment": (
        Kind.DOUBLE,
        "were credited",
        ["UPDATE payments SET status = 'pending', settled_at = NULL WHERE id = '{payment}'"],
    ),
}


async def seen(books: Database, statements: Sequence[str] = ()) -> Books:
    """Do it, and look."""
    connection = await asyncpg.connect(books.owner_url)
    try:
        for statement in statements:
            await connection.execute(statement)
        return await read_books(connection)
    finally:
        await connection.close()


async def test_healthy_books_are_healthy(books: Database) -> None:
    found = await seen(books)
    assert len(found.entries) > 20
    assert list(at_any_moment(found)) == []
    assert list(since(found, found)) == []


@pytest.mark.parametrize("planted", SQL)
async def test_damage_in_the_database_is_found(books: Database, names: Names, planted: str) -> None:
    kind, said, statements = SQL[planted]
    found = await seen(books, [*FREE, *(statement.format_map(asdict(names)) for statement in statements)])
    assert [each for each in at_any_moment(found) if each.kind is kind and said in each.said]


async def test_what_goes_back_behind_a_commit_is_found(books: Database, names: Names) -> None:
    """As where a killed database comes back without its last transactions."""
    before = await seen(books)
    after = await seen(
        books,
        [
            *FREE,
            f"DELETE FROM ledger_entries WHERE operation = 'charge:{names.plain_call}'",
            f"UPDATE calls SET settled_at = NULL WHERE id = '{names.plain_call}'",
            f"DELETE FROM calls WHERE id = '{names.empty_call}'",
            f"UPDATE calls SET charge_minor = charge_minor + 1 WHERE id = '{names.shared_call}'",
            f"UPDATE payments SET status = 'pending', settled_at = NULL WHERE id = '{names.payment}'",
        ],
    )
    said = " ".join(each.said for each in since(before, after))
    for part in ("is gone", "not settled any more", f"payment {names.payment}", "and then"):
        assert part in said
    assert f"call {names.empty_call} is gone" in said


ANN, BOB = uuid4(), uuid4()
CALL = CallRow(uuid4(), ANN, BOB, 10, 2, 1_000, 0, 0, 1_500, 20, 0, "hung_up", True, 1)
PAYMENT = PaymentRow(uuid4(), ANN, 100, "settled")


def small_books(call: CallRow | None = CALL, payment: PaymentRow | None = PAYMENT) -> Books:
    """Return the books of one call and one payment."""
    return Books(
        {
            ANN: WalletRow(ANN, 80, 0, 0, None),
            BOB: WalletRow(BOB, 0, 0, 0, None),
        },
        [
            EntryRow(f"top_up:{PAYMENT.id}", ANN, "credit", 100),
            EntryRow(f"top_up:{PAYMENT.id}", None, None, -100),
            EntryRow(f"charge:{CALL.id}", ANN, "credit", -20),
            EntryRow(f"charge:{CALL.id}", None, None, 20),
        ],
        {call.id: call} if call else {},
        {payment.id: payment} if payment else {},
        outbox=0,
    )


def heard(**changes: object) -> Promises:
    """Return what Ann and Bob were told of it."""
    call = CallHeard(
        CALL.id,
        connected_said={"caller": 10_000, "callee": 10_000},
        last_word_ms={"caller": 11_500, "callee": 11_000},
        over={"caller": ("hung_up", 1_500), "callee": ("hung_up", 1_500)},
        charges=[(1_500, 20)],
    )
    for name, value in changes.items():
        setattr(call, name, value)
    return Promises({CALL.id: call}, {PAYMENT.id: 100}, {PAYMENT.id: 100}, {ANN, BOB})


def kinds(found: Sequence[Damage]) -> list[Kind]:
    """Return what sorts of damage it is."""
    return [each.kind for each in found]


def test_promises_that_were_kept() -> None:
    assert list(promised(small_books(), heard())) == []
    assert list(at_any_moment(small_books())) == list(at_rest(small_books())) == []


@pytest.mark.parametrize("payment", [None, PAYMENT._replace(status="pending"), PAYMENT._replace(amount_minor=99)])
def test_an_acknowledged_payment_that_is_lost(payment: PaymentRow | None) -> None:
    assert Kind.LOST in kinds(list(promised(small_books(payment=payment), heard())))


def test_a_payment_that_nobody_asked_for() -> None:
    promises = heard()
    promises.asked.clear()
    promises.payments.clear()
    assert kinds(list(promised(small_books(), promises))) == [Kind.INVENTED]


def test_a_call_that_is_gone() -> None:
    assert kinds(list(promised(small_books(call=None), heard()))) == [Kind.LOST]


def test_a_call_that_nobody_knows_of() -> None:
    promises = heard()
    promises.calls.clear()
    assert kinds(list(promised(small_books(), promises))) == [Kind.INVENTED]


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (Kind.LOST, {"charges": [(1_500, 10)]}),
        (Kind.LOST, {"charges": [(900, 20)]}),
        (Kind.INVENTED, {"over": {"caller": ("hung_up", 900)}}),
        (Kind.INVENTED, {"over": {"caller": ("hung_up", 1_600), "callee": ("lost", 1_600)}}),
        (Kind.INVENTED, {"last_word_ms": {"caller": 10_200, "callee": 11_000}}),
        (Kind.INVENTED, {"connected_said": {"caller": 10_000}}),
    ],
)
def test_a_call_that_was_not_as_people_heard(kind: Kind, changes: dict[str, object]) -> None:
    """Charged otherwise than told, longer than told, told two ends, longer than anybody was there."""
    assert kinds(list(promised(small_books(), heard(**changes)))) == [kind]


def test_a_call_that_was_taken_over_may_have_ended_twice_and_costs_the_shorter_one() -> None:
    over = {"caller": ("hung_up", 1_600), "callee": ("lost", 1_500)}
    assert list(promised(small_books(CALL._replace(owners=2)), heard(over=over))) == []
    over["callee"] = ("lost", 1_400)
    assert kinds(list(promised(small_books(CALL._replace(owners=2)), heard(over=over)))) == [Kind.INVENTED]


@pytest.mark.parametrize(
    "left",
    [
        small_books(CALL._replace(is_settled=False)),
        small_books()._replace(outbox=1),
        small_books()._replace(wallets={ANN: WalletRow(ANN, 80, 10, 0, None)}),
        small_books()._replace(wallets={ANN: WalletRow(ANN, 80, 0, 0, UUID(int=1))}),
    ],
)
def test_what_is_left_over_at_rest(left: Books) -> None:
    assert list(at_rest(left))
