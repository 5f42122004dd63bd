"""Books that the product has kept are in order, whatever happens while they are looked at."""

from sqlalchemy.ext.asyncio import AsyncEngine

from tests.billing_worker.audit.firm import look
from tests.harness.clock import ManualClock


async def test_books_that_the_product_kept_are_in_order(engine: AsyncEngine, clock: ManualClock) -> None:
    """C14: every kind of operation is in them."""
    report = await look(engine, clock)

    assert [each.line for each in report.found] == []
    assert (report.differences, report.wallets) == (0, 5)
    assert set(report.houses) == {
        "provider", "revenue", "refunds", "adjustments", "forfeits", "payouts", "uncollected",
    }  # fmt: skip
    assert report.balances_minor + report.earnings_minor + sum(report.houses.values()) == 0
