"""Every screen, in both themes: nothing grave for axe, nothing wider than the smallest phone."""

import asyncio
import re

from playwright.async_api import expect

from tests.browser.looks import Looks
from tests.browser.operating import REASON, operators_window
from tests.browser.people import People
from tests.browser.visitor import Visitor, connected
from tests.harness.programs import Programs


async def test_screens_of_strangers(people: People) -> None:
    """H2: signing in and up, with their errors."""
    looks = Looks()
    page, _ = await people.blank(reduced_motion="reduce")
    await page.goto(f"{people.product.url}/sign-in")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await looks.at(page, "sign-in")
    await page.get_by_label("E-mail or user name").fill("nobody")
    await page.get_by_label("Password", exact=True).fill("wrong password")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await looks.at(page, "sign-in-refused")
    await page.get_by_role("link", name="Create account").click()
    await expect(page.get_by_role("heading", name="Create your account")).to_be_visible()
    await looks.at(page, "sign-up")
    await page.get_by_label("E-mail").fill("not an address")
    await page.get_by_label("User name", exact=True).fill("x")
    await page.get_by_label("Password", exact=True).fill("short")
    await page.get_by_role("button", name="Create account").click()
    field = page.get_by_label("User name", exact=True)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await looks.at(page, "sign-up-refused")
    assert looks.findings == []


async def test_screens_between_calls(people: People) -> None:
    """H1, H2: people, history, statement, settings, and the dialogs over them."""
    looks = Looks()
    ann = await people.sit_down("ann", money_minor=1_000, reduced_motion="reduce")
    ben = await people.sit_down("ben")
    page = ann.page
    await looks.at(page, "people-empty")
    await connected(ann, ben)
    await ann.hang_up(ben.name)
    await expect(ann.ended.get_by_test_id("charge")).to_be_visible()
    await ann.ended.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("main").get_by_text(ben.name).first).to_be_visible()
    await looks.at(page, "people")
    await page.get_by_role("searchbox", name="Find people").fill("ben-")
    await expect(page.get_by_role("list", name="Results")).to_be_visible()
    await looks.at(page, "people-results")
    await page.get_by_role("button", name=f"Account {ann.name}").click()
    await expect(page.get_by_role("menuitem", name="Sign out")).to_be_visible()
    await looks.at(page, "account-menu")
    await page.keyboard.press("Escape")
    await ann.balance.click()
    await expect(page.get_by_role("dialog", name="Top up")).to_be_visible()
    await looks.at(page, "top-up")
    await page.keyboard.press("Escape")
    for name in ("History", "Statement", "Settings"):
        await ann.go_to(name)
        await expect(page.get_by_role("main")).not_to_have_attribute("aria-busy", "true")
        await looks.at(page, name.lower())
    await ann.go_to("History")
    await page.get_by_role("main").get_by_role("link").filter(has_text=ben.name).first.click()
    await expect(page).to_have_url(re.compile("/history/.+"))
    await looks.at(page, "call-detail")
    await page.goto(f"{ann.url}/people/{ben.name}")
    await expect(page.get_by_role("button", name=f"Call {ben.name}")).to_be_visible()
    await expect(page.get_by_role("main").get_by_test_id("presence")).to_have_text("Available")
    await looks.at(page, "person")
    await ben.page.close()
    await expect(page.get_by_role("main").get_by_test_id("presence")).to_have_text("Offline")
    await looks.at(page, "person-offline")
    await page.goto(f"{ann.url}/earnings")
    await expect(page.get_by_text("Your share of it")).to_be_visible()
    await looks.at(page, "earnings")
    await page.goto(f"{ann.url}/no-such-page")
    await expect(page.get_by_role("main")).to_be_visible()
    await looks.at(page, "not-found")
    assert looks.findings == []


async def test_screens_of_a_call(people: People) -> None:
    """H1, H2: preview, ringing on both sides, talking, the warning, and the end."""
    looks = Looks()
    ann = await people.sit_down("ann", money_minor=15, reduced_motion="reduce")
    ben = await people.sit_down("ben", reduced_motion="reduce")
    preview = await ann.prepare_call(ben.name)
    await expect(preview.get_by_label("Your camera")).to_be_visible()
    await looks.at(ann.page, "preview")
    await preview.get_by_role("button", name="Start call").click()
    await expect(ben.incoming(ann.name)).to_be_visible()
    await asyncio.gather(looks.at(ann.page, "outgoing"), looks.at(ben.page, "incoming"))
    await ben.incoming(ann.name).get_by_role("button", name="See yourself first").click()
    await expect(ben.incoming(ann.name).get_by_label("Your camera")).to_be_visible()
    await looks.at(ben.page, "incoming-looking")
    await ben.accept(ann.name)
    await ben.sees(ann.name)
    await expect(ann.page.get_by_role("alert").filter(has_text="The call ends in")).to_be_visible()
    await looks.at(ann.page, "low-funds")
    await _ended(ann, looks, "ended-blocked")
    await _ended(ben, looks, "ended")
    await ann.ended.get_by_role("button", name="Close").click()
    await expect(ann.page.get_by_role("status").filter(has_text="You cannot call")).to_be_visible()
    await looks.at(ann.page, "blocked")
    await ann.person.top_up(1_000)
    await ben.ended.get_by_role("button", name="Close").click()
    await expect(ann.page.get_by_role("status").filter(has_text="You cannot call")).to_be_hidden()
    await connected(ann, ben)
    await asyncio.gather(looks.at(ann.page, "call-of-caller"), looks.at(ben.page, "call-of-callee"))
    await (await ann.control("Devices", ben.name)).click()
    await looks.at(ann.page, "call-devices")
    await ann.page.keyboard.press("Escape")
    await ann.hang_up(ben.name)
    await expect(ann.ended).to_be_visible()
    assert looks.findings == []


async def test_screens_of_operators(people: People, programs: Programs) -> None:
    """H1, H2: their sign-in, figures, accounts, live calls, the log, and the dialogs of their acts."""
    looks = Looks()
    olga = await people.arrive("olga", reduced_motion="reduce")
    ann, ben = await people.two(money_minor=100)
    page = olga.page
    await page.goto(f"{olga.url}/operators/calls")
    await expect(page.get_by_role("heading", name="Operator sign-in")).to_be_visible()
    await looks.at(page, "operators-sign-in")
    window = await operators_window(people, programs, olga.person, page)
    await connected(ann, ben)
    await expect(page.get_by_role("link", name=re.compile("talking"))).to_be_visible()
    await looks.at(page, "operators-overview")
    await page.get_by_role("link", name="Live calls", exact=True).click()
    call = page.get_by_role("listitem").filter(has_text=f"{ann.name} calls {ben.name}")
    await expect(call).to_be_visible()
    await looks.at(page, "operators-calls")
    await call.get_by_role("link").click()
    await expect(window.fact("State")).to_contain_text("Talking since")
    await looks.at(page, "operators-call")
    await window.find(ann.person)
    await expect(window.fact("Held for a call")).to_be_visible()
    await expect(page.get_by_role("list", name="Statement")).to_be_visible()
    await looks.at(page, "operators-account")
    for kind in ("Prices", "Payments"):
        await page.get_by_role("radio", name=kind).check()
        await expect(
            page.get_by_role("list", name=kind).or_(page.get_by_text("No price was changed"))
        ).to_be_visible()
        await looks.at(page, f"operators-{kind.lower()}")
    await page.get_by_role("button", name=re.compile("^Pay back")).click()
    await looks.at(page, "operators-pay-back")
    await page.keyboard.press("Escape")
    acts = (
        ("Disable", "disable"),
        ("Set price", "price"),
        ("Set asking price", "asking"),
        ("Adjust balance", "adjust"),
    )
    for act, name in acts:
        await page.get_by_role("button", name=act, exact=True).click()
        await looks.at(page, f"operators-{name}")
        if name != "adjust":
            await page.keyboard.press("Escape")
    await page.get_by_label("Amount").fill("2.50")
    await page.get_by_label("Reason").fill(REASON)
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("button", name="Give €2.50")).to_be_visible()
    await looks.at(page, "operators-adjust-check")
    await page.get_by_role("button", name="Give €2.50").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    for name in ("Accounts", "Log"):
        await page.get_by_role("link", name=name, exact=True).click()
        await expect(page.get_by_role("main").get_by_role("listitem").first).to_be_visible()
        await looks.at(page, f"operators-{name.lower()}")
    await ann.hang_up(ben.name)
    await expect(ann.ended).to_be_visible()
    assert looks.findings == []


async def _ended(visitor: Visitor, looks: Looks, name: str) -> None:
    await expect(visitor.ended.get_by_test_id("end-reason")).not_to_be_empty()
    await looks.at(visitor.page, name)
