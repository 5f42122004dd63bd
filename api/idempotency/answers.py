"""Answers as they are stored and given again: the very bytes."""

from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.datastructures import ResponseHeader
from litestar.serialization import encode_json
from msgspec import Struct

from api.problems import MEDIA_TYPE, ApiError, ProblemType

REPLAYED = "Idempotent-Replayed"
REPLAYED_HEADER = ResponseHeader(
    name=REPLAYED,
    value="",
    description="`true` where the answer is that of an earlier request with the same key",
    documentation_only=True,
)
"""For the `response_headers` of routes that take keys."""
KEY_PROBLEMS = (
    ProblemType.MALFORMED_REQUEST,
    ProblemType.IDEMPOTENCY_KEY_IN_USE,
    ProblemType.INVALID_FIELDS,
    ProblemType.IDEMPOTENCY_KEY_REUSED,
)
"""For the `responses` of routes that take a key."""
REQUIRED_KEY_PROBLEMS = (*KEY_PROBLEMS, ProblemType.IDEMPOTENCY_KEY_REQUIRED)
"""For those that take nothing without one."""

FINAL_STATUS = 409
"""Of the refusals that are stored: what was asked for is in order, and the state of the money says no."""


@dataclass(frozen=True)
class Answer:
    """A status, a body, and where what was made can be read."""

    status: int
    body: bytes
    location: str | None = None

    @classmethod
    def of(cls, thing: Struct, *, status: int = 200, location: str | None = None) -> "Answer":
        """Return the answer with this body."""
        return cls(status, encode_json(thing), location)

    @classmethod
    def refusal(cls, error: ApiError) -> "Answer":
        """Return what a client is told of a refusal."""
        return cls(error.problem_type.status, encode_json(error.problem()))

    def response(self, *, replayed: bool = False) -> Response[Any]:
        """Return the answer as Litestar sends it."""
        headers = {REPLAYED: "true"} if replayed else {}
        if self.location is not None:
            headers["Location"] = self.location
        media_type = MEDIA_TYPE if self.status >= FINAL_STATUS else "application/json"
        return Response(self.body, status_code=self.status, headers=headers, media_type=media_type)


def is_final(error: ApiError) -> bool:
    """Tell whether a refusal is an answer for ever: whoever asks anew takes another key."""
    return error.problem_type.status == FINAL_STATUS
