"""What billing says of a call's terms, as the call needs it."""

from __future__ import annotations

from shared.messages.requests import Authorized, TakenOver
from signaling.call.states import Role, Terms


def terms_of(reply: Authorized | TakenOver, *, all_relay_only: bool) -> Terms:
    """Return who talks to whom and on what terms; with `all_relay_only`, nobody learns anybody's address."""
    wishes = {Role.CALLER: reply.caller_relay_only, Role.CALLEE: reply.callee_relay_only}
    return Terms(
        caller=reply.caller,
        callee=reply.callee,
        price_minor=reply.price_minor,
        currency=reply.currency,
        charging=reply.terms,
        talk_ms_max=reply.talk_ms_max,
        relay_only=frozenset(role for role, wishes_it in wishes.items() if wishes_it or all_relay_only),
    )
