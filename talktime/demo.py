"""Plays a whole paid call between two people at a running server, and prints what each of them sees."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from uuid import UUID

import httpx

from shared.messages import from_client, to_client
from shared.money import format_minor
from talktime.person import Device, DoorError, Doors, Person

TOP_UP_MINOR = 100
TALK_SECONDS = 3.0
# A description as short as one may be: this demonstration sends no media, browsers do.
SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

Say = Callable[[str], None]


async def play(api_url: str, signaling_url: str | None, say: Say, *, talk_seconds: float = TALK_SECONDS) -> int:
    """Register two people, top one up, let them talk, and return what it cost in minor units.

    Where signaling is, the API says, unless `signaling_url` does. Raises `talktime.person.DoorError` or
    `TimeoutError` where the server does not play along; before anybody is registered where it has no sockets.
    """
    async with httpx.AsyncClient(timeout=10) as http:
        doors = Doors.of(api_url, signaling_url) if signaling_url else await Doors.told_by(http, api_url)
        await _find_signaling(doors)
        mark = secrets.token_hex(3)
        anna = await Person.register(doors, http, f"anna-{mark}", secrets.token_urlsafe(16))
        ben = await Person.register(doors, http, f"ben-{mark}", secrets.token_urlsafe(16))
        say(f"{anna.user_name} and {ben.user_name} registered and logged in.")
        await anna.top_up(TOP_UP_MINOR)
        wallet = await anna.wallet()
        currency = wallet["currency"]
        say(
            f"anna paid {format_minor(TOP_UP_MINOR, currency)}; a minute costs "
            f"{format_minor(wallet['price_minor'], currency)}, "
            f"so she can talk {wallet['minutes_affordable']} minutes."
        )
        async with anna.device() as annas, ben.device() as bens:
            say("Both are connected.")
            call_id = await _connect(annas, bens, ben, say)
            say(f"They talk for {talk_seconds:g} seconds …")
            await asyncio.sleep(talk_seconds)
            charged = await _hang_up(annas, bens, call_id, say)
        say(
            f"anna was charged {format_minor(charged.charge_minor, currency)} for {charged.minutes} started "
            f"minute(s), {charged.talk_ms / 1000:.1f} s; "
            f"{format_minor(charged.wallet.available_minor, currency)} are left."
        )
        say(f"ben paid nothing: {format_minor((await ben.wallet())['balance_minor'], currency)} in his wallet.")
        return charged.charge_minor


async def _find_signaling(doors: Doors) -> None:
    try:
        await doors.try_socket()
    except DoorError as error:
        raise DoorError(f"{error}; --signaling-url says where signaling is") from error


async def _connect(annas: Device, bens: Device, ben: Person, say: Say) -> UUID:
    await annas.send(from_client.Invite(callee_user_name=ben.user_name))
    ringing = await annas.expect(to_client.CallRinging)
    say(f"  anna sees: ringing {ringing.callee.user_name}")
    incoming = await bens.expect(to_client.CallIncoming)
    say(f"  ben sees:  {incoming.caller.user_name} calls")
    call_id = incoming.call_id
    await bens.send(from_client.Accept(call_id=call_id))
    await annas.expect(to_client.CallAccepted)
    say("  anna sees: accepted")
    await annas.send(from_client.Offer(call_id=call_id, sdp=SDP))
    await bens.expect(to_client.PeerOffer)
    await bens.send(from_client.Answer(call_id=call_id, sdp=SDP))
    await annas.expect(to_client.PeerAnswer)
    for device in (annas, bens):
        await device.send(from_client.Connected(call_id=call_id))
    active = await annas.expect(to_client.CallActive)
    await bens.expect(to_client.CallActive)
    say(f"  both see:  connected, {active.paid_ms / 1000:g} s are paid")
    return call_id


async def _hang_up(annas: Device, bens: Device, call_id: UUID, say: Say) -> to_client.Charged:
    await annas.send(from_client.HangUp(call_id=call_id))
    over = await annas.expect(to_client.CallOver)
    await bens.expect(to_client.CallOver)
    say(f"  both see:  the call ended ({over.reason}) after {over.talk_ms / 1000:.1f} s")
    return await annas.expect(to_client.Charged)
