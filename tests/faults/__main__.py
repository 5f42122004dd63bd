"""`python -m tests.faults`: a campaign, and all failpoints; exits with 1 where anything did not survive."""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from shared.failpoints import Failpoint
from tests.faults.campaign import Campaign
from tests.faults.injecting import Fault, faults_of
from tests.faults.stage import NODES, Stage
from tests.faults.table import Row, as_json, show
from tests.faults.trials import Trials

PAIRS = 10
LOGS = Path("build/faults")
"""Where the programs' logs are left."""


def main() -> None:
    """Read the command line, do it, show the table."""
    options = _options()
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    print(f"Seed {seed}: {_again(options, seed)}", flush=True)
    rows = asyncio.run(_all(options, seed))
    show(rows)
    told = as_json(rows, seed=seed)
    if options.json:
        Path(options.json).write_text(told + "\n", encoding="utf-8")
    print(told)
    if not all(row.survived for row in rows):
        print(f"Not survived; the programs' logs are in {LOGS}. The same again: {_again(options, seed)}")
        sys.exit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, help="which order and which chances; another one each time without it")
    parser.add_argument("--minutes", type=float, default=0, help="go on so long with faults chosen at random")
    parser.add_argument("--only", default="", help="faults whose names have one of these parts, comma separated")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="pairs of people who talk")
    parser.add_argument("--nodes", type=int, default=len(NODES), choices=(1, 2), help="signaling processes")
    parser.add_argument("--skip", default="", help="`failpoints` or `faults`: leave these out")
    parser.add_argument("--json", default="", help="also write the result into this file")
    return parser.parse_args()


def _again(options: argparse.Namespace, seed: int) -> str:
    given = {"only": options.only, "minutes": options.minutes, "skip": options.skip, "pairs": options.pairs}
    words = " ".join(f"--{name} '{value}'" for name, value in given.items() if value)
    return f'make faults ARGS="--seed {seed} --nodes {options.nodes} {words}"'


async def _all(options: argparse.Namespace, seed: int) -> list[Row]:
    """Faults mostly wait, failpoints mostly start programs: side by side they take as long as one of them."""
    parts = []
    one_by_one = asyncio.Lock()
    if options.skip != "faults" and _faults(options):
        parts.append(_campaign(options, seed, one_by_one))
    if options.skip != "failpoints" and _failpoints(options):
        parts.append(_trials(options, one_by_one))
    return [row for rows in await asyncio.gather(*parts) for row in rows]


async def _trials(options: argparse.Namespace, one_by_one: asyncio.Lock) -> list[Row]:
    stage = Stage(nodes=len(NODES))
    trials = Trials(stage)
    try:
        async with one_by_one:
            # Migrations have one context in a process.
            await stage.open()
        await trials.begin()
        await trials.try_all(_failpoints(options))
        await trials.end()
    finally:
        await trials.close()
        stage.write_logs(LOGS / "failpoints")
        await stage.close()
    return list(trials.rows.values())


async def _campaign(options: argparse.Namespace, seed: int, one_by_one: asyncio.Lock) -> list[Row]:
    stage = Stage(nodes=options.nodes)
    campaign = Campaign(stage, seed=seed, pairs=options.pairs)
    try:
        async with one_by_one:
            # Migrations have one context in a process.
            await stage.open()
        await campaign.begin()
        chosen = _faults(options)
        chance = random.Random(seed)
        until = time.monotonic() + 60 * options.minutes
        await campaign.suffer(chance.sample(chosen, len(chosen)))
        while time.monotonic() < until:
            await campaign.suffer([chance.choice(chosen)])
        await campaign.end()
    finally:
        await campaign.close()
        stage.write_logs(LOGS / "faults")
        await stage.close()
    return list(campaign.rows.values())


def _faults(options: argparse.Namespace) -> Sequence[Fault]:
    names = ("api", "worker", *NODES[: options.nodes])
    return [fault for fault in faults_of(names).values() if _is_chosen(fault.name, options.only)]


def _failpoints(options: argparse.Namespace) -> Sequence[Failpoint]:
    return [point for point in Failpoint if _is_chosen(point, options.only)]


def _is_chosen(name: str, only: str) -> bool:
    parts = [part.strip() for part in only.split(",") if part.strip()]
    return not parts or any(part in name for part in parts)


if __name__ == "__main__":
    main()
