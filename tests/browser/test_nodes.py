"""A call outlives the process of signaling that owns it: another goes on with it, and the pictures never stop."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser import media
from tests.browser.nodes import FIRST, SECOND, Nodes
from tests.browser.people import People
from tests.browser.product import PRICE_MINOR, Product, separate_product
from tests.browser.visitor import Visitor, connected
from tests.browser.waiting import until
from tests.harness.databases import Database

TAKEN_OVER_SECONDS_MAX = 20.0
WATCH_FOR_LOSS = """() => {
  window.__lost = false;
  const look = () => { window.__lost ||= /reconnecting/i.test(document.body.innerText); };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture
async def product(
    page_is_built: None, database: Database, vhost_url: str, http: httpx.AsyncClient
) -> AsyncIterator[Product]:
    """Programs of this test's own, as one of them dies; tickets hold at both processes of signaling."""
    changes = {
        "TALKTIME_TICKET_SECRETS": secrets.token_urlsafe(32),
        "TALKTIME_BEAT_MS": "500",
        "TALKTIME_OWNER_SILENCE_MS_MAX": "3000",
    }
    async with separate_product(database, vhost_url, http, changes) as started:
        yield started


@pytest.fixture
async def nodes(product: Product) -> Nodes:
    """Two processes of signaling; sockets come to the first."""
    return await Nodes.of(product)


async def talk_time(page: Page) -> str:
    """Return what the call's clock shows."""
    return await page.get_by_role("timer").first.inner_text()


async def goes_on(ann: Visitor, ben: Visitor, *, paths: list[str | None]) -> None:
    """See the pictures move over the same paths as before, and the clock run."""
    for one in (ann, ben):
        status = one.page.get_by_role("status").filter(has_text="reconnecting")
        await expect(status).to_be_hidden(timeout=TAKEN_OVER_SECONDS_MAX * 1_000)
    await asyncio.gather(ann.sees(ben.name), ben.sees(ann.name))
    assert await paths_of(ann, ben) == paths
    before = await talk_time(ann.page)
    await until(lambda: talk_time(ann.page), lambda now: now != before, "the clock runs")


async def paths_of(*visitors: Visitor) -> list[str | None]:
    """Return what names the paths of the media: an ICE restart gives other names."""
    return [media.value(await media.seen(one.page)).ufrag for one in visitors]


async def is_charged_right(nodes: Nodes, ann: Visitor, ben: Visitor) -> None:
    """Hang up: the call ends for this reason, and costs its started minutes."""
    await ben.hang_up(ann.name)
    await expect(ann.ended.get_by_test_id("charge")).to_contain_text("started minute")
    [call] = (await ann.person.get("calls"))["items"]
    assert call["reason"] == "hung_up"
    assert call["charge_minor"] == call["minutes"] * PRICE_MINOR > 0
    await nodes.installation.books_are_right()


async def talking_at(nodes: Nodes, people: People, caller_at: str, callee_at: str) -> tuple[Visitor, Visitor]:
    """Return Ann and Ben, who see each other, each with their socket at this process."""
    nodes.prefer(caller_at)
    ann = await people.sit_down("ann", money_minor=1_000)
    nodes.prefer(callee_at)
    ben = await people.sit_down("ben")
    await connected(ann, ben)
    return ann, ben


@pytest.mark.parametrize(
    ("caller_at", "callee_at"),
    [
        pytest.param(FIRST, FIRST, id="of both"),
        pytest.param(FIRST, SECOND, id="of the caller"),
        pytest.param(SECOND, FIRST, id="of the callee"),
    ],
)
async def test_a_process_is_killed(people: People, nodes: Nodes, caller_at: str, callee_at: str) -> None:
    """C11, D12: whose process it was comes to the other one with a ticket, and there the call goes on."""
    ann, ben = await talking_at(nodes, people, caller_at, callee_at)
    paths = await paths_of(ann, ben)
    await nodes.programs[FIRST].kill()
    await asyncio.gather(media.more_frames(ann.page, count=20), media.more_frames(ben.page, count=20))
    await goes_on(ann, ben, paths=paths)
    await is_charged_right(nodes, ann, ben)


@pytest.mark.parametrize("callee_at", [FIRST, SECOND])
async def test_a_process_stops(people: People, nodes: Nodes, callee_at: str) -> None:
    """D16: the windows move to the other process with their call, and nobody sees anything of it."""
    ann, ben = await talking_at(nodes, people, FIRST, callee_at)
    paths = await paths_of(ann, ben)
    await asyncio.gather(*(one.page.evaluate(WATCH_FOR_LOSS) for one in (ann, ben)))
    nodes.prefer(SECOND)
    assert await nodes.programs[FIRST].stop() == 0
    await goes_on(ann, ben, paths=paths)
    assert [await one.page.evaluate("window.__lost") for one in (ann, ben)] == [False, False]
    await is_charged_right(nodes, ann, ben)
