"""docs/protocol.md says what the messages are."""

from pathlib import Path

import msgspec
import pytest

from shared.messages.base import Message
from shared.messages.from_client import FROM_CLIENT
from shared.messages.registry import SOCKET_MESSAGES, decode_from_client, encode, type_of
from shared.messages.to_client import CloseCode, ErrorCode, ToClient
from signaling.call.states import State
from signaling.protocol.examples import EXAMPLES
from signaling.protocol.page import page
from signaling.protocol.words import members_of

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m signaling.protocol"


def test_every_message_has_one_example() -> None:
    assert {type(example) for example in EXAMPLES} == set(SOCKET_MESSAGES)
    assert len(EXAMPLES) == len(SOCKET_MESSAGES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_an_example_is_a_message(example: Message) -> None:
    """It survives the way over the socket, checked against every limit."""
    if type(example) in FROM_CLIENT:
        assert decode_from_client(encode(example)) == example
    else:
        assert msgspec.json.decode(encode(example), type=ToClient) == example


@pytest.mark.parametrize("named", [CloseCode, ErrorCode, State], ids=lambda named: named.__name__)
def test_every_code_has_a_meaning(named: type) -> None:
    members = members_of(named)
    assert members
    assert [code for code, meaning in members if not meaning] == []


def test_every_message_and_code_is_on_the_page() -> None:
    text = page()
    for message in SOCKET_MESSAGES:
        assert f"### {type_of(message)}\n" in text
    for code in (value for name, value in vars(CloseCode).items() if name.isupper()):
        assert f"| `{code}` |" in text
