"""`/v1/calls`."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation

from api.calls.schemas import CallView, Direction
from api.calls.service import Calls, Filter
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.security import Login
from shared.messages.base import EndReason

# No filter takes null: where a parameter may be null, Litestar reads the text "null" as that.
DirectionFilter = Annotated[Direction | Literal["any"], QueryParameter(description="Only calls in this direction")]
OutcomeFilter = Annotated[
    tuple[EndReason, ...],
    QueryParameter(max_items=len(EndReason), description="Only calls that ended for one of these reasons"),
]


class CallRoutes(Controller):
    """One's own calls."""

    path = "/calls"
    tags = ["Calls"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def list_own(
        self,
        login: NamedDependency[SkipValidation[Login]],
        calls: NamedDependency[SkipValidation[Calls]],
        direction: DirectionFilter = "any",
        outcome: OutcomeFilter = (),
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[CallView]:
        """Return the calls one made or got, newest first."""
        return await calls.list_own(login.account_id, Filter(direction, outcome), limit=limit, cursor=cursor)

    @get("/{call_id:uuid}")
    async def get_own(
        self,
        call_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        calls: NamedDependency[SkipValidation[Calls]],
    ) -> CallView:
        """Return one of these calls."""
        return await calls.get_own(login.account_id, call_id)
