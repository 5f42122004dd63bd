"""`/` and every address that the page shows a view of its own at."""

from collections.abc import Mapping
from dataclasses import dataclass
from os.path import splitext
from typing import Any

from litestar import Controller, HttpMethod, Request, Response, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Redirect

from api.assets import names, serve
from api.page.built_page import MEDIA_TYPES, BuiltPage
from api.problems import NotFoundError

HASHED = "/assets/"
"""Files here are named after what is in them."""
HASHED_SECONDS_MAX = 31_536_000

# First parts of addresses at which there is, or may be, something else than the page, whether it exists or not.
RESERVED = frozenset({"v1", "ws", "health", "metrics", "docs", "sandbox", "assets", ".well-known", "openapi.json"})

# First parts of addresses of views; what follows may end like a file's name: `/people/node.js`.
VIEWS = frozenset({"people", "history", "operators"})

_READ = [HttpMethod.GET, HttpMethod.HEAD]
_ALWAYS_ASK = {"Cache-Control": "no-cache"}
_KEEP = {"Cache-Control": f"public, max-age={HASHED_SECONDS_MAX}, immutable"}


@dataclass(frozen=True)
class Page:
    """The page, and the headers that it comes with."""

    built: BuiltPage
    headers: Mapping[str, str]


class PageRoutes(Controller):
    """For people; needs no login and no other host."""

    path = "/"
    include_in_schema = False

    @route("/", http_method=_READ)
    async def front(
        self, request: Request[Any, Any, Any], page: NamedDependency[SkipValidation[Page]]
    ) -> Response[Any]:
        """Return the page, or send whoever opens the printed address to what there is instead."""
        return Redirect("/docs", status_code=303) if page.built.index is None else _view(request, page)

    @route("/{path:path}", http_method=_READ)
    async def file_or_view(
        self, request: Request[Any, Any, Any], page: NamedDependency[SkipValidation[Page]]
    ) -> Response[Any]:
        """Return one of the page's files, or the page itself to a browser at an address within it."""
        address = request.scope["path"]
        if (found := page.built.files.get(address)) is not None:
            return serve(request, found, _KEEP if address.startswith(HASHED) else _ALWAYS_ASK)
        if _is_view(address) and names(request.headers.get("accept", ""), "text/html"):
            return _view(request, page)
        raise NotFoundError


def _is_view(address: str) -> bool:
    """Tell views from files that do not exist."""
    first = address.strip("/").split("/", 1)[0]
    return first in VIEWS or (first not in RESERVED and splitext(address)[1] not in MEDIA_TYPES)


def _view(request: Request[Any, Any, Any], page: Page) -> Response[Any]:
    if page.built.index is None:
        raise NotFoundError
    return serve(request, page.built.index, {**page.headers, **_ALWAYS_ASK, "Vary": "Accept"})
