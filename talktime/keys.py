"""Makes the secrets of an installation; nothing has a default."""

from __future__ import annotations

import secrets
from pathlib import Path

from shared.tokens import new_signing_key, public_pem

SIGNING_KEY = "token-signing-key.pem"
VERIFY_KEYS = "token-verify-keys.pem"
WEBHOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105 - a file's name
TURN_SECRET = "turn-secret"  # noqa: S105 - a file's name


def generate_keys(folder: Path) -> list[Path]:
    """Write what is missing into `folder` and return it; what is there is never overwritten.

    Only the verification keys are readable by others. Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    made = []
    signing_key = folder / SIGNING_KEY
    if not signing_key.exists():
        made.append(_write(signing_key, new_signing_key()))
    verify_keys = folder / VERIFY_KEYS
    if not verify_keys.exists():
        made.append(_write(verify_keys, public_pem(signing_key.read_text()), mode=0o644))
    made += [
        _write(folder / name, secrets.token_urlsafe(32))
        for name in (WEBHOOK_SECRET, TURN_SECRET)
        if not (folder / name).exists()
    ]
    return made


def renew_turn_secret(folder: Path) -> Path:
    """Put a new secret before the one that signs now, which stays for those who still have its credentials.

    Raises `OSError`.
    """
    path = folder / TURN_SECRET
    signing = path.read_text(encoding="utf-8").split(",")[0].strip()
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    # Whoever reads meanwhile finds the file whole.
    return _write(new, f"{secrets.token_urlsafe(32)},{signing}").replace(path)


def _write(path: Path, text: str, *, mode: int = 0o600) -> Path:
    path.touch(mode=mode, exist_ok=False)
    path.write_text(text, encoding="utf-8")
    return path
