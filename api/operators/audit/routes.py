"""`/v1/operator/audit`."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from api.operators.audit.actions import Action
from api.operators.audit.reading import AuditTrail, Wanted
from api.operators.audit.schemas import AuditedAct
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page

FILTER_ITEMS_MAX = 20

# No filter takes null: where a parameter may be null, Litestar reads the text "null" as that.
ActorFilter = Annotated[
    tuple[UUID, ...], QueryParameter(max_items=FILTER_ITEMS_MAX, description="Only acts of these operators")
]
AccountFilter = Annotated[
    tuple[UUID, ...], QueryParameter(max_items=FILTER_ITEMS_MAX, description="Only acts on these accounts")
]
CallFilter = Annotated[
    tuple[UUID, ...], QueryParameter(max_items=FILTER_ITEMS_MAX, description="Only acts on these calls")
]
ActionFilter = Annotated[
    tuple[Action, ...], QueryParameter(max_items=len(Action), description="Only acts of these kinds")
]


class AuditRoutes(Controller):
    """What operators did; nobody can change it."""

    path = "/operator/audit"
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def list_acts(
        self,
        audit_trail: NamedDependency[SkipValidation[AuditTrail]],
        actor: ActorFilter = (),
        account: AccountFilter = (),
        call: CallFilter = (),
        action: ActionFilter = (),
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[AuditedAct]:
        """Return what operators did, newest first. What was only looked at is there once a session."""
        return await audit_trail.list(Wanted(actor, account, call, action), limit=limit, cursor=cursor)
