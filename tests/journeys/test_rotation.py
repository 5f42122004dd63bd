"""Keys and secrets are replaced while everything runs: no restart, no socket closed, no call lost (A13)."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from shared.messages import from_client, to_client
from shared.messages.registry import encode
from shared.messages.to_client import CloseCode
from shared.tokens import load_verify_keys
from talktime.keys import SIGNING_KEY, TURN_SECRET, VERIFY_KEYS
from talktime.person import Device, Person
from tests.harness.databases import Database
from tests.harness.programs import Programs
from tests.journeys.installation import PASSWORD, Separate
from tests.journeys.talk import answer, over, ring

TURN_URL = "turn:turn.example:3478?transport=udp"
FILES = {
    "TALKTIME_TOKEN_SIGNING_KEY": SIGNING_KEY,
    "TALKTIME_TOKEN_VERIFY_KEYS": VERIFY_KEYS,
    "TALKTIME_TURN_SECRETS": TURN_SECRET,
}


class Rotating(Separate):
    """An installation whose secrets are in files, as `generate-keys` makes them."""

    folder: Path

    async def turns(self, option: str, step: str, *readers: str) -> None:
        """Do a step of a rotation and return when these programs have read what it changed."""
        assert self.launcher is not None
        before = {name: self.running[name].output.count("Read anew") for name in readers}
        command = await self.launcher.talktime("generate-keys", option, step, str(self.folder))
        assert await command.ends() == os.EX_OK, command.output
        for name in readers:
            await self.running[name].says_again(r"Read anew: TALKTIME_\w+", times=before[name] + 1)


@pytest.fixture
async def rotating(
    programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient, tmp_path: Path
) -> Rotating:
    """The same three programs, of which api and signaling look into the folder every second."""
    made = await programs.talktime("generate-keys", str(tmp_path))
    assert await made.ends() == os.EX_OK
    installation = await Rotating.start(programs, database, vhost_url, http, names=("worker",))
    assert isinstance(installation, Rotating)
    installation.folder = tmp_path
    for name in ("api", "signaling"):
        kept = {key: value for key, value in installation.environments[name].items() if key not in FILES}
        mine = FILES if name == "api" else {"TALKTIME_TOKEN_VERIFY_KEYS": VERIFY_KEYS}
        files = {f"{variable}_FILE": str(tmp_path / file) for variable, file in mine.items()}
        turn = {"TALKTIME_TURN_URLS": TURN_URL} if name == "api" else {}
        installation.environments[name] = kept | files | turn | {"TALKTIME_SECRETS_REREAD_SECONDS": "1"}
        await installation.launch(name)
    return installation


async def key_ids(installation: Separate) -> set[str]:
    """Return the keys that the API publishes."""
    answer = await installation.http.get(f"{installation.doors.api_url}/.well-known/jwks.json")
    return {key["kid"] for key in answer.json()["keys"]}


async def gets_in(person: Person) -> tuple[int, int | None]:
    """Return the status of a request and the code that closes a socket, or None where it is welcome."""
    headers = {"authorization": f"Bearer {person.access_token}"}
    status = (await person.http.get(f"{person.doors.api_url}/v1/me", headers=headers)).status_code
    async with connect(person.doors.socket_url, proxy=None) as socket:
        await socket.send(encode(from_client.Hello(token=person.access_token)).decode())
        try:
            await socket.recv()
        except ConnectionClosed:
            return status, socket.close_code
    return status, None


async def still_talk(call_id: UUID, one: Device, other: Device) -> None:
    """What one says reaches the other, on the sockets that they have had all along."""
    for sender, receiver in ((one, other), (other, one)):
        sdp = f"v=0 {secrets.token_hex(4)}"
        await sender.send(from_client.Offer(call_id=call_id, sdp=sdp))
        assert (await receiver.expect(to_client.PeerOffer)).sdp == sdp


async def test_another_signing_key_during_a_call(rotating: Rotating) -> None:
    """A13, A7: announced, used, and the old one retired; its tokens count until then, and not a moment longer."""
    ann, ben = await rotating.person("ann", money_minor=1_000), await rotating.person("ben")
    [old] = await key_ids(rotating)
    async with ann.device() as anns, ben.device() as bens:
        call_id = await ring(anns, ben, bens)
        await answer(call_id, anns, bens)

        await rotating.turns("--signing-key", "announce", "api", "signaling")
        both = await key_ids(rotating)
        assert old in both
        assert len(both) == 2
        assert _signed_with(await _again(rotating, ann)) == old
        await still_talk(call_id, anns, bens)

        await rotating.turns("--signing-key", "use", "api")
        newer = await _again(rotating, ann)
        assert {_signed_with(newer)} == both - {old}
        assert await key_ids(rotating) == both
        for person in (ann, newer):
            assert await gets_in(person) == (200, None)
        await still_talk(call_id, anns, bens)

        await rotating.turns("--signing-key", "retire", "api", "signaling")
        assert await key_ids(rotating) == both - {old}
        assert await gets_in(ann) == (401, CloseCode.TOKEN_REFUSED)
        assert await gets_in(newer) == (200, None)
        await still_talk(call_id, anns, bens)
        await anns.send(from_client.HangUp(call_id=call_id))
        assert (await over(anns, bens)).reason == "hung_up"
        assert (await anns.expect(to_client.Charged)).charge_minor > 0


async def test_another_turn_secret_during_a_call(rotating: Rotating) -> None:
    """D14: from the next credentials on, once it is used."""
    ann, ben = await rotating.person("ann", money_minor=1_000), await rotating.person("ben")
    async with ann.device() as anns, ben.device() as bens:
        call_id = await ring(anns, ben, bens)
        await answer(call_id, anns, bens)
        old = (rotating.folder / TURN_SECRET).read_text()
        assert await _turn_secret(ann, call_id, [old]) == old
        await rotating.turns("--turn-secret", "announce", "api")
        assert await _turn_secret(ann, call_id, [old]) == old
        await rotating.turns("--turn-secret", "use", "api")
        new = (rotating.folder / TURN_SECRET).read_text().split(",")[0]
        for person in (ann, ben):
            assert await _turn_secret(person, call_id, [old, new]) == new
        await rotating.turns("--turn-secret", "retire", "api")
        assert await _turn_secret(ann, call_id, [old, new]) == new
        await still_talk(call_id, anns, bens)


async def test_what_makes_no_key_changes_nothing(rotating: Rotating) -> None:
    """A13: a file that was written by half, or is gone for a moment, is told of and looked at again."""
    ann = await rotating.person("ann")
    verify = rotating.folder / VERIFY_KEYS
    good = verify.read_text()
    [key] = load_verify_keys(good)
    verify.write_text(good[:40])
    for name in ("api", "signaling"):
        said = await rotating.running[name].says(r"New secrets are not taken, the old ones stay: .*")
        assert good[30:40] not in said[0]
    assert await gets_in(ann) == (200, None)
    verify.write_text(good)
    await rotating.turns("--signing-key", "announce", "api", "signaling")
    assert key.id in await key_ids(rotating)
    assert await gets_in(ann) == (200, None)


async def _again(installation: Separate, person: Person) -> Person:
    return await Person.log_in(installation.doors, installation.http, person.user_name, PASSWORD)


def _signed_with(person: Person) -> str:
    head = person.access_token.split(".")[0]
    kid: str = httpx.Response(200, content=base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))).json()["kid"]
    return kid


async def _turn_secret(person: Person, call_id: UUID, secrets_known: list[str]) -> str:
    """Return the secret that has signed this party's credentials."""
    [server] = (await person.get("ice-servers", call_id=str(call_id)))["ice_servers"]

    def signed(secret: str) -> str:
        mac = hmac.digest(secret.encode(), server["username"].encode(), "sha1")
        return base64.b64encode(mac).decode()

    [found] = [secret for secret in secrets_known if signed(secret) == server["credential"]]
    return found
