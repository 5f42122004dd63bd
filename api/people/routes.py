"""`/v1/people`."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation

from api.docs.responses import problems
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.people.presence import PresenceOf
from api.people.schemas import Person
from api.people.service import People
from api.problems import ProblemType
from api.security import Login
from api.throttling.throttle import Throttling
from shared.messages.base import PersonPresence

SearchText = Annotated[
    str,
    QueryParameter(
        min_length=1, max_length=64, pattern="^[^\\x00\ufffd]+\\Z", description="Part of a user name, or an id"
    ),
]


class PeopleRoutes(Controller):
    """Whom one can call."""

    path = "/people"
    tags = ["People"]  # noqa: RUF012 - Litestar's

    @get("/", responses=problems(ProblemType.TOO_MANY_REQUESTS))
    async def search(
        self,
        q: SearchText,
        login: NamedDependency[SkipValidation[Login]],
        people: NamedDependency[SkipValidation[People]],
        throttling: NamedDependency[SkipValidation[Throttling]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[Person]:
        """Find people by part of the user name or by id, in the order of the alphabet."""
        await throttling.take(throttling.limits.search(login.account_id))
        return await people.search(q, watcher_id=login.account_id, limit=limit, cursor=cursor)

    @get("/{id_or_name:str}", responses=problems(ProblemType.TOO_MANY_REQUESTS))
    async def look_up(
        self,
        id_or_name: FromPath[str],
        login: NamedDependency[SkipValidation[Login]],
        people: NamedDependency[SkipValidation[People]],
        throttling: NamedDependency[SkipValidation[Throttling]],
    ) -> Person:
        """Return one person by id or user name."""
        await throttling.take(throttling.limits.search(login.account_id))
        return await people.get(id_or_name, watcher_id=login.account_id)

    @get("/{account_id:uuid}/presence", responses=problems(ProblemType.TOO_MANY_REQUESTS))
    async def see_presence(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        presence_of: NamedDependency[SkipValidation[PresenceOf]],
        throttling: NamedDependency[SkipValidation[Throttling]],
    ) -> PersonPresence:
        """Return whether somebody can be called now. Who does not want one to know is `hidden`, as nobody is.

        To be told of every change there is `presence.watch` on the socket.
        """
        await throttling.take(throttling.limits.search(login.account_id))
        return await presence_of.person(account_id, watcher_id=login.account_id)
