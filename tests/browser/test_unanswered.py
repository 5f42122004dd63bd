"""Calls that nobody talks in, as the two sides see them: each says why, and none costs anything."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.paying import pay
from tests.browser.people import People
from tests.browser.product import PRICE_MINOR
from tests.browser.visitor import Visitor, connected


async def cost_nothing(caller: Visitor, reason: str) -> None:
    """C1: the record names the reason; nothing was charged and nothing is held."""
    [call] = (await caller.person.get("calls", direction="outgoing"))["items"]
    assert (call["reason"], call["charge_minor"]) == (reason, 0)
    wallet = await caller.person.wallet()
    assert (wallet["balance_minor"], wallet["held_minor"]) == (100, 0)


async def is_told(visitor: Visitor, words: str) -> None:
    """See why the call ended, and close that."""
    await expect(visitor.ended.get_by_test_id("end-reason")).to_contain_text(re.compile(words, re.IGNORECASE))
    await visitor.ended.get_by_role("button", name="Close").click()
    await expect(visitor.ended).to_be_hidden()


async def test_a_declined_call(people: People) -> None:
    """D5, C1: the caller is told, the callee's screen is free again."""
    ann, ben = await people.two(money_minor=100)
    await ann.call(ben)
    await ben.incoming(ann.name).get_by_role("button", name="Decline").click()
    await is_told(ann, "declined the call")
    await expect(ben.incoming(ann.name)).to_be_hidden()
    await cost_nothing(ann, "declined")


async def test_a_cancelled_call(people: People) -> None:
    """D5, C1: it stops ringing when the caller gives up; the title is what it was."""
    ann, ben = await people.two(money_minor=100)
    title = await ben.page.title()
    await ann.call(ben)
    await ann.outgoing(ben.name).get_by_role("button", name="Cancel call").click()
    await expect(ann.outgoing(ben.name)).to_be_hidden()
    await expect(ben.incoming(ann.name)).to_be_hidden()
    await expect(ben.page).to_have_title(title)
    await cost_nothing(ann, "cancelled")


async def test_nobody_there(people: People) -> None:
    """C1: somebody who has no window open cannot be reached; the attempt is kept for them alone."""
    ann, ben = await people.sit_down("ann", money_minor=100), await people.product.installation.person("ben")
    preview = await ann.prepare_call(ben.user_name)
    await preview.get_by_role("button", name="Start call").click()
    await is_told(ann, "cannot be reached")
    assert (await ann.person.get("calls"))["items"] == []
    assert (await ann.person.wallet())["available_minor"] == 100
    [missed] = (await ben.get("calls"))["items"]
    assert (missed["reason"], missed["other"]["user_name"]) == ("unreachable", ann.name)


async def test_a_busy_callee(people: People) -> None:
    """D4, C1: the two who talk hear nothing of a third."""
    ann, ben = await people.two(money_minor=100)
    third = await people.sit_down("third", money_minor=100)
    await connected(ann, ben)
    preview = await third.prepare_call(ben.name)
    await preview.get_by_role("button", name="Start call").click()
    await is_told(third, "is in another call")
    await expect(ben.incoming(third.name)).to_have_count(0)
    await cost_nothing(third, "busy")
    await ann.hang_up(ben.name)
    await expect(ben.ended).to_be_visible()


async def test_too_little_money_is_said_before_the_call(people: People) -> None:
    """C5, H1: price and what is missing, and a top-up that makes the same call possible."""
    ann, ben = await people.two(money_minor=PRICE_MINOR - 1)
    preview = await ann.prepare_call(ben.name)
    for amount in ("€0.10", "€0.01"):
        await expect(preview).to_contain_text(amount)
    await expect(preview.get_by_role("button", name="Start call")).to_be_disabled()
    await preview.get_by_role("button", name="Top up").click()
    dialog = ann.page.get_by_role("dialog", name="Top up")
    await pay(ann.page, dialog, "1.00")
    await dialog.get_by_role("button", name="Close").click()
    await preview.get_by_role("button", name="Start call").click()
    await expect(ben.incoming(ann.name)).to_be_visible()
    await ann.outgoing(ben.name).get_by_role("button", name="Cancel call").click()
    await expect(ben.incoming(ann.name)).to_be_hidden()


@pytest.mark.parametrize("name", ["nobody-of-this-name", "%"])
async def test_nobody_found(people: People, name: str) -> None:
    """A16: looking for somebody who is not there says so."""
    ann = await people.sit_down("ann")
    await ann.page.get_by_role("searchbox", name="Find people").fill(name)
    await expect(ann.page.get_by_role("main")).to_contain_text(re.compile("nobody|no one|no people", re.IGNORECASE))
    await expect(ann.page.get_by_role("list", name="Results").get_by_role("listitem")).to_have_count(0)
