"""Who gets in."""

import json
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from shared.ids import new_id
from shared.messages.from_client import Authenticate, Hello, Pong
from shared.messages.requests import NotAdmitted
from shared.messages.to_client import Authenticated, CloseCode, Error, ErrorCode, Welcome
from shared.tokens import TokenSigner, load_signing_key, new_signing_key
from signaling.devices.registry import DEVICES_PER_ACCOUNT_MAX
from signaling.door.origins import Origins
from tests.signaling.device import open_device
from tests.signaling.stage import SIGNING_KEY, Stage, staged, talks


async def test_welcome(stage: Stage) -> None:
    """D13: who one is, with what money, and how to come back."""
    ann = stage.billing.account("ann", balance_minor=25)
    device = await stage.open()
    await device.say(Hello(token=stage.token(ann), ref="hi", device_name="laptop"))
    welcome = await device.expect(Welcome)
    assert (welcome.account, welcome.wallet, welcome.ref) == (ann.party, ann.wallet, "hi")
    assert (welcome.resume_ms, welcome.call) == (20_000, None)
    assert welcome.resume_token


@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"hello"}',
        '{"type":"hello","token":""}',
        '{"type":"hello","token":null}',
        '{"type":"hello","token":"x"}',
        '{"type":"hello","token":"a.b.c"}',
    ],
)
async def test_no_or_bad_token(stage: Stage, frame: str) -> None:
    """D1."""
    device = await stage.open()
    await device.say_raw(frame)
    assert (await device.closed_with())[0] == CloseCode.TOKEN_REFUSED
    assert not stage.billing.asked


async def test_foreign_and_expired_tokens(stage: Stage) -> None:
    """D1, A7: and billing is not even asked."""
    ann = stage.billing.account("ann")
    expired = stage.token(ann)
    stage.time.advance(stage.settings.access_token_seconds * 1_000)
    for token in (expired, _signed(stage, new_signing_key()), _signed(stage, audience="elsewhere")):
        device = await stage.open()
        await device.say(Hello(token=token))
        assert (await device.closed_with())[0] == CloseCode.TOKEN_REFUSED
    assert not stage.billing.asked


def _signed(stage: Stage, key: str | None = None, *, audience: str = "talktime") -> str:
    signer = TokenSigner(
        load_signing_key(key or SIGNING_KEY),
        issuer="talktime",
        audience=audience,
        life_seconds=60,
        clock=stage.time,
    )
    return signer.issue(account_id=new_id(), session_id=new_id())[0]


@pytest.mark.parametrize(
    "frame",
    ['{"type":"pong"}', "{", "", b"\x00", '{"type":"hello","token":5}', '{"type":"hello","token":"a","x":1}'],
)
async def test_anything_before_hello(stage: Stage, frame: str | bytes) -> None:
    """D1, D7."""
    device = await stage.open()
    await device.say_raw(frame)
    assert (await device.closed_with())[0] == CloseCode.MALFORMED_HELLO


async def test_hello_must_come_in_time(stage: Stage) -> None:
    """D1: within five seconds."""
    device = await stage.open()
    await stage.time.pass_ms(4_999)
    assert device.connection.close_code is None
    await stage.time.pass_ms(1)
    assert (await device.closed_with())[0] == CloseCode.HELLO_TIMEOUT


async def test_a_disabled_account_or_ended_session_is_not_admitted(stage: Stage) -> None:
    """A8."""
    ann = stage.billing.account("ann")
    stage.billing.not_admitted[ann.id] = NotAdmitted(reason="session_ended")
    device = await stage.open()
    await device.say(Hello(token=stage.token(ann)))
    assert await device.closed_with() == (CloseCode.NOT_ADMITTED, "session_ended")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:8001", "https://127.0.0.1:8000", "*", "file://"]
)
async def test_foreign_pages_are_refused_before_the_handshake(stage: Stage, origin: str) -> None:
    """D3."""
    with pytest.raises(InvalidStatus) as refused:
        await open_device(stage.url, origin=origin)
    response = refused.value.response
    assert response.status_code == 403
    assert response.headers["Content-Type"] == "application/problem+json"
    assert json.loads(response.body)["status"] == 403


async def test_own_and_allowed_pages_and_programs_get_in() -> None:
    """D3: a program that is no page of anybody's sends no origin."""
    allowed = ("https://one.example", "https://two.example:8443/")
    async with staged(public_url="https://talk.example/", allowed_origins=allowed) as stage:
        ann = stage.billing.account("ann")
        for origin in ("https://talk.example", "https://ONE.example:443", "https://two.example:8443", None):
            device = await stage.open(origin=origin)
            await device.greet(stage.token(ann))


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "production", "payment_provider": "none", "public_url": "https://talk.example"},
        {"mode": "production", "payment_provider": "none", "public_url": "http://localhost"},
        {"mode": "development", "log_level": "DEBUG", "trusted_proxies": ("127.0.0.1",)},
        {"public_url": "http://localhost", "allowed_origins": ()},
        {"public_url": "http://*", "allowed_origins": ("*",)},
    ],
)
async def test_nothing_switches_the_check_off(changes: dict[str, Any]) -> None:
    """D3: no mode, and no value of the settings that it reads."""
    async with staged(**changes) as stage:
        for origin in ("https://evil.example", "null", "*", ""):
            with pytest.raises(InvalidStatus) as refused:
                await open_device(stage.url, origin=origin)
            assert refused.value.response.status_code == 403


def test_an_asterisk_allows_nobody() -> None:
    """D3: there is no way to switch the check off."""
    origins = Origins(public_url="https://talk.example", allowed=("*", "null", ""))
    assert not origins.allow(["https://evil.example"])
    assert not origins.allow(["null"])
    assert not origins.allow(["*"])
    assert not origins.allow(["https://talk.example", "https://talk.example"])
    assert not origins.allow(["https://[broken"])


async def test_devices_of_an_account_are_limited(stage: Stage) -> None:
    """D11: one more is sent away, and another account's is not."""
    ann = stage.billing.account("ann")
    for _ in range(DEVICES_PER_ACCOUNT_MAX):
        await stage.device(ann)
    device = await stage.open()
    await device.say(Hello(token=stage.token(ann)))
    assert (await device.closed_with())[0] == CloseCode.TRY_LATER
    await stage.device(stage.billing.account("ben"))


async def test_tokens_are_not_logged(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """D2: not even where somebody puts one into the address."""
    with caplog.at_level("DEBUG"):
        ann = stage.billing.account("ann")
        token = stage.token(ann)
        device = await stage.leaving.enter_async_context(await open_device(f"{stage.url}?token={token}"))
        await device.greet(token)
        await device.say(Pong())
        await device.hears_nothing()
    said = [record for record in caplog.records if not record.name.startswith("websockets.client")]
    assert not [record for record in said if token in record.getMessage()]


async def test_other_addresses_are_answered_with_problems(stage: Stage) -> None:
    """E1."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{stage.port}") as http:
        for method, path, status in (("GET", "/nothing", 404), ("POST", "/health/live", 405), ("GET", "/ws", 400)):
            answer = await http.request(method, path)
            assert answer.status_code == status, path
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == status


async def test_health(stage: Stage) -> None:
    """E7: live whatever happens, ready while the broker can be reached."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{stage.port}") as http:
        assert (await http.get("/health/live")).json() == {"status": "live"}
        assert (await http.get("/health/ready")).json() == {"status": "ready"}
        await stage.bus.close()
        ready = await http.get("/health/ready")
        assert ready.status_code == 503
        assert int(ready.headers["Retry-After"]) > 0
        assert (await http.get("/health/live")).status_code == 200


async def test_a_newer_token_keeps_the_socket_open() -> None:
    """D1: a socket lives no longer than the token it showed last."""
    async with staged(access_token_seconds=60) as stage:
        ann = stage.billing.account("ann")
        session_id = new_id()
        device = await stage.device(ann, session_id=session_id)
        await stage.time.pass_ms(59_000)
        await device.say(Authenticate(token=stage.token(ann, session_id=session_id), ref="newer"))
        assert (await device.expect(Authenticated)).ref == "newer"
        await stage.time.pass_ms(59_000)
        await device.hears_nothing()
        await stage.time.pass_ms(1_500)
        assert await device.closed_with() == (CloseCode.TOKEN_REFUSED, "the token has expired")


async def test_an_expired_token_may_be_followed_by_a_resume() -> None:
    """D8: the device is lost like one whose socket broke."""
    async with staged(access_token_seconds=60) as stage:
        ann, ben = await stage.pair()
        call_id = await talks(ann, ben)
        await stage.time.pass_ms(60_500)
        again = await stage.device(stage.account_of(ann), resume_token=ann.welcome.resume_token)
        assert again.welcome.call is not None
        assert again.welcome.call.call_id == call_id


@pytest.mark.parametrize("kind", ["other session", "other account", "garbage", "expired"])
async def test_only_a_good_token_of_the_same_session_counts(kind: str) -> None:
    """D1: any other is answered with an error, and the token before it still counts."""
    async with staged(access_token_seconds=60) as stage:
        ann, ben, session_id = stage.billing.account("ann"), stage.billing.account("ben"), new_id()
        old = stage.token(ann, session_id=session_id)
        await stage.time.pass_ms(30_000)
        device = await stage.device(ann, session_id=session_id)
        await stage.time.pass_ms(30_000)
        token = {
            "other session": stage.token(ann),
            "other account": stage.token(ben, session_id=session_id),
            "garbage": "garbage",
            "expired": old,
        }[kind]
        await device.say(Authenticate(token=token, ref="1"))
        error = await device.expect(Error)
        assert (error.code, error.ref) == (ErrorCode.TOKEN_REFUSED, "1")
        await stage.time.pass_ms(29_000)
        await device.hears_nothing()
