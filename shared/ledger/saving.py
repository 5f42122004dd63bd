"""Wallets locked and written, entries booked: one statement each, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Update, Uuid, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.ledger.errors import LedgerConflictError
from shared.ledger.posting import Leg
from shared.ledger.wallet import CHANGED_COLUMNS, WALLET_COLUMNS, OpenWallet
from shared.models import METADATA, LedgerEntry, Wallet
from shared.unnest import arrays, insert_rows, unnested


async def lock_wallets(
    connection: AsyncConnection, account_ids: Collection[UUID]
) -> dict[UUID, Row[*tuple[Any, ...]]]:
    """Return the rows of these wallets, locked in the order of their ids: nobody ever deadlocks over them."""
    rows = await connection.execute(_LOCK, {"ids": sorted(set(account_ids))})
    return {row.account_id: row for row in rows}


async def save_wallets(
    connection: AsyncConnection, wallets: Sequence[OpenWallet], found: Mapping[UUID, Row[*tuple[Any, ...]]]
) -> None:
    """Write what differs from the rows that were found. Raises `LedgerConflictError`."""
    if not wallets:
        return
    columns = _changed_columns(wallets, found)
    saved = await connection.execute(_save(columns), arrays(wallets, [*_LOCKED, *columns]))
    if saved.rowcount != len(wallets):
        raise LedgerConflictError(f"{len(wallets) - saved.rowcount} wallets changed under their lock")


async def book(connection: AsyncConnection, legs: Sequence[Leg]) -> None:
    """Insert the legs. Raises `sqlalchemy.exc.IntegrityError` where an operation was booked before."""
    if legs:
        await connection.execute(_BOOK, arrays(legs, Leg._fields))


def _changed_columns(wallets: Sequence[OpenWallet], found: Mapping[UUID, Row[*tuple[Any, ...]]]) -> tuple[str, ...]:
    """Return what differs in any of them: most of a wallet never changes, and every column costs its part."""
    return tuple(
        name
        for name, place in _PLACES.items()
        if any(getattr(wallet, name) != found[wallet.account_id][place] for wallet in wallets)
    )


_COLUMNS = [column.key for column in WALLET_COLUMNS]
_PLACES = {column.key: _COLUMNS.index(column.key) for column in CHANGED_COLUMNS}
"""Where in a row each column is that a save may write."""
_LOCKED = ["account_id", "version"]
_TABLE = METADATA.tables[Wallet.__tablename__]

_LOCK = (
    select(*WALLET_COLUMNS)
    .where(Wallet.account_id == bindparam("ids", type_=ARRAY(Uuid)).any_())
    .order_by(Wallet.account_id)
    .with_for_update(key_share=True)
)

_BOOK = insert_rows(METADATA.tables[LedgerEntry.__tablename__], Leg._fields)


@cache
def _save(columns: tuple[str, ...]) -> Update:
    """Return the statement that writes these columns, and the next version. Few combinations ever occur."""
    new = unnested(_TABLE, [*_LOCKED, *columns])
    return (
        update(_TABLE)
        .where(_TABLE.c.account_id == new.c.account_id, _TABLE.c.version == new.c.version)
        .values({name: new.c[name] for name in columns} | {"version": _TABLE.c.version + 1})
    )
