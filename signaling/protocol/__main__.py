"""Writes docs/protocol.md, or with a folder's name the schemas of the messages into it."""

import sys
from pathlib import Path

import msgspec

from signaling.protocol.page import page
from signaling.protocol.schemas import schemas

match sys.argv[1:]:
    case []:
        Path("docs/protocol.md").write_text(page(), encoding="utf-8")
    case [folder]:
        for name, document in schemas().items():
            Path(folder, f"{name}.json").write_bytes(msgspec.json.encode(document))
    case _:
        sys.exit("usage: python -m signaling.protocol [FOLDER]")
