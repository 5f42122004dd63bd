"""Several windows at once: of one account, of two people who call each other, of two accounts in one browser."""

from playwright.async_api import expect

from tests.browser.people import People
from tests.browser.visitor import Visitor, connected


async def test_answered_in_one_of_three_windows(people: People) -> None:
    """D9: all three ring, one takes the call, the others stop and say that nothing was missed."""
    ann, ben = await people.two(money_minor=100)
    tab, elsewhere = await people.second_window(ben), await people.window_of(ben.person)
    await tab.page.goto(ben.url)
    await tab.is_in()
    await elsewhere.sign_in()
    await ann.call(ben)
    for window in (tab, elsewhere):
        await expect(window.incoming(ann.name)).to_be_visible()
    await tab.accept(ann.name)
    for window in (ben, elsewhere):
        await expect(window.incoming(ann.name)).to_be_hidden()
        await expect(window.talk(ann.name)).to_have_count(0)
    await ann.sees(ben.name)
    await tab.sees(ann.name)
    await ann.hang_up(ben.name)
    await expect(tab.ended).to_be_visible()
    await expect(elsewhere.ended).to_have_count(0)


async def test_calling_each_other_at_once(people: People) -> None:
    """D10: two presses before either hears of the other make one call, with pictures both ways and one charge."""
    ann, ben = await people.sit_down("ann", money_minor=100), await people.sit_down("ben", money_minor=100)
    previews = [await one.prepare_call(other.name) for one, other in ((ann, ben), (ben, ann))]
    front = people.product.front
    assert front is not None
    front.hold()
    for preview in previews:
        await preview.get_by_role("button", name="Start call").click()
    front.release()
    await ann.sees(ben.name)
    await ben.sees(ann.name)
    held = sorted([(await one.person.wallet())["held_minor"] > 0 for one in (ann, ben)])
    assert held == [False, True]
    await ann.hang_up(ben.name)
    await expect(ben.ended).to_be_visible()
    records = [(await one.person.get("calls"))["items"] for one in (ann, ben)]
    assert len({call["id"] for calls in records for call in calls}) == 1


async def test_two_accounts_in_one_browser(people: People) -> None:
    """H1: the second account leaves the first one's window alone; they can even call each other."""
    ann = await people.sit_down("ann", money_minor=100)
    other = await people.product.installation.person("ben")
    tab = await people.second_window(ann)
    ben = Visitor(tab.page, ann.url, other, ann.watch)
    await ben.page.goto(ben.url)
    await ben.page.get_by_role("button", name=f"Account {ann.name}").click()
    await ben.page.get_by_role("menuitem", name="Add account").click()
    await ben.fill_in_sign_in()
    await expect(ben.page.get_by_role("button", name=f"Account {ben.name}")).to_be_visible()
    await ann.page.reload()
    await expect(ann.page.get_by_role("button", name=f"Account {ann.name}")).to_be_visible()
    await ben.page.reload()
    await expect(ben.page.get_by_role("button", name=f"Account {ben.name}")).to_be_visible()
    await ben.is_in()
    await connected(ann, ben)
    await ben.hang_up(ann.name)
    await expect(ann.ended).to_be_visible()
