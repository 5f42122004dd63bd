"""A bare ASGI application for three requests: the same answers, checks and statements as the API, nothing between.

python -m bench.floors.rest asyncpg|core
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from typing import Any

import msgspec
import uvloop
from msgspec import Struct

from api.accounts.schemas import OwnAccount
from api.payments.sandbox_events import SandboxEvent
from api.payments.schemas import NewPayment, PaymentView, WebhookAnswer
from api.payments.signatures import HEADER, is_signed
from bench.floors import statements as sql
from bench.floors.drivers import Driver, driver_named
from shared.clock import SystemClock
from shared.ids import new_id
from shared.ledger import OpenWallet
from shared.messages.events import PaymentSettled
from shared.messages.notices import WalletChanged
from shared.messages.registry import encode
from shared.settings import Settings
from shared.settings_loading import load_settings
from shared.tokens import TokenVerifier
from talktime.programs import http_config, verifier
from talktime.serving import listen, serving

HEADERS = [
    (b"content-type", b"application/json"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
]
_SIGNATURE = HEADER.lower().encode()
_new_payments = msgspec.json.Decoder(NewPayment)
_events = msgspec.json.Decoder(SandboxEvent)


class Bare:
    """The application."""

    def __init__(self, settings: Settings, driver: Driver, tokens: TokenVerifier) -> None:
        self._settings = settings
        self._driver = driver
        self._tokens = tokens
        self._clock = SystemClock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        match scope["method"], scope["path"]:
            case "GET", "/v1/me":
                await _answer(send, 200, await self._me(headers))
            case "POST", "/v1/payments":
                await _answer(send, 201, await self._pay(headers, await _body(receive)))
            case "POST", "/v1/webhooks/sandbox":
                await _answer(send, 200, await self._confirm(headers, await _body(receive)))

    async def _login(self, headers: dict[bytes, bytes]) -> OwnAccount:
        claims = self._tokens.verify(headers[b"authorization"].decode().removeprefix("Bearer "))
        async with self._driver.reading() as connection:
            row = await connection.row(sql.LOGIN, claims.sid, claims.sub)
        return OwnAccount(row[0], *row[2:])

    async def _me(self, headers: dict[bytes, bytes]) -> Struct:
        return await self._login(headers)

    async def _pay(self, headers: dict[bytes, bytes], body: bytes) -> Struct:
        account, asked, ref = await self._login(headers), _new_payments.decode(body), secrets.token_urlsafe(32)
        url = f"{self._settings.public_url}/sandbox/checkout/{ref}"
        currency, now = self._settings.currency, self._clock.now()
        async with self._driver.transaction() as connection:
            row = await connection.row(
                sql.NEW_PAYMENT, new_id(), account.id, asked.amount_minor, currency, "sandbox", ref, url, now
            )
        return PaymentView(
            id=row[0],
            amount_minor=row[2],
            currency=row[3],
            status=row[7],
            provider=row[4],
            checkout_url=row[6],
            created_at=row[8],
            settled_at=row[9],
            ended_at=None,
            failure=None,
            refunded_minor=0,
        )

    async def _confirm(self, headers: dict[bytes, bytes], body: bytes) -> Struct:
        known = self._settings.sandbox_webhook_secrets
        now = self._clock.now()
        assert is_signed(headers[_SIGNATURE].decode(), body, secrets=known, now=now, tolerance_seconds=300)
        event = _events.decode(body)
        async with self._driver.transaction() as connection:
            payment = await connection.row(sql.LOCK_PAYMENT, "sandbox", event.data.provider_ref)
            assert (payment[2], payment[3]) == (event.data.amount_minor, event.data.currency)
            assert await connection.row(sql.CLAIM_EVENT, "sandbox", event.id, now)
            await connection.row(sql.SETTLE_PAYMENT, payment[0], now)
            wallet = OpenWallet(*await connection.row(sql.LOCK_WALLET, payment[1]))
            wallet.balance_minor += payment[2]
            wallet.changed = True
            await connection.row(sql.CREDIT_WALLET, wallet.account_id, wallet.balance_minor, wallet.version)
            operation, amount = f"top_up:{payment[0]}", payment[2]
            seq = wallet.chain_seq + 1
            await connection.row(
                sql.BOOK, operation, wallet.account_id, amount, wallet.balance_minor, -amount, now, seq, body
            )
            settled = PaymentSettled(
                event_id=new_id(),
                payment_id=payment[0],
                account_id=wallet.account_id,
                amount_minor=amount,
                currency=payment[3],
                provider="sandbox",
                provider_ref=event.data.provider_ref,
                settled_at=now,
            )
            changed = WalletChanged(
                notice_id=new_id(), account_id=wallet.account_id, wallet=wallet.state(payment[3])
            )
            bodies = encode(settled).decode(), encode(changed).decode()
            await connection.row(
                sql.TELL, settled.event_id, bodies[0], changed.notice_id, str(wallet.account_id), bodies[1]
            )
            await connection.row(sql.NOTIFY)
        return WebhookAnswer("settled")


async def _body(receive: Any) -> bytes:
    event = await receive()
    body: bytes = event["body"]
    while event["more_body"]:
        event = await receive()
        body += event["body"]
    return body


async def _answer(send: Any, status: int, answer: Struct) -> None:
    body = msgspec.json.encode(answer)
    headers = [*HEADERS, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def main(name: str, settings: Settings) -> None:
    """Serve until killed, on the server of the API and as it is configured there."""
    driver = await driver_named(
        name, database_url=settings.database_url, connections_max=settings.database_connections_max
    )
    listening = listen(settings.host, settings.api_port)
    async with serving(http_config(Bare(settings, driver, verifier(settings)), settings), listening):
        print("the bare API is ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], load_settings(os.environ)))
