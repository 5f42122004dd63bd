"""The decisions alone, without a database: registers and charging over any sequence of events."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.calls import Calls, OpenCall
from billing_worker.settlement.charging import charge, is_due, judge, minutes_due, shrink
from billing_worker.settlement.registers import ImpossibleError, register
from billing_worker.terms import Terms
from shared.ids import new_id
from shared.ledger import Ledger, OpenWallet
from shared.messages.base import EndReason
from shared.messages.events import CallEnded, CallEvent, CallStarted, SweepDue

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
TERMS = Terms(minute_ms=60_000, setup_ms=68_000, currency="EUR")
NOWHERE = cast(AsyncConnection, None)
PRICE, BALANCE, HELD = 10, 100, 4


class Desk:
    """One call with four minutes held, its wallets in memory, and what is done with them."""

    def __init__(self) -> None:
        self.call = OpenCall(
            id=new_id(),
            caller_id=new_id(),
            callee_id=new_id(),
            node="node-1",
            price_minor=PRICE,
            authorized_at=NOW,
            lease_ends_at=NOW,
            minute_ms=TERMS.minute_ms,
            minutes_held=HELD,
            proof_talk_ms=150_000,
        )
        self.calls = Calls(NOWHERE, {self.call.id: self.call})
        self.payer = OpenWallet(self.call.caller_id, BALANCE, HELD * PRICE, PRICE, None, self.call.id, 1)
        self.callee = OpenWallet(new_id(), 7, 0, PRICE, None, self.call.id, 1)
        self.refunds = 0

    def handle(self, batch: list[CallEvent]) -> None:
        """Do with a batch what a transaction does, less the writing."""
        for said in batch:
            register(said, self.calls, now=NOW, terms=TERMS)
        if not is_due(self.call):
            return
        ledger = Ledger(NOWHERE, {self.call.caller_id: self.payer}, NOW)
        balance_minor = self.payer.balance_minor
        if self.call.settled_at is None:
            charge(self.call, ledger, now=NOW)
        else:
            shrink(self.call, ledger, now=NOW)
            assert self.payer.balance_minor >= balance_minor
            self.refunds += self.payer.balance_minor > balance_minor
        judge(self.call.caller_id, ledger)
        assert 0 == self.payer.held_minor <= self.payer.balance_minor

    def ended(self, talk_ms: int, reason: EndReason = EndReason.HUNG_UP) -> CallEnded:
        return CallEnded(
            event_id=new_id(),
            call_id=self.call.id,
            caller_id=self.call.caller_id,
            callee_id=self.call.callee_id,
            node="node-1",
            reason=reason,
            talk_ms=talk_ms,
            price_minor=PRICE,
            started_at=None,
            ended_at=NOW + timedelta(milliseconds=talk_ms),
        )

    def started(self, seconds: int = 0) -> CallStarted:
        return CallStarted(
            event_id=new_id(),
            call_id=self.call.id,
            caller_id=self.call.caller_id,
            callee_id=self.call.callee_id or new_id(),
            node="node-1",
            started_at=NOW + timedelta(seconds=seconds),
        )

    def sweep(self, minutes_held: int = HELD) -> SweepDue:
        return SweepDue(event_id=new_id(), call_id=self.call.id, minutes_held=minutes_held)


talk_times = st.integers(0, 6 * TERMS.minute_ms)
kinds = st.one_of(
    st.tuples(st.just("started"), st.just(0)),
    st.tuples(st.just("ended"), talk_times),
    st.tuples(st.just("sweep"), st.sampled_from([HELD, HELD - 1])),
)


@given(st.lists(st.lists(kinds, min_size=1, max_size=4), min_size=1, max_size=8))
def test_any_events_in_any_batches_cost_the_smallest_end(batches: list[list[tuple[str, int]]]) -> None:
    """C9: the sum depends on what was said, not on when, how often, or together with what."""
    desk = Desk()
    words: list[tuple[str, int]] = []
    for batch in batches:
        desk.handle([_event(desk, word) for word in batch])
        words += batch

    ends = [talk_ms for kind, talk_ms in words if kind == "ended"]
    swept_first = next((kind for kind, value in words if kind == "ended" or (kind, value) == ("sweep", HELD)), "")
    said = ends + ([150_000] if swept_first == "sweep" else [])
    if not said:
        assert desk.call.settled_at is None
        return
    assert desk.call.talk_ms == min(said)
    minutes = min(-(-min(said) // TERMS.minute_ms), HELD)
    assert (desk.call.minutes, desk.call.charge_minor) == (minutes, minutes * PRICE)
    assert desk.payer.balance_minor == BALANCE - minutes * PRICE
    assert desk.payer.in_call_id is None


@given(st.permutations([("ended", 61_000), ("ended", 200_000), ("started", 0), ("started", 5)]))
def test_the_start_is_the_first_written(words: list[tuple[str, int]]) -> None:
    """C9: a later start changes nothing, whatever is said around it."""
    desk = Desk()
    for word in words:
        desk.handle([_event(desk, word)])
    first = next(seconds for kind, seconds in words if kind == "started")
    assert desk.call.started_at == NOW + timedelta(seconds=first)


@pytest.mark.parametrize(
    ("talk_ms", "minutes"), [(0, 0), (1, 1), (60_000, 1), (60_001, 2), (240_000, 4), (240_001, 4), (10**8, 4)]
)
def test_minutes_are_never_more_than_held(talk_ms: int, minutes: int) -> None:
    """C2, with the bound that keeps a balance from going below zero."""
    desk = Desk()
    desk.call.end(talk_ms, reason=EndReason.HUNG_UP, ended_at=NOW)
    assert minutes_due(desk.call) == minutes


def test_a_late_start_of_a_settled_call_renews_no_lease() -> None:
    """The lease of a call that is over is nobody's business."""
    desk = Desk()
    desk.handle([desk.ended(1)])
    lease_ends_at = desk.call.lease_ends_at
    desk.handle([desk.started()])
    assert desk.call.lease_ends_at == lease_ends_at


def test_an_event_of_other_parties_changes_nothing() -> None:
    """F3: refused before the first register is touched."""
    desk = Desk()
    other = Desk()
    for said in (desk.ended(1), desk.started()):
        wrong = type(said)(
            **{field: getattr(said, field) for field in said.__struct_fields__} | {"caller_id": new_id()}
        )
        with pytest.raises(ImpossibleError):
            desk.handle([wrong])
    with pytest.raises(ImpossibleError):
        desk.handle([other.ended(1)])
    assert not desk.call.changed


def _event(desk: Desk, word: tuple[str, int]) -> CallEvent:
    match word:
        case "ended", talk_ms:
            return desk.ended(talk_ms)
        case "sweep", minutes_held:
            return desk.sweep(minutes_held)
        case _, seconds:
            return desk.started(seconds)
