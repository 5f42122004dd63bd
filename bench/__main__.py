"""All measurements, one after another.

python -m bench [--quick]
"""

from __future__ import annotations

import asyncio

from bench import across, hang_up, relay, rest, settle
from bench.command_line import wants_all


async def main(*, full: bool) -> None:
    """Measure and print everything; full sizes take about ten minutes."""
    await settle.main(settle.Sizes() if full else settle.QUICK)
    await relay.main(relay.Sizes() if full else relay.QUICK)
    await across.main(across.Sizes() if full else across.QUICK)
    await rest.main(rest.Sizes() if full else rest.QUICK)
    await hang_up.main(hang_up.Sizes() if full else hang_up.QUICK)


if __name__ == "__main__":
    asyncio.run(main(full=wants_all()))
