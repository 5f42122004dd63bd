"""`/v1/operator/calls`."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from sqlalchemy.ext.asyncio import AsyncConnection

from api.docs.responses import problems
from api.idempotency.answers import REPLAYED_HEADER, REQUIRED_KEY_PROBLEMS, Answer
from api.idempotency.once import Once
from api.idempotency.requests import KeyedRequest
from api.operators.calls.board import CallBoard
from api.operators.calls.ending import CallEndings
from api.operators.calls.refunding import CallRefunds
from api.operators.calls.refunds import RefundsOfCalls
from api.operators.calls.schemas import CallRecord, CallRefund, EndAsked, NewCallRefund
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

    @post(
        "/{call_id:uuid}/refunds",
        status_code=200,
        response_headers=[REPLAYED_HEADER],
        responses=problems(
            ProblemType.LOGIN_TOO_OLD,
            ProblemType.OWN_ACCOUNT,
            ProblemType.ACCOUNT_DELETED,
            ProblemType.CALL_NOT_SETTLED,
            ProblemType.REFUND_TOO_LARGE,
            *REQUIRED_KEY_PROBLEMS,
        ),
    )
    async def refund_call(
        self,
        call_id: FromPath[UUID],
        data: JSONBody[NewCallRefund],
        keyed: NamedDependency[SkipValidation[KeyedRequest]],
        login: NamedDependency[SkipValidation[Login]],
        call_refunds: NamedDependency[SkipValidation[CallRefunds]],
        once: NamedDependency[SkipValidation[Once]],
    ) -> Response[CallRefund]:
        """Give back of a call's charge, once for this key; the callee's share of it goes back too."""
        call_refunds.recent.demand(login)

        async def book(connection: AsyncConnection, _: UUID) -> Answer:
            return Answer.of(await call_refunds.refund(connection, login, call_id, data))

        return await once.book(keyed, book)

    @get("/{call_id:uuid}/refunds")
    async def list_call_refunds(
        self,
        call_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        refunds_of_calls: NamedDependency[SkipValidation[RefundsOfCalls]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[CallRefund]:
        """Return what went back of a call's charge, newest first."""
        return await refunds_of_calls.list(login, call_id, limit=limit, cursor=cursor)
