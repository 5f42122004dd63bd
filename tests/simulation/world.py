"""Puts the simulated world together, and lets it run."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from billing_worker.admission.people import Person as Entry
from billing_worker.terms import Terms
from shared.ledger import OpenWallet
from shared.messages.to_client import (
    CallAccepted,
    CallActive,
    CallIncoming,
    CallOver,
    CallRefused,
    CallSnapshot,
)
from shared.settings import Settings
from signaling.call.call import Call
from signaling.call.states import CallTimes
from tests.simulation.agenda import Agenda
from tests.simulation.books import Books
from tests.simulation.inspector import Inspector
from tests.simulation.node import Live, Node
from tests.simulation.odds import Odds
from tests.simulation.person import Person
from tests.simulation.weather import Weather
from tests.simulation.wire import Wire

HEARD = (CallAccepted, CallActive, CallIncoming, CallOver, CallRefused, CallSnapshot)
"""Of all messages to devices, those that people do something about."""
SETTINGS = Settings()
MINUTE_MS = 60_000
CLOSING_MS_MAX = 2 * 3_600_000


@dataclass(frozen=True)
class Done:
    """What a run came to."""

    seed: int
    talked_minutes: int
    simulated_ms: int
    events: int
    calls: int
    trace_hash: str
    seen: dict[str, int]


class World:
    """Nodes, people, the broker, billing, and what goes wrong."""

    def __init__(self, seed: int, *, odds: Odds | None = None) -> None:
        self.seed = seed
        self.agenda = Agenda(seed)
        self.odds = odds or Odds()
        self.is_closing = False
        self.times = CallTimes.of(SETTINGS)
        self.inspector = Inspector(self.agenda, free_ms=self.odds.free_ms, grace_ms=self.odds.grace_ms)
        self.inspector.world = self
        terms = Terms(
            minute_ms=MINUTE_MS,
            free_ms=self.odds.free_ms,
            grace_ms=self.odds.grace_ms,
            setup_ms=Terms.of(SETTINGS).setup_ms,
            currency="EUR",
        )
        self.books = Books(self.agenda, self.inspector, terms=terms)
        self.wire = Wire(self.agenda, self.books, self.odds)
        self._numbers = 0
        self._talked_ms = self._talked_at_ms = 0
        self.nodes = {name: Node(self, name) for name in (f"node-{n}" for n in range(1, self.odds.nodes + 1))}
        self.people = [Person(self, number) for number in range(self.odds.people)]
        self.people_by_id = {person.account_id: person for person in self.people}
        self._accounts = {person.device_id: person.account_id for person in self.people}
        self.weather = Weather(self)

    def run(self, minutes: int) -> Done:
        """Let people talk for so many minutes in all, then let everything come to its end."""
        for person in self.people:
            self._move_in(person)
        self.weather.begin()
        self._supervise()
        enough_ms = minutes * MINUTE_MS
        while self.inspector.talked_ms < enough_ms:
            self._go_on(quiet_ms_max=3_600_000)
        self._close()
        self.inspector.finish()
        return Done(
            seed=self.seed,
            talked_minutes=self.inspector.talked_ms // MINUTE_MS,
            simulated_ms=self.agenda.now_ms,
            events=self.agenda.events,
            calls=len(self.inspector.calls),
            trace_hash=self.agenda.trace_hash,
            seen=dict(self.inspector.seen),
        )

    def _go_on(self, *, quiet_ms_max: int) -> None:
        """Do what is next. A world in which nobody talks any more is not what was meant."""
        if self.inspector.talked_ms != self._talked_ms:
            self._talked_ms, self._talked_at_ms = self.inspector.talked_ms, self.agenda.now_ms
        if self.agenda.now_ms - self._talked_at_ms > quiet_ms_max:
            self.inspector.wrong("nobody talks any more")
        self.agenda.step()

    def _move_in(self, person: Person) -> None:
        agenda = self.agenda
        price_minor = agenda.chance.choice([10, 10, 7, 1, 0])
        share_bp = agenda.chance.choice([0, 0, 3_333, 10_000])
        minutes = agenda.between(1, 4) if agenda.likely(self.odds.poor) else 100_000
        wallet = OpenWallet(person.account_id, 0, 0, price_minor, None, None, 0, earning_share_bp=share_bp)
        self.books.open_account(Entry(person.account_id, f"person{person.account_id.int}", disabled=False), wallet)
        amount_minor = max(1, minutes * price_minor)
        self.books.top_up(person.account_id, amount_minor, payment_id=UUID(int=10**12 + person.account_id.int))
        person.reconnect(agenda.between(0, 5_000))
        agenda.after(agenda.about(self.odds.idle_ms), person.live)

    def _supervise(self) -> None:
        """As billing's supervision: only once the broker has been there for long enough."""
        agenda, grace_ms = self.agenda, SETTINGS.sweep_grace_ms
        agenda.after(SETTINGS.sweep_ms, self._supervise)
        if self.wire.is_up and agenda.now_ms - self.wire.up_since_ms >= grace_ms:
            for sweep in self.books.silent(grace_ms=grace_ms):
                self.inspector.seen["sweeps"] += 1
                # The queue may be long.
                agenda.after(agenda.between(1, 30_000 if agenda.likely(0.3) else 60), self.wire.deliver, sweep)

    def _close(self) -> None:
        """Nothing new begins; everybody hangs up, and everything that is under way arrives."""
        agenda = self.agenda
        self.is_closing = True
        ends_ms = agenda.now_ms + 60_000
        for person in self.people:
            if person.part:
                agenda.after(agenda.between(0, 60_000), person.hang_up, person.part)
        last_ms = agenda.now_ms + CLOSING_MS_MAX
        while (self.books.open or agenda.now_ms < ends_ms + 600_000) and agenda.now_ms < last_ms:
            agenda.step()

    def short(self) -> int:
        """Return how long a message takes."""
        return self.agenda.between(1, 60)

    def next_call_id(self) -> UUID:
        """Return the id of a call."""
        self._numbers += 1
        return UUID(int=2 * 10**9 + self._numbers)

    def next_event_id(self) -> UUID:
        """Return the id of an event."""
        self._numbers += 1
        return UUID(int=4 * 10**12 + self._numbers)

    def new_live(self, call: Call, caller_id: UUID) -> Live:
        """Return the call with what the machine need not know."""
        return Live(call, caller_id)

    def some_node(self) -> Node | None:
        """Return a node that takes new sockets."""
        able = [node for node in self.nodes.values() if node.answers and not node.is_stopping]
        return self.agenda.chance.choice(able) if able else None

    def person(self, account_id: UUID | None) -> Person:
        """Return whose account this is."""
        assert account_id is not None
        return self.people_by_id[account_id]

    def account_of(self, device_id: UUID) -> UUID:
        """Return whose device this is."""
        return self._accounts[device_id]

    def device_of(self, account_id: UUID) -> UUID:
        """Return the account's device."""
        return self.people_by_id[account_id].device_id

    def told(self, message: object) -> CallSnapshot | None:
        """Return the message, where anybody cares."""
        return message if isinstance(message, HEARD) else None  # type: ignore[return-value]

    def last_up_ms(self, account_id: UUID) -> int:
        """When the account's device last had a network; now, if it has."""
        person = self.people_by_id[account_id]
        return self.agenda.now_ms if person.is_up else person.down_since_ms

    def last_awake_ms(self, node: str, life: int) -> int:
        """When the node was last awake in that life of its; now, if it is."""
        found = self.nodes[node]
        if life in found.ends_ms:
            return found.ends_ms[life]
        return found.asleep_since_ms if found.is_frozen else self.agenda.now_ms

    def awake_since_ms(self, node: str) -> int:
        """Since when the node has been awake."""
        return self.nodes[node].awake_since_ms

    def may_count_on(self, node: str, life: int) -> bool:
        """Whether the node, in that life, may still believe to own a call that is taken from it."""
        return self.nodes[node].life == life and not self.nodes[node].is_stopping

    def life_of(self, node: str) -> int:
        """Which of its lives the node has now."""
        return self.nodes[node].life


def simulate(seed: int, *, minutes: int, odds: Odds | None = None) -> Done:
    """Run a world. Raises with the last that happened, and with what runs it once more."""
    world = World(seed, odds=odds)
    try:
        return world.run(minutes)
    except Exception as error:
        error.add_note(world.agenda.story())
        error.add_note(f"Once more: SIMULATION_SEED={seed} SIMULATION_MINUTES={minutes}{_unusual(odds)}")
        raise


def _unusual(odds: Odds | None) -> str:
    return f" with {odds}" if odds else ""
