"""What the browser client weighs, and how long a browser takes until its sign-in form can be used.

python -m bench.page
"""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

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
USABLE_MS = """new Promise((resolve) => {
  const look = () => window.usableMs ? resolve(window.usableMs) : requestAnimationFrame(look);
  look();
})"""
"""Playwright's own waiting for an expression is what the page's policy forbids."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured."""

    rounds: int = 5
    slowdowns: tuple[int, ...] = (1, 4)
    """How many times slower than this machine the browser is made."""


QUICK = Sizes(rounds=1, slowdowns=(1,))


OPERATORS = ("open-", "operators-")
"""How the scripts of the operators' part are called: it, and its words."""
LOCALES = {"English": "en-US", "German": "de-DE"}


def weigh(files: Iterable[Path]) -> tuple[int, int, int]:
    """Return how many files these are, and their bytes: as they are, and compressed by gzip one by one."""
    contents = [path.read_bytes() for path in files]
    return len(contents), sum(map(len, contents)), sum(len(gzip.compress(content, 9)) for content in contents)


async def scripts_of(browser: Browser, address: str, locale: str) -> set[Path]:
    """Return the scripts that a visitor's browser asks for until the form is there; a call asks for no other."""
    asked: set[Path] = set()
    async with await browser.new_context(locale=locale) as context:
        page = await context.new_page()
        page.on("request", lambda request: asked.add(BUILT / urlsplit(request.url).path.lstrip("/")))
        await page.goto(address)
        await page.locator(USABLE).wait_for()
        await page.wait_for_load_state("networkidle")
    return {path for path in asked if path.suffix == ".js"}


async def print_weights(browser: Browser, address: str) -> None:
    """Say what each visitor loads, and what is loaded only when it is used: operators' scripts apart."""
    rest = set(BUILT.rglob("*.js"))
    weights = []
    for language, locale in LOCALES.items():
        needed = await scripts_of(browser, address, locale)
        rest -= needed
        weights.append((f"JS, {language}", weigh(needed)))
    operators = {path for path in rest if path.name.startswith(OPERATORS)}
    weights.append(("JS, operators besides", weigh(operators)))
    weights.append(("JS, screens when opened", weigh(rest - operators)))
    weights.append(("CSS", weigh(BUILT.rglob("*.css"))))
    rows = [(name, *(f"{figure:,}" for figure in figures)) for name, figures in weights]
    print_table(("bytes", "files", "as they are", "gzip"), rows)


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
    usable_ms = float(await page.evaluate(USABLE_MS))
    if use:
        # It answers: whoever fills in nothing is told so.
        await page.locator(USABLE).click()
        await page.locator("[aria-invalid=true]").first.wait_for()
    await page.close()
    return usable_ms


async def run(sizes: Sizes, place: Installation) -> None:
    """Print both tables."""
    if not (BUILT / "index.html").exists():
        raise SystemExit("The page is not built: `make web` builds it.")
    await place.use(await place.database("page"))
    facts = await machine_facts(database_url=place.settings.database_url, rabbitmq_url=place.rabbitmq_url)
    await place.talktime("api")
    ours = f"{place.settings.public_url}/sign-in"
    rows: list[tuple[str, ...]] = []
    async with bare_page() as floor, running_browser(await browser_program(os.environ)) as browser:
        await print_weights(browser, ours)
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
