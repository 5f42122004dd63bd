"""Logging in, refreshing, logging out; for the rest of a session's life see `test_own_sessions`."""

import asyncio

import httpx
import msgspec
from msgspec.structs import replace
from pwdlib.hashers.argon2 import Argon2Hasher

from api.app import create_app
from shared.messages.notices import SessionEnded
from tests.api.world import PASSWORD, Api, User, client_of, problem_of, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

UNAUTHENTICATED = "urn:talktime:problem:unauthenticated"
WRONG = "urn:talktime:problem:wrong-credentials"
REFUSED = "urn:talktime:problem:refresh-refused"
GRACE_MS = 10_000


async def refresh(api: Api, token: str) -> httpx.Response:
    """Ask for the next pair."""
    return await api.http.post("/v1/sessions/refresh", json={"refresh_token": token})


async def test_log_in_by_name_or_address(api: Api, ann: User) -> None:
    """A3: case makes no difference when logging in either."""
    for login in ("ann", "ANN", "ann@example.com", "Ann@Example.Com"):
        opened = await api.http.post("/v1/sessions", json={"login": login, "password": PASSWORD})
        assert opened.status_code == 201, login
        session = opened.json()
        assert session["account"]["id"] == str(ann.id)
        assert (session["token_type"], session["expires_in"]) == ("Bearer", 600)
        assert session["expires_at"] == "2030-01-01T12:10:00Z"
        assert opened.headers["cache-control"] == "no-store"


async def test_unknown_login_and_wrong_password_look_the_same(api: Api, ann: User) -> None:
    """A5: the same status and body."""
    answers = [
        await api.http.post("/v1/sessions", json={"login": login, "password": password})
        for login, password in [
            ("ann", "wrong password"),
            ("nobody", PASSWORD),
            ("nobody@example.com", PASSWORD),
            ("no @ address", PASSWORD),
            ("ann%", PASSWORD),
            ("ann' OR 1=1 --", PASSWORD),
        ]
    ]
    assert {problem_of(answer).type for answer in answers} == {WRONG}
    assert answers[0].headers["www-authenticate"] == "Bearer"
    assert len({(answer.status_code, answer.text, tuple(answer.headers.items())) for answer in answers}) == 1


async def test_a_hash_of_older_parameters_is_renewed(api: Api, ann: User) -> None:
    """ASVS 11.2.2: at the next login, also where several come at once, which all succeed; others stay."""
    old = Argon2Hasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)
    await api.execute("UPDATE accounts SET password_hash = :old", old=old)
    answers = await asyncio.gather(
        *(api.http.post("/v1/sessions", json={"login": "ann", "password": PASSWORD}) for _ in range(3))
    )
    assert [answer.status_code for answer in answers] == [201] * 3
    renewed = await api.value("SELECT password_hash FROM accounts")
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await api.log_in("ann")
    assert await api.value("SELECT password_hash FROM accounts") == renewed
    assert (await ann.get("/me")).status_code == 200


async def test_a_disabled_account_cannot_log_in(api: Api, ann: User) -> None:
    """A8: and hears nothing else than somebody unknown."""
    await api.execute("UPDATE accounts SET disabled_at = now()")
    answer = await api.http.post("/v1/sessions", json={"login": "ann", "password": PASSWORD})
    assert problem_of(answer).type == WRONG


async def test_too_many_passwords_at_once_are_refused(api: Api, ann: User) -> None:
    """A6: over the bound 429 with `Retry-After`; other requests are answered meanwhile."""
    bounded = replace(api.settings, password_threads_max=1, password_queue_max=3, login_limit="100/1")
    app = create_app(bounded, engine=api.engine, clock=api.clock)
    async with client_of(app) as http:
        login = {"login": "ann", "password": PASSWORD}
        logins = asyncio.gather(*(http.post("/v1/sessions", json=login) for _ in range(20)))
        health = await http.get("/health/live")
        answers = await logins
        again = await http.post("/v1/sessions", json=login)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert health.status_code == 200
    assert len(answers) - len(refused) >= 4
    assert refused
    assert problem_of(refused[0]).type == "urn:talktime:problem:too-many-requests"
    assert refused[0].headers["retry-after"] == "1"
    assert again.status_code == 201


async def test_refreshing_rotates(api: Api, ann: User) -> None:
    """A19: the new pair works."""
    pair = (await refresh(api, ann.refresh_token)).json()
    assert pair["refresh_token"] != ann.refresh_token
    me = await api.http.get("/v1/me", headers={"Authorization": f"Bearer {pair['access_token']}"})
    assert me.json()["id"] == str(ann.id)
    assert (await refresh(api, pair["refresh_token"])).status_code == 200


async def test_refresh_tokens_are_stored_hashed(api: Api, ann: User) -> None:
    """Whoever reads the table cannot use what it holds."""
    [row] = await api.rows("SELECT * FROM refresh_tokens")
    assert len(row["token_hash"]) == 32
    assert ann.refresh_token not in str(row)
    assert len(ann.refresh_token) >= 43  # 256 bits


async def test_reuse_after_the_grace_kills_the_family(api: Api, ann: User, clock: ManualClock) -> None:
    """A19: the thief's token and the owner's die together, and the sockets are told."""
    newest = (await refresh(api, ann.refresh_token)).json()
    clock.advance(GRACE_MS + 1)
    assert problem_of(await refresh(api, ann.refresh_token)).type == REFUSED
    assert problem_of(await refresh(api, newest["refresh_token"])).type == REFUSED
    assert problem_of(await ann.get("/me")).type == UNAUTHENTICATED
    [row] = await api.rows("SELECT body FROM outbox WHERE type = 'session.ended'")
    notice = msgspec.json.decode(row["body"], type=SessionEnded)
    assert notice.account_id == ann.id
    assert notice.session_id == await api.value("SELECT id FROM sessions")


async def test_a_family_dies_once_however_often_it_is_robbed(api: Api, ann: User, clock: ManualClock) -> None:
    """A19: thieves in parallel, and the owner among them: nobody gets anything, one notice is sent."""
    newest = (await refresh(api, ann.refresh_token)).json()["refresh_token"]
    clock.advance(GRACE_MS + 1)
    await asyncio.gather(*(refresh(api, ann.refresh_token) for _ in range(8)), refresh(api, newest))
    for token in (ann.refresh_token, newest):
        assert problem_of(await refresh(api, token)).type == REFUSED
    assert await api.told() == ["session.ended"]


async def test_the_grace_is_counted_from_the_first_use(api: Api, ann: User, clock: ManualClock) -> None:
    """A19: using the old one again does not keep it alive."""
    for status in (200, 200, 401):
        assert (await refresh(api, ann.refresh_token)).status_code == status
        clock.advance(GRACE_MS * 2 // 3)


async def test_other_sessions_survive_a_reuse(api: Api, ann: User, clock: ManualClock) -> None:
    """A19: a family is one login."""
    phone = await api.log_in("ann")
    await refresh(api, ann.refresh_token)
    clock.advance(GRACE_MS + 1)
    await refresh(api, ann.refresh_token)
    assert (await phone.get("/me")).status_code == 200
    assert (await refresh(api, phone.refresh_token)).status_code == 200


async def test_honest_refreshes_at_once_all_work(api: Api, ann: User, clock: ManualClock) -> None:
    """A19: really concurrent ones, and one that comes a moment later."""
    answers = list(await asyncio.gather(*(refresh(api, ann.refresh_token) for _ in range(20))))
    clock.advance(GRACE_MS)
    answers.append(await refresh(api, ann.refresh_token))
    assert [answer.status_code for answer in answers] == [200] * 21
    assert len({answer.json()["refresh_token"] for answer in answers}) == 21
    for answer in answers:
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await api.http.get("/v1/me", headers=headers)).status_code == 200
        assert (await refresh(api, answer.json()["refresh_token"])).status_code == 200
    assert await api.told() == []


async def test_a_refresh_token_expires(api: Api, ann: User, clock: ManualClock) -> None:
    """Unused for its life it is over, and the session's old ones are forgotten at the next use."""
    clock.advance(api.settings.refresh_token_seconds * 1_000)
    assert problem_of(await refresh(api, ann.refresh_token)).type == REFUSED


async def test_a_session_ends_in_time(api: Api, ann: User, clock: ManualClock) -> None:
    """ASVS 7.3.2: refreshed again and again it is over nevertheless, and is listed no more."""
    token, half_ms = ann.refresh_token, api.settings.refresh_token_seconds * 500
    for _ in range(5):
        clock.advance(half_ms)
        token = (await refresh(api, token)).json()["refresh_token"]
    clock.advance(half_ms)
    assert problem_of(await refresh(api, token)).type == REFUSED
    late = await api.log_in("ann")
    assert [session["id"] for session in (await late.get("/sessions")).json()["items"]] == [str(late.session_id)]


async def test_there_are_only_so_many_sessions(database: Database, clock: ManualClock) -> None:
    """ASVS 7.1.2: one more ends the one that was not used for longest, and its sockets are told; others' stay."""
    async with running_api(database.app_url, clock, sessions_max=3) as api:
        bob, first = await api.register("bob"), await api.register("ann")
        clock.advance(1_000)
        second = await api.log_in("ann")
        clock.advance(1_000)
        assert (await refresh(api, first.refresh_token)).status_code == 200
        third, fourth = await api.log_in("ann"), await api.log_in("ann")
        assert problem_of(await second.get("/me")).status == 401
        for going_on in (bob, first, third, fourth):
            assert (await going_on.get("/me")).status_code == 200
        assert await api.told() == ["session.ended"]


async def test_expired_tokens_are_forgotten(api: Api, ann: User, clock: ManualClock) -> None:
    """A long session does not fill the table."""
    token = ann.refresh_token
    for _ in range(4):
        clock.advance(api.settings.refresh_token_seconds * 600)
        token = (await refresh(api, token)).json()["refresh_token"]
    assert await api.value("SELECT count(*) FROM refresh_tokens") == 2


async def test_unknown_refresh_tokens_are_refused(api: Api, ann: User) -> None:
    """A19."""
    for token in ("x", "x" * 43, "ä" * 43, "' OR 1=1"):
        answer = await refresh(api, token)
        assert problem_of(answer).type == REFUSED, token
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_logging_out_ends_the_session_at_once(api: Api, ann: User) -> None:
    """A8: the next request is refused, refreshing too, and the sockets are told to close."""
    assert (await ann.delete("/sessions/current")).status_code == 204
    assert problem_of(await ann.get("/me")).type == UNAUTHENTICATED
    assert problem_of(await ann.delete("/sessions/current")).type == UNAUTHENTICATED
    assert problem_of(await refresh(api, ann.refresh_token)).type == REFUSED
    assert await api.told() == ["session.ended"]


async def test_logging_out_leaves_other_sessions(api: Api, ann: User) -> None:
    """One device is not all."""
    phone = await api.log_in("ann")
    await ann.delete("/sessions/current")
    assert (await phone.get("/me")).status_code == 200


async def test_a_disabled_account_is_refused_at_once(api: Api, ann: User) -> None:
    """A8: with a token that is still good."""
    await api.execute("UPDATE accounts SET disabled_at = now()")
    assert problem_of(await ann.get("/me")).type == UNAUTHENTICATED
    assert problem_of(await refresh(api, ann.refresh_token)).type == REFUSED


async def test_rights_come_from_the_database(api: Api, ann: User) -> None:
    """A9: the same token, before and after."""
    await api.execute("UPDATE accounts SET is_operator = true")
    assert (await ann.get("/me")).json()["is_operator"] is True
    await api.execute("UPDATE accounts SET is_operator = false")
    assert (await ann.get("/me")).json()["is_operator"] is False


async def test_the_device_is_recorded(api: Api) -> None:
    """What a list of sessions will show; bounded, whatever the client sends."""
    await api.register("ann")
    await api.http.post(
        "/v1/sessions", json={"login": "ann", "password": PASSWORD}, headers={"User-Agent": "x" * 5_000}
    )
    rows = await api.rows("SELECT address, user_agent FROM sessions ORDER BY id")
    assert rows[0]["address"] == "127.0.0.1"
    assert [len(row["user_agent"]) <= 256 for row in rows] == [True, True]
