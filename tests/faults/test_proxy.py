"""The proxy does to a line what it is told to, and no more."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from tests.faults.proxy import Fault, FaultyProxy

pytestmark = pytest.mark.anyio
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def proxy() -> AsyncGenerator[FaultyProxy]:
    """Yield a proxy before a server that says what it hears."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(1000):
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with FaultyProxy(server.sockets[0].getsockname()[1]).open() as made:
        yield made
    server.close()


@asynccontextmanager
async def line(proxy: FaultyProxy) -> AsyncGenerator[Line]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def said(at: Line, word: bytes) -> bytes:
    at[1].write(word)
    async with asyncio.timeout(0.3):
        return await at[0].readexactly(len(word))


async def test_a_healthy_line_carries_everything(proxy: FaultyProxy):
    async with line(proxy) as at:
        assert await said(at, b"x" * 100_000) == b"x" * 100_000


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.RESET])
async def test_a_cut_ends_old_lines_and_new_ones_until_it_is_healed(
    proxy: FaultyProxy, fault: Fault
):
    async with line(proxy) as at:
        await said(at, b"one")
        proxy.suffer(fault)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await said(at, b"two")
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        async with line(proxy) as at:
            await said(at, b"three")
    proxy.heal()
    async with line(proxy) as at:
        assert await said(at, b"four") == b"four"


async def test_a_stalled_line_keeps_its_bytes_for_later(proxy: FaultyProxy):
    async with line(proxy) as at:
        await said(at, b"one")
        proxy.suffer(Fault.STALL)
        with pytest.raises(TimeoutError):
            await said(at, b"two")
        proxy.heal()
        assert await at[0].readexactly(3) == b"two"


async def test_a_half_open_line_swallows_and_is_reset_at_last(proxy: FaultyProxy):
    async with line(proxy) as at:
        await said(at, b"one")
        proxy.suffer(Fault.HALF_OPEN)
        with pytest.raises(TimeoutError):
            await said(at, b"two")
        proxy.heal()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await said(at, b"three")


async def test_delay_and_throttle_take_their_time(proxy: FaultyProxy):
    async with line(proxy) as at:
        proxy.delay_seconds = 0.05
        began = time.monotonic()
        await said(at, b"one")
        assert time.monotonic() - began >= 0.1
        proxy.delay_seconds, proxy.bytes_per_second = 0.0, 10_000.0
        began = time.monotonic()
        await said(at, b"x" * 1000)
        assert time.monotonic() - began >= 0.2
