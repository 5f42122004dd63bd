"""The end of the money during a call, as the page shows it: a warning, then the end, or a payment in time."""

import re

from playwright.async_api import expect

from tests.browser.paying import pay
from tests.browser.people import People
from tests.browser.product import MINUTE_MS
from tests.browser.visitor import connected


async def test_the_call_ends_with_the_money(people: People) -> None:
    """C6: 15 pay one minute; a warning counts down, the call ends at one minute, 5 are left, a payment unblocks."""
    ann, ben = await people.two(money_minor=15)
    await connected(ann, ben)
    warning = ann.page.get_by_role("alert").filter(has_text="The call ends in")
    await expect(warning).to_contain_text(re.compile(r"The call ends in 0:0\d"))
    await expect(warning).to_contain_text("€0.05")
    told = ben.page.get_by_role("alert").filter(has_text=re.compile(r"The call may end in 0:0\d"))
    await expect(told).to_be_visible()
    await expect(told).not_to_contain_text("€")
    await expect(ann.ended.get_by_test_id("charge")).to_contain_text("€0.10 (1 started minute)")
    await expect(ann.ended).to_contain_text("Your balance cannot pay another minute")
    await expect(ben.ended.get_by_test_id("end-reason")).not_to_be_empty()
    [call] = (await ann.person.get("calls"))["items"]
    assert (call["reason"], call["talk_ms"], call["charge_minor"]) == ("out_of_funds", MINUTE_MS, 10)
    await expect(ann.balance).to_contain_text("€0.05")
    await ann.ended.get_by_role("button", name="Close").click()

    blocked = ann.page.get_by_role("status").filter(has_text="You cannot call until you top up")
    await blocked.get_by_role("button", name="Top up").click()
    dialog = ann.page.get_by_role("dialog", name="Top up")
    await pay(ann.page, dialog, "1.00")
    await dialog.get_by_role("button", name="Close").click()
    await expect(blocked).to_be_hidden()
    await expect(ann.balance).to_contain_text("€1.05")


async def test_a_payment_in_the_call_lets_it_go_on(people: People) -> None:
    """C7: paid in the window that the warning offers, without leaving the call; the pictures never stop."""
    ann, ben = await people.two(money_minor=10)
    await connected(ann, ben)
    warning = ann.page.get_by_role("alert").filter(has_text="The call ends in")
    await warning.get_by_role("button", name="Other amount").click()
    dialog = ann.page.get_by_role("dialog", name="Top up")
    await pay(ann.page, dialog, "1.00")
    await dialog.get_by_role("button", name="Close").click()
    await expect(warning).to_be_hidden()
    await expect(ann.talk(ben.name).get_by_test_id("cost")).to_contain_text("€0.20")
    await ann.sees(ben.name)
    await ann.hang_up(ben.name)
    await expect(ann.ended.get_by_test_id("charge")).to_contain_text("started minutes")
    [call] = (await ann.person.get("calls"))["items"]
    assert (call["reason"], call["talk_ms"] > MINUTE_MS) == ("hung_up", True)
