"""Failures of HTTP requests as problem documents (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from msgspec import Struct
from quart import Quart, Response
from quart.typing import ResponseTypes
from werkzeug.exceptions import HTTPException

from shared.answer_headers import OWN_DEFAULTS, answer_headers

RETRY_AFTER_SECONDS = 2


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong; `type` is stable, `detail` is for people."""

    type: str
    title: str
    status: int
    detail: str


def problem(status: int, name: str, detail: str) -> Response:
    """Return the response; where it is unavailable, one that says when to try again."""
    body = Problem(
        type=f"urn:talktime:problem:{name}", title=HTTPStatus(status).phrase, status=status, detail=detail
    )
    response = Response(msgspec.json.encode(body), status=status, content_type="application/problem+json")
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def answer_with_headers(app: Quart, public_url: str) -> None:
    """Give every answer of the app, refused sockets included, the headers that all our programs give."""
    always = answer_headers(public_url)

    async def add(response: Response) -> Response:
        response.headers.update(always)
        for name, value in OWN_DEFAULTS.items():
            response.headers.setdefault(name, value)
        return response

    async def add_to_refusal(response: ResponseTypes | None) -> ResponseTypes | None:
        return await add(response) if isinstance(response, Response) else response

    app.after_request(add)
    app.after_websocket(add_to_refusal)


def answer_with_problems(app: Quart) -> None:
    """Have every failure of the app answered with a problem, and nothing of its insides."""

    async def http_error(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        given = problem(status, status.phrase.lower().replace(" ", "-"), status.description or status.phrase)
        for header in ("Allow", "Retry-After"):
            if value := error.get_response().headers.get(header):
                given.headers[header] = value
        return given

    app.register_error_handler(HTTPException, http_error)
