"""Who sits at a browser in a test, and with how many windows."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from talktime.person import Person
from tests.browser.media import KEEP_PEERS
from tests.browser.product import Product
from tests.browser.visitor import Visitor
from tests.browser.waiting import WAIT_SECONDS_MAX
from tests.browser.watch import Watch

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass
class People:
    """Makes people with money, and windows for them."""

    browser: Browser
    product: Product
    windows: AsyncExitStack
    watches: list[Watch] = field(default_factory=list)

    @property
    def trouble(self) -> list[str]:
        """Return what went wrong in all windows."""
        return [trouble for watch in self.watches for trouble in watch.trouble]

    async def sit_down(self, name: str = "ann", *, money_minor: int = 0, **options: Any) -> Visitor:
        """Return a new person, logged in at a browser of their own."""
        visitor = await self.arrive(name, money_minor=money_minor, **options)
        await visitor.sign_in()
        return visitor

    async def two(self, *, money_minor: int) -> tuple[Visitor, Visitor]:
        """Return Ann, who has money, and Ben, who has none, each logged in at a browser of their own."""
        ann, ben = await asyncio.gather(self.sit_down("ann", money_minor=money_minor), self.sit_down("ben"))
        return ann, ben

    async def arrive(self, name: str = "ann", *, money_minor: int = 0, **options: Any) -> Visitor:
        """Return a new person with an account, before an empty window of a browser of their own."""
        person = await self.product.installation.person(name, money_minor=money_minor)
        return await self.window_of(person, **options)

    async def window_of(self, person: Person, **options: Any) -> Visitor:
        """Return an empty window of another browser for somebody."""
        page, watch = await self.blank(**options)
        return Visitor(page, self.product.url, person, watch)

    async def second_window(self, visitor: Visitor) -> Visitor:
        """Return another tab of the same browser."""
        page = await visitor.page.context.new_page()
        return Visitor(page, visitor.url, visitor.person, visitor.watch)

    async def blank(self, *, browser: Browser | None = None, **options: Any) -> tuple[Page, Watch]:
        """Return an empty window of a new browser (a context: nothing is shared with any other)."""
        given = {"viewport": DESKTOP, "locale": "en-US", "timezone_id": "UTC", **options}
        context: BrowserContext = await (browser or self.browser).new_context(**given)
        self.windows.push_async_callback(context.close)
        context.set_default_timeout(WAIT_SECONDS_MAX * 1_000)
        await context.add_init_script(KEEP_PEERS)
        watch = Watch(context, *self.product.hosts)
        self.watches.append(watch)
        return await context.new_page(), watch

    async def keep(self, folder: Path) -> None:
        """Save how everybody's windows look, and say where."""
        for number, watch in enumerate(self.watches):
            for path in await watch.keep(folder, f"window-{number}"):
                sys.stdout.write(f"kept {path}\n")
