"""A12: what is limited, counted in the database, so across processes and restarts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from api.problems import ProblemType
from api.throttling.limits import Limits
from api.throttling.throttle import Throttling, TooOftenError
from shared.settings import Settings
from shared.throttling.shares import Rate, Share
from tests.api.world import PASSWORD, Api, User, problem_of, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

RATE = Rate(burst=3, seconds=30)
SHARE = Share("test", "somebody", RATE)


@pytest.fixture
async def throttling(api: Api) -> Throttling:
    """What counts, on the API's database and clock."""
    return Throttling(api.engine, api.clock, Limits(api.settings))


@pytest.fixture
def clock_of(api: Api) -> ManualClock:
    """The API's clock, to be moved."""
    assert isinstance(api.clock, ManualClock)
    return api.clock


async def taken(throttling: Throttling, *shares: Share) -> int | None:
    """Take; return None, or how many seconds to wait."""
    try:
        await throttling.take(shares)
    except TooOftenError as error:
        return int(error.headers["Retry-After"])
    return None


async def test_a_burst_and_then_one_after_another(throttling: Throttling, clock_of: ManualClock) -> None:
    """A12: what is refused is not counted, so waiting as told is enough."""
    assert [await taken(throttling, SHARE) for _ in range(5)] == [None, None, None, 10, 10]
    clock_of.advance(9_000)
    assert await taken(throttling, SHARE) == 1
    clock_of.advance(1_000)
    assert [await taken(throttling, SHARE) for _ in range(2)] == [None, 10]
    clock_of.advance(3_600_000)
    assert [await taken(throttling, SHARE) for _ in range(4)] == [None, None, None, 10]


async def test_all_shares_or_none(throttling: Throttling) -> None:
    """A12: a share that is left is not used up by another that is not."""
    other = Share("test", "else", RATE)
    for _ in range(3):
        await throttling.take([SHARE])
    assert await taken(throttling, other, SHARE) == 10
    assert [await taken(throttling, other) for _ in range(4)] == [None, None, None, 10]


async def test_only_the_failures_meant_are_counted(throttling: Throttling) -> None:
    """A12: neither successes nor other trouble use anything up."""

    async def run(error: BaseException | None) -> None:
        async with throttling.failures([SHARE], of=TooOftenError):
            if error is not None:
                raise error

    for error in (None, ValueError(), asyncio.CancelledError()) * 3:
        try:
            await run(error)
        except (ValueError, asyncio.CancelledError):
            continue
    for _ in range(3):
        with pytest.raises(TooOftenError):
            await run(TooOftenError(timedelta(seconds=99)))
    assert await taken(throttling, SHARE) == 10


async def test_many_at_once_count_like_one_after_another(api: Api, throttling: Throttling) -> None:
    """A12: across processes too, as each has an engine of its own."""
    outcomes = await asyncio.gather(*(taken(throttling, SHARE) for _ in range(30)))
    assert outcomes.count(None) == RATE.burst


async def test_what_is_of_no_use_any_more_is_removed(
    api: Api, throttling: Throttling, clock_of: ManualClock
) -> None:
    """A12: nobody fills the disk with names."""
    for n in range(5):
        await throttling.take([Share("test", f"name {n}", RATE)])
    clock_of.advance(60_000)
    await throttling.take([SHARE])
    assert [row["key"] for row in await api.rows("SELECT key FROM throttles")] == [SHARE.key]


def test_nothing_personal_is_kept() -> None:
    """A15: neither an address nor what somebody typed, a password by mistake perhaps."""
    for share in Limits(Settings()).login("ann@example.com", "192.0.2.1"):
        assert not {"ann", "192"} & {share.key[i : i + 3] for i in range(len(share.key))}


def test_whoever_guesses_from_one_place_leaves_most_of_an_accounts_share() -> None:
    """A12: or the owner, elsewhere, would find it used up for as long as the guessing goes on."""
    place, account, address = (share.rate for share in Limits(Settings()).login("ann", "192.0.2.1"))
    assert place.burst * 2 <= account.burst
    assert place.each >= account.each * 2
    assert address.each <= place.each


@pytest.fixture
async def strict(database: Database, clock: ManualClock) -> AsyncIterator[Api]:
    """An API that soon has enough."""
    names = ("login_limit", "proof_limit", "registration_limit_address", "payment_limit", "search_limit")
    limits = {**dict.fromkeys(names, "2/60"), "login_limit_account": "4/60"}
    async with running_api(database.app_url, clock, **limits) as running:
        yield running


async def log_in(api: Api, login: str, password: str, *, address: str = "192.0.2.1") -> httpx.Response:
    """Try to log in from there."""
    transport = httpx.ASGITransport(api.app, client=(address, 1))  # type: ignore[arg-type]  # as in `client_of`
    async with httpx.AsyncClient(transport=transport, base_url=api.settings.public_url) as http:
        return await http.post("/v1/sessions", json={"login": login, "password": password})


@pytest.mark.parametrize("login", ["ann", "ANN", "nobody", "ann@example.com"])
async def test_logins_are_throttled(strict: Api, clock: ManualClock, login: str) -> None:
    """A12: whether there is such an account or not, with the right password too, and never for ever."""
    await strict.register("ann")
    statuses = [(await log_in(strict, login, "wrong password")).status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    refused = await log_in(strict, login, PASSWORD)
    assert problem_of(refused).type == ProblemType.TOO_MANY_REQUESTS.uri
    assert refused.headers["Retry-After"] == "30"
    clock.advance(30_000)
    assert (await log_in(strict, login, PASSWORD)).status_code == (401 if login == "nobody" else 201)


async def test_right_passwords_are_not_throttled(strict: Api) -> None:
    """A12."""
    await strict.register("ann")
    assert [(await log_in(strict, "ann", PASSWORD)).status_code for _ in range(6)] == [201] * 6


async def test_who_guesses_locks_nobody_out(strict: Api) -> None:
    """A12: the owner comes in from elsewhere, and somebody else from the same place."""
    await strict.register("ann")
    await strict.register("bob")
    for _ in range(5):
        await log_in(strict, "ann", "wrong password")
    assert (await log_in(strict, "ann", PASSWORD, address="192.0.2.2")).status_code == 201
    assert (await log_in(strict, "bob", PASSWORD)).status_code == 201


async def test_guessing_from_many_places_is_throttled(strict: Api) -> None:
    """A12: an IPv6 network is one place, and all places together have a limit."""
    await strict.register("ann")
    for n in range(3):
        last = await log_in(strict, "ann", "wrong password", address=f"2001:db8::{n}")
    assert last.status_code == 429
    for n in range(3):
        last = await log_in(strict, "ann", "wrong password", address=f"198.51.100.{n}")
    assert last.status_code == 429


async def test_two_processes_count_together(strict: Api, clock: ManualClock) -> None:
    """A12."""
    await strict.register("ann")
    await log_in(strict, "ann", "wrong password")
    await log_in(strict, "ann", "wrong password")
    async with running_api(strict.settings.database_url, clock, login_limit="2/60") as other:
        assert (await log_in(other, "ann", PASSWORD)).status_code == 429


@pytest.mark.parametrize("act", ["payment", "search", "password", "e-mail", "deletion"])
async def test_acts_of_an_account_are_throttled(strict: Api, act: str) -> None:
    """A12: everybody has a share of their own."""
    ann, bob = await strict.register("ann"), await strict.register("bob")

    async def status(user: User) -> int:
        answer = await {
            "payment": lambda: user.post("/payments", {"amount_minor": 100}),
            "search": lambda: user.get("/people", q="bo"),
            "password": lambda: user.put("/me/password", {"current_password": "wrong", "new_password": PASSWORD}),
            "e-mail": lambda: user.patch("/me", {"email": "new@example.com", "current_password": "wrong"}),
            "deletion": lambda: user.post("/me/deletion", {"password": "wrong"}),
        }[act]()
        return answer.status_code

    first = await status(ann)
    assert [first, await status(ann), await status(ann)] == [first, first, 429]
    assert await status(bob) == first


async def test_registrations_from_one_address_are_throttled(strict: Api) -> None:
    """A12."""
    await strict.register("ann")
    await strict.register("bob")
    body = {"email": "carl@example.com", "user_name": "carl", "password": PASSWORD}
    refused = await strict.http.post("/v1/accounts", json=body)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "30")
