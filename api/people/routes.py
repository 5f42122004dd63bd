"""`/v1/people`."""

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation

from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.people.schemas import Person
from api.people.service import People

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

    @get("/")
    async def search(
        self,
        q: SearchText,
        people: NamedDependency[SkipValidation[People]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[Person]:
        """Find people by part of the user name or by id, in the order of the alphabet."""
        return await people.search(q, limit=limit, cursor=cursor)

    @get("/{id_or_name:str}")
    async def look_up(self, id_or_name: FromPath[str], people: NamedDependency[SkipValidation[People]]) -> Person:
        """Return one person by id or user name."""
        return await people.get(id_or_name)
