"""What the other tests look with sees what is there, and nothing that is not."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page, Route
from websockets.exceptions import InvalidMessage

from talktime.person import Doors
from tests.browser import axe, media
from tests.browser.people import People
from tests.browser.waiting import until
from tests.browser.watch import Watch

HERE = "http://127.0.0.1:1"
HEAD = '<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">'
CALL_ONESELF = """async () => {
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: true});
  const [one, other] = [new RTCPeerConnection(), new RTCPeerConnection()];
  one.onicecandidate = ({candidate}) => other.addIceCandidate(candidate);
  other.onicecandidate = ({candidate}) => one.addIceCandidate(candidate);
  for (const track of media.getTracks()) one.addTrack(track, media);
  await one.setLocalDescription();
  await other.setRemoteDescription(one.localDescription);
  await other.setLocalDescription();
  await one.setRemoteDescription(other.localDescription);
  window.stop = () => media.getTracks().forEach((track) => track.stop());
  document.querySelector('video').srcObject = media;
}"""


@asynccontextmanager
async def page_of(browser: Browser, body: str, policy: str = "") -> AsyncIterator[tuple[Page, Watch]]:
    """Give a page of our own in a browser of its own."""

    async def answer(route: Route) -> None:
        headers = {"content-security-policy": policy} if policy else None
        await route.fulfill(body=HEAD + body, content_type="text/html", headers=headers)

    async with AsyncExitStack() as stack:
        context = await browser.new_context()
        stack.push_async_callback(context.close)
        await context.route(f"{HERE}/**", answer)
        await context.add_init_script(media.KEEP_PEERS)
        watch = Watch(context, "127.0.0.1:1")
        page = await context.new_page()
        await page.goto(HERE)
        yield page, watch


async def test_media_that_flow_are_counted(browser: Browser) -> None:
    """H4: three fake cameras, pictures through a peer connection, and none more once they stop."""
    async with page_of(browser, "<video autoplay muted></video>") as (page, watch):
        devices = "async () => (await navigator.mediaDevices.enumerateDevices()).map(({kind}) => kind)"
        await page.evaluate(CALL_ONESELF)
        assert (await page.evaluate(devices)).count("videoinput") == 3
        await media.more_frames(page)
        await media.plays(page.locator("video"))
        assert await media.colours(page.locator("video")) > 3
        now = media.value(await media.seen(page))
        assert (now.state, now.local, now.remote) == ("connected", "host", "host")
        assert now.packets > 0
        await page.evaluate("stop()")
        await page.evaluate("document.querySelector('video').srcObject = null")
        assert await media.played(page.locator("video")) == 0
        assert watch.trouble == []


@pytest.mark.parametrize(
    ("body", "policy", "words"),
    [
        ("<script>throw new Error('thrown')</script>", "", "uncaught: Error: thrown"),
        ("<script>Promise.reject(new Error('forgotten'))</script>", "", "uncaught: Error: forgotten"),
        ("<script>console.error('said')</script>", "", "console: said"),
        ("<p style='color: red'>", "style-src 'self'", "Content Security Policy"),
        ("<script src=http://stranger.test/></script>", "", "asked a stranger: http://stranger.test/"),
        ("<script>new WebSocket('ws://stranger.test/')</script>", "", "asked a stranger: ws://stranger.test/"),
    ],
)
async def test_trouble_is_seen(browser: Browser, body: str, policy: str, words: str) -> None:
    async def trouble() -> list[str]:
        return watch.trouble

    async with page_of(browser, body, policy) as (_, watch):
        await until(trouble, lambda said: any(words in one for one in said), words)


async def test_nobody_is_reached_but_this_machine(browser: Browser) -> None:
    """Not even by address, should a test be run where there is a network."""
    async with page_of(browser, "") as (page, _):
        for url in ("http://example.com/", "http://192.0.2.1/"):
            assert (
                await page.evaluate(f"fetch({url!r}, {{mode: 'no-cors'}}).then(() => 'reached', () => 'not')")
                == "not"
            )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<main><h1>Good</h1><button>Press</button></main>", []),
        ("<main><h1>Bad</h1><button></button></main>", ["critical: button-name"]),
        ("<main><h1>Bad</h1><p style='color: #ccc'>pale</p></main>", ["serious: color-contrast"]),
    ],
)
async def test_axe_finds_what_is_grave(browser: Browser, body: str, words: list[str]) -> None:
    async with page_of(browser, body) as (page, _):
        found = await axe.grave_findings(page)
    assert len(found) == len(words)
    assert all(one.startswith(word) for one, word in zip(found, words, strict=True))


async def test_a_cut_breaks_sockets_and_nothing_else(people: People) -> None:
    """The front lets everything through until it is told to cut, and again afterwards."""
    front = people.product.front
    assert front is not None
    person = await people.product.installation.person("ann")
    behind = replace(person, doors=Doors.of(people.product.url))
    async with behind.device() as device:
        front.cut()
        await device.gone()
        assert (await behind.wallet())["balance_minor"] == 0
        with pytest.raises((InvalidMessage, ConnectionError)):
            async with behind.device():
                pytest.fail("the front let a socket through")
        front.mend()
    async with behind.device():
        pass
