"""The faults, by name: each does its harm, waits, and takes away what it did; what it harmed must mend itself."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial

from tests.faults import hostile, messages
from tests.faults.proxy import Link
from tests.faults.stage import Stage

AWAY_SECONDS = 0.5
"""How long somebody who was killed is away."""
FROZEN_SECONDS = 4.0
"""Longer than a device may be silent, and than a publish may wait."""
LINK_SECONDS = 5.0
SLOW_MS = 250
JUMP_MS = 3_600_000
JOURNAL_BYTES_MAX = 1
"""What a file may grow to where the disk is full: nothing."""


@dataclass(frozen=True)
class Fault:
    """One sort of harm."""

    name: str
    inject: Callable[[Stage, random.Random], Awaitable[None]]


def faults_of(names: Iterable[str]) -> dict[str, Fault]:
    """Return all faults that programs of these names can have, by name."""
    found: list[Fault] = []

    def add(name: str, inject: Callable[[Stage, random.Random], Awaitable[None]]) -> None:
        found.append(Fault(name, inject))

    for program in names:
        add(f"{program} killed", partial(_killed, program))
        add(f"{program} stopped in its tracks", partial(_stopped, program))
        add(f"{program} told to end", partial(_restarted, program))
        add(f"{program}'s clock jumps", partial(_clock_jumps, program))
        if program.startswith("signaling"):
            add(f"{program}'s disk full", partial(_disk_full, program))
        for other in _servers_of(program):
            for link in (Link.FROZEN, Link.CUT, Link.SLOW, Link.DEAF):
                add(f"link {program}-{other} {link}", partial(_linked, f"{program}-{other}", link))
        for link in (Link.FROZEN, Link.CUT, Link.SLOW):
            add(f"link people-{program} {link}", partial(_linked, f"people-{program}", link))
        add(f"link people-{program} half closed", partial(_half_closed, f"people-{program}"))
    add("broker killed", _broker_killed)
    add("broker told to end", _broker_restarted)
    add("broker stopped in its tracks", _broker_frozen)
    add("broker out of memory", partial(_alarm, "set_vm_memory_high_watermark", "1", "1GB"))
    add("broker's disk full", partial(_alarm, "set_disk_free_limit", "100000GB", "10MB"))
    add("database killed", _database_killed)
    add("database stopped in its tracks", _database_frozen)
    add("everything killed", _all_killed)
    add("messages twice and in any order", messages.repeated)
    add("poisoned messages", messages.poisoned)
    add("hostile clients", hostile.attack)
    return {fault.name: fault for fault in found if not fault.name.startswith("link people-worker")}


def _servers_of(program: str) -> tuple[str, ...]:
    if program == "api":
        return ("database",)
    return ("broker", "database") if program == "worker" else ("broker",)


async def _killed(program: str, stage: Stage, chance: random.Random) -> None:
    await stage.running[program].kill()
    await asyncio.sleep(AWAY_SECONDS)
    await stage.launch(program)


async def _stopped(program: str, stage: Stage, chance: random.Random) -> None:
    stage.running[program].send(signal.SIGSTOP)
    await asyncio.sleep(FROZEN_SECONDS)
    stage.running[program].send(signal.SIGCONT)


async def _restarted(program: str, stage: Stage, chance: random.Random) -> None:
    status = await stage.running[program].stop()
    if status != 0:
        raise AssertionError(f"{program}, told to end, ended with {status}")
    await stage.launch(program)


async def _clock_jumps(program: str, stage: Stage, chance: random.Random) -> None:
    for shift_ms in (JUMP_MS, -JUMP_MS, 0):
        stage.clock_shifts[program].write_text(str(shift_ms))
        await asyncio.sleep(AWAY_SECONDS * 3)


async def _disk_full(program: str, stage: Stage, chance: random.Random) -> None:
    stage.limit_files(program, JOURNAL_BYTES_MAX)
    await asyncio.sleep(FROZEN_SECONDS)
    stage.limit_files(program, None)


async def _linked(name: str, link: Link, stage: Stage, chance: random.Random) -> None:
    stage.links[name].become(link, slow_ms=SLOW_MS if link is Link.SLOW else 0)
    await asyncio.sleep(LINK_SECONDS)
    stage.links[name].become(Link.WELL)


async def _half_closed(name: str, stage: Stage, chance: random.Random) -> None:
    stage.links[name].half_close()
    await asyncio.sleep(AWAY_SECONDS)


async def _broker_killed(stage: Stage, chance: random.Random) -> None:
    await stage.broker.kill()
    await asyncio.sleep(AWAY_SECONDS)
    await stage.broker.start()


async def _broker_restarted(stage: Stage, chance: random.Random) -> None:
    await stage.broker.stop()
    await stage.broker.start()


async def _broker_frozen(stage: Stage, chance: random.Random) -> None:
    await stage.broker.freeze()
    await asyncio.sleep(FROZEN_SECONDS)
    await stage.broker.thaw()


async def _alarm(command: str, low: str, high: str, stage: Stage, chance: random.Random) -> None:
    """Below the limit the broker takes no more messages from anybody."""
    words = ("absolute",) if "memory" in command else ()
    try:
        await stage.broker.control(command, *words, low)
        await asyncio.sleep(FROZEN_SECONDS)
    finally:
        await stage.broker.control(command, *words, high)


async def _database_killed(stage: Stage, chance: random.Random) -> None:
    await stage.database.kill()
    await asyncio.sleep(AWAY_SECONDS)
    await stage.database.start_again()


async def _database_frozen(stage: Stage, chance: random.Random) -> None:
    stage.database.freeze()
    await asyncio.sleep(FROZEN_SECONDS)
    stage.database.thaw()


async def _all_killed(stage: Stage, chance: random.Random) -> None:
    await asyncio.gather(*(program.kill() for program in stage.running.values()))
    await asyncio.gather(stage.broker.kill(), stage.database.kill())
    await asyncio.gather(stage.broker.start(), stage.database.start_again())
    await asyncio.gather(*(stage.launch(name) for name in stage.names))
