"""The independent checker: its own small model of what must be true of the books, whatever dies when.

It shares no code with the product. Money that cannot be explained is damage, as is a promise that was not kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from tests.faults.books import Books, CallRow
from tests.faults.promises import CallHeard, Promises

GIVEN_UP = ("lost", 0)
"""What a node says of a call whose owner it cannot reach, and which nobody takes over: it does not know more."""
CLOCKS_DIFFER_MS = 250
"""A person notes a moment a little after the server does, and the other way round, on a busy machine."""


class Kind(StrEnum):
    """What sort of damage it is."""

    LOST = "lost"
    """Something acknowledged is not there, or less of it."""
    DOUBLE = "double"
    """Something was done twice."""
    INVENTED = "invented"
    """Something is there that nobody ever did."""
    UNBALANCED = "unbalanced"
    """The books disagree with themselves."""
    HELD = "held"
    """Money or people are held for nothing."""


class Damage(NamedTuple):
    """One thing that is wrong."""

    kind: Kind
    said: str


def at_any_moment(books: Books) -> Iterator[Damage]:
    """Yield what is wrong in itself, also in the middle of everything."""
    yield from _sums(books)
    yield from _holds(books)
    yield from _claims(books)
    for call in books.calls.values():
        yield from _charge(call)
    yield from _operations(books)


def since(before: Books, now: Books) -> Iterator[Damage]:
    """Yield what was there at an earlier look and is not any more: commits do not go back."""
    gone = Counter(before.entries) - Counter(now.entries)
    for entry in gone:
        yield Damage(Kind.LOST, f"entry {entry.operation} of {entry.amount_minor} is gone")
    for call in before.calls.values():
        later = now.calls.get(call.id)
        if later is None:
            yield Damage(Kind.LOST, f"call {call.id} is gone")
        elif call.is_settled and not later.is_settled:
            yield Damage(Kind.LOST, f"call {call.id} is not settled any more")
        elif call.is_settled and (later.charge_minor or 0) > (call.charge_minor or 0):
            yield Damage(
                Kind.DOUBLE, f"call {call.id} was charged {call.charge_minor}, and then {later.charge_minor}"
            )
    for payment in before.payments.values():
        if (
            payment.status == "settled"
            and now.payments.get(payment.id, payment._replace(status="gone")).status != "settled"
        ):
            yield Damage(Kind.LOST, f"payment {payment.id} is not settled any more")


def promised(books: Books, promises: Promises) -> Iterator[Damage]:
    """Yield what people were told, and is not so, or what is so and nobody was ever told: once all is quiet."""
    for payment_id, amount_minor in promises.payments.items():
        payment = books.payments.get(payment_id)
        if payment is None or (payment.status, payment.amount_minor) != ("settled", amount_minor):
            yield Damage(Kind.LOST, f"payment {payment_id} of {amount_minor} was acknowledged, and is {payment}")
    for payment in books.payments.values():
        if (
            payment.account_id in promises.accounts
            and payment.status == "settled"
            and payment.id not in promises.asked
        ):
            yield Damage(Kind.INVENTED, f"nobody asked for payment {payment.id}")
    for heard in promises.calls.values():
        yield from _call_promised(books.calls.get(heard.call_id), heard)
    for call in books.calls.values():
        if call.talk_ms and call.caller_id in promises.accounts and call.id not in promises.calls:
            yield Damage(Kind.INVENTED, f"call {call.id} of {call.talk_ms} ms is one that nobody knows of")


def at_rest(books: Books) -> Iterator[Damage]:
    """Yield what is left over although nobody is in a call any more and nothing waits."""
    for call in books.calls.values():
        if not call.is_settled:
            yield Damage(Kind.LOST, f"call {call.id} was never settled")
    for wallet in books.wallets.values():
        if wallet.held_minor:
            yield Damage(Kind.HELD, f"{wallet.held_minor} of {wallet.account_id} are still held")
        if wallet.in_call_id is not None:
            yield Damage(Kind.HELD, f"{wallet.account_id} is still in call {wallet.in_call_id}")
    if books.outbox:
        yield Damage(Kind.LOST, f"{books.outbox} messages were never published")


def _sums(books: Books) -> Iterator[Damage]:
    if total := sum(entry.amount_minor for entry in books.entries):
        yield Damage(Kind.UNBALANCED, f"all entries sum to {total}")
    sums: dict[tuple[UUID | None, str | None], int] = defaultdict(int)
    operations: dict[str, int] = defaultdict(int)
    for entry in books.entries:
        sums[entry.wallet_id, entry.purse] += entry.amount_minor
        operations[entry.operation] += entry.amount_minor
    for operation, total in operations.items():
        if total:
            yield Damage(Kind.UNBALANCED, f"{operation} sums to {total}")
    for wallet in books.wallets.values():
        credit, earned = sums[wallet.account_id, "credit"], sums[wallet.account_id, "earnings"]
        if (wallet.balance_minor, wallet.earned_minor) != (credit, earned):
            had = f"{wallet.balance_minor} and {wallet.earned_minor} earned"
            yield Damage(
                Kind.UNBALANCED, f"{wallet.account_id} has {had}, its entries sum to {credit} and {earned}"
            )
        if not 0 <= wallet.held_minor <= wallet.balance_minor:
            yield Damage(
                Kind.UNBALANCED, f"{wallet.account_id} holds {wallet.held_minor} of {wallet.balance_minor}"
            )


def _holds(books: Books) -> Iterator[Damage]:
    held: dict[UUID, int] = defaultdict(int)
    for call in books.calls.values():
        if not call.is_settled:
            held[call.caller_id] += call.minutes_held * call.price_minor
    for wallet in books.wallets.values():
        if wallet.held_minor != held[wallet.account_id]:
            expected = held[wallet.account_id]
            yield Damage(Kind.HELD, f"{wallet.account_id} holds {wallet.held_minor}, its calls hold {expected}")


def _claims(books: Books) -> Iterator[Damage]:
    live: dict[UUID, list[UUID]] = defaultdict(list)
    for call in books.calls.values():
        if not call.is_settled:
            for party in (call.caller_id, call.callee_id):
                if party is not None:
                    live[party].append(call.id)
    for account_id, calls in live.items():
        if len(calls) > 1:
            yield Damage(Kind.DOUBLE, f"{account_id} is in {len(calls)} calls at once: {calls}")
    for wallet in books.wallets.values():
        if wallet.in_call_id != next(iter(live[wallet.account_id]), None):
            yield Damage(
                Kind.HELD,
                f"{wallet.account_id} is claimed by {wallet.in_call_id}, and in {live[wallet.account_id]}",
            )


def _charge(call: CallRow) -> Iterator[Damage]:
    """A settled call costs its started minutes, and no more than were held."""
    if not call.is_settled:
        return
    if call.talk_ms is None or call.charge_minor is None:
        yield Damage(Kind.UNBALANCED, f"call {call.id} is settled without talk time or charge")
        return
    paid_ms = 0 if call.talk_ms <= call.grace_ms else max(0, call.talk_ms - call.free_ms)
    minutes = (paid_ms + call.minute_ms - 1) // call.minute_ms
    due_minor = min(minutes, call.minutes_held) * call.price_minor
    if call.charge_minor != due_minor:
        kind = Kind.DOUBLE if call.charge_minor > due_minor else Kind.LOST
        yield Damage(kind, f"call {call.id} of {call.talk_ms} ms was charged {call.charge_minor}, not {due_minor}")


def _operations(books: Books) -> Iterator[Damage]:
    """Every call was paid once, every payment credited once, and neither by anything else."""
    paid: dict[str, int] = defaultdict(int)
    credited: Counter[str] = Counter()
    for entry in books.entries:
        kind, _, rest = entry.operation.partition(":")
        if entry.purse == "credit" and kind in {"charge", "refund"}:
            paid[rest.partition(":")[0]] -= entry.amount_minor
        elif entry.purse == "credit" and kind == "top_up":
            credited[rest] += entry.amount_minor
    for call in books.calls.values():
        cost_minor = (call.charge_minor or 0) - call.refunded_minor
        if (was := paid.pop(str(call.id), 0)) != cost_minor:
            kind = Kind.DOUBLE if was > cost_minor else Kind.LOST
            yield Damage(kind, f"for call {call.id}, which costs {cost_minor}, {was} were paid")
    for call_id, was in paid.items():
        yield Damage(Kind.INVENTED, f"{was} were paid for call {call_id}, which there is not")
    for payment in books.payments.values():
        due_minor = payment.amount_minor if payment.status == "settled" else 0
        if (was := credited.pop(str(payment.id), 0)) != due_minor:
            kind = Kind.DOUBLE if was > due_minor else Kind.LOST
            yield Damage(kind, f"for payment {payment.id} of {due_minor}, {was} were credited")
    for payment_id, was in credited.items():
        yield Damage(Kind.INVENTED, f"{was} were credited for payment {payment_id}, which there is not")


def _call_promised(call: CallRow | None, heard: CallHeard) -> Iterator[Damage]:
    if call is None:
        # Of what was never authorized only an end without talk was told.
        if heard.charges or any(talk_ms for _, talk_ms in heard.over.values()):
            yield Damage(Kind.LOST, f"call {heard.call_id} was ended or charged, and is not there")
        return
    talk_ms, longest_ms = call.talk_ms or 0, heard.talked_ms_max + CLOCKS_DIFFER_MS
    if talk_ms and talk_ms > longest_ms:
        yield Damage(
            Kind.INVENTED, f"call {call.id}: {talk_ms} ms, but nobody was there for more than {longest_ms} ms"
        )
    told_ends = {role: end for role, end in heard.over.items() if end != GIVEN_UP}
    for role, (reason, told_ms) in told_ends.items():
        if talk_ms > told_ms:
            yield Damage(
                Kind.INVENTED, f"call {call.id}: {talk_ms} ms, the {role} was told {told_ms} ms ({reason})"
            )
    # Who was cut off ends a call for whom it can reach; another node may have taken it over meanwhile.
    if call.owners == 1 and len(set(told_ends.values())) > 1:
        yield Damage(Kind.INVENTED, f"call {call.id}: its two people were told of different ends: {told_ends}")
    if heard.charges and heard.charges[-1] != (call.talk_ms, call.charge_minor):
        told = heard.charges[-1]
        yield Damage(
            Kind.LOST, f"call {call.id} was told to cost {told}, and costs {(call.talk_ms, call.charge_minor)}"
        )
