"""The load: pairs of people who pay, call, talk and hang up, over public doors only, whatever fails."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.faults.phone import Message, Phone
from tests.faults.promises import Promises, now_ms

PASSWORD = "a long enough password"
PAID_MINOR = 400
POOR_BELOW_MINOR = 60
REST_SECONDS_MAX = 8
RING_SECONDS_MAX = 6
ACTIVE_SECONDS_MAX = 8
OVER_SECONDS_MAX = 4
CHARGED_SECONDS_MAX = 5
TALK_SECONDS = (0.05, 2.6)
"""Some calls end within their first minute, some within their second."""


class DoorClosedError(Exception):
    """A request was not answered, or not with what was hoped for."""


@dataclass
class Account:
    """Somebody with an account, and the API they reach."""

    http: httpx.AsyncClient
    api_url: str
    id: UUID
    token: str

    @classmethod
    async def register(cls, http: httpx.AsyncClient, api_url: str) -> Account:
        """Make an account and log in, however often that takes."""
        name = f"p-{secrets.token_hex(6)}"
        body = {"email": f"{name}@example.com", "user_name": name, "password": PASSWORD}
        while True:
            with contextlib.suppress(DoorClosedError):
                await asked(http.post(f"{api_url}/v1/accounts", json=body), also=(409,))
                login = {"login": name, "password": PASSWORD}
                session = await asked(http.post(f"{api_url}/v1/sessions", json=login))
                return cls(http, api_url, UUID(session["account"]["id"]), session["access_token"])
            await asyncio.sleep(0.3)

    async def get(self, path: str) -> Any:
        """Return what the API answers. Raises `DoorClosedError`."""
        return await asked(self.http.get(f"{self.api_url}/v1/{path}", headers=self._headers))

    async def pay(self, promises: Promises) -> None:
        """Ask for a payment under a key, pay it and see that it is settled. Raises `DoorClosedError`."""
        url = f"{self.api_url}/v1/payments"
        headers = {**self._headers, "Idempotency-Key": str(uuid4())}
        payment = await asked(self.http.post(url, json={"amount_minor": PAID_MINOR}, headers=headers))
        payment_id = UUID(payment["id"])
        promises.asked[payment_id] = PAID_MINOR
        await asked(self.http.post(payment["checkout_url"] + "/pay"))
        if (await self.get(f"payments/{payment_id}"))["status"] == "settled":
            promises.payments[payment_id] = PAID_MINOR

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Pair:
    """Two people of whom one calls the other, again and again."""

    caller: Account
    callee: Account
    calling: Phone
    called: Phone
    promises: Promises
    chance: random.Random
    drops: bool = False
    """Whether their connections are bad ones."""
    failures: list[str] = field(default_factory=list)

    @classmethod
    async def meet(
        cls, http: httpx.AsyncClient, api_url: str, urls: tuple[str, ...], promises: Promises, chance: random.Random
    ) -> Pair:
        """Make both accounts and connect their phones."""
        caller, callee = [await Account.register(http, api_url) for _ in range(2)]
        promises.accounts |= {caller.id, callee.id}
        calling, called = [Phone(urls, each.token, promises, chance=chance) for each in (caller, callee)]
        return cls(caller, callee, calling, called, promises, chance)

    async def go_on(self) -> None:
        """Call until cancelled."""
        while True:
            failure = await self.call(talk_seconds=self.chance.uniform(*TALK_SECONDS))
            if failure is not None:
                self.failures.append(failure)
                await asyncio.sleep(0.3)

    async def call(self, *, talk_seconds: float) -> str | None:
        """Pay if need be, call, talk, hang up, hear what it cost; return what kept them from it, or None."""
        try:
            if (await self.caller.get("wallet"))["available_minor"] < POOR_BELOW_MINOR:
                await self.caller.pay(self.promises)
        except DoorClosedError as error:
            return f"money: {error}"
        call_id, failure = await self.place()
        if call_id is None:
            return failure
        await self._talk(talk_seconds)
        return await self.hang_up(call_id)

    async def place(self) -> tuple[str | None, str | None]:
        """Call until both are connected; return the call's id, or why there is none."""
        self.calling.told.clear()
        self.called.told.clear()
        self.promises.attempts += 1
        await self.calling.send("call.invite", callee_id=str(self.callee.id))
        rings = await self.calling.hears(_of("call.ringing", "call.refused", "error"), seconds_max=RING_SECONDS_MAX)
        if rings is None or rings["type"] != "call.ringing":
            await self._leave()
            return None, f"invite: {rings and (rings.get('reason') or rings.get('code'))}"
        call_id = rings["call_id"]
        active = await self.calling.hears(
            _of("call.active", "call.ended", of=call_id), seconds_max=ACTIVE_SECONDS_MAX
        )
        if active is None or active["type"] == "call.ended":
            await self._leave()
            return None, f"active: {active and active['reason']}"
        return call_id, None

    async def hang_up_all(self) -> None:
        """Be in no call, as far as one knows of it."""
        await self._leave()

    async def close(self) -> None:
        """Go offline."""
        await asyncio.gather(self.calling.close(), self.called.close())

    async def _talk(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 2)
        if self.drops and self.chance.random() < 0.3:
            self.chance.choice((self.calling, self.called)).drop()
        await asyncio.sleep(seconds / 2)

    async def hang_up(self, call_id: str) -> str | None:
        """Hang up until that is heard, and hear what it cost; return what kept them from it, or None."""
        over = None
        for who in (self.chance.choice((self.calling, self.called)), self.calling, self.called):
            await who.send("call.hang_up", call_id=call_id)
            over = await self.calling.hears(_of("call.ended", of=call_id), seconds_max=OVER_SECONDS_MAX)
            if over is not None:
                break
        charged = await self.calling.hears(_of("call.charged", of=call_id), seconds_max=CHARGED_SECONDS_MAX)
        if charged is None:
            return f"charged: nothing of {call_id} within {CHARGED_SECONDS_MAX} s"
        return None

    async def _leave(self) -> None:
        """Be in no call any more, as far as one knows of it."""
        for phone in (self.calling, self.called):
            if phone.call_id is not None:
                kind = "call.cancel" if phone.role == "caller" else "call.decline"
                await phone.send(kind, call_id=phone.call_id)
                await phone.send("call.hang_up", call_id=phone.call_id)


async def asked(asking: Any, *, also: tuple[int, ...] = ()) -> Any:
    """Return the answer. Raises `DoorClosedError`."""
    try:
        async with asyncio.timeout(REST_SECONDS_MAX):
            response: httpx.Response = await asking
    except (httpx.HTTPError, TimeoutError) as error:
        raise DoorClosedError(type(error).__name__) from error
    if not response.is_success and response.status_code not in also:
        raise DoorClosedError(f"{response.request.url.path} {response.status_code}")
    return response.json() if response.content else None


async def until_done(pair: Pair, *, seconds_max: float) -> tuple[float, str]:
    """Call again and again until a whole call with its charge succeeds; return the seconds, and why not before."""
    began, last = now_ms(), ""
    while (failure := await pair.call(talk_seconds=0.05)) is not None:
        last = failure
        if now_ms() - began > seconds_max * 1_000:
            return float("inf"), last
        await asyncio.sleep(0.1)
    return (now_ms() - began) / 1_000, last


def _of(*kinds: str, of: str | None = None) -> Any:
    def wanted(message: Message) -> bool:
        return message["type"] in kinds and (of is None or message.get("call_id") == of)

    return wanted
