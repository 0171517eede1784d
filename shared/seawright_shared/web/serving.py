"""Serving until stopped: the load balancer is told first, then what runs is finished."""

import signal
import time
from types import FrameType

import uvicorn
from fastapi import FastAPI


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
