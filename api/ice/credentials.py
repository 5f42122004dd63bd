"""Time-limited TURN credentials, as coturn's `use-auth-secret` has them (draft-uberti-behave-turn-rest-00)."""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from shared.clock import Clock

Role = Literal["caller", "callee"]


@dataclass(frozen=True)
class TurnCredential:
    """What lets one party of one call allocate relayed addresses until `expires_at`."""

    username: str
    credential: str
    expires_at: datetime


@dataclass
class TurnCredentials:
    """Signs them with the secret that the TURN server knows too; `secret` may be replaced at any time."""

    secret: str
    life_seconds: int
    clock: Clock

    def issue(self, call_id: UUID, role: Role) -> TurnCredential:
        """Return a credential for this party.

        TURN sends the user name in clear, so it names the call and not the person. What follows the time is what
        coturn counts its quota for a user by.
        """
        expires = int(self.clock.now().timestamp()) + self.life_seconds
        username = f"{expires}:{call_id}:{role}"
        mac = hmac.digest(self.secret.encode(), username.encode(), "sha1")
        return TurnCredential(username, base64.b64encode(mac).decode(), datetime.fromtimestamp(expires, UTC))
