"""The proxy does to links what it says."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator

import pytest

from tests.faults.proxy import Link, Proxy, to_port

SECONDS_MAX = 5
A_WHILE_SECONDS = 0.1


@pytest.fixture
async def proxy(anyio_backend: str) -> AsyncIterator[Proxy]:
    """A proxy to a server that answers each line with the same line."""

    echoing: set[asyncio.Task[None]] = set()

    def begin(reader: StreamReader, writer: StreamWriter) -> None:
        echoing.add(asyncio.create_task(echo(reader, writer)))

    async def echo(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(line)
            writer.write(b"end\n")
        finally:
            writer.close()

    async with await asyncio.start_server(begin, "127.0.0.1", 0) as server:
        proxy = to_port(server.sockets[0].getsockname()[1])
        await proxy.start()
        yield proxy
        await proxy.close()
        await asyncio.gather(*echoing, return_exceptions=True)


async def opened(proxy: Proxy) -> tuple[StreamReader, StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def said(reader: StreamReader) -> bytes:
    async with asyncio.timeout(SECONDS_MAX):
        return await reader.readline()


async def is_over(reader: StreamReader) -> bool:
    try:
        return await said(reader) == b""
    except ConnectionError:
        return True


async def test_all_is_well(proxy: Proxy) -> None:
    reader, writer = await opened(proxy)
    writer.write(b"one\n")
    assert await said(reader) == b"one\n"
    writer.close()


@pytest.mark.parametrize("link", [Link.FROZEN, Link.DEAF])
async def test_what_waits_arrives_when_the_link_is_well_again(proxy: Proxy, link: Link) -> None:
    reader, writer = await opened(proxy)
    writer.write(b"one\n")
    assert await said(reader) == b"one\n"
    proxy.become(link)
    writer.write(b"two\n")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readline(), A_WHILE_SECONDS)
    proxy.become(Link.WELL)
    assert await said(reader) == b"two\n"
    writer.close()


async def test_a_cut_link_resets_old_and_new_connections(proxy: Proxy) -> None:
    reader, writer = await opened(proxy)
    proxy.become(Link.CUT)
    assert await is_over(reader)
    again, other_writer = await opened(proxy)
    assert await is_over(again)
    writer.close()
    other_writer.close()


async def test_a_slow_link_takes_its_time(proxy: Proxy) -> None:
    reader, writer = await opened(proxy)
    proxy.become(Link.SLOW, slow_ms=50)
    began = asyncio.get_running_loop().time()
    writer.write(b"one\n")
    assert await said(reader) == b"one\n"
    assert asyncio.get_running_loop().time() - began >= 0.1
    writer.close()


async def test_a_half_closed_one_is_ended_in_one_direction(proxy: Proxy) -> None:
    reader, writer = await opened(proxy)
    writer.write(b"one\n")
    assert await said(reader) == b"one\n"
    proxy.half_close()
    assert await said(reader) in {b"end\n", b""}
    writer.close()
