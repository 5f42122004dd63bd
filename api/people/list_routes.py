"""`/v1/me/blocklist` and `/v1/me/contacts`."""

from uuid import UUID

from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from api.docs.responses import problems
from api.pages import FIRST_PAGE, PAGE_ITEMS_DEFAULT, Cursor, Limit, Page
from api.people.lists import PeopleList
from api.people.schemas import Person
from api.problems import ProblemType
from api.security import Login
from api.throttling.throttle import Throttling

ADDING = problems(ProblemType.NOT_FOUND, ProblemType.LIST_FULL, ProblemType.TOO_MANY_REQUESTS)


class BlocklistRoutes(Controller):
    """Whom one takes no calls from. They hear what they would hear if one were not there."""

    path = "/me/blocklist"
    tags = ["People"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def list_blocklist(
        self,
        login: NamedDependency[SkipValidation[Login]],
        blocklist: NamedDependency[SkipValidation[PeopleList]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[Person]:
        """Return the people on one's blocklist, in the order of the alphabet."""
        return await blocklist.page(login.account_id, limit=limit, cursor=cursor)

    @put("/{account_id:uuid}", status_code=204, responses=ADDING)
    async def put_on_blocklist(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        blocklist: NamedDependency[SkipValidation[PeopleList]],
        throttling: NamedDependency[SkipValidation[Throttling]],
    ) -> None:
        """Take no more calls from somebody, and make none to them. Calls that are going on go on."""
        await throttling.take(throttling.limits.search(login.account_id))
        await blocklist.put(login.account_id, account_id)

    @delete("/{account_id:uuid}", status_code=204)
    async def take_off_blocklist(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        blocklist: NamedDependency[SkipValidation[PeopleList]],
    ) -> None:
        """Take somebody off one's blocklist, whether they are on it or not."""
        await blocklist.remove(login.account_id, account_id)


class ContactRoutes(Controller):
    """Whom one takes calls from where `calls_from` is `contacts`; being on the blocklist counts more."""

    path = "/me/contacts"
    tags = ["People"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def list_contacts(
        self,
        login: NamedDependency[SkipValidation[Login]],
        contacts: NamedDependency[SkipValidation[PeopleList]],
        limit: Limit = PAGE_ITEMS_DEFAULT,
        cursor: Cursor = FIRST_PAGE,
    ) -> Page[Person]:
        """Return one's contacts, in the order of the alphabet."""
        return await contacts.page(login.account_id, limit=limit, cursor=cursor)

    @put("/{account_id:uuid}", status_code=204, responses=ADDING)
    async def put_in_contacts(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        contacts: NamedDependency[SkipValidation[PeopleList]],
        throttling: NamedDependency[SkipValidation[Throttling]],
    ) -> None:
        """Make somebody a contact."""
        await throttling.take(throttling.limits.search(login.account_id))
        await contacts.put(login.account_id, account_id)

    @delete("/{account_id:uuid}", status_code=204)
    async def take_out_of_contacts(
        self,
        account_id: FromPath[UUID],
        login: NamedDependency[SkipValidation[Login]],
        contacts: NamedDependency[SkipValidation[PeopleList]],
    ) -> None:
        """Have somebody as a contact no more, whether they were one or not."""
        await contacts.remove(login.account_id, account_id)
