"""`/v1/people`."""

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation

from api.docs.responses import problems
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.people.schemas import Person
from api.people.service import People
from api.problems import ProblemType
from api.security import Login
from api.throttling.throttle import Throttling

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
        return await people.search(q, limit=limit, cursor=cursor)

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
        return await people.get(id_or_name)
