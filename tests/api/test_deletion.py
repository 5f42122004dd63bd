"""Leaving: the person goes, the books stay (A15)."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import pytest

from shared.ids import new_id
from shared.messages.events import BalanceForfeited
from shared.messages.notices import SessionEnded
from tests.api.earners import paid_call
from tests.api.office import events, pay_out
from tests.api.payers import ask_for, event_of, send, top_up
from tests.api.world import PASSWORD, Api, User, problem_of

UNAUTHENTICATED = "urn:talktime:problem:unauthenticated"
WRONG_CREDENTIALS = "urn:talktime:problem:wrong-credentials"
WRONG_PASSWORD = "urn:talktime:problem:wrong-password"
MONEY_LEFT = "urn:talktime:problem:money-left"


async def leave(user: User, **changes: Any) -> int:
    """Delete the account; return the status."""
    return (await user.post("/me/deletion", {"password": PASSWORD, **changes})).status_code


async def talked(api: Api, caller: User, callee: User) -> UUID:
    """Store a settled call between the two."""
    call_id = new_id()
    await api.execute(
        """
        INSERT INTO calls (id, caller_id, callee_id, node, price_minor, minutes_held, lease_ends_at, started_at,
                           ended_at, talk_ms, minutes, charge_minor, reason, settled_at)
        VALUES (:id, :caller_id, :callee_id, 'n', 10, 1, now(), now(), now(), 5000, 1, 10, 'hung_up', now())
        """,
        id=call_id,
        caller_id=caller.id,
        callee_id=callee.id,
    )
    return call_id


async def books_balance(api: Api) -> None:
    """B8"""
    wrong = """
        SELECT w.account_id FROM wallets w
         WHERE (balance_minor, earned_minor) <> (
             SELECT coalesce(sum(amount_minor) FILTER (WHERE purse = 'credit'), 0),
                    coalesce(sum(amount_minor) FILTER (WHERE purse = 'earnings'), 0)
               FROM ledger_entries e WHERE e.wallet_id = w.account_id)
    """
    assert await api.rows(wrong) == []
    assert await api.value("SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries") == 0


async def test_nothing_of_the_person_is_left(api: Api) -> None:
    """A15: no table holds address, name, hash, device or network address any more."""
    ann = await api.register("ann.of.green.gables", email="anne@prince-edward.example")
    await api.http.post(
        "/v1/sessions", json={"login": ann.user_name, "password": PASSWORD}, headers={"User-Agent": "Slate 1.0"}
    )
    assert await leave(ann) == 204
    left = ""
    for table in await api.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        left += str(await api.rows(f"SELECT * FROM {table['tablename']}"))
    assert str(ann.id) in left
    for personal in ("anne", "prince-edward", "gables", "Slate", "127.0.0.1", "argon2"):
        assert personal not in left
    assert await api.value("SELECT count(*) FROM sessions") == 0
    assert await api.value("SELECT count(*) FROM refresh_tokens") == 0


async def test_all_doors_are_shut_at_once(api: Api, ann: User) -> None:
    """A8: login, refresh, access tokens; the sockets of the whole account are told to close."""
    phone = await api.log_in("ann")
    assert await leave(ann) == 204
    for session in (ann, phone):
        assert problem_of(await session.get("/me")).type == UNAUTHENTICATED
        again = await api.http.post("/v1/sessions/refresh", json={"refresh_token": session.refresh_token})
        assert again.status_code == 401
    tombstone = await api.value("SELECT user_name FROM accounts")
    for login in ("ann", "ann@example.com", tombstone):
        answer = await api.http.post("/v1/sessions", json={"login": login, "password": PASSWORD})
        assert problem_of(answer).type == WRONG_CREDENTIALS
    [row] = await api.rows("SELECT body FROM outbox WHERE type = 'session.ended'")
    notice = msgspec.json.decode(row["body"], type=SessionEnded)
    assert (notice.account_id, notice.session_id) == (ann.id, None)


async def test_whoever_is_gone_is_not_found(api: Api, ann: User, bob: User) -> None:
    """A15, A16: neither by id nor by name, old or new."""
    assert await leave(ann) == 204
    tombstone = await api.value("SELECT user_name FROM accounts WHERE id = :id", id=ann.id)
    for text in ("ann", str(ann.id), "deleted", tombstone):
        assert (await bob.get("/people", q=text)).json()["items"] == []
        assert problem_of(await bob.get(f"/people/{text}")).status == 404


async def test_name_and_address_are_free_again(api: Api, ann: User, bob: User) -> None:
    """A15: for somebody new, who is somebody else; and several may leave."""
    for user in (ann, bob):
        assert await leave(user) == 204
    again = await api.register("ann", email="ann@example.com")
    assert again.id != ann.id
    assert (await again.wallet()).balance_minor == 0


async def test_the_tombstone_cannot_be_registered(api: Api, ann: User) -> None:
    """A15: so that nobody stands in the way of somebody who leaves."""
    tombstone = f"deleted:{ann.id}"
    for body in (
        {"email": "eve@example.com", "user_name": tombstone[:32], "password": PASSWORD},
        {"email": tombstone, "user_name": "eve", "password": PASSWORD},
    ):
        assert (await api.http.post("/v1/accounts", json=body)).status_code == 422
    assert await leave(ann) == 204
    assert await api.rows("SELECT email, user_name FROM accounts") == [{"email": tombstone, "user_name": tombstone}]


async def test_the_others_history_stays(api: Api, ann: User, bob: User) -> None:
    """A15: the call with all its facts, the person without a name."""
    call_id = await talked(api, bob, ann)
    before = (await bob.get(f"/calls/{call_id}")).json()
    assert before["other"] == {"account_id": str(ann.id), "user_name": "ann"}
    assert await leave(ann) == 204
    assert (await bob.get(f"/calls/{call_id}")).json() == {**before, "other": None}
    assert (await bob.get("/calls")).json()["items"] == [{**before, "other": None}]


async def test_money_that_is_left_must_be_given_up_to_the_unit(api: Api, ann: User) -> None:
    """A15, B8: refused with the amount; with it, it is booked as forfeited."""
    await top_up(ann, 1_000)
    for forfeits_minor in (0, 999, 1_001):
        answer = await ann.post("/me/deletion", {"password": PASSWORD, "forfeits_minor": forfeits_minor})
        problem = problem_of(answer)
        assert (problem.status, problem.type) == (409, MONEY_LEFT)
        assert (problem.balance_minor, problem.currency) == (1_000, "EUR")
        assert (await ann.get("/me")).json()["user_name"] == "ann"
    assert await leave(ann, forfeits_minor=1_000) == 204
    entries = await api.rows(
        "SELECT house, amount_minor, balance_after_minor FROM ledger_entries WHERE operation = :key ORDER BY leg",
        key=f"forfeit:{ann.id}",
    )
    assert entries == [
        {"house": None, "amount_minor": -1_000, "balance_after_minor": 0},
        {"house": "forfeits", "amount_minor": 1_000, "balance_after_minor": None},
    ]
    [told] = await events(api, BalanceForfeited)
    assert (told.account_id, told.amount_minor, told.forfeited_at) == (ann.id, 1_000, api.clock.now())
    await books_balance(api)


async def test_more_than_there_is_cannot_be_given_up(api: Api, ann: User) -> None:
    """B1, A15: neither out of an empty wallet nor below zero."""
    problem = problem_of(await ann.post("/me/deletion", {"password": PASSWORD, "forfeits_minor": 5}))
    assert (problem.type, problem.balance_minor) == (MONEY_LEFT, 0)
    for wrong in (-1, 1.0, "0", None, 10**13):
        answer = await ann.post("/me/deletion", {"password": PASSWORD, "forfeits_minor": wrong})
        assert problem_of(answer).fields == {"forfeits_minor"}, wrong
    assert await leave(ann, forfeits_minor=0) == 204


async def test_money_that_arrives_meanwhile_is_not_given_up(api: Api, ann: User) -> None:
    """A15: the amount is what the owner saw, not whatever is there by then."""
    await top_up(ann, 100)
    async with api.meanwhile("UPDATE wallets SET balance_minor = 150, version = version + 1"):
        leaving = asyncio.create_task(ann.post("/me/deletion", {"password": PASSWORD, "forfeits_minor": 100}))
    problem = problem_of(await leaving)
    assert (problem.type, problem.balance_minor) == (MONEY_LEFT, 150)
    assert (await ann.get("/me")).status_code == 200


async def test_money_that_arrives_later_is_in_the_books(api: Api, ann: User) -> None:
    """B8, B10: the provider confirms what was paid before; an operator sees it there."""
    payment = await ask_for(ann, 70)
    assert await leave(ann) == 204
    assert (await send(api, event_of(payment))).json() == {"outcome": "settled"}
    assert await api.value("SELECT balance_minor FROM wallets") == 70
    await books_balance(api)


async def test_what_was_earned_is_owed_to_who_has_left(api: Api, ann: User, bob: User, olga: User) -> None:
    """A15, B8: it is neither lost nor in the way, and can be paid out."""
    await top_up(bob, 30)
    await paid_call(api, bob, ann, minutes=3, share_bp=5_000)
    assert await leave(ann) == 204
    assert await events(api, BalanceForfeited) == []
    assert await api.value("SELECT earned_minor FROM wallets WHERE account_id = :id", id=ann.id) == 15
    assert (await pay_out(olga, ann, 15, "a-key")).json()["earned_after_minor"] == 0
    await books_balance(api)


async def test_keys_of_requests_go_with_who_made_them_up(api: Api, ann: User) -> None:
    """A15: nothing keeps a client from putting a name into one."""
    await api.execute(
        "INSERT INTO idempotency_keys (account_id, key, route, body_hash, subject_id, locked_until)"
        " VALUES (:id, 'ann@example.com', 'POST /v1/payments', '', :id, now())",
        id=ann.id,
    )
    assert await leave(ann) == 204
    assert await api.rows("SELECT * FROM idempotency_keys") == []


async def test_nobody_leaves_during_a_call(api: Api, ann: User, bob: User) -> None:
    """A15: its money is not settled yet; afterwards it can be done."""
    await api.execute("UPDATE wallets SET in_call_id = :call_id", call_id=new_id())
    for user in (ann, bob):
        problem = problem_of(await user.post("/me/deletion", {"password": PASSWORD}))
        assert (problem.status, problem.type) == (409, "urn:talktime:problem:in-a-call")
        assert (await user.get("/me")).status_code == 200
    await api.execute("UPDATE wallets SET in_call_id = NULL")
    assert await leave(ann) == 204


async def test_a_call_that_begins_meanwhile_is_a_call(api: Api, ann: User) -> None:
    """A15: billing's lock on the wallet decides."""
    async with api.meanwhile("UPDATE wallets SET in_call_id = :call_id", call_id=new_id()):
        leaving = asyncio.create_task(ann.post("/me/deletion", {"password": PASSWORD}))
    assert problem_of(await leaving).type == "urn:talktime:problem:in-a-call"
    assert await api.value("SELECT deleted_at FROM accounts") is None


async def test_the_password_is_asked_for(api: Api, ann: User, subtests: pytest.Subtests) -> None:
    """A15: a session that somebody left open is not enough."""
    problem = problem_of(await ann.post("/me/deletion", {"password": "not this one"}))
    assert (problem.status, problem.type, problem.fields) == (403, WRONG_PASSWORD, {"password"})
    bad: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {"password"}),
        ({"password": ""}, {"password"}),
        ({"password": PASSWORD, "id": str(ann.id)}, {"id"}),
    ]
    for body, fields in bad:
        with subtests.test(body=body):
            problem = problem_of(await ann.post("/me/deletion", body))
            assert (problem.status, problem.fields) == (422, fields)
    assert (await ann.get("/me")).status_code == 200


async def test_the_password_must_be_the_one_of_this_moment(api: Api, ann: User) -> None:
    """A10, A15: proven with one that is changed meanwhile, it is not proven."""
    async with api.meanwhile("UPDATE accounts SET password_hash = 'another'"):
        leaving = asyncio.create_task(ann.post("/me/deletion", {"password": PASSWORD}))
    assert problem_of(await leaving).type == WRONG_PASSWORD
    assert await api.value("SELECT deleted_at FROM accounts") is None


async def test_leaving_twice_at_once_is_leaving_once(api: Api, ann: User) -> None:
    """A15: one forfeit, one notice."""
    await top_up(ann, 30)
    answers = await asyncio.gather(*(leave(ann, forfeits_minor=30) for _ in range(4)))
    assert answers.count(204) == 1
    assert {*answers} <= {204, 401, 403}
    assert (await api.told()).count("session.ended") == 1
    await books_balance(api)


async def test_a_login_that_is_on_its_way_opens_nothing(api: Api, ann: User) -> None:
    """A8, A15: or a device and an address would be kept of somebody who is gone."""
    async with api.meanwhile("UPDATE accounts SET disabled_at = now(), deleted_at = now()"):
        late = asyncio.create_task(api.http.post("/v1/sessions", json={"login": "ann", "password": PASSWORD}))
    assert problem_of(await late).type == WRONG_CREDENTIALS
    assert await api.value("SELECT count(*) FROM sessions") == 1


async def test_a_deleted_account_cannot_be_enabled(api: Api, ann: User) -> None:
    """A15: the database itself refuses it."""
    assert await leave(ann) == 204
    with pytest.raises(Exception, match="ck_accounts_deleted_is_disabled"):
        await api.execute("UPDATE accounts SET disabled_at = NULL")
