"""The TURN server and the client that tests have do what tests rely on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.harness.coturn import Coturns, TurnAddress, turnserver_program
from tests.harness.errors import UnavailableServiceError
from tests.harness.turn import RefusedError, credentials, relayed


def in_a_minute() -> datetime:
    """Return a time that coturn, which has the machine's clock, has still before it."""
    return datetime.now(UTC) + timedelta(minutes=1)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_two_talk_through_the_server(coturn: TurnAddress, transport: str) -> None:
    url = coturn.turn_url.replace("udp", transport)
    old, new = (credentials(secret, expires_at=in_a_minute()) for secret in coturn.secrets)
    async with relayed(url, *old) as ann, relayed(url, *new) as bob:
        await bob.send(b"(nobody lets this in yet)", ann.address)
        await ann.send(b"hello", bob.address)
        assert await bob.receive() == b"hello"


async def test_a_server_honours_its_own_secrets_only(coturn: TurnAddress, coturns: Coturns) -> None:
    mine = await coturns.start("a-secret-of-this-test")
    async with relayed(mine.turn_url, *credentials("a-secret-of-this-test", expires_at=in_a_minute())):
        pass
    for secret in coturn.secrets:
        with pytest.raises(RefusedError) as refused:
            async with relayed(mine.turn_url, *credentials(secret, expires_at=in_a_minute())):
                pytest.fail("it let us in")
        assert refused.value.code == 401


async def test_a_named_program_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UnavailableServiceError, match=r"TEST_TURNSERVER names .*/turnserver: no such program"):
        await turnserver_program({"TEST_TURNSERVER": str(tmp_path / "turnserver")})
