"""Two people on the telephone, by the dozen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from bench.people import access_token, account_id
from bench.sockets import Socket
from shared.messages.from_client import Accept, Connected, HangUp, Hello, Invite
from shared.messages.to_client import CallAccepted, CallActive, CallIncoming, Welcome
from shared.tokens import TokenSigner

SETUPS_AT_ONCE = 8


@dataclass
class Pair:
    """A caller and a callee, connected, and the call that they are in."""

    caller: Socket
    callee: Socket
    callee_id: UUID
    call_id: UUID | None = None

    @classmethod
    async def connect(cls, number: int, *, port: int, signer: TokenSigner, callee_port: int | None = None) -> Pair:
        """Connect the devices of pair `number`, counted from 1: people 2n - 1 and 2n, maybe at two processes."""
        caller = await _device(2 * number - 1, port, signer)
        callee = await _device(2 * number, callee_port or port, signer)
        return cls(caller, callee, account_id(2 * number))

    async def call(self) -> UUID:
        """Call, answer and connect; return when talk time runs."""
        self.caller.forget()
        self.callee.forget()
        self.caller.say(Invite(callee_id=self.callee_id))
        call_id = self.call_id = (await self.callee.expect(CallIncoming)).call_id
        self.callee.say(Accept(call_id=call_id))
        # On the other socket, so it must not be sent before the accept has been heard.
        await self.caller.expect(CallAccepted)
        for side in (self.callee, self.caller):
            side.say(Connected(call_id=call_id))
        for side in (self.callee, self.caller):
            await side.expect(CallActive)
        return call_id

    def hang_up(self) -> None:
        """End the call; what follows is to be expected on the sockets."""
        assert self.call_id is not None
        self.caller.say(HangUp(call_id=self.call_id))


async def connect_pairs(count: int, *, port: int, signer: TokenSigner) -> list[Pair]:
    """Connect pairs 1 to `count`, a few at a time."""
    gate = asyncio.Semaphore(SETUPS_AT_ONCE)

    async def connect(number: int) -> Pair:
        async with gate:
            return await Pair.connect(number, port=port, signer=signer)

    return await asyncio.gather(*(connect(number) for number in range(1, count + 1)))


async def _device(person: int, port: int, signer: TokenSigner) -> Socket:
    socket = await Socket.open(port, "/ws")
    socket.say(Hello(token=access_token(person, signer)))
    await socket.expect(Welcome)
    return socket
