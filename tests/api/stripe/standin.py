"""A stand-in for Stripe's HTTP API: as much as we use of it, on a real port, and all the ways in which it fails.

It honours idempotency keys as Stripe says that it does: the first answer under a key is given again, and other
parameters under it are an error. `plan` says what befalls the next requests, one each; none is as good as `SERVE`.
"""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import msgspec

CHECKOUT_SECONDS_MIN, CHECKOUT_SECONDS_MAX = 30 * 60, 24 * 3_600
UNITS_MIN = 50
"""The least that it takes, as Stripe's smallest charge in euros."""


class Fate(Enum):
    """What befalls a request."""

    SERVE = auto()
    FAIL = auto()
    """An answer of 500, which nothing was done for."""
    REFUSE = auto()
    """An answer of 429."""
    HANG = auto()
    """No answer at all, until the other side gives up."""
    CUT = auto()
    """It is carried out, and the connection ends before the answer."""
    CUT_BEFORE = auto()
    """The connection ends before anything is done."""
    DISOWN = auto()
    """An answer of 401: the key is no good."""


@dataclass
class Seen:
    """A request as it came."""

    method: str
    path: str
    form: dict[str, str]
    key: str | None
    api_key: str


@dataclass
class StripeStandIn:
    """Its books, and how it behaves. Amounts are Stripe's units."""

    plan: deque[Fate] = field(default_factory=deque)
    always: Fate = Fate.SERVE
    seen: list[Seen] = field(default_factory=list)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    refund_status: str = "succeeded"
    answers: dict[str, tuple[dict[str, str], int, dict[str, Any]]] = field(default_factory=dict)
    url: str = ""
    _server: asyncio.Server | None = None
    _hanging: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        """Listen on a port of its own."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Be gone."""
        self._hanging.set()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def forget_keys(self) -> None:
        """As Stripe does after a day."""
        self.answers.clear()

    def paid(self, session_id: str) -> str:
        """Have the session paid, as its customer does; return the payment intent that there is from now on."""
        session = self.sessions[session_id]
        intent = session["payment_intent"] or f"pi_{uuid4().hex}"
        session |= {"payment_status": "paid", "status": "complete", "payment_intent": intent}
        return str(intent)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._serve_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await _read(reader)
        if request is None:
            return False
        self.seen.append(request)
        fate = self.plan.popleft() if self.plan else self.always
        if fate is Fate.HANG:
            await self._hanging.wait()
        if fate in {Fate.HANG, Fate.CUT_BEFORE}:
            return False
        status, answer = self._planned(fate) or self._answer_once(request)
        if fate is Fate.CUT:
            return False
        body = msgspec.json.encode(answer)
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}Request-Id: req_{uuid4().hex[:14]}\r\n\r\n".encode() + body)
        await writer.drain()
        return True

    def _planned(self, fate: Fate) -> tuple[int, dict[str, Any]] | None:
        match fate:
            case Fate.FAIL:
                return 500, _error("api_error")
            case Fate.REFUSE:
                return 429, _error("invalid_request_error", "rate_limit")
            case Fate.DISOWN:
                return 401, _error("invalid_request_error")
        return None

    def _answer_once(self, request: Seen) -> tuple[int, dict[str, Any]]:
        if request.method == "GET":
            return self._look(request)
        assert request.key, "a POST without an idempotency key"
        if (known := self.answers.get(request.key)) is not None:
            form, status, answer = known
            return (status, answer) if form == request.form else (400, _error("idempotency_error"))
        status, answer = self._do(request)
        self.answers[request.key] = (request.form, status, answer)
        return status, answer

    def _do(self, request: Seen) -> tuple[int, dict[str, Any]]:
        match request.path:
            case "/v1/checkout/sessions":
                return self._open(request.form)
            case "/v1/refunds":
                return self._refund(request.form)
        return 404, _error("invalid_request_error", "resource_missing")

    def _look(self, request: Seen) -> tuple[int, dict[str, Any]]:
        path, _, query = request.path.partition("?")
        if path == "/v1/refunds":
            intent = dict(parse_qsl(query))["payment_intent"]
            found = [refund for refund in self.refunds.values() if refund["payment_intent"] == intent]
            return 200, {"object": "list", "data": found, "has_more": False, "url": path}
        refund = self.refunds.get(path.removeprefix("/v1/refunds/"))
        return (200, refund) if refund else (404, _error("invalid_request_error", "resource_missing"))

    def _open(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        units = int(form["line_items[0][price_data][unit_amount]"]) * int(form["line_items[0][quantity]"])
        if units < UNITS_MIN:
            return 400, _error("invalid_request_error", "amount_too_small")
        left = int(form["expires_at"]) - time.time()
        if not CHECKOUT_SECONDS_MIN <= left <= CHECKOUT_SECONDS_MAX:
            return 400, _error("invalid_request_error", "parameter_invalid_integer")
        name = f"cs_test_{uuid4().hex}{uuid4().hex}"
        self.sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "mode": form["mode"],
            "amount_total": units,
            "currency": form["line_items[0][price_data][currency]"],
            "client_reference_id": form["client_reference_id"],
            "metadata": {"payment_id": form["metadata[payment_id]"]},
            "payment_status": "unpaid",
            "status": "open",
            "payment_intent": None,
            "expires_at": int(form["expires_at"]),
            "url": f"https://checkout.stripe.test/c/pay/{name}",
        }
        return 200, dict(self.sessions[name])

    def _refund(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        paid = {each["payment_intent"]: each for each in self.sessions.values() if each["payment_intent"]}
        session = paid.get(form["payment_intent"])
        if session is None:
            return 404, _error("invalid_request_error", "resource_missing")
        gone = sum(
            each["amount"] for each in self.refunds.values()
            if each["payment_intent"] == form["payment_intent"] and each["status"] != "failed"
        )  # fmt: skip
        if int(form["amount"]) > session["amount_total"] - gone:
            return 400, _error("invalid_request_error", "charge_already_refunded")
        refund = self.made_refund(form["payment_intent"], int(form["amount"]), status=self.refund_status)
        refund["metadata"] = {
            name: form[f"metadata[{name}]"] for name in ("payment_id", "refund_id") if f"metadata[{name}]" in form
        }
        return 200, dict(refund)

    def made_refund(self, payment_intent: str, amount: int, *, status: str = "succeeded") -> dict[str, Any]:
        """Make a refund as somebody does in the dashboard."""
        name = f"re_{uuid4().hex[:24]}"
        [session] = [each for each in self.sessions.values() if each["payment_intent"] == payment_intent]
        self.refunds[name] = {
            "id": name,
            "object": "refund",
            "amount": amount,
            "currency": session["currency"],
            "payment_intent": payment_intent,
            "charge": f"ch_{uuid4().hex[:24]}",
            "metadata": {},
            "status": status,
            "reason": None,
        }
        return self.refunds[name]


async def _read(reader: asyncio.StreamReader) -> Seen | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split()
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    if method == "POST":
        assert headers["content-type"] == "application/x-www-form-urlencoded"
    api_key = headers["authorization"].removeprefix("Bearer ")
    return Seen(method, path, dict(parse_qsl(body.decode())), headers.get("idempotency-key"), api_key)


def _error(kind: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"type": kind, "message": "as Stripe would say it", **({"code": code} if code else {})}}
