"""`talktime replay`, as it is typed, and what it prints."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from click.testing import CliRunner, Result

from shared.bus.rabbit import RabbitBus
from shared.ids import new_id
from shared.messages.events import Event, PaymentSettled, SweepDue
from shared.messages.registry import envelope_of
from talktime.command_line import talktime
from tests.harness.databases import Database
from tests.harness.ports import free_port

PAID_AT = datetime(2030, 1, 1, tzinfo=UTC)

Type = Callable[..., Result]


@pytest.fixture
def types(vhost_url: str, database: Database) -> Type:
    """Types the command."""

    def typed(*arguments: str, url: str = vhost_url) -> Result:
        env = {"TALKTIME_RABBITMQ_URL": url, "TALKTIME_DATABASE_URL": database.app_url}
        return CliRunner().invoke(talktime, ["replay", *arguments], env={**env, "TALKTIME_LOG_LEVEL": "ERROR"})

    return typed


@pytest.fixture
def account_id(database: Database) -> UUID:
    """Somebody with a wallet, and nothing in it."""
    account_id = new_id()

    async def make() -> None:
        connection = await asyncpg.connect(database.owner_url)
        await connection.execute(
            "INSERT INTO accounts (id, email, user_name, password_hash) VALUES ($1, 'a@example.org', 'ann', '-')",
            account_id,
        )
        await connection.execute("INSERT INTO wallets (account_id, price_minor) VALUES ($1, 10)", account_id)
        await connection.close()

    asyncio.run(make())
    return account_id


def paid(account_id: UUID, amount_minor: int) -> PaymentSettled:
    """Return the event of a payment."""
    payment_id = new_id()
    return PaymentSettled(
        event_id=new_id(),
        payment_id=payment_id,
        account_id=account_id,
        amount_minor=amount_minor,
        currency="EUR",
        provider="sandbox",
        provider_ref=str(payment_id),
        settled_at=PAID_AT,
    )


def log(url: str, *events: Event) -> None:
    """Publish events."""

    async def publish() -> None:
        bus = RabbitBus(url, publish_timeout_ms=10_000)
        await bus.start()
        await bus.publish([envelope_of(event) for event in events])
        await bus.close()

    asyncio.run(publish())


def balance(database: Database, account_id: UUID) -> int:
    """Return what the account has."""

    async def fetch() -> Any:
        connection = await asyncpg.connect(database.owner_url)
        try:
            return await connection.fetchval("SELECT balance_minor FROM wallets WHERE account_id = $1", account_id)
        finally:
            await connection.close()

    return int(asyncio.run(fetch()))


def test_the_closing_table_counts_by_type(
    types: Type, vhost_url: str, database: Database, account_id: UUID
) -> None:
    """C14: seen, already applied, newly applied, refused; and which, and why."""
    stranger = new_id()
    log(
        vhost_url,
        paid(account_id, 30),
        SweepDue(event_id=new_id(), call_id=new_id(), minutes_held=1),
        paid(stranger, 5),
        paid(account_id, 12),
    )
    done = types("--from-offset", "0")
    assert done.exit_code == 1
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[0] == ["TYPE", "SEEN", "ALREADY", "APPLIED", "NEWLY", "APPLIED", "REFUSED"]
    assert rows[1:4] == [
        ["payment.settled", "3", "0", "2", "1"],
        ["sweep.due", "1", "1", "0", "0"],
        ["all", "4", "1", "2", "1"],
    ]
    assert ["1", "unknown", "account"] in rows
    assert any(row[0] == "2" and row[-1] == str(stranger) for row in rows if row)
    assert done.stdout.endswith("1 wallet(s) changed.\n")
    assert balance(database, account_id) == 42


def test_a_dry_run_says_so_and_does_nothing(
    types: Type, vhost_url: str, database: Database, account_id: UUID
) -> None:
    log(vhost_url, paid(account_id, 30))
    dry = types("--from-offset", "0", "--dry-run")
    assert (dry.exit_code, dry.stdout.splitlines()[-1]) == (0, "Dry run: 1 wallet(s) would change; nothing did.")
    assert balance(database, account_id) == 0


def test_machines_read_it_as_json(types: Type, vhost_url: str, account_id: UUID) -> None:
    stranger = paid(new_id(), 5)
    log(vhost_url, paid(account_id, 30), stranger)
    done = types("--from-offset", "0", "--json")
    assert done.exit_code == 1
    counted = {"seen": 2, "already_applied": 0, "newly_applied": 1, "refused": 1}
    assert msgspec.json.decode(done.stdout) == {
        "dry_run": False,
        "types": {"payment.settled": counted},
        "total": counted,
        "reasons": {"unknown account": 1},
        "refused": [
            {
                "offset": 1,
                "type": "payment.settled",
                "message_id": str(stranger.event_id),
                "call_id": None,
                "reason": f"unknown account: {stranger.account_id}",
            }
        ],
        "wallets_changed": 1,
        "first_offset": 0,
        # Behind the two events, and the marks of having looked ahead and of having read.
        "next_offset": 4,
        "begins_cut_off": False,
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from-offset", "0"], "there is no stream billing.log on this broker"),
        ([], "say where to begin"),
        (["--since", "2030-01-01", "--from-offset", "0"], "say where to begin"),
        (["--since", "yesterday"], "is no moment such as"),
        (["--since", "2030-01-02", "--until", "2030-01-01"], "--until is before --since"),
    ],
)
def test_what_cannot_be_replayed_is_said_in_a_sentence(types: Type, arguments: list[str], said: str) -> None:
    done = types(*arguments)
    assert done.exit_code in {1, 2}
    assert said in done.output


def test_without_a_broker_there_is_nothing_to_replay(types: Type) -> None:
    """As with `talktime run`, whose bus is in its own process."""
    done = types("--from-offset", "0", url=f"amqp://127.0.0.1:{free_port()}/")
    assert done.exit_code == 1
    assert "cannot be reached" in done.output
    assert "(`talktime run` keeps no log: there is nothing to replay)" in done.output


@pytest.mark.parametrize(
    ("hours", "seen"), [({"since": -1}, 1), ({"since": 1}, 0), ({"since": -2, "until": -1}, 0)]
)
def test_only_the_time_that_is_asked_for_is_replayed(
    types: Type, vhost_url: str, account_id: UUID, hours: dict[str, int], seen: int
) -> None:
    """In any time zone."""
    log(vhost_url, paid(account_id, 30))
    now = datetime.now(UTC)
    span = [word for name, by in hours.items() for word in (f"--{name}", (now + timedelta(hours=by)).isoformat())]
    assert msgspec.json.decode(types(*span, "--json").stdout)["total"]["seen"] == seen


def test_a_type_with_brackets_is_printed_as_it_is(types: Type, vhost_url: str, account_id: UUID) -> None:
    """Nobody's message steers the terminal, or the table."""
    log(vhost_url, paid(account_id, 30))
    envelope = msgspec.structs.replace(
        envelope_of(paid(account_id, 1)), type="[bold]\x1b[31m", routing_key="x", body=b"{"
    )

    async def publish() -> None:
        bus = RabbitBus(vhost_url, publish_timeout_ms=10_000)
        await bus.start()
        await bus.publish([envelope])
        await bus.close()

    asyncio.run(publish())
    printed = types("--from-offset", "0").stdout
    assert "[bold]\\x1b[31m" in printed
    assert "\x1b" not in printed
