"""Ed25519 access tokens (RFC 8037, RFC 9068) and the key set that verifies them (RFC 7517)."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import msgspec
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

_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


class TokenRefusedError(Exception):
    """The token is missing, malformed, expired, foreign or forged; which of them is nobody's business."""


class KeyUnusableError(Exception):
    """A configured key is not an Ed25519 key in PEM."""


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
        self.keys = tuple(keys)
        self._by_id = {key.id: key.key for key in keys}
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._verified: OrderedDict[str, Claims] = OrderedDict()

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
    except (ValueError, TypeError) as error:
        raise KeyUnusableError("the signing key is not an unencrypted private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusableError("the signing key is not an Ed25519 key")
    return key


def load_verify_keys(pems: str) -> list[VerifyKey]:
    """Return the public keys of one or more PEM blocks. Raises `KeyUnusableError`."""
    keys = []
    for pem in _PEM.findall(pems):
        try:
            key = load_pem_public_key(pem.encode())
        except ValueError as error:
            raise KeyUnusableError("a verification key is not a public key in PEM") from error
        if not isinstance(key, Ed25519PublicKey):
            raise KeyUnusableError("a verification key is not an Ed25519 key")
        keys.append(VerifyKey.of(key))
    if not keys:
        raise KeyUnusableError("there is no public key in PEM among the verification keys")
    return keys


def _canonical_jwk(key: Ed25519PublicKey) -> bytes:
    raw = base64url_encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    return msgspec.json.encode({"crv": "Ed25519", "kty": "OKP", "x": raw})
