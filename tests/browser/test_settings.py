"""What one changes of one's own account, and what the other windows see of it."""

import re

import httpx
from playwright.async_api import expect

from tests.browser.people import People
from tests.journeys.installation import PASSWORD


async def test_name_password_and_sessions(people: People) -> None:
    """A8, A10, A11, A14: what is wrong is said at its field; where a session was ended one can sign in again."""
    ann = await people.sit_down("ann")
    elsewhere = await people.window_of(ann.person)
    async with elsewhere.page.expect_websocket() as opened:
        await elsewhere.sign_in()
    socket = await opened.value
    await ann.go_to("Settings")
    main = ann.page.get_by_role("main")
    said = ann.page.get_by_role("region", name="Messages")

    other_name = f"{ann.name}-new"
    await main.get_by_label("User name").fill(other_name)
    await main.get_by_role("button", name="Save").click()
    await expect(said.get_by_text("Saved.")).to_be_visible()
    await expect(ann.page.get_by_role("button", name=f"Account {other_name}")).to_be_visible()

    now = main.get_by_label("Current password")
    await now.fill("not the password now")
    await main.get_by_label("New password").fill("another long password")
    await main.get_by_role("button", name="Change password").click()
    await expect(now).to_have_attribute("aria-invalid", "true")
    await expect(now).to_have_accessible_description(re.compile("This is not your password now"))

    await main.get_by_role("button", name=re.compile("^Sign out .*Linux")).click()
    await expect(elsewhere.page.get_by_role("heading", name="Sign in")).to_be_visible()
    why = elsewhere.page.get_by_role("region", name="Messages")
    await expect(why.get_by_text("You were signed out. Sign in to go on.")).to_be_visible()
    assert socket.is_closed()
    await expect(ann.balance).to_be_visible()

    await now.fill(PASSWORD)
    await main.get_by_role("button", name="Change password").click()
    await expect(said.get_by_text("Your password is changed.")).to_be_visible()
    await expect(now).to_have_value("")


async def test_guessing_is_told_how_long_to_wait(people: People, http: httpx.AsyncClient) -> None:
    """A12: after too many wrong passwords the form says for how long none is taken, the right one neither."""
    ann = await people.arrive("ann")
    wrong = {"login": ann.name, "password": "not the password now"}
    while (await http.post(f"{ann.url}/v1/sessions", json=wrong)).status_code != httpx.codes.TOO_MANY_REQUESTS:
        pass
    await ann.page.goto(f"{ann.url}/sign-in")
    await ann.fill_in_sign_in()
    alert = ann.page.get_by_role("alert")
    await expect(alert).to_have_text(re.compile(r"Too many attempts\. Try again in [1-9]\d* s\."))
