"""What can be known of docker-compose.yml and the image without a container engine (G5)."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from click.testing import CliRunner

from shared.settings import FILE_SUFFIX, PREFIX, Settings, load_settings
from talktime.command_line import talktime
from talktime.keys import generate_keys

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROGRAMS = ["api", "signaling", "worker"]
ONE_SHOT = ["keys", "migrate"]
ENGINES = ["postgres", "rabbitmq"]
PASSWORDS = {"POSTGRES_OWNER_PASSWORD": "a1", "POSTGRES_APP_PASSWORD": "b2", "RABBITMQ_PASSWORD": "c3"}
DATABASE = {"TALKTIME_DATABASE_URL"}
BROKER = {"TALKTIME_RABBITMQ_URL"}
each_service = pytest.mark.parametrize("service", SERVICES)


def resolved(text: str, given: dict[str, str]) -> str:
    """Replace ``${NAME}``, ``${NAME:-default}`` and ``${NAME:?message}`` as Compose does. Raises `LookupError`."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if given.get(name):
            return given[name]
        if kind == ":?":
            raise LookupError(f"{name}: {rest}")
        return rest or ""

    return re.sub(r"\$\{([A-Z_]+)(?:(:[-?])([^}]*))?\}", value, text)


def environment(service: str, given: dict[str, str]) -> dict[str, str]:
    """Return the environment a service gets; a name without a value is passed on."""
    wanted: dict[str, str | None] = SERVICES[service].get("environment", {})
    passed = {name: given.get(name) if text is None else resolved(text, given) for name, text in wanted.items()}
    return {name: value for name, value in passed.items() if value is not None}


def settings_of(service: str, keys: Path, given: dict[str, str] = PASSWORDS) -> Settings:
    """Return the settings a program would run with, its key files being those of a real `generate-keys`."""
    mounts = {"/keys/private": keys, "/keys/public": keys}
    found = environment(service, given)
    for name, value in found.items():
        if name.endswith(FILE_SUFFIX):
            folder, _, file = value.rpartition("/")
            found[name] = str(mounts[folder] / file)
    return load_settings(found)


def test_there_is_all_that_the_product_needs() -> None:
    assert set(SERVICES) == {*ENGINES, *ONE_SHOT, *PROGRAMS}


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


def test_what_the_programs_must_agree_on_is_the_same_for_all(tmp_path: Path) -> None:
    generate_keys(tmp_path)
    changed = {"TALKTIME_CURRENCY": "JPY", "TALKTIME_MINUTE_MS": "30000", "TALKTIME_PRICE_MINOR": "7"}
    for service in PROGRAMS:
        settings = settings_of(service, tmp_path, PASSWORDS | changed)
        assert (settings.currency, settings.minute_ms, settings.price_minor) == ("JPY", 30_000, 7)


def test_programs_find_each_other_by_name(tmp_path: Path) -> None:
    generate_keys(tmp_path)
    api, worker = settings_of("api", tmp_path), settings_of("worker", tmp_path)
    assert api.database_url == worker.database_url == "postgresql://talktime_app:b2@postgres:5432/talktime"
    owner = settings_of("migrate", tmp_path).database_owner_url
    assert owner == "postgresql://talktime_owner:a1@postgres:5432/talktime"
    postgres = environment("postgres", PASSWORDS)
    assert (postgres["POSTGRES_USER"], postgres["POSTGRES_PASSWORD"], postgres["POSTGRES_DB"]) == (
        "talktime_owner", "a1", "talktime",
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
            if re.search(r"PASS|SECRET|_KEY|_URL", name) and not name.endswith((FILE_SUFFIX, "PUBLIC_URL")):
                assert ":?" in value, name


def test_each_program_gets_the_secrets_it_needs_and_no_more() -> None:
    """Signaling never opens the database; only the API signs tokens; only migrations own tables."""
    secret = re.compile(r"(DATABASE|RABBITMQ).*_URL|_KEYS?_FILE|SECRETS_FILE")
    given = {
        service: {name for name in SERVICES[service].get("environment", {}) if secret.search(name)}
        for service in [*PROGRAMS, *ONE_SHOT]
    }
    verify, own = "TALKTIME_TOKEN_VERIFY_KEYS_FILE", "TALKTIME_DATABASE_OWNER_URL"
    sign = {"TALKTIME_TOKEN_SIGNING_KEY_FILE", "TALKTIME_SANDBOX_WEBHOOK_SECRETS_FILE"}
    assert given == {
        "api": {*DATABASE, *sign, verify},
        "signaling": {*BROKER, verify},
        "worker": {*DATABASE, *BROKER},
        "migrate": {*DATABASE, own},
        "keys": set(),
    }
    private = [name for name, service in SERVICES.items() if "keys-private" in str(service.get("volumes"))]
    assert private == ["keys", "api"]


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
    """G5: no code mounts, no engine socket; named volumes only."""
    for volume in SERVICES[service].get("volumes", []):
        assert volume.split(":")[0] in COMPOSE["volumes"], volume


@pytest.mark.parametrize("service", [*PROGRAMS, *ENGINES])
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
    }


def test_only_what_people_need_is_published() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports.pop("rabbitmq") == ["127.0.0.1:15672:15672"]
    given = {name: [resolved(port, {}) for port in each] for name, each in ports.items()}
    assert given == {"api": ["8000:8000"], "signaling": ["8001:8001"]}


@pytest.mark.parametrize("service", [*PROGRAMS, *ONE_SHOT])
def test_our_containers_may_do_little(service: str) -> None:
    ours = SERVICES[service]
    assert ours["read_only"] is True
    assert ours["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in ours["security_opt"]
    assert not {"privileged", "user", "cap_add", "pid", "devices"} & set(ours)


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
    """The very words of the service, with its two folders elsewhere."""
    private, public = tmp_path / "private", tmp_path / "public"
    public.mkdir()
    [script] = SERVICES["keys"]["command"]
    make, copy = script.replace("/keys/private", str(private)).replace("/keys/public", str(public)).split(" && ")
    for _ in range(2):
        assert CliRunner().invoke(talktime, make.split()[1:]).exit_code == 0
    _, source, target = copy.split()
    assert Path(source).is_file()
    assert Path(target) == public
    assert Path(source).name == Path(SERVICES["signaling"]["environment"]["TALKTIME_TOKEN_VERIFY_KEYS_FILE"]).name


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
