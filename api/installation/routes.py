"""`/v1/installation`."""

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from api.installation.schemas import Installation

SECONDS_MAX = 60
"""How long a page may go on with what it was told."""


class InstallationRoutes(Controller):
    """For pages; needs no login."""

    path = "/installation"
    tags = ["Service"]  # noqa: RUF012 - Litestar's

    @get("/")
    async def installation(
        self, installation: NamedDependency[SkipValidation[Installation]]
    ) -> Response[Installation]:
        """Return currency, length of a minute, who takes payments, what relays, and where the sockets are."""
        return Response(installation, headers={"Cache-Control": f"public, max-age={SECONDS_MAX}"})
