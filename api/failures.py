"""Whatever a request raises becomes a problem; nothing of the inside is told."""

import logging
import re
from typing import Any

from litestar import Request, Response
from litestar.enums import ParamType
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from api.idempotency.errors import KeyRequiredError
from api.idempotency.requests import HEADER
from api.problems import (
    MEDIA_TYPE,
    ApiError,
    FieldError,
    InvalidFieldsError,
    Problem,
    ProblemType,
    UnavailableError,
)
from shared.database import DatabaseUnavailableError

logger = logging.getLogger(__name__)

_BY_STATUS = {
    kind.status: kind
    for kind in (
        ProblemType.UNAUTHENTICATED,
        ProblemType.FORBIDDEN,
        ProblemType.NOT_FOUND,
        ProblemType.METHOD_NOT_ALLOWED,
        ProblemType.BODY_TOO_LARGE,
        ProblemType.UNSUPPORTED_MEDIA_TYPE,
        ProblemType.INVALID_FIELDS,
        ProblemType.TOO_MANY_REQUESTS,
        ProblemType.UNAVAILABLE,
    )
}
_MISSING = re.compile(r"Missing required \w+ parameter '([\w-]+)'")
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
"""Every 401 says what is wanted instead (RFC 9110, section 15.5.2)."""
_HEADERS_PASSED_ON = frozenset({"allow", "retry-after"})


def answer_api_error(request: Request[Any, Any, Any], error: ApiError) -> Response[Problem]:
    """Answer what a service refused."""
    return _response(request, error.problem(), error.headers)


def answer_outage(request: Request[Any, Any, Any], error: DatabaseUnavailableError) -> Response[Problem]:
    """Answer that the database is away."""
    logger.warning("%s: %s", _route(request), error)
    return answer_api_error(request, UnavailableError(database="down"))


def answer_validation(request: Request[Any, Any, Any], error: ValidationException) -> Response[Problem]:
    """Answer path and query parameters that are not what they must be."""
    given = error.extra if isinstance(error.extra, list) else []
    errors = [_field_error(_name_of(each), str(each.get("message", ""))) for each in given]
    if (missing := _MISSING.match(error.detail)) is not None:
        if missing[1] == HEADER:
            return answer_api_error(request, KeyRequiredError())
        errors.append(FieldError(missing[1], "Missing"))
    return answer_api_error(request, InvalidFieldsError(*errors))


def answer_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Answer what the framework refused: routing, methods, sizes."""
    if error.status_code >= ProblemType.INTERNAL_ERROR.status and error.status_code not in _BY_STATUS:
        return answer_anything(request, error)
    kind = _BY_STATUS.get(error.status_code, ProblemType.MALFORMED_REQUEST)
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() in _HEADERS_PASSED_ON}
    return _response(request, Problem(type=kind.uri, title=kind.title, status=kind.status), headers)


def answer_anything(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer what nobody foresaw, and leave the trace in the log."""
    logger.error("%s failed", _route(request), exc_info=error)
    kind = ProblemType.INTERNAL_ERROR
    return _response(request, Problem(type=kind.uri, title=kind.title, status=kind.status), {})


def _route(request: Request[Any, Any, Any]) -> str:
    """Name the route, not the path: that may hold a checkout's secret, or what a client likes to see in a log."""
    return f"{request.method} {request.scope.get('path_template', '(no route)')}"


def _log_refusal(request: Request[Any, Any, Any], problem: Problem) -> None:
    """Say who was refused what, and why: guessing, probing and forging are seen in the log."""
    who = getattr(request.scope.get("user"), "account_id", None) or "nobody known"
    address = request.client.host if request.client else "nowhere"
    logger.info("%s refused: %s, to %s from %s", _route(request), problem.type.rpartition(":")[2], who, address)


def _name_of(refused: dict[str, Any]) -> str:
    """Name headers as clients write them; Litestar does as we do in Python."""
    key = str(refused.get("key", ""))
    return key.replace("_", "-").title() if refused.get("source") == ParamType.HEADER else key


def _field_error(key: str, message: str) -> FieldError:
    """A body is checked at its own door, so that all that Litestar can miss about it is the whole of it."""
    return FieldError("", "Missing body") if key == "data" else FieldError(key, message)


def _response(request: Request[Any, Any, Any], problem: Problem, headers: dict[str, str]) -> Response[Problem]:
    if problem.status < ProblemType.INTERNAL_ERROR.status:
        _log_refusal(request, problem)
    if problem.status == ProblemType.UNAUTHENTICATED.status:
        headers = {**_CHALLENGE, **headers}
    return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


FAILURES: ExceptionHandlersMap = {
    ApiError: answer_api_error,
    DatabaseUnavailableError: answer_outage,
    ValidationException: answer_validation,
    HTTPException: answer_http_exception,
    Exception: answer_anything,
}
