"""What became of each fault, as a table for people and as JSON for whoever keeps such things."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from rich.console import Console
from rich.table import Table

from tests.faults.checking import Damage, Kind

RECOVERY_SECONDS_MAX = 30


@dataclass
class Row:
    """One fault, or all its times together."""

    fault: str
    times: int = 0
    events: int = 0
    """Ends, charges and payments that people were told of from the fault to the end of its recovery."""
    damage: list[Damage] = field(default_factory=list)
    worst_seconds: float = 0.0
    """The longest from the end of the fault to the end of a whole call that was charged."""
    failure: str = ""
    """What went wrong with the fault itself."""

    @property
    def recovered(self) -> bool:
        """Whether everything worked again in time, each time."""
        return self.worst_seconds <= RECOVERY_SECONDS_MAX and not self.failure

    @property
    def survived(self) -> bool:
        """Whether nothing is to be said against it."""
        return self.recovered and not self.damage

    def count(self, *kinds: Kind) -> int:
        """Return how much damage of these sorts was done."""
        return sum(each.kind in kinds for each in self.damage)


def as_table(rows: Sequence[Row]) -> Table:
    """Return it for a terminal."""
    table = Table(title="Faults")
    table.add_column("fault")
    for name in ("times", "events", "lost", "double", "other", "recovered", "worst s"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(row.fault, *_numbers(row), style=None if row.survived else "bold red")
    table.add_section()
    table.add_row(f"{sum(row.survived for row in rows)} of {len(rows)} survived", *_numbers(_total(rows)))
    return table


def as_json(rows: Sequence[Row], *, seed: int) -> str:
    """Return it for programs: one object."""
    total = _total(rows)
    told = {
        "seed": seed,
        "faults": len(rows),
        "survived": sum(row.survived for row in rows),
        "events": total.events,
        "lost": total.count(Kind.LOST),
        "double": total.count(Kind.DOUBLE),
        "recovered": total.recovered,
        "worst_recovery_seconds": _finite(total.worst_seconds),
        "rows": [
            {
                "fault": row.fault,
                "times": row.times,
                "events": row.events,
                "recovered": row.recovered,
                "worst_seconds": _finite(row.worst_seconds),
                "failure": row.failure,
                "damage": [f"{each.kind}: {each.said}" for each in row.damage],
            }
            for row in rows
        ],
    }
    return msgspec.json.encode(told).decode()


def show(rows: Sequence[Row]) -> None:
    """Print the table, and below it everything that is wrong."""
    Console(width=110, soft_wrap=False).print(as_table(rows))
    for row in rows:
        for said in (
            *([row.failure] if row.failure else []),
            *(f"{each.kind}: {each.said}" for each in row.damage),
        ):
            print(f"{row.fault}: {said}")


def _total(rows: Sequence[Row]) -> Row:
    return Row(
        "all",
        times=sum(row.times for row in rows),
        events=sum(row.events for row in rows),
        damage=[each for row in rows for each in row.damage],
        worst_seconds=max((row.worst_seconds for row in rows), default=0.0),
        failure="".join(row.failure for row in rows),
    )


def _numbers(row: Row) -> tuple[str, ...]:
    other = row.count(Kind.INVENTED, Kind.UNBALANCED, Kind.HELD)
    counts = (row.times, row.events, row.count(Kind.LOST), row.count(Kind.DOUBLE), other)
    return (*map(str, counts), "yes" if row.recovered else "NO", f"{row.worst_seconds:.1f}")


def _finite(seconds: float) -> float | None:
    return round(seconds, 2) if math.isfinite(seconds) else None
