"""Every setting of every program, with its default, what it may be, and how they go together.

`.env.example` is made from this struct; `shared.settings_loading` reads it from the environment.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared import failpoints
from shared.bus.urls import check_broker_urls
from shared.messages.base import TALK_MS_MAX
from shared.money import AMOUNT_MINOR_MAX, AmountMinor
from shared.spending.day import time_zone

Port = Annotated[int, Meta(ge=0, le=65_535)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Milliseconds = Annotated[int, Meta(ge=1, le=7 * 24 * 3_600_000)]
Seconds = Annotated[int, Meta(ge=1, le=366 * 24 * 3_600)]
CurrencyCode = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")]
SocketUrl = Annotated[
    str, Meta(pattern=r"^(wss?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[!-~]*)?)?\Z")
]
TicketSecret = Annotated[str, Meta(min_length=32)]
RateLimit = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,5}/[1-9][0-9]{0,5}\Z")]
"""``burst/seconds``: so many at once, and as many again within so many seconds."""
TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
NodeName = Annotated[str, Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,62})?\Z")]

WebUrl = Annotated[str, Meta(pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#\s]+(/[!-~]*)?\Z")]
_HOST_AND_PORT = r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
StunUrl = Annotated[str, Meta(pattern=rf"^stuns?:{_HOST_AND_PORT}\Z")]
TurnUrl = Annotated[str, Meta(pattern=rf"^turns?:{_HOST_AND_PORT}(\?transport=(udp|tcp))?\Z")]


def _setting(meaning: str) -> Meta:
    return Meta(description=meaning)


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings with their defaults; one line of meaning each, durations in the unit their name ends in."""

    mode: Annotated[
        Literal["development", "production"], _setting("`production` refuses what is only fit for trying out")
    ] = "development"
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], _setting("How much the programs log, on standard error")
    ] = "INFO"
    log_format: Annotated[
        Literal["lines", "json"],
        _setting("`lines` for people; `json` is an object a line, with the ids of call and account"),
    ] = "lines"

    failpoints: Annotated[
        str,
        _setting("Where the process fails on purpose, in tests of faults (docs/faults.md); never in production"),
    ] = ""
    clock_shift_file: Annotated[
        str,
        _setting("File with the milliseconds by which the wall clock is wrong, in such tests; no more than that"),
    ] = ""

    host: Annotated[str, _setting("Address every program listens on")] = "127.0.0.1"
    api_port: Annotated[Port, _setting("Port of the REST API, and of everything in the all-in-one form")] = 8000
    signaling_port: Annotated[Port, _setting("Port of the signaling service")] = 8001
    worker_port: Annotated[Port, _setting("Port of the billing worker's health page")] = 8002
    public_url: Annotated[WebUrl, _setting("Where people reach the product; also its default origin")] = (
        "http://127.0.0.1:8000"
    )
    signaling_url: Annotated[
        SocketUrl,
        _setting("Where browsers reach the sockets (ws:// or wss://); `/ws` of the public URL where empty"),
    ] = ""
    allowed_origins: Annotated[
        tuple[str, ...], _setting("Other origins whose pages may use API and sockets, separated by commas")
    ] = ()

    trusted_proxies: Annotated[
        tuple[str, ...],
        _setting("Addresses or networks of the proxies whose `X-Forwarded-For` is believed, separated by commas"),
    ] = ()

    database_url: Annotated[str, _setting("PostgreSQL, as the role that the programs use")] = (
        "postgresql://talktime_app@127.0.0.1:5432/talktime"
    )
    database_owner_url: Annotated[
        str, _setting("PostgreSQL, as the role that owns the tables; read by `talktime migrate` only")
    ] = ""
    database_connections_max: Annotated[Count, _setting("Connections to PostgreSQL per program")] = 10
    rabbitmq_url: Annotated[
        str, _setting("The broker, with virtual host; of a cluster all nodes, separated by commas")
    ] = "amqp://guest:guest@127.0.0.1:5672/"
    publish_timeout_ms: Annotated[Milliseconds, _setting("How long a publish may wait for its confirmation")] = (
        5_000
    )

    private_network: Annotated[
        bool, _setting("In production, database and broker are reached where nobody else can listen: no TLS needed")
    ] = False

    secrets_reread_seconds: Annotated[
        Seconds, _setting("How often files of keys and secrets are looked at for new ones (docs/secrets.md)")
    ] = 10

    token_signing_key: Annotated[str, _setting("Ed25519 private key, PEM; the API's only")] = ""
    token_verify_keys: Annotated[
        str, _setting("Ed25519 public keys, PEM, one after another; derived where the signing key is given")
    ] = ""
    token_issuer: Annotated[str, _setting("`iss` of access tokens")] = "talktime"  # noqa: S105 - no secret
    token_audience: Annotated[str, _setting("`aud` of access tokens")] = "talktime"  # noqa: S105 - no secret
    access_token_seconds: Annotated[Seconds, _setting("Life of an access token")] = 600
    refresh_token_seconds: Annotated[Seconds, _setting("Life of an unused refresh token")] = 30 * 24 * 3_600
    refresh_grace_seconds: Annotated[
        Seconds, _setting("A refresh token used again within this time is honest concurrency, not theft")
    ] = 10
    session_seconds_max: Annotated[Seconds, _setting("Longest session, however often it is refreshed")] = (
        90 * 24 * 3_600
    )
    sessions_max: Annotated[
        Count, _setting("Sessions of one account; one more ends the one that was not used for longest")
    ] = 20
    session_retention_seconds: Annotated[
        Seconds, _setting("How long sessions that are over are kept, with address and device")
    ] = 30 * 24 * 3_600
    operator_token_seconds: Annotated[Seconds, _setting("Life of an operator's access token")] = 300
    operator_refresh_seconds: Annotated[Seconds, _setting("Life of an operator's unused refresh token")] = 3_600
    operator_session_seconds_max: Annotated[
        Seconds, _setting("Longest session of an operator, however often it is refreshed")
    ] = 12 * 3_600
    operator_recent_login_seconds: Annotated[
        Seconds, _setting("How long after logging in an operator may move money")
    ] = 300
    password_threads_max: Annotated[Count, _setting("Passwords hashed at the same time")] = 2
    password_queue_max: Annotated[Count, _setting("Passwords waiting to be hashed; one more is answered 429")] = 100
    password_words: Annotated[
        tuple[str, ...],
        _setting("Words that make no password, such as names of company and product, comma separated"),
    ] = ()

    login_limit: Annotated[
        RateLimit, _setting("Failed logins to one account from one address: so many at once / back within seconds")
    ] = "10/900"
    login_limit_account: Annotated[RateLimit, _setting("Failed logins to one account from everywhere")] = "100/3600"
    login_limit_address: Annotated[RateLimit, _setting("Failed logins from one address")] = "50/600"
    proof_limit: Annotated[RateLimit, _setting("Wrong passwords of one account that is logged in")] = "10/300"
    registration_limit_address: Annotated[RateLimit, _setting("Accounts made from one address")] = "100/3600"
    payment_limit: Annotated[RateLimit, _setting("Payments begun by one account")] = "30/600"
    search_limit: Annotated[RateLimit, _setting("Searches for people by one account")] = "120/60"
    invite_limit: Annotated[RateLimit, _setting("Invites to calls by one account")] = "60/120"
    invite_limit_pair: Annotated[RateLimit, _setting("Invites by one account to one callee")] = "20/200"
    invite_limit_callee: Annotated[RateLimit, _setting("Invites to one callee by everybody")] = "200/100"
    people_list_max: Annotated[Count, _setting("People on the blocklist, or in the contacts, of one account")] = (
        1_000
    )
    callee_answers: Annotated[
        Literal["same", "distinct"],
        _setting("What callers hear of callees that do not exist: `same` as of unreachable ones, or `distinct`"),
    ] = "same"

    currency: Annotated[CurrencyCode, _setting("ISO 4217 code of the installation's one currency")] = "EUR"
    price_minor: Annotated[
        int, Meta(ge=0, le=AMOUNT_MINOR_MAX, description="Minor units a minute costs a new account")
    ] = 10
    minute_ms: Annotated[Milliseconds, _setting("Length of a charged minute")] = 60_000
    free_talk_ms: Annotated[
        int,
        Meta(
            ge=0,
            le=TALK_MS_MAX,
            description="Talk at the beginning of each call that costs nothing; short calls are free",
        ),
    ] = 0
    talk_grace_ms: Annotated[
        int,
        Meta(
            ge=0,
            le=TALK_MS_MAX,
            description="Talk time up to which a call costs nothing at all; short calls are free",
        ),
    ] = 0
    spend_day_time_zone: Annotated[
        str, _setting("Whose midnight begins the day that people limit their spending for, e.g. `Europe/Berlin`")
    ] = "UTC"
    idempotency_retention_seconds: Annotated[
        Seconds, _setting("How long a request with an Idempotency-Key, repeated, is given the answer it was given")
    ] = 90 * 24 * 3_600
    payment_minor_max: Annotated[AmountMinor, _setting("Largest single payment, in minor units")] = 100_000
    payment_provider: Annotated[
        Literal["none", "sandbox", "stripe"],
        _setting("Who takes payments (docs/payments.md); `sandbox` pays without money, never in production"),
    ] = "sandbox"
    sandbox_webhook_secrets: Annotated[
        tuple[str, ...],
        _setting("Secrets of the sandbox's webhook signatures, comma separated; the first one signs"),
    ] = ()
    webhook_tolerance_seconds: Annotated[Seconds, _setting("Greatest age, or lead, of a webhook's time stamp")] = (
        300
    )
    stripe_api_key: Annotated[str, _setting("Secret or restricted key of Stripe's API")] = ""
    stripe_webhook_secrets: Annotated[
        tuple[str, ...],
        _setting("Secrets of our webhook endpoints at Stripe, comma separated; each is good"),
    ] = ()
    stripe_checkout_seconds: Annotated[
        int, Meta(ge=3_600, le=86_000, description="How long a checkout at Stripe may take until it expires")
    ] = 7_200
    stripe_test_mode: Annotated[
        bool, _setting("In production, Stripe's test keys are good: a rehearsal, in which no money moves")
    ] = False
    stripe_api_url: Annotated[WebUrl, _setting("Where Stripe's API is, or a proxy of yours before it")] = (
        "https://api.stripe.com"
    )
    refund_retry_seconds: Annotated[
        Seconds, _setting("How long after it was asked in vain the payment provider is asked for a refund again")
    ] = 60

    node: Annotated[
        NodeName, _setting("Name of this signaling process, unique among them; host name and port where empty")
    ] = ""
    journal_folder: Annotated[
        str,
        _setting(
            "Where call events wait for the broker, on a local disk (docs/broker.md); the user's state if empty"
        ),
    ] = ""
    journal_fsync: Annotated[
        Literal["always", "interval", "never"],
        _setting("When these events must be on the disk: what a power cut may lose (docs/broker.md)"),
    ] = "interval"
    journal_fsync_ms: Annotated[
        Milliseconds, _setting("With `interval`: how long an event may be in the memory of the machine alone")
    ] = 100
    authorize_ms_max: Annotated[Milliseconds, _setting("How long billing may take to authorize a call")] = 3_000
    unreachable_answer_ms: Annotated[
        Milliseconds, _setting("How long after the invite a caller hears that the callee is unreachable, whyever")
    ] = 500
    ring_ms_max: Annotated[Milliseconds, _setting("How long a call rings")] = 45_000
    connect_ms_max: Annotated[Milliseconds, _setting("How long connecting the media may take")] = 20_000
    resume_ms_max: Annotated[Milliseconds, _setting("How long a lost device may take to come back")] = 20_000
    resume_messages_max: Annotated[
        Count, _setting("Messages kept for a device that may have missed them; who missed more gets a snapshot")
    ] = 500
    resume_bytes_max: Annotated[Count, _setting("The same, in bytes")] = 1_000_000
    presence_report_ms: Annotated[
        Milliseconds, _setting("How often a signaling process says that it is alive, and who has left it")
    ] = 2_000
    presence_settle_ms: Annotated[
        Milliseconds, _setting("How long hints about somebody's presence are gathered before it is looked up")
    ] = 300
    presence_refresh_ms: Annotated[
        Milliseconds, _setting("How often the presence of people who are watched is looked up without any hint")
    ] = 30_000
    ticket_secrets: Annotated[
        tuple[TicketSecret, ...],
        _setting(
            "Secrets of call tickets, of at least 32 bytes, comma separated; the first one signs (docs/secrets.md)"
        ),
    ] = ()
    ticket_ms: Annotated[Milliseconds, _setting("How often a device in a call gets a newer ticket for it")] = 10_000
    beat_ms: Annotated[
        Milliseconds, _setting("How often the owner of a call asks other nodes which of its devices are alive")
    ] = 1_000
    owner_silence_ms_max: Annotated[
        Milliseconds,
        _setting("A node that says nothing for longer owns no calls any more: its devices take them over"),
    ] = 5_000
    find_ms_max: Annotated[
        Milliseconds, _setting("How long other nodes may take to say that a device of the callee is there")
    ] = 1_000
    attach_ms_max: Annotated[
        Milliseconds, _setting("How long a device that comes back waits for the node that owned its call")
    ] = 1_000
    moving_ms_max: Annotated[
        Milliseconds, _setting("Over how long a stopping signaling process spreads the leaving of its devices")
    ] = 3_000
    call_ms_max: Annotated[Milliseconds, _setting("Longest call")] = 4 * 3_600_000
    renew_lead_ms: Annotated[
        Milliseconds, _setting("How long before the lease ends the next minute is asked for")
    ] = 15_000
    hello_ms_max: Annotated[Milliseconds, _setting("How long a new socket may take to say hello")] = 5_000
    ping_ms: Annotated[Milliseconds, _setting("Time between two pings to a device")] = 4_000
    silence_ms_max: Annotated[Milliseconds, _setting("A device silent for longer is lost")] = 9_000
    socket_queue_max: Annotated[Count, _setting("Messages waiting for one device; one more drops the device")] = 256
    sockets_per_address_max: Annotated[
        Count, _setting("Sockets open at one signaling process from one address, or one IPv6 network of 64 bits")
    ] = 256
    messages_per_second_max: Annotated[Count, _setting("Messages a second that a device may send for long")] = 50
    messages_burst_max: Annotated[Count, _setting("Messages that a device may send at once")] = 200
    frame_bytes_max: Annotated[Count, _setting("Largest WebSocket message")] = 65_536
    body_bytes_max: Annotated[Count, _setting("Largest REST request body")] = 65_536

    stun_urls: Annotated[
        tuple[StunUrl, ...], _setting("STUN servers for the media of calls, comma separated: stun:host:port")
    ] = ()
    turn_urls: Annotated[
        tuple[TurnUrl, ...],
        _setting("TURN servers that relay media, comma separated: turn:host:port?transport=udp"),
    ] = ()
    turn_secrets: Annotated[
        tuple[str, ...],
        _setting("Secrets shared with the TURN servers, comma separated; the first one signs (docs/turn.md)"),
    ] = ()
    turn_credential_seconds: Annotated[
        Seconds, _setting("Life of TURN credentials; clients ask for new ones in time")
    ] = 600
    relay_only: Annotated[
        bool, _setting("All media goes through the TURN servers, so that nobody learns another one's address")
    ] = False

    settle_batch_max: Annotated[Count, _setting("Call events settled in one transaction")] = 500
    request_batch_max: Annotated[Count, _setting("Requests answered in one transaction")] = 64
    relay_batch_max: Annotated[Count, _setting("Outbox rows published together")] = 500
    relay_idle_ms: Annotated[Milliseconds, _setting("How often the outbox is looked at when nobody rings")] = 500
    sweep_ms: Annotated[Milliseconds, _setting("How often calls whose end never came are looked for")] = 10_000
    tidy_ms: Annotated[
        Milliseconds, _setting("How often sessions, tokens and counts that are over are removed")
    ] = 3_600_000
    sweep_grace_ms: Annotated[Milliseconds, _setting("How long after its lease a silent call is closed")] = 60_000
    correction_seconds_max: Annotated[
        Seconds, _setting("How long after its settlement a call may still turn out shorter; then people decide")
    ] = 7 * 24 * 3_600
    audit_at: Annotated[
        TimeOfDay, _setting("When all books are looked through, each day, in UTC (docs/money.md)")
    ] = "03:30"
    node_silence_seconds: Annotated[
        Seconds, _setting("People at a signaling process that was not heard of for longer count as offline")
    ] = 30
    audit_overdue_seconds: Annotated[
        Seconds, _setting("How long after its lease a call that is not settled is a difference in the books")
    ] = 3_600
    drain_ms_max: Annotated[Milliseconds, _setting("How long a stopping program may take to finish its work")] = (
        8_000
    )

    @property
    def operator_token_audience(self) -> str:
        """`aud` of operators' access tokens."""
        return f"{self.token_audience}-operator"

    def __post_init__(self) -> None:
        failpoints.check(self.failpoints)
        if self.renew_lead_ms >= self.minute_ms:
            raise ValueError("`renew_lead_ms` must be shorter than `minute_ms`")
        if self.silence_ms_max <= self.ping_ms:
            raise ValueError("`silence_ms_max` must be longer than `ping_ms`")
        if min(self.silence_ms_max, self.owner_silence_ms_max) <= 2 * self.beat_ms:
            raise ValueError("`silence_ms_max` and `owner_silence_ms_max` must be longer than two times `beat_ms`")
        if self.node_silence_seconds * 1_000 <= 2 * self.presence_report_ms:
            raise ValueError("`node_silence_seconds` must be longer than two times `presence_report_ms`")
        if self.public_url.startswith("https:") and self.signaling_url.startswith("ws:"):
            raise ValueError(
                "`signaling_url` must be wss:// where `public_url` is https://: browsers refuse the mixture"
            )
        _check_broker(self.rabbitmq_url)
        for proxy in self.trusted_proxies:
            _check_network(proxy)
        _check_time_zone(self.spend_day_time_zone)
        if self.turn_urls and not self.turn_secrets:
            raise ValueError("`turn_urls` need `turn_secrets`: without one no credential can be signed")


def _check_broker(urls: str) -> None:
    try:
        check_broker_urls(urls)
    except ValueError as error:
        raise ValueError(f"`rabbitmq_url` {error}") from error


def _check_time_zone(name: str) -> None:
    try:
        time_zone(name)
    except ValueError as error:
        raise ValueError(f"`spend_day_time_zone` is none that this machine knows: {error}") from error


def _check_network(text: str) -> None:
    try:
        ip_network(text)
    except ValueError as error:
        raise ValueError(f"`trusted_proxies` must be addresses or networks: {error}") from error
