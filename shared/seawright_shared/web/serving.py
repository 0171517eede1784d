"""Serving: guarded, heads of bounded size; at the end who asks is told, and what runs finishes."""

import signal
import threading
import time
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from seawright_shared.access.gate import Access
from seawright_shared.errors import InvalidRequestError
from seawright_shared.telemetry.settings import TelemetrySettings

MAX_HEAD_BYTES = 1 << 16
KEEP_ALIVE_SECONDS = 75
NOTICE_SECONDS = 2.0
DRAIN_SECONDS = 30.0
BACKLOG = 4096
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class BoundedHeads(HttpToolsProtocol):
    """Refuses a request whose line and headers do not end; the parser itself would go on."""

    _num_head_bytes = 0
    _is_in_head = True

    def data_received(self, data: bytes) -> None:
        """Parse, then count what has not made a whole head yet."""
        super().data_received(data)
        if not self._is_in_head:
            return
        self._num_head_bytes += len(data)
        if self._num_head_bytes > MAX_HEAD_BYTES:
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._num_head_bytes, self._is_in_head = 0, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Count no longer."""
        self._is_in_head = False
        super().on_headers_complete()


class DrainingServer(uvicorn.Server):
    """At SIGTERM readiness goes false; after the notice no new connection is taken.

    Running requests then have the configuration's `timeout_graceful_shutdown`. SIGINT, or a second
    signal, ends the notice at once.
    """

    def __init__(self, config: uvicorn.Config, *, notice_seconds: float) -> None:
        super().__init__(config)
        self._notice_seconds = notice_seconds
        self._noticed: int | None = None
        self._notice_ends = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain, or hurry."""
        if self._noticed is not None or sig == signal.SIGINT:
            super().handle_exit(sig, frame)
            return
        self._noticed = sig
        self._notice_ends = time.monotonic() + self._notice_seconds
        if isinstance(self.config.app, FastAPI):
            self.config.app.state.pulse.is_draining = True

    async def on_tick(self, counter: int) -> bool:
        """Stop once the notice is over; called ten times a second."""
        if self._noticed is not None and time.monotonic() >= self._notice_ends:
            super().handle_exit(self._noticed, None)
        return await super().on_tick(counter)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def serve(
    app: FastAPI,
    address: tuple[str, int],
    access: Access,
    *,
    notice_seconds: float = NOTICE_SECONDS,
    drain_seconds: float = DRAIN_SECONDS,
) -> None:
    """Serve until stopped, then finish what runs and hand over the last spans.

    Exits with a sentence where an unguarded service would listen beyond loopback, and with 0 when
    it was told to end by SIGTERM.
    """
    host, port = address
    try:
        access.check_address(host)
    except InvalidRequestError as error:
        raise SystemExit(error.detail) from error
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedHeads,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(drain_seconds)),
        access_log=False,
        proxy_headers=False,
        backlog=BACKLOG,
    )
    telemetry = TelemetrySettings()
    server = DrainingServer(config, notice_seconds=notice_seconds)
    if threading.current_thread() is threading.main_thread():
        # Once all is served uvicorn raises the signal again, which would end the process on the spot.
        signal.signal(signal.SIGTERM, _leave)
    if not telemetry.endpoint:
        server.run()
        return
    from seawright_shared.telemetry.exporting import tracing_over_otlp

    service = app.state.meter.service
    with tracing_over_otlp(service, telemetry.endpoint, telemetry.sample_ratio):
        server.run()
