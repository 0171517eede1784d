"""Audit a task set, here or by a deployment, while a person watches."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass

from seawright_console.core.ports import Meter, Screen
from seawright_shared.contracts.environment import AuditRequest
from seawright_shared.errors import UnavailableError
from seawright_shared.records.audits import AuditReport

Watch = Callable[[int, int], None]
LocalAudit = Callable[[AuditRequest, Watch], AuditReport]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTasks:
    """Runs the audit in a thread; it stops between two tasks when nobody waits any more."""

    audit: LocalAudit
    screen: Screen

    async def __call__(self, request: AuditRequest) -> AuditReport:
        """Return the report."""
        stopped = threading.Event()
        with self.screen.phase("Audit") as meter:
            try:
                return await asyncio.to_thread(self.audit, request, _watch(meter, stopped))
            finally:
                stopped.set()


def _watch(meter: Meter, stopped: threading.Event) -> Watch:
    def watch(done: int, total: int) -> None:
        if stopped.is_set():
            raise UnavailableError("the audit was stopped")
        meter.show(done, total, "tasks")

    return watch
