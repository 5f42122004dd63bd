"""Whose calls one refuses, on the page: the caller learns no more than that one cannot be reached."""

import re

from playwright.async_api import Locator, expect

from tests.browser.people import People
from tests.browser.visitor import Visitor, connected


async def look_at(visitor: Visitor, other: Visitor) -> Locator:
    """Open somebody's page; return its main part."""
    await visitor.page.goto(f"{visitor.url}/people/{other.name}")
    await expect(visitor.page.get_by_role("heading", name=other.name)).to_be_visible()
    return visitor.page.get_by_role("main")


async def press_call(visitor: Visitor, other: Visitor) -> None:
    """Call from the other one's page, and do not wait for it to ring."""
    await (await look_at(visitor, other)).get_by_role("button", name=f"Call {other.name}").click()
    await visitor.preview(other.name).get_by_role("button", name="Start call").click()


async def is_told(visitor: Visitor, words: str) -> None:
    """See why there was no call."""
    await expect(visitor.ended.get_by_test_id("end-reason")).to_contain_text(re.compile(words))


async def test_who_is_refused_hears_nothing_of_it(people: People) -> None:
    """Ben refuses Ann's calls: she hears that he cannot be reached, he nothing; he allows them, and it rings."""
    ann, ben = await people.two(money_minor=100)
    main = await look_at(ben, ann)
    await main.get_by_role("button", name=f"Refuse calls from {ann.name}").click()
    await expect(main.get_by_text(f"You refuse calls from {ann.name}")).to_be_visible()
    heard = len(ben.watch.said)

    await press_call(ann, ben)
    await is_told(ann, "cannot be reached")
    await expect(ann.ended).to_contain_text("This call cost nothing")
    await ann.ended.get_by_role("button", name="Close").click()
    await expect(ben.page.get_by_role("alertdialog")).to_have_count(0)
    assert not [each for each in ben.watch.said[heard:] if "call." in each]
    await ben.go_to("History")
    await expect(ben.page.get_by_role("main").get_by_text("No calls yet")).to_be_visible()

    await ben.go_to("Settings")
    refused = ben.page.get_by_role("list", name="Refused callers")
    await refused.get_by_role("button", name=f"Allow calls again from {ann.name}").click()
    await expect(ben.page.get_by_text("You refuse nobody's calls.")).to_be_visible()
    await press_call(ann, ben)
    await expect(ben.incoming(ann.name)).to_be_visible()
    await ben.incoming(ann.name).get_by_role("button", name="Decline").click()
    await is_told(ann, "declined")


async def test_who_refuses_calls_cannot_call_there(people: People) -> None:
    """Refused after a call that one received; calling back says why there is none, and how there can be one."""
    ann, ben = await people.two(money_minor=100)
    await ben.person.top_up(100)
    await connected(ann, ben)
    await ann.hang_up(ben.name)
    await ann.ended.get_by_role("button", name="Close").click()
    await ben.ended.get_by_text(f"More about {ann.name}").click()
    await ben.ended.get_by_role("button", name=f"Refuse calls from {ann.name}").click()
    await expect(ben.ended.get_by_role("button", name=f"Allow calls again from {ann.name}")).to_be_visible()
    await ben.ended.get_by_role("button", name="Call again").click()
    await ben.preview(ann.name).get_by_role("button", name="Start call").click()
    await is_told(ben, f"You refuse calls from {ann.name}")
    await ben.ended.get_by_role("button", name=f"Allow calls again from {ann.name}").click()
    await ben.preview(ann.name).get_by_role("button", name="Start call").click()
    await expect(ann.incoming(ben.name)).to_be_visible()


async def test_calls_from_contacts_only(people: People) -> None:
    """Chosen in the settings; a contact is added on their page, and gets through."""
    ann, ben = await people.two(money_minor=100)
    await ben.go_to("Settings")
    await ben.page.get_by_role("group", name="Who may call you").get_by_label("Only my contacts").check(force=True)
    await expect(ben.page.get_by_text("You have no contacts yet.")).to_be_visible()
    await press_call(ann, ben)
    await is_told(ann, "cannot be reached")
    main = await look_at(ben, ann)
    await main.get_by_role("button", name=f"Add to contacts: {ann.name}").click()
    await expect(main.get_by_role("button", name=f"Remove from contacts: {ann.name}")).to_be_visible()
    await press_call(ann, ben)
    await expect(ben.incoming(ann.name)).to_be_visible()
