"""No camera, no permission, no secure address: the page says what to do, and goes on once it is done."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser import media
from tests.browser.people import People
from tests.browser.visitor import Visitor
from tests.browser.waiting import until
from tests.harness.browser import OTHER_HOST, running_browser

IN_USE = """
const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (wanted.video) throw new DOMException("Could not start video source", "NotReadableError");
  return getUserMedia(wanted);
};
"""
"""Chromium's fake camera can be in as many hands as one likes, so the page gets what a real one would answer."""


@pytest.fixture(scope="module")
async def wary_browser(anyio_backend: str, chromium: Path) -> AsyncIterator[Browser]:
    """A browser whose visitors say no when a page asks for the camera."""
    async with running_browser(chromium, trusting=False) as running:
        yield running


@pytest.fixture
async def browser_without_camera(anyio_backend: str, chromium: Path) -> AsyncIterator[Browser]:
    """A browser on a machine without camera; it has a microphone."""
    async with running_browser(chromium, cameras=0) as running:
        yield running


async def media_error(preview: Locator, kind: str) -> Locator:
    """Return the message about the media, which is of this kind and says something."""
    error = preview.get_by_test_id("media-error")
    await expect(error).to_have_attribute("data-kind", kind)
    await expect(error).to_contain_text(re.compile(r"\w+ \w+ \w+"))
    return error


async def test_permission_denied_and_given(people: People, wary_browser: Browser) -> None:
    """H2: refused, the page says where to allow it; allowed, the same dialog shows the picture."""
    ann = await people.sit_down("ann", money_minor=100, browser=wary_browser)
    ben = await people.product.installation.person("ben")
    preview = await ann.prepare_call(ben.user_name)
    error = await media_error(preview, "denied")
    await ann.page.context.grant_permissions(["camera", "microphone"])
    await preview.get_by_role("button", name="Try again").click()
    await expect(error).to_have_count(0)
    await expect(preview.get_by_label("Your camera")).to_be_visible()
    await expect(preview.get_by_role("button", name="Start call")).to_be_enabled()


async def test_no_camera(people: People, browser_without_camera: Browser) -> None:
    """H2: without a camera one is told so, and can still call: the other side is heard and seen."""
    ann = await people.sit_down("ann", money_minor=100, browser=browser_without_camera)
    ben = await people.sit_down("ben")
    preview = await ann.prepare_call(ben.name)
    await media_error(preview, "no_device")
    await preview.get_by_role("button", name="Start call").click()
    await ben.accept(ann.name)
    await ann.sees(ben.name)
    await expect(ben.talk(ann.name)).to_be_visible()
    await ann.hang_up(ben.name)
    await expect(ann.ended.get_by_test_id("charge")).to_contain_text("started minute")


async def test_an_address_that_browsers_do_not_trust(people: People) -> None:
    """H2: over plain http from elsewhere there is no camera, and the page says that https is needed."""
    ann = await people.arrive("ann", money_minor=100)
    ben = await people.product.installation.person("ben")
    ann = Visitor(ann.page, ann.url.replace("127.0.0.1", OTHER_HOST), ann.person, ann.watch)
    await ann.sign_in()
    preview = await ann.prepare_call(ben.user_name)
    error = await media_error(preview, "insecure_context")
    await expect(error).to_contain_text(re.compile("https", re.IGNORECASE))


async def test_a_camera_that_another_program_uses(people: People) -> None:
    """H2: one is told to close the other program, and can call meanwhile: heard, and not seen."""
    ann, ben = await people.arrive("ann", money_minor=100), await people.sit_down("ben")
    await ann.page.add_init_script(IN_USE)
    await ann.sign_in()
    preview = await ann.prepare_call(ben.name)
    error = await media_error(preview, "in_use")
    await expect(error).to_contain_text("Another program uses your camera")
    await preview.get_by_role("button", name="Start call").click()
    await ben.accept(ann.name)
    await ann.sees(ben.name)
    await expect(ben.talk(ann.name).get_by_text(f"{ann.name}'s camera is off").first).to_be_visible()
    heard = media.value(await media.seen(ben.page)).packets
    await until(lambda: media.seen(ben.page), lambda now: media.value(now).packets > heard, "more sound comes in")
    await ann.hang_up(ben.name)
    await expect(ann.ended.get_by_test_id("charge")).to_contain_text("started minute")
