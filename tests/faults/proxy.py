"""A TCP proxy that misbehaves on request: what stands between two parties in a drill.

While a fault lasts, it meets old and new connections alike; `heal` ends it. Bytes are never
altered: a broken byte is TCP's business, a missing one is ours.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

CHUNK = 16_384
HURRY = struct.pack("ii", 1, 0)
"""SO_LINGER with no patience: closing sends a reset."""


class Fault(StrEnum):
    """What may be wrong with a line."""

    NONE = "none"
    CUT = "cut"
    """Every connection is closed, new ones at once."""
    RESET = "reset"
    """As cut, by TCP resets."""
    STALL = "stall"
    """Nothing is carried in either direction; it arrives when the line is healed."""
    HALF_OPEN = "half-open"
    """What is sent is swallowed for ever and nothing answers, as behind a dead router."""


@dataclass(eq=False, slots=True)
class _Line:
    """One connection through the proxy: both ends of it."""

    writers: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])
    is_deaf: bool = False
    """Whether it was open while bytes were swallowed: it can never be whole again."""

    def end(self, *, is_reset: bool) -> None:
        for writer in self.writers:
            peer: socket.socket | None = writer.get_extra_info("socket")
            if is_reset and peer is not None and peer.fileno() >= 0:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HURRY)
            transport = writer.transport
            transport.abort()


class FaultyProxy:
    """Carries bytes between `port`, on loopback, and a server, as well as it is told to."""

    def __init__(self, target_port: int, target_host: str = "127.0.0.1") -> None:
        self.port = 0
        self.num_accepted = 0
        self.delay_seconds = 0.0
        """Before each piece is carried on, in each direction."""
        self.bytes_per_second: float | None = None
        """Of each connection and direction; None: as fast as it goes."""
        self._target = (target_host, target_port)
        self._fault = Fault.NONE
        self._healed = asyncio.Event()
        self._healed.set()
        self._lines: set[_Line] = set()

    @property
    def num_open(self) -> int:
        """Connections that are open now."""
        return len(self._lines)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator["FaultyProxy"]:
        """Serve until the block ends."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = int(server.sockets[0].getsockname()[1])
        try:
            yield self
        finally:
            server.close()
            self.heal()
            self._end_all(is_reset=False)
            while self._lines:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def suffer(self, fault: Fault) -> None:
        """Let a fault begin."""
        self._fault = fault
        if fault in {Fault.CUT, Fault.RESET}:
            self._end_all(is_reset=fault is Fault.RESET)
        if fault is Fault.HALF_OPEN:
            for line in self._lines:
                line.is_deaf = True
        if fault is Fault.STALL:
            self._healed.clear()
        else:
            self._healed.set()

    def heal(self) -> None:
        """End the fault. Connections that lost bytes are reset: nobody could go on with them."""
        self._fault = Fault.NONE
        self.delay_seconds, self.bytes_per_second = 0.0, None
        self._healed.set()
        for line in list(self._lines):
            if line.is_deaf:
                line.end(is_reset=True)

    def _end_all(self, *, is_reset: bool) -> None:
        for line in list(self._lines):
            line.end(is_reset=is_reset)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.num_accepted += 1
        line = _Line(writers=[writer])
        if self._fault in {Fault.CUT, Fault.RESET}:
            line.end(is_reset=self._fault is Fault.RESET)
            return
        self._lines.add(line)
        line.is_deaf = self._fault is Fault.HALF_OPEN
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            line.writers.append(far_writer)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(line, reader, far_writer))
                group.create_task(self._carry(line, far_reader, writer))
        except OSError:
            line.end(is_reset=True)
        finally:
            line.end(is_reset=False)
            self._lines.discard(line)

    async def _carry(
        self, line: _Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while piece := await reader.read(CHUNK):
                await self._wait_for(len(piece))
                if not line.is_deaf:
                    writer.write(piece)
                    await writer.drain()
        except OSError:
            line.end(is_reset=True)
            return
        # One side said all it had to say; a proxy need not know of half-closed lines.
        line.end(is_reset=False) if writer.is_closing() else await _closed(writer)

    async def _wait_for(self, num_bytes: int) -> None:
        await self._healed.wait()
        wait = self.delay_seconds
        if self.bytes_per_second is not None:
            wait += num_bytes / self.bytes_per_second
        if wait:
            await asyncio.sleep(wait)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        return
