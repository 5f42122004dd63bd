"""The log of what operators did."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.accounts.schemas import NewAccount
from api.accounts.service import Accounts
from api.accounts.uniqueness import AlreadyTakenError
from api.fields import EmailAddress
from api.operators.appointing import Appointments, NoSuchAccountError
from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.passwords import Passwords
from shared.messages.base import EndReason
from tests.api.callers import call
from tests.api.office import REASON, act, adjust, at_work, hired, log, log_in_as_operator, notices, price, refused
from tests.api.test_deletion import leave
from tests.api.world import PASSWORD, Api, User, problem_of
from tests.harness.databases import Database
from tests.harness.sql import execute

NEW = NewAccount(email=EmailAddress("otto@example.com"), user_name="otto", password=PASSWORD)


async def listed(operator: User, **query: Any) -> list[dict[str, Any]]:
    """Return the acts of a page."""
    answer = await operator.get("/operator/audit", **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.fixture
def appointments(api: Api) -> Appointments:
    """What the command line makes operators with."""
    accounts = Accounts(api.engine, api.clock, Passwords(threads_max=1, queue_max=1), 10)
    return Appointments(api.engine, api.clock, accounts, AuditLog(api.engine, api.clock))


async def test_every_act_is_there(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17: who, what, whom, why, in their order; and no e-mail address in any of it."""
    live = await call(api, ann, bob, None)
    for verb in ("block", "unblock", "disable", "enable"):
        await act(olga, ann, verb)
    await price(olga, ann, 25)
    booked = (await adjust(olga, ann, 30, "key")).json()
    await olga.post(f"/operator/calls/{live}/end", REASON)
    await olga.get("/operator/accounts", q="ann@example.com")
    await olga.get(f"/operator/accounts/{ann.id}")
    await olga.get("/operator/calls/live")
    await olga.get(f"/operator/calls/{live}")
    acts = (await listed(olga, limit=100))[::-1]
    assert [entry["action"] for entry in acts] == [
        "operator.logged_in",
        *("account.blocked", "account.unblocked", "account.disabled", "account.enabled"),
        *("price.set", "balance.adjusted", "call.end_asked"),
        *("accounts.searched", "account.viewed", "calls.listed", "call.viewed"),
    ]
    assert {(entry["actor_id"], entry["actor_name"], entry["session_id"]) for entry in acts} == {
        (str(olga.id), "olga", str(olga.session_id))
    }
    assert {entry["created_at"] for entry in acts} == {"2030-01-01T12:00:00Z"}
    assert [entry["reason"] for entry in acts] == [None] + [REASON["reason"]] * 7 + [None] * 4
    assert {entry["account_id"] for entry in acts} == {str(ann.id), None}
    assert acts[6]["details"] == {
        "adjustment_id": booked["id"],
        "amount_minor": 30,
        "balance_after_minor": 30,
        "currency": "EUR",
    }
    assert [entry["call_id"] for entry in acts if entry["call_id"]] == [str(live)] * 2
    assert "@" not in (await olga.get("/operator/audit", limit=100)).text


async def test_every_kind_of_act_is_tested(api: Api, ann: User, olga: User) -> None:
    """A17: the tests of this file know them all."""
    assert {action.value for action in Action} == {
        *("operator.appointed", "operator.dismissed", "operator.logged_in"),
        *("accounts.searched", "account.viewed", "calls.listed"),
        *("account.blocked", "account.unblocked", "account.disabled", "account.enabled", "price.set"),
        *("asking_price.set", "default_price.set", "balance.adjusted", "payout.recorded", "payment.refunded"),
        *("call.viewed", "call.end_asked", "call.refunded", "books.viewed"),
    }


async def test_every_login_is_there(api: Api, olga: User, database: Database) -> None:
    """A17: with its session, and none comes in that cannot be logged; wrong passwords are nobody's acts."""
    again = await at_work(api, olga)
    await log_in_as_operator(api, "olga", "wrong password")
    rows = await log(api, "operator.logged_in")
    assert [(row["actor_id"], row["actor_name"], row["session_id"]) for row in rows] == [
        (olga.id, "olga", olga.session_id),
        (olga.id, "olga", again.session_id),
    ]
    role = await api.value("SELECT current_user")
    await execute(database.owner_url, f'REVOKE INSERT ON audit_log FROM "{role}"')
    assert (await log_in_as_operator(api, "olga")).status_code == 500
    assert await api.value("SELECT count(*) FROM sessions WHERE kind = 'operator'") == 2


async def test_looks_are_there_once_a_session(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17: of each account and each call; a page that asks every second does not fill the log."""
    live, other = await call(api, ann, bob, None), await call(api, bob, ann, EndReason.MISSED)
    again = await at_work(api, olga)
    for operator in (olga, olga, again):
        for _ in range(2):
            await operator.get("/operator/accounts")
            await operator.get("/operator/calls/live")
            for account in (ann, bob):
                for what in ("", "/entries", "/calls", "/payments"):
                    await operator.get(f"/operator/accounts/{account.id}{what}")
            for call_id in (live, other):
                await operator.get(f"/operator/calls/{call_id}")
            await operator.get("/operator/figures")
    rows = await log(api, "accounts.searched", "calls.listed", "account.viewed", "call.viewed")
    assert len(rows) == 2 * (1 + 1 + 2 + 2)
    assert {row["account_id"] for row in rows if row["action"] == "account.viewed"} == {ann.id, bob.id}


async def test_what_was_refused_is_not_there(api: Api, ann: User, olga: User) -> None:
    """A17: act and entry are one transaction."""
    await adjust(olga, ann, -5, uuid4())
    await act(olga, olga, "block")
    await act(olga, uuid4(), "block")
    await olga.get(f"/operator/accounts/{uuid4()}")
    assert await api.value("SELECT count(*) FROM audit_log WHERE action <> 'operator.logged_in'") == 0


async def test_an_act_that_cannot_be_logged_does_not_happen(
    api: Api, ann: User, olga: User, database: Database
) -> None:
    """A17: nor does a look show anything."""
    role = await api.value("SELECT current_user")
    await execute(database.owner_url, f'REVOKE INSERT ON audit_log FROM "{role}"')
    for answer in (
        await act(olga, ann, "block"),
        await act(olga, ann, "disable"),
        await price(olga, ann, 5),
        await adjust(olga, ann, 5, uuid4()),
        await olga.get(f"/operator/accounts/{ann.id}"),
        await olga.get("/operator/accounts"),
    ):
        assert answer.status_code == 500
        assert "ann" not in answer.text
    wallet = await ann.wallet()
    assert (wallet.balance_minor, wallet.price_minor, wallet.blocked) == (0, 10, False)
    assert await notices(api) == []


async def test_it_is_read_by_actor_account_call_and_action(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17: each filter alone and all together; several values are an or."""
    otto = await hired(api, "otto")
    live = await call(api, ann, bob, None)
    await act(olga, ann, "block")
    await act(otto, ann, "unblock")
    await act(otto, bob, "block")
    await otto.post(f"/operator/calls/{live}/end", REASON)

    async def actions(**query: Any) -> list[str]:
        acts = [entry["action"] for entry in await listed(olga, **query)]
        return [action for action in acts if action != "operator.logged_in"]

    assert await actions() == ["call.end_asked", "account.blocked", "account.unblocked", "account.blocked"]
    assert await actions(actor=str(olga.id)) == ["account.blocked"]
    assert await actions(account=str(ann.id)) == ["account.unblocked", "account.blocked"]
    assert await actions(account=[str(ann.id), str(bob.id)], actor=str(otto.id)) == [
        "account.blocked",
        "account.unblocked",
    ]
    assert await actions(call=str(live)) == ["call.end_asked"]
    assert await actions(action="account.unblocked") == ["account.unblocked"]
    assert await actions(action="account.unblocked", actor=str(olga.id)) == []
    assert await actions(actor=str(uuid4())) == []


@pytest.mark.parametrize(
    "query", ["actor=olga", "account=", "action=account.murdered", "cursor=!", "limit=0", "call=null"]
)
async def test_bad_filters_are_refused(olga: User, query: str) -> None:
    """E4, E6"""
    assert problem_of(await olga.get(f"/operator/audit?{query}")).status == 422


async def test_it_comes_in_pages(api: Api, ann: User, olga: User) -> None:
    """E4: each act once, whatever is done between two pages."""
    for verb in ("block", "unblock", "disable", "enable", "block"):
        await act(olga, ann, verb)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await olga.get("/operator/audit", limit=2, cursor=cursor)).json()
        seen += [entry["action"].removeprefix("account.") for entry in page["items"]]
        cursor = page["next_cursor"]
        await price(olga, ann, 20 + len(seen))
    assert seen == ["blocked", "enabled", "disabled", "unblocked", "blocked", "operator.logged_in"]


@pytest.mark.parametrize(
    "change", ["UPDATE audit_log SET reason = 'none'", "DELETE FROM audit_log", "TRUNCATE audit_log"]
)
async def test_nobody_changes_it(api: Api, ann: User, olga: User, database: Database, change: str) -> None:
    """A17: not the programs, by their rights; not the owner of the tables, by a trigger."""
    await act(olga, ann, "block")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(database.app_url, change)
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await execute(database.owner_url, change)
    assert len(await log(api)) == 1


async def test_what_somebody_did_stays_when_the_person_leaves(api: Api, ann: User, olga: User) -> None:
    """A15, A17: the operator's name of that time; of who was acted on only the id."""
    await act(olga, ann, "block")
    await act(olga, ann, "unblock")
    personal = await api.log_in("olga")
    assert await leave(personal) == await leave(ann) == 204
    assert {(row["actor_name"], row["actor_id"], row["account_id"]) for row in await log(api)} == {
        ("olga", olga.id, ann.id)
    }
    assert "ann" not in str([row["details"] for row in await log(api)])


async def test_appointing_and_dismissing(api: Api, ann: User, appointments: Appointments) -> None:
    """A9, A17: an account that is there, by name or address; the log says that it was the command line."""
    assert await appointments.appoint("ANN")
    assert not await appointments.appoint("ann@example.com")
    operator, personal = await at_work(api, ann), await api.log_in("ann")
    assert await appointments.dismiss("ann@example.com")
    assert not await appointments.dismiss("ann")
    assert refused(await operator.get("/operator/sessions/current")) == (401, "unauthenticated")
    assert await api.value("SELECT count(*) FROM sessions WHERE kind = 'operator' AND ended_at IS NULL") == 0
    assert (await personal.get("/me")).json()["is_operator"] is False
    rows = await log(api, "operator.appointed", "operator.dismissed")
    assert [(row["action"], row["account_id"]) for row in rows] == [
        ("operator.appointed", ann.id),
        ("operator.dismissed", ann.id),
    ]
    assert {(row["actor_id"], row["actor_name"], row["session_id"]) for row in rows} == {
        (None, "command line", None)
    }


async def test_an_operators_account_is_made(api: Api, appointments: Appointments) -> None:
    """A17: with a wallet, as any other; a name that is taken is nobody's to give away."""
    await appointments.make(NEW)
    assert (await log_in_as_operator(api, "otto")).status_code == 201
    assert (await (await api.log_in("otto")).wallet()).price_minor == 10
    await appointments.dismiss("otto")
    with pytest.raises(AlreadyTakenError):
        await appointments.make(NEW)
    assert not await api.value("SELECT is_operator FROM accounts")


async def test_nobody_is_appointed_who_cannot_come_in(api: Api, ann: User, appointments: Appointments) -> None:
    """A17: unknown, disabled or gone; rights can be taken from a disabled one."""
    await appointments.appoint("ann")
    await api.execute("UPDATE accounts SET disabled_at = now()")
    for login in ("ann", "nobody", "no@body.example", f"deleted:{ann.id}"):
        with pytest.raises(NoSuchAccountError):
            await appointments.appoint(login)
    assert await appointments.dismiss("ann")
    with pytest.raises(NoSuchAccountError):
        await appointments.dismiss("nobody")


async def test_answers_are_as_documented(api: Api, ann: User, bob: User, olga: User) -> None:
    """E2: each property of each answer, none missing, none more."""
    live: UUID = await call(api, ann, bob, None)
    document = (await api.http.get("/openapi.json")).json()
    for path in (
        "/v1/operator/sessions/current",
        "/v1/operator/accounts",
        "/v1/operator/accounts/{account_id}",
        "/v1/operator/accounts/{account_id}/entries",
        "/v1/operator/calls/live",
        "/v1/operator/calls/{call_id}",
        "/v1/operator/figures",
        "/v1/operator/audit",
    ):
        schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        described = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        url = path.removeprefix("/v1").format(account_id=ann.id, call_id=live)
        assert set((await olga.get(url)).json()) == set(described["properties"]), path
