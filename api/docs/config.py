"""What the OpenAPI document says about the API as a whole."""

from litestar import Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler

from api.problems import ProblemType

VERSION = "1"


class UnusedRouter(Router):
    """Litestar's own pages load their scripts from elsewhere and answer unknown paths as HTML: ours are served."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:  # noqa: ARG002 - Litestar's signature
        """Register nothing."""
        return []


def openapi_config() -> OpenAPIConfig:
    """Return how Litestar builds the document."""
    return OpenAPIConfig(
        title="Talktime",
        version=VERSION,
        description=_description(),
        components=Components(
            security_schemes={"bearer": _bearer("/v1/sessions"), "operator": _bearer("/v1/operator/sessions")}
        ),
        tags=[
            Tag(name)
            for name in ("Accounts", "Sessions", "Money", "People", "Calls", "Operators", "Providers", "Service")
        ],
        use_handler_docstrings=True,
        openapi_router=UnusedRouter(path="/docs", route_handlers=[]),
    )


def _bearer(path: str) -> SecurityScheme:
    return SecurityScheme(
        type="http", scheme="bearer", bearer_format="JWT", description=f"The `access_token` of `POST {path}`."
    )


def _description() -> str:
    rows = [f"| `{kind.uri}` | {kind.status} | {kind.title} |" for kind in ProblemType]
    return "\n".join(
        [
            "Video calls by the minute: accounts, prepaid wallets, payments and the history of calls.",
            "",
            "Amounts are whole numbers of minor units. Lists come in pages: pass `next_cursor` as `cursor`.",
            "Every failure is a problem (RFC 9457); its `type` is stable:",
            "",
            "| type | status | meaning |",
            "|---|---|---|",
            *rows,
        ]
    )
