"""Whoever is called decides what opens: their camera is not the caller's to turn on."""

from playwright.async_api import expect

from tests.browser.people import People
from tests.browser.visitor import Visitor

KEEP_ASKED = """
window.__asked = [];
const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = (wanted) => {
  window.__asked.push(Object.keys(wanted).filter((kind) => wanted[kind]).sort().join());
  return getUserMedia(wanted);
};
"""


async def called(people: People) -> tuple[Visitor, Visitor]:
    """Return Ann, who calls, and Ben, whose page keeps in mind what it asks the browser for."""
    ann, ben = await people.sit_down("ann", money_minor=100), await people.arrive("ben")
    await ben.page.add_init_script(KEEP_ASKED)
    await ben.sign_in()
    await ann.call(ben)
    return ann, ben


async def asked(visitor: Visitor) -> list[str]:
    """Return what the page has asked the browser to open, in order."""
    return list(await visitor.page.evaluate("window.__asked"))


async def test_accepted_without_camera(people: People) -> None:
    """H1: a call that rings opens nothing, and can be taken with the microphone alone."""
    ann, ben = await called(people)
    await ben.incoming(ann.name).get_by_role("button", name="Accept without camera").click()
    await ben.sees(ann.name)
    await expect(ann.talk(ben.name).get_by_text(f"{ben.name}'s camera is off").first).to_be_visible()
    assert await asked(ben) == ["audio"]
    await ann.hang_up(ben.name)
    await expect(ben.ended).to_be_visible()


async def test_seeing_oneself_before_the_accept(people: People) -> None:
    """H1: picture, level and devices are a press away; that opens them once, for the call too."""
    ann, ben = await called(people)
    incoming = ben.incoming(ann.name)
    look = incoming.get_by_role("button", name="See yourself first")
    await expect(incoming.get_by_label("Your camera")).to_have_count(0)
    await look.click()
    await expect(incoming.get_by_label("Your camera")).to_be_visible()
    await expect(incoming.get_by_label("Microphone level")).to_be_visible()
    await expect(incoming.get_by_label("Camera", exact=True)).to_be_enabled()
    await expect(incoming.get_by_role("button", name="Close your camera")).to_be_visible()
    await expect(look).to_have_count(0)
    await ben.accept(ann.name)
    await ann.sees(ben.name)
    assert await asked(ben) == ["audio,video"]
    await ann.hang_up(ben.name)
    await expect(ben.ended).to_be_visible()
