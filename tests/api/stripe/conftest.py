"""An API that takes payments through Stripe, which is a stand-in."""

from collections.abc import AsyncIterator

import pytest

from api.payments.stripe import provider
from tests.api.office import hired
from tests.api.stripe.events import WEBHOOK_SECRET
from tests.api.stripe.standin import StripeStandIn
from tests.api.world import Api, User, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

API_KEY = "sk_test_51TalktimeStandIn0123456789"


@pytest.fixture
async def stripe(anyio_backend: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StripeStandIn]:
    """Stripe's API. Who waits for it in vain waits shortly."""
    monkeypatch.setattr(provider, "ANSWER_SECONDS_MAX", 1.0)
    standin = StripeStandIn()
    await standin.start()
    yield standin
    await standin.stop()


@pytest.fixture
async def api(database: Database, clock: ManualClock, stripe: StripeStandIn) -> AsyncIterator[Api]:
    """An API on a database of its own."""
    async with running_api(
        database.app_url,
        clock,
        payment_provider="stripe",
        stripe_api_key=API_KEY,
        stripe_webhook_secrets=(WEBHOOK_SECRET,),
        stripe_api_url=stripe.url,
        payment_limit="100000/1",
    ) as running:
        yield running


@pytest.fixture
async def olga(api: Api) -> User:
    """An operator, logged in as one."""
    return await hired(api, "olga")
