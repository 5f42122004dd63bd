"""Where one HTTP request ends and the next begins, when a client says two things about it (RFC 9112, 6.3)."""

import asyncio

import pytest

from tests.signaling.stage import Stage

ANSWER_SECONDS_MAX = 5
HEAD = b"GET /health/live HTTP/1.1\r\nHost: talktime\r\n"
HIDDEN = b"GET /smuggled HTTP/1.1\r\nHost: talktime\r\n\r\n"


async def answers(port: int, request: bytes) -> list[bytes]:
    """Return the status lines of what comes back until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        said = await reader.read()
    writer.close()
    return [line for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


@pytest.mark.parametrize(
    "length",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5, 6\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b" Content-Length: 5\r\n",
    ],
)
async def test_what_can_be_read_in_two_ways_is_refused(stage: Stage, length: bytes) -> None:
    """ASVS 4.2.1: nothing behind it is taken for a request of somebody else's."""
    said = await answers(stage.port, HEAD + length + b"\r\n0\r\n\r\n" + HIDDEN)
    assert said == [b"HTTP/1.1 400 Bad Request"]


async def test_a_good_one_is_answered(stage: Stage) -> None:
    """So that the refusals above are about the framing."""
    said = await answers(stage.port, HEAD + b"Content-Length: 5\r\nConnection: close\r\n\r\n0\r\n\r\n")
    assert said == [b"HTTP/1.1 200 OK"]
