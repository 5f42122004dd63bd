"""A4: nobody sets what we answer: each field of each answer, sent as input to each route that takes a body."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.authorization.asking import Route, good_body, path_about, routes
from tests.api.cast import Part, Person, enter
from tests.api.snapshots import snapshot
from tests.api.world import Api, new_key, problem_of

VALUES: dict[str, Any] = {"boolean": True, "integer": 1, "string": "sent as input", "array": [], "object": {}}
"""One of each type."""


async def document_of(api: Api) -> dict[str, Any]:
    """Return the OpenAPI document."""
    document: dict[str, Any] = (await api.http.get("/openapi.json")).json()
    return document


def answered(document: dict[str, Any]) -> dict[str, Any]:
    """Return every field of every answer, failures included, with a value for it."""
    fields: dict[str, Any] = {}
    seen: set[str] = set()
    for item in document["paths"].values():
        for operation in item.values():
            for schema in _schemas(operation["responses"], document["components"], seen):
                for name, described in schema.get("properties", {}).items():
                    fields[name] = _value(described)
    return fields


def _schemas(node: Any, components: dict[str, Any], seen: set[str]) -> Iterator[dict[str, Any]]:
    """Yield every schema that can be reached from here."""
    if isinstance(node, list):
        for each in node:
            yield from _schemas(each, components, seen)
    elif isinstance(node, dict):
        if "properties" in node:
            yield node
        reference = node.get("$ref")
        if isinstance(reference, str) and reference not in seen:
            seen.add(reference)
            kind, name = reference.split("/")[-2:]
            yield from _schemas(components[kind][name], components, seen)
        for each in node.values():
            yield from _schemas(each, components, seen)


def _value(described: dict[str, Any]) -> Any:
    [first, *_] = described.get("oneOf", [described])
    kind = first.get("type", "object")
    return VALUES.get(next(each for each in kind if each != "null") if isinstance(kind, list) else kind)


async def test_no_field_of_an_answer_can_be_sent(api: Api, subtests: pytest.Subtests) -> None:
    """A4: refused by name, and nothing is changed."""
    document = await document_of(api)
    outputs, schemas = answered(document), document["components"]["schemas"]
    assert {"is_operator", "balance_minor", "price_minor", "blocked_by_operator", "status", "id"} <= set(outputs)
    assert len(outputs) > 70
    people = await enter(api, [Part("ann"), Part("olga", kind="operator", is_operator=True), Part("bob")])
    with_body = [route for route in await routes(api) if route.body is not None]
    assert len(with_body) >= 15
    before = await snapshot(api)
    for route in with_body:
        own = schemas[str(route.body)]["properties"]
        sender = people["olga" if route.path.startswith("/v1/operator") else "ann"]
        with subtests.test(route=f"{route.method} {route.path}"):
            for name, value in outputs.items():
                if name not in own:
                    await _is_refused(api, route, sender, people["bob"], name, value)
            assert await snapshot(api) == before


async def _is_refused(api: Api, route: Route, sender: Person, subject: Person, name: str, value: Any) -> None:
    path = path_about(subject, route)
    body = {**good_body(str(route.body), sender), name: value}
    headers = {**sender.headers, **new_key()}
    problem = problem_of(await api.http.request(route.method, path, json=body, headers=headers))
    assert (problem.status, problem.errors) == (422, [{"field": name, "message": "Unknown field"}]), name
