"""Somebody at a window of a browser: what they see and press, by the names a screen reader would say."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from talktime.person import Person
from tests.browser import media
from tests.browser.watch import Watch
from tests.journeys.installation import PASSWORD


@dataclass
class Visitor:
    """A person and one window of theirs."""

    page: Page
    url: str
    person: Person
    watch: Watch

    @property
    def name(self) -> str:
        """Return the user name."""
        return self.person.user_name

    async def sign_in(self) -> None:
        """Log in on the page of that name and see the first screen."""
        await self.page.goto(f"{self.url}/sign-in")
        await self.fill_in_sign_in()
        await self.is_in()

    async def fill_in_sign_in(self) -> None:
        """Fill in the form that is shown, and send it."""
        await self.page.get_by_label("E-mail or user name").fill(self.name)
        await self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await self.page.get_by_role("button", name="Sign in").click()

    async def is_in(self) -> None:
        """See the first screen, connected: then one can be called."""
        await expect(self.page.get_by_role("heading", name="People")).to_be_visible()
        await expect(self.balance).to_be_visible()

    # What there is to see.

    @property
    def balance(self) -> Locator:
        """Return the balance in the header."""
        return self.page.get_by_role("banner").get_by_role("button", name=re.compile("^Balance"))

    def preview(self, callee: str) -> Locator:
        """Return the dialog before a call."""
        return self.page.get_by_role("dialog", name=f"Call {callee}")

    def outgoing(self, callee: str) -> Locator:
        """Return what is shown while the other side rings."""
        return self.page.get_by_label(f"Calling {callee}")

    def incoming(self, caller: str) -> Locator:
        """Return what rings."""
        return self.page.get_by_role("alertdialog", name=f"{caller} is calling")

    def talk(self, other: str) -> Locator:
        """Return the screen of a running call."""
        return self.page.get_by_role("region", name=f"Call with {other}")

    @property
    def ended(self) -> Locator:
        """Return what is shown after a call."""
        return self.page.get_by_role("dialog", name="Call ended")

    # What they do.

    async def prepare_call(self, callee: str) -> Locator:
        """Find somebody and press Call; return the preview."""
        await self.page.get_by_role("searchbox", name="Find people").fill(callee)
        results = self.page.get_by_role("list", name="Results")
        await results.get_by_role("button", name=f"Call {callee}").click()
        preview = self.preview(callee)
        await expect(preview).to_be_visible()
        return preview

    async def call(self, callee: Visitor) -> None:
        """Call somebody; returns when it rings there."""
        preview = await self.prepare_call(callee.name)
        await preview.get_by_role("button", name="Start call").click()
        await expect(callee.incoming(self.name)).to_be_visible()

    async def accept(self, caller: str) -> None:
        """Take the call that rings."""
        await self.incoming(caller).get_by_role("button", name="Accept", exact=True).click()

    async def control(self, name: str, other: str) -> Locator:
        """Return a control of the call; pointing at the screen shows them where they hide."""
        talk = self.talk(other)
        await talk.hover(position={"x": 5, "y": 5})
        return talk.get_by_role("toolbar", name="Call controls").get_by_role("button", name=name)

    async def go_to(self, name: str) -> None:
        """Follow a link of the main navigation."""
        await self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
        await expect(self.page.get_by_role("heading", name=name, level=1)).to_be_visible()

    async def hang_up(self, other: str) -> None:
        """End the call."""
        await (await self.control("Hang up", other)).click()

    async def sees(self, other: str) -> None:
        """See the other side's pictures move: more frames are decoded, and the video's time advances."""
        await media.more_frames(self.page)
        await media.plays(self.talk(other).get_by_label(other, exact=True).and_(self.page.locator("video")))


async def connected(caller: Visitor, callee: Visitor) -> None:
    """Call, accept, and see each other."""
    await caller.call(callee)
    await callee.accept(caller.name)
    await asyncio.gather(caller.sees(callee.name), callee.sees(caller.name))
