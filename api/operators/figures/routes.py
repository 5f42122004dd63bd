"""`/v1/operator/figures`."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.operators.figures.schemas import Figures
from api.operators.figures.service import FigureBoard


class FigureRoutes(Controller):
    """The installation in numbers."""

    path = "/operator/figures"
    tags = ["Operators"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def figures(self, figure_board: NamedDependency[SkipValidation[FigureBoard]]) -> Figures:
        """Return how many accounts and live calls there are, what was talked and earned, and the money held."""
        return await figure_board.read()
