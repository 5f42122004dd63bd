"""Everything of a call can be done without a mouse."""

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.paying import pay
from tests.browser.people import People
from tests.browser.visitor import Visitor
from tests.journeys.installation import PASSWORD

STEPS_MAX = 40
HAS_FOCUS = "(element) => element === document.activeElement"
SHOWS_FOCUS = """(element) => {
  const around = [element, element.parentElement, element.parentElement.parentElement];
  const look = () => around.map((one) => getComputedStyle(one)).map((style) =>
    [style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join()).join();
  const withFocus = look();
  element.blur();
  const without = look();
  element.focus({focusVisible: true});
  return withFocus !== without;
}"""


async def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until the wanted element has the focus, which must be visible."""
    for _ in range(STEPS_MAX):
        if await wanted.count() and await wanted.evaluate(HAS_FOCUS):
            assert await wanted.evaluate(SHOWS_FOCUS), f"nobody sees that {wanted} has the focus"
            return
        await page.keyboard.press("Tab")
    focus = await page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    raise AssertionError(f"{wanted} is not reached by {STEPS_MAX} times Tab; the focus is at {focus}")


async def press(page: Page, wanted: Locator) -> None:
    """Reach a control and press it."""
    await expect(wanted).to_be_visible()
    await reach(page, wanted)
    await page.keyboard.press("Enter")


async def sign_in(visitor: Visitor) -> None:
    """Type name and password, and Enter."""
    await visitor.page.goto(f"{visitor.url}/sign-in")
    await reach(visitor.page, visitor.page.get_by_label("E-mail or user name"))
    await visitor.page.keyboard.type(visitor.name)
    await reach(visitor.page, visitor.page.get_by_label("Password", exact=True))
    await visitor.page.keyboard.type(PASSWORD)
    await visitor.page.keyboard.press("Enter")
    await visitor.is_in()


async def test_a_call_by_keyboard(people: People) -> None:
    """H2: log in, find, call, accept, mute, hang up; the focus goes where the next step is, and is seen."""
    ann, ben = await people.arrive("ann", money_minor=1_000), await people.arrive("ben")
    for visitor in (ann, ben):
        await sign_in(visitor)
    await reach(ann.page, ann.page.get_by_role("searchbox", name="Find people"))
    await ann.page.keyboard.type(ben.name)
    results = ann.page.get_by_role("list", name="Results")
    await press(ann.page, results.get_by_role("button", name=f"Call {ben.name}"))
    await press(ann.page, ann.preview(ben.name).get_by_role("button", name="Start call"))
    await press(ben.page, ben.incoming(ann.name).get_by_role("button", name="Accept", exact=True))
    await ann.sees(ben.name)
    await ann.page.keyboard.press("m")
    mute = ann.talk(ben.name).get_by_role("button", name="Mute microphone")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await press(ann.page, ann.talk(ben.name).get_by_role("button", name="Hang up"))
    await expect(ann.ended).to_be_visible()
    await expect(ann.ended.get_by_test_id("charge")).to_contain_text(re.compile("started minute"))
    await press(ann.page, ann.ended.get_by_role("button", name="Close"))
    await expect(ann.ended).to_be_hidden()


async def test_a_dialog_keeps_the_focus_and_gives_it_back(people: People) -> None:
    """H2: Escape closes the preview, and the focus is where it was."""
    ann, ben = await people.sit_down("ann", money_minor=100), await people.product.installation.person("ben")
    preview = await ann.prepare_call(ben.user_name)
    focus_is_inside = "(dialog) => dialog.contains(document.activeElement)"
    for _ in range(12):
        await ann.page.keyboard.press("Tab")
        # Between the last and the first element the browser's own bar has its turn.
        inside = await preview.evaluate(focus_is_inside)
        assert inside or await ann.page.evaluate("document.activeElement === document.body")
    await ann.page.keyboard.press("Escape")
    await expect(preview).to_be_hidden()
    button = ann.page.get_by_role("list", name="Results").get_by_role("button", name=f"Call {ben.user_name}")
    await expect(button).to_be_focused()


async def test_the_focus_stays_in_a_dialog_below_another_one(people: People) -> None:
    """H2: what opened the top-up is gone once it is paid; the preview has the focus all the same."""
    ann, ben = await people.sit_down("ann"), await people.product.installation.person("ben")
    preview = await ann.prepare_call(ben.user_name)
    await press(ann.page, preview.get_by_role("button", name="Top up"))
    dialog = ann.page.get_by_role("dialog", name="Top up")
    await pay(ann.page, dialog, "1.00")
    await ann.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(preview.get_by_role("heading")).to_be_focused()
