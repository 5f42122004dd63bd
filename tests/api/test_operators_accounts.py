"""Operators find accounts, look at them, block and disable them."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.messages.base import EndReason
from shared.messages.notices import AccountBlocked, AccountUnblocked, CallEndAsked, SessionEnded, WalletChanged
from tests.api.callers import call
from tests.api.office import act, adjust, hired, log, notices, price, refused
from tests.api.payers import ask_for, top_up
from tests.api.test_deletion import leave
from tests.api.world import PASSWORD, Api, User, problem_of

UNAUTHENTICATED = (401, "unauthenticated")
OWN_ACCOUNT = (403, "own-account")
ACTS = ("block", "unblock", "disable", "enable")


async def found(operator: User, **query: Any) -> list[str | None]:
    """Return the names of a page."""
    answer = await operator.get("/operator/accounts", **query)
    assert answer.status_code == 200, answer.text
    return [item["user_name"] for item in answer.json()["items"]]


@pytest.fixture
async def crowd(api: Api, olga: User) -> User:
    """An operator among people with names that search must not confuse."""
    for name, email in (
        ("anna", "anna@one.example"),
        ("Annabel", "bel@two.example"),
        ("bob_b", "b.b@one.example"),
        ("bobXb", "x%x@two.example"),
    ):
        await api.register(name, email=email)
    return olga


FOUND = {
    "": ["bobXb", "bob_b", "Annabel", "anna", "olga"],
    "ANNA": ["Annabel", "anna"],
    "bob_b": ["bob_b"],
    "%": ["bobXb"],
    "_": ["bob_b"],
    "@one.example": ["bob_b", "anna"],
    "BEL@TWO": ["Annabel"],
    "x%x@": ["bobXb"],
    "\\": [],
    "é": [],
}


async def test_by_part_of_name_or_address(crowd: User) -> None:
    """A17, A16: case aside, `%` and `_` literal, the newest first."""
    for text, names in FOUND.items():
        assert await found(crowd, q=text) == names, text


async def test_by_id(api: Api, crowd: User) -> None:
    """A17"""
    account_id = await api.value("SELECT id FROM accounts WHERE user_name = 'anna'")
    assert await found(crowd, q=str(account_id)) == ["anna"]
    assert await found(crowd, q=str(uuid4())) == []


STATUSES = {
    "any": ["shut", "None", "poor", "olga", "bob", "ann"],
    "active": ["poor", "olga", "bob", "ann"],
    "blocked": ["poor", "ann"],
    "blocked_by_operator": ["ann"],
    "disabled": ["shut"],
    "deleted": ["None"],
    "operator": ["olga"],
}


async def test_by_what_they_may(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17: each state has its own; who has left is found by id alone, and without a name."""
    poor, gone, shut = [await api.register(name) for name in ("poor", "gone", "shut")]
    await adjust(olga, poor, 10, uuid4())
    await adjust(olga, poor, -5, uuid4())
    await act(olga, ann, "block")
    await act(olga, shut, "disable")
    assert await leave(gone) == 204
    for status, names in STATUSES.items():
        assert sorted(map(str, await found(olga, status=status))) == sorted(names), status
    assert await found(olga, q="deleted") == []
    [left] = (await olga.get("/operator/accounts", q=str(gone.id))).json()["items"]
    assert (left["user_name"], left["email"], left["disabled_at"]) == (None, None, left["deleted_at"])


async def test_pages_are_stable(api: Api, crowd: User) -> None:
    """E4: each account once, whoever registers between two pages."""
    seen: list[str | None] = []
    cursor = ""
    while cursor is not None:
        page = (await crowd.get("/operator/accounts", limit=2, cursor=cursor)).json()
        seen += [item["user_name"] for item in page["items"]]
        cursor = page["next_cursor"]
        await api.register(f"late{len(seen)}")
    assert seen == FOUND[""]


@pytest.mark.parametrize("query", ["status=rich", "status=", "limit=0", "limit=101", "cursor=!", "q=%00", "q=%FF"])
async def test_bad_queries_are_refused(olga: User, query: str) -> None:
    """E4, E6"""
    assert problem_of(await olga.get(f"/operator/accounts?{query}")).status == 422


async def test_an_account_is_seen_as_a_whole(api: Api, ann: User, olga: User) -> None:
    """A17: profile, wallet, rights, sessions; no hash and no token."""
    await top_up(ann, 25)
    await api.log_in("ann")
    seen = (await olga.get(f"/operator/accounts/{ann.id}")).json()
    assert seen == {
        "id": str(ann.id),
        "user_name": "ann",
        "email": "ann@example.com",
        "is_operator": False,
        "created_at": "2030-01-01T12:00:00Z",
        "disabled_at": None,
        "deleted_at": None,
        "blocked": False,
        "blocked_by_operator": False,
        "balance_minor": 25,
        "currency": "EUR",
        "in_call_id": None,
        "relay_only": False,
        "wallet": (await ann.get("/wallet")).json(),
        "asking_price_minor": None,
        "earning_share_bp": 0,
        "sessions": 2,
        "last_used_at": "2030-01-01T12:00:00Z",
    }


async def test_what_was_booked_called_and_paid(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17, B5: as the account sees it, but for the addresses where it pays."""
    await top_up(ann, 25)
    await call(api, ann, bob, EndReason.HUNG_UP, 61_000)
    await call(api, bob, ann, EndReason.MISSED)
    pending = await ask_for(ann, 5)
    for what, path in (("entries", "/wallet/entries"), ("calls", "/calls")):
        seen = await olga.get(f"/operator/accounts/{ann.id}/{what}")
        assert seen.json() == (await ann.get(path)).json(), what
        assert seen.json()["items"], what
    payments = (await olga.get(f"/operator/accounts/{ann.id}/payments")).json()["items"]
    own = (await ann.get("/payments")).json()["items"]
    assert payments == [{**payment, "checkout_url": None} for payment in own]
    assert payments[0]["id"] == pending["id"]
    missed = await olga.get(f"/operator/accounts/{ann.id}/calls", outcome="missed", direction="incoming")
    assert len(missed.json()["items"]) == 1
    for query in ("cursor=!", "limit=0"):
        assert problem_of(await olga.get(f"/operator/accounts/{ann.id}/entries?{query}")).status == 422


async def test_attempts_that_the_caller_does_not_see(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17, C13: whoever looks into a complaint sees them, in their place among the others."""
    hidden = [await call(api, ann, bob, EndReason.UNREACHABLE) for _ in range(2)]
    await api.execute("UPDATE calls SET hidden_from_caller = true")
    missed = await call(api, ann, bob, EndReason.MISSED)
    path = f"/operator/accounts/{ann.id}/calls"
    first = (await olga.get(path, limit=2)).json()
    rest = (await olga.get(path, limit=2, cursor=first["next_cursor"])).json()
    seen = [item["id"] for item in [*first["items"], *rest["items"]]]
    assert seen == [str(missed), str(hidden[1]), str(hidden[0])]
    assert (await olga.get(path, direction="incoming")).json()["items"] == []
    assert [item["id"] for item in (await ann.get("/calls")).json()["items"]] == [str(missed)]


async def test_nobody_there(olga: User) -> None:
    """E5, E6"""
    nobody = uuid4()
    for path in (f"{nobody}", f"{nobody}/entries", f"{nobody}/calls", f"{nobody}/payments", "ann"):
        assert refused(await olga.get(f"/operator/accounts/{path}")) == (404, "not-found"), path
    for verb in ACTS:
        assert refused(await act(olga, nobody, verb)) == (404, "not-found"), verb


async def test_who_is_blocked_may_log_in_and_pay(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17: but not call, as admission sees in the wallet; her devices hear it once."""
    answer = await act(olga, ann, "block")
    assert answer.status_code == 200
    assert (answer.json()["blocked"], answer.json()["blocked_by_operator"]) == (True, True)
    assert (await act(olga, ann, "block")).json() == answer.json()
    assert (await (await api.log_in("ann")).wallet()).blocked_by_operator
    assert not (await bob.wallet()).blocked
    [told] = await notices(api)
    assert isinstance(told, AccountBlocked)
    assert (told.account_id, told.wallet, told.shortfall_minor) == (ann.id, await ann.wallet(), 10)
    assert [row["action"] for row in await log(api)] == ["account.blocked"]


async def test_who_is_unblocked_may_call(api: Api, ann: User, olga: User) -> None:
    """A17: unless money is missing, too; then only the operator's block is gone."""
    rich = await api.register("rich")
    await top_up(rich, 100)
    await adjust(olga, ann, 10, uuid4())
    await adjust(olga, ann, -5, uuid4())
    for account, is_blocked, told in (
        (rich, False, [WalletChanged, AccountUnblocked]),
        (ann, True, [WalletChanged]),
    ):
        await act(olga, account, "block")
        await api.execute("DELETE FROM outbox")
        wallet = (await act(olga, account, "unblock")).json()["wallet"]
        assert (wallet["blocked"], wallet["blocked_by_operator"]) == (is_blocked, False)
        assert [type(notice) for notice in await notices(api)] == told
        await act(olga, account, "unblock")
        assert len(await notices(api)) == len(told)


async def test_who_is_disabled_is_out_at_once(api: Api, ann: User, bob: User, olga: User) -> None:
    """A8, A17: sessions, refreshing, logging in, being found; and the sockets are told, once."""
    phone = await api.log_in("ann")
    answer = await act(olga, ann, "disable")
    assert (answer.json()["disabled_at"], answer.json()["sessions"]) == ("2030-01-01T12:00:00Z", 0)
    for session in (ann, phone):
        assert refused(await session.get("/me")) == UNAUTHENTICATED
        body = {"refresh_token": session.refresh_token}
        assert (await api.http.post("/v1/sessions/refresh", json=body)).status_code == 401
    login = await api.http.post("/v1/sessions", json={"login": "ann", "password": PASSWORD})
    assert refused(login) == (401, "wrong-credentials")
    assert refused(await bob.get("/people/ann")) == (404, "not-found")
    told = [notice for notice in await notices(api) if isinstance(notice, SessionEnded)]
    assert {notice.session_id for notice in told} == {ann.session_id, phone.session_id}
    assert (await act(olga, ann, "disable")).status_code == 200
    assert len(await notices(api)) == len(told)
    assert [row["action"] for row in await log(api)] == ["account.disabled"]


async def test_who_is_enabled_logs_in_anew(api: Api, ann: User, olga: User) -> None:
    """A17: the sessions of before stay what they are, ended."""
    await act(olga, ann, "disable")
    assert (await act(olga, ann, "enable")).json()["disabled_at"] is None
    assert (await act(olga, ann, "enable")).status_code == 200
    assert refused(await ann.get("/me")) == UNAUTHENTICATED
    assert (await (await api.log_in("ann")).get("/me")).status_code == 200
    assert [row["action"] for row in await log(api)] == ["account.disabled", "account.enabled"]


async def test_the_call_of_who_is_disabled_ends_as_an_operators(api: Api, ann: User, bob: User, olga: User) -> None:
    """A17: told first to the node that has the call, by its payer, whoever of the two is disabled."""
    call_id = await call(api, ann, bob, None)
    over = await call(api, ann, bob, EndReason.HUNG_UP, 5_000)
    await act(olga, bob, "disable")
    first, *others = await notices(api)
    assert isinstance(first, CallEndAsked)
    assert (first.account_id, first.call_id) == (ann.id, call_id)
    assert all(isinstance(notice, SessionEnded) for notice in others)
    asked = await api.rows("SELECT id, end_asked_at IS NOT NULL AS asked FROM calls")
    assert {row["id"]: row["asked"] for row in asked} == {call_id: True, over: False}


async def test_no_login_overtakes_being_disabled(api: Api, ann: User, olga: User) -> None:
    """A8: verified just before it, the password opens nothing after it."""
    async with api.meanwhile("UPDATE accounts SET disabled_at = now() WHERE user_name = 'ann'"):
        login = asyncio.create_task(api.http.post("/v1/sessions", json={"login": "ann", "password": PASSWORD}))
    assert refused(await login) == (401, "wrong-credentials")


async def test_nobody_acts_on_the_own_account(api: Api, olga: User) -> None:
    """A17: it takes a second operator."""
    for verb in ACTS:
        assert refused(await act(olga, olga, verb)) == OWN_ACCOUNT, verb
    assert await log(api) == []
    otto = await hired(api, "otto")
    assert (await act(otto, olga, "block")).status_code == 200


async def test_who_has_left_is_left_alone(api: Api, ann: User, olga: User) -> None:
    """A15, A17: and above all is not enabled again."""
    assert await leave(ann) == 204
    for verb in ACTS:
        assert refused(await act(olga, ann, verb)) == (409, "account-deleted"), verb
    assert await log(api) == []


async def test_an_act_needs_a_reason(api: Api, ann: User, olga: User, subtests: pytest.Subtests) -> None:
    """A17, A4"""
    for verb in ACTS:
        for body, field in (
            ({}, "reason"),
            ({"reason": " "}, "reason"),
            ({"reason": "x", "blocked": 1}, "blocked"),
        ):
            with subtests.test(verb=verb, body=body):
                problem = problem_of(await olga.post(f"/operator/accounts/{ann.id}/{verb}", body))
                assert (problem.status, problem.fields) == (422, {field})
    assert await log(api) == []


async def test_acts_at_the_same_moment_are_one_after_another(api: Api, ann: User, olga: User) -> None:
    """A17: no deadlock, no lost act; what changed nothing is not in the log."""
    await top_up(ann, 100)
    answers = await asyncio.gather(
        *(act(olga, ann, verb) for verb in ("block", "unblock", "disable", "enable") * 5),
        *(price(olga, ann, price_minor) for price_minor in range(1, 6)),
        *(adjust(olga, ann, 1, uuid4()) for _ in range(5)),
    )
    assert {answer.status_code for answer in answers} == {200}
    balances = [UUID(answer.json()["id"]) for answer in answers[-5:]]
    assert len(set(balances)) == 5
    assert await api.value("SELECT balance_minor FROM wallets WHERE account_id = :id", id=ann.id) == 105
    kinds = [row["action"] for row in await log(api)]
    for done, undone in (("account.blocked", "account.unblocked"), ("account.disabled", "account.enabled")):
        pairs = [kind for kind in kinds if kind in {done, undone}]
        assert pairs == [done, undone] * (len(pairs) // 2) + [done] * (len(pairs) % 2)
