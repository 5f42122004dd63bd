"""What schemathesis is told of rules that JSON Schema has no words for."""

import re
from itertools import count
from typing import Any

import schemathesis
from hypothesis import strategies as st

# Cursors are made by the server alone; the empty one is the first page's.
schemathesis.openapi.format("cursor", st.just(""))
# New ones must be hard to guess, which no schema can say.
schemathesis.openapi.format("password", st.uuids().map(str))


KEY = "Idempotency-Key"
GOOD_KEY = re.compile(r"[!-~]{1,255}")
numbers = count(1)


@schemathesis.hook
def map_headers(_: schemathesis.HookContext, headers: Any) -> Any:
    """Give each request with a good key a new one: what was said under another key is said again, not done (B4)."""
    if headers and GOOD_KEY.fullmatch(headers.get(KEY, "")):
        headers[KEY] = f"key-{next(numbers)}"
    return headers


@schemathesis.hook
def map_body(_: schemathesis.HookContext, body: Any) -> Any:
    """Write whole numbers without a fraction: to JSON Schema 1.0 is one too, to us it is not (B1)."""
    if not isinstance(body, dict):
        return body
    return {name: int(v) if isinstance(v, float) and v.is_integer() else v for name, v in body.items()}
