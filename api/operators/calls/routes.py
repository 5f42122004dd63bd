"""`/v1/operator/calls`."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from api.docs.responses import problems
from api.operators.calls.board import CallBoard
from api.operators.calls.ending import CallEndings
from api.operators.calls.schemas import CallRecord, EndAsked
from api.operators.reasons import Reasoned
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.problems import ProblemType
from api.security import Login


class OperatorCallRoutes(Controller):
    """Everybody's calls."""

    path = "/operator/calls"
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @get("/live")
    async def live_calls(
        self,
        login: NamedDependency[SkipValidation[Login]],
        call_board: NamedDependency[SkipValidation[CallBoard]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[CallRecord]:
        """Return the calls that are going on, from the moment that they may ring, newest first."""
        return await call_board.live(login, limit=limit, cursor=cursor)

    @get("/{call_id:uuid}")
    async def view_call(
        self,
        call_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        call_board: NamedDependency[SkipValidation[CallBoard]],
    ) -> CallRecord:
        """Return one call, going on or over."""
        return await call_board.view(login, call_id)

    @post("/{call_id:uuid}/end", status_code=202, responses=problems(ProblemType.CALL_OVER))
    async def end_call(
        self,
        call_id: FromPath[UUID],
        data: JSONBody[Reasoned],
        login: NamedDependency[SkipValidation[Login]],
        call_endings: NamedDependency[SkipValidation[CallEndings]],
    ) -> EndAsked:
        """End a call: it costs what was talked until then. Done by the node that owns it, soon after the answer."""
        return await call_endings.ask(login, call_id, data.reason)
