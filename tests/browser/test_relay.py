"""Media through a real TURN server: where somebody asks for it, and not with credentials that have expired."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.async_api import Route, expect

from tests.browser import media
from tests.browser.people import People
from tests.browser.product import Product, separate_product, shared_database
from tests.browser.visitor import Visitor, connected
from tests.harness.coturn import TurnAddress
from tests.harness.fixtures import VirtualHostStock
from tests.harness.postgres import PostgresAddress
from tests.harness.turn import credentials


@pytest.fixture(scope="module")
async def product(
    page_is_built: None,
    postgres_server: PostgresAddress,
    database_template: str,
    vhost_stock: VirtualHostStock,
    http: httpx.AsyncClient,
    coturn: TurnAddress,
) -> AsyncIterator[Product]:
    """Three programs that know a TURN server, and give up connecting before the test does."""
    changes = {
        "TALKTIME_TURN_URLS": coturn.turn_url,
        "TALKTIME_TURN_SECRETS": coturn.secrets[0],
        "TALKTIME_CONNECT_MS_MAX": "8000",
    }
    vhost_url = await vhost_stock.take(for_the_session=True)
    async with (
        shared_database(postgres_server, database_template, "relay") as database,
        separate_product(database, vhost_url, http, changes) as started,
    ):
        yield started


async def hide_address(visitor: Visitor) -> None:
    """Ask for relayed media in the settings."""
    await visitor.go_to("Settings")
    switch = visitor.page.get_by_role("switch", name="Hide my address")
    await switch.click()
    await expect(switch).to_be_checked()
    await visitor.go_to("People")


async def test_everything_goes_through_the_relay(people: People) -> None:
    """H4, D14: both hide their addresses: the chosen pair is relayed on both sides, and pictures flow."""
    ann, ben = await people.two(money_minor=1_000)
    await hide_address(ann)
    await hide_address(ben)
    await connected(ann, ben)
    for one in (ann, ben):
        now = media.value(await media.seen(one.page))
        assert (now.local, now.remote) == ("relay", "relay")
    await ann.hang_up(ben.name)
    await expect(ben.ended).to_be_visible()


async def test_one_who_hides_is_enough(people: People) -> None:
    """H4: the other side then sees nothing but the relay's address."""
    ann, ben = await people.two(money_minor=1_000)
    await hide_address(ben)
    await connected(ann, ben)
    assert media.value(await media.seen(ben.page)).local == "relay"
    assert media.value(await media.seen(ann.page)).remote == "relay"
    await ann.hang_up(ben.name)
    await expect(ben.ended).to_be_visible()


async def test_expired_credentials_connect_nothing(people: People, coturn: TurnAddress) -> None:
    """D14, C1: the relay refuses them; the call fails, says so, and costs nothing."""
    ann, ben = await people.two(money_minor=100)
    await hide_address(ann)
    username, credential = credentials(coturn.secrets[0], expires_at=datetime.now(UTC) - timedelta(minutes=1))

    async def answer_with_expired(route: Route) -> None:
        answer = await route.fetch()
        given = await answer.json()
        for server in given["ice_servers"]:
            if server.get("username"):
                server.update(username=username, credential=credential)
        await route.fulfill(response=answer, json=given)

    await ann.page.context.route("**/v1/ice-servers*", answer_with_expired)
    await ann.call(ben)
    await ben.accept(ann.name)
    reasons = [one.ended.get_by_test_id("end-reason") for one in (ann, ben)]
    await asyncio.gather(*(expect(reason).to_contain_text("could not be connected") for reason in reasons))
    [call] = (await ann.person.get("calls"))["items"]
    assert (call["reason"], call["charge_minor"]) == ("connect_failed", 0)
    wallet = await ann.person.wallet()
    assert (wallet["balance_minor"], wallet["held_minor"]) == (100, 0)
