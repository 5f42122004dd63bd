"""The quote is what admission then allows: asked first, then tried, minute by minute, over real SQL."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from api.quotes.reading import find, has_id
from api.quotes.schemas import Quote
from api.quotes.service import CallTerms, quote_of
from shared.database import transaction
from shared.ids import new_id
from shared.ledger import Ledger
from shared.messages.requests import Authorized, Refused, RenewalRefused, Renewed
from shared.spending.day import day_began
from tests.billing_worker.test_operators import blocks as is_blocked
from tests.billing_worker.town import Conversation, Resident, Town

MINUTES_FREE = 5
"""So many renewals are tried where nothing bounds them."""


@dataclass(frozen=True)
class Past:
    """A call that the payer has paid."""

    hours_ago: int
    minutes: int
    price: int


@dataclass(frozen=True)
class Life:
    """How somebody comes to want a quote."""

    balance: int
    price: int
    asking: int | None
    call_max: int | None
    day_max: int | None
    call_ms_max: int | None
    past: list[Past]
    is_blocked: bool
    """Whether what is left has blocked the payer, where it does not pay a minute."""
    now: str
    """What the payer is doing: nothing, calling, being called, blocked by an operator, or blocking the callee."""


limits = st.none() | st.integers(1, 120)
lives = st.builds(
    Life,
    balance=st.integers(0, 150),
    price=st.sampled_from([0, 1, 7, 10, 10]),
    asking=st.sampled_from([None, None, 0, 1, 9, 30]),
    call_max=limits,
    day_max=limits,
    call_ms_max=st.sampled_from([None, None, 1, 100_000]),
    past=st.lists(st.builds(Past, st.integers(0, 30), st.integers(1, 3), st.sampled_from([1, 10, 20])), max_size=3),
    is_blocked=st.booleans(),
    now=st.sampled_from([*["nothing"] * 8, "calls", "is called", "blocked", "on blocklist"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives)
async def test_a_quote_is_what_admission_allows(town: Town, life: Life) -> None:
    """B6, C5, C6: N minutes and not one more, refused for what the quote's own figures say."""
    town.audited = False
    callee = await town.moves_in()
    await town.asks_price(callee, life.asking)
    payer = await lived(town, life, callee)
    terms = CallTerms.of(town.settings)
    quote = await quoted(town, payer, callee, terms)
    note(str(quote))

    reply = await town.invites(payer, callee)

    if not quote.allowed:
        assert isinstance(reply, Refused), reply
        told = (reply.reason, reply.shortfall_minor, reply.spend_limit, reply.left_minor)
        assert told == (quote.reason, quote.shortfall_minor, quote.spend_limit, quote.left_minor)
    else:
        assert isinstance(reply, Authorized), reply
        assert (reply.price_minor, reply.terms.free_ms) == (quote.price_minor, quote.free_ms)
        await tries_every_minute(town, town.conversation_of(reply, payer, callee), life, quote)
    town.audited = True
    await town.check()


async def lived(town: Town, life: Life, callee: Resident) -> Resident:
    """Let somebody have paid these calls until noon of another day, and have this much left and these wishes."""
    noon = town.clock.now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=4)
    spent = sum(past.minutes * past.price for past in life.past)
    payer = await town.moves_in(life.balance + spent + life.price, price=life.price)
    expert, other = await town.moves_in(), await town.moves_in(100)
    for past in sorted(life.past, key=lambda past: -past.hours_ago):
        town.clock.advance(ms_until(town, noon - timedelta(hours=past.hours_ago)))
        await town.asks_price(expert, past.price)
        call = await town.calls(payer, expert, minutes=past.minutes)
        await town.hears(call.ended(past.minutes * 60_000))
    await gives_back(town, payer, life)
    town.clock.advance(ms_until(town, noon))
    match life.now:
        case "calls" if (await town.wallet(payer)).can_pay_a_minute:
            await town.calls(payer, other)
        case "is called":
            await town.calls(other, payer)
        case "blocked":
            await is_blocked(town, payer)
        case "on blocklist":
            await town.blocks(payer, callee)
    await town.limits(payer, call=life.call_max, day=life.day_max, call_ms=life.call_ms_max)
    return payer


def ms_until(town: Town, moment: datetime) -> int:
    return max(0, round((moment - town.clock.now()) / timedelta(milliseconds=1)))


async def gives_back(town: Town, payer: Resident, life: Life) -> None:
    """Take the money that was there only so that all of the past could be paid; this may block the payer."""
    async with transaction(town.engine) as connection:
        ledger = await Ledger.open(connection, [payer.id], now=town.clock.now())
        ledger.adjust(payer.id, -life.price, adjustment_id=new_id())
        if life.is_blocked:
            ledger.block(payer.id)
        await ledger.save()


async def quoted(town: Town, payer: Resident, callee: Resident, terms: CallTerms) -> Quote:
    began = day_began(town.clock.now(), terms.day_zone)
    return quote_of(await find(town.engine, payer.id, has_id(callee.id), day_began=began), terms)


async def tries_every_minute(town: Town, call: Conversation, life: Life, quote: Quote) -> None:
    minutes = quote.minutes_affordable
    tried = MINUTES_FREE if minutes is None else minutes
    assert tried >= 1
    renewals = [call.renewal(minute) for minute in range(2, tried + 2)]
    *paid, last = await town.asks(*renewals)
    assert all(isinstance(each, Renewed) for each in paid)
    if minutes is None:
        assert isinstance(last, Renewed)
        return
    assert isinstance(last, RenewalRefused)
    wallet = await town.wallet(call.caller)
    assert wallet.held_minor == minutes * quote.price_minor
    next_minor = wallet.held_minor + quote.price_minor
    if life.call_max is not None and next_minor > life.call_max:
        assert (last.reason, last.spend_limit) == ("spend_limit", "call")
    elif life.day_max is not None and next_minor + spent_today(life) > life.day_max:
        assert (last.reason, last.spend_limit) == ("spend_limit", "day")
    else:
        missing = quote.price_minor - wallet.available_minor
        assert missing > 0
        assert (last.reason, last.shortfall_minor) == ("insufficient_funds", missing)
    bounds = [minutes * quote.minute_ms, town.settings.call_ms_max, life.call_ms_max or town.settings.call_ms_max]
    assert quote.talk_ms_max == min(bounds)


def spent_today(life: Life) -> int:
    """It is noon, and a call ends as long after its beginning as it lasts."""
    return sum(past.minutes * past.price for past in life.past if past.hours_ago * 60 - past.minutes <= 12 * 60)
