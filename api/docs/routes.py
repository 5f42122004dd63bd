"""`/openapi.json` and `/docs`."""

from functools import cached_property
from typing import Any

from litestar import Controller, Litestar, MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from api.assets import Asset, serve
from api.docs.assets import PAGE, load_assets
from api.docs.document import openapi_document
from api.problems import NotFoundError

ASSET_SECONDS_MAX = 86_400

# Swagger UI styles its widgets inline and draws its icons from data URLs.
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'"


class Docs:
    """What the routes serve, made at the first request for it."""

    def __init__(self) -> None:
        self._document: Asset | None = None

    @cached_property
    def assets(self) -> dict[str, Asset]:
        """The page's files."""
        return load_assets()

    def document(self, app: Litestar) -> Asset:
        """Return the OpenAPI document."""
        if self._document is None:
            self._document = Asset.of(openapi_document(app), "application/json")
        return self._document


class DocsRoutes(Controller):
    """For people and their tools; needs no login and no other host."""

    path = "/"
    include_in_schema = False

    @get("/openapi.json")
    async def document(
        self, request: Request[Any, Any, Any], docs: NamedDependency[SkipValidation[Docs]]
    ) -> Response[bytes | None]:
        """Return the OpenAPI document."""
        return serve(request, docs.document(request.app), _kept(0))

    @get("/docs", media_type=MediaType.HTML)
    async def page(self) -> Response[bytes]:
        """Show the document, with forms to try it and a button to authorize."""
        return Response(PAGE, media_type=MediaType.HTML, headers={"Content-Security-Policy": _POLICY})

    @get("/docs/{name:str}")
    async def asset(
        self, name: FromPath[str], request: Request[Any, Any, Any], docs: NamedDependency[SkipValidation[Docs]]
    ) -> Response[bytes | None]:
        """Return one of the page's files."""
        found = docs.assets.get(name)
        if found is None:
            raise NotFoundError
        return serve(request, found, _kept(ASSET_SECONDS_MAX))


def _kept(seconds_max: int) -> dict[str, str]:
    return {"Cache-Control": f"public, max-age={seconds_max}"}
