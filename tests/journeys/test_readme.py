"""Every command in README is run, with what must differ on a machine that others use too: ports and folders."""

import os
import re
import shutil
import sys
from pathlib import Path

from shared.tokens import public_pem
from tests.harness.databases import Database
from tests.harness.ports import free_port
from tests.harness.programs import ROOT, Programs

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
PASSWORDS = next(command for command in COMMANDS if command.startswith("for name in"))
SHELL = shutil.which("sh") or "/bin/sh"
RUN_BY = {
    "make run": "test_make_run_and_the_demo",
    ".venv/bin/talktime demo": "test_make_run_and_the_demo",
    ".venv/bin/talktime create-operator alice --data-dir .talktime": "test_make_run_and_the_demo",
    "make test": "test_make_test_knows_its_tests",
    PASSWORDS: "test_the_passwords_are_those_that_compose_demands",
    "docker compose up --build --detach": "test_the_passwords_are_those_that_compose_demands",
    "talktime generate-keys secrets": "test_an_installation_by_hand",
    "talktime migrate": "test_an_installation_by_hand",
    "talktime api": "test_an_installation_by_hand",
    "talktime signaling": "test_an_installation_by_hand",
    "talktime worker": "test_an_installation_by_hand",
    "talktime create-operator olga --email olga@example.com": "test_an_installation_by_hand",
}


def test_every_command_has_a_test() -> None:
    """A new command in README needs a row above, and a row needs its command."""
    assert sorted(set(COMMANDS)) == sorted(RUN_BY)
    assert all(name in globals() for name in RUN_BY.values())


async def test_make_run_and_the_demo(open_folder: Path, programs: Programs) -> None:
    """G1: what it prints is what README shows, line for line but for names, passwords and times."""
    make = shutil.which("make")
    assert make is not None
    run = await programs.run(make, "run", f"ARGS=--port 0 --data-dir {open_folder / 'data'}")
    ready = await run.says(r"Talktime is ready at (\S+)", seconds_max=300)
    await run.says("Ctrl-C")
    demo = await programs.run(str(ROOT / ".venv/bin/talktime"), "demo", "--url", ready[1])
    assert await demo.ends() == os.EX_OK
    operator = await programs.run(
        *(str(ROOT / ".venv/bin/talktime"), "create-operator", "alice", "--data-dir", str(open_folder / "data"))
    )
    assert await operator.ends() == os.EX_OK
    assert operator.lines[-1] == "alice is an operator."
    greeting, played = _shown_after("make run"), _shown_after("talktime demo")
    assert [_shape(line) for line in run.output.splitlines() if _is_shown(line, greeting)] == [
        *map(_shape, greeting)
    ]
    assert [_shape(line) for line in demo.lines] == [_shape(line) for line in played]


async def test_make_test_knows_its_tests(programs: Programs) -> None:
    """`make test` cannot run itself inside itself: that it collects is shown, `.ci/run` shows the rest."""
    make = shutil.which("make")
    assert make is not None
    said = await programs.run(make, "--dry-run", "test", env={"CI": ""})
    assert await said.ends() == os.EX_OK
    assert "pytest" in said.output


async def test_an_installation_by_hand(
    programs: Programs, empty_database: Database, vhost_url: str, tmp_path: Path
) -> None:
    """G1, G5: the commands of the last section, with nothing but what README and .env.example say."""
    folder = tmp_path / "secrets"
    assert await (await programs.talktime("generate-keys", str(folder))).ends() == os.EX_OK
    env = {
        "TALKTIME_DATABASE_OWNER_URL": empty_database.owner_url,
        "TALKTIME_DATABASE_URL": empty_database.app_url,
        "TALKTIME_RABBITMQ_URL": vhost_url,
        "TALKTIME_API_PORT": str(free_port()),
        "TALKTIME_SIGNALING_PORT": str(free_port()),
        "TALKTIME_WORKER_PORT": str(free_port()),
        "TALKTIME_TOKEN_SIGNING_KEY_FILE": str(folder / "token-signing-key.pem"),
        "TALKTIME_TOKEN_VERIFY_KEYS_FILE": str(folder / "token-verify-keys.pem"),
        "TALKTIME_SANDBOX_WEBHOOK_SECRETS_FILE": str(folder / "sandbox-webhook-secret"),
    }
    env["TALKTIME_PUBLIC_URL"] = f"http://127.0.0.1:{env['TALKTIME_API_PORT']}"
    assert await (await programs.talktime("migrate", env=env)).ends() == os.EX_OK
    for name in ("api", "signaling", "worker"):
        program = await programs.talktime(name, env=env)
        port = env[f"TALKTIME_{name.upper()}_PORT"]
        await program.says(rf"is ready at http://127\.0\.0\.1:{port}")
        await program.answers(f"http://127.0.0.1:{port}/health/ready")
    demo = await programs.talktime(
        *("demo", "--url", env["TALKTIME_PUBLIC_URL"], "--talk-seconds", "0.1"),
        *("--signaling-url", f"http://127.0.0.1:{env['TALKTIME_SIGNALING_PORT']}"),
    )
    assert await demo.ends() == os.EX_OK
    assert "was charged" in demo.output
    operator = await programs.run(
        *(SHELL, "-c", 'echo "a long enough password" | "$0" -m talktime "$@"', sys.executable, "create-operator"),
        *("olga", "--email", "olga@example.com", "--password-stdin"),
        env=env,
    )
    assert await operator.ends() == os.EX_OK
    assert operator.lines[-1] == "olga is a new account, and an operator."
    public = (folder / "token-verify-keys.pem").read_text()
    assert public == public_pem((folder / "token-signing-key.pem").read_text())


async def test_the_passwords_are_those_that_compose_demands(programs: Programs, tmp_path: Path) -> None:
    """G5: no engine runs in the tests; tests/test_compose.py holds the file itself to what it promises."""
    made = await programs.run(SHELL, "-ec", PASSWORDS, cwd=tmp_path)
    assert await made.ends() == os.EX_OK
    passwords = dict(re.findall(r"^([A-Z_]+)=([0-9a-f]{48})$", (tmp_path / ".env").read_text(), re.MULTILINE))
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert set(passwords) == set(re.findall(r"\$\{([A-Z_]+):\?", text))
    assert len(set(passwords.values())) == len(passwords)


def _shown_after(command: str) -> list[str]:
    """Return the text block that README shows after the command."""
    block = re.search(
        rf"^\$ (?:\.venv/bin/)?{re.escape(command)}$.*?```text\n(.*?)```", README, re.MULTILINE | re.DOTALL
    )
    assert block is not None, command
    return block[1].splitlines()


def _is_shown(line: str, shown: list[str]) -> bool:
    return _shape(line) in {_shape(one) for one in shown}


def _shape(line: str) -> str:
    """Return the line without what differs from run to run."""
    line = re.sub(r"http://\S+", "URL", line)
    line = re.sub(r"(anna|ben)-[0-9a-f]{6}", r"\1", line)
    line = re.sub(r"(alice|bob) / \S+", r"\1", line)
    line = re.sub(r"\S*talktime demo.*", "demo", line)
    return re.sub(r"\d+\.\d s", "N s", line)
