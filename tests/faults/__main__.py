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
        print(f"Not survived. The same again: {_again(options, seed)}")
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
    rows: list[Row] = []
    if options.skip != "faults":
        rows += await _campaign(options, seed)
    if options.skip != "failpoints":
        rows += await _trials(options)
    return rows


async def _trials(options: argparse.Namespace) -> list[Row]:
    stage = Stage(nodes=1)
    trials = Trials(stage)
    parts = _parts(options.only)
    try:
        await stage.open()
        await trials.begin()
        await trials.try_all(point for point in Failpoint if not parts or any(part in point for part in parts))
        await trials.end()
    finally:
        await trials.close()
        await stage.close()
    return list(trials.rows.values())


async def _campaign(options: argparse.Namespace, seed: int) -> list[Row]:
    stage = Stage(nodes=options.nodes)
    campaign = Campaign(stage, seed=seed, pairs=options.pairs)
    try:
        await stage.open()
        await campaign.begin()
        chosen = _chosen(stage, options.only)
        chance = random.Random(seed)
        until = time.monotonic() + 60 * options.minutes
        await campaign.suffer(chance.sample(chosen, len(chosen)))
        while time.monotonic() < until:
            await campaign.suffer([chance.choice(chosen)])
        await campaign.end()
    finally:
        await campaign.close()
        await stage.close()
    return list(campaign.rows.values())


def _chosen(stage: Stage, only: str) -> Sequence[Fault]:
    parts = _parts(only)
    faults = faults_of(stage.names).values()
    return [fault for fault in faults if not parts or any(part in fault.name for part in parts)]


def _parts(only: str) -> list[str]:
    return [part.strip() for part in only.split(",") if part.strip()]


if __name__ == "__main__":
    main()
