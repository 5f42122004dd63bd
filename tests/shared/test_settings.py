"""Settings come from the environment, whole and valid, or not at all."""

from pathlib import Path
from typing import get_type_hints

import msgspec
import pytest

from shared.settings import Settings
from shared.settings_loading import SettingsError, load_settings, with_changes

SECRET = "s3cret-that-no-message-may-show"
ITEMS = {
    "trusted_proxies": ("192.0.2.1", "2001:db8::/64"),
    "stun_urls": ("stun:a.example", "stuns:[2001:db8::1]:5349"),
    "ticket_secrets": ("one" * 11, "two" * 11),
    "turn_urls": ("turn:a.example:3478?transport=udp", "turns:192.0.2.7:443?transport=tcp"),
}
"""What a list takes that does not take everything."""
FIELDS = msgspec.structs.fields(Settings)


def variable(name: str) -> str:
    return f"TALKTIME_{name.upper()}"


def test_an_empty_environment_makes_the_defaults() -> None:
    assert load_settings({}) == Settings()


def test_what_is_not_ours_is_left_alone() -> None:
    assert load_settings({"PATH": "/bin", "HOME": "/root", "TALKTIMER": "x"}) == Settings()


def test_values_are_read_as_their_type() -> None:
    settings = load_settings(
        {
            "TALKTIME_API_PORT": "9000",
            "TALKTIME_CURRENCY": "JPY",
            "TALKTIME_ALLOWED_ORIGINS": "https://a.example, https://b.example,",
        }
    )
    assert settings.api_port == 9000
    assert settings.currency == "JPY"
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


def test_every_list_is_written_with_commas() -> None:
    lists = [name for name, hint in get_type_hints(Settings).items() if hint == tuple[str, ...]]
    assert {*ITEMS, "allowed_origins", "turn_secrets"} <= set(lists)
    secret = {variable("turn_secrets"): "s"}
    for name in lists:
        one, two = ITEMS.get(name, ("one", "two"))
        assert getattr(load_settings({**secret, variable(name): f"{one}, {two},"}), name) == (one, two)
        assert getattr(load_settings({variable(name): ""}), name) == ()


@pytest.mark.parametrize(
    "name", ["TALKTIME_", "TALKTIME_PRICE", "TALKTIME_FILE", "TALKTIME__FILE", "TALKTIME_Mode"]
)
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not a setting"):
        load_settings({name: "1"})


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    assert load_settings({"TALKTIME_TOKEN_SIGNING_KEY_FILE": str(file)}).token_signing_key == SECRET


def test_lists_and_numbers_may_come_from_files_too(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("one,two\n", encoding="utf-8")
    (tmp_path / "port").write_text("9000\n", encoding="utf-8")
    settings = load_settings(
        {
            "TALKTIME_SANDBOX_WEBHOOK_SECRETS_FILE": str(tmp_path / "secrets"),
            "TALKTIME_API_PORT_FILE": str(tmp_path / "port"),
        }
    )
    assert settings.sandbox_webhook_secrets == ("one", "two")
    assert settings.api_port == 9000


def test_a_setting_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET, encoding="utf-8")
    given = {"TALKTIME_TOKEN_SIGNING_KEY": "", "TALKTIME_TOKEN_SIGNING_KEY_FILE": str(tmp_path / "key")}
    with pytest.raises(
        SettingsError, match="TALKTIME_TOKEN_SIGNING_KEY_FILE and TALKTIME_TOKEN_SIGNING_KEY are both"
    ):
        load_settings(given)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    absent, folder, binary = tmp_path / "absent", tmp_path, tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (absent, folder, binary):
        with pytest.raises(SettingsError, match=r"TALKTIME_DATABASE_URL_FILE names .*, which cannot be read"):
            load_settings({"TALKTIME_DATABASE_URL_FILE": str(path)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "prod"),
        ("mode", ""),
        ("log_level", "info"),
        ("api_port", "http"),
        ("api_port", ""),
        ("api_port", "65536"),
        ("api_port", "-1"),
        ("database_connections_max", "0"),
        ("publish_timeout_ms", "0"),
        ("publish_timeout_ms", "1.5"),
        ("access_token_seconds", "99999999999"),
        ("currency", "eur"),
        ("currency", "EURO"),
        ("price_minor", "-1"),
        ("price_minor", "1000000000001"),
        ("price_minor", "0.10"),
        ("payment_minor_max", "0"),
        ("payment_provider", "cash"),
        ("stun_urls", "turn:a.example"),
        ("stun_urls", "stun:a.example,a.example"),
        ("stun_urls", "stun://a.example"),
        ("stun_urls", "stun:a.example?transport=udp"),
        ("turn_urls", "stun:a.example"),
        ("turn_urls", "turn:"),
        ("turn_urls", "turn:a.example:port"),
        ("turn_urls", "turn:a.example?transport=sctp"),
        ("turn_urls", "turn:user@a.example"),
        ("turn_credential_seconds", "0"),
        ("relay_only", "maybe"),
        ("node", "a b"),
        ("node", "node\n"),
    ],
)
def test_a_bad_value_is_refused_and_its_variable_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"{variable(name)}\b"):
        load_settings({variable(name): value})


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"renew_lead_ms": "60000"}, ["renew_lead_ms", "minute_ms"]),
        ({"minute_ms": "15000"}, ["renew_lead_ms", "minute_ms"]),
        ({"silence_ms_max": "4000"}, ["silence_ms_max", "ping_ms"]),
        ({"turn_urls": "turn:a.example"}, ["turn_urls", "turn_secrets"]),
        ({"mode": "production"}, ["payment_provider"]),
    ],
)
def test_values_that_do_not_go_together_are_refused_and_named(changes: dict[str, str], named: list[str]) -> None:
    """A13: production takes no play money. D14: no relay without what it needs."""
    with pytest.raises(SettingsError) as refused:
        load_settings({variable(name): value for name, value in changes.items()})
    assert all(variable(name) in str(refused.value) for name in named)


def test_production_runs_without_the_sandbox() -> None:
    settings = load_settings({"TALKTIME_MODE": "production", "TALKTIME_PAYMENT_PROVIDER": "none"})
    assert settings.mode == "production"


def test_errors_do_not_tell_secrets() -> None:
    short = {"TALKTIME_MODE": "production", "TALKTIME_PAYMENT_PROVIDER": "none", "TALKTIME_TURN_SECRETS": "s3cret"}
    with pytest.raises(SettingsError, match="TALKTIME_TURN_SECRETS") as refused:
        load_settings(short)
    assert "s3cret" not in str(refused.value)
    given = {"TALKTIME_TOKEN_SIGNING_KEY": SECRET, "TALKTIME_API_PORT": SECRET, "TALKTIME_CURRENCY": SECRET}
    with pytest.raises(SettingsError) as refused:
        load_settings(given)
    assert SECRET not in str(refused.value)


def test_changed_settings_are_validated_again() -> None:
    assert with_changes(Settings(), minute_ms=1_000, renew_lead_ms=500).minute_ms == 1_000
    with pytest.raises(SettingsError, match="TALKTIME_RENEW_LEAD_MS must be shorter than TALKTIME_MINUTE_MS"):
        with_changes(Settings(), minute_ms=1_000)
    with pytest.raises(SettingsError, match="no_such"):
        with_changes(Settings(), no_such=1)


def test_every_setting_has_a_meaning() -> None:
    for name, hint in get_type_hints(Settings, include_extras=True).items():
        meanings = [meta.description for meta in hint.__metadata__ if getattr(meta, "description", None)]
        assert len(meanings) == 1, name
        assert "\n" not in meanings[0]
        assert len(meanings[0]) > 10


def test_every_setting_has_a_default() -> None:
    assert [field.name for field in FIELDS if field.required] == []


def test_durations_and_limits_say_their_unit_last() -> None:
    units = ("_ms", "_seconds", "_bytes", "_minor")
    for field in FIELDS:
        if any(unit in field.name for unit in units):
            assert field.name.removesuffix("_max").endswith(units), field.name


@pytest.mark.parametrize("url", ["ws://127.0.0.1:8001/ws", "wss://sockets.example", "ws://[::1]:8001/ws", ""])
def test_signaling_may_be_elsewhere(url: str) -> None:
    assert load_settings({"TALKTIME_SIGNALING_URL": url}).signaling_url == url


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8001", "ws://", "ws://a b/", "ws://u:p@a.example/", "ws://a.example; script-src *", "//a/"],
)
def test_an_address_that_is_none_for_sockets_is_refused(url: str) -> None:
    """It becomes a part of the page's headers."""
    with pytest.raises(SettingsError, match="TALKTIME_SIGNALING_URL"):
        load_settings({"TALKTIME_SIGNALING_URL": url})


def test_a_page_behind_tls_needs_sockets_behind_tls() -> None:
    secure = {"TALKTIME_PUBLIC_URL": "https://calls.example"}
    with pytest.raises(SettingsError, match="TALKTIME_SIGNALING_URL must be wss://"):
        load_settings({**secure, "TALKTIME_SIGNALING_URL": "ws://calls.example:8001/ws"})
    assert load_settings({**secure, "TALKTIME_SIGNALING_URL": "wss://calls.example:8001/ws"})


def test_a_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(SettingsError, match="TALKTIME_TRUSTED_PROXIES must be addresses or networks"):
        load_settings({variable("trusted_proxies"): "proxy.example"})
