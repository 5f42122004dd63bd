"""Billing without a database: the product's decisions over rows in memory, committed as a whole or not at all."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import billing_worker.admission.authorize
import billing_worker.admission.renew
import billing_worker.admission.take_over
import billing_worker.settlement.registers
import billing_worker.settlement.settle
from billing_worker.admission.authorize import Room
from billing_worker.admission.lists import Lists
from billing_worker.admission.people import People, Person
from billing_worker.calls import Calls, OpenCall
from billing_worker.settlement.charging import is_due
from billing_worker.terms import Terms
from shared.ledger import Ledger, OpenWallet
from shared.messages.base import LiveCallAt
from shared.messages.events import CallEvent, SweepDue
from shared.messages.requests import Admit, Admitted, Authorize, Renew, Reply, TakeOver
from tests.harness.clock import START
from tests.simulation.agenda import Agenda
from tests.simulation.inspector import Inspector

authorizing, renewing = billing_worker.admission.authorize, billing_worker.admission.renew
taking, registers = billing_worker.admission.take_over, billing_worker.settlement.registers
settling = billing_worker.settlement.settle

Asked = Admit | Authorize | Renew | TakeOver
NOBODY: Any = None
"""The connection of what needs none."""


class _AnyNumber:
    """Invites are not limited here."""

    def take(self, _: Authorize) -> None:
        return None

    take_to_callee = take


class Books:
    """Wallets and calls, and what happens to them one transaction after another."""

    def __init__(self, agenda: Agenda, inspector: Inspector, *, terms: Terms) -> None:
        self.agenda = agenda
        self.inspector = inspector
        self.terms = terms
        self.wallets: dict[UUID, OpenWallet] = {}
        self.calls: dict[UUID, OpenCall] = {}
        self.open: dict[UUID, OpenCall] = {}
        """Those that are not settled."""
        self.persons: list[Person] = []
        self.people = People.of([])

    @property
    def now(self) -> datetime:
        return START + timedelta(milliseconds=self.agenda.now_ms)

    def open_account(self, person: Person, wallet: OpenWallet) -> None:
        """Let somebody have a wallet."""
        self.persons.append(person)
        self.people = People.of(self.persons)
        self.wallets[wallet.account_id] = wallet

    def top_up(self, account_id: UUID, amount_minor: int, *, payment_id: UUID) -> None:
        """Book a payment."""
        ledger = self._ledger([account_id])
        ledger.top_up(account_id, amount_minor, payment_id=payment_id)
        ledger.unblock(account_id)
        self._commit({}, ledger)

    def bar(self, account_id: UUID, *, barred: bool) -> None:
        """An operator blocks somebody, or does no longer."""
        ledger = self._ledger([account_id])
        (ledger.block_by_operator if barred else ledger.unblock_by_operator)(account_id)
        self._commit({}, ledger)

    def ask_for_end(self, call_id: UUID) -> None:
        """An operator wants a call to end."""
        call = self.open[call_id] = self.calls[call_id] = copy(self.calls[call_id])
        call.end_asked_at = self.now

    def answer(self, request: Asked) -> Reply:
        """Decide about one request, in one transaction."""
        if isinstance(request, Admit):
            return self._admit(request)
        calls = self._calls([request.call_id])
        call = calls.rows.get(request.call_id)
        parties = [call.caller_id, call.callee_id] if call else []
        if isinstance(request, Authorize):
            parties += [request.caller_id, request.callee_id]
        ledger = self._ledger({party for party in parties if party})
        calls.seen = {
            wallet.in_call_id: self.calls[wallet.in_call_id]
            for wallet in ledger.wallets.values()
            if wallet.in_call_id
        }
        reply = self._decide(request, self._room(calls, ledger))
        self.inspector.answered(request, reply)
        self._commit(calls.rows, ledger)
        return reply

    def _decide(self, request: Authorize | Renew | TakeOver, room: Room) -> Reply:
        match request:
            case Authorize():
                return authorizing.authorize(request, room)
            case Renew():
                return renewing.renew(request, room)
            case TakeOver():
                return taking.take_over(request, room)

    def hear(self, event: CallEvent) -> None:
        """Settle one event of the queue."""
        calls = self._calls([event.call_id])
        self.inspector.hears(event)
        registers.register(event, calls, now=self.now, terms=self.terms)
        due = [call for call in calls.rows.values() if is_due(call)]
        ledger = self._ledger({party for call in due for party in (call.caller_id, call.callee_id) if party})
        for call in due:
            if call.is_new:
                settling.adopt(call, ledger)
        settling.move(due, ledger, now=self.now)
        self._commit(calls.rows, ledger)

    def silent(self, *, grace_ms: int) -> list[SweepDue]:
        """Return what supervision would publish."""
        before = self.now - timedelta(milliseconds=grace_ms)
        return [
            SweepDue(event_id=call.id, call_id=call.id, minutes_held=call.minutes_held, epoch=call.epoch)
            for call in self.open.values()
            if call.lease_ends_at < before
        ]

    def _admit(self, request: Admit) -> Admitted:
        wallet = self.wallets[request.account_id]
        call = self.open.get(wallet.in_call_id) if wallet.in_call_id else None
        return Admitted(
            account=self.people.by_id[wallet.account_id].party,
            wallet=wallet.state(self.terms.currency),
            call=LiveCallAt(call_id=call.id, node=call.node, epoch=call.epoch) if call else None,
        )

    def _room(self, calls: Calls, ledger: Ledger) -> Room:
        return Room(
            people=self.people,
            lists=Lists(),
            invites=cast(Any, _AnyNumber()),
            calls=calls,
            ledger=ledger,
            spent_today={},
            now=self.now,
            terms=self.terms,
        )

    def _calls(self, call_ids: Collection[UUID]) -> Calls:
        rows = {call_id: copy(self.calls[call_id]) for call_id in call_ids if call_id in self.calls}
        return Calls(NOBODY, rows)

    def _ledger(self, account_ids: Collection[UUID]) -> Ledger:
        opened = {account_id: copy(self.wallets[account_id]) for account_id in sorted(account_ids)}
        return Ledger(NOBODY, opened, self.now)

    def _commit(self, rows: dict[UUID, OpenCall], ledger: Ledger) -> None:
        """Keep what the transaction made, and have it looked at."""
        for call in rows.values():
            call.is_new = call.changed = call.shrank = call.ended_here = call.taken_over_here = False
            self.calls[call.id] = call
            if call.settled_at is None:
                self.open[call.id] = call
            else:
                self.open.pop(call.id, None)
        for wallet in ledger.wallets.values():
            wallet.version += wallet.changed
            wallet.changed = False
            self.wallets[wallet.account_id] = wallet
        self.inspector.committed(rows.values(), ledger)
