"""New keys and secrets while the API runs: what is signed and what is trusted from then on (A13)."""

import msgspec
import pytest

from api.app import RENEWING
from shared.settings import Settings
from shared.tokens import KeyUnusableError, new_signing_key, public_pem
from tests.api.world import Api, User

HOOK = "another-webhook-secret"


def take(api: Api, **changes: object) -> Settings:
    """Have the application go on with these."""
    changed = msgspec.structs.replace(api.settings, **changes)
    api.app.state[RENEWING].take(changed)
    return changed


async def key_ids(api: Api) -> list[str]:
    """Return the ids of the published keys."""
    return [key["kid"] for key in (await api.http.get("/.well-known/jwks.json")).json()["keys"]]


async def test_two_keys_are_in_force_until_one_is_taken_away(api: Api, ann: User) -> None:
    """A13: published both, and each one's tokens are good at once or no more."""
    [old], new_key = await key_ids(api), new_signing_key()
    both = public_pem(api.settings.token_signing_key) + public_pem(new_key)
    take(api, token_signing_key=new_key, token_verify_keys=both)
    assert old in await key_ids(api)
    assert len(await key_ids(api)) == 2
    newer = await api.log_in("ann")
    assert [(await each.get("/me")).status_code for each in (ann, newer)] == [200, 200]
    take(api, token_signing_key=new_key, token_verify_keys=public_pem(new_key))
    assert old not in await key_ids(api)
    assert [(await each.get("/me")).status_code for each in (ann, newer)] == [401, 200]


async def test_what_is_no_key_changes_nothing(api: Api, ann: User) -> None:
    before = await key_ids(api)
    for changes in ({"token_signing_key": "nonsense"}, {"token_verify_keys": "nonsense"}):
        with pytest.raises(KeyUnusableError):
            take(api, **changes, sandbox_webhook_secrets=(HOOK,))
    assert await key_ids(api) == before
    assert (await ann.get("/me")).status_code == 200
    assert api.app.state[RENEWING].provider.secrets == api.settings.sandbox_webhook_secrets


async def test_the_sandbox_signs_with_the_first_and_trusts_all(api: Api) -> None:
    """B10: of the secrets that there are now."""
    sandbox = api.app.state[RENEWING].provider
    body = b'{"id":"1","type":"other"}'
    old = sandbox.signed(body)
    take(api, sandbox_webhook_secrets=(HOOK, *api.settings.sandbox_webhook_secrets))
    new = sandbox.signed(body)
    answers = [await api.http.post("/v1/webhooks/sandbox", content=body, headers=each) for each in (old, new)]
    assert [answer.status_code for answer in answers] == [answers[0].status_code] * 2
    assert answers[0].is_success
    take(api, sandbox_webhook_secrets=(HOOK,))
    for headers, good in ((old, False), (new, True)):
        answer = await api.http.post("/v1/webhooks/sandbox", content=body, headers=headers)
        assert answer.is_success is good
