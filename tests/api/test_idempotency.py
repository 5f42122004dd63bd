"""B4: the same request again, under its key, has one effect and one answer."""

import asyncio
from uuid import uuid4

import pytest

from api.idempotency.requests import bare
from shared.database import transaction
from tests.api.office import adjust, at_work, hired, log, pay_out, refused
from tests.api.payers import top_up
from tests.api.world import LOCK_SECONDS_MAX, Api, User, problem_of
from tests.harness.clock import ManualClock
from tests.harness.databases import Database
from tests.harness.sql import execute

KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"
IN_USE, REUSED = (409, "idempotency-key-in-use"), (422, "idempotency-key-reused")
PLACE = "/operator/accounts/{}/adjustments"


async def test_repeated_it_answers_byte_for_byte_and_does_nothing(api: Api, ann: User, olga: User) -> None:
    """B4: whatever was booked since; and says that it is a repetition."""
    first = await adjust(olga, ann, 25, KEY)
    await adjust(olga, ann, 5, uuid4())
    again = await adjust(olga, ann, 25, KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (200, first.content)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    different = {"idempotent-replayed", "date"}
    for header in {*first.headers, *again.headers} - different:
        assert first.headers[header] == again.headers[header]
    assert (await ann.wallet()).balance_minor == 30
    assert len(await log(api)) == 2


async def test_twenty_at_once_have_one_effect(api: Api, ann: User, olga: User) -> None:
    """B4: each is answered the same, or told that it is being carried out."""
    answers = await asyncio.gather(*(adjust(olga, ann, 25, KEY) for _ in range(20)))
    done = [answer for answer in answers if answer.status_code == 200]
    assert {refused(answer) for answer in answers if answer not in done} <= {IN_USE}
    assert len({answer.content for answer in done}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in done) == 1
    assert (await ann.wallet()).balance_minor == 25
    assert len(await log(api)) == 1
    assert (await adjust(olga, ann, 25, KEY)).content == done[0].content


async def test_a_key_names_one_request(api: Api, ann: User, bob: User, olga: User) -> None:
    """B4: another amount, another account, another route, the same in other words: nothing is done."""
    first = await adjust(olga, ann, 25, KEY)
    headers = {**olga.headers, "Content-Type": "application/json", "Idempotency-Key": KEY}
    others = [
        await adjust(olga, ann, 24, KEY),
        await adjust(olga, ann, 25, KEY, reason="another one"),
        await adjust(olga, bob, 25, KEY),
        await pay_out(olga, ann, 25, KEY),
        await api.http.post(f"/v1{PLACE.format(ann.id)}", content=b" " + first.request.content, headers=headers),
    ]
    assert {refused(answer) for answer in others} == {REUSED}
    assert await api.value("SELECT sum(balance_minor) FROM wallets") == 25
    assert len(await log(api)) == 1


async def test_keys_are_each_accounts_own(api: Api, ann: User, olga: User) -> None:
    """B4: who guesses one learns nothing, and takes nothing away."""
    otto = await hired(api, "otto")
    answers = [await adjust(who, ann, 25, KEY) for who in (olga, otto)]
    assert answers[0].json()["id"] != answers[1].json()["id"]
    assert (await ann.wallet()).balance_minor == 50


async def test_two_requests_under_one_key_at_once(api: Api, ann: User, bob: User, olga: User) -> None:
    """B4: one of them is done, and once it is, the other one is told that the key is taken."""
    both = await asyncio.gather(adjust(olga, ann, 25, KEY), adjust(olga, bob, 25, KEY))
    [lost] = [refused(answer) for answer in both if answer.status_code != 200]
    assert lost in {IN_USE, REUSED}
    assert await api.value("SELECT sum(balance_minor) FROM wallets") == 25


async def test_nobody_waits_for_whoever_is_at_it(api: Api, ann: User, olga: User) -> None:
    """B4: still running is told at once, with when to ask again."""
    async with transaction(api.engine) as connection:
        await connection.exec_driver_sql(f"SELECT FROM wallets WHERE account_id = '{ann.id}' FOR UPDATE")
        running = asyncio.create_task(adjust(olga, ann, 25, KEY))
        await _somebody_waits(api)
        answer = await adjust(olga, ann, 25, KEY)
        assert refused(answer) == IN_USE
        assert int(answer.headers["retry-after"]) > 0
    assert (await running).status_code == 200


async def test_a_refusal_for_want_of_money_stays_one(api: Api, ann: User, olga: User) -> None:
    """B4: a repetition that was long on its way takes nothing from who was told that nothing is taken."""
    first = await adjust(olga, ann, -25, KEY)
    await top_up(ann, 100)
    again = await adjust(olga, ann, -25, KEY)
    assert refused(first) == refused(again) == (409, "insufficient-funds")
    assert (first.content, first.headers["content-type"]) == (again.content, again.headers["content-type"])
    assert again.headers["idempotent-replayed"] == "true"
    assert ((await ann.wallet()).balance_minor, await log(api)) == (100, [])


async def test_what_was_wrong_with_the_request_can_be_mended(api: Api, ann: User, olga: User) -> None:
    """B4: nothing was done, and the key is free."""
    nobody = User(api, uuid4(), "", ann.session_id, "", "")
    wrong = [
        await adjust(olga, ann, 0, KEY),
        await adjust(olga, ann, 25, KEY, reason=" "),
        await adjust(olga, nobody, 25, KEY),
        await adjust(olga, olga, 25, KEY),
    ]
    assert [answer.status_code for answer in wrong] == [422, 422, 404, 403]
    assert (await adjust(olga, ann, 25, KEY)).status_code == 200


async def test_a_login_that_is_too_old_uses_up_no_key(api: Api, clock: ManualClock, ann: User, olga: User) -> None:
    """B4, A17: the same request is done once the password was shown; the answer is given to no older login."""
    clock.advance(299_999)
    pair = (await api.http.post("/v1/sessions/refresh", json={"refresh_token": olga.refresh_token})).json()
    old = User(api, olga.id, "olga", olga.session_id, pair["access_token"], pair["refresh_token"])
    clock.advance(1)
    again = await at_work(api, olga)
    for _ in range(2):
        assert refused(await adjust(old, ann, 25, KEY)) == (403, "login-too-old")
        assert (await adjust(again, ann, 25, KEY)).status_code == 200
    assert (await ann.wallet()).balance_minor == 25


async def test_what_was_not_possible_just_now_is_done_later(api: Api, ann: User, olga: User) -> None:
    """B4, E7: 503 says that nothing was done, and it is not remembered."""
    async with transaction(api.engine) as connection:
        await connection.exec_driver_sql(f"SELECT FROM wallets WHERE account_id = '{ann.id}' FOR UPDATE")
        failing = asyncio.create_task(adjust(olga, ann, 25, KEY))
        await _somebody_waits(api)
        await api.rows("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        assert refused(await failing) == (503, "unavailable")
    assert await api.rows("SELECT * FROM idempotency_keys") == []
    assert (await adjust(olga, ann, 25, KEY)).status_code == 200
    assert (await ann.wallet()).balance_minor == 25


async def test_what_failed_on_our_side_is_done_when_that_is_mended(
    api: Api, database: Database, ann: User, olga: User
) -> None:
    """B4: nobody foresaw it, so that nobody knows what it would say of the request."""
    refuse = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$"
    await execute(database.owner_url, refuse)
    await execute(database.owner_url, "CREATE TRIGGER fail BEFORE INSERT ON audit_log EXECUTE FUNCTION fail()")
    assert refused(await adjust(olga, ann, 25, KEY)) == (500, "internal-error")
    assert await api.rows("SELECT * FROM ledger_entries") == []
    await execute(database.owner_url, "DROP TRIGGER fail ON audit_log")
    assert (await adjust(olga, ann, 25, KEY)).status_code == 200


async def test_money_needs_a_key(ann: User, olga: User) -> None:
    """B4: no route of operators moves any without."""
    for answer in (await adjust(olga, ann, 25, None), await pay_out(olga, ann, 25, None)):
        assert refused(answer) == (400, "idempotency-key-required")


@pytest.mark.parametrize("key", ["x" * 256, "a b", "\u00fc", "\x7f", " "])
async def test_a_key_that_is_none_is_refused(ann: User, olga: User, key: str) -> None:
    """B4: 1 to 255 visible characters."""
    headers = [(b"Authorization", olga.headers["Authorization"].encode()), (b"Idempotency-Key", key.encode())]
    body = {"amount_minor": 5, "reason": "x"}
    answer = await ann.api.http.post(f"/v1{PLACE.format(ann.id)}", json=body, headers=headers)
    assert answer.status_code == 422
    assert problem_of(answer).fields == {"Idempotency-Key"}


async def test_one_request_has_one_key(ann: User, olga: User) -> None:
    """B4: of two nobody knows which counts."""
    headers = [*olga.headers.items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    body = {"amount_minor": 5, "reason": "x"}
    answer = await ann.api.http.post(f"/v1{PLACE.format(ann.id)}", json=body, headers=headers)
    assert problem_of(answer).fields == {"Idempotency-Key"}


async def test_with_and_without_quotes_it_is_the_same_key(ann: User, olga: User) -> None:
    """The draft's String is quoted, and most clients send it bare."""
    first = await adjust(olga, ann, 25, f'"{KEY}"')
    assert (await adjust(olga, ann, 25, KEY)).content == first.content
    assert [bare(text) for text in (r'"a\"b\\"', '"a', '""', r'"a\b"', "a")] == ['a"b\\', '"a', '""', r'"a\b"', "a"]
    longest = "x" * 255
    assert (await adjust(olga, ann, 1, longest)).status_code == 200


async def test_the_document_says_so(api: Api) -> None:
    """E2: header, answers and problems."""
    document = (await api.http.get("/openapi.json")).json()
    adjusting = document["paths"]["/v1/operator/accounts/{account_id}/adjustments"]["post"]
    [header] = [each for each in adjusting["parameters"] if each["in"] == "header"]
    assert (header["name"], header["required"]) == ("Idempotency-Key", True)
    assert header["schema"]["maxLength"] == 255
    assert "Idempotent-Replayed" in adjusting["responses"]["200"]["headers"]
    for status, slug in (("400", "required"), ("409", "in-use"), ("422", "reused")):
        assert f"idempotency-key-{slug}" in adjusting["responses"][status]["description"]


async def _somebody_waits(api: Api) -> None:
    async with asyncio.timeout(LOCK_SECONDS_MAX):
        while not await api.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"):
            pass
