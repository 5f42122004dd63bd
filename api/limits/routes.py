"""`/v1/me/limits`."""

from litestar import Controller, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation

from api.docs.responses import problems
from api.limits.schemas import LimitChanges, OwnLimits
from api.limits.service import SpendLimits
from api.problems import ProblemType
from api.security import Login


class LimitRoutes(Controller):
    """What one wants to spend at most."""

    path = "/me/limits"
    tags = ["Money"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def limits(
        self,
        login: NamedDependency[SkipValidation[Login]],
        own_limits: NamedDependency[SkipValidation[SpendLimits]],
    ) -> OwnLimits:
        """Return one's own limits; null where there is none."""
        return await own_limits.read(login)

    @patch("/", responses=problems(ProblemType.WRONG_PASSWORD, ProblemType.TOO_MANY_REQUESTS))
    async def change_limits(
        self,
        data: JSONBody[LimitChanges],
        login: NamedDependency[SkipValidation[Login]],
        own_limits: NamedDependency[SkipValidation[SpendLimits]],
    ) -> OwnLimits:
        """Change one's limits: what is given, and nothing else; null takes a limit away.

        Limits of money count from the next minute on, also of a call that goes on; the longest call from the next
        call on. To raise or take away a limit needs the password, to lower one does not.
        """
        return await own_limits.change(login, data)
