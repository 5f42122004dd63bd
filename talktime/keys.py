"""Makes the secrets of an installation; nothing has a default."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Literal

from shared.tokens import new_signing_key, public_pem

SIGNING_KEY = "token-signing-key.pem"
VERIFY_KEYS = "token-verify-keys.pem"
WEBHOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105 - a file's name
TURN_SECRET = "turn-secret"  # noqa: S105 - a file's name
TICKET_SECRET = "ticket-secret"  # noqa: S105 - a file's name

Step = Literal["announce", "use", "retire"]
"""Of replacing a secret while everything runs (docs/secrets.md)."""


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
        for name in (WEBHOOK_SECRET, TURN_SECRET, TICKET_SECRET)
        if not (folder / name).exists()
    ]
    return made


class RotationError(Exception):
    """This step of a rotation is not the next one; the message says which is."""


def rotate_signing_key(folder: Path, step: Step) -> Path:
    """Do one step towards another signing key and return the file that has changed.

    `announce`: everybody shall know the new key, nobody uses it. `use`: the API signs with it. `retire`: what
    any other one has signed counts no more; what was announced and not used is forgotten.

    Raises `OSError`, `RotationError`.
    """
    signing, verify = folder / SIGNING_KEY, folder / VERIFY_KEYS
    if step == "announce":
        new = _announced(signing, new_signing_key())
        return _replace(verify, public_pem(signing.read_text()) + public_pem(new), mode=0o644)
    if step == "use":
        return _next(signing).replace(signing)
    _forget_announced(signing)
    return _replace(verify, public_pem(signing.read_text()), mode=0o644)


def rotate_turn_secret(folder: Path, step: Step) -> Path:
    """The same for the secret that is shared with the TURN servers, which take what either one has signed."""
    return _rotate_shared(folder / TURN_SECRET, step)


def rotate_ticket_secret(folder: Path, step: Step) -> Path:
    """The same for the secret that all signaling nodes share."""
    return _rotate_shared(folder / TICKET_SECRET, step)


def _rotate_shared(path: Path, step: Step) -> Path:
    signing = path.read_text(encoding="utf-8").split(",")[0].strip()
    if step == "announce":
        return _replace(path, f"{signing},{_announced(path, secrets.token_urlsafe(32))}")
    if step == "use":
        new = _next(path)
        _replace(path, f"{new.read_text(encoding='utf-8')},{signing}")
        new.unlink()
        return path
    _forget_announced(path)
    return _replace(path, signing)


def _announced(path: Path, secret: str) -> str:
    """Keep the secret beside the one in use, and return it; or the one that is announced already."""
    kept = path.with_name(path.name + ".next")
    if not kept.exists():
        _write(kept, secret)
    return kept.read_text(encoding="utf-8")


def _forget_announced(path: Path) -> None:
    """Nobody is told of it any more, so that it must not be used either."""
    path.with_name(path.name + ".next").unlink(missing_ok=True)


def _next(path: Path) -> Path:
    kept = path.with_name(path.name + ".next")
    if not kept.exists():
        raise RotationError(f"there is no {kept}: `announce` makes one")
    return kept


def _replace(path: Path, text: str, *, mode: int = 0o600) -> Path:
    """Write a file anew; whoever reads meanwhile finds it whole."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    return _write(new, text, mode=mode).replace(path)


def _write(path: Path, text: str, *, mode: int = 0o600) -> Path:
    path.touch(mode=mode, exist_ok=False)
    path.write_text(text, encoding="utf-8")
    return path
