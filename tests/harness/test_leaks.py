"""The search of the logs finds what is planted there, wherever that is, and nothing else."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import httpx
import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from shared.settings import Settings
from shared.tokens import new_signing_key
from tests.harness.leaks.learning import (
    learn_from_environment,
    learn_from_json,
    learn_from_settings,
    listen_to_clients,
)
from tests.harness.leaks.search import Watch
from tests.harness.programs import ROOT

SECRET = "Zq7-uncommonly-secret-ZL4"
LATE = "kW3-told-too-late-qP8"
PLANTING = f'''
import logging, sys
import httpx, pytest
from tests.harness.programs import Programs

async def test_said_by_this_process(anyio_backend):
    answer = httpx.MockTransport(lambda _: httpx.Response(200, json={{"refresh_token": "{SECRET}"}}))
    async with httpx.AsyncClient(transport=answer) as http:
        await http.post("http://here/", json={{"password": "{SECRET}.word"}})
    logging.getLogger("api").info("refreshed with %s", "{SECRET}")

async def test_said_by_a_program(anyio_backend, tmp_path):
    programs = Programs()
    env = {{"TALKTIME_TURN_SECRETS": "first-of-two-secrets,{SECRET}.two"}}
    program = await programs.run(sys.executable, "-c", "print('signs with {SECRET}' + '.two')", env=env)
    await program.ends()

def test_said_before_it_was_known():
    logging.getLogger("api").error("trusts {LATE}")

async def test_says_nothing_but_learns(anyio_backend):
    answer = httpx.MockTransport(lambda _: httpx.Response(200, json={{"resume_token": "{LATE}"}}))
    async with httpx.AsyncClient(transport=answer) as http:
        await http.get("http://here/")
'''


@pytest.fixture
def watch() -> Watch:
    return Watch()


def leaked(watch: Watch, *lines: str) -> list[str]:
    for line in lines:
        watch.hear("a test", line)
    return watch.found()


@pytest.mark.parametrize("place", ["{}", "token={}&x=1", "b'{}'", '{{"a":"{}"}}', "x{}x", "one\ntwo {}\nthree"])
def test_a_secret_is_found_wherever_it_stands_and_not_told_again(watch: Watch, place: str) -> None:
    watch.learn("a password", SECRET)
    [said] = leaked(watch, "nothing here", place.format(SECRET))
    assert "a password in the log of a test" in said
    assert SECRET not in said
    assert leaked(watch, "nothing here", SECRET[:-1], SECRET.upper()) == []


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJ0YWxrdGltZSJ9.bm8tc2lnbmF0dXJl",
        "candidate:1 1 udp 2122260223 192.0.2.1 9 typ host",
        "sdp='v=0\\r\\no=- 46 2 IN IP4 127.0.0.1\\r\\n'",
        "a=ice-pwd:2/1muCWoOi3uLifh0NuRHlik",
        new_signing_key().splitlines()[0],
    ],
)
def test_what_looks_like_one_is_found_unlearned(watch: Watch, line: str) -> None:
    """Some are made where no test sees them."""
    assert len(leaked(watch, line)) == 1


def test_bodies_and_frames_tell_their_secrets_at_any_depth(watch: Watch) -> None:
    told = {
        "type": "call.candidate",
        "candidate": {"candidate": f"candidate:1 1 udp 1 {SECRET}.local 9 typ host", "sdpMid": "0"},
        "a": [{"refresh_token": f"{SECRET}.r"}, {"new_password": f'{SECRET} "p"'}],
        "sdp": f"v=0\r\na=x:{SECRET}.sdp\r\n",
        "checkout_url": f"http://here/sandbox/checkout/{SECRET}.ref",
        "ice_servers": [{"username": "1:caller", "credential": f"{SECRET}.turn"}],
    }
    learn_from_json(watch, json.dumps(told))
    lines = [f"{SECRET}{end}" for end in (".r", ' "p"', ".ref", ".turn")]
    lines += [f"a=x:{SECRET}.sdp", f"candidate:1 1 udp 1 {SECRET}.local 9 typ host"]
    assert len(leaked(watch, *lines, "v=0", "1:caller", "sdpMid")) == len(lines)


def test_settings_tell_their_secrets(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "turn").write_text(f"{SECRET}.one, {SECRET}.two\n")
    key = new_signing_key()
    learn_from_environment(
        watch,
        {
            "TALKTIME_TURN_SECRETS_FILE": str(tmp_path / "turn"),
            "TALKTIME_RABBITMQ_URL": f"amqp://user:{SECRET}%2Famqp@host/",
            "TALKTIME_PUBLIC_URL": "http://nothing-secret.example",
        },
    )
    learn_from_settings(
        watch,
        msgspec.structs.replace(Settings(), token_signing_key=key, sandbox_webhook_secrets=(f"{SECRET}.hook",)),
    )
    lines = [f"{SECRET}{end}" for end in (".one", ".two", "/amqp", ".hook")] + [key.splitlines()[1]]
    assert len(leaked(watch, *lines, "http://nothing-secret.example", "talktime")) == len(lines)


async def test_clients_are_listened_to(watch: Watch) -> None:
    async def echo(connection: ServerConnection) -> None:
        async for _ in connection:
            await connection.send(json.dumps({"resume_token": f"{SECRET}.heard"}))

    stop = listen_to_clients(watch)
    try:
        async with serve(echo, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with connect(f"ws://127.0.0.1:{port}", proxy=None) as connection:
                await connection.send(json.dumps({"token": f"{SECRET}.said"}))
                await connection.recv()
        answers = httpx.MockTransport(lambda _: httpx.Response(200, json={"access_token": f"{SECRET}.given"}))
        async with httpx.AsyncClient(transport=answers) as http:
            await http.post("http://here/", json={"password": f"{SECRET}.typed"})
    finally:
        stop()
    lines = [f"{SECRET}{end}" for end in (".heard", ".said", ".given", ".typed")]
    assert len(leaked(watch, *lines)) == len(lines)


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A suite of its own, with leaks."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nanyio_mode = auto\n")
    (tmp_path / "conftest.py").write_text(
        "import pytest\n\n@pytest.fixture(scope='session')\ndef anyio_backend():\n    return 'asyncio'\n"
    )
    (tmp_path / "test_planted.py").write_text(PLANTING)
    return tmp_path


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_planted_leak_fails_its_test_and_stops_no_other(planted: Path, workers: str) -> None:
    """G8: with one process and with several; what was said too early is found at the end."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.harness.leaks.plugin", "-p", "no:cacheprovider"]
    parallel = ["-n", workers, "--dist", "loadfile"] if workers != "0" else ["-p", "no:xdist"]
    run = subprocess.run(
        [*command, *parallel, "--rootdir", str(planted), str(planted)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout + run.stderr
    assert "4 passed, 3 errors" in run.stdout
    for name, kind in (
        ("test_said_by_this_process", "a refresh token in the log of this process"),
        ("test_said_by_a_program", "a TURN secret in the log of python"),
        ("test_says_nothing_but_learns", "a resume token in the log of this process"),
    ):
        assert f"ERROR at teardown of {name}" in run.stdout
        assert kind in run.stdout
    assert "test_said_before_it_was_known" not in run.stdout


def test_what_libraries_say_in_this_process_is_left_out_as_it_is_in_programs() -> None:
    """Their clients are the tests' own, and would name every address."""
    assert logging.getLogger("httpx").getEffectiveLevel() >= logging.ERROR
    assert logging.getLogger("api").isEnabledFor(logging.INFO)
