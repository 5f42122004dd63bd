"""ICE servers for the parties of live calls."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.ice.credentials import Role, TurnCredentials
from api.ice.schemas import IceServer, IceServers
from api.problems import ApiError, FieldError, NotFoundError, ProblemType
from api.security import Login
from shared.database import reading
from shared.models import Call


class RelayNotOfferedError(ApiError):
    """The account wants relayed media only, and there is nothing that relays."""

    problem_type = ProblemType.RELAY_NOT_OFFERED

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(
            "The account asks for relayed media (`relay_only`), and the operator has set no TALKTIME_TURN_URLS.",
            errors=errors,
        )


@dataclass(frozen=True)
class Ice:
    """Tells a party which servers to use; `credentials` is None where there is no TURN."""

    engine: AsyncEngine
    stun_urls: tuple[str, ...]
    turn_urls: tuple[str, ...]
    credentials: TurnCredentials | None
    relay_only: bool

    async def servers_for(self, login: Login, call_id: UUID) -> IceServers:
        """Return the servers for a call that is not over. Raises `NotFoundError`, `RelayNotOfferedError`."""
        role = await self._role(login.account_id, call_id)
        relay_only = self.relay_only or login.relay_only
        servers, expires_at = self._turn(call_id, role)
        if relay_only and not servers:
            raise RelayNotOfferedError
        # Whoever hides the own addresses has no use for a server that tells them.
        if self.stun_urls and not relay_only:
            servers.insert(0, IceServer(urls=list(self.stun_urls)))
        return IceServers(
            ice_servers=servers,
            ice_transport_policy="relay" if relay_only else "all",
            expires_at=expires_at,
        )

    def _turn(self, call_id: UUID, role: Role) -> tuple[list[IceServer], datetime | None]:
        if self.credentials is None:
            return [], None
        issued = self.credentials.issue(call_id, role)
        server = IceServer(urls=list(self.turn_urls), username=issued.username, credential=issued.credential)
        return [server], issued.expires_at

    async def _role(self, account_id: UUID, call_id: UUID) -> Role:
        wanted = select(Call.caller_id).where(
            Call.id == call_id,
            Call.settled_at.is_(None),
            or_(Call.caller_id == account_id, Call.callee_id == account_id),
        )
        async with reading(self.engine) as connection:
            caller_id = (await connection.execute(wanted)).scalar_one_or_none()
        if caller_id is None:
            raise NotFoundError
        return "caller" if caller_id == account_id else "callee"
