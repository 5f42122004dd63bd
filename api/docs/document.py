"""The OpenAPI document: what Litestar makes of the routes, completed with what it does not know.

That unknown fields are refused, which failures every route of a kind may have and of which types they are, and what
people call an operation.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Litestar
from litestar.enums import ParamType
from litestar.openapi.spec import (
    Components,
    OpenAPI,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    Parameter,
    PathItem,
    Reference,
    Schema,
)
from litestar.routes import HTTPRoute

from api.problems import MEDIA_TYPE, ProblemType

_CLAUSE_END = re.compile(r"[.:;](?: |\Z)")
_PROBLEM = Reference(ref="#/components/schemas/Problem")
_ALWAYS = (ProblemType.INTERNAL_ERROR, ProblemType.UNAVAILABLE)
_OF_BODIES = (
    ProblemType.MALFORMED_REQUEST,
    ProblemType.BODY_TOO_LARGE,
    ProblemType.UNSUPPORTED_MEDIA_TYPE,
    ProblemType.INVALID_FIELDS,
)


def openapi_document(app: Litestar) -> bytes:
    """Return the document as JSON."""
    document = app.openapi_schema
    components = document.components or Components()
    _refuse_unknown_fields(components, set(_body_names(app)))
    _list_problem_types(components)
    components.responses = {kind.name: _response(kind) for kind in ProblemType}
    for path, operation in _operations(document):
        _summarize(operation)
        _name_items(operation)
        _leave_headers_out(operation)
        _add_failures(operation, has_path_parameter="{" in path)
    # JSON Schema's patterns are JavaScript's, which writes Python's `\Z` as `$`.
    return msgspec.json.encode(document.to_schema()).replace(rb'\\Z"', b'$"')


def _body_names(app: Litestar) -> Iterator[str]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.parsed_data_field is not None:
                    yield handler.parsed_data_field.annotation.__name__


def _refuse_unknown_fields(components: Components, names: set[str]) -> None:
    for name in names:
        components.schemas[name].additional_properties = False


def _list_problem_types(components: Components) -> None:
    """A client that tells problems apart learns of a new type from its compiler."""
    kind = (components.schemas["Problem"].properties or {})["type"]
    if isinstance(kind, Schema):
        kind.enum = [each.uri for each in ProblemType]


def _operations(document: OpenAPI) -> Iterator[tuple[str, Operation]]:
    for path, item in (document.paths or {}).items():
        for operation in _operations_of(item):
            yield path, operation


def _operations_of(item: PathItem) -> list[Operation]:
    every = (item.get, item.put, item.post, item.delete, item.patch)
    return [operation for operation in every if operation is not None]


def _summarize(operation: Operation) -> None:
    """Litestar's is the method's name; ours is how the docstring begins."""
    said = " ".join((operation.description or "").split())
    operation.summary = _CLAUSE_END.split(said, maxsplit=1)[0]


def _name_items(operation: Operation) -> None:
    """Of `tuple[X, ...]` Litestar makes a list of X or anything: the dots it takes for a type."""
    for parameter in operation.parameters or []:
        schema = parameter.schema if isinstance(parameter, Parameter) else None
        if isinstance(schema, Schema) and isinstance(schema.items, Schema) and schema.items.one_of:
            [schema.items] = [kind for kind in schema.items.one_of if kind != Schema()]


def _leave_headers_out(operation: Operation) -> None:
    """What Python needs as a default of a header is nothing that a client could send instead of it."""
    for parameter in operation.parameters or []:
        if not isinstance(parameter, Parameter) or parameter.param_in != ParamType.HEADER:
            continue
        if isinstance(parameter.schema, Schema):
            parameter.schema.default = None


def _add_failures(operation: Operation, *, has_path_parameter: bool) -> None:
    kinds = [*_ALWAYS]
    if operation.security:
        kinds.append(ProblemType.UNAUTHENTICATED)
    if operation.parameters:
        kinds.append(ProblemType.INVALID_FIELDS)
    if operation.request_body is not None:
        kinds += _OF_BODIES
    if has_path_parameter:
        kinds.append(ProblemType.NOT_FOUND)
    responses: dict[str, Any] = {
        status: response
        for status, response in (operation.responses or {}).items()
        if not _is_litestars_own_failure(response)
    }
    for kind in kinds:
        responses.setdefault(str(kind.status), Reference(ref=f"#/components/responses/{kind.name}"))
    operation.responses = dict(sorted(responses.items()))


def _is_litestars_own_failure(response: OpenAPIResponse | Reference) -> bool:
    """It documents a body for failed validation that is not ours."""
    return (
        isinstance(response, OpenAPIResponse)
        and any(isinstance(media.schema, Schema) and "status_code" in (media.schema.properties or {})
                for media in (response.content or {}).values())
    )  # fmt: skip


def _response(kind: ProblemType) -> OpenAPIResponse:
    return OpenAPIResponse(
        description=f"{kind.title} (`{kind.uri}`)", content={MEDIA_TYPE: OpenAPIMediaType(schema=_PROBLEM)}
    )
