"""Reading earnings; calls and payouts make them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from api.earnings.schemas import Earnings
from api.problems import NotFoundError
from shared.database import reading
from shared.ledger import read_wallet


@dataclass(frozen=True)
class EarningsOf:
    """Reads what accounts earn."""

    engine: AsyncEngine
    currency: str

    async def read(self, account_id: UUID) -> Earnings:
        """Return what there is now. Raises `NotFoundError`."""
        async with reading(self.engine) as connection:
            wallet = await read_wallet(connection, account_id)
        if wallet is None:
            raise NotFoundError
        return Earnings(
            earned_minor=wallet.earned_minor,
            currency=self.currency,
            asking_price_minor=wallet.asking_price_minor,
            earning_share_bp=wallet.earning_share_bp,
        )
