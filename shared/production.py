"""What production refuses: secrets that can be guessed, and connections that can be overheard (A13).

Whatever is said of a fault names the setting and what to do, and never the value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from ipaddress import ip_address
from itertools import chain
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from shared.bus.urls import broker_urls
from shared.settings import Settings

Program = Literal["api", "signaling", "worker", "migrate", "create-operator", "replay", "dead-letters", "audit"]

FOR_TESTS = frozenset({"failpoints", "clock_shift_file"})
"""What makes any program fail on purpose."""

USED: dict[Program, frozenset[str]] = {
    "api": frozenset({
        "payment_provider", "turn_secrets", "sandbox_webhook_secrets", "stripe_api_key", "stripe_webhook_secrets",
        "stripe_api_url", "public_url", "signaling_url", "allowed_origins", "database_url",
    }),
    "signaling": frozenset({"public_url", "signaling_url", "allowed_origins", "rabbitmq_url", "ticket_secrets"}),
    "worker": frozenset({"database_url", "rabbitmq_url"}),
    "migrate": frozenset({"database_url", "database_owner_url"}),
    "create-operator": frozenset({"database_url"}),
    "replay": frozenset({"database_url", "rabbitmq_url"}),
    "dead-letters": frozenset({"rabbitmq_url"}),
    "audit": frozenset({"database_url"}),
}  # fmt: skip
"""Of the settings that production looks at, those that each program uses."""
EVERY = FOR_TESTS.union(*USED.values())
"""What production looks at; together the programs use all of it, what is for tests aside."""

SECRET_CHARS_MIN = 16
"""Besides well-known words; twice as many hexadecimal digits are what `openssl rand -hex 16` makes."""
DISTINCT_CHARS_MIN = 8
WELL_KNOWN = (
    "abcdefghijklmnopqrstuvwxyz", "0123456789", "1234567890", "administrator", "qwertyuiop", "insecure", "password",
    "passw0rd", "postgres", "rabbitmq", "talktime", "changeme", "change-me", "change_me", "replaceme", "replace-me",
    "default", "example", "letmein", "sandbox", "webhook", "qwerty", "secret", "s3cret", "123456", "please",
    "admin", "guest", "owner", "coturn", "change", "dummy", "token", "turn", "root", "test", "user", "demo", "your",
    "this", "key",
)  # fmt: skip
"""Words that defaults, examples and guesses are made of; longer ones first."""

_TLS_MODES = frozenset({"verify-ca", "verify-full"})
"""Of libpq's `sslmode` those that make sure of the server; `require` encrypts for whoever is there."""
_PORT = re.compile(r"(?<=[^:]):[0-9]*\Z")
_ADVICE = "make one with `openssl rand -hex 24`"


def weakness(secret: str, *, also: Iterable[str] = ()) -> str | None:
    """Return what makes this secret a weak one, where something does; `also` are words known beside it."""
    rest = secret.casefold()
    for word in (*WELL_KNOWN, *(word.casefold() for word in also if len(word) > 1)):
        rest = rest.replace(word, "")
    if len(secret) < SECRET_CHARS_MIN:
        return f"is shorter than {SECRET_CHARS_MIN} characters"
    if len(rest) < SECRET_CHARS_MIN:
        return "is made of well-known words"
    return "repeats few characters" if len(set(rest)) < DISTINCT_CHARS_MIN else None


def faults(settings: Settings, names: Collection[str] = EVERY) -> Iterator[str]:
    """Yield what production does not take of the settings with these names, each fault in a sentence.

    Addresses of servers that are not set are no fault here: see `missing`.
    """
    defaults = Settings()
    for name in (each for each in Settings.__struct_fields__ if each in names):
        value = getattr(settings, name)
        match name:
            case "failpoints" | "clock_shift_file" if value:
                yield f"`{name}` is for tests of faults and must not be set in production"
            case "payment_provider" if value == "sandbox":
                yield "`payment_provider` must not be `sandbox` in production"
            case "turn_secrets" | "sandbox_webhook_secrets" | "stripe_webhook_secrets" | "ticket_secrets":
                yield from _guessable(name, value)
            case "stripe_api_key" if value:
                yield from _stripe_key(settings)
            case "public_url" | "signaling_url" | "stripe_api_url":
                yield from _in_the_open(name, [value])
            case "allowed_origins":
                yield from _in_the_open(name, value)
            case "rabbitmq_url" if value != defaults.rabbitmq_url:
                said = (_of_a_server(name, url, private=settings.private_network) for url in broker_urls(value))
                # The nodes of a cluster mostly have the same faults.
                yield from dict.fromkeys(chain.from_iterable(said))
            case "database_url" | "database_owner_url" if value != getattr(defaults, name):
                yield from _of_a_server(name, value, private=settings.private_network)


def missing(settings: Settings, program: Program) -> Iterator[str]:
    """Yield the addresses of servers, and the secrets, that the program uses and production has no default for."""
    defaults = Settings()
    for name in ("database_url", "database_owner_url", "rabbitmq_url", "ticket_secrets"):
        if name in USED[program] and getattr(settings, name) == getattr(defaults, name):
            yield f"`{name}` is not set: production has no default for it"


def _guessable(name: str, secrets: Iterable[str]) -> Iterator[str]:
    for place, secret in enumerate(secrets, start=1):
        if said := weakness(secret):
            yield f"`{name}`: number {place} {said}; production needs another: {_ADVICE}"


def is_stripe_test_key(api_key: str) -> bool:
    """Tell whether nothing that is done with this key moves money."""
    return "_test_" in api_key


def _stripe_key(settings: Settings) -> Iterator[str]:
    if said := weakness(settings.stripe_api_key):
        yield f"`stripe_api_key` {said}: it is none of Stripe's"
    elif is_stripe_test_key(settings.stripe_api_key) and not settings.stripe_test_mode:
        yield "`stripe_api_key` is a test key, with which nobody pays: set `stripe_test_mode` if that is meant"


def _in_the_open(name: str, urls: Iterable[str]) -> Iterator[str]:
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme in {"http", "ws"} and not _is_here(parts.hostname or ""):
            yield f"`{name}` must be {parts.scheme}s:// in production, but for this very machine"


def _of_a_server(name: str, url: str, *, private: bool) -> Iterator[str]:
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    # PostgreSQL's options may name several hosts, and the password; RabbitMQ's name neither.
    is_broker = parts.scheme in {"amqp", "amqps"}
    hosts = [parts.hostname or ""] if is_broker else _hosts(parts, options)
    is_here = all(_is_here(host) for host in hosts)
    password = unquote(parts.password or ("" if is_broker else options.get("password", [""])[-1]))
    if password:
        words = re.split(r"[^A-Za-z0-9]+", " ".join([parts.username or "", *hosts, parts.path]))
        if said := weakness(password, also=words):
            yield f"`{name}`: its password {said}; production needs another: {_ADVICE}"
    elif not is_here:
        yield f"`{name}` has no password; production needs one: {_ADVICE}"
    if not (private or is_here or _is_secure(parts, options)):
        how = "amqps://" if name == "rabbitmq_url" else "?sslmode=verify-full"
        yield f"`{name}` must use TLS in production ({how}), or `private_network` say that nobody else can listen"


def _hosts(parts: SplitResult, options: dict[str, list[str]]) -> list[str]:
    """Return where it may be, without ports; nothing where that is a Unix socket of the usual place."""
    named = [
        *(parts.hostname or "").split(","),
        *(host for text in options.get("host", []) for host in text.split(",")),
    ]
    return [_PORT.sub("", host) for host in named if host]


def _is_secure(parts: SplitResult, options: dict[str, list[str]]) -> bool:
    if parts.scheme == "amqps":
        return options.get("no_verify_ssl", ["0"])[-1] in {"0", ""}
    return (options.get("sslmode") or options.get("ssl") or [""])[-1] in _TLS_MODES


def _is_here(host: str) -> bool:
    """Whether it is this very machine; no host, or a folder for one, is a Unix socket."""
    if not host or host.startswith("/") or host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
