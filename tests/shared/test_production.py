"""What production refuses, and that it says what to do about it (A13)."""

import secrets
from typing import get_args

import pytest

from shared.production import EVERY, SECRET_CHARS_MIN, Program, weakness
from shared.settings import Settings
from shared.settings_loading import PREFIX, SettingsError, load_settings, must_be_set, with_changes

STRONG = "bd3f0a97c51e8642d7f9"
BASE = {"mode": "production", "payment_provider": "none"}


def load(**changes: str) -> Settings:
    return load_settings({PREFIX + name.upper(): value for name, value in {**BASE, **changes}.items()})


def refusal(**changes: str) -> str:
    """Return what is said, having seen that development takes it."""
    load(**changes, mode="development")
    with pytest.raises(SettingsError) as refused:
        load(**changes)
    return str(refused.value)


@pytest.mark.parametrize("name", ["turn_secrets", "sandbox_webhook_secrets", "stripe_webhook_secrets"])
@pytest.mark.parametrize(
    "secret",
    [
        "x",
        "short-but-random",
        "changeme-changeme-changeme",
        "this-is-a-secret-key-change-me",
        "talktime-turn-secret-password",
        "PASSWORDpasswordPassWord1",
        "0123456789abcdefghijklmnopqrstuvwxyz",
        "a" * 40,
        "abababababababababababab",
        "1" * 32,
    ],
)
def test_a_secret_that_can_be_guessed_is_refused(name: str, secret: str) -> None:
    """Short, well-known or repeated ones, also behind a good one."""
    secret = secret[: SECRET_CHARS_MIN - 1] if secret.startswith("short") else secret
    for given in (secret, f"{STRONG},{secret}"):
        said = refusal(**{name: given})
        assert f"{PREFIX}{name.upper()}: number {1 + given.count(',')}" in said
        assert "openssl rand" in said
        assert secret not in said or len(secret) == 1


@pytest.mark.parametrize("name", ["turn_secrets", "sandbox_webhook_secrets", "stripe_webhook_secrets"])
def test_a_random_secret_is_taken(name: str) -> None:
    for secret in (STRONG, secrets.token_urlsafe(32), secrets.token_hex(16), f"{STRONG},{secrets.token_hex(24)}"):
        assert getattr(load(**{name: secret}), name) == tuple(secret.split(","))


def test_randomness_is_hardly_ever_taken_for_weakness() -> None:
    """Words within a random secret do not count against it while enough is left."""
    assert [weakness(secrets.token_urlsafe(32)) for _ in range(2_000)] == [None] * 2_000
    assert weakness(f"{STRONG}-test-secret") is None


@pytest.mark.parametrize(
    "password",
    [
        "",
        "guest",
        "talktime",
        "postgres",
        "rabbitmq",
        "app",
        "password123",
        "db%2Dinternal%2Ddb%2Dinternal",
        "x" * 30,
    ],
)
@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("database_url", "postgresql://app:{}@db.internal/calls?sslmode=verify-full"),
        ("database_url", "postgresql+asyncpg://app@/calls?host=db.internal&password={}&ssl=verify-full"),
        ("database_owner_url", "postgresql://app:{}@db.internal:5432/calls?sslmode=verify-ca"),
        ("rabbitmq_url", "amqps://app:{}@db.internal/"),
    ],
)
def test_servers_need_a_password_that_cannot_be_guessed(name: str, url: str, password: str) -> None:
    """Not the name of the account, the host or the database either, however it is written."""
    said = refusal(**{name: url.format(password)})
    assert f"{PREFIX}{name.upper()}" in said
    assert "openssl rand" in said
    assert password not in said or password in {"", "app", "talktime"}
    load(**{name: url.format(STRONG)})


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("database_url", "postgresql://app:guest@127.0.0.1/calls"),
        ("database_url", "postgresql://postgres:postgres@localhost/calls"),
        ("rabbitmq_url", "amqp://guest:guest@localhost:5672/"),
        ("rabbitmq_url", "amqp://guest:guest@[::1]:5672/"),
    ],
)
def test_on_this_machine_a_well_known_password_is_refused_too(name: str, url: str) -> None:
    assert f"{PREFIX}{name.upper()}: its password" in refusal(**{name: url})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app@127.0.0.1/calls",
        "postgresql://app@/calls?host=/run/postgresql",
        "postgresql://app@localhost/calls",
        "postgresql://app@/calls?host=localhost:5432&host=127.0.0.1:5433",
        "postgresql://app@/calls",
        f"postgresql://app:{STRONG}@[::1]:5432/calls",
    ],
)
def test_on_this_machine_no_tls_is_needed_and_no_password_may_be(url: str) -> None:
    """PostgreSQL knows who asks by the socket (`peer`), or lets nobody in."""
    assert load(database_url=url).database_url == url


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("database_url", "postgresql://app:{}@db.internal/calls"),
        ("database_url", "postgresql://app:{}@db.internal/calls?sslmode=disable"),
        ("database_url", "postgresql://app:{}@db.internal/calls?sslmode=prefer"),
        ("database_url", "postgresql://app:{}@db.internal/calls?sslmode=require"),
        ("database_url", "postgresql://app:{}@10.0.0.7/calls?sslmode=disable&sslmode=allow"),
        ("database_owner_url", "postgresql://app:{}@db.internal/calls"),
        ("rabbitmq_url", "amqp://app:{}@mq.internal/"),
        ("rabbitmq_url", "amqps://app:{}@mq.internal/?no_verify_ssl=1"),
        ("rabbitmq_url", "amqp://app:{}@mq.internal/?host=localhost"),
        ("database_url", "postgresql://app:{}@db.internal/calls?host=localhost"),
        ("database_url", "postgresql://app:{}@/calls?host=db.internal:5432&host=localhost:5433"),
        ("database_url", "postgresql://app:{}@/calls?host=localhost,db.internal"),
    ],
)
def test_servers_elsewhere_need_tls_or_a_private_network(name: str, url: str) -> None:
    said = refusal(**{name: url.format(STRONG)})
    assert f"{PREFIX}{name.upper()} must use TLS" in said
    assert f"{PREFIX}PRIVATE_NETWORK" in said
    assert STRONG not in said
    assert load(**{name: url.format(STRONG)}, private_network="true").private_network


@pytest.mark.parametrize(
    ("name", "open_url", "secure"),
    [
        ("public_url", "http://talk.example", "https://talk.example"),
        ("signaling_url", "ws://talk.example/ws", "wss://talk.example/ws"),
        ("allowed_origins", "https://a.example,http://b.example", "https://a.example,https://b.example"),
    ],
)
def test_the_doors_need_tls(name: str, open_url: str, secure: str) -> None:
    assert f"{PREFIX}{name.upper()} must be" in refusal(**{name: open_url})
    load(**{name: secure})


@pytest.mark.parametrize("url", ["http://localhost", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_on_this_machine_the_doors_may_be_tried_without(url: str) -> None:
    """To browsers, too, this is a secure place."""
    assert load(public_url=url).public_url == url


@pytest.mark.parametrize(
    "url", ["talk.example", "//talk.example", "http:talk.example", "ftp://talk.example", "*", ""]
)
def test_what_is_no_address_of_a_page_is_refused_in_every_mode(url: str) -> None:
    """A13: nothing could tell of it whether it needs TLS."""
    with pytest.raises(SettingsError, match=f"{PREFIX}PUBLIC_URL"):
        load(public_url=url, mode="development")


def test_a_test_key_of_stripes_takes_no_money() -> None:
    """A13: in production it must be meant."""
    for kind in ("sk", "rk"):
        test_key, live_key = f"{kind}_test_{STRONG}", f"{kind}_live_{STRONG}"
        assert f"{PREFIX}STRIPE_API_KEY is a test key" in refusal(stripe_api_key=test_key)
        assert load(stripe_api_key=test_key, stripe_test_mode="true").stripe_api_key == test_key
        assert load(stripe_api_key=test_key, mode="development").stripe_api_key == test_key
        assert load(stripe_api_key=live_key).stripe_api_key == live_key


def test_all_faults_are_told_at_once() -> None:
    """A line each."""
    said = refusal(turn_secrets="x", public_url="http://talk.example", rabbitmq_url="amqps://app:guest@mq/")
    for name in ("TURN_SECRETS", "PUBLIC_URL", "RABBITMQ_URL"):
        assert sum(PREFIX + name in line for line in said.splitlines()) == 1
    assert len(said.splitlines()) == 3


BAD = {
    "payment_provider": "sandbox",
    "turn_secrets": "x",
    "ticket_secrets": "password" * 4,
    "sandbox_webhook_secrets": "x",
    "stripe_webhook_secrets": "x",
    "stripe_api_key": "x",
    "stripe_api_url": "http://proxy.example",
    "public_url": "http://talk.example",
    "signaling_url": "ws://talk.example",
    "allowed_origins": "http://talk.example",
    "database_url": "postgresql://app:app@db.internal/calls",
    "database_owner_url": "postgresql://owner:owner@db.internal/calls",
    "rabbitmq_url": "amqp://guest:guest@mq.internal",
    "failpoints": "settle.committed=kill",
    "clock_shift_file": "shift",
}
EVERYWHERE = {"failpoints", "clock_shift_file"}
USES: dict[Program, set[str]] = {
    "api": set(BAD) - {"rabbitmq_url", "database_owner_url", "ticket_secrets"} - EVERYWHERE,
    "signaling": {"public_url", "signaling_url", "allowed_origins", "rabbitmq_url", "ticket_secrets"},
    "worker": {"database_url", "rabbitmq_url"},
    "migrate": {"database_url", "database_owner_url"},
    "create-operator": {"database_url"},
    "replay": {"database_url", "rabbitmq_url"},
    "dead-letters": {"rabbitmq_url"},
    "audit": {"database_url"},
}


@pytest.mark.parametrize("program", get_args(Program))
def test_each_program_refuses_what_it_uses(program: Program) -> None:
    """And only that: nobody has to tell signaling who takes payments."""
    with pytest.raises(SettingsError) as refused:
        load_settings({PREFIX + name.upper(): value for name, value in {**BASE, **BAD}.items()}, program)
    named = {line.split()[0].rstrip(":").removeprefix(PREFIX).lower() for line in str(refused.value).splitlines()}
    assert named == USES[program] | EVERYWHERE


def test_nothing_is_looked_at_by_nobody() -> None:
    """Who loads settings for no program in particular is told of everything, and some program of each."""
    assert EVERYWHERE.union(*USES.values()) == set(BAD) == EVERY
    for name, value in BAD.items():
        assert PREFIX + name.upper() in refusal(**{name: value})


def test_what_changes_while_a_program_runs_is_looked_at_again() -> None:
    """And what the program does not use is not."""
    given = {
        "MODE": "production",
        "RABBITMQ_URL": f"amqps://app:{STRONG}@mq.example/",
        "TICKET_SECRETS": STRONG * 2,
    }
    signaling = load_settings({PREFIX + name: value for name, value in given.items()}, "signaling")
    assert with_changes(signaling, node="node-1").node == "node-1"
    for changes in ({"turn_secrets": ("x",)}, {"private_network": True}):
        with pytest.raises(SettingsError):
            with_changes(signaling, **changes)


@pytest.mark.parametrize("program", get_args(Program))
def test_a_program_is_told_every_server_that_it_lacks(program: Program) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({PREFIX + name.upper(): value for name, value in BASE.items()}, program)
    needed = ("database_url", "database_owner_url", "rabbitmq_url", "ticket_secrets")
    servers = {name for name in needed if name in USES[program]}
    assert set(str(refused.value).splitlines()) == {
        f"{PREFIX}{name.upper()} is not set: production has no default for it" for name in servers
    }


@pytest.mark.parametrize("name", ["database_url", "rabbitmq_url"])
def test_a_program_that_needs_a_server_does_not_run_on_the_default(name: str) -> None:
    """The broker's is guest's; a program that does not need it need not name it."""
    must_be_set(Settings(), name)
    production = load()
    with pytest.raises(SettingsError, match=f"{PREFIX}{name.upper()} is not set"):
        must_be_set(production, name)
    scheme = "amqps" if name == "rabbitmq_url" else "postgresql"
    must_be_set(with_changes(production, **{name: f"{scheme}://app:{STRONG}@127.0.0.1/"}), name)
