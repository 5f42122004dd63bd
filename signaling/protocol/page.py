"""Puts the page together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct
from msgspec import inspect as types

from shared.messages.base import Message
from shared.messages.from_client import FROM_CLIENT
from shared.messages.registry import SOCKET_MESSAGES, encode, type_of
from shared.messages.to_client import TO_CLIENT, CloseCode, ErrorCode
from shared.settings import Settings
from signaling.call.states import State
from signaling.protocol.examples import EXAMPLES
from signaling.protocol.prose import HEAD, LIMITS, STATES, STEPS
from signaling.protocol.words import describe, meaning_of, members_of, named_in

TIMES = (
    "hello_ms_max", "ping_ms", "silence_ms_max", "resume_ms_max", "authorize_ms_max", "ring_ms_max",
    "connect_ms_max", "minute_ms", "renew_lead_ms", "call_ms_max", "frame_bytes_max", "messages_per_second_max",
    "messages_burst_max", "socket_queue_max",
)  # fmt: skip
"""The settings that a device notices."""


def page() -> str:
    """Return docs/protocol.md."""
    return "\n".join(
        [
            HEAD,
            STATES + _rows(members_of(State)) + STEPS,
            "## From a device to the server\n",
            *map(_message, FROM_CLIENT),
            "## From the server to a device\n",
            "Fields that may be null are always there.\n",
            *map(_message, TO_CLIENT),
            "## Parts of messages\n",
            *map(_part, _parts()),
            "## Error codes\n\n| code | meaning |\n|---|---|\n" + _rows(members_of(ErrorCode)),
            "## Close codes\n\n| code | meaning |\n|---|---|\n" + _rows(members_of(CloseCode)),
            "1000 and 1007 come from the WebSocket itself (RFC 6455, section 7.4.1).\n",
            "## Times and limits\n\n| setting | default | meaning |\n|---|---|---|\n" + _settings(),
            LIMITS,
        ]
    )


def _message(message: type[Message]) -> str:
    example = next(example for example in EXAMPLES if type(example) is message)
    return "\n".join(
        [
            f"### {type_of(message)}\n",
            f"{meaning_of(message)}\n",
            _fields(message),
            f"```json\n{msgspec.json.format(_shown(example), indent=2).decode()}\n```\n",
        ]
    )


def _shown(example: Message) -> bytes:
    """Leave out what a device would leave out."""
    if type(example) not in FROM_CLIENT:
        return encode(example)
    given: dict[str, Any] = msgspec.json.decode(encode(example))
    return msgspec.json.encode({name: value for name, value in given.items() if value is not None})


def _part(part: type[Any]) -> str:
    title = f"### {part.__name__}\n\n{meaning_of(part)}\n"
    if issubclass(part, Struct):
        return f"{title}\n{_fields(part)}"
    return f"{title}\n| value | meaning |\n|---|---|\n{_rows(members_of(part))}"


def _parts() -> list[type[Any]]:
    """Return what the messages' fields consist of, in the order of their first use."""
    found: dict[type[Any], None] = {}
    waiting = list(_named_in_fields(SOCKET_MESSAGES))
    while waiting:
        part = waiting.pop(0)
        if part is not ErrorCode and part not in found:
            found[part] = None
            waiting.extend(_named_in_fields([part] if issubclass(part, Struct) else []))
    return list(found)


def _named_in_fields(structs: Iterable[type[Struct]]) -> Iterator[type[Any]]:
    for struct in structs:
        for field in _fields_of(struct):
            yield from named_in(field.type)


def _fields(struct: type[Struct]) -> str:
    fields = sorted(_fields_of(struct), key=lambda field: (field.name in {"seq", "ref"}, field.name == "ref"))
    if not fields:
        return "No fields.\n"
    left_out = "" if struct in TO_CLIENT else "; may be left out"  # what we send is complete
    rows = (f"| `{field.name}` | {describe(field.type)}{'' if field.required else left_out} |" for field in fields)
    return "| field | holds |\n|---|---|\n" + "\n".join(rows) + "\n"


def _fields_of(struct: type[Struct]) -> tuple[types.Field, ...]:
    described = types.type_info(struct)
    return described.fields if isinstance(described, types.StructType) else ()


def _settings() -> str:
    hints = get_type_hints(Settings, include_extras=True)
    fields = {field.name: field for field in msgspec.structs.fields(Settings)}
    rows = []
    for name in TIMES:
        described = [
            meta.description for meta in get_args(hints[name]) if isinstance(meta, Meta) and meta.description
        ]
        rows.append(f"| `{name}` | {fields[name].default} | {described[-1]} |")
    return "\n".join(rows) + "\n"


def _rows(members: Iterable[tuple[str, str]]) -> str:
    return "".join(f"| `{name}` | {meaning} |\n" for name, meaning in members)
