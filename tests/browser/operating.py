"""An operator at a window: the operators' part of the page, by the names a screen reader would say."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from talktime.person import Person
from tests.browser.people import People
from tests.harness.programs import Programs
from tests.journeys.installation import PASSWORD
from tests.journeys.office import create_operator

REASON = "somebody asked for it"


@dataclass
class OperatorWindow:
    """A window of somebody who has the rights, signed in at the operators' door."""

    page: Page
    url: str

    async def sign_in(self, login: str, password: str = PASSWORD) -> None:
        """Fill in the form that is shown, and send it."""
        await self.page.get_by_label("E-mail or user name").fill(login)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.get_by_role("button", name="Sign in as an operator").click()

    async def find(self, person: Person) -> None:
        """Search for an account, and open it."""
        await self.page.get_by_role("link", name="Accounts", exact=True).click()
        await self.page.get_by_role("searchbox", name="Find accounts").fill(person.user_name)
        found = self.page.get_by_role("list", name="Accounts")
        await expect(found.get_by_role("listitem")).to_have_count(1)
        await found.get_by_role("link", name=person.user_name).click()
        await expect(self.page.get_by_role("heading", name=person.user_name, level=1)).to_be_visible()

    async def does(self, act: str) -> None:
        """Press the button of an act, and say why in the dialog that asks."""
        await self.page.get_by_role("button", name=act).click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_label("Reason").fill(REASON)
        await dialog.get_by_role("button", name=act.split()[0], exact=True).click()
        await expect(dialog).to_be_hidden()

    async def opens(self, button: str | re.Pattern[str], title: str | re.Pattern[str]) -> Locator:
        """Press the button of an act; return the dialog that asks."""
        exact = isinstance(button, str)
        await self.page.get_by_role("button", name=button, exact=exact).click()
        return self.page.get_by_role("dialog", name=title)

    async def moves(
        self, dialog: Locator, amount: str, facts: list[str], submit: str, *, note: str = "Reason"
    ) -> None:
        """Say how much and why, see what comes of it (`facts`), and do it."""
        await dialog.get_by_label("Amount").fill(amount)
        await dialog.get_by_label(note).fill(REASON)
        await dialog.get_by_role("button", name="Next").click()
        await expect(dialog.get_by_role("definition")).to_have_text([*facts, REASON])
        await dialog.get_by_role("button", name=submit).click()
        await expect(dialog).to_be_hidden()

    def fact(self, name: str) -> Locator:
        """Return what is said beside a term."""
        return self.page.get_by_role("definition").and_(self.page.locator(f"dt:text-is('{name}') + dd"))


async def operators_window(people: People, programs: Programs, person: Person, page: Page) -> OperatorWindow:
    """Return the window of somebody who was made an operator on the command line, signed in."""
    made = await create_operator(programs, people.product.installation, person.user_name)
    assert made.exit_status == os.EX_OK, made.output
    window = OperatorWindow(page, f"{people.product.url}/operators")
    await page.goto(window.url)
    await window.sign_in(person.user_name)
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return window
