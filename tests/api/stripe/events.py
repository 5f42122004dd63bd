"""Stripe's events, signed by its own library, and sent to us as it would."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from stripe import WebhookSignature

from tests.api.world import Api

WEBHOOK = "/v1/webhooks/stripe"
WEBHOOK_SECRET = "whsec_f1ght1ng4ndst1llst4nd1ng"
HEADER = "Stripe-Signature"


def event(kind: str, about: dict[str, Any], *, event_id: str | None = None, **changes: Any) -> bytes:
    """Return the body of an event about an object."""
    body = {
        "id": event_id or f"evt_{uuid4().hex[:24]}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_795_000_000,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
        "data": {"object": about},
        **changes,
    }
    # As Stripe lays it out, so that nothing here depends on a layout of our own.
    return json.dumps(body, indent=2).encode()


def dispute(payment_intent: str, amount: int, *, name: str = "du_1", currency: str = "eur") -> dict[str, Any]:
    """Return a dispute about all or a part of a payment."""
    return {
        "id": name,
        "object": "dispute",
        "amount": amount,
        "currency": currency,
        "charge": "ch_1",
        "payment_intent": payment_intent,
        "status": "needs_response",
        "reason": "fraudulent",
        "balance_transactions": [],
    }


def signature(api: Api, body: bytes, *, secret: str = WEBHOOK_SECRET, seconds_ago: float = 0) -> str:
    """Return the header that Stripe would send."""
    at = api.clock.now() - timedelta(seconds=seconds_ago)
    header = WebhookSignature.generate_signature_header(body.decode(), secret, int(at.timestamp()))
    return str(header)


async def send(api: Api, body: bytes, *, secret: str = WEBHOOK_SECRET, seconds_ago: float = 0) -> httpx.Response:
    """Send a webhook as Stripe."""
    headers = {
        HEADER: signature(api, body, secret=secret, seconds_ago=seconds_ago),
        "Content-Type": "application/json",
    }
    return await api.http.post(WEBHOOK, content=body, headers=headers)


async def outcome(api: Api, body: bytes) -> str:
    """Send it and return what came of it."""
    answer = await send(api, body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["outcome"])
