"""User names and e-mail addresses belong to one account each, without regard to case."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.problems import ApiError, FieldError, ProblemType
from shared.models import Account


class AlreadyTakenError(ApiError):
    """Somebody else has the e-mail address or the user name; without regard to case."""

    problem_type = ProblemType.ALREADY_TAKEN

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(errors=[FieldError(field, "Already taken") for field in fields])


async def taken_fields(
    connection: AsyncConnection, *, email: str | None, user_name: str | None, besides: UUID
) -> list[str]:
    """Name those of the two, where given, that another account than `besides` has."""
    same_email = func.lower(Account.email) == func.lower(email)
    same_name = func.lower(Account.user_name) == func.lower(user_name)
    found = await connection.execute(
        select(
            func.coalesce(func.bool_or(same_email), False),
            func.coalesce(func.bool_or(same_name), False),
        ).where(or_(same_email, same_name), Account.id != besides)
    )
    email_taken, name_taken = found.one()
    return [name for name, taken in (("email", email_taken), ("user_name", name_taken)) if taken]
