"""Whom operators may act on: others, and those who are still there."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.problems import ApiError, NotFoundError, ProblemType
from api.security import Login
from shared.models import Account


class OwnAccountError(ApiError):
    """Operators block, price or pay nobody but others: what concerns one of them needs a second one."""

    problem_type = ProblemType.OWN_ACCOUNT


class AccountDeletedError(ApiError):
    """The person has left; there is nobody to act on."""

    problem_type = ProblemType.ACCOUNT_DELETED


class Subject(NamedTuple):
    """The account that is acted on, as it is until the transaction ends."""

    account_id: UUID
    disabled_at: datetime | None
    deleted_at: datetime | None


async def subject_of(
    connection: AsyncConnection, account_id: UUID, *, by: Login, also_deleted: bool = False
) -> Subject:
    """Return the account, locked: first of all, as whoever logs in or leaves locks it first of all.

    Raises `OwnAccountError`, `NotFoundError`, `AccountDeletedError`.
    """
    if account_id == by.account_id:
        raise OwnAccountError
    found = await connection.execute(
        select(Account.id, Account.disabled_at, Account.deleted_at)
        .where(Account.id == account_id)
        .with_for_update(key_share=True)
    )
    row = found.one_or_none()
    if row is None:
        raise NotFoundError
    if row.deleted_at is not None and not also_deleted:
        raise AccountDeletedError
    return Subject(*row)
