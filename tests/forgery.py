"""Forged access tokens, each a good one but for what its name says."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.tokens import VerifyKey, load_signing_key, public_pem

Claims = dict[str, Any]

STRANGER = Ed25519PrivateKey.generate()
STRANGERS_JWK = VerifyKey.of(STRANGER.public_key()).jwk()


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """Return what base64url without padding says."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Forge:
    """Knows the true key, as no attacker does, and so can do everything right but one thing."""

    def __init__(self, signing_key_pem: str, good_token: str) -> None:
        self.pem = public_pem(signing_key_pem)
        self.key = load_signing_key(signing_key_pem)
        self.verify_key = VerifyKey.of(self.key.public_key())
        self.claims: Claims = jwt.decode(good_token, options={"verify_signature": False})
        self.header = {"alg": "EdDSA", "kid": self.verify_key.id, "typ": "at+jwt"}

    def signed(self, key: Ed25519PrivateKey | None = None, **header: Any) -> str:
        """Return a token with a true signature of the key, whatever the header says; None leaves a field out."""
        return self._joined(self.claims, header, lambda signed: (key or self.key).sign(signed))

    def claiming(self, **claims: Any) -> str:
        """Return a token that is signed by us and says this; None leaves a claim out."""
        changed = {name: value for name, value in {**self.claims, **claims}.items() if value is not None}
        return self._joined(changed, {}, self.key.sign)

    def unsigned(self, algorithm: Any, signature: bytes = b"") -> str:
        """Return a token of this algorithm."""
        return self._joined(self.claims, {"alg": algorithm}, lambda _: signature)

    def mac(self, secret: bytes, algorithm: str = "HS256") -> str:
        """Return a token whose signature is a MAC with what everybody knows."""
        digest = f"sha{algorithm[2:]}"
        return self._joined(
            self.claims, {"alg": algorithm}, lambda signed: hmac.new(secret, signed, digest).digest()
        )

    def public_forms(self) -> Iterator[tuple[str, bytes]]:
        """Yield the public key as anybody may have it."""
        public = self.key.public_key()
        yield "PEM", self.pem.encode()
        yield "PEM without its last line end", self.pem.strip().encode()
        yield "PEM with other line ends", self.pem.replace("\n", "\r\n").encode()
        yield "DER", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        yield "raw", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        yield "JWK", json.dumps(self.verify_key.jwk()).encode()
        yield "x", str(self.verify_key.jwk()["x"]).encode()
        yield "key id", self.verify_key.id.encode()
        yield "nothing", b""

    def _joined(self, claims: Claims, header: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
        head = {name: value for name, value in {**self.header, **header}.items() if value is not None}
        signed = ".".join(b64(json.dumps(part).encode()) for part in (head, claims))
        return f"{signed}.{b64(sign(signed.encode()))}"


def attacks(forge: Forge) -> Iterator[tuple[str, str]]:
    """Yield every forgery with its name."""
    yield from _algorithms(forge)
    yield from _keys(forge)
    yield from _claims(forge)
    yield from _garbage(forge)


def _algorithms(forge: Forge) -> Iterator[tuple[str, str]]:
    for letters in product(*((letter, letter.upper()) for letter in "none")):
        spelled = "".join(letters)
        yield f"alg {spelled}", forge.unsigned(spelled)
        yield f"alg {spelled}, signed", forge.unsigned(spelled, b"x" * 64)
    for odd in (
        "",
        " none",
        "none ",
        "n\u043ene",
        "non\u212f",
        "null",
        None,
        False,
        0,
        [],
        ["EdDSA"],
        {"EdDSA": 1},
    ):
        yield f"alg {odd!r}", forge.unsigned(odd)
    for other in ("ES256", "RS256", "PS512", "EdDSA ", "eddsa", "Ed448"):
        yield f"alg {other}", forge.signed(alg=other)
    for name, form in forge.public_forms():
        for algorithm in ("HS256", "HS384", "HS512"):
            yield f"{algorithm} with the public key as {name}", forge.mac(form, algorithm)
    yield "the signature of an elliptic curve", _elliptic(forge)


def _keys(forge: Forge) -> Iterator[tuple[str, str]]:
    stranger = VerifyKey.of(STRANGER.public_key()).id
    certificate = base64.b64encode(
        STRANGER.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    yield "a stranger's signature", forge.signed(STRANGER)
    yield "a stranger's key id", forge.signed(STRANGER, kid=stranger)
    yield "embedded jwk", forge.signed(STRANGER, jwk=STRANGERS_JWK)
    yield "embedded jwk of its own id", forge.signed(STRANGER, jwk=STRANGERS_JWK, kid=stranger)
    yield "embedded jwk as text", forge.signed(STRANGER, jwk=json.dumps(STRANGERS_JWK))
    yield "x5c", forge.signed(STRANGER, x5c=[certificate.decode()])
    for name in ("jku", "x5u"):
        for url in ("http://127.0.0.1:9/jwks.json", "file:///dev/null", "//127.0.0.1"):
            yield f"{name} {url}", forge.signed(STRANGER, **{name: url})
    for kid in (
        "unknown", "", "../../../../dev/null", "/dev/null", "file:///dev/null", "..%2f..%2fdev%2fnull",
        "' OR '1'='1", "x' UNION SELECT 'key'; --", "|cat /etc/passwd", "$(id)", "{{7*7}}", "\x00", "a" * 10_000,
        forge.verify_key.id + "\x00", forge.verify_key.id.swapcase(), f" {forge.verify_key.id}",
    ):  # fmt: skip
        yield f"kid {kid[:40]!r}", forge.signed(kid=kid)
        yield f"kid {kid[:40]!r}, empty key", forge.signed(STRANGER, kid=kid)
    for odd in (7, True, [forge.verify_key.id], {"a": 1}):
        yield f"kid {odd!r}", forge.signed(kid=odd)
    yield "no kid", forge.signed(kid=None)
    yield "critical extension", forge.signed(crit=["b64"], b64=False)
    yield "unknown critical extension", forge.signed(crit=["exp"])
    for typ in ("JWT", "", "AT+JWT ", "application/at+jwt", "id+jwt", "rt+jwt", None, 7, ["at+jwt"]):
        yield f"typ {typ!r}", forge.signed(typ=typ)


def _claims(forge: Forge) -> Iterator[tuple[str, str]]:
    issued_at = forge.claims["iat"]
    odd: Any
    for name in forge.claims:
        yield f"no {name}", forge.claiming(**{name: None})
        for odd in ("", " ", [], {}, True, -1, 1e300, "\x00", "' OR 1=1", "x" * 10_000):
            if (name, odd) != ("iat", -1):
                yield f"{name} {str(odd)[:20]!r}", forge.claiming(**{name: odd})
    yield "expired", forge.claiming(exp=issued_at - 1)
    yield "expires now", forge.claiming(exp=issued_at)
    yield "expired long ago", forge.claiming(exp=0)
    yield "not valid yet", forge.claiming(nbf=issued_at + 3_600)
    yield "not valid before some text", forge.claiming(nbf="tomorrow")
    for name in ("aud", "iss"):
        for odd in ("elsewhere", forge.claims[name].upper(), forge.claims[name] + " ", ["elsewhere"]):
            yield f"{name} {odd}", forge.claiming(**{name: odd})
    for name in ("sub", "sid", "jti"):
        yield f"{name} with braces", forge.claiming(**{name: "{" + str(uuid4()) + "}"})
        yield f"{name} as URN", forge.claiming(**{name: f"urn:uuid:{uuid4()}"})
    good = forge.claiming()
    richer = b64(json.dumps({**forge.claims, "sub": str(uuid4())}).encode())
    header, payload, signature = good.split(".")
    yield "changed claims", f"{header}.{richer}.{signature}"
    repeated = b64(unb64(payload)[:-1] + b', "sub": "x"}')
    yield "a repeated claim", f"{header}.{repeated}.{signature}"


def _garbage(forge: Forge) -> Iterator[tuple[str, str]]:
    good = forge.claiming()
    header, payload, signature = good.split(".")
    yield "signature cut off", f"{header}.{payload}."
    yield "signature cut short", good[:-1]
    yield "zero signature", f"{header}.{payload}.{b64(bytes(64))}"
    yield "two parts", f"{header}.{payload}"
    yield "four parts", f"{good}.x"
    yield "five parts", f"{good}.x.x"
    yield "the parts of two tokens", f"{header}.{payload}.{forge.claiming(jti=str(uuid4())).split('.')[2]}"
    yield "as JSON", json.dumps({"protected": header, "payload": payload, "signature": signature})
    yield "no JSON", f"{b64(b'{')}.{b64(b'{')}.x"
    yield "no object", f"{b64(b'[]')}.{b64(b'[]')}.{signature}"
    yield "deep JSON", f"{b64(b'[' * 20_000)}.{b64(b'[' * 20_000)}.x"
    deep = b64(b'{"a":' * 9_000)
    yield "a deep header", f"{deep}.{payload}.{signature}"
    yield "invalid UTF-8", f"{b64(bytes([0xFF, 0xFE]))}.{payload}.{signature}"
    yield "a byte order mark", f"{b64(bytes([0xEF, 0xBB, 0xBF]) + unb64(header))}.{payload}.{signature}"
    yield "no base64", "!!!.???.***"
    yield "empty", ""
    yield "dots", ".."
    yield "long", "x" * 60_000
    yield "a long part", f"{header}.{payload}.{'A' * 50_000}"
    yield "not ASCII", "é.é.é"
    yield "a session id", str(forge.claims["sid"])
    yield "quoted", f'"{good}"'
    yield "twice", f"{good}{good}"
    yield "two with a comma", f"{good},{good}"


def spellings(token: str) -> Iterator[tuple[str, str]]:
    """Yield other texts that a lenient reader takes for this token."""
    header, payload, signature = token.split(".")
    for name, padding in (("one", "="), ("two", "=="), ("three", "===")):
        yield f"{name} padding after the signature", token + padding
        yield f"{name} padding in each part", ".".join(part + padding for part in token.split("."))
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    at = last.index(signature[-1])
    for bit in (1, 2, 4, 8):
        yield f"trailing bit {bit}", f"{header}.{payload}.{signature[:-1]}{last[at ^ bit]}"
    yield "the other alphabet", token.replace("-", "+").replace("_", "/")
    for space in (" ", "\t", "\x0b", "\xa0"):
        yield f"{space!r} within", f"{header}.{payload}.{signature[:10]}{space}{signature[10:]}"
        yield f"{space!r} after", f"{token}{space}"
    yield "garbage within", f"{header}.{payload}.{signature[:10]}!{signature[10:]}"


def _elliptic(forge: Forge) -> str:
    return jwt.encode(
        forge.claims, generate_ec_key(SECP256R1()), algorithm="ES256", headers={**forge.header, "alg": "ES256"}
    )
