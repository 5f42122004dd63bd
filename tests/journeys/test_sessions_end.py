"""Sessions end and people leave: by the door of the API, felt at that of signaling."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import httpx

from shared.messages import from_client, to_client
from shared.messages.base import RefusalReason
from shared.messages.to_client import CloseCode
from talktime.person import Device, Person
from tests.journeys.installation import PASSWORD, Installation, Separate
from tests.journeys.talk import answer, over, ring

CLOSED_SECONDS_MAX = 2
OTHER_PASSWORD = "another long password"
IN_A_CALL = "urn:talktime:problem:in-a-call"


async def ask(person: Person, method: str, path: str, body: Any = None) -> httpx.Response:
    """Ask the API as this person."""
    headers = {"authorization": f"Bearer {person.access_token}"}
    return await person.http.request(method, f"{person.doors.api_url}/v1/{path}", json=body, headers=headers)


async def logged_in(installation: Installation, person: Person) -> Person:
    """Log in once more, as on another device."""
    return await Person.log_in(installation.doors, installation.http, person.user_name, PASSWORD)


async def session_id(person: Person) -> str:
    """Return the id of the session that asks."""
    [current] = [each for each in (await person.get("sessions"))["items"] if each["is_current"]]
    return str(current["id"])


async def sent_away(*devices: Device) -> None:
    """A8: the sockets close within two seconds, and say why."""
    for device in devices:
        await device.gone(seconds_max=CLOSED_SECONDS_MAX)
        assert device.closed is not None
        assert device.closed[0] == CloseCode.SESSION_ENDED


async def still_there(*devices: Device) -> None:
    """Each still gets an answer."""
    for device in devices:
        assert device.welcome is not None
        await device.send(from_client.Invite(callee_id=device.welcome.account.account_id))
        assert (await device.expect(to_client.CallRefused)).reason is RefusalReason.SELF_CALL


async def test_an_ended_session_loses_its_sockets(installation: Installation) -> None:
    """A8, A11: one that is ended from another device, then all others; only theirs are closed."""
    laptop = await installation.person()
    phone, tablet = await logged_in(installation, laptop), await logged_in(installation, laptop)
    async with laptop.device() as laptops, phone.device() as phones, tablet.device() as tablets:
        ended = await ask(laptop, "DELETE", f"sessions/{await session_id(phone)}")
        assert ended.status_code == 204
        await sent_away(phones)
        await still_there(laptops, tablets)
        assert (await ask(tablet, "DELETE", "sessions")).status_code == 204
        await sent_away(laptops)
        await still_there(tablets)
        assert (await ask(tablet, "DELETE", "sessions/current")).status_code == 204
        await sent_away(tablets)


async def test_a_new_password_sends_all_other_devices_away(installation: Installation) -> None:
    """A10"""
    laptop = await installation.person()
    phone = await logged_in(installation, laptop)
    async with laptop.device() as laptops, phone.device() as phones, phone.device() as second:
        change = {"current_password": PASSWORD, "new_password": OTHER_PASSWORD}
        assert (await ask(laptop, "PUT", "me/password", change)).status_code == 204
        await sent_away(phones, second)
        await still_there(laptops)


async def test_a_stolen_refresh_token_ends_the_session_and_its_sockets(separate: Separate) -> None:
    """A19: used again after its grace, it, what replaced it and the sockets of both are worth nothing."""
    person = await separate.person()
    opened = await separate.http.post(
        f"{separate.doors.api_url}/v1/sessions", json={"login": person.user_name, "password": PASSWORD}
    )
    session, refresh_url = opened.json(), f"{separate.doors.api_url}/v1/sessions/refresh"
    robbed = Person(separate.doors, separate.http, person.id, person.user_name, session["access_token"])
    stolen = {"refresh_token": session["refresh_token"]}
    async with robbed.device() as robbeds, person.device() as others:
        assert (await separate.http.post(refresh_url, json=stolen)).status_code == 200
        await separate.fetch("UPDATE refresh_tokens SET replaced_at = replaced_at - interval '1 hour'")
        assert (await separate.http.post(refresh_url, json=stolen)).status_code == 401
        await sent_away(robbeds)
        await still_there(others)


async def test_whoever_leaves_is_gone_everywhere(installation: Installation) -> None:
    """A8, A15, F5: not during a call; then all sockets close, nobody can call, and the other's history stays."""
    leaver, other = await installation.person("leaver", money_minor=100), await installation.person(money_minor=100)
    phone = await logged_in(installation, leaver)
    async with AsyncExitStack() as sockets:
        leavers, phones, others = [
            await sockets.enter_async_context(person.device()) for person in (leaver, phone, other)
        ]
        call_id = await ring(leavers, other, others)
        assert (await ask(leaver, "POST", "me/deletion", {"password": PASSWORD})).json()["type"] == IN_A_CALL
        await answer(call_id, leavers, others)
        await others.send(from_client.HangUp(call_id=call_id))
        await over(leavers, others)
        left_minor = (await leavers.expect(to_client.Charged)).wallet.balance_minor
        leaving = {"password": PASSWORD, "forfeits_minor": left_minor}
        assert (await ask(leaver, "POST", "me/deletion", leaving)).status_code == 204
        await sent_away(leavers, phones)

        for invite in (
            from_client.Invite(callee_id=leaver.id),
            from_client.Invite(callee_user_name=leaver.user_name),
        ):
            await others.send(invite)
            assert (await others.expect(to_client.CallRefused)).reason is RefusalReason.UNREACHABLE
        assert (await other.get("people", q=leaver.user_name))["items"] == []
        record = await other.get(f"calls/{call_id}")
        assert (record["other"], record["reason"]) == (None, "hung_up")
    if isinstance(installation, Separate):
        await installation.books_are_right()
