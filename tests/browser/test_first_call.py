"""The product's spine as two people see it: sign up, pay, call, talk, hang up, and read what it cost."""

import re
import secrets
from uuid import UUID

import pytest
from playwright.async_api import expect

from talktime.person import Person
from tests.browser.paying import top_up
from tests.browser.people import People
from tests.browser.product import PRICE_MINOR, Product
from tests.browser.visitor import Visitor
from tests.journeys.installation import PASSWORD, Separate


@pytest.fixture(params=["separate", "all_in_one"])
def product(request: pytest.FixtureRequest) -> Product:
    """Both ways of running the product, one after the other."""
    found: Product = request.getfixturevalue(request.param)
    return found


async def sign_up(people: People, name: str) -> Visitor:
    """Return somebody who came without an account and made one."""
    page, watch = await people.blank()
    user_name = f"{name}-{secrets.token_hex(4)}"
    await page.goto(people.product.url)
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.get_by_role("link", name="Create account").click()
    await expect(page.get_by_role("heading", name="Create your account")).to_be_visible()
    await page.get_by_label("E-mail").fill(f"{user_name}@example.com")
    await page.get_by_label("User name", exact=True).fill(user_name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    installation = people.product.installation
    await expect(page.get_by_role("heading", name="People")).to_be_visible()
    person = await Person.log_in(installation.doors, installation.http, user_name, PASSWORD)
    return Visitor(page, people.product.url, person, watch)


async def test_from_the_first_page_to_the_statement(people: People) -> None:
    """H1, H4, A1, B2, C2, C13: everything is done at the page; what it says is what the books say."""
    ann, ben = await sign_up(people, "ann"), await sign_up(people, "ben")
    await expect(ann.balance).to_contain_text("€0.00")
    await top_up(ann, "1.00")
    await expect(ann.balance).to_contain_text("€1.00")

    preview = await ann.prepare_call(ben.name)
    price = preview.get_by_test_id("price")
    await expect(price).to_contain_text("€0.10 per started minute")
    await expect(price).to_contain_text("enough for 10 minutes")
    await preview.get_by_role("button", name="Start call").click()
    await expect(ann.outgoing(ben.name)).to_contain_text("Ringing…")
    await expect(ben.incoming(ann.name)).to_be_visible()
    await expect(ben.page).to_have_title(re.compile(f"^📞 {ann.name} is calling"))
    await ben.accept(ann.name)
    await ann.sees(ben.name)
    await ben.sees(ann.name)
    await expect(ben.page).not_to_have_title(re.compile("is calling"))

    await _costs_are_shown_to_the_caller_alone(ann, ben)
    await ben.hang_up(ann.name)
    await _what_it_cost_is_what_the_books_say(people.product, ann, ben)


async def _costs_are_shown_to_the_caller_alone(ann: Visitor, ben: Visitor) -> None:
    """The callee has a clock, and no price."""
    talk = ann.talk(ben.name)
    timer = talk.get_by_role("timer", name="Talk time")
    await expect(timer).not_to_have_text(await timer.inner_text())
    await expect(talk.get_by_test_id("cost")).to_contain_text("€0.10")
    await expect(talk.get_by_test_id("time-left")).to_contain_text(re.compile(r"\d:\d\d"))
    await expect(ben.talk(ann.name).get_by_role("timer", name="Talk time")).to_be_visible()
    await expect(ben.talk(ann.name).get_by_test_id("cost")).to_have_count(0)


async def _what_it_cost_is_what_the_books_say(product: Product, ann: Visitor, ben: Visitor) -> None:
    await expect(ann.ended.get_by_test_id("end-reason")).not_to_be_empty()
    charge = ann.ended.get_by_test_id("charge")
    await expect(charge).to_contain_text("started minute")
    [call] = (await ann.person.get("calls"))["items"]
    minutes, seconds = divmod(call["talk_ms"] // 1_000, 60)
    await expect(ann.ended).to_contain_text(f"Talk time {minutes}:{seconds:02}")
    assert (call["reason"], call["charge_minor"]) == ("hung_up", call["minutes"] * PRICE_MINOR)
    entries = (await ann.person.get("wallet/entries"))["items"]
    assert [entry["amount_minor"] for entry in entries] == [-call["charge_minor"], 100]
    if isinstance(product.installation, Separate):
        [row] = await product.installation.fetch(
            "SELECT amount_minor FROM ledger_entries WHERE operation = $1 AND wallet_id = $2",
            f"charge:{call['id']}",
            UUID(str(ann.person.id)),
        )
        assert row["amount_minor"] == -call["charge_minor"]
        await product.installation.books_are_right()

    cost, left = _euro(call["charge_minor"]), _euro(100 - call["charge_minor"])
    await expect(charge).to_contain_text(f"{cost} ({call['minutes']} started minute")
    await expect(ann.balance).to_contain_text(left)
    await expect(ben.ended.get_by_test_id("charge")).to_have_count(0)
    await ann.ended.get_by_role("button", name="Close").click()
    await ben.ended.get_by_role("button", name="Close").click()

    await ann.go_to("History")
    await expect(ann.page.get_by_role("main").get_by_text(ben.name).first).to_be_visible()
    await expect(ann.page.get_by_role("main")).to_contain_text(cost)
    await ann.go_to("Statement")
    for amount in (cost, "€1.00", left):
        await expect(ann.page.get_by_role("main")).to_contain_text(amount)
    await ben.go_to("History")
    await expect(ben.page.get_by_role("main").get_by_text(ann.name).first).to_be_visible()
    await expect(ben.page.get_by_role("main")).not_to_contain_text(cost)


def _euro(minor: int) -> str:
    return f"€{minor / 100:.2f}"
