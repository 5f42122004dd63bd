"""Headers of every answer, failures included: what browsers must not do, and which origins may read (CORS)."""

from collections.abc import Collection

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.routes import HTTPRoute
from litestar.types import Message, Scope

from shared.answer_headers import OWN_DEFAULTS, answer_headers

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}
_EXPOSED = "Location, Retry-After, WWW-Authenticate, Idempotent-Replayed, Content-Disposition"


class AnswerHeaders:
    """Adds the headers to the start of each answer; Litestar's own CORS answers some failures as plain text."""

    def __init__(self, *, public_url: str, allowed_origins: Collection[str]) -> None:
        self._always = answer_headers(public_url)
        self._origins = frozenset([public_url, *allowed_origins])

    async def __call__(self, message: Message, scope: Scope) -> None:
        """Litestar's `before_send` hook."""
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in self._always.items():
            headers[name] = value
        for name, value in OWN_DEFAULTS.items():
            headers.setdefault(name, value)
        is_options = scope.get("method") == "OPTIONS"
        if is_options and "allow" in headers:
            headers["Allow"] = _allowed(scope)
        headers.add("Vary", "Origin")
        self._share(Headers.from_scope(scope), headers, is_preflight=is_options)

    def _share(self, asked: Headers, headers: MutableScopeHeaders, *, is_preflight: bool) -> None:
        origin = asked.get("origin")
        if origin not in self._origins:
            return
        headers["Access-Control-Allow-Origin"] = str(origin)
        headers["Access-Control-Expose-Headers"] = _EXPOSED
        if is_preflight and "access-control-request-method" in asked:
            for name, value in _PREFLIGHT.items():
                headers[name] = value


def _allowed(scope: Scope) -> str:
    """Return all methods of the address; Litestar's answer knows those of one of its controllers only."""
    template = scope.get("path_template")
    routes = (route for route in scope["litestar_app"].routes if isinstance(route, HTTPRoute))
    return ", ".join(
        sorted({method for route in routes if route.path_format == template for method in route.methods})
    )
