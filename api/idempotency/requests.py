"""The header, and what a request is known by.

By the draft (section 2.1) the value is a String of Structured Fields (RFC 9651, section 3.3.3): in double quotes.
Most clients send it bare. Both are taken, and name the same key.
"""

import hashlib
import re
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from litestar import Request
from litestar.di import Provide
from litestar.params import HeaderParameter, SkipValidation

from api.problems import FieldError, InvalidFieldsError
from api.security import Login

HEADER = "Idempotency-Key"
KEY_CHARS_MAX = 255

_DESCRIPTION = (
    "A name of this request that the client makes up, best a random UUID, and sends again with every repetition: "
    "what it asks for is done once, and the answer is the first one's. It belongs to the account, the path and the "
    "exact bytes of the body."
)
_VALUE = HeaderParameter(
    name=HEADER, min_length=1, max_length=KEY_CHARS_MAX, pattern=r"^[!-~]+\Z", description=_DESCRIPTION
)
_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])+)"')
_ESCAPED = re.compile(r"\\(.)")


class KeyedRequest(NamedTuple):
    """A request with a key. Two of them are the same where all of this is.

    `route` is the method and the path with its ids, `body_hash` the SHA-256 of the body as it came.
    """

    account_id: UUID
    key: str
    route: str
    body_hash: bytes


async def required_key(
    request: Request[Login, Any, Any], idempotency_key: Annotated[str, _VALUE]
) -> SkipValidation[KeyedRequest]:
    """Return what the request is known by. Raises `InvalidFieldsError`; a missing key never comes here."""
    return await _keyed(request, idempotency_key)


async def optional_key(
    request: Request[Login, Any, Any], idempotency_key: Annotated[str, _VALUE] = "-"
) -> SkipValidation[KeyedRequest | None]:
    """Return what the request is known by, None where it has no key. Raises `InvalidFieldsError`."""
    return await _keyed(request, idempotency_key) if HEADER in request.headers else None


KEYS = {"keyed": Provide(required_key), "perhaps_keyed": Provide(optional_key)}
"""The dependencies by the names that routes ask for."""


async def _keyed(request: Request[Login, Any, Any], value: str) -> KeyedRequest:
    if len(request.headers.getall(HEADER)) > 1:
        raise InvalidFieldsError(FieldError(HEADER, "Given more than once"))
    route = f"{request.method} {request.url.path.rstrip('/')}"
    body_hash = hashlib.sha256(await request.body()).digest()
    return KeyedRequest(request.user.account_id, bare(value), route, body_hash)


def bare(value: str) -> str:
    """Return the key without the quotes and escapes of a String."""
    quoted = _QUOTED.fullmatch(value)
    return _ESCAPED.sub(r"\1", quoted[1]) if quoted else value
