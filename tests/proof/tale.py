"""One story that was thought up and not drawn: short, and every rule about money has its place in it."""

from __future__ import annotations

from collections.abc import Callable

from shared.messages.base import EndReason
from tests.proof.machine import MoneyMachine
from tests.proof.registers import Terms
from tests.proof.stage import Stage

HUNG_UP = EndReason.HUNG_UP
ANN_CALLS_BOB, BOB_CALLS_CEM, CEM_CALLS_ANN = ("ann", "bob"), ("bob", "cem"), ("cem", "ann")


def tell_the_tale(stage: Stage, machine: Callable[[Stage], MoneyMachine] = MoneyMachine) -> MoneyMachine:
    """Play it, comparing everything with the model after every step. Raises `AssertionError`."""
    day = machine(stage)
    day.open(accounts=[(100, 10, 3_333), (9, 10, 5_000), (10, 10, 0)], by=Terms())

    # Exactly a minute; exactly the price is enough; one unit less is not; then the credit is gone, and comes again.
    day.converse(ANN_CALLS_BOB, minutes=2, talk_ms=60_000)
    day.invite(BOB_CALLS_CEM, minutes=1, unreachable=False)
    day.converse(CEM_CALLS_ANN, minutes=1, talk_ms=1)
    day.invite(CEM_CALLS_ANN, minutes=1, unreachable=False)
    day.pay("cem", 10, times=2)
    day.confirm("payment_0", again=True)
    day.converse(CEM_CALLS_ANN, minutes=2, talk_ms=60_001)
    day.adjust("ann", 25, 1, again=True)

    # Three minutes of which an operator gives back a part twice, at most all of it; then the call was shorter.
    day.converse(ANN_CALLS_BOB, minutes=3, talk_ms=180_000)
    shrinks = f"call_{len(day.parties) - 1}"
    day.refund(shrinks, 15)
    day.refund(shrinks, 33)
    day.refund(shrinks, 7)
    day.end(shrinks, 119_999, HUNG_UP, at_once=True)
    day.end(shrinks, 1, HUNG_UP, at_once=True)
    day.pay_out("bob", 5)
    day.bank_takes_back("payment_0", 10, failed=False, again=False)
    day.bank_takes_back("payment_0", 10, failed=True, again=True)

    # A bank takes more than is left of a payment; then one part of it fails, and then the other.
    day.pay("cem", 25, times=1)
    day.bank_takes_back("payment_1", 10, failed=False, again=False)
    day.bank_takes_back("payment_1", 25, failed=False, again=False)
    day.bank_takes_back("payment_1", 25, failed=True, again=True)

    # Free seconds and a grace, a price that goes up during the call, and more talk than was held.
    day.new_terms(Terms(free_ms=30_000, grace_ms=5_000))
    day.pay("ann", 100, times=1)
    day.converse(ANN_CALLS_BOB, minutes=2, talk_ms=5_000)
    day.converse(ANN_CALLS_BOB, minutes=2, talk_ms=90_000)
    day.invite(ANN_CALLS_BOB, minutes=2, unreachable=False)
    day.change("ann", ("price", 33))
    day.end(f"call_{len(day.parties) - 1}", 180_001, HUNG_UP, at_once=True)

    # An old call turns out shorter while its caller is in another one, which has become too dear meanwhile.
    day.change("ann", ("price", 10))
    day.converse(ANN_CALLS_BOB, minutes=2, talk_ms=120_000)
    old = f"call_{len(day.parties) - 1}"
    day.invite(ANN_CALLS_BOB, minutes=1, unreachable=False)
    day.change("ann", ("price", 333))
    day.end(old, 60_000, HUNG_UP, at_once=True)
    day.end(f"call_{len(day.parties) - 1}", 1, HUNG_UP, at_once=True)
    day.change("ann", ("price", 10))

    # More than a week later no message makes a call shorter any more.
    day.converse(ANN_CALLS_BOB, minutes=2, talk_ms=120_000)
    day.supervise(11_000)
    day.end(f"call_{len(day.parties) - 1}", 60_000, HUNG_UP, at_once=True)

    # A call moves to another node, and on to a third: what the first two still ask and say is idle.
    day.invite(ANN_CALLS_BOB, minutes=2, unreachable=False)
    moves = f"call_{len(day.parties) - 1}"
    day.take_over(moves, "node-2", talk_ms=60_001)
    day.take_over(moves, "node-2", talk_ms=60_001, ago=1)
    day.take_over(moves, "node-3", talk_ms=60_001, ago=1)
    day.renew(moves, ahead=1, talk_ms=119_999, ago=1)
    day.renew(moves, ahead=0, talk_ms=90_000)
    day.take_over(moves, "node-3", talk_ms=1)
    day.end(moves, 1, HUNG_UP, at_once=True, ago=2)
    day.supervise(1)
    day.end(moves, 59_999, HUNG_UP, at_once=True, ago=1)
    day.end(moves, 120_000, HUNG_UP, at_once=True)
    day.end(moves, 1, HUNG_UP, at_once=True, ago=1)

    # A sweep that was decided, and then the call was taken over after all.
    day.invite(ANN_CALLS_BOB, minutes=1, unreachable=False)
    swept = f"call_{len(day.parties) - 1}"
    day.supervise(60)
    day.take_over(swept, "node-2", talk_ms=1)
    day.deliver(list(day.bag)[-1:], times=2)
    day.end(swept, 60_000, HUNG_UP, at_once=True)

    # A sweep that was decided, and then the call was renewed after all.
    day.change("bob", ("asking price", 7, 3_333))
    day.invite(ANN_CALLS_BOB, minutes=1, unreachable=False)
    swept = f"call_{len(day.parties) - 1}"
    day.supervise(5)
    day.renew(swept, ahead=1, talk_ms=60_000)
    day.deliver(list(day.bag)[-1:], times=2)
    day.teardown()
    return day
