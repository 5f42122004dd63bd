"""Access tokens: ours are taken, everything else is refused in one and the same way (A7)."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from shared import tokens
from shared.tokens import (
    KeyUnusableError,
    TokenRefusedError,
    TokenSigner,
    TokenVerifier,
    VerifyKey,
    load_signing_key,
    load_verify_keys,
    new_signing_key,
    public_pem,
)
from tests.harness.clock import ManualClock

LIFE_SECONDS = 600
ACCOUNT, SESSION = UUID(int=1), UUID(int=2)
CLOCK = ManualClock()
PEM = new_signing_key()
KEY = load_signing_key(PEM)


def signer(key: Ed25519PrivateKey = KEY, *, clock: ManualClock = CLOCK, issuer: str = "us") -> TokenSigner:
    return TokenSigner(key, issuer=issuer, audience="ours", life_seconds=LIFE_SECONDS, clock=clock)


def verifier(*keys: Ed25519PrivateKey, clock: ManualClock = CLOCK) -> TokenVerifier:
    public = [VerifyKey.of(key.public_key()) for key in keys or (KEY,)]
    return TokenVerifier(public, issuer="us", audience="ours", clock=clock)


def issue(by: TokenSigner | None = None) -> str:
    return (by or signer()).issue(account_id=ACCOUNT, session_id=SESSION)[0]


def forge(
    *,
    claims: dict[str, Any] | None = None,
    without: str | None = None,
    header: dict[str, Any] | None = None,
    key: Ed25519PrivateKey = KEY,
) -> str:
    """Return what a true token would be, but for the changes; signed by hand, as libraries refuse nonsense."""
    head, body = (decoded(part) for part in issue().split(".")[:2])
    body |= claims or {}
    body.pop(without or "", None)
    signed = f"{encoded(head | (header or {}))}.{encoded(body)}"
    return f"{signed}.{base64.urlsafe_b64encode(key.sign(signed.encode())).rstrip(b'=').decode()}"


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return value


def test_what_forges_the_tokens_below_makes_true_ones_where_nothing_is_changed() -> None:
    assert verifier().verify(forge()).sub == ACCOUNT


def assert_refused(token: str, by: TokenVerifier | None = None) -> None:
    with pytest.raises(TokenRefusedError) as refused:
        (by or verifier()).verify(token)
    assert str(refused.value) == ""


def test_a_token_of_ours_says_who_and_which_session() -> None:
    token, expires_at = signer().issue(account_id=ACCOUNT, session_id=SESSION)
    claims = verifier().verify(token)
    assert (claims.sub, claims.sid) == (ACCOUNT, SESSION)
    assert expires_at == CLOCK.now() + timedelta(seconds=LIFE_SECONDS)
    assert claims.exp - claims.iat == LIFE_SECONDS
    assert claims.exp == expires_at.timestamp()


def test_every_token_has_an_id_of_its_own() -> None:
    assert verifier().verify(issue()).jti != verifier().verify(issue()).jti


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", "null", "ES256", "RS256", "HS256"])
def test_no_algorithm_but_ours_is_taken(algorithm: str) -> None:
    """A7: `none` in every spelling, with and without a signature."""
    _, body, signature = issue().split(".")
    head = encoded({"alg": algorithm, "kid": signer().verify_key.id, "typ": "at+jwt"})
    for end in ("", signature, encoded("x")):
        assert_refused(f"{head}.{body}.{end}")
    assert_refused(forge(header={"alg": algorithm}))
    assert_refused(f"{head}.{body}")


@pytest.mark.parametrize("algorithm", [None, 1, [], {}, ["EdDSA"], True])
def test_an_algorithm_that_is_no_name_is_refused(algorithm: object) -> None:
    assert_refused(forge(header={"alg": algorithm}))


def _secrets_everybody_knows() -> list[bytes]:
    public = KEY.public_key()
    pem = public_pem(PEM).encode()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    jwk = json.dumps(VerifyKey.of(public).jwk()).encode()
    return [pem, pem.strip(), der, raw, base64.urlsafe_b64encode(raw), jwk, b""]


@pytest.mark.parametrize("secret", _secrets_everybody_knows(), ids="pem stripped der raw base64 jwk empty".split())
def test_the_public_key_is_no_shared_secret(secret: bytes) -> None:
    """A7: confused algorithm, HS256 keyed with what the key set publishes."""
    head = encoded({"alg": "HS256", "kid": signer().verify_key.id, "typ": "at+jwt"})
    signed = f"{head}.{issue().split('.')[1]}"
    signature = jwt.get_algorithm_by_name("HS256").sign(signed.encode(), secret or b"\0")
    assert_refused(f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "them"},
        {"iss": ""},
        {"iss": None},
        {"iss": ["us"]},
        {"aud": "theirs"},
        {"aud": "our"},
        {"aud": []},
        {"aud": ["theirs"]},
        {"aud": None},
        {"aud": 1},
        {"sub": "somebody"},
        {"sub": 1},
        {"sub": None},
        {"sid": "x"},
        {"jti": "x"},
        {"exp": "soon"},
        {"exp": None},
        {"exp": 1e400},
        {"exp": 2e9 + 0.5},
        {"exp": []},
        {"iat": "now"},
        {"nbf": 2**53},
    ],
    ids=str,
)
def test_foreign_or_senseless_claims_are_refused_though_signed_by_us(claims: dict[str, Any]) -> None:
    """A7"""
    assert_refused(forge(claims=claims))


@pytest.mark.parametrize("claim", "iss aud sub sid jti iat exp".split())
def test_no_claim_may_be_missing(claim: str) -> None:
    """A7"""
    assert_refused(forge(without=claim))


@pytest.mark.parametrize("kind", ["JWT", "jwt", "AT+JWT", "at+jwt ", "application/json", "", None, 1, ["at+jwt"]])
def test_tokens_of_another_type_are_refused(kind: object) -> None:
    """A7: an id or refresh token of the same issuer is no access token (RFC 9068, section 4)."""
    assert_refused(forge(header={"typ": kind}))


@pytest.mark.parametrize("kid", ["unknown", "", None, 1, {}, ["x"], "../../dev/null", "' OR 1=1 --"])
def test_an_unknown_key_id_is_refused(kid: object) -> None:
    """A7"""
    assert_refused(forge(header={"kid": kid}))


def test_no_key_id_is_refused() -> None:
    _, body, signature = issue().split(".")
    assert_refused(f"{encoded({'alg': 'EdDSA', 'typ': 'at+jwt'})}.{body}.{signature}")


def test_a_stranger_who_names_our_key_is_refused() -> None:
    assert_refused(forge(key=Ed25519PrivateKey.generate()))
    assert_refused(issue(signer(Ed25519PrivateKey.generate())))


@pytest.mark.parametrize("place", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_the_token_brings_itself_is_never_used(place: str) -> None:
    """A7: an embedded key with the stranger's own id, and with ours."""
    stranger = Ed25519PrivateKey.generate()
    jwk: Any = VerifyKey.of(stranger.public_key()).jwk()
    brought = {"jwk": jwk, "x5c": [jwk["x"]]}.get(place, "https://stranger.example/jwks.json")
    for kid in (jwk["kid"], signer().verify_key.id):
        assert_refused(forge(key=stranger, header={place: brought, "kid": kid}))


@pytest.mark.parametrize("part", [0, 1, 2])
def test_one_changed_bit_is_refused(part: int) -> None:
    parts = issue().split(".")
    for position in range(0, len(parts[part]) - 1, 5):
        letters = list(parts[part])
        letters[position] = "A" if letters[position] != "A" else "B"
        assert_refused(".".join([*parts[:part], "".join(letters), *parts[part + 1 :]]))


def test_a_payload_made_richer_is_refused() -> None:
    head, body, signature = issue().split(".")
    assert_refused(f"{head}.{encoded(decoded(body) | {'sub': str(uuid4())})}.{signature}")


def test_padding_does_not_make_another_token() -> None:
    """The library takes some padding; whatever it takes must say the same, so that it is the same session."""
    token = issue()
    for other in (f"{token}=", f"{token}==", token.replace(".", "=."), f"{token}\n", f" {token}", f"{token}A"):
        try:
            claims = verifier().verify(other)
        except TokenRefusedError:
            continue
        assert claims == verifier().verify(token)


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "Bearer",
        "\0",
        "é.é.é",
        "\ud800",
        "e30.e30.e30",
        "W10.W10.W10",
        "bnVsbA.bnVsbA.bnVsbA",
        f"{encoded({'alg': 'EdDSA'})}..",
        "A" * 100_000,
        "." * 10_000,
        base64.urlsafe_b64encode(b"[" * 100_000).decode() + ".e30.AA",
        base64.urlsafe_b64encode(b'{"alg":' * 50_000).decode() + ".e30.AA",
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_garbage_is_refused(garbage: str) -> None:
    """A7"""
    assert_refused(garbage)


@given(st.text() | st.lists(st.text(max_size=30), min_size=3, max_size=3).map(".".join))
def test_any_text_is_refused_and_nothing_else_is_raised(text: str) -> None:
    assert_refused(text)


@given(
    st.dictionaries(
        st.sampled_from("alg kid typ crit b64 zip jwk".split()),
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=3), max_size=2),
    )
)
def test_any_header_is_refused_and_nothing_else_is_raised(header: dict[str, Any]) -> None:
    _, body, signature = issue().split(".")
    assert_refused(f"{encoded(header)}.{body}.{signature}")


def test_a_token_expires_by_our_clock() -> None:
    """A7: nothing of it asks the machine's clock, in which the year is another."""
    clock = ManualClock()
    token = issue(signer(clock=clock))
    ours = verifier(clock=clock)
    clock.advance(LIFE_SECONDS * 1_000 - 1)
    assert ours.verify(token).sub == ACCOUNT
    clock.advance(1)
    assert_refused(token, ours)


def test_an_expired_token_never_seen_before_is_refused_and_not_remembered() -> None:
    clock = ManualClock()
    token = issue(signer(clock=clock))
    clock.advance(LIFE_SECONDS * 1_000)
    ours = verifier(clock=clock)
    assert_refused(token, ours)
    clock.shift_wall(-1_000)
    assert ours.verify(token).sub == ACCOUNT


def test_a_remembered_token_is_not_verified_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, token = verifier(), issue()
    first = ours.verify(token)
    monkeypatch.setattr(jwt, "decode", _never)
    assert ours.verify(token) is first


def _never(*_: object, **__: object) -> dict[str, Any]:
    raise AssertionError("verified again")


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "VERIFIED_TOKENS_MAX", 3)
    ours, issued = verifier(), [issue() for _ in range(10)]
    for token in issued:
        ours.verify(token)
    monkeypatch.setattr(jwt, "decode", _never)
    for token in issued[-3:]:
        ours.verify(token)
    with pytest.raises(AssertionError, match="verified again"):
        ours.verify(issued[-4])


def test_refused_tokens_are_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "VERIFIED_TOKENS_MAX", 1)
    ours, good = verifier(), issue()
    ours.verify(good)
    for _ in range(5):
        assert_refused(issue(signer(issuer="them")), ours)
    monkeypatch.setattr(jwt, "decode", _never)
    assert ours.verify(good).sub == ACCOUNT


def test_two_keys_at_once_while_one_replaces_the_other() -> None:
    old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    both = verifier(new, old)
    assert both.verify(issue(signer(old))).sub == both.verify(issue(signer(new))).sub == ACCOUNT
    assert_refused(issue(signer(old)), verifier(new))


# RFC 8037, appendix A.1 to A.4: a key, its thumbprint and a signature made with it.
RFC_D = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
RFC_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def rfc_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(RFC_D + "="))


def test_a_key_set_member_is_that_of_rfc_8037() -> None:
    assert VerifyKey.of(rfc_key().public_key()).jwk() == {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": RFC_X,
        "kid": RFC_THUMBPRINT,
        "alg": "EdDSA",
        "use": "sig",
    }


def test_the_key_set_tells_nothing_private() -> None:
    assert "d" not in verifier().keys[0].jwk()


def test_others_can_verify_with_nothing_but_the_key_set() -> None:
    token = issue()
    [member] = [key.jwk() for key in verifier().keys]
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "kid": member["kid"], "typ": "at+jwt"}
    jwt.decode(token, jwt.PyJWK(member), algorithms=["EdDSA"], audience="ours", issuer="us",
               options={"verify_iat": False})  # fmt: skip


def test_keys_travel_as_pem() -> None:
    [first, second] = load_verify_keys(f"# old\n{public_pem(PEM)}\n# new\n{public_pem(new_signing_key())}")
    assert first.id == signer().verify_key.id != second.id


def _pem_of_another_kind() -> str:
    key = generate_ec_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _encrypted_pem() -> str:
    return KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x" * 8)).decode()


def _of_an_unknown_kind(pem: str) -> str:
    """Return the key with another algorithm's name, which nobody knows."""
    head, *lines, tail = pem.strip().splitlines()
    other = base64.b64decode("".join(lines)).replace(b"\x2b\x65\x70", b"\x2a\x03\x04")
    return "\n".join([head, base64.b64encode(other).decode(), tail])


@pytest.mark.parametrize(
    "make",
    [
        str,
        lambda: "x",
        lambda: public_pem(PEM),
        lambda: _of_an_unknown_kind(PEM),
        _pem_of_another_kind,
        _encrypted_pem,
    ],
)
def test_a_signing_key_that_cannot_be_used_is_refused(make: Callable[[], str]) -> None:
    with pytest.raises(KeyUnusableError) as refused:
        load_signing_key(make())
    assert "signing key" in str(refused.value)


def _public_pem_of_another_kind() -> str:
    key = generate_ec_key(SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


BROKEN_PEM = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"


@pytest.mark.parametrize(
    "pems", ["", "x", PEM, BROKEN_PEM, _public_pem_of_another_kind(), _of_an_unknown_kind(public_pem(PEM))]
)
def test_verification_keys_that_cannot_be_used_are_refused(pems: str) -> None:
    with pytest.raises(KeyUnusableError):
        load_verify_keys(pems)


def test_one_bad_key_among_good_ones_is_not_passed_over() -> None:
    for bad in (BROKEN_PEM, public_pem(new_signing_key())[:60]):
        with pytest.raises(KeyUnusableError):
            load_verify_keys(public_pem(PEM) + bad)


def test_new_keys_differ() -> None:
    assert new_signing_key() != new_signing_key()
    assert isinstance(load_signing_key(new_signing_key()).public_key(), Ed25519PublicKey)


@pytest.mark.parametrize(
    "seed", [*map(bytes.fromhex, tokens.RFC_8032_SEEDS), bytes(32), b"A" * 32, bytes(range(32))]
)
def test_a_key_that_everybody_knows_is_refused(seed: bytes) -> None:
    """A13: to sign and to verify, in every mode."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for load, pem in ((load_signing_key, private), (load_verify_keys, public_pem(PEM) + public)):
        with pytest.raises(KeyUnusableError, match="generate-keys"):
            load(pem)


def test_the_signing_key_may_change_and_the_old_one_is_trusted_as_long_as_it_is_told() -> None:
    """A13: two keys at once; a token of the one that goes is refused at once, remembered or not."""
    old_key, new_key = load_signing_key(new_signing_key()), load_signing_key(new_signing_key())
    signs, verifies = signer(old_key), verifier(old_key)
    old = issue(signs)
    assert verifies.verify(old)
    verifies.trust([VerifyKey.of(key.public_key()) for key in (old_key, new_key)])
    signs.sign_with(new_key)
    new = issue(signs)
    assert [verifies.verify(token).sub for token in (old, new)] == [ACCOUNT, ACCOUNT]
    assert jwt.get_unverified_header(new)["kid"] == VerifyKey.of(new_key.public_key()).id
    verifies.trust([VerifyKey.of(new_key.public_key())])
    assert verifies.verify(new)
    assert_refused(old, verifies)
