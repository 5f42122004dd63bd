"""What may happen to money besides calls: payments, and operators at work."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, rule

from tests.proof.story import Story, amounts, people, prices, shares

limits = st.sampled_from([None] * 5 + [20, 35, 100])
changes = st.one_of(
    st.tuples(st.just("price"), prices),
    st.tuples(st.just("asking price"), st.none() | prices, shares),
    st.tuples(st.just("limits"), limits, limits),
    st.tuples(st.just("barred"), st.sampled_from([0, 0, 1])),
)


class MoneyStory(Story):
    """People pay in; banks take back; operators give, take, pay out, price and block."""

    payment: Bundle[str] = Bundle("payment")

    @rule(target=payment, who=people, amount=amounts, times=st.integers(0, 2))
    def pay(self, who: str, amount: int, times: int) -> str:
        """Somebody begins a payment; the provider says so often that it was paid."""
        name = self.new("payment")
        self.model.order(name, who, amount)
        self.happens("orders", f"{amount} for {who}", None, self.real.order(name, who, amount))
        for _ in range(times):
            self.confirm(name, again=False)
        return name

    @rule(name=payment, again=st.booleans())
    def confirm(self, name: str, again: bool) -> None:
        """The provider says that it was paid, in a new event or in one that came before."""
        amount = self.model.payments[name].amount
        event = f"{name} is paid" if again else self.new("event")
        self.model.pay(name, self.real.clock.now())
        self.happens("top-ups", f"{amount} are paid", None, self.real.pay(name, amount, event=event))

    @rule(name=payment, part=amounts, failed=st.booleans(), again=st.booleans())
    def bank_takes_back(self, name: str, part: int, failed: bool, again: bool) -> None:
        """The payer's bank takes money back, spent or not; or gives back what it took."""
        paid = self.model.payments[name]
        if not paid.settled:
            return
        reference = list(paid.returned)[-1] if again and paid.returned else self.new("return")
        amount = paid.returned[reference].amount if reference in paid.returned else min(part, paid.amount)
        self.model.pay_back(name, reference, amount, self.real.clock.now(), failed=failed)
        doing = self.real.pay_back(name, reference, amount, failed=failed, event=self.new("event"))
        self.happens("returns", f"{amount} {'did not go' if failed else 'went'} back", None, doing)

    @rule(who=people, amount=amounts, sign=st.sampled_from([1, -1]), again=st.sampled_from([False, False, True]))
    def adjust(self, who: str, amount: int, sign: int, again: bool) -> None:
        """An operator gives or takes; or something, twice, under a name that was used before."""
        name = "gift_0" if again else self.new("adjustment")
        expected = self.model.adjust(name, who, sign * amount, self.real.clock.now())
        doing = self.office.adjust(name, who, sign * amount)
        self.happens("adjustments", f"{sign * amount} to {who}", expected, doing)

    @rule(who=people, amount=amounts)
    def pay_out(self, who: str, amount: int) -> None:
        """An operator notes a payout to who has earned most: at most all of it, or one too many."""
        who = max([who, *self.model.wallets], key=lambda each: self.model.wallets[each].earned)
        name, amount = self.new("payout"), min(amount, self.model.wallets[who].earned + (amount == 1))
        if not amount:
            return
        expected = self.model.pay_out(name, who, amount, self.real.clock.now())
        self.happens("payouts", f"{amount} to {who}", expected, self.office.pay_out(name, who, amount))

    @rule(who=people, change=changes)
    def change(self, who: str, change: tuple[str, *tuple[int | None, ...]]) -> None:
        """An operator sets a price, what callers pay and callees earn, or blocks; an owner sets limits."""
        wallet, story = self.model.wallets[who], f"{who}: {change}"
        match change:
            case "price", int(price):
                self.model.set_price(who, price)
                self.happens("prices", story, None, self.office.set_price(who, price))
            case "asking price", price, int(share_bp):
                wallet.asking_price, wallet.share_bp = price, share_bp
                self.happens("asking prices", story, None, self.office.set_asking_price(who, price, share_bp))
            case "limits", a_call, a_day:
                wallet.limit_a_call, wallet.limit_a_day = a_call, a_day
                self.happens("limits", story, None, self.office.limit(who, a_call, a_day))
            case "barred", barred:
                wallet.barred = bool(barred)
                self.happens("bars", story, None, self.office.bar(who, barred=bool(barred)))
            case _:
                raise AssertionError(change)
