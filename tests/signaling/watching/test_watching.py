"""D15: whoever watches is told at once, at every change, and soon after a hint was lost."""

from uuid import UUID

import msgspec
import pytest

from shared.bus.interface import Outcome
from shared.bus.memory import MemoryBus
from shared.ids import new_id
from shared.messages.from_client import HangUp, WatchPresence
from shared.messages.nodes import PresenceHint
from shared.messages.registry import broadcast_of
from shared.messages.requests import WATCHED_MAX, Look
from shared.messages.to_client import CallOver, Error, ErrorCode, Presence
from signaling.watching.hearing import Hearing
from signaling.watching.watches import WATCHES_BURST_MAX
from tests.signaling.device import Device
from tests.signaling.stage import Stage, anywhere, staged, talks


async def watches(device: Device, *account_ids: UUID, ref: str | None = None) -> list[str]:
    """Watch these people; return how they are, in the order in which they were named."""
    await device.say(WatchPresence(account_ids=list(account_ids), ref=ref))
    told = await device.expect(Presence)
    assert told.ref == ref
    assert [person.account_id for person in told.people] == list(dict.fromkeys(account_ids))
    return [person.state for person in told.people]


async def news(stage: Stage, device: Device, *, after_ms: int = 5_000) -> dict[UUID, str]:
    """Return what the device is told within this time, the last of each person; nobody is told the same twice."""
    await stage.time.pass_ms(after_ms)
    told: dict[UUID, str] = {}
    for message in await device.hears_no_more_than():
        if isinstance(message, Presence):
            for person in message.people:
                assert told.get(person.account_id) != person.state
                told[person.account_id] = person.state
    return told


async def is_watched(stage: Stage, account_id: UUID) -> bool:
    """Whether any node wants hints about this account."""
    (outcome,) = await stage.bus.publish([broadcast_of(PresenceHint(account_id=account_id))])
    return outcome is Outcome.CONFIRMED


@anywhere
async def test_who_comes_and_goes_is_told(stage: Stage) -> None:
    """D15, D12: wherever they are connected; only who has changed, and only to those who watch."""
    ann = await stage.device(stage.billing.account("ann"))
    ben, cleo = stage.billing.account("ben"), stage.billing.account("cleo")
    bystander = await stage.device(stage.billing.account("dan"))
    unknown = new_id()
    assert await watches(ann, cleo.id, ben.id, unknown, ben.id, ref="a") == ["offline", "offline", "hidden"]
    first = await stage.device(ben)
    assert await news(stage, ann) == {ben.id: "available"}
    second = await stage.device(ben)
    await first.connection.close()
    assert await news(stage, ann) == {}
    await second.connection.close()
    assert await news(stage, ann) == {ben.id: "offline"}
    await bystander.hears_nothing()


@anywhere
async def test_whoever_talks_is_busy(stage: Stage) -> None:
    """D15: from the ringing on, until the call is settled."""
    ann, ben = await stage.pair()
    cleo = await stage.device(stage.billing.account("cleo"))
    assert await watches(cleo, ann.account_id, ben.account_id) == ["available", "available"]
    call_id = await talks(ann, ben)
    assert await news(stage, cleo) == {ann.account_id: "busy", ben.account_id: "busy"}
    await ann.say(HangUp(call_id=call_id))
    await ann.expect(CallOver)
    assert await news(stage, cleo) == {ann.account_id: "available", ben.account_id: "available"}


async def test_a_watch_replaces_the_one_before(stage: Stage) -> None:
    """D15: nobody is told any more of who is not watched any more; whoever is left alone is bound no more."""
    ann = await stage.device(stage.billing.account("ann"))
    ben, cleo = stage.billing.account("ben"), stage.billing.account("cleo")
    await watches(ann, ben.id, cleo.id)
    assert await is_watched(stage, ben.id)
    assert await watches(ann, cleo.id) == ["offline"]
    assert await news(stage, ann) == {}
    assert [await is_watched(stage, each.id) for each in (ben, cleo)] == [False, True]
    await stage.device(ben)
    assert await news(stage, ann) == {}
    assert await watches(ann) == []
    await ann.hears_nothing()
    assert not await is_watched(stage, cleo.id)


async def test_who_is_gone_for_good_watches_nobody() -> None:
    """D15: a device that is merely lost still does."""
    async with staged(resume_ms_max=20_000) as stage:
        ann, ben = await stage.device(stage.billing.account("ann")), stage.billing.account("ben")
        other = await stage.device(stage.account_of(ann))
        await watches(ann, ben.id)
        await watches(other, ben.id)
        await other.connection.close()
        await ann.connection.close()
        await stage.time.pass_ms(10_000)
        assert await is_watched(stage, ben.id)
        await stage.time.pass_ms(11_000)
        assert not await is_watched(stage, ben.id)


async def test_a_lost_hint_delays_and_no_more(stage: Stage) -> None:
    """D15: everybody is looked up every half minute."""
    ann, ben = await stage.device(stage.billing.account("ann")), stage.billing.account("ben")
    await watches(ann, ben.id)
    stage.billing.present.add((ben.id, "another node"))
    assert await news(stage, ann, after_ms=28_000) == {}
    assert await news(stage, ann) == {ben.id: "available"}


async def test_hints_are_gathered(stage: Stage) -> None:
    """D15: many hints within a moment are one question, and one question is about many."""
    ann, dan = [await stage.device(stage.billing.account(name)) for name in ("ann", "dan")]
    ben, cleo = stage.billing.account("ben"), stage.billing.account("cleo")
    for device in (ann, dan):
        await watches(device, ben.id, cleo.id)
    asked = len(stage.billing.asked)
    stage.billing.present |= {(ben.id, "another node"), (cleo.id, "another node")}
    for account in (ben, cleo) * 10:
        assert await is_watched(stage, account.id)
    await stage.time.pass_ms(500)
    (look,) = stage.billing.asked[asked:]
    assert isinstance(look, Look)
    assert sorted(look.pairs) == sorted(
        (device.account_id, account.id) for device in (ann, dan) for account in (ben, cleo)
    )
    for device in (ann, dan):
        assert {person.state for person in (await device.expect(Presence)).people} == {"available"}


async def test_a_device_that_comes_back_is_told_of_everybody(stage: Stage) -> None:
    """D15, D8: what has changed meanwhile included; its watch stands."""
    ann, ben = await stage.device(stage.billing.account("ann")), stage.billing.account("ben")
    await watches(ann, ben.id)
    await ann.connection.close()
    await stage.device(ben)
    await stage.time.pass_ms(3_000)
    again = await stage.resumed(ann)
    assert again.welcome.device_id == ann.welcome.device_id
    told = await again.expect(Presence)
    assert [person.state for person in told.people] == ["available"]
    stage.billing.present.clear()
    assert await is_watched(stage, ben.id)
    assert await news(stage, again) == {ben.id: "offline"}


async def test_a_watch_is_answered_as_soon_as_billing_answers() -> None:
    """D15, E7: nothing is said that nobody knows."""
    async with staged(authorize_ms_max=50, renew_lead_ms=20_000) as stage:
        ann, ben = await stage.device(stage.billing.account("ann")), stage.billing.account("ben")
        stage.billing.answering.clear()
        await ann.say(WatchPresence(account_ids=[ben.id], ref="w"))
        await ann.hears_nothing()
        stage.billing.answering.set()
        for _ in range(200):
            await stage.time.pass_ms(1_000)
            if heard := await ann.hears_no_more_than():
                break
        assert [type(message) for message in heard] == [Presence]
        assert (heard[0].ref, heard[0].people[0].state) == ("w", "offline")  # type: ignore[union-attr]


class InterruptedBus(MemoryBus):
    """A bus that says that it is away, and loses what is published meanwhile."""

    away = False

    @property
    def connected(self) -> bool:
        return super().connected and not self.away


async def test_all_are_looked_up_after_an_outage_of_the_bus() -> None:
    """D15, C5: the hints of the outage are lost."""
    bus = InterruptedBus()
    async with staged(bus=bus) as stage:
        ann, ben = await stage.device(stage.billing.account("ann")), stage.billing.account("ben")
        await watches(ann, ben.id)
        bus.away = True
        await stage.time.pass_ms(2_000)
        stage.billing.present.add((ben.id, "another node"))
        assert await news(stage, ann, after_ms=2_000) == {}
        bus.away = False
        assert await news(stage, ann, after_ms=2_000) == {ben.id: "available"}


async def test_a_watch_has_a_limit(stage: Stage) -> None:
    """D17: one more is malformed; so are those who are nobody's ids."""
    ann = await stage.device(stage.billing.account("ann"))
    ids = [new_id() for _ in range(WATCHED_MAX + 1)]
    for wrong in ([str(each) for each in ids], ["ben"], "ben", None, [1]):
        await ann.say_raw(
            msgspec.json.encode({"type": "presence.watch", "account_ids": wrong, "ref": "r"}).decode()
        )
        error = await ann.expect(Error)
        assert (error.code, error.ref) == (ErrorCode.MALFORMED, "r")
    assert await watches(ann, *ids[:WATCHED_MAX]) == ["hidden"] * WATCHED_MAX


@pytest.mark.parametrize("count", [2, 50])
async def test_of_many_watches_at_once_the_last_is_answered(stage: Stage, count: int) -> None:
    """D17: one question at a time for each device, however fast it asks."""
    ann = await stage.device(stage.billing.account("ann"))
    accounts = [stage.billing.account(f"person-{number}") for number in range(count)]
    stage.billing.answering.clear()
    for number, account in enumerate(accounts):
        await ann.say(WatchPresence(account_ids=[account.id], ref=str(number)))
    await ann.hears_nothing()
    stage.billing.answering.set()
    told = await ann.expect(Presence)
    assert (told.ref, [person.account_id for person in told.people]) == (str(count - 1), [accounts[-1].id])
    await ann.hears_nothing()
    assert sum(isinstance(request, Look) for request in stage.billing.asked) <= 2


async def test_who_is_busy_is_looked_up_more_often(stage: Stage) -> None:
    """D15: a call is settled some time after its end was hinted at."""
    ann, ben = await stage.pair()
    cleo = await stage.device(stage.billing.account("cleo"))
    await watches(cleo, ann.account_id)
    await talks(ann, ben)
    assert await news(stage, cleo, after_ms=1_000) == {ann.account_id: "busy"}
    stage.billing.calls.clear()
    assert await news(stage, cleo, after_ms=6_000) == {ann.account_id: "available"}


async def test_a_device_that_watches_others_all_the_time_costs_little(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D11: what it does not wait for is neither bound nor looked up, and the last that it asks for is answered."""
    held: list[UUID] = []
    monkeypatch.setattr(Hearing, "begin", lambda self, watch: held.extend(watch.account_ids))
    monkeypatch.setattr(Hearing, "end", lambda self, watch: None)
    ann = await stage.device(stage.billing.account("ann"))
    told: list[str | None] = []
    for round_ in range(30):
        await ann.say(WatchPresence(account_ids=[new_id() for _ in range(10)], ref=str(round_)))
        await stage.time.pass_ms(100)
        told += [each.ref for each in await ann.hears_no_more_than() if isinstance(each, Presence)]
    await stage.time.pass_ms(1_000)
    told += [each.ref for each in await ann.hears_no_more_than() if isinstance(each, Presence)]
    looks = [request for request in stage.billing.asked if isinstance(request, Look)]
    assert told[-1] == "29"
    assert len(looks) <= WATCHES_BURST_MAX + 4
    assert len(held) <= 10 * len(looks)
