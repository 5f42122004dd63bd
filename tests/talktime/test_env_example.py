"""`.env.example` is what the settings say."""

from pathlib import Path

import msgspec

from shared.settings import Settings
from shared.settings_loading import PREFIX, load_settings
from talktime.env_example import render

COMMITTED = Path(__file__).parents[2] / ".env.example"


def test_the_committed_file_is_fresh() -> None:
    """Make it again with: python -m talktime.env_example > .env.example"""
    assert COMMITTED.read_text(encoding="utf-8") == render()


def assignments() -> dict[str, str]:
    lines = [line.removeprefix("# ") for line in render().splitlines() if line.startswith(f"# {PREFIX}")]
    return dict(line.split("=", 1) for line in lines)


def test_every_setting_is_there_with_its_meaning() -> None:
    assert list(assignments()) == [PREFIX + field.name.upper() for field in msgspec.structs.fields(Settings)]
    paragraphs = render().strip().split("\n\n")[1:]
    assert len(paragraphs) == len(assignments())
    assert all(len(paragraph.splitlines()) == 2 for paragraph in paragraphs)


def test_with_every_mark_taken_off_it_makes_the_defaults() -> None:
    assert load_settings(assignments()) == Settings()


def test_as_it_is_it_sets_nothing() -> None:
    assert all(line.startswith("#") for line in render().splitlines() if line)


def test_it_tells_no_secret() -> None:
    secrets = [
        name for name in assignments() if name.endswith(("_KEY", "_KEYS", "_SECRETS", "_SECRET", "_PASSWORD"))
    ]
    assert secrets
    assert {assignments()[name] for name in secrets} == {""}
