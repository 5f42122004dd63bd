"""The secrets of an installation."""

from pathlib import Path

from click.testing import CliRunner

from talktime.command_line import talktime
from talktime.keys import TURN_SECRET


def generate(folder: Path, *options: str) -> dict[str, str]:
    """Run the command and return the files there are then."""
    answer = CliRunner().invoke(talktime, ["generate-keys", *options, str(folder)])
    assert answer.exit_code == 0, answer.output
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_a_new_turn_secret_comes_before_the_one_that_signed(tmp_path: Path) -> None:
    """D14: the one before stays, older ones go, and nothing else changes."""
    states = [generate(tmp_path), generate(tmp_path)]
    states += [generate(tmp_path, "--new-turn-secret") for _ in range(2)]
    (first,), again, second, third = [state.pop(TURN_SECRET).split(",") for state in states]
    assert len(first) >= 32
    assert again == [first]
    assert second[1:] == [first]
    assert third[1:] == second[:1]
    assert len({first, second[0], third[0]}) == 3
    assert all(state == states[0] for state in states)
    assert (tmp_path / TURN_SECRET).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = CliRunner().invoke(talktime, ["generate-keys", "--new-turn-secret", str(tmp_path / "file" / "keys")])
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")
    assert str(tmp_path / "file") in answer.output
