"""Ed25519 access tokens (RFC 8037, RFC 9068) and the key set that verifies them (RFC 7517)."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import jwt
import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from jwt.utils import base64url_encode
from msgspec import Struct

from shared.clock import Clock
from shared.ids import new_id

ALGORITHM = "EdDSA"
TOKEN_TYPE = "at+jwt"  # noqa: S105 - the media type of RFC 9068, no secret
VERIFIED_TOKENS_MAX = 10_000
"""Verified tokens remembered until they expire; the oldest are forgotten first."""

RFC_8032_SEEDS = (
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
)
"""Private keys of its section 7.1; the first is also the example of RFC 8037, appendix A.1."""

_PEM_BEGINS = "-----BEGIN"
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


class TokenRefusedError(Exception):
    """The token is missing, malformed, expired, foreign or forged; which of them is nobody's business."""


class KeyUnusableError(Exception):
    """A configured key is not an Ed25519 key in PEM, or is one that everybody knows."""


class Claims(Struct, frozen=True):
    """What an access token says, verified."""

    sub: UUID
    sid: UUID
    jti: UUID
    iat: int
    exp: int


@dataclass(frozen=True)
class VerifyKey:
    """A public key and its id, the thumbprint of RFC 7638."""

    key: Ed25519PublicKey
    id: str

    @classmethod
    def of(cls, key: Ed25519PublicKey) -> VerifyKey:
        """Return the key with its id."""
        return cls(key, base64url_encode(hashlib.sha256(_canonical_jwk(key)).digest()).decode())

    def jwk(self) -> dict[str, str]:
        """Return the key as a member of ``/.well-known/jwks.json``."""
        return {**msgspec.json.decode(_canonical_jwk(self.key)), "kid": self.id, "alg": ALGORITHM, "use": "sig"}


class TokenSigner:
    """Issues access tokens."""

    def __init__(
        self, key: Ed25519PrivateKey, *, issuer: str, audience: str, life_seconds: int, clock: Clock
    ) -> None:
        self._key = key
        self._issuer = issuer
        self.audience = audience
        self._life = timedelta(seconds=life_seconds)
        self._clock = clock
        self.verify_key = VerifyKey.of(key.public_key())

    def sign_with(self, key: Ed25519PrivateKey) -> None:
        """Sign with another key from now on; what the one before has signed is as good as before."""
        self._key = key
        self.verify_key = VerifyKey.of(key.public_key())

    def issue(self, *, account_id: UUID, session_id: UUID) -> tuple[str, datetime]:
        """Return a token and the moment it expires."""
        now = self._clock.now()
        expires_at = now + self._life
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self.audience,
            "sub": str(account_id),
            "sid": str(session_id),
            "jti": str(new_id()),
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
        }
        headers = {"kid": self.verify_key.id, "typ": TOKEN_TYPE}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers=headers), expires_at


class TokenVerifier:
    """Verifies access tokens; a token seen before is remembered until it expires."""

    def __init__(self, keys: Sequence[VerifyKey], *, issuer: str, audience: str, clock: Clock) -> None:
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._verified: OrderedDict[str, Claims] = OrderedDict()
        self.trust(keys)

    def trust(self, keys: Sequence[VerifyKey]) -> None:
        """Trust these keys from now on, and no others; what was verified with one of the others is forgotten."""
        self.keys = tuple(keys)
        self._by_id = {key.id: key.key for key in keys}
        self._verified.clear()

    def verify(self, token: str) -> Claims:
        """Return the token's claims. Raises `TokenRefusedError`, always the same."""
        claims = self._verified.get(token) or self._verify(token)
        if claims.exp <= self._clock.now().timestamp():
            self._verified.pop(token, None)
            raise TokenRefusedError
        return claims

    def _verify(self, token: str) -> Claims:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != TOKEN_TYPE:
                raise TokenRefusedError
            decoded = jwt.decode(
                token,
                self._by_id[header["kid"]],
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                # The expiry is checked on our clock, for remembered tokens too.
                options={"require": ["exp", "iat", "iss", "aud", "sub", "sid", "jti"], "verify_exp": False,
                         "verify_iat": False},
            )  # fmt: skip
            claims = msgspec.convert(decoded, Claims)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise TokenRefusedError from error
        self._verified[token] = claims
        if len(self._verified) > VERIFIED_TOKENS_MAX:
            self._verified.popitem(last=False)
        return claims


def new_signing_key() -> str:
    """Return a fresh private key, PEM."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(signing_key_pem: str) -> str:
    """Return the public half of a private key, PEM. Raises `KeyUnusableError`."""
    key = load_signing_key(signing_key_pem).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def load_signing_key(pem: str) -> Ed25519PrivateKey:
    """Return the private key. Raises `KeyUnusableError`."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusableError("the signing key is not an unencrypted private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusableError("the signing key is not an Ed25519 key")
    _refuse_well_known(VerifyKey.of(key.public_key()))
    return key


def load_verify_keys(pems: str) -> list[VerifyKey]:
    """Return the public keys of one or more PEM blocks. Raises `KeyUnusableError`, also for half a block."""
    keys, blocks = [], _PEM.findall(pems)
    if len(blocks) != pems.count(_PEM_BEGINS):
        raise KeyUnusableError("a verification key is not a whole public key in PEM")
    for pem in blocks:
        try:
            key = load_pem_public_key(pem.encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise KeyUnusableError("a verification key is not a public key in PEM") from error
        if not isinstance(key, Ed25519PublicKey):
            raise KeyUnusableError("a verification key is not an Ed25519 key")
        keys.append(VerifyKey.of(key))
        _refuse_well_known(keys[-1])
    if not keys:
        raise KeyUnusableError("there is no public key in PEM among the verification keys")
    return keys


def _refuse_well_known(key: VerifyKey) -> None:
    if key.id in _well_known_ids():
        raise KeyUnusableError("this key is printed in a standard or made of nothing: `talktime generate-keys`")


@cache
def _well_known_ids() -> frozenset[str]:
    """Return the ids of keys whose private half everybody knows: those of RFC 8032, and bytes without chance."""
    seeds = [*map(bytes.fromhex, RFC_8032_SEEDS), *(bytes([n]) * 32 for n in range(256)), bytes(range(32))]
    keys = (Ed25519PrivateKey.from_private_bytes(seed).public_key() for seed in seeds)
    return frozenset(VerifyKey.of(key).id for key in keys)


def _canonical_jwk(key: Ed25519PublicKey) -> bytes:
    raw = base64url_encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    return msgspec.json.encode({"crv": "Ed25519", "kty": "OKP", "x": raw})
