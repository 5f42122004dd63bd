"""Asking as anybody, at any route of the document, in a way that nothing but rights can refuse."""

import re
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.api.cast import Part, Person
from tests.api.office import REASON
from tests.api.world import PASSWORD, Api, new_key

PARTS = [
    Part("customer"),
    Part("blocked", blocked=True),
    Part("disabled", disabled=True),
    Part("operator", kind="operator", is_operator=True),
    Part("at home", is_operator=True),
    Part("bystander", paid=True),
]
QUERIES = {"/v1/people": "?q=a", "/v1/ice-servers": "?call_id={call_id}"}
"""What a route cannot do without."""
PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Route:
    """A route of the document."""

    method: str
    path: str
    body: str | None
    needs_login: bool


async def routes(api: Api) -> list[Route]:
    """Return every documented route."""
    document = (await api.http.get("/openapi.json")).json()
    return [
        Route(method.upper(), path, _body_of(described), bool(described.get("security")))
        for path, item in document["paths"].items()
        for method, described in item.items()
    ]


def _body_of(described: dict[str, Any]) -> str | None:
    content = described.get("requestBody", {}).get("content", {})
    reference: str = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return reference.rsplit("/", 1)[-1] or None


def good_body(schema: str, asker: Person | None) -> dict[str, Any]:
    """Return a body that is in order."""
    name = f"new.{secrets.token_hex(6)}"
    bodies: dict[str, dict[str, Any]] = {
        "NewAccount": {"email": f"{name}@example.com", "user_name": name, "password": PASSWORD},
        "NewSession": {"login": asker.user_name if asker else "nobody", "password": PASSWORD},
        "Refresh": {"refresh_token": asker.refresh_token if asker else "x" * 43},
        "NewPayment": {"amount_minor": 5},
        "ProfileChanges": {"relay_only": False},
        "PasswordChange": {"current_password": PASSWORD, "new_password": f"{PASSWORD} and more"},
        "Deletion": {"password": PASSWORD},
        "Reasoned": REASON,
        "LimitChanges": {"spend_call_minor_max": 500},
        "NewPrice": {"price_minor": 5, **REASON},
        "NewAskingPrice": {"price_minor": 5, "earning_share_bp": 5_000, **REASON},
        "NewDefaultPrice": {"price_minor": 5, **REASON},
        "NewPaymentRefund": {"amount_minor": 5, **REASON},
        "NewAdjustment": {"amount_minor": 5, **REASON},
        "NewPayout": {"amount_minor": 5, "reference": "SEPA 4711"},
        "NewCallRefund": {"amount_minor": 5, **REASON},
    }
    return bodies[schema]


def path_about(subject: Person, route: Route) -> str:
    """Return the route's path, with what is the subject's."""
    return PARAMETER.sub(lambda name: subject.things.get(name[1], str(subject.id)), route.path)


async def ask(api: Api, route: Route, asker: Person | None, *, things: dict[str, str]) -> httpx.Response:
    """Ask for these things; what is not among them does not exist."""
    template = route.path + QUERIES.get(route.path, "")
    path = PARAMETER.sub(lambda name: things.get(name[1]) or str(uuid4()), template)
    return await api.http.request(
        route.method,
        path,
        json=None if route.body is None else good_body(route.body, asker),
        headers={**(asker.headers if asker else {}), **new_key()},
    )
