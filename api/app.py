"""The one place where the REST API is wired."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from litestar import Controller, Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ControllerRouterHandler, Guard, LifespanHook
from sqlalchemy.ext.asyncio import AsyncEngine

from api.accounts.deletion import Deletions
from api.accounts.password import OwnPassword
from api.accounts.profile import Profiles
from api.accounts.routes import AccountRoutes, MeRoutes
from api.accounts.service import Accounts
from api.bodies import JsonRequest
from api.calls.routes import CallRoutes
from api.calls.service import Calls
from api.docs.config import openapi_config
from api.docs.routes import Docs, DocsRoutes
from api.earnings.routes import EarningsRoutes
from api.earnings.service import EarningsOf
from api.failures import FAILURES
from api.fields import FieldSchemas
from api.headers import AnswerHeaders
from api.health import HealthRoutes
from api.ice.credentials import TurnCredentials
from api.ice.routes import IceRoutes
from api.ice.service import Ice
from api.idempotency.once import Once
from api.idempotency.requests import KEYS
from api.installation.routes import InstallationRoutes
from api.installation.service import installation_of
from api.keys import key_set
from api.limits.routes import LimitRoutes
from api.limits.service import SpendLimits
from api.operators.accounts.directory import Directory
from api.operators.accounts.records import Records
from api.operators.accounts.routes import OperatorAccountRoutes
from api.operators.accounts.standing import Standing
from api.operators.audit.log import AuditLog
from api.operators.audit.reading import AuditTrail
from api.operators.audit.routes import AuditRoutes
from api.operators.books.account_routes import OperatorStatementRoutes
from api.operators.books.routes import BooksRoutes
from api.operators.books.service import BooksBoard
from api.operators.calls.board import CallBoard
from api.operators.calls.ending import CallEndings
from api.operators.calls.refunding import CallRefunds
from api.operators.calls.refunds import RefundsOfCalls
from api.operators.calls.routes import OperatorCallRoutes
from api.operators.figures.routes import FigureRoutes
from api.operators.figures.service import FigureBoard
from api.operators.money.adjusting import Adjusting
from api.operators.money.paying_out import PayingOut
from api.operators.money.pricing import Pricing
from api.operators.money.routes import OperatorMoneyRoutes
from api.operators.payments.reading import RefundRecords
from api.operators.payments.refunding import Refunding
from api.operators.payments.routes import OperatorPaymentRoutes
from api.operators.prices.default import DefaultPricing
from api.operators.prices.history import PriceHistory
from api.operators.prices.routes import OperatorAskingPriceRoutes, OperatorPriceRoutes
from api.operators.sessions.recent import RecentLogins
from api.operators.sessions.routes import OperatorLoginRoutes, OperatorSessionRoutes
from api.page.built_page import BUILT, BuiltPage
from api.page.policy import page_headers
from api.page.routes import Page, PageRoutes
from api.passwords import Passwords
from api.payments.provider import PaymentProvider
from api.payments.providers import provider_of
from api.payments.refund_asking import RefundAsking
from api.payments.routes import PaymentRoutes, WebhookRoutes
from api.payments.sandbox import SandboxProvider
from api.payments.service import Payments
from api.payments.settlement import Settlement
from api.people.list_routes import BlocklistRoutes, ContactRoutes
from api.people.lists import PeopleList
from api.people.presence import PresenceOf
from api.people.routes import PeopleRoutes
from api.people.service import People
from api.quotes.routes import QuoteRoutes
from api.quotes.service import CallTerms, Quotes
from api.renewing import Renewing, trusted_keys
from api.sandbox.desk import SandboxDesk
from api.sandbox.routes import SandboxRoutes
from api.security import Authenticator, login_of
from api.sessions.kinds import SessionKind, SessionLife
from api.sessions.own import OwnSessions
from api.sessions.routes import OwnSessionRoutes, SessionRoutes
from api.sessions.service import Sessions
from api.sessions.tokens import RefreshTokens
from api.statements.accounts import Statements
from api.statements.houses import HouseStatements
from api.throttling.limits import Limits
from api.throttling.throttle import Throttling
from api.wallet.routes import WalletRoutes
from api.wallet.service import Wallets
from shared.clock import Clock
from shared.models import BlocklistEntry, Contact
from shared.rounds import Rounds
from shared.settings import Settings
from shared.settings_loading import SettingsError
from shared.tokens import TokenSigner, TokenVerifier, load_signing_key

LOOKS_A_WAIT = 4
"""How often refunds to be asked for are looked for, in the time after which they are asked for again."""
RENEWING = "renewing"
"""Under this name of the application's state is what takes new keys and secrets, `api.renewing.Renewing`."""

OPEN_ROUTES: Sequence[ControllerRouterHandler] = (
    AccountRoutes, SessionRoutes, WebhookRoutes, InstallationRoutes, OperatorLoginRoutes,
)  # fmt: skip
LOGIN_ROUTES: Sequence[type[Controller]] = (
    OwnSessionRoutes, MeRoutes, LimitRoutes, WalletRoutes, EarningsRoutes, PaymentRoutes, PeopleRoutes,
    BlocklistRoutes, ContactRoutes, QuoteRoutes, CallRoutes, IceRoutes,
)  # fmt: skip
OPERATOR_ROUTES: Sequence[type[Controller]] = (
    OperatorSessionRoutes, OperatorAccountRoutes, OperatorMoneyRoutes, OperatorAskingPriceRoutes,
    OperatorPriceRoutes, OperatorCallRoutes, FigureRoutes,
    AuditRoutes, OperatorPaymentRoutes, OperatorStatementRoutes, BooksRoutes,
)  # fmt: skip


def create_app(
    settings: Settings,
    *,
    engine: AsyncEngine,
    clock: Clock,
    internal_url: str | None = None,
    page_folder: Path = BUILT,
) -> Litestar:
    """Return the application. The engine is the caller's, who also disposes of it.

    `internal_url` is where the sandbox provider reaches this application, where that is not `public_url`.
    Raises `shared.tokens.KeyUnusableError`, `shared.settings_loading.SettingsError`.
    """
    signers = _signers(settings, clock)
    verifiers = {kind: _verifier(settings, signer, clock) for kind, signer in signers.items()}
    passwords = Passwords(
        threads_max=settings.password_threads_max,
        queue_max=settings.password_queue_max,
        words=settings.password_words,
    )
    refresh_tokens = RefreshTokens(
        lives={
            SessionKind.PERSONAL: SessionLife(
                timedelta(seconds=settings.refresh_token_seconds), timedelta(seconds=settings.session_seconds_max)
            ),
            SessionKind.OPERATOR: SessionLife(
                timedelta(seconds=settings.operator_refresh_seconds),
                timedelta(seconds=settings.operator_session_seconds_max),
            ),
        },
        grace=timedelta(seconds=settings.refresh_grace_seconds),
    )
    throttling = Throttling(engine, clock, Limits(settings))
    own_password = OwnPassword(engine, clock, passwords, throttling)
    installation = installation_of(settings)
    provider = provider_of(settings, clock, internal_url=internal_url)
    turn = _turn_credentials(settings, clock)
    presence_of = PresenceOf(engine, clock, timedelta(seconds=settings.node_silence_seconds))
    services: dict[str, Any] = {
        "engine": engine,
        "verifier": verifiers[SessionKind.PERSONAL],
        "accounts": Accounts(engine, clock, passwords, settings.price_minor),
        "profiles": Profiles(engine, own_password, relay_available=installation.relay_available),
        "own_password": own_password,
        "deletions": Deletions(engine, clock, own_password, settings.currency),
        "sessions": Sessions(
            engine,
            clock,
            passwords,
            signers,
            refresh_tokens,
            throttling,
            AuditLog(engine, clock),
            settings.sessions_max,
        ),
        "own_sessions": OwnSessions(engine, clock, refresh_tokens.lives),
        "once": Once(engine, clock),
        "wallets": Wallets(engine, settings.currency),
        "statements": Statements(engine, clock, settings.currency),
        "earnings_of": EarningsOf(engine, settings.currency),
        "payments": Payments(engine, clock, provider, settings.currency, settings.payment_minor_max),
        "provider": provider,
        "settlement": Settlement(engine, clock),
        "people": People(engine, settings.currency, presence_of),
        "presence_of": presence_of,
        "blocklist": PeopleList(engine, BlocklistEntry, settings.people_list_max, settings.currency, presence_of),
        "contacts": PeopleList(engine, Contact, settings.people_list_max, settings.currency, presence_of),
        "own_limits": SpendLimits(engine, clock, own_password, settings.currency, settings.spend_day_time_zone),
        "quotes": Quotes(engine, clock, CallTerms.of(settings)),
        "calls": Calls(engine, settings.currency),
        "ice": _ice(settings, engine, turn),
        "installation": installation,
        "throttling": throttling,
        "docs": Docs(),
        "page": Page(BuiltPage.read(page_folder), page_headers(installation.signaling_url)),
    }
    asking = _refund_asking(settings, engine, clock, provider)
    services |= _for_operators(settings, engine, clock, refresh_tokens, services)
    services["refund_records"] = RefundRecords(engine, services["audit_log"])
    services["refunding"] = Refunding(engine, clock, services["audit_log"], services["recent_logins"], asking)
    guard = Authenticator(engine, verifiers[SessionKind.PERSONAL]).guard()
    operators_only = Authenticator(engine, verifiers[SessionKind.OPERATOR], SessionKind.OPERATOR).guard()
    protected = [
        *(_behind(guard, "bearer", routes) for routes in LOGIN_ROUTES),
        *(_behind(operators_only, "operator", routes) for routes in OPERATOR_ROUTES),
    ]
    on_startup: list[LifespanHook] = []
    on_shutdown: list[LifespanHook] = [passwords.close]
    sandbox_routes: list[ControllerRouterHandler] = []
    if provider is not None and asking is not None:
        rounds = Rounds("refunds", asking.look, pause_ms=settings.refund_retry_seconds * 1_000 // LOOKS_A_WAIT)
        on_startup.append(lambda: rounds.start(after_a_pause=True))
        on_shutdown += [rounds.stop, provider.close]
    if isinstance(provider, SandboxProvider):
        services["desk"] = SandboxDesk(engine, provider)
        sandbox_routes.append(SandboxRoutes)
    return Litestar(
        route_handlers=[
            Router("/v1", route_handlers=[*OPEN_ROUTES, *protected]),
            HealthRoutes,
            key_set,
            DocsRoutes,
            PageRoutes,
            *sandbox_routes,
        ],
        dependencies=KEYS | {name: _given(service) for name, service in services.items()},
        request_class=JsonRequest,
        request_max_body_size=settings.body_bytes_max,
        exception_handlers=FAILURES,
        before_send=[AnswerHeaders(public_url=settings.public_url, allowed_origins=settings.allowed_origins)],
        on_startup=on_startup,
        on_shutdown=on_shutdown,
        openapi_config=openapi_config(),
        plugins=[FieldSchemas()],
        state=State({RENEWING: Renewing(signers, verifiers, turn, provider)}, deep_copy=False),
        logging_config=None,
    )


def _for_operators(
    settings: Settings, engine: AsyncEngine, clock: Clock, tokens: RefreshTokens, services: dict[str, Any]
) -> dict[str, Any]:
    audit, currency = AuditLog(engine, clock), settings.currency
    recent = RecentLogins(clock, timedelta(seconds=settings.operator_recent_login_seconds))
    directory = Directory(engine, clock, audit, tokens.lives, currency)
    return {
        "audit_log": audit,
        "directory": directory,
        "records": Records(directory, services["wallets"], services["calls"], services["payments"]),
        "standing": Standing(engine, clock, audit, currency),
        "recent_logins": recent,
        "pricing": Pricing(engine, clock, audit, recent, currency),
        "default_pricing": DefaultPricing(engine, clock, audit, recent, settings.price_minor, currency),
        "price_history": PriceHistory(engine, directory, currency),
        "adjusting": Adjusting(clock, audit, recent, currency),
        "paying_out": PayingOut(clock, audit, recent, currency),
        "call_refunds": CallRefunds(clock, audit, recent, currency),
        "audit": audit,
        "books_board": BooksBoard(engine, clock, audit, currency),
        "house_statements": HouseStatements(engine, clock, currency),
        "refunds_of_calls": RefundsOfCalls(engine, audit, currency),
        "call_board": CallBoard(engine, audit, currency),
        "call_endings": CallEndings(engine, clock, audit),
        "figure_board": FigureBoard(engine, clock, currency),
        "audit_trail": AuditTrail(engine),
    }


def _refund_asking(
    settings: Settings, engine: AsyncEngine, clock: Clock, provider: PaymentProvider | None
) -> RefundAsking | None:
    if provider is None:
        return None
    return RefundAsking(engine, clock, provider, timedelta(seconds=settings.refund_retry_seconds))


def _behind(guard: Guard, scheme: str, routes: type[Controller]) -> type[Controller]:
    """Guard them as a class of its own: Litestar lets no two routers share a path, as log-in and list do."""
    given = {
        "guards": [guard, *vars(routes).get("guards", ())],
        "dependencies": {"login": Provide(login_of, sync_to_thread=False)},
        "security": [{scheme: []}],
    }
    return type(routes.__name__, (routes,), given)


def _given(service: Any) -> Provide:
    return Provide(lambda: service, sync_to_thread=False, use_cache=True)


def _signers(settings: Settings, clock: Clock) -> dict[SessionKind, TokenSigner]:
    key = load_signing_key(settings.token_signing_key)
    terms = {
        SessionKind.PERSONAL: (settings.token_audience, settings.access_token_seconds),
        SessionKind.OPERATOR: (settings.operator_token_audience, settings.operator_token_seconds),
    }
    return {
        kind: TokenSigner(
            key, issuer=settings.token_issuer, audience=audience, life_seconds=life_seconds, clock=clock
        )
        for kind, (audience, life_seconds) in terms.items()
    }


def _verifier(settings: Settings, signer: TokenSigner, clock: Clock) -> TokenVerifier:
    keys = trusted_keys(settings)
    return TokenVerifier(keys, issuer=settings.token_issuer, audience=signer.audience, clock=clock)


def _turn_credentials(settings: Settings, clock: Clock) -> TurnCredentials | None:
    if not settings.turn_urls:
        return None
    return TurnCredentials(settings.turn_secrets[0], settings.turn_credential_seconds, clock)


def _ice(settings: Settings, engine: AsyncEngine, credentials: TurnCredentials | None) -> Ice:
    # Signaling, which takes addresses out, has no use for TURN's: so this is no rule about all settings.
    if settings.relay_only and not settings.turn_urls:
        raise SettingsError("TALKTIME_RELAY_ONLY needs TALKTIME_TURN_URLS: without a relay no call could connect")
    return Ice(engine, settings.stun_urls, settings.turn_urls, credentials, settings.relay_only)
