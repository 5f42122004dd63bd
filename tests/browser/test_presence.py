"""Whether somebody can be called is seen before calling, and changes while one looks."""

from playwright.async_api import Locator, expect

from tests.browser.people import People
from tests.browser.visitor import Visitor


async def look_for(visitor: Visitor, other: Visitor) -> Locator:
    """Find somebody; return where the list says whether they can be called."""
    await visitor.page.get_by_role("searchbox", name="Find people").fill(other.name)
    results = visitor.page.get_by_role("list", name="Results")
    return results.get_by_role("listitem").filter(has_text=other.name).get_by_test_id("presence")


async def wish_not_to_be_disturbed(visitor: Visitor) -> None:
    """Turn it on in the settings."""
    await visitor.go_to("Settings")
    switch = visitor.page.get_by_role("switch", name="Do not disturb")
    await switch.check()
    await expect(switch).to_be_checked()
    await visitor.go_to("People")


async def test_somebody_comes_talks_and_goes(people: People) -> None:
    """D15: offline, available, in a call, and offline again, without anything being reloaded."""
    ann, ben = await people.sit_down("ann"), await people.arrive("ben")
    eve = await people.sit_down("eve", money_minor=100)
    seen = await look_for(ann, ben)
    await expect(seen).to_have_text("Offline")
    await ben.sign_in()
    await expect(seen).to_have_text("Available")
    await eve.call(ben)
    await expect(seen).to_have_text("In a call")
    await ben.incoming(eve.name).get_by_role("button", name="Decline").click()
    await expect(seen).to_have_text("Available")
    await ben.page.close()
    await expect(seen).to_have_text("Offline")


async def test_do_not_disturb(people: People) -> None:
    """D15: others see it, on the list and before calling; nothing rings until it is off."""
    ann, ben = await people.two(money_minor=100)
    seen = await look_for(ann, ben)
    await expect(seen).to_have_text("Available")
    await wish_not_to_be_disturbed(ben)
    await expect(seen).to_have_text("Do not disturb")
    preview = await ann.prepare_call(ben.name)
    await expect(preview.get_by_role("status")).to_contain_text("A call would not ring now.")
    await preview.get_by_role("button", name="Start call").click()
    await expect(ann.ended.get_by_test_id("end-reason")).to_contain_text("cannot be reached")
    await ann.ended.get_by_role("button", name="Close").click()
    reminder = ben.page.get_by_role("status").filter(has_text="Do not disturb is on")
    await reminder.get_by_role("button", name="Turn off").click()
    await expect(reminder).to_have_count(0)
    await expect(seen).to_have_text("Available")
    await ann.call(ben)


async def test_who_may_not_know_sees_nothing(people: People) -> None:
    """D15: whoever hides it is shown as nobody in particular, and can be called all the same."""
    ann, ben = await people.two(money_minor=100)
    await ben.go_to("Settings")
    hidden = ben.page.get_by_role("group", name="Who may see whether you can be called")
    await hidden.get_by_label("Nobody").check()
    await ben.go_to("People")
    seen = await look_for(ann, ben)
    await expect(ann.page.get_by_role("button", name=f"Call {ben.name}")).to_be_visible()
    await expect(seen).to_have_count(0)
    await ann.call(ben)
