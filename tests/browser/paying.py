"""Paying at the sandbox provider's checkout, in the window that the page opens for it."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.browser.visitor import Visitor


async def top_up(visitor: Visitor, amount: str) -> None:
    """Pay this amount, written like `1.00`, from the header, and close the dialog."""
    await visitor.balance.click()
    dialog = visitor.page.get_by_role("dialog", name="Top up")
    await pay(visitor.page, dialog, amount)
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog).to_be_hidden()


async def pay(page: Page, dialog: Locator, amount: str) -> None:
    """Pay through an open dialog; returns when it says that the money is there."""
    await dialog.get_by_label("Other amount").fill(amount)
    async with page.expect_popup() as opened:
        await dialog.get_by_role("button", name=f"Pay €{amount}").click()
    checkout = await opened.value
    await checkout.get_by_role("button", name="Pay").click()
    await expect(checkout.get_by_text("Paid.")).to_be_visible()
    await checkout.close()
    await expect(dialog.get_by_text(f"€{amount} added")).to_be_visible()
