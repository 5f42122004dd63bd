"""Kinds of fields that several requests have."""

import contextlib
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from msgspec import Meta

EMAIL_CHARS_MAX = 254
PASSWORD_CHARS_MIN = 10
PASSWORD_CHARS_MAX = 256

_HIDDEN = {"extra": {"format": "password"}}

Password = Annotated[str, Meta(min_length=1, max_length=PASSWORD_CHARS_MAX, extra_json_schema=_HIDDEN)]
"""One that is to be verified: it may be older than today's rules."""
NewPassword = Annotated[
    str, Meta(min_length=PASSWORD_CHARS_MIN, max_length=PASSWORD_CHARS_MAX, extra_json_schema=_HIDDEN)
]


class EmailAddress(str):
    """An address in its normal form; whether anybody reads it is not asked."""

    __slots__ = ()


def decode_field(kind: type[Any], value: Any) -> Any:
    """Return the value as this kind of field; msgspec's `dec_hook`. Raises `ValueError`."""
    if kind is not EmailAddress:
        raise NotImplementedError(f"no field is a {kind}")
    if not isinstance(value, str):
        raise ValueError("Expected `str`")  # noqa: TRY004 - msgspec takes no other for a refusal
    return EmailAddress(normal_email(value))


def normal_email(text: str) -> str:
    """Return the address in its normal form. Raises `ValueError`."""
    if len(text) > EMAIL_CHARS_MAX:
        raise ValueError(f"An e-mail address has at most {EMAIL_CHARS_MAX} characters")
    try:
        # `.test` (RFC 2606) is for trying out; without the flag it would be refused.
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error


def folded_login(login: str) -> str:
    """Return what all spellings of an e-mail address or user name that let the same account in have in common."""
    if "@" in login:
        with contextlib.suppress(ValueError):
            login = normal_email(login)
    return login.casefold()


class FieldSchemas(OpenAPISchemaPlugin):
    """Describes these kinds in the OpenAPI document."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        return value is EmailAddress

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:  # noqa: ARG002
        return Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.EMAIL, max_length=EMAIL_CHARS_MAX)
