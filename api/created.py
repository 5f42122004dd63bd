"""What was made is answered with 201 and where it can be read (RFC 9110, section 10.2.2)."""

from typing import TypeVar

from litestar import Response
from litestar.datastructures import ResponseHeader

T = TypeVar("T")

LOCATION = [
    ResponseHeader(
        name="Location", value="", description="Where it can be read", required=True, documentation_only=True
    )
]
"""For the `response_headers` of routes that answer so."""


def created(thing: T, *, path: str) -> Response[T]:
    """Return the answer; `path` is where a GET finds the thing."""
    return Response(thing, status_code=201, headers={"Location": path})
