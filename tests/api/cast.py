"""Many people at once, straight in the database: nobody waits for passwords to be hashed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import insert

from api.sessions.tokens import hash_of
from shared.database import transaction
from shared.ids import new_id
from shared.models import Account, Call, Payment, RefreshToken, Session, Wallet
from shared.tokens import TokenSigner, load_signing_key
from tests.api.world import PASSWORD, SIGNING_KEY, Api, User

QUICK_HASH = Argon2Hasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)
"""Of everybody's password: verified in no time, since a hash says itself what it costs."""


@dataclass
class Person(User):
    """Somebody logged in, and what is theirs, by the names that parameters of paths have."""

    things: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """Who somebody is."""

    name: str
    kind: str = "personal"
    is_operator: bool = False
    blocked: bool = False
    disabled: bool = False
    deleted: bool = False
    logged_out: bool = False
    paid: bool = False


async def enter(api: Api, parts: Sequence[Part]) -> dict[str, Person]:
    """Make these people, each with a session, a second one, a payment and a live call; return them by name."""
    made = {part.name: _person(api, part) for part in parts}
    rows: dict[type, list[dict[str, Any]]] = {
        kind: [] for kind in (Account, Wallet, Session, RefreshToken, Payment, Call)
    }
    for part in parts:
        for table, row in _rows(api, part, made[part.name]):
            rows[table].append(row)
    async with transaction(api.engine) as connection:
        for table, values in rows.items():
            await connection.execute(insert(table), values)
    return made


def _person(api: Api, part: Part) -> Person:
    settings = api.settings
    audience = settings.operator_token_audience if part.kind == "operator" else settings.token_audience
    signer = TokenSigner(
        load_signing_key(SIGNING_KEY),
        issuer=settings.token_issuer,
        audience=audience,
        life_seconds=settings.access_token_seconds,
        clock=api.clock,
    )
    account_id, session_id = new_id(), new_id()
    token, _ = signer.issue(account_id=account_id, session_id=session_id)
    name = f"{part.name.replace(' ', '-')}.{secrets.token_hex(4)}"
    person = Person(api, account_id, name, session_id, token, secrets.token_urlsafe(32))
    person.things = {
        "account_id": str(account_id),
        "id_or_name": name,
        "session_id": str(new_id()),
        "payment_id": str(new_id()),
        "call_id": str(new_id()),
    }
    return person


def _rows(api: Api, part: Part, person: Person) -> list[tuple[type, dict[str, Any]]]:
    now = api.clock.now()
    account = {
        "id": person.id,
        "email": f"{person.user_name}@example.com",
        "user_name": person.user_name,
        "password_hash": QUICK_HASH,
        "is_operator": part.is_operator,
        "disabled_at": now if part.disabled else None,
        "deleted_at": now if part.deleted else None,
        "created_at": now,
    }
    sessions = [
        {
            "id": session_id,
            "account_id": person.id,
            "created_at": now,
            "last_used_at": now,
            "kind": kind,
            "ended_at": now if part.logged_out else None,
        }
        for session_id, kind in ((person.session_id, part.kind), (UUID(person.things["session_id"]), "personal"))
    ]
    token = {
        "token_hash": hash_of(person.refresh_token),
        "session_id": person.session_id,
        "created_at": now,
        "expires_at": now + timedelta(hours=1),
    }
    wallet = {
        "account_id": person.id,
        "price_minor": 10,
        "blocked_at": now if part.blocked else None,
        "operator_blocked_at": now if part.blocked else None,
        "balance_minor": 5 if part.paid else 0,
    }
    payment = {
        "id": UUID(person.things["payment_id"]),
        "account_id": person.id,
        "amount_minor": 5,
        "currency": api.settings.currency,
        "provider": "sandbox",
        "provider_ref": secrets.token_urlsafe(),
        "provider_charge_ref": secrets.token_urlsafe(),
        "status": "settled" if part.paid else "pending",
        "settled_at": now if part.paid else None,
        "created_at": now,
    }
    call = {
        "id": UUID(person.things["call_id"]),
        "caller_id": person.id,
        "node": "node-1",
        "price_minor": 10,
        "authorized_at": now,
        "lease_ends_at": now,
    }
    return [
        (Account, account),
        (Wallet, wallet),
        *((Session, row) for row in sessions),
        (RefreshToken, token),
        (Payment, payment),
        (Call, call),
    ]
