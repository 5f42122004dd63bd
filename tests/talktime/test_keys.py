"""The secrets of an installation."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from shared.tokens import load_verify_keys, public_pem
from talktime.command_line import talktime
from talktime.keys import SIGNING_KEY, TICKET_SECRET, TURN_SECRET, VERIFY_KEYS


def generate(folder: Path, *options: str) -> dict[str, str]:
    """Run the command and return the files there are then."""
    answer = CliRunner().invoke(talktime, ["generate-keys", *options, str(folder)])
    assert answer.exit_code == 0, answer.output
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@pytest.mark.parametrize(("option", "file"), [("--turn-secret", TURN_SECRET), ("--ticket-secret", TICKET_SECRET)])
def test_a_shared_secret_is_announced_used_and_then_alone(tmp_path: Path, option: str, file: str) -> None:
    """D14, A13: the first signs, so that the new one signs only where others were told of it before."""
    before, again = generate(tmp_path), generate(tmp_path)
    assert again == before
    assert len(before[file]) >= 32
    announced = generate(tmp_path, option, "announce")
    old, new = announced[file].split(",")
    assert old == before[file]
    assert generate(tmp_path, option, "announce") == announced
    used = generate(tmp_path, option, "use")
    assert used.pop(file) == f"{new},{old}"
    assert generate(tmp_path, option, "retire").pop(file) == new
    assert used == {name: text for name, text in before.items() if name != file}
    assert (tmp_path / file).stat().st_mode & 0o777 == 0o600


def test_a_signing_key_is_announced_used_and_then_alone(tmp_path: Path) -> None:
    """A13: whoever verifies knows it before anything is signed with it, and the old one afterwards."""
    before = generate(tmp_path)
    announced = generate(tmp_path, "--signing-key", "announce")
    assert announced[SIGNING_KEY] == before[SIGNING_KEY]
    [old, new] = [key.id for key in load_verify_keys(announced[VERIFY_KEYS])]
    assert old == load_verify_keys(before[VERIFY_KEYS])[0].id
    assert generate(tmp_path, "--signing-key", "announce") == announced
    used = generate(tmp_path, "--signing-key", "use")
    assert load_verify_keys(public_pem(used[SIGNING_KEY]))[0].id == new
    assert used[VERIFY_KEYS] == announced[VERIFY_KEYS]
    retired = generate(tmp_path, "--signing-key", "retire")
    assert [key.id for key in load_verify_keys(retired[VERIFY_KEYS])] == [new]
    assert set(retired) == set(before)
    assert (tmp_path / SIGNING_KEY).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / VERIFY_KEYS).stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("option", ["--signing-key", "--turn-secret", "--ticket-secret"])
def test_what_was_not_announced_is_not_used(tmp_path: Path, option: str) -> None:
    """Nor is it used twice."""
    before = generate(tmp_path)
    for _ in range(2):
        answer = CliRunner().invoke(talktime, ["generate-keys", option, "use", str(tmp_path)])
        assert answer.exit_code == 1
        assert "`announce` makes one" in answer.output
        assert generate(tmp_path, option, "retire") == before
    generate(tmp_path, option, "announce")
    generate(tmp_path, option, "use")
    assert CliRunner().invoke(talktime, ["generate-keys", option, "use", str(tmp_path)]).exit_code == 1


@pytest.mark.parametrize("option", ["--signing-key", "--turn-secret", "--ticket-secret"])
def test_what_was_announced_and_taken_back_is_not_used(tmp_path: Path, option: str) -> None:
    """Nobody would know it: everybody's tokens, or credentials, would be refused."""
    before = generate(tmp_path)
    generate(tmp_path, option, "announce")
    assert generate(tmp_path, option, "retire") == before
    answer = CliRunner().invoke(talktime, ["generate-keys", option, "use", str(tmp_path)])
    assert answer.exit_code == 1
    assert "`announce` makes one" in answer.output
    assert generate(tmp_path) == before


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = CliRunner().invoke(
        talktime, ["generate-keys", "--turn-secret", "announce", str(tmp_path / "file" / "keys")]
    )
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")
    assert str(tmp_path / "file") in answer.output
