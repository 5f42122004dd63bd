"""A call whose screen fails: it goes on, so there must be a way to end it."""

from playwright.async_api import expect

from tests.browser.people import People
from tests.browser.visitor import connected

BREAK = "() => { MediaStream.prototype.getVideoTracks = () => { throw new Error('This browser fails.'); }; }"


async def test_it_can_still_be_hung_up(people: People) -> None:
    """H1: whoever cannot see the call is told that it goes on, and hangs up."""
    ann, ben = await people.two(money_minor=100)
    await connected(ann, ben)
    await ann.page.evaluate(BREAK)
    await (await ann.control("Mute microphone", ben.name)).click()
    broken = ann.page.get_by_role("alertdialog", name=f"Call with {ben.name}")
    await expect(broken).to_contain_text("This call cannot be shown. It goes on")
    await expect(ben.talk(ann.name)).to_be_visible()
    await broken.get_by_role("button", name="Hang up").click()
    await expect(ben.ended).to_be_visible()
    await expect(ann.ended.get_by_test_id("charge")).to_contain_text("€0.10")
    assert all("This browser fails." in trouble for trouble in ann.watch.trouble)
    ann.watch.trouble.clear()
