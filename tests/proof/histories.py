"""Many histories of one call each, played side by side: what is said of one is nothing to the others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from shared.messages.requests import Renew
from tests.proof.model import Model
from tests.proof.purses import Wallet
from tests.proof.reality import Reality
from tests.proof.registers import Event, Terms
from tests.proof.stage import Stage

PRICE, CREDIT = 10, 100
COMPARED_EVERY = 3
PLAIN = Terms()


class Renewal(NamedTuple):
    """Signaling asks for a minute."""

    minute: int
    talk_ms: int


class Takeover(NamedTuple):
    """Another node takes the call over from its `epoch`-th owner."""

    node: str
    epoch: int
    talk_ms: int


Step = Renewal | Takeover | Sequence[Event]
"""A request, or a batch of messages."""


class Histories:
    """Pairs of people, each with one call that was authorized; `Event.call` is set when a history is played."""

    def __init__(self, stage: Stage, *, terms: Terms = PLAIN, share_bp: int = 5_000) -> None:
        self.stage = stage
        self._terms = terms
        self._share_bp = share_bp

    def play(self, histories: Sequence[Sequence[Step]], *, minutes: int, proof_ms: int = 0) -> Model:
        """Have a call of so many minutes held for each history, and go through all step by step.

        Fails where anything differs from the model, which is looked for after every few steps. Returns the model.
        """
        return self.stage.run(self._play(histories, minutes, proof_ms))

    async def _play(self, histories: Sequence[Sequence[Step]], minutes: int, proof_ms: int) -> Model:
        real, _, names = await self.stage.begin()
        real.restart(self._terms)
        model = Model(setup_ms=real.terms.setup_ms)
        model.terms = self._terms
        calls = [f"call_{number}" for number in range(len(histories))]
        await self._everybody_calls(real, model, calls)
        for minute in range(2, minutes + 1):
            await _renew(real, model, {call: Renewal(minute, 0) for call in calls})
        await _renew(real, model, {call: Renewal(minutes, proof_ms) for call in calls})
        for number, steps in enumerate(zip_longest(*histories, fillvalue=())):
            said = dict(zip(calls, steps, strict=True))
            await _renew(real, model, {call: step for call, step in said.items() if isinstance(step, Renewal)})
            await _take_over(real, model, {call: step for call, step in said.items() if isinstance(step, Takeover)})
            batch = [
                event._replace(call=call, caller=f"caller of {call}", callee=f"callee of {call}")
                for call, step in said.items()
                if not isinstance(step, Renewal | Takeover)
                for event in step
            ]
            refused = model.hear(batch, real.clock.now())
            assert await real.hear([real.message(event) for event in batch]) == refused
            if number % COMPARED_EVERY == 0:
                await self.stage.compare(model, names)
        await self.stage.compare(model, names)
        return model

    async def _everybody_calls(self, real: Reality, model: Model, calls: Sequence[str]) -> None:
        people = [f"{role} of {call}" for call in calls for role in ("caller", "callee")]
        await real.open_accounts(people, price=PRICE, credit=CREDIT, share_bp=self._share_bp)
        for person in people:
            model.wallets[person] = Wallet(PRICE, share_bp=self._share_bp)
            model.adjust(f"gift to {person}", person, CREDIT, real.clock.now())
        wanted = [(call, f"caller of {call}", f"callee of {call}") for call in calls]
        answers = await real.ask([real.invitation(*each) for each in wanted])
        assert answers == [model.invite(*each, real.clock.now()) for each in wanted]


async def _renew(real: Reality, model: Model, wanted: dict[str, Renewal]) -> None:
    requests = [
        Renew(call_id=real.names.id(call), minute=minute, talk_ms=talk_ms)
        for call, (minute, talk_ms) in wanted.items()
    ]
    answers = await real.ask(requests)
    assert answers == [model.renew(call, *renewal, real.clock.now()) for call, renewal in wanted.items()]


async def _take_over(real: Reality, model: Model, wanted: dict[str, Takeover]) -> None:
    requests = [real.takeover(call, node, talk_ms, epoch=epoch) for call, (node, epoch, talk_ms) in wanted.items()]
    answers = await real.ask(requests)
    now = real.clock.now()
    assert answers == [
        model.take_over(call, node, talk_ms, now, epoch=epoch) for call, (node, epoch, talk_ms) in wanted.items()
    ]
