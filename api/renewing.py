"""Keys and secrets that change while the API runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.ice.credentials import TurnCredentials
from api.payments.provider import PaymentProvider
from api.sessions.kinds import SessionKind
from shared.settings import Settings
from shared.tokens import TokenSigner, TokenVerifier, VerifyKey, load_signing_key, load_verify_keys


@dataclass(frozen=True)
class Renewing:
    """Knows all that holds one; `turn` and `provider` are None where there is no such thing."""

    signers: Mapping[SessionKind, TokenSigner]
    verifiers: Mapping[SessionKind, TokenVerifier]
    turn: TurnCredentials | None
    provider: PaymentProvider | None

    def take(self, settings: Settings) -> None:
        """Go on with the keys and secrets of these settings. Raises `KeyUnusableError`, and has changed nothing."""
        key, trusted = load_signing_key(settings.token_signing_key), trusted_keys(settings)
        for kind, signer in self.signers.items():
            signer.sign_with(key)
            self.verifiers[kind].trust(trusted)
        if self.turn is not None:
            self.turn.secret = settings.turn_secrets[0]
        if self.provider is not None:
            self.provider.take_secrets(settings)


def trusted_keys(settings: Settings) -> list[VerifyKey]:
    """Return our own key and, besides, those that sign no more until their last tokens have expired, or not yet.

    Raises `KeyUnusableError`.
    """
    own = VerifyKey.of(load_signing_key(settings.token_signing_key).public_key())
    others = load_verify_keys(settings.token_verify_keys) if settings.token_verify_keys else []
    return [own, *(key for key in others if key.id != own.id)]
