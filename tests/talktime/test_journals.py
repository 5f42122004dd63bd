"""Where a node's journal is, and that it is nobody else's."""

from pathlib import Path

import pytest

from shared.settings import Settings
from shared.settings_loading import with_changes
from talktime.journals import journal, journal_folder
from talktime.serving import ProgramError


@pytest.mark.parametrize(
    ("folder", "environ", "found"),
    [
        ("/srv/journal", {"STATE_DIRECTORY": "/var/lib/talktime"}, "/srv/journal"),
        ("", {"STATE_DIRECTORY": "/var/lib/talktime:/var/lib/more"}, "/var/lib/talktime/journal"),
        ("", {"XDG_STATE_HOME": "/somebody/state"}, "/somebody/state/talktime/journal"),
        ("", {}, str(Path.home() / ".local/state/talktime/journal")),
    ],
)
def test_where_it_is(folder: str, environ: dict[str, str], found: str) -> None:
    settings = with_changes(Settings(), journal_folder=folder)
    assert journal_folder(settings, environ) == Path(found)


async def test_a_node_whose_name_another_one_has_does_not_start(tmp_path: Path) -> None:
    settings = with_changes(Settings(), node="node-1")
    async with journal(settings, tmp_path):
        with pytest.raises(ProgramError, match="is there another node named node-1"):
            async with journal(settings, tmp_path):
                pass
