"""Writes the page to the file named, docs/protocol.md by default."""

import sys
from pathlib import Path

from signaling.protocol.page import page

path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/protocol.md")
path.write_text(page(), encoding="utf-8")
