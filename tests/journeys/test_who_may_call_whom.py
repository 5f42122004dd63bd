"""Who may call whom, at the real doors: whyever nobody can be reached, the caller sees the same."""

from __future__ import annotations

import math
import random
import time
from itertools import combinations
from typing import Any
from uuid import UUID

import msgspec

from shared.ids import new_id
from shared.messages import from_client, to_client
from shared.messages.base import EndReason, RefusalReason
from talktime.person import Device, Person
from tests.harness.programs import Programs
from tests.journeys.installation import Installation, Separate
from tests.journeys.office import Operator
from tests.journeys.talk import answer, over, ring
from tests.journeys.test_sessions_end import ask

ROUNDS = 20
"""Of each kind of callee, when times are compared."""
DEVIATIONS_MAX = 5
"""Chance alone exceeds so many standard deviations once in two million comparisons."""
ANSWER_MS = 500
CLOCK_MS = 2
"""As much as two clocks may differ by rounding."""
SLOW_DISK = """
    CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_sleep(0.15); RETURN NEW; END $$;
    CREATE TRIGGER slow_disk BEFORE INSERT ON calls FOR EACH ROW EXECUTE FUNCTION be_slow();
"""
"""Keeping an attempt takes billing long, so that a test which sees nothing of it is no luck of a fast machine."""

Invite = from_client.Invite


async def lists(person: Person, what: str, other: Person) -> None:
    """Put somebody on the person's blocklist, or into the contacts."""
    assert (await ask(person, "PUT", f"me/{what}/{other.id}")).status_code == 204


async def takes_calls_from_contacts_only(person: Person) -> None:
    """Change the profile."""
    assert (await ask(person, "PATCH", "me", {"calls_from": "contacts"})).status_code == 200


async def whole_answer(caller: Person, device: Device, invite: Invite) -> tuple[list[to_client.ToClient], UUID]:
    """Return all that an invite brings, the id of its call and the numbers masked; and that id."""
    before = len(device.seen)
    await device.send(invite)
    call_id = (await device.expect(to_client.CallRefused)).call_id
    # Whatever else there is to say has been said when the next invite is answered.
    await device.send(Invite(callee_id=caller.id))
    await device.expect(to_client.CallRefused)
    messages = device.seen[before:-2]
    masked = [msgspec.structs.replace(message, call_id=UUID(int=0), seq=msgspec.UNSET) for message in messages]
    return masked, call_id


async def seen_by_rest(person: Person, call_id: UUID) -> list[Any]:
    """Return all that somebody can look at afterwards."""
    pages = [await person.get(path) for path in ("calls", "wallet", "wallet/entries", "payments")]
    answers = [await ask(person, "GET", path) for path in (f"calls/{call_id}", f"ice-servers?call_id={call_id}")]
    return [*pages, *((answer.status_code, answer.text) for answer in answers)]


async def test_nobody_can_tell_why(programs: Programs, installation: Installation) -> None:
    """D4: the whole sequence of messages and everything that REST shows, for whoever is not to be reached."""
    caller = await installation.person(money_minor=100)
    gone, blocking, private, offline, undisturbed = [await installation.person() for _ in range(5)]
    await (await Operator.hired(programs, installation)).acts_on(gone, "disable")
    await lists(blocking, "blocklist", caller)
    await takes_calls_from_contacts_only(private)
    assert (await ask(undisturbed, "PATCH", "me", {"do_not_disturb": True})).status_code == 200
    invites = {
        "unknown name": Invite(callee_user_name="nobody-of-this-name", ref="r"),
        "unknown id": Invite(callee_id=new_id(), ref="r"),
        **{
            f"{kind} by {way}": invite
            for kind, person in {
                "disabled": gone, "blocking": blocking, "contacts only": private, "offline": offline,
                "not to be disturbed": undisturbed,
            }.items()
            for way, invite in {
                "id": Invite(callee_id=person.id, ref="r"),
                "name": Invite(callee_user_name=person.user_name.upper(), ref="r"),
            }.items()
        },
    }  # fmt: skip
    async with (
        caller.device() as device,
        blocking.device() as blockers,
        private.device() as privates,
        undisturbed.device() as silent,
    ):
        first, untouched = await whole_answer(caller, device, invites["unknown name"])
        assert [type(message) for message in first] == [to_client.CallAuthorizing, to_client.CallRefused]
        before = await seen_by_rest(caller, untouched)
        for kind, invite in invites.items():
            messages, call_id = await whole_answer(caller, device, invite)
            assert messages == first, kind
            assert await seen_by_rest(caller, call_id) == before, kind
        assert isinstance(refusal := messages[-1], to_client.CallRefused)
        assert (refusal.reason, refusal.ref) == (RefusalReason.UNREACHABLE, "r")
        for other in (blockers, privates, silent):
            assert other.seen == [other.welcome]
    attempts = [(await person.get("calls"))["items"] for person in (blocking, private, offline, undisturbed)]
    assert attempts[:2] == [[], []]
    for kept in attempts[2:]:
        assert [(each["direction"], each["reason"], each["other"]["user_name"]) for each in kept] == [
            ("incoming", "unreachable", caller.user_name)
        ] * 2
    assert (await ask(offline, "GET", f"calls/{attempts[2][0]['id']}")).status_code == 200


async def test_whom_lists_let_through(installation: Installation) -> None:
    """A contact gets through until the blocklist says otherwise; who blocks cannot call either, and is told."""
    caller, callee = await installation.person(money_minor=100), await installation.person(money_minor=100)
    await takes_calls_from_contacts_only(callee)
    async with caller.device() as calling, callee.device() as called:
        await calling.send(Invite(callee_id=callee.id))
        assert (await calling.expect(to_client.CallRefused)).reason is RefusalReason.UNREACHABLE

        await lists(callee, "contacts", caller)
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await lists(callee, "blocklist", caller)
        await lists(caller, "blocklist", callee)
        await calling.expect(to_client.CallLease)
        await calling.send(from_client.HangUp(call_id=call_id))
        assert (await over(calling, called)).reason is EndReason.HUNG_UP
        # Both are in that call until billing has settled it.
        await calling.expect(to_client.Charged)

        for device, other in ((calling, callee), (called, caller)):
            await device.send(Invite(callee_id=other.id))
            assert (await device.expect(to_client.CallRefused)).reason is RefusalReason.ON_YOUR_BLOCKLIST
        for person, other in ((caller, callee), (callee, caller)):
            assert (await ask(person, "DELETE", f"me/blocklist/{other.id}")).status_code == 204
        call_id = await ring(calling, callee, called)
        await called.send(from_client.Decline(call_id=call_id))
        await over(calling, called)


async def test_the_time_of_the_answer_tells_nothing(own_separate: Separate) -> None:
    """Unknown, blocking and offline callees in random turns; billing keeps the attempts to reach the last ones.

    Were there no difference, whoever guesses by the longer of two times would be right half of the time; how far
    one may be from that by chance alone is known exactly, however busy the machine is (Mann and Whitney, 1947).
    """
    caller, blocking, offline = [await own_separate.person(money_minor=100) for _ in range(3)]
    await lists(blocking, "blocklist", caller)
    await own_separate.execute(SLOW_DISK)
    invites = {
        "unknown": Invite(callee_user_name="nobody-of-this-name"),
        "blocking": Invite(callee_user_name=blocking.user_name),
        "offline": Invite(callee_user_name=offline.user_name),
    }
    chance = random.Random(4)
    took: dict[str, list[float]] = {kind: [] for kind in invites}
    async with caller.device() as device, blocking.device():
        for kind in sorted(list(invites) * ROUNDS, key=lambda _: chance.random()):
            began = time.perf_counter()
            await device.send(invites[kind])
            refused = await device.expect(to_client.CallRefused)
            took[kind].append(time.perf_counter() - began)
            assert refused.reason is RefusalReason.UNREACHABLE
    assert min(map(min, took.values())) >= (ANSWER_MS - CLOCK_MS) / 1_000
    for one, other in combinations(took, 2):
        deviations = rank_deviations(took[one], took[other])
        assert abs(deviations) < DEVIATIONS_MAX, (one, other, deviations)


def rank_deviations(ones: list[float], others: list[float]) -> float:
    """Return how many standard deviations the Mann-Whitney statistic is from what no difference would make it."""
    n, m = len(ones), len(others)
    longer: float = sum((one > other) + (one == other) / 2 for one in ones for other in others)
    return (longer - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
