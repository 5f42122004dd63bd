"""People by the thousand, numbered from 1, straight into the tables: registered, logged in, and with money."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.tokens import TokenSigner

PRICE_MINOR = 10
BALANCE_MINOR = 1_000_000_000
_ACCOUNTS = UUID("018f0000-0000-7000-8000-000000000000").int


def account_id(number: int) -> UUID:
    """Return the id of a person, which is the id of their one session too."""
    return UUID(int=_ACCOUNTS + number)


def access_token(number: int, signer: TokenSigner) -> str:
    """Return a token of that session."""
    token, _ = signer.issue(account_id=account_id(number), session_id=account_id(number))
    return token


async def make_people(database_url: str, count: int) -> None:
    """Make people 1 to `count`, each with enough money for any measurement; the books are right."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            for statement in _MAKE:
                await connection.execute(statement, *([count] if "$1" in statement else []))
        await tidy(connection)
    finally:
        await connection.close()


async def tidy(connection: asyncpg.Connection[asyncpg.Record], tables: Sequence[str] = ()) -> None:
    """Do now what the server would else do in the middle of a measurement."""
    await connection.execute(f"VACUUM ANALYZE {', '.join(tables)}")


async def audit(database_url: str) -> None:
    """Fail where a wallet is not the sum of its entries: figures of wrong books are worth nothing."""
    connection = await asyncpg.connect(database_url)
    try:
        assert await connection.fetchval(_WRONG_WALLETS) == 0
        assert await connection.fetchval("SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries") == 0
    finally:
        await connection.close()


_ID = "('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_MAKE = (
    f"""
    INSERT INTO accounts (id, email, user_name, password_hash)
    SELECT {_ID}, 'person-' || n || '@example.com', 'person-' || n, 'none' FROM generate_series(1, $1::int) n
    """,
    f"INSERT INTO sessions (id, account_id) SELECT {_ID}, {_ID} FROM generate_series(1, $1::int) n",
    f"""
    INSERT INTO wallets (account_id, balance_minor, price_minor, chain_seq, chain_hash)
    SELECT {_ID}, {BALANCE_MINOR}, {PRICE_MINOR}, 1, 'none' FROM generate_series(1, $1::int) n
    """,
    """
    INSERT INTO ledger_entries (operation, leg, wallet_id, purse, amount_minor, balance_after_minor, seq, hash,
                                occurred_at)
    SELECT 'top_up:' || account_id, 0, account_id, 'credit', balance_minor, balance_minor, 1, 'none', now()
      FROM wallets
    """,
    """
    INSERT INTO ledger_entries (operation, leg, house, amount_minor, occurred_at)
    SELECT 'top_up:' || account_id, 1, 'provider', -balance_minor, now() FROM wallets
    """,
)
_WRONG_WALLETS = """
    SELECT count(*) FROM wallets w
      LEFT JOIN (SELECT wallet_id, sum(amount_minor) AS sum FROM ledger_entries GROUP BY wallet_id) e
        ON e.wallet_id = w.account_id
     WHERE w.balance_minor <> coalesce(e.sum, 0)
"""
