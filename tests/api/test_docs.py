"""The OpenAPI document and the page that shows it."""

import re
from typing import Any

import pytest

from api.problems import ProblemType
from tests.api.world import Api, User, problem_of


@pytest.fixture
async def document(api: Api) -> dict[str, Any]:
    """The document."""
    answer = await api.http.get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return every operation with its name."""
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def body_name(operation: dict[str, Any]) -> str | None:
    """Return the name of the schema that the operation takes, where it takes one."""
    content = operation.get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref")
    return None if reference is None else str(reference).rsplit("/", 1)[1]


async def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    """E2."""
    assert document["openapi"].startswith("3.1.")
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


async def test_requests_refuse_unknown_fields(document: dict[str, Any]) -> None:
    """E2: as they do; answers may grow."""
    bodies = {body_name(operation) for _, operation in operations(document)} - {None}
    assert {"NewAccount", "NewSession"} <= bodies
    for name, schema in document["components"]["schemas"].items():
        assert (schema.get("additionalProperties") is False) == (name in bodies), name


async def test_every_failure_is_documented_as_a_problem(document: dict[str, Any]) -> None:
    """E1, E2: in its media type, with the one schema."""
    responses = document["components"]["responses"]
    for name, operation in operations(document):
        assert {"500", "503"} <= set(operation["responses"]), name
        assert ("401" in operation["responses"]) >= bool(operation.get("security")), name
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                content = responses[response["$ref"].rsplit("/", 1)[1]] if "$ref" in response else response
                schema = content["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (name, status)


async def test_every_reference_leads_somewhere(api: Api, document: dict[str, Any]) -> None:
    """E2."""
    text = (await api.http.get("/openapi.json")).text
    references = set(re.findall(r'"#/components/(\w+)/([^"]+)"', text))
    assert references
    for kind, name in references:
        assert name in document["components"][kind], name


async def test_patterns_are_javascript(api: Api) -> None:
    """E2: JSON Schema knows no `\\Z`."""
    assert "\\Z" not in (await api.http.get("/openapi.json")).text


async def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    """E2: for people, in words and not as the name of a method; and names are unique, for generators."""
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))
    for name, operation in operations(document):
        assert operation["description"].startswith(operation["summary"]), name
        assert operation.get("tags"), name


async def test_problem_types_are_listed(document: dict[str, Any]) -> None:
    """E1."""
    for kind in ProblemType:
        assert kind.uri in document["info"]["description"]
    told_apart_by = document["components"]["schemas"]["Problem"]["properties"]["type"]
    assert told_apart_by == {"type": "string", "enum": [kind.uri for kind in ProblemType]}


async def test_the_page_needs_no_other_host(api: Api) -> None:
    """E2: everything it loads is ours, and the browser is told to load nothing else."""
    page = await api.http.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "//" not in page.text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 4
    for path in loaded:
        answer = await api.http.get(path)
        assert answer.status_code == 200, path
        assert "max-age" in answer.headers["cache-control"]
        again = await api.http.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == answer.headers["etag"]
    setup = (await api.http.get("/docs/setup.js")).text
    assert "validatorUrl: null" in setup  # Swagger UI would ask a service on the internet
    assert '"/openapi.json"' in setup


async def test_only_the_pages_own_files_are_served(api: Api) -> None:
    """The wheel has more, and so has the disk."""
    for name in ("swagger-editor.js", "index.css", "../core.py", "%2e%2e%2fcore.py", "%2Fetc%2Fpasswd"):
        assert problem_of(await api.http.get(f"/docs/{name}")).status == 404


async def test_answers_are_as_documented(api: Api, ann: User, document: dict[str, Any]) -> None:
    """E2: each property of each answer, none missing, none more."""
    for path in (
        "/v1/me",
        "/v1/sessions",
        "/v1/wallet",
        "/v1/payments",
        "/v1/people",
        "/v1/me/blocklist",
        "/v1/me/contacts",
        "/v1/calls",
        "/v1/installation",
        "/health/live",
        "/health/ready",
    ):
        schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        described = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        answer = (await api.http.get(path, params={"q": "ann"}, headers=ann.headers)).json()
        assert set(answer) == set(described["properties"])
