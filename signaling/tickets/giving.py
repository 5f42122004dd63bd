"""Which ticket a party of a live call gets."""

from __future__ import annotations

from signaling.call.moving import hand_over
from signaling.call.states import Device, Role
from signaling.live.calls import LiveCall
from signaling.tickets.ticket import Tickets


def ticket_for(live: LiveCall, device: Device, *, tickets: Tickets, now_ms: int) -> str | None:
    """Return the ticket of one of the call's two parties; None where there is nothing to go on with elsewhere."""
    state = hand_over(live.call, now_ms, home=lambda _: None)
    account_id = live.caller_id if device.role is Role.CALLER else live.callee_id
    if state is None or account_id is None or not live.call.is_party(device):
        return None
    return tickets.sign(state, call_id=live.call_id, account_id=account_id, role=device.role)
