"""The public keys that verify access tokens (RFC 7517)."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from shared.tokens import TokenVerifier

KEYS_SECONDS_MAX = 300
"""How long a verifier may keep the set: publish a new key this long before signing with it."""


@get("/.well-known/jwks.json", tags=["Service"])
async def key_set(
    verifier: NamedDependency[SkipValidation[TokenVerifier]],
) -> Response[dict[str, list[dict[str, str]]]]:
    """Return the key set."""
    keys = [key.jwk() for key in verifier.keys]
    return Response({"keys": keys}, headers={"Cache-Control": f"public, max-age={KEYS_SECONDS_MAX}"})
