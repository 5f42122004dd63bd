"""One example of every message on the socket, all of one story: Ann calls Ben."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from shared.messages.base import (
    EndReason,
    Message,
    Party,
    PersonPresence,
    PresenceState,
    RefusalReason,
    Role,
    State,
    WalletState,
)
from shared.messages.from_client import (
    Accept,
    Answer,
    Authenticate,
    Cancel,
    Candidate,
    Connected,
    ConnectFailed,
    Decline,
    HangUp,
    Hello,
    IceCandidate,
    Invite,
    Offer,
    Pong,
    WatchPresence,
)
from shared.messages.to_client import (
    Authenticated,
    Blocked,
    CallAccepted,
    CallActive,
    CallAnsweredElsewhere,
    CallAuthorizing,
    CallIncoming,
    CallLease,
    CallLowFunds,
    CallOver,
    CallRefused,
    CallRinging,
    CallSnapshot,
    CallStands,
    CallTicket,
    Charged,
    Error,
    ErrorCode,
    Moving,
    PeerAnswer,
    PeerCandidate,
    PeerLost,
    PeerOffer,
    PeerResumed,
    Ping,
    Presence,
    Unblocked,
    Wallet,
    Welcome,
)

ANN = Party(account_id=UUID("01985d1c-57a0-7c51-8f3e-0d5b9f6a1c01"), user_name="ann")
BEN = Party(account_id=UUID("01985d1c-6b28-7d02-9a44-3c8e7b2f1d02"), user_name="ben")
CLEO_ID = UUID("01985d1c-71c9-7b13-8d20-9e4f6a5b3c05")
DEVICE_ID = UUID("01985d20-1c10-7a4e-b3d5-7f1e2a9c4b03")
CALL_ID = UUID("01985d21-0f58-7e36-8c71-5a9d4e3b2c04")
SDP = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
CANDIDATE = IceCandidate(
    candidate="candidate:1 1 udp 2122260223 192.0.2.7 54321 typ host",
    sdpMid="0",
    sdpMLineIndex=0,
    usernameFragment="9vBc",
)
CALL = CallSnapshot(
    call_id=CALL_ID,
    state=State.ACTIVE,
    role=Role.CALLER,
    other=BEN,
    price_minor=10,
    currency="EUR",
    minute_ms=60_000,
    talk_ms=31_250,
    paid_ms=60_000,
)
SEEN_AT = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
TICKET = "eyJhbGciOiJIUzI1NiJ9.eyJjYWxsX2lkIjoiMDE5ODVkMjEifQ.c2lnbmF0dXJl"
TOKEN = "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk4NWQxYyJ9.c2lnbmF0dXJl"  # noqa: S105 - no real one
RESUME_TOKEN = "Jd0m1uQ8cV3nT5rXw7yZ2aBcDeFgHiJk"  # noqa: S105 - no real one


def _wallet(*, version: int, balance_minor: int, held_minor: int = 0) -> WalletState:
    available_minor = balance_minor - held_minor
    return WalletState(
        version=version,
        balance_minor=balance_minor,
        held_minor=held_minor,
        available_minor=available_minor,
        price_minor=10,
        currency="EUR",
        minutes_affordable=available_minor // 10,
        blocked=available_minor < 10,
        blocked_by_operator=False,
    )


EXAMPLES: tuple[Message, ...] = (
    Hello(ref="1", token=TOKEN, device_name="Ann's laptop"),
    Authenticate(ref="5", token=TOKEN),
    Pong(),
    WatchPresence(account_ids=[BEN.account_id, CLEO_ID], ref="6"),
    Invite(ref="2", callee_user_name="ben"),
    Accept(ref="3", call_id=CALL_ID),
    Decline(call_id=CALL_ID),
    Cancel(call_id=CALL_ID),
    HangUp(ref="4", call_id=CALL_ID),
    Connected(call_id=CALL_ID),
    ConnectFailed(call_id=CALL_ID),
    Offer(call_id=CALL_ID, sdp=SDP),
    Answer(call_id=CALL_ID, sdp=SDP),
    Candidate(call_id=CALL_ID, candidate=CANDIDATE),
    Welcome(
        ref="1",
        account=ANN,
        device_id=DEVICE_ID,
        resume_token=RESUME_TOKEN,
        resume_ms=20_000,
        ping_ms=4_000,
        wallet=_wallet(version=7, balance_minor=25, held_minor=10),
        call=CALL,
    ),
    Authenticated(ref="5"),
    Ping(),
    Error(
        code=ErrorCode.NOT_IN_CALL,
        message="No such call is live, or it is none of yours.",
        ref="4",
        call_id=CALL_ID,
    ),
    CallAuthorizing(call_id=CALL_ID, ref="2"),
    CallRefused(
        call_id=CALL_ID,
        reason=RefusalReason.INSUFFICIENT_FUNDS,
        price_minor=10,
        shortfall_minor=5,
        currency="EUR",
        ref="2",
    ),
    CallRinging(call_id=CALL_ID, callee=BEN, price_minor=10, currency="EUR", minute_ms=60_000, ring_ms=45_000),
    CallIncoming(call_id=CALL_ID, caller=ANN, ring_ms=45_000),
    CallAccepted(call_id=CALL_ID, connect_ms=20_000),
    CallAnsweredElsewhere(call_id=CALL_ID),
    PeerOffer(call_id=CALL_ID, from_account_id=ANN.account_id, sdp=SDP),
    PeerAnswer(call_id=CALL_ID, from_account_id=BEN.account_id, sdp=SDP),
    PeerCandidate(call_id=CALL_ID, from_account_id=ANN.account_id, candidate=CANDIDATE),
    CallActive(call_id=CALL_ID, price_minor=10, currency="EUR", minute_ms=60_000, paid_ms=60_000),
    CallLease(call_id=CALL_ID, talk_ms=45_000, paid_ms=120_000),
    CallLowFunds(call_id=CALL_ID, ends_in_ms=15_000, reason="funds", shortfall_minor=5, currency="EUR"),
    PeerLost(call_id=CALL_ID, resume_ms=20_000),
    PeerResumed(call_id=CALL_ID),
    CallStands(call=CALL),
    CallTicket(call_id=CALL_ID, ticket=TICKET),
    Moving(delay_ms=1_250),
    Presence(
        ref="6",
        people=[
            PersonPresence(account_id=BEN.account_id, state=PresenceState.AVAILABLE),
            PersonPresence(account_id=CLEO_ID, state=PresenceState.OFFLINE, last_seen_at=SEEN_AT),
        ],
    ),
    CallOver(call_id=CALL_ID, reason=EndReason.HUNG_UP, talk_ms=61_480),
    Charged(
        call_id=CALL_ID,
        talk_ms=61_480,
        minutes=2,
        charge_minor=20,
        wallet=_wallet(version=9, balance_minor=5),
    ),
    Wallet(wallet=_wallet(version=10, balance_minor=105)),
    Blocked(wallet=_wallet(version=9, balance_minor=5), shortfall_minor=5),
    Unblocked(wallet=_wallet(version=10, balance_minor=105)),
)
