"""Attacks on access tokens: each gets the same 401, and nothing is learned from it."""

from datetime import timedelta

import jwt
import pytest

from api.sessions.tokens import hash_of
from shared.ids import new_id
from shared.tokens import TokenSigner, load_signing_key
from tests.api.world import SIGNING_KEY, Api, User, problem_of
from tests.forgery import Forge, attacks, spellings, unb64
from tests.harness.clock import ManualClock

KEY = load_signing_key(SIGNING_KEY)


@pytest.fixture
def forge(ann: User) -> Forge:
    """Who has Ann's token before the eyes."""
    return Forge(SIGNING_KEY, ann.access_token)


async def test_the_forge_makes_good_tokens(api: Api, forge: Forge) -> None:
    """Without this the attacks below would prove nothing."""
    for token in (forge.signed(), forge.claiming()):
        me = await api.http.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert me.status_code == 200


async def test_every_attack_gets_the_same_answer(api: Api, forge: Forge) -> None:
    """A7: one uniform 401 for all of them, headers included."""
    reference = await api.http.get("/v1/me")
    assert problem_of(reference).type == "urn:talktime:problem:unauthenticated"
    assert reference.headers["www-authenticate"] == "Bearer"
    tried = 0
    for name, token in [
        *attacks(forge),
        ("somebody else's session", forge.claiming(sid=str(new_id()))),
        ("somebody else", forge.claiming(sub=str(new_id()))),
    ]:
        header = b"Bearer " + token.encode("latin-1", errors="replace")
        answer = await api.http.get("/v1/me", headers={b"Authorization": header})
        assert (answer.status_code, answer.text, answer.headers) == (401, reference.text, reference.headers), name
        tried += 1
    assert tried > 250


async def test_no_spelling_of_a_token_outlives_its_session(api: Api, ann: User, clock: ManualClock) -> None:
    """A8: what is revoked is the session, so that no padding, blank or trailing bit makes a new token of an old."""
    other = await api.log_in("ann")
    assert (await other.delete(f"/sessions/{ann.session_id}")).status_code == 204
    for name, token in [("as it was", ann.access_token), *spellings(ann.access_token)]:
        answer = await api.http.get("/v1/me", headers={b"Authorization": b"Bearer " + token.encode("latin-1")})
        assert problem_of(answer).status == 401, name


async def test_no_spelling_of_a_token_outlives_its_time(api: Api, ann: User, clock: ManualClock) -> None:
    """A7: however it is spelled, and though it was taken in that spelling before."""
    spelled = [ann.access_token, *(token for _, token in spellings(ann.access_token))]
    for later, allowed in ((0, {200, 401}), (api.settings.access_token_seconds * 1_000, {401})):
        clock.advance(later)
        for token in spelled:
            answer = await api.http.get("/v1/me", headers={b"Authorization": b"Bearer " + token.encode("latin-1")})
            assert answer.status_code in allowed


async def test_no_spelling_of_a_refresh_token_is_one(api: Api, ann: User) -> None:
    """A19: neither before nor after its session has ended, and trying ends nobody's session."""
    token = ann.refresh_token
    assert len(unb64(token)) == 32
    others = [f"{token}=", f" {token}", f"{token} ", f"{token}\n", token.swapcase(), token[:-1], f"{token}A", ""]
    others += [token.replace(letter, f"%{ord(letter):02x}", 1) for letter in token[:1]]
    others.append(hash_of(token).hex())
    for other in others:
        answer = await api.http.post("/v1/sessions/refresh", json={"refresh_token": other})
        assert problem_of(answer).status in {401, 422}, other
    assert (await ann.delete("/sessions/current")).status_code == 204
    for other in [token, *others]:
        answer = await api.http.post("/v1/sessions/refresh", json={"refresh_token": other})
        assert problem_of(answer).status in {401, 422}, other


async def test_two_headers_prove_nothing(api: Api, ann: User, bob: User) -> None:
    """A7: neither the first counts nor the second, and not the same twice."""
    reference = await api.http.get("/v1/me")
    good, other = ann.headers["Authorization"], bob.headers["Authorization"]
    for pair in (
        (good, other),
        (good, "Bearer x"),
        ("Bearer x", good),
        (good, good),
        (good, "Basic eDp4"),
        (good, ""),
    ):
        answer = await api.http.get("/v1/me", headers=[("Authorization", value) for value in pair])
        assert (answer.status_code, answer.text) == (401, reference.text), pair


async def test_a_token_is_taken_nowhere_else(api: Api, ann: User) -> None:
    """D2: in no address, no cookie and no other header."""
    token = ann.access_token
    for path in (f"/v1/me?access_token={token}", f"/v1/me?token={token}", f"/v1/me?authorization=Bearer {token}"):
        assert problem_of(await api.http.get(path)).status == 401
    for name in ("Cookie", "X-Authorization", "Proxy-Authorization", "X-Access-Token"):
        for value in (f"Bearer {token}", f"access_token={token}", token):
            assert problem_of(await api.http.get("/v1/me", headers={name: value})).status == 401


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
