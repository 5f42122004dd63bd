"""Operators at work."""

from typing import Any, TypeVar
from uuid import UUID

import httpx

from shared.messages.notices import Notice
from shared.messages.registry import decode_event, decode_notice
from tests.api.world import PASSWORD, Api, User, problem_of

T = TypeVar("T")

REASON = {"reason": "a customer asked for it"}


async def make_operator(api: Api, user: User) -> None:
    """Give the rights, as the command line does."""
    await api.execute("UPDATE accounts SET is_operator = true WHERE id = :id", id=user.id)


async def log_in_as_operator(api: Api, login: str, password: str = PASSWORD) -> httpx.Response:
    """Knock at the operators' door."""
    return await api.http.post("/v1/operator/sessions", json={"login": login, "password": password})


async def at_work(api: Api, user: User) -> User:
    """Return the operator, logged in as one."""
    opened = await log_in_as_operator(api, user.user_name)
    assert opened.status_code == 201, opened.text
    session = opened.json()
    return User(
        api,
        user.id,
        user.user_name,
        UUID(session["session_id"]),
        session["access_token"],
        session["refresh_token"],
    )


async def hired(api: Api, user_name: str) -> User:
    """Return a new operator, logged in as one."""
    user = await api.register(user_name)
    await make_operator(api, user)
    return await at_work(api, user)


async def act(operator: User, account: User | UUID, verb: str, **changes: Any) -> httpx.Response:
    """Do something to an account."""
    account_id = account if isinstance(account, UUID) else account.id
    return await operator.post(f"/operator/accounts/{account_id}/{verb}", {**REASON, **changes})


async def price(operator: User, account: User, price_minor: int) -> httpx.Response:
    """Set a price."""
    return await operator.put(f"/operator/accounts/{account.id}/price", {"price_minor": price_minor, **REASON})


async def adjust(operator: User, account: User, amount_minor: Any, key: object, **changes: Any) -> httpx.Response:
    """Give or take money."""
    body = {"amount_minor": amount_minor, **REASON, **changes}
    return await operator.post(f"/operator/accounts/{account.id}/adjustments", body, key=key)


async def pay_out(operator: User, account: User, amount_minor: Any, key: object, **changes: Any) -> httpx.Response:
    """Record a payout."""
    body = {"amount_minor": amount_minor, "reference": "SEPA 4711", **changes}
    return await operator.post(f"/operator/accounts/{account.id}/payouts", body, key=key)


async def refund(operator: User, call_id: UUID, amount_minor: Any, key: object, **changes: Any) -> httpx.Response:
    """Give back of a call's charge."""
    body = {"amount_minor": amount_minor, **REASON, **changes}
    return await operator.post(f"/operator/calls/{call_id}/refunds", body, key=key)


def refused(answer: httpx.Response) -> tuple[int, str]:
    """Return status and type of the problem that this answer must be."""
    problem = problem_of(answer)
    return problem.status, problem.type.removeprefix("urn:talktime:problem:")


async def notices(api: Api) -> list[Notice]:
    """Return the notices in the outbox, in order."""
    rows = await api.rows("SELECT body FROM outbox WHERE exchange = 'accounts' ORDER BY id")
    return [decode_notice(row["body"].encode()) for row in rows]


async def events(api: Api, kind: type[T]) -> list[T]:
    """Return the facts of this kind in the outbox, in order."""
    rows = await api.rows("SELECT body FROM outbox WHERE exchange = 'payments' ORDER BY id")
    told = [decode_event(row["body"].encode()) for row in rows]
    return [each for each in told if isinstance(each, kind)]


async def log(api: Api, *actions: str) -> list[dict[str, Any]]:
    """Return the rows of the audit log, in order, of these actions or of all that changed something."""
    rows = await api.rows("SELECT * FROM audit_log ORDER BY id")
    return [row for row in rows if (row["action"] in actions if actions else row["reason"] is not None)]
