"""What operators and payers do with keys, until it is answered: however often that is said, it happens once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.faults.people import PAID_MINOR, PASSWORD, Account, DoorClosedError, Pair, asked, until_done
from tests.faults.promises import Promises
from tests.faults.stage import Stage

REASON = "a customer asked for it"
UNLOCK = "UPDATE idempotency_keys SET locked_until = now() WHERE answer IS NULL"


@dataclass
class Office:
    """An operator, and the people whose money it is about."""

    stage: Stage
    http: httpx.AsyncClient
    pair: Pair
    promises: Promises
    token: str

    @classmethod
    async def open(cls, stage: Stage, http: httpx.AsyncClient, pair: Pair, promises: Promises) -> Office:
        """Hire somebody on the command line; let the callee of the pair earn half of what calls cost."""
        account = await Account.register(http, stage.api_url)
        name = (await account.get("me"))["user_name"]
        made = await stage.run("create-operator", name)
        assert made.exit_status == 0, made.output
        login = {"login": name, "password": PASSWORD}
        session = await asked(http.post(f"{stage.api_url}/v1/operator/sessions", json=login))
        connection = await stage.connect()
        await connection.execute(
            "UPDATE wallets SET earning_share_bp = 5000, asking_price_minor = $2 WHERE account_id = $1",
            pair.callee.id,
            10,
        )
        await connection.close()
        return cls(stage, http, pair, promises, session["access_token"])

    async def register(self) -> None:
        """Make an account: a wallet comes with it, or no account."""
        account = await Account.register(self.http, self.stage.api_url)
        await account.get("wallet")

    async def pay(self) -> None:
        """Pay in, under one key until it is answered, and tell the provider's news until it is taken."""
        caller = self.pair.caller
        headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": str(uuid4())}
        body = {"amount_minor": PAID_MINOR}
        payment = await self._until(
            lambda: self.http.post(f"{self.stage.api_url}/v1/payments", json=body, headers=headers)
        )
        payment_id = UUID(payment["id"])
        self.promises.asked[payment_id] = PAID_MINOR
        await self._until(lambda: self.http.post(payment["checkout_url"] + "/pay"))
        assert (await caller.get(f"payments/{payment_id}"))["status"] == "settled"
        self.promises.payments[payment_id] = PAID_MINOR

    async def adjust(self) -> None:
        """Give somebody a little."""
        before = await self._operations("adjustment")
        body = {"amount_minor": 7, "reason": REASON}
        await self._keyed(f"accounts/{self.pair.caller.id}/adjustments", body)
        assert await self._operations("adjustment") == before + 1

    async def pay_out(self) -> None:
        """Pay out one minor unit of what the callee has earned by a call."""
        await self._a_charged_call()
        before = await self._operations("payout")
        await self._keyed(f"accounts/{self.pair.callee.id}/payouts", {"amount_minor": 1, "reference": REASON})
        assert await self._operations("payout") == before + 1

    async def refund_call(self) -> None:
        """Give back a part of what a call cost."""
        call_id = await self._a_charged_call()
        before = await self._operations("refund")
        await self._keyed(f"calls/{call_id}/refunds", {"amount_minor": 3, "reason": REASON})
        assert await self._operations("refund") == before + 1

    async def refund_payment(self) -> None:
        """Give back a part of a payment, through the provider."""
        await self.pay()
        payment_id = list(self.promises.payments)[-1]
        before = await self._operations("payment_refund")
        refund = await self._keyed(f"payments/{payment_id}/refunds", {"amount_minor": 5, "reason": REASON})
        assert await self._operations("payment_refund") == before + 1
        await self._until_refunded(UUID(refund["id"]))

    async def _a_charged_call(self) -> str:
        seconds, why = await until_done(self.pair, seconds_max=30)
        assert seconds < 30, why
        return str(next(call.call_id for call in reversed(self.promises.calls.values()) if call.charges))

    async def _keyed(self, path: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid4())}
        url = f"{self.stage.api_url}/v1/operator/{path}"
        return await self._until(lambda: self.http.post(url, json=body, headers=headers))

    async def _until(self, asking: Any) -> Any:
        """Ask the very same thing until it is answered; what a dead process left locked counts as over."""
        while True:
            try:
                return await asked(asking())
            except DoorClosedError as error:
                if " 4" in str(error) and "409" not in str(error):
                    raise AssertionError(f"refused: {error}") from error
                await self.stage.execute(UNLOCK)
                await self.stage.pause()

    async def _operations(self, kind: str) -> int:
        """Return how many operations of this kind are in the books."""
        query = "SELECT count(DISTINCT operation) FROM ledger_entries WHERE operation LIKE $1"
        return int(await self.stage.value(query, f"{kind}:%"))

    async def _until_refunded(self, refund_id: UUID) -> None:
        """Wait until the provider's word is written down; where the asking got lost, it is asked again."""
        query = "SELECT status FROM payment_refunds WHERE id = $1"
        while (await self.stage.value(query, refund_id)) != "succeeded":
            await self.stage.pause()
