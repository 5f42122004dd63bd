"""What every story has: people, the model and the product side by side, and a teller."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

from hypothesis import currently_in_test_context, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.proof.books import Books
from tests.proof.model import Model
from tests.proof.purses import Wallet
from tests.proof.registers import Terms
from tests.proof.stage import Stage

PEOPLE = ["ann", "bob", "cem"]
people = st.sampled_from(PEOPLE)
amounts = st.sampled_from([1, 5, 9, 10, 11, 25, 100, 333, 1_000])
gifts = st.sampled_from([9, 25, 100, 333, 1_000])
shares = st.sampled_from([0, 3_333, 5_000, 1, 10_000])
prices = st.sampled_from([10, 10, 7, 33, 1, 0])
terms = st.builds(Terms, st.just(60_000), st.sampled_from([0, 0, 30_000]), st.sampled_from([0, 0, 5_000]))


class Story(RuleBasedStateMachine):
    """Three people with some credit. Whatever happens, happens in the model and in the product."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.real, self.office, self.names = stage.run(stage.begin())
        self.model = Model(setup_ms=self.real.terms.setup_ms, correction=self.real.terms.correction_max)
        self._numbers: dict[str, int] = {}

    def new(self, kind: str) -> str:
        """Return the next name of its kind."""
        number = self._numbers[kind] = self._numbers.get(kind, -1) + 1
        return f"{kind}_{number}"

    def happens(self, what: str, story: str, expected: object, doing: Coroutine[Any, Any, object]) -> None:
        """Do it, and compare what came of it, and then everything, with the model."""
        done = self.stage.run(doing)
        if currently_in_test_context():
            note(f"    # {story}: {done}")
        self.stage.seen[f"{what} {done}" if isinstance(done, str | bool) else what] += 1
        assert done == expected, f"{what}: should be {expected}, is {done}"
        self.compare()

    def compare(self) -> Books:
        """Fail where the books are not sound, or not the model's; return them."""
        return self.stage.run(self.stage.compare(self.model, self.names))

    @initialize(accounts=st.tuples(*[st.tuples(gifts, prices, shares)] * 3), by=terms)
    def open(self, accounts: Sequence[tuple[int, int, int]], by: Terms) -> None:
        """Everybody opens an account; some earn a share of calls to them; everybody is given some credit."""
        self.new_terms(by)
        for person, (amount, minute, share_bp) in zip(PEOPLE, accounts, strict=True):
            self.model.wallets[person] = Wallet(minute)
            self.happens("accounts", person, None, self.real.open_account(person, price=minute))
            self.model.wallets[person].share_bp = share_bp
            doing = self.office.set_asking_price(person, None, share_bp)
            self.happens("shares", f"{person} earns {share_bp}", None, doing)
            gift = self.new("gift")
            expected = self.model.adjust(gift, person, amount, self.real.clock.now())
            self.happens("gifts", f"{amount} to {person}", expected, self.office.adjust(gift, person, amount))

    @rule(by=terms)
    def new_terms(self, by: Terms) -> None:
        """The worker is started anew, with other terms for calls to come."""
        self.model.terms = by
        self.real.restart(by)
