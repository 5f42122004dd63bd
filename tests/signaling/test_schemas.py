"""The schemas of the messages, that clients in other languages are made from."""

import subprocess
import sys
from pathlib import Path

import msgspec

from shared.messages.from_client import FROM_CLIENT
from shared.messages.registry import type_of
from shared.messages.to_client import TO_CLIENT
from signaling.protocol.schemas import schemas


def test_every_message_has_its_schema() -> None:
    """H1: a message that is added or renamed changes what clients are built from."""
    for name, messages in (("from-client", FROM_CLIENT), ("to-client", TO_CLIENT)):
        parts = schemas()[name]["components"]["schemas"]
        types = {
            part["properties"]["type"]["enum"][0] for part in parts.values() if "type" in part.get("properties", {})
        }
        assert types == {type_of(message) for message in messages}


def test_the_files_are_written_without_any_setting(tmp_path: Path) -> None:
    """H1: as the build of the web client does it, OpenAPI document included."""
    for module in ("signaling.protocol", "api.docs"):
        subprocess.run([sys.executable, "-m", module, str(tmp_path)], env={}, check=True)
    documents = {path.stem: msgspec.json.decode(path.read_bytes()) for path in tmp_path.iterdir()}
    assert {name: documents[name] for name in schemas()} == schemas()
    assert "/v1/calls" in documents["openapi"]["paths"]
