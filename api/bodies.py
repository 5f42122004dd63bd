"""The door for JSON bodies: bytes become a struct, strictly, or a problem that names each bad field.

Litestar would answer 500 to invalid UTF-8 and deep nesting, take ``"1"`` for a number and the last of two values of
a field, and name one bad field only.
"""

import json
import re
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException
from msgspec import Struct

from api.fields import decode_field
from api.problems import FieldError, InvalidFieldsError, MalformedRequestError, UnsupportedMediaTypeError
from shared.json_keys import RepeatedKeyError, refuse_repeated_keys

T = TypeVar("T", bound=Struct)

DEPTH_MAX = 16
"""Objects and arrays inside one another; our bodies need one."""

PLAIN = "identity"
"""The one content coding that is taken: what is small once packed need not be."""

NAME_CHARS_MAX = 100
"""So much of an unknown field's name is told back."""
DIGITS_MAX = 30
"""No number that we take has so many."""
ERRORS_MAX = 50
"""So many bad fields are named."""

_SURROGATE = re.compile("[\ud800-\udfff]")
# It matches an unfinished string too: a pattern that could fail would try again at every quote inside.
_STRING = re.compile(rb'"(?:[^"\\]|\\.?)*(?:"|\Z)', re.DOTALL)
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class JsonRequest(Request[Any, Any, Any]):
    """A request whose JSON body is decoded into the struct that its handler asks for."""

    async def body(self) -> bytes:
        """Return the body. Raises `ApiError` where the client went away while sending it."""
        try:
            return await super().body()
        except InternalServerException as error:
            raise MalformedRequestError("The body ended early.") from error

    async def json(self) -> Any:
        """Return the struct. Raises `ApiError`."""
        if self.content_type[0] != "application/json" or self.headers.get("content-encoding", PLAIN) != PLAIN:
            raise UnsupportedMediaTypeError
        field = self.route_handler.parsed_data_field
        if field is None:
            return None
        return read_body(await self.body(), field.annotation)


def read_body(body: bytes, struct_type: type[T]) -> T:
    """Return the struct. Raises `InvalidFieldsError`, or `MalformedRequestError` for what is no JSON."""
    text = _checked_text(body)
    try:
        struct: T = _decoder(struct_type).decode(body)
        refuse_repeated_keys(text, _names(struct_type))
    except msgspec.DecodeError as error:
        raise _explained(body, struct_type) from error
    except RepeatedKeyError as error:
        raise MalformedRequestError("A field is given twice.") from error
    if _ESCAPED_NUL.search(body):
        raise _explained(body, struct_type)
    return struct


@lru_cache
def _names(struct_type: type[Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(struct_type))


@lru_cache
def _decoder(struct_type: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(struct_type, dec_hook=decode_field)


def _checked_text(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise MalformedRequestError("The body is not UTF-8.") from error
    if body.count(b"{") + body.count(b"[") > DEPTH_MAX and _depth(body) > DEPTH_MAX:
        raise MalformedRequestError(f"The body is nested deeper than {DEPTH_MAX} levels.")
    return text


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for byte in _STRING.sub(b"", body):
        if byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


def _explained(body: bytes, struct_type: type[Struct]) -> MalformedRequestError | InvalidFieldsError:
    """Look again, slowly, at a body that was refused, and name every field that is wrong."""
    try:
        # Unlike the strict decoder this one takes NaN, which lets us name the field that holds it.
        given = json.loads(body, parse_int=_beginning)
    except ValueError:
        return MalformedRequestError("The body is not JSON.")
    if not isinstance(given, dict):
        return InvalidFieldsError(FieldError("", "Expected `object`"))
    errors = _field_errors(given, struct_type)
    return InvalidFieldsError(*errors) if errors else MalformedRequestError("The body is not JSON.")


def _beginning(digits: str) -> int:
    """Return a number that is too large as another that is: Python reads none of more than 4300 digits."""
    return int(digits[:DIGITS_MAX])


def _printable(text: str) -> str:
    """Return the beginning of the text, fit for an answer: JSON can name what UTF-8 cannot."""
    return text[:NAME_CHARS_MAX].encode(errors="replace").decode()


def _field_errors(given: dict[str, Any], struct_type: type[Struct]) -> list[FieldError]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct_type)}
    errors = [FieldError(_printable(name), "Unknown field") for name in given if name not in fields]
    for name, field in fields.items():
        if name in given:
            errors += _errors_of(name, given[name], field.type)
        elif field.required:
            errors.append(FieldError(name, "Missing"))
    return errors[:ERRORS_MAX]


def _errors_of(name: str, value: Any, field_type: Any) -> list[FieldError]:
    if isinstance(value, str) and ("\0" in value or _SURROGATE.search(value)):
        return [FieldError(name, "Must not contain NUL or half a surrogate pair")]
    try:
        msgspec.convert(value, field_type, dec_hook=decode_field)
    except msgspec.ValidationError as error:
        return [FieldError(name, str(error).split(" - at ", maxsplit=1)[0])]
    return []
