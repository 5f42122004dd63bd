"""REST requests, as the people of a database would send them."""

from __future__ import annotations

from uuid import UUID

import asyncpg
import msgspec

from api.payments.sandbox import NAME
from api.payments.sandbox_events import PAID, PaidCheckout, SandboxEvent
from api.payments.signatures import HEADER, sign
from bench.http_load import request
from bench.installation import Installation
from bench.people import access_token, account_id, tidy
from shared.clock import SystemClock
from shared.ids import new_id
from tests.harness.databases import Database

PEOPLE = 100
AMOUNT_MINOR = 500


class Requests:
    """Makes them, as the people of a database would."""

    def __init__(self, place: Installation) -> None:
        signer = place.signer
        self._secret = place.settings.sandbox_webhook_secrets[0]
        self._currency = place.settings.currency
        self._logins = [
            {"Authorization": f"Bearer {access_token(person, signer)}"} for person in range(1, PEOPLE + 1)
        ]

    async def me(self, _: Database, count: int) -> list[bytes]:
        """Return `GET /v1/me`, of one person after another."""
        return [request("GET", "/v1/me", headers=self._login(number)) for number in range(count)]

    async def payments(self, _: Database, count: int) -> list[bytes]:
        """Return `POST /v1/payments`."""
        body = msgspec.json.encode({"amount_minor": AMOUNT_MINOR})
        json = {"Content-Type": "application/json"}
        return [
            request("POST", "/v1/payments", headers=self._login(number) | json, body=body)
            for number in range(count)
        ]

    async def webhooks(self, database: Database, count: int) -> list[bytes]:
        """Return a provider's confirmations of as many payments, which are made here."""
        payments = [new_id() for _ in range(count)]
        connection = await asyncpg.connect(database.owner_url)
        try:
            rows = [
                (payment, account_id(number % PEOPLE + 1), AMOUNT_MINOR, self._currency, NAME, f"ref-{payment}")
                for number, payment in enumerate(payments)
            ]
            columns = ["id", "account_id", "amount_minor", "currency", "provider", "provider_ref"]
            await connection.copy_records_to_table("payments", records=rows, columns=columns)
            await tidy(connection, ["payments", "wallets"])
        finally:
            await connection.close()
        return [self._webhook(payment) for payment in payments]

    def _webhook(self, payment: UUID) -> bytes:
        paid = PaidCheckout(f"ref-{payment}", AMOUNT_MINOR, self._currency)
        body = msgspec.json.encode(SandboxEvent(f"evt_{payment}", PAID, paid))
        signature = sign(body, secret=self._secret, now=SystemClock().now())
        headers = {HEADER: signature, "Content-Type": "application/json"}
        return request("POST", "/v1/webhooks/sandbox", headers=headers, body=body)

    def _login(self, number: int) -> dict[str, str]:
        return self._logins[number % PEOPLE]
