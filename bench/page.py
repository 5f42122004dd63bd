"""What the browser client weighs, and how long a browser takes until its sign-in form can be used.

python -m bench.page
"""

from __future__ import annotations

import asyncio
import gzip
import os
from dataclasses import dataclass, field

from playwright.async_api import Browser, BrowserContext

from api.page.built_page import BUILT
from bench.command_line import sizes
from bench.floors.bare_page import bare_page
from bench.installation import Installation, installation
from bench.measuring import median
from bench.tables import machine_facts, print_table, spread, times
from tests.harness.browser import browser_program, running_browser

USABLE = "form [type=submit]"
# Runs before anything of the page; a frame in which the form is there is one in which somebody could type into it.
WATCH = f"""
const look = () => {{
  if (document.querySelector("{USABLE}")) window.usableMs = performance.now();
  else requestAnimationFrame(look);
}};
requestAnimationFrame(look);
"""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured."""

    rounds: int = 5
    slowdowns: tuple[int, ...] = (1, 4)
    """How many times slower than this machine the browser is made."""


QUICK = Sizes(rounds=1, slowdowns=(1,))


def weigh(kind: str) -> tuple[int, int, int]:
    """Return how many files of a kind there are, and their bytes: as they are, and compressed by gzip."""
    files = [path.read_bytes() for path in sorted(BUILT.rglob(f"*.{kind}"))]
    return len(files), sum(map(len, files)), sum(len(gzip.compress(file, 9)) for file in files)


@dataclass
class Figures:
    """Milliseconds from the navigation to the form, in every round: the page's, and the bare one's."""

    ours: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)


async def measure(browser: Browser, ours: str, floor: str, *, slowdown: int, rounds: int) -> dict[str, Figures]:
    """Take turns between the two: with nothing kept from before, and then with everything."""
    figures = {"cold": Figures(), "warm": Figures()}
    for _ in range(rounds):
        context = await browser.new_context()
        async with context:
            for each in figures.values():
                each.floor.append(await _open(context, floor, slowdown=slowdown))
            for each in figures.values():
                each.ours.append(await _open(context, ours, slowdown=slowdown, use=True))
    return figures


async def _open(context: BrowserContext, address: str, *, slowdown: int, use: bool = False) -> float:
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    await page.add_init_script(WATCH)
    await page.goto(address)
    await page.wait_for_function("window.usableMs")
    usable_ms = float(await page.evaluate("window.usableMs"))
    if use:
        # It answers: whoever fills in nothing is told so.
        await page.locator(USABLE).click()
        await page.locator("[aria-invalid=true]").first.wait_for()
    await page.close()
    return usable_ms


async def run(sizes: Sizes, place: Installation) -> None:
    """Print both tables."""
    scripts, styles = weigh("js"), weigh("css")
    if not scripts[0]:
        raise SystemExit("The page is not built: `make web` builds it.")
    weights = [
        (name, *(f"{figure:,}" for figure in figures)) for name, figures in (("JS", scripts), ("CSS", styles))
    ]
    print_table(("bytes", "files", "as they are", "gzip"), weights)
    await place.use(await place.database("page"))
    facts = await machine_facts(database_url=place.settings.database_url, rabbitmq_url=place.rabbitmq_url)
    await place.talktime("api")
    ours = f"{place.settings.public_url}/sign-in"
    rows: list[tuple[str, ...]] = []
    async with bare_page() as floor, running_browser(await browser_program(os.environ)) as browser:
        await measure(browser, ours, floor, slowdown=1, rounds=1)
        for slowdown in sizes.slowdowns:
            figures = await measure(browser, ours, floor, slowdown=slowdown, rounds=sizes.rounds)
            rows += [_row(f"{state}, CPU {slowdown}x slower", each) for state, each in figures.items()]
        print(f"Chromium {browser.version}; {facts}")
    print_table(("sign-in form usable, ms", "median", "of all rounds", "a bare form", "to it"), rows)


def _row(name: str, figures: Figures) -> tuple[str, ...]:
    ratios = [ours / floor for ours, floor in zip(figures.ours, figures.floor, strict=True)]
    ours, floor = median(figures.ours), median(figures.floor)
    return name, f"{ours:,.0f}", spread(figures.ours), f"{floor:,.0f}", times(median(ratios))


async def main(sizes: Sizes) -> None:
    """Measure and print."""
    async with installation() as place:
        await run(sizes, place)


if __name__ == "__main__":
    asyncio.run(main(sizes(Sizes(), quick=QUICK)))
