"""Learns secrets where they pass: at the tests' own clients, and in the settings of what they run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import msgspec
from websockets.asyncio.connection import Connection

from shared.bus.urls import broker_urls
from shared.settings import Settings
from shared.settings_loading import FILE_SUFFIX, PREFIX
from tests.harness.leaks.search import Watch

TOKEN_CHARS_MIN = 16
"""What tests give as tokens or secrets and is shorter is none, but words that may stand in any log."""
PASSWORD = re.compile(r"(?![a-z]+\Z).{10,}")
"""One word of small letters is in many logs; tests of weak passwords send such."""
DESCRIPTION_LINE = re.compile(r"[a-z]=[^\r\n]{10,}")
CANDIDATE = re.compile(r".*candidate:.{12,}| typ ")

_FIELD = re.compile(
    r'"(?P<name>access_token|refresh_token|resume_token|token|ticket|(?:\w+_)?password|credential|sdp|candidate|checkout_url)"'
    r'\s*:\s*(?P<value>"(?:[^"\\]|\\.)*")'
)
_SECRET_SETTINGS = {
    "token_signing_key": "the signing key",
    "turn_secrets": "a TURN secret",
    "ticket_secrets": "a secret of call tickets",
    "sandbox_webhook_secrets": "a webhook secret",
    "stripe_api_key": "a key of Stripe's API",
    "stripe_webhook_secrets": "a webhook secret",
}
_URLS = ("database_url", "database_owner_url", "rabbitmq_url")


def learn_from_json(watch: Watch, text: str) -> None:
    """Learn what a body or a frame carries, at any depth."""
    for found in _FIELD.finditer(text):
        with suppress(ValueError):
            for kind, secret in _secrets_of(found["name"], json.loads(found["value"])):
                watch.learn(kind, secret)


def _secrets_of(name: str, value: str) -> Iterator[tuple[str, str]]:
    match name:
        case "sdp":
            yield from (("a session description", line) for line in re.findall(DESCRIPTION_LINE, value))
        case "candidate" if CANDIDATE.match(value):
            yield "a candidate", value
        case "checkout_url" if len(reference := value.rpartition("/")[2]) >= TOKEN_CHARS_MIN:
            yield "the reference of a checkout", reference
        case "access_token" | "refresh_token" | "resume_token" | "token" | "ticket" if (
            len(value) >= TOKEN_CHARS_MIN
        ):
            yield f"a {name.replace('_', ' ')}", value
        case "credential" if len(value) >= TOKEN_CHARS_MIN:
            yield "a TURN credential", value
        case _ if name.endswith("password") and PASSWORD.match(value):
            yield "a password", value


def learn_from_environment(watch: Watch, environ: Mapping[str, str]) -> None:
    """Learn the secrets of a program's settings, those in files too."""
    for variable, text in environ.items():
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and variable.endswith(FILE_SUFFIX):
            with suppress(OSError):
                _learn_setting(
                    watch, name.removesuffix(FILE_SUFFIX.lower()), Path(text).read_text(encoding="utf-8")
                )
        elif variable.startswith(PREFIX):
            _learn_setting(watch, name, text)


def learn_from_settings(watch: Watch, settings: Settings) -> None:
    """The same where the program runs within the test."""
    for name, value in msgspec.structs.asdict(settings).items():
        _learn_setting(watch, name, ",".join(value) if isinstance(value, tuple) else str(value))


def _learn_setting(watch: Watch, name: str, text: str) -> None:
    if name in _URLS:
        for server in map(urlsplit, broker_urls(text)):
            if server.password and server.password != server.username:
                watch.learn("a server's password", unquote(server.password))
    elif kind := _SECRET_SETTINGS.get(name):
        parts = (part.strip() for part in re.split(r"[,\n]", text))
        for part in parts:
            if len(part) >= TOKEN_CHARS_MIN and not part.startswith("-----"):
                watch.learn(kind, part)


def listen_to_clients(watch: Watch) -> Callable[[], None]:
    """Learn from every request, answer and frame of httpx and websockets; returns what ends that."""
    http_send, http_send_sync = httpx.AsyncClient.send, httpx.Client.send
    send, receive = Connection.send, Connection.recv

    def learn(response: httpx.Response) -> None:
        with suppress(httpx.RequestNotRead, httpx.ResponseNotRead, httpx.StreamError):
            for part in (response.request, response):
                if "json" in part.headers.get("content-type", ""):
                    learn_from_json(watch, part.content.decode(errors="replace"))

    async def http_sending(self: httpx.AsyncClient, *given: Any, **named: Any) -> httpx.Response:
        response = await http_send(self, *given, **named)
        learn(response)
        return response

    def http_sending_sync(self: httpx.Client, *given: Any, **named: Any) -> httpx.Response:
        response = http_send_sync(self, *given, **named)
        learn(response)
        return response

    async def sending(self: Connection, message: Any, *given: Any, **named: Any) -> None:
        if isinstance(message, str):
            learn_from_json(watch, message)
        await send(self, message, *given, **named)

    async def receiving(self: Connection, *given: Any, **named: Any) -> Any:
        message = await receive(self, *given, **named)
        if isinstance(message, str):
            learn_from_json(watch, message)
        return message

    def replace(*, by: tuple[Any, Any, Any, Any]) -> None:
        httpx.AsyncClient.send, httpx.Client.send, Connection.send, Connection.recv = by  # type: ignore[method-assign]

    replace(by=(http_sending, http_sending_sync, sending, receiving))
    return lambda: replace(by=(http_send, http_send_sync, send, receive))
