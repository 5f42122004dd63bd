"""`/v1/calls/quote`."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation
from sqlalchemy import ColumnElement

from api.docs.responses import problems
from api.problems import FieldError, InvalidFieldsError, ProblemType
from api.quotes.reading import has_id, has_name
from api.quotes.schemas import Quote
from api.quotes.service import Quotes
from api.security import Login
from api.throttling.throttle import Throttling

# No filter takes null: where a parameter may be null, Litestar reads the text "null" as that.
CalleeId = Annotated[
    str,
    QueryParameter(
        pattern="^([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})?\\Z",
        description="Whom one would call, by id; empty for nobody in particular",
    ),
]
CalleeName = Annotated[
    str,
    QueryParameter(
        pattern="^([A-Za-z0-9][A-Za-z0-9._-]{2,31})?\\Z",
        description="The same by user name; one of the two at most",
    ),
]


class QuoteRoutes(Controller):
    """Before one calls."""

    path = "/calls/quote"
    tags = ["Calls"]  # noqa: RUF012 - Litestar's

    @get("/", responses=problems(ProblemType.NOT_FOUND, ProblemType.TOO_MANY_REQUESTS))
    async def quote(
        self,
        login: NamedDependency[SkipValidation[Login]],
        quotes: NamedDependency[SkipValidation[Quotes]],
        throttling: NamedDependency[SkipValidation[Throttling]],
        callee_id: CalleeId = "",
        callee_user_name: CalleeName = "",
    ) -> Quote:
        """Return what a call would cost now, and how long one could talk: what billing would then allow.

        Without a callee, what a call of somebody costs who asks no price. Who cannot be found in the directory is
        not found here either; whether somebody who can is there, or takes one's calls, is not said.
        """
        if callee_id or callee_user_name:
            await throttling.take(throttling.limits.search(login.account_id))
        return await quotes.quote(login, _callee(callee_id, callee_user_name))


def _callee(account_id: str, user_name: str) -> ColumnElement[bool] | None:
    if account_id and user_name:
        raise InvalidFieldsError(FieldError("callee_user_name", "Name the callee by one of the two"))
    if account_id:
        return has_id(UUID(account_id))
    return has_name(user_name) if user_name else None
