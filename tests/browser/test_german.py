"""The page in German, and what of it either language has to load."""

import asyncio

from playwright.async_api import Page, expect

from tests.browser import media
from tests.browser.people import People
from tests.browser.weight import BYTES_MAX, Scripts
from tests.journeys.installation import PASSWORD


async def sign_in_in_german(page: Page, url: str, name: str) -> None:
    """Log in where the page speaks German."""
    await page.goto(f"{url}/sign-in")
    await expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    await page.get_by_label("E-Mail oder Benutzername").fill(name)
    await page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Anmelden").click()
    await expect(page.get_by_role("heading", name="Personen")).to_be_visible()


async def test_a_call_between_two_languages(people: People) -> None:
    """H1, H2: each window speaks its own and loads no other; who is called is not asked for money."""
    ann = await people.arrive("ann", money_minor=100)
    ben = await people.arrive("ben", locale="de-DE")
    english, german = Scripts(ann.page), Scripts(ben.page)
    await asyncio.gather(ann.sign_in(), sign_in_in_german(ben.page, ben.url, ben.name))
    welcome = ben.page.get_by_role("status").filter(has_text="Willkommen!")
    await expect(welcome.get_by_role("button", name="Aufladen")).to_be_visible()
    await expect(ben.page.get_by_role("banner")).to_contain_text("0,00\u00a0€")
    preview = await ann.prepare_call(ben.name)
    await preview.get_by_role("button", name="Start call").click()
    incoming = ben.page.get_by_role("alertdialog", name=f"{ann.name} ruft an")
    await expect(incoming).to_be_visible()
    await expect(welcome).to_have_count(0)
    await incoming.get_by_role("button", name="Annehmen", exact=True).click()
    await asyncio.gather(ann.sees(ben.name), media.more_frames(ben.page))
    await ann.hang_up(ben.name)
    ended = ben.page.get_by_role("dialog", name="Anruf beendet")
    await expect(ended.get_by_test_id("end-reason")).to_have_text(f"{ann.name} hat aufgelegt.")
    await ended.get_by_role("button", name="Schließen").click()
    await expect(welcome).to_be_visible()
    assert (english.languages, german.languages) == ({"en"}, {"de"})
    assert max(english.gzip_bytes, german.gzip_bytes) < BYTES_MAX


async def test_another_language_is_kept(people: People) -> None:
    """H1: chosen in the settings it is spoken at once, and again after loading the page anew."""
    ben = await people.arrive("ben", locale="de-DE")
    page = ben.page
    await sign_in_in_german(page, ben.url, ben.name)
    await page.get_by_role("navigation", name="Hauptmenü").get_by_role("link", name="Einstellungen").click()
    await expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await page.get_by_label("Sprache").select_option("English")
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    scripts = Scripts(page)
    await page.reload()
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    assert scripts.languages == {"en"}
