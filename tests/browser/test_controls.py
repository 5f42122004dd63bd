"""What can be switched during a call, and what the other side notices of it."""

import pytest
from playwright.async_api import expect

from tests.browser import media
from tests.browser.people import People
from tests.browser.visitor import Visitor, connected
from tests.browser.waiting import until


@pytest.fixture
async def talking(people: People) -> tuple[Visitor, Visitor]:
    """Two people in a call."""
    ann, ben = await people.two(money_minor=1_000)
    await connected(ann, ben)
    return ann, ben


async def sent(page: Visitor) -> list[str]:
    """Return the names of what the senders send pictures of."""
    now = await media.seen(page.page)
    return now.cameras if now else []


async def test_mute(talking: tuple[Visitor, Visitor]) -> None:
    """H2: the track is silent at once, by button and by key; the pictures go on."""
    ann, ben = talking
    on = """() => window.__peers.at(-1).getSenders().map(({track}) => track)
      .filter((track) => track?.kind === 'audio').every((track) => track.enabled)"""
    button = await ann.control("Mute microphone", ben.name)
    assert await ann.page.evaluate(on)
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    assert not await ann.page.evaluate(on)
    await ben.sees(ann.name)
    await ann.page.keyboard.press("m")
    await expect(button).to_have_attribute("aria-pressed", "false")
    assert await ann.page.evaluate(on)


async def test_camera_off_and_on(talking: tuple[Visitor, Visitor]) -> None:
    """H2: no more pictures leave, the camera's light goes out, and back again without a new call."""
    ann, ben = talking
    button = await ann.control("Turn camera off", ben.name)
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    video = ben.talk(ann.name).get_by_label(ann.name, exact=True).and_(ben.page.locator("video"))

    async def pictures() -> int:
        return await media.colours(video) if await video.is_visible() else 0

    await until(pictures, lambda colours: colours <= 2, "nothing to be seen of her")
    assert await sent(ann) == []
    await ann.sees(ben.name)
    await (await ann.control("Turn camera off", ben.name)).click()
    await ben.sees(ann.name)
    await until(pictures, lambda colours: colours > 2, "her picture again")


async def test_share_the_screen(talking: tuple[Visitor, Visitor]) -> None:
    """H2: the screen takes the camera's place in the same connection, and gives it back."""
    ann, ben = talking
    before = await sent(ann)
    button = await ann.control("Share screen", ben.name)
    await button.click()
    await until(lambda: sent(ann), lambda names: names != before, "the screen is sent")
    assert all(name.startswith("screen") for name in await sent(ann))
    await ben.sees(ann.name)
    await (await ann.control("Share screen", ben.name)).click()
    await until(lambda: sent(ann), lambda names: names == before, "the camera is sent")
    await ben.sees(ann.name)


async def test_another_camera_in_the_call(talking: tuple[Visitor, Visitor]) -> None:
    """H2: the other camera's pictures go through the same connection, without new negotiation."""
    ann, ben = talking
    before = media.value(await media.seen(ann.page))
    await (await ann.control("Devices", ben.name)).click()
    camera = ann.page.get_by_label("Camera", exact=True)
    assert before.cameras == ["fake_device_0"]
    await camera.select_option(label="fake_device_2")
    await until(lambda: sent(ann), lambda names: names == ["fake_device_2"], "another camera is sent")
    await ben.sees(ann.name)
    after = media.value(await media.seen(ann.page))
    assert after.ufrag == before.ufrag
    await ann.page.keyboard.press("Escape")


async def test_full_screen(talking: tuple[Visitor, Visitor]) -> None:
    """H2: by button and by key, there and back."""
    ann, ben = talking
    full = "() => document.fullscreenElement !== null"
    await (await ann.control("Full screen", ben.name)).click()
    await until(lambda: ann.page.evaluate(full), bool, "full screen")
    await ann.page.keyboard.press("f")
    await until(lambda: ann.page.evaluate(full), lambda is_full: not is_full, "no more full screen")


async def test_picture_in_picture(talking: tuple[Visitor, Visitor]) -> None:
    """H2: the other side in a small window of its own, there and back."""
    ann, ben = talking
    small = "() => document.pictureInPictureElement !== null"
    await (await ann.control("Picture in picture", ben.name)).click()
    await until(lambda: ann.page.evaluate(small), bool, "a small window")
    await (await ann.control("Picture in picture", ben.name)).click()
    await until(lambda: ann.page.evaluate(small), lambda is_small: not is_small, "no more small window")
