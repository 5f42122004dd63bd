"""Signed call tickets."""

from __future__ import annotations

import base64
import json
from uuid import uuid4

import jwt
import pytest
from msgspec.structs import replace

from shared.messages.base import Role
from signaling.tickets.ticket import TICKET_TYPE, Tickets
from tests.harness.clock import ManualClock
from tests.signaling.call.story import ALICE, BOB, CALL_ID, CALLER, PHONE, STATE_IN_TICKET

SECRETS = ["a" * 40, "b" * 40]
LIFE_MS = 3_600_000


def tickets(*secrets: str, clock: ManualClock | None = None) -> Tickets:
    return Tickets(secrets, life_ms=LIFE_MS, clock=clock or ManualClock())


def signed(by: Tickets, *, role: Role = Role.CALLER) -> str:
    account = ALICE if role is Role.CALLER else BOB
    return by.sign(STATE_IN_TICKET, call_id=CALL_ID, account_id=account.account_id, role=role)


@pytest.mark.parametrize(("role", "account", "device"), [("caller", ALICE, CALLER), ("callee", BOB, PHONE)])
def test_a_ticket_says_how_the_call_stood(role: str, account: object, device: object) -> None:
    """D8: any node that knows the secret goes on with it."""
    ticket = tickets(SECRETS[0]).read(
        signed(tickets(SECRETS[0]), role=Role(role)),
        account_id=account.account_id,  # type: ignore[attr-defined]
    )
    assert ticket is not None
    assert (ticket.call_id, ticket.device_id) == (CALL_ID, device.device_id)  # type: ignore[attr-defined]
    assert ticket.state == STATE_IN_TICKET


def test_another_ones_ticket_is_none() -> None:
    """D8, D6: stolen, it is of no use without the account."""
    assert tickets(SECRETS[0]).read(signed(tickets(SECRETS[0])), account_id=BOB.account_id) is None


def test_a_ticket_expires() -> None:
    """D8: with the longest call that there can be."""
    clock = ManualClock()
    text = signed(tickets(SECRETS[0], clock=clock))
    clock.advance(LIFE_MS - 1_000)
    assert tickets(SECRETS[0], clock=clock).read(text, account_id=ALICE.account_id)
    clock.advance(1_000)
    assert tickets(SECRETS[0], clock=clock).read(text, account_id=ALICE.account_id) is None


def test_secrets_are_replaced_while_tickets_are_out() -> None:
    """A13: the first signs, all verify; one that is taken away is worth nothing."""
    old, both, new = tickets(SECRETS[0]), tickets(SECRETS[1], SECRETS[0]), tickets(SECRETS[1])
    assert both.read(signed(old), account_id=ALICE.account_id)
    assert new.read(signed(both), account_id=ALICE.account_id)
    assert new.read(signed(old), account_id=ALICE.account_id) is None
    old.trust(SECRETS[::-1])
    assert new.read(signed(old), account_id=ALICE.account_id)
    old.trust([])
    assert new.read(signed(old), account_id=ALICE.account_id)


def test_without_secrets_each_process_has_its_own() -> None:
    """D8: fine for one, and of no use to another."""
    one, other = tickets(), tickets()
    assert one.read(signed(one), account_id=ALICE.account_id)
    assert other.read(signed(one), account_id=ALICE.account_id) is None


def _unsigned(text: str) -> str:
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": TICKET_TYPE}).encode()).rstrip(b"=").decode()
    return f"{head}.{text.split('.')[1]}."


def _with(text: str, **changes: object) -> str:
    claims = jwt.decode(text, options={"verify_signature": False})
    return jwt.encode({**claims, **changes}, SECRETS[0], algorithm="HS256", headers={"typ": TICKET_TYPE})


@pytest.mark.parametrize(
    "forge",
    [
        _unsigned,
        lambda text: text[:-4] + "AAAA",
        lambda text: text.replace(".", "", 1),
        lambda _: "",
        lambda _: "a.b.c",
        lambda _: "x" * 4_096,
        lambda text: jwt.encode(jwt.decode(text, options={"verify_signature": False}), SECRETS[0]),
        lambda text: jwt.encode(
            jwt.decode(text, options={"verify_signature": False}),
            "c" * 40,
            algorithm="HS256",
            headers={"typ": TICKET_TYPE},
        ),
        lambda text: _with(text, peer_device_id=None),
        lambda text: _with(text, stage="ringing"),
        lambda text: _with(text, talk_ms=-1),
        lambda text: _with(text, talk_ms=10**12),
        lambda text: _with(text, epoch=0),
        lambda text: _with(text, role="operator"),
        lambda text: _with(text, exp="never"),
        lambda text: _with(text, call_id=None),
    ],
)
def test_what_is_no_ticket_of_ours_is_none(forge: object) -> None:
    """D1, D8: whatever is wrong with it, and without a word."""
    ours = tickets(SECRETS[0])
    assert ours.read(forge(signed(ours)), account_id=ALICE.account_id) is None  # type: ignore[operator]


def test_nobody_rings_with_a_ticket_of_a_callee_who_has_not_accepted() -> None:
    """D5: there is none."""
    ringing = replace(STATE_IN_TICKET, stage="ringing", callee=None)
    with pytest.raises(ValueError, match="nobody"):
        tickets(SECRETS[0]).sign(ringing, call_id=uuid4(), account_id=BOB.account_id, role=Role.CALLEE)
