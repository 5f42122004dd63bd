"""How fast a device may send, and from where how many may come."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import InvalidStatus

from shared.addresses import UNKNOWN, counted_as
from shared.messages.from_client import Pong
from shared.messages.to_client import CloseCode, Error, ErrorCode
from signaling.door.pace import STRIKES_MAX, Bucket, Pace, Verdict
from tests.signaling.stage import Stage, staged


@given(st.lists(st.integers(0, 5_000), max_size=200), st.integers(1, 100), st.integers(1, 100))
def test_no_span_of_time_lets_more_through_than_its_share(gaps: list[int], per_second: int, burst: int) -> None:
    """D11: whatever the pattern, never more than the burst and the rate times the span."""
    bucket, now_ms, taken_at = Bucket(per_second=per_second, burst=burst), 0, []
    for gap in gaps:
        now_ms += gap
        if bucket.take(now_ms):
            taken_at.append(now_ms)
    for first, since in enumerate(taken_at):
        for number, until in enumerate(taken_at[first:], start=1):
            assert number <= burst + (until - since) * per_second / 1_000


def test_a_full_bucket_gives_its_burst_and_then_its_rate() -> None:
    """D11."""
    bucket = Bucket(per_second=2, burst=3)
    assert [bucket.take(0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(500), bucket.take(500)] == [True, False]


def test_strikes_are_forgiven_in_time() -> None:
    """D11: who keeps to the pace afterwards is not closed for it later."""
    pace = Pace(per_second=1, burst=1)
    assert pace.judge(0) is Verdict.TAKE
    assert [pace.judge(0) for _ in range(STRIKES_MAX)] == [Verdict.REFUSE] * STRIKES_MAX
    assert pace.judge(0) is Verdict.CLOSE
    assert pace.judge(1_000) is Verdict.TAKE
    assert pace.judge(1_000) is Verdict.REFUSE


async def test_messages_that_come_too_fast_are_refused_and_then_the_socket_is_closed() -> None:
    """D11: each with its mark, and others are served meanwhile."""
    async with staged(messages_per_second_max=1, messages_burst_max=5) as stage:
        ann, ben = await stage.pair()
        for _ in range(5):
            await ann.say(Pong())
        await ann.say(Pong(ref="one too many"))
        error = await ann.expect(Error)
        assert (error.code, error.ref) == (ErrorCode.TOO_FAST, "one too many")
        await ben.hears_nothing()
        for _ in range(STRIKES_MAX):
            await ann.say(Pong())
        assert (await ann.closed_with())[0] == CloseCode.TOO_FAST
        await ben.hears_nothing()


async def test_a_pause_makes_room_again() -> None:
    """D11."""
    async with staged(messages_per_second_max=10, messages_burst_max=2) as stage:
        ann, _ = await stage.pair()
        await ann.hears_nothing()
        await ann.hears_nothing()
        await stage.time.pass_ms(200)
        await ann.hears_nothing()


async def test_sockets_from_one_address_are_limited() -> None:
    """D11: one more is refused before the handshake; one that closes makes room."""
    async with staged(sockets_per_address_max=2) as stage:
        ann, _ = await stage.pair()
        with pytest.raises(InvalidStatus) as refused:
            await stage.open()
        assert refused.value.response.status_code == 429
        assert int(refused.value.response.headers["Retry-After"]) > 0
        await ann.connection.close()
        async with asyncio.timeout(5):
            while await status_from(stage, "192.0.2.1") != 101:
                pass


async def test_a_trusted_proxy_tells_whose_socket_it_is() -> None:
    """D11: and nobody else is believed."""
    for trusted, answers in (((), [101, 429]), (("127.0.0.1",), [101, 101])):
        async with staged(sockets_per_address_max=1, trusted_proxies=trusted) as stage:
            assert [await status_from(stage, address) for address in ("192.0.2.1", "192.0.2.2")] == answers


async def status_from(stage: Stage, address: str) -> int:
    """Return what the handshake of a socket from there is answered; it stays open where it may."""
    try:
        await stage.open(forwarded_for=address)
    except InvalidStatus as refused:
        return refused.response.status_code
    return 101


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", UNKNOWN),
        ("", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_a_site_counts_as_one(address: str | None, counted: str) -> None:
    """A12: whoever has one IPv6 address has a whole network of them."""
    assert counted_as(address) == counted
