"""Who asks: the access token proves a session, the database says whether it still holds and what it may do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard
from msgspec import Struct
from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.problems import ApiError, ProblemType
from api.sessions.kinds import SessionKind
from shared.database import reading
from shared.models import Account, CallsFrom, PresenceTo, Session
from shared.tokens import TokenRefusedError, TokenVerifier

_SCHEME = "bearer "


class UnauthenticatedError(ApiError):
    """No token, a bad one or another door's, an ended session, a disabled account: always the same answer."""

    problem_type = ProblemType.UNAUTHENTICATED


class Login(Struct, frozen=True):
    """The account and the session that a request comes from, as the database has them now."""

    account_id: UUID
    session_id: UUID
    user_name: str
    email: str
    is_operator: bool
    relay_only: bool
    calls_from: CallsFrom
    do_not_disturb: bool
    presence_to: PresenceTo
    last_seen_shared: bool
    created_at: datetime
    logged_in_at: datetime


@dataclass(frozen=True)
class Authenticator:
    """Finds out who asks, at doors for sessions of one kind; the operators' let operators in and nobody else."""

    engine: AsyncEngine
    verifier: TokenVerifier
    kind: SessionKind = SessionKind.PERSONAL

    def guard(self) -> Guard:
        """Return the guard of every route that needs a login; it puts the login where `login_of` finds it."""

        # A closure, since Litestar copies guards deeply, and an engine cannot be copied.
        async def authenticate(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
            if connection.scope.get("method") != "OPTIONS":  # a browser's preflight carries no token
                connection.scope["user"] = await self.login(connection.headers.getall("authorization", []))

        return authenticate

    async def login(self, headers: list[str]) -> Login:
        """Return who the `Authorization` header proves. Raises `UnauthenticatedError`, also where there are two.

        Which of two counts others may see otherwise: whoever looks at requests in front of us.
        """
        if len(headers) != 1 or not headers[0].lower().startswith(_SCHEME):
            raise UnauthenticatedError
        try:
            claims = self.verifier.verify(headers[0][len(_SCHEME) :].strip(" "))
        except TokenRefusedError as error:
            raise UnauthenticatedError from error
        # Its own short read: on the connection of the request's transaction it would begin that too early.
        async with reading(self.engine) as connection:
            found = await connection.execute(
                _LOGIN, {"session_id": claims.sid, "account_id": claims.sub, "kind": self.kind}
            )
        row = found.one_or_none()
        if row is None:
            raise UnauthenticatedError
        return Login(*row)


def login_of(request: Request[Login, Any, Any]) -> Login:
    """Return the login that the guard found; the dependency `login` of protected routes."""
    return request.user


_LOGIN: Select[*tuple[Any, ...]] = (
    select(
        Account.id,
        Session.id,
        Account.user_name,
        Account.email,
        Account.is_operator,
        Account.relay_only,
        Account.calls_from,
        Account.do_not_disturb,
        Account.presence_to,
        Account.last_seen_shared,
        Account.created_at,
        Session.created_at,
    )
    .join(Session, Session.account_id == Account.id)
    .where(
        Session.id == bindparam("session_id"),
        Account.id == bindparam("account_id"),
        Session.ended_at.is_(None),
        Account.disabled_at.is_(None),
        Session.kind == bindparam("kind"),
        or_(Session.kind != SessionKind.OPERATOR, Account.is_operator),
    )
)
