"""`talktime dead-letters`, as it is typed."""

import asyncio
from collections.abc import Callable, Sequence

import aio_pika
import msgspec
import pytest
from click.testing import CliRunner, Result

from shared.bus.interface import Delivery, Envelope, Rejected
from shared.bus.rabbit import RabbitBus
from talktime.command_line import talktime
from tests.harness.ports import free_port
from tests.shared.bus.story import CALLS, Consumed, call_events, ids_of

DEAD = "billing.calls.dead"
WAIT_SECONDS_MAX = 30

Type = Callable[..., Result]


@pytest.fixture
def types(vhost_url: str) -> Type:
    """Types the command, and answers what it asks."""

    def typed(*arguments: str, answers: str = "", url: str = vhost_url) -> Result:
        env = {"TALKTIME_RABBITMQ_URL": url}
        return CliRunner().invoke(talktime, ["dead-letters", *arguments], input=answers, env=env)

    return typed


@pytest.fixture
def letters(vhost_url: str) -> list[Envelope]:
    """Three dead letters, of two reasons; the first one is no JSON."""
    sent = call_events(3)
    sent[0] = msgspec.structs.replace(sent[0], body=b"\x1b[2J\xff")

    async def reject_all(batch: Sequence[Delivery]) -> Sequence[Rejected]:
        unreadable = str(sent[0].message_id)
        return [Rejected(one, "unreadable" if one.message_id == unreadable else "unknown_call") for one in batch]

    async def park() -> None:
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            bus = RabbitBus(vhost_url, publish_timeout_ms=5_000)
            await bus.start()
            await bus.publish(sent)
            await bus.consume(CALLS, Consumed(reject_all), batch_max=10)
            while await _ready(vhost_url, DEAD) < len(sent):  # noqa: ASYNC110 - the broker tells nobody
                await asyncio.sleep(0.02)
            await bus.close()

    asyncio.run(park())
    return sent


def ready(url: str, queue: str) -> int:
    """Return how many messages wait in a queue."""
    return asyncio.run(_ready(url, queue))


def test_they_are_listed_for_people(types: Type, letters: list[Envelope]) -> None:
    """F3: a line each: id, type, call, reason, when, how often."""
    listed = types("list")
    assert listed.exit_code == 0, listed.output
    head, *lines = listed.output.splitlines()
    assert head.split() == ["ID", "TYPE", "CALL", "REASON", "WHEN", "TIMES"]
    expected = [(str(one.message_id), "sweep.due", str(one.correlation_id)) for one in letters]
    assert [tuple(line.split()[:3]) for line in lines] == expected
    assert [line.split()[3] for line in lines] == ["unreadable", "unknown_call", "unknown_call"]
    assert [line.split()[-1] for line in lines] == ["1", "1", "1"]


def test_they_are_listed_for_machines(types: Type, letters: list[Envelope]) -> None:
    listed = msgspec.json.decode(types("list", "--json").output)
    assert [one["id"] for one in listed] == ids_of(letters)
    assert listed[1] == {
        "id": str(letters[1].message_id),
        "type": "sweep.due",
        "call_id": letters[1].correlation_id,
        "reason": "unknown_call",
        "failed_at": listed[1]["failed_at"],
        "times": 1,
        "queue": CALLS,
    }


def test_one_is_shown_with_all_there_is(types: Type, letters: list[Envelope]) -> None:
    shown = types("show", str(letters[1].message_id)).output
    assert '"minutes_held": 1' in shown
    for name in ("x-reason", "x-original-queue", "x-failed-at", "content_type", "message_id"):
        assert any(line.startswith(name) for line in shown.splitlines()), name
    as_json = msgspec.json.decode(types("show", str(letters[1].message_id), "--json").output)
    assert as_json["body"] == msgspec.json.decode(letters[1].body)
    assert as_json["headers"]["x-reason"] == "unknown_call"


def test_what_is_no_json_is_shown_and_steers_no_terminal(types: Type, letters: list[Envelope]) -> None:
    shown = types("show", str(letters[0].message_id)).output
    assert "\x1b" not in shown
    assert "\\x1b[2J\\xff" in shown
    assert msgspec.json.decode(types("show", str(letters[0].message_id), "--json").output)["body"] == "\x1b[2J\\xff"


def test_some_are_sent_again(types: Type, letters: list[Envelope], vhost_url: str) -> None:
    again = types("requeue", str(letters[2].message_id), str(letters[0].message_id))
    assert (again.exit_code, again.output) == (0, "2 sent again.\n")
    assert (ready(vhost_url, DEAD), ready(vhost_url, CALLS)) == (1, 2)


def test_all_are_sent_again_or_those_of_a_reason(types: Type, letters: list[Envelope], vhost_url: str) -> None:
    assert types("requeue", "--all", "--reason", "unknown").output == "2 sent again.\n"
    assert (ready(vhost_url, DEAD), ready(vhost_url, CALLS)) == (1, 2)
    assert types("requeue", "--all").output == "1 sent again.\n"
    assert types("requeue", "--all").output == "0 sent again.\n"
    assert types("list").output == "There are no dead letters.\n"
    assert types("list", "--json").output == "[]\n"


@pytest.mark.parametrize("arguments", [[], ["--reason", "x"], ["--all", "an-id"], ["an-id", "--reason", "x"]])
def test_what_is_to_be_sent_must_be_said(types: Type, arguments: list[str]) -> None:
    assert types("requeue", *arguments).exit_code == 2


def test_dropping_asks_first(types: Type, letters: list[Envelope], vhost_url: str) -> None:
    wanted = str(letters[1].message_id)
    refused = types("drop", wanted, answers="n\n")
    assert refused.exit_code == 1
    assert wanted in refused.output
    assert ready(vhost_url, DEAD) == 3
    assert types("drop", wanted, answers="y\n").output.endswith("1 dropped.\n")
    assert types("drop", str(letters[0].message_id), "--yes").output == "1 dropped.\n"
    assert (ready(vhost_url, DEAD), ready(vhost_url, CALLS)) == (1, 0)


@pytest.mark.parametrize("command", [["show"], ["requeue"], ["drop", "--yes"]])
def test_one_that_is_not_there_is_said_and_nothing_is_done(
    types: Type, letters: list[Envelope], vhost_url: str, command: list[str]
) -> None:
    ids = ["nonesuch"] if command == ["show"] else ["nonesuch", str(letters[1].message_id)]
    said = types(*command, *ids)
    assert (said.exit_code, said.output) == (1, "Error: there is no dead letter nonesuch: nothing was done\n")
    assert ready(vhost_url, DEAD) == 3


def test_a_broker_that_is_away_is_said_in_a_sentence(types: Type) -> None:
    said = types("list", url=f"amqp://127.0.0.1:{free_port()}/")
    assert said.exit_code == 1
    assert "cannot be reached" in said.output
    assert "Traceback" not in said.output


async def _ready(url: str, queue: str) -> int:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        return (await channel.declare_queue(queue, passive=True)).declaration_result.message_count or 0
