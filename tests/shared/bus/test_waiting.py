"""Natural batches: what is there is taken, and waited for only while there is much."""

import asyncio

from shared.bus.backoff import Backoff
from shared.bus.batches import Received, Waiting

LONG_MS = 60_000


def message(number: int) -> Received:
    return Received(type="call.ended", message_id=str(number), body=b"{}")


def line_of(count: int) -> Waiting:
    waiting = Waiting(1_000)
    for number in range(count):
        waiting.put(message(number))
    return waiting


async def test_what_is_there_is_taken_at_once() -> None:
    waiting = line_of(3)
    batch = await waiting.take(batch_max=100, gather_ms=LONG_MS, over=asyncio.Event())
    assert [each.message_id for each in batch] == ["0", "1", "2"]
    assert len(waiting) == 0


async def test_a_full_batch_waits_for_nothing_and_leaves_the_rest() -> None:
    waiting = line_of(12)
    assert len(await waiting.take(batch_max=10, gather_ms=LONG_MS, over=asyncio.Event())) == 10
    assert len(waiting) == 2


async def test_a_large_batch_gathers_what_comes_in_the_meantime() -> None:
    waiting = line_of(3)
    taking = asyncio.create_task(waiting.take(batch_max=12, gather_ms=20, over=asyncio.Event()))
    await asyncio.sleep(0)
    waiting.put(message(3))
    assert len(await taking) == 4


async def test_one_of_two_takers_gets_the_only_message_and_the_other_waits_on() -> None:
    waiting, over = line_of(0), asyncio.Event()
    takers = [asyncio.create_task(waiting.take(batch_max=5, gather_ms=0, over=over)) for _ in range(2)]
    await asyncio.sleep(0)
    waiting.put(message(0))
    done, pending = await asyncio.wait(takers, return_when=asyncio.FIRST_COMPLETED)
    assert [len(task.result()) for task in done] == [1]
    over.set()
    waiting.wake()
    assert await pending.pop() == []


async def test_over_is_over_even_if_messages_wait() -> None:
    waiting, over = line_of(3), asyncio.Event()
    over.set()
    assert await waiting.take(batch_max=5, gather_ms=0, over=over) == []
    assert len(waiting) == 3


async def test_what_is_put_back_comes_first_again() -> None:
    waiting = line_of(4)
    waiting.put_back(await waiting.take(batch_max=2, gather_ms=0, over=asyncio.Event()))
    assert [each.message_id for each in waiting.snapshot()] == ["0", "1", "2", "3"]


def test_a_line_is_bounded() -> None:
    waiting = Waiting(2)
    waiting.put(message(0))
    assert not waiting.full
    waiting.put(message(1))
    assert waiting.full


def test_pauses_double_up_to_the_longest_and_begin_anew() -> None:
    backoff = Backoff(first_ms=100, longest_ms=350)
    assert [backoff.next_ms() for _ in range(4)] == [100, 200, 350, 350]
    backoff.reset()
    assert backoff.next_ms() == 100
