"""An API under test, and people who use it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import httpx
from litestar import Litestar
from msgspec import Struct, convert
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import create_app
from shared.clock import Clock
from shared.database import create_engine, reading, transaction
from shared.messages.base import WalletState
from shared.settings import Settings
from shared.tokens import new_signing_key
from tests.harness.leaks.learning import learn_from_settings
from tests.harness.leaks.session import WATCH

T = TypeVar("T")

PASSWORD = "correct horse battery"
WEBHOOK_SECRET = "the sandbox's own secret"
SIGNING_KEY = new_signing_key()
BASE_URL = "http://talktime.test"
LOCK_SECONDS_MAX = 10
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def settings_for(database_url: str, **changes: Any) -> Settings:
    """Return settings as a test needs them."""
    values: dict[str, Any] = {
        "database_url": database_url,
        "token_signing_key": SIGNING_KEY,
        "sandbox_webhook_secrets": (WEBHOOK_SECRET,),
        "public_url": BASE_URL,
        "price_minor": 10,
    }
    return convert({**values, **changes}, Settings)


@dataclass
class Api:
    """The application, called without a socket between."""

    settings: Settings
    engine: AsyncEngine
    clock: Clock
    app: Litestar
    http: httpx.AsyncClient

    async def register(self, user_name: str, *, email: str | None = None) -> "User":
        """Make an account and log in."""
        body = {"email": email or f"{user_name}@example.com", "user_name": user_name, "password": PASSWORD}
        made = await self.http.post("/v1/accounts", json=body)
        assert made.status_code == 201, made.text
        return await self.log_in(user_name)

    async def log_in(self, login: str, *, password: str = PASSWORD) -> "User":
        """Log in."""
        opened = await self.http.post("/v1/sessions", json={"login": login, "password": password})
        assert opened.status_code == 201, opened.text
        session = opened.json()
        account = session["account"]
        return User(
            self,
            UUID(account["id"]),
            account["user_name"],
            UUID(session["session_id"]),
            session["access_token"],
            session["refresh_token"],
        )

    async def rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return what the database has."""
        async with reading(self.engine) as connection:
            found = await connection.execute(_text(statement), parameters)
        return [dict(row._mapping) for row in found]

    async def execute(self, statement: str, **parameters: Any) -> None:
        """Change the database behind the API's back."""
        async with transaction(self.engine) as connection:
            await connection.execute(_text(statement), parameters)

    async def value(self, statement: str, **parameters: Any) -> Any:
        """Return one value of the database."""
        async with reading(self.engine) as connection:
            return (await connection.execute(_text(statement), parameters)).scalar_one()

    @asynccontextmanager
    async def meanwhile(self, statement: str, **parameters: Any) -> AsyncIterator[None]:
        """Run the statement now and commit it at the end of the block, once something waits for its lock."""
        async with transaction(self.engine) as connection:
            await connection.execute(_text(statement), parameters)
            yield
            async with asyncio.timeout(LOCK_SECONDS_MAX):
                while not await self.value(_WAITING):
                    pass

    async def told(self) -> list[str]:
        """Return the types of the messages in the outbox, in order."""
        return [row["type"] for row in await self.rows("SELECT type FROM outbox ORDER BY id")]


@dataclass
class User:
    """Somebody logged in."""

    api: Api
    id: UUID
    user_name: str
    session_id: UUID
    access_token: str
    refresh_token: str
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.access_token}"}

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """GET under /v1."""
        return await self.api.http.get(f"/v1{path}", params=query or None, headers=self.headers)

    async def post(self, path: str, json: Any = None, *, key: object = None) -> httpx.Response:
        """POST under /v1; `key` is that of the request, where it has one."""
        named = {} if key is None else {"Idempotency-Key": str(key)}
        return await self.api.http.post(f"/v1{path}", json=json, headers={**self.headers, **named})

    async def patch(self, path: str, json: Any) -> httpx.Response:
        """PATCH under /v1."""
        return await self.api.http.patch(f"/v1{path}", json=json, headers=self.headers)

    async def put(self, path: str, json: Any) -> httpx.Response:
        """PUT under /v1."""
        return await self.api.http.put(f"/v1{path}", json=json, headers=self.headers)

    async def delete(self, path: str) -> httpx.Response:
        """DELETE under /v1."""
        return await self.api.http.delete(f"/v1{path}", headers=self.headers)

    async def read(self, path: str, kind: type[T], **query: Any) -> T:
        """GET what must be there, as a struct."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return convert(answer.json(), kind)

    async def wallet(self) -> WalletState:
        """Return one's wallet."""
        return await self.read("/wallet", WalletState)


def new_key() -> dict[str, str]:
    """Return the header of a request that is like no other; routes that need none leave it."""
    return {"Idempotency-Key": secrets.token_hex()}


class ProblemSeen(Struct):
    """A problem as a client reads it."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[dict[str, str]] = []
    dependencies: dict[str, str] = {}
    balance_minor: int | None = None
    currency: str | None = None

    @property
    def fields(self) -> set[str]:
        """The fields that are named."""
        return {error["field"] for error in self.errors}


def problem_of(answer: httpx.Response) -> ProblemSeen:
    """Return the problem that this answer must be."""
    assert answer.headers["content-type"] == "application/problem+json", (answer.status_code, answer.text)
    problem = convert(answer.json(), ProblemSeen)
    assert problem.status == answer.status_code
    assert problem.type.startswith("urn:talktime:problem:")
    return problem


@asynccontextmanager
async def client_of(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Start the application and call it without a socket between."""
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type] # httpx has a narrower idea of ASGI
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url=BASE_URL) as http:
        yield http


@asynccontextmanager
async def running_api(database_url: str, clock: Clock, **changes: Any) -> AsyncIterator[Api]:
    """Run an application until the block ends."""
    settings = settings_for(database_url, **changes)
    learn_from_settings(WATCH, settings)
    engine = create_engine(settings.database_url, connections_max=settings.database_connections_max)
    try:
        app = create_app(settings, engine=engine, clock=clock)
        async with client_of(app) as http:
            yield Api(settings, engine, clock, app, http)
    finally:
        await engine.dispose()


def _text(statement: str) -> TextClause:
    return text(statement)
