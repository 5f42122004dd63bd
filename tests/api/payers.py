"""Paying, as a provider's customer and as the provider itself."""

from typing import Any

import httpx
import msgspec

from api.payments.sandbox_events import PAID, PaidCheckout, SandboxEvent
from api.payments.signatures import HEADER, sign
from tests.api.world import WEBHOOK_SECRET, Api, User

WEBHOOK = "/v1/webhooks/sandbox"


async def ask_for(user: User, amount_minor: int) -> dict[str, Any]:
    """Create a payment."""
    made = await user.post("/payments", {"amount_minor": amount_minor})
    assert made.status_code == 201, made.text
    payment: dict[str, Any] = made.json()
    return payment


def ref_of(payment: dict[str, Any]) -> str:
    """Return the secret that a customer's browser has in its address bar."""
    return str(payment["checkout_url"]).rsplit("/", 1)[1]


def event_of(payment: dict[str, Any], *, event_id: str = "evt_1", **changes: Any) -> bytes:
    """Return what the provider would send for a payment."""
    data = {
        "amount_minor": payment["amount_minor"],
        "currency": payment["currency"],
        "provider_ref": ref_of(payment),
    }
    return msgspec.json.encode(SandboxEvent(event_id, PAID, PaidCheckout(**{**data, **changes})))


async def send(api: Api, body: bytes, *, secret: str = WEBHOOK_SECRET, seconds_ago: float = 0) -> httpx.Response:
    """Send a webhook as the provider."""
    now = api.clock.now()
    signature = sign(body, secret=secret, now=now.fromtimestamp(now.timestamp() - seconds_ago, tz=now.tzinfo))
    return await api.http.post(WEBHOOK, content=body, headers={HEADER: signature})


async def top_up(user: User, amount_minor: int) -> dict[str, Any]:
    """Create a payment and have it confirmed."""
    payment = await ask_for(user, amount_minor)
    answer = await send(user.api, event_of(payment, event_id=f"evt_{payment['id']}"))
    assert answer.json() == {"outcome": "settled"}, answer.text
    return payment
