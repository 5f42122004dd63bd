"""The messages as JSON schemas, for those who write clients in other languages."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.messages.from_client import FromClient
from shared.messages.to_client import CloseCode, ToClient
from signaling.protocol.words import members_of

OPENAPI = "3.1.0"
_REF = "#/components/schemas/{name}"


def schemas() -> dict[str, dict[str, Any]]:
    """Return one OpenAPI document a direction, whose only content are the schemas; tools for such are many.

    In `from-client` the schema `FromClient` is any message of a device, in `to-client` the schema `ToClient` any of
    the server's; `CloseCode` lists the codes a socket is closed with.
    """
    codes = {"enum": [int(value) for value, _ in members_of(CloseCode)]}
    return {
        "from-client": _document("FromClient", FromClient, {}),
        "to-client": _document("ToClient", ToClient, {"CloseCode": codes}),
    }


def _document(name: str, union: Any, more: dict[str, Any]) -> dict[str, Any]:
    (any_message,), parts = msgspec.json.schema_components([union], ref_template=_REF)
    return {
        "openapi": OPENAPI,
        "info": {"title": name, "version": "1"},
        "paths": {},
        "components": {"schemas": {name: any_message, **parts, **more}},
    }
