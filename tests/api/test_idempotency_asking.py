"""B4 where somebody outside is asked in between: whatever dies on the way, there is one effect."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from litestar import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.idempotency.answers import REPLAYED, Answer
from api.idempotency.errors import KeyInUseError, KeyReusedError
from api.idempotency.once import ASKING, Once
from api.idempotency.requests import KeyedRequest
from api.operators.calls.ending import CallOverError
from api.problems import ApiError, InvalidFieldsError, NotFoundError, Problem, UnavailableError
from shared.database import DatabaseUnavailableError
from shared.ledger import Ledger
from tests.api.world import User
from tests.harness.clock import ManualClock

LEASE_MS = int(ASKING.total_seconds() * 1_000)
AMOUNT = 25

Asking = Callable[[UUID], Awaitable[UUID]]


class Provider:
    """Somebody outside, who tells one request from two by its id; made to fail in some way first."""

    def __init__(self, *failures: BaseException) -> None:
        self.failures = list(failures)
        self.asked: list[UUID] = []

    async def ask(self, subject_id: UUID) -> UUID:
        """Remember the id."""
        self.asked.append(subject_id)
        if self.failures:
            raise self.failures.pop(0)
        return subject_id


class Client:
    """Somebody who sends a request with a key."""

    def __init__(self, user: User) -> None:
        self.once = Once(user.api.engine, user.api.clock)
        self.user = user

    async def ask(self, provider: Provider, *, body: bytes = b"{}") -> Response[bytes]:
        """Send the request: a payment of that id, credited at once."""
        return await self._ask(provider.ask, body)

    async def _ask(self, asking: Asking, body: bytes = b"{}") -> Response[bytes]:
        keyed = KeyedRequest(self.user.id, "key", "POST /v1/somewhere", body)
        return await self.once.ask_and_book(keyed, asking, self.book)

    async def book(self, connection: AsyncConnection, payment_id: UUID) -> Answer:
        """Top up."""
        ledger = await Ledger.open(connection, [self.user.id], now=self.user.api.clock.now())
        ledger.top_up(self.user.id, AMOUNT, payment_id=payment_id)
        await ledger.save()
        said = Problem(type=str(payment_id), title="", status=201)
        return Answer.of(said, status=201, location=f"/v1/payments/{payment_id}")


@pytest.fixture
def client(ann: User) -> Client:
    """Ann's."""
    return Client(ann)


async def test_answered_once_and_again(ann: User, client: Client) -> None:
    """B4: nobody is asked a second time; status, body and place are the same."""
    provider = Provider()
    first, again = await client.ask(provider), await client.ask(provider)
    assert (again.content, again.status_code) == (first.content, 201)
    assert again.headers == {**first.headers, REPLAYED: "true"}
    assert first.headers == {"Location": f"/v1/payments/{provider.asked[0]}"}
    assert (len(provider.asked), (await ann.wallet()).balance_minor) == (1, AMOUNT)


async def test_without_a_key_each_is_another(ann: User, client: Client) -> None:
    """Where none is demanded."""
    provider = Provider()
    for _ in range(2):
        await client.once.ask_and_book(None, provider.ask, client.book)
    assert (len(set(provider.asked)), (await ann.wallet()).balance_minor) == (2, 2 * AMOUNT)


async def test_while_the_provider_is_asked_it_is_in_use(ann: User, client: Client) -> None:
    """B4: nobody waits for a provider's answer but whoever asked; another body is another matter."""
    entered, answered = asyncio.Event(), asyncio.Event()

    async def slowly(subject_id: UUID) -> UUID:
        entered.set()
        await answered.wait()
        return subject_id

    running = asyncio.create_task(client._ask(slowly))
    await entered.wait()
    with pytest.raises(KeyInUseError):
        await client.ask(Provider())
    with pytest.raises(KeyReusedError):
        await client.ask(Provider(), body=b"{ }")
    answered.set()
    first = await running
    assert (await client.ask(Provider())).content == first.content


async def test_killed_while_the_provider_was_asked(clock: ManualClock, ann: User, client: Client) -> None:
    """B4: the key is good again soon, and the provider hears the same id."""
    provider = Provider(asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await client.ask(provider)
    clock.advance(LEASE_MS - 1)
    with pytest.raises(KeyInUseError):
        await client.ask(provider)
    clock.advance(1)
    assert (await client.ask(provider)).status_code == 201
    assert len(provider.asked) == 2
    assert len(set(provider.asked)) == 1
    assert (await ann.wallet()).balance_minor == AMOUNT


async def test_whoever_comes_back_late_finds_it_done(clock: ManualClock, ann: User, client: Client) -> None:
    """B4: given up for lost, taken over and finished: the slow one books nothing and answers the same."""
    entered, answered = asyncio.Event(), asyncio.Event()
    provider = Provider()

    async def very_slowly(subject_id: UUID) -> UUID:
        entered.set()
        await answered.wait()
        return await provider.ask(subject_id)

    slow = asyncio.create_task(client._ask(very_slowly))
    await entered.wait()
    clock.advance(LEASE_MS)
    quick = await client.ask(provider)
    answered.set()
    assert (await slow).content == quick.content
    assert (len(set(provider.asked)), (await ann.wallet()).balance_minor) == (1, AMOUNT)


async def test_of_many_who_take_over_one_does(clock: ManualClock, ann: User, client: Client) -> None:
    """B4: at the moment that the claim ends."""
    with pytest.raises(asyncio.CancelledError):
        await client.ask(Provider(asyncio.CancelledError()))
    clock.advance(LEASE_MS)
    provider = Provider()
    outcomes = await asyncio.gather(*(client.ask(provider) for _ in range(20)), return_exceptions=True)
    assert {type(each) for each in outcomes if isinstance(each, BaseException)} <= {KeyInUseError}
    assert (len(provider.asked), (await ann.wallet()).balance_minor) == (1, AMOUNT)


@pytest.mark.parametrize("failure", [UnavailableError(), DatabaseUnavailableError(), RuntimeError()], ids=type)
async def test_nobody_knows_what_was_done(ann: User, client: Client, failure: Exception) -> None:
    """B4: it can be asked again at once, under the same id; with another body it is still another request."""
    provider = Provider(failure)
    with pytest.raises(type(failure)):
        await client.ask(provider)
    with pytest.raises(KeyReusedError):
        await client.ask(provider, body=b"{ }")
    assert (await client.ask(provider)).headers.get(REPLAYED) is None
    assert len(set(provider.asked)) == 1
    assert (await ann.wallet()).balance_minor == AMOUNT


@pytest.mark.parametrize("refusal", [NotFoundError(), InvalidFieldsError()], ids=type)
async def test_what_is_refused_uses_up_no_key(ann: User, client: Client, refusal: ApiError) -> None:
    """B4: nothing was done, and what was wrong may be mended under the same key."""
    provider = Provider(refusal)
    with pytest.raises(type(refusal)):
        await client.ask(provider)
    assert (await client.ask(provider, body=b"{ }")).status_code == 201


async def test_a_final_refusal_is_an_answer(ann: User, client: Client) -> None:
    """B4: the state of the money said no; the next one to ask takes another key."""
    provider = Provider(CallOverError())
    with pytest.raises(CallOverError):
        await client.ask(provider)
    again = await client.ask(provider)
    assert (again.status_code, again.headers, len(provider.asked)) == (409, {REPLAYED: "true"}, 1)


async def test_a_failure_of_who_was_given_up_disturbs_nobody(clock: ManualClock, ann: User, client: Client) -> None:
    """B4: neither frees nor answers what somebody else has taken over."""
    for failure in (UnavailableError(), NotFoundError(), CallOverError()):
        failed, entered = asyncio.Event(), asyncio.Event()

        async def slowly(
            _: UUID, *, why: ApiError = failure, go: asyncio.Event = failed, here: asyncio.Event = entered
        ) -> UUID:
            here.set()
            await go.wait()
            raise why

        slow = asyncio.create_task(client._ask(slowly, str(failure).encode()))
        await entered.wait()
        clock.advance(LEASE_MS)
        waiting, answered = asyncio.Event(), asyncio.Event()

        async def at_it(subject_id: UUID, *, go: asyncio.Event = answered, here: asyncio.Event = waiting) -> UUID:
            here.set()
            await go.wait()
            return subject_id

        other = asyncio.create_task(client._ask(at_it, str(failure).encode()))
        await waiting.wait()
        failed.set()
        with pytest.raises(type(failure)):
            await slow
        with pytest.raises(KeyInUseError):
            await client.ask(Provider(), body=str(failure).encode())
        answered.set()
        assert (await other).status_code == 201
        await ann.api.execute("DELETE FROM idempotency_keys")
