"""Attacks on access tokens: each gets the same 401, and nothing is learned from it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.tokens import TokenSigner, VerifyKey, load_signing_key, public_pem
from tests.api.world import SIGNING_KEY, Api, User, problem_of
from tests.harness.clock import ManualClock

KEY = load_signing_key(SIGNING_KEY)
KID = VerifyKey.of(KEY.public_key()).id
STRANGER = Ed25519PrivateKey.generate()

Claims = dict[str, Any]


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unsigned(header: dict[str, Any], claims: Claims, signature: bytes = b"") -> str:
    """Return a token with any header and signature."""
    return ".".join((b64(json.dumps(header).encode()), b64(json.dumps(claims).encode()), b64(signature)))


def signed(claims: Claims, key: Any = KEY, **header: Any) -> str:
    """Return a token that is in order but for what is given."""
    headers = {"kid": KID, "typ": "at+jwt", **header}
    return jwt.encode(claims, key, algorithm="EdDSA", headers={k: v for k, v in headers.items() if v is not None})


def without(claims: Claims, name: str) -> Claims:
    """Return the claims but one."""
    return {key: value for key, value in claims.items() if key != name}


def with_changed_claims(token: str, claims: Claims) -> str:
    """Return the token with other claims under the same signature."""
    header, _, signature = token.split(".")
    return f"{header}.{b64(json.dumps(claims).encode())}.{signature}"


def with_public_key_as_secret(claims: Claims) -> str:
    """Return the classic confusion: HMAC with what everybody knows."""
    header = b64(json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": KID}).encode())
    payload = b64(json.dumps(claims).encode())

    mac = hmac.new(public_pem(SIGNING_KEY).encode(), f"{header}.{payload}".encode(), hashlib.sha256)
    return f"{header}.{payload}.{b64(mac.digest())}"


def with_embedded_key(claims: Claims) -> str:
    """Return a token that brings its own key."""
    raw = STRANGER.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}
    return signed(claims, STRANGER, jwk=jwk)


ATTACKS: dict[str, Callable[[Claims], str]] = {
    "none": lambda claims: unsigned({"alg": "none", "typ": "at+jwt", "kid": KID}, claims),
    "None": lambda claims: unsigned({"alg": "None", "typ": "at+jwt", "kid": KID}, claims),
    "NONE": lambda claims: unsigned({"alg": "NONE", "typ": "at+jwt", "kid": KID}, claims),
    "nOnE, signed": lambda claims: unsigned({"alg": "nOnE", "typ": "at+jwt", "kid": KID}, claims, b"x" * 64),
    "no alg": lambda claims: unsigned({"typ": "at+jwt", "kid": KID}, claims),
    "alg is a list": lambda claims: unsigned({"alg": ["EdDSA"], "typ": "at+jwt", "kid": KID}, claims),
    "HS256 with the public key": with_public_key_as_secret,
    "a stranger's signature": lambda claims: signed(claims, STRANGER),
    "a stranger's key id": lambda claims: signed(claims, STRANGER, kid=VerifyKey.of(STRANGER.public_key()).id),
    "unknown kid": lambda claims: signed(claims, kid="unknown"),
    "kid is a path": lambda claims: signed(claims, kid="../../dev/null"),
    "no kid": lambda claims: signed(claims, kid=None),
    "embedded jwk": with_embedded_key,
    "jku": lambda claims: signed(claims, STRANGER, jku="http://127.0.0.1:9/jwks.json"),
    "critical extension": lambda claims: signed(claims, crit=["b64"], b64=False),
    "an id token": lambda claims: signed(claims, typ="JWT"),
    "foreign audience": lambda claims: signed({**claims, "aud": "elsewhere"}),
    "foreign issuer": lambda claims: signed({**claims, "iss": "elsewhere"}),
    "expired": lambda claims: signed({**claims, "exp": claims["iat"] - 1}),
    "expires now": lambda claims: signed({**claims, "exp": claims["iat"]}),
    "no expiry": lambda claims: signed(without(claims, "exp")),
    "no subject": lambda claims: signed(without(claims, "sub")),
    "no session": lambda claims: signed(without(claims, "sid")),
    "no audience": lambda claims: signed(without(claims, "aud")),
    "subject is a number": lambda claims: signed({**claims, "sub": 7}),
    "subject is no id": lambda claims: signed({**claims, "sub": "ann"}),
    "expiry is text": lambda claims: signed({**claims, "exp": "never"}),
    "somebody else's session": lambda claims: signed({**claims, "sid": str(uuid4())}),
    "somebody else": lambda claims: signed({**claims, "sub": str(uuid4())}),
    "changed claims": lambda claims: with_changed_claims(signed(claims), {**claims, "sub": str(uuid4())}),
    "signature cut off": lambda claims: signed(claims).rsplit(".", 1)[0] + ".",
    "two parts": lambda claims: signed(claims).rsplit(".", 1)[0],
    "four parts": lambda claims: signed(claims) + ".x",
    "no json": lambda _: f"{b64(b'{')}.{b64(b'{')}.x",
    "deep json": lambda _: f"{b64(b'[' * 20_000)}.{b64(b'[' * 20_000)}.x",
    "no base64": lambda _: "!!!.???.***",
    "empty": lambda _: "",
    "dots": lambda _: "..",
    "long": lambda _: "x" * 60_000,
    "not ascii": lambda _: "é.é.é",
}  # fmt: skip


@pytest.fixture
def claims(ann: User) -> Claims:
    """The claims of a good token."""
    decoded: Claims = jwt.decode(ann.access_token, options={"verify_signature": False})
    return decoded


async def test_the_forge_makes_good_tokens(api: Api, claims: Claims) -> None:
    """Without this the attacks below would prove nothing."""
    me = await api.http.get("/v1/me", headers={"Authorization": f"Bearer {signed(claims)}"})
    assert me.status_code == 200


async def test_every_attack_gets_the_same_answer(api: Api, ann: User, claims: Claims) -> None:
    """A7: one uniform 401 for all of them, headers included."""
    reference = await api.http.get("/v1/me")
    assert problem_of(reference).type == "urn:talktime:problem:unauthenticated"
    assert reference.headers["www-authenticate"] == "Bearer"
    for name, attack in ATTACKS.items():
        header = b"Bearer " + attack(claims).encode("latin-1")
        answer = await api.http.get("/v1/me", headers={b"Authorization": header})
        assert (answer.status_code, answer.text, answer.headers) == (401, reference.text, reference.headers), name


async def test_other_schemes_get_it_too(api: Api, ann: User) -> None:
    """A7."""
    for scheme in ("", "Basic ", "Bearer", "Token ", "bearer:", "Bearer Bearer "):
        answer = await api.http.get("/v1/me", headers={"Authorization": scheme + ann.access_token})
        assert problem_of(answer).status == 401, scheme


async def test_the_scheme_is_read_without_case(api: Api, ann: User) -> None:
    """RFC 9110, section 11.1."""
    answer = await api.http.get("/v1/me", headers={"Authorization": f"bEARER {ann.access_token}"})
    assert answer.status_code == 200


async def test_a_token_used_before_expires_too(api: Api, ann: User, clock: ManualClock) -> None:
    """A7: remembering verified tokens does not prolong them."""
    assert (await ann.get("/me")).status_code == 200
    clock.advance(api.settings.access_token_seconds * 1_000 - 1)
    assert (await ann.get("/me")).status_code == 200
    clock.advance(1)
    assert problem_of(await ann.get("/me")).status == 401


async def test_a_token_is_of_one_account(api: Api, ann: User, bob: User, clock: ManualClock) -> None:
    """A7: a session proves nothing about another account."""
    signer = TokenSigner(KEY, issuer="talktime", audience="talktime", life_seconds=60, clock=clock)
    session = await api.value("SELECT id FROM sessions WHERE account_id = :id", id=bob.id)
    token, _ = signer.issue(account_id=ann.id, session_id=session)
    answer = await api.http.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert problem_of(answer).status == 401


async def test_the_key_set_verifies_tokens(api: Api, ann: User) -> None:
    """Anybody can check a token with what is published, and only with the public half."""
    answer = await api.http.get("/.well-known/jwks.json")
    [key] = answer.json()["keys"]
    assert "d" not in key
    assert key["kid"] == jwt.get_unverified_header(ann.access_token)["kid"]
    assert "max-age" in answer.headers["cache-control"]
    decoded = jwt.decode(
        ann.access_token,
        jwt.PyJWK(key),
        algorithms=["EdDSA"],
        audience="talktime",
        options={"verify_iat": False, "verify_exp": False},
    )
    assert decoded["sub"] == str(ann.id)
    assert timedelta(seconds=decoded["exp"] - decoded["iat"]) == timedelta(minutes=10)
