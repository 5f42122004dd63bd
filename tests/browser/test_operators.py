"""Operators at their part of the page, and what those see whom it is about."""

import asyncio
import re
from uuid import UUID

from playwright.async_api import expect

from tests.browser.operating import REASON, OperatorWindow, operators_window
from tests.browser.people import People
from tests.browser.visitor import connected
from tests.harness.programs import Programs
from tests.journeys.installation import PASSWORD, Separate

AGE_LOGINS = """
    UPDATE sessions SET created_at = created_at - interval '1 hour' WHERE account_id = $1 AND kind = 'operator'
"""
SCRIPTS = """() => Promise.all(performance.getEntriesByType('resource')
  .filter(({name}) => name.endsWith('.js')).map(async ({name}) => (await fetch(name)).text()))"""
ONLY_FOR_OPERATORS = "Operator sign-in"
END_SESSIONS = "UPDATE sessions SET ended_at = now() WHERE account_id = $1 AND kind = 'operator'"


async def behind(people: People, statement: str, account_id: UUID) -> None:
    """Let time pass, or an administrator act, for the logins of an operator."""
    installation = people.product.installation
    assert isinstance(installation, Separate)
    await installation.fetch(statement, account_id)


async def test_an_operator_blocks_and_unblocks(people: People, programs: Programs) -> None:
    """A17: felt at once in the customer's window; the operator stays a customer, too, in the same browser."""
    olga, ann, ben = await people.sit_down("olga"), *(await people.two(money_minor=100))
    tab = await people.second_window(olga)
    window = await operators_window(people, programs, olga.person, tab.page)
    await window.find(ann.person)
    await window.does("Block")
    told = ann.page.get_by_role("status").filter(has_text="The operator has blocked you from calling")
    await expect(told).to_be_visible()
    preview = await ann.prepare_call(ben.name)
    await preview.get_by_role("button", name="Start call").click()
    await expect(ann.page.get_by_text("You cannot call at the moment.")).to_be_visible()
    await expect(ben.incoming(ann.name)).to_have_count(0)
    carried = [ONLY_FOR_OPERATORS in "".join(await page.evaluate(SCRIPTS)) for page in (ann.page, tab.page)]
    assert carried == [False, True]

    # Whoever was signed out from afar signs in, and is where they were.
    await behind(people, END_SESSIONS, olga.person.id)
    await expect(tab.page.get_by_text("Your operator session is over")).to_be_visible()
    await window.sign_in(ben.name)
    await expect(tab.page.get_by_role("alert")).to_contain_text("the account is no operator's")
    await window.sign_in(olga.name)
    await expect(tab.page.get_by_role("heading", name=ann.name, level=1)).to_be_visible()
    await window.does("Unblock")
    await expect(told).to_be_hidden()
    await olga.page.reload()
    await olga.is_in()

    await tab.page.get_by_role("link", name="What operators did").click()
    acts = tab.page.get_by_role("list", name="What was done")
    await expect(acts.get_by_role("listitem").filter(has_text="Account blocked")).to_contain_text(REASON)
    await expect(acts.get_by_role("listitem").filter(has_text="Account unblocked")).to_contain_text(olga.name)


async def test_an_operator_adjusts_a_balance(people: People, programs: Programs) -> None:
    """A17: with the password once more where the login is old; booked once, in the customer's window at once."""
    olga, ann = await people.arrive("olga"), await people.sit_down("ann", money_minor=100)
    window = await operators_window(people, programs, olga.person, olga.page)
    await window.find(ann.person)
    await behind(people, AGE_LOGINS, olga.person.id)
    await olga.page.get_by_role("button", name="Adjust balance").click()
    dialog = olga.page.get_by_role("dialog", name=f"Balance of {ann.name}")
    await dialog.get_by_label("Amount").fill("2.50")
    await dialog.get_by_label("Reason").fill(REASON)
    await dialog.get_by_role("button", name="Next").click()
    await expect(dialog.get_by_role("definition")).to_have_text(["€1.00", "€2.50", "€3.50", REASON])
    await dialog.get_by_role("button", name="Give €2.50").click()
    proof = olga.page.get_by_role("dialog", name="Is it you?")
    for password in ("not the password", PASSWORD):
        await expect(ann.balance).to_contain_text("€1.00")
        await proof.get_by_label("Password", exact=True).fill(password)
        await proof.get_by_role("button", name="Go on").click()
        if password != PASSWORD:
            await expect(proof.get_by_role("alert")).to_contain_text("This is not your password")
    await expect(dialog).to_be_hidden()
    await expect(window.fact("Balance")).to_have_text("€3.50")
    await expect(ann.balance).to_contain_text("€3.50")
    entries = (await ann.person.get("wallet/entries"))["items"]
    assert [(entry["kind"], entry["amount_minor"]) for entry in entries] == [("adjustment", 250), ("top_up", 100)]


async def test_an_operator_ends_a_call(people: People, programs: Programs) -> None:
    """A17: it comes up among the live calls by itself; both are told who ended it; it goes away by itself."""
    olga, ann, ben = await people.arrive("olga"), *(await people.two(money_minor=100))
    window = await operators_window(people, programs, olga.person, olga.page)
    await olga.page.get_by_role("link", name="Live calls", exact=True).click()
    call = olga.page.get_by_role("listitem").filter(has_text=f"{ann.name} calls {ben.name}")
    await connected(ann, ben)
    await expect(call).to_contain_text("Talking since")
    await window.does(f"End the call of {ann.name} with {ben.name}")
    for one in (ann, ben):
        await expect(one.ended.get_by_test_id("end-reason")).to_contain_text("An operator ended the call.")
    await expect(call).to_be_hidden()
    await asyncio.gather(*(one.ended.get_by_role("button", name="Close").click() for one in (ann, ben)))
    [record] = (await ann.person.get("calls"))["items"]
    assert record["reason"] == "operator"
    assert re.fullmatch(r"\d+", str(record["charge_minor"]))


async def test_an_operator_gives_back_and_pays_out(people: People, programs: Programs) -> None:
    """B11: of a call, of a payment, and of what the callee earned; at once in the customers' windows."""
    olga, ann, ben = await people.arrive("olga"), *(await people.two(money_minor=100))
    window = await operators_window(people, programs, olga.person, olga.page)
    await window.find(ben.person)
    await _lets_callers_pay(window, "0.20", share="50")
    await connected(ann, ben)
    await ben.hang_up(ann.name)
    await expect(ann.ended.get_by_test_id("charge")).to_contain_text("started minute")
    [call] = (await ann.person.get("calls"))["items"]
    charged, left = call["charge_minor"], 100 - call["charge_minor"]
    await ann.ended.get_by_role("button", name="Close").click()

    await olga.page.get_by_role("radio", name="Calls").check()
    await olga.page.get_by_role("list", name="Calls").get_by_role("link").click()
    dialog = await window.opens("Refund", "Refund this call")
    await window.moves(dialog, "0.05", [_euro(charged), "€0.05", _euro(charged - 5)], "Refund €0.05")
    await expect(window.fact("Refunded")).to_have_text("€0.05")
    await expect(olga.page.get_by_role("list", name="Refunds")).to_contain_text(REASON)
    await expect(ann.balance).to_contain_text(_euro(left + 5))

    await window.find(ann.person)
    await olga.page.get_by_role("radio", name="Payments").check()
    dialog = await window.opens(re.compile("^Pay back the payment of €1.00"), "Pay back a payment of €1.00")
    await window.moves(dialog, "0.25", [_euro(left + 5), "€0.25", _euro(left - 20)], "Pay back €0.25")
    await expect(ann.balance).to_contain_text(_euro(left - 20))

    await window.find(ben.person)
    earned = (await ben.person.get("earnings"))["earned_minor"]
    dialog = await window.opens("Record payout", f"Payout to {ben.name}")
    facts = [_euro(earned), "€0.05", _euro(earned - 5)]
    await window.moves(dialog, "0.05", facts, "Record €0.05", note="Reference")
    await expect(window.fact("Earned, not paid out")).to_have_text(_euro(earned - 5))
    await olga.page.get_by_role("link", name="What operators did").click()
    acts = olga.page.get_by_role("list", name="What was done")
    for act in ("Payout recorded", "Asking price set"):
        await expect(acts.get_by_role("listitem").filter(has_text=act)).to_contain_text(REASON)


async def _lets_callers_pay(window: OperatorWindow, price: str, *, share: str) -> None:
    dialog = await window.opens("Set asking price", re.compile("^What callers of"))
    await dialog.get_by_role("radio", name="an asking price").check()
    await dialog.get_by_label("Price of a minute").fill(price)
    await dialog.get_by_label("Share that the account earns").fill(share)
    await dialog.get_by_label("Reason").fill(REASON)
    await dialog.get_by_role("button", name="Set", exact=True).click()
    await expect(dialog).to_be_hidden()
    await expect(window.fact("Callers pay")).to_have_text(f"€{price}")
    await window.page.get_by_role("radio", name="Prices").check()
    changes = window.page.get_by_role("list", name="Prices").get_by_role("listitem")
    await expect(changes.filter(has_text="Asking price")).to_contain_text(f"none → €{price}")
    await expect(changes.filter(has_text="Share it earns")).to_contain_text(f"0% → {share}%")


def _euro(minor: int) -> str:
    return f"€{minor / 100:.2f}"
