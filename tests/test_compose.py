"""What can be known of docker-compose.yml and the image without a container engine (G5)."""

import re
import secrets
import shutil
import subprocess
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import yaml
from click.testing import CliRunner

from shared.production import Program
from shared.settings import Settings
from shared.settings_loading import FILE_SUFFIX, PREFIX, load_settings
from talktime.command_line import talktime
from talktime.keys import TURN_SECRET, generate_keys

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
CADDYFILE = (ROOT / "Caddyfile").read_text(encoding="utf-8")
PROGRAMS = ["api", "signaling", "worker"]
ONE_SHOT = ["keys", "migrate"]
ENGINES = ["postgres", "rabbitmq"]
DOORS = ["proxy", "coturn"]
PASSWORDS = {
    name: secrets.token_hex(24)
    for name in ("POSTGRES_OWNER_PASSWORD", "POSTGRES_APP_PASSWORD", "RABBITMQ_PASSWORD")
}
FIXED = set(
    """api_port signaling_port worker_port token_issuer token_audience publish_timeout_ms secrets_reread_seconds
    webhook_tolerance_seconds frame_bytes_max body_bytes_max settle_batch_max request_batch_max relay_batch_max
    relay_idle_ms sweep_ms sweep_grace_ms tidy_ms drain_ms_max failpoints clock_shift_file""".split()
)
"""Settings that an installation by docker-compose.yml has no reason to change, or that others here rely on."""
DATABASE = {"TALKTIME_DATABASE_URL"}
BROKER = {"TALKTIME_RABBITMQ_URL"}
each_service = pytest.mark.parametrize("service", SERVICES)


def resolved(text: str, given: dict[str, str]) -> str:
    """Replace ``${NAME}``, and ``${NAME:-default}`` and its kin, as Compose does. Raises `LookupError`."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if kind == "-" and name in given:
            return given[name]
        if kind == ":+":
            return rest if given.get(name) else ""
        if given.get(name):
            return given[name]
        if kind == ":?":
            raise LookupError(f"{name}: {rest}")
        return rest or ""

    # One may stand in another one's default: from the inside out.
    while (within := re.sub(r"\$\{([A-Z_]+)(?:(:[-?+]|-)([^{}]*))?\}", value, text)) != text:
        text = within
    return text


def environment(service: str, given: dict[str, str]) -> dict[str, str]:
    """Return the environment a service gets; a name without a value is passed on."""
    wanted: dict[str, str | None] = SERVICES[service].get("environment", {})
    passed = {name: given.get(name) if text is None else resolved(text, given) for name, text in wanted.items()}
    return {name: value for name, value in passed.items() if value is not None}


def command(service: str, given: dict[str, str]) -> list[str]:
    """Return the words a service is started with."""
    return [resolved(word, given) for word in SERVICES[service]["command"]]


def settings_of(service: str, keys: Path, given: dict[str, str] = PASSWORDS) -> Settings:
    """Return the settings a program would run with, its key files being those of a real `generate-keys`."""
    program: Program | None = next((each for each in get_args(Program) if each == service), None)
    mounts = {"/keys/private": keys, "/keys/public": keys, "/keys/tickets": keys}
    found = environment(service, given)
    for name, value in found.items():
        if name.endswith(FILE_SUFFIX):
            folder, _, file = value.rpartition("/")
            found[name] = str(mounts[folder] / file)
    return load_settings(found, program)


def test_there_is_all_that_the_product_needs() -> None:
    assert set(SERVICES) == {*ENGINES, *ONE_SHOT, *PROGRAMS, *DOORS}


@each_service
def test_every_variable_of_ours_is_a_setting(service: str) -> None:
    known = {PREFIX + field.name.upper() for field in msgspec.structs.fields(Settings)}
    ours = {name for name in SERVICES[service].get("environment", {}) if name.startswith(PREFIX)}
    assert {name.removesuffix(FILE_SUFFIX) for name in ours} <= known
    assert ours or service not in PROGRAMS


@pytest.mark.parametrize("service", [*PROGRAMS, "migrate"])
def test_what_is_given_makes_valid_settings(service: str, tmp_path: Path) -> None:
    generate_keys(tmp_path)
    settings = settings_of(service, tmp_path)
    assert (settings.mode, settings.payment_provider) == ("production", "none")
    assert settings.host == "0.0.0.0"  # noqa: S104 - within its container


def test_the_operator_may_change_what_is_for_him_to_say(tmp_path: Path) -> None:
    generate_keys(tmp_path)
    wanted = {"TALKTIME_MODE": "development", "TALKTIME_PAYMENT_PROVIDER": "sandbox", "TALKTIME_CURRENCY": "JPY"}
    settings = settings_of("api", tmp_path, PASSWORDS | wanted)
    assert (settings.mode, settings.payment_provider, settings.currency) == ("development", "sandbox", "JPY")
    assert settings.sandbox_webhook_secrets


def test_every_setting_can_be_said_in_env() -> None:
    """A12: the limits of the doors among them; one that is new has to be passed on, or called fixed."""
    fields = {field.name for field in msgspec.structs.fields(Settings)}
    named = [set(SERVICES[service].get("environment", {})) for service in [*PROGRAMS, "migrate"]]
    passed = {name.removesuffix(FILE_SUFFIX).removeprefix(PREFIX).lower() for name in set().union(*named)}
    assert fields - passed == FIXED


@pytest.mark.parametrize("service", PROGRAMS)
def test_limits_are_the_same_for_all(service: str, tmp_path: Path) -> None:
    """A12: whichever program counts; what is not said keeps its default."""
    generate_keys(tmp_path)
    said = {
        "TALKTIME_LOGIN_LIMIT": "3/60",
        "TALKTIME_SESSIONS_MAX": "5",
        "TALKTIME_PASSWORD_WORDS": "acme,acmephone",
    }
    settings = settings_of(service, tmp_path, PASSWORDS | said)
    assert (settings.login_limit, settings.sessions_max) == ("3/60", 5)
    assert settings.password_words == ("acme", "acmephone")
    assert settings.search_limit == Settings().search_limit


def test_what_the_programs_must_agree_on_is_the_same_for_all(tmp_path: Path) -> None:
    generate_keys(tmp_path)
    changed = {"TALKTIME_CURRENCY": "JPY", "TALKTIME_MINUTE_MS": "30000", "TALKTIME_PRICE_MINOR": "7"}
    for service in PROGRAMS:
        settings = settings_of(service, tmp_path, PASSWORDS | changed)
        assert (settings.currency, settings.minute_ms, settings.price_minor) == ("JPY", 30_000, 7)


def test_programs_find_each_other_by_name(tmp_path: Path) -> None:
    generate_keys(tmp_path)
    api, worker = settings_of("api", tmp_path), settings_of("worker", tmp_path)
    as_app = f"postgresql://talktime_app:{PASSWORDS['POSTGRES_APP_PASSWORD']}@postgres:5432/talktime"
    assert api.database_url == worker.database_url == as_app
    owner = settings_of("migrate", tmp_path).database_owner_url
    assert owner == f"postgresql://talktime_owner:{PASSWORDS['POSTGRES_OWNER_PASSWORD']}@postgres:5432/talktime"
    postgres = environment("postgres", PASSWORDS)
    assert (postgres["POSTGRES_USER"], postgres["POSTGRES_PASSWORD"], postgres["POSTGRES_DB"]) == (
        "talktime_owner", PASSWORDS["POSTGRES_OWNER_PASSWORD"], "talktime",
    )  # fmt: skip
    assert worker.rabbitmq_url == settings_of("signaling", tmp_path).rabbitmq_url
    rabbit = environment("rabbitmq", PASSWORDS)
    user, password = rabbit["RABBITMQ_DEFAULT_USER"], rabbit["RABBITMQ_DEFAULT_PASS"]
    assert worker.rabbitmq_url == f"amqp://{user}:{password}@rabbitmq:5672/"


@pytest.mark.parametrize("missing", PASSWORDS)
def test_no_password_has_a_default(missing: str) -> None:
    given = {name: value for name, value in PASSWORDS.items() if name != missing}
    with pytest.raises(LookupError, match=missing):
        [environment(service, given) for service in SERVICES]


def test_no_secret_is_written_down() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASS(?!WORD_)|SECRET|_KEY|(DATABASE|RABBITMQ).*_URL", name) and not name.endswith(
                FILE_SUFFIX
            ):
                assert value is None or ":?" in value, name


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "https://localhost"),
        ({"DOMAIN": "talk.example.com"}, "https://talk.example.com"),
        ({"DOMAIN": "talk.example.com", "TALKTIME_PUBLIC_URL": "http://localhost"}, "http://localhost"),
    ],
)
def test_the_door_and_the_programs_agree_on_the_address(given: dict[str, str], url: str, tmp_path: Path) -> None:
    generate_keys(tmp_path)
    assert environment("proxy", given)["TALKTIME_PUBLIC_URL"] == url
    for service in PROGRAMS:
        assert settings_of(service, tmp_path, PASSWORDS | given).public_url == url
    assert "{$TALKTIME_PUBLIC_URL} {" in CADDYFILE


def test_the_programs_believe_the_door_about_who_asks(tmp_path: Path) -> None:
    """A11, A12: Docker gives its networks private addresses."""
    generate_keys(tmp_path)
    for service in ("api", "signaling"):
        trusted = [ip_network(each) for each in settings_of(service, tmp_path).trusted_proxies]
        for address in ("172.18.0.5", "192.168.32.5", "10.1.2.3", "fd12:3456::5"):
            assert any(ip_address(address) in network for network in trusted)
        assert not any(ip_address("203.0.113.7") in network for network in trusted)
        assert "ports" not in SERVICES[service]


def test_people_are_told_of_the_relay_that_there_is(tmp_path: Path) -> None:
    """D14: its address, its port, and the secret that it was given."""
    generate_keys(tmp_path)
    settings = settings_of("api", tmp_path, PASSWORDS | {"DOMAIN": "talk.example.com"})
    assert settings.stun_urls == ("stun:talk.example.com:3478",)
    assert settings.turn_urls == (
        "turn:talk.example.com:3478?transport=udp",
        "turn:talk.example.com:3478?transport=tcp",
    )
    assert settings.turn_secrets == ((tmp_path / TURN_SECRET).read_text(),)
    assert "--listening-port=3478" in command("coturn", {})
    assert "--realm=talk.example.com" in command("coturn", {"DOMAIN": "talk.example.com"})


def test_a_relay_of_ones_own_or_none(tmp_path: Path) -> None:
    generate_keys(tmp_path)
    assert settings_of("api", tmp_path, PASSWORDS | {"TALKTIME_TURN_URLS": ""}).turn_urls == ()
    other = PASSWORDS | {"TALKTIME_TURN_URLS": "turns:relay.example:443", "TALKTIME_RELAY_ONLY": "true"}
    assert settings_of("api", tmp_path, other).turn_urls == ("turns:relay.example:443",)
    assert settings_of("api", tmp_path, other).relay_only
    assert settings_of("signaling", tmp_path, other).relay_only


def test_an_address_behind_nat_is_named_and_otherwise_not() -> None:
    assert (
        command("coturn", {"TURN_EXTERNAL_IP": "203.0.113.7/10.0.0.2"})[-1] == "--external-ip=203.0.113.7/10.0.0.2"
    )
    assert command("coturn", {})[-1] == "--"


def test_no_secret_is_on_a_command_line() -> None:
    """Whoever lists processes reads those."""
    for service in SERVICES:
        words = " ".join(SERVICES[service].get("command", []))
        assert "PASSWORD" not in words
        assert service == "keys" or "static-auth-secret" not in words


def test_each_program_gets_the_secrets_it_needs_and_no_more() -> None:
    """Signaling never opens the database; only the API signs tokens; only migrations own tables."""
    secret = re.compile(r"(DATABASE|RABBITMQ).*_URL|_KEYS?_FILE|SECRETS_FILE")
    given = {
        service: {name for name in SERVICES[service].get("environment", {}) if secret.search(name)}
        for service in [*PROGRAMS, *ONE_SHOT]
    }
    verify, own = "TALKTIME_TOKEN_VERIFY_KEYS_FILE", "TALKTIME_DATABASE_OWNER_URL"
    sign = {
        "TALKTIME_TOKEN_SIGNING_KEY_FILE",
        "TALKTIME_SANDBOX_WEBHOOK_SECRETS_FILE",
        "TALKTIME_STRIPE_API_KEY_FILE",
        "TALKTIME_STRIPE_WEBHOOK_SECRETS_FILE",
        "TALKTIME_TURN_SECRETS_FILE",
    }
    assert given == {
        "api": {*DATABASE, *sign, verify},
        "signaling": {*BROKER, verify, "TALKTIME_TICKET_SECRETS_FILE"},
        "worker": {*DATABASE, *BROKER},
        "migrate": {*DATABASE, own},
        "keys": set(),
    }
    private = [name for name, service in SERVICES.items() if "keys-private" in str(service.get("volumes"))]
    assert private == ["keys", "api"]
    assert [name for name, service in SERVICES.items() if "keys-turn" in str(service.get("volumes"))] == [
        "coturn",
        "keys",
    ]
    tickets = [name for name, service in SERVICES.items() if "keys-tickets" in str(service.get("volumes"))]
    assert tickets == ["keys", "signaling"]
    assert "environment" not in SERVICES["coturn"]


def test_signaling_cannot_even_reach_the_database() -> None:
    assert set(SERVICES["signaling"]["networks"]).isdisjoint(SERVICES["postgres"]["networks"])
    for service, engine in [
        ("api", "postgres"),
        ("worker", "postgres"),
        ("migrate", "postgres"),
        ("worker", "rabbitmq"),
        ("signaling", "rabbitmq"),
    ]:
        assert set(SERVICES[service]["networks"]) & set(SERVICES[engine]["networks"]), (service, engine)


@each_service
def test_nothing_of_the_host_is_mounted(service: str) -> None:
    """G5: no code mounts, no engine socket; named volumes only, and the configuration that is in the repository."""
    for volume in SERVICES[service].get("volumes", []):
        assert volume.split(":")[0] in COMPOSE["volumes"], volume
    used = [config["source"] for config in SERVICES[service].get("configs", [])]
    assert used == (["caddyfile"] if service == "proxy" else [])
    assert COMPOSE["configs"] == {"caddyfile": {"file": "./Caddyfile"}}


@pytest.mark.parametrize("service", [*PROGRAMS, *ENGINES, *DOORS])
def test_what_lasts_is_checked_and_comes_back(service: str) -> None:
    """G5"""
    check = SERVICES[service]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)
    assert SERVICES[service]["restart"] == "unless-stopped"
    drain_seconds_max = Settings().drain_ms_max / 1_000
    assert re.fullmatch(r"\d+(s|m)", SERVICES[service]["stop_grace_period"])
    assert _seconds(SERVICES[service]["stop_grace_period"]) > drain_seconds_max


def _seconds(duration: str) -> int:
    return int(duration[:-1]) * {"s": 1, "m": 60}[duration[-1]]


@pytest.mark.parametrize("service", PROGRAMS)
def test_a_program_is_asked_whether_it_is_ready(service: str) -> None:
    port = getattr(Settings(), f"{service}_port")
    command = SERVICES[service]["healthcheck"]["test"][-1]
    assert f"'http://127.0.0.1:{port}/health/ready'" in command
    compile(command, "healthcheck", "exec")


@pytest.mark.parametrize("service", ONE_SHOT)
def test_what_runs_once_is_not_started_again(service: str) -> None:
    assert SERVICES[service]["restart"] == "no"
    assert "healthcheck" not in SERVICES[service]


def test_each_starts_when_what_it_needs_is_there() -> None:
    """G5"""
    healthy, done = "service_healthy", "service_completed_successfully"
    order = {
        service: {name: wait["condition"] for name, wait in SERVICES[service].get("depends_on", {}).items()}
        for service in SERVICES
    }
    assert order == {
        "postgres": {},
        "rabbitmq": {},
        "keys": {},
        "migrate": {"postgres": healthy},
        "api": {"keys": done, "migrate": done},
        "worker": {"migrate": done, "rabbitmq": healthy},
        "signaling": {"keys": done, "rabbitmq": healthy},
        "proxy": {"api": healthy, "signaling": healthy},
        "coturn": {"keys": done},
    }


def test_only_what_people_need_is_published() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports.pop("rabbitmq") == ["127.0.0.1:15672:15672"]
    assert ports == {"proxy": ["80:80", "443:443", "443:443/udp"]}
    assert [name for name, service in SERVICES.items() if service.get("network_mode") == "host"] == ["coturn"]


@pytest.mark.parametrize("service", [*PROGRAMS, *ONE_SHOT, *DOORS])
def test_containers_may_do_little(service: str) -> None:
    """The doors' program files carry one capability, without which the kernel does not start them."""
    found = SERVICES[service]
    assert found["read_only"] is True
    assert found["tmpfs"] == ["/tmp"]  # noqa: S108 - within its container
    assert found["cap_drop"] == ["ALL"]
    assert found.get("cap_add", []) == (["NET_BIND_SERVICE"] if service in DOORS else [])
    assert "no-new-privileges:true" in found["security_opt"]
    assert found.get("user") == ("10001:10001" if service in DOORS else None)
    assert not {"privileged", "pid", "devices"} & set(found)


@each_service
def test_images_are_pinned_to_a_version(service: str) -> None:
    assert re.search(r":\d", SERVICES[service]["image"])


def test_our_image_has_the_version_of_the_project() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version
    assert {SERVICES[service]["image"] for service in [*PROGRAMS, *ONE_SHOT]} == {f"talktime:{version[1]}"}


@pytest.mark.parametrize("service", [*PROGRAMS, "migrate"])
def test_the_commands_are_those_of_the_command_line(service: str) -> None:
    answer = CliRunner().invoke(talktime, [*SERVICES[service]["command"], "--help"])
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith(f"Usage: talktime {service}")


def test_keys_are_made_where_they_are_looked_for(tmp_path: Path) -> None:
    """The very words of the service, with its folders elsewhere."""
    made = run_keys(tmp_path)
    assert run_keys(tmp_path) == made
    for service in ("api", "signaling"):
        named = {value for name, value in environment(service, PASSWORDS).items() if name.endswith(FILE_SUFFIX)}
        assert {value.removeprefix("/keys/") for value in named} <= set(made)
    assert made["tickets/ticket-secret"] == made["private/ticket-secret"]
    assert (tmp_path / "tickets/ticket-secret").stat().st_mode & 0o777 == 0o600
    assert made["public/token-verify-keys.pem"] == made["private/token-verify-keys.pem"]
    assert set(made) >= {command("coturn", {})[1].removeprefix("/keys/")}


def test_the_relay_gets_each_secret_in_a_line_of_its_own(tmp_path: Path) -> None:
    """D14: also while one replaces another. An empty one would be known to everybody."""
    secret = run_keys(tmp_path)["private/turn-secret"]
    for written, expected in [
        (secret, [secret]),
        (f"new,{secret}", ["new", secret]),
        (f"new, {secret}\n", ["new", secret]),
        (f" ,new,,{secret},\n\n", ["new", secret]),
    ]:
        (tmp_path / "private/turn-secret").write_text(written)
        lines = "".join(f"static-auth-secret={each}\n" for each in expected)
        assert run_keys(tmp_path)["turn/secrets.conf"] == lines
    assert (tmp_path / "turn/secrets.conf").stat().st_mode & 0o777 == 0o600


def run_keys(folder: Path, script: str = SERVICES["keys"]["command"][0]) -> dict[str, str]:
    """Run a script as the service would and return the files there are then."""
    for name in ("public", "turn", "tickets"):
        (folder / name).mkdir(exist_ok=True)
    shell, *options = SERVICES["keys"]["entrypoint"]
    program = shutil.which(shell)
    assert program is not None
    # The image has the command; here it is this Python's.
    script = script.replace("/keys/", f"{folder}/").replace("talktime", f"{sys.executable} -m talktime", 1)
    subprocess.run([program, *options, script], cwd=ROOT, check=True, capture_output=True, timeout=60)
    files = (path for name in ("private", "public", "turn", "tickets") for path in (folder / name).iterdir())
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


def test_the_image_runs_as_nobody_in_particular() -> None:
    """G5"""
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert re.match(r"\nFROM python:\S+-slim-bookworm\n", last)
    assert re.findall(r"^COPY (.+)$", last, re.MULTILINE) == ["--from=build /opt/talktime /opt/talktime"]
    [user] = re.findall(r"^USER (\d+):\d+$", last, re.MULTILINE)
    assert int(user) > 0
    assert 'ENTRYPOINT ["talktime"]' in last


def test_the_image_is_built_of_pinned_things() -> None:
    """G2, G5"""
    for line in re.sub(r"\\\n", " ", DOCKERFILE).splitlines():
        for command in line.split("&&"):
            if "pip install" in command:
                assert "--require-hashes" in command or "--no-index" in command, command
            if re.search(r"\bnpm (i|install|add|update|exec)\b|\bnpx\b", command):
                pytest.fail(f"only `npm ci` holds to the lock: {command}")
    assert re.search(r"^ARG PYTHON_VERSION=3\.\d+$", DOCKERFILE, re.MULTILINE)
    assert re.search(r"^ARG NODE_VERSION=\d+$", DOCKERFILE, re.MULTILINE)
    assert "ADD " not in DOCKERFILE


def test_the_image_has_every_package_and_nothing_of_the_checkout_else() -> None:
    packages = re.search(
        r"^packages = \[(.+)\]$", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert packages
    wanted = set(re.findall(r'"(\w+)"', packages[1]))
    copied = {
        source.split("/")[0]
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for source in line.split()
    }
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert wanted <= copied
    assert "*" in ignored
    assert copied == {line[1:] for line in ignored if line.startswith("!")}
    assert {"**/.env*", "**/__pycache__", "**/node_modules", "api/page/built"} <= set(ignored)


def test_the_image_has_the_page_that_is_built_of_the_same_sources() -> None:
    """H1: not what somebody happened to have built; of the programs' own messages, before the wheel is made."""
    stages = {
        name: stage for stage in re.split(r"^(?=FROM )", DOCKERFILE, flags=re.MULTILINE)
        for name in re.findall(r"^FROM \S+ AS (\w+)$", stage, re.MULTILINE)
    }  # fmt: skip
    assert re.search(
        r"COPY --from=schemas (\S+) \1\nRUN TALKTIME_SCHEMAS=\1 npm run build$", stages["page"], re.MULTILINE
    )
    build = stages["build"]
    assert build.index("COPY api api") < build.index("COPY --from=page /build/api/page/built api/page/built")
    assert build.index("COPY --from=page") < build.index("pip wheel")
