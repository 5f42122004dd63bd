"""docs/money.md: its numbers are those of the product, and what it names is there."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.payments.facts import MoneyReturned, ProvenFact
from api.payments.sandbox import charge_of
from api.payments.settlement import Settlement
from billing_worker.audit.auditing import QUESTIONS
from shared.database import create_engine, reading
from shared.ids import new_id
from shared.messages.events import CallEnded
from shared.settings import Settings
from tests.api.office import adjust, hired, pay_out, refund
from tests.api.payers import ref_of, top_up
from tests.api.test_deletion import leave
from tests.api.world import Api, User, running_api
from tests.billing_worker.audit.firm import look, made
from tests.billing_worker.town import Resident, Town
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "money.md"
WALKED = {"entry.missing", "entry.altered", "entry.added", "entry.balance",
          "wallet.balance", "wallet.earned", "wallet.chain", "seal", "seal.chain"}  # fmt: skip
"""Checks that are no question to the database."""


@cache
def table(first_column: str) -> list[list[str]]:
    """Return the rows of the page's table that begins with this column."""
    found = re.findall(
        rf"^\| {first_column} \|.*\n\|[-:| ]+\|\n((?:\|.*\n)+)", PAGE.read_text("utf-8"), re.MULTILINE
    )
    (block,) = found
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]


@pytest.fixture
async def engine(database: Database) -> Any:
    engine = create_engine(database.app_url, connections_max=5)
    yield engine
    await engine.dispose()


@pytest.mark.parametrize("row", table("price"), ids=" ".join)
async def test_what_a_call_costs(engine: AsyncEngine, clock: ManualClock, row: list[str]) -> None:
    """C2: authorized, renewed and ended by the worker's own services."""
    price, free_ms, grace_ms, share_bp, held, talk_ms, minutes, charge, earned = map(int, row)
    settings = msgspec.structs.replace(Settings(), free_talk_ms=free_ms, talk_grace_ms=grace_ms)
    town = Town(engine, clock, settings=settings)
    caller, callee = await town.moves_in(1_000, price=price), await town.moves_in()
    await town.asks_price(callee, None, share_bp=share_bp)

    call = await town.calls(caller, callee, minutes=held)
    assert await town.hears(call.started(), call.ended(talk_ms)) == []

    record = await call.record()
    assert record.minutes_held == held
    assert (record.minutes, record.charge_minor, record.earned_minor) == (minutes, charge, earned)
    assert (await town.wallet(caller)).balance_minor == 1_000 - charge
    assert (await town.wallet(callee)).earned_minor == earned


@dataclass
class Month:
    """The page's month, happening."""

    api: Api
    town: Town
    people: dict[str, User]
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    ends: dict[str, CallEnded] = field(default_factory=dict)

    async def pays(self, who: str, amount: int) -> None:
        """Pay, at the sandbox."""
        self.payments[who] = await top_up(self.people[who], amount)

    async def talks(self, who: str, other: str, talk_ms: int) -> None:
        """Call and hang up."""
        parties = [Resident(self.people[name].id, name) for name in (who, other)]
        call = await self.town.calls(*parties, minutes=-(-talk_ms // 60_000))
        self.ends[f"{who} {other}"] = call.ended(talk_ms)
        assert await self.town.hears(call.started(), self.ends[f"{who} {other}"]) == []

    async def said_again(self, whose: str, talk_ms: int) -> None:
        """Let another word on the end of this call come."""
        await self.town.hears(msgspec.structs.replace(self.ends[whose], event_id=new_id(), talk_ms=talk_ms))

    async def gives_back(self, whose: str, amount: int) -> None:
        """Refund a part of this call, as an operator."""
        made(await refund(self.people["olga"], self.ends[whose].call_id, amount, new_id()))

    async def is_paid_out(self, who: str, amount: int) -> None:
        """Record a payout."""
        made(await pay_out(self.people["olga"], self.people[who], amount, new_id()))

    async def is_given(self, who: str, amount: int) -> None:
        """Adjust a balance."""
        made(await adjust(self.people["olga"], self.people[who], amount, new_id()))

    async def payment_back(self, who: str, amount: int) -> None:
        """Refund a part of a payment, as an operator."""
        path = f"/operator/payments/{self.payments[who]['id']}/refunds"
        made(await self.people["olga"].post(path, {"amount_minor": amount, "reason": "x"}, key=new_id()))

    async def bank(self, who: str, amount: int, status: Any) -> None:
        """Let a bank take money, or give it back."""
        fact = MoneyReturned(
            charge_ref=charge_of(ref_of(self.payments[who])),
            return_ref="dispute",
            refund_id=None,
            amount_minor=amount,
            currency="EUR",
            status=status,
            cause="dispute",
        )
        await Settlement(self.api.engine, self.api.clock).take("sandbox", ProvenFact(f"evt_{status}", fact))


STEPS: dict[str, Callable[[Month], Awaitable[object]]] = {
    "ann pays 1000": lambda month: month.pays("ann", 1_000),
    "eve pays 50": lambda month: month.pays("eve", 50),
    "ann talks 61 s with carl": lambda month: month.talks("ann", "carl", 61_000),
    "eve talks 61 s with carl": lambda month: month.talks("eve", "carl", 61_000),
    "ann talks 3 min with bob": lambda month: month.talks("ann", "bob", 180_000),
    "an operator gives ann 30 of it back": lambda month: month.gives_back("ann bob", 30),
    "bob is paid out 18": lambda month: month.is_paid_out("bob", 18),
    "an operator gives ann 30 more of it back": lambda month: month.gives_back("ann bob", 30),
    "a late end makes ann's call with carl one of 1 s": lambda month: month.said_again("ann carl", 1_000),
    "an operator gives ann 15": lambda month: month.is_given("ann", 15),
    "an operator takes 5 from ann": lambda month: month.is_given("ann", -5),
    "an operator gives ann 100 of her payment back": lambda month: month.payment_back("ann", 100),
    "eve's bank takes her 50 back": lambda month: month.bank("eve", 50, "succeeded"),
    "the bank gives them back after all": lambda month: month.bank("eve", 50, "failed"),
    "eve leaves what she has": lambda month: leave(month.people["eve"], forfeits_minor=30),
}


async def booked(engine: AsyncEngine, people: dict[UUID, str], seen: set[str]) -> str:
    """Return the legs of the one operation that was not seen yet, as the page writes them."""
    query = text(
        "SELECT operation, wallet_id, purse, house, amount_minor FROM ledger_entries ORDER BY operation, leg"
    )
    async with reading(engine) as connection:
        legs = [row for row in await connection.execute(query) if row.operation not in seen]
    (operation,) = {leg.operation for leg in legs}
    seen.add(operation)
    names = [leg.house or f"{people[leg.wallet_id]} {leg.purse}" for leg in legs]
    return ", ".join(f"{name} {leg.amount_minor:+}" for name, leg in zip(names, legs, strict=True))


async def test_a_month_of_bookings(database: Database, clock: ManualClock) -> None:
    """B2, B8, B11: each step by the product, its legs, and what every account has in the end."""
    async with running_api(database.app_url, clock) as api:
        people = {name: await api.register(name) for name in ("ann", "bob", "carl", "eve")}
        people["olga"] = await hired(api, "olga")
        month = Month(api, Town(api.engine, clock), people)
        await month.town.asks_price(Resident(people["bob"].id, "bob"), 30, share_bp=3_000)
        names, seen = {user.id: name for name, user in people.items()}, set[str]()
        for what, expected in table("what happens"):
            await STEPS[what](month)
            assert await booked(api.engine, names, seen) == expected, what
        report = await look(api.engine, clock)
    assert [each.line for each in report.found] == []
    has = {"balances": report.balances_minor, "earnings": report.earnings_minor, **report.houses}
    assert {name: int(amount) for name, amount in table("account")} == has


def test_every_check_is_on_the_page() -> None:
    """And none that there is not."""
    asked = {check for question in QUESTIONS for check in question.sentences}
    assert {name for row in table("check") for name in re.findall(r"`([^`]+)`", row[0])} == asked | WALKED


def test_settings_and_metrics_that_are_named_exist() -> None:
    """Renamed, they would be looked for in vain."""
    page = PAGE.read_text("utf-8")
    fields = {each.name.upper() for each in msgspec.structs.fields(Settings)}
    assert set(re.findall(r"`TALKTIME_([A-Z_]+)`", page)) <= fields
    source = (ROOT / "billing_worker" / "audit" / "measuring.py").read_text("utf-8")
    for name in set(re.findall(r"talktime_books_audit_(\w+)", page)):
        assert f'"{name}"' in source, name
