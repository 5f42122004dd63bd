"""Choosing Stripe: what it needs, and what it costs those who do not."""

import subprocess
import sys
from typing import Any

import pytest

from api.payments.providers import provider_of
from shared.settings_loading import SettingsError
from tests.api.world import settings_for
from tests.harness.clock import ManualClock

CHOSEN: dict[str, Any] = {
    "payment_provider": "stripe",
    "stripe_api_key": "sk_test_51TalktimeStandIn0123456789",
    "stripe_webhook_secrets": ("whsec_f1ght1ng4ndst1llst4nd1ng",),
}
URL = "postgresql://nobody@127.0.0.1/nothing"


@pytest.mark.parametrize(
    ("missing", "named"),
    [({"stripe_api_key": ""}, "STRIPE_API_KEY"), ({"stripe_webhook_secrets": ()}, "STRIPE_WEBHOOK_SECRETS")],
)
def test_key_and_secrets_are_needed(missing: dict[str, Any], named: str) -> None:
    """The api does not start without; the other programs, which share most settings, do."""
    settings = settings_for(URL, **{**CHOSEN, **missing})
    with pytest.raises(SettingsError, match=f"TALKTIME_{named} "):
        provider_of(settings, ManualClock())


def test_the_currency_must_be_one_that_stripe_counts() -> None:
    with pytest.raises(SettingsError, match="TALKTIME_CURRENCY"):
        provider_of(settings_for(URL, **CHOSEN, currency="IQD"), ManualClock())
    for currency in ("EUR", "JPY", "ISK", "KWD"):
        provider = provider_of(settings_for(URL, **CHOSEN, currency=currency), ManualClock())
        assert provider is not None
        assert provider.name == "stripe"


@pytest.mark.parametrize(("provider", "is_loaded"), [("sandbox", False), ("none", False), ("stripe", True)])
def test_the_library_is_loaded_only_where_it_is_used(provider: str, is_loaded: bool) -> None:
    """It takes memory, and a tenth of a second at each start."""
    program = f"""
import sys
from api.app import create_app
from shared.clock import SystemClock
from shared.database import create_engine
from tests.api.stripe.test_settings import CHOSEN, URL
from tests.api.world import settings_for
loaded = "stripe" in sys.modules
settings = settings_for(URL, **{{**CHOSEN, "payment_provider": {provider!r}}})
create_app(settings, engine=create_engine(URL, connections_max=1), clock=SystemClock())
print(loaded, "stripe" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", str(is_loaded)]
