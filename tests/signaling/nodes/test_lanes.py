"""What one node says reaches another one, each once and in order, or both know that something is missing (D12)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from shared.bus.interface import Delivery, Mailbox, Outcome
from shared.ids import new_id
from shared.messages.base import Role
from shared.messages.nodes import Attach, Beat, LaneBroken, NodeMessage, NotMine
from shared.messages.registry import decode_node_message, letter_of
from signaling.nodes import outgoing
from signaling.nodes.incoming import GAP_MS_MAX
from signaling.nodes.lanes import Lanes
from tests.signaling.bus_with_outages import BusWithOutages
from tests.signaling.manual_time import ManualTime, give_turns

PATIENCE_MS = 20_000


@dataclass(eq=False)
class Node:
    """A node with nothing but lanes."""

    name: str
    bus: BusWithOutages
    time: ManualTime
    heard_beats: list[int] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    answer: Callable[[NodeMessage], None] | None = None
    lanes: Lanes = field(init=False)
    mailbox: Mailbox | None = None

    async def start(self) -> "Node":
        self.lanes = Lanes(self.bus, node=self.name, clock=self.time, scheduler=self.time, patience_ms=PATIENCE_MS)
        self.lanes.use(self)
        self.mailbox = await self.bus.open_mailbox(self.name, self._handle)
        return self

    async def stop(self) -> None:
        await self.lanes.stop()
        if self.mailbox is not None:
            await self.mailbox.stop()

    def say(self, node: str, *numbers: int) -> None:
        for number in numbers:
            self.lanes.send(node, Beat(beat=number, call_ids=[]))

    def heard(self, message: NodeMessage) -> None:
        if isinstance(message, Beat):
            self.heard_beats.append(message.beat)
        elif self.answer is not None:
            self.answer(message)

    def lane_broken(self, node: str) -> None:
        self.news.append(f"broken {node}")

    def node_gone(self, node: str) -> None:
        self.news.append(f"gone {node}")

    async def _handle(self, delivery: Delivery) -> None:
        message = decode_node_message(delivery.body)
        assert isinstance(message, NodeMessage)
        self.lanes.receive(message)


@pytest.fixture
async def time(anyio_backend: str) -> ManualTime:
    return ManualTime()


@pytest.fixture
async def bus(time: ManualTime) -> AsyncIterator[BusWithOutages]:
    bus = BusWithOutages(clock=time)
    await bus.start()
    yield bus
    await bus.close()


@pytest.fixture
async def one(bus: BusWithOutages, time: ManualTime) -> AsyncIterator[Node]:
    node = await Node("one", bus, time).start()
    yield node
    await node.stop()


@pytest.fixture
async def two(bus: BusWithOutages, time: ManualTime) -> AsyncIterator[Node]:
    node = await Node("two", bus, time).start()
    yield node
    await node.stop()


async def test_everything_comes_in_order(one: Node, two: Node) -> None:
    one.say("two", *range(300))
    await give_turns()
    assert two.heard_beats == list(range(300))
    assert one.news == two.news == []


async def test_what_waits_is_published_together(bus: BusWithOutages, one: Node, two: Node) -> None:
    batches: list[int] = []
    publish = bus.publish

    async def counting(envelopes):  # type: ignore[no-untyped-def]
        batches.append(len(envelopes))
        return await publish(envelopes)

    bus.publish = counting  # type: ignore[method-assign]
    one.say("two", *range(100))
    await give_turns()
    assert batches == [outgoing.BATCH_MAX, 100 - outgoing.BATCH_MAX]


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNKNOWN])
async def test_a_failed_message_and_all_after_it_come_later(
    bus: BusWithOutages, time: ManualTime, one: Node, two: Node, outcome: Outcome
) -> None:
    """Number 2 fails at first while 3 and 4 pass: the receiver waits for 2, and takes none twice."""
    bus.outcomes.extend([Outcome.CONFIRMED, outcome])
    one.say("two", 1, 2, 3, 4)
    await give_turns()
    assert two.heard_beats == [1]
    await time.pass_ms(outgoing.RETRY_MS_FIRST)
    assert two.heard_beats == [1, 2, 3, 4]
    assert one.news == two.news == []


async def test_a_repeated_message_is_dropped(bus: BusWithOutages, one: Node, two: Node) -> None:
    """The broker stored it, the confirm was lost."""
    one.say("two", 1)
    await give_turns()
    await bus.publish([bus.published[0]])
    await give_turns()
    assert two.heard_beats == [1]


async def test_a_broker_outage_is_outlived(bus: BusWithOutages, time: ManualTime, one: Node, two: Node) -> None:
    bus.away = True
    one.say("two", 1, 2)
    await time.pass_ms(PATIENCE_MS - 2_000)
    bus.away = False
    one.say("two", 3)
    await time.pass_ms(outgoing.RETRY_MS_MAX)
    assert two.heard_beats == [1, 2, 3]
    assert one.news == two.news == []


async def test_after_too_long_an_outage_both_know(
    bus: BusWithOutages, time: ManualTime, one: Node, two: Node
) -> None:
    one.say("two", 1)
    await give_turns()
    bus.away = True
    one.say("two", 2)
    await time.pass_ms(PATIENCE_MS + 2 * outgoing.RETRY_MS_MAX)
    assert one.news == ["broken two"]
    bus.away = False
    one.say("two", 3)
    await give_turns()
    assert two.heard_beats == [1, 3]
    assert two.news == ["broken one"]


async def test_a_node_that_is_gone_is_told_of_at_once(one: Node) -> None:
    asked = one.lanes.ask("nowhere", attach(), timeout_ms=1_000)
    assert await asked is None
    assert one.news == ["gone nowhere"]


async def test_a_lane_is_bounded(bus: BusWithOutages, one: Node, two: Node) -> None:
    bus.away = True
    one.say("two", *range(outgoing.MESSAGES_MAX // 2))
    assert one.lanes.crowded("two") is None
    one.say("two", 0)
    crowded = one.lanes.crowded("two")
    assert crowded is not None
    one.say("two", *range(outgoing.MESSAGES_MAX // 2))
    assert one.news == ["broken two"]
    assert one.lanes.crowded("two") is None
    await crowded.room()


async def test_a_crowded_lane_has_room_again(bus: BusWithOutages, time: ManualTime, one: Node, two: Node) -> None:
    bus.away = True
    one.say("two", *range(outgoing.MESSAGES_MAX // 2 + 1))
    crowded = one.lanes.crowded("two")
    assert crowded is not None
    bus.away = False
    await time.pass_ms(outgoing.RETRY_MS_FIRST)
    await crowded.room()
    assert not crowded.crowded


async def test_a_restarted_receiver_says_that_it_knows_nothing(
    bus: BusWithOutages, time: ManualTime, one: Node, two: Node
) -> None:
    one.say("two", 1, 2)
    await give_turns()
    await two.stop()
    again = await Node("two", bus, time).start()
    one.say("two", 3)
    await time.pass_ms(GAP_MS_MAX)
    assert one.news == []
    one.say("two", 4)
    await give_turns()
    assert one.news == ["broken two"]
    one.say("two", 5)
    await give_turns()
    assert again.heard_beats == [5]
    await again.stop()


async def test_a_restarted_sender_is_noticed(bus: BusWithOutages, time: ManualTime, one: Node, two: Node) -> None:
    one.say("two", 1)
    await give_turns()
    await one.stop()
    again = await Node("one", bus, time).start()
    again.say("two", 2)
    await give_turns()
    assert (two.heard_beats, two.news) == ([1, 2], ["broken one"])
    await again.stop()


async def test_an_old_lane_is_heard_no_more(bus: BusWithOutages, one: Node, two: Node) -> None:
    """A publish of unknown outcome can arrive after the lane was given up."""
    one.say("two", 1)
    await give_turns()
    late = bus.published[0]
    lane = decode_node_message(late.body)
    assert isinstance(lane, Beat)
    two.lanes.send("one", LaneBroken(broken=lane.lane))
    await give_turns()
    one.say("two", 2)
    await give_turns()
    await bus.publish([late])
    await give_turns()
    assert two.heard_beats == [1, 2]
    assert two.news == ["broken one"]


async def test_a_question_has_its_answer(one: Node, two: Node) -> None:
    def answer(message: NodeMessage) -> None:
        assert isinstance(message, Attach)
        two.lanes.send("one", NotMine(request_id=message.request_id, call_id=message.call_id))

    two.answer = answer
    question = attach()
    answered = await one.lanes.ask("two", question, timeout_ms=1_000)
    assert isinstance(answered, NotMine)
    assert answered.call_id == question.call_id


async def test_a_late_answer_is_heard_like_other_news(time: ManualTime, one: Node, two: Node) -> None:
    """`HandedOver` that comes too late still has to be acted on."""
    late: list[NodeMessage] = []
    one.answer = late.append
    question = attach()
    asked = asyncio.create_task(one.lanes.ask("two", question, timeout_ms=1_000))
    await time.pass_ms(1_000)
    assert await asked is None
    two.lanes.send("one", NotMine(request_id=question.request_id, call_id=question.call_id))
    await give_turns()
    assert [type(message) for message in late] == [NotMine]


async def test_a_message_out_of_the_blue_is_not_taken(bus: BusWithOutages, two: Node) -> None:
    """One without a place in a lane, as only a bug or a person at the management UI would send."""
    await bus.publish([letter_of(Beat(sender="one", beat=1, call_ids=[]), node="two")])
    await give_turns()
    assert two.heard_beats == []


def attach() -> Attach:
    return Attach(request_id=new_id(), call_id=new_id(), account_id=new_id(), role=Role.CALLEE, device_id=new_id())
