"""Files of secrets that are changed, emptied, broken or gone while a program runs (A13)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.settings import Settings
from shared.settings_loading import load_settings
from shared.tokens import load_verify_keys, new_signing_key, public_pem
from talktime.renewing import Renewal

FIRST, SECOND = public_pem(new_signing_key()), public_pem(new_signing_key())


class Taker:
    """A program that has what it took last, and fails as often as it is told to."""

    def __init__(self, file: Path) -> None:
        environ = {"TALKTIME_TOKEN_VERIFY_KEYS_FILE": str(file)}
        settings = load_settings(environ)
        self.has = settings.token_verify_keys
        self.fails: Exception | None = None
        self.renewal = Renewal("api", settings, self.take, environ)

    def take(self, settings: Settings) -> None:
        load_verify_keys(settings.token_verify_keys)
        if self.fails:
            raise self.fails
        self.has = settings.token_verify_keys


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.pem"
    path.write_text(FIRST)
    return path


@pytest.mark.parametrize(
    "spoil",
    [
        Path.unlink,
        lambda path: path.write_text(""),
        lambda path: path.write_text("\n"),
        lambda path: path.write_text(SECOND + FIRST[:50]),
        lambda path: path.write_bytes(b"\xff"),
    ],
    ids=["gone", "empty", "blank", "half", "no text"],
)
def test_what_cannot_be_used_is_told_once_and_the_old_stays(
    file: Path, spoil: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    taker = Taker(file)
    spoil(file)
    for _ in range(3):
        taker.renewal.look()
    assert taker.has == FIRST.strip()
    [said] = caplog.messages
    assert "the old ones stay" in said
    file.write_text(SECOND)
    taker.renewal.look()
    assert taker.has == SECOND.strip()


def test_a_mistake_of_ours_does_not_end_the_looking(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nor is told with words that may be the secret's."""
    taker = Taker(file)
    taker.fails = RuntimeError(SECOND)
    file.write_text(SECOND)
    taker.renewal.look()
    assert caplog.messages == ["New secrets are not taken, the old ones stay: RuntimeError"]
    taker.fails = None
    taker.renewal.look()
    assert taker.has == SECOND.strip()
