"""What a newcomer types, as README says it."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.harness.programs import Program, Programs
from tests.journeys.installation import Installation, Separate


async def _demo(programs: Programs, installation: Installation, *arguments: str) -> Program:
    return await programs.talktime("demo", "--url", installation.doors.api_url, "--talk-seconds", "0.2", *arguments)


async def test_the_demo_plays_a_paid_call(programs: Programs, installation: Installation) -> None:
    """It prints what each side sees and what it cost; the API tells it where the sockets are."""
    demo = await _demo(programs, installation)
    assert await demo.ends() == os.EX_OK
    for line in (
        "registered and logged in",
        "ben sees:",
        "the call ended (hung_up)",
        "was charged 0.10 EUR",
        "0.90 EUR",
    ):
        assert line in demo.output


async def test_the_demo_is_told_where_signaling_is(programs: Programs, separate: Separate) -> None:
    """As the setting says it, or only the program's address."""
    whole = separate.doors.socket_url
    for signaling_url in (whole, f"{whole}/", whole.removesuffix("/ws"), re.sub("^ws(.*)/ws", r"http\1", whole)):
        demo = await _demo(programs, separate, "--signaling-url", signaling_url)
        assert await demo.ends() == os.EX_OK, signaling_url


@pytest.mark.parametrize(
    "address", ["ws://127.0.0.1:1/ws", "{api}", "wss://nowhere.invalid", "ws://", "no address"]
)
async def test_the_demo_without_signaling_registers_nobody(
    programs: Programs, separate: Separate, address: str
) -> None:
    """It says where it looked, and what can be done."""
    before = await separate.fetch("SELECT count(*) FROM accounts")
    demo = await _demo(programs, separate, "--signaling-url", address.format(api=separate.doors.api_url))
    assert await demo.ends() == 1
    assert demo.output.startswith("Error: no socket at ")
    assert "--signaling-url says where signaling is" in demo.output
    assert "Traceback" not in demo.output
    assert await separate.fetch("SELECT count(*) FROM accounts") == before


async def test_the_demo_says_what_to_do_without_a_server(programs: Programs) -> None:
    """An error is a sentence, not a traceback."""
    demo = await programs.talktime("demo", "--url", "http://127.0.0.1:1")
    assert await demo.ends() == 1
    assert demo.output.startswith("Error: ")
    assert "Traceback" not in demo.output


async def test_all_in_one_keeps_its_data_and_stops_clean(open_folder: Path, programs: Programs) -> None:
    """A18: demo accounts only when asked for. Stopped and started again, accounts and secrets are the same.

    Nothing in the log looks as if somebody had tried to break in.
    """
    folder = open_folder / "data"
    arguments = ("run", "--port", "0", "--data-dir", str(folder), "--demo-accounts")
    said = []
    for _ in range(2):
        program = await programs.talktime(*arguments)
        said.append(await program.says(r"demo account +(alice / \S+)"))
        await program.says("Ctrl-C")
        assert await program.stop() == os.EX_OK
        assert not re.search("Traceback|WARNING|ERROR|failed login|refused", program.output)
        assert not (folder / "postgres" / "postmaster.pid").exists()
    assert said[0][1] == said[1][1]


STRONG = "bd3f0a97c51e8642d7f9"
TICKET_SECRET = STRONG * 2
PRODUCTION = {
    "TALKTIME_MODE": "production",
    "TALKTIME_PAYMENT_PROVIDER": "none",
    "TALKTIME_DATABASE_URL": "postgresql://talktime_app@127.0.0.1:1/talktime",
}


@pytest.mark.parametrize(
    ("command", "env", "words"),
    [
        ("api", {}, "TALKTIME_TOKEN_SIGNING_KEY"),
        ("signaling", {}, "TALKTIME_TOKEN_VERIFY_KEYS"),
        ("migrate", {}, "TALKTIME_DATABASE_OWNER_URL"),
        ("worker", {"TALKTIME_NO_SUCH_THING": "1"}, "TALKTIME_NO_SUCH_THING is not a setting"),
        ("api", {"TALKTIME_PRICE_MINOR": "1.5"}, "TALKTIME_PRICE_MINOR"),
        ("api", {"TALKTIME_TOKEN_SIGNING_KEY": "nonsense", "TALKTIME_API_PORT": "0"}, "signing key"),
        ("worker", {**PRODUCTION, "TALKTIME_WORKER_PORT": "0"}, "TALKTIME_RABBITMQ_URL is not set"),
        (
            "signaling",
            {
                "TALKTIME_MODE": "production",
                "TALKTIME_RABBITMQ_URL": f"amqp://app:{STRONG}@127.0.0.1:1/",
                "TALKTIME_TICKET_SECRETS": TICKET_SECRET,
            },
            "TALKTIME_TOKEN_VERIFY_KEYS",
        ),
        ("signaling", {"TALKTIME_MODE": "production"}, "TALKTIME_TICKET_SECRETS is not set"),
        (
            "migrate",
            {
                "TALKTIME_MODE": "production",
                "TALKTIME_DATABASE_URL": PRODUCTION["TALKTIME_DATABASE_URL"],
                "TALKTIME_DATABASE_OWNER_URL": "postgresql://talktime_owner@127.0.0.1:1/talktime",
            },
            "the database is not available",
        ),
        (
            "signaling",
            {**PRODUCTION, "TALKTIME_RABBITMQ_URL": "amqps://guest:guest@mq.example/"},
            "its password is",
        ),
        (
            "api",
            {**PRODUCTION, "TALKTIME_PUBLIC_URL": "http://calls.example"},
            "TALKTIME_PUBLIC_URL must be https://",
        ),
    ],
)
async def test_programs_say_what_is_missing(
    programs: Programs, command: str, env: dict[str, str], words: str
) -> None:
    """No traceback for a wrong environment. A13: nor a start with what production refuses."""
    program = await programs.talktime(command, env=env)
    assert await program.ends() == 1
    assert words in program.output
    assert "Traceback" not in program.output


async def test_the_health_command_tells_up_from_down(programs: Programs, separate: Separate) -> None:
    """What docker-compose.yml asks its containers."""
    ready = await programs.talktime("health", f"{separate.doors.api_url}/health/ready")
    assert await ready.ends() == os.EX_OK
    down = await programs.talktime("health", "http://127.0.0.1:1/health/ready")
    assert await down.ends() == 1


async def test_generated_keys_are_kept(programs: Programs, tmp_path: Path) -> None:
    """Run twice, nothing is overwritten; secrets are their owner's alone."""
    folder = tmp_path / "secrets"
    for expected in (5, 0):
        program = await programs.talktime("generate-keys", str(folder))
        assert await program.ends() == os.EX_OK
        assert program.output.count("made ") == expected
    for name in ("token-signing-key.pem", "sandbox-webhook-secret", "turn-secret", "ticket-secret"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    shutil.rmtree(folder)


async def test_a_demo_account_of_an_unknown_password_is_left_alone(open_folder: Path, programs: Programs) -> None:
    """A data folder whose passwords were lost still starts, and says which accounts it could not enter."""
    folder = open_folder / "data"
    for words in (r"demo account +alice", "alice exists, with a password that is not in"):
        program = await programs.talktime(
            *("run", "--port", "0", "--data-dir", str(folder), "--demo-accounts"), env={}
        )
        await program.says(words)
        await program.says("Ctrl-C")
        assert await program.stop() == os.EX_OK
        (folder / "demo-accounts.json").unlink()
