"""The TURN server of docker-compose.yml: its very words, run by a real coturn (D14)."""

import os
import re
import shlex
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address
from pathlib import Path

import pytest

from tests.harness.coturn import RELAY_PORTS, TurnAddress, running_turnserver, turnserver_program
from tests.harness.ports import free_port
from tests.harness.programs import ROOT, Programs
from tests.harness.turn import RefusedError, Relayed, credentials, relayed
from tests.test_compose import command, run_keys

DOMAIN = "talk.example.com"
COMMANDS = re.findall(r"^\$ (.+)$", (ROOT / "docs/turn.md").read_text(encoding="utf-8"), re.MULTILINE)
EVERYWHERE = ("--listening-port=3478", "--min-port=61000", "--max-port=65535")
"""What of the command a machine that others use too must change."""


@pytest.fixture
async def turn(anyio_backend: str, coturn: TurnAddress, tmp_path: Path) -> AsyncIterator[TurnAddress]:
    """The server, with the secret that `keys` made, relaying from this machine's own address."""
    secret = run_keys(tmp_path)["private/turn-secret"]
    port = free_port()
    words = [word for word in command("coturn", {"DOMAIN": DOMAIN}) if word not in EVERYWHERE]
    here = [
        *("--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}"),
        *(f"--min-port={RELAY_PORTS[0]}", f"--max-port={RELAY_PORTS[1]}"),
    ]
    moved = [word.replace("/keys/", f"{tmp_path}/").replace("/tmp/turn", f"{tmp_path}/turn") for word in words]  # noqa: S108
    async with running_turnserver(await turnserver_program(os.environ), [*here, *moved], port) as log:
        said = log.read_text()
        assert "ERROR" not in said
        assert secret not in said
        yield TurnAddress(port=port, realm=DOMAIN, secrets=(secret,))


def in_a_minute() -> datetime:
    """Return a time that coturn, which has the machine's clock, has still before it."""
    return datetime.now(UTC) + timedelta(minutes=1)


async def refusal(relay: Relayed, host: str) -> int | None:
    """Return the code with which the server refuses to send there, or None."""
    try:
        await relay.send(b"hello", (host, 4_000))
    except RefusedError as error:
        return error.code
    return None


async def test_nobody_gets_through_to_what_is_not_public(turn: TurnAddress) -> None:
    """Neither to the machine, nor to its containers, its neighbours or its cloud's metadata."""
    forbidden = """0.0.0.0 0.1.2.3 10.0.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254 172.17.0.2
        172.31.255.255 192.0.0.192 192.168.1.1 198.18.0.1 224.0.0.1 239.255.255.250 255.255.255.255""".split()
    async with relayed(turn.turn_url, *credentials(turn.secrets[0], expires_at=in_a_minute())) as relay:
        assert {host: await refusal(relay, host) for host in forbidden} == dict.fromkeys(forbidden, 403)
        for host in ("203.0.113.7", "9.255.255.255", "172.32.0.1", "192.169.0.1"):
            assert await refusal(relay, host) is None, host


def test_the_same_holds_for_ipv6() -> None:
    """Also for addresses that wrap those of IPv4: mapped, NAT64, 6to4."""
    ranges = [word.partition("=")[2].split("-") for word in command("coturn", {}) if "denied-peer" in word]
    denied = [(IPv6Address(first), IPv6Address(last)) for first, last in ranges if ":" in first]
    for host in """::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b:1::a00:1
            2002:7f00:1::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1""".split():
        assert any(first <= IPv6Address(host) <= last for first, last in denied), host
    for host in ("2001:db8::1", "2606:4700::1111", "2a00::1"):
        assert not any(first <= IPv6Address(host) <= last for first, last in denied), host


async def test_one_party_cannot_take_all_there_is(turn: TurnAddress) -> None:
    """What is counted is the party of the call, however often its credentials were renewed."""
    [quota] = [int(word.partition("=")[2]) for word in command("coturn", {}) if word.startswith("--user-quota=")]
    renewed = [
        credentials(turn.secrets[0], expires_at=in_a_minute() + timedelta(seconds=each), name="call:caller")
        for each in range(2)
    ]
    async with AsyncExitStack() as held:
        for number in range(quota):
            await held.enter_async_context(relayed(turn.turn_url, *renewed[number % 2]))
        with pytest.raises(RefusedError) as refused:
            await held.enter_async_context(relayed(turn.turn_url, *renewed[0]))
        assert refused.value.code == 486
        callee = credentials(turn.secrets[0], expires_at=in_a_minute(), name="call:callee")
        await held.enter_async_context(relayed(turn.turn_url, *callee))


async def test_a_secret_is_replaced_as_the_page_says(turn: TurnAddress, programs: Programs, tmp_path: Path) -> None:
    """The commands of docs/turn.md, in their order: the running server lets in who signs with either."""
    announce, write, tell, use, retire, write_again = [shlex.split(line) for line in COMMANDS]
    run = ["docker", "compose", "run", "--rm", "--no-deps", "keys"]
    assert (announce[:-1], write, use[:-1], retire[:-1], write_again) == (run, run, run, run, run)
    assert (tell[:6], tell[-1]) == (["docker", "compose", "exec", "coturn", "sh", "-c"], DOMAIN)

    run_keys(tmp_path, announce[-1])
    old, new = run_keys(tmp_path)["private/turn-secret"].split(",")
    assert old == turn.secrets[0]
    assert await lets_in(turn, old)
    assert not await lets_in(turn, new)
    shell = shutil.which("sh")
    assert shell is not None
    moved = [word.replace("/keys/", f"{tmp_path}/").replace("/tmp/turn", f"{tmp_path}/turn") for word in tell[6:]]  # noqa: S108
    told = await programs.run(shell, "-c", *moved, cwd=tmp_path)
    assert await told.ends() == os.EX_OK
    # turnadmin always writes a log, and asks nobody where.
    for log in re.findall(r"log file opened: (\S+)", told.output):
        os.remove(log)
    assert await lets_in(turn, old)
    assert await lets_in(turn, new)
    assert run_keys(tmp_path, use[-1])["private/turn-secret"] == f"{new},{old}"
    run_keys(tmp_path, retire[-1])
    assert run_keys(tmp_path)["turn/secrets.conf"] == f"static-auth-secret={new}\n"


async def lets_in(turn: TurnAddress, secret: str) -> bool:
    """Tell whether the server takes what is signed with this secret."""
    try:
        async with relayed(turn.turn_url, *credentials(secret, expires_at=in_a_minute())):
            return True
    except RefusedError:
        return False
