"""`/v1/operator/books`."""

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, SkipValidation
from litestar.response import Stream

from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.books.schemas import Books
from api.operators.books.service import BooksBoard
from api.problems import NotFoundError
from api.security import Login
from api.statements.houses import HouseStatements
from api.statements.periods import BEGINNING, END, Period, Since, Until
from api.statements.table import MEDIA_TYPE, as_file
from shared.ledger import House

HouseName = Annotated[str, PathParameter(description=f"One of {', '.join(House)}")]


class BooksRoutes(Controller):
    """What an accountant asks for."""

    path = "/operator/books"
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def books(
        self,
        login: NamedDependency[SkipValidation[Login]],
        books_board: NamedDependency[SkipValidation[BooksBoard]],
        until: Until = END,
    ) -> Books:
        """Return what is in each house account and in all wallets, by what was booked before a day."""
        return await books_board.at(login, until)

    @get("/{house:str}/entries.csv", media_type=MEDIA_TYPE)
    async def house_entries_as_csv(
        self,
        house: HouseName,
        login: NamedDependency[SkipValidation[Login]],
        audit: NamedDependency[SkipValidation[AuditLog]],
        house_statements: NamedDependency[SkipValidation[HouseStatements]],
        since: Since = BEGINNING,
        until: Until = END,
    ) -> Stream:
        """Return a house account's statement as CSV: oldest first, from the opening balance to the closing one."""
        if house not in set(House):
            raise NotFoundError
        await audit.looked(Action.BOOKS_VIEWED, by=login)
        return as_file(house_statements.of(House(house), Period.of(since, until)), f"books-{house}")
