"""A call outlives a lost socket and a changed network; a closed window ends it."""

import asyncio

from playwright.async_api import expect

from tests.browser import media
from tests.browser.people import People
from tests.browser.product import PRICE_MINOR
from tests.browser.visitor import connected
from tests.browser.waiting import until

OLD_PAGE = "{ const now = performance.now.bind(performance); performance.now = () => now() + 60_000; }"
"""Before the page's own code: it is there for a minute already."""


async def test_a_dropped_socket_is_resumed_in_the_call(people: People) -> None:
    """H3, D8: only the sockets break; pictures go on meanwhile, the call is there afterwards, and charged."""
    ann, ben = await people.two(money_minor=1_000)
    await connected(ann, ben)
    front = people.product.front
    assert front is not None
    front.cut()
    try:
        status = ann.page.get_by_role("status").filter(has_text="reconnecting")
        await expect(status).to_contain_text("The server cannot be reached")
        await asyncio.gather(media.more_frames(ann.page), media.more_frames(ben.page))
    finally:
        front.mend()
    for one in (ann, ben):
        await expect(one.page.get_by_role("status").filter(has_text="reconnecting")).to_be_hidden()
    await asyncio.gather(ann.sees(ben.name), ben.sees(ann.name))
    await ben.hang_up(ann.name)
    await expect(ann.ended.get_by_test_id("charge")).to_contain_text("started minute")
    [call] = (await ann.person.get("calls"))["items"]
    assert call["reason"] == "hung_up"
    assert call["charge_minor"] == call["minutes"] * PRICE_MINOR


async def test_what_was_said_meanwhile_is_heard_after_the_resume(people: People) -> None:
    """H3, D8: Ben's socket alone breaks; that Ann hangs up comes with the resume, and is no guess of his page."""
    ann = await people.sit_down("ann", money_minor=1_000)
    ben = await people.sit_down("ben")
    await connected(ann, ben)
    front = people.product.front
    assert front is not None
    front.cut(newest=1)
    try:
        await expect(ben.page.get_by_role("status").filter(has_text="reconnecting")).to_be_visible()
        await ann.hang_up(ben.name)
        await expect(ann.ended).to_be_visible()
        await expect(ben.talk(ann.name)).to_be_visible()
    finally:
        front.mend()
    await expect(ben.ended.get_by_test_id("end-reason")).to_contain_text(f"{ann.name} hung up")
    heard = ben.watch.said[ben.watch.said.index("a socket closed") :]
    resumed = next(number for number, line in enumerate(heard) if '"resumed":true' in line)
    assert any('"type":"call.ended"' in line for line in heard[resumed:])


async def test_a_closed_window_ends_the_call(people: People) -> None:
    """D8, C10: the other side is told; what was talked is charged, and nothing stays held."""
    ann, ben = await people.two(money_minor=100)
    await connected(ann, ben)
    await ben.page.close()
    await expect(ann.ended.get_by_test_id("end-reason")).not_to_be_empty()
    await expect(ann.ended.get_by_test_id("charge")).to_contain_text("started minute")
    wallet = await ann.person.wallet()
    [call] = (await ann.person.get("calls"))["items"]
    assert call["reason"] == "hung_up"
    assert (wallet["balance_minor"], wallet["held_minor"]) == (100 - call["charge_minor"], 0)


async def test_another_network_restarts_ice(people: People) -> None:
    """H3: back from offline, the page negotiates its path anew, and the pictures go on over it."""
    ann, ben = await people.two(money_minor=1_000)
    await connected(ann, ben)
    before = media.value(await media.seen(ann.page)).ufrag
    await ann.page.context.set_offline(True)
    await ann.page.context.set_offline(False)
    await until(
        lambda: media.seen(ann.page),
        lambda now: now is not None and now.ufrag not in {None, before} and now.state == "connected",
        "another ICE user fragment, and connected",
    )
    await asyncio.gather(ann.sees(ben.name), ben.sees(ann.name))
    await ann.hang_up(ben.name)
    await expect(ben.ended).to_be_visible()


async def test_a_screen_that_is_opened_without_network(people: People) -> None:
    """H3: it says what is wrong, under a heading; with the network back it comes by itself."""
    ann = await people.arrive("ann")
    await ann.page.add_init_script(OLD_PAGE)
    await ann.sign_in()
    await ann.page.context.set_offline(True)
    await ann.page.get_by_role("link", name="Statement").click()
    main = ann.page.get_by_role("main")
    await expect(main.get_by_role("alert")).to_contain_text("The server cannot be reached")
    await expect(main.get_by_role("heading", level=1)).to_be_focused()
    await ann.page.context.set_offline(False)
    await expect(main.get_by_role("heading", name="Statement", level=1)).to_be_visible()
    await expect(main.get_by_role("alert")).to_have_count(0)
