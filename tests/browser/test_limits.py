"""What a call may cost at most, what it would cost, and what the callee has of it."""

import csv
import re
from pathlib import Path

from playwright.async_api import Locator, expect

from tests.browser.people import People
from tests.browser.visitor import Visitor
from tests.harness.programs import Programs
from tests.journeys.installation import PASSWORD
from tests.journeys.office import REASON, Operator

ASKING = {"price_minor": 20, "earning_share_bp": 5_000, **REASON}
ASKED = "€0.20 per started minute"


async def test_limits_a_quote_and_earnings(people: People, programs: Programs) -> None:
    """The callee's price is told before the call; a limit would end it, but is raised in time; the callee earns."""
    ann, ben = await people.two(money_minor=100)
    operator = await Operator.hired(programs, people.product.installation)
    await operator.does("PUT", f"accounts/{ben.person.id}/asking-price", ASKING)
    await ann.go_to("Settings")
    limits = ann.page.get_by_role("region", name="Spending limits")
    await _limits_a_call(limits, "0.20")
    await expect(ann.page.get_by_role("region", name="Messages").get_by_text("Saved.")).to_be_visible()

    await ann.go_to("People")
    preview = await ann.prepare_call(ben.name)
    price = preview.get_by_test_id("price")
    await expect(price).to_contain_text(ASKED)
    await expect(price).to_contain_text("your limits allow 1 minute")
    results = ann.page.get_by_role("list", name="Results")
    await expect(results.get_by_role("listitem").filter(has_text=ben.name)).to_contain_text(ASKED)
    await preview.get_by_role("button", name="Start call").click()
    await ben.accept(ann.name)
    await ann.sees(ben.name)
    await _raises_the_limit_in_the_call(ann, ben)
    await ann.hang_up(ben.name)
    await expect(ann.ended.get_by_test_id("charge")).to_contain_text(
        re.compile(r"€0\.[46]0 \([23] started minutes\)")
    )
    [call] = (await ann.person.get("calls"))["items"]
    await _reads_what_was_earned(ben, call["charge_minor"] // 2)


async def _limits_a_call(limits: Locator, amount: str) -> None:
    await limits.get_by_label("Most for one call").fill(amount)
    await limits.get_by_role("button", name="Set limits").click()


async def _raises_the_limit_in_the_call(ann: Visitor, ben: Visitor) -> None:
    warning = ann.page.get_by_role("alert").filter(has_text="The call ends in")
    await expect(warning).to_contain_text("You have limited what a call may cost.")
    told = ben.page.get_by_role("alert").filter(has_text="The call may end in")
    await expect(told).not_to_contain_text("limited")
    await warning.get_by_role("button", name="Change limits").click()
    dialog = ann.page.get_by_role("dialog", name="Spending limits")
    await expect(dialog.get_by_label("Most for one call")).to_have_value("0.20")
    await dialog.get_by_label("Most for one call").fill("0.60")
    await dialog.get_by_label("Your password", exact=False).fill(PASSWORD)
    await dialog.get_by_role("button", name="Set limits").click()
    await expect(dialog).to_be_hidden()
    await expect(warning).to_be_hidden()
    await expect(ann.talk(ben.name).get_by_test_id("cost")).to_contain_text("€0.40")


async def _reads_what_was_earned(ben: Visitor, earned_minor: int) -> None:
    earned = f"€{earned_minor / 100:.2f}"
    await ben.ended.get_by_role("button", name="Close").click()
    await ben.go_to("Statement")
    await ben.page.get_by_role("link", name=f"Your earnings: {earned}").click()
    await expect(ben.page.get_by_role("heading", name="Earnings")).to_be_visible()
    main = ben.page.get_by_role("main")
    await expect(main).to_contain_text("Your share of it: 50%.")
    entry = main.get_by_role("list", name="Entries").get_by_role("listitem")
    await expect(entry).to_contain_text(f"+{earned}")
    async with ben.page.expect_download() as handed:
        await main.get_by_role("button", name="Download CSV").click()
    download = await handed.value
    rows = _rows(await download.path())
    assert [(row["kind"], row["amount_minor"]) for row in rows[1:-1]] == [("charge", str(earned_minor))]
    assert (download.suggested_filename, rows[-1]["balance_minor"]) == ("earnings.csv", str(earned_minor))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
