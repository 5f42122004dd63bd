"""Which payment provider there is, as the settings say."""

import secrets

import httpx

from api.payments.provider import PaymentProvider
from api.payments.sandbox import NAME as SANDBOX
from api.payments.sandbox import SandboxProvider
from shared.clock import Clock
from shared.settings import Settings
from shared.settings_loading import SettingsError

WEBHOOK_SECONDS_MAX = 10.0


def provider_of(settings: Settings, clock: Clock, *, internal_url: str | None = None) -> PaymentProvider | None:
    """Return it, None where no payments are taken; `internal_url` is where the sandbox reaches us.

    Raises `SettingsError`.
    """
    match settings.payment_provider:
        case "sandbox":
            return _sandbox(settings, clock, internal_url or settings.public_url)
        case "stripe":
            return _stripe(settings, clock)
        case "none":
            return None


def _sandbox(settings: Settings, clock: Clock, url: str) -> SandboxProvider:
    return SandboxProvider(
        public_url=settings.public_url,
        # Without a configured secret this process trusts only itself.
        secrets=settings.sandbox_webhook_secrets or (secrets.token_urlsafe(),),
        tolerance_seconds=settings.webhook_tolerance_seconds,
        clock=clock,
        http=httpx.AsyncClient(timeout=WEBHOOK_SECONDS_MAX, trust_env=False),
        webhook_url=f"{url.rstrip('/')}/v1/webhooks/{SANDBOX}",
    )


def _stripe(settings: Settings, clock: Clock) -> PaymentProvider:
    # Only here: the library takes 9 MiB and a tenth of a second, which others need not pay.
    from api.payments.stripe.amounts import is_taken
    from api.payments.stripe.provider import StripeProvider

    # Of no use to the other programs, which share most settings: so this is no rule about all settings.
    for name in ("stripe_api_key", "stripe_webhook_secrets"):
        if not getattr(settings, name):
            raise SettingsError(
                f"TALKTIME_PAYMENT_PROVIDER=stripe needs TALKTIME_{name.upper()} (docs/payments.md)"
            )
    if not is_taken(settings.currency):
        raise SettingsError(f"Stripe takes no {settings.currency}: TALKTIME_CURRENCY must be another")
    return StripeProvider(
        api_key=settings.stripe_api_key,
        webhook_secrets=settings.stripe_webhook_secrets,
        public_url=settings.public_url,
        checkout_seconds=settings.stripe_checkout_seconds,
        tolerance_seconds=settings.webhook_tolerance_seconds,
        clock=clock,
        api_url=settings.stripe_api_url,
    )
