"""Signs call tickets (RFC 7519) and reads them again."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

import jwt
import msgspec
from msgspec import Meta, Struct

from shared.clock import Clock
from shared.messages.base import Epoch, Role, TalkMs
from shared.messages.nodes import CallState, DevicePlace

ALGORITHM = "HS256"
TICKET_TYPE = "call-ticket+jwt"
SECRET_BYTES = 32

log = logging.getLogger(__name__)


class Ticket(Struct, frozen=True, kw_only=True):
    """A call as it stood, and the part that a device has in it.

    `left_ms` is what was left of the time to ring or to connect; `peer_device_id` is null until somebody accepts.
    """

    call_id: UUID
    epoch: Epoch
    account_id: UUID
    device_id: UUID
    role: Role
    stage: Literal["ringing", "connecting", "active"]
    talk_ms: TalkMs
    left_ms: Annotated[int, Meta(ge=0)]
    peer_device_id: UUID | None
    connected: list[Role]
    exp: int

    @property
    def state(self) -> CallState | None:
        """Return the call as its owner would hand it over; None where that cannot be: a callee knows its caller.

        Where the devices are connected, and which ones ring, is nobody's business but the nodes'.
        """
        mine = DevicePlace(role=self.role, device_id=self.device_id, node=None)
        if self.peer_device_id is None:
            caller, callee = (mine, None) if self.role is Role.CALLER else (None, mine)
        else:
            peer = DevicePlace(role=self.role.other, device_id=self.peer_device_id, node=None)
            caller, callee = (mine, peer) if self.role is Role.CALLER else (peer, mine)
        if caller is None or (callee is None) is not (self.stage == "ringing"):
            return None
        return CallState(
            epoch=self.epoch,
            stage=self.stage,
            talk_ms=self.talk_ms,
            left_ms=self.left_ms,
            caller=caller,
            callee=callee,
            ringing=[],
            connected=self.connected,
        )


class Tickets:
    """Signs with the first secret, and takes what any of them has signed."""

    def __init__(self, secrets_given: Sequence[str], *, life_ms: int, clock: Clock) -> None:
        self._life_ms = life_ms
        self._clock = clock
        if not secrets_given:
            log.info(
                "No `ticket_secrets`: this process makes its own, and no other one will know its calls' tickets"
            )
        self._secrets = tuple(secrets_given) or (secrets.token_urlsafe(SECRET_BYTES),)

    def trust(self, secrets_given: Sequence[str]) -> None:
        """Sign with the first of these from now on, and take no others; with none, all stays as it is."""
        self._secrets = tuple(secrets_given) or self._secrets

    def sign(self, state: CallState, *, call_id: UUID, account_id: UUID, role: Role) -> str:
        """Return the ticket of one of the two parties of a call that stands like this."""
        mine, peer = (state.caller, state.callee) if role is Role.CALLER else (state.callee, state.caller)
        if mine is None:
            raise ValueError("nobody has this part in the call yet")
        claims: dict[str, Any] = {
            "call_id": str(call_id),
            "epoch": state.epoch,
            "account_id": str(account_id),
            "device_id": str(mine.device_id),
            "role": role.value,
            "stage": state.stage,
            "talk_ms": state.talk_ms,
            "left_ms": state.left_ms,
            "peer_device_id": str(peer.device_id) if peer else None,
            "connected": [each.value for each in state.connected],
            "exp": int(self._clock.now().timestamp()) + self._life_ms // 1_000,
        }
        return jwt.encode(claims, self._secrets[0], algorithm=ALGORITHM, headers={"typ": TICKET_TYPE})

    def read(self, text: str | None, *, account_id: UUID) -> Ticket | None:
        """Return the account's ticket, or None for anything else: forged, expired, another account's, or none."""
        ticket = self._read(text) if text else None
        if ticket is None or ticket.account_id != account_id or ticket.exp <= self._clock.now().timestamp():
            return None
        return ticket if ticket.state else None

    def _read(self, text: str) -> Ticket | None:
        for secret in self._secrets:
            try:
                if jwt.get_unverified_header(text).get("typ") != TICKET_TYPE:
                    return None
                # The expiry is checked on our clock.
                claims = jwt.decode(text, secret, algorithms=[ALGORITHM], options={"verify_exp": False})
                return msgspec.convert(claims, Ticket)
            except (jwt.PyJWTError, TypeError, ValueError):
                continue
        return None
